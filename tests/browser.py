"""A headless Chromium for tests that look at pages."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

#: Nothing but the page itself is fetched, and no sandbox, which needs rights that containers do not have.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@cache
def executable() -> str | None:
    """Return the path of the machine's Chromium or Chrome; where there is none, install Debian's if that is allowed."""
    return _found() or (_found() if _install() else None)


def _found() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def _install() -> bool:
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return False
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
    updated = subprocess.run(["apt-get", "update", "-q"], check=False, timeout=300, **quiet).returncode == 0
    command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium"]
    return updated and subprocess.run(command, check=False, timeout=900, **quiet).returncode == 0


@contextmanager
def browser() -> Iterator[Any]:
    """Start a browser. Without one the test is skipped with the reason, or fails where the environment variable ``CI`` is set."""
    from playwright.sync_api import sync_playwright

    path = executable()
    if path is None:
        reason = f"no browser: none of {', '.join(NAMES)} is on the path, and Debian's chromium could not be installed (needs root and apt-get)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield opened
        finally:
            opened.close()

"""A Run as text: one file per reader, each loaded only when it is asked for."""

from collections.abc import Callable
from importlib import import_module
from typing import NamedTuple

from audit.core.run import Run


class Format(NamedTuple):
    """A form in which a run is written.

    Parameters
    ----------
    file_name : str
        Its name in the folder of a run.
    render : callable
        From a run to text.
    """

    file_name: str
    render: Callable[[Run], str]


def _lazily(module: str, function: str) -> Callable[[Run], str]:
    def render(run: Run) -> str:
        text: str = getattr(import_module(module), function)(run)
        return text

    return render


FORMATS: dict[str, Format] = {
    "json": Format("run.json", _lazily("audit.core.serial", "dumps")),
    "html": Format("report.html", _lazily("audit.render.html", "html")),
    "junit": Format("junit.xml", _lazily("audit.render.junit", "junit")),
    "markdown": Format("summary.md", _lazily("audit.render.markdown", "markdown")),
    "sarif": Format("results.sarif", _lazily("audit.render.sarif", "sarif")),
    "gitlab": Format("codequality.json", _lazily("audit.render.gitlab", "gitlab")),
    "intoto": Format("test-result.intoto.json", _lazily("audit.render.intoto", "intoto")),
}

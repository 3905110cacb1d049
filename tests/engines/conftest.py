"""Servers that live as long as the tests."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.servers import postgres_server, spark_session


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of an empty database of a Postgres of our own."""
    with postgres_server() as url:
        yield url


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    """A session of Spark on one core."""
    with spark_session() as session:
        yield session

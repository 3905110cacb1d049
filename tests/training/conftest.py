"""Training in the tests uses one thread, as it does on any small table."""

import pytest

from training.threads import threads_for


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    with threads_for(1):
        yield

import pytest

from audit.engines.failures import LOST, EngineError, told_plainly

py4j = pytest.importorskip("py4j.protocol")


@pytest.mark.parametrize("text", ["An error occurred while calling o42.set", "Error while sending or receiving: network is gone"])
def test_an_answer_that_never_came_is_a_lost_connection(text):
    with pytest.raises(EngineError, match="lost the connection to Spark") as told, told_plainly():
        raise py4j.Py4JError(text)
    assert str(told.value) == LOST


def test_an_answer_with_a_trace_is_no_lost_connection():
    with pytest.raises(EngineError, match="An error occurred") as told, told_plainly():
        raise py4j.Py4JError("An error occurred while calling o42.set. Trace:\nno such method")
    assert str(told.value) != LOST

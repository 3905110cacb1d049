import pandas as pd

from audit.engines.replaced import replaced


def test_a_column_may_be_called_self():
    frame = pd.DataFrame({"self": [1, 2], "other": [3, 4]})
    changed = replaced(frame, {"self": [9, 8]})
    assert changed.to_dict("list") == {"self": [9, 8], "other": [3, 4]}
    assert frame.to_dict("list") == {"self": [1, 2], "other": [3, 4]}

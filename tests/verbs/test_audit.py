"""Predictions that were made elsewhere, from the file to the run."""

from pathlib import Path

import pandas as pd
import pytest

from audit.config import make_config
from audit.core.errors import UsageError
from audit.core.run import Run
from audit.verbs.audit import audit


def audited(folder: Path, data: str, **roles: object) -> Run:
    return audit(
        make_config({"project": "p", "data": data, "roles": roles, "report": {"formats": ["json"], "folder": str(folder / "reports")}}, folder)
    ).run


def value(run: Run, code: str, name: str, **where: str) -> float:
    found = [m.value for r in run.results if r.code == code for m in r.measurements if m.name == name and dict(m.where) == where]
    assert len(found) == 1, (name, where, found)
    assert found[0] is not None
    return found[0]


def test_rates_by_group(tmp_path: Path) -> None:
    # group a: 8 rows, 4 selected, of its 4 negatives 1 selected; group b: 8 rows, 2 selected, of its 4 negatives none selected
    rows = [("a", 1, 1)] * 3 + [("a", 1, 0)] + [("a", 0, 1)] + [("a", 0, 0)] * 3
    rows += [("b", 1, 1)] * 2 + [("b", 1, 0)] * 2 + [("b", 0, 0)] * 4
    pd.DataFrame(rows, columns=["g", "y", "p"]).to_csv(tmp_path / "t.csv", index=False)
    run = audited(tmp_path, "t.csv", target="y", prediction="p", sensitive=["g"])
    assert value(run, "F001", "selection_rate", g="a") == 4 / 8
    assert value(run, "F001", "selection_rate", g="b") == 2 / 8
    assert value(run, "F002", "true_positive_rate", g="a") == 3 / 4
    assert value(run, "F003", "false_positive_rate", g="a") == 1 / 4
    assert value(run, "F003", "false_positive_rate", g="b") == 0
    assert run.verb == "audit"
    assert len(run.subject.sha256) == 64


def test_without_predictions_there_is_nothing_to_audit(tmp_path: Path) -> None:
    pd.DataFrame({"y": [0, 1]}).to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(UsageError, match="needs predictions"):
        audited(tmp_path, "t.csv", target="y")


@pytest.mark.real_data
def test_compas_to_the_digits_that_propublica_printed(tmp_path: Path, real_data: Path) -> None:
    data = str(real_data / "compas" / "compas_for_aequitas.csv")
    run = audited(tmp_path, data, target="label_value", prediction="score", sensitive=["race", "sex"])

    def per_cent(code: str, name: str, **where: str) -> str:
        return f"{100 * value(run, code, name, **where):.2f}"

    def overall(key: str, name: str) -> str:
        (found,) = [m.value for m in run.result(key).measurements if m.name == name and not m.where]
        return f"{100 * found:.2f}"

    assert overall("F003:race", "false_positive_rate") == "32.35"
    assert overall("F002:race", "false_negative_rate") == "37.40"
    assert per_cent("F003", "false_positive_rate", race="African-American") == "44.85"
    assert per_cent("F002", "false_negative_rate", race="African-American") == "27.99"
    assert per_cent("F003", "false_positive_rate", race="Caucasian") == "23.45"
    assert per_cent("F002", "false_negative_rate", race="Caucasian") == "47.72"

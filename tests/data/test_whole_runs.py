"""Every check has something to say about the samples, from contract to report, and none breaks."""

from pathlib import Path

import pytest

from audit.cli import main
from audit.core.serial import loads
from audit.core.status import Status

DATA = Path(__file__).parents[2] / "data"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["arrests", "loans"])
def test_no_check_ends_in_an_error(name, tmp_path, monkeypatch):
    monkeypatch.setattr("sys.argv", ["assay", "run", str(DATA / name / "assay.yaml"), "--out", str(tmp_path), "--quiet"])
    with pytest.raises(SystemExit):
        main()
    [file] = tmp_path.glob("*/*/run.json")
    run = loads(file.read_text(encoding="utf-8"))
    assert [(r.key, r.message) for r in run.results if r.status is Status.ERROR] == []
    assert {r.code[0] for r in run.results if r.status.evaluated} >= set("DBPLMFXE")

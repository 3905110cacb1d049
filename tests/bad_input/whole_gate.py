"""The whole gate on one file, through the command line; what must hold however it ends is asserted here, once."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import duckdb
import yaml

from audit.checks import discover
from audit.core.result import Result
from audit.core.run import Run
from audit.core.serial import loads
from audit.run import GATE

#: Checks that a run has only where a contract has a clause for them.
CLAUSE_BOUND = {"D002", "D003", "D004", "D005", "D006", "D009", "D012", "D013", "D014", "D015"}
HEAD = {"apiVersion": "v3.1.0", "kind": "DataContract", "id": "bad", "version": "1.0.0", "status": "active"}


@dataclass(frozen=True)
class Ended:
    """How a gate ended.

    Parameters
    ----------
    code : int
        Of the process.
    stderr : str
        What people read.
    run : Run or None
        What was written.
    folder : Path
        Where; the project's where nothing was.
    """

    code: int
    stderr: str
    run: Run | None
    folder: Path

    def result(self, key: str) -> Result:
        """Return a result of the run."""
        assert self.run is not None, self.stderr
        return self.run.result(key)

    def number(self, key: str, name: str) -> Any:
        """Return the one measurement of a name in a result."""
        (value,) = [m.value for m in self.result(key).measurements if m.name == name]
        return value

    @property
    def set_aside(self) -> list[int]:
        """Numbers of the rows in the quarantine."""
        file = self.folder / "quarantine.parquet"
        return [n for (n,) in duckdb.sql(f"SELECT assay_row FROM '{file}' ORDER BY 1").fetchall()] if file.exists() else []


def project(folder: Path, data: str, properties: Sequence[Mapping[str, Any]] | None, quality: Sequence[Any], config: Mapping[str, Any]) -> None:
    """Write the config, and the contract where columns are promised."""
    document: dict[str, Any] = {"project": "bad", "data": data, "report": {"formats": ["json", "junit"]}, **config}
    if properties is not None:
        table = {"name": "t", "properties": list(properties), **({"quality": list(quality)} if quality else {})}
        (folder / "t.odcs.yaml").write_text(yaml.safe_dump({**HEAD, "schema": [table]}, sort_keys=False, allow_unicode=True), encoding="utf-8")
        document["contract"] = "t.odcs.yaml"
    (folder / "assay.yaml").write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")


def ended(folder: Path, code: int, stderr: str) -> Ended:
    """Read back what a gate left, and hold it to what every gate promises."""
    assert "Traceback" not in stderr
    assert "internal error" not in stderr
    left = list((folder / "reports" / "bad").glob("*")) if (folder / "reports" / "bad").exists() else []
    assert not [f for f in left if f.name.startswith(".")], "a folder that looks unfinished"
    if not left:
        assert code in (2, 3)
        assert stderr.startswith("assay: ")
        assert len(stderr) > 30
        return Ended(code, stderr, None, folder)
    (written,) = left
    run = loads((written / "run.json").read_text(encoding="utf-8"))
    crashed = [r.message for r in run.results if r.message.startswith("crashed")]
    assert not crashed
    assert code == run.exit_code
    assert len({r.key for r in run.results}) == len(run.results)
    families = [c for c, check in discover().items() if check.family in GATE]
    assert {c for c in families if c not in CLAUSE_BOUND} <= {r.code for r in run.results}
    assert all(len(r.message) > 10 for r in run.results)
    json.loads((written / "run.json").read_text(encoding="utf-8"), parse_constant=lambda c: (_ for _ in ()).throw(AssertionError(c)))
    ElementTree.fromstring((written / "junit.xml").read_text(encoding="utf-8"))
    return Ended(code, stderr, run, written)

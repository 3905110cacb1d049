"""Suspects held to their promise: the rows that a suspect points at are as many as it says, and its clause is one that a contract can hold."""

from pathlib import Path

import ibis
import yaml

from audit.contract.read import read_contract
from audit.core.check import Findings, Suspect
from audit.core.contract import Contract
from audit.core.subject import Subject
from audit.engines.ask_engine import AskEngine


def rows_of(suspect: Suspect, subject: Subject, engine: AskEngine) -> list[int]:
    """Return the positions of a suspect's rows, which must be as many as it counts."""
    table = subject.table
    marked = table.mutate(assay_row=ibis.row_number(), assay_fault=suspect.failing(table).fill_null(False)).filter(lambda t: t.assay_fault)
    places = sorted(int(row) for (row,) in engine.fetch(marked.select("assay_row"))[1])
    assert len(places) == suspect.rows, suspect
    return places


def pasted(found: Findings, folder: Path) -> Contract:
    """Return the contract that a proposal makes, read back from its file."""
    head = {"apiVersion": "v3.1.0", "kind": "DataContract", "id": "x", "version": "1.0.0", "status": "active"}
    document = {**head, "schema": [{"name": "x", "properties": yaml.safe_load(found.proposal)}]}
    (folder / "x.odcs.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    return read_contract(folder / "x.odcs.yaml")

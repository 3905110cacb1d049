"""Kinds of clauses that go to another tool and come back as they were, and what the ways there and back cost.

python benchmarks/exchange.py
"""

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from audit.contract.exchange.clauses import KINDS
from audit.contract.exchange.gx_import import from_gx
from audit.contract.exchange.gx_suite import gx_suite
from audit.contract.exchange.pandera_import import from_pandera
from audit.contract.exchange.pandera_source import data_frame_model
from audit.contract.exchange.row_schema import CANNOT, row_schema
from audit.contract.read import read_contract
from tests.clauses import EVERYTHING, LEFT_OUT, THROUGH, all_said, back, contract, said

LOANS = Path(__file__).parents[1] / "data" / "loans" / "loans.odcs.yaml"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        given = contract(Path(folder), EVERYTHING, "orders")
        for tool, through in THROUGH.items():
            left_out = {said(one.clause) for one in LEFT_OUT[tool](given)}
            stated = all_said(given) - left_out
            returned = all_said(back(through(given), Path(folder)))
            equal = {kind for kind, *_ in stated} - {kind for kind, *_ in stated - returned}
            print(f"{tool}: {len({kind for kind, *_ in stated})} of {len(KINDS)} kinds stated, {len(equal)} of them back as they were")
    print(f"JSON Schema: {len(KINDS) - len(CANNOT)} of {len(KINDS)} kinds stated")
    loans = read_contract(LOANS)
    ways = {
        "pandera and back": lambda: from_pandera(data_frame_model(loans)),
        "gx and back": lambda: from_gx(gx_suite(loans)),
        "JSON Schema": lambda: row_schema(loans),
    }
    for name, way in ways.items():
        way()
        begun = time.process_time()
        for _ in range(5):
            way()
        print(f"loans (59 columns), {name}: {(time.process_time() - begun) / 5:.3f} CPU s")


if __name__ == "__main__":
    main()

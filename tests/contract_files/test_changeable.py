"""What a contract says about changes of a row."""

import pytest

from audit.contract.changeable import changeable
from audit.contract.read import read_contract
from audit.core.errors import UsageError

HEAD = """\
apiVersion: v3.2.0
kind: DataContract
id: toy
version: 1.0.0
status: active
schema:
  - name: toy
    properties:
"""


def read(tmp_path, *properties):
    (tmp_path / "toy.odcs.yaml").write_text(HEAD + "".join(f"      - {p}\n" for p in properties))
    return read_contract(tmp_path / "toy.odcs.yaml", shown_as="toy.odcs.yaml")


def test_clauses_that_bound_a_change(tmp_path):
    contract = read(
        tmp_path,
        "{name: age, logicalTypeOptions: {minimum: 18, exclusiveMaximum: 99}, customProperties: [{property: immutable, value: true}]}",
        "{name: sex, logicalType: string, customProperties: [{property: immutable, value: false}]}",
        "{name: degree, logicalType: integer, customProperties: [{property: mayOnly, value: increase}]}",
        "{name: level, logicalType: string, enum: [{value: red}, {value: blue}]}",
        '{name: paid, logicalType: string, quality: [{metric: invalidValues, arguments: {validValues: ["Yes", "No"]}, mustBe: 0}]}',
    )
    found = changeable(contract)
    assert found.immutable == {"age": "declared immutable"}
    assert found.mutable == {"sex"}
    assert (found.low, found.high) == ({"age": 18}, {"age": 99})
    assert found.direction == {"degree": 1}
    assert {c: set(v) for c, v in found.listed.items()} == {"level": {"red", "blue"}, "paid": {"Yes", "No"}}


@pytest.mark.parametrize(
    ("clause", "said"),
    [
        ("{property: immutable, value: perhaps}", r"toy.odcs.yaml:9: 'immutable' of 'age' is 'perhaps'; expected true or false"),
        ("{property: mayOnly, value: increases}", r"'mayOnly' of 'age' is 'increases'. Did you mean 'increase'\?"),
    ],
)
def test_what_says_nothing_is_refused_with_its_line(tmp_path, clause, said):
    with pytest.raises(UsageError, match=said):
        changeable(read(tmp_path, f"{{name: age, customProperties: [{clause}]}}"))

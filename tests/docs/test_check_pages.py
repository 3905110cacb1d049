"""Every check has its section with the four headings, and the examples say what really comes out."""

import pytest
import yaml

from audit.checks import discover
from audit.config import make_config
from audit.contract.read import read_contract
from audit.contract.roles import merge_roles
from audit.core.contract import Contract
from audit.core.subject import Subject
from audit.engines.sources import open_source
from audit.run import Settings, examine
from tests.docs.check_pages import HEADINGS, PAGES, sections

#: Written by the run itself for clauses that no check reads, so there is no class to discover.
OWN_CODES = {"D000"}

OWN = {code: check for code, check in discover().items() if check.__module__.startswith("audit.checks.")}


@pytest.mark.parametrize("code", OWN)
def test_each_check_has_a_section_on_the_page_of_its_family(code):
    section = sections().get(code)
    assert section is not None, f"docs/checks/{OWN[code].family}.md has no section '## {code} {OWN[code].title}'"
    assert section.page == OWN[code].family
    assert section.title == OWN[code].title


@pytest.mark.parametrize("code", sections())
def test_each_section_has_the_four_headings_and_says_something_under_each(code):
    parts = sections()[code].parts
    assert tuple(parts) == HEADINGS
    assert all(len(text) > 40 for text in parts.values())


def test_no_section_is_about_a_check_that_is_gone():
    assert set(sections()) <= set(OWN) | OWN_CODES


@pytest.mark.parametrize("code", sections())
def test_each_example_ends_in_a_result(code):
    assert sections()[code].outcomes, f"the example of {code} quotes no result such as '> **failed** 3 of 10 values …'"


# a dependency of Great Expectations imports old names of the standard library's regular expressions
@pytest.mark.parametrize("code", [code for code, section in sections().items() if section.table is not None])
def test_each_example_with_data_is_true(code, tmp_path):
    section = sections()[code]
    (tmp_path / "example.csv").write_text(section.table, encoding="utf-8")
    clauses = dict(section.clauses)
    own = {k: clauses.pop(k) for k in ("roles", "audit") if k in clauses}
    config = make_config({"data": "example.csv", **own})
    contract = Contract()
    if clauses:
        document = {"apiVersion": "v3.2.0", "kind": "DataContract", "id": "example", "version": "1.0.0", "status": "active"}
        (tmp_path / "example.odcs.yaml").write_text(yaml.safe_dump({**document, "schema": [{"name": "example", **clauses}]}), encoding="utf-8")
        contract = read_contract(tmp_path / "example.odcs.yaml", shown_as="example.odcs.yaml")
    source = open_source("example.csv", tmp_path)
    subject = Subject("example", source.table, merge_roles(contract, config.roles.model_dump()), location=source.location)
    settings = Settings(limits=config.audit.limits, skip=config.audit.skip, seed=7)
    run = examine(subject, verb="audit", families=[section.page], contract=contract, settings=settings).run
    came_out = [(r.status.value, r.message) for r in run.results if r.code == code]
    assert section.outcomes == came_out


def test_each_family_page_is_in_the_index():
    index = (PAGES / "README.md").read_text(encoding="utf-8")
    assert all(f"({page.name})" in index for page in PAGES.glob("*.md") if page.stem != "README")
    assert {check.family for check in OWN.values()} <= {page.stem for page in PAGES.glob("*.md")}

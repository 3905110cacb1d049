import re
import xml.etree.ElementTree as ET

import pytest

from audit.core.serial import dumps, loads
from audit.core.status import Status as S
from audit.render.junit import junit
from audit.render.wording import line
from tests.render.awkward_runs import awkward_run, empty_run, large_run, run_with


def cases(run):
    """Return the document, and its cases by the keys of the results, which stand in each suite in the order of the cases."""
    root = ET.fromstring(junit(run).encode())
    keys = {}
    for suite in root:
        names = [p.get("name") for p in suite.findall("properties/property")]
        keys.update(zip(names, suite.findall("testcase"), strict=True) if names else ())
    return root, keys


def test_parses_with_any_text_and_holds_every_result_once():
    run = awkward_run()
    root, found = cases(run)
    assert sorted(found) == sorted(line(r.key) for r in run.results)
    assert int(root.get("tests")) == len(run.results) == len(list(root.iter("testcase")))


def test_states():
    root, found = cases(run_with(S.ERROR, S.FAILED, S.UNDECIDED, S.WARNED, S.PASSED, S.NOT_APPLICABLE, S.SKIPPED))
    states = [p.get("value") for p in root.iter("property")]
    assert states == ["error", "failed", "undecided", "warned", "passed", "not_applicable", "skipped"]
    children = [[child.tag for child in found[f"Q{i:03d}"]] for i in range(7)]
    assert children == [
        ["error"],
        ["failure"],
        ["system-out"],
        ["system-out"],
        ["system-out"],
        ["skipped"],
        ["skipped"],
    ]
    assert found["Q002"].findtext("system-out").startswith("UNDECIDED: Message 2.")
    assert found["Q003"].findtext("system-out").startswith("WARNED: Message 3.")
    assert found["Q005"].find("skipped").get("message") == "Message 5."


def test_counts():
    root, _ = cases(run_with(S.ERROR, S.FAILED, S.FAILED, S.UNDECIDED, S.PASSED, S.SKIPPED))
    assert [root.get(k) for k in ("tests", "errors", "failures")] == ["6", "1", "2"]
    suite = root.find("testsuite")
    assert [suite.get(k) for k in ("name", "tests", "errors", "failures", "skipped")] == ["quality", "6", "1", "2", "1"]


@pytest.mark.parametrize(("fail_on", "failures"), [("failed", 1), ("undecided", 2), ("warned", 3), ("error", 1), ("never", 1)])
def test_what_stops_the_run_is_a_failure(fail_on, failures):
    root, _ = cases(run_with(S.FAILED, S.UNDECIDED, S.WARNED, S.PASSED, fail_on=fail_on))
    assert root.get("failures") == str(failures)


def test_nothing_examined_is_never_green():
    root, _ = cases(empty_run())
    assert (root.get("tests"), root.get("errors")) == ("1", "1")
    root, found = cases(run_with(S.SKIPPED))
    assert (root.get("tests"), root.get("errors"), root[0].get("skipped")) == ("2", "1", "1")
    assert list(found) == ["Q000"]


def test_suites_are_families_and_time_adds_up():
    run = awkward_run()
    root, _ = cases(run)
    assert [s.get("name") for s in root] == [line(f) for f in run.families]
    assert sum(float(s.get("time")) for s in root) == pytest.approx(sum(r.seconds for r in run.results))
    assert root.get("time") == "12.500"


def test_failure_holds_numbers_limit_and_advice():
    run = awkward_run()
    _, found = cases(run)
    text = found[line(run.results[1].key)].find("failure").text
    assert "25.0 % (95 % interval 20.0 to 30.0 %, n = 1,234)" in text
    assert "limit: at most 10 %" in text
    assert "contract.odcs.yaml:3" in text


#: What Jenkins' junit-10.xsd admits in each element that we write: attributes, and children.
ADMITTED = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": ({"name", "tests", "failures", "errors", "skipped", "time", "timestamp"}, {"properties", "testcase"}),
    "properties": (set(), {"property"}),
    "property": ({"name", "value"}, set()),
    "testcase": ({"name", "classname", "time"}, {"skipped", "error", "failure", "system-out"}),
    "skipped": ({"message", "type"}, set()),
    "error": ({"message", "type"}, set()),
    "failure": ({"message", "type"}, set()),
    "system-out": (set(), set()),
}
NEEDED = {"testsuite": {"name", "tests", "failures", "errors"}, "testcase": {"name"}, "property": {"name", "value"}}


@pytest.mark.parametrize("run", [awkward_run(), empty_run(), large_run(), run_with(*S), run_with(*S, fail_on="warned")])
def test_keeps_to_the_form_that_jenkins_checks(run):
    for element in ET.fromstring(junit(run).encode()).iter():
        attributes, children = ADMITTED[element.tag]
        assert NEEDED.get(element.tag, set()) <= set(element.attrib) <= attributes
        assert {child.tag for child in element} <= children
        assert re.fullmatch(r"\d+(\.\d{3})?", element.get("time", "0"))
        assert all(element.get(name, "0").isdigit() for name in ("tests", "failures", "errors", "skipped"))


def test_same_after_the_round_trip():
    run = run_with(S.FAILED, S.PASSED)
    assert junit(loads(dumps(run))) == junit(run)

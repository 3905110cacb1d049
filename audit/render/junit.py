"""A run as JUnit XML, the form that CI servers show."""

import xml.etree.ElementTree as ET

from audit.core.result import Result
from audit.core.run import Run
from audit.core.status import Status
from audit.render.figures import estimate, limit_of
from audit.render.verdict import advice, stops, verdict
from audit.render.wording import clean, line


def junit(run: Run) -> str:
    """Return a run as JUnit XML: one suite a family, one case a result.

    What fails the run is a ``failure``, so that a CI server never shows green where the command ended in red: failed results always, undecided
    and warned ones where ``fail_on`` says so. Otherwise undecided and warned results are passed cases that say what they are in ``system-out``.
    The properties of a suite hold the state of each result by its key: servers that check the form (Jenkins) allow none in a case. A run in
    which nothing was evaluated carries one case with an ``error``.
    """
    root = ET.Element("testsuites", name=line(f"assay {run.verb} {run.project}"))
    for family in run.families:
        suite = ET.SubElement(root, "testsuite", name=line(family))
        results = [r for r in run.results if r.family == family]
        properties = ET.SubElement(suite, "properties")
        for result in results:
            ET.SubElement(properties, "property", name=line(result.key), value=result.status.value)
            _case(suite, result, run)
        _count(suite, run.started)
    if not any(r.status.evaluated for r in run.results):
        suite = ET.SubElement(root, "testsuite", name="run")
        case = ET.SubElement(suite, "testcase", classname="run", name="something was examined", time="0.000")
        ET.SubElement(case, "error", message=verdict(run).sentence, type="nothing_evaluated")
        _count(suite, run.started)
    for name in ("tests", "failures", "errors"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    root.set("time", f"{run.seconds:.3f}")
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _case(suite: ET.Element, result: Result, run: Run) -> None:
    name = f"{result.title}: {result.place}" if result.place else result.title
    case = ET.SubElement(suite, "testcase", classname=line(f"{result.family}.{result.code}"), name=line(name), time=f"{result.seconds:.3f}")
    message, details = line(result.message), _details(result)
    match result.status:
        case Status.ERROR:
            ET.SubElement(case, "error", message=message, type=result.status.value).text = details
        case Status.NOT_APPLICABLE | Status.SKIPPED:
            ET.SubElement(case, "skipped", message=message)
        case status if status is not Status.PASSED and stops(run, status):
            ET.SubElement(case, "failure", message=message, type=status.value).text = details
        case status:
            text = f"{status.value.upper()}: {message}" if status is not Status.PASSED else message
            ET.SubElement(case, "system-out").text = clean(text) if status is Status.PASSED else f"{clean(text)}\n{details}"


def _details(result: Result) -> str:
    lines = [f"{m.name}{_where(m.where)}: {estimate(m)}" for m in result.measurements]
    if result.limit.judges:
        reasons = "; ".join(part for part in (result.limit.reason, result.limit.source) if part)
        lines.append(f"limit: {limit_of(result)}{f' ({reasons})' if reasons else ''}")
    lines += [f"what to do: {advice(result)}"]
    lines += [f"to enforce this, add to the contract:\n{result.proposal}"] if result.proposal else []
    lines += [f"bears on: {', '.join(result.clauses)}"] if result.clauses else []
    return clean("\n".join(lines))


def _where(where: object) -> str:
    return f" [{', '.join(f'{k}={v}' for k, v in where.items())}]" if isinstance(where, dict) and where else ""


def _count(suite: ET.Element, started: str) -> None:
    cases = suite.findall("testcase")
    suite.set("tests", str(len(cases)))
    suite.set("failures", str(sum(c.find("failure") is not None for c in cases)))
    suite.set("errors", str(sum(c.find("error") is not None for c in cases)))
    suite.set("skipped", str(sum(c.find("skipped") is not None for c in cases)))
    suite.set("time", f"{sum(float(c.get('time', '0')) for c in cases):.3f}")
    suite.set("timestamp", line(started))

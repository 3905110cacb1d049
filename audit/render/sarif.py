"""A run as SARIF 2.1.0, the form in which code scanning shows findings at the line of the contract that they break."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from audit.core.result import Result
from audit.core.run import Run
from audit.core.status import Status
from audit.core.version import __version__
from audit.core.wording import anchor
from audit.render.finding import NOTHING_EVALUATED, Finding, Location, ci_findings
from audit.render.verdict import verdict
from audit.render.wording import FAMILIES, count, line

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
#: What uris are relative to: the root of the repository, wherever a server checked it out to.
ROOT = "SRCROOT"
#: GitHub refuses a file with more.
MAX_RESULTS = 25_000


def sarif(run: Run) -> str:
    """Return a run as SARIF: a rule for every check that took part, a result for everything that is not green.

    Messages hold no values of the data. Fingerprints do not change with counts and lines, so that a finding stays one finding from run to run.
    """
    found = ci_findings(run)
    rules = _rules(run, found)
    index = {rule["id"]: i for i, rule in enumerate(rules)}
    document = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "Assay", "version": __version__, "semanticVersion": __version__, "rules": rules}},
                "automationDetails": {"id": f"assay/{line(run.verb)}/{line(run.project)}/{line(run.id)}"},
                "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the repository."}}},
                "columnKind": "unicodeCodePoints",
                "invocations": [_invocation(run, found)],
                "artifacts": _artifacts(run),
                "results": [_result(f, index[f.result.code]) for f in found[:MAX_RESULTS]],
                "properties": {"status": run.status.value, "failOn": run.fail_on, "counts": {s.value: n for s, n in run.counts.items()}},
            }
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _rules(run: Run, found: Sequence[Finding]) -> list[dict[str, Any]]:
    by_code: dict[str, list[Result]] = {}
    for result in (*run.results, *(f.result for f in found if f.result.code == NOTHING_EVALUATED)):
        by_code.setdefault(line(result.code), []).append(result)
    return [_rule(code, results) for code, results in sorted(by_code.items())]


def _rule(code: str, results: Sequence[Result]) -> dict[str, Any]:
    first = results[0]
    title, family = line(first.title), line(first.family)
    blocking = any(r.limit.blocking for r in results)
    said = next((line(r.advice) for r in results if r.advice), "")
    page = f"docs/checks/{family}.md#{anchor(code, title)}" if first.family in FAMILIES else ""
    question = FAMILIES[first.family][1] if first.family in FAMILIES else ""
    text = [*([said] if said else []), *([f"How it is measured: {page}"] if page else [])] or [title]
    markdown = [f"**{code} {title}**", *([said] if said else []), *([f"How it is measured, why it matters: `{page}`"] if page else [])]
    return {
        "id": code,
        "name": _pascal(title),
        "shortDescription": {"text": title},
        "fullDescription": {"text": f"{title}. {question}".strip()},
        "help": {"text": "\n".join(text), "markdown": "\n\n".join(markdown)},
        "defaultConfiguration": {"level": "error" if blocking else "warning"},
        "properties": {"tags": ["data", family], "problem.severity": "error" if blocking else "warning"},
    }


def _result(finding: Finding, rule: int) -> dict[str, Any]:
    first, *others = finding.locations
    related = {"relatedLocations": [{"id": i, **_location(at)} for i, at in enumerate(others, 1)]} if others else {}
    return {
        "ruleId": line(finding.result.code),
        "ruleIndex": rule,
        "level": finding.level,
        "message": {"text": finding.sentence},
        "locations": [_location(first)],
        **related,
        # the first is the one that GitHub compares; it would else be made from the lines of the contract
        "partialFingerprints": {"primaryLocationLineHash": finding.fingerprint, "assayFinding/v1": finding.fingerprint},
        "properties": {"status": finding.result.status.value},
    }


def _location(at: Location) -> dict[str, Any]:
    # GitHub wants a line; a file as a whole is shown at its first
    return {"physicalLocation": {"artifactLocation": _artifact_location(at.file), "region": {"startLine": at.line or 1}}}


def _artifact_location(file: str) -> dict[str, Any]:
    return {"uri": quote(file), "uriBaseId": ROOT}


def _artifacts(run: Run) -> list[dict[str, Any]]:
    kept = {run.contract.location: run.contract.sha256, run.subject.location: run.subject.sha256}
    return [
        {"location": _artifact_location(path), **({"hashes": {"sha-256": kept[name]}} if kept.get(name) else {})} for name, path in run.paths.items()
    ]


def _invocation(run: Run, found: Sequence[Finding]) -> dict[str, Any]:
    crashed = [f for f in found if f.result.status is Status.ERROR]
    told = [{"level": "error", "message": {"text": f.sentence}, "associatedRule": {"id": line(f.result.code)}} for f in crashed]
    if len(found) > MAX_RESULTS:
        rest = count(len(found) - MAX_RESULTS, "further finding")
        told.append({"level": "warning", "message": {"text": f"{rest} left out, because code scanning takes no more; run.json has all."}})
    return {
        "executionSuccessful": not crashed,
        "exitCode": run.exit_code,
        "exitCodeDescription": line(verdict(run).sentence),
        **_times(run),
        **({"toolExecutionNotifications": told} if told else {}),
    }


def _times(run: Run) -> dict[str, str]:
    try:
        start = datetime.fromisoformat(run.started)
    except ValueError:
        return {}
    start = start.replace(tzinfo=UTC) if start.tzinfo is None else start.astimezone(UTC)
    end = start + timedelta(seconds=run.seconds)
    return {"startTimeUtc": f"{start:%Y-%m-%dT%H:%M:%S}Z", "endTimeUtc": f"{end:%Y-%m-%dT%H:%M:%S}.{end.microsecond // 1000:03d}Z"}


def _pascal(title: str) -> str:
    return "".join(w[:1].upper() + w[1:] for w in "".join(c if c.isalnum() else " " for c in title).split()) or "Check"

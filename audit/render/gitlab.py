"""A run as a code quality report of GitLab, which a merge request shows beside the lines of the contract."""

import json

from audit.core.run import Run
from audit.core.status import Status
from audit.render.finding import Finding, ci_findings
from audit.render.wording import line


def gitlab(run: Run) -> str:
    """Return everything in a run that is not green as a list of code quality violations; an empty list is a run in which all held."""
    return json.dumps([_violation(f) for f in ci_findings(run)], ensure_ascii=False, indent=1) + "\n"


def _violation(finding: Finding) -> dict[str, object]:
    at = finding.locations[0]
    return {
        "description": finding.sentence,
        "check_name": line(finding.result.code),
        "fingerprint": finding.fingerprint,
        "severity": _severity(finding),
        "location": {"path": at.file, "lines": {"begin": at.line or 1}},
    }


def _severity(finding: Finding) -> str:
    if finding.result.status is Status.ERROR:
        return "blocker"
    return {"error": "critical", "warning": "major" if finding.result.status is Status.UNDECIDED else "minor", "note": "info"}[finding.level]

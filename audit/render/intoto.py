"""A run as an in-toto statement of a test result, to be signed and kept beside the data."""

import json
from glob import has_magic
from typing import Any, Literal

from audit.core.errors import UsageError
from audit.core.run import Document, Run
from audit.core.status import Status
from audit.render.wording import line

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://in-toto.io/attestation/test-result/v0.1"
#: Name of the digest of data that are no single file: of the digests of several files, or of a table's schema and rows.
TABLE_DIGEST = "assayTable"


def intoto(run: Run) -> str:
    """Return a run as an in-toto Statement v1 with a test-result v0.1 predicate: the data by their digest, and which checks they passed.

    Only a run in which every check that could be examined held is ``PASSED``. An undecided result is a warning, because nothing shows it to be
    sound; an error is a failure.

    Raises
    ------
    UsageError
        No digest of the data was taken, so that there is nothing the statement could be about.
    """
    if not run.subject.sha256:
        raise UsageError(
            f"run {run.id} has no digest of its data, and an in-toto statement is about a digest. Leave 'intoto' out of the formats, or audit a file"
        )
    statement = {
        "_type": STATEMENT,
        "subject": [_described(run.subject, "sha256" if _is_one_file(run.subject.location) else TABLE_DIGEST)],
        "predicateType": PREDICATE,
        "predicate": {
            "result": _result(run),
            "configuration": [_described(run.contract)] if run.contract.sha256 else [],
            "passedTests": _tests(run, Status.PASSED),
            "warnedTests": _tests(run, Status.WARNED, Status.UNDECIDED),
            "failedTests": _tests(run, Status.FAILED, Status.ERROR),
        },
    }
    return json.dumps(statement, ensure_ascii=False, indent=1) + "\n"


def _described(document: Document, algorithm: str = "sha256") -> dict[str, Any]:
    return {"name": line(document.location or document.name), "digest": {algorithm: document.sha256}}


def _is_one_file(location: str) -> bool:
    return "://" not in location.removeprefix("file://") and not has_magic(location)


def _result(run: Run) -> Literal["PASSED", "WARNED", "FAILED"]:
    if run.status in (Status.ERROR, Status.FAILED) or run.exit_code != 0:
        return "FAILED"
    return "PASSED" if run.status is Status.PASSED and run.passes else "WARNED"


def _tests(run: Run, *statuses: Status) -> list[str]:
    return [line(r.key) for r in run.results if r.status in statuses]

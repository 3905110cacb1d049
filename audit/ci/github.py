"""GitHub Actions: annotations in the log, the summary page of the job, and outputs of the step."""

import os
import secrets
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from audit.ci.written import quarantined_rows, written
from audit.core.errors import EXIT_CODES, DataError
from audit.core.run import Run
from audit.core.status import Status
from audit.render.finding import Finding, Level, ci_findings
from audit.render.markdown import fenced, markdown
from audit.render.wording import clean, count, line

#: GitHub shows ten annotations of a kind for each step, and drops the rest without a word.
SHOWN = 10
#: GitHub refuses the whole summary of a step that is longer.
SUMMARY_BYTES = 1024 * 1024
COMMANDS: dict[Level, str] = {"error": "error", "warning": "warning", "note": "notice"}


def tell_start() -> None:
    """Write outputs that are not green, for a command that is killed; where a name is written again, the last value counts."""
    _output(_nothing_known(3))


def tell_run(run: Run, folder: Path) -> None:
    """Write the outputs of the step, append the run to the job's summary, and print annotations on stderr."""
    counts = run.counts
    _output(
        {
            "result": run.status.value,
            "failed": str(counts[Status.FAILED]),
            "warnings": str(counts[Status.WARNED]),
            "undecided": str(counts[Status.UNDECIDED]),
            # a run in which nothing was examined is an error without a check that made it
            "errors": str(max(counts[Status.ERROR], int(run.status is Status.ERROR))),
            "report-path": written(folder, "html"),
            "sarif-path": written(folder, "sarif"),
            "junit-path": written(folder, "junit"),
            "quarantined-rows": str(quarantined_rows(folder)),
            "run-id": run.id,
            "exit-code": str(run.exit_code),
        }
    )
    _summarise(lambda room: markdown(run, room))
    _print(annotations(ci_findings(run)))


def tell_stop(command: str, message: str, code: int) -> None:
    """Say in all three places that there is no run, and why; the outputs are the same as with one, and none of them is green."""
    meaning = EXIT_CODES.get(code, "stopped")
    _output(_nothing_known(code))
    page = f"## ❌ No verdict: `assay {line(command)}` ended with exit code {code}\n\n"
    page += f"{meaning[0].upper()}{meaning[1:]}. Nothing is known about the data.\n\n{fenced(message)}\n"
    _summarise(lambda room: page.encode()[:room].decode(errors="ignore"))
    _print([command_line("error", message, title=f"assay {command}: {meaning}")])


def annotations(found: Sequence[Finding]) -> list[str]:
    """Return workflow commands for findings: ten of a kind at most, the last of which counts the rest."""
    lines = []
    for level, command in COMMANDS.items():
        same = [f for f in found if f.level == level]
        shown = same if len(same) <= SHOWN else same[: SHOWN - 1]
        lines += [_annotation(command, f) for f in shown]
        if len(same) > len(shown):
            rest = count(len(same) - len(shown), "further finding")
            lines.append(command_line(command, f"{rest} of this kind: see the summary of the job or the report.", title="Assay"))
    return lines


def command_line(command: str, message: str, **properties: str | int) -> str:
    """Return a workflow command on one line, whatever its parts hold."""
    told = ",".join(f"{name}={_property(clean(value))}" for name, value in properties.items())
    return f"::{command}{f' {told}' if told else ''}::{_data(clean(message))}"


def _annotation(command: str, finding: Finding) -> str:
    at, result = finding.locations[0], finding.result
    place: dict[str, str | int] = {"file": at.file} if at.line is None else {"file": at.file, "line": at.line}
    return command_line(command, finding.sentence, **place, title=f"{line(result.code)} {line(result.title)}")


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _nothing_known(code: int) -> dict[str, str]:
    nothing = dict.fromkeys(("failed", "warnings", "undecided"), "0")
    paths = dict.fromkeys(("report-path", "sarif-path", "junit-path"), "")
    return {"result": Status.ERROR.value, **nothing, "errors": "1", **paths, "quarantined-rows": "0", "run-id": "", "exit-code": str(code)}


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _print(lines: Sequence[str]) -> None:
    # stdout may hold a run as JSON, which must stay alone there
    sys.stderr.write("".join(f"{text}\n" for text in lines))


def _summarise(page: Callable[[int], str]) -> None:
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    taken = Path(path).stat().st_size if Path(path).exists() else 0
    text = page(max(SUMMARY_BYTES - taken - 1, 0))
    _append("GITHUB_STEP_SUMMARY", f"{text.rstrip()}\n" if text.strip() else "")


def _output(values: Mapping[str, str]) -> None:
    lines = []
    for name, value in values.items():
        # a delimiter that no value can hold, since nobody can guess it
        end = f"assay_{secrets.token_hex(16)}"
        lines.append(f"{name}<<{end}\n{clean(value)}\n{end}\n")
    _append("GITHUB_OUTPUT", "".join(lines))


def _append(variable: str, text: str) -> None:
    path = os.environ.get(variable)
    if not path:
        return
    try:
        with Path(path).open("a", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        raise DataError(f"cannot write to the file that {variable} names, '{path}': {error.strerror}. Later steps would know nothing") from error

"""Azure Pipelines: issues in the log, and the summary page of the build."""

import sys
from pathlib import Path

from audit.ci.written import written
from audit.core.errors import EXIT_CODES
from audit.core.run import Run
from audit.render.finding import Finding, ci_findings
from audit.render.wording import clean, line


def tell_start() -> None:
    """Leave no word: a task that is killed has failed, and nothing reads values from it."""


def tell_run(run: Run, folder: Path) -> None:
    """Print an issue for each finding, and the run's Markdown for the summary page; Azure knows no weaker issue than a warning."""
    lines = [_issue(f) for f in ci_findings(run)]
    summary = written(folder, "markdown")
    if summary:
        lines.append(f"##vso[task.uploadsummary]{_text(summary)}")
    _print(*lines)


def tell_stop(command: str, message: str, code: int) -> None:
    """Print an issue that says why there is no run."""
    meaning = EXIT_CODES.get(code, "stopped")
    _print(f"##vso[task.logissue type=error;]{_text(f'assay {command}: {meaning}. {message}')}")


def _issue(finding: Finding) -> str:
    at = finding.locations[0]
    place = f"sourcepath={_text(at.file)};{f'linenumber={at.line};' if at.line is not None else ''}"
    kind = "error" if finding.level == "error" else "warning"
    return f"##vso[task.logissue type={kind};{place}code={_text(line(finding.result.code))};]{_text(finding.sentence)}"


def _text(text: str) -> str:
    for character, escape in (("%", "%AZP25"), ("\r", "%0D"), ("\n", "%0A"), (";", "%3B"), ("]", "%5D")):
        text = text.replace(character, escape)
    return clean(text)


def _print(*lines: str) -> None:
    # stdout may hold a run as JSON, which must stay alone there
    sys.stderr.write("".join(f"{text}\n" for text in lines))

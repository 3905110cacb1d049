"""What ``assay init`` wrote, in a few lines for a terminal."""

from collections.abc import Iterator, Mapping
from typing import Any

from audit.core.wording import counted, listed
from audit.render.wording import line


def told(record: Mapping[str, Any]) -> Iterator[str]:
    """Yield what was written and guessed, and what comes next.

    Parameters
    ----------
    record : mapping
        As ``assay init --json`` prints it.
    """
    yield line(
        f"Wrote {record['contract']} and {record['config']}, from {counted(record['rows'], 'row')} and {counted(record['columns'], 'column')}."
    )
    for guess in record["guesses"]:
        yield line(f"Guess: '{guess['column']}' is {guess['role']}, by {guess['evidence']}")
    if record["key"]:
        yield line(f"Guess: '{record['key']}' identifies a row")
    for found in record["personal"]:
        yield line(f"Guess: '{found['column']}' holds personal data ({found['kind']}), by {found['evidence']}")
    if record["special"]:
        yield line(f"Guess: special categories of personal data in {listed(repr(s['column']) for s in record['special'])}")
    for text in record["undecided"]:
        yield line(f"Not guessed: {text}")
    yield "Decide what no data can tell: purpose, retention, lawful basis. Look for 'guess:' and 'decide:' in the contract."
    config = str(record["config"])
    yield line(f"Next: assay gate{'' if config == 'assay.yaml' else ' ' + config}")

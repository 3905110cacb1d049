"""A context of Great Expectations that somebody keeps: rules and their result are stored there, and its Data Docs show them."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from audit.core.errors import UsageError
from audit.engines.great_expectations import great_expectations, quietly, told_by
from audit.engines.gx_rows import Rows

CONFIG = "great_expectations.yml"
#: Counts, and no values: what is stored and shown may be read by people who may not read the rows.
COUNTS = {"result_format": "SUMMARY", "partial_unexpected_count": 0}


def require_context(folder: Path) -> None:
    """Refuse a folder that holds no context: Great Expectations would make one.

    Raises
    ------
    UsageError
        There is none.
    """
    if not any(file.is_file() for file in (folder / "gx" / CONFIG, folder / CONFIG)):
        raise UsageError(
            f"gx.context: there is no context of Great Expectations in '{folder}' (no gx/{CONFIG}). Name the folder that holds one, or make it with: "
            "python -c \"import great_expectations as gx; gx.get_context(mode='file')\" in that folder"
        )


def record(folder: Path, name: str, rules: Sequence[Any], rows: Rows, run: str) -> None:
    """Store a suite and what came of it in a context, and build its Data Docs.

    The suite, the validation definition, the checkpoint and the data source have one name each, under which a later run updates them.

    Parameters
    ----------
    folder : Path
        The project that holds ``gx/great_expectations.yml``, or the folder of that file.
    name : str
        Of the suite; other names are made from it.
    rules : sequence of expectations
        The suite.
    rows : Rows
        What they are evaluated on.
    run : str
        Name of the run.

    Raises
    ------
    DataError
        The context cannot be read or written, or an expectation cannot be evaluated.
    UsageError
        There is no context in the folder.
    """
    require_context(folder)
    gx = great_expectations()
    from great_expectations.checkpoint import UpdateDataDocsAction
    from great_expectations.core.run_identifier import RunIdentifier

    where = {"context_root_dir" if (folder / CONFIG).is_file() else "project_root_dir": folder}
    name = re.sub(r"[^\w.-]+", "_", name)
    with quietly(), told_by(rows, f"Great Expectations could not store the result in '{folder}'"):
        context = gx.get_context(mode="file", **where)
        with rows.batch(context, f"{name}_{rows.engine.lower()}") as (batch, parameters):
            suite = context.suites.add_or_update(gx.ExpectationSuite(name, expectations=list(rules)))
            definition = context.validation_definitions.add_or_update(gx.ValidationDefinition(name=name, data=batch, suite=suite))
            docs = UpdateDataDocsAction(name="data_docs")
            checkpoint = gx.Checkpoint(name=name, validation_definitions=[definition], actions=[docs], result_format=COUNTS)
            # with a time of its own: Great Expectations would read one from the name, and one name in a thousand ends like an offset (7201ad)
            run_id = RunIdentifier(run_name=run, run_time=datetime.now(UTC))
            context.checkpoints.add_or_update(checkpoint).run(batch_parameters=parameters, run_id=run_id)

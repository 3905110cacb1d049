"""What ``assay train`` and ``assay run`` do, for the command line and for Python alike."""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from audit.champion import names_a_run, with_champion_file
from audit.config import Config
from audit.contract.pandera_schema import compile_schema
from audit.core.errors import DataError
from audit.core.result import Result
from audit.core.run import Run
from audit.environment import environment
from audit.project import Project, open_project
from audit.run import GATE, MODEL, Progress
from audit.store import Store, new_run_id
from audit.verbs.gate import Written, set_aside
from audit.verbs.outputs import write_outputs
from training.champion import MODEL_FOLDER, PREDICTIONS_FILE, find_champion, with_champion
from training.pipeline import Trained
from training.pipeline import train as train_models
from training.threads import threads_for


def train(config: Config, *, progress: Progress | None = None) -> Written:
    """Train on data that a stored gate run vouches for, and write models, predictions and a run.

    The run states the gate's results again, together with the leakage checks on the split that was made; the models are judged by
    ``assay run``.

    Raises
    ------
    DataError
        The data cannot be learnt from, or the output folder cannot be written.
    UsageError
        No gate run vouches for the data, or the config is wrong.
    """
    clock = time.perf_counter()
    project = open_project(config)
    store = Store(config.reports)
    gate = store.passing_gate(config.project, project.sha256, project.contract.sha256)
    run_id = new_run_id()
    with store.writing(config.project, run_id) as folder:
        trained = _train(project, gate, folder, progress)
        split = _examine(project, trained, ("leakage",), progress)
        assert gate is not None  # training refuses otherwise
        run = replace(
            gate,
            id=run_id,
            verb="train",
            started=split.started,
            seconds=round(time.perf_counter() - clock, 3),
            results=_merged(gate.results, split.results),
            training=trained.record,
            roles=split.roles,
            environment=environment(),
            seed=config.seed,
            fail_on=config.audit.fail_on,
            notices=(*gate.notices, f"The results on the data are those of gate run {gate.id}."),
        )
        project.refuse_changed()
        run = write_outputs(folder, run, config.report.formats)
    return Written(run, store.folder(config.project, run_id))


def run(config: Config, *, progress: Progress | None = None) -> Written:
    """Gate, train and audit in one run. Data that do not pass are not trained on, and the run says so.

    Where the config trains nothing and the data hold predictions, those are audited.

    Raises
    ------
    DataError
        The data, the contract or the output folder cannot be read or written, or the data cannot be learnt from.
    UsageError
        The config or the contract is wrong.
    """
    clock = time.perf_counter()
    project = open_project(config)
    store = Store(config.reports)
    # before anything slow: a run or a file that is not there, or is damaged, ends the command at once
    champion = find_champion(config, list(project.subject.table.columns))
    if not names_a_run(config):
        with_champion_file(project.subject, config)
    examination = project.examine(GATE, verb="run", progress=progress)
    result = examination.run
    with store.writing(config.project, result.id) as folder:
        result = set_aside(project, examination, folder)
        if not result.passes:
            note = "The data did not pass the gate, so nothing was trained on them."
            result = replace(result, notices=(*result.notices, note))
        elif config.training is None and project.roles.prediction:
            audited = project.examine(MODEL, verb="run", subject=with_champion_file(project.subject, config), progress=progress).run
            result = replace(result, results=_merged(result.results, audited.results))
        else:
            trained, note = with_champion(_train(project, result, folder, progress), champion, config, project.sha256)
            audited = _examine(project, trained, MODEL, progress)
            notices = (*result.notices, *([note] if note else []))
            result = replace(result, results=_merged(result.results, audited.results), training=trained.record, roles=audited.roles, notices=notices)
        result = replace(result, environment=environment(), seconds=round(time.perf_counter() - clock, 3))
        project.refuse_changed()
        result = write_outputs(folder, result, config.report.formats)
    return Written(result, store.folder(config.project, result.id))


def _train(project: Project, gate: Run | None, folder: Path, progress: Progress | None) -> Trained:
    subject = replace(project.subject, sha256=project.sha256)
    schema = compile_schema(project.contract)
    trained = train_models(subject, project.contract, project.config, gate, schema=schema, folder=folder / MODEL_FOLDER, progress=progress)
    try:
        trained.predictions.to_parquet(folder / PREDICTIONS_FILE, index=False)
    except OSError as error:
        raise DataError(f"cannot write the predictions to '{folder}': {error.strerror or error}. Check the free space") from error
    return trained


def _examine(project: Project, trained: Trained, families: Sequence[str], progress: Progress | None) -> Run:
    with threads_for(len(trained.frame)):
        return project.examine(families, verb="run", subject=trained.subject, progress=progress).run


def _merged(before: Sequence[Result], after: Sequence[Result]) -> tuple[Result, ...]:
    """Put the later results of a family in place of the earlier ones: the leakage checks know more once the rows are divided."""
    again = {r.family for r in after}
    return (*(r for r in before if r.family not in again), *after)

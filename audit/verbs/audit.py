"""Predictions that were made elsewhere, judged."""

from audit.champion import names_a_run, with_champion_file
from audit.config import Config
from audit.core.errors import UsageError
from audit.project import open_project
from audit.run import MODEL, Progress
from audit.store import Store
from audit.verbs.gate import Written
from audit.verbs.outputs import write_outputs


def audit(config: Config, *, progress: Progress | None = None) -> Written:
    """Examine the predictions in a project's data, and write the run.

    Raises
    ------
    DataError
        The data, the contract or the output folder cannot be read or written.
    UsageError
        The config or the contract is wrong, or no column holds a prediction.
    """
    project = open_project(config)
    if not project.roles.prediction:
        raise UsageError(
            "assay audit needs predictions: name their column under 'roles: prediction' in assay.yaml, or let 'assay run' train and audit a model"
        )
    if names_a_run(config):
        raise UsageError(
            f"'audit: champion' is '{config.audit.champion}', a run; 'assay audit' loads no models. Name a file of predictions, or use 'assay run'"
        )
    run = project.examine(MODEL, verb="audit", subject=with_champion_file(project.subject, config), progress=progress).run
    store = Store(config.reports)
    with store.writing(config.project, run.id) as folder:
        project.refuse_changed()
        run = write_outputs(folder, run, config.report.formats)
    return Written(run, store.folder(config.project, run.id))

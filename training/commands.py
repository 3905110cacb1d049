"""The verbs ``train`` and ``run`` of the command line. Nothing heavy is imported until one is called."""

from audit.console import ConfigPath, ContractOption, DataOption, FailOnOption, JsonOption, OutOption, QuietOption, finish, load_config, progress_bar


def train(
    config: ConfigPath = None,
    data: DataOption = None,
    contract: ContractOption = None,
    out: OutOption = None,
    fail_on: FailOnOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Train models on data whose gate passed, and choose one on the validation rows."""
    from training.verbs import train

    with progress_bar(quiet or json) as progress:
        written = train(load_config(config, data, contract, out, fail_on), progress=progress)
    finish(written.run, written.folder, as_json=json, quiet=quiet)


def run(
    config: ConfigPath = None,
    data: DataOption = None,
    contract: ContractOption = None,
    out: OutOption = None,
    fail_on: FailOnOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Gate the data, train models on them, and audit the one that was chosen."""
    from training.verbs import run

    with progress_bar(quiet or json) as progress:
        written = run(load_config(config, data, contract, out, fail_on), progress=progress)
    finish(written.run, written.folder, as_json=json, quiet=quiet)

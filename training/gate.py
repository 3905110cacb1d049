"""No training without a passing gate over exactly these data and exactly this contract."""

from audit.core.contract import Contract
from audit.core.errors import UsageError
from audit.core.run import Run
from audit.core.subject import Subject
from audit.run import GATE


def require_gate(run: Run | None, subject: Subject, contract: Contract) -> None:
    """Refuse data that no passing gate vouches for.

    Parameters
    ----------
    run : Run or None
        The gate's run.
    subject : Subject
        What is about to be learnt from.
    contract : Contract
        What it has to keep.

    Raises
    ------
    UsageError
        There is no run, it is about other data or another contract, or it did not pass.
    """
    again = "Run 'assay gate' on them, mend what it finds, then train"
    if run is None:
        raise UsageError(f"{subject.name} has no passing gate run over exactly these data and this contract. {again}")
    for what, got, expected in (("data", run.subject.sha256, subject.sha256), ("contract", run.contract.sha256, contract.sha256)):
        if got != expected or (what == "data" and not expected):
            raise UsageError(
                f"gate run {run.id} is about other {what} (SHA-256 {got[:12] or 'unknown'}, expected {expected[:12] or 'a known one'}): "
                f"the {what} changed since. {again}"
            )
    gate = run.with_results([r for r in run.results if r.family in GATE])  # a run of all steps also judged models, which is beside the point here
    if not gate.passes:
        failing = [r.key for r in gate.results if r.status.rank <= gate.status.rank]
        named = ", ".join(failing[:8]) + (", …" if len(failing) > 8 else "")
        ended = f"ended '{gate.status}'" + (f" ({named})" if named else "")
        state = "could not fail ('--fail-on never')" if run.fail_on == "never" else ended
        raise UsageError(f"gate run {run.id} {state}; training refuses what did not pass. {again}")

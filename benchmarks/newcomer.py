"""The newcomer's clock: from a CSV that nobody has described to a gate that fails in CI, in commands, lines written by hand, and seconds.

    ASSAY_REAL_DATA=… python benchmarks/newcomer.py [--declared] [--datacontract PATH] [--gx PYTHON]

The Adult data (with a line of names) are cut in two halves at random. From the first half each tool makes its contract. Then CI runs the gate on
the second half, which is clean data of the same source, and on copies of it with one damage each. A tool is right where it ends in 0 on the first
and in another code on the others.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

NAMES = [
    "age", "workclass", "fnlwgt", "education", "education_num", "marital_status", "occupation", "relationship", "race", "sex", "capital_gain",
    "capital_loss", "hours_per_week", "native_country", "income",
]  # fmt: skip


def some(frame: pd.DataFrame, n: int) -> pd.Index:
    return frame.sample(n, random_state=7).index


def impossible_ages(frame: pd.DataFrame) -> pd.DataFrame:
    frame.loc[some(frame, 40), "age"] = 999
    return frame


def new_spelling(frame: pd.DataFrame) -> pd.DataFrame:
    frame.loc[some(frame, 25), "sex"] = " Femal"
    return frame


def gaps(frame: pd.DataFrame) -> pd.DataFrame:
    frame["age"] = frame["age"].astype("Int64")
    frame.loc[some(frame, 500), "age"] = pd.NA
    return frame


def renamed_column(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.rename(columns={"hours_per_week": "hours"})


def text_among_numbers(frame: pd.DataFrame) -> pd.DataFrame:
    frame["hours_per_week"] = frame["hours_per_week"].astype(object)
    frame.loc[some(frame, 10), "hours_per_week"] = "full time"
    return frame


def email_column(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(contact=[f"person{i}@example.org" for i in range(len(frame))])


def empty_file(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.head(0)


DAMAGES: list[Callable[[pd.DataFrame], pd.DataFrame]] = [
    impossible_ages, new_spelling, gaps, renamed_column, text_among_numbers, email_column, empty_file,
]  # fmt: skip


def run(command: list[str], folder: Path) -> tuple[int, float, float]:
    before, clock = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    code = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=600).returncode
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return code, time.perf_counter() - clock, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def clocked(name: str, written_by_hand: int, first: list[str], gate: list[str], seen: Path, deliveries: dict[str, Path]) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        shutil.copy(seen, folder / "adult.csv")
        made, wall, cpu = run(first, folder)
        outcomes, walls, cpus = {}, [wall], [cpu]
        for what, file in deliveries.items():
            shutil.copy(file, folder / "adult.csv")
            outcomes[what], wall, cpu = run(gate, folder)
            walls.append(wall)
            cpus.append(cpu)
    caught = [what for what in deliveries if what != "clean" and outcomes[what] != 0]
    missed = [what for what in deliveries if what != "clean" and outcomes[what] == 0]
    print(f"{name}: 2 commands, {written_by_hand} lines by hand; first command {walls[0]:.1f} s (CPU {cpus[0]:.1f}) exit {made}")
    print(f"  to the first failing gate {walls[0] + walls[2]:.1f} s (CPU {cpus[0] + cpus[2]:.1f})")
    print(f"  clean half: exit {outcomes['clean']}; damages stopped {len(caught)} of {len(DAMAGES)}; missed: {', '.join(missed) or 'none'}")
    print(f"  exit codes: {outcomes}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--datacontract", help="the command of datacontract-cli, in an environment of its own")
    parser.add_argument("--gx", help="a Python that has great_expectations")
    parser.add_argument("--declared", action="store_true", help="also the gate that looks for nothing that is not declared")
    parser.add_argument("--peers-only", action="store_true", help="leave Assay out")
    asked = parser.parse_args()
    here = Path(__file__).parent
    raw = pd.read_csv(Path(os.environ["ASSAY_REAL_DATA"]) / "adult" / "adult-train.csv", header=None, names=NAMES)
    shuffled = raw.sample(frac=1, random_state=1).reset_index(drop=True)
    half = len(shuffled) // 2
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        seen, deliveries = folder / "seen.csv", {"clean": folder / "clean.csv"}
        shuffled[:half].to_csv(seen, index=False)
        shuffled[half:].to_csv(deliveries["clean"], index=False)
        for damage in DAMAGES:
            deliveries[damage.__name__] = folder / f"{damage.__name__}.csv"
            damage(shuffled[half:].reset_index(drop=True)).to_csv(deliveries[damage.__name__], index=False)
        assay = [sys.executable, "-c", "from audit.cli import main; main()"]
        if not asked.peers_only:
            clocked("assay", 0, [*assay, "init", "adult.csv"], [*assay, "gate"], seen, deliveries)
        if asked.declared:
            clocked("assay --declared", 0, [*assay, "init", "adult.csv"], [*assay, "gate", "--declared"], seen, deliveries)
        if asked.datacontract:
            made = [asked.datacontract, "import", "csv", "--source", "adult.csv", "--output", "adult.odcs.yaml"]
            clocked("datacontract-cli", 0, made, [asked.datacontract, "test", "adult.odcs.yaml"], seen, deliveries)
        if asked.gx:
            script = here / "peers" / "gx_newcomer.py"
            lines = sum(1 for line in script.read_text().splitlines()[1:] if line.strip())
            gx = [asked.gx, str(script)]
            clocked(
                "Great Expectations", lines, [*gx, "write", "adult.csv", "rules.json"], [*gx, "check", "adult.csv", "rules.json"], seen, deliveries
            )


if __name__ == "__main__":
    main()

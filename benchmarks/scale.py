"""The gate on tables larger than its memory: seconds, peak memory, and how both grow with the rows.

python benchmarks/scale.py [--rows 10000000 100000000] [--folder FOLDER] [--memory 3GB] [--threads 2] [--keep]

The table is written in files of ten million rows (about 1.2 GB each), which are made only if they are not there. Each size is examined by a
whole process, ``assay gate --declared``, with DuckDB held to ``--memory``; the peak is that of the whole process, as the kernel counts it.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from generate import write

PART = 10_000_000
HERE = Path(__file__).parent


def parts(folder: Path, rows: int) -> list[Path]:
    """Return the files of the first rows, written where they are missing."""
    files = []
    for start in range(0, rows, PART):
        file = folder / f"part-{start // PART:02d}.parquet"
        if not file.exists():
            write(min(PART, rows - start), file.with_suffix(".tmp"), start)
            file.with_suffix(".tmp").rename(file)
        files.append(file)
    return files


def examined(files: list[Path], memory: str, threads: int) -> tuple[float, float, float, int, str]:
    """Return wall seconds, CPU seconds and peak GiB of one gate, its exit code, and the last line of what it said."""
    with tempfile.TemporaryDirectory(dir=files[0].parent) as work:
        for file in files:
            (Path(work) / file.name).symlink_to(file.resolve())
        command = [str(Path(sys.executable).parent / "assay"), "gate", "--declared", "--data", f"{work}/part-*.parquet"]
        command += ["--contract", str(HERE / "gate.odcs.yaml"), "--out", f"{work}/reports", "--quiet"]
        limits = {"ASSAY_MEMORY": memory, "ASSAY_TEMP": f"{work}/spilled", "ASSAY_THREADS": str(threads)}
        clock = time.perf_counter()
        child = subprocess.Popen(command, env=os.environ | limits, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        said = child.stderr.read() if child.stderr else ""
        _, _, used = os.wait4(child.pid, 0)
        child.returncode = 0
        wall = time.perf_counter() - clock
        reports = list(Path(work).glob("reports/*/*/run.json"))
        shown = f"run.json {reports[0].stat().st_size:,} bytes" if reports else said.strip().splitlines()[-1] if said.strip() else "nothing written"
        return wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 2**20, len(reports), shown


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000_000, 100_000_000])
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--memory", default="3GB")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--keep", action="store_true", help="leave the files for the next time")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="assay-scale-"))
    folder.mkdir(parents=True, exist_ok=True)
    first: tuple[int, float] | None = None
    try:
        for rows in options.rows:
            wall, cpu, peak, done, said = examined(parts(folder, rows), options.memory, options.threads)
            first = first or (rows, wall)
            ratio = wall / (first[1] * rows / first[0])
            print(f"{rows:>13,} rows  {wall:8.1f} s wall  {cpu:8.1f} s CPU  peak {peak:5.2f} GiB  {ratio:5.2f} × in proportion  {said}", flush=True)
            if not done:
                sys.exit("the gate wrote no run")
    finally:
        if not options.keep:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()

"""The gate against the hand-written limit, and whole processes beside its peers.

python benchmarks/gate.py [--rows 1000000] [--data FILE] [--runs 5] [--limit SCRIPT] [--peers] [--datacontract COMMAND]

Ours and the limit take turns, each in a fresh process, so that a change in the machine's speed falls on both; the figure is the median of the ratios
of neighbours. Their counts must agree. ``--peers`` adds pandera on polars and Great Expectations on pandas (both come with the development
environment), and datacontract-cli where ``--datacontract`` names its command in an environment of its own.
"""

import argparse
import json
import os
import resource
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
COUNTS = ("rows", "out_of_range", "bad_email", "bad_category", "duplicate_ids", "duplicate_rows")


def answer(script: Path, data: str) -> dict[str, object]:
    done = subprocess.run([sys.executable, str(script), data], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def comparable(counts: dict[str, object]) -> dict[str, object]:
    return {k: {c: int(n) for c, n in v.items()} if isinstance(v := counts[k], dict) else int(v) for k in COUNTS}


def whole_process(command: list[str], runs: int) -> str:
    walls, cpus = [], []
    for _ in range(runs):
        before, clock = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(command, capture_output=True, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        walls.append(time.perf_counter() - clock)
        cpus.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return f"{statistics.median(walls):7.2f} s wall {statistics.median(cpus):7.2f} s CPU   (wall from {min(walls):.2f} to {max(walls):.2f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--data")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--limit", type=Path, default=HERE / "gate_limit.py")
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--datacontract", help="command of datacontract-cli, in an environment of its own")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = options.data or str(Path(folder) / "ref.parquet")
        if not options.data:
            subprocess.run([sys.executable, str(HERE / "generate.py"), str(options.rows), data], check=True)
        ratios, ours, limits = [], [], []
        for i in range(options.runs + 1):
            limit, own = answer(options.limit, data), answer(HERE / "gate_ours.py", data)
            if comparable(limit) != comparable(own):
                sys.exit(f"the counts differ:\n{comparable(limit)}\n{comparable(own)}")
            if i:  # the first pair warms the file cache
                limits.append(limit["seconds"])
                ours.append(own["seconds"])
                ratios.append(own["seconds"] / limit["seconds"])
        print(f"rows {own['rows']:,}; {own['queries']} queries; all counts agree; {options.runs} pairs on {os.cpu_count()} cores")
        print(f"hand-written SQL   {statistics.median(limits):7.3f} s   (from {min(limits):.3f} to {max(limits):.3f})")
        print(f"assay gate's work  {statistics.median(ours):7.3f} s   (from {min(ours):.3f} to {max(ours):.3f})")
        print(f"ratio              {statistics.median(ratios):7.2f}     (from {min(ratios):.2f} to {max(ratios):.2f})")
        assay = [str(Path(sys.executable).parent / "assay"), "gate", "--declared", "--data", data, "--contract", str(HERE / "gate.odcs.yaml")]
        print("\nwhole processes, reading Parquet included")
        print(f"assay gate, all checks and quarantine   {whole_process([*assay, '--out', folder, '--quiet'], options.runs)}")
        if options.peers:
            for name in ("pandera_polars", "gx_pandas"):
                print(f"{name:39s} {whole_process([sys.executable, str(HERE / 'peers' / f'{name}.py'), data], max(options.runs // 2, 1))}")
        if options.datacontract:
            contract = Path(folder) / "peer.odcs.yaml"
            server = f"servers:\n  - {{server: local, type: local, path: {data}, format: parquet}}\nschema:\n"
            contract.write_text((HERE / "gate.odcs.yaml").read_text().replace("schema:\n", server, 1))
            command = [*shlex.split(options.datacontract), "test", str(contract)]
            print(f"{'datacontract-cli':39s} {whole_process(command, max(options.runs // 2, 1))}")


if __name__ == "__main__":
    main()

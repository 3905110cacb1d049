"""What each check of the gate costs alone, what the whole gate costs, and which checks grow faster than the table.

python benchmarks/gate_checks.py ROWS [--data FILE] [--smaller FILE] [--codes D016 L008 …] [--no-growth] [--no-whole]

Each code runs in a process and an engine of its own on the table of ``generate.py``, with roles declared: target, two sensitive columns, time, key,
three quasi-identifiers. Checks of promises run under the contract of ``gate.py``, those that look for what nobody promised without one, since they
leave alone what it speaks of. CPU seconds are of the examination, with what the check imports; memory is the peak of the
process beyond what it held before. Growth is the cost on all rows beside that on a tenth of them. At last `assay gate` as a process, with roles and
without, reports and quarantine included, with that contract and without.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from itertools import product
from pathlib import Path

import yaml

HERE = Path(__file__).parent
RULES = HERE / "gate.odcs.yaml"
ROLES = {"target": "y", "sensitive": ["c0", "c1"], "time": "ts", "key": ["id"], "quasi_identifiers": ["i0", "c2", "c3"]}


def config(data: str, *, roles: bool, contract: bool) -> dict[str, object]:
    promises = {"contract": str(RULES.resolve())} if contract else {}
    return {"data": str(Path(data).resolve()), "roles": ROLES if roles else {}} | promises


def alone(code: str, data: str) -> dict[str, object]:
    """Run the checks of one code here."""
    from audit.checks import discover
    from audit.config import make_config
    from audit.project import open_project
    from audit.run import GATE

    others = [c for c, check in discover().items() if check.family in GATE and c != code]
    chosen = config(data, roles=True, contract=not discover()[code].seeks)
    project = open_project(make_config(chosen | {"audit": {"skip": others}}))
    _ = project.sha256  # taken in the background otherwise, and counted as the check's
    before, cpu, clock = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time(), time.perf_counter()
    run = project.examine(GATE, verb="gate").run
    results = [r for r in run.results if r.code == code]
    return {
        "cpu": time.process_time() - cpu,
        "wall": time.perf_counter() - clock,
        "mib": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024,
        "checks": len(results),
        "status": min((r.status for r in results), key=lambda s: s.rank).value if results else "not planned",
    }


def in_a_process(code: str, data: str) -> dict[str, object]:
    done = subprocess.run([sys.executable, __file__, "0", "--alone", code, "--data", data], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def whole(data: str, folder: Path, *, roles: bool, contract: bool) -> str:
    file = folder / "assay.yaml"
    file.write_text(yaml.safe_dump(config(data, roles=roles, contract=contract) | {"report": {"folder": str(folder / "reports")}}))
    clock = time.perf_counter()
    command = [str(Path(sys.executable).parent / "assay"), "gate", str(file), "--quiet"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, state, used = os.wait4(process.pid, 0)
    wall, cpu = time.perf_counter() - clock, used.ru_utime + used.ru_stime
    return f"{wall:6.1f} s wall {cpu:6.1f} s CPU {used.ru_maxrss / 1024**2:5.2f} GiB   exit {os.waitstatus_to_exitcode(state)}"


def codes_of_the_gate() -> list[str]:
    from audit.checks import discover
    from audit.run import GATE

    return [code for code, check in discover().items() if check.family in GATE]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", type=int)
    parser.add_argument("--data")
    parser.add_argument("--smaller", help="a table of a tenth of the rows")
    parser.add_argument("--codes", nargs="+")
    parser.add_argument("--no-checks", action="store_true")
    parser.add_argument("--no-growth", action="store_true")
    parser.add_argument("--no-whole", action="store_true")
    parser.add_argument("--alone", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.alone:
        print(json.dumps(alone(options.alone, options.data)))
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        data, smaller = options.data or str(folder / "all.parquet"), options.smaller or str(folder / "tenth.parquet")
        for file, rows in ((data, options.rows), (smaller, options.rows // 10)):
            if not Path(file).exists():
                subprocess.run([sys.executable, str(HERE / "generate.py"), str(rows), file], check=True)
        print(f"{'code':5} {'checks':>6} {'CPU s':>7} {'wall s':>7} {'MiB':>6} {'of a tenth':>10} {'growth':>7}  state")
        total = 0.0
        for code in [] if options.no_checks else options.codes or codes_of_the_gate():
            found = in_a_process(code, data)
            total += found["cpu"]
            growth = "" if options.no_growth else f"{(less := in_a_process(code, smaller)['cpu']):10.2f} {found['cpu'] / max(less, 0.01):7.1f}"
            print(
                f"{code:5} {found['checks']:>6} {found['cpu']:7.2f} {found['wall']:7.2f} {found['mib']:6.0f} {growth:>18}  {found['status']}",
                flush=True,
            )
        print(f"{'sum':5} {'':6} {total:7.2f}")
        if not options.no_whole:
            for contract, roles in product((True, False), (True, False)):
                what = f"whole gate, {'with' if contract else 'without'} a contract, {'with' if roles else 'without'} roles"
                print(f"{what:50} {whole(data, folder, roles=roles, contract=contract)}", flush=True)


if __name__ == "__main__":
    main()

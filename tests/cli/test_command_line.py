"""The command line as a whole: what it lists, and what it must not import."""

import subprocess
import sys

HEAVY = ("torch", "shap", "streamlit", "sklearn", "great_expectations", "fairlearn", "altair")


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)


def test_help_lists_the_verbs_and_imports_next_to_nothing() -> None:
    code = "import sys; sys.argv = ['assay', '--help']\nfrom audit.cli import main\ntry:\n    main()\nexcept SystemExit:\n    pass\n"
    done = python(code + f"print('IMPORTED', [m for m in {(*HEAVY, 'ibis', 'pandas', 'duckdb')!r} if m in sys.modules])")
    for verb in ("gate", "train", "audit", "run", "report", "contract", "dashboard"):
        assert verb in done.stdout
    assert "IMPORTED []" in done.stdout, done.stdout[-300:] + done.stderr


def test_gate_imports_nothing_heavy_that_no_check_needs(tmp_path: object) -> None:
    code = (
        "import sys, pathlib, os\n"
        f"os.chdir({str(tmp_path)!r})\n"
        "pathlib.Path('t.csv').write_text('a\\n1\\n2\\n')\n"
        "sys.argv = ['assay', 'gate', '--data', 't.csv', '--quiet']\n"
        "from audit.cli import main\n"
        "try:\n    main()\nexcept SystemExit as stop:\n    print('EXIT', stop.code)\n"
        f"print('IMPORTED', [m for m in {HEAVY!r} if m in sys.modules and m != 'altair'])"
    )
    done = python(code)
    assert "EXIT 0" in done.stdout, done.stdout + done.stderr
    assert "IMPORTED []" in done.stdout


def test_unknown_verb_is_a_usage_error() -> None:
    done = python("import sys; sys.argv = ['assay', 'gaet']\nfrom audit.cli import main\nmain()")
    assert done.returncode == 2
    assert "gate" in done.stderr
    assert "Traceback" not in done.stderr

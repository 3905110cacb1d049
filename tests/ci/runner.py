"""The runner of GitHub Actions, as far as steps can tell: the files it reads back, and the lines it takes for commands.

Written after the documentation of workflow commands, on its own, so that what we write is read by other code than ours.
"""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Annotation:
    """An annotation as the runner shows it."""

    command: str
    properties: dict[str, str]
    message: str


def outputs(text: str) -> dict[str, str]:
    """Read a file of ``name=value`` and ``name<<END`` entries; the last entry of a name counts."""
    found: dict[str, str] = {}
    lines = iter(text.splitlines())
    for entry in lines:
        if not entry:
            continue
        heredoc, plain = entry.find("<<"), entry.find("=")
        if heredoc != -1 and (plain == -1 or heredoc < plain):
            name, end = entry.split("<<", 1)
            value = []
            for more in lines:
                if more == end:
                    break
                value.append(more)
            else:
                raise ValueError(f"no end '{end}' for '{name}'")
            found[name] = "\n".join(value)
        elif plain != -1:
            name, found_value = entry.split("=", 1)
            found[name] = found_value
        else:
            raise ValueError(f"neither name=value nor name<<END: {entry!r}")
    return found


def annotations(log: str) -> list[Annotation]:
    """Read the annotations from a log."""
    found = []
    for text in log.splitlines():
        match = re.match(r"\s*::(error|warning|notice)(?: (.*?))?::(.*)$", text)
        if match:
            pairs = [p.split("=", 1) for p in (match[2] or "").split(",") if p]
            found.append(Annotation(match[1], {k: _unescaped(v, (":", "3A"), (",", "2C")) for k, v in pairs}, _unescaped(match[3])))
    return found


def _unescaped(text: str, *more: tuple[str, str]) -> str:
    for character, code in (*more, ("\r", "0D"), ("\n", "0A"), ("%", "25")):
        text = text.replace(f"%{code}", character)
    return text


@dataclass(frozen=True)
class Ran:
    """An action that was run.

    Parameters
    ----------
    code : int
        0, or the exit code of the first step that failed.
    outputs : mapping of str to str
        Of the action.
    summary, log : str
        The summary page, and what all steps printed.
    used : mapping of str to mapping
        Actions that were called, with their inputs.
    """

    code: int
    outputs: dict[str, str]
    summary: str
    log: str
    used: dict[str, dict[str, str]]


def run_action(action: Path, folder: Path, inputs: dict[str, str], environment: dict[str, str]) -> Ran:
    """Run the steps of a composite action as the runner does: expressions first, then each script as a file in the shell that it names.

    Actions that are called are recorded and succeed. Files of the runner lie beside the working directory.
    """
    document = yaml.safe_load(action.read_text(encoding="utf-8"))
    unknown = inputs.keys() - document["inputs"].keys()
    if unknown:
        raise ValueError(f"no inputs {unknown}")
    given = {name: inputs.get(name, spec.get("default", "")) for name, spec in document["inputs"].items()}
    scope = {"inputs": given, "steps": {}, "github": {"action_path": str(action.parent)}}
    files = folder.parent / f"{folder.name}-runner"
    files.mkdir()
    code, log, used = 0, "", {}
    (files / "summary").touch()
    for number, step in enumerate(document["runs"]["steps"]):
        condition = str(step.get("if", "success()")).removeprefix("${{").removesuffix("}}")
        if not re.search(r"\b(always|cancelled|failure|success)\(", condition):
            condition = f"success() && ({condition})"
        if not _evaluate(condition, scope, failed=code != 0):
            continue
        if "uses" in step:
            used[step["uses"]] = {name: _filled(value, scope) for name, value in step.get("with", {}).items()}
            continue
        if step["shell"] != "bash":
            raise ValueError(f"no shell '{step['shell']}' here")
        script = files / f"{number}.sh"
        script.write_text(_filled(step["run"], scope), encoding="utf-8")
        own = {variable: files / f"{number}-{variable}" for variable in ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH")}
        for file in own.values():
            file.touch()
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=folder / _filled(step.get("working-directory", "."), scope),
            env={
                **environment, "GITHUB_ACTIONS": "true", "CI": "true", "GITHUB_WORKSPACE": str(folder), "RUNNER_TEMP": str(files),
                "GITHUB_STEP_SUMMARY": str(files / "summary"), **{name: str(file) for name, file in own.items()},
                **{name: _filled(value, scope) for name, value in step.get("env", {}).items()},
            },
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=900, check=False,
        )  # fmt: skip
        log += done.stdout
        code = code or done.returncode
        if "id" in step:
            scope["steps"][step["id"]] = {"outputs": outputs(own["GITHUB_OUTPUT"].read_text(encoding="utf-8"))}
    found = {name: _filled(spec["value"], scope) for name, spec in document["outputs"].items()}
    return Ran(code, found, (files / "summary").read_text(encoding="utf-8"), log, used)


def _filled(text: str, scope: dict[str, Any]) -> str:
    return re.sub(r"\$\{\{(.*?)\}\}", lambda match: str(_evaluate(match[1], scope)), str(text))


def _evaluate(expression: str, scope: dict[str, Any], *, failed: bool = False) -> Any:
    """Evaluate the few kinds of expression that an action here may use; a value that is not there is empty, as on GitHub."""

    def value(path: str) -> str:
        found: Any = scope
        for part in path.split("."):
            found = found.get(part, {})
        return found if isinstance(found, str) else ""

    text = re.sub(r"\b(?:inputs|steps|github)(?:\.[\w-]+)+", lambda match: repr(value(match[0])), expression)
    for theirs, ours in (("always()", "True"), ("!cancelled()", "True"), ("success()", str(not failed)), ("&&", " and "), ("||", " or ")):
        text = text.replace(theirs, ours)
    return eval(text.strip(), {"__builtins__": {}})

"""Runs a composite action's shell steps as the runner of GitHub Actions does: expressions replaced in env, if and
outputs (never in scripts: those that hold one are refused), each run step with bash, GITHUB_OUTPUT read back.

Steps that use another action are recorded with their inputs and pass; ``outputs`` may be set beforehand for them.
Expressions that are understood: inputs.X, steps.X.outputs.Y, always(), strings, ==, != and &&.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")


@dataclass
class ActionRun:
    code: int = 0
    log: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    ran: list[str] = field(default_factory=list)
    used: dict[str, dict[str, str]] = field(default_factory=dict)
    summary: str = ""


def run_action(
    action: Path, inputs: Mapping[str, str], *, cwd: Path, scratch: Path, environment: Mapping[str, str]
) -> ActionRun:
    document = yaml.safe_load(action.read_text("utf-8"))
    unknown = set(inputs) - set(document["inputs"])
    if unknown:
        raise ValueError(f"the action has no such inputs: {sorted(unknown)}")
    values = {name: str(inputs.get(name, spec.get("default", ""))) for name, spec in document["inputs"].items()}
    steps: dict[str, dict[str, str]] = {}
    done = ActionRun()
    scratch.mkdir(parents=True, exist_ok=True)
    summary = scratch / "summary"
    summary.touch()
    for number, step in enumerate(document["runs"]["steps"]):
        name = step["name"]
        condition = EXPRESSION.sub(r"\1", str(step.get("if", "")))
        if not _holds(condition, values, steps, failed=done.code != 0):
            continue
        done.ran.append(name)
        if "uses" in step:
            done.used[step["uses"]] = {k: _expand(v, values, steps) for k, v in step.get("with", {}).items()}
            continue
        if EXPRESSION.search(step["run"]):
            raise ValueError(f"{name}: an expression in a script would be run as code")
        if step["shell"] != "bash":
            raise ValueError(f"{name}: only bash is known here")
        script, output = scratch / f"{number}.sh", scratch / f"{number}.output"
        script.write_text(step["run"], "utf-8")
        output.touch()
        given = {key: _expand(value, values, steps) for key, value in step.get("env", {}).items()}
        ran = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=cwd,
            env={
                **environment,
                "GITHUB_ACTIONS": "true",
                "GITHUB_ACTION_PATH": str(action.parent),
                "GITHUB_OUTPUT": str(output),
                "GITHUB_STEP_SUMMARY": str(summary),
                "RUNNER_TEMP": str(scratch),
                **given,
            },
            capture_output=True,
            text=True,
            timeout=240,
        )
        done.log += ran.stdout + ran.stderr
        if ran.returncode and not done.code:
            done.code = ran.returncode
        if "id" in step:
            lines = output.read_text("utf-8").splitlines()
            steps[step["id"]] = dict(line.split("=", 1) for line in lines)
    done.summary = summary.read_text("utf-8")
    done.outputs = {k: _expand(v["value"], values, steps) for k, v in document.get("outputs", {}).items()}
    return done


def _value(term: str, inputs: Mapping[str, str], steps: Mapping[str, Mapping[str, str]]) -> str:
    term = term.strip()
    if term.startswith("'") and term.endswith("'"):
        return term[1:-1].replace("''", "'")
    kind, _, rest = term.partition(".")
    if kind == "inputs":
        return inputs[rest]
    if kind == "steps":
        step, outputs, name = rest.split(".")
        if outputs != "outputs":
            raise ValueError(term)
        return steps.get(step, {}).get(name, "")
    raise ValueError(f"an expression that is not understood: {term}")


def _expand(text: Any, inputs: Mapping[str, str], steps: Mapping[str, Mapping[str, str]]) -> str:
    return EXPRESSION.sub(lambda match: _value(match[1], inputs, steps), str(text))


def _holds(condition: str, inputs: Mapping[str, str], steps: Mapping[str, Mapping[str, str]], *, failed: bool) -> bool:
    terms = [term.strip() for term in condition.split("&&") if term.strip()]
    if failed and "always()" not in terms:
        return False
    for term in terms:
        if term == "always()":
            continue
        match = re.fullmatch(r"(.+?)\s*(==|!=)\s*(.+)", term)
        if match is None:
            raise ValueError(f"a condition that is not understood: {term}")
        equal = _value(match[1], inputs, steps) == _value(match[3], inputs, steps)
        if equal is not (match[2] == "=="):
            return False
    return True

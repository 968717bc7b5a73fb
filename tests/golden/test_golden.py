"""Every directory here is a configuration with the result that its verification must give.

    tests/golden/<name>/config/      the files (the root module; modules in subfolders)
    tests/golden/<name>/policy/      Rego policies, optional
    tests/golden/<name>/settings.toml  VerifySettings, optional: vars, strict_vars, strict_versions, stages, lint; and
                                     ``state``, the name of a state file beside it, ``var_files``, names of files
    tests/golden/<name>/result.json  only what is stable: verdicts, codes, places, changes, rules, assumptions

TERRAFORMER_UPDATE_GOLDEN=1 writes the results anew; read the diff before committing it.
"""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path
from typing import Any

import pytest

from terraformer.types import Certificate, VerificationReport
from terraformer.verify import VerifierPool, VerifySettings, load_config, load_policies
from terraformer.verify.settings import CheckSettings

HERE = Path(__file__).parent
CASES = sorted(path.name for path in HERE.iterdir() if (path / "config").is_dir())


def settings_of(case: Path) -> VerifySettings:
    options: dict[str, Any] = {}
    file = case / "settings.toml"
    if file.is_file():
        options = tomllib.loads(file.read_text("utf-8"))
    if "state" in options:
        options["state"] = (case / options["state"]).read_bytes()
    for stage in ("lint", "security"):
        if stage in options:
            options[stage] = CheckSettings(**options[stage])
    options["var_files"] = tuple((name, (case / name).read_bytes()) for name in options.pop("var_files", ()))
    return VerifySettings(cache=False, **options)


def certificate(found: Certificate) -> dict[str, Any]:
    place = {"file": found.range.file, "line": found.range.start.line} if found.range else {}
    named = {"address": found.address, "attribute": found.attribute_path, "rule": found.rule}
    return {
        "stage": found.stage.value,
        "severity": found.severity.value,
        "code": found.code,
        **{key: value for key, value in named.items() if value},
        **place,
    }


def stable(report: VerificationReport) -> dict[str, Any]:
    return {
        "compilable": report.compilable,
        "deployable": report.deployable,
        "correct": report.correct,
        "certificates": [certificate(c) for c in report.certificates],
        "changes": {c.address: list(c.actions) for c in sorted(report.changes, key=lambda c: c.address)},
        "rules": {f"{r.policy}: {r.rule}": r.passed for r in sorted(report.rules, key=lambda r: (r.policy, r.rule))},
        "assumptions": sorted({f"{a.address} {a.attribute}".strip() for a in report.assumptions}),
    }


@pytest.mark.parametrize("name", CASES)
def test_golden(pool: VerifierPool, name: str) -> None:
    case = HERE / name
    policies = load_policies(case / "policy") if (case / "policy").is_dir() else ()
    report = pool.verify(load_config(case / "config"), policies=policies, settings=settings_of(case))
    assert report.tool_errors == ()
    got = stable(report)
    wanted = case / "result.json"
    if os.environ.get("TERRAFORMER_UPDATE_GOLDEN"):
        wanted.write_text(json.dumps(got, indent=2, ensure_ascii=False) + "\n", "utf-8")
    assert got == json.loads(wanted.read_text("utf-8"))


def test_there_are_cases() -> None:
    assert len(CASES) >= 40

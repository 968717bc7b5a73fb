"""Writes the generated pages of docs/: cli.md from the command line, certificates/*.md from the registry of codes,
policies/*/*.md from the built-in policy libraries, and the table of numbers in fidelity.md from the newest results in
benchmarks/results.

    python docs/generate.py            write them
    python docs/generate.py --check    exit 1 and name the pages that differ

A test compares them, and another verifies every example on the pages.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from terraformer.cli import settings_file
from terraformer.types import Severity
from terraformer.verify.codes import CODES, CodeInfo
from terraformer.verify.policies import PolicyRule, policy_rules

DOCS = Path(__file__).parent
COMMANDS: tuple[tuple[str, ...], ...] = (
    (),
    ("generate",),
    ("mutate",),
    ("repair",),
    ("verify",),
    ("compare",),
    ("intent",),
    ("intent", "show"),
    ("intent", "to-rego"),
    ("intent", "check"),
    ("eval",),
    ("eval", "iac-eval"),
    ("eval", "tf-gen"),
    ("eval", "tf-mutn"),
    ("data",),
    ("data", "synth"),
    ("data", "curate"),
    ("data", "show"),
    ("data", "validate"),
    ("data", "stats"),
    ("data", "export"),
    ("train",),
    ("train", "tokens"),
    ("train", "sft"),
    ("train", "rl"),
    ("train", "evaluate"),
    ("train", "export"),
    ("train", "plot"),
    ("schema",),
    ("schema", "list"),
    ("schema", "show"),
    ("schema", "search"),
    ("schema", "capture"),
    ("schema", "build"),
    ("doctor",),
)
LIBRARIES = ("aws-baseline",)
GENERATED = "<!-- Written by `make docs`; do not edit. -->\n"


def main(arguments: list[str]) -> int:
    pages = dict(all_pages())
    stale = [path for path, text in pages.items() if not path.is_file() or path.read_text("utf-8") != text]
    written = [*(DOCS / "certificates").glob("*.md"), *(DOCS / "policies").glob("*/*.md")]
    gone = [path for path in written if path not in pages]
    if "--check" in arguments:
        for path in (*stale, *gone):
            print(f"{path.relative_to(DOCS.parent)} differs: run make docs", file=sys.stderr)
        return 1 if stale or gone else 0
    for path in gone:
        path.unlink()
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(pages[path], "utf-8")
    print(f"{len(pages)} pages, {len(stale)} written, {len(gone)} removed")
    return 0


def all_pages() -> Iterator[tuple[Path, str]]:
    """Every generated page with its text."""
    yield DOCS / "cli.md", cli_page()
    yield DOCS / "fidelity.md", fidelity_page()
    yield DOCS / "guide" / "settings.md", settings_page()
    yield DOCS / "certificates" / "README.md", index_page()
    for info in CODES.values():
        yield DOCS / "certificates" / f"{info.code}.md", certificate_page(info)
    for library in LIBRARIES:
        yield DOCS / "policies" / library / "README.md", library_page(library)
        for rule in policy_rules(library):
            yield DOCS / "policies" / library / f"{rule.id}.md", rule_page(library, rule)


# --- the command line ------------------------------------------------------------------------------------------------


def cli_page() -> str:
    parts = [
        f"# Command line\n\n{GENERATED}\n",
        "Exit codes of every command: 0 clean, 1 tool or usage error, 2 findings. Errors are one line on standard\n",
        "error; `TERRAFORMER_DEBUG=1` shows the traceback. Colours follow the terminal, `NO_COLOR` and\n"
        "`FORCE_COLOR`.\n",
    ]
    for path in COMMANDS:
        title = " ".join(("terraformer", *path))
        parts += ["\n## ", title, "\n\n```\n", help_of(path), "\n```\n"]
    return "".join(parts)


def help_of(path: Sequence[str]) -> str:
    """What `terraformer PATH --help` prints, 100 columns wide whatever the terminal."""
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb", "LC_ALL": "C.UTF-8"}
    environment.pop("FORCE_COLOR", None)
    command = [sys.executable, "-c", "from terraformer.cli import main; main()", *path, "--help"]
    shown = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return "\n".join(line.rstrip() for line in shown.stdout.strip().splitlines())


def settings_page() -> str:
    page = (DOCS / "guide" / "settings.md").read_text("utf-8")
    rows = "".join(settings_file.row(key) + "\n" for key in settings_file.KEYS.values())
    table = f"| key | value | option | default | |\n|---|---|---|---|---|\n{rows}"
    return re.sub(r"(<!-- keys:start -->\n).*?(<!-- keys:end -->)", lambda m: m[1] + table + m[2], page, flags=re.S)


# --- numbers ---------------------------------------------------------------------------------------------------------


def newest(name: str) -> tuple[dict[str, Any], str] | None:
    """The newest result of a benchmark with its date, None when there is none."""
    found = sorted((DOCS.parent / "benchmarks" / "results").glob(f"{name}-[0-9]*.json"))
    if not found:
        return None
    data = json.loads(found[-1].read_text("utf-8"))
    return data.get("result", data), found[-1].stem[-10:]


def _rows() -> Iterator[tuple[str, str, str]]:
    """(script, what was measured, result) for every benchmark that has a result."""
    for name, what, show in (
        (
            "fidelity",
            "agreement with real plans and real OPA (40 model-written configurations)",
            lambda r: f"deploy {r['deploy_agree']}/{r['deploy_total']}, policy {r['policy_agree']}/{r['policy_total']}",
        ),
        (
            "references",
            "60 reference configurations of IaC-Eval",
            lambda r: (
                f"{r['deploy']} of {r['offline']} that can be planned offline deploy, {r['policy']} meet their policy"
            ),
        ),
        (
            "schema-fidelity",
            "compiled AWS schema against the real one",
            lambda r: f"{r['types_exact']}/{r['types']} types and {r['attributes']} attributes equal",
        ),
        (
            "differential",
            "our checks of values against a real provider's own",
            lambda r: (
                f"{r['cases']} cases, {r['types']} types: precision {r['precision']:.2%}, recall {r['recall']:.1%} "
                f"(provider {r['provider']})"
            ),
        ),
        (
            "embedded",
            "embedded model under the grammar, one attempt on 60 prompts",
            lambda r: (
                f"{r['compile']} compile, {r['deploy']} deploy, {r['correct']} correct; median {r['median_seconds']} s"
            ),
        ),
        (
            "throughput",
            "compile, deploy and policy on two cores",
            lambda r: (
                f"{r['configs_per_second']} configurations/s, p50 {r['p50_ms']} ms at one worker, "
                f"{r['ratio_to_version']} x `terraform version`, peak {r['peak_mb']:.0f} MB"
            ),
        ),
        (
            "lint",
            "lint of 60 reference configurations of IaC-Eval, recommended rules",
            lambda r: f"{r['all']['no_error']} without an error, {r['all']['no_issue']} without any issue",
        ),
        (
            "security",
            "Checkov and the built-in policies on the same 60",
            lambda r: (
                f"mean pass share {r['pass_share_mean']:.1%} of {r['judged']}; all stages {r['ms_with']['mean']} ms, "
                f"p95 {r['ms_with']['p95']} ms, against {r['ms_without']['mean']} ms without security"
            ),
        ),
        (
            "compare",
            "changes to public configurations against their applied state",
            lambda r: (
                f"none seen in {r['equal']} of {r['deploys']} that did not change, just the one made in "
                f"{r['one_added']}; p50 {r['change_warm']['p50_ms']} ms with the state at hand"
            ),
        ),
        (
            "blueprints",
            "configurations made from blueprints, each with its own policy",
            lambda r: (
                f"{r['instances'] - r['failed']} of {r['instances']} deploy and pass, "
                f"from {r['blueprints']} blueprints over {r['resource_types']} resource types"
            ),
        ),
        (
            "soak",
            "10,000 runs in a row",
            lambda r: (
                f"worker files {r['first']['worker_files']} to {r['last']['worker_files']}, "
                f"parent {r['first']['parent_mb']} to {r['last']['parent_mb']} MB, tool errors {r['tool_errors']}, "
                f"workers left {r['workers_left']}"
            ),
        ),
    ):
        found = newest(name)
        if found is not None:
            yield f"`{name.replace('-', '_')}.py`, {found[1]}", what, show(found[0])


def fidelity_page() -> str:
    page = (DOCS / "fidelity.md").read_text("utf-8")
    table = "| script | what | result |\n|---|---|---|\n" + "".join(f"| {a} | {b} | {c} |\n" for a, b, c in _rows())
    return re.sub(
        r"(<!-- numbers:start -->\n).*?(<!-- numbers:end -->)", lambda m: m[1] + table + m[2], page, flags=re.S
    )


# --- certificates ----------------------------------------------------------------------------------------------------


def index_page() -> str:
    rows = "".join(
        f"| [{info.code}]({info.code}.md) | {info.stage.value} | {info.severity.value} | {info.title} |\n"
        for info in CODES.values()
    )
    return (
        f"# Certificates\n\n{GENERATED}\nEvery finding has a stable code. The examples are verified by a test.\n\n"
        f"| code | stage | severity | |\n|---|---|---|---|\n{rows}"
    )


def certificate_page(info: CodeInfo) -> str:
    parts = [
        f"# {info.code}\n\n{GENERATED}\n",
        f"**{info.title}.** Stage: {info.stage.value}; severity: {info.severity.value}.\n",
        f"\n## Why\n\n{info.why}\n",
    ]
    if info.how:
        parts.append(f"\n{info.how}\n")
    parts.append(f"\n## How to fix\n\n{info.fix}\n")
    plain = {name: value for name, value in info.settings.items() if name not in ("stages", "lint", "security")}
    if plain:
        shown = ", ".join(f"`{name}={value!r}`" for name, value in plain.items())
        parts.append(f"\nThe examples are verified with the settings {shown}.\n")
    if info.policies:
        parts.append("\n## Policy\n" + _files(info.policies, "rego"))
    if info.bad is not None and info.good is not None:
        parts.append("\n## Example with the fault\n" + _files(info.bad, "hcl"))
        parts.append("\n## Example without it\n" + _files(info.good, "hcl"))
    return "".join(parts)


# --- built-in policies -----------------------------------------------------------------------------------------------


def library_page(library: str) -> str:
    rows = "".join(
        f"| [{rule.id}]({rule.id}.md) | {'warn' if rule.severity is Severity.WARNING else 'deny'} | {rule.title} |\n"
        for rule in policy_rules(library)
    )
    return (
        f"# Policies: {library}\n\n{GENERATED}\n"
        f"`terraformer verify . --policy builtin:{library}` judges the plan by these rules. They are Rego (v1) in\n"
        f"conftest's manner: `deny` rules are errors, `warn` rules warnings. A test plans every page's examples.\n\n"
        f"| rule | | |\n|---|---|---|\n{rows}"
    )


def rule_page(library: str, rule: PolicyRule) -> str:
    kind = "a warning" if rule.severity is Severity.WARNING else "an error"
    return (
        f"# {rule.id}\n\n{GENERATED}\n**{rule.title}.** Library: [{library}](README.md); {kind}; rule "
        f"`{rule.rego}`.\n\n## Why\n\n{rule.why}\n\n## How to fix\n\n{rule.fix}\n"
        f"\n## What it objects to\n{_files({'main.tf': rule.bad}, 'hcl')}"
        f"\n## What it lets pass\n{_files({'main.tf': rule.good}, 'hcl')}"
    )


def _files(files: Mapping[str, str], language: str) -> str:
    parts = []
    for name, text in files.items():
        shown = text if len(text) <= 4000 else text[:4000] + "...\n"
        title = "" if len(files) == 1 and name == "main.tf" else f"\n`{name}`:\n"
        parts.append(f"{title}\n```{language if name.endswith(('.tf', '.rego')) else ''}\n{shown.rstrip()}\n```\n")
    return "".join(parts)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

"""The security stage: Checkov's checks of Terraform on the source, as certificates and as a pass share.

Only the modules that the configuration uses are scanned, from a copy without anything else of the directory (files in
JSON syntax are put into native syntax, which is all that Checkov reads). Values of variables come from defaults, and
from terraform.tfvars and *.auto.tfvars beside the root module. A check that an inline ``#checkov:skip=ID:reason``
leaves out counts neither as passed nor as failed. Every check has the severity "error" (without its platform Checkov
knows none) unless the settings say otherwise.
"""

from __future__ import annotations

import contextlib
import re

from terraformer.errors import ToolFailure
from terraformer.hcl import ModuleTree
from terraformer.hcl.syntax import graphemes
from terraformer.hcl.tree import BlockRef
from terraformer.types import (
    Certificate,
    CheckResult,
    Position,
    Severity,
    SourceRange,
    Stage,
    TerraformConfig,
    ToolError,
)
from terraformer.verify.settings import CheckSettings
from terraformer.verify.snippets import snippet_of
from terraformer.verify.stages import checkov_runner
from terraformer.verify.stages.checkov_runner import CheckovFinding, NotInstalled
from terraformer.verify.stages.native_syntax import native_syntax
from terraformer.verify.stages.outcome import SourceOutcome

__all__ = ["check_security", "prepare_security"]

_TFVARS = re.compile(r"(terraform|.+\.auto)\.tfvars(\.json)?")
_JSON = ".tf.json"
_NATIVE = ".tf"  # put after the names of files that were in JSON syntax
_SEGMENT = re.compile(r"[A-Za-z_][\w-]*")


def prepare_security() -> None:
    """Load Checkov ahead of the first call, for a process that cannot read its files later. Raises ToolFailure."""
    checkov_runner.load()


def check_security(config: TerraformConfig, tree: ModuleTree, settings: CheckSettings) -> SourceOutcome:
    """Checkov's verdicts on a configuration. Failures of Checkov, and its absence, are tool errors."""
    if tree.parse_errors or any(module.parse_errors for module in tree.modules.values()):
        # Compiling says what is wrong. Checkov would not only fail: its lexer takes exponential time on a quote that is
        # never closed, which is just what a truncated answer of a model has.
        return SourceOutcome(skipped=True)
    try:
        scan = checkov_runner.scan_files(_files(config, tree))
    except NotInstalled as error:
        return SourceOutcome(tool_errors=(ToolError("security-missing", str(error), Stage.SECURITY),))
    except ToolFailure as error:
        return SourceOutcome(tool_errors=(ToolError("security", str(error), Stage.SECURITY),))
    unreadable = {name.removesuffix(_NATIVE) if name.endswith(_JSON + _NATIVE) else name for name in scan.unreadable}
    places = _Places(config, tree)
    checks: dict[tuple[str, str], bool] = {}
    certificates: list[Certificate] = []
    for finding in sorted(scan.findings, key=lambda f: (f.file, f.first_line, f.check, f.address)):
        if not settings.wants(finding.check):
            continue
        address = places.address(finding)
        key = (finding.check, address)
        if not finding.passed and checks.get(key, True):
            certificates.append(_certificate(finding, address, places, config, settings))
        checks[key] = checks.get(key, True) and finding.passed
    return SourceOutcome(
        tuple(certificates),
        tuple(CheckResult(Stage.SECURITY, check, address, passed) for (check, address), passed in checks.items()),
        tuple(
            ToolError("security-parse", f"Checkov cannot parse {name}, so it was not checked", Stage.SECURITY)
            for name in sorted(unreadable)
        ),
    )


def _files(config: TerraformConfig, tree: ModuleTree) -> dict[str, bytes]:
    """The files of the modules in use, JSON ones in native syntax, and the root module's files of variables."""
    names = {name for module in tree.modules.values() for name in module.files}
    prefix = "" if config.root == "." else f"{config.root}/"
    names |= {n for n in config.files if n.startswith(prefix) and _TFVARS.fullmatch(n[len(prefix) :])}
    files: dict[str, bytes] = {}
    for name in sorted(names & config.files.keys()):
        content = config.files[name]
        if name.endswith(_JSON):
            with contextlib.suppress(ValueError):
                content = native_syntax(content)
            name += _NATIVE
        files[name] = content
    return files


def _certificate(
    finding: CheckovFinding, address: str, places: _Places, config: TerraformConfig, settings: CheckSettings
) -> Certificate:
    attribute = finding.attributes[0] if len(finding.attributes) == 1 else None
    range_ = places.range(finding, address, attribute)
    looked_at = f" It looks at {', '.join(finding.attributes)}." if finding.attributes else ""
    what = finding.name.rstrip(". ")
    return Certificate(
        Stage.SECURITY,
        settings.severity(finding.check, Severity.ERROR),
        "security-finding",
        f"{finding.check}: {what}",
        f"Checkov's check {finding.check} ({what}) does not pass for {address or finding.file}.{looked_at}",
        range=range_,
        address=address or None,
        attribute_path=attribute,
        snippet=snippet_of(config, range_),
        fix=finding.fix
        or f"Change {address or 'the configuration'} so that this holds: {what[:1].lower() + what[1:]}. If it is meant "
        f"to be so, put a comment #checkov:skip={finding.check}:<reason> into the block.",
        rule=finding.check,
    )


class _Places:
    """Where Checkov's objects are in the configuration."""

    def __init__(self, config: TerraformConfig, tree: ModuleTree) -> None:
        self.config = config
        self.tree = tree

    def address(self, finding: CheckovFinding) -> str:
        """Terraform's address of what was checked: a block, 'provider.aws.west' or 'module.name'."""
        name = finding.address
        if self.tree.find(name) is not None:
            return name
        head, dot, rest = name.rpartition("module.")
        if self.tree.find(f"{head}{dot}data.{rest}") is not None:
            return f"{head}{dot}data.{rest}"
        for provider in self.tree.root.provider_blocks:
            if provider.file == finding.file and provider.range.start.line == finding.first_line:
                return f"provider.{provider.name}" + (f".{provider.alias}" if provider.alias else "")
        for key, module in self.tree.modules.items():
            for call in module.module_calls:
                if call.file == finding.file and call.range.start.line == finding.first_line:
                    return ".".join(f"module.{step}" for step in [*filter(None, key.split(".")), call.name])
        return name

    def range(self, finding: CheckovFinding, address: str, attribute: str | None) -> SourceRange | None:
        """The attribute's line where it is written, else the head of the block, else the lines that Checkov names."""
        found = self.tree.find(address)
        if found is not None:
            return self._attribute(found[1], attribute) or found[1].header
        content = self.config.files.get(finding.file)
        return None if content is None else _line(finding.file, content, finding.first_line)

    def _attribute(self, block: BlockRef, attribute: str | None) -> SourceRange | None:
        content = self.config.files.get(block.file)
        if content is None or not attribute:
            return None
        start, end = block.header.end.byte, block.range.end.byte
        line = None
        for name in _SEGMENT.findall(re.sub(r"\[[^\]]*\]", "", attribute)):
            pattern = rb'^[ \t]*(?:dynamic[ \t]+)?"?' + re.escape(name.encode()) + rb'"?[ \t]*[={:]'
            written = re.compile(pattern, re.M).search(content, start, end)
            if written is None:
                break
            start = written.end()
            line = content.count(b"\n", 0, written.end()) + 1
        return None if line is None else _line(block.file, content, line)


def _line(file: str, content: bytes, number: int) -> SourceRange | None:
    """One line without the blanks around it."""
    start = 0
    for _ in range(number - 1):
        start = content.find(b"\n", start) + 1
        if start == 0:
            return None
    end = content.find(b"\n", start)
    text = content[start : end if end >= 0 else len(content)]
    body = text.strip()
    if not body:
        return None
    left = len(text) - len(text.lstrip())
    column = left + 1
    width = graphemes(body[:4000].decode("utf-8", "replace"))
    return SourceRange(
        file,
        Position(number, column, start + left),
        Position(number, column + width, start + left + len(body)),
    )

"""Terraform's diagnostics as certificates: stable code, range, address, attribute path, snippet, how to fix.

Source: Terraform's machine-readable UI ("diagnostic" messages of ``-json``); the summaries are those of Terraform 1.5
to 1.15 and OpenTofu 1.6 to 1.10, read off their sources (internal/terraform, internal/configs, hashicorp/hcl). A
summary that is not known becomes the code ``terraform-error`` (``terraform-warning``) with everything that Terraform
said.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from terraformer.hcl import ModuleTree, split_address
from terraformer.provider.diagnostics import Diagnostic
from terraformer.types import Certificate, Position, Severity, SourceRange, Stage, TerraformConfig
from terraformer.verify.codes import CODES
from terraformer.verify.fixes import FixBook
from terraformer.verify.snippets import snippet_of

__all__ = ["INTERNAL_SUMMARIES", "DiagnosticReader", "code_of", "recorded_finding", "sort_key"]

INTERNAL_SUMMARIES = re.compile(
    r"Provider produced (invalid|inconsistent)|Plugin did not respond|Plugin error|Failed to load plugin|"
    r"Failed to obtain provider schema|Internal validation error|Failed to instantiate provider|Request cancelled|"
    r"Unable to (?:create|write) .*plan|Failed to (?:write|save) plan|Failed to write plan file|^terraformer:"
)
"""Diagnostics that are failures of ours, whatever the configuration says: tool errors, not findings."""

# (code, summary pattern, detail pattern): the first that matches wins.
_PATTERNS: tuple[tuple[str, str, str], ...] = (
    ("file-access", r"", r"permission denied|operation not permitted"),
    ("file-not-found", r"", r"[Nn]o file exists at|no such file or directory"),
    ("invalid-reference", r"^Reference to \"(?:each|count|self)\" in |^each\.(?:key|value) cannot be used in", r""),
    ("invalid-reference", r"Invalid variable validation condition", r""),
    ("invalid-count", r"Invalid combination of \"count\" and", r""),
    ("unsupported-argument", r"Unsupported argument|Reserved argument name in \w+ block", r""),
    ("unsupported-block", r"Unsupported block type|Reserved block type name in", r""),
    ("missing-argument", r"Missing required argument|Missing required attribute", r""),
    ("missing-block", r"(Insufficient|Missing) \S+ blocks?$|Not enough \S+ blocks", r""),
    ("missing-block", r"", r"At least \d+ \"?[\w-]+\"? blocks? (?:is|are) required"),
    ("too-many-blocks", r"Too many \S+ blocks|Duplicate \S+ block$", r""),
    ("too-many-blocks", r"", r"(?:No more than \d+|Only one) \"?[\w-]+\"? blocks? (?:is|are) allowed"),
    ("invalid-resource-type", r"Invalid resource type", r""),
    ("invalid-data-source-type", r"Invalid data source", r""),
    ("invalid-ephemeral-type", r"Invalid ephemeral resource", r""),
    ("undeclared-reference", r"Reference to undeclared|Invalid reference to undeclared|Undeclared resource", r""),
    ("undeclared-reference", r"Provider configuration reference|Reference to undefined provider", r""),
    ("missing-instance-key", r"Missing resource instance key|Unexpected resource instance key", r""),
    ("unsupported-attribute", r"Unsupported attribute", r""),
    ("sensitive-output", r"Output refers to sensitive values|Ephemeral value not allowed", r""),
    ("variable-validation", r"Invalid value for variable|Invalid value for input variable", r""),
    ("variable-value-missing", r"No value for required variable|Required variable not set", r""),
    ("invalid-default", r"Invalid default value for (?:variable|module argument)", r""),
    ("wrong-type", r"Incorrect attribute value type|Inappropriate value for attribute|Unsuitable value type", r""),
    (
        "wrong-type",
        r"Invalid value for module argument|Incorrect (?:value|condition) type|Invalid template interpolation",
        r"",
    ),
    ("wrong-type", r"Inconsistent conditional result types|Unsuitable value for|Invalid dynamic for_each value", r""),
    ("wrong-type", r"Invalid operand|Iteration over non-iterable value|Invalid (?:object|map) key|Invalid type", r""),
    ("null-value", r"null value|Invalid null|Iteration over null", r""),
    ("invalid-index", r"Invalid index", r""),
    ("invalid-for-each", r"Invalid for_each|for_each", r""),
    ("invalid-count", r"Invalid count argument|Invalid combination of \"count\"", r""),
    ("unknown-function", r"Call to unknown function|Unknown provider function|Function not found", r""),
    (
        "invalid-function-argument",
        r"Invalid function argument|(?:Not enough|Too many) function arguments|Error in function call",
        r"",
    ),
    ("duplicate-argument", r"Attribute redefined", r""),
    ("duplicate-declaration", r"^Duplicate ", r""),
    ("cycle", r"^Cycle|Self-referential block|Self-referencing local|Self reference|Dependency cycle", r""),
    ("module-not-available", r"Module not installed|Unreadable module directory|Module source has changed", r""),
    ("module-not-available", r"Module version requirements have changed|Missing module", r""),
    ("module-provider-mismatch", r"Provider type mismatch|Invalid provider configuration for module", r""),
    ("module-provider-mismatch", r"Missing required provider configuration|Passing provider", r""),
    ("provider-not-configured", r"Provider configuration not present|Missing provider configuration", r""),
    ("provider-invalid", r"Invalid provider (?:configuration|reference|argument|local name|version|source|type)", r""),
    ("provider-invalid", r"Invalid required_providers|Invalid \"?required_providers|Invalid provider_meta", r""),
    ("version-mismatch", r"Unsupported Terraform Core version|Unsupported OpenTofu Core version", r""),
    ("invalid-version-constraint", r"Invalid (?:module )?version constraint|Invalid version", r""),
    ("condition-failed", r"Resource (?:pre|post)condition failed|Module output value precondition failed", r""),
    ("condition-failed", r"Check block assertion failed|assertion failed", r""),
    ("prevent-destroy", r"Instance cannot be destroyed", r""),
    ("invalid-import", r"[Ii]mport(?: block)? target|Invalid import|Configuration for import|Cannot import", r""),
    ("invalid-move", r"Moved object still exists|Ambiguous move|Invalid moved|moved block|Redundant move|Cyclic", r""),
    ("invalid-removed", r"Invalid removed|Removed \w+ still exists", r""),
    ("state-invalid", r"state (?:file|snapshot)|Unsupported state|Failed to (?:read|load) state", r""),
    ("deprecated", r"[Dd]eprecated", r""),
    ("undeclared-variable", r"[Vv]alue for undeclared variable|Values for undeclared variables", r""),
    ("variables-not-allowed", r"Variables not allowed|Function calls not allowed", r""),
    ("invalid-name", r"Invalid (?:\w+ ){1,2}name$|Invalid resource name|Invalid identifier", r""),
    ("invalid-reference", r"Invalid reference|Invalid attribute|Invalid depends_on|Invalid \"?each\"? attribute", r""),
    (
        "syntax-error",
        r"Invalid expression|Missing newline|Argument or block definition required|Unclosed|Invalid character|"
        r"Invalid (?:block|argument) (?:definition|name)|Unterminated|Missing expression|"
        r"Missing (?:key|attribute|item|name|argument|\w+ separator)|"
        r"Invalid (?:multi-line|string|escape|number|template|block|attribute|argument|legacy|character)|"
        r"Extra characters|Extraneous|Unbalanced|Unsupported operator|Unexpected|Invalid JSON|Incorrect JSON|"
        r"Duplicate JSON|Invalid 'for'|Missing \S+ for \S+|Ambiguous attribute key|Invalid heredoc|"
        r"Extraneous JSON|Missing JSON|Invalid keyword|Unsupported backend|Missing property|Invalid ternary|"
        r"Missing false expression|Missing .*brace|Invalid use of|Missing close",
        r"",
    ),
)
_SAME = {"file-missing": "file-not-found"}  # one code, whether Terraform or a provider misses the file
_COMPILED = tuple((code, re.compile(s), re.compile(d)) for code, s, d in _PATTERNS)
_GROUP_CODES = frozenset({"missing-one-of", "conflicting-arguments", "missing-required-together"})
_SDK_GROUP = re.compile(r"(?:one|only one|all) of `([^`]+)`")
_SDK_PAIR = re.compile(r'"([^"\s]+)": conflicts with (\S+)')
_SDK_SET = re.compile(r'"([^"\s]+)": only one of `[^`]+` can be specified, but `([^`]+)` were')
_FRAMEWORK_GROUP = re.compile(r"\[([^\[\]]+)\]")
_FRAMEWORK_PAIR = re.compile(r'Attribute "([^"]+)" cannot be specified when "([^"]+)" is specified')
_INSTANCE_KEY = re.compile(r'\[(?:\d+|"(?:[^"\\]|\\.)*")\]')


def code_of(severity: str, summary: str, detail: str) -> str:
    """The certificate code of a diagnostic of Terraform's own."""
    for code, in_summary, in_detail in _COMPILED:
        if in_summary.search(summary) and in_detail.search(detail):
            return code
    return "terraform-error" if severity == "error" else "terraform-warning"


@dataclass(slots=True)
class DiagnosticReader:
    """Turns the diagnostics of one run into certificates.

    ``recorded`` are the provider's own diagnostics with their codes, ``repeated`` those that it gave more than once;
    ``renamed`` maps paths of the prepared copy to what the user calls them.
    """

    config: TerraformConfig
    tree: ModuleTree
    fixes: FixBook
    recorded: Sequence[tuple[str, str, Diagnostic]] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    repeated: frozenset[tuple[str, str, Diagnostic]] = frozenset()

    def certificates(self, diagnostics: Iterable[Mapping[str, Any]], stage: Stage) -> list[Certificate]:
        """In a deterministic order, without repetitions; one for a group of arguments, not one for each member."""
        found: dict[tuple[Any, ...], Certificate] = {}
        for certificate in sorted((self.certificate(d, stage) for d in diagnostics), key=sort_key):
            group = self._group(certificate)
            key = (
                certificate.code,
                certificate.summary,
                certificate.address,
                certificate.severity,
                group or (certificate.detail, certificate.range),
            )
            if key not in found or (group and _is_set(certificate) and not _is_set(found[key])):
                found[key] = certificate
        return sorted(found.values(), key=sort_key)

    def _group(self, certificate: Certificate) -> tuple[Any, ...] | None:
        """The arguments that exclude or require each other, and where: a provider says so once for each of them."""
        if certificate.code not in _GROUP_CODES or not certificate.address:
            return None
        detail = certificate.detail
        # The SDK names them by their whole path.
        if named := _SDK_GROUP.search(detail):
            return (frozenset(named[1].split(",")),)
        if pair := _SDK_PAIR.fullmatch(detail):
            return (frozenset(pair.groups()),)
        path = self.fixes.block_path(certificate.range)
        block = certificate.range if path is None else tuple(path)
        if named := _FRAMEWORK_GROUP.search(detail):
            return (_FRAMEWORK_GROUP.sub("", detail), frozenset(re.split(r",\s*", named[1])), block)
        if pair := _FRAMEWORK_PAIR.fullmatch(detail):
            return (frozenset(pair.groups()), block)
        return None

    def certificate(self, diagnostic: Mapping[str, Any], stage: Stage) -> Certificate:
        severity = str(diagnostic.get("severity", "error"))
        summary = self._text(diagnostic.get("summary"))
        detail = self._text(diagnostic.get("detail"))
        range_ = self._range(diagnostic.get("range"))
        address = self._address(diagnostic, range_)
        entry = recorded_finding(self.recorded, summary, detail, _type_at(address))
        recorded = entry[2] if entry else None
        if entry in self.repeated and address:
            # Said of several instances, or at validation and again in the plan: Terraform names any one of them.
            address = _INSTANCE_KEY.sub("", address)
        code = recorded.code if recorded else code_of(severity, summary, detail)
        code = _SAME.get(code, code)
        if code == "terraform-error" and not summary and not detail:
            summary = "Terraform failed without a message"
        attribute = _path_text(recorded.path) if recorded and recorded.path else None
        if attribute is None:
            attribute = self.fixes.attribute_path(range_)
        return Certificate(
            stage,
            Severity.ERROR if severity == "error" else Severity.WARNING,
            code,
            summary or detail.splitlines()[0][:200],
            detail,
            range_,
            address,
            attribute,
            snippet_of(self.config, range_),
            self.fixes.fix(code, summary, detail, address, range_) or (CODES[code].fix if code in CODES else None),
            notes=_values(diagnostic),
        )

    def _text(self, text: Any) -> str:
        found = str(text or "").strip()
        for ours, theirs in self.renamed.items():
            found = found.replace(ours, theirs)
        return found

    def _range(self, data: Any) -> SourceRange | None:
        if not isinstance(data, Mapping) or not data.get("filename"):
            return None
        name = str(data["filename"])
        if posixpath.isabs(name):
            return None  # a file of ours beside the configuration
        file = posixpath.normpath(posixpath.join(self.config.root, name))
        if file not in self.config.files:
            return None
        try:
            start, end = (
                Position(int(p["line"]), int(p["column"]), int(p["byte"])) for p in (data["start"], data["end"])
            )
        except (KeyError, TypeError, ValueError):
            return None
        return SourceRange(file, start, end)

    def _address(self, diagnostic: Mapping[str, Any], range_: SourceRange | None) -> str | None:
        address = diagnostic.get("address")
        if isinstance(address, str) and address:
            return address
        if range_ is None:
            return None
        for module in self.tree.modules.values():
            if range_.file not in module.files:
                continue
            prefix = "".join(f"module.{step}." for step in module.key.split(".") if step)
            for block in module.blocks:
                if _inside(range_, block.range):
                    return prefix + block.address
            for call in module.module_calls:
                if _inside(range_, call.range):
                    return f"{prefix}module.{call.name}"
            for variable in module.variables:
                if _inside(range_, variable.range):
                    return f"{prefix}var.{variable.name}"
            for output in module.outputs:
                if _inside(range_, output.range):
                    return f"{prefix}output.{output.name}"
            for provider in module.provider_blocks:
                if _inside(range_, provider.range):
                    return f"{prefix}provider.{provider.name}" + (f".{provider.alias}" if provider.alias else "")
            for name, where in module.locals.items():
                if _inside(range_, where):
                    return f"{prefix}local.{name}"
        return None


def recorded_finding(
    recorded: Sequence[tuple[str, str, Diagnostic]], summary: str, detail: str, type_name: str = ""
) -> tuple[str, str, Diagnostic] | None:
    """The provider's own diagnostic (kind, type, diagnostic) that Terraform passes on, that of the named type first.

    Terraform may append to the detail.
    """
    best: tuple[str, str, Diagnostic] | None = None
    for entry in recorded:
        _kind, recorded_type, diagnostic = entry
        if diagnostic.summary.strip() != summary or not detail.startswith(diagnostic.detail.strip()):
            continue
        if recorded_type == type_name:
            return entry
        best = best or entry
    return best


def _type_at(address: str | None) -> str:
    """The type in a resource's address, "" where there is none."""
    if not address:
        return ""
    rest = split_address(address)[1].removeprefix("data.").removeprefix("ephemeral.")
    return rest.split(".", 1)[0]


def sort_key(certificate: Certificate) -> tuple[Any, ...]:
    """Errors before warnings, then by place, then by code."""
    place = (
        (certificate.range.file, certificate.range.start.byte, certificate.range.end.byte)
        if certificate.range
        else ("", -1, -1)
    )
    order = list(Stage).index(certificate.stage)
    return (
        order,
        certificate.severity is not Severity.ERROR,
        *place,
        certificate.code,
        certificate.address or "",
        certificate.summary,
        certificate.detail,
    )


def _is_set(certificate: Certificate) -> bool:
    """Whether a finding about too many arguments is at one of those that are there, not at one that might be."""
    told = _SDK_SET.match(certificate.detail)
    return told is not None and told[1] in told[2].split(",")


def _inside(inner: SourceRange, outer: SourceRange) -> bool:
    return inner.file == outer.file and outer.start.byte <= inner.start.byte < max(outer.end.byte, outer.start.byte + 1)


def _path_text(path: Sequence[str | int]) -> str:
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif re.fullmatch(r"[A-Za-z_][\w-]*", step):
            text += f".{step}" if text else step
        else:
            text += f'["{step}"]'
    return text


def _values(diagnostic: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the references in the expression, as Terraform tells them ("var.x is ...")."""
    snippet = diagnostic.get("snippet")
    values = snippet.get("values") if isinstance(snippet, Mapping) else None
    if not isinstance(values, list):
        return {}
    found = [
        f"{v.get('traversal')} {v.get('statement')}"
        for v in values[:10]
        if isinstance(v, Mapping) and v.get("traversal")
    ]
    return {"values": found} if found else {}

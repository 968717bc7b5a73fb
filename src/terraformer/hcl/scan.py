"""Scan Terraform files into a ModuleTree: what is declared and used, with ranges. No evaluation, never an exception.

Sources: Terraform's documentation of the configuration language (files and directories, override files, provider
requirements, modules) and its implementation's behaviour where the documentation is silent (internal/configs).
NOT covered: expressions are not evaluated (a module source or version that is not a literal is reported as None or
""); test files (.tftest.hcl) and query files are not read; OpenTofu's .tofu files neither.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from terraformer.hcl.json_syntax import JsonFile
from terraformer.hcl.syntax import Block, Body, NativeFile
from terraformer.hcl.tree import (
    BUILTIN_PROVIDER,
    NOT_LITERAL,
    BackendRef,
    BlockRef,
    FileCall,
    Module,
    ModuleCall,
    ModuleTree,
    OutputRef,
    ParseError,
    ProviderBlock,
    ProviderRequirement,
    ProvisionerRef,
    RefactorRef,
    ValidationRef,
    VariableRef,
    VersionConstraint,
)
from terraformer.types import SourceRange

__all__ = ["FILE_FUNCTIONS", "is_configuration_file", "is_override", "normalise_source", "parse_file", "scan"]

MAX_NATIVE_BYTES = 1 << 20
MAX_JSON_BYTES = 4 << 20
MAX_TOTAL_BYTES = 8 << 20
MAX_LOOSE_BLOCKS = 5_000
MAX_MODULES = 500
MAX_MODULE_DEPTH = 24

FILE_FUNCTIONS = frozenset(
    {
        "file",
        "filebase64",
        "filebase64sha256",
        "filebase64sha512",
        "fileexists",
        "filemd5",
        "fileset",
        "filesha1",
        "filesha256",
        "filesha512",
        "templatefile",
    }
)
"""Terraform's functions that read the file system (of arguments that the configuration chooses)."""

_KINDS = ("resource", "data", "ephemeral")
_LOOSE_BLOCK = re.compile(
    rb'^[ \t]*(resource|data|ephemeral)[ \t]+"?([A-Za-z][\w-]*)"?[ \t]+"?([A-Za-z_][\w-]*)"?', re.M
)
_PUBLIC_HOSTS = ("registry.terraform.io/", "registry.opentofu.org/")


def scan(files: Mapping[str, bytes], root: str = ".") -> ModuleTree:
    """The module tree of a configuration.

    ``files`` maps relative POSIX paths to contents, as in TerraformConfig; ``root`` is the root module's directory.
    Local modules are followed, and modules that ``.terraform/modules/modules.json`` says are on disk. Never raises on
    bad HCL: what cannot be read is in ``parse_errors``. Bounded: files over 1 MiB (JSON: 4 MiB), more than 8 MiB in
    all, more than 500 modules or 24 levels are left out with a parse error that says so.
    """
    return _Scanner(files, root).run()


def is_configuration_file(path: str) -> bool:
    """Whether Terraform loads a file of this name as part of its directory's module."""
    name = posixpath.basename(path)
    return name.endswith((".tf", ".tf.json")) and not name.startswith((".", "#")) and not name.endswith("~")


def is_override(path: str) -> bool:
    """Whether it is an override file: "override.tf", "x_override.tf" and the same with .tf.json."""
    stem = posixpath.basename(path).removesuffix(".json").removesuffix(".tf")
    return is_configuration_file(path) and (stem == "override" or stem.endswith("_override"))


def normalise_source(source: str) -> str:
    """A provider source address in the form used here: "aws" and "registry.terraform.io/hashicorp/aws" give
    "hashicorp/aws"; other hosts stay in front."""
    source = source.strip().lower()
    for host in _PUBLIC_HOSTS:
        source = source.removeprefix(host)
    if source == "terraform" or source == "builtin/terraform":
        return BUILTIN_PROVIDER
    return source if "/" in source else f"hashicorp/{source}"


def parse_file(path: str, content: bytes) -> NativeFile | JsonFile:
    """One configuration file in its syntax, by its name."""
    return JsonFile(path, content) if path.endswith(".json") else NativeFile(path, content)


@dataclass(slots=True)
class _Draft:
    """A module's own content while its files are read; the frozen Module is made of it."""

    blocks: dict[tuple[str, str, str], BlockRef] = field(default_factory=dict)
    providers: dict[str, ProviderRequirement] = field(default_factory=dict)
    provider_blocks: list[ProviderBlock] = field(default_factory=list)
    calls: dict[str, ModuleCall] = field(default_factory=dict)
    variables: dict[str, VariableRef] = field(default_factory=dict)
    outputs: dict[str, OutputRef] = field(default_factory=dict)
    locals: dict[str, SourceRange] = field(default_factory=dict)
    required_version: list[VersionConstraint] = field(default_factory=list)
    backends: list[BackendRef] = field(default_factory=list)
    provisioners: list[ProvisionerRef] = field(default_factory=list)
    file_calls: list[FileCall] = field(default_factory=list)
    functions: set[str] = field(default_factory=set)
    refactors: list[RefactorRef] = field(default_factory=list)
    errors: list[ParseError] = field(default_factory=list)


class _Scanner:
    def __init__(self, files: Mapping[str, bytes], root: str) -> None:
        self.files = files
        self.top = posixpath.normpath(root)
        self.by_dir: dict[str, list[str]] = {}
        for path in sorted(files):
            if is_configuration_file(path):
                self.by_dir.setdefault(posixpath.dirname(path) or ".", []).append(path)
        self.drafts: dict[str, _Draft] = {}
        self.budget = MAX_TOTAL_BYTES
        self.errors: list[ParseError] = []
        self.manifest = self._manifest()

    def run(self) -> ModuleTree:
        modules: dict[str, Module] = {}
        # (key, directory, source, directories above: a module that calls itself must end somewhere)
        queue: list[tuple[str, str, str, tuple[str, ...]]] = [("", self.top, self.top, ())]
        while queue:
            key, directory, source, above = queue.pop(0)
            if len(modules) >= MAX_MODULES:
                self.errors.append(ParseError("", f"more than {MAX_MODULES} modules: the rest was not scanned"))
                break
            module, children = self._module(key, directory, source, above)
            modules[key] = module
            queue.extend(children)
        errors = [*self.errors, *(e for m in modules.values() for e in m.parse_errors)]
        return ModuleTree(modules, tuple(dict.fromkeys(errors)))

    def _manifest(self) -> dict[str, str]:
        """Where already installed modules lie, by key: .terraform/modules/modules.json of the root module."""
        raw = self.files.get(posixpath.normpath(posixpath.join(self.top, ".terraform/modules/modules.json")))
        if raw is None or len(raw) > MAX_NATIVE_BYTES:
            return {}
        try:
            entries = json.loads(raw)["Modules"]
            return {
                str(e["Key"]): posixpath.normpath(posixpath.join(self.top, str(e["Dir"])))
                for e in entries
                if e.get("Key")
            }
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return {}

    def _module(
        self, key: str, directory: str, source: str, above: tuple[str, ...]
    ) -> tuple[Module, list[tuple[str, str, str, tuple[str, ...]]]]:
        if directory not in self.drafts:
            self.drafts[directory] = self._draft(directory)
        draft = self.drafts[directory]
        children: list[tuple[str, str, str, tuple[str, ...]]] = []
        calls: list[ModuleCall] = []
        errors = list(draft.errors)
        for call in draft.calls.values():
            child_key = f"{key}.{call.name}" if key else call.name
            target = self._target(call, child_key, directory)
            if target is not None and (target in above or target == directory):
                errors.append(
                    ParseError(call.file, f"module {call.name!r} calls a module that contains it", call.header)
                )
                target = None
            elif target is not None and len(above) >= MAX_MODULE_DEPTH:
                errors.append(ParseError(call.file, f"modules nested more than {MAX_MODULE_DEPTH} deep", call.header))
                target = None
            if target is not None:
                children.append((child_key, target, call.source or "", (*above, directory)))
            calls.append(replace(call, key=child_key if target is not None else None))

        def of(kind: str) -> tuple[BlockRef, ...]:
            return tuple(b for b in draft.blocks.values() if b.kind == kind)

        def refactors(kind: str) -> tuple[RefactorRef, ...]:
            return tuple(r for r in draft.refactors if r.kind == kind)

        module = Module(
            key=key,
            dir=directory,
            source=source,
            files=tuple(self.by_dir.get(directory, ())),
            resources=of("resource"),
            data=of("data"),
            ephemeral=of("ephemeral"),
            providers=draft.providers,
            provider_blocks=tuple(draft.provider_blocks),
            module_calls=tuple(calls),
            variables=tuple(draft.variables.values()),
            outputs=tuple(draft.outputs.values()),
            locals=draft.locals,
            required_version=tuple(draft.required_version),
            backend_ranges=tuple(draft.backends),
            provisioners=tuple(draft.provisioners),
            file_calls=tuple(draft.file_calls),
            functions=frozenset(draft.functions),
            imports=refactors("import"),
            moved=refactors("moved"),
            removed=refactors("removed"),
            parse_errors=tuple(errors),
        )
        return module, children

    def _target(self, call: ModuleCall, key: str, directory: str) -> str | None:
        """The directory of the called module when its files are here."""
        if call.source is None:
            return None
        if call.is_local:
            target = posixpath.normpath(posixpath.join(directory, call.source))
            return target if target in self.by_dir else None
        target = self.manifest.get(key, "")
        return target if target in self.by_dir else None

    def _draft(self, directory: str) -> _Draft:
        draft = _Draft()
        paths = sorted(self.by_dir.get(directory, ()), key=lambda p: (is_override(p), p))
        for path in paths:
            content = self.files[path]
            limit = MAX_JSON_BYTES if path.endswith(".json") else MAX_NATIVE_BYTES
            if len(content) > min(limit, self.budget):
                draft.errors.append(ParseError(path, f"{len(content)} bytes are too much to scan"))
                continue
            if b"\x00" in content:
                draft.errors.append(ParseError(path, "a binary file, not Terraform"))
                continue
            self.budget -= len(content)
            file = parse_file(path, content)
            draft.errors.extend(file.errors())
            _read_file(draft, file, override=is_override(path))
            if file.has_errors and isinstance(file, NativeFile):
                _read_loosely(draft, file)
        _imply_providers(draft)
        return draft


def _read_file(draft: _Draft, file: NativeFile | JsonFile, *, override: bool) -> None:
    body = file.body
    name = file.name
    _read_terraform(draft, body)
    for kind in _KINDS:
        for block in body.blocks(kind, 2):
            _read_block(draft, kind, block, name, override=override)
    for check in body.blocks("check", 1):
        for block in check.body.blocks("data", 2):
            _read_block(draft, "data", block, name, override=override)
    for block in body.blocks("provider", 1):
        draft.provider_blocks.append(
            ProviderBlock(
                block.labels[0],
                _string(block.body, "alias") or "",
                name,
                block.range,
                block.header,
                _string(block.body, "version") or "",
            )
        )
    for block in body.blocks("module", 1):
        _read_call(draft, block, name)
    for block in body.blocks("variable", 1):
        _read_variable(draft, block)
    for block in body.blocks("output", 1):
        value = block.body.attribute("value")
        draft.outputs.setdefault(
            block.labels[0],
            OutputRef(
                block.labels[0],
                value.text if value else "",
                _literal(block.body, "sensitive") is True,
                block.range,
                block.header,
            ),
        )
    for block in body.blocks("locals", 0):
        for key, expression in block.body.attributes():
            draft.locals[key] = expression.range
    for kind in ("moved", "removed", "import"):
        for block in body.blocks(kind, 0):
            refs = block.body.reference("from"), block.body.reference("to"), block.body.attribute("id")
            draft.refactors.append(RefactorRef(kind, refs[0], refs[1], block.range, refs[2].text if refs[2] else ""))
    for call in file.calls():
        draft.functions.add(call.name)
        if call.name in FILE_FUNCTIONS:
            first = call.first if isinstance(call.first, str) else None
            draft.file_calls.append(FileCall(call.name, call.arguments, first, call.range))


def _read_terraform(draft: _Draft, body: Body) -> None:
    for settings in body.blocks("terraform", 0):
        version = settings.body.attribute("required_version")
        if version is not None and isinstance(version.literal, str):
            draft.required_version.append(VersionConstraint(version.literal, version.range))
        for block in settings.body.blocks("backend", 1):
            draft.backends.append(BackendRef("backend", block.labels[0], block.range))
        for block in settings.body.blocks("cloud", 0):
            draft.backends.append(BackendRef("cloud", "", block.range))
        for block in settings.body.blocks("required_providers", 0):
            for name, expression in block.body.attributes():
                draft.providers[name] = _requirement(name, expression.literal, expression.text, expression.range)


def _requirement(name: str, value: Any, text: str, range_: SourceRange) -> ProviderRequirement:
    if isinstance(value, str):  # the form of Terraform 0.12: aws = "~> 3.0"
        return ProviderRequirement(name, normalise_source(name), value, False, range_)
    if isinstance(value, dict):
        source, version = value.get("source"), value.get("version")
    else:  # not a literal as a whole (configuration_aliases names references): take the two strings out of the text
        source, version = (
            (found[1] if (found := re.search(rf'\b{key}"?\s*[=:]\s*"([^"\n]*)"', text)) else None)
            for key in ("source", "version")
        )
    return ProviderRequirement(
        name,
        normalise_source(source if isinstance(source, str) and source else name),
        version if isinstance(version, str) else "",
        False,
        range_,
    )


def _read_block(draft: _Draft, kind: str, block: Block, file: str, *, override: bool) -> None:
    type_, name = block.labels
    body = block.body
    known = draft.blocks.get((kind, type_, name))
    provider = body.reference("provider")
    repeated = next((r for r in ("count", "for_each") if body.attribute(r) is not None), "")
    if known is not None and override:
        draft.blocks[kind, type_, name] = replace(
            known, provider=provider or known.provider, repeated=repeated or known.repeated
        )
    elif known is None:
        draft.blocks[kind, type_, name] = BlockRef(
            kind, type_, name, file, block.range, block.header, provider or type_.split("_", 1)[0], repeated
        )
    if kind == "resource":
        for provisioner in body.blocks("provisioner", 1):
            draft.provisioners.append(ProvisionerRef(provisioner.labels[0], f"{type_}.{name}", provisioner.range))


def _read_call(draft: _Draft, block: Block, file: str) -> None:
    name = block.labels[0]
    source = block.body.attribute("source")
    call = ModuleCall(
        name,
        source.literal if source is not None and isinstance(source.literal, str) else None,
        _string(block.body, "version") or "",
        file,
        block.range,
        block.header,
        source.range if source is not None else None,
        None,
        next((r for r in ("count", "for_each") if block.body.attribute(r) is not None), ""),
    )
    known = draft.calls.get(name)
    if known is None:
        draft.calls[name] = call
    elif source is not None and is_override(file):
        draft.calls[name] = replace(
            known, source=call.source, version=call.version or known.version, source_range=call.source_range
        )


def _read_variable(draft: _Draft, block: Block) -> None:
    name = block.labels[0]
    body = block.body
    type_, default = body.attribute("type"), body.attribute("default")
    validations = []
    for validation in body.blocks("validation", 0):
        condition, message = validation.body.attribute("condition"), validation.body.attribute("error_message")
        validations.append(
            ValidationRef(
                condition.text if condition else "",
                message.literal if message is not None and isinstance(message.literal, str) else None,
                validation.range,
            )
        )
    type_text = None
    if type_ is not None:
        type_text = type_.literal if isinstance(type_.literal, str) else type_.text
    variable = VariableRef(
        name,
        type_text,
        default is not None,
        _literal(body, "sensitive") is True,
        _literal(body, "nullable") is not False,
        tuple(validations),
        block.range,
        block.header,
        default.literal if default is not None else NOT_LITERAL,
        _string(body, "description") or "",
        _literal(body, "ephemeral") is True,
    )
    known = draft.variables.get(name)
    if known is None:
        draft.variables[name] = variable
    elif is_override(block.range.file):
        draft.variables[name] = replace(
            known,
            type_expr=variable.type_expr or known.type_expr,
            has_default=variable.has_default or known.has_default,
            default=variable.default if variable.has_default else known.default,
            sensitive=variable.sensitive or known.sensitive,
            validations=known.validations + variable.validations,
        )


def _read_loosely(draft: _Draft, file: NativeFile) -> None:
    """Block headers that lie in unreadable parts: the schema must be served for them all the same, since Terraform's
    own parser may well read what tree-sitter's grammar does not."""
    for match in islice(_LOOSE_BLOCK.finditer(file.content), MAX_LOOSE_BLOCKS):
        kind, type_, name = (match[i].decode("ascii", "replace") for i in (1, 2, 3))
        if (kind, type_, name) not in draft.blocks:
            range_ = file.span(match.start(1), match.end())
            provider = type_.split("_", 1)[0]
            draft.blocks[kind, type_, name] = BlockRef(kind, type_, name, file.name, range_, range_, provider)


def _imply_providers(draft: _Draft) -> None:
    """Terraform's rule: a local name that required_providers lacks means the provider of that name of hashicorp."""
    for name in _provider_names(draft):
        if name not in draft.providers:
            source = BUILTIN_PROVIDER if name == "terraform" else normalise_source(name)
            draft.providers[name] = ProviderRequirement(name, source, "", True)


def _provider_names(draft: _Draft) -> Iterable[str]:
    for block in draft.blocks.values():
        yield block.provider.split(".", 1)[0]
    for provider in draft.provider_blocks:
        yield provider.name
    for function in sorted(draft.functions):
        if function.startswith("provider::") and function.count("::") == 2:
            yield function.split("::")[1]


def _literal(body: Body, name: str) -> Any:
    found = body.attribute(name)
    return NOT_LITERAL if found is None else found.literal


def _string(body: Body, name: str) -> str | None:
    value = _literal(body, name)
    return value if isinstance(value, str) else None

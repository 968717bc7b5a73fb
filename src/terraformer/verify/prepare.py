"""A copy of the configuration that Terraform can plan hermetically, made in the worker's scratch directory.

Backends, cloud blocks and ``required_version`` are blanked out byte by byte, so that every range that Terraform reports
is true for the user's own file. Module installation is replaced by a written ``.terraform/modules/modules.json``.
"""

from __future__ import annotations

import json
import posixpath
import re
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Any

from terraformer.hcl import Module, ModuleCall, ModuleTree, is_configuration_file
from terraformer.types import Certificate, Position, Severity, SourceRange, Stage, TerraformConfig
from terraformer.verify.settings import VerifySettings
from terraformer.verify.snippets import snippet_of

__all__ = ["Prepared", "check_input", "missing_modules", "remote_states", "unsafe_file_calls", "write_copy"]

_SKIPPED = re.compile(r"(^|/)(\.git|node_modules)(/|$)|(^|/)terraform\.tfstate[^/]*$|(^|/)\.terraform\.lock\.hcl$")
_BAD_BYTES = 64
MAX_DEPTH = 2000
_NOT_BRACKETS = bytes(b for b in range(256) if b not in b"([{)]}")
_STEPS = bytes(2 if b in b"([{" else 0 for b in range(256))


@dataclass(slots=True)
class Prepared:
    """Where the copy lies: ``top`` the configuration's top directory, ``root`` the root module's (absolute)."""

    top: str
    root: str
    arguments: list[str] = field(default_factory=list)


def _position(content: bytes, offset: int) -> Position:
    before = content[:offset]
    line = before.count(b"\n") + 1
    start = before.rfind(b"\n") + 1
    return Position(line, len(before[start:].decode("utf-8", "replace")) + 1, offset)


def check_input(config: TerraformConfig, settings: VerifySettings) -> list[Certificate]:
    """What makes a configuration not worth a run: too large, no files, or not text. Quick, whatever the size."""

    def finding(code: str, summary: str, detail: str, fix: str, range_: SourceRange | None = None) -> Certificate:
        return Certificate(Stage.COMPILE, Severity.ERROR, code, summary, detail, range_, fix=fix)

    total = sum(len(c) for c in config.files.values())
    if total > settings.input_mb * 1024 * 1024:
        largest = max(config.files, key=lambda p: len(config.files[p]))
        return [
            finding(
                "input-too-large",
                f"The configuration has {total:,} bytes; at most {settings.input_mb} MB are verified",
                f"The largest file is {largest} with {len(config.files[largest]):,} bytes.",
                "Leave out what Terraform does not need, or raise the input_mb setting.",
            )
        ]
    if len(config.files) > settings.max_files:
        return [
            finding(
                "input-too-large",
                f"The configuration has {len(config.files):,} files; at most {settings.max_files:,} are verified",
                "",
                "Leave out what Terraform does not need, or raise the max_files setting.",
            )
        ]
    if not any(is_configuration_file(p) for p in config.module_files):
        where = "the directory" if config.root == "." else config.root
        return [
            finding(
                "no-configuration",
                "No Terraform configuration",
                f"There is no .tf or .tf.json file in {where}.",
                "Write the configuration into a file whose name ends in .tf.",
            )
        ]
    found: list[Certificate] = []
    for path, content in sorted(config.files.items()):
        if not is_configuration_file(path):
            continue
        depth = _depth(content)
        if depth > MAX_DEPTH:
            found.append(
                finding(
                    "resource-limit",
                    f"Verification was stopped: {path} is nested {depth:,} levels deep",
                    f"Brackets may be nested {MAX_DEPTH:,} levels deep; Terraform's parser needs a lot of memory for "
                    f"each.",
                    "Write the expression or the blocks without such deep nesting.",
                )
            )
        offset = _bad_byte(content)
        if offset is not None:
            at = _position(content, offset)
            found.append(
                finding(
                    "invalid-encoding",
                    f"{path} is not a text file",
                    f"Byte {offset} is 0x{content[offset]:02x}; Terraform files are UTF-8 text.",
                    "Write the file as plain UTF-8 text.",
                    SourceRange(path, at, Position(at.line, at.column + 1, at.byte + 1)),
                )
            )
    return found


def _depth(content: bytes) -> int:
    """How deep brackets are nested. Brackets in strings and comments count too: the bound is far above any real
    file.
    """
    brackets = content.translate(_STEPS, _NOT_BRACKETS)
    return max(accumulate(brackets, lambda depth, step: depth + step - 1, initial=0))


def _bad_byte(content: bytes) -> int | None:
    """Offset of the first byte that shows a file to be binary. A few broken characters are Terraform's to report."""
    zero = content.find(b"\x00")
    if zero >= 0:
        return zero
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        rest = content[error.start : error.start + 65536]
        if rest.decode("utf-8", "replace").count("\ufffd") > _BAD_BYTES:
            return error.start
    return None


# --- files that functions read --------------------------------------------------------------------------------------


def unsafe_file_calls(tree: ModuleTree) -> list[Certificate]:
    """File functions whose argument is not plainly inside the module: for machines whose kernel cannot confine
    reads.
    """
    found: list[Certificate] = []
    for module in tree.modules.values():
        for call in module.file_calls:
            if call.literal is not None:
                path = call.literal
                safe = not path.startswith(("/", "~")) and ".." not in path.split("/")
            else:
                match = re.match(r'\s*"\$\{path\.(?:module|root|cwd)\}((?:/[^"$%{}]*)?)"\s*(?:,|$)', call.argument)
                safe = bool(match) and match is not None and ".." not in match[1].split("/")
            if not safe:
                found.append(
                    Certificate(
                        Stage.DEPLOY,
                        Severity.ERROR,
                        "file-access",
                        f"{call.function}() may read outside the configuration",
                        f"The argument {call.argument[:200]} cannot be shown to stay inside the configuration's "
                        f"directory, "
                        "and this machine's kernel cannot confine the run.",
                        call.range,
                        fix='Name the file by a literal path below "${path.module}/".',
                    )
                )
    return found


def remote_states(tree: ModuleTree, config: TerraformConfig) -> list[Certificate]:
    """States of other configurations that the plan would have to fetch: what they hold cannot be known here."""
    found: list[Certificate] = []
    for module in tree.modules.values():
        prefix = "".join(f"module.{step}." for step in module.key.split(".") if step)
        for block in module.data:
            content = config.files.get(block.file, b"")[block.range.start.byte : block.range.end.byte]
            backend = re.search(rb'"?backend"?\s*[=:]\s*"(\w+)"', content)
            if block.type != "terraform_remote_state" or backend is None or backend[1] == b"local":
                continue
            found.append(
                Certificate(
                    Stage.DEPLOY,
                    Severity.WARNING,
                    "remote-state",
                    f"The state of another configuration cannot be read: backend {backend[1].decode()}",
                    "Verification uses no network, so what the plan would take from that state is not known, and "
                    "whether "
                    "the configuration deploys is left open.",
                    block.header,
                    prefix + block.address,
                    snippet=snippet_of(config, block.header),
                    fix="Pass the values as variables instead, or use the local backend with a state file that lies "
                    "in the "
                    "configuration's directory.",
                )
            )
    return found


# --- modules --------------------------------------------------------------------------------------------------------


def missing_modules(tree: ModuleTree) -> list[Certificate]:
    """A certificate for every module call whose files are not here."""
    return [
        _module_certificate(module, call)
        for module in tree.modules.values()
        for call in module.module_calls
        if call.key is None and call.source is not None
    ]


def _module_certificate(module: Module, call: ModuleCall) -> Certificate:
    source = call.source or ""
    at = call.source_range or call.header
    prefix = "".join(f"module.{step}." for step in module.key.split(".") if step)
    notes = {"source": source, **({"version": call.version} if call.version else {})}
    if call.is_local:
        target = posixpath.normpath(posixpath.join(module.dir, source))
        if target in module.dir.split("/") or any(
            e.file == call.file and "contains it" in e.message for e in module.parse_errors
        ):
            detail = f"The module at {target} calls itself, directly or through others."
        elif target.startswith(".."):
            detail = f"{source} lies above the directory that was given."
        else:
            detail = f"There is no Terraform file in {target}."
        return Certificate(
            Stage.COMPILE,
            Severity.ERROR,
            "module-not-available",
            f'Module "{call.name}" is not there: {source}',
            detail,
            at,
            address=f"{prefix}module.{call.name}",
            fix="Add the module's files, or correct its source.",
            notes=notes,
        )
    return Certificate(
        Stage.COMPILE,
        Severity.ERROR,
        "module-not-available",
        f'Module "{call.name}" is not on disk: {source}',
        "Verification uses no network, so a module from a registry or a repository must have been installed into "
        ".terraform/modules before.",
        at,
        address=f"{prefix}module.{call.name}",
        fix="Write the resources out instead of calling the module, or run `terraform init` (or `terraform get`) in "
        "the "
        "directory first so that the module is on disk.",
        notes=notes,
    )


def _manifest(tree: ModuleTree, config: TerraformConfig) -> bytes:
    """modules.json for every module that is here: entries of an earlier installation are kept, local ones are added."""
    path = posixpath.normpath(posixpath.join(config.root, ".terraform/modules/modules.json"))
    installed: dict[str, dict[str, Any]] = {}
    try:
        for entry in json.loads(config.files.get(path, b"{}")).get("Modules", []):
            installed[str(entry["Key"])] = entry
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        installed = {}
    entries: list[dict[str, Any]] = [{"Key": "", "Source": "", "Dir": "."}]
    for key, module in tree.modules.items():
        if not key:
            continue
        relative = posixpath.relpath(module.dir, config.root)
        if module.source.startswith(("./", "../")):
            source = posixpath.normpath(module.source)
            entries.append(
                {"Key": key, "Source": source if source.startswith("..") else f"./{source}", "Dir": relative}
            )
        elif key in installed:
            entries.append({**installed[key], "Dir": relative})
    return json.dumps({"Modules": entries}).encode()


# --- the copy -------------------------------------------------------------------------------------------------------


def write_copy(
    config: TerraformConfig,
    tree: ModuleTree,
    directory: str,
    settings: VerifySettings,
    *,
    provisioners: bool = True,
) -> Prepared:
    """Write the prepared copy below ``directory``; without ``provisioners`` it has none of those that were found.

    Raises OSError when the disk is full.
    """
    top = f"{directory}/c"
    root = posixpath.normpath(f"{top}/{config.root}")
    blanks = _blanks(tree, provisioners=not provisioners)
    made: set[str] = set()
    for path, content in config.files.items():
        if _SKIPPED.search(path) or ("/.terraform/" in f"/{path}" and "/.terraform/modules/" not in f"/{path}"):
            continue
        target = f"{top}/{path}"
        parent = posixpath.dirname(target)
        if parent not in made:
            Path(parent).mkdir(parents=True, exist_ok=True)
            made.add(parent)
        spans = blanks.get(path)
        with open(target, "wb") as handle:
            handle.write(_blank(content, spans, json_syntax=path.endswith(".json")) if spans else content)
    Path(root).mkdir(parents=True, exist_ok=True)
    if len(tree.modules) > 1:
        target = f"{root}/.terraform/modules"
        Path(target).mkdir(parents=True, exist_ok=True)
        Path(target, "modules.json").write_bytes(_manifest(tree, config))
    if settings.state is not None:
        Path(root, "terraform.tfstate").write_bytes(settings.state)
    return Prepared(top, root)


def _blanks(tree: ModuleTree, *, provisioners: bool) -> dict[str, list[tuple[str, int, int]]]:
    """(what, start byte, end byte) of everything to take out, by file."""
    found: dict[str, list[tuple[str, int, int]]] = {}
    for module in tree.modules.values():
        for backend in module.backend_ranges:
            r = backend.range
            found.setdefault(r.file, []).append((backend.kind, r.start.byte, r.end.byte))
        for version in module.required_version:
            r = version.range
            found.setdefault(r.file, []).append(("required_version", r.start.byte, r.end.byte))
        for provisioner in module.provisioners if provisioners else ():
            r = provisioner.range
            found.setdefault(r.file, []).append(("provisioner", r.start.byte, r.end.byte))
    return {path: sorted(set(spans), key=lambda s: s[1]) for path, spans in found.items()}


def _blank(content: bytes, spans: list[tuple[str, int, int]], *, json_syntax: bool) -> bytes:
    data = bytearray(content)
    for what, start, end in spans:
        if json_syntax:
            # In JSON syntax a property named "//" is a comment: rename the key, padded to the same length.
            key = f'"{what}"'.encode()
            at = content.rfind(key, 0, start + len(key))
            if at >= 0:
                data[at : at + len(key)] = b'"//"'.ljust(len(key))
            continue
        if what == "required_version":
            key_at = re.search(rb"required_version\s*=\s*$", content[max(0, start - 400) : start])
            if key_at is None:
                continue
            start = max(0, start - 400) + key_at.start()
        for i in range(start, min(end, len(data))):
            if data[i] not in b"\r\n":
                data[i] = 0x20
    return bytes(data)

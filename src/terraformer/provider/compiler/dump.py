"""Turns the output of ``terraform providers schema -json`` (or OpenTofu's) into bundles.

Format: https://developer.hashicorp.com/terraform/cli/commands/providers/schema, format versions 0.x and 1.x. It names
no provider versions: they come from ``.terraform.lock.hcl`` where one is given, else from the caller.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

from terraformer.errors import BundleError
from terraformer.provider.bundle import cache_directories, normalize_source
from terraformer.provider.bundle_format import DATA, EPHEMERAL, PROVIDER, RESOURCE
from terraformer.provider.compiler.writer import BundleContent, docs_from_schema, write_bundle
from terraformer.provider.schema import ResourceSchema, block_from_json

__all__ = ["capture", "content_from_json", "locked_versions"]

_SECTIONS = {
    RESOURCE: "resource_schemas",
    DATA: "data_source_schemas",
    EPHEMERAL: "ephemeral_resource_schemas",
}
UNKNOWN_VERSION = "0.0.0"


def content_from_json(source: str, version: str, data: Mapping[str, Any]) -> BundleContent:
    """One provider's member of ``provider_schemas``. Raises BundleError when it is not of that form."""
    schemas: dict[tuple[str, str], ResourceSchema] = {}
    try:
        if data.get("provider"):
            name = source.rsplit("/", 1)[-1]
            block = block_from_json(data["provider"].get("block", {}))
            schemas[PROVIDER, name] = ResourceSchema(PROVIDER, name, block)
        for kind, section in _SECTIONS.items():
            for name, schema in (data.get(section) or {}).items():
                block = block_from_json(schema.get("block", {}))
                schemas[kind, name] = ResourceSchema(kind, name, block, int(schema.get("version", 0)))
    except (AttributeError, KeyError, TypeError, ValueError) as problem:
        raise BundleError(
            f"the schema of {source} is not in the form of `terraform providers schema -json` ({problem!r})"
        ) from None
    return BundleContent(
        source=source,
        version=version,
        schemas=schemas,
        functions=dict(data.get("functions") or {}),
        docs=docs_from_schema(schemas),
        provenance={"captured": "terraform providers schema -json"},
    )


def locked_versions(lock_file: Path) -> dict[str, str]:
    """Provider versions by source, from a ``.terraform.lock.hcl``; {} when there is none."""
    try:
        text = lock_file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    blocks = re.findall(r'^provider\s+"([^"]+)"\s*\{(.*?)^\}', text, re.M | re.S)
    found = {}
    for source, body in blocks:
        version = re.search(r'^\s*version\s*=\s*"([^"]+)"', body, re.M)
        if version:
            found[normalize_source(source)] = version[1]
    return found


def _read(stream_or_path: IO[Any] | str | Path) -> tuple[Any, str]:
    if isinstance(stream_or_path, (str, Path)):
        where = str(stream_or_path)
        try:
            raw = sys.stdin.buffer.read() if where == "-" else Path(stream_or_path).read_bytes()
        except OSError as problem:
            raise BundleError(f"{where}: {problem.strerror or problem}") from None
    else:
        where = getattr(stream_or_path, "name", "the input")
        content = stream_or_path.read()
        raw = content.encode() if isinstance(content, str) else content
    try:
        if raw[:2] == b"\x1f\x8b":
            raw = gzip.decompress(raw)
        return json.loads(raw), str(where)
    except (ValueError, OSError, EOFError, RecursionError):
        raise BundleError(f"{where} is not JSON: give it the output of `terraform providers schema -json`") from None


def capture(
    stream_or_path: IO[Any] | str | Path,
    *,
    out_dir: Path | None = None,
    versions: Mapping[str, str] | None = None,
    lock_file: Path | None = None,
    on_progress: Callable[[str, float], None] | None = None,
) -> list[Path]:
    """Write one bundle per provider of a real schema dump into the user's cache; "-" reads standard input.

    ``versions`` (source -> version) wins over ``lock_file`` (default: ``.terraform.lock.hcl`` beside the input, or in
    the current directory for a stream); what neither names gets version 0.0.0, which loses to every other bundle of
    that provider. ``on_progress(label, share)`` is called with shares from 0 to 1. Raises BundleError.
    """
    data, where = _read(stream_or_path)
    if isinstance(data, dict) and "provider_schemas" in data:
        providers = data["provider_schemas"] or {}
    elif (
        isinstance(data, dict)
        and "resource_schemas" in data
        and "provider" in data
        and isinstance(data["provider"], str)
    ):
        providers = {data["provider"]: {**data, "provider": None}}  # one provider, dumped alone with its name
        versions = {normalize_source(data["provider"]): str(data.get("version", UNKNOWN_VERSION)), **(versions or {})}
    else:
        raise BundleError(f"{where} has no provider_schemas: give it the output of `terraform providers schema -json`")
    if not isinstance(providers, dict):
        raise BundleError(f"{where}: provider_schemas is not an object")
    if lock_file is None:
        beside = Path(where).parent if isinstance(stream_or_path, (str, Path)) and where != "-" else Path()
        lock_file = beside / ".terraform.lock.hcl"
    known = {**locked_versions(lock_file), **{normalize_source(s): v for s, v in (versions or {}).items()}}
    target = out_dir or cache_directories()[0]
    written = []
    for number, (name, schema) in enumerate(sorted(providers.items())):
        source = normalize_source(name)
        if source.startswith("terraform.io/"):  # terraform.io/builtin/terraform is Terraform itself
            continue
        if on_progress:
            on_progress(source, number / len(providers))
        if not isinstance(schema, dict):
            raise BundleError(f"{where}: the schema of {source} is not an object")
        content = content_from_json(source, known.get(source, UNKNOWN_VERSION), schema)
        try:
            written.append(write_bundle(content, target))
        except OSError as problem:
            raise BundleError(f"cannot write to {target}: {problem.strerror or problem}") from None
    if on_progress:
        on_progress("", 1.0)
    return written

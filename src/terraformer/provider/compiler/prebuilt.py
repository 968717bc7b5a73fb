"""Builds a bundle from a prebuilt provider wheel: fetch, parse, assemble, override, write."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from terraformer.errors import BundleError
from terraformer.provider.bundle import cache_directories, normalize_source
from terraformer.provider.bundle_format import PROVIDER
from terraformer.provider.compiler.assemble import assemble, function_json
from terraformer.provider.compiler.docs import shorten_docs
from terraformer.provider.compiler.dump import content_from_json
from terraformer.provider.compiler.facts import apply_facts, facts_file, read_facts
from terraformer.provider.compiler.mining import mine_docs, pulumi_wheel_name
from terraformer.provider.compiler.overrides import apply_overrides, overrides_file, read_overrides
from terraformer.provider.compiler.typescript import parse_functions, parse_module
from terraformer.provider.compiler.wheel import fetch_wheel, inspect_wheel, typescript_sources, wheel_name
from terraformer.provider.compiler.writer import BundleContent, write_bundle

__all__ = ["build", "compile_wheel"]

HANDWRITTEN = Path(__file__).parent / "handwritten"
Progress = Callable[[str, float], None]


def compile_wheel(wheel: Path, *, on_progress: Progress | None = None) -> BundleContent:
    """The content of a prebuilt provider wheel as it is, before overrides and mining. Raises BundleError."""
    content = BundleContent("", "", {})
    modules = list(typescript_sources(wheel))
    for number, files in enumerate(modules):
        name = files[0].module
        if on_progress and number % 50 == 0:
            on_progress(f"compiling {wheel.name}", number / len(modules))
        if name == "provider-functions":
            content.functions = {f.name: function_json(f) for f in parse_functions(files[0].text)}
            continue
        found = assemble(parse_module(f.text for f in files))
        if found is None:
            raise BundleError(f"{wheel.name}: the module {name} declares no resource, data source or provider")
        kind, type_name = found.schema.kind, found.schema.type
        if kind == PROVIDER:
            info = inspect_wheel(wheel, files)
            content.source = normalize_source(info.source)
            content.version = info.provider_version
            content.provenance = {
                "wheel": wheel_name(info.source),
                "wheel_version": info.wheel_version,
                "wheel_sha256": info.sha256,
                "license": "MPL-2.0",
            }
        content.schemas[kind, type_name] = replace(found.schema)
        if found.docs:
            content.docs[kind, type_name] = found.docs
        if found.skipped:
            content.provenance.setdefault("skipped", {})[f"{kind} {type_name}"] = found.skipped
        if found.recursive:
            content.provenance.setdefault("recursive", {})[f"{kind} {type_name}"] = found.recursive
    if not content.source:
        raise BundleError(f"{wheel.name} holds no provider module")
    return content


def handwritten(path: Path) -> BundleContent:
    """A small schema that was written by hand from public docs, in the form of ``terraform providers schema -json``."""
    ((name, data),) = json.loads(path.read_text(encoding="utf-8"))["provider_schemas"].items()
    content = content_from_json(normalize_source(name), path.stem.split("__")[-1], data)
    content.provenance = {"handwritten": path.name}
    return content


def enrich(content: BundleContent) -> None:
    """Facts read off the provider's sources, then the reviewed overrides; changes the content in place."""
    facts = facts_file(content.source)
    if facts is not None:
        apply_facts(content, read_facts(facts))
        content.provenance["facts"] = facts.name.removesuffix(".json.zst")
    overrides = overrides_file(content.source)
    if overrides is not None:
        apply_overrides(content, read_overrides(overrides), str(overrides))
    shorten_docs(content)


def build(
    source: str,
    version: str | None = None,
    out_dir: Path | None = None,
    *,
    wheel: Path | None = None,
    docs_wheel: Path | None = None,
    docs: bool = True,
    on_progress: Progress | None = None,
) -> Path:
    """Compile the prebuilt wheel of a provider (``version`` is the wheel's; None the newest) and write its bundle.

    ``docs`` adds texts out of the provider's pulumi wheel where it has one (``docs_wheel``, or the newest).
    A provider without a wheel whose schema was written by hand (``handwritten/``) is built from that.

    ``out_dir`` None means the user's cache. Raises BundleError when the wheel cannot be had or understood.
    """
    if on_progress:
        on_progress(f"fetching {wheel_name(source)}", 0.0)
    written = (
        sorted(HANDWRITTEN.glob(f"{normalize_source(source).replace('/', '__')}__*.json")) if wheel is None else []
    )
    if written:
        content = handwritten(written[-1])
    else:
        path = wheel or fetch_wheel(wheel_name(source), version)
        content = compile_wheel(path, on_progress=on_progress)
    distribution = pulumi_wheel_name(content.source) if docs else None
    if distribution is not None:
        if on_progress:
            on_progress(f"mining {distribution}", 1.0)
        mined = docs_wheel or fetch_wheel(distribution)
        mine_docs(mined, content)
        content.provenance["docs"] = "-".join(mined.name.split("-")[:2])
    enrich(content)
    if on_progress:
        on_progress(f"writing {content.source} {content.version}", 1.0)
    target = out_dir or cache_directories()[0]
    try:
        return write_bundle(content, target)
    except OSError as problem:
        raise BundleError(f"cannot write to {target}: {problem.strerror or problem}") from None

"""``terraformer schema``: the provider schemas that verification and generation work with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from terraformer.cli import terminal
from terraformer.errors import UsageError

if TYPE_CHECKING:
    from terraformer.provider.bundle import Bundle
    from terraformer.provider.schema import Attribute, Block, ResourceSchema

__all__ = ["app"]

app = typer.Typer(
    help="Provider schemas: list, show, search, capture, build.", no_args_is_help=True, rich_markup_mode=None
)

_KINDS = ("resource", "data", "ephemeral")


@app.command("list")
def list_(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """List the installed schemas."""
    from terraformer.provider import bundle

    found = bundle.installed()
    if as_json:
        rows = [{"source": i.source, "version": i.version, "origin": i.origin, "path": str(i.path)} for i in found]
        terminal.write(json.dumps(rows, indent=2) + "\n")
        return
    widest = max((len(i.source) for i in found), default=0)
    terminal.write("".join(f"{i.source:<{widest}}  {i.version:<10} {i.origin}\n" for i in found))


@app.command()
def show(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="A type (aws_s3_bucket) or a provider (hashicorp/aws).", show_default=False
        ),
    ],
    kind: Annotated[str, typer.Option(metavar="KIND", help="resource, data, ephemeral or provider.")] = "",
    version: Annotated[str, typer.Option(metavar="CONSTRAINT", help="Which of several versions.")] = "",
    as_json: Annotated[
        bool, typer.Option("--json", help="As JSON, in the form of `terraform providers schema -json`.")
    ] = False,
) -> None:
    """Show the arguments, attributes and blocks of a type, or the settings of a provider."""
    bundle, schema = _find(name, kind, version)
    if as_json:
        from terraformer.provider.schema import block_to_json

        data = {
            "provider": bundle.source,
            "provider_version": bundle.version,
            "kind": schema.kind,
            "type": schema.type,
            "version": schema.version,
            "block": block_to_json(schema.block),
        }
        terminal.write(json.dumps(data, indent=2) + "\n")
        return
    head = f'{schema.kind} "{schema.type}"  ({bundle.source} {bundle.version})\n'
    terminal.write(head + "\n" + "\n".join(_describe(schema.block, 0)) + "\n")


@app.command()
def search(
    words: Annotated[list[str], typer.Argument(metavar="WORD", help="What is looked for.", show_default=False)],
    source: Annotated[str, typer.Option(metavar="SOURCE", help="Only this provider (hashicorp/aws).")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, metavar="N", help="How many.")] = 15,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Find types by what they are for: terraformer schema search object storage lifecycle."""
    from terraformer.provider import bundle

    hits = bundle.search(" ".join(words), source=source or None, limit=limit)
    if as_json:
        rows = [{"type": h.type, "kind": h.kind, "source": h.source, "score": round(h.score, 3)} for h in hits]
        terminal.write(json.dumps(rows, indent=2) + "\n")
        return
    if not hits:
        raise UsageError(f"no type answers {' '.join(words)!r}: try other words")
    widest = max(len(h.type) for h in hits)
    terminal.write("".join(f"{h.type:<{widest}}  {h.kind:<9} {h.source}\n" for h in hits))


@app.command()
def capture(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="Output of `terraform providers schema -json`; - is standard input.",
            show_default=False,
        ),
    ],
    version: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SOURCE=VERSION", help="A provider's version (default: the lock file's).", show_default=False
        ),
    ] = None,
) -> None:
    """Install the schemas of a real `terraform providers schema -json`: any provider, any version."""
    from terraformer.provider.compiler import capture as run

    versions: dict[str, str] = {}
    for item in version or ():
        source, equals, value = item.partition("=")
        if not equals:
            raise UsageError(f"--version {item!r}: write it as source=version, such as hashicorp/aws=6.0.0")
        versions[source] = value
    with terminal.progress() as display:
        task = display.add_task("reading")
        paths = run(
            file, versions=versions or None, on_progress=lambda label, _: display.update(task, description=label)
        )
    terminal.write("".join(f"Wrote {path}\n" for path in paths))


@app.command()
def build(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="A provider: hashicorp/aws.", show_default=False)],
    version: Annotated[
        str | None,
        typer.Option(metavar="VERSION", help="The wheel's version (default: the newest).", show_default=False),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to (default: the user's cache).", show_default=False)
    ] = None,
) -> None:
    """Compile a provider's schema from its prebuilt bindings on the package index (for contributors)."""
    from terraformer.provider.compiler import build as run

    with terminal.progress() as display:
        task = display.add_task("starting")
        path = run(source, version, out, on_progress=lambda label, _: display.update(task, description=label))
    terminal.write(f"Wrote {path}\n")


def _find(name: str, kind: str, version: str) -> tuple[Bundle, ResourceSchema]:
    from terraformer.provider import bundle

    if kind and kind not in (*_KINDS, "provider"):
        raise UsageError(f"--kind {kind!r}: it is resource, data, ephemeral or provider")
    if "/" in name or kind == "provider":
        found = bundle.load(name, version)
        return found, found.provider_schema()
    source = bundle.provider_for_type(name)
    if source is None:
        raise UsageError(f"{name}: no installed provider has such a type (terraformer schema search finds types)")
    found = bundle.load(source, version)
    for candidate in (kind,) if kind else _KINDS:
        if found.has(candidate, name):
            return found, found.documented(candidate, name)
    import difflib

    known = [*found.resource_types, *found.data_source_types, *found.ephemeral_types]
    near = difflib.get_close_matches(name, known, 1)
    raise UsageError(
        f"{name}: {source} {found.version} has no such type" + (f'; did you mean "{near[0]}"?' if near else "")
    )


def _describe(block: Block, depth: int) -> list[str]:
    """Required arguments first, then optional ones, read-only attributes and blocks."""
    pad = "  " * (depth + 1)
    lines: list[str] = []
    ranked = sorted(block.attributes.values(), key=lambda a: (not a.required, not a.optional, a.name))
    lines.extend(f"{pad}{_attribute(attribute)}" for attribute in ranked)
    for nested in sorted(block.blocks.values(), key=lambda b: (b.min_items == 0, b.name)):
        count = f"at least {nested.min_items}" if nested.min_items else "optional"
        count += f", at most {nested.max_items}" if nested.max_items else ""
        lines.append(f"{pad}{nested.name} {{}}  block ({nested.nesting}, {count})")
        if depth < 8:
            lines.extend(_describe(nested.block, depth + 1))
    return lines


def _attribute(attribute: Attribute) -> str:
    words = ["required" if attribute.required else "optional" if attribute.optional else "read-only"]
    if attribute.optional and attribute.computed:
        words.append("computed")
    words.extend(w for w in ("sensitive", "write_only", "deprecated") if getattr(attribute, w))
    words.extend(["forces replacement"] if attribute.force_new else [])
    from terraformer.provider.schema import UNSET, attribute_type

    if attribute.default is not UNSET:
        words.append(f"default {json.dumps(attribute.default)}")
    if attribute.enum:
        shown = ", ".join(str(v) for v in attribute.enum[:8]) + (", ..." if len(attribute.enum) > 8 else "")
        words.append(f"one of {shown}")
    return f"{attribute.name}  {_type(attribute_type(attribute))}  ({', '.join(words)})"


def _type(cty: Any) -> str:
    """A cty type as HCL writes it; objects in short."""
    if isinstance(cty, str):
        return "any" if cty == "dynamic" else cty
    if cty[0] == "object":
        return "object({" + ", ".join(sorted(cty[1])) + "})"
    if cty[0] == "tuple":
        return "tuple([...])"
    return f"{cty[0]}({_type(cty[1])})"

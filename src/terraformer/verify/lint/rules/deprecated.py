"""Rules on what a provider deprecates: types, arguments, blocks, by the schema bundles.

Source: the deprecation marks and messages of the providers' schemas, found as in ``provider.deprecation`` but in the
source, so that they are known where a configuration does not plan; and blocks that terraform-provider-aws 6 marks as
deprecated, whose marks the bundles do not carry. Dynamic blocks count; an argument that is literally null does not.
Not covered: references to deprecated attributes, members of nested attributes.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from weakref import WeakKeyDictionary

from terraformer.errors import BundleError
from terraformer.hcl.syntax import Block, Body
from terraformer.provider import bundle as bundles
from terraformer.provider.deprecation import Deprecations, deprecations_of
from terraformer.types import Severity, SourceRange
from terraformer.verify.lint.model import Issue, Rule
from terraformer.verify.lint.source import LintModule, block_address

__all__ = ["DEPRECATION_RULES", "provider_name"]

_DEPRECATED_BLOCKS: dict[str, dict[str, str]] = {
    "aws_guardduty_detector": {"datasources": "aws_guardduty_detector_feature"},
    "aws_guardduty_organization_configuration": {"datasources": "aws_guardduty_organization_configuration_feature"},
    "aws_iam_role": {"inline_policy": "aws_iam_role_policy"},
    "aws_instance": {"network_interface": "primary_network_interface or aws_network_interface_attachment"},
    "aws_pinpoint_app": {"campaign_hook": "", "limits": "", "quiet_time": ""},
    "aws_s3_bucket": {
        "cors_rule": "aws_s3_bucket_cors_configuration",
        "grant": "aws_s3_bucket_acl",
        "lifecycle_rule": "aws_s3_bucket_lifecycle_configuration",
        "logging": "aws_s3_bucket_logging",
        "object_lock_configuration": "object_lock_enabled and aws_s3_bucket_object_lock_configuration",
        "replication_configuration": "aws_s3_bucket_replication_configuration",
        "server_side_encryption_configuration": "aws_s3_bucket_server_side_encryption_configuration",
        "versioning": "aws_s3_bucket_versioning",
        "website": "aws_s3_bucket_website_configuration",
    },
    "aws_spot_instance_request": {"network_interface": ""},
    "aws_ssmincidents_replication_set": {"region": "regions"},
}
"""Blocks of hashicorp/aws (from version 6) with what takes their place ("": nothing that could be named)."""
_KINDS = ("resource", "data", "ephemeral")
_MAX_PER_BLOCK = 50


def provider_name(block: Block) -> str:
    """The local name of the provider that a resource, data source or ephemeral resource belongs to."""
    named = block.body.reference("provider").split(".", 1)[0].split("[", 1)[0].strip()
    return named or block.labels[0].split("_", 1)[0]


_Known = list[tuple[Block, Deprecations, str]]
_KNOWN: WeakKeyDictionary[LintModule, _Known] = WeakKeyDictionary()


def _known(module: LintModule) -> _Known:
    """Every block of a known type, with what is deprecated of it and the provider's version."""
    found = _KNOWN.get(module)
    if found is None:
        found = _KNOWN[module] = list(_find_known(module))
    return found


def _find_known(module: LintModule) -> Iterator[tuple[Block, Deprecations, str]]:
    constraints = module.tree.constraints()
    opened: dict[str, bundles.Bundle | None] = {}

    def bundle_of(name: str) -> bundles.Bundle | None:
        source = module.module.source_of(name)
        if source not in opened:
            try:
                opened[source] = bundles.load(source, ", ".join(constraints.get(source, ())))
            except BundleError:
                opened[source] = _newest(source)
        return opened[source]

    blocks: list[tuple[str, Block]] = [("resource", b) for _, b in module.blocks("resource", 2)]
    blocks += [("data", b) for b in module.data_blocks]
    blocks += [("ephemeral", b) for _, b in module.blocks("ephemeral", 2)]
    for kind, block in blocks:
        found = bundle_of(provider_name(block))
        if found is not None and found.has(kind, block.labels[0]):
            yield block, _deprecations(found, kind, block.labels[0]), found.version
    for _, block in module.blocks("provider", 1):
        found = bundle_of(block.labels[0])
        if found is not None:
            yield block, _deprecations(found, "provider", block.labels[0]), found.version


def _newest(source: str) -> bundles.Bundle | None:
    try:
        return bundles.load(source)
    except BundleError:
        return None


@lru_cache(maxsize=512)
def _deprecations(bundle: bundles.Bundle, kind: str, type_: str) -> Deprecations:
    schema = bundle.provider_schema() if kind == "provider" else bundle.schema(kind, type_)
    return deprecations_of(type_, schema.block)


def _used(body: Body, marks: Deprecations) -> Iterator[tuple[str, str, SourceRange, str, bool]]:
    """Path, name, place, message of every deprecated argument or block, and whether it is a block."""
    stack = [("", body, marks.marks)]
    while stack:
        path, inside, here = stack.pop()
        for name, message in here.attributes.items():
            given = inside.attribute(name)
            if given is not None and given.literal is not None:
                find = getattr(inside, "attribute_range", None)
                yield f"{path}{name}", name, (find(name) if find else None) or given.range, message, False
        for name in dict.fromkeys((*here.blocks, *here.nested)):
            for index, block in enumerate(_nested(inside, name)):
                if name in here.blocks:
                    yield f"{path}{name}", name, block.header, here.blocks[name], True
                if name in here.nested:
                    stack.append((f"{path}{name}[{index}].", block.body, here.nested[name][1]))


def _nested(body: Body, name: str) -> Iterator[Block]:
    yield from body.blocks(name, 0)
    for dynamic in body.blocks("dynamic", 1):
        if dynamic.labels[0] == name:
            yield from dynamic.body.blocks("content", 0)


def _of_parts(module: LintModule, *, blocks: bool) -> Iterator[Issue]:
    for block, marks, version in _known(module):
        address = block_address(block)
        if blocks and block.type == "resource":
            yield from _aws_blocks(block, address, version, marks)
        if not marks.marks:
            continue
        what = "block" if blocks else "argument"
        found = ((*used[:4],) for used in _used(block.body, marks) if used[4] is blocks)
        for path, name, range_, message in islice(found, _MAX_PER_BLOCK):
            yield Issue(
                f'{block.labels[0]}: the {what} "{name}" is deprecated (provider version {version})',
                range_,
                subject=address,
                address=address,
                attribute=path,
                fix=_advice(message, f"Write the configuration without {name}."),
            )


def _aws_blocks(block: Block, address: str, version: str, marks: Deprecations) -> Iterator[Issue]:
    table = _DEPRECATED_BLOCKS.get(block.labels[0])
    if table is None or not version.split(".", 1)[0].isdigit() or int(version.split(".", 1)[0]) < 6:
        return
    for name, instead in table.items():
        if name in marks.marks.blocks:
            continue
        for index, found in enumerate(islice(_nested(block.body, name), _MAX_PER_BLOCK)):
            yield Issue(
                f'{block.labels[0]}: the block "{name}" is deprecated (provider version {version})',
                found.header,
                subject=address,
                address=address,
                attribute=f"{name}[{index}]",
                fix=f"Use {instead} instead." if instead else f"Remove the block {name}.",
            )


def _advice(message: str, otherwise: str) -> str:
    """The provider's own words where it has any."""
    text = " ".join(message.split())
    if text in ("deprecated", "This argument is deprecated.", ""):
        return f"{otherwise} The provider's documentation names what takes its place."
    return f"The provider says: {text}"


def deprecated_arguments(module: LintModule) -> Iterator[Issue]:
    return _of_parts(module, blocks=False)


def deprecated_blocks(module: LintModule) -> Iterator[Issue]:
    return _of_parts(module, blocks=True)


def deprecated_types(module: LintModule) -> Iterator[Issue]:
    for block, marks, version in _known(module):
        if marks.message is not None and block.type in _KINDS:
            address = block_address(block)
            yield Issue(
                f"{block.labels[0]} is deprecated (provider version {version})",
                block.header,
                subject=address,
                address=address,
                fix=_advice(marks.message, f"Use another type than {block.labels[0]}."),
            )


def _blocks(module: LintModule) -> list[str]:
    return [block_address(block) for block, _, _ in _known(module)]


def _types(module: LintModule) -> list[str]:
    return [block_address(block) for block, _, _ in _known(module) if block.type in _KINDS]


DEPRECATION_RULES: tuple[Rule, ...] = (
    Rule(
        "provider_deprecated_argument",
        Severity.WARNING,
        True,
        "An argument is deprecated by its provider",
        "The provider's schema marks the argument as deprecated: the next major version removes it as a rule.",
        "Use what the provider names in its place.",
        deprecated_arguments,
        _blocks,
        tflint=False,
        everywhere=True,
    ),
    Rule(
        "provider_deprecated_block",
        Severity.WARNING,
        True,
        "A block is deprecated by its provider",
        "The provider's schema marks the block as deprecated: the next major version removes it as a rule.",
        "Use what the provider names in its place, often a resource of its own.",
        deprecated_blocks,
        _blocks,
        tflint=False,
        everywhere=True,
    ),
    Rule(
        "provider_deprecated_type",
        Severity.WARNING,
        True,
        "A resource type or data source is deprecated by its provider",
        "The provider's schema marks the whole type as deprecated: the next major version removes it as a rule.",
        "Use the type that the provider names in its place.",
        deprecated_types,
        _types,
        tflint=False,
        everywhere=True,
    ),
)

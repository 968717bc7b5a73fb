"""Deprecated forms written in the way of today: arguments of a bucket become resources of their own."""

from __future__ import annotations

from typing import Final

from terraformer.data.mutation.base import Change, Say, Target, added, equals
from terraformer.data.mutation.catalogue import operator
from terraformer.data.mutation.naming import Code
from terraformer.data.mutation.operators.structure import clear
from terraformer.data.mutation.syntax import HclBlock

_WHY: Final = (
    "Terraform warns about deprecated arguments.",
    "We are moving to the current version of the AWS provider.",
    "The inline form is deprecated.",
)


def _owned(t: Target, type: str) -> bool:
    return bool(t.base.satellites(t.address, type)) or t.block.repeated != ""


@operator(
    "upgrade",
    "aws_s3_bucket",
    when=lambda t: clear(t) and bool(t.block.inner("versioning")),
    weight=3.0,
    structural=True,
)
def inline_versioning(t: Target) -> Change | None:
    kind = "aws_s3_bucket_versioning"
    blocks = t.block.inner("versioning")
    enabled = blocks[0].value("enabled")
    if len(blocks) != 1 or _owned(t, kind) or not isinstance(enabled, bool) or blocks[0].has("mfa_delete"):
        return None
    status = "Enabled" if enabled else "Suspended"
    label = t.base.fresh("resource", t.label, kind)
    text = (
        f'resource "{kind}" "{label}" {{\n  bucket = {t.address}.id\n\n'
        f'  versioning_configuration {{\n    status = "{status}"\n  }}\n}}'
    )
    return _moved_out(t, blocks[0], text, kind, versioning_configuration__status=status)


@operator("upgrade", "aws_s3_bucket", when=lambda t: clear(t) and t.block.has("acl"), weight=3.0, structural=True)
def inline_acl(t: Target) -> Change | None:
    kind = "aws_s3_bucket_acl"
    acl = t.block.value("acl")
    if _owned(t, kind) or not isinstance(acl, str):
        return None
    label = t.base.fresh("resource", t.label, kind)
    text = f'resource "{kind}" "{label}" {{\n  bucket = {t.address}.id\n  acl    = "{acl}"\n}}'
    draft = t.draft().unset(t.block, "acl").append(text, near=t.block)
    return t.change(
        draft,
        Say(_WORDS, _SHOULD, _WHY, {"what": Code("acl"), "kind": Code(kind)}),
        added(kind, equals("acl", acl)),
    )


@operator(
    "upgrade",
    "aws_s3_bucket",
    when=lambda t: clear(t) and bool(t.block.inner("server_side_encryption_configuration")),
    weight=3.0,
    structural=True,
)
def inline_encryption(t: Target) -> Change | None:
    kind = "aws_s3_bucket_server_side_encryption_configuration"
    blocks = t.block.inner("server_side_encryption_configuration")
    default = blocks[0].first("rule", "apply_server_side_encryption_by_default")
    if len(blocks) != 1 or _owned(t, kind) or default is None or len(blocks[0].blocks) != 1 or blocks[0].arguments:
        return None
    algorithm = default.value("sse_algorithm")
    if not isinstance(algorithm, str):
        return None
    label = t.base.fresh("resource", t.label, kind)
    pad = t.draft().indent_of(blocks[0])
    inner = t.syntax.text(blocks[0].file, blocks[0].blocks[0].start, blocks[0].blocks[0].end).replace("\n" + pad, "\n")
    text = f'resource "{kind}" "{label}" {{\n  bucket = {t.address}.id\n\n  {inner}\n}}'
    return _moved_out(t, blocks[0], text, kind, rule__apply_server_side_encryption_by_default__sse_algorithm=algorithm)


_WORDS: Final = (
    "{{move|pull} the {deprecated |inline |}<what> {argument |}of <it> {out |}into {a resource of its own, <kind>"
    "|its own <kind> resource}"
    "|replace the {deprecated |inline |}<what> of <it> {by|with} {a|an} <kind>{ resource|}"
    "|use {a separate |}<kind> {resource |}instead of the {deprecated |inline |}<what> in <it>}"
)
_SHOULD: Final = (
    "the <what> of <it> should be {a resource of its own|in a <kind> resource}, not {inline|an argument of <it>}"
)


def _moved_out(t: Target, block: HclBlock, text: str, kind: str, **values: object) -> Change:
    draft = t.draft().delete(block).append(text, near=t.block)
    return t.change(
        draft,
        Say(_WORDS, _SHOULD, _WHY, {"what": Code(block.kind), "kind": Code(kind)}),
        added(kind, **values),  # type: ignore[arg-type]
    )

"""A repair that makes findings vanish by deleting what failed: what an attempt dropped, told as certificates.

A static comparison of the blocks of two configurations, so that it works where neither can be planned. What a plan
would show beyond it (a resource that is replaced, an attribute that changes) is the matter of comparing plans.
Not covered: arguments and nested blocks that were deleted inside a block that stays, and repetitions (count, for_each)
whose number becomes zero through an expression.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Final

from terraformer.errors import BundleError
from terraformer.hcl import BlockRef, ModuleTree, scan
from terraformer.types import Certificate, Severity, Stage, TerraformConfig, VerificationReport

__all__ = ["CODE", "KeepGuard", "PromptGuard", "dropped"]

CODE: Final = "dropped-resource"
_EMPTY: Final = re.compile(
    r"^[ \t]*(?:count[ \t]*=[ \t]*0|for_each[ \t]*=[ \t]*(?:\{\s*\}|\[\s*\]|toset\(\s*\[\s*\]\s*\)))[ \t]*$", re.M
)

Blocks = dict[str, BlockRef]


def dropped(before: TerraformConfig, after: TerraformConfig, *, renames: bool = True) -> tuple[BlockRef, ...]:
    """The managed resources of ``before`` that ``after`` no longer creates, by address.

    A resource counts as kept when the same address is there and not switched off (``count = 0``), when a ``moved``
    block takes it elsewhere, or, where ``renames`` is true, when another of its type has come instead or a block of its
    type now has count or for_each.
    """
    old_tree, new_tree = scan(before.files, before.root), scan(after.files, after.root)
    old, new = _resources(old_tree, before), _resources(new_tree, after)
    gone = {address: block for address, block in old.items() if address not in new}
    moves = [(r.source, r.target) for m in new_tree.modules.values() for r in m.moved]
    for source, target in moves:
        for address in list(gone):
            moved_to = target + address[len(source) :] if _within(address, source) else None
            if moved_to is not None and (moved_to in new or _bare(moved_to) in new):
                del gone[address]
    if renames:
        # Several blocks may become one with count or for_each; how many it makes is for the plan to say.
        gathered = {b.type for a, b in new.items() if b.repeated and (a not in old or not old[a].repeated)}
        gone = {address: block for address, block in gone.items() if block.type not in gathered}
        fresh = Counter(block.type for address, block in new.items() if address not in old)
        for address, block in list(gone.items()):
            if fresh[block.type]:
                fresh[block.type] -= 1
                del gone[address]
    return tuple(gone[address] for address in sorted(gone))


def _within(address: str, source: str) -> bool:
    return bool(source) and (address == source or address.startswith((f"{source}.", f"{source}[")))


def _bare(address: str) -> str:
    return re.sub(r"\[[^\]]*\]", "", address)


def _resources(tree: ModuleTree, config: TerraformConfig) -> Blocks:
    found: Blocks = {}
    for key, module in tree.modules.items():
        prefix = "".join(f"module.{step}." for step in key.split(".")) if key else ""
        for block in module.resources:
            if not (block.repeated and _switched_off(block, config)):
                found[prefix + block.address] = block
    return found


def _switched_off(block: BlockRef, config: TerraformConfig) -> bool:
    content = config.files.get(block.file, b"")
    text = content[block.range.start.byte : block.range.end.byte].decode("utf-8", "replace")
    return _EMPTY.search(text) is not None


def _certificate(block: BlockRef, why: str) -> Certificate:
    return Certificate(
        Stage.POLICY,
        Severity.ERROR,
        CODE,
        f"{block.address} was dropped",
        f"The configuration before this repair has {block.address}; this one does not create it any more. {why} "
        "A finding is mended, not deleted.",
        address=block.address,
        fix=f"Write {block.address} again, without what was found wrong in it.",
    )


class KeepGuard:
    """For the repair of a configuration that somebody has: every resource of it stays, under its own address.

    A type that no provider has may give way to another one.
    """

    def __init__(self, before: TerraformConfig) -> None:
        self._before = before

    def __call__(
        self, _best: TerraformConfig, _found: VerificationReport | None, new: TerraformConfig
    ) -> tuple[Certificate, ...]:
        gone = dropped(self._before, new, renames=False)
        return tuple(
            _certificate(b, "It belongs to the configuration that is repaired; renaming one destroys it, too.")
            for b in gone
            if _exists(b.type)
        )


class PromptGuard:
    """For generation: what the best attempt so far has, and the prompt asks for, stays.

    Conservative: only types that the words of the prompt name count, a type that no provider has may give way, and
    another type of the same service may come instead (aws_s3_object for aws_s3_bucket_object).
    """

    def __init__(self, prompt: str) -> None:
        self._prompt = prompt

    @cached_property
    def _asked(self) -> Callable[[str], bool]:
        from terraformer.generate.grammar.facts import PromptFacts, words_of
        from terraformer.generate.grammar.select import select_types
        from terraformer.generate.grammar.strategy import schemas

        facts = PromptFacts(self._prompt)
        named: Mapping[str, object]
        try:
            named = {c.key: c for c in select_types(facts, schemas()) if c.asked}
        except BundleError:
            named = {}

        def asked(type_name: str) -> bool:
            if type_name in named:
                return True
            words = words_of(type_name.split("_", 1)[-1])
            return bool(words) and all(word in facts.stems for word in words)

        return asked

    def __call__(
        self, best: TerraformConfig, _found: VerificationReport | None, new: TerraformConfig
    ) -> tuple[Certificate, ...]:
        gone = dropped(best, new)
        if not gone:
            return ()
        old_types = scan(best.files, best.root).types_in_use().resources
        fresh = scan(new.files, new.root).types_in_use().resources - old_types
        families = {_family(t) for t in fresh}
        return tuple(
            _certificate(block, "The request asks for it.")
            for block in gone
            if _exists(block.type) and _family(block.type) not in families and self._asked(block.type)
        )


def _family(type_name: str) -> str:
    return "_".join(type_name.split("_")[:2])


def _exists(type_name: str) -> bool:
    """Whether an installed provider has the resource type; True where that cannot be told."""
    from terraformer.provider import bundle

    try:
        source = bundle.provider_for_type(type_name)
        return source is None or bundle.latest(source).has("resource", type_name)
    except BundleError:
        return True

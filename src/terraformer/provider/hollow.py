"""Schemas without what a configuration cannot touch.

A nested block that is never named in a configuration can neither be set nor referred to. It stays in the schema, since
the plan shows it as an empty collection, but its own arguments and blocks are left out: Terraform's work grows with the
schema, not with the configuration.
"""

from __future__ import annotations

from dataclasses import replace

from terraformer.provider.schema import Block, NestedBlock

__all__ = ["block_names", "hollow"]

_EMPTY = Block()


def block_names(block: Block) -> frozenset[str]:
    """The names of all nested blocks that have contents, at any depth."""
    names: set[str] = set()
    seen: set[int] = set()
    todo = [block]
    while todo:
        current = todo.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        for name, nested in current.blocks.items():
            if nested.block.attributes or nested.block.blocks:
                names.add(name)
            todo.append(nested.block)
    return frozenset(names)


def hollow(block: Block, used: frozenset[str]) -> Block:
    """The block with every nested block emptied whose name is not in ``used``.

    Blocks of nesting "single" and "group" keep their contents: they are there, as objects of nulls, without being
    named. Shared blocks stay shared.
    """
    done: dict[int, Block] = {}

    def walk(current: Block) -> Block:
        found = done.get(id(current))
        if found is None:
            if not current.blocks:
                found = current
            else:
                found = replace(current, blocks={name: empty(nested) for name, nested in current.blocks.items()})
            done[id(current)] = found
        return found

    def empty(nested: NestedBlock) -> NestedBlock:
        kept = nested.name in used or nested.nesting in ("single", "group")
        return replace(nested, block=walk(nested.block) if kept else _EMPTY)

    return walk(block)

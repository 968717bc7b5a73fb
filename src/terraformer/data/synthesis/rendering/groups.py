"""Resources that are alike but for a few values: one block with ``for_each`` or ``count`` instead of several."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from terraformer.data.synthesis.expressions import Expression, Raw, Ref, Value, expressions_in, hcl
from terraformer.data.synthesis.scenario import Body, Node, Scenario, Setting

__all__ = ["Group", "bare_references", "plain", "references_of", "repeated_blocks", "settings_like"]

_KEY = re.compile(r"[A-Za-z][\w.-]{0,40}\Z")


@dataclass(eq=False)
class Group:
    """Nodes that become one block. ``differing`` are the settings that are not the same in all, one list for each
    place, in the order of ``nodes``; ``follows`` those that refer to the members of another group, key by key."""

    nodes: tuple[Node, ...]
    by: str
    keys: tuple[str, ...]
    differing: list[list[Setting]]
    follows: list[tuple[list[Setting], Group]]


class _Probe:
    """Names that tell whether two values are the same, whatever they will be called."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._numbers = {node: n for n, node in enumerate(nodes)}

    def address(self, node: Node, attribute: str, every: bool = False) -> str:
        return f"<{self._numbers[node]}.{attribute}.{every}>"


def references_of(node: Node) -> set[Node]:
    """The nodes that a node refers to."""
    found = {e.node for s in node.settings() for e in expressions_in(s.value) if isinstance(e, Ref)}
    return found | set(node.depends_on)


def bare_references(scenario: Scenario) -> set[Node]:
    """Nodes that some expression takes whole (``aws_subnet.public[*].id``): they must stay what they are."""
    values: list[Value] = [s.value for n in scenario.nodes for s in n.settings()]
    values += [o.value for o in scenario.outputs]
    return {e.node for v in values for e in expressions_in(v) if isinstance(e, Ref) and not e.attribute}


def plain(value: Value) -> bool:
    """A value that can stand in a map of values: a scalar or a list of them, no text of several lines."""
    if isinstance(value, (list, tuple)):
        return (
            bool(value) and all(isinstance(v, (str, int, float)) for v in value) and len({type(v) for v in value}) == 1
        )
    return isinstance(value, (bool, int, float)) or (isinstance(value, str) and "\n" not in value and len(value) < 160)


def _shape(body: Body) -> tuple[Any, ...]:
    return tuple(
        item.name if isinstance(item, Setting) else (item[0], _shape(item[1]))
        for item in body.items
        if not isinstance(item, Setting) or item.name
    )


def _settings(node: Node) -> list[Setting]:
    return [s for s in node.settings() if s.name]


def groups_of(scenario: Scenario, usable: Iterable[Node], by: str) -> list[Group]:
    """Groups among the ``usable`` nodes, in order. ``by`` is "for_each" or "count"."""
    probe = _Probe(scenario.nodes)
    buckets: dict[Any, list[Node]] = {}
    for node in usable:
        if node.mode != "resource" or node.repeat or node.label_said:
            continue
        lifecycle = tuple((k, hcl(v, probe)) for k, v in node.lifecycle)
        key = (node.type, node.provider, lifecycle, tuple(map(id, node.depends_on)), _shape(node))
        buckets.setdefault(key, []).append(node)
    found: list[Group] = []
    for nodes in buckets.values():
        if len(nodes) > 1 and (group := _group(tuple(nodes), by, found, probe)) is not None:
            found.append(group)
            if _cyclic(scenario, found):
                found.pop()
    return found


def _group(nodes: tuple[Node, ...], by: str, known: Sequence[Group], probe: _Probe) -> Group | None:
    if any(references_of(n) & set(nodes) for n in nodes):
        return None
    differing: list[list[Setting]] = []
    follows: list[tuple[list[Setting], Group]] = []
    for settings in map(list, zip(*map(_settings, nodes), strict=True)):
        values = [s.value for s in settings]
        if len({hcl(v, probe) for v in values}) == 1:
            if isinstance(values[0], Raw) and re.search(r"\b(each|count)\.", values[0].text):
                return None
            continue
        if all(isinstance(v, Ref) and not v.every and v.attribute for v in values):
            targets = tuple(v.node for v in values)
            if len({v.attribute for v in values}) > 1 or by not in {g.by for g in known if g.nodes == targets}:
                return None
            follows.append((settings, next(g for g in known if g.nodes == targets)))
        elif all(plain(v) for v in values) and len({type(v) for v in values}) == 1:
            differing.append(settings)
        else:
            return None
    if not differing and not follows:
        return None  # the same twice: someone would have written count, and the prompt says it otherwise
    keys = _keys(nodes, differing, follows)
    if keys is None and by == "for_each":
        return None
    return Group(nodes, by, keys or tuple(str(n) for n in range(len(nodes))), differing, follows)


def _keys(
    nodes: tuple[Node, ...], differing: Sequence[Sequence[Setting]], follows: Sequence[tuple[list[Setting], Group]]
) -> tuple[str, ...] | None:
    if follows:
        theirs = {g.keys for _, g in follows}
        return theirs.pop() if len(theirs) == 1 else None
    candidates: list[Sequence[Any]] = []
    if len(differing) == 1:
        candidates.append([s.value for s in differing[0]])
    candidates.append([n.role for n in nodes])
    candidates += [[s.value for s in settings] for settings in differing]
    for keys in candidates:
        if all(isinstance(k, str) and _KEY.match(k) for k in keys) and len(set(keys)) == len(nodes):
            return tuple(keys)
    if len(differing) == 1 and all(isinstance(s.value, str) for s in differing[0]):
        values = tuple(str(s.value) for s in differing[0])
        return values if len(set(values)) == len(nodes) else None  # a set of ARNs
    return None


def _cyclic(scenario: Scenario, groups: Sequence[Group]) -> bool:
    """Whether blocks would refer to each other in a circle."""
    head = {n: g.nodes[0] for g in groups for n in g.nodes}
    edges: dict[Node, set[Node]] = {}
    for node in scenario.nodes:
        edges.setdefault(head.get(node, node), set()).update(head.get(n, n) for n in references_of(node))
    state: dict[Node, int] = {}
    for start in edges:
        stack = [(start, False)]
        while stack:
            node, done = stack.pop()
            if done:
                state[node] = 2
                continue
            if state.get(node):
                continue
            state[node] = 1
            stack.append((node, True))
            for other in edges.get(node, ()):
                if state.get(other) == 1:
                    return True
                stack.append((other, False))
    return False


def repeated_blocks(body: Body) -> dict[str, list[Body]]:
    """Blocks of a body that one ``dynamic`` block can make: several of a name, one after the other, of plain values.

    What refers to something stays as it is: the configuration in a plan leaves out what is inside dynamic blocks.
    """
    rows: dict[str, list[tuple[int, Body]]] = {}
    for at, item in enumerate(body.items):
        if not isinstance(item, Setting):
            rows.setdefault(item[0], []).append((at, item[1]))
    found: dict[str, list[Body]] = {}
    for name, several in rows.items():
        places = [at for at, _ in several]
        blocks = [b for _, b in several]
        if (
            len(blocks) > 1
            and places == list(range(places[0], places[0] + len(places)))
            and len({_shape(b) for b in blocks}) == 1
            and all(isinstance(i, Setting) and (not i.name or plain(i.value)) for b in blocks for i in b.items)
            and all(settings_like(column) for column in zip(*map(_own, blocks), strict=True))
        ):
            found[name] = blocks
    return found


def _own(body: Body) -> list[Setting]:
    return [i for i in body.items if isinstance(i, Setting) and i.name]


def settings_like(settings: Sequence[Setting]) -> bool:
    """Whether values of settings have one type."""
    return len({type(s.value) for s in settings}) == 1 and not any(isinstance(s.value, Expression) for s in settings)

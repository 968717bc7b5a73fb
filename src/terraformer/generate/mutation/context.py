"""Which part of a configuration a model is shown for a request.

All of it where it fits. Otherwise the blocks that the request names (by label, type, literal or file) and what they
refer to or are referred to by, nearest first, until the budget is used; every other block is a line in an outline.
Edits can then refer to shown lines only.
"""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from terraformer.generate.grammar.facts import stem
from terraformer.hcl import ModuleTree, scan
from terraformer.hcl.merge import Part, parts_of
from terraformer.types import TerraformConfig

__all__ = ["Context", "mentioned_addresses", "select_context"]

MAX_OUTLINE: Final = 400
"""Blocks that are outlined one by one; of more, only the number is told."""
_OTHER_MAX: Final = 20_000
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*|\d+")
_REFERENCE: Final = re.compile(r"\b(?:(?:data|ephemeral)\.)?[A-Za-z_][\w-]{0,100}\.[A-Za-z_][\w-]{0,100}")
_STOP: Final = frozenset(
    re.findall(
        r"\w+",
        "a an the of to in on at for with and or by from into it its all every each any add set use make change please "
        "should must be is are new this that these those so aws resource only also more than which have has do does "
        "not no name value enable enabled true false",
    )
)


@dataclass(frozen=True, slots=True)
class Context:
    """``text`` for the prompt. ``shown`` maps paths to line ranges (from 0, end exclusive), as ``apply_edits`` takes
    them. ``whole`` tells whether everything was shown."""

    text: str
    shown: Mapping[str, tuple[tuple[int, int], ...]]
    whole: bool


@dataclass(slots=True)
class _Node:
    """A top-level block: where it stands, in which module (directory), what it is called."""

    path: str
    directory: str
    part: Part
    text: str
    first: int
    last: int
    score: float = 0.0
    links: set[int] = field(default_factory=set)

    @property
    def names(self) -> list[str]:
        kind, *labels = self.part.key
        if kind == "variable" and labels:
            return [f"var.{labels[0]}"]
        if kind == "locals":
            return [f"local.{n}" for n in re.findall(r"^\s*([A-Za-z_][\w-]*)\s*=", self.text, re.M)]
        return [self.part.address]


def select_context(
    config: TerraformConfig, request: str, budget: int, *, extra: Collection[str] = (), tree: ModuleTree | None = None
) -> Context:
    """What to show in at most about ``budget`` characters. ``extra`` are addresses (or parts of them) that matter
    besides what the request names, such as those of findings."""
    tree = tree or scan(config.files, config.root)
    paths = _paths(config, tree)
    texts = {path: config.text(path) for path in paths}
    size = sum(len(t) + len(p) + 20 for p, t in texts.items())
    others = _others(config, paths, tree, request, max(0, budget - size))
    if size <= budget:
        shown = {**texts, **others}
        ranges = {p: ((0, t.count("\n") + 1),) for p, t in shown.items()}
        return Context(_rendered(shown, others), ranges, True)
    return _partial(config, texts, request, budget, extra)


def _paths(config: TerraformConfig, tree: ModuleTree) -> list[str]:
    """The files of the modules that belong to the configuration itself, the root module's first."""
    seen: dict[str, None] = {}
    for module in sorted(tree.modules.values(), key=lambda m: (m.key != "", m.key)):
        for path in module.files:
            if "/.terraform/" not in f"/{path}":
                seen.setdefault(path)
    root = config.root
    for path in sorted(config.files):
        if path.endswith(".tfvars") and (posixpath.dirname(path) or ".") == root:
            seen.setdefault(path)
    return list(seen)


def _others(
    config: TerraformConfig, paths: Collection[str], tree: ModuleTree, request: str, room: int
) -> dict[str, str]:
    """Templates, policies and the like that the modules read or the request names, as far as there is room."""
    read = {
        posixpath.normpath(posixpath.join(m.dir, c.literal.replace("${path.module}", ".").replace("${path.root}", ".")))
        for m in tree.modules.values()
        for c in m.file_calls
        if c.literal
    }
    found: dict[str, str] = {}
    for path in sorted(config.files):
        named = path in read or posixpath.basename(path) in request
        if path in paths or not named or len(config.files[path]) > min(_OTHER_MAX, room):
            continue
        try:
            text = config.files[path].decode("utf-8")
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            found[path] = text
            room -= len(text)
    return found


def _rendered(texts: Mapping[str, str], others: Collection[str] = ()) -> str:
    parts = []
    for path, text in texts.items():
        language = "" if path in others else "json" if path.endswith(".json") else "hcl"
        fence = "````" if "```" in text else "```"
        body = text.removeprefix("\ufeff").replace("\r\n", "\n")
        parts.append(f"{path}\n{fence}{language}\n{body}{'' if body.endswith(chr(10)) or not body else chr(10)}{fence}")
    return "\n\n".join(parts)


# --- a part of it ----------------------------------------------------------------------------------------------------


def _partial(
    config: TerraformConfig, texts: Mapping[str, str], request: str, budget: int, extra: Collection[str]
) -> Context:
    nodes = _nodes(config, texts)
    _link(nodes)
    _score(nodes, request, extra)
    chosen = _chosen(nodes, budget - min(budget // 4, 60 * len(nodes)))
    shown: dict[str, list[tuple[int, int]]] = {}
    for i in chosen:
        node = nodes[i]
        shown.setdefault(node.path, []).append((node.first, node.last + 1))
    parts: list[str] = []
    outline = 0
    for path, text in texts.items():
        lines = text.removeprefix("\ufeff").split("\n")
        out: list[str] = []
        for i, node in enumerate(nodes):
            if node.path != path:
                continue
            if i in chosen:
                out.append("\n".join(line.rstrip("\r") for line in lines[node.first : node.last + 1]))
            elif outline < MAX_OUTLINE:
                outline += 1
                out.append(f"# not shown: {_header(node)} ({node.last - node.first + 1} lines)")
        if out:
            parts.append(f"{path} (in part)\n```hcl\n" + "\n".join(out) + "\n```")
    hidden = len(nodes) - len(chosen) - outline
    if hidden > 0:
        parts.append(f"({hidden} more blocks are not listed)")
    return Context("\n\n".join(parts), {p: tuple(sorted(r)) for p, r in shown.items()}, False)


def _nodes(config: TerraformConfig, texts: Mapping[str, str]) -> list[_Node]:
    nodes: list[_Node] = []
    for path in texts:
        if not path.endswith(".tf"):
            continue
        content = config.files[path]
        starts = [0, *(m.end() for m in re.finditer(b"\n", content))]
        previous = -1
        for part in parts_of(content, path):
            first = bisect_right(starts, part.start) - 1
            last = bisect_right(starts, max(part.start, part.end - 1)) - 1
            # The comment right above belongs to the block.
            while first - 1 > previous and content[starts[first - 1] : starts[first]].lstrip().startswith(
                (b"#", b"//")
            ):
                first -= 1
            text = content[part.start : part.end].decode("utf-8", "replace")
            nodes.append(_Node(path, posixpath.dirname(path) or ".", part, text, first, last))
            previous = last
    return nodes


def _link(nodes: Sequence[_Node]) -> None:
    homes: dict[tuple[str, str], list[int]] = {}
    for i, node in enumerate(nodes):
        for name in node.names:
            homes.setdefault((node.directory, name), []).append(i)
    for i, node in enumerate(nodes):
        for match in _REFERENCE.finditer(node.text):
            for j in homes.get((node.directory, match[0]), ()):
                if i != j:
                    node.links.add(j)
                    nodes[j].links.add(i)
        if node.part.key[0] == "module":
            _link_module(i, nodes)


def _link_module(i: int, nodes: Sequence[_Node]) -> None:
    """A module's call is linked with the variables and outputs of what it calls."""
    source = re.search(r'^\s*source\s*=\s*"(\.{1,2}/[^"\n]*)"', nodes[i].text, re.M)
    if source is None:
        return
    directory = posixpath.normpath(posixpath.join(nodes[i].directory, source[1]))
    for j, other in enumerate(nodes):
        if other.directory == directory and other.part.key[0] in ("variable", "output"):
            nodes[i].links.add(j)
            other.links.add(i)


def _score(nodes: Sequence[_Node], request: str, extra: Collection[str]) -> None:
    words = {stem(w) for w in _WORD.findall(request)} - _STOP
    written = set(re.findall(r"[\w./-]{3,}", request.lower()))
    quoted = set(re.findall(r"[\"'`]([^\"'`\n]{2,100})[\"'`]", request))
    for node in nodes:
        kind, *labels = node.part.key
        if kind in ("terraform", "provider"):
            node.score = 0.2
        label = {stem(w) for w in _WORD.findall(labels[-1].replace("_", " "))} if labels else set()
        types = {stem(w) for w in _WORD.findall(labels[0].replace("_", " "))} if len(labels) > 1 else set()
        if label:
            node.score += 3 * len(label & words) / len(label)
        if types - {"aws"}:
            node.score += 2 * len(types & words) / len(types - {"aws"})
        if any(x.lower() in written for x in (*labels, node.part.address)):
            node.score += 4
        if kind in ("variable", "output", "module") and kind in words:
            node.score += 0.5
        if any(q in node.text for q in quoted):
            node.score += 4
        if posixpath.basename(node.path).lower() in written or node.path.lower() in written:
            node.score += 1
        if any(name and name in address for address in extra for name in node.names):
            node.score += 10


def _chosen(nodes: Sequence[_Node], budget: int) -> set[int]:
    """Seeds by score, then their neighbourhood, breadth first; what does not fit is passed over."""
    order = sorted(range(len(nodes)), key=lambda i: (-nodes[i].score, i))
    best = nodes[order[0]].score if order else 0.0
    seeds = [i for i in order if nodes[i].score >= max(1.0, best / 3)] or order[:1]
    chosen: set[int] = set()
    seen: set[int] = set()
    wave = seeds
    while wave:
        following: list[int] = []
        for i in wave:
            if i in seen:
                continue
            seen.add(i)
            cost = len(nodes[i].text) + 10
            if cost > budget and chosen:
                continue
            chosen.add(i)
            budget -= cost
            following.extend(nodes[i].links)
        wave = sorted(set(following) - seen, key=lambda i: (-nodes[i].score, i))
    for i in order:  # room that is left goes to the next best
        cost = len(nodes[i].text) + 10
        if i not in chosen and nodes[i].score > 0 and cost <= budget:
            chosen.add(i)
            budget -= cost
    return chosen


def _header(node: _Node) -> str:
    kind, *labels = node.part.key
    if kind in ("provider", "moved", "import", "removed"):
        labels = labels[:1]
    if kind == "locals":
        names = [n.partition(".")[2] for n in node.names]
        return f"locals ({', '.join(names[:30])})"
    if kind == "=":
        return f"{labels[0]} = ..."
    return " ".join([kind, *(f'"{_plain(label)}"' for label in labels)])


def _plain(text: str) -> str:
    return re.sub(r"[\x00-\x1f`]", "", text)[:100]


def mentioned_addresses(texts: Iterable[str]) -> set[str]:
    """Whatever looks like an address in texts (a reply, findings)."""
    return {m[0] for text in texts for m in _REFERENCE.finditer(text[:50_000])}

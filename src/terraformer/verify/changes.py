"""A ChangeSummary out of Terraform's JSON of a plan against the state of another configuration.

Source: docs/internals/json-format of hashicorp/terraform (plan representation: resource_changes, output_changes,
configuration). What is left out, since nobody changed it:

* values that only become "known after apply" and that the configuration does not set (ids, ARNs, ...),
* what mirrors another value (``tags_all`` of ``tags``, the label copies of Google),
* what a second plan of the configuration before would change as well (``timestamp()``): its drift,
* a change of nothing but sensitivity.

Where the state's value was made up by the hermetic apply because the configuration before said nothing of it, "before"
is None.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from terraformer.types import AttributeChange, ChangeKind, ChangeSummary, OutputChange, ResourceChange
from terraformer.types.change import bare_address

__all__ = ["summarise"]

_MIRRORS = {
    "tags_all": ("tags",),
    "effective_labels": ("labels",),
    "terraform_labels": ("labels",),
    "effective_annotations": ("annotations",),
}
_NAME = re.compile(r"[^\W\d][\w-]*")
_MAX_LEAVES = 2000

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class _Leaf:
    """One place where two values differ."""

    path: Path
    before: Any
    after: Any
    unknown: bool
    sensitive: bool


@dataclass(slots=True)
class _Plan:
    """What is needed of a plan: its resource changes by address, and the arguments that each block sets."""

    changes: Sequence[Mapping[str, Any]]
    outputs: Mapping[str, Mapping[str, Any]]
    set_by: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    made_up: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, plan: Mapping[str, Any] | None) -> _Plan:
        plan = plan or {}
        changes = [c for c in plan.get("resource_changes") or () if c.get("mode") == "managed"]
        found = cls(changes, plan.get("output_changes") or {})
        found._read(plan.get("configuration", {}).get("root_module") or {}, "")
        found.made_up = {str(c["address"]): c["change"].get("after_unknown") for c in changes}
        return found

    def _read(self, module: Mapping[str, Any], prefix: str) -> None:
        for resource in module.get("resources") or ():
            if resource.get("mode") == "managed":
                self.set_by[prefix + str(resource["address"])] = resource.get("expressions") or {}
        for name, call in (module.get("module_calls") or {}).items():
            self._read(call.get("module") or {}, f"{prefix}module.{name}.")

    def sets(self, address: str) -> Mapping[str, Any]:
        """The top-level arguments and blocks that the block of an instance sets."""
        return self.set_by.get(bare_address(address), {})


def summarise(
    plan: Mapping[str, Any], *, before: Mapping[str, Any] | None = None, drift: Mapping[str, Any] | None = None
) -> ChangeSummary:
    """The summary of ``plan`` (after, against the state of before); ``before`` is the plan that the state came from,
    ``drift`` the plan of the configuration before against that state. All in Terraform's JSON form."""
    now, then = _Plan.of(plan), _Plan.of(before)
    resources = _resources(now, then)
    outputs = _outputs(now)
    if drift is not None:
        noise = _Plan.of(drift)
        resources = _without_drift(resources, _resources(noise, then))
        outputs = _outputs_without_drift(outputs, _outputs(noise))
    resources = _following(_renames(resources, now, then), now)
    return ChangeSummary(tuple(sorted(resources, key=lambda r: (r.address, str(r.kind)))), tuple(outputs))


# --- resources ------------------------------------------------------------------------------------------------------


def _resources(now: _Plan, then: _Plan) -> list[ResourceChange]:
    found = [_resource(c, now, then) for c in now.changes]
    return [r for r in found if r is not None]


def _resource(entry: Mapping[str, Any], now: _Plan, then: _Plan) -> ResourceChange | None:
    change = entry["change"]
    actions = tuple(change.get("actions") or ())
    address, type_ = str(entry["address"]), str(entry["type"])
    previous = entry.get("previous_address")
    old = str(previous or address)
    if actions in (("no-op",), ("read",), ()) and change.get("importing") is None:
        return ResourceChange(address, type_, ChangeKind.MOVED, previous_address=old) if previous else None
    if actions == ("create",) or change.get("importing") is not None:
        # What is imported exists already, but it is new to the configuration.
        return ResourceChange(address, type_, ChangeKind.ADDED, _of_new(change, now.sets(address)))
    if actions in (("delete",), ("forget",)):
        attributes = _of_old(change, then.sets(address), then.made_up.get(address))
        return ResourceChange(address, type_, ChangeKind.REMOVED, attributes, forgotten=actions == ("forget",))
    kind = ChangeKind.CHANGED if actions == ("update",) else ChangeKind.REPLACED
    forcing = [tuple(p) for p in change.get("replace_paths") or () if isinstance(p, list)]
    leaves = _kept(change, now.sets(address), forcing)
    made_up = then.made_up.get(old)
    given = then.sets(old)
    attributes = tuple(_attribute(leaf, forcing, given, made_up) for leaf in leaves)
    if kind is ChangeKind.REPLACED:
        named = {leaf.path for leaf in leaves}
        attributes += tuple(
            AttributeChange(_text(p), forces_replacement=True) for p in forcing if not _covered(p, named)
        )
    elif not attributes:
        return ResourceChange(address, type_, ChangeKind.MOVED, previous_address=old) if previous else None
    return ResourceChange(address, type_, kind, attributes, previous_address=previous)


def _kept(change: Mapping[str, Any], sets: Mapping[str, Any], forcing: Sequence[Path]) -> list[_Leaf]:
    """The differences of a changed resource without those that nobody asked for."""
    after = change.get("after") or {}
    leaves = list(_differences(change))
    roots = {leaf.path[0] for leaf in leaves}
    kept: list[_Leaf] = []
    for leaf in leaves:
        root = str(leaf.path[0])
        forced = any(leaf.path[: len(p)] == p for p in forcing)
        # Nothing in the configuration stands behind it: the provider will tell. (Contents of dynamic blocks are not in
        # the plan's configuration.)
        computed = leaf.unknown and not _is_set(sets, leaf.path) and (root in sets or not after.get(root))
        mirrored = any(source in roots for source in _MIRRORS.get(root, ()))
        if forced or not (computed or mirrored):
            kept.append(leaf)
    return kept


def _is_set(sets: Mapping[str, Any], path: Path) -> bool:
    """Whether the configuration says something of the value at a path: an expression there, or one around it."""
    return path[0] in sets and _says(sets[str(path[0])], path[1:])


def _says(expression: Any, path: Path) -> bool:
    if isinstance(expression, list):  # blocks; a set's positions in the plan are not those in the configuration
        rest = path[1:] if path and isinstance(path[0], int) else path
        return not rest or any(_says(block, rest) for block in expression)
    if not isinstance(expression, Mapping) or not path:
        return True
    if not expression or "references" in expression or "constant_value" in expression:
        return True  # {} is an expression without references, such as a call of a function
    step = path[0]
    return step in expression and _says(expression[str(step)], path[1:])


def _covered(path: Path, named: set[Path]) -> bool:
    return any(p[: len(path)] == path or path[: len(p)] == p for p in named)


def _attribute(leaf: _Leaf, forcing: Sequence[Path], given: Mapping[str, Any], made_up: Any) -> AttributeChange:
    before = None if _inside(made_up, leaf.path) and not _is_set(given, leaf.path) else leaf.before
    return AttributeChange(
        _text(leaf.path),
        None if leaf.sensitive else before,
        None if leaf.sensitive or leaf.unknown else leaf.after,
        sensitive=leaf.sensitive,
        unknown=leaf.unknown,
        forces_replacement=any(leaf.path[: len(p)] == p or p[: len(leaf.path)] == leaf.path for p in forcing),
    )


def _of_new(change: Mapping[str, Any], sets: Mapping[str, Any]) -> tuple[AttributeChange, ...]:
    """What the configuration gives a new resource: its arguments, and blocks that it has."""
    leaves = _differences({**change, "before": None})
    shown = [leaf for leaf in leaves if leaf.path[0] in sets or (not leaf.unknown and isinstance(leaf.path[-1], int))]
    return tuple(_attribute(leaf, (), {}, None) for leaf in shown)


def _of_old(change: Mapping[str, Any], given: Mapping[str, Any], made_up: Any) -> tuple[AttributeChange, ...]:
    leaves = _differences({**change, "after": None, "after_unknown": False})
    shown = [leaf for leaf in leaves if leaf.path[0] in given]
    return tuple(_attribute(leaf, (), given, made_up) for leaf in shown)


# --- values ---------------------------------------------------------------------------------------------------------


def _differences(change: Mapping[str, Any]) -> Iterator[_Leaf]:
    """The leaves in which before and after differ, at most _MAX_LEAVES."""
    leaves = _walk(
        change.get("before"),
        change.get("after"),
        change.get("after_unknown"),
        change.get("before_sensitive"),
        change.get("after_sensitive"),
        (),
    )
    for number, leaf in enumerate(leaves):
        if number == _MAX_LEAVES:
            return
        if leaf.path:
            yield leaf


def _walk(before: Any, after: Any, unknown: Any, hidden: Any, hides: Any, path: Path) -> Iterator[_Leaf]:
    if unknown is True:
        yield _Leaf(path, before, None, True, hidden is True or hides is True)
        return
    if before == after and not _any_true(unknown) and _same_kind(before, after):
        return
    sensitive = hidden is True or hides is True
    if not sensitive and _object(before, after):
        old, new = before or {}, after or {}
        names = dict.fromkeys([*old, *new, *(unknown if isinstance(unknown, Mapping) else ())])
        for name in names:
            yield from _walk(
                old.get(name),
                new.get(name),
                _inner(unknown, name),
                _inner(hidden, name),
                _inner(hides, name),
                (*path, name),
            )
        if not old and not new and path and before != after:
            yield _Leaf(path, before, after, False, False)
        return
    if not sensitive and _array(before, after):
        yield from _walk_list(before or [], after or [], unknown, hidden, hides, path)
        return
    if not (_empty(before) and _empty(after)):
        yield _Leaf(path, before, after, False, sensitive)


def _walk_list(
    before: list[Any], after: list[Any], unknown: Any, hidden: Any, hides: Any, path: Path
) -> Iterator[_Leaf]:
    """Lists and sets look alike in the JSON, sets in a stable order: what is equal in both is matched first, the rest
    pairwise."""
    size = max(len(after), len(unknown) if isinstance(unknown, list) else 0)
    vague = {i for i in range(size) if _any_true(_inner(unknown, i))}
    left = [i for i, item in enumerate(before) if not (i < len(after) and i not in vague and _equal(item, after[i]))]
    open_ = [i for i in range(size) if i in vague or i >= len(before) or i in left]
    for old_place in list(left):
        item = before[old_place]
        twin = next((j for j in open_ if j not in vague and j < len(after) and _equal(item, after[j])), None)
        if twin is not None:
            left.remove(old_place)
            open_.remove(twin)
    if not left and not open_:
        if not _flat_equal(before, after):
            yield _Leaf(path, before, after, False, False)  # the same elements in another order
        return
    if len(left) + len(open_) > 2 and not any(isinstance(item, (dict, list)) for item in (*before, *after)):
        yield _Leaf(path, before, after if not vague else None, bool(vague), False)
        return
    for place in range(max(len(left), len(open_))):
        i: int | None = left[place] if place < len(left) else None
        j: int | None = open_[place] if place < len(open_) else None
        at = j if j is not None else i
        assert at is not None
        old = before[i] if i is not None else None
        new = after[j] if j is not None and j < len(after) else None
        if (old is None or new is None) and isinstance(old if new is None else new, dict) and j not in vague:
            yield from _element(old, new, (*path, at))
            continue
        yield from _walk(
            old,
            new,
            _inner(unknown, j) if j is not None else None,
            _inner(hidden, i) if i is not None else None,
            _inner(hides, j) if j is not None else None,
            (*path, at),
        )


def _element(old: Any, new: Any, path: Path) -> Iterator[_Leaf]:
    """A block that comes or goes: its leaves, or itself when it has none."""
    leaves = list(_walk(old, new, None, None, None, path))
    yield from leaves or [_Leaf(path, old, new, False, False)]


def _inner(value: Any, step: Any) -> Any:
    """One step into a structure of flags; a flag counts for all below it."""
    if value is True:
        return True
    if isinstance(value, Mapping):
        return value.get(step)
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return value[step]
    return None


def _inside(flags: Any, path: Path) -> bool:
    for step in path:
        flags = _inner(flags, step)
    return _any_true(flags)


def _any_true(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_any_true, value.values()))
    if isinstance(value, list):
        return any(map(_any_true, value))
    return value is True


def _object(before: Any, after: Any) -> bool:
    return isinstance(before, (Mapping, type(None))) and isinstance(after, (Mapping, type(None))) and before != after


def _array(before: Any, after: Any) -> bool:
    return isinstance(before, (list, type(None))) and isinstance(after, (list, type(None))) and before != after


def _empty(value: Any) -> bool:
    """Unset, as providers have many forms of it."""
    return value is None or value == "" or value == [] or value == {}


def _same_kind(a: Any, b: Any) -> bool:
    return isinstance(a, bool) == isinstance(b, bool)


def _equal(a: Any, b: Any) -> bool:
    return bool(a == b) and _same_kind(a, b)


def _flat_equal(a: list[Any], b: list[Any]) -> bool:
    return len(a) == len(b) and all(map(_equal, a, b))


def _text(path: Path) -> str:
    """A path as HCL references write it."""
    out = ""
    for step in path:
        if isinstance(step, int):
            out += f"[{step}]"
        elif _NAME.fullmatch(step):
            out += f".{step}" if out else step
        else:
            quoted = step.replace("\\", "\\\\").replace('"', '\\"')
            out += f'["{quoted}"]'
    return out


# --- outputs --------------------------------------------------------------------------------------------------------

_OUTPUT_KINDS = {("create",): ChangeKind.ADDED, ("update",): ChangeKind.CHANGED, ("delete",): ChangeKind.REMOVED}


def _outputs(plan: _Plan) -> list[OutputChange]:
    found: list[OutputChange] = []
    for name, change in sorted(plan.outputs.items()):
        kind = _OUTPUT_KINDS.get(tuple(change.get("actions") or ()))
        if kind is None:
            continue
        sensitive = change.get("before_sensitive") is True or change.get("after_sensitive") is True
        unknown = _any_true(change.get("after_unknown"))
        before, after = change.get("before"), change.get("after")
        if kind is ChangeKind.CHANGED and not unknown and _equal(before, after):
            continue
        found.append(
            OutputChange(
                name,
                kind,
                None if sensitive else before,
                None if sensitive or unknown else after,
                sensitive=sensitive,
                unknown=unknown,
            )
        )
    return found


# --- drift ----------------------------------------------------------------------------------------------------------


def _without_drift(resources: list[ResourceChange], drift: list[ResourceChange]) -> list[ResourceChange]:
    """Without what the configuration before would change again and again."""
    noise = {r.address: r for r in drift}
    found: list[ResourceChange] = []
    for change in resources:
        own = noise.get(change.previous_address or change.address)
        if own is None or change.kind not in (ChangeKind.CHANGED, ChangeKind.REPLACED):
            found.append(change)
            continue
        known = {(a.path, repr(a.after), a.unknown) for a in own.attributes}
        left = tuple(a for a in change.attributes if (a.path, repr(a.after), a.unknown) not in known)
        if change.kind is ChangeKind.REPLACED and not any(a.forces_replacement for a in left):
            replaced = own.kind is ChangeKind.REPLACED
            kind = ChangeKind.CHANGED if replaced else ChangeKind.REPLACED
        else:
            kind = change.kind
        if left or kind is ChangeKind.REPLACED:
            found.append(replace(change, kind=kind, attributes=left))
        elif change.previous_address:
            found.append(replace(change, kind=ChangeKind.MOVED, attributes=()))
    return found


def _outputs_without_drift(outputs: list[OutputChange], drift: list[OutputChange]) -> list[OutputChange]:
    noise = {o.name: o for o in drift}
    return [
        o
        for o in outputs
        if not (
            o.kind is ChangeKind.CHANGED
            and o.name in noise
            and noise[o.name].unknown == o.unknown
            and _equal(noise[o.name].after, o.after)
        )
    ]


# --- what follows from what ------------------------------------------------------------------------------------------


def _following(resources: list[ResourceChange], now: _Plan) -> list[ResourceChange]:
    """Note on changes that come from changes of what they refer to, and from nothing else."""
    changed = {r.block for r in resources if r.kind in (ChangeKind.ADDED, ChangeKind.CHANGED, ChangeKind.REPLACED)}
    found: list[ResourceChange] = []
    for change in resources:
        if change.kind not in (ChangeKind.CHANGED, ChangeKind.REPLACED):
            found.append(change)
            continue
        forcing = [a for a in change.attributes if a.forces_replacement]
        sets = now.sets(change.address)
        module = change.block[: len(change.block) - len(".".join(change.block.split(".")[-2:]))]
        sources: dict[str, None] = {}
        for attribute in forcing if change.kind is ChangeKind.REPLACED else change.attributes:
            root = re.split(r"[.\[]", attribute.path)[0]
            referred = {
                module + ".".join(reference.split("[")[0].split(".")[:2]) for reference in _references(sets.get(root))
            }
            hit = (referred & changed) - {change.block}
            if not hit:
                sources = {}
                break
            sources.update(dict.fromkeys(sorted(hit)))
        found.append(replace(change, follows=tuple(sources)) if sources else change)
    return found


def _references(expression: Any) -> Iterator[str]:
    """The references in an expression of the plan's configuration, blocks included."""
    todo = [expression]
    while todo:
        item = todo.pop()
        if isinstance(item, Mapping):
            yield from (str(r) for r in item.get("references") or ())
            todo += [v for k, v in item.items() if k not in ("references", "constant_value")]
        elif isinstance(item, list):
            todo += item


# --- renames --------------------------------------------------------------------------------------------------------


def _renames(resources: list[ResourceChange], now: _Plan, then: _Plan) -> list[ResourceChange]:
    """Note on what is removed and added with the same configuration that it looks like a rename."""
    removed = [r for r in resources if r.kind is ChangeKind.REMOVED and not r.forgotten]
    added = [r for r in resources if r.kind is ChangeKind.ADDED]
    twins: dict[str, str] = {}
    for old in removed:
        keys = then.sets(old.address).keys()
        if not keys:
            continue
        for new in added:
            if new.type != old.type or new.address in twins.values() or now.sets(new.address).keys() != keys:
                continue
            if _agree(old, new):
                twins[old.address] = new.address
                break
    back = {new: old for old, new in twins.items()}
    return [
        replace(r, looks_renamed_to=twins[r.address])
        if r.kind is ChangeKind.REMOVED and r.address in twins
        else replace(r, looks_renamed_from=back[r.address])
        if r.kind is ChangeKind.ADDED and r.address in back
        else r
        for r in resources
    ]


def _agree(old: ResourceChange, new: ResourceChange) -> bool:
    """Whether all that is known of both is equal."""
    vague = {a.path for a in new.attributes if a.unknown or a.sensitive} | {
        a.path for a in old.attributes if a.sensitive
    }

    def covered(path: str) -> bool:
        return any(path == v or path.startswith((f"{v}.", f"{v}[")) for v in vague)

    before = {a.path: a.before for a in old.attributes if not covered(a.path)}
    after = {a.path: a.after for a in new.attributes if not covered(a.path)}
    return before == after

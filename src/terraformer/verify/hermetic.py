"""Helpers of the hermetic ``terraform apply``: which instance is being applied, and a state that is always the same.

The plugin protocol does not say which instance an ApplyResourceChange belongs to, but Terraform prints it before
(``apply_start`` of its JSON output, docs/internals/machine-readable-ui). With ``-parallelism=1`` only one is applied at
a time, so the last line of that kind names it.
"""

from __future__ import annotations

import json
import os
import re
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["ApplyWatch", "configured_provisioners", "normalised_state", "state_words"]

_NAMESPACE = uuid.UUID("8b1d5a3e-6c0f-5f0a-9a58-2f5e4f3f8d11")
_START = b'"type":"apply_start"'
_MAX_DEPTH = 100


class ApplyWatch:
    """Follows the JSON output of an apply while it runs."""

    def __init__(self) -> None:
        self._handle: int | None = None
        self._at = 0
        self._rest = b""
        self._address = ""

    def opened(self, handle: int) -> None:
        """The descriptor of the file that the output is written to."""
        self._handle = handle

    def current(self) -> str:
        """The address of the instance whose apply started last; "" when there was none."""
        if self._handle is None:
            return ""
        chunks = [self._rest]
        while chunk := os.pread(self._handle, 1 << 16, self._at):
            self._at += len(chunk)
            chunks.append(chunk)
        *lines, self._rest = b"".join(chunks).split(b"\n")
        for line in reversed(lines):
            if _START in line:
                try:
                    self._address = str(json.loads(line)["hook"]["resource"]["addr"])
                except (ValueError, KeyError, TypeError):
                    self._address = ""
                break
        return self._address


def configured_provisioners(plan: Mapping[str, Any]) -> list[str]:
    """Addresses (inside their modules) of the resources of a plan's configuration that have provisioners."""
    found: list[str] = []
    todo: list[Any] = [plan.get("configuration", {}).get("root_module", {})]
    while todo:
        module = todo.pop()
        found += [str(r.get("address")) for r in module.get("resources", ()) if r.get("provisioners")]
        todo += [call.get("module", {}) for call in module.get("module_calls", {}).values()]
    return sorted(found)


def normalised_state(raw: bytes, identity: str) -> bytes:
    """A state file without what differs from run to run: lineage, serial, and the ids that Terraform's own
    ``terraform_data`` draws at random. Raises ValueError when it is no state file.
    """
    state = json.loads(raw)
    if not isinstance(state, dict) or not isinstance(state.get("resources"), list):
        raise ValueError("not a state file")
    state["lineage"] = str(uuid.uuid5(_NAMESPACE, identity))
    state["serial"] = 1
    drawn = dict(_drawn_ids(state["resources"]))
    text = json.dumps(state, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    if drawn:
        pattern = re.compile("|".join(map(re.escape, drawn)))
        text = pattern.sub(lambda m: drawn[m[0]], text)
    return text.encode("utf-8", "surrogatepass")


def _drawn_ids(resources: list[Any]) -> Iterator[tuple[str, str]]:
    for resource in resources:
        if resource.get("type") != "terraform_data" or resource.get("mode") != "managed":
            continue
        for instance in resource.get("instances", ()):
            drawn = (instance.get("attributes") or {}).get("id")
            if isinstance(drawn, str) and len(drawn) == 36:
                key = [resource.get("module", ""), resource.get("name"), instance.get("index_key")]
                yield drawn, str(uuid.uuid5(_NAMESPACE, json.dumps(key)))


def state_words(state: bytes) -> frozenset[str]:
    """Names of all attributes and blocks in a state that hold anything: their schemas are needed to read it."""
    found: set[str] = set()
    for resource in json.loads(state).get("resources") or ():
        for instance in resource.get("instances") or () if isinstance(resource, Mapping) else ():
            if isinstance(instance, Mapping):
                _holds(instance.get("attributes"), found, 0)
    return frozenset(found)


def _holds(value: Any, names: set[str], depth: int) -> bool:
    """Whether there is anything but nulls and empty values in a value; the names of what holds something go into
    ``names``."""
    if depth > _MAX_DEPTH:
        return True
    if isinstance(value, Mapping):
        kept = [name for name, item in value.items() if _holds(item, names, depth + 1)]
        names.update(kept)
        return bool(kept)
    if isinstance(value, list):
        held = [_holds(item, names, depth + 1) for item in value]
        return True in held
    return value is not None and value != ""

"""A scripted model: for tests, demonstrations, and for playing recorded replies again."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from terraformer.errors import ModelError, UsageError
from terraformer.models.base import Completion, Message, SamplingSettings

__all__ = ["MockCall", "MockModel", "from_argument"]

_KEYS = {"reply", "error", "retryable", "match", "repeat", "finish_reason", "prompt_tokens", "completion_tokens"}


@dataclass(frozen=True, slots=True)
class MockCall:
    """What the model was asked, for assertions."""

    messages: tuple[Message, ...]
    settings: SamplingSettings
    grammar: str | None


class MockModel:
    """Replies from a script, in order.

    An entry of the script is the reply's text, or a mapping with ``reply`` (text) or ``error`` (a ModelError is raised;
    ``retryable`` false by default), and optionally ``match`` (a regular expression searched in the last user message:
    the first unused entry that matches is taken), ``repeat`` (true: the entry is never used up), ``finish_reason``,
    ``prompt_tokens``, ``completion_tokens``. Safe to call from several threads.

    Raises UsageError when the script is malformed, ModelError when it has run out.
    """

    def __init__(
        self, script: Sequence[str | Mapping[str, Any]], *, name: str = "mock", supports_grammar: bool = False
    ) -> None:
        self.name = name
        self.supports_grammar = supports_grammar
        self.calls: list[MockCall] = []
        self._entries = [_entry(item, f"{name}, entry {i}") for i, item in enumerate(script, 1)]
        self._unused = list(range(len(self._entries)))
        self._lock = threading.Lock()

    def complete(
        self,
        messages: Sequence[Message],
        settings: SamplingSettings | None = None,
        *,
        grammar: str | None = None,
        on_token: Callable[[str], None] | None = None,
    ) -> Completion:
        asked = next((m["content"] for m in reversed(messages) if m["role"] == "user"), "")
        with self._lock:
            self.calls.append(MockCall(tuple(messages), settings or SamplingSettings(), grammar))
            for index in self._unused:
                entry = self._entries[index]
                if "match" not in entry or re.search(entry["match"], asked):
                    break
            else:
                raise ModelError(
                    f"the script of {self.name} has no reply left for call {len(self.calls)} "
                    f"({len(self._entries)} entries in all)"
                )
            if not entry.get("repeat"):
                self._unused.remove(index)
        if "error" in entry:
            raise ModelError(entry["error"], retryable=bool(entry.get("retryable", False)))
        if on_token is not None:
            for piece in re.findall(r"\s*\S+|\s+$", entry["reply"]):
                on_token(piece)
        return Completion(
            text=entry["reply"],
            finish_reason=entry.get("finish_reason", "stop"),
            prompt_tokens=entry.get("prompt_tokens"),
            completion_tokens=entry.get("completion_tokens"),
        )

    def close(self) -> None:
        """Nothing to release."""


def _entry(item: Any, where: str) -> dict[str, Any]:
    if isinstance(item, str):
        return {"reply": item}
    if not isinstance(item, Mapping):
        raise UsageError(f"{where}: a reply is a text or an object, not {type(item).__name__}")
    entry = dict(item)
    if unknown := sorted(set(entry) - _KEYS):
        raise UsageError(f"{where}: unknown key {unknown[0]!r} (known: {', '.join(sorted(_KEYS))})")
    if ("reply" in entry) == ("error" in entry):
        raise UsageError(f'{where}: exactly one of "reply" and "error" is needed')
    for key in ("reply", "error", "match", "finish_reason"):
        if key in entry and not isinstance(entry[key], str):
            raise UsageError(f"{where}: {key!r} must be a text")
    if "match" in entry:
        try:
            re.compile(entry["match"])
        except re.error as error:
            raise UsageError(f'{where}: "match" is not a regular expression: {error}') from error
    return entry


def from_argument(argument: str) -> MockModel:
    """A MockModel from the file named after "mock:": a JSON list, or JSON lines with one entry each."""
    if not argument:
        raise UsageError("mock needs the file of its replies: mock:FILE (JSON list or JSON lines)")
    path = Path(argument)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read as the script of a mock model: {error}") from error
    try:
        whole = json.loads(text)
        script = whole if isinstance(whole, list) else [whole]
    except ValueError:
        script = []
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip():
                try:
                    script.append(json.loads(line))
                except ValueError as error:
                    raise UsageError(f"{path}:{number}: not JSON: {error}") from error
    return MockModel(script, name=f"mock:{path.name}")

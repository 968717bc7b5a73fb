"""A record as a conversation: what a model is asked with here, and the answer that was verified.

The messages are made by the code that asks models (``generate``): a generation by ``ChatStrategy``, a mutation by
``EditStrategy``, a repair by ``RepairStrategy`` with its certificates. A generation's answer is the files in fences;
that of a mutation or repair are the edits from before to after as SEARCH/REPLACE blocks, or the whole files where those
do not do. Every answer is read back by
the code that reads models' replies; what does not give the record's configuration is no conversation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from terraformer.generate import GenerateSettings
from terraformer.generate.mutation.settings import MutateSettings
from terraformer.generate.mutation.strategy import EditStrategy
from terraformer.generate.prompts import render_config
from terraformer.generate.repairing import RepairStrategy
from terraformer.generate.requests import Request
from terraformer.generate.strategy import ChatStrategy
from terraformer.hcl.edit import Edit
from terraformer.hcl.edit_writing import edits_between, render_edits
from terraformer.types import Attempt, Record, RecordKind, TerraformConfig, VerificationReport

__all__ = ["ChatSettings", "Unwritable", "chat_of", "row_of"]

_EVERYTHING: Final = 1 << 30


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """What is put into the messages: ``schema_chars`` of schema excerpts and ``examples`` as in ``GenerateSettings``
    (none by default: a trained model is to know), ``system`` whether there is a system prompt. ``prompt_chars`` bounds
    the messages before the answer; of a longer configuration the part is shown that matters."""

    system: bool = True
    schema_chars: int = 0
    examples: int = 0
    prompt_chars: int = 60_000


class Unwritable(Exception):
    """A record that is no conversation: why, in a short code."""


def chat_of(record: Record, settings: ChatSettings | None = None) -> list[dict[str, str]]:
    """The messages, the last one the assistant's. Messages that the record fixed are taken as they are.

    Raises Unwritable: "unreadable" when the answer, read back, is another configuration (one with a fence in it, say),
    "no-findings" for a repair without an error.
    """
    if record.messages:
        return [dict(m) for m in record.messages]
    settings = settings or ChatSettings()
    request = _request(record, settings)
    answer = _answer(record, request)
    messages = [dict(m) for m in request.messages if settings.system or m["role"] != "system"]
    return [*messages, {"role": "assistant", "content": answer}]


def row_of(record: Record, settings: ChatSettings | None = None) -> dict[str, Any]:
    """A line of chat-jsonl: the messages, and what tells records apart."""
    return {
        "messages": chat_of(record, settings),
        "id": record.id,
        "kind": record.kind.value,
        "split": record.split,
        "source": record.source,
        "family": record.family,
        "difficulty": record.difficulty,
        "services": list(record.services),
    }


def _request(record: Record, settings: ChatSettings) -> Request:
    common: Mapping[str, Any] = {"schema_chars": settings.schema_chars, "prompt_chars": settings.prompt_chars}
    before = record.before
    if before is None:
        files = "single" if len(record.after.files) == 1 else "split"
        generation = GenerateSettings(**common, examples=settings.examples, files=files, strategy="chat")
        return ChatStrategy(record.prompt, generation).first()
    if record.kind is RecordKind.MUTATION:
        return EditStrategy(before, record.prompt, MutateSettings(**common)).first()
    report = VerificationReport(before.id, (), record.certificates)
    attempt = Attempt(0, (), "", before, report, origin="given")
    asked = RepairStrategy(record.prompt, GenerateSettings(**common)).repair([attempt], 0)
    if asked is None:
        raise Unwritable("no-findings")
    return asked


def _answer(record: Record, request: Request) -> str:
    """Raises Unwritable."""
    if record.before is None:
        answer = render_config(record.after, _EVERYTHING)
        if not _reads(request, answer, record.after):
            raise Unwritable("unreadable")
        return answer
    # A file of which nothing is left is as good as deleted.
    after = record.after.with_files({p: None for p, c in record.after.files.items() if not c.strip()})
    for write in (_short, _whole, _rewritten):
        for text in write(record.before, after):
            if _reads(request, text, after):
                return text
    raise Unwritable("unreadable")


def _short(before: TerraformConfig, after: TerraformConfig) -> Iterator[str]:
    """The edits from one to the other, as the system prompt of edits shows them, then bare."""
    try:
        edits = edits_between(before, after)
    except ValueError:
        return
    yield _fenced(edits)
    yield render_edits(edits)


def _fenced(edits: Sequence[Edit]) -> str:
    """Each block in a fence under the path of its file."""
    parts = []
    for edit in edits:
        text = render_edits((edit,))
        if edit.kind == "replace":
            path, _, block = text.partition("\n")
            text = f"{path}\n```hcl\n{block}\n```"
        parts.append(text)
    return "\n\n".join(parts)


def _whole(before: TerraformConfig, after: TerraformConfig) -> Iterator[str]:
    """Every file that differs, whole: for changes of which nothing of a file is left."""
    parts = [
        f"{path}\n```hcl\n{after.text(path).rstrip()}\n```"
        for path in sorted(after.files)
        if before.files.get(path) != after.files[path]
    ]
    gone = [f"DELETE FILE: {path}" for path in sorted(before.files) if path not in after.files]
    yield "\n\n".join([*parts, *gone])


def _rewritten(before: TerraformConfig, after: TerraformConfig) -> Iterator[str]:
    """One edit for every file that differs, with all of its old text."""
    edits = []
    for path in sorted({*before.files, *after.files}):
        if path not in after.files:
            edits.append(Edit("delete", path))
        elif before.files.get(path) != after.files[path]:
            old = before.text(path) if path in before.files else ""
            edits.append(Edit("replace", path, after.text(path), old))
    yield _fenced(edits)


def _reads(request: Request, answer: str, wanted: TerraformConfig) -> bool:
    """Whether a reply is read as this configuration. Blank space at the end of a file does not count, nor a first line
    with its name, nor the name of a single file, which is not told."""
    found = {path: _bare(path, content) for path, content in request.read(answer).files.items() if content.strip()}
    expected = {path: content.rstrip() for path, content in wanted.files.items()}
    return found == expected or (len(expected) == 1 and list(found.values()) == list(expected.values()))


def _bare(path: str, content: bytes) -> bytes:
    return content.removeprefix(f"# {path}\n".encode()).rstrip()

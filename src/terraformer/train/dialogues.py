"""From records to what a model is shown and what it shall answer, in the compact form."""

from __future__ import annotations

from dataclasses import dataclass

from terraformer.generate.compact import compact_answer, compact_messages
from terraformer.hcl.edit import apply_edits
from terraformer.hcl.edit_reply import parse_edits
from terraformer.hcl.edit_writing import edits_between, render_edits
from terraformer.models.base import Message
from terraformer.types import Record, RecordKind, TerraformConfig

__all__ = ["Dialogue", "dialogue_of", "reply_of"]


@dataclass(frozen=True, slots=True)
class Dialogue:
    """``messages`` up to the answer, and the ``reply`` that is learnt. ``id`` is the record's."""

    id: str
    kind: RecordKind
    messages: tuple[Message, ...]
    reply: str


def dialogue_of(record: Record) -> Dialogue:
    """The dialogue of a record: the whole configuration as an answer to a request, edits where there is one before.

    Raises ValueError when the answer cannot be told as edits that are read back to exactly the record's ``after``.
    """
    messages = compact_messages(record.prompt, record.before, record.certificates)
    return Dialogue(record.id, record.kind, messages, reply_of(record.before, record.after))


def reply_of(before: TerraformConfig | None, after: TerraformConfig) -> str:
    """What is to be answered so that ``after`` comes of it. Raises ValueError like ``dialogue_of``."""
    if before is None:
        return compact_answer(after)
    reply = render_edits(edits_between(before, after)) + "\n"
    if apply_edits(before, parse_edits(reply, known=before.files).edits).config != after:
        raise ValueError("the edits are not read back as they were written")
    return reply

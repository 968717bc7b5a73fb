"""A change for a person: the diff, and what differs in the plans."""

from __future__ import annotations

import json
from typing import Any, Final

from terraformer.formatters.text_format import clean
from terraformer.types import ChangeSummary
from terraformer.types.change import AttributeChange, ChangeKind, OutputChange, ResourceChange

__all__ = ["change_text", "diff_text"]

MAX_ATTRIBUTES: Final = 12
MAX_VALUE: Final = 60
_SIGNS: Final = {
    ChangeKind.ADDED: ("+", "added", "32"),
    ChangeKind.CHANGED: ("~", "changed", "33"),
    ChangeKind.REPLACED: ("-/+", "replaced", "31"),
    ChangeKind.REMOVED: ("-", "removed", "31"),
    ChangeKind.MOVED: (">", "moved", "36"),
}


def diff_text(diff: str, *, colour: bool = False) -> str:
    """A unified diff, without control characters, coloured as git does."""
    out: list[str] = []
    for line in (raw.removesuffix("\r") for raw in diff.removesuffix("\n").split("\n")):
        style = ""
        if line.startswith(("diff --git", "--- ", "+++ ", "new file", "deleted file")):
            style = "1"
        elif line.startswith("@@"):
            style = "36"
        elif line.startswith("+"):
            style = "32"
        elif line.startswith("-"):
            style = "31"
        out.append(_styled(clean(line), style, colour=colour) + "\n")
    return "".join(out)


def change_text(summary: ChangeSummary, *, colour: bool = False, because: str = "") -> str:
    """One line for each resource and output that differs, arguments below; ``because`` says why only the text of the
    blocks could be compared."""
    lines: list[str] = []
    for resource in summary.resources:
        lines.extend(_resource(resource, colour=colour))
    lines.extend(_output(output, colour=colour) for output in summary.outputs)
    if not lines:
        lines.append("No resource and no output differs.")
    else:
        counts = [f"{n} {_SIGNS[ChangeKind(kind)][1]}" for kind, n in summary.counts().items() if n]
        lines.append(", ".join(counts) + "." if counts else "No resource differs.")
    if summary.by_text:
        why = f": {clean(because)}" if because else ""
        lines.append(f"Compared by the text of the blocks, not by plans{why}.")
    return "".join(line + "\n" for line in lines)


def _resource(change: ResourceChange, *, colour: bool) -> list[str]:
    sign, word, style = _SIGNS[change.kind]
    if change.forgotten:
        word = "left running, out of the state"
    head = f"{_styled(f'{sign:>3}', style, colour=colour)} {clean(change.address)} {word}"
    if change.previous_address:
        head += f" from {clean(change.previous_address)}"
    if change.replace_paths:
        head += f" (forced by {', '.join(clean(p) for p in change.replace_paths[:5])})"
    if change.looks_renamed_from:
        head += f" (as {clean(change.looks_renamed_from)} was: a rename without a moved block)"
    lines = [head]
    if change.kind in (ChangeKind.CHANGED, ChangeKind.REPLACED):
        lines.extend(f"      {_attribute(a)}" for a in change.attributes[:MAX_ATTRIBUTES])
        if len(change.attributes) > MAX_ATTRIBUTES:
            lines.append(f"      and {len(change.attributes) - MAX_ATTRIBUTES} more")
    return lines


def _attribute(change: AttributeChange) -> str:
    if change.sensitive:
        return f"{clean(change.path)}: (sensitive)"
    after = "(known after apply)" if change.unknown else _value(change.after)
    return f"{clean(change.path)}: {_value(change.before)} -> {after}"


def _output(change: OutputChange, *, colour: bool) -> str:
    sign, word, style = _SIGNS[change.kind]
    line = f"{_styled(f'{sign:>3}', style, colour=colour)} {clean(change.address)} {word}"
    if change.kind is ChangeKind.CHANGED and not change.sensitive:
        after = "(known after apply)" if change.unknown else _value(change.after)
        line += f": {_value(change.before)} -> {after}"
    return line


def _value(value: Any) -> str:
    text = clean(json.dumps(value, ensure_ascii=False, default=str))
    return text if len(text) <= MAX_VALUE else text[: MAX_VALUE - 1] + "…"


def _styled(text: str, style: str, *, colour: bool) -> str:
    return f"\x1b[{style}m{text}\x1b[0m" if colour and style else text

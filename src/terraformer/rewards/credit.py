"""Token credit: where in a reply the blame for a failure lies.

Certificates carry ranges, and Terraform plans each resource by itself. So when a reply fails, the tokens inside a
failing range get the blame, and those of resources that planned well do not, where a sequence-level advantage would
punish all of them alike. Positions are characters of the reply; files that the reply holds are found in it by their
text. Of a reply of edits they are found in the new text of its edits; edits that do not apply are to blame for what
they search for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from terraformer.hcl import scan
from terraformer.hcl.edit import Edit
from terraformer.types import Certificate, Severity, SourceRange, Stage, TerraformConfig, VerificationReport

__all__ = ["CreditSettings", "Span", "blamed_spans", "misplaced_spans", "sound_spans", "token_credit"]

_PROOF = (Stage.COMPILE, Stage.DEPLOY, Stage.POLICY)


@dataclass(frozen=True, slots=True)
class Span:
    """Characters ``start`` to ``end`` (exclusive) of a reply; ``code`` says of which certificate."""

    start: int
    end: int
    code: str = ""


@dataclass(frozen=True, slots=True)
class CreditSettings:
    """Factors on a negative advantage: ``blamed`` for tokens of a failing range, ``sound`` for tokens of blocks that
    planned well, ``elsewhere`` for the others. ``kept`` is the factor on a positive advantage for tokens that are
    blamed all the same (a good reply among bad ones is not good everywhere).

    Raises ValueError when a factor is negative or blame would not exceed the rest.
    """

    blamed: float = 1.0
    elsewhere: float = 0.5
    sound: float = 0.0
    kept: float = 0.0

    def __post_init__(self) -> None:
        if not self.blamed >= self.elsewhere >= self.sound >= 0 or self.kept < 0:
            raise ValueError("token credit wants blamed >= elsewhere >= sound >= 0 and kept >= 0")


def blamed_spans(
    reply: str, config: TerraformConfig, report: VerificationReport, edits: Sequence[Edit] = ()
) -> tuple[Span, ...]:
    """Where the errors are that keep the configuration from being correct, in the order of the report.

    A certificate without a range but with a resource's address (as those of policies) blames the resource's block.
    Errors that nothing locates, or in text that the reply does not hold (``edits`` are the reply's), are left out.
    """
    pieces = _pieces(reply, config, edits)
    blocks = dict(_blocks(config))
    found: list[Span] = []
    for certificate in report.certificates:
        if certificate.severity is not Severity.ERROR or certificate.stage not in _PROOF:
            continue
        place = certificate.range or blocks.get(_block_of(certificate))
        if place is not None:
            found += [s for s in _spans(place, config, pieces, certificate.code) if s not in found]
    return tuple(found)


def sound_spans(
    reply: str, config: TerraformConfig, report: VerificationReport, edits: Sequence[Edit] = ()
) -> tuple[Span, ...]:
    """Resource and data blocks in which no error lies, once the configuration could be read and was planned.

    Empty when compilation failed: then nothing was shown of any block.
    """
    if not report.compilable:
        return ()
    blamed = blamed_spans(reply, config, report, edits)
    pieces = _pieces(reply, config, edits)
    spans = [span for _, place in _blocks(config) for span in _spans(place, config, pieces, "")]
    return tuple(s for s in spans if not any(b.start < s.end and s.start < b.end for b in blamed))


def misplaced_spans(
    reply: str, edits: Sequence[Edit], before: TerraformConfig, failed: Iterable[int]
) -> tuple[Span, ...]:
    """What the edits whose indices ``failed`` search for: of lines that no file of ``before`` holds those alone, for
    they are what is wrong with it."""
    held = {line.strip() for path in before.files for line in before.text(path).split("\n")}
    places = _edit_places(reply, edits)
    found: list[Span] = []
    for number in failed:
        edit, place = edits[number], places[number]
        if place is None or not edit.search:
            continue
        at, lines = place[0], []
        for line in edit.search.split("\n"):
            if line.strip():
                lines.append((Span(at, at + len(line), "search"), line.strip() in held))
            at += len(line) + 1
        wrong = [span for span, known in lines if not known]
        found += wrong or [span for span, _ in lines]
    return tuple(found)


def token_credit(
    offsets: Sequence[tuple[int, int]],
    advantage: float,
    blamed: Sequence[Span],
    sound: Sequence[Span],
    settings: CreditSettings | None = None,
) -> tuple[float, ...]:
    """The advantage of each token. ``offsets`` are the tokens' character ranges in the reply (as tokenizers give them).

    Without any located error the advantage is the same for all, as in GRPO. Blame wins over soundness.
    """
    chosen = settings or CreditSettings()
    if not blamed:
        return (advantage,) * len(offsets)
    values: list[float] = []
    for start, end in offsets:
        is_blamed = _inside(start, end, blamed)
        if advantage >= 0:
            values.append(advantage * chosen.kept if is_blamed else advantage)
        elif is_blamed:
            values.append(advantage * chosen.blamed)
        else:
            values.append(advantage * (chosen.sound if _inside(start, end, sound) else chosen.elsewhere))
    return tuple(values)


def _inside(start: int, end: int, spans: Iterable[Span]) -> bool:
    return any(start < s.end and s.start < max(end, start + 1) for s in spans)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Text of a file that the reply holds as it is: at ``start`` in the reply, ``length`` characters that begin at
    character ``within`` of the file."""

    file: str
    start: int
    within: int
    length: int


def _pieces(reply: str, config: TerraformConfig, edits: Sequence[Edit]) -> list[_Piece]:
    found: list[_Piece] = []
    if not edits:
        for path in sorted(config.files, key=lambda p: -len(config.files[p])):
            text = config.text(path)
            own = text.strip()
            at = reply.find(own) if own else -1
            if at >= 0:
                found.append(_Piece(path, at, len(text) - len(text.lstrip()), len(own)))
        return found
    for edit, place in zip(edits, _edit_places(reply, edits), strict=True):
        own = edit.text.strip()
        holder = next((p for p in config.files if own in config.text(p)), None)
        if place is not None and own and holder is not None:
            start = place[1] + len(edit.text) - len(edit.text.lstrip())
            found.append(_Piece(holder, start, config.text(holder).find(own), len(own)))
    return found


def _edit_places(reply: str, edits: Sequence[Edit]) -> list[tuple[int, int] | None]:
    """Where the search and the new text of each edit begin in the reply; None for edits that it does not hold so."""
    found: list[tuple[int, int] | None] = []
    at = 0
    for edit in edits:
        search = reply.find(edit.search, at)
        text = reply.find(edit.text, search + len(edit.search)) if search >= 0 else -1
        found.append((search, text) if text >= 0 else None)
        if text >= 0:
            at = text + len(edit.text)
    return found


def _spans(place: SourceRange, config: TerraformConfig, pieces: Sequence[_Piece], code: str) -> list[Span]:
    """The range in the reply: in each piece that holds some of it."""
    content = config.files.get(place.file)
    if content is None:
        return []
    start = len(content[: place.start.byte].decode("utf-8", "replace"))
    end = start + max(1, len(content[place.start.byte : place.end.byte].decode("utf-8", "replace")))
    found: list[Span] = []
    for piece in pieces:
        first, last = max(start, piece.within), min(end, piece.within + piece.length)
        if piece.file == place.file and first < last:
            shift = piece.start - piece.within
            found.append(Span(first + shift, last + shift, code))
    return found


def _blocks(config: TerraformConfig) -> list[tuple[str, SourceRange]]:
    tree = scan(config.files, config.root)
    found: list[tuple[str, SourceRange]] = []
    for key, module in tree.modules.items():
        prefix = "".join(f"module.{name}." for name in key.split(".")) if key else ""
        found += [(f"{prefix}{b.type}.{b.name}", b.range) for b in module.resources]
        found += [(f"{prefix}data.{b.type}.{b.name}", b.range) for b in module.data]
    return found


def _block_of(certificate: Certificate) -> str:
    return (certificate.address or "").partition("[")[0]

"""Token credit: where in a reply the blame for a failure lies.

Certificates carry ranges, and Terraform plans each resource by itself. So when a reply fails, the tokens inside a
failing range get the blame, and those of resources that planned well do not, where a sequence-level advantage would
punish all of them alike. Positions are characters of the reply; files that the reply holds are found in it by their
text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from terraformer.hcl import scan
from terraformer.types import Certificate, Severity, SourceRange, Stage, TerraformConfig, VerificationReport

__all__ = ["CreditSettings", "Span", "blamed_spans", "sound_spans", "token_credit"]

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


def blamed_spans(reply: str, config: TerraformConfig, report: VerificationReport) -> tuple[Span, ...]:
    """Where the errors are that keep the configuration from being correct, in the order of the report.

    A certificate without a range but with a resource's address (as those of policies) blames the resource's block.
    Errors that nothing locates, or in files that the reply does not hold as they are, are left out.
    """
    starts = _starts(reply, config)
    blocks = dict(_blocks(config))
    found: list[Span] = []
    for certificate in report.certificates:
        if certificate.severity is not Severity.ERROR or certificate.stage not in _PROOF:
            continue
        place = certificate.range or blocks.get(_block_of(certificate))
        span = _span(place, config, starts, certificate.code) if place is not None else None
        if span is not None and span not in found:
            found.append(span)
    return tuple(found)


def sound_spans(reply: str, config: TerraformConfig, report: VerificationReport) -> tuple[Span, ...]:
    """Resource and data blocks in which no error lies, once the configuration could be read and was planned.

    Empty when compilation failed: then nothing was shown of any block.
    """
    if not report.compilable:
        return ()
    blamed = blamed_spans(reply, config, report)
    starts = _starts(reply, config)
    spans = (_span(place, config, starts, "") for _, place in _blocks(config))
    return tuple(s for s in spans if s is not None and not any(b.start < s.end and s.start < b.end for b in blamed))


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


def _starts(reply: str, config: TerraformConfig) -> dict[str, int]:
    """Where each file's text begins in the reply; files that are not in it as they are, are left out."""
    found: dict[str, int] = {}
    for path in sorted(config.files, key=lambda p: -len(config.files[p])):
        text = config.text(path).strip()
        at = reply.find(text) if text else -1
        if at >= 0:
            found[path] = at - (len(config.text(path)) - len(config.text(path).lstrip()))
    return found


def _span(place: SourceRange, config: TerraformConfig, starts: dict[str, int], code: str) -> Span | None:
    start = starts.get(place.file)
    if start is None:
        return None
    content = config.files[place.file]
    before = len(content[: place.start.byte].decode("utf-8", "replace"))
    inside = len(content[place.start.byte : place.end.byte].decode("utf-8", "replace"))
    return Span(start + before, start + before + max(1, inside), code)


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

"""Repairs that need no model: findings whose certificate says exactly what to write instead.

A mistyped argument, block, type, attribute or reference with one near name; an argument that is written as a block or
the other way round; an enumeration's member in another case; an output of a sensitive value; whatever a lint rule gives
as its replacement. The smallest possible edit each; everything else stays as it is, byte for byte. A fix is kept where
verification then finds its finding gone and no other in its place. NOT covered: anything that needs a choice.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from terraformer.types import Certificate, TerraformConfig, VerificationReport

__all__ = ["Change", "apply_changes", "certain_changes", "fix_certainly"]

MAX_PASSES: Final = 12
"""Terraform shows later errors only when the earlier ones are gone, so it takes several."""
_MAX_SINGLE: Final = 20
_NEAR: Final = 0.8
_TYPES: Final = ("invalid-resource-type", "invalid-data-source-type")
_MARGIN: Final = 0.05


@dataclass(frozen=True, slots=True)
class Change:
    """Bytes ``start`` to ``end`` of a file become ``text``; ``why`` is one line for a person."""

    file: str
    start: int
    end: int
    text: bytes
    why: str
    certificate: Certificate


def certain_changes(config: TerraformConfig, found: Sequence[Certificate]) -> list[Change]:
    """The changes that the certificates call for, without any two that touch each other, in the order of files."""
    changes: list[Change] = []
    for certificate in found:
        rng = certificate.range
        if rng is None or rng.file not in config.files or rng.file.endswith(".json"):
            continue
        content = config.files[rng.file]
        if not 0 <= rng.start.byte <= rng.end.byte <= len(content):
            continue
        make = _replacement if isinstance(certificate.notes.get("replacement"), str) else _BY_CODE.get(certificate.code)
        if make is not None:
            changes.extend(make(config, certificate, content, content[rng.start.byte : rng.end.byte]))
    # A type that is misspelt where it is declared makes every reference to it look wrong: the declaration gives way.
    types = {n for c in found if c.code in _TYPES for n in re.findall(r'"(\w+)"', c.detail)[:1]}
    kept: list[Change] = []
    for change in changes:
        if change.certificate.code == "undeclared-reference" and types & set(change.text.decode().split(".")):
            continue
        clash = any(
            k.file == change.file
            and change.start < max(k.end, k.start + 1)
            and k.start < max(change.end, change.start + 1)
            for k in kept
        )
        if not clash:
            kept.append(change)
    return sorted(kept, key=lambda c: (c.file, c.start))


def apply_changes(config: TerraformConfig, changes: Sequence[Change]) -> TerraformConfig:
    """The configuration with the changes, which must not overlap."""
    files: dict[str, bytes | None] = {}
    for change in sorted(changes, key=lambda c: (c.file, -c.start)):
        content = files.get(change.file) or config.files[change.file]
        files[change.file] = content[: change.start] + change.text + content[change.end :]
    return config.with_files(files)


Verify = Callable[[TerraformConfig], VerificationReport]


def fix_certainly(
    config: TerraformConfig, report: VerificationReport, verify: Verify
) -> tuple[TerraformConfig, VerificationReport, tuple[str, ...]]:
    """The configuration with all certain fixes that help, its report, and what was done, a line each.

    A fix helps when its finding is gone, no other stands in its place and no syntax error has come. There may be more
    findings than before all the same: Terraform comes to some only when others are gone.
    """
    done: list[str] = []
    for _ in range(MAX_PASSES):
        changes = certain_changes(config, report.certificates)
        if not changes:
            break
        kept = _step(config, report, changes, verify)
        if kept is None:
            break
        config, report, used = kept
        done.extend(c.why for c in used)
    return config, report, tuple(dict.fromkeys(done))


def _step(
    config: TerraformConfig, report: VerificationReport, changes: Sequence[Change], verify: Verify
) -> tuple[TerraformConfig, VerificationReport, list[Change]] | None:
    """All changes together if that helps, else those that help one by one; None when none does."""
    together = apply_changes(config, changes)
    after = verify(together)
    if _helped(report, after, changes):
        return together, after, list(changes)
    if len(changes) == 1:
        return None
    good = [c for c in changes[:_MAX_SINGLE] if _helped(report, verify(apply_changes(config, [c])), [c])]
    if not good:
        return None
    for chosen in (good, good[:1]):
        together = apply_changes(config, chosen)
        after = verify(together)
        if _helped(report, after, chosen):
            return together, after, chosen
    return None


def _helped(before: VerificationReport, after: VerificationReport, changes: Sequence[Change]) -> bool:
    if after.tool_errors:
        return False
    left = [(c.code, c.address, c.attribute_path, c.summary) for c in after.certificates]
    targets = {(c.certificate.code, c.certificate.address, c.certificate.attribute_path) for c in changes}
    was = [(c.code, c.address, c.attribute_path, c.summary) for c in before.certificates]
    gone = [t for t in targets if sum(k[:3] == t for k in left) < sum(k[:3] == t for k in was)]
    places = {(a, p) for _, a, p in targets if p}
    new_there = [k for k in left if (k[1], k[2]) in places and k not in was]
    syntax = [c for c in after.errors if c.code == "syntax-error"]
    return len(gone) == len(targets) and not new_there and not syntax


# --- what each code calls for ----------------------------------------------------------------------------------------

Maker = Callable[[TerraformConfig, Certificate, bytes, bytes], Iterable[Change]]
_MEANT: Final = re.compile(r'Did you mean ("[^"?]+"(?:(?:, | or )"[^"]+")*)\?')


def near(name: str, candidates: Sequence[str]) -> str | None:
    """The one candidate that the name is a slip of: one slip away, or else alike, and more alike than the next."""
    slips = [c for c in dict.fromkeys(candidates) if _slip(name.lower(), c.lower())]
    if len(slips) == 1:
        return slips[0]
    scored = sorted(
        ((difflib.SequenceMatcher(None, name.lower(), c.lower(), autojunk=False).ratio(), c) for c in candidates),
        key=lambda s: (-s[0], s[1]),
    )
    if slips or not scored or scored[0][0] < _NEAR:
        return None
    if len(scored) > 1 and scored[0][0] - scored[1][0] < _MARGIN:
        return None
    return scored[0][1]


def _slip(a: str, b: str) -> bool:
    """Whether one slip (a letter too many, missing, wrong, or two swapped) leads from one word to the other."""
    if a == b or abs(len(a) - len(b)) > 1:
        return False
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    rest_a, rest_b = a[start:], b[start:]
    if len(a) >= 3 and rest_a[:2] == rest_b[:2][::-1] and rest_a[2:] == rest_b[2:]:
        return True
    one_letter = rest_a[1:] == rest_b or rest_a == rest_b[1:] or rest_a[1:] == rest_b[1:]
    return one_letter and min(len(a), len(b)) >= 4


def _suggested(certificate: Certificate, name: str) -> str | None:
    """What Terraform or the fix suggests for the name, where that is one near thing."""
    names: list[str] = []
    for text in (certificate.detail, certificate.fix or ""):
        for match in _MEANT.finditer(text):
            names += re.findall(r'"([^"]+)"', match[1])
    return near(name, list(dict.fromkeys(names)))


def _at(certificate: Certificate, start: int, end: int, text: str, why: str) -> Change:
    rng = certificate.range
    assert rng is not None
    return Change(rng.file, start, end, text.encode(), f"{rng.file}:{rng.start.line}: {why}", certificate)


def _start(certificate: Certificate) -> int:
    assert certificate.range is not None
    return certificate.range.start.byte


def _replacement(_config: TerraformConfig, c: Certificate, _content: bytes, token: bytes) -> Iterable[Change]:
    text = str(c.notes["replacement"])
    if text != token.decode("utf-8", "replace"):
        yield _at(c, _start(c), _start(c) + len(token), text, c.summary)


def _argument(_config: TerraformConfig, c: Certificate, content: bytes, token: bytes) -> Iterable[Change]:
    name, start = token.decode("utf-8", "replace"), _start(c)
    if "define a block of type" in c.detail or "is a block, not an argument" in (c.fix or ""):
        equals = re.compile(rb"[ \t]*=[ \t]*(?=\{)").match(content, start + len(token))
        if equals:
            yield _at(c, equals.start(), equals.end(), " ", f"{name} is a block")
        return
    if (meant := _suggested(c, name)) is not None and meant.isidentifier():
        yield _at(c, start, start + len(token), meant, f"{name} -> {meant}")


def _block(_config: TerraformConfig, c: Certificate, content: bytes, token: bytes) -> Iterable[Change]:
    name, start = token.decode("utf-8", "replace"), _start(c)
    if "define argument" in c.detail or "is an argument, not a block" in (c.fix or ""):
        brace = re.compile(rb"[ \t]*(?=\{)").match(content, start + len(token))
        if brace:
            yield _at(c, brace.start(), brace.end(), " = ", f"{name} is an argument")
        return
    if (meant := _suggested(c, name)) is not None and meant.isidentifier():
        yield _at(c, start, start + len(token), meant, f"{name} -> {meant}")


def _type(config: TerraformConfig, c: Certificate, _content: bytes, token: bytes) -> Iterable[Change]:
    name = token.decode("utf-8", "replace").strip('"')
    meant = _suggested(c, name)
    if meant is None or not re.fullmatch(r"\w+", name):
        return
    yield _at(c, _start(c), _start(c) + len(token), f'"{meant}"', f"{name} -> {meant}")
    # What refers to it says its type, too.
    assert c.range is not None
    folder = c.range.file.rpartition("/")[0]
    prefix = "data\\." if c.code == "invalid-data-source-type" else '(?<![\\w."-])'
    reference = re.compile(prefix.encode() + re.escape(name).encode() + rb"(?=\.[A-Za-z_])")
    for path, content in config.files.items():
        if path.rpartition("/")[0] != folder or not path.endswith(".tf"):
            continue
        for match in reference.finditer(content):
            text = match[0].replace(name.encode(), meant.encode())
            yield Change(path, match.start(), match.end(), text, f"{path}: {name} -> {meant}", c)


def _reference(_config: TerraformConfig, c: Certificate, _content: bytes, token: bytes) -> Iterable[Change]:
    name = token.decode("utf-8", "replace").partition("[")[0]
    meant = _suggested(c, name)
    if meant is None and (found := re.search(r'Did you mean "([\w-]+)"\?', c.detail)) and "." in name:
        meant = near(name, [f"{name.rpartition('.')[0]}.{found[1]}"])
    if meant is not None and meant != name and re.fullmatch(r"[\w.-]+", name):
        yield _at(c, _start(c), _start(c) + len(name.encode()), meant, f"{name} -> {meant}")


def _attribute(_config: TerraformConfig, c: Certificate, _content: bytes, token: bytes) -> Iterable[Change]:
    name = token.decode("utf-8", "replace")
    meant = _suggested(c, name.removeprefix("."))
    if meant is not None and re.fullmatch(r"\.[\w-]+", name):
        yield _at(c, _start(c), _start(c) + len(token), f".{meant}", f"{name} -> .{meant}")


def _value(_config: TerraformConfig, c: Certificate, _content: bytes, token: bytes) -> Iterable[Change]:
    found = re.search(r"one of \[([^\]]*)\]", f"{c.summary} {c.detail}")
    written = re.fullmatch(rb'"([^"\\$%]*)"', token)
    if found is None or written is None:
        return
    allowed = re.findall(r'"([^"]*)"', found[1])
    value = written[1].decode("utf-8", "replace")

    def plain(text: str) -> str:
        return re.sub(r"[-_ .]", "", text).lower()

    same = [a for a in allowed if plain(a) == plain(value)]
    if len(same) == 1 and same[0] != value:
        yield _at(c, _start(c), _start(c) + len(token), f'"{same[0]}"', f'"{value}" -> "{same[0]}"')


def _sensitive(_config: TerraformConfig, c: Certificate, content: bytes, _token: bytes) -> Iterable[Change]:
    header = re.compile(rb'output[ \t]+(?:"[^"\n]*"|[\w-]+)[ \t]*\{')
    before = [m for m in header.finditer(content) if m.start() <= _start(c)]
    if not before:
        return
    at = before[-1].end()
    why = "the value is sensitive, the output must say so"
    short = re.compile(rb"[ \t]*value[ \t]*=[ \t]*([^\n{}]+?)[ \t]*\}").match(content, at)
    if short:
        text = f"\n  value     = {short[1].decode('utf-8', 'replace')}\n  sensitive = true\n}}"
        yield _at(c, at, short.end(), text, why)
    elif re.compile(rb"[ \t]*\r?\n").match(content, at):
        yield _at(c, at, at, "\n  sensitive = true", why)


_BY_CODE: Final[dict[str, Maker]] = {
    "unsupported-argument": _argument,
    "unsupported-block": _block,
    "invalid-resource-type": _type,
    "invalid-data-source-type": _type,
    "undeclared-reference": _reference,
    "unsupported-attribute": _attribute,
    "value-not-allowed": _value,
    "sensitive-output": _sensitive,
}

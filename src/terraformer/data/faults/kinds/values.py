"""Values of the right type that the provider refuses: enumerations, ranges, names, ARNs, CIDR ranges, JSON."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable
from typing import Any

from terraformer.data.faults.hand import complaints, hcl, literals, other_words, shuffled
from terraformer.data.faults.registry import Broken, fault
from terraformer.data.faults.written import Edit, Written
from terraformer.types import Stage

Worse = Callable[[Any, random.Random], Iterable[Any]]


def _refused(written: Written, rng: random.Random, wanted: type, codes: set[str], worse: Worse) -> Broken | None:
    """Another value for some argument that the provider refuses with one of the codes."""
    for argument, holder, value in shuffled(rng, literals(written, wanted)):
        if not complaints(argument.owner, argument.path, _marker(wanted)) and wanted is str:
            continue  # nothing is checked there
        if written.open_block(argument):
            continue
        for other in worse(value, rng):
            found = complaints(argument.owner, argument.path, other)
            if found and found[0].code in codes:
                note = f"{argument.name} = {hcl(other)[:60]}"
                return Broken((written.value(holder, hcl(other)),), note)
    return None


def _marker(wanted: type) -> Any:
    return "\u0001 ?" * 1000 if wanted is str else None


@fault(
    "value-not-allowed",
    "A value that is none of the enumeration: other case, other word",
    "value-not-allowed",
    weight=7,
    stages=(Stage.COMPILE, Stage.DEPLOY),
    phase="provider",
)
def not_allowed(written: Written, rng: random.Random) -> Broken | None:
    return _refused(written, rng, str, {"value-not-allowed"}, other_words)


def _too_much(value: Any, rng: random.Random) -> list[Any]:
    found = [
        value * 60,
        value * 1024,
        value * 10,
        value * 1000,
        0,
        -1,
        value // 60,
        value // 1024,
        100_000,
        value + 500,
    ]
    return shuffled(rng, [f for f in dict.fromkeys(found) if f != value])


@fault(
    "value-out-of-range",
    "A number outside the range: another unit, too much, zero",
    "value-out-of-range",
    "value-not-allowed",
    weight=4,
    stages=(Stage.COMPILE, Stage.DEPLOY),
    phase="provider",
)
def out_of_range(written: Written, rng: random.Random) -> Broken | None:
    return _refused(written, rng, int, {"value-out-of-range", "value-not-allowed"}, _too_much)


def _bad_names(value: str, rng: random.Random) -> list[str]:
    words = [w for w in re.split(r"[^A-Za-z0-9]+", value) if w] or ["main"]
    found = [
        " ".join(w.capitalize() for w in words),
        "_".join(words),
        "".join(w.capitalize() for w in words),
        value.upper(),
        f"{value}!",
        f"-{value}",
        f"{value}-",
        f"{value}.",
        f"{words[0]}--{words[-1]}",
        f"1{value}",
        f"{value}@prod",
        f"{value}/main",
        f"{value}-for-all-environments-of-the-platform-team-in-production",
        "",
    ]
    return shuffled(rng, [f for f in dict.fromkeys(found) if f != value])


@fault(
    "value-bad-name",
    "A name with characters, a case or a length that are not allowed",
    "value-invalid-format",
    "value-invalid-length",
    weight=4,
    stages=(Stage.COMPILE, Stage.DEPLOY),
    phase="provider",
)
def bad_name(written: Written, rng: random.Random) -> Broken | None:
    return _refused(written, rng, str, {"value-invalid-format", "value-invalid-length"}, _bad_names)


def _bad_arns(value: str, rng: random.Random) -> list[str]:
    if not value.startswith("arn:"):
        return []
    parts = value.split(":")
    found = [
        parts[-1],
        ":".join(parts[1:]),
        value.replace("arn:aws:", "arn:", 1),
        ":".join([*parts[:3], *parts[5:]]),
        value.replace(":", "/"),
        value.replace("::", ":"),
        value.replace("arn:aws", "arn::aws"),
        re.sub(r"\d{12}", "account-id", value),
        re.sub(r"\d{12}", "12345", value),
        re.sub(r"\d{12}", "ACCOUNT_ID", value),
    ]
    return shuffled(rng, [f for f in dict.fromkeys(found) if f != value])


@fault(
    "value-bad-arn",
    "An ARN that is none",
    "value-invalid-arn",
    weight=2,
    stages=(Stage.COMPILE, Stage.DEPLOY),
    phase="provider",
)
def bad_arn(written: Written, rng: random.Random) -> Broken | None:
    return _refused(written, rng, str, {"value-invalid-arn"}, _bad_arns)


@fault(
    "value-name-for-arn",
    "A bare name or id where an ARN belongs, in place of a reference",
    "value-invalid-arn",
    weight=2,
    stages=(Stage.COMPILE, Stage.DEPLOY),
    phase="provider",
)
def name_for_arn(written: Written, rng: random.Random) -> Broken | None:
    for reference in shuffled(rng, written.references):
        argument = reference.argument
        if (
            not reference.whole
            or argument.attribute is None
            or len(argument.path) > 1
            or reference.kind not in ("resource", "data")
        ):
            continue
        name = reference.steps[reference.attributes - 1].replace("_", "-")
        if any(d.code == "value-invalid-arn" for d in complaints(argument.owner, argument.path, name)):
            return Broken((written.value(argument, hcl(name)),), f"{argument.name} = {hcl(name)}")
    return None


def _bad_cidrs(value: str, rng: random.Random) -> list[str]:
    if not re.fullmatch(r"[\d.]+/\d+", value):
        return []
    address, _, bits = value.partition("/")
    octets = address.split(".")
    found = [
        address,
        f"{address}/{int(bits) + 33}",
        ".".join([*octets[:2], "256", "0"]) + f"/{bits}",
        ".".join(octets[:3]) + f"/{bits}",
        ".".join([*octets[:3], "1"]) + f"/{bits}",
        f"{address}-{'.'.join([*octets[:3], '255'])}",
        f"{'.'.join(octets[:2])}.x.x/{bits}",
        f"{address}\\{bits}",
    ]
    return shuffled(rng, found)


@fault(
    "value-bad-cidr",
    "A CIDR range that is none: no mask, mask or octet too large, host bits",
    "value-invalid-cidr",
    "provider-check",
    "value-invalid-format",
    weight=3,
    stages=(Stage.COMPILE, Stage.DEPLOY),
    phase="provider",
)
def bad_cidr(written: Written, rng: random.Random) -> Broken | None:
    return _refused(written, rng, str, {"value-invalid-cidr", "value-invalid-format", "provider-check"}, _bad_cidrs)


@fault(
    "value-bad-json",
    "JSON text with a slip: trailing comma, single quotes, a brace lost",
    "value-invalid-json",
    weight=3,
    stages=(Stage.COMPILE, Stage.DEPLOY),
    phase="provider",
)
def bad_json(written: Written, rng: random.Random) -> Broken | None:
    for argument in shuffled(rng, written.arguments):
        text = argument.text
        if not re.match(r"<<-?\s*\w+\n\s*[\[{]", text):
            continue
        spots: list[tuple[int, int, str]] = []
        spots += [(m.end(1), m.end(1), ",") for m in re.finditer(r'(["\]}\w])\n(\s*)([\]}])', text)]
        spots += [(m.end(1), m.end(1) + 1, "") for m in re.finditer(r'([\]}"\w]),\n', text)]
        for found in re.finditer(r'"(\w+)":', text):
            spots.append((found.start(), found.end(), f"{found[1]}:"))
            spots.append((found.start(), found.end(), f"'{found[1]}':"))
            spots.append((found.start(), found.end(), f'"{found[1]}" ='))
        if last := re.search(r"\n[ \t]*[\]}][ \t]*(?=\n[^\n]*\Z|\n[ \t]*\w+\s*\Z)", text):
            spots.append((last.start(), last.end(), ""))
        if not spots:
            continue
        start, end, other = rng.choice(spots)
        base = argument.value.start_byte
        at = (base + len(text[:start].encode()), base + len(text[:end].encode()))
        return Broken((Edit(argument.file, *at, other),), f"{argument.name}: {text[start:end] or ''} -> {other}")
    return None


@fault(
    "value-bad-format",
    "A value of another form than the argument wants: a time, a window, an id, a version",
    "value-invalid-format",
    "provider-check",
    weight=3,
    stages=(Stage.COMPILE, Stage.DEPLOY),
    phase="provider",
)
def bad_format(written: Written, rng: random.Random) -> Broken | None:
    def worse(value: str, rng: random.Random) -> list[str]:
        found = [
            f"{value} UTC",
            value.replace(":", ""),
            value.replace("-", "/"),
            value.replace("(", "").replace(")", ""),
        ]
        found += [f"every {value}", value.partition(" ")[0], value.replace(" ", ""), value.partition("-")[0], "auto"]
        return shuffled(rng, [f for f in dict.fromkeys(found) if f and f != value])

    return _refused(written, rng, str, {"value-invalid-format", "provider-check"}, worse)


@fault(
    "value-placeholder",
    "A placeholder that nobody filled in: <YOUR_BUCKET>, REPLACE_ME",
    "value-invalid-format",
    "value-not-allowed",
    "value-invalid-arn",
    "value-invalid-cidr",
    "value-invalid-length",
    "policy-rule-failed",
    "provider-check",
    "data-source-not-found",
    weight=4,
    stages=(Stage.COMPILE, Stage.DEPLOY),
    phase="provider",
)
def placeholder(written: Written, rng: random.Random) -> Broken | None:
    for argument, holder, _value in shuffled(rng, literals(written, str)):
        if written.open_block(argument):
            continue
        word = argument.name.upper()
        texts = (
            f"<YOUR_{word}>",
            f"your-{argument.name.replace('_', '-')}",
            f"REPLACE_WITH_{word}",
            f"<{argument.name}>",
        )
        for text in shuffled(rng, texts):
            if complaints(argument.owner, argument.path, text):
                return Broken((written.value(holder, hcl(text)),), f"{argument.name} = {hcl(text)}")
    return None


@fault(
    "value-bad-region",
    "A region that does not exist",
    "provider-invalid-region",
    "value-not-allowed",
    "provider-check",
    weight=1,
    stages=(Stage.COMPILE, Stage.DEPLOY),
    phase="plan",
)
def bad_region(written: Written, rng: random.Random) -> Broken | None:
    for block in shuffled(rng, [b for b in written.blocks if b.type == "provider"]):
        region = block.argument("region")
        if region is None or not isinstance(region.literal, str):
            continue
        found = re.fullmatch(r"([a-z]+)-([a-z]+)-(\d)", region.literal)
        if found:
            near, side, number = found.groups()
            others = (
                f"{near}-{side}{number}",
                f"{near}{side}-{number}",
                f"{near}-{side}",
                f"{near}-{side}-{number}a",
                f"{near}-{side}-9",
                f"{near.upper()}-{side.upper()}-{number}",
            )
            other = rng.choice(others)
            return Broken((written.value(region, hcl(other)),), f"region = {hcl(other)}")
    return None

"""The same value in the ways in which people write it: durations, sizes, counts, ports, addresses, regions.

``respell`` changes only what stays equal: "604800 seconds" and "a week" are one value, "20 GB" and "20GB" too. What stands
in quotes is left alone. ``spellings`` gives, for a demanded value, the forms in which a prompt may hold it; tests use it
to guard prompts against leaving out what is demanded.

Sizes: AWS counts in powers of two and people write GB for GiB, so the two are written for each other. Not covered:
other languages, and times of day in zones other than UTC.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import Any, Final

__all__ = ["NUMBERS", "REGIONS", "Habits", "guarded", "respell", "spellings"]

NUMBERS: Final = {
    2: "two",
    3: "three",
    4: "four",
    5: "five",
    6: "six",
    7: "seven",
    8: "eight",
    9: "nine",
    10: "ten",
    12: "twelve",
}

REGIONS: Final = {
    "us-east-1": ("N. Virginia", "Northern Virginia"),
    "us-east-2": ("Ohio",),
    "us-west-1": ("N. California", "Northern California"),
    "us-west-2": ("Oregon",),
    "ca-central-1": ("Canada Central", "Montreal"),
    "sa-east-1": ("São Paulo", "Sao Paulo"),
    "eu-west-1": ("Ireland",),
    "eu-west-2": ("London",),
    "eu-west-3": ("Paris",),
    "eu-central-1": ("Frankfurt",),
    "eu-central-2": ("Zurich",),
    "eu-north-1": ("Stockholm",),
    "eu-south-1": ("Milan",),
    "ap-south-1": ("Mumbai",),
    "ap-southeast-1": ("Singapore",),
    "ap-southeast-2": ("Sydney",),
    "ap-northeast-1": ("Tokyo",),
    "ap-northeast-2": ("Seoul",),
}
"""Regions by the names that AWS and people give them; each name means one region only."""

PORTS: Final = {
    22: "SSH",
    80: "HTTP",
    443: "HTTPS",
    3306: "MySQL",
    5432: "Postgres",
    6379: "Redis",
    3389: "RDP",
    2049: "NFS",
    53: "DNS",
    1433: "SQL Server",
    27017: "MongoDB",
}
"""What people call a port when they open it."""

ANYWHERE: Final = ("anywhere", "anywhere", "the internet", "everywhere", "any IP", "any address")
EVERYONE: Final = ("the internet", "everyone", "the world", "the whole internet", "anyone", "all")
"""Ways to say 0.0.0.0/0 where traffic comes from there, and where something is open to it."""

_COUNTED: Final = (
    "nodes|instances|shards|replicas|days|hours|minutes|weeks|times|receives|attempts|retries|subnets|tasks|copies|images"
    "|zones|AZs|brokers|partitions|workers|servers|members|availability|periods|versions|months|years|keys|VPCs|snapshots"
    "|machines|containers|backups|failed|failures|tries|parallel|concurrent|public|private|read|on-demand|data|broker"
)
_SPANS: Final = {7: "week", 14: "two weeks", 21: "three weeks", 28: "four weeks", 365: "year"}
_PROTECTED: Final = r"\"[^\"]*\"|(?<!\w)'[^']*'(?!\w)|`[^`]*`"


@dataclass(frozen=True)
class Habits:
    """How one person writes values: shares between 0 and 1, ``tight`` writes "20GB"."""

    words: float = 0.0
    durations: float = 0.0
    tight: bool = False
    percent: bool = False
    services: float = 0.0
    places: float = 0.0
    british: bool = False

    @classmethod
    def drawn(cls, rng: random.Random) -> Habits:
        return cls(
            words=rng.choice((0.0, 0.0, 0.5, 0.9)),
            durations=rng.choice((0.0, 0.0, 0.6, 0.9)),
            tight=rng.random() < 0.3,
            percent=rng.random() < 0.65,
            services=rng.choice((0.0, 0.0, 0.5)),
            places=rng.choice((0.0, 0.0, 0.35, 0.7)),
            british=rng.random() < 0.12,
        )


def guarded(text: str, rule: Any, kept: str = "") -> str:
    """``rule`` applied to what is neither quoted nor matched by the pattern ``kept``."""
    pattern = f"({_PROTECTED}{'|' + kept if kept else ''})"
    return "".join(part if n % 2 else rule(part) for n, part in enumerate(re.split(pattern, text)))


def respell(text: str, rng: random.Random, habits: Habits) -> str:
    """One phrase with its values written as this person writes them."""
    if not re.search(r"\d", text) and not habits.british:
        return text
    return guarded(text, lambda part: _respelt(part, rng, habits))


def _respelt(text: str, rng: random.Random, habits: Habits) -> str:
    def chance(share: float) -> bool:
        return share > 0 and rng.random() < share

    if re.search(r"\d", text):
        text = re.sub(
            r"(?<![\w.:/-])(\d+) (seconds|minutes|hours|days|second|minute|hour|day)\b(?!\))",
            lambda m: (
                _span(
                    int(m[1]),
                    m[2].rstrip("s"),
                    rng,
                    bare=not re.search(r"\b(of|for|in|after|every|by) $", text[: m.start()]),
                )
                if chance(habits.durations)
                else m[0]
            ),
            text,
        )
        text = re.sub(
            r"(?<![\w.:/-])(\d+) (GB|MB|TB|GiB|MiB)\b",
            lambda m: _size(int(m[1]), m[2], rng, tight=habits.tight),
            text,
        )
        if habits.percent:
            text = re.sub(r"(?<![\w.:/-])(\d+) percent\b", r"\1%", text)
        if habits.words:
            text = re.sub(
                rf"(?<![\w.:/=+-])(?<!version )(?<!to )([2-9]|10) (?=({_COUNTED})\b)",
                lambda m: f"{NUMBERS[int(m[1])]} " if chance(habits.words) else m[0],
                text,
            )
        if re.search(r"\b(open|allow|let|ingress|inbound|traffic|in on)", text):
            text = re.sub(
                r"(?<!\()(TCP )?\bport (\d+)\b(?! ?[-–,()])", lambda m: _port(m, rng, chance(habits.services)), text
            )
        text = re.sub(
            r"\b(from|to) 0\.0\.0\.0/0\b",
            lambda m: f"{m[1]} {rng.choice(ANYWHERE if m[1] == 'from' else EVERYONE)}" if chance(0.45) else m[0],
            text,
        )
        text = re.sub(
            r"(?<!set )\b(in|to|into) ((?:us|eu|ap|ca|sa)-[a-z]+-\d)(?![\w-])",
            lambda m: f"{m[1]} {_place(m[2], rng)}" if chance(habits.places) else m[0],
            text,
        )
    if habits.british:
        for american, british in _BRITISH:
            text = re.sub(rf"\b{american}\b", british, text)
    return text


_BRITISH: Final = (
    ("authorization", "authorisation"),
    ("organization", "organisation"),
    ("behavior", "behaviour"),
    ("authorizes", "authorises"),
    ("optimized", "optimised"),
    ("initialize", "initialise"),
    ("customized", "customised"),
    ("centralized", "centralised"),
    ("catalog", "catalogue"),
)


def _span(number: int, unit: str, rng: random.Random, *, bare: bool) -> str:
    """A duration in a larger unit where it is a whole number of them; ``bare`` ones are no "an hour" but "1 hour"."""
    seconds = number * {"second": 1, "minute": 60, "hour": 3600, "day": 86400}[unit]
    if seconds % 86400 == 0:
        days = seconds // 86400
        if days in _SPANS:
            word = _SPANS[days]
            if " " in word:
                return word
            return f"1 {word}" if bare else rng.choice((f"a {word}", f"one {word}"))
        if days == 1:
            return rng.choice(("1 day", "24 hours") if bare else ("a day", "one day", "24 hours"))
        return f"{days} days"
    for size, name in ((3600, "hour"), (60, "minute")):
        if seconds % size == 0:
            count = seconds // size
            if count == 1 and bare:
                return f"1 {name}"
            if count == 1:
                return rng.choice((f"{'an' if name == 'hour' else 'a'} {name}", f"one {name}", f"1 {name}"))
            return f"{count} {name}s"
    return f"{number} {unit}{'s' * (number != 1)}"


def _size(number: int, unit: str, rng: random.Random, *, tight: bool) -> str:
    if unit in ("GiB", "MiB") and rng.random() < 0.5:
        unit = unit.replace("i", "")
    if unit in ("MB", "MiB") and number >= 1024 and number % 1024 == 0 and rng.random() < 0.4:
        number, unit = number // 1024, unit.replace("M", "G")
    if unit == "GB" and number >= 1024 and number % 1024 == 0 and rng.random() < 0.4:
        number, unit = number // 1024, "TB"
    return f"{number}{'' if tight else ' '}{unit}"


def _port(match: re.Match[str], rng: random.Random, told: bool) -> str:
    name = PORTS.get(int(match[2]))
    if name is None or not told or name.lower() in match.string.lower():
        return match[0]
    tcp = match[1] or ""
    return rng.choice(
        (f"{tcp}port {match[2]} ({name})", f"{name} ({tcp}port {match[2]})", f"{name} ({match[2]})", f"the {name} port")
    )


def _place(region: str, rng: random.Random) -> str:
    names = REGIONS.get(region)
    if names is None:
        return region
    name = rng.choice(names)
    return rng.choice((name, name, f"{region} ({name})", f"{name} ({region})"))


# --- what counts as said ----------------------------------------------------------------------------------------------


def spellings(value: Any) -> tuple[str, ...]:
    """The forms in which a prompt may hold a demanded scalar, in small letters. Of numbers also those in larger units."""
    if isinstance(value, bool):
        return ()
    text = str(value).lower()
    found = [text]
    if isinstance(value, str) and re.fullmatch(r"\d+", value):
        value = int(value)
    if isinstance(value, (int, float)):
        number = float(value)
        if number == int(number):
            found += _of_number(int(number))
        found.append(f"{number:g}")
        found.append(f"{number * 100:g}%")
        found.append(f"{int(number):,}")
    if text == "0.0.0.0/0":
        found += [*ANYWHERE, *EVERYONE, "public", "default route", "everything", "all traffic"]
    if text in REGIONS:
        found += [name.lower() for name in REGIONS[text]]
    return tuple(found)


def _of_number(number: int) -> list[str]:
    found: list[str] = [NUMBERS.get(number, str(number))]
    if number in PORTS:
        found.append(PORTS[number].lower())
    if number == 0:
        found += ["no ", "zero", "without"]
    if number == 1:
        found += ["one", "a ", "an ", "single", "each", "every", "daily", "hourly"]
    for size in (24, 60, 1000, 60_000, 1024, 1440, 3600, 86400, 7, 7 * 86400, 1 << 20, 1 << 30):
        if number and number % size == 0:
            count = number // size
            found += [str(count), NUMBERS.get(count, str(count))]
            if count == 1:
                found += ["a ", "an ", "one "]
    spans = {days: word for days, word in _SPANS.items() if number in (days, days * 86400, days * 24, days * 1440)}
    return [*found, *spans.values()]

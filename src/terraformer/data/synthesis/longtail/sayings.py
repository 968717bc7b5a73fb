"""How settings of the long tail are put into words: switches as what the thing does, numbers with units, the rest by the
lexicon with acronyms and articles mended."""

from __future__ import annotations

import re
from typing import Any, Final

from terraformer.data.synthesis.lexicon import say_for
from terraformer.data.synthesis.longtail.words import in_case, spoken, words
from terraformer.data.synthesis.scenario import Say
from terraformer.data.synthesis.wording import article_of

__all__ = ["say_of"]

_VERBS: Final[dict[str, tuple[str, str]]] = {
    "allow": ("allows", "allow"), "allows": ("allows", "allow"), "require": ("requires", "require"), "requires": ("requires", "require"),
    "use": ("uses", "use"), "include": ("includes", "include"), "copy": ("copies", "copy"), "skip": ("skips", "skip"), "apply": ("applies", "apply"),
    "associate": ("associates", "associate"), "start": ("starts", "start"), "stop": ("stops", "stop"), "propagate": ("propagates", "propagate"),
    "create": ("creates", "create"), "retain": ("retains", "retain"), "send": ("sends", "send"), "store": ("stores", "store"),
    "preserve": ("preserves", "preserve"), "reject": ("rejects", "reject"), "validate": ("validates", "validate"), "attach": ("attaches", "attach"),
    "share": ("shares", "share"), "support": ("supports", "support"), "assign": ("assigns", "assign"), "publish": ("publishes", "publish"),
    "encrypt": ("encrypts", "encrypt"), "monitor": ("monitors", "monitor"), "manage": ("manages", "manage"), "replicate": ("replicates", "replicate"),
}  # fmt: skip
_UNITS: Final = {
    "milliseconds": "ms",
    "ms": "ms",
    "millis": "ms",
    "sec": "seconds",
    "secs": "seconds",
    "mins": "minutes",
    "kb": "KB",
    "tb": "TB",
}
_STATES: Final = re.compile(
    r"(accessible|public|private|internal|default|required|shared|read only|encrypted|active|optional|protected|mandatory|exclusive|"
    r"reversible|searchable|indexed|hidden|visible|editable|retryable|persistent|managed|restricted)$"
)


def _switch(name: str, value: bool) -> Say | None:
    """A boolean as what the thing is or does; None to leave it to the lexicon."""
    first, _, rest = name.partition("_")
    told = words(rest)
    if name in ("enabled", "enable", "is_enabled"):
        return Say(that="is {enabled|enabled|switched on}" if value else "is {disabled|disabled|switched off}")
    if name in ("disabled", "is_disabled"):
        return Say(that="is disabled" if value else "is {not disabled|enabled}")
    if first in ("is", "has") and rest:
        verb = first if value else f"{'is not' if first == 'is' else 'has no'}"
        return Say(that=f"{verb} {told}")
    if first in ("disable", "disabled") and rest:
        return Say(
            np=f"{told} {{disabled|turned off}}" if value else f"{told} {{left on|not disabled}}",
            do=f"{'disable' if value else 'keep'} {told}",
        )
    if first == "auto" and rest:
        return Say(
            np=f"automatic {told} {{enabled|turned on}}" if value else f"automatic {told} {{disabled|turned off}}"
        )
    if first in _VERBS and rest:
        does, plain = _VERBS[first]
        return Say(
            that=f"{does} {told}" if value else f"does not {plain} {told}", do=f"{plain} {told}" if value else ""
        )
    stem = words(name)
    if stem.endswith(" allowed"):
        return Say(np=f"{stem.removesuffix(' allowed')} {'allowed' if value else 'not allowed'}")
    if stem.endswith(" required"):
        return Say(np=f"{stem.removesuffix(' required')} {'required' if value else 'not required'}")
    if _STATES.search(stem):
        return Say(that=f"is {stem}" if value else f"is not {stem}")
    return None


def _mended(text: str) -> str:
    """Acronyms in their case, and the articles before them right."""
    text = in_case(text)

    def article(match: re.Match[str]) -> str:
        return match[0].replace(match[1], article_of(match[2]), 1)

    text = re.sub(r"\{(an?) \|\}([A-Za-z]\w*)", article, text)
    return re.sub(r"(?<![\w<])(an?) ([A-Za-z]\w*)", article, text)


def say_of(type: str, path: tuple[str, ...], value: Any) -> Say | None:
    """Words for a setting at a path of block names and its own; None where it is better not said."""
    name = spoken(path)
    stem, _, unit = name.rpartition("_")
    if unit in _UNITS and stem and isinstance(value, (int, float)) and not isinstance(value, bool):
        shown = words(stem.removesuffix("_in"))
        return Say(np=_mended(f"{{a |}}{shown} of <v> {_UNITS[unit]}"), do=f"set the {shown} to <v> {_UNITS[unit]}")
    told = _switch(name, value) if isinstance(value, bool) else None
    if told is None:
        told = say_for(type, (name,), value)
    if told is None:
        return None
    return Say(
        _mended(told.np),
        _mended(told.do),
        _mended(told.that),
        _mended(told.post),
        told.value,
        told.demand,
        told.implied,
    )

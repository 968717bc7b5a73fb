"""Templates of attribute values: text with fields that are filled from arguments, places and made-up characters.

Fields: ``{argument}`` (the configured value, or the one made up before it), ``{hexN}``, ``{upperhexN}``, ``{digitsN}``,
``{upperN}``, ``{lettersN}`` (N characters that follow from the configuration; ``{hexN:word}`` other ones), ``{uuid}``,
``{base64}``, and the constants of the caller. ``{field|other}`` falls back to another template; ``{{`` and ``}}`` are
braces. Lists and dicts hold templates; values of other types stand for themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from terraformer.provider.data_sources.reading import Reading, digest_number

__all__ = ["LOOKED_UP", "Constants", "characters", "fill"]

Constants = Callable[[Reading, str], str | None]

LOOKED_UP: Final = "looked up in the cloud by the real provider; the object is taken to exist and to be an ordinary one"

_FIELD = re.compile(r"\{(\w+?)(?::(\w+))?(?:\|((?:[^{}]|\{\w+\})*))?\}")
_SIZED = re.compile(r"(hex|upperhex|upper|letters|digits)(\d+)")
_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ALPHABETS = {"upper": _UPPER + "234567", "letters": _UPPER + _UPPER.lower()}


def characters(reading: Reading, name: str, salt: str = "") -> str | None:
    """The value of a field of made-up characters; None when ``name`` is no such field."""
    if name == "uuid":
        h = reading.hex(32, "uuid" + salt)
        return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:32]}"
    if name == "base64":
        return reading.hex(64, "base64" + salt)
    sized = _SIZED.fullmatch(name)
    if sized is None:
        return None
    kind, length = sized[1], int(sized[2])
    if kind == "digits":
        return digest_number(f"{reading.seed}|{salt}", length)
    if kind in ("hex", "upperhex"):
        text = reading.hex(length, salt)
        return text.upper() if kind == "upperhex" else text
    alphabet = _ALPHABETS[kind]
    number = int(reading.hex(64, kind + salt), 16)
    out = ""
    for _ in range(length):
        number, place = divmod(number, len(alphabet))
        out += alphabet[place]
    return out


def expand(reading: Reading, template: Any, constants: Constants) -> Any:
    """The template with its fields filled."""
    if isinstance(template, list):
        return [expand(reading, item, constants) for item in template]
    if isinstance(template, Mapping):
        return {name: expand(reading, item, constants) for name, item in template.items()}
    if not isinstance(template, str):
        return template

    def field(match: re.Match[str]) -> str:
        name, salt, other = match[1], match[2] or "", match[3]
        if name in reading.types:
            value = reading.state.get(name)
            if isinstance(value, (str, int, float)) and not isinstance(value, bool) and value != "":
                return str(value)
            if other is not None:
                return str(expand(reading, other, constants))
        known = constants(reading, name)
        if known is None:
            known = characters(reading, name, salt)
        if known is None and other is not None:
            known = str(expand(reading, other, constants))
        return reading.hex(8, name) if known is None else known

    text = template.replace("{{", "\x01").replace("}}", "\x02")
    return _FIELD.sub(field, text).replace("\x01", "{").replace("\x02", "}")


def fill(reading: Reading, templates: Mapping[str, Any], constants: Constants, why: str = LOOKED_UP) -> None:
    """Set every attribute of ``templates``, in order; later ones may use earlier ones."""
    for name, template in templates.items():
        reading.set(name, expand(reading, template, constants), why)

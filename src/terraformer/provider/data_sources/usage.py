"""How a configuration uses what a data source answers: which keys it takes out of a document it cannot see.

A secret, a command's result or an HTTP answer is a document of unknown content. A plan only works out if the keys that
later expressions take are there, so the configuration's own text is searched for them: ``data.TYPE.NAME.ATTR.key``,
``jsondecode(data.TYPE.NAME.ATTR).key`` and the same through one local value. This is a search in text, not an
evaluation. A provider is not told the name of the data source that it reads: the names are those of the blocks that
hold the configured arguments literally, and of all blocks of the type where none does; keys beyond need do no harm.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from pathlib import Path

from terraformer.provider.context import ProviderContext
from terraformer.provider.data_sources.reading import Reading

__all__ = ["is_decoded", "keys_used", "uses"]

_MAX_FILES = 400
_MAX_FOLDERS = 1000
_MAX_TEXT = 4 * 1024 * 1024
_MAX_VALUES = 8
_MAX_VALUE = 1000
_NEXT_BLOCK = re.compile(r"^[ \t]*(?:data|resource|output|locals|module|variable)\b", re.MULTILINE)
_KEY = r'(?:\.([A-Za-z_][\w-]*)|\["([^"\\$]{1,128})"\])'


def keys_used(reading: Reading, attribute: str, *, decoded: bool) -> tuple[str, ...]:
    """Sorted keys that the configuration takes from ``attribute`` of this data source.

    ``decoded``: from the JSON or YAML document in it; otherwise from the attribute itself, a map.
    """
    text = _configuration(reading.ctx)
    holder = _holder(reading, text, attribute, decoded=decoded)
    keys: set[str] = set()
    for match in re.finditer(holder + _KEY, text):
        keys.add(match[1] or match[2])
    named = rf"(?:^|[\s{{,])([A-Za-z_][\w-]*)\s*=\s*(?:try\(|nonsensitive\()?\s*{holder}"
    for local in set(re.findall(named, text, re.MULTILINE)):
        for match in re.finditer(rf"local\.{re.escape(local)}" + _KEY, text):
            keys.add(match[1] or match[2])
    return tuple(sorted(keys))


def uses(reading: Reading, attribute: str) -> list[tuple[str, list[str], list[str]]]:
    """(key, texts before, texts after) for every key taken from ``attribute``: 40 characters around each use."""
    text = _configuration(reading.ctx)
    found: dict[str, tuple[list[str], list[str]]] = {}
    for match in re.finditer(_holder(reading, text, attribute, decoded=False) + _KEY, text):
        before, after = found.setdefault(match[1] or match[2], ([], []))
        before.append(text[max(0, match.start() - 40) : match.start()])
        after.append(text[match.end() : match.end() + 40])
    return [(key, *found[key]) for key in sorted(found)]


def is_decoded(reading: Reading, attribute: str) -> bool:
    """Whether the configuration decodes the attribute of this data source as JSON or YAML."""
    text = _configuration(reading.ctx)
    return re.search(_holder(reading, text, attribute, decoded=True), text) is not None


def _holder(reading: Reading, text: str, attribute: str, *, decoded: bool) -> str:
    names = "|".join(re.escape(name) for name in _names(reading, text)) or r"[\w-]+"
    reference = rf"data\.{re.escape(reading.type)}\.(?:{names})(?:\[[^\]\n]{{0,80}}\])?\.{re.escape(attribute)}"
    if not decoded:
        return reference
    return rf"(?:jsondecode|yamldecode)\(\s*(?:(?:non)?sensitive\(|tostring\()?\s*{reference}\s*\)*"


def _names(reading: Reading, text: str) -> list[str]:
    """Names of the type's blocks that hold every configured text; none when no block does."""
    values = sorted({v for v in islice(_texts_in(reading.value), _MAX_VALUES) if 0 < len(v) <= _MAX_VALUE})
    if not values:
        return []
    found = []
    head = re.compile(rf'^[ \t]*data[ \t]+"?{re.escape(reading.type)}"?[ \t]+"?([\w-]+)"?[ \t]*\{{', re.MULTILINE)
    for match in head.finditer(text):
        end = _NEXT_BLOCK.search(text, match.end())
        body = text[match.end() : end.start() if end else len(text)]
        if all(value in body for value in values):
            found.append(match[1])
    return found


def _texts_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts_in(inner)


def _configuration(ctx: ProviderContext) -> str:
    """The text of every .tf file under the sandbox, bounded."""
    names: list[Path] = []
    for visited, (folder, folders, files) in enumerate(os.walk(os.path.realpath(ctx.sandbox))):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        names += [Path(folder, f) for f in sorted(files) if f.endswith(".tf")]
        if len(names) > _MAX_FILES or visited > _MAX_FOLDERS:
            break
    stamp = []
    for name in names[:_MAX_FILES]:
        try:
            info = name.lstat()
        except OSError:
            continue
        if stat.S_ISREG(info.st_mode):
            stamp.append((str(name), info.st_mtime_ns, info.st_size))
    return _texts(tuple(stamp))


@lru_cache(maxsize=4)
def _texts(stamp: tuple[tuple[str, int, int], ...]) -> str:
    texts: list[str] = []
    total = 0
    for name, _, size in stamp:
        total += size
        if total > _MAX_TEXT:
            break
        try:
            with open(name, "rb") as file:
                texts.append(file.read(_MAX_TEXT).decode("utf-8", "replace"))
        except OSError:
            continue
    return "\n".join(texts)

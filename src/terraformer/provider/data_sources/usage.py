"""How a configuration uses what a data source answers: which keys it takes out of a document it cannot see.

A secret, a command's result or an HTTP answer is a document of unknown content. A plan only works out if the keys that
later expressions take are there, so the configuration's own text is searched for them: ``data.TYPE.NAME.ATTR.key``,
``jsondecode(data.TYPE.NAME.ATTR).key`` and the same through one local value. This is a search in text, not an
evaluation: names are matched for all data sources of the type together, and what it finds beyond need does no harm.
"""

from __future__ import annotations

import os
import re
import stat
from functools import lru_cache
from pathlib import Path

from terraformer.provider.context import ProviderContext

__all__ = ["is_decoded", "keys_used", "uses"]

_MAX_FILES = 400
_MAX_FOLDERS = 1000
_MAX_TEXT = 4 * 1024 * 1024
_KEY = r'(?:\.([A-Za-z_][\w-]*)|\["([^"\\$]{1,128})"\])'


def keys_used(ctx: ProviderContext, type: str, attribute: str, *, decoded: bool) -> tuple[str, ...]:
    """Sorted keys that the configuration takes from ``attribute`` of data sources of a type.

    ``decoded``: from the JSON or YAML document in it; otherwise from the attribute itself, a map.
    """
    text = _configuration(os.path.realpath(ctx.sandbox))
    holder = _holder(type, attribute, decoded=decoded)
    keys: set[str] = set()
    for match in re.finditer(holder + _KEY, text):
        keys.add(match[1] or match[2])
    named = rf"(?:^|[\s{{,])([A-Za-z_][\w-]*)\s*=\s*(?:try\(|nonsensitive\()?\s*{holder}"
    for local in set(re.findall(named, text, re.MULTILINE)):
        for match in re.finditer(rf"local\.{re.escape(local)}" + _KEY, text):
            keys.add(match[1] or match[2])
    return tuple(sorted(keys))


def uses(ctx: ProviderContext, type: str, attribute: str) -> list[tuple[str, list[str], list[str]]]:
    """(key, texts before, texts after) for every key taken from ``attribute``: 40 characters around each use."""
    text = _configuration(os.path.realpath(ctx.sandbox))
    found: dict[str, tuple[list[str], list[str]]] = {}
    for match in re.finditer(_holder(type, attribute, decoded=False) + _KEY, text):
        before, after = found.setdefault(match[1] or match[2], ([], []))
        before.append(text[max(0, match.start() - 40) : match.start()])
        after.append(text[match.end() : match.end() + 40])
    return [(key, *found[key]) for key in sorted(found)]


def is_decoded(ctx: ProviderContext, type: str, attribute: str) -> bool:
    """Whether the configuration decodes the attribute of any data source of the type as JSON or YAML."""
    text = _configuration(os.path.realpath(ctx.sandbox))
    return re.search(_holder(type, attribute, decoded=True), text) is not None


def _holder(type: str, attribute: str, *, decoded: bool) -> str:
    reference = rf"data\.{re.escape(type)}\.[\w-]+(?:\[[^\]\n]{{0,80}}\])?\.{re.escape(attribute)}"
    if not decoded:
        return reference
    return rf"(?:jsondecode|yamldecode)\(\s*(?:(?:non)?sensitive\(|tostring\()?\s*{reference}\s*\)*"


def _configuration(sandbox: str) -> str:
    """The text of every .tf file under the sandbox, bounded."""
    names: list[Path] = []
    for visited, (folder, folders, files) in enumerate(os.walk(sandbox)):
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

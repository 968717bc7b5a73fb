"""What two records are compared by: the features of a prompt and those of a configuration.

*Prompts* are lower-case words; whatever only names something (quoted text; a word with a hyphen, underscore, dot, slash
or digit besides letters, unless it is a resource type) is the one word ``<name>``; numbers stay what they are. Features
are the words and the pairs of neighbouring words.

*Configurations* are statements: each line with the headers of the blocks around it, spaces collapsed, comments left
out. Labels of resources, modules, variables, locals and outputs, references to them, and the literals of arguments that
hold a name, description or tag are ``<name>``. The same statement twice is two features. Two configurations of the same
statements in another order, with other names or other white space have the same features.

*Changes* (mutations and repairs) are the statements that are in one of two configurations only.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Final

from terraformer.types import TerraformConfig

__all__ = ["change_features", "configuration_features", "normal_words", "plain_words", "prompt_features"]

NAME: Final = "<name>"
_QUOTED: Final = re.compile(r"\"[^\"\n]*\"|`[^`\n]*`|(?<!\w)'[^'\n]*'(?!\w)|“[^”\n]*”|‘[^’\n]*’")
_WORD: Final = re.compile(r"<name>|[a-z0-9]+(?:[-_./:@*][a-z0-9]+)*", re.IGNORECASE)
_TYPE: Final = re.compile(r"(?:aws|google|azurerm|kubernetes|random|tls|archive|null|time|local|helm)_[a-z0-9_]+")
_NUMBER: Final = re.compile(r"[\d./:]+")


def plain_words(text: str) -> list[str]:
    """The words of a text in lower case, names and numbers as they stand, punctuation left out."""
    return [w.lower() for w in re.findall(r"[A-Za-z0-9]+", text)]


def normal_words(prompt: str) -> list[str]:
    """The words of a prompt in lower case, names as ``<name>``."""
    words: list[str] = []
    for word in _WORD.findall(_QUOTED.sub(_unquoted, prompt)):
        word = word.lower()
        if _TYPE.fullmatch(word) or word == NAME or word.isalpha() or _NUMBER.fullmatch(word):
            words.append(word)
        else:
            words.append(NAME)
    return words


def _unquoted(match: re.Match[str]) -> str:
    inner = match[0][1:-1].strip()
    return inner if _TYPE.fullmatch(inner) or _NUMBER.fullmatch(inner) else f" {NAME} "


def prompt_features(prompt: str) -> set[str]:
    words = normal_words(prompt)
    return {*words, *(f"{a} {b}" for a, b in pairwise(words))}


# --- configurations --------------------------------------------------------------------------------------------------

_LABELLED: Final = re.compile(r'^(resource|data|ephemeral)\s+"?([\w-]+)"?\s+"?[\w-]+"?')
_NAMED_BLOCK: Final = re.compile(r'^(module|variable|output|check)\s+"?[\w-]+"?')
_REFERENCE: Final = re.compile(r"\b((?:data\.)?[a-z][a-z0-9]*_[a-z0-9_]+|var|local|module)\.[A-Za-z_][\w-]*")
_NAME_ARGUMENT: Final = re.compile(
    r"^\"?(?:\w*_)?(?:name|names|name_prefix|prefix|identifier|id|bucket|description|comment|title|label|alias|domain|"
    r"host|key_name|username|password|token|family|Name|Environment|Project|Owner|Team|CostCenter|default)\"?\s*[=:]"
)
_LITERAL: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_COMMENT: Final = re.compile(r"^\s*(?:#|//)|\s+(?:#|//)\s.*$")


def configuration_features(config: TerraformConfig) -> set[str]:
    """The statements of all files; see above."""
    return set(_numbered(statements(config)))


def change_features(before: TerraformConfig, after: TerraformConfig) -> set[str]:
    """The statements that only one of the two has, marked by which."""
    old, new = Counter(statements(before)), Counter(statements(after))
    found = {f"- {s}" for s in _numbered((old - new).elements())}
    return found | {f"+ {s}" for s in _numbered((new - old).elements())}


def statements(config: TerraformConfig) -> Iterator[str]:
    """Every statement of the files in the order of their names, with the blocks around it."""
    for path in sorted(config.files):
        yield from _statements(config.text(path))


def _statements(text: str) -> Iterator[str]:
    around: list[str] = []
    for raw in text.splitlines():
        line = " ".join((_COMMENT.sub("", raw) if "#" in raw or "//" in raw else raw).split()).rstrip(",")
        if not line:
            continue
        if line[0] in "}])":
            if around:
                around.pop()
            if line[-1] not in "{[(":
                continue
            line = line.lstrip("}]) ,") or line
        line = _normal(line)
        yield f"{'/'.join(around)}|{line}"
        if line[-1] in "{[(":
            around.append(line.rstrip("{[( =")[:80])


@lru_cache(maxsize=1 << 16)
def _normal(line: str) -> str:
    line = _LABELLED.sub(rf"\1 \2 {NAME}", line)
    line = _NAMED_BLOCK.sub(rf"\1 {NAME}", line)
    line = _REFERENCE.sub(rf"\1.{NAME}", line)
    if _NAME_ARGUMENT.match(line):
        key = line[: line.index("=") + 1] if "=" in line else line[: line.index(":") + 1]
        return key + _LITERAL.sub(NAME, line[len(key) :])
    return line


def _numbered(items: Iterable[str]) -> Iterator[str]:
    seen: Counter[str] = Counter()
    for item in items:
        seen[item] += 1
        yield item if seen[item] == 1 else f"{item} #{seen[item]}"

"""What a configuration is made of: blocks by kind, and the constructs of the language that it uses."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

from terraformer.types import TerraformConfig

__all__ = ["CONSTRUCTS", "Constructs", "constructs_of"]

_TEXTUAL: Final[dict[str, re.Pattern[str]]] = {
    "dynamic": re.compile(r'^\s*dynamic\s+"?[\w-]+"?\s*\{', re.M),
    "heredoc": re.compile(r"<<[-~]?\w+\s*$", re.M),
    "jsonencode": re.compile(r"\bjsonencode\("),
    "interpolation": re.compile(r'"[^"\n]*\$\{'),
    "conditional": re.compile(r"=\s[^#\n\"]+\s\?\s[^#\n]+\s:\s"),
    "for": re.compile(r"[\[{]\s*for\s+\w+"),
    "splat": re.compile(r"\[\*\]"),
    "lifecycle": re.compile(r"^\s*lifecycle\s*\{", re.M),
    "depends_on": re.compile(r"^\s*depends_on\s*=", re.M),
    "comment": re.compile(r"^\s*(?:#|//)|\s#\s", re.M),
    "count": re.compile(r"^\s+count\s*=", re.M),
    "for_each": re.compile(r"^  for_each\s*=", re.M),
    "variable": re.compile(r'^variable\s+"', re.M),
    "variable with validation": re.compile(r"^  validation\s*\{", re.M),
    "local": re.compile(r"^locals\s*\{", re.M),
    "output": re.compile(r'^output\s+"', re.M),
    "data source": re.compile(r'^data\s+"', re.M),
    "module": re.compile(r'^module\s+"', re.M),
    "provider block": re.compile(r'^provider\s+"', re.M),
    "provider alias": re.compile(r'^provider\s+"[\w-]+"\s*\{\n(?:[ \t].*\n|\n)*?  alias\s*=', re.M),
    "version constraint": re.compile(r'^\s+(?:required_)?version\s*=\s*"\s*[~<>=!]', re.M),
    "moved": re.compile(r"^moved\s*\{", re.M),
}
_HEREDOC: Final = re.compile(r"<<[-~]?(\w+)[ \t]*\n.*?^\s*\1\b", re.M | re.S)
_RESOURCE: Final = re.compile(r'^resource\s+"([\w-]+)"\s+"', re.M)
_DATA: Final = re.compile(r'^data\s+"([\w-]+)"\s+"', re.M)
CONSTRUCTS: Final = (
    "count", "for_each", "dynamic", "for", "splat", "conditional", "interpolation", "heredoc", "jsonencode",
    "lifecycle", "depends_on", "comment", "variable", "variable with validation", "local", "output", "data source",
    "module", "provider block", "provider alias", "version constraint", "moved", "several files",
)  # fmt: skip
_TOKEN: Final = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Constructs:
    """``resources`` and ``data`` are blocks by type, in all modules of the configuration; ``used`` the names in
    CONSTRUCTS that it has. ``tokens`` are words, numbers and single signs."""

    resources: Counter[str]
    data: Counter[str]
    used: frozenset[str]
    files: int
    lines: int
    characters: int
    tokens: int


def constructs_of(config: TerraformConfig) -> Constructs:
    """Read by lines, which is fast and exact for what ``terraform fmt`` has formatted: there every block of a module
    begins a line. Never raises on bad HCL."""
    text = "\n".join(config.text(path) for path in sorted(config.files))
    bare = _HEREDOC.sub("", text)
    used = {name for name, pattern in _TEXTUAL.items() if pattern.search(bare)}
    if _TEXTUAL["heredoc"].search(text):
        used.add("heredoc")
    if len(config.files) > 1:
        used.add("several files")
    return Constructs(
        Counter(_RESOURCE.findall(bare)),
        Counter(_DATA.findall(bare)),
        frozenset(used),
        len(config.files),
        text.count("\n") + 1,
        len(text),
        len(_TOKEN.findall(text)),
    )

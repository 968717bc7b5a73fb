"""Comments that silence rules: ``tflint-ignore: RULE`` and ``tflint-ignore-file: RULE``, as TFLint reads them.

Source: TFLint's documentation of annotations. The first form holds for its own line and the next; several names are
separated by commas; "all" means every rule. The second stands at the top of a file (in JSON: in the root's "//").
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from terraformer.hcl.json_syntax import JsonFile
from terraformer.verify.lint.source import LintFile

__all__ = ["Annotations"]

_LINE = re.compile(r"tflint-ignore: ([^\n*/#]+)")
_FILE = re.compile(r"tflint-ignore-file: ([^\n*/#]+)")


@dataclass(slots=True)
class Annotations:
    """What is to be left out, by file and line (from 1; line 0: the whole file)."""

    ignored: dict[tuple[str, int], set[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, files: Iterable[LintFile]) -> Annotations:
        found = cls()
        for file in files:
            if b"tflint-ignore" in file.content:
                found._read(file)
        return found

    def _read(self, file: LintFile) -> None:
        parsed = file.parsed
        if isinstance(parsed, JsonFile):
            root = parsed.root
            pairs = root.value if root is not None and root.kind == "object" else []
            for key, _, _, node in pairs:
                if key == "//" and isinstance(node.value, str):
                    match = _FILE.match(node.value)
                    if match:
                        self._add(file.name, 0, match[1])
            return
        for node in file.facts.comments:
            text = parsed.text(node)
            line = node.start_point.row + 1
            match = _LINE.search(text)
            if match:
                self._add(file.name, line, match[1])
                continue
            match = _FILE.search(text)
            if match and line == 1 and node.start_point.column == 0:
                self._add(file.name, 0, match[1])

    def _add(self, file: str, line: int, names: str) -> None:
        self.ignored.setdefault((file, line), set()).update(name.strip() for name in names.split(","))

    def silence(self, rule: str, file: str, line: int) -> bool:
        """Whether a finding of the rule that begins on this line is to be left out."""
        if not self.ignored:
            return False
        places = ((file, 0), (file, line), (file, line - 1)) if line > 1 else ((file, 0), (file, line))
        return any(names & {rule, "all"} for p in places if (names := self.ignored.get(p)))

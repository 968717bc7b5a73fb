"""A lint rule and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from terraformer.types import Severity, SourceRange

if TYPE_CHECKING:
    from terraformer.verify.lint.source import LintModule

__all__ = ["Issue", "Rule"]


@dataclass(frozen=True, slots=True)
class Issue:
    """One place that a rule objects to.

    ``message`` says what is wrong, by name. ``subject`` is the object that the verdict belongs to ("var.region"), one
    of the rule's subjects; "" where the rule judges the configuration as a whole. ``address`` is the block the place
    lies in, where that is another. ``fix`` is the mend for this very place ("": the rule's own), ``replacement`` the
    text that could stand in the place of ``range``, where a mere replacement mends it.
    """

    message: str
    range: SourceRange | None
    subject: str = ""
    address: str = ""
    attribute: str = ""
    fix: str = ""
    replacement: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule under TFLint's name (or our own where TFLint has none).

    ``severity`` and ``recommended`` (membership of the recommended preset) are TFLint's; a rule that is not
    recommended runs when the settings name it. ``check`` finds; ``subjects`` lists the objects that it judges one by
    one (None: the configuration as a whole). ``why`` and ``fix`` are sentences for the finding and its page.
    ``tflint`` tells the rules that TFLint brings along from those that are always run here. ``everywhere`` rules judge
    local modules too; TFLint looks at the root module's files, and so do the others.
    """

    name: str
    severity: Severity
    recommended: bool
    title: str
    why: str
    fix: str
    check: Callable[[LintModule], Iterable[Issue]]
    subjects: Callable[[LintModule], Sequence[str]] | None = None
    tflint: bool = True
    everywhere: bool = False

    @property
    def code(self) -> str:
        """The certificate code: the rule's name with hyphens."""
        return self.name.replace("_", "-")

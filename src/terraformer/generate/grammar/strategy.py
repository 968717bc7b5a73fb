"""The strategy for models that are held to a grammar.

Round 0 decodes under the grammar for the prompt. A repair compiles another grammar, taught by the findings: an optional
argument that a finding names is left out, a value that was refused is not offered again, a finding about a block that
the prompt did not ask for drops that block, and the seed changes so that the model chooses anew. It tells nothing to
the model: a model that needs a grammar does not understand findings.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

from terraformer.errors import BundleError
from terraformer.generate.compact import compact_messages
from terraformer.generate.grammar.compile import compile_grammar
from terraformer.generate.grammar.facts import PromptFacts
from terraformer.generate.grammar.scene import GrammarSettings
from terraformer.generate.grammar.select import Schemas, TypeChoice, select_types
from terraformer.generate.requests import Request, redrawn
from terraformer.generate.settings import GenerateSettings
from terraformer.hcl import Extraction
from terraformer.models.base import Message
from terraformer.provider import bundle
from terraformer.types import Attempt, Certificate

__all__ = ["GrammarStrategy", "schemas"]

SOURCES: Final = ("hashicorp/aws", "hashicorp/random", "hashicorp/tls", "hashicorp/archive")
_SYSTEM: Final = "You write Terraform configurations for AWS. Answer with HCL only."


@lru_cache(maxsize=1)
def schemas() -> Schemas:
    """The installed bundles that grammars are compiled from; AWS is needed, the small ones are used where installed."""
    found = [bundle.latest(SOURCES[0])]
    for source in SOURCES[1:]:
        try:
            found.append(bundle.latest(source))
        except BundleError:
            continue
    return Schemas(*found)


class GrammarStrategy:
    """See the module. Deterministic: the same prompt, settings and history give the same requests."""

    def __init__(self, prompt: str, settings: GenerateSettings, *, compact: bool = False) -> None:
        self._settings = settings
        self._facts = PromptFacts(prompt)
        self._schemas = schemas()
        self._types: list[TypeChoice] = select_types(self._facts, self._schemas)
        self._grammar = GrammarSettings()
        self._messages: tuple[Message, ...] = (
            {"role": "system", "content": _SYSTEM},
            {"role": "user", "content": prompt[:1_500]},
        )
        if compact:
            self._messages = compact_messages(prompt)

    def first(self) -> Request:
        return self._request(0)

    def repair(self, attempts: Sequence[Attempt], best: int | None) -> Request | None:
        last = attempts[-1]
        base = attempts[best] if best is not None else last
        report = last.report or base.report
        errors = report.errors if report is not None else ()
        taught = self._taught(errors, last)
        changed = taught != self._grammar
        self._grammar = taught
        number = attempts[-1].round + 1
        if not changed and number > 3:
            return None  # other seeds alone have been tried
        return self._request(number)

    def _request(self, number: int) -> Request:
        sampling = redrawn(self._settings.sampling, number)
        text = compile_grammar(self._types, self._schemas, self._facts, self._grammar)
        return Request(self._messages, sampling, text, _read)

    def _taught(self, errors: Sequence[Certificate], attempt: Attempt) -> GrammarSettings:
        settings = self._grammar
        dropped, without = set(settings.dropped), set(settings.without)
        avoided = {k: set(v) for k, v in settings.avoided.items()}
        for error in errors:
            choice = next(
                (t for t in self._types if t.address == re.sub(r"\[[^\]]*\]$", "", error.address or "")), None
            )
            if choice is None:
                continue
            path = re.sub(r"\[[^\]]*\]", "", error.attribute_path or "")
            if path:
                dropped.add((choice.address, path))
                if value := _written(attempt, choice, path):
                    avoided.setdefault((choice.address, path), set()).add(value)
            elif not choice.asked and not self._referred(choice, attempt):
                without.add(choice.address)
            else:
                settings = replace(settings, plain=True)
        return replace(
            settings,
            dropped=frozenset(dropped),
            without=frozenset(without),
            avoided={k: frozenset(v) for k, v in avoided.items()},
        )

    def _referred(self, choice: TypeChoice, attempt: Attempt) -> bool:
        text = attempt.config.text("main.tf") if attempt.config and "main.tf" in attempt.config.files else ""
        return f"{choice.address}." in text or f"[{choice.address}" in text


def _written(attempt: Attempt, choice: TypeChoice, path: str) -> str:
    """The expression that the attempt wrote for the argument, "" when it is not on one line."""
    if attempt.config is None or "main.tf" not in attempt.config.files:
        return ""
    keyword = "data" if choice.kind == "data" else "resource"
    text = attempt.config.text("main.tf")
    start = text.find(f'{keyword} "{choice.type}" "{choice.label}" {{')
    if start < 0:
        return ""
    end = text.find("\n}\n", start)
    leaf = path.rsplit(".", 1)[-1]
    found = re.search(rf"^\s+{re.escape(leaf)} = (.+)$", text[start:end], re.M)
    return found[1] if found else ""


def _read(reply: str) -> Extraction:
    """The reply is the file: the grammar saw to that."""
    if not reply.strip():
        return Extraction(problem="the reply is empty")
    return Extraction({"main.tf": reply.encode("utf-8", "replace")})

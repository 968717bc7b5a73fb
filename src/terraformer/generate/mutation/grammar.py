"""A grammar over edits, for models that obey one but know no Terraform.

Its language is a list of edits that always parse and apply: existing blocks, chosen by address, with the arguments that
change (the rest elided, so that it stays), new blocks under the schema grammar with references to what exists, and
deletions by address. The frame comes from the request's words (plan.py); among the values that fit, the model chooses.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from terraformer.errors import UsageError
from terraformer.generate.grammar.choices import TypeChoice
from terraformer.generate.grammar.compile import body_of
from terraformer.generate.grammar.gbnf import Node, alt, optional, render, seq
from terraformer.generate.grammar.scene import GrammarSettings, Scene
from terraformer.generate.grammar.strategy import schemas
from terraformer.generate.mutation.context import Context, select_context
from terraformer.generate.mutation.plan import Alteration, EditPlan, make_plan
from terraformer.generate.mutation.settings import MutateSettings
from terraformer.generate.mutation.strategy import reader
from terraformer.generate.requests import redrawn
from terraformer.generate.strategy import Request
from terraformer.models.base import Message
from terraformer.types import Attempt, TerraformConfig

__all__ = ["GrammarEditStrategy", "edits_grammar"]

_SYSTEM: Final = "You change Terraform configurations for AWS. Answer with edits only."
_ELIDED: Final = "  # ... unchanged\n"
_EVERYTHING: Final = 1 << 30


def edits_grammar(plan: EditPlan, settings: GrammarSettings | None = None) -> Node | None:
    """The tree of the grammar, None when the plan has nothing to do."""
    settings = settings or GrammarSettings()
    parts: list[Node | str] = [f"DELETE BLOCK: {address}\n" for address in plan.remove]
    blocks: list[Node | str] = []
    altered: dict[tuple[str, str], list[Alteration]] = {}
    for alteration in plan.alterations:
        if (alteration.target.choice.address, alteration.path) not in settings.dropped:
            altered.setdefault((alteration.target.path, alteration.target.choice.address), []).append(alteration)
    for (path, _), group in altered.items():
        blocks.append(_file(path))
        blocks.append(_existing(group))
        blocks.append("```\n")
    new = [c for c in plan.new if c.address not in settings.without]
    if new:
        scene = Scene((*(e.choice for e in plan.existing), *new), schemas(), plan.facts, settings)
        home = plan.existing[0].path if plan.existing else "main.tf"
        blocks.append(_file(home))
        for choice in new:
            keyword = "data" if choice.kind == "data" else "resource"
            blocks.append(f'\n{keyword} "{choice.type}" "{choice.label}" {{\n')
            blocks.append(_bucket_encryption(choice, scene) or body_of(choice, scene))
            blocks.append("}\n")
        blocks.append("```\n")
    parts.extend(blocks)
    if not parts and plan.empty and plan.instead:
        return alt([seq(_file(a.target.path), _existing([a]), "```\n") for a in plan.instead])
    return seq(*parts) if parts else None


def _bucket_encryption(choice: TypeChoice, scene: Scene) -> Node | None:
    """With the key of the configuration, which the schema alone does not ask for."""
    key, bucket = scene.first("aws_kms_key"), scene.first("aws_s3_bucket")
    if choice.type != "aws_s3_bucket_server_side_encryption_configuration" or key is None or bucket is None:
        return None
    return seq(
        f"  bucket = aws_s3_bucket.{choice.label}.id\n\n"
        if _has(scene, choice.label)
        else f"  bucket = {bucket.address}.id\n\n",
        "  rule {\n    apply_server_side_encryption_by_default {\n"
        f'      sse_algorithm     = "aws:kms"\n      kms_master_key_id = {key.address}.arn\n    }}\n  }}\n',
    )


def _has(scene: Scene, label: str) -> bool:
    return any(c.label == label for c in scene.by_key.get("aws_s3_bucket", ()))


def _file(path: str) -> str:
    return f"\n{path}\n```hcl\n"


def _existing(group: Sequence[Alteration]) -> Node:
    """The blocks' header, the mark that the rest stays, and the arguments that change."""
    choice = group[0].target.choice
    keyword = "data" if choice.kind == "data" else "resource"
    parts: list[Node | str] = [f'{keyword} "{choice.type}" "{choice.label}" {{\n{_ELIDED}']
    parts.extend(_lines(group, (), "  "))
    parts.append("}\n")
    return seq(*parts)


def _lines(group: Sequence[Alteration], above: tuple[str, ...], indent: str) -> list[Node | str]:
    parts: list[Node | str] = []
    inner: dict[str, list[Alteration]] = {}
    for alteration in group:
        names = tuple(alteration.path.split("."))[len(above) :]
        if len(names) > 1:
            inner.setdefault(names[0], []).append(alteration)
            continue
        line = seq(f"{indent}{names[0]} = ", alt(alteration.values), "\n")
        parts.append(optional(line) if alteration.optional else line)
    for name, alterations in inner.items():
        elided = f"{indent}{_ELIDED}" if alterations[0].inside else ""
        parts.append(f"{indent}{name} {{\n{elided}")
        parts.extend(_lines(alterations, (*above, name), indent + "  "))
        parts.append(f"{indent}}}\n")
    return parts


class GrammarEditStrategy:
    """A Strategy (generate/strategy.py). A repair leaves out what a finding names and draws other values.

    Where nothing of the request was understood, the model picks an argument of the likeliest blocks, and a value that
    it has or that stands in the request: verification says what that is worth. Raises UsageError when the configuration
    has no resource with a literal argument.
    """

    def __init__(
        self, before: TerraformConfig, request: str, settings: MutateSettings, *, compact: bool = False
    ) -> None:
        self._before, self._settings = before, settings
        self._plan = make_plan(before, request, schemas())
        self._grammar = GrammarSettings()
        if edits_grammar(self._plan) is None:
            raise UsageError(
                "the embedded engine finds nothing in the configuration that it could edit: use another model (--model)"
            )
        context = select_context(before, request, _EVERYTHING)
        self._context = Context("", context.shown, True)
        self._messages: tuple[Message, ...] = (
            {"role": "system", "content": _SYSTEM},
            {"role": "user", "content": f"{_excerpt(self._plan)}\n\n{request[:1_500]}"},
        )
        if compact:  # the order and form of its training
            self._messages = ({"role": "user", "content": f"{request[:1_500]}\n\n# main.tf\n{_excerpt(self._plan)}"},)

    def first(self) -> Request:
        return self._request(0)

    def repair(self, attempts: Sequence[Attempt], _best: int | None) -> Request | None:
        last = attempts[-1]
        settings = self._grammar
        dropped, without = set(settings.dropped), set(settings.without)
        for error in last.report.errors if last.report is not None else ():
            address = re.sub(r"\[[^\]]*\]", "", error.address or "")
            path = re.sub(r"\[[^\]]*\]", "", error.attribute_path or "")
            if any(a.target.choice.address == address for a in self._plan.alterations) and path:
                dropped.add((address, path))
            choice = next((c for c in self._plan.new if c.address == address), None)
            if choice is not None and path:
                dropped.add((address, path))
            elif choice is not None and not choice.asked:
                without.add(address)
            elif choice is not None:
                settings = replace(settings, plain=True)
        taught = replace(settings, dropped=frozenset(dropped), without=frozenset(without))
        if (taught == self._grammar and len(attempts) > 2) or edits_grammar(self._plan, taught) is None:
            return None
        self._grammar = taught
        return self._request(len(attempts))

    def _request(self, number: int) -> Request:
        tree = edits_grammar(self._plan, self._grammar)
        assert tree is not None
        sampling = redrawn(self._settings.sampling, number)
        return Request(self._messages, sampling, render(tree), reader(self._before, self._context))


def _excerpt(plan: EditPlan) -> str:
    """The blocks that are altered, shortened: what a small model can take in."""
    texts = dict.fromkeys(a.target.text for a in plan.alterations) or dict.fromkeys(e.text for e in plan.existing[:1])
    return "\n".join(text[:800] for text in list(texts)[:3])

"""From chosen types to a grammar: each admits only its own arguments and blocks, with values of the right sort.

Every configuration of the language has all required arguments, known names, right types, and references to attributes
of resources that stand in it. What the language does not promise: provider checks across arguments that neither the
schema nor the reviewed tables know.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from terraformer.generate.grammar.constraints import Constraints, literal_text
from terraformer.generate.grammar.extras import extras
from terraformer.generate.grammar.facts import PromptFacts, words_of
from terraformer.generate.grammar.gbnf import Alt, Lit, Node, alt, optional, render, seq
from terraformer.generate.grammar.knowledge import NEEDS
from terraformer.generate.grammar.scene import GrammarSettings, Scene
from terraformer.generate.grammar.select import Schemas, TypeChoice
from terraformer.generate.grammar.specials import resolve
from terraformer.generate.grammar.values import (
    enum_value,
    hcl_string,
    list_of,
    name_values,
    region_of,
    said,
    typed_default,
)
from terraformer.provider.schema import Attribute, Block, NestedBlock

__all__ = ["body_of", "compile_grammar", "configuration"]

_DEPTH: Final = 6
_AUTOLINK: Final = re.compile(
    r"^(subnet_id|vpc_security_group_ids|iam_instance_profile|key_name|db_subnet_group_name|subnet_group_name|kms_key_id|"
    r"kms_key_arn|kms_master_key_id|security_groups|security_group_ids|role_name|parameter_group_name|user_group_ids)$"
)
_NEVER: Final = frozenset(["id", "tags_all", "timeouts", "region", "provider", "count", "for_each", "lifecycle"])


def compile_grammar(
    types: Sequence[TypeChoice],
    bundle: Schemas,
    prompt_facts: PromptFacts,
    settings: GrammarSettings | None = None,
) -> str:
    """GBNF whose language is configurations of just these blocks.

    ``types`` as ``select_types`` gives them. Deterministic. Raises KeyError when a type is in no bundle.
    """
    return render(configuration(types, bundle, prompt_facts, settings))


def configuration(
    types: Sequence[TypeChoice],
    bundle: Schemas,
    prompt_facts: PromptFacts,
    settings: GrammarSettings | None = None,
) -> Node:
    """The same as a tree."""
    settings = settings or GrammarSettings()
    kept = tuple(t for t in types if t.address not in settings.without)
    scene = Scene(kept, bundle, prompt_facts, settings)
    parts: list[Node | str] = []
    if any(t.type.startswith("aws_") for t in kept):
        parts.append(f'provider "aws" {{\n  region = "{region_of(scene)}"\n}}\n')
    for choice in kept:
        keyword = "data" if choice.kind == "data" else "resource"
        parts.append(f'\n{keyword} "{choice.type}" "{choice.label}" {{\n')
        parts.append(_Body(choice, scene).node())
        parts.append("}\n")
    return seq(*parts)


def body_of(choice: TypeChoice, scene: Scene) -> Node:
    """The inside of one block of the scene."""
    return _Body(choice, scene).node()


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(?:\.\d+)?", text) is not None


def literal_list(expression: str) -> list[str] | None:
    """The members of a list of plain string literals, None for any other expression."""
    if not expression.startswith("[") or "${" in expression or "%{" in expression:
        return None
    try:
        value = json.loads(expression)
    except ValueError:
        return None
    return value if isinstance(value, list) and all(isinstance(v, str) for v in value) else None


def _object_list(cty: Any) -> Mapping[str, Any] | None:
    """The members of a list or set of objects, None for any other type."""
    if isinstance(cty, list) and cty[0] in ("list", "set") and isinstance(cty[1], list) and cty[1][0] == "object":
        members: Mapping[str, Any] = cty[1][1]
        return members
    return None


class _Body:
    """Compiles the body of one resource or data block."""

    def __init__(self, choice: TypeChoice, scene: Scene) -> None:
        self.choice, self.scene = choice, scene
        self.checks = Constraints(scene.schemas.source_of(choice.key), choice.kind, choice.type)
        self.own: set[str] = set()
        self.offered = 0 if scene.settings.plain else scene.settings.offered

    def node(self) -> Node:
        block = self.scene.schemas.block(self.choice.key)
        self.own = {*block.attributes, *(n for b in block.blocks.values() if b.min_items for n in b.block.attributes)}
        table = dict(NEEDS.get(self.choice.key, {}))
        if not self.scene.settings.plain or self.choice.asked:
            table.update(extras(self.choice, self.scene))
        for name, spec in list(table.items()):  # marks that stand for whole blocks by name
            if name.startswith("@") and isinstance(spec, str):
                del table[name]
                table.update(resolve(spec, self.choice, self.scene) or {})
        return seq(*self._body(block, table, "", "  ", _DEPTH, top=True))

    def _body(
        self, block: Block, table: Mapping[str, Any], prefix: str, indent: str, depth: int, *, top: bool
    ) -> Iterator[Node | str]:
        written: dict[str, list[Node]] = {}
        forced: set[str] = set()

        def write(name: str) -> None:
            path = f"{prefix}{name}"
            spec = table.get(name)
            must = name in forced
            clash = not must and name not in table and bool(written.keys() & self.checks.conflicts(prefix, name))
            if clash and not self._required(block, name):
                return
            if name == "depends_on" and top:
                value = resolve(spec, self.choice, self.scene) if isinstance(spec, str) and spec[0] == "@" else spec
                if value:
                    written[name] = [seq(f"\n{indent}depends_on = {value}\n")]
                return
            nodes: list[Node] = []
            if name in block.attributes:
                attribute = block.attributes[name]
                members = _object_list(attribute.type)
                if members is not None:
                    nodes = self._as_blocks(attribute, members, path, spec, indent, must)
                else:
                    line = self._attribute(attribute, path, spec, name in table, indent, top, must)
                    nodes = [line] if line is not None else []
            elif name in block.blocks:
                nodes = self._nested(block.blocks[name], path, spec, name in table, indent, depth, top, must)
            if nodes:
                written[name] = nodes

        for name in self._order(block, table):
            write(name)
        for _ in range(3):
            prefer = self._preference(block, prefix, depth)
            wanted = self.checks.chosen(prefix, set(written), prefer)
            for name in written:
                wanted.extend(self.checks.together(prefix, name))
            wanted = [
                n for n in dict.fromkeys(wanted) if n not in written and (n in block.attributes or n in block.blocks)
            ]
            if not wanted:
                break
            forced |= set(wanted)
            for name in wanted:
                write(name)
        lines = [n for name, nodes in written.items() if self._is_line(block, name) for n in nodes]
        nested = [
            n
            for name, nodes in written.items()
            if not self._is_line(block, name)
            for n in nodes
            if name != "depends_on"
        ]
        yield from lines
        yield from nested
        yield from written.get("depends_on", ())

    @staticmethod
    def _is_line(block: Block, name: str) -> bool:
        return name in block.attributes and _object_list(block.attributes[name].type) is None

    @staticmethod
    def _required(block: Block, name: str) -> bool:
        if name in block.attributes:
            return block.attributes[name].required
        return name in block.blocks and block.blocks[name].min_items > 0

    def _preference(self, block: Block, prefix: str, depth: int) -> Callable[[str], float]:
        """How good a member of a "one of" group is: said in the prompt, a reference at hand, simple, not deprecated."""

        def prefer(name: str) -> float:
            if name in block.attributes:
                attribute = block.attributes[name]
                if not (attribute.optional or attribute.required) or attribute.write_only:
                    return float("-inf")
                worth = 2.0 - (5.0 if attribute.deprecated else 0.0) - (1.0 if attribute.type == "bool" else 0.0)
                if self._reference(attribute, f"{prefix}{name}") is not None:
                    worth += 4.0
                if name.endswith("_prefix"):
                    worth -= 3.0
            elif name in block.blocks and depth > 0:
                inner = block.blocks[name].block
                worth = -0.3 * sum(a.required for a in inner.attributes.values()) - 1.0 * sum(
                    b.min_items > 0 for b in inner.blocks.values()
                )
            else:
                return float("-inf")
            if (self.choice.address, f"{prefix}{name}") in self.scene.settings.dropped:
                worth -= 50.0
            return worth + (10.0 if self.scene.facts.mentions(words_of(name), gap=1) else 0.0)

        return prefer

    def _order(self, block: Block, table: Mapping[str, Any]) -> list[str]:
        names = list(table)
        names += [n for n, a in block.attributes.items() if a.required and n not in table]
        names += [n for n, b in block.blocks.items() if b.min_items and n not in table]
        names += [n for n, a in block.attributes.items() if a.optional and n not in names and n not in _NEVER]
        names += [n for n in block.blocks if n not in names and n not in _NEVER]
        return names

    # attributes -------------------------------------------------------------------------------------------------

    def _attribute(
        self, attribute: Attribute, path: str, spec: Any, listed: bool, indent: str, top: bool, forced: bool
    ) -> Node | None:
        settings = self.scene.settings
        must = attribute.required or forced or self.checks.required(path)
        if (self.choice.address, path) in settings.dropped and not must:
            return None
        offered = False
        if listed:
            value = self._from_spec(attribute, path, spec)
            if value is None and must:
                value = self._auto(attribute, path)
        elif must:
            value = self._auto(attribute, path)
        else:
            value, offered = self._unasked(attribute, path, top)
        if value is None:
            return None
        value = self._avoiding(self._accepted(value, attribute, path), path)
        line = seq(f"{indent}{attribute.name} = ", value, "\n")
        return optional(line) if offered else line

    def _avoiding(self, value: Node, path: str) -> Node:
        """The value without the choices that an earlier attempt has shown to be wrong, while one is left."""
        bad = self.scene.settings.avoided.get((self.choice.address, path), frozenset())
        if not bad or not hasattr(value, "options"):
            return value
        left = [o for o in value.options if not (isinstance(o, Lit) and o.text in bad)]
        return alt(left) if left else value

    def _accepted(self, value: Node, attribute: Attribute, path: str) -> Node:
        """The value without the choices that the provider is known to refuse; another where none is left."""
        cty = attribute.type
        element = isinstance(cty, list) and cty[0] in ("list", "set")
        if not self.checks.specs(path, element=element):
            return value
        options = list(value.options) if isinstance(value, Alt) else [value]
        if element:
            texts = [literal_list(o.text) if isinstance(o, Lit) else None for o in options]
            if cty[1] != "string":
                return value
            if not isinstance(options[0], Lit):  # the model's own letters
                made = self._by_prompt(self.checks.allowed(path, element=True))
                made = made or self.checks.text_like(path, name_values(self.choice, self.scene), element=True)
                return alt([f"[{hcl_string(m)}]" for m in made]) if made else value
            good = [
                o
                for o, t in zip(options, texts, strict=True)
                if t is None or all(self.checks.accepts(path, x, element=True) for x in t)
            ]
            if good:
                return alt(good)
            allowed = self._by_prompt(self.checks.allowed(path, element=True))
            made = allowed or self.checks.text_like(path, [x for t in texts for x in t or ()], element=True)
            return alt([f"[{hcl_string(m)}]" for m in made]) if made else value
        if cty == "number":
            return self._number(options, path) or value
        if cty != "string":
            return value
        kept: list[Node] = []
        texts_of: list[str] = []
        for option in options:
            text = literal_text(option.text) if isinstance(option, Lit) else None
            if not isinstance(option, Lit):
                continue  # the model's own letters: no check can be run on them beforehand
            if text is None or self.checks.accepts(path, text):
                kept.append(option)
            elif text is not None:
                texts_of.append(text)
        if kept:
            return alt(kept)
        allowed = self._by_prompt(self.checks.allowed(path))
        made = allowed or self.checks.text_like(path, texts_of or name_values(self.choice, self.scene))
        return alt([hcl_string(m) for m in made]) if made else value

    def _by_prompt(self, allowed: Sequence[Any]) -> list[str]:
        """The members of an enumeration that the prompt names, else all (at most 40)."""
        texts = [str(v) for v in allowed]
        named = [t for t in texts if self._mentioned(f'"{t}"')]
        return (named or texts)[:40]

    def _number(self, options: Sequence[Node], path: str) -> Node | None:
        good = [
            o for o in options if isinstance(o, Lit) and _is_number(o.text) and self.checks.accepts(path, float(o.text))
        ]
        if good or not all(isinstance(o, Lit) and _is_number(o.text) for o in options):
            return alt(good) if good else None
        allowed = [v for v in self.checks.allowed(path) if isinstance(v, (int, float))]
        if allowed:
            return alt([f"{v:g}" for v in allowed[:20]])
        low, high = self.checks.bounds(path)
        for candidate in (low, high, 1, 7, 60, 100):
            if candidate is not None and self.checks.accepts(path, float(candidate)):
                return Lit(f"{int(candidate)}")
        return None

    def _from_spec(self, attribute: Attribute, path: str, spec: Any) -> Node | None:
        scene, choice = self.scene, self.choice
        if spec is None:
            return None
        if spec in ("@ref", "@ref2"):
            return self._reference(attribute, path, second=spec == "@ref2") or self._auto(attribute, path)
        if spec == "@auto":
            if not attribute.required and self._is_optional_link(path):
                return self._reference(attribute, path)
            return self._auto(attribute, path)
        spoken = said(scene.facts, path, attribute) if choice.asked else None
        if isinstance(spec, str) and spec.startswith("@"):
            spec = resolve(spec, choice, scene)
            if spec is None:
                return None
            return alt(spec) if isinstance(spec, tuple) else seq(str(spec))
        if spoken is not None:
            return alt(spoken)
        if isinstance(spec, tuple):
            named = [s for s in spec if s.startswith('"') and self._mentioned(s)]
            return alt(named or spec)
        if isinstance(spec, str):
            if re.match(r"(?:data\.)?[a-z0-9]+_\w+\.main\.", spec):
                return self._table_reference(spec)
            return seq(spec)
        return None

    def _mentioned(self, literal: str) -> bool:
        words = words_of(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", literal.strip('"')))
        return bool(words) and self.scene.facts.mentions(words, gap=0)

    def _table_reference(self, spec: str) -> Node | None:
        """A reference that the table writes with the label main: to whatever block of that type is there."""
        head, _, attribute = spec.rpartition(".")
        key = head.removesuffix(".main")
        found = self.scene.ref(key, attribute)
        return seq(found) if found is not None else None

    def _is_optional_link(self, path: str) -> bool:
        return bool(_AUTOLINK.match(path)) or (
            self.scene.link(self.choice, path) is not None and path.endswith(("_id", "_ids", "_arn"))
        )

    def _reference(self, attribute: Attribute, path: str, *, second: bool = False) -> Node | None:
        many = isinstance(attribute.type, list) and attribute.type[0] in ("list", "set")
        if not many and attribute.type != "string":
            return None
        if self.checks.allowed(path, element=many):
            return None  # one of a few words, whatever its name suggests
        found = self.scene.references(self.choice, path, many=many, second=second)
        if not found:
            return None
        if self.checks.wants_arn(path):
            found = [self.scene.as_arn(f) for f in found]
        return list_of(found) if many else alt(found)

    def _auto(self, attribute: Attribute, path: str) -> Node:
        scene, choice = self.scene, self.choice
        if attribute.nested is not None:
            return self._nested_attribute(attribute, path)
        reference = self._reference(attribute, path)
        if reference is not None:
            return reference
        if self._is_name(path) and attribute.type == "string" and choice.name:
            return alt([f'"{n}"' for n in name_values(choice, scene)])
        spoken = said(scene.facts, path, attribute) if choice.asked else None
        if spoken is not None:
            return alt(spoken)
        allowed = self.checks.allowed(path)
        if allowed and attribute.type == "string":
            return alt([hcl_string(v) for v in self._by_prompt(allowed)])
        if attribute.enum and attribute.type == "string":
            return alt(enum_value(attribute, scene.facts))
        if (
            isinstance(attribute.type, list)
            and attribute.type[:1] in (["list"], ["set"])
            and attribute.type[1] == "string"
        ):
            members = self.checks.allowed(path, element=True)
            if members:
                return alt([f"[{hcl_string(v)}]" for v in self._by_prompt(members)])
        if self._is_name(path) and attribute.type == "string" and not self._special_name(path):
            return alt([f'"{n}"' for n in name_values(choice, scene)])
        return typed_default(choice, path, scene, attribute)

    def _special_name(self, path: str) -> bool:
        """Names that are no free names: domains, zones, databases."""
        return self.choice.type in ("aws_route53_zone",) or path in ("domain_name", "schedule_name", "region_name")

    def _is_name(self, path: str) -> bool:
        """Whether the argument is what the resource itself is called."""
        if "." in path:
            return False
        own = words_of(self.choice.type)
        words = words_of(path)
        if path in ("name", "identifier", "bucket", "family") and self.choice.type != "aws_ecs_task_definition":
            return path != "bucket" or self.choice.type == "aws_s3_bucket"
        return words[-1] in ("name", "identifier", "id") and len(words) > 1 and set(words[:-1]) <= set(own)

    def _nested_attribute(self, attribute: Attribute, path: str) -> Node:
        nested = attribute.nested
        assert nested is not None
        parts: list[Node | str] = ["{\n"]
        for name, inner in nested.attributes.items():
            if inner.required:
                parts.extend(
                    [
                        f"    {name} = ",
                        self._accepted(self._auto(inner, f"{path}.{name}"), inner, f"{path}.{name}"),
                        "\n",
                    ]
                )
        parts.append("  }")
        body = seq(*parts)
        if nested.nesting in ("list", "set"):
            return seq("[", body, "]")
        if nested.nesting == "map":
            return seq("{\n    example = ", body, "\n  }")
        return body

    def _unasked(self, attribute: Attribute, path: str, top: bool) -> tuple[Node | None, bool]:
        """A value for an optional argument that the prompt retrieves, and whether the model may leave it out."""
        scene, choice = self.scene, self.choice
        if attribute.deprecated or attribute.write_only or not attribute.optional:
            return None, False
        if top and _AUTOLINK.match(attribute.name):
            reference = self._reference(attribute, path)
            if reference is not None:
                return reference, False
        if not choice.asked:
            return None, False
        spoken = said(scene.facts, path, attribute)
        if spoken is not None and self._sensible(attribute, spoken):
            return alt(spoken), False
        words = words_of(attribute.name)
        if not top or self.offered <= 0 or len(words) < 2 or not scene.facts.mentions(words, gap=1):
            return None, False
        if attribute.enum and attribute.type == "string":
            self.offered -= 1
            return alt(enum_value(attribute, scene.facts)), True
        if attribute.type in ("bool", "number"):
            self.offered -= 1
            return typed_default(choice, path, scene, attribute), True
        return None, False

    @staticmethod
    def _sensible(attribute: Attribute, spoken: Sequence[str]) -> bool:
        if attribute.enum and attribute.type == "string":
            return all(s.strip('"') in attribute.enum for s in spoken)
        return True

    def _as_blocks(
        self, attribute: Attribute, members: Mapping[str, Any], path: str, spec: Any, indent: str, forced: bool
    ) -> list[Node]:
        """A list of objects that the language lets one write as blocks ("attributes as blocks" mode)."""
        if (self.choice.address, path) in self.scene.settings.dropped and not attribute.required:
            return []
        if isinstance(spec, str) and spec.startswith("@") and spec != "@auto":
            spec = resolve(spec, self.choice, self.scene)
        tables = spec if isinstance(spec, list) else [spec] if isinstance(spec, Mapping) else []
        block = Block(attributes={n: Attribute(n, t, optional=True) for n, t in members.items()})
        if not tables and (attribute.required or forced or self.checks.required(path)):
            block = Block(attributes={n: Attribute(n, t, required=True) for n, t in members.items()})
            tables = [{}]
        return [
            seq(
                f"\n{indent}{attribute.name} {{\n",
                *self._body(block, table, f"{path}.", indent + "  ", 1, top=False),
                f"{indent}}}\n",
            )
            for table in tables
        ]

    # blocks -----------------------------------------------------------------------------------------------------

    def _nested(
        self, nested: NestedBlock, path: str, spec: Any, listed: bool, indent: str, depth: int, top: bool, forced: bool
    ) -> list[Node]:
        must = nested.min_items > 0 or forced or self.checks.required(path)
        if ((self.choice.address, path) in self.scene.settings.dropped and not must) or depth <= 0:
            return []
        if isinstance(spec, str) and spec.startswith("@") and spec not in ("@auto", "@ref", "@ref2"):
            spec = resolve(spec, self.choice, self.scene)
        if listed and spec is None and not must:
            return []
        tables: list[Mapping[str, Any]]
        if isinstance(spec, list):
            tables = spec
        elif isinstance(spec, Mapping):
            tables = [spec]
        elif must or listed:
            tables = [{}] * max(1, nested.min_items)
        elif top and self.choice.asked and self._wanted_block(nested):
            tables = [{}]
        else:
            return []
        out: list[Node] = []
        for table in tables[: nested.max_items or len(tables)]:
            body = seq(*self._body(nested.block, table, f"{path}.", indent + "  ", depth - 1, top=False))
            out.append(seq(f"\n{indent}{nested.name} {{\n", body, f"{indent}}}\n"))
        return out

    def _wanted_block(self, nested: NestedBlock) -> bool:
        words = words_of(nested.name)
        if nested.name in _NEVER:
            return False
        if len(words) > 1 and self.scene.facts.mentions(words, gap=1):
            return True
        # A block is asked for, too, by a value that the prompt gives to an argument inside.
        return any(
            len(words_of(inner.name)) > 1
            and inner.optional | inner.required
            and not inner.deprecated
            and inner.name not in self.own
            and inner.type in ("number", "bool", "string")
            and said(self.scene.facts, f"{nested.name}.{inner.name}", inner) is not None
            for inner in nested.block.attributes.values()
        )

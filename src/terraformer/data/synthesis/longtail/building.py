"""A resource made of its schema: required arguments filled with meaning, some of the optional ones, and what it refers to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

from terraformer.data.synthesis.expressions import Document, Raw, Ref, Statement, Value
from terraformer.data.synthesis.longtail.clouds import CLOUDS
from terraformer.data.synthesis.longtail.documents import document_for
from terraformer.data.synthesis.longtail.facts import checks_of, choices_of, required_names, schema_of
from terraformer.data.synthesis.longtail.given import AVOID, GIVEN
from terraformer.data.synthesis.longtail.references import principal_of, relation_of, target_of
from terraformer.data.synthesis.longtail.sayings import say_of
from terraformer.data.synthesis.longtail.values import external, name_for, number_for, text_for
from terraformer.data.synthesis.longtail.words import kind_of, main_noun_of, noun_of, spoken, spoken_value, words
from terraformer.data.synthesis.names import resource_name
from terraformer.data.synthesis.parts import zip_package
from terraformer.data.synthesis.scenario import Body, Node, Say, Scene, Setting
from terraformer.generate.grammar.knowledge import NEEDS
from terraformer.provider.schema import UNSET, Attribute, Block

__all__ = ["Unfillable", "build"]

_MAX_DEPTH: Final = 2
_NEVER: Final = re.compile(
    r"^(id|region|tags|tags_all|timeouts|arn|name_prefix|bucket_prefix|force_destroy|catalog_id|skip_destroy|depends_on|owner_id|"
    r"self_link|project|location|client_token|creation_token|caller_reference|force_delete|account_id|.*_wo|.*_wo_version|.*_prefix|labels|annotations|"
    r"metadata|settings|effective_labels|terraform_labels|deletion_policy|force_\w+|ignore_\w+|wait_for_\w+|.*password|.*secret.*|.*token)$"
)
"""Optional arguments that nobody mentions, or that mean nothing by themselves."""
_PLAIN_ID: Final = re.compile(
    r"(^|_)(vpc|subnet|security_group|network_interface|transit_gateway|allocation|volume|snapshot|route_table|internet_gateway|"
    r"nat_gateway|vpc_endpoint|customer_gateway|vpn_gateway|prefix_list)_id$|(^|_)(kms_key|certificate|topic|bucket)_arn$"
)
"""Ids and ARNs whose shape is surely known: those that people paste into a request."""
_NAMED_BY_ID: Final = frozenset(
    (
        "quicksight",
        "elasticache",
        "dms",
        "rds",
        "neptune",
        "docdb",
        "db",
        "redshift",
        "memorydb",
        "iot",
        "bcmdataexports",
        "sagemaker",
    )
)
"""Services whose resources get their own "..._id" from the user."""
_UNSPOKEN: Final = frozenset(
    (
        "dimension_value_type", "measure_value_type", "target_multi_measure_name", "source_column", "time_column", "text_field",
        "metadata_field", "vector_field", "json_path", "match_equals", "api_group", "offer_type", "create_option", "source_version",
        "plugin", "revision", "rule_version", "intent_version", "kind", "family",
    )
)  # fmt: skip
"""Arguments that have to be there and that nobody would mention."""
_JOINS: Final = re.compile(r"_(association|attachment|membership|share|accepter)$")
_SECRET: Final = re.compile(r"password|secret|token|private_key|passphrase|credential|api_key|auth_key")


class Unfillable(Exception):
    """A required argument for which there is no value with meaning; its path."""


def build(s: Scene, source: str, type: str, *, plain: bool = False) -> Node:
    """Add a resource of the type with what it needs. ``plain`` leaves its optional arguments out. Raises Unfillable."""
    builder = _Builder(s, source, plain)
    return builder.resource(type, said=True, main=True, depth=0)


class _Builder:
    def __init__(self, s: Scene, source: str, plain: bool) -> None:
        self.s, self.source = s, source
        self.plain = plain or source != "hashicorp/aws"  # their checks are not known
        self.known: dict[str, Node] = {}
        self.joined = False
        self.heard: set[str] = set()

    # --- resources ---------------------------------------------------------------------------------------------------

    def resource(self, type: str, *, said: bool, main: bool, depth: int) -> Node:
        s = self.s
        block = schema_of(self.source, type)
        node = s.resource(
            type, main_noun_of(type) if main else noun_of(type), kind_of(type) if depth or s.may(0.6) else "", said=said
        )
        self.known[type] = node
        given = dict(GIVEN.get(type) or CLOUDS.get(type) or {})
        needs = {} if given or main else NEEDS.get(type, {})
        if needs and all(_plain_need(n) for n in needs.values()):
            self.needs(node, type, needs, depth)
        else:
            self.level(node, type, block, "", given, depth, main=main)
        s.nodes.remove(node)  # after what it refers to: the order in which people tell it
        s.nodes.append(node)
        return node

    def level(
        self, body: Body, type: str, block: Block, prefix: str, given: dict[str, Any], depth: int, *, main: bool
    ) -> None:
        """Everything at one level: what is given, what is required, one of each group, and some of the rest."""
        checks = checks_of(self.source, type)
        present: set[str] = set()
        for name, value in given.items():
            self.put_given(body, type, block, prefix, name, value, depth, main)
            present.add(name)
        for name in required_names(self.source, type, block, prefix):
            if name not in present:
                self.item(body, type, block, prefix, name, depth, main=main, required=True)
                present.add(name)
        for group in checks.groups(prefix):
            if group & present:
                continue
            members = [n for n in sorted(group) if n in block.attributes or n in block.blocks]
            members = [
                n for n in members if not (n in block.attributes and _unwanted(block.attributes[n], n, strict=False))
            ]
            self.s.rng.shuffle(members)
            members.sort(key=lambda n: n in block.blocks)
            for name in members:
                if self.attempt(body, type, block, prefix, name, depth, main):
                    present |= {name}
                    break
            else:
                raise Unfillable(f"{prefix}{'|'.join(sorted(group))}")
        if prefix and not body.items and not _empty(block):
            for name in self.s.rng.sample(sorted(block.attributes), len(block.attributes)):
                if not _unwanted(block.attributes[name], name, strict=True) and self.attempt(
                    body, type, block, prefix, name, depth, main
                ):
                    present.add(name)
                    break
        if main and not self.plain:
            self.optional(body, type, block, prefix, present, depth)

    def optional(self, body: Body, type: str, block: Block, prefix: str, present: set[str], depth: int) -> None:
        s, checks = self.s, checks_of(self.source, type)
        avoided = AVOID.get(type, frozenset())
        names = [
            n
            for n, a in block.attributes.items()
            if n not in present and prefix + n not in avoided and not _unwanted(a, n, strict=True) and _tellable(a)
        ]
        inner = [
            n
            for n, b in block.blocks.items()
            if n not in present and prefix + n not in avoided and not _NEVER.match(n) and b.block.deprecated is None
        ]
        s.rng.shuffle(names)
        wanted = (
            s.rng.choices((0, 1, 2, 3, 4), (2, 4, 4, 2, 1))[0] if not prefix else s.rng.choices((0, 1, 2), (3, 3, 1))[0]
        )
        chosen = names[: wanted + 2]
        for name in chosen:
            if wanted <= 0:
                break
            if checks.conflicts(prefix, name) & present or not checks.together(prefix, name) <= present:
                continue
            if self.attempt(body, type, block, prefix, name, depth, True):
                present.add(name)
                wanted -= 1
        if inner and depth == 0 and prefix.count(".") < 2 and s.may(0.4 if not prefix else 0.15):
            name = s.pick(*inner)
            if not checks.conflicts(prefix, name) & present and checks.together(prefix, name) <= present:
                self.attempt(body, type, block, prefix, name, depth, True)

    def attempt(self, body: Body, type: str, block: Block, prefix: str, name: str, depth: int, main: bool) -> bool:
        """An item, or nothing changed where it cannot be filled."""
        with self.undo(body) as failed:
            self.item(body, type, block, prefix, name, depth, main=main, required=False)
            if name in block.blocks and not body.items[-1][1].items:  # type: ignore[index]
                raise Unfillable(prefix + name)
        return not failed

    @contextmanager
    def undo(self, body: Body) -> Iterator[list[str]]:
        s = self.s
        before = (list(s.nodes), list(s.variables), list(body.items), dict(self.known))
        name = body.name if isinstance(body, Node) else None
        failed: list[str] = []
        try:
            yield failed
        except Unfillable as problem:
            failed.append(str(problem))
            s.nodes[:], s.variables[:], body.items[:], self.known = before
            if isinstance(body, Node):
                body.name = name

    # --- items -------------------------------------------------------------------------------------------------------

    def item(
        self, body: Body, type: str, block: Block, prefix: str, name: str, depth: int, *, main: bool, required: bool
    ) -> None:
        nested = block.blocks.get(name)
        if nested is not None:
            if prefix.count(".") >= 4:
                raise Unfillable(prefix + name)
            count = max(1, nested.min_items) if nested.min_items < 4 else nested.min_items
            for _ in range(count):
                inner = body.block(name)
                self.level(inner, type, nested.block, f"{prefix}{name}.", {}, depth, main=main)
            return
        attribute = block.attributes[name]
        path = f"{prefix}{name}"
        if isinstance(body, Node) and body.name is None and _is_name(type, name, attribute, required):
            own = target_of(self.source, type, path) is None or name == "name"
            value = self.name(type, path, attribute) if own else None
            if value is not None:
                body.named(name, value)
                return
        textual = attribute.type == "string" or (isinstance(attribute.type, list) and attribute.type[1] == "string")
        if textual and self.reference(body, type, path, name, attribute, depth, main=main, required=required):
            return
        value = self.value(type, path, attribute, depth, required=required)
        if value is None:
            raise Unfillable(path)
        plain = not isinstance(value, (Raw, Ref, Document))
        body.set(
            name,
            value,
            self.say(body, type, name, value, required) if main and plain else False,
            extract=_extractable(value),
        )

    def name(self, type: str, path: str, attribute: Attribute) -> str | None:
        listed = choices_of(self.source, type, path, attribute)
        if listed:
            return None
        leaf = path.rpartition(".")[2]
        if (
            leaf in ("name", "identifier")
            or leaf.endswith(("_name", "_id", "identifier"))
            or leaf in ("alias", "display_name")
        ):
            return name_for(self.s, self.source, type, path)
        return None

    def value(self, type: str, path: str, attribute: Attribute, depth: int, *, required: bool) -> Value:
        """A value for an attribute that refers to nothing; None where there is none with meaning."""
        s, checks = self.s, checks_of(self.source, type)
        leaf = path.rpartition(".")[2]
        if attribute.nested is not None:
            return self.nested(type, path, attribute, depth)
        cty = attribute.type
        if cty == "bool":
            listed = [v for v in choices_of(self.source, type, path, attribute) if isinstance(v, bool)]
            if listed:
                return s.pick(*listed)
            if attribute.default is not UNSET and isinstance(attribute.default, bool) and s.may(0.75):
                return not attribute.default
            return s.may(0.7)
        if cty == "number":
            return number_for(s, self.source, type, path, attribute, guess=required)
        if cty in ("string", "dynamic"):
            listed = choices_of(self.source, type, path, attribute)
            document = None if listed else document_for(s, self.source, type, path, self.known)
            if document is not None:
                return document
            if checks.is_json(path):
                return None
            text = text_for(s, self.source, type, path, attribute)
            if text is not None:
                return text
            if _SECRET.search(leaf) and required:
                return s.variable(leaf, "string", None, f"{words(leaf)[:1].upper()}{words(leaf)[1:]}.")
            if required and re.search(
                r"(^|_)(name|names|label|alias|family|namespace|group|identifier|key|reference|sid|title|id)$", leaf
            ):
                return name_for(s, self.source, type, path)
            return None
        kind, inner = cty[0], cty[1]
        if kind in ("list", "set") and inner in ("string", "number"):
            listed = [v for v in choices_of(self.source, type, path, attribute) if v is not None]
            listed = listed or choices_of(self.source, type, path, attribute, element=True)
            if listed:
                picked = s.some(listed, 1, min(3, len(listed)))
                return picked if all(checks.accepts(path, v, element=True) for v in picked) else None
            one = replace(attribute, type=inner)
            single = _single(path)
            if inner == "number":
                number = number_for(s, self.source, type, single, one, guess=required)
                return None if number is None else [number]
            text = text_for(s, self.source, type, single, one) or text_for(
                s, self.source, type, path, one, element=True
            )
            if text is None and required and re.search(r"names?$|ids?$|keys?$|groups$|values$", leaf):
                text = name_for(s, self.source, type, single)
            return None if text is None or not checks.accepts(path, text, element=True) else [text]
        if kind == "map" and inner == "string" and required and leaf in ("tags", "parameters", "labels", "attributes"):
            return {"Environment": s.pick("production", "staging"), "Team": s.pick("platform", "data", "web")}
        return None

    def nested(self, type: str, path: str, attribute: Attribute, depth: int) -> Value:
        assert attribute.nested is not None
        checks = checks_of(self.source, type)
        found: dict[str, Value] = {}
        wanted = [n for n, a in attribute.nested.attributes.items() if a.required or checks.required(f"{path}.{n}")]
        for name in wanted:
            value = self.value(type, f"{path}.{name}", attribute.nested.attributes[name], depth, required=True)
            if value is None:
                raise Unfillable(f"{path}.{name}")
            found[name] = value
        if not found:
            return None
        if attribute.nested.nesting == "single":
            return found
        return {"main": found} if attribute.nested.nesting == "map" else [found]

    # --- references --------------------------------------------------------------------------------------------------

    def reference(
        self,
        body: Body,
        type: str,
        path: str,
        name: str,
        attribute: Attribute,
        depth: int,
        *,
        main: bool,
        required: bool,
    ) -> bool:
        """Fill an argument with a reference or, for what lies outside, a variable or an id; False where it is neither."""
        s = self.s
        if choices_of(self.source, type, path, attribute) or document_for(s, self.source, type, path, self.known):
            return False
        target = target_of(self.source, type, path)
        many = isinstance(attribute.type, list)
        if target is not None:
            family = target[0].split("_")[:2] == type.split("_")[:2]
            there = self.known.get(target[0]) in s.nodes
            if there or (depth < _MAX_DEPTH and (family or s.may(0.85) or not required)):
                node = self.parent(target[0], type, depth, main=main, family=family)
                if node is not None:
                    say: str | bool = False
                    if main and node.said:
                        say = relation_of(target[0], name)
                        if _JOINS.search(type) and family:
                            say = "with <it>" if self.joined else "of <it>"
                            self.joined = True
                    if many and attribute.type[0] in ("list", "set"):
                        body.link(name, node, target[1], say, wrap=True)
                    elif many:
                        return False
                    else:
                        body.link(name, node, target[1], say)
                    return True
        if not required and target is None:
            return False
        if target is None and text_for(s, self.source, type, path, attribute) is not None:
            return False
        outside = external(s, self.source, type, _single(path) if many else path)
        foreign = required and (
            re.search(r"(^|_)(arns?|arn_list|ids)$|_(id|identifier)$", name)
            or (name.endswith("_name") and name != "display_name" and not _own(type, name))
        )
        if outside is None and target is None and not foreign:
            return False
        kind = "list(string)" if many else "string"
        label = (
            name
            if name not in ("source", "version", "providers", "count", "id", "arn", "resource", "name", "key")
            else f"{kind_of(type)}_{name}"
        )
        text = words(label)
        if outside is not None and s.may(0.35) and not many and main and _PLAIN_ID.search(name):
            short = text.removesuffix(" ARN").removesuffix(" ID")
            body.set(
                name,
                outside,
                Say(np=f"{{the |}}{text} <v>", post=f"for {{the |}}{short} <v>") if s.may(s.talk) else False,
            )
            if body.items[-1].said:  # type: ignore[union-attr]
                return True
            body.items.pop()
        told = main and s.may(0.2 * s.talk)
        variable = next((v for v in s.variables if v.name == label and v.type == kind), None) or s.variable(
            label, kind, None, f"{text[:1].upper()}{text[1:]}.", said=told, purpose=f"the {text}" if told else ""
        )
        body.set(name, variable, False)
        return True

    def parent(self, target: str, type: str, depth: int, *, main: bool, family: bool) -> Node | None:
        """The resource that something refers to: one that is there, or a new one. None where it cannot be filled."""
        if target in self.known and self.known[target] in self.s.nodes:
            return self.known[target]
        s = self.s
        said = main and depth == 0 and s.may(0.8 if family else 0.45)
        before = (list(s.nodes), list(s.variables), dict(self.known))
        try:
            if target == "aws_iam_role":
                return self.role(type, said)
            if target == "aws_lambda_function":
                return self.function(said)
            if target in ("aws_subnet", "aws_security_group", "aws_vpc"):
                return self.network(target, said)
            return self.resource(target, said=said, main=False, depth=depth + 1)
        except Unfillable:
            s.nodes[:], s.variables[:], self.known = before
            return None

    def role(self, type: str, said: bool) -> Node:
        s = self.s
        node = self.known["aws_iam_role"] = s.resource("aws_iam_role", "IAM role", kind_of(type), said=said)
        node.named("name", resource_name(s, f"{type.split('_')[1]}-role"))
        node.set(
            "assume_role_policy",
            Document(Statement(("sts:AssumeRole",), principals={"Service": (principal_of(type),)})),
            False,
        )
        return node

    def function(self, said: bool) -> Node:
        s = self.s
        role = self.known.get("aws_iam_role") or self.role("aws_lambda_function", False)
        path, digest = zip_package(s, "exports.handler = async () => ({ statusCode: 200 });\n", "index.js")
        node = self.known["aws_lambda_function"] = s.resource(
            "aws_lambda_function", "Lambda function", s.pick("handler", "worker", "hook"), said=said
        )
        node.named("function_name", resource_name(s, s.pick("handler", "worker", "hook", "processor")))
        node.link("role", role, "arn", say=False)
        for name, value in (("handler", "index.handler"), ("runtime", s.pick("nodejs20.x", "nodejs22.x"))):
            node.set(name, value, False)
        node.set("filename", path, False)
        node.set("source_code_hash", digest, False)
        return node

    def network(self, target: str, said: bool) -> Node:
        s = self.s
        vpc = self.known.get("aws_vpc")
        if vpc is None:
            vpc = self.known["aws_vpc"] = s.resource(
                "aws_vpc", "VPC", s.pick("main", "app", "network"), said=said and target == "aws_vpc"
            )
            second = s.pick(0, 1, 10, 20, 42)
            vpc.set("cidr_block", f"10.{second}.0.0/16", None if vpc.said else False)
        if target == "aws_vpc":
            return vpc
        if target == "aws_security_group":
            group = self.known[target] = s.resource(
                target, "security group", s.pick("app", "main", "internal"), said=said
            )
            group.named("name", resource_name(s, s.pick("app-sg", "internal-sg", "web-sg")))
            group.link("vpc_id", vpc, say=False)
            return group
        subnet = self.known[target] = s.resource(target, "subnet", s.pick("private", "main", "app"), said=said)
        subnet.link("vpc_id", vpc, say=False)
        own = vpc.items[0]
        base = str(own.value).split(".")[1] if isinstance(own, Setting) and isinstance(own.value, str) else "0"
        subnet.set("cidr_block", f"10.{base if base.isdigit() else 0}.{s.pick(1, 2, 10)}.0/24", False)
        if s.may(0.5):
            subnet.set("availability_zone", f"{s.region}{s.pick('a', 'b', 'c')}", False, extract=False)
        return subnet

    # --- reviewed needs ----------------------------------------------------------------------------------------------

    def needs(self, body: Body, type: str, needs: dict[str, Any], depth: int, prefix: str = "") -> None:
        """What the reviewed table says that a resource of the type needs (generate.grammar.knowledge)."""
        block: Block = schema_of(self.source, type)
        for part in prefix.split(".")[:-1]:
            block = block.blocks[part].block
        for name in [n for n in required_names(self.source, type, block, prefix) if n not in needs]:
            self.item(body, type, block, prefix, name, depth, main=False, required=True)
        for name, need in needs.items():
            if name not in block.attributes and name not in block.blocks:
                continue
            if isinstance(need, tuple):
                need = self.s.pick(*need)
            if isinstance(need, dict):
                self.needs(body.block(name), type, need, depth, f"{prefix}{name}.")
            elif isinstance(need, list):
                for one in need:
                    self.needs(body.block(name), type, one, depth, f"{prefix}{name}.")
            elif need.startswith("@"):
                self.item(body, type, block, prefix, name, depth, main=False, required=True)
            else:
                body.set(name, _literal(need), False, extract=False)

    def put_given(
        self, body: Body, type: str, block: Block, prefix: str, name: str, value: Any, depth: int, main: bool
    ) -> None:
        """A reviewed value: a callable makes it, a tuple is a choice, a dict a block; "@" fills it as if required."""
        if isinstance(value, tuple):
            value = self.s.pick(*value)
        if callable(value):
            value = value(self.s)
        if value is None:
            return
        if isinstance(value, str) and value == "@":
            self.item(body, type, block, prefix, name, depth, main=main, required=True)
            return
        if name in block.blocks:
            for one in value if isinstance(value, list) else [value]:
                inner = body.block(name)
                self.level(inner, type, block.blocks[name].block, f"{prefix}{name}.", dict(one), depth, main=main)
            return
        attribute = block.attributes[name]
        plain = main and not isinstance(value, (Raw, Ref, Document))
        if (
            isinstance(body, Node)
            and body.name is None
            and _is_name(type, name, attribute, True)
            and isinstance(value, str)
        ):
            body.named(name, value)
            return
        body.set(
            name,
            value,
            self.say(body, type, name, value, True) if plain else False,
            extract=_extractable(value),
        )

    # --- words -------------------------------------------------------------------------------------------------------

    def say(self, body: Body, type: str, name: str, value: Value, required: bool) -> Say | bool:
        """Words for a setting, or False: people mention what they chose, more so what had to be chosen."""
        s = self.s
        deep = max(0, len(body.path) - 1)  # the deeper an argument lies, the fewer people name it
        if s.rng.random() >= min(1.0, s.talk + (0.15 if required else 0.25)) * 0.5**deep or name in _UNSPOKEN:
            return False
        if value in ("", "*", "-") or (isinstance(value, list) and not all(value)):
            return False
        if isinstance(value, dict) and name not in ("data", "tags", "parameters"):
            return False
        if body.path == ("metadata",) and name in ("name", "namespace"):
            if name == "name":
                return Say(np="{the name|name} <v>", post="{named|called|with the name} <v>")
            return Say(np="{the |}namespace <v>", post="in {the |}namespace <v>")
        told = say_of(type, (*body.path, name), value)
        heard = spoken((*body.path, name))
        if told is None or heard in self.heard:  # "auth type A and auth type B" would tell nothing
            return False
        self.heard.add(heard)
        if isinstance(value, str) and not told.value:
            other = spoken_value(value)
            if other is not None and s.may(0.3):
                return replace(told, value=other)
        return told


# --- small things --------------------------------------------------------------------------------------------------------


def _plain_need(need: Any) -> bool:
    if isinstance(need, tuple):
        return all(_plain_need(n) for n in need)
    if isinstance(need, list):
        return all(_plain_need(n) for n in need)
    if isinstance(need, dict):
        return all(_plain_need(n) for n in need.values())
    if need.startswith("@"):
        return need in ("@auto", "@ref")
    return re.search(r"\b(aws_|data\.|var\.|local\.)", need.replace('"aws_', "")) is None


def _literal(text: str) -> Value:
    """An HCL expression without references as a value."""
    try:
        return json.loads(text)
    except ValueError:
        return Raw(text)


def _is_name(type: str, name: str, attribute: Attribute, required: bool) -> bool:
    if attribute.type != "string" or not (required or attribute.optional):
        return False
    if name == "name":
        return True
    if re.search(r"region_name|domain_name|user_name|host_name|principal|parent", name):
        return False
    tail = type.split("_")[1:]
    if name == "display_name":
        return required
    if re.fullmatch(r"\w+_id", name) and tail[0] not in _NAMED_BY_ID:
        return False
    if re.fullmatch(r"\w+_(name|id|identifier)", name) and required:
        stem = name.rsplit("_", 1)[0]
        return "_".join(tail).endswith(stem) or (stem in tail and stem == tail[-1])
    return name == "identifier" and required


def _own(type: str, name: str) -> bool:
    """Whether "fleet_name" is the name of the thing itself."""
    stem = name.rpartition("_")[0].split("_")[-1]
    return stem in type.split("_")[1:]


def _empty(block: Block) -> bool:
    return not any(a.optional or a.required for a in block.attributes.values())


def _unwanted(attribute: Attribute, name: str, *, strict: bool) -> bool:
    if attribute.deprecated or attribute.write_only or not (attribute.required or attribute.optional):
        return True
    return strict and (attribute.sensitive or _NEVER.match(name) is not None)


def _tellable(attribute: Attribute) -> bool:
    """Whether the argument is one that can be said in words."""
    if attribute.nested is not None:
        return False
    return attribute.type in ("string", "bool", "number") or (
        isinstance(attribute.type, list) and attribute.type[0] in ("list", "set") and attribute.type[1] == "string"
    )


def _extractable(value: Value) -> bool:
    return isinstance(value, (str, int, float)) and not isinstance(value, bool)


def _single(path: str) -> str:
    if path.endswith(("addresses",)):
        return path[:-2]
    if path.endswith("ies"):
        return path[:-3] + "y"
    return path[:-1] if path.endswith("s") and not path.endswith(("ss", "dns")) else path

"""Random plans, and random intents that are about them: near enough to be true as often as false."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator, Sequence
from typing import Any

from terraformer.data.intents import (
    AllOf,
    AnyOf,
    Attribute,
    Block,
    ChangeAction,
    ChangeDemand,
    ChangeIntent,
    Condition,
    Count,
    Demand,
    DependsOn,
    Distinct,
    Intent,
    Not,
    Operator,
    PlanView,
    PolicyCondition,
    PolicyStatement,
    Quantifier,
    ReferredBy,
    RefersTo,
    Repeated,
    Subject,
    Target,
    UsesProvider,
)
from terraformer.data.intents.changes import differing, unasked
from terraformer.data.intents.plan_view import Item, bare
from terraformer.data.intents.values import parse_statements

Plan = dict[str, Any]
STRINGS = ["logs", "Logs", "80", "true", "", "a.b", "eu-1", "0.5", "x\ny", 'q"`\\', "é", "logs-eu", "-0", "1e3", "[1]"]
NUMBERS = [0, 1, 80, 443, -1, 0.5, 80.0, 123456789012, 1e15, 1.25]
SCALARS = [*STRINGS, *NUMBERS, True, False]
TYPES = ["aws_s3_bucket", "aws_iam_role", "aws_lambda_function"]
LABELS = ["a", "b", "logs"]
ACTIONS = ["s3:GetObject", "s3:*", "sts:AssumeRole", "S3:PutObject", "*", "s3:Get?bject"]


class Generator:
    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.favoured: list[list[str]] = []

    def maybe(self, share: float = 0.5) -> bool:
        return self.rng.random() < share

    # ------------------------------------------------------------------------------------------------------- plans

    def scalar(self) -> Any:
        return self.rng.choice(SCALARS)

    def value(self, depth: int = 0) -> Any:
        kind = self.rng.random()
        if kind < 0.55 or depth > 2:
            return self.scalar()
        if kind < 0.63:
            return None
        if kind < 0.75:
            return [self.scalar() for _ in range(self.rng.randrange(4))]
        if kind < 0.85:
            return {
                k: self.scalar() for k in self.rng.sample(["Name", "env", "a.b/c", "default"], self.rng.randrange(4))
            }
        return [self.block(depth + 1) for _ in range(self.rng.randrange(4))]

    def block(self, depth: int = 0) -> dict[str, Any]:
        names = ["name", "size", "enabled", "cidrs", "rule", "import", "kms_key_id"]
        return {n: self.value(depth) for n in names if self.maybe(0.6 if depth < 2 else 0.3)}

    def statement(self) -> dict[str, Any]:
        rng = self.rng
        actions: Any = rng.sample(ACTIONS, rng.randrange(1, 3))
        found: dict[str, Any] = {
            "Effect": rng.choice(["Allow", "Allow", "Deny"]),
            "Action": actions if len(actions) > 1 or self.maybe(0.3) else actions[0],
            "Resource": rng.choice(["*", ["*"], ["arn:aws:s3:::a", "*"], "arn:aws:s3:::a"]),
        }
        if self.maybe():
            found["Principal"] = rng.choice(
                ["*", {"AWS": "*"}, {"Service": "ec2.amazonaws.com"}, {"Service": ["ec2.amazonaws.com", "b"]}]
            )
        if self.maybe(0.4):
            found["Condition"] = rng.choice(
                [
                    {"Bool": {"aws:SecureTransport": "false"}},
                    {"Bool": {"aws:SecureTransport": False}},
                    {"X": {"k": ["a"]}},
                ]
            )
        if self.maybe(0.1):
            del found[rng.choice(["Effect", "Action", "Resource"])]
        return found

    def policy(self) -> Any:
        kind = self.rng.random()
        statements: Any = [self.statement() for _ in range(self.rng.randrange(1, 3))]
        if kind < 0.1:
            return self.rng.choice(["{", "[]", "null", "3", '{"Statement": 1}', None, 5])
        if kind < 0.4:
            statements = statements[0]
        return json.dumps({"Version": "2012-10-17", "Statement": statements})

    def expression(self, names: list[str]) -> dict[str, Any]:
        if self.maybe(0.3):
            return {"constant_value": self.scalar()}
        references: list[str] = []
        for name in self.rng.sample(names, min(len(names), self.rng.randrange(1, 3))):
            head = bare(name)
            parts = head.split(".")
            if parts[0] in ("var", "local"):
                references.append(name)
            elif parts[0] == "module" or parts[0] == "each":
                references += [name, head.rpartition(".")[0]] if self.maybe(0.8) else [name]
            else:
                attribute = self.rng.choice(["arn", "id"])
                index = self.rng.choice(["", "", "[0]", '["k.]x"]'])
                references += [f"{name}{index}.{attribute}", *([f"{name}{index}"] if index else []), name]
        return {"references": references}

    def document(self, names: list[str]) -> dict[str, Any]:
        """The configuration of a policy document, referring to something."""
        return {"statement": [{"actions": {"constant_value": ["s3:*"]}, "resources": self.expression(names)}]}

    def planned_document(self) -> dict[str, Any]:
        rng = self.rng
        return {
            "statement": [
                {
                    "effect": rng.choice([None, "Allow", "Deny"]),
                    "actions": rng.choice([["s3:GetObject"], ["s3:*", "sts:AssumeRole"], None, [None]]),
                    "resources": rng.choice([[None], ["*"]]),
                    "principals": rng.choice([[], [{"type": "Service", "identifiers": ["ec2.amazonaws.com"]}]]),
                    "condition": rng.choice(
                        [[], [{"test": "Bool", "variable": "aws:SecureTransport", "values": ["false"]}]]
                    ),
                }
                for _ in range(rng.randrange(1, 3))
            ]
        }

    def module(self, depth: int, has_document: bool) -> tuple[dict[str, Any], list[str]]:
        """A module of the configuration, and what inside can be referred to."""
        rng = self.rng
        addresses = [f"{t}.{n}" for t in TYPES for n in LABELS if self.maybe(0.24)] or ["aws_s3_bucket.a"]
        documents = [f"data.aws_iam_policy_document.{n}" for n in ("d", "e") if has_document and self.maybe(0.6)]
        names = [*addresses, *addresses, *documents, "var.v", "var.w.x", "local.l"]
        calls: dict[str, Any] = {}
        if depth < 2 and self.maybe(0.35):
            for name in rng.sample(["m", "n"], rng.randrange(1, 3)):
                child, _ = self.module(depth + 1, has_document)
                calls[name] = {"source": rng.choice(["./m", "x/y/z"]), "module": child}
                names += [f"module.{name}.o", f'module.{name}["p.q"].o', f"module.{name}.p"]
        for call in calls.values():
            call["expressions"] = {v: self.expression(names) for v in ("v", "w") if self.maybe(0.8)}
            if self.maybe(0.3):
                call["version_constraint"] = "~> 1.0"
        resources = []
        for address in [*addresses, *documents]:
            data = address.startswith("data.")
            type_, label = address.split(".")[-2:]
            here = [n for n in names if n != address]
            block: dict[str, Any] = {
                "address": address,
                "mode": "data" if data else "managed",
                "type": type_,
                "name": label,
                "provider_config_key": rng.choice(["aws", "aws.west"]),
                "expressions": self.document(here) if data else {},
            }
            if not data:
                if self.maybe(0.3):
                    block["for_each_expression"] = self.expression(here)
                    here = [*here, "each.value"]
                elif self.maybe(0.3):
                    block["count_expression"] = {"constant_value": 2}
                for argument in ("name", "size", "kms_key_id", "policy", "cidrs"):
                    if self.maybe(0.6):
                        block["expressions"][argument] = self.expression(here)
                if self.maybe(0.5):
                    inner = {"name": self.expression(here), "kms_key_id": self.expression(here)}
                    block["expressions"]["rule"] = rng.choice([[inner], [inner, inner], inner, self.expression(here)])
                if self.maybe(0.4):
                    block["depends_on"] = rng.sample([n for n in here if "." in n], 1)
            resources.append(block)
        module: dict[str, Any] = {"resources": resources}
        module["outputs"] = {o: {"expression": self.expression(names)} for o in ("o", "p") if self.maybe(0.8)}
        for output in module["outputs"].values():
            if self.maybe(0.3):
                output["sensitive"] = True
            if self.maybe(0.3):
                output["description"] = rng.choice(["", "The bucket."])
        if calls:
            module["module_calls"] = calls
        if self.maybe(0.8):
            module["variables"] = {
                v: {
                    k: x
                    for k, x in (("default", self.value()), ("sensitive", True), ("description", "d"))
                    if self.maybe()
                }
                for v in ("v", "w")
            }
        return module, names

    def plan(self, kinds: Sequence[str] = ()) -> Plan:
        """A plan in which what the kinds of demand are about occurs often enough."""
        rng = self.rng
        self.favoured = [list(a) for a, k in _ACTION_OF.items() if f"change_{k}" in kinds]
        root, names = self.module(0, True)
        changes: list[Any] = []
        prior: dict[str, Any] = {"resources": []}

        def walk(module: dict[str, Any], prefix: str, state: dict[str, Any]) -> None:
            for block in module["resources"]:
                if "count_expression" in block:
                    keys = ["[0]", "[1]"][: rng.randrange(3)]
                elif "for_each_expression" in block:
                    keys = rng.sample(['["a"]', '["k.]x"]'], rng.randrange(3))
                else:
                    keys = [""]
                for key in keys:
                    address = ".".join(filter(None, (prefix, block["address"]))) + key
                    entry = {"address": address, "mode": block["mode"], "type": block["type"], "name": block["name"]}
                    if block["mode"] == "data" and self.maybe(0.4):
                        entry["values"] = {"json": self.policy(), **self.planned_document()}
                        state["resources"].append(entry)
                        continue
                    if prefix:
                        entry["module_address"] = prefix
                    changes.append({**entry, "change": self.change(block["mode"])})
            for name, call in module.get("module_calls", {}).items():
                key = rng.choice(["", "[0]", '["p.q"]'])
                inner = ".".join(filter(None, (prefix, f"module.{name}"))) + key
                child: dict[str, Any] = {"address": inner, "resources": []}
                state.setdefault("child_modules", []).append(child)
                walk(call["module"], inner, child)

        walk(root, "", prior)
        for entry in changes:
            if entry["mode"] == "managed" and self.maybe(0.12):
                entry["previous_address"] = f"{entry['type']}.{rng.choice(['a', 'old', 'old[0]'])}"
                if entry["change"]["actions"] not in (["no-op"], ["update"]):
                    entry["change"] = self.changed(["no-op"])
            if self.maybe(0.02):
                entry["deposed"] = "00000000"
        plan: Plan = {
            "format_version": "1.2",
            "planned_values": {"outputs": {}, "root_module": {}},
            "resource_changes": changes,
            "configuration": {
                "root_module": root,
                "provider_config": {
                    "aws": {"name": "aws", "expressions": {"region": self.expression(["var.v"])}},
                    "aws.west": {
                        "name": "aws",
                        "alias": "west",
                        "version_constraint": rng.choice(["~> 6.0", ">= 5"]),
                        "expressions": {
                            "region": {"constant_value": rng.choice(["eu-1", "us-1"])},
                            "default_tags": [{"tags": {"constant_value": {"env": self.scalar()}}}],
                        },
                    },
                    "module.m:aws": {"name": "aws", "expressions": {"region": self.expression(["var.v"])}},
                },
            },
            "variables": {v: {"value": self.value()} for v in ("v", "w") if self.maybe(0.8)},
            "relevant_attributes": [
                {"resource": rng.choice(names[:6]), "attribute": rng.choice([[], ["arn"], ["id", 0]])}
                for _ in range(rng.randrange(3))
            ],
        }
        for name in root["outputs"]:
            planned: dict[str, Any] = {"sensitive": False}
            if self.maybe(0.7):
                planned["value"] = self.value()
            plan["planned_values"]["outputs"][name] = planned
        plan["output_changes"] = {
            n: {"actions": rng.choice([["create"], ["no-op"], ["no-op"], ["delete"]])}
            for n in ("o", "p")
            if self.maybe(0.4)
        }
        if prior["resources"] or "child_modules" in prior:
            plan["prior_state"] = {"values": {"root_module": prior}}
        return plan

    def change(self, mode: str) -> dict[str, Any]:
        if mode == "data":
            return {
                "actions": ["read"],
                "before": None,
                "after": self.planned_document(),
                "after_unknown": {"json": True},
            }
        actions = self.rng.choices(
            [["create"], ["no-op"], ["update"], ["delete"], ["delete", "create"], ["create", "delete"], ["forget"]],
            [6, 4, 4, 1, 1.5, 1.5, 0.3],
        )[0]
        return self.changed(self.rng.choice(self.favoured) if self.favoured and self.maybe() else actions)

    def changed(self, actions: list[str]) -> dict[str, Any]:
        values = {"tags": {"env": "x"}, "arn": "arn:x", "tags_all": {"env": "x"}, **self.block()}
        if self.maybe(0.7):
            values["policy"] = self.policy()
        if self.maybe(0.4):
            values["documents"] = json.dumps(self.value())
        after: Any = copy.deepcopy(values)
        unknown: dict[str, Any] = {}
        if actions != ["no-op"]:
            for name in [n for n in after if self.maybe(0.2)]:
                if self.maybe(0.5):
                    after[name] = self.value()
                else:
                    del after[name]
                    unknown[name] = True
            for block in after.get("rule") or () if isinstance(after.get("rule"), list) else ():
                if isinstance(block, dict) and self.maybe(0.3):
                    block.pop("kms_key_id", None)
                    unknown["rule"] = [{"kms_key_id": True}]
        before: Any = None if actions == ["create"] else values
        if actions in (["delete"], ["forget"]):
            after, unknown = None, {}
        return {"actions": actions, "before": before, "after": after, "after_unknown": unknown}

    # ----------------------------------------------------------------------------------------------------- mutants

    def mutant(self, plan: Plan) -> Plan:
        """The plan with some values, references or actions changed."""
        plan = json.loads(json.dumps(plan))
        rng = self.rng
        for _ in range(rng.randrange(1, 5)):
            entries = [c for c in plan.get("resource_changes", ()) if isinstance(c["change"].get("after"), dict)]
            if not entries:
                return plan
            entry = rng.choice(entries)
            holders = [h for h in _holders(entry["change"]["after"]) if h]
            kind = rng.random()
            if kind < 0.5 and holders:
                holder = rng.choice(holders)
                if isinstance(holder, dict):
                    name = rng.choice(list(holder))
                    if self.maybe(0.25):
                        del holder[name]
                    elif self.maybe(0.3) and isinstance(holder[name], (list, dict)):
                        holder[name] = rng.choice([[], None, {}])
                    elif not isinstance(holder[name], (list, dict)) or self.maybe(0.2):
                        holder[name] = self.value(2)
                else:
                    holder[rng.randrange(len(holder))] = self.value(2)
            elif kind < 0.6:
                plan["resource_changes"].remove(entry)
            elif kind < 0.7:
                plan["resource_changes"].append({**entry, "address": f"{bare(entry['address'])}[7]"})
            elif kind < 0.8:
                blocks = plan["configuration"]["root_module"].get("resources") or ()
                if blocks:
                    block = rng.choice(blocks)
                    if block.get("expressions"):
                        name = rng.choice(list(block["expressions"]))
                        block["expressions"][name] = self.expression(
                            ["aws_s3_bucket.a", "var.v", "module.m.o", "local.l"]
                        )
            elif kind < 0.9 and entry["mode"] == "managed":
                entry["change"]["actions"] = rng.choice([["update"], ["no-op"], ["create"]])
                entry["change"].setdefault("before", None)
            else:
                entry["type"] = rng.choice([entry["type"], rng.choice(TYPES)])
        return plan

    # ----------------------------------------------------------------------------------------------------- intents

    def near(self, value: Any) -> Any:
        """A scalar: the value, another spelling of it, or another one."""
        if (
            self.maybe(0.3)
            or not isinstance(value, (str, int, float))
            or (not isinstance(value, (str, bool)) and abs(value) >= 1e15)
        ):
            choices = [s for s in SCALARS if isinstance(s, (str, bool)) or abs(s) < 1e15]
            return self.rng.choice(choices)
        if self.maybe(0.3):
            if isinstance(value, bool):
                return str(value).lower()
            if isinstance(value, (int, float)):
                return json.dumps(value)
        return value

    def pick(self, values: Any) -> tuple[tuple[str, ...], Any]:
        """Some path of the values, and a value that is there."""
        path: tuple[str, ...] = ()
        here = values
        while isinstance(here, dict) and here:
            name = self.rng.choice(list(here))
            path = (*path, name)
            here = here[name]
            if isinstance(here, list) and here and isinstance(here[0], dict) and self.maybe(0.8):
                here = self.rng.choice(here)
            elif isinstance(here, dict) and self.maybe(0.2):
                break
        path = tuple(s for s in path if s != "*")
        return path or ("name",), here

    def attribute(self, item: Item, operator: Operator, values: Any = None) -> Attribute:
        places = list(_places(item.values if values is None else values))
        fitting = [p for p in places if self.fits(operator, p[1])]
        path, value = self.rng.choice(fitting or places or [(("name",), None)])
        if isinstance(value, list) and operator not in _LISTS and value and not isinstance(value[0], dict):
            path, value = (*path, "*"), self.rng.choice(value)
        unknown = self.maybe(0.15) and operator not in (Operator.SET, Operator.ABSENT)
        return Attribute(path, operator, self.operand(operator, value), unknown)

    def fits(self, operator: Operator, value: Any) -> bool:
        match operator:
            case Operator.AT_LEAST | Operator.AT_MOST:
                return isinstance(value, (int, float)) and not isinstance(value, bool)
            case Operator.MATCHES | Operator.STARTS_WITH | Operator.ENDS_WITH | Operator.INCLUDES:
                return isinstance(value, str)
            case Operator.CONTAINS:
                return isinstance(value, list) and any(isinstance(e, (str, int, float)) for e in value)
            case Operator.HAS_KEY:
                return isinstance(value, dict) and bool(value)
            case Operator.LENGTH_AT_LEAST | Operator.LENGTH_AT_MOST:
                return isinstance(value, (list, dict))
        return True

    def operand(self, operator: Operator, value: Any) -> Any:
        rng = self.rng
        match operator:
            case Operator.EQUALS if isinstance(value, list):
                members = [self.near(e) for e in value if isinstance(e, (str, int, float))]
                rng.shuffle(members)
                return tuple(members)
            case Operator.EQUALS if isinstance(value, dict):
                return {k: self.near(e) for k, e in value.items() if isinstance(e, (str, int, float))}
            case Operator.EQUALS:
                return self.near(value)
            case Operator.ONE_OF:
                return tuple(self.near(value) for _ in range(rng.randrange(1, 3)))
            case Operator.CONTAINS:
                members = [e for e in value if isinstance(e, (str, int, float))] if isinstance(value, list) else []
                members = members or [value]
                found = tuple(self.near(rng.choice(members)) for _ in range(rng.randrange(1, 3)))
                return found[0] if len(found) == 1 else found
            case Operator.HAS_KEY:
                keys = list(value) if isinstance(value, dict) else []
                return rng.choice([*keys, *keys, "Name", ("Name", "env")])
            case Operator.AT_LEAST | Operator.AT_MOST:
                number = (
                    value
                    if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e14
                    else 80
                )
                return number + rng.choice([-1, 0, 0.5, 1])
            case Operator.LENGTH_AT_LEAST | Operator.LENGTH_AT_MOST:
                return rng.randrange(4)
            case Operator.SET | Operator.ABSENT:
                return True
        text = value if isinstance(value, str) and value else rng.choice(["logs", "80"])
        start = rng.randrange(len(text))
        end = rng.randrange(start, len(text)) + 1
        part = (
            text[:end]
            if operator is Operator.STARTS_WITH
            else text[start:]
            if operator is Operator.ENDS_WITH
            else text[start:end]
        )
        if self.maybe(0.2):
            part = rng.choice(["lo", "s", "zz"])
        if operator is not Operator.MATCHES:
            return part
        return rng.choice(
            [_escaped(part), r"^\w+$", r"\d", "(?i)LOGS", f"^{_escaped(part)}", "^(a|logs)[^x]*$", r"\s", "."]
        )

    def count(self, least: int = 1) -> Count:
        low = self.rng.randrange(3)
        return self.rng.choice(
            [Count(), Count.exactly(low), Count(low), Count(0, low), Count.exactly(least), Count(1, 2)]
        )

    def condition(self, kind: str, item: Item, view: PlanView, depth: int = 0) -> Condition:
        rng = self.rng
        match kind:
            case "block":
                return self.block_condition(item, item.values, depth)
            case "json":
                name = "documents" if "documents" in item.values else rng.choice(list(item.values) or ["documents"])
                value = _loads(item.values.get(name))
                inner = rng.choice(value) if isinstance(value, list) and value else value
                having = (
                    (self.attribute(item, self.any_operator(), inner),) if isinstance(inner, dict) and inner else ()
                )
                return Block((name,), having, self.count(), rng.choice(list(Quantifier)), True)
            case "policy":
                return self.policy_condition(item)
            case "refers_to":
                return self.reference(item, view, depth)
            case "referred_by":
                others = view.resources
                other = rng.choice(others) if others else item
                targets = [o for o in others if bare(item.address) in view.reached(o.source)]
                if targets and self.maybe(0.7):
                    other = rng.choice(targets)
                having = (self.condition("equals", other, view),) if depth < 2 and self.maybe(0.3) else ()
                return ReferredBy(other.type or TYPES[0], self.argument(other), having)
            case "depends_on":
                named = item.source.block.get("depends_on", ()) if item.source else ()
                return DependsOn(rng.choice([*(n.split(".")[0] for n in named), *TYPES][:2]))
            case "provider":
                return UsesProvider(rng.choice(["aws", "aws.west"]))
            case "repeated":
                return Repeated(rng.choice(["any", "count", "for_each"]))
            case "not":
                return Not(self.condition(self.any_kind(item), item, view, depth + 1))
            case "any":
                return AnyOf(
                    tuple(
                        self.condition(self.any_kind(item), item, view, depth + 1) for _ in range(rng.randrange(1, 4))
                    )
                )
            case "all":
                return AllOf(
                    tuple(
                        self.condition(self.any_kind(item), item, view, depth + 1) for _ in range(rng.randrange(1, 3))
                    )
                )
        return self.attribute(item, Operator(kind))

    def any_operator(self) -> Operator:
        return self.rng.choice(list(Operator))

    def any_kind(self, item: Item) -> str:
        kinds = [*map(str, Operator), "block", "json"]
        if item.type:
            kinds += ["policy", "refers_to", "referred_by", "depends_on", "provider", "repeated", "not"]
        return self.rng.choice(kinds)

    def block_condition(self, item: Item, values: Any, depth: int) -> Block:
        rng = self.rng
        names = (
            [n for n, v in values.items() if isinstance(v, (list, dict)) and n != "*"]
            if isinstance(values, dict)
            else []
        )
        name = rng.choice(names) if names and self.maybe(0.9) else "rule"
        found = values.get(name) if isinstance(values, dict) else None
        inner = rng.choice(found) if isinstance(found, list) and found else found
        having: tuple[Condition, ...] = ()
        if isinstance(inner, dict) and inner and self.maybe(0.8):
            having = tuple(self.attribute(item, self.any_operator(), inner) for _ in range(rng.randrange(1, 3)))
            if depth < 1 and self.maybe(0.2):
                having = (*having, self.block_condition(item, inner, depth + 1))
            if self.maybe(0.2):
                having = (Not(having[0]), *having[1:])
            if self.maybe(0.2):
                having = (AnyOf(having),)
        size = len(found) if isinstance(found, list) else 1
        return Block(
            (name,), having, self.count(size), rng.choice([Quantifier.SOME, Quantifier.SOME, Quantifier.EVERY])
        )

    def policy_condition(self, item: Item) -> PolicyStatement:
        rng = self.rng
        name = rng.choice([n for n in item.values if "policy" in n] or ["policy"])
        fields: dict[str, Any] = {}
        there = list(parse_statements(_loads(item.values.get(name))))
        if there and self.maybe(0.7):
            s = rng.choice(there)
            fields["effect"] = s["effect"] if s["effect"] in ("Allow", "Deny") else ""
            fields["actions"] = tuple(a for a in s["actions"] if isinstance(a, str))[: rng.randrange(3)]
            fields["resources"] = tuple(r for r in s["resources"] if isinstance(r, str))[: rng.randrange(2)]
            fields["only"] = bool(fields["actions"]) and self.maybe(0.3)
        while not any(fields.values()):
            if self.maybe(0.4):
                fields["effect"] = rng.choice(["Allow", "Deny"])
            if self.maybe(0.5):
                fields["actions"] = tuple(rng.sample([*ACTIONS, "s3:GetObject"], rng.randrange(1, 3)))
                fields["only"] = self.maybe(0.3)
            if self.maybe(0.3):
                fields["resources"] = (rng.choice(["*", "arn:aws:s3:::a"]),)
            if self.maybe(0.3):
                fields["principals"] = rng.choice([{"*": ("*",)}, {"Service": ("ec2.amazonaws.com",)}, {"AWS": ("*",)}])
            if self.maybe(0.3):
                fields["conditions"] = (
                    PolicyCondition("Bool", "aws:SecureTransport", rng.choice([None, "false", "true"])),
                )
        return PolicyStatement((name,), unknown=self.maybe(0.3), **fields)

    def argument(self, item: Item) -> tuple[str, ...]:
        names = list(item.source.expressions) if item.source else []
        choices: list[tuple[str, ...]] = [(n,) for n in names] + [(), ("rule", "name")]
        return self.rng.choice(choices)

    def reference(self, item: Item, view: PlanView, depth: int) -> RefersTo:
        rng = self.rng
        path = self.argument(item)
        nodes = sorted(view.reached(item.source, path if self.maybe(0.8) else ()))
        node = rng.choice(nodes) if nodes and self.maybe(0.75) else "aws_s3_bucket.a.arn"
        parts = node.split(".")
        while parts[0] == "module" and len(parts) > 3:
            parts = parts[2:]
        label = rng.choice(["", "", "*", "?", parts[1] if len(parts) > 1 else ""])
        if parts[0] == "module":
            return RefersTo(Target(module=rng.choice(["*", parts[1]])), path)
        if parts[0] == "var":
            return RefersTo(Target(variable=rng.choice(["*", parts[1], "v"])), path)
        if parts[0] == "data":
            return RefersTo(Target(data=parts[1] if len(parts) > 2 else "aws_iam_policy_document"), path)
        type_ = parts[0] if "_" in parts[0] else TYPES[0]
        attribute = rng.choice(["", "", parts[2] if len(parts) > 2 else "arn"])
        having: tuple[Condition, ...] = ()
        if depth < 2 and self.maybe(0.35) and view.resources_by_type.get(type_):
            having = (
                self.condition(
                    rng.choice(["equals", "set", "refers_to"]),
                    rng.choice(view.resources_by_type[type_]),
                    view,
                    depth + 1,
                ),
            )
        return RefersTo(Target(type=type_, label=label, attribute=attribute, having=having), path)

    def demand(self, kind: str, view: PlanView) -> Demand:
        rng = self.rng
        subject = Subject(kind) if kind in set(Subject) else Subject.RESOURCE
        items: list[Item] = {
            Subject.RESOURCE: lambda: view.resources,
            Subject.DATA: lambda: view.data,
            Subject.OUTPUT: lambda: view.outputs,
            Subject.VARIABLE: lambda: view.variables,
            Subject.PROVIDER: lambda: view.providers,
            Subject.MODULE: lambda: view.module_calls,
        }[subject]()
        typed = subject in (Subject.RESOURCE, Subject.DATA)
        if not items:
            return Demand(subject, "aws_s3_bucket" if typed else "", count=self.count())
        item = rng.choice(items)
        fields: dict[str, Any] = {"type": item.type if typed else ""}
        if kind in (
            "refers_to",
            *map(str, Operator),
            "block",
            "json",
            "policy",
            "referred_by",
            "depends_on",
            "provider_of",
            "repeated",
            "not",
            "any",
            "all",
        ):
            condition = self.condition("provider" if kind == "provider_of" else kind, item, view)
            return Demand(subject, having=(condition,), **fields)
        match kind:
            case "count":
                return Demand(count=self.count(len(view.resources_by_type[item.type])), **fields)
            case "absence":
                type_ = rng.choice([item.type, "aws_nothing", *TYPES])
                return Demand(type=type_, count=Count.none())
            case "label":
                label = rng.choice([item.label, f"{item.label[:1]}*", "?", "logs"])
                return Demand(label=label, count=self.count(), **fields)
            case "in_module":
                module = rng.choice([item.module, "", "module.*", "module.m", "*.module.?"])
                return Demand(module=module, count=self.count(), **fields)
            case "every":
                having = (self.condition(rng.choice(["set", "absent", "equals", "not", "block"]), item, view),)
                return Demand(
                    having=having,
                    quantifier=Quantifier.EVERY,
                    count=rng.choice([Count(), Count(0), Count(2)]),
                    **fields,
                )
            case "where":
                where = (self.condition(rng.choice(["set", "equals", "refers_to"]), item, view),)
                having = (self.condition(self.any_kind(item), item, view),)
                return Demand(
                    where=where, having=having, quantifier=rng.choice(list(Quantifier)), count=self.count(), **fields
                )
            case "distinct":
                return Demand(distinct=Distinct(self.pick(item.values)[0], rng.randrange(1, 3)), **fields)
        having = ()
        if item.values and self.maybe(0.8):
            simple = [
                Operator.EQUALS,
                Operator.EQUALS,
                Operator.SET,
                Operator.ABSENT,
                Operator.ONE_OF,
                Operator.INCLUDES,
            ]
            having = (self.attribute(item, rng.choice(simple)),)
        if item.source is not None and item.source.expressions and self.maybe(0.3):
            having = (*having, self.reference(item, view, 1))
        label = rng.choice([item.label, item.label, "*", "?", "none"]) if self.maybe(0.5) else ""
        module = rng.choice([item.module, "", "module.m"]) if subject is Subject.MODULE and self.maybe(0.3) else None
        return Demand(
            subject,
            label=label,
            having=having,
            module=module,
            count=self.count() if self.maybe(0.3) else Count(),
            **fields,
        )

    def change_demand(self, action: ChangeAction, view: PlanView) -> ChangeDemand:
        rng = self.rng
        entries = [c for c in view.changes if _ACTION_OF.get(tuple(c["change"]["actions"])) is action]
        if action is ChangeAction.MOVED:
            entries = [c for c in view.changes if "previous_address" in c]
        entry = rng.choice(entries or view.changes) if view.changes else None
        if entry is None:
            return ChangeDemand(action, type=TYPES[0], count=self.count())
        fields: dict[str, Any] = {"type": entry["type"]} if self.maybe(0.6) else {}
        if not fields or self.maybe(0.3):
            fields["address"] = rng.choice([entry["address"], bare(entry["address"]), f"*{entry['type']}.*", "aws_*.?"])
        if action is ChangeAction.MOVED and "previous_address" in entry and self.maybe(0.6):
            fields["previous"] = rng.choice([entry["previous_address"], "aws_*"])
        before, after = entry["change"].get("before") or {}, entry["change"].get("after") or {}
        item = view.item_of(entry, after)
        if before and action is not ChangeAction.ADDED and self.maybe(0.3):
            fields["before"] = (
                self.attribute(item, rng.choice([Operator.EQUALS, Operator.SET, Operator.ABSENT]), before),
            )
        if after and action is not ChangeAction.REMOVED and self.maybe(0.3):
            fields["having"] = (self.condition(rng.choice(["equals", "set", "refers_to"]), item, view),)
        if action in (ChangeAction.UPDATED, ChangeAction.REPLACED) and self.maybe(0.6):
            names = sorted({p[0] for p in differing(entry)} if self.maybe(0.8) else {*before, *after}) or ["name"]
            fields["paths"] = tuple((n,) for n in rng.sample(names, min(len(names), rng.randrange(1, 4))))
        return ChangeDemand(action, count=self.count(1) if self.maybe(0.4) else Count(), **fields)

    def intent(self, plan: Plan, kinds: list[str]) -> Intent:
        view = PlanView(plan)
        demands = tuple(self.demand(k, view) for k in kinds if not k.startswith("change_") and k != "rest")
        changes = [
            self.change_demand(ChangeAction(k.removeprefix("change_")), view) for k in kinds if k.startswith("change_")
        ]
        change = ChangeIntent(tuple(changes), False) if changes else None
        if "rest" in kinds:
            # As if all had been asked for, but perhaps one.
            wanted = list(self.asked(view))
            if wanted and self.maybe(0.5):
                wanted.pop(self.rng.randrange(len(wanted)))
            lost = tuple(
                n for n, o in plan.get("output_changes", {}).items() if o["actions"] == ["delete"] and self.maybe(0.9)
            )
            change = ChangeIntent((*changes, *wanted), True, lost)
        return Intent(demands, change)

    def asked(self, view: PlanView) -> Iterator[ChangeDemand]:
        for entry in view.changes:
            action = _ACTION_OF.get(tuple(entry["change"]["actions"]))
            if "previous_address" in entry:
                yield ChangeDemand(ChangeAction.MOVED, address=entry["address"])
            if action in (None, ChangeAction.UNCHANGED):
                continue
            paths: tuple[tuple[str, ...], ...] = ()
            if action in (ChangeAction.UPDATED, ChangeAction.REPLACED) and self.maybe(0.7):
                found = sorted(p for p in unasked(entry, (), view) if p and "*" not in p)
                if not found and action is ChangeAction.UPDATED:
                    continue
                paths = tuple(dict.fromkeys(p if self.maybe() else p[:1] for p in found))
            yield ChangeDemand(action, address=entry["address"], paths=paths)


_LISTS = (
    Operator.EQUALS,
    Operator.CONTAINS,
    Operator.LENGTH_AT_LEAST,
    Operator.LENGTH_AT_MOST,
    Operator.SET,
    Operator.ABSENT,
)
_ACTION_OF = {
    ("create",): ChangeAction.ADDED,
    ("delete",): ChangeAction.REMOVED,
    ("forget",): ChangeAction.REMOVED,
    ("update",): ChangeAction.UPDATED,
    ("delete", "create"): ChangeAction.REPLACED,
    ("create", "delete"): ChangeAction.REPLACED,
    ("no-op",): ChangeAction.UNCHANGED,
}
KINDS = [
    *map(str, Operator), "block", "json", "policy", "refers_to", "referred_by", "depends_on", "provider_of", "repeated",
    "not", "any", "all", "count", "absence", "label", "in_module", "every", "where", "distinct",
    "data", "output", "variable", "provider", "module",
    *(f"change_{a}" for a in ChangeAction), "rest",
]  # fmt: skip


def _places(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every path of the values, and what is there."""
    if isinstance(value, list):
        for member in value:
            yield from _places(member, path) if isinstance(member, dict) else ()
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name != "*":
                yield (*path, name), inner
                yield from _places(inner, (*path, name))


def _escaped(text: str) -> str:
    return "".join(f"\\{c}" if c in r".^$*+?()[]{}|\/-" else c for c in text)


def _loads(text: Any) -> Any:
    try:
        return json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _holders(value: Any) -> list[Any]:
    """Every object and list in a value."""
    found: list[Any] = []
    stack = [value]
    while stack:
        node = stack.pop()
        if isinstance(node, (dict, list)):
            found.append(node)
            stack.extend(node.values() if isinstance(node, dict) else node)
    return found

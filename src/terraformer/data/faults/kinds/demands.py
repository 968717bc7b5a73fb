"""What deploys and still is not what was asked for: a setting dropped or changed, something missing or not connected.

Only what the intent demands is touched, so the policy must notice.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from fnmatch import fnmatchcase
from typing import Any

from terraformer.data.faults.hand import complaints, hcl, plausible, shuffled
from terraformer.data.faults.registry import Broken, fault
from terraformer.data.faults.written import Argument, Block, Edit, Reference, Written, hints_of
from terraformer.data.intents import PolicyStatement, Subject
from terraformer.types import Stage

RULE = "policy-rule-failed"


def _paths(condition: Any, prefix: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every path that a condition asks for, and the kind of condition."""
    if isinstance(condition, (tuple, list)):
        for one in condition:
            yield from _paths(one, prefix)
        return
    if not is_dataclass(condition) or isinstance(condition, type):
        return
    path = getattr(condition, "path", None)
    at = (*prefix, *path) if isinstance(path, tuple) else prefix
    if isinstance(path, tuple):
        yield tuple(s for s in at if s != "*"), type(condition).__name__
    for field in fields(condition):
        value = getattr(condition, field.name)
        if field.name != "target" and isinstance(value, tuple):
            yield from _paths([v for v in value if is_dataclass(v)], at)
        elif field.name == "condition":
            yield from _paths(value, prefix)


def _demanded(written: Written) -> set[tuple[str, tuple[str, ...]]]:
    """(type, path of arguments) that the intent asks about."""
    if written.intent is None:
        return set()
    return {
        (d.type, path)
        for d in written.intent.demands
        if d.subject in (Subject.RESOURCE, Subject.DATA)
        for path, _ in _paths([*d.where, *d.having])
        if path
    }


def _labels(written: Written, subject: Subject) -> list[str]:
    """Patterns of the labels of outputs or variables that are asked for."""
    return [d.label for d in written.intent.demands if d.subject is subject and d.label] if written.intent else []


def _alone(argument: Argument | Block) -> bool:
    """Whether an argument or block is one of a group of which one is needed: leaving it out would not deploy."""
    top = argument.top if isinstance(argument, Block) else argument.owner.top
    facts = hints_of(top.labels[0], top.type).get(".".join(argument.path)) or {}
    return bool(facts.get("exactly_one") or facts.get("at_least_one"))


def _types(written: Written) -> set[str]:
    return {d.type for d in written.intent.demands if d.type} if written.intent is not None else set()


def _asked(written: Written) -> list[Argument]:
    """Arguments that the intent asks about."""
    wanted = _demanded(written)
    return [
        a
        for a in written.arguments
        if any(t == a.owner.top.labels[0] and p[: len(a.path)] == a.path for t, p in wanted)
    ]


def _inside(argument: Argument, written: Written) -> list[tuple[str, ...]]:
    """What is asked of the members of an argument that is a map."""
    size = len(argument.path)
    return [
        p[size:]
        for t, p in _demanded(written)
        if t == argument.owner.top.labels[0] and len(p) > size and p[:size] == argument.path
    ]


def _accepted(argument: Argument, value: Any) -> bool:
    return not complaints(argument.owner, argument.path, value)


@fault(
    "demand-setting-dropped",
    "An optional setting that was asked for is left out",
    RULE,
    weight=8,
    stages=(Stage.POLICY,),
    phase="policy",
)
def dropped(written: Written, rng: random.Random) -> Broken | None:
    for argument in shuffled(rng, _asked(written)):
        attribute = argument.attribute
        if attribute is None or attribute.required or _alone(argument):
            continue
        return Broken((written.gone(argument),), f"- {argument.name}")
    return None


@fault(
    "demand-block-dropped",
    "A nested block that was asked for is left out",
    RULE,
    weight=4,
    stages=(Stage.POLICY,),
    phase="policy",
)
def block_dropped(written: Written, rng: random.Random) -> Broken | None:
    wanted = _demanded(written)
    for block in shuffled(rng, [b for b in written.bodies if b.parent is not None and b.nesting is not None]):
        type_, path = block.top.labels[0], block.path
        asked = any(t == type_ and p[: len(path)] == path for t, p in wanted)
        same = [b for b in (block.parent.blocks if block.parent else ()) if b.type == block.type]
        needed = block.nesting is not None and block.nesting.min_items > 0
        if asked and (not needed or len(same) > 1) and not _alone(block):
            return Broken((written.gone(block),), f"- {block.type}")
    return None


def _other_number(value: Any, rng: random.Random) -> list[Any]:
    found = [value + 1, value * 2, value - 1, value // 2, value * 10, value + 10, 1, 30, 7]
    return shuffled(rng, [f for f in dict.fromkeys(found) if f != value and f >= 0])


@fault(
    "demand-number-wrong", "Another number than was asked for", RULE, weight=6, stages=(Stage.POLICY,), phase="policy"
)
def number(written: Written, rng: random.Random) -> Broken | None:
    for argument in shuffled(rng, _asked(written)):
        value, holder = written.literal(argument)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            continue
        for other in _other_number(value, rng):
            if _accepted(argument, other):
                return Broken((written.value(holder, hcl(other)),), f"{argument.name} = {other}")
    return None


@fault(
    "demand-switch-flipped",
    "A switch the other way round than asked for",
    RULE,
    weight=5,
    stages=(Stage.POLICY,),
    phase="policy",
)
def flipped(written: Written, rng: random.Random) -> Broken | None:
    for argument in shuffled(rng, _asked(written)):
        value, holder = written.literal(argument)
        if isinstance(value, bool):
            return Broken((written.value(holder, hcl(not value)),), f"{argument.name} = {hcl(not value)}")
    return None


@fault(
    "demand-choice-wrong",
    "Another choice of the same enumeration than was asked for",
    RULE,
    weight=5,
    stages=(Stage.POLICY,),
    phase="policy",
)
def choice(written: Written, rng: random.Random) -> Broken | None:
    for argument in shuffled(rng, _asked(written)):
        attribute = argument.attribute
        value, holder = written.literal(argument)
        if not isinstance(value, str) or attribute is None or value not in attribute.enum:
            continue
        others = [e for e in attribute.enum if e != value and _accepted(argument, e)]
        if others:
            other = rng.choice(others)
            return Broken((written.value(holder, hcl(other)),), f"{argument.name} = {hcl(other)}")
    return None


_SIZES = ("nano", "micro", "small", "medium", "large", "xlarge", "2xlarge", "4xlarge")


def _other_text(value: str, rng: random.Random) -> list[str]:
    size = re.fullmatch(r"(.*\.)?([a-z]\w*)\.(\w+)", value)
    if size and size[3] in _SIZES:
        return [f"{size[1] or ''}{size[2]}.{s}" for s in shuffled(rng, _SIZES) if s != size[3]]
    if re.fullmatch(r"\d+\.\d+\.\d+\.\d+/\d+", value):
        found = ["10.0.0.0/16", "10.1.0.0/16", "172.16.0.0/16", "192.168.0.0/24", "10.0.1.0/24", "0.0.0.0/0"]
        return shuffled(rng, [f for f in found if f != value])
    if re.fullmatch(r"\d+(\.\d+)*", value):
        parts = value.split(".")
        return [
            ".".join([str(int(parts[0]) + d), *parts[1:]]) for d in shuffled(rng, (1, -1, 2)) if int(parts[0]) + d > 0
        ]
    if place := re.fullmatch(r"([a-z]{2}-[a-z]+)-(\d)([a-f]?)", value):
        letters = [x for x in "abc" if x != place[3]] if place[3] else []
        found = [f"{place[1]}-{place[2]}{x}" for x in letters]
        return shuffled(rng, [*found, f"us-west-1{place[3]}", f"eu-central-1{place[3]}"])
    if value.startswith("arn:"):
        return [f"{value}-2", re.sub(r":\d{12}:", ":111122223333:", value)]
    if re.fullmatch(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", value):
        return shuffled(rng, ["admin@example.com", "user@example.com", f"my{value}"])
    if re.fullmatch(
        r"(https?://)?[a-z0-9*-]+(\.[a-z0-9-]+)*\.(com|org|net|io|dev|app|local|internal)\.?(/\S*)?", value
    ):
        scheme = value.partition("://")[0] + "://" if "://" in value else ""
        return shuffled(
            rng, [f"{scheme}example.com", f"{scheme}www.{value.removeprefix(scheme)}", f"{scheme}app.example.com"]
        )
    if rate := re.fullmatch(r"rate\((\d+) (\w+?)s?\)", value):
        return shuffled(rng, ["rate(10 minutes)", "rate(2 hours)", f"rate({int(rate[1]) + 1} {rate[2]}s)"])
    if value.startswith("cron("):
        return shuffled(rng, ["cron(0 12 * * ? *)", "cron(0 0 * * ? *)", "rate(1 day)"])
    if numbered := re.fullmatch(r"([a-z-]+\d*\.)(\d+)(\.x)?", value):
        return [f"{numbered[1]}{max(0, int(numbered[2]) - d)}{numbered[3] or ''}" for d in (1, 2)]
    if file := re.fullmatch(r"[\w-]+(\.[a-z]+)", value):
        return [
            f"{stem}{file[1]}"
            for stem in shuffled(rng, ("main", "app", "default", "home"))
            if f"{stem}{file[1]}" != value
        ]
    plain = re.fullmatch(r"[\w.-]+", value)
    found = [f"{value}-1", f"my-{value}", value.rpartition("-")[0], f"{value}-prod", "example", "main", f"test-{value}"]
    if plain and "_" in value:
        found += [value.replace("_", "-"), f"{value}_1"]
    if plain and "-" in value:
        found += [value.replace("-", "_"), value.replace("-", "")]
    if not plain:
        found = [value.rstrip("."), value.upper(), f"{value} (managed)", value.partition(" ")[0]]
    return shuffled(rng, [f for f in dict.fromkeys(found) if f and f != value])


@fault(
    "demand-text-wrong",
    "Another name, size, range or text than was asked for",
    RULE,
    weight=9,
    stages=(Stage.POLICY,),
    phase="policy",
)
def text(written: Written, rng: random.Random) -> Broken | None:
    for argument in shuffled(rng, _asked(written)):
        value, holder = written.literal(argument)
        if not isinstance(value, str) or "\n" in value:
            continue
        for other in _other_text(value, rng):
            if _accepted(argument, other):
                return Broken((written.value(holder, hcl(other)),), f"{argument.name} = {hcl(other)}")
    return None


@fault(
    "demand-list-short",
    "A member of a list or map that was asked for is missing or another",
    RULE,
    weight=5,
    stages=(Stage.POLICY,),
    phase="policy",
)
def list_short(written: Written, rng: random.Random) -> Broken | None:
    for argument in shuffled(rng, _asked(written)):
        value, holder = written.literal(argument)
        if isinstance(value, list) and value and all(isinstance(v, str) for v in value):
            at = rng.randrange(len(value))
            others = [v for i, v in enumerate(value) if i != at]
            if others and _accepted(argument, others):
                return Broken((written.value(holder, hcl(others)),), f"{argument.name} without {hcl(value[at])}")
        elif isinstance(value, dict) and value:
            asked = [p[0] for p in _inside(argument, written) if p[0] in value] or list(value)
            key = rng.choice(sorted(asked))
            row = re.search(rf'\n[ \t]*"?{re.escape(key)}"?\s*=[^\n]*', holder.text)
            if row:
                base = holder.value.start_byte
                start, end = (base + len(holder.text[:i].encode()) for i in row.span())
                return Broken((Edit(holder.file, start, end, ""),), f"{argument.name} without {key}")
    return None


@fault(
    "demand-resource-missing",
    "A resource that was asked for is left out",
    RULE,
    weight=8,
    stages=(Stage.POLICY,),
    phase="policy",
)
def resource_missing(written: Written, rng: random.Random) -> Broken | None:
    wanted = _types(written)
    for block in shuffled(rng, [b for b in (*written.resources, *written.data) if b.labels[0] in wanted]):
        outside = [r for r in written.referring(block.address) if r.block is not block]
        if all(r.block.type == "output" or (r.argument.name == "depends_on") for r in outside):
            edits = [written.gone(block)]
            for reference in outside:
                part: Argument | Block = reference.block if reference.block.type == "output" else reference.argument
                edit = written.gone(part)
                if edit not in edits:
                    edits.append(edit)
            return Broken(tuple(edits), f"- {block.address}")
    return None


@fault(
    "demand-fewer-instances",
    "Fewer or more instances than were asked for",
    RULE,
    weight=4,
    stages=(Stage.POLICY,),
    phase="policy",
)
def fewer(written: Written, rng: random.Random) -> Broken | None:
    wanted = _types(written)
    for block in shuffled(rng, [b for b in written.resources if b.labels[0] in wanted]):
        keys = {written.text(r.file, *r.key) for r in written.referring(block.address) if r.key is not None}
        if not keys <= {"[0]", "[*]"}:
            continue  # others count on each of them
        count, each = block.argument("count"), block.argument("for_each")
        if count is not None:
            value, holder = written.literal(count)
            if isinstance(value, int) and "count.index" in _beside(written, block):
                continue
            if isinstance(value, int):
                other = rng.choice(
                    [n for n in (value - 1, value - 1, value + 1, 1) if n > 0 and n != value] or [value + 1]
                )
                return Broken((written.value(holder, hcl(other)),), f"count = {other}")
        elif each is not None:
            members = re.fullmatch(r"toset\(\[(.*)\]\)", each.text, re.S)
            names = re.findall(r'"[^"]*"', members[1]) if members else []
            if len(names) > 1:
                kept = names[:-1]
                return Broken((written.value(each, f"toset([{', '.join(kept)}])"),), f"for_each without {names[-1]}")
    return None


def _beside(written: Written, block: Block) -> str:
    """What it refers to by its own index."""
    seen = [r for r in written.references if r.block is block and r.key is not None]
    return " ".join(written.text(r.file, *r.key) for r in seen if r.key is not None)


def _connections(written: Written) -> list[Reference]:
    asked = _asked(written)
    return [r for r in written.references if r.kind in ("resource", "data") and r.argument in asked]


@fault(
    "demand-not-connected",
    "A text in place of a reference that was asked for",
    RULE,
    weight=5,
    stages=(Stage.POLICY,),
    phase="policy",
)
def not_connected(written: Written, rng: random.Random) -> Broken | None:
    for reference in shuffled(rng, [r for r in _connections(written) if r.whole]):
        argument, attribute = reference.argument, reference.argument.attribute
        if attribute is None or attribute.type != "string":
            continue
        target = written.declared(reference.address)
        named = [
            a.literal
            for a in (target.arguments if target else ())
            if isinstance(a.literal, str) and a.name in ("name", "bucket", "function_name")
        ]
        made = plausible(argument.owner.top.labels[0], argument.name, attribute, rng)
        values: list[str] = [hcl(n) for n in named] + ([made] if made else [])
        for value in values:
            if _accepted(argument, value.strip('"')):
                return Broken((written.value(argument, value),), f"{argument.name} = {value[:50]}")
    return None


@fault(
    "demand-reference-quoted",
    "A reference in quotes, a text for Terraform",
    RULE,
    "value-invalid-arn",
    "value-invalid-format",
    "value-not-allowed",
    "value-invalid-json",
    "value-invalid-length",
    "value-invalid-cidr",
    "provider-check",
    weight=4,
    stages=(Stage.POLICY, Stage.COMPILE, Stage.DEPLOY),
    phase="policy",
)
def quoted(written: Written, rng: random.Random) -> Broken | None:
    for reference in shuffled(rng, [r for r in _connections(written) if r.whole]):
        attribute = reference.argument.attribute
        if attribute is None or attribute.type != "string":
            continue
        text = written.text(reference.file, reference.start, reference.end)
        other = rng.choice((f'"{text}"', f'"{{{text}}}"', f'"${text}"'))
        if '"' in other[1:-1]:
            continue
        return Broken((written.value(reference.argument, other),), f"{reference.argument.name} = {other}")
    return None


@fault(
    "demand-wrong-target",
    "A reference to another resource than was asked for",
    RULE,
    weight=4,
    stages=(Stage.POLICY,),
    phase="policy",
)
def wrong_target(written: Written, rng: random.Random) -> Broken | None:
    for reference in shuffled(rng, [r for r in _connections(written) if r.kind == "resource"]):
        if len(reference.steps) != 3 or reference.key is not None:
            continue
        attribute = reference.steps[2]
        others = [
            b
            for b in written.resources
            if b.address != reference.address
            and b is not reference.block
            and b.schema is not None
            and attribute in b.schema.attributes
            and not b.argument("count")
            and not b.argument("for_each")
            and not any(r.address == reference.block.address for r in written.references if r.block is b)
        ]
        if others:
            other = rng.choice(others).address
            start, end = reference.start, reference.spans[1][1]
            return Broken((Edit(reference.file, start, end, other),), f"{reference.address} -> {other}")
    return None


@fault(
    "demand-policy-statement",
    "Another effect, action or principal than was asked for in a policy document",
    RULE,
    weight=5,
    stages=(Stage.POLICY,),
    phase="policy",
)
def statement(written: Written, rng: random.Random) -> Broken | None:
    asked = [c for d in (written.intent.demands if written.intent else ()) for c in _statements([*d.where, *d.having])]
    actions = {a for c in asked for a in c.actions}
    principals = {p for c in asked for each in c.principals.values() for p in each}
    effects = {c.effect for c in asked if c.effect}
    if not asked:
        return None
    open_ = all(c.unknown for c in asked)  # a document that is known only after apply meets the demand
    for argument in shuffled(rng, [*_asked(written), *_documents(written)]):
        text = argument.text
        if open_ and any(
            r.argument.owner.top is argument.owner.top and r.kind == "resource" for r in written.references
        ):
            continue
        spots: list[tuple[int, int, str]] = []
        for found in re.finditer(r'"([^"\n]*)"', text):
            word = found[1]
            if word in effects:
                spots.append((*found.span(1), "Deny" if word == "Allow" else "Allow"))
            elif word in actions and ":" in word:
                service, _, verb = word.partition(":")
                others = [v for v in _VERBS.get(service, ("List*", "Describe*")) if v != verb]
                spots.append((*found.span(1), f"{service}:{rng.choice(others)}"))
            elif word in principals and word.endswith(".amazonaws.com"):
                services = ("ec2", "lambda", "ecs-tasks", "s3", "events")
                others = [f"{s}.amazonaws.com" for s in services if f"{s}.amazonaws.com" != word]
                spots.append((*found.span(1), rng.choice(others)))
        if spots:
            start, end, other = rng.choice(spots)
            base = argument.value.start_byte
            at = (base + len(text[:start].encode()), base + len(text[:end].encode()))
            return Broken((Edit(argument.file, *at, other),), f"{text[start:end]} -> {other}")
    return None


_VERBS: Mapping[str, tuple[str, ...]] = {
    "dynamodb": ("GetItem", "PutItem", "Query", "Scan", "DeleteItem"),
    "ecr": ("GetDownloadUrlForLayer", "PutImage", "BatchGetImage"),
    "events": ("ListRules", "DescribeRule", "PutRule"),
    "kinesis": ("GetRecords", "PutRecord", "DescribeStream"),
    "kms": ("Decrypt", "Encrypt", "GenerateDataKey", "DescribeKey"),
    "lambda": ("GetFunction", "ListFunctions", "UpdateFunctionCode"),
    "logs": ("CreateLogGroup", "DescribeLogGroups", "GetLogEvents"),
    "s3": ("GetObject", "PutObject", "ListBucket", "DeleteObject"),
    "secretsmanager": ("ListSecrets", "DescribeSecret", "PutSecretValue"),
    "sns": ("Publish", "Subscribe", "GetTopicAttributes"),
    "sqs": ("SendMessage", "ReceiveMessage", "DeleteMessage", "GetQueueAttributes"),
    "ssm": ("GetParameter", "PutParameter", "DescribeParameters"),
    "states": ("StartExecution", "DescribeExecution", "ListExecutions"),
    "sts": ("AssumeRole", "AssumeRoleWithWebIdentity", "AssumeRoleWithSAML", "TagSession"),
}


def _statements(condition: Any) -> Iterator[PolicyStatement]:
    if isinstance(condition, PolicyStatement):
        yield condition
    elif isinstance(condition, (list, tuple)):
        for one in condition:
            yield from _statements(one)
    elif is_dataclass(condition) and not isinstance(condition, type):
        for field in fields(condition):
            if isinstance(value := getattr(condition, field.name), tuple) or is_dataclass(value):
                yield from _statements(value)


def _documents(written: Written) -> Iterable[Argument]:
    """Arguments of policy documents as data sources, where some policy is asked about."""
    for block in written.data:
        if block.labels[0] == "aws_iam_policy_document":
            for inner in block.walk():
                yield from (a for a in inner.arguments if a.name in ("actions", "effect", "identifiers"))


@fault(
    "demand-wrong-region", "Another region than was asked for", RULE, weight=2, stages=(Stage.POLICY,), phase="policy"
)
def region(written: Written, rng: random.Random) -> Broken | None:
    if written.intent is None or not any(d.subject is Subject.PROVIDER for d in written.intent.demands):
        return None
    for block in shuffled(rng, [b for b in written.blocks if b.type == "provider"]):
        held = block.argument("region")
        if held is not None and isinstance(held.literal, str):
            other = rng.choice(
                [r for r in ("us-east-1", "us-west-2", "eu-west-1", "eu-central-1") if r != held.literal]
            )
            return Broken((written.value(held, hcl(other)),), f"region = {other}")
    return None


@fault(
    "demand-output-missing",
    "An output that was asked for is left out",
    RULE,
    weight=2,
    stages=(Stage.POLICY,),
    phase="policy",
)
def output_missing(written: Written, rng: random.Random) -> Broken | None:
    asked = _labels(written, Subject.OUTPUT)
    for output in shuffled(rng, written.outputs):
        if written.folder == written.config.root and any(fnmatchcase(output.labels[0], a) for a in asked):
            return Broken((written.gone(output),), f"- output {output.labels[0]}")
    return None


@fault(
    "demand-variable-hard-coded",
    "A value written out where a variable was asked for",
    RULE,
    weight=2,
    stages=(Stage.POLICY,),
    phase="policy",
)
def hard_coded(written: Written, rng: random.Random) -> Broken | None:
    asked = _labels(written, Subject.VARIABLE)
    for variable in shuffled(rng, written.variables.values()):
        if written.folder != written.config.root or not any(fnmatchcase(variable.labels[0], a) for a in asked):
            continue
        default = variable.argument("default")
        used = written.referring(variable.address)
        if default is None or "\n" in default.text or not used or any(r.quoted for r in used):
            continue
        edits = [written.gone(variable), *(Edit(r.file, r.start, r.end, default.text) for r in used)]
        return Broken(tuple(edits), f"- {variable.address}")
    return None


INLINE = {
    "aws_s3_bucket_versioning": "versioning {\n  enabled = true\n}",
    "aws_s3_bucket_server_side_encryption_configuration": (
        "server_side_encryption_configuration {\n  rule {\n    apply_server_side_encryption_by_default {\n"
        '      sse_algorithm = "AES256"\n    }\n  }\n}'
    ),
    "aws_s3_bucket_website_configuration": 'website {\n  index_document = "index.html"\n}',
    "aws_s3_bucket_acl": 'acl = "private"',
    "aws_s3_bucket_cors_configuration": 'cors_rule {\n  allowed_methods = ["GET"]\n  allowed_origins = ["*"]\n}',
    "aws_s3_bucket_lifecycle_configuration": (
        'lifecycle_rule {\n  id      = "expire"\n  enabled = true\n\n  expiration {\n    days = 90\n  }\n}'
    ),
    "aws_s3_bucket_accelerate_configuration": 'acceleration_status = "Enabled"',
    "aws_s3_bucket_request_payment_configuration": 'request_payer = "Requester"',
    "aws_iam_role_policy": None,
    "aws_iam_role_policy_attachment": None,
}
"""Resources that were arguments of another one in older releases of the provider, and those arguments."""


@fault(
    "demand-inline-outdated",
    "A deprecated block inside another resource, in place of the resource that replaced it",
    RULE,
    weight=5,
    stages=(Stage.POLICY,),
    phase="policy",
)
def inline(written: Written, rng: random.Random) -> Broken | None:
    wanted = _types(written)
    for block in shuffled(rng, [b for b in written.resources if b.labels[0] in INLINE and b.labels[0] in wanted]):
        told = INLINE[block.labels[0]]
        link = next(
            (r for r in written.references if r.block is block and r.argument.name in ("bucket", "role") and r.whole),
            None,
        )
        owner = written.declared(link.address) if link is not None else None
        if owner is None or owner.type != "resource":
            continue
        if told is None:
            held = block.argument("policy_arn" if block.labels[0].endswith("attachment") else "policy")
            if held is None:
                continue
            if block.labels[0].endswith("attachment"):
                told = f"managed_policy_arns = [{held.text}]"
            elif held.text.startswith("<<") or owner.schema is None:
                continue
            else:
                rows = held.text.replace("\n", "\n  ").replace("\n    ", "\n  ")
                told = f'inline_policy {{\n  name   = "inline"\n  policy = {rows}\n}}'
        name = told.split()[0]
        if owner.argument(name) or any(b.type == name for b in owner.blocks) or written.referring(block.address):
            continue
        if any(r.block is block for r in written.referring(owner.address)) and f"{owner.address}." in told:
            continue
        return Broken((written.gone(block), written.add(owner, "\n" + told)), f"{block.labels[0]} -> {name}")
    return None

"""The closure of a choice: what required references point to, and what belongs together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from terraformer.generate.grammar.choices import MAX_RESOURCES, Schemas, TypeChoice, new_choice, required_paths
from terraformer.generate.grammar.facts import PromptFacts, words_of
from terraformer.generate.grammar.knowledge import MANAGED_POLICIES, NEEDS
from terraformer.generate.grammar.relations import Referent, referent
from terraformer.generate.grammar.vocabulary import TOGETHER
from terraformer.provider.schema import Block

__all__ = ["complete", "needs_of", "wanted_by"]

_CROWD: Final = {"aws_subnet": 2}
"""How many are added where a list of them is wanted."""


_OPTIONAL_LINKS: Final = frozenset(
    ("aws_kms_key", "aws_iam_instance_profile", "aws_key_pair", "aws_cognito_user_pool", "aws_acm_certificate")
)


def needs_of(value: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """(path, marker) of the references that the reviewed table wants."""
    if isinstance(value, list):
        for item in value:
            yield from needs_of(item, prefix)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, str):
                if inner in ("@ref", "@ref2") or (
                    not inner.startswith(("@", '"')) and re.match(r"(?:data\.)?[a-z]+_\w+", inner)
                ):
                    yield f"{prefix}{name}", inner
            else:
                yield from needs_of(inner, f"{prefix}{name}.")


def complete(facts: PromptFacts, chosen: list[TypeChoice], schemas: Schemas) -> None:
    """Add what belongs together and what required references point to, until nothing is missing."""
    for _ in range(6):
        before = len(chosen)
        present = {c.key for c in chosen}
        for first, second in TOGETHER:
            if all(t in present for t in first):
                for name in second:
                    if name not in present and not _unwanted(facts, name):
                        _add(chosen, schemas, name, 1, f"belongs to {first[0]} and {first[-1]}")
        _special(facts, chosen, schemas)
        for choice in list(chosen):
            for target, count, why in wanted_by(choice, facts, schemas, chosen):
                _add(chosen, schemas, target, count, why)
        if len(chosen) == before or len(chosen) >= MAX_RESOURCES:
            break


def _unwanted(facts: PromptFacts, type_name: str) -> bool:
    last = words_of(type_name)[-1]
    return any(facts.negated(facts.tokens[i].start) for i, _ in facts.find([last]))


def _add(chosen: list[TypeChoice], schemas: Schemas, key: str, count: int, why: str) -> None:
    have = [c for c in chosen if c.key == key]
    if not schemas.has("resource", key) or len(chosen) >= MAX_RESOURCES:
        return
    labels = {c.label for c in have}
    while len(have) < count and len(chosen) < MAX_RESOURCES:
        fresh = new_choice(key, "", len(have), max(count, len(have) + 1), asked=False, why=why)
        if fresh.label in labels:
            fresh = replace(fresh, label=f"{fresh.label}_{len(have) + 1}")
        labels.add(fresh.label)
        have.append(fresh)
        chosen.append(fresh)


def wanted_by(
    choice: TypeChoice, facts: PromptFacts, schemas: Schemas, chosen: Sequence[TypeChoice]
) -> Iterator[tuple[str, int, str]]:
    """(type, how many, why) of what a block refers to and cannot do without."""
    try:
        block = schemas.block(choice.key)
    except KeyError:
        return
    table = NEEDS.get(choice.key, {})
    markers = dict(needs_of(table))
    required = {path: attribute.type for path, attribute in required_paths(block)}
    for path in dict.fromkeys([*required, *markers]):
        marker = markers.get(path, "")
        if marker and not marker.startswith("@"):
            target = ".".join(marker.split(".")[:2]) if marker.startswith("data.") else marker.split(".")[0]
            yield target, 1, f"{choice.key} needs it"
            continue
        if path in required and path not in markers and _in_table(table, path):
            continue  # the table gives it a value of another sort
        link = referent(choice.key, path, schemas)
        if link is None or not schemas.has("resource", link.type):
            continue
        if link.type in _OPTIONAL_LINKS and path not in markers:
            continue
        if _given(facts, path, link):
            continue
        count = 2 if marker == "@ref2" or link.index == 1 else 1
        cty = _cty(block, path)
        if isinstance(cty, list) and cty[0] in ("list", "set"):
            count = max(count, _CROWD.get(link.type, 1))
        if link.type == "aws_iam_role" and any(c.key == "aws_iam_role" for c in chosen):
            continue
        yield link.type, count, f"{choice.key} refers to it"


def _in_table(table: Mapping[str, Any], path: str) -> bool:
    node: Any = table
    for part in path.split("."):
        if isinstance(node, list):
            node = node[0] if node else {}
        if not isinstance(node, dict) or part not in node:
            return False
        node = node[part]
    return True


def _cty(block: Block, path: str) -> Any:
    *outer, leaf = path.split(".")
    for name in outer:
        nested = block.blocks.get(name)
        if nested is None:
            return None
        block = nested.block
    attribute = block.attributes.get(leaf)
    return attribute.type if attribute is not None else None


def _given(facts: PromptFacts, path: str, link: Referent) -> bool:
    """Whether the prompt gives the value itself ("bucket name (with value "x")"), so that nothing need be created."""
    if link.attribute == "arn" or any(
        facts.mentions(words_of(link.type)[1:]) for _ in (0,) if link.type != "aws_s3_bucket"
    ):
        return False
    leaf = words_of(path.rsplit(".", 1)[-1])
    return any(
        v.kind == "quoted"
        and re.search(r"(?i)\b(?:with\s+value|value|existing)\b", facts.text[facts.tokens[i].start : v.start])
        for i, j in facts.find(leaf, gap=0)
        for v in list(facts.values_after(facts.tokens[j - 1].end, words=5))[:1]
    )


def _special(facts: PromptFacts, chosen: list[TypeChoice], schemas: Schemas) -> None:
    """Companions that follow from what a prompt says rather than from the schema."""
    keys = [c.key for c in chosen]
    present = set(keys)
    if "aws_lambda_function" in present and not any(p.endswith((".zip", ".jar")) for p in facts.paths):
        _add(chosen, schemas, "data.archive_file", 1, "the function's code")
    schedulers = {"aws_cloudwatch_event_rule", "aws_scheduler_schedule", "aws_backup_plan"}
    if "aws_lambda_function" in present and facts.schedule and not present & schedulers:
        _add(chosen, schemas, "aws_cloudwatch_event_rule", 1, "the function runs on a schedule")
    if present & {"aws_codebuild_project", "aws_codepipeline"} and not _unwanted(facts, "aws_policy"):
        _add(chosen, schemas, "aws_iam_policy", 1, "rights of the build")
    if {"aws_kinesis_stream", "aws_kinesis_analytics_application"} <= present:
        _add(chosen, schemas, "aws_iam_role", 1, "the application reads the stream")
    if "aws_s3_bucket_notification" not in present and "aws_s3_bucket" in present:
        told = re.search(r"(?i)notif|whenever|triggered? by|when (?:an?|new) ", facts.text)
        if told and present & {"aws_sns_topic", "aws_sqs_queue", "aws_lambda_function"}:
            _add(chosen, schemas, "aws_s3_bucket_notification", 1, "the bucket's events are asked for")
    rights = 0
    for role_user in sorted(present & MANAGED_POLICIES.keys()):
        if role_user in ("aws_db_instance", "aws_iam_instance_profile", "aws_codebuild_project", "aws_dax_cluster"):
            continue
        if role_user.startswith(("aws_sagemaker", "aws_ecs", "aws_glue")):
            continue
        if role_user == "aws_elastic_beanstalk_environment" and "aws_iam_instance_profile" not in present:
            continue
        if _unwanted(facts, "aws_policy"):
            continue
        rights += len(MANAGED_POLICIES[role_user])
    if rights:
        _add(chosen, schemas, "aws_iam_role_policy_attachment", rights, "what the role may do")
    if present & {"aws_lb", "aws_alb"} and "aws_lb_listener" not in present:
        _add(chosen, schemas, "aws_lb_listener", 1, "a load balancer without one does nothing")
    if "aws_lb_target_group" in present and "aws_instance" not in present and present & {"aws_lb"}:
        _add(chosen, schemas, "aws_instance", 1, "a target for the load balancer")
    if "aws_lb_listener" in present and "aws_lb_target_group" not in present and "redirect" not in facts.text.lower():
        _add(chosen, schemas, "aws_lb_target_group", 1, "where the listener forwards to")
    if "aws_key_pair" in present:
        _add(chosen, schemas, "tls_private_key", 1, "the key of the pair")
    if "aws_db_instance" in present and re.search(r"(?i)\bsubnets?\b", facts.text):
        _add(chosen, schemas, "aws_db_subnet_group", 1, "places the database in the subnets")
    if "aws_autoscaling_group" in present:
        _add(chosen, schemas, "aws_launch_template", 1, "what the group launches")
    if "aws_nat_gateway" in present or (present & {"aws_lb"} and "aws_vpc" in present):
        _add(chosen, schemas, "aws_internet_gateway", 1, "the way out of the VPC")
    if "aws_elastic_beanstalk_environment" in present and "aws_iam_instance_profile" in present:
        _add(chosen, schemas, "aws_iam_role", 1, "the role of the instance profile")
    if "aws_elastic_beanstalk_environment" in present:
        _add(chosen, schemas, "aws_iam_instance_profile", 1, "instances of an environment cannot start without one")
    ends = {"aws_elastic_beanstalk_environment", "aws_lb", "aws_cloudfront_distribution", "aws_eip", "aws_instance"}
    if (
        "aws_route53_zone" in present
        and present & ends
        and re.search(r"(?i)traffic|point|direct|navigat|rout", facts.text)
    ):
        count = max(len([c for c in chosen if c.key == t]) for t in ends)
        _add(chosen, schemas, "aws_route53_record", min(count, 3), "leads the domain there")
    if "aws_s3_bucket_acl" in present:
        _add(chosen, schemas, "aws_s3_bucket_ownership_controls", 1, "ACLs need it")
    if "aws_api_gateway_stage" in present:
        _add(chosen, schemas, "aws_api_gateway_deployment", 1, "what the stage serves")
    if "aws_api_gateway_deployment" in present:
        for name in ("resource", "method", "integration"):
            _add(chosen, schemas, f"aws_api_gateway_{name}", 1, "a deployment needs methods")

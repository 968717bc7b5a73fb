"""Which resources a person would set apart in a module of the configuration's own, and under which name."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from terraformer.data.services import service_of
from terraformer.data.synthesis.expressions import Raw, Ref, expressions_in
from terraformer.data.synthesis.rendering.groups import bare_references, references_of
from terraformer.data.synthesis.scenario import Node, Scenario
from terraformer.provider import bundle

__all__ = ["area_of", "attribute_type", "homes_of", "optional_block"]

_AREAS: Final = {
    "network": ("vpc", "transit-gateway", "direct-connect", "vpc-lattice", "networkmanager", "networkfirewall"),
    "load_balancing": ("elb", "global-accelerator"),
    "compute": ("ec2", "autoscaling", "application-autoscaling", "batch", "elastic-beanstalk", "lightsail", "imagebuilder"),
    "containers": ("ecs", "eks", "ecr", "apprunner", "service-discovery", "appmesh"),
    "functions": ("lambda", "step-functions"),
    "api": ("api-gateway", "appsync"),
    "storage": ("s3", "efs", "fsx", "glacier", "backup", "storage-gateway", "datasync", "transfer"),
    "database": ("rds", "dynamodb", "elasticache", "neptune", "docdb", "memorydb", "dax", "redshift", "keyspaces", "opensearch", "dms"),
    "messaging": ("sqs", "sns", "mq", "eventbridge", "ses", "pinpoint"),
    "streaming": ("kinesis", "firehose", "msk", "kinesis-analytics", "kinesis-video"),
    "analytics": ("glue", "athena", "emr", "quicksight", "lakeformation"),
    "iam": ("iam", "sso", "organizations"),
    "security": ("kms", "secrets-manager", "waf", "guardduty", "securityhub", "inspector2", "macie2", "shield", "acm", "cognito", "config", "cloudtrail"),
    "cdn": ("cloudfront",),
    "dns": ("route53",),
    "monitoring": ("cloudwatch", "xray", "synthetics", "grafana", "prometheus"),
    "cicd": ("codebuild", "codepipeline", "codecommit", "codedeploy", "codeartifact", "codestarconnections"),
    "parameters": ("ssm",),
    "ml": ("sagemaker", "bedrock", "lex", "comprehend", "rekognition"),
}  # fmt: skip
_BY_SERVICE: Final = {service: area for area, services in _AREAS.items() for service in services}
_SATELLITES: Final = ("iam", "monitoring")
"""What belongs to the thing that uses it rather than to an area of its own."""
_NAMED_VALUE = re.compile(r"\b(var|local|module|data|path)\.")


def area_of(type: str) -> str:
    """The area of a resource type ("network"), "main" where there is none."""
    return "network" if type == "aws_eip" else _BY_SERVICE.get(service_of(type), "main")


@lru_cache(maxsize=4096)
def attribute_type(mode: str, type: str, attribute: str) -> str:
    """The type of an attribute as a variable would declare it; "" where it is nothing simple."""
    source = bundle.provider_for_type(type)
    if source is None:
        return ""
    loaded = bundle.load(source)
    schema = loaded.data_source(type) if mode == "data" else loaded.resource(type)
    found = schema.block.attributes.get(attribute)
    if found is None or found.sensitive or found.deprecated is not None:
        return ""
    if isinstance(found.type, str):
        return found.type if found.type in ("string", "number", "bool") else ""
    if isinstance(found.type, list) and found.type[0] in ("list", "set") and found.type[1] in ("string", "number"):
        return f"{found.type[0]}({found.type[1]})"
    return ""


@lru_cache(maxsize=4096)
def optional_block(type: str, name: str) -> bool:
    """Whether a resource type can do without a block of this name."""
    source = bundle.provider_for_type(type)
    found = bundle.load(source).resource(type).block.blocks.get(name) if source is not None else None
    return found is not None and found.min_items == 0


def homes_of(scenario: Scenario, most: int, rng: random.Random) -> dict[Node, str]:
    """For nodes that live in a module, its name; at most ``most`` modules."""
    bare = bare_references(scenario)
    clusters = _areas(scenario)
    if not clusters or (len(scenario.nodes) < 7 and rng.random() < 0.6):
        clusters = _satellites(scenario)
    names = list(clusters)
    rng.shuffle(names)
    homes: dict[Node, str] = {}
    taken = 0
    for name in names:
        if taken == most:
            break
        nodes = _fitting(scenario, clusters[name], bare)
        if len([n for n in nodes if n.mode == "resource"]) < 2 or any(n in homes for n in nodes):
            continue
        homes.update((n, name) for n in nodes)
        taken += 1
    return homes


def _areas(scenario: Scenario) -> dict[str, list[Node]]:
    """Nodes by area; roles, their policies and log groups with the only thing that uses them."""
    users: dict[Node, set[Node]] = {n: set() for n in scenario.nodes}
    for node in scenario.nodes:
        for other in references_of(node):
            users[other].add(node)
    area = {n: area_of(n.type) for n in scenario.nodes}
    own = [n for n in scenario.nodes if area[n] in _SATELLITES or n.mode == "data"]
    for _ in range(3):  # a policy follows its role, the role what uses it
        for node in own:
            found = {area[u] for u in users[node]} - set(_SATELLITES)
            if not users[node]:
                owners = (
                    [node.feature_of]
                    if node.feature_of is not None
                    else sorted(
                        references_of(node), key=lambda n: (area_of(n.type) not in _SATELLITES, scenario.nodes.index(n))
                    )
                )
                found = {area[owners[0]]} - set(_SATELLITES) if owners else set()
            if len(found) == 1:
                area[node] = next(iter(found))
    clusters: dict[str, list[Node]] = {}
    for node in scenario.nodes:
        if area[node] != "main":
            clusters.setdefault(area[node], []).append(node)
    resources = Counter(area[n] for n in scenario.nodes if n.mode == "resource")
    total = resources.total()
    return {a: nodes for a, nodes in clusters.items() if 2 <= resources[a] < total}


def _satellites(scenario: Scenario) -> dict[str, list[Node]]:
    """Each resource with its features, and what only they use."""
    clusters: dict[str, list[Node]] = {}
    for node in scenario.nodes:
        if node.mode != "resource" or not node.said or node.feature_of is not None:
            continue
        own = [n for n in scenario.nodes if n is node or _owner(n) is node]
        if len(own) > 1:
            word = node.type.rpartition("_")[2]
            name = word if len(word) > 2 else node.type.partition("_")[2]
            clusters.setdefault(name if name not in clusters else f"{name}_{len(clusters)}", own)
    return clusters


def _owner(node: Node) -> Node:
    while node.feature_of is not None:
        node = node.feature_of
    return node


def _fitting(scenario: Scenario, nodes: list[Node], bare: set[Node]) -> list[Node]:
    """The nodes of a cluster that can be apart; none where what they share with the rest cannot be passed."""
    inside = {n for n in nodes if _movable(n)}
    while True:
        wrong: set[Node] = set()
        for node in scenario.nodes:
            for setting in node.settings():
                for e in expressions_in(setting.value):
                    if isinstance(e, Ref) and (node in inside) != (e.node in inside) and not _passable(e, bare):
                        wrong |= {node, e.node} & inside
            crossing = [n for n in node.depends_on if (n in inside) != (node in inside)]
            wrong |= ({node} | set(crossing)) & inside if crossing else set()
        for output in scenario.outputs:
            for e in expressions_in(output.value):
                if isinstance(e, Ref) and e.node in inside and not _passable(e, bare):
                    wrong.add(e.node)
        if not wrong:
            return [n for n in nodes if n in inside]
        inside -= wrong


def _movable(node: Node) -> bool:
    if node.provider or node.type == "archive_file":
        return False
    return not any(
        isinstance(e, Raw) and _NAMED_VALUE.search(e.text) for s in node.settings() for e in expressions_in(s.value)
    )


def _passable(reference: Ref, bare: set[Node]) -> bool:
    return reference.node not in bare and bool(
        attribute_type(reference.node.mode, reference.node.type, reference.attribute)
    )


def used_areas(homes: Mapping[Node, str]) -> list[str]:
    """The modules in the order of their first node."""
    return list(dict.fromkeys(homes.values()))

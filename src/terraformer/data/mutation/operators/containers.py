"""Containers: ECS, ECR, EKS."""

from __future__ import annotations

from terraformer.data.intents import Block
from terraformer.data.mutation.additions import (
    WHY_SAFE,
    append,
    beside,
    block_with,
    changeable,
    every,
    existing,
    get,
    put,
    refers,
    resource,
)
from terraformer.data.mutation.base import Change, Say, Target, equals
from terraformer.data.mutation.catalogue import operator
from terraformer.data.mutation.naming import Code


@operator("ecs", "aws_ecs_service", weight=1.5)
def service_tasks(t: Target) -> Change | None:
    current = t.values.get("desired_count")
    new = t.another((1, 2, 3, 4, 6, 8), current)
    if t.values.get("scheduling_strategy") == "DAEMON":
        return None
    return put(
        t,
        "desired_count",
        new,
        "{{run|start} <value> tasks {of|in|for} <it>{ instead of <old>|}|{scale|change} <it> to <value> "
        "tasks|{set|change} the desired count of <it> to <value>}"
        if isinstance(current, (int, float)) and current
        else "{{run|start} <value> tasks {of|in|for} <it>|{scale|change} <it> to <value> tasks|{set|"
        "change} the desired count of <it> to <value>}",
        "<it> should run <value> tasks",
        ("One task is not enough.",) if new > (current or 0) else ("Most tasks are idle.",),
        old=int(current or 0),
    )


@operator("ecs", "aws_ecs_service")
def service_rollback(t: Target) -> Change | None:
    """The deployment circuit breaker."""
    if t.block.has("deployment_circuit_breaker") or t.block.has("deployment_controller") or not t.instances:
        return None
    draft = t.draft().insert_block(t.block, "deployment_circuit_breaker {\n  enable   = true\n  rollback = true\n}")
    return t.change(
        draft,
        Say(
            "{{enable|turn on|use} the deployment circuit breaker {for|on|of} <it>, with rollback|roll "
            "back deployments of <it> that fail with the deployment circuit breaker|"
            "let <it> roll back failed deployments (deployment circuit breaker)}",
            "failed deployments of <it> should be rolled back by the deployment circuit breaker",
            ("The last bad deployment ran for an hour.",),
        ),
        t.updated(
            "deployment_circuit_breaker",
            having=(
                equals("deployment_circuit_breaker.enable", True),
                equals("deployment_circuit_breaker.rollback", True),
            ),
        ),
    )


@operator("ecs", "aws_ecs_service", weight=0.8)
def service_exec(t: Target) -> Change | None:
    if t.values.get("enable_execute_command"):
        return None
    return put(
        t,
        "enable_execute_command",
        True,
        "{{enable|turn on} ECS Exec {for|on} <it>|make it possible to run commands in the containers of "
        "<it> with ECS Exec}",
        "ECS Exec should be {on|enabled} for <it>",
        ("We have to look into a running container.",),
    )


@operator("ecs", "aws_ecs_cluster", weight=1.2)
def cluster_insights(t: Target) -> Change | None:
    found = t.block.first("setting")
    if not t.instances or any(b.kind == "dynamic" for b in t.block.blocks):
        return None
    draft = t.draft()
    if found is None:
        draft.insert_block(t.block, 'setting {\n  name  = "containerInsights"\n  value = "enabled"\n}')
    elif found.value("name") == "containerInsights" and found.value("value") == "disabled":
        draft.set(found, "value", '"enabled"')
    else:
        return None
    return t.change(
        draft,
        Say(
            "{{enable|turn on|switch on|activate} Container Insights {for|on} <it>|use Container "
            "Insights {for|on} <it>}",
            "Container Insights should be {on|enabled} for <it>",
            ("We have no metrics of the containers.",),
        ),
        t.updated("setting", having=(block_with("setting", name="containerInsights", value="enabled"),)),
    )


@operator("ecr", "aws_ecr_repository", weight=1.2)
def repository_scan(t: Target) -> Change | None:
    if get(t.values, "image_scanning_configuration.scan_on_push"):
        return None
    return put(
        t,
        "image_scanning_configuration.scan_on_push",
        True,
        "{scan {images that are pushed to <it>|the images in <it> on push}|{enable|turn on} {scan on "
        "push|image scanning on push} {for|in} <it>}",
        "images should be scanned when they are pushed to <it>",
        WHY_SAFE,
    )


@operator("ecr", "aws_ecr_repository")
def repository_tags(t: Target) -> Change | None:
    if t.values.get("image_tag_mutability") == "IMMUTABLE":
        return None
    return put(
        t,
        "image_tag_mutability",
        "IMMUTABLE",
        "{make {the |}{image |}tags in <it> immutable|{don't|do not} allow overwriting {image |}tags in "
        "<it>|prevent {image |}tags in <it> from being overwritten}",
        "{image |}tags in <it> should be immutable",
        ("Someone overwrote a release.",),
    )


@operator("ecr", "aws_ecr_repository", weight=1.2)
def repository_lifecycle(t: Target) -> Change | None:
    if existing(t, "aws_ecr_lifecycle_policy", "repository") is not False:
        return None
    new = beside(t, "aws_ecr_lifecycle_policy")
    if new is None:
        return None
    number = t.pick(5, 10, 20, 30, 50)
    untagged = t.rng.random() < 0.4
    days = t.pick(1, 7, 14, 30)
    if untagged:
        selection = (
            f'tagStatus   = "untagged"\n          countType   = "sinceImagePushed"\n          '
            f'countUnit   = "days"\n          countNumber = {days}'
        )
        do = (
            "{{expire|delete|remove} untagged images in <it> after <days> days with a lifecycle policy|"
            "add a lifecycle policy to <it> that {expires|deletes|removes} untagged images after <days> "
            "days}"
        )
        should = "a lifecycle policy should {expire|delete} untagged images in <it> after <days> days"
        conditions = (equals("selection.tagStatus", "untagged"), equals("selection.countNumber", days))
    else:
        selection = (
            f'tagStatus   = "any"\n          countType   = "imageCountMoreThan"\n          countNumber = {number}'
        )
        do = (
            "{keep {only |}the last <number> images in <it> with a lifecycle policy|add a lifecycle "
            "policy to <it> that keeps {only |}the last <number> images}"
        )
        should = "a lifecycle policy should keep {only |}the last <number> images in <it>"
        conditions = (equals("selection.countType", "imageCountMoreThan"), equals("selection.countNumber", number))
    body = (
        f"{new.head}  repository = {new.ref}.name\n\n  policy = jsonencode({{\n    rules = [\n      {{\n  "
        f"      rulePriority = 1\n"
        f"        selection = {{\n          {selection}\n        }}\n        action = {{\n          type "
        f'= "expire"\n        }}\n      }},\n    ]\n  }})'
    )
    return t.change(
        append(t.draft(), t, resource("aws_ecr_lifecycle_policy", new.label, body)),
        Say(do, should, ("The repository holds thousands of old images.",), {"days": days, "number": number}),
        every(
            t,
            "aws_ecr_lifecycle_policy",
            refers(t, "repository"),
            Block(("policy",), (Block(("rules",), conditions),), json=True),
        ),
    )


@operator("eks", "aws_eks_cluster", weight=1.2)
def cluster_logs(t: Target) -> Change | None:
    if t.block.has("enabled_cluster_log_types") or t.values.get("enabled_cluster_log_types"):
        return None
    kinds = t.pick(
        ["api", "audit"], ["audit"], ["api", "audit", "authenticator"], ["audit", "controllerManager", "scheduler"]
    )
    return put(
        t,
        "enabled_cluster_log_types",
        kinds,
        "{{enable|turn on} the {control plane |cluster |}logs <kinds> {for|of} <it>|{send|write} the "
        "<kinds> logs of the control plane of <it> to CloudWatch}",
        "the {control plane |}logs <kinds> should be {on|enabled} for <it>",
        WHY_SAFE,
        kinds=[Code(k) for k in kinds],
    )


@operator("eks", "aws_eks_cluster")
def cluster_private(t: Target) -> Change | None:
    if len(t.block.inner("vpc_config")) != 1 or not changeable(t, "vpc_config.endpoint_public_access"):
        return None
    if get(t.values, "vpc_config.endpoint_public_access") is False or get(t.values, "vpc_config.public_access_cidrs"):
        return None
    block = t.block.inner("vpc_config")[0]
    if not changeable(t, "vpc_config.endpoint_private_access"):
        return None
    draft = t.draft()
    if block.has("endpoint_public_access") or block.has("endpoint_private_access"):
        draft.set(block, "endpoint_public_access", "false")
        if not get(t.values, "vpc_config.endpoint_private_access"):
            return None
        demand = t.updated(
            "vpc_config.endpoint_public_access", having=(equals("vpc_config.endpoint_public_access", False),)
        )
    else:
        draft.insert_argument(block, "endpoint_private_access = true\n    endpoint_public_access  = false")
        demand = t.updated(
            "vpc_config",
            having=(
                equals("vpc_config.endpoint_public_access", False),
                equals("vpc_config.endpoint_private_access", True),
            ),
        )
    return t.change(
        draft,
        Say(
            "{make the {API |}endpoint of <it> private{ only|}|turn off public access to the {API |"
            "}endpoint of <it> and use the private one only}",
            "the {API |}endpoint of <it> should be private only",
            WHY_SAFE,
        ),
        demand,
    )


@operator("eks", "aws_eks_node_group", weight=1.2)
def node_group_size(t: Target) -> Change | None:
    high = get(t.values, "scaling_config.max_size")
    if not isinstance(high, (int, float)):
        return None
    new = int(high) + t.pick(1, 2, 3)
    return put(
        t,
        "scaling_config.max_size",
        new,
        "{let <it> grow to {up to |at most |}<value> nodes|{raise|increase} the maximum {size |}of <it> "
        "{from <old> |}to <value>{ nodes|}|{set|change} the maximum size of <it> to <value>}",
        "<it> should {grow to|have} <value> nodes at most",
        ("Pods wait for nodes.", "We hit the limit yesterday."),
        old=int(high),
    )

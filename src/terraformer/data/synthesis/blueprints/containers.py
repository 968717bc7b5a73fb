"""ECR, ECS, Cloud Map."""

from __future__ import annotations

from terraformer.data.intents import Attribute, Operator, PolicyStatement
from terraformer.data.synthesis import parts
from terraformer.data.synthesis.expressions import Document, Json, Raw, Statement, Template
from terraformer.data.synthesis.names import resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Node, Say, Scene

CLUSTER = "ECS cluster"


def repository(s: Scene, role: str, *, said: bool = True) -> Node:
    """An ECR repository."""
    node = s.resource("aws_ecr_repository", "{ECR repository|ECR repository|ECR repo}", role, said=said)
    return node.named("name", s.pick(resource_name(s, role), f"{s.pick('team', 'apps', 'platform')}/{role}"))


@blueprint("ecr", weight=2)
def registry(s: Scene) -> None:
    """A repository for images: scanning, immutable tags, cleaning up, access of others."""
    role = s.pick("web", "api", "worker", "base", "frontend")
    if s.may(0.2):
        names = s.some(["web", "api", "worker", "cron"], 2, 3)
        listed = ", ".join(names[:-1]) + f" and {names[-1]}"
        main = s.resource("aws_ecr_repository", "ECR repository", "apps").each(names)
        main.set("name", Raw("each.key"), False)
        main.says(Say(post=f"{{named|called|for}} {listed}", demand=Attribute(("name",), Operator.ONE_OF, names)))
    else:
        main = repository(s, role)
    if s.may(0.5):
        main.set(
            "image_tag_mutability", "IMMUTABLE", Say(np="immutable {image |}tags", do="make {image |}tags immutable")
        )
    if s.may(0.6):
        main.block("image_scanning_configuration").set(
            "scan_on_push",
            True,
            Say(np="{image |}scanning on push", do="scan images on push", that="scans images on push"),
        )
    if s.may(0.25):
        main.block("encryption_configuration").set(
            "encryption_type", "KMS", Say(np="KMS encryption", do="encrypt it with KMS")
        )
    if s.may(0.2):
        main.set(
            "force_delete", True, Say(np="force delete", do="allow deletion with images in it") if s.may() else False
        )
    if main.repeat:
        return
    if s.may(0.5):
        keep = s.pick(5, 10, 20, 30)
        untagged = s.may(0.4)
        days = s.pick(7, 14, 30)
        if untagged:
            selection: dict[str, object] = {
                "tagStatus": "untagged",
                "countType": "sinceImagePushed",
                "countUnit": "days",
                "countNumber": days,
            }
            say = Say(
                np=f"a lifecycle policy that {{removes|expires}} untagged images after {days} days",
                do=f"{{expire|remove}} untagged images after {days} days",
                that=f"{{removes|expires}} untagged images after {days} days",
            )
        else:
            selection = {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": keep}
            say = Say(
                np=f"a lifecycle policy that keeps the last {keep} images",
                do=f"keep only the last {keep} images",
                that=f"keeps only the last {keep} images",
            )
        policy = s.resource("aws_ecr_lifecycle_policy", "lifecycle policy", role, of=main, say=say)
        policy.link("repository", main, "name")
        rule = {"rulePriority": 1, "description": "Clean up", "selection": selection, "action": {"type": "expire"}}
        policy.set(
            "policy",
            Json({"rules": [rule]}),
            Say(
                implied=True,
                demand=(
                    Attribute(("policy",), Operator.MATCHES, f'"countNumber": *{days if untagged else keep}[,}} ]'),
                    Attribute(("policy",), Operator.INCLUDES, '"untagged"' if untagged else "imageCountMoreThan"),
                ),
            ),
        )
    if s.may(0.3):
        account = s.pick("123456789012", "210987654321")
        who = {"AWS": (f"arn:aws:iam::{account}:root",)}
        actions = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
        policy = s.resource(
            "aws_ecr_repository_policy",
            "repository policy",
            role,
            of=main,
            say=Say(
                np=f"a policy that lets account {account} pull images",
                do=f"let {{the |}}account {account} pull {{images|from it}}",
            ),
        )
        policy.link("repository", main, "name")
        policy.set(
            "policy",
            Document(Statement(actions, principals=who, sid="Pull")),
            Say(implied=True, demand=PolicyStatement(("policy",), "Allow", actions, principals=who)),
        )


@blueprint("ecr")
def registry_settings(s: Scene) -> None:
    """What holds for the whole registry: replication, scanning, pull-through caches."""
    account = s.data("aws_caller_identity", "", "current")
    for kind in s.some(["replication", "scanning", "cache"], 1, 2):
        if kind == "replication":
            region = s.pick("eu-west-1", "us-west-2", "eu-central-1")
            node = s.resource(
                "aws_ecr_replication_configuration",
                "{replication configuration for ECR|ECR replication configuration}",
                "main",
            )
            rule = node.block("replication_configuration").block("rule")
            target = rule.block(
                "destination",
                Say(
                    post=f"to {region}",
                    np=f"{region} as {{the |}}destination",
                    do=f"replicate {{images|everything}} to {region}",
                ),
            )
            target.implied("region", region).set("registry_id", account.ref("account_id"), False)
            if s.may(0.4):
                rule.block(
                    "repository_filter",
                    Say(
                        np='only repositories that start with "prod"',
                        do='only replicate repositories with the prefix "prod"',
                    ),
                ).implied("filter", "prod").set("filter_type", "PREFIX_MATCH", False)
        elif kind == "scanning":
            level = s.pick("ENHANCED", "BASIC")
            node = s.resource(
                "aws_ecr_registry_scanning_configuration",
                "{registry scanning configuration|ECR scanning configuration}",
                "main",
            )
            node.set("scan_type", level, Say(np=f"{level.lower()} scanning", do=f"use {level.lower()} scanning"))
            rule = node.block("rule")
            rule.set(
                "scan_frequency",
                "CONTINUOUS_SCAN" if level == "ENHANCED" else "SCAN_ON_PUSH",
                Say(np="scan frequency <v>"),
            )
            rule.block("repository_filter").set("filter", "*", False, extract=False).set(
                "filter_type", "WILDCARD", False, extract=False
            )
        else:
            prefix, url, name = s.pick(
                ("ecr-public", "public.ecr.aws", "the public ECR gallery"),
                ("quay", "quay.io", "Quay"),
                ("k8s", "registry.k8s.io", "registry.k8s.io"),
            )
            node = s.resource(
                "aws_ecr_pull_through_cache_rule",
                "{pull through cache rule|pull-through cache|ECR pull through cache rule}",
                prefix,
            )
            node.set("ecr_repository_prefix", prefix, Say(np="{the |}prefix <v>"))
            node.set("upstream_registry_url", url, Say(post=f"for {name}"))


def cluster(s: Scene, *, said: bool = True, insights: bool = True) -> Node:
    node = s.resource("aws_ecs_cluster", CLUSTER, "main", said=said).named(
        "name", resource_name(s, s.pick("main", "apps", "services", "cluster"))
    )
    if insights and s.may(0.4):
        node.block(
            "setting", Say(np="Container Insights {enabled|}", do="{enable|turn on} Container Insights")
        ).implied("name", "containerInsights").implied("value", "enabled")
    return node


def capacity(s: Scene, main: Node, *, said: bool = True) -> Node:
    """Which capacity a cluster's tasks get."""
    names = s.pick(["FARGATE", "FARGATE_SPOT"], ["FARGATE"], ["FARGATE_SPOT"])
    node = s.resource(
        "aws_ecs_cluster_capacity_providers",
        "capacity providers",
        "main",
        of=main,
        said=said,
        say=Say(
            np=f"the capacity provider{'s' * (len(names) > 1)} {' and '.join(names)}",
            do=f"use {' and '.join(names)} for capacity",
        ),
    )
    node.link("cluster_name", main, "name")
    node.implied("capacity_providers", names)
    if s.may(0.6):
        default = node.block("default_capacity_provider_strategy")
        default.set(
            "capacity_provider",
            names[-1],
            Say(np=f"{names[-1]} {{by default|as the default}}", do=f"use {names[-1]} by default"),
        )
        default.set("weight", 100, False)
    return node


def task(s: Scene, role: str, image: str, port: int, *, said: bool = True) -> Node:
    """A Fargate task definition with one container."""
    node = s.resource("aws_ecs_task_definition", "{ECS task definition|task definition}", role, said=said)
    node.named("family", resource_name(s, role))
    execution = parts.execution_role(s, "ecs", f"{role}_execution")
    parts.attach(s, execution, "service-role/AmazonECSTaskExecutionRolePolicy")
    cpu, memory = s.pick((256, 512), (256, 1024), (512, 1024), (1024, 2048))
    node.set("requires_compatibilities", ["FARGATE"], Say(post="for Fargate", np="Fargate compatibility"))
    node.set("network_mode", "awsvpc", False, extract=False)
    node.set("cpu", str(cpu), Say(np=f"{cpu} CPU units", do=f"give it {cpu} CPU units"))
    node.set("memory", str(memory), Say(np=f"{memory} MB of memory", do=f"give it {memory} MB of memory"))
    node.link("execution_role_arn", execution, "arn")
    container: dict[str, object] = {
        "name": role,
        "image": image,
        "essential": True,
        "portMappings": [{"containerPort": port, "protocol": "tcp"}],
    }
    if s.may(0.4):
        logs = parts.log_group(s, f"/ecs/{role}", role, said=said)
        container["logConfiguration"] = {
            "logDriver": "awslogs",
            "options": {"awslogs-group": logs.ref("name"), "awslogs-region": s.region, "awslogs-stream-prefix": role},
        }
    wanted = Attribute(("container_definitions",), Operator.MATCHES, f'"containerPort": *{port}[,}} ]')
    node.set(
        "container_definitions",
        Json([container]),
        Say(
            np=f"a container from {image} {{on|that listens on}} port {port}",
            that=f"runs {image} on port {port}",
            demand=(Attribute(("container_definitions",), Operator.INCLUDES, image), wanted),
        ),
    )
    return node


IMAGES = (
    ("nginx:1.27", 80),
    ("httpd:2.4", 80),
    ("redis:7", 6379),
    ("grafana/grafana:11.2.0", 3000),
    ("traefik:v3.1", 8080),
)


@blueprint("ecs", weight=1.5)
def ecs_cluster(s: Scene) -> None:
    """A cluster, a task definition."""
    main = cluster(s)
    if s.may(0.6):
        capacity(s, main)
    if s.may(0.5):
        image, port = s.pick(*IMAGES)
        task(s, image.split(":")[0].split("/")[-1], image, port)


def default_network(s: Scene) -> tuple[Node, Node]:
    """The default VPC and its subnets, looked up: (VPC, subnets)."""
    vpc = s.data("aws_vpc", "default VPC", "default")
    vpc.set("default", True, False, extract=False)
    found = s.data("aws_subnets", "subnets", "default")
    rule = found.block("filter")
    rule.set("name", "vpc-id", False, extract=False)
    rule.set("values", [vpc.ref("id")], False)
    return vpc, found


@blueprint("ecs", "elb", "vpc", weight=3)
def fargate_service(s: Scene) -> None:
    """A web service on Fargate, behind a load balancer, scaled at times."""
    s.purpose = s.pick("for our web shop", "for an internal tool", "for the public API", "", "")
    image, port = s.pick(*(i for i in IMAGES if i[1] != 6379))
    role = s.pick("web", "app", "api")
    given = s.may(0.3)
    if given:
        vpc, found = default_network(s)
        places: object = found.ref("ids")
        first = found
    else:
        vpc, subnets = parts.network(s, 2, said=s.may(0.5))
        for n in subnets:
            n.said = vpc.said
        gateway = s.resource("aws_internet_gateway", "internet gateway", "main", said=False)
        gateway.link("vpc_id", vpc)
        places, first = [n.ref("id") for n in subnets], subnets[0]
    main = cluster(s)
    definition = task(s, role, image, port)
    balanced = s.may(0.7)
    group = parts.security_group(s, vpc, (port,), "tasks", said=s.may(0.4))
    service = s.resource("aws_ecs_service", "{ECS service|Fargate service}", role)
    service.named("name", resource_name(s, role))
    service.link("cluster", main, "id", Say(post="{in|on} <it>"))
    service.link("task_definition", definition, "arn", Say(np="<it>", that="{runs|uses} <it>") if s.may(0.6) else False)
    service.set("launch_type", "FARGATE", Say(np="launch type FARGATE", that="runs on Fargate"))
    count = s.pick(1, 2, 2, 3)
    service.set(
        "desired_count",
        count,
        Say(
            np=f"{count} {{desired |}}task{'s' * (count > 1)}",
            do=f"run {count} {{tasks|copies}}" if count > 1 else "run one task",
            that=f"runs {count} task{'s' * (count > 1)}",
        ),
    )
    net = service.block("network_configuration")
    net.set(
        "subnets",
        places,
        Say(
            np="the subnets of the default VPC" if given else "{both subnets|the subnets}",
            do="place {it|its tasks} in the default VPC" if given else "place {it|its tasks} in the subnets",
            that="runs in the default VPC" if given else "",
            demand=parts.refers(first, "subnets"),
        )
        if (given or vpc.said) and s.may(0.6)
        else False,
    )
    net.link("security_groups", group, "id", Say(np="<it>", that="uses <it>") if group.said else False, wrap=True)
    net.set(
        "assign_public_ip",
        True,
        Say(np="public IPs{ for the tasks|}", do="assign public IPs{ to the tasks|}") if s.may(0.4) else False,
    )
    if balanced:
        lb = s.resource("aws_lb", "{application load balancer|ALB|Application Load Balancer}", role).named(
            "name", resource_name(s, f"{role}-alb")[:32].rstrip("-")
        )
        lb.implied("load_balancer_type", "application")
        lb.set("subnets", places, False)
        target = s.resource("aws_lb_target_group", "target group", role).named(
            "name", resource_name(s, f"{role}-tg")[:32].rstrip("-")
        )
        target.set("port", port, Say(np="port <v>", post="on port <v>")).set("protocol", "HTTP", False, extract=False)
        target.implied("target_type", "ip").link("vpc_id", vpc)
        if s.may(0.5):
            path = s.pick("/health", "/healthz", "/")
            target.block("health_check").set("path", path, Say(np="health checks on <v>", do="check the health at <v>"))
        listener = s.resource("aws_lb_listener", "{listener|HTTP listener}", role)
        listener.link("load_balancer_arn", lb, "arn", Say(post="on <it>"))
        listener.set("port", 80, Say(np="port <v>", post="on port <v>")).set("protocol", "HTTP", False, extract=False)
        action = listener.block(
            "default_action", Say(np="{forwarding|a forward} to the target group", that="forwards to the target group")
        )
        action.implied("type", "forward").link("target_group_arn", target, "arn", Say(implied=True))
        inner = service.block(
            "load_balancer",
            Say(
                np="the target group attached",
                do="register it {in|with} the target group",
                that="is registered with the target group",
            ),
        )
        inner.link("target_group_arn", target, "arn", Say(implied=True))
        inner.set("container_name", role, False, extract=False).set("container_port", port, False, extract=False)
        service.depends_on = (listener,)
        s.nodes.remove(service)
        s.nodes.append(service)
    if s.may(0.4):
        least, most = s.pick((1, 4), (2, 6), (2, 10))
        goal = s.pick(50, 60, 70, 75)
        scale = s.resource(
            "aws_appautoscaling_target",
            "autoscaling target",
            role,
            of=service,
            say=Say(
                np=f"autoscaling from {least} to {most} tasks",
                do=f"scale from {least} to {most} tasks",
                that=f"scales from {least} to {most} tasks",
            ),
        )
        scale.implied("min_capacity", least).implied("max_capacity", most)
        scale.set("service_namespace", "ecs", False, extract=False).set(
            "scalable_dimension", "ecs:service:DesiredCount", False, extract=False
        )
        scale.set("resource_id", Template("service/", main.ref("name"), "/", service.ref("name")), False)
        policy = s.resource(
            "aws_appautoscaling_policy",
            "scaling policy",
            role,
            of=scale,
            say=Say(np=f"a target of {goal} percent CPU", do=f"aim at {goal} percent CPU"),
        )
        policy.set("name", f"{role}-cpu", False).set("policy_type", "TargetTrackingScaling", False, extract=False)
        for name in ("resource_id", "scalable_dimension", "service_namespace"):
            policy.set(name, scale.ref(name), False)
        tracking = policy.block("target_tracking_scaling_policy_configuration")
        tracking.implied("target_value", goal)
        tracking.block("predefined_metric_specification").implied(
            "predefined_metric_type", "ECSServiceAverageCPUUtilization"
        )


@blueprint("ecs", "servicediscovery", "vpc")
def discovered_service(s: Scene) -> None:
    """A service found by name through Cloud Map."""
    vpc, subnets = parts.network(s, 2, said=True, subnets_said=False)
    space = s.resource(
        "aws_service_discovery_private_dns_namespace", "{private DNS namespace|private Cloud Map namespace}", "internal"
    )
    space.named("name", s.pick("internal.local", "services.local", "apps.internal"))
    space.link("vpc", vpc, say="in <it>")
    role = s.pick("backend", "cache", "orders")
    found = s.resource("aws_service_discovery_service", "{Cloud Map service|service discovery service}", role).named(
        "name", role
    )
    dns = found.block("dns_config")
    dns.link("namespace_id", space, "id", Say(post="in <it>"))
    ttl = s.pick(10, 30, 60)
    record = dns.block(
        "dns_records", Say(np=f"A records with a TTL of {ttl} seconds", do=f"use A records with a TTL of {ttl} seconds")
    )
    record.implied("type", "A").implied("ttl", ttl)
    if s.may(0.6):
        image, port = s.pick(*IMAGES)
        main = cluster(s)
        definition = task(s, role, image, port)
        group = parts.security_group(s, vpc, (port,), role)
        service = s.resource("aws_ecs_service", "{ECS service|Fargate service}", role).named(
            "name", resource_name(s, role)
        )
        service.link("cluster", main, "id", Say(post="in <it>")).link("task_definition", definition, "arn")
        service.set("launch_type", "FARGATE", False).set("desired_count", s.pick(1, 2), None)
        net = service.block("network_configuration")
        net.set("subnets", [n.ref("id") for n in subnets], False).link("security_groups", group, wrap=True)
        service.block(
            "service_registries",
            Say(
                np="registration in the Cloud Map service",
                do="register it in Cloud Map",
                that="is registered in Cloud Map",
            ),
        ).link("registry_arn", found, "arn", Say(implied=True))

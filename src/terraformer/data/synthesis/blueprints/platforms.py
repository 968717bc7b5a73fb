"""Elastic Beanstalk, Lightsail, Batch: platforms that run what one gives them."""

from __future__ import annotations

from typing import Any

from terraformer.data.intents import Attribute, Operator
from terraformer.data.synthesis import parts
from terraformer.data.synthesis.blueprints.network import subnets, vpc
from terraformer.data.synthesis.expressions import Json, Raw
from terraformer.data.synthesis.names import project, resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Node, Say, Scene

STACKS = {
    "Python": "64bit Amazon Linux 2023 v4.3.0 running Python 3.11",
    "Node.js": "64bit Amazon Linux 2023 v6.4.3 running Node.js 20",
    "Docker": "64bit Amazon Linux 2023 v4.4.3 running Docker",
    "Corretto": "64bit Amazon Linux 2023 v4.4.4 running Corretto 17",
    "PHP": "64bit Amazon Linux 2023 v4.5.1 running PHP 8.3",
}
SYSTEMS = {
    "amazon_linux_2023": "Amazon Linux 2023",
    "ubuntu_24_04": "Ubuntu 24.04",
    "wordpress": "WordPress",
    "debian_12": "Debian 12",
}


def option(node: Node, namespace: str, name: str, value: str, say: Say | None = None) -> None:
    """A setting of a Beanstalk environment."""
    block = node.block("setting", say)
    if say is None:
        block.set("namespace", namespace, False, extract=False)
        block.set("name", name, False, extract=False).set("value", value, False, extract=False)
    else:
        block.implied("namespace", namespace).implied("name", name).implied("value", value)


@blueprint("elasticbeanstalk", "iam", weight=3)
def beanstalk(s: Scene) -> None:
    """An application and its environment."""
    s.purpose = s.pick("for our web app", "for the admin portal", "", "")
    app = s.resource(
        "aws_elastic_beanstalk_application", "{Elastic Beanstalk application|Beanstalk application}", "main"
    )
    app.named("name", resource_name(s, s.pick("web-app", "portal", "shop", "api")))
    if s.may(0.4):
        app.set("description", s.pick("Web application", "Customer portal", "Internal tool"))
    if s.may(0.3):
        service = parts.execution_role(s, "elasticbeanstalk", "beanstalk_service")
        parts.attach(s, service, "service-role/AWSElasticBeanstalkEnhancedHealth")
        keep = s.pick(10, 50, 128)
        body = app.block(
            "appversion_lifecycle",
            Say(
                np=f"the last {keep} versions kept",
                do=f"keep the last {keep} application versions",
                that=f"keeps the last {keep} versions",
            ),
        )
        body.link("service_role", service, "arn")
        body.implied("max_count", keep).set("delete_source_from_s3", True, False)
    if s.may(0.2):
        return
    role = parts.execution_role(s, "ec2", "beanstalk_ec2", said=s.may(0.3))
    tier = s.pick("WebServer", "WebServer", "WebServer", "Worker")
    parts.attach(s, role, f"AWSElasticBeanstalk{'WebTier' if tier == 'WebServer' else 'WorkerTier'}", said=role.said)
    profile = s.resource("aws_iam_instance_profile", "instance profile", "beanstalk_ec2", said=s.may(0.3))
    profile.named("name", resource_name(s, "beanstalk-ec2")).link("role", role, "name")
    env = s.resource(
        "aws_elastic_beanstalk_environment", "{Elastic Beanstalk environment|Beanstalk environment}", "main"
    )
    env.named("name", resource_name(s, s.pick("web", "app", "portal-env"))[:40].strip("-"))
    env.link("application", app, "name", say="for <it>" if s.may() else False)
    words, stack = s.pick(*STACKS.items())
    env.set(
        "solution_stack_name",
        stack,
        Say(
            np=f"{{the {words} platform|the {words} solution stack}}",
            post=f"{{running|on}} {{{words}|the {words} platform}}",
            demand=Attribute(("solution_stack_name",), Operator.INCLUDES, words),
        )
        if s.may(0.7)
        else False,
    )
    if tier == "Worker":
        env.set("tier", "Worker", Say(np="the worker tier", post="in the worker tier"))
    if s.may(0.2):
        env.set("cname_prefix", f"{project(s)}-{s.number(10, 999)}", Say(np="{the |}CNAME prefix <v>"))
    option(env, "aws:autoscaling:launchconfiguration", "IamInstanceProfile", "")
    last = env.items[-1]
    if isinstance(last, tuple):
        inner = last[1]
        inner.items.pop()
        inner.link("value", profile, "name")
    if s.may(0.6):
        kind = s.pick("t3.micro", "t3.small", "t3.medium")
        option(
            env,
            "aws:autoscaling:launchconfiguration",
            "InstanceType",
            kind,
            Say(np=f"{kind} instances", do=f"use {kind} instances", that=f"runs on {kind} instances"),
        )
    if s.may(0.5):
        least, most = s.pick((1, 2), (1, 4), (2, 4), (2, 6))
        option(
            env,
            "aws:autoscaling:asg",
            "MinSize",
            str(least),
            Say(
                np=f"at least {least} instance{'s' * (least > 1)}",
                do=f"run at least {least} instance{'s' * (least > 1)}",
            ),
        )
        option(
            env,
            "aws:autoscaling:asg",
            "MaxSize",
            str(most),
            Say(np=f"at most {most} instances", do=f"run at most {most} instances"),
        )
    if s.may(0.3) and tier == "WebServer":
        option(
            env,
            "aws:elasticbeanstalk:environment",
            "LoadBalancerType",
            "application",
            Say(np="an application load balancer", do="use an application load balancer"),
        )
    if s.may(0.4):
        name, value = s.pick(("LOG_LEVEL", "info"), ("APP_ENV", "production"), ("STAGE", "prod"))
        option(
            env,
            "aws:elasticbeanstalk:application:environment",
            name,
            value,
            Say(np=f"the environment variable {name}={value}", do=f"set {name} to {value}"),
        )
    if s.may(0.3):
        s.output("endpoint_url", env.ref("endpoint_url"), "the environment's {URL|endpoint}")


@blueprint("elasticbeanstalk", "s3")
def beanstalk_version(s: Scene) -> None:
    """A version from a bundle in S3."""
    app = s.resource(
        "aws_elastic_beanstalk_application", "{Elastic Beanstalk application|Beanstalk application}", "main"
    )
    app.named("name", resource_name(s, "app"))
    store = s.resource("aws_s3_bucket", "{S3 bucket|bucket}", "bundles")
    store.named("bucket", f"{project(s)}-bundles-{s.number(100, 99999)}")
    bundle = s.resource("aws_s3_object", "{S3 object|object} for the bundle", "bundle", said=s.may(0.5))
    bundle.link("bucket", store)
    bundle.named("key", s.pick("app.zip", "releases/app-1.0.0.zip"))
    bundle.set("content_base64", "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==", False, extract=False)
    node = s.resource(
        "aws_elastic_beanstalk_application_version", "{application version|Beanstalk application version}", "v1"
    )
    node.named("name", s.pick("v1", "1.0.0", "initial"))
    node.link("application", app, "name").link("bucket", store, say="from <it>")
    node.link("key", bundle, "key")
    if s.may(0.4):
        node.set("force_delete", True, None)


@blueprint("lightsail", weight=3)
def lightsail_instance(s: Scene) -> None:
    """An instance with ports, an address, a disk."""
    s.purpose = s.pick("for a small blog", "for a hobby project", "", "")
    zone = f"us-east-1{s.pick('a', 'b')}"
    key = None
    if s.may(0.25):
        key = s.resource("aws_lightsail_key_pair", "{Lightsail key pair|key pair}", "main")
        key.named("name", resource_name(s, "lightsail-key"))
    node = s.resource(
        "aws_lightsail_instance", "{Lightsail instance|Amazon Lightsail instance}", s.pick("web", "blog", "app")
    )
    node.named("name", resource_name(s, node.role))
    node.set("availability_zone", zone, None, extract=False)
    system, words = s.pick(*SYSTEMS.items())
    node.set(
        "blueprint_id",
        system,
        Say(np=f"the blueprint {{{words}|{system}}}", post=f"{{running|with}} {words}") if s.may(0.8) else False,
    )
    node.set(
        "bundle_id",
        s.pick("nano_3_0", "micro_3_0", "small_3_0"),
        Say(np="{the |}bundle <v>", post="with bundle <v>") if s.may(0.7) else False,
    )
    if key is not None:
        node.link("key_pair_name", key, "name", Say(np="the key pair", do="use the key pair", that="uses the key pair"))
    if s.may(0.2):
        at = s.pick("06:00", "03:00", "22:00")
        add = node.block("add_on", Say(np=f"automatic snapshots at {at}", do=f"take a snapshot every day at {at}"))
        add.implied("type", "AutoSnapshot").implied("snapshot_time", at).set("status", "Enabled", False)
    if s.may(0.5):
        address = s.resource("aws_lightsail_static_ip", "{static IP|Lightsail static IP}", node.role)
        address.named("name", resource_name(s, f"{node.role}-ip"))
        tie = s.resource(
            "aws_lightsail_static_ip_attachment",
            "",
            node.role,
            of=address,
            say=Say(do="attach it to the instance", that="is attached to the instance"),
        )
        tie.link("static_ip_name", address, "name").link("instance_name", node, "name", Say(implied=True))
    if s.may(0.4):
        ports = s.resource("aws_lightsail_instance_public_ports", "", node.role, of=node, say=Say(implied=True))
        ports.link("instance_name", node, "name")
        for port in s.some([22, 80, 443], 1, 3):
            entry = ports.block("port_info", Say(np=f"port {port} open", do=f"open port {port}"))
            entry.implied("from_port", port).implied("to_port", port).implied("protocol", "tcp")
    if s.may(0.3):
        disk = s.resource("aws_lightsail_disk", "{Lightsail disk|block storage disk in Lightsail}", "data")
        disk.named("name", resource_name(s, "data"))
        disk.set("availability_zone", zone, False, extract=False)
        disk.set("size_in_gb", s.pick(8, 20, 32, 64), Say(post="of <v> GB", np="<v> GB"))
        hold = s.resource(
            "aws_lightsail_disk_attachment",
            "",
            "data",
            of=disk,
            say=Say(do="attach it to the instance", that="is attached to the instance"),
        )
        hold.link("disk_name", disk, "name").link("instance_name", node, "name", Say(implied=True)).set(
            "disk_path", "/dev/xvdf", False, extract=False
        )


@blueprint("lightsail")
def lightsail_database(s: Scene) -> None:
    node = s.resource("aws_lightsail_database", "{Lightsail database|managed database in Lightsail}", "main")
    node.named("relational_database_name", resource_name(s, s.pick("app-db", "wordpress-db", "orders-db")))
    engine, words = s.pick(("mysql_8_0", "MySQL 8.0"), ("postgres_16", "Postgres 16"), ("postgres_15", "Postgres 15"))
    node.set("blueprint_id", engine, Say(post=f"{{running|with}} {words}", np=f"{words} as its engine"))
    node.set("bundle_id", s.pick("micro_2_0", "small_2_0", "medium_2_0"), Say(np="{the |}bundle <v>"))
    node.set("master_database_name", s.pick("app", "wordpress", "orders"), None)
    node.set("master_username", s.pick("dbadmin", "appuser", "wpuser"), Say(np="{the |}{master |}user <v>"))
    secret = s.variable("db_password", "string", None, "Password of the database.", said=False)
    secret.default = s.pick("ChangeMe-2026!", "Str0ng-Passw0rd")
    node.set("master_password", secret, False)
    node.set("availability_zone", "us-east-1a", None if s.may() else False, extract=False)
    if s.may(0.5):
        node.set("backup_retention_enabled", True, Say(np="backups {kept|enabled}", do="keep backups"))
    node.set(
        "skip_final_snapshot", True, Say(np="no final snapshot", do="skip the final snapshot") if s.may() else False
    )
    if s.may(0.3):
        node.set("publicly_accessible", False, Say(np="no public access", do="keep it private"))


@blueprint("lightsail")
def lightsail_containers(s: Scene) -> None:
    """A container service or a bucket."""
    if s.may(0.7):
        node = s.resource(
            "aws_lightsail_container_service", "{Lightsail container service|container service in Lightsail}", "main"
        )
        node.named("name", f"{project(s)}-{s.pick('web', 'api')}")
        node.set(
            "power",
            s.pick("nano", "micro", "small", "medium"),
            Say(np="{the power|power} <v>", do="give it {the |}power <v>"),
        )
        count = s.number(1, 4)
        node.set(
            "scale",
            count,
            Say(
                np=f"{{a scale of {count}|{count} node{'s' * (count > 1)}}}", do=f"run {count} node{'s' * (count > 1)}"
            ),
        )
        if s.may(0.3):
            node.set("is_disabled", False, False)
        if s.may(0.3):
            s.output("url", node.ref("url"), "the service's URL")
    if not s.nodes or s.may(0.4):
        store = s.resource("aws_lightsail_bucket", "{Lightsail bucket|bucket in Lightsail}", "media")
        store.named("name", f"{project(s)}-media-{s.number(100, 9999)}")
        store.set("bundle_id", s.pick("small_1_0", "medium_1_0", "large_1_0"), Say(np="{the |}bundle <v>"))
        if s.may(0.4):
            store.set(
                "force_delete",
                True,
                Say(np="force delete {on|enabled}", do="allow it to be deleted with objects in it"),
            )


@blueprint("lightsail")
def lightsail_balancer(s: Scene) -> None:
    count = s.pick(1, 2)
    node = s.resource("aws_lightsail_instance", "{Lightsail instance|Lightsail server}", "web")
    if count > 1:
        node.times(count)
        node.set("name", Raw('"web-${count.index + 1}"'), False)
    else:
        node.named("name", "web")
    node.set("availability_zone", "us-east-1a", None if s.may() else False, extract=False)
    node.set("blueprint_id", "amazon_linux_2023", False, extract=False).set(
        "bundle_id", s.pick("nano_3_0", "micro_3_0"), Say(np="{the |}bundle <v>")
    )
    lb = s.resource("aws_lightsail_lb", "{Lightsail load balancer|load balancer in Lightsail}", "web")
    lb.named("name", resource_name(s, "web-lb"))
    lb.set(
        "instance_port",
        s.pick(80, 80, 8080),
        Say(np="instance port <v>", post="for port <v>", do="send traffic to port <v>"),
    )
    lb.set("health_check_path", s.pick("/", "/health"), Say(np="{the |}health check path <v>") if s.may(0.6) else False)
    tie = s.resource(
        "aws_lightsail_lb_attachment",
        "",
        "web",
        of=lb,
        say=Say(
            np=f"the instance{'s' * (count > 1)} attached",
            do=f"attach the instance{'s' * (count > 1)} to {{it|the load balancer}}",
        ),
    )
    if count > 1:
        tie.times(count)
        tie.set(
            "instance_name",
            Raw("{0}[count.index].name", (node.ref(""),)),
            Say(implied=True, demand=parts.refers(node, "instance_name")),
        )
    else:
        tie.link("instance_name", node, "name", Say(implied=True))
    tie.link("lb_name", lb, "name")


def _environment(s: Scene, *, fargate: bool) -> Node:
    main, second = vpc(s, said=False)
    net = subnets(s, main, second, "private", 1, said=False)
    group = parts.security_group(s, main, [], "batch", said=False)
    node = s.resource(
        "aws_batch_compute_environment",
        "{Batch compute environment|AWS Batch compute environment|compute environment for Batch}",
        "main",
    )
    node.named("name", resource_name(s, "batch"))
    node.set("type", "MANAGED", Say(np="type MANAGED") if s.may(0.4) else False)
    if s.may(0.4):
        role = parts.execution_role(s, "batch", "batch_service", said=s.may(0.4))
        parts.attach(s, role, "service-role/AWSBatchServiceRole", said=role.said)
        node.link("service_role", role, "arn")
    body = node.block("compute_resources")
    kind = s.pick("FARGATE", "FARGATE_SPOT") if fargate else s.pick("EC2", "SPOT")
    words = {"FARGATE": "Fargate", "FARGATE_SPOT": "Fargate Spot", "EC2": "EC2", "SPOT": "{spot instances|EC2 Spot}"}[
        kind
    ]
    body.set("type", kind, Say(post=f"{{on|using}} {words}", np=f"compute type {kind}"), extract=False)
    most = s.pick(4, 16, 64, 256)
    body.set("max_vcpus", most, Say(np="{at most <v> vCPUs|a maximum of <v> vCPUs}", do="use at most <v> vCPUs"))
    if not fargate:
        nodes = parts.execution_role(s, "ec2", "batch_nodes")
        parts.attach(s, nodes, "service-role/AmazonEC2ContainerServiceforEC2Role")
        profile = s.resource("aws_iam_instance_profile", "instance profile", "batch_nodes", said=False)
        profile.named("name", resource_name(s, "batch-nodes")).link("role", nodes, "name")
        body.link("instance_role", profile, "arn")
        body.set(
            "instance_type",
            [s.pick("c5.large", "m5.large", "optimal", "c6i.xlarge")],
            Say(np="instance type <v>", do="use <v> instances"),
        )
        body.set("min_vcpus", 0, False)
        if kind == "SPOT":
            body.set("allocation_strategy", "SPOT_PRICE_CAPACITY_OPTIMIZED", False)
            body.set(
                "bid_percentage", s.pick(60, 80, 100), Say(np="{a |}bid percentage of <v>", do="bid up to <v> percent")
            )
    body.link("security_group_ids", group, wrap=True).link("subnets", net, wrap=True)
    return node


@blueprint("batch", "iam", weight=3)
def batch(s: Scene) -> None:
    """Compute environment, queue and job definition."""
    s.purpose = s.pick("for nightly reports", "for video rendering", "for simulations", "", "")
    fargate = s.may(0.6)
    place = _environment(s, fargate=fargate)
    policy = None
    if s.may(0.25):
        policy = s.resource("aws_batch_scheduling_policy", "{Batch scheduling policy|scheduling policy}", "fair")
        policy.named("name", resource_name(s, "fair-share"))
        share = policy.block("fair_share_policy", Say(np="fair shares", do="share fairly"))
        share.set("share_decay_seconds", s.pick(1800, 3600), Say(np="{a |}share decay of <v> seconds"))
        entry = share.block("share_distribution")
        entry.set("share_identifier", "A1*", False).set("weight_factor", 0.1, False)
    queue = s.resource("aws_batch_job_queue", "{Batch job queue|job queue}", "main")
    queue.named("name", resource_name(s, "jobs"))
    queue.set("state", "ENABLED", False, extract=False)
    queue.set("priority", s.pick(1, 1, 10), Say(np="priority <v>", do="set the priority to <v>"))
    order = queue.block(
        "compute_environment_order",
        Say(np="the compute environment", do="use the compute environment", that="uses the compute environment")
        if s.may(0.6)
        else None,
    )
    order.set("order", 1, False, extract=False)
    order.link("compute_environment", place, "arn", Say(implied=True) if order.said else False)
    if policy is not None:
        queue.link(
            "scheduling_policy_arn", policy, "arn", Say(np="the scheduling policy", that="uses the scheduling policy")
        )
    if s.may(0.7):
        job_definition(s, fargate=fargate)


def job_definition(s: Scene, *, fargate: bool) -> Node:
    job = s.resource("aws_batch_job_definition", "{Batch job definition|job definition}", "job")
    job.named("name", resource_name(s, s.pick("report", "render", "etl")))
    job.implied("type", "container") if s.may(0.2) else job.set("type", "container", False, extract=False)
    picture = s.pick("public.ecr.aws/docker/library/busybox:1.36", "public.ecr.aws/docker/library/python:3.12-slim")
    cpu, memory = s.pick(("1", "2048"), ("2", "4096"), ("0.5", "1024") if fargate else ("1", "1024"))
    body: dict[str, Any] = {
        "image": picture,
        "command": ["echo", "hello"],
        "resourceRequirements": [{"type": "VCPU", "value": cpu}, {"type": "MEMORY", "value": memory}],
    }
    if fargate:
        role = parts.execution_role(s, "ecs", "batch_job")
        parts.attach(s, role, "service-role/AmazonECSTaskExecutionRolePolicy")
        body["executionRoleArn"] = role.ref("arn")
        job.set("platform_capabilities", ["FARGATE"], Say(np="Fargate as platform", post="for Fargate"))
    job.set("container_properties", Json(body), False)
    if s.may(0.5):
        tries = s.pick(2, 3, 5)
        job.block("retry_strategy", Say(np=f"{{up to |}}{tries} attempts", do=f"try up to {tries} times")).implied(
            "attempts", tries
        )
    if s.may(0.5):
        limit = s.pick(600, 1800, 3600)
        job.block(
            "timeout",
            Say(
                np=f"a timeout of {{{limit} seconds|{limit // 60} minutes}}", do=f"stop it after {limit // 60} minutes"
            ),
        ).implied("attempt_duration_seconds", limit)
    return job


@blueprint("batch")
def batch_job(s: Scene) -> None:
    job_definition(s, fargate=s.may(0.6))


@blueprint("batch", "events", "iam")
def scheduled_job(s: Scene) -> None:
    """A job that a schedule submits."""
    fargate = True
    place = _environment(s, fargate=fargate)
    queue = s.resource("aws_batch_job_queue", "{Batch job queue|job queue}", "main")
    queue.named("name", resource_name(s, "jobs"))
    queue.set("state", "ENABLED", False, extract=False).set("priority", 1, None)
    order = queue.block("compute_environment_order")
    order.set("order", 1, False, extract=False).link("compute_environment", place, "arn")
    job = job_definition(s, fargate=fargate)
    role = parts.execution_role(s, "events", "submit", said=s.may(0.3))
    parts.role_policy(
        s,
        role,
        ("batch:SubmitJob",),
        (queue.ref("arn"), job.ref("arn")),
        said=role.said and s.may(),
        words="submit the job",
    )
    text, expression = s.pick(
        ("every night at 2:00 UTC", "cron(0 2 * * ? *)"),
        ("every hour", "rate(1 hour)"),
        ("every day at noon UTC", "cron(0 12 * * ? *)"),
    )
    rule = s.resource("aws_cloudwatch_event_rule", "{EventBridge rule|scheduled EventBridge rule}", "schedule")
    rule.named("name", resource_name(s, "nightly-job"))
    rule.set(
        "schedule_expression",
        expression,
        Say(np=f'{{the |}}schedule "{expression}"', that=f"fires {text}", do=f"fire {text}"),
        extract=False,
    )
    target = s.resource(
        "aws_cloudwatch_event_target",
        "",
        "job",
        of=rule,
        say=Say(np="the job as {its |}target", do="submit the job", that="submits the job"),
    )
    target.link("rule", rule, "name").link("arn", queue, "arn", Say(implied=True)).link("role_arn", role, "arn")
    inner = target.block("batch_target")
    inner.link("job_definition", job, "arn").set("job_name", "scheduled", False, extract=False)

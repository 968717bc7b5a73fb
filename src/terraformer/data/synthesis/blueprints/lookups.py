"""On top of what exists: default and tagged networks, parameters, lists and policies of AWS; and what variables decide."""

from __future__ import annotations

from terraformer.data.intents import Attribute, Operator, RefersTo, Target
from terraformer.data.synthesis import parts
from terraformer.data.synthesis.blueprints.autoscaling import scaling_group
from terraformer.data.synthesis.blueprints.balancing import balancer, listener, targets
from terraformer.data.synthesis.blueprints.compute import instance, instance_type
from terraformer.data.synthesis.blueprints.edge import behavior, distribution, origin_bucket, readable
from terraformer.data.synthesis.blueprints.network import call, subnets, vpc
from terraformer.data.synthesis.expressions import Raw, Template
from terraformer.data.synthesis.names import project, resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Node, Say, Scene, VariableNode


def default_vpc(s: Scene) -> Node:
    node = s.data("aws_vpc", "", "default")
    node.set("default", True, False, extract=False)
    return node


def tagged_vpc(s: Scene, name: str) -> Node:
    node = s.data("aws_vpc", "", "selected")
    if s.may():
        node.set("tags", {"Name": name}, False, extract=False)
    else:
        chosen = node.block("filter")
        chosen.set("name", "tag:Name", False, extract=False).set("values", [name], False)
    return node


def its_subnets(s: Scene, main: Node, tier: str = "") -> Node:
    node = s.data("aws_subnets", "", tier or "default")
    chosen = node.block("filter")
    chosen.set("name", "vpc-id", False, extract=False).link("values", main, "id", wrap=True)
    if tier:
        more = node.block("filter")
        more.set("name", "tag:Tier", False, extract=False).set("values", [tier], False)
    return node


def somewhere(s: Scene) -> tuple[Node, str]:
    """The default VPC or one with a name, and the words for it."""
    if s.may(0.6):
        return default_vpc(s), "the default VPC"
    name = s.pick("main", "shared", f"{project(s)}-vpc")
    return tagged_vpc(s, name), f"the existing VPC {{named|called|tagged}} {name}"


def uses(variable: VariableNode, *path: str) -> RefersTo:
    """The demand that an argument takes a variable's value."""
    return RefersTo(Target(variable=variable.name), path)


@blueprint("ec2", "vpc", weight=2)
def group_in_existing(s: Scene) -> None:
    """A security group, maybe an instance, in a VPC that exists."""
    main, words = somewhere(s)
    group = s.resource("aws_security_group", "security group", s.pick("web", "app"))
    group.named("name", resource_name(s, f"{group.role}-sg"))
    group.set("vpc_id", main.ref(), Say(post=f"in {words}", demand=parts.refers(main, "vpc_id")), extract=False)
    for port in s.some([80, 443, 22], 1, 2):
        rule = group.block(
            "ingress",
            Say(
                np=f"port {port} open to everyone",
                do=f"open port {port} to everyone",
                that=f"lets everyone in on port {port}",
            ),
        )
        rule.implied("from_port", port).implied("to_port", port).implied("protocol", "tcp")
        rule.implied("cidr_blocks", ["0.0.0.0/0"])
    out = group.block("egress")
    for name, value in (("from_port", 0), ("to_port", 0), ("protocol", "-1"), ("cidr_blocks", ["0.0.0.0/0"])):
        out.set(name, value, False, extract=False)
    if s.may(0.6):
        node = instance(s, group.role)
        if "default" not in words:
            node.set("subnet_id", Raw("{0}[0]", (its_subnets(s, main).ref("ids"),)), False)
        node.link(
            "vpc_security_group_ids",
            group,
            say=Say(np="the security group", do="attach the security group", that="uses the security group"),
            wrap=True,
        )


@blueprint("elb", "vpc", weight=2)
def balancer_in_default(s: Scene) -> None:
    """A load balancer in the subnets of the default VPC."""
    main = default_vpc(s)
    nets = its_subnets(s, main)
    lb = balancer(s, nets)
    for setting in lb.settings():
        if setting.name == "subnets":
            setting.value = nets.ref("ids")
            setting.say = Say(
                post="in {the default VPC's subnets|the subnets of the default VPC}",
                demand=parts.refers(nets, "subnets"),
            )
            setting.said = True
    backend = targets(s, main, s.pick("web", "api"))
    listener(s, lb, backend)
    if s.may(0.5):
        _, node = scaling_group(s, None, "web")
        node.link(
            "target_group_arns",
            backend,
            "arn",
            Say(np="the target group", do="register its instances in the target group"),
            wrap=True,
        )


@blueprint("ec2", "ssm", weight=2)
def image_by_parameter(s: Scene) -> None:
    """The AMI from a public parameter of AWS."""
    path, words = s.pick(
        ("/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64", "Amazon Linux 2023"),
        ("/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64", "Amazon Linux 2023 (ARM)"),
        ("/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id", "Ubuntu 24.04"),
    )
    found = s.data("aws_ssm_parameter", "", "ami")
    found.set("name", path, False, extract=False)
    node = s.resource("aws_instance", "EC2 instance", s.pick("web", "app", "worker"))
    node.set(
        "ami",
        found.ref("value"),
        Say(
            np=f"the latest {words} AMI looked up {{in|from}} SSM Parameter Store",
            do=f"look up the latest {words} AMI in SSM Parameter Store",
            demand=parts.refers(found, "ami"),
        ),
        extract=False,
    )
    kinds = ("t4g.micro", "t4g.small", "m7g.medium") if "arm64" in path else ("t3.micro", "t3.small", "m5.large")
    node.set("instance_type", s.pick(*kinds), True)
    if s.may():
        call(s, node)
    if s.may(0.3):
        s.output("instance_id", node.ref(), "the instance ID")


@blueprint("vpc", "cloudfront")
def from_cloudfront_only(s: Scene) -> None:
    """A group that lets only CloudFront in, by its prefix list."""
    main, words = somewhere(s)
    origins = s.data("aws_ec2_managed_prefix_list", "", "cloudfront")
    origins.set("name", "com.amazonaws.global.cloudfront.origin-facing", False, extract=False)
    group = s.resource("aws_security_group", "security group", "origin")
    group.named("name", resource_name(s, "origin"))
    group.set("vpc_id", main.ref(), Say(post=f"in {words}", demand=parts.refers(main, "vpc_id")), extract=False)
    port = s.pick(443, 80)
    say = Say(
        np=f"port {port} open only to CloudFront's {{managed |}}prefix list",
        do=f"allow port {port} only from CloudFront's {{managed |}}prefix list",
        that=f"allows port {port} only from CloudFront's {{managed |}}prefix list",
    )
    rule = s.resource("aws_vpc_security_group_ingress_rule", "", "cloudfront", of=group, say=say)
    rule.link("security_group_id", group)
    rule.set(
        "prefix_list_id",
        origins.ref(),
        Say(implied=True, demand=parts.refers(origins, "prefix_list_id")),
        extract=False,
    )
    rule.implied("ip_protocol", "tcp").implied("from_port", port).implied("to_port", port)


@blueprint("cloudfront", "s3", weight=2)
def managed_policies(s: Scene) -> None:
    """CloudFront's own policies, looked up by name."""
    site, control = origin_bucket(s)
    cdn = distribution(s, site, site.ref("bucket_regional_domain_name"), "bucket", control=control)
    name = s.pick(
        "Managed-CachingOptimized", "Managed-CachingDisabled", "Managed-CachingOptimizedForUncompressedObjects"
    )
    policy = s.data("aws_cloudfront_cache_policy", "", "managed")
    policy.set("name", name, False, extract=False)
    body = behavior(cdn)
    body.set(
        "cache_policy_id",
        policy.ref(),
        Say(
            np=f"the {{managed |}}cache policy {name}",
            do=f"use the {{managed |}}cache policy {name}",
            demand=parts.refers(policy, "cache_policy_id"),
        ),
        extract=False,
    )
    if s.may(0.5):
        headers = s.data("aws_cloudfront_response_headers_policy", "", "security")
        headers.set("name", "Managed-SecurityHeadersPolicy", False, extract=False)
        body.set(
            "response_headers_policy_id",
            headers.ref(),
            Say(
                np="the managed security headers policy",
                do="add the managed security headers policy",
                demand=parts.refers(headers, "response_headers_policy_id"),
            ),
            extract=False,
        )
    cdn.block("viewer_certificate").set("cloudfront_default_certificate", True, False, extract=False)
    readable(s, site, cdn)


@blueprint("elasticbeanstalk")
def latest_stack(s: Scene) -> None:
    """The newest platform version of Beanstalk."""
    words, pattern = s.pick(
        ("Python", "^64bit Amazon Linux 2023 (.*) running Python 3.11$"),
        ("Node.js 20", "^64bit Amazon Linux 2023 (.*) running Node.js 20$"),
        ("Docker", "^64bit Amazon Linux 2023 (.*) running Docker$"),
    )
    stack = s.data("aws_elastic_beanstalk_solution_stack", "", "latest")
    stack.set("most_recent", True, False, extract=False).set("name_regex", pattern, False, extract=False)
    app = s.resource(
        "aws_elastic_beanstalk_application", "{Elastic Beanstalk application|Beanstalk application}", "main"
    )
    app.named("name", resource_name(s, "app"))
    env = s.resource(
        "aws_elastic_beanstalk_environment", "{Elastic Beanstalk environment|Beanstalk environment}", "main"
    )
    env.named("name", resource_name(s, "app-env")[:40].strip("-"))
    env.link("application", app, "name", say="for <it>" if s.may() else False)
    env.set(
        "solution_stack_name",
        stack.ref("name"),
        Say(
            np=f"the {{latest|most recent}} {words} solution stack",
            post=f"on the {{latest|most recent}} {words} solution stack",
            demand=parts.refers(stack, "solution_stack_name"),
        ),
        extract=False,
    )


@blueprint("vpc", weight=2)
def network_by_variables(s: Scene) -> None:
    """Ranges and names by variables."""
    cidr = s.variable(
        s.pick("vpc_cidr", "cidr_block", "vpc_cidr_block"), "string", "10.0.0.0/16", "Range of the VPC.", said=True
    )
    stage = s.variable(
        s.pick("environment", "env", "stage"), "string", s.pick("dev", "prod"), "Stage.", said=s.may(0.7)
    )
    main = s.resource("aws_vpc", "VPC", "main")
    say = Say(
        np=f"the CIDR block from the variable {cidr.name}",
        do=f"take {{its |the }}CIDR block from the variable {cidr.name}",
        that=f"takes its CIDR block from the variable {cidr.name}",
        demand=uses(cidr, "cidr_block"),
    )
    main.set("cidr_block", cidr, say, extract=False)
    main.set(
        "tags",
        {"Name": Template(stage, "-vpc")},
        Say(np=f"a Name tag with the variable {stage.name} in it", demand=uses(stage, "tags"))
        if stage.said and s.may(0.6)
        else False,
        extract=False,
    )
    if s.may(0.7):
        subnets(s, main, 0, s.pick("public", "private"), s.pick(2, 3))
    if s.may(0.5):
        s.output("vpc_id", main.ref(), "the VPC ID")


@blueprint("ec2", weight=2)
def instance_by_variables(s: Scene) -> None:
    """Type and number of instances by variables."""
    kind = s.variable("instance_type", "string", instance_type(s), "Type of the instance.", said=True)
    node = instance(s, s.pick("web", "app"), named=False)
    for item in node.settings():
        if item.name == "instance_type":
            item.value = kind
            item.said = True
            item.say = Say(
                np="the instance type from the variable instance_type",
                do="take the instance type from {a|the} variable instance_type",
                demand=uses(kind, "instance_type"),
            )
    if s.may(0.5):
        key = s.variable("key_name", "string", "ops", "Key pair for SSH.", said=True)
        node.set(
            "key_name",
            key,
            Say(np="the key pair from the variable key_name", demand=uses(key, "key_name")),
            extract=False,
        )
    if s.may(0.5):
        s.output("public_ip", node.ref("public_ip"), "the public IP")


@blueprint("ec2", "ebs")
def from_snapshot(s: Scene) -> None:
    """A volume restored from the newest snapshot."""
    shot = s.data("aws_ebs_snapshot", "", "latest")
    shot.set("most_recent", True, False, extract=False).set("owners", ["self"], False)
    tag = s.pick("data", "db", "nfs")
    chosen = shot.block("filter")
    chosen.set("name", "tag:Name", False, extract=False).set("values", [tag], False)
    disk = s.resource("aws_ebs_volume", "EBS volume", "restored")
    disk.set("availability_zone", f"us-east-1{s.pick('a', 'b')}", True, extract=False)
    disk.set(
        "snapshot_id",
        shot.ref(),
        Say(
            post=f"{{restored|created}} from the {{latest|newest}} snapshot {{tagged|named}} {tag}",
            demand=parts.refers(shot, "snapshot_id"),
        ),
        extract=False,
    )
    if s.may(0.6):
        disk.set("type", "gp3", Say(np="type gp3", do="use gp3"))


@blueprint("tgw", "vpc")
def attached_spoke(s: Scene) -> None:
    """A new VPC attached to a transit gateway that exists."""
    hub = s.data("aws_ec2_transit_gateway", "", "shared")
    chosen = hub.block("filter")
    chosen.set("name", "tag:Name", False, extract=False).set("values", [f"{project(s)}-tgw"], False)
    main, second = vpc(s)
    nets = subnets(s, main, second, "private", s.pick(1, 2))
    link = s.resource("aws_ec2_transit_gateway_vpc_attachment", "{transit gateway attachment|VPC attachment}", "main")
    link.link("vpc_id", main, say="for <it>")
    link.link("subnet_ids", nets, wrap=True)
    link.set(
        "transit_gateway_id",
        hub.ref(),
        Say(
            post="to {the existing|our existing} transit gateway",
            demand=parts.refers(hub, "transit_gateway_id"),
        ),
        extract=False,
    )
    if s.may(0.4):
        link.set("appliance_mode_support", "enable", Say(np="appliance mode {on|enabled}", do="enable appliance mode"))


@blueprint("autoscaling", "vpc")
def group_in_tagged_subnets(s: Scene) -> None:
    """An auto scaling group in subnets found by their tags."""
    name = s.pick("main", "shared", "prod")
    main = tagged_vpc(s, name)
    tier = s.pick("private", "app")
    nets = its_subnets(s, main, tier)
    _, node = scaling_group(s, nets, s.pick("web", "workers"))
    for item in node.settings():
        if item.name == "vpc_zone_identifier":
            item.value = nets.ref("ids")
            item.said = True
            item.say = Say(
                post=f"in the existing subnets tagged Tier={tier}", demand=parts.refers(nets, "vpc_zone_identifier")
            )


@blueprint("ec2", "vpc")
def optimized_instance(s: Scene) -> None:
    """An instance in loose words: large, for memory or computing."""
    large = {
        "for memory-heavy work": ["r5.large", "r5.xlarge", "r6i.large", "r6i.xlarge", "r6g.large", "r7i.large"],
        "for heavy computing": ["c5.xlarge", "c5.2xlarge", "c6i.xlarge", "c6i.2xlarge", "c7i.xlarge"],
        "on ARM": ["t4g.micro", "t4g.small", "t4g.medium", "m6g.large", "m7g.medium", "c7g.large"],
    }
    words = s.pick(*large)
    words_np = {
        "for memory-heavy work": "a memory optimized instance type",
        "for heavy computing": "a compute optimized instance type",
        "on ARM": "{a Graviton|an ARM} instance type",
    }[words]
    prefix = {
        "for memory-heavy work": "^(r|x|z|u-)",
        "for heavy computing": "^c[0-9]",
        "on ARM": "^[a-z]+[0-9]+g[a-z]*\\.",
    }[words]
    found = s.data("aws_ami", "", "al2023")
    found.set("most_recent", True, False, extract=False).set("owners", ["amazon"], False)
    chosen = found.block("filter")
    arch = "arm64" if words == "on ARM" else "x86_64"
    chosen.set("name", "name", False, extract=False).set("values", [f"al2023-ami-2023.*-{arch}"], False)
    node = s.resource("aws_instance", "EC2 instance", s.pick("worker", "analytics", "build"))
    node.set("ami", found.ref(), False)
    kinds = [k for k in large[words] if not (words == "for memory-heavy work" and "g." in k)]
    node.set(
        "instance_type",
        s.pick(*kinds),
        Say(np=words_np, demand=Attribute(("instance_type",), Operator.MATCHES, prefix)),
    )
    if s.may(0.6):
        call(s, node)
    if s.may(0.4):
        size = s.pick(100, 200, 500)
        disk = node.block(
            "root_block_device", Say(np=f"a {size} GB root volume", do=f"give it a {size} GB root volume")
        )
        disk.implied("volume_size", size).set("volume_type", "gp3", False)

"""EC2: instances, disks, launch templates, spot, placement, images."""

from __future__ import annotations

from terraformer.data.intents import Attribute, Operator, RefersTo, Target
from terraformer.data.synthesis import parts
from terraformer.data.synthesis.blueprints.network import call, subnets, vpc
from terraformer.data.synthesis.expressions import Call, Document, Raw, Statement, Value
from terraformer.data.synthesis.names import resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Body, Node, Say, Scene

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG{} {}@{}"
IMAGES = {
    "al2023": ("amazon", "al2023-ami-2023.*-x86_64", "{Amazon Linux 2023|the latest Amazon Linux 2023 AMI}"),
    "ubuntu22": (
        "099720109477",
        "ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-*",
        "{Ubuntu 22.04|the latest Ubuntu 22.04 AMI}",
    ),
    "ubuntu24": (
        "099720109477",
        "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-*",
        "{Ubuntu 24.04|the latest Ubuntu 24.04 AMI}",
    ),
    "debian12": ("136693071363", "debian-12-amd64-*", "{Debian 12|the latest Debian 12 AMI}"),
    "windows": (
        "amazon",
        "Windows_Server-2022-English-Full-Base-*",
        "{Windows Server 2022|the latest Windows Server 2022 AMI}",
    ),
}


def image(s: Scene, kind: str = "") -> tuple[Node, str]:
    """A lookup of the latest AMI of a system, and its name in words."""
    kind = kind or s.pick("al2023", "al2023", "ubuntu22", "ubuntu24", "debian12")
    owner, pattern, words = IMAGES[kind]
    node = s.data("aws_ami", "", kind)
    node.set("most_recent", True, False, extract=False).set("owners", [owner], False)
    chosen = node.block("filter")
    chosen.set("name", "name", False, extract=False).set("values", [pattern], False)
    if s.may(0.3):
        more = node.block("filter")
        more.set("name", "virtualization-type", False, extract=False).set("values", ["hvm"], False)
    return node, words


def from_image(s: Scene, node: Node, argument: str = "ami", kind: str = "", *, said: bool | None = None) -> Node:
    """Let an instance (or launch template) use a looked up AMI."""
    found, words = image(s, kind)
    say = Say(np=words, post="{running|with|based on} " + words, demand=RefersTo(Target(data="aws_ami"), (argument,)))
    node.set(argument, found.ref("id"), say if (said if said is not None else s.may(0.6)) else False)
    return found


def instance_type(s: Scene) -> str:
    return str(
        s.pick(
            "t3.micro",
            "t3.micro",
            "t3.small",
            "t3.medium",
            "t2.micro",
            "m5.large",
            "t3a.small",
            "c5.large",
            "m6i.large",
            "r6i.large",
        )
    )


def sized(s: Scene, body: Body, argument: str = "instance_type") -> None:
    """An instance type: exact, or in loose words that mean some."""
    if s.may(0.15):
        small = [
            "t2.micro",
            "t2.small",
            "t3.nano",
            "t3.micro",
            "t3.small",
            "t3a.micro",
            "t3a.small",
            "t4g.micro",
            "t4g.small",
        ]
        body.set(
            argument,
            s.pick("t3.micro", "t3.small", "t2.micro"),
            Say(
                np="a {small|cheap} {instance type|size}",
                demand=Attribute((*body.path, argument), Operator.ONE_OF, small),
            ),
        )
        return
    body.set(argument, instance_type(s), True if s.may(0.7) else None)


def instance(
    s: Scene,
    role: str = "",
    *,
    noun: str = "{EC2 instance|EC2 instance|instance in EC2}",
    said: bool = True,
    kind: str = "",
    named: bool = True,
) -> Node:
    node = s.resource(
        "aws_instance", noun, role or s.pick("web", "app", "server", "worker", "bastion", "api"), said=said
    )
    from_image(s, node, kind=kind)
    sized(s, node)
    if named and s.may(0.5):
        call(s, node, resource_name(s, node.role))
    return node


def profile(s: Scene, role_name: str) -> Node:
    """An instance profile with a role, and what it may do."""
    role = parts.execution_role(s, "ec2", role_name, said=s.may(0.4))
    policy = s.pick("AmazonSSMManagedInstanceCore", "CloudWatchAgentServerPolicy", "AmazonS3ReadOnlyAccess")
    parts.attach(s, role, policy, said=role.said)
    found = s.resource("aws_iam_instance_profile", "instance profile", role_name)
    found.named("name", resource_name(s, f"{role_name}-profile"))
    found.link("role", role, "name", say="for <it>" if role.said else False)
    return found


def key_pair(s: Scene, *, said: bool = True) -> Node:
    node = s.resource(
        "aws_key_pair",
        "{EC2 key pair|key pair|SSH key pair in AWS}",
        s.pick("deployer", "admin", "ops", "main"),
        said=said,
    )
    node.named("key_name", resource_name(s, f"{node.role}-key"))
    tail = "".join(s.rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789") for _ in range(42))
    node.set(
        "public_key",
        KEY.format(tail, s.pick("ops", "admin", "dev"), s.pick("example.com", "laptop", "workstation")),
        False,
        extract=False,
    )
    return node


def start_script(s: Scene, node: Node, argument: str = "user_data", *, encode: bool = False) -> None:
    system = next((n.role for n in reversed(s.nodes) if n.type == "aws_ami"), "")
    words = s.pick("nginx", "Apache", "Docker")
    if system == "al2023":
        server = {"nginx": "nginx", "Apache": "httpd", "Docker": "docker"}[words]
        text: Value = f"#!/bin/bash\ndnf install -y {server}\nsystemctl enable --now {server}\n"
    else:
        server = {"nginx": "nginx", "Apache": "apache2", "Docker": "docker.io"}[words]
        text = f"#!/bin/bash\napt-get update\napt-get install -y {server}\n"
    server = server.removesuffix(".io")
    demand = Attribute((argument,), Operator.SET if encode else Operator.INCLUDES, True if encode else server)
    node.set(
        argument,
        Call("base64encode", (text,)) if encode else text,
        Say(
            np=f"user data that installs {words}",
            do=f"install {words} {{with user data|at boot|through user data}}",
            demand=demand,
        )
        if s.may(0.7)
        else False,
        extract=False,
    )


def root_disk(s: Scene, node: Node) -> None:
    size = s.pick(10, 20, 30, 50, 100)
    kind = s.pick("gp3", "gp3", "gp2")
    disk = node.block(
        "root_block_device",
        Say(np=f"a {{{size} GB|{size} GiB}} {kind} root {{volume|disk}}", do=f"give it a {size} GB {kind} root volume"),
    )
    disk.implied("volume_size", size).implied("volume_type", kind)
    if s.may(0.4):
        disk.set("encrypted", True, Say(np="an encrypted root {disk|volume}", do="encrypt the root {disk|volume}"))


@blueprint("ec2", weight=3)
def single_instance(s: Scene) -> None:
    main = instance(s)
    if s.may(0.25):
        root_disk(s, main)
    if s.may(0.2):
        main.set("monitoring", True, Say(np="detailed monitoring", do="{enable|turn on} detailed monitoring"))
    if s.may(0.2):
        main.set(
            "disable_api_termination",
            True,
            Say(np="termination protection", do="protect it {from|against} termination"),
        )
    if s.may(0.25):
        block = main.block("metadata_options", Say(np="IMDSv2 required", do="{require|enforce} IMDSv2"))
        block.set("http_endpoint", "enabled", False).implied("http_tokens", "required")
    if s.may(0.3):
        s.output("public_ip", main.ref("public_ip"), "{its|the} public IP")


@blueprint("ec2", weight=2)
def several_instances(s: Scene) -> None:
    main = instance(s, s.pick("web", "worker", "node"), named=False)
    if s.may(0.7):
        main.times(s.number(2, 5))
        if s.may(0.5):
            main.set("tags", {"Name": Raw(f'"{main.role}-${{count.index + 1}}"')}, False, extract=False)
    else:
        keys = s.pick(["web", "api"], ["blue", "green"], ["frontend", "backend", "worker"])
        main.each(keys)
        main.set(
            "tags",
            {"Name": Raw("each.key")},
            Say(
                post="named " + ", ".join(keys[:-1]) + f" and {keys[-1]}",
                demand=Attribute(("tags", "Name"), Operator.ONE_OF, keys),
            ),
            extract=False,
        )
    if s.may(0.4):
        s.output("private_ips", Raw("[for i in {0} : i.private_ip]", (main.ref(""),)), "the private IPs")


@blueprint("ec2", "vpc", weight=3)
def web_server(s: Scene) -> None:
    """An instance with group, key, maybe an Elastic IP, in a VPC or the default one."""
    s.purpose = s.pick("for a small website", "for a demo", "for our intranet", "", "")
    own = s.may(0.5)
    main, second = vpc(s, said=own and s.may(0.7)) if own else (None, 0)
    group = s.resource("aws_security_group", "security group", "web")
    group.named("name", resource_name(s, "web-sg"))
    if main is not None:
        group.link("vpc_id", main)
    source = s.pick("0.0.0.0/0", "0.0.0.0/0", "203.0.113.0/24")
    for port, name in s.some([(80, "HTTP"), (443, "HTTPS"), (22, "SSH")], 1, 3):
        whence = "anywhere" if source == "0.0.0.0/0" else source
        rule = group.block(
            "ingress",
            Say(
                np=f"{name} {{open|allowed}} from {whence}",
                do=f"allow {name} from {whence}",
                that=f"allows {name} from {whence}",
            ),
        )
        rule.implied("from_port", port).implied("to_port", port).implied("protocol", "tcp")
        rule.implied("cidr_blocks", [source])
    out = group.block("egress")
    for name, value in (("from_port", 0), ("to_port", 0), ("protocol", "-1"), ("cidr_blocks", ["0.0.0.0/0"])):
        out.set(name, value, False, extract=False)
    net = subnets(s, main, second, "public", 1, said=main.said) if main is not None else None
    key = key_pair(s) if s.may(0.4) else None
    web = instance(s, "web", noun="{EC2 instance|web server on EC2|EC2 instance}")
    if net is not None:
        web.link("subnet_id", net, say="in <it>" if net.said else False)
    web.link(
        "vpc_security_group_ids",
        group,
        say=Say(np="the security group", do="attach the security group {to it|}", that="uses the security group"),
        wrap=True,
    )
    start_script(s, web)
    if key is not None:
        web.link("key_name", key, "key_name", Say(np="the key pair", do="use the key pair {for SSH|}"))
    if s.may(0.4):
        address = s.resource("aws_eip", "{Elastic IP|EIP}", "web")
        address.set("domain", "vpc", False, extract=False)
        if s.may(0.6):
            address.link("instance", web, say="{for|attached to} <it>")
        else:
            tie = s.resource(
                "aws_eip_association",
                "",
                "web",
                of=address,
                say=Say(do="associate it with the instance", that="is associated with the instance"),
            )
            tie.link("instance_id", web, "id", Say(implied=True)).link("allocation_id", address)
    if s.may(0.3):
        s.output("instance_id", web.ref(), "the instance ID")


@blueprint("ec2", "ebs", weight=2)
def data_disk(s: Scene) -> None:
    """An instance with a volume of its own."""
    zone = f"us-east-1{s.pick('a', 'b', 'c')}"
    main = instance(s, s.pick("db", "app", "nfs"))
    main.set("availability_zone", zone, None, extract=False)
    disk = s.resource("aws_ebs_volume", "{EBS volume|EBS volume|EBS disk}", "data")
    disk.set("availability_zone", zone, None, extract=False)
    disk.set("size", s.pick(20, 50, 100, 200, 500), Say(np="<v> {GB|GiB}", post="of <v> {GB|GiB}"))
    kind = s.pick("gp3", "gp3", "gp2", "io1")
    disk.set("type", kind, Say(np="type <v>") if s.may(0.6) or kind == "io1" else False)
    if kind == "io1":
        disk.set("iops", s.pick(1000, 3000), Say(np="<v> {provisioned |}IOPS"))
    if s.may(0.5):
        disk.set("encrypted", True, Say(np="encryption", do="encrypt it", that="is encrypted"))
    device = s.pick("/dev/sdf", "/dev/sdh", "/dev/xvdf")
    tie = s.resource(
        "aws_volume_attachment",
        "",
        "data",
        of=disk,
        say=Say(do=f"attach it to the instance as {device}", that=f"is attached to the instance as {device}"),
    )
    tie.implied("device_name", device)
    tie.link("volume_id", disk).link("instance_id", main, "id", Say(implied=True))
    if s.may(0.25):
        shot = s.resource("aws_ebs_snapshot", "{EBS snapshot|snapshot}", "data")
        shot.link("volume_id", disk, say="of <it>")


@blueprint("ec2", "iam", weight=2)
def instance_with_role(s: Scene) -> None:
    role = s.pick("app", "worker", "web", "bastion")
    found = profile(s, role)
    main = instance(s, role)
    main.link("iam_instance_profile", found, "name", Say(np="the instance profile", do="attach the instance profile"))
    if s.may(0.3):
        root_disk(s, main)


@blueprint("ec2")
def ssh_key(s: Scene) -> None:
    key = key_pair(s)
    if s.may(0.5):
        main = instance(s)
        main.link("key_name", key, "key_name", Say(np="the key pair", do="use the key pair"))


@blueprint("ec2", weight=2)
def launch_template(s: Scene) -> None:
    node = s.resource("aws_launch_template", "launch template", s.pick("app", "web", "workers"))
    node.named("name", resource_name(s, node.role))
    from_image(s, node, "image_id")
    sized(s, node)
    if s.may(0.4):
        size = s.pick(20, 40, 100)
        disk = node.block(
            "block_device_mappings", Say(np=f"a {size} GB gp3 root volume", do=f"set the root volume to {size} GB gp3")
        )
        disk.set("device_name", "/dev/xvda", False, extract=False)
        disk.block("ebs").implied("volume_size", size).implied("volume_type", "gp3")
    if s.may(0.4):
        opts = node.block("metadata_options", Say(np="IMDSv2 required", do="require IMDSv2"))
        opts.set("http_endpoint", "enabled", False).implied("http_tokens", "required")
    if s.may(0.4):
        node.block("monitoring", Say(np="detailed monitoring", do="enable detailed monitoring")).implied(
            "enabled", True
        )
    if s.may(0.4):
        start_script(s, node, encode=True)
    if s.may(0.3):
        node.set(
            "update_default_version",
            True,
            Say(
                np="the default version updated {on each change|automatically}",
                do="update the default version on each change",
            ),
        )
    if s.may(0.3):
        market = node.block("instance_market_options", Say(np="spot {instances|pricing}", do="use spot instances"))
        market.implied("market_type", "spot")


@blueprint("ec2")
def spot_request(s: Scene) -> None:
    node = s.resource(
        "aws_spot_instance_request",
        "{spot instance request|spot request|spot instance}",
        s.pick("worker", "ci", "batch"),
    )
    from_image(s, node)
    node.set("instance_type", instance_type(s), True)
    node.set(
        "spot_price",
        s.pick("0.03", "0.05", "0.10"),
        Say(np="a {maximum |max }price of <v> USD {an|per} hour", do="bid at most <v> USD"),
    )
    node.set("wait_for_fulfillment", s.pick(True, False), None if s.may(0.5) else False)
    if s.may(0.4):
        node.set("spot_type", s.pick("one-time", "persistent"))
    if s.may(0.3):
        node.set(
            "instance_interruption_behavior",
            s.pick("terminate", "stop"),
            Say(np="interruption behavior <v>", do="<v> it on interruption"),
        )


@blueprint("ec2")
def spot_fleet(s: Scene) -> None:
    role = s.resource("aws_iam_role", "IAM role", "fleet", said=False)
    role.named("name", resource_name(s, "spot-fleet-role"))
    role.set(
        "assume_role_policy",
        Document(Statement(("sts:AssumeRole",), principals={"Service": ("spotfleet.amazonaws.com",)})),
        False,
    )
    fleet = s.resource(
        "aws_spot_fleet_request", "{spot fleet|spot fleet request|Spot Fleet}", s.pick("workers", "batch", "render")
    )
    fleet.link("iam_fleet_role", role, "arn")
    fleet.set("target_capacity", s.pick(2, 3, 5, 10), True)
    if s.may(0.6):
        fleet.set(
            "allocation_strategy",
            s.pick("lowestPrice", "diversified", "capacityOptimized", "priceCapacityOptimized"),
            Say(np="the {allocation strategy <v>|<v> allocation strategy}"),
        )
    if s.may(0.3):
        fleet.set(
            "terminate_instances_with_expiration",
            True,
            Say(np="instances terminated on expiration", do="terminate the instances when it expires"),
        )
    template = s.resource("aws_launch_template", "launch template", fleet.role, said=s.may(0.5))
    template.named("name", resource_name(s, fleet.role))
    from_image(s, template, "image_id")
    template.set("instance_type", instance_type(s), None)
    setting = fleet.block("launch_template_config")
    inner = setting.block("launch_template_specification")
    inner.link("id", template)
    inner.link("version", template, "latest_version")
    for kind in s.some(["c5.large", "m5.large", "c6i.large", "m6i.large"], 1, 3):
        setting.block(
            "overrides", Say(np=f"{kind} as an {{option|instance type}}", do=f"allow {kind}", that=f"may use {kind}")
        ).implied("instance_type", kind)


@blueprint("ec2")
def ec2_fleet(s: Scene) -> None:
    template = s.resource("aws_launch_template", "launch template", "fleet")
    template.named("name", resource_name(s, "fleet"))
    from_image(s, template, "image_id")
    template.set("instance_type", instance_type(s), None)
    fleet = s.resource("aws_ec2_fleet", "{EC2 fleet|EC2 Fleet}", "main")
    if s.may(0.5):
        fleet.set("type", s.pick("maintain", "request"), Say(np="type <v>"))
    config = fleet.block("launch_template_config").block(
        "launch_template_specification",
        Say(np="the launch template", do="use the launch template", that="uses the launch template"),
    )
    config.link("launch_template_id", template, "id", Say(implied=True)).link("version", template, "latest_version")
    target = fleet.block("target_capacity_specification")
    total, kind = s.pick(2, 4, 6, 10), s.pick("spot", "on-demand")
    target.set(
        "default_target_capacity_type",
        kind,
        Say(np=f"{kind} {{instances|capacity}} by default", do=f"use {kind} capacity by default"),
    )
    target.set(
        "total_target_capacity", total, Say(np="a {total |}target capacity of <v>", do="keep <v> instances running")
    )


@blueprint("ec2")
def placement(s: Scene) -> None:
    strategy = s.pick("cluster", "spread", "partition")
    group = s.resource("aws_placement_group", "{placement group|EC2 placement group}", s.pick("hpc", "kafka", "web"))
    group.named("name", resource_name(s, group.role))
    group.set("strategy", strategy, Say(np="the {<v> strategy|strategy <v>}"))
    if strategy == "partition":
        group.set("partition_count", s.number(2, 7), Say(np="<v> partitions", do="split it into <v> partitions"))
    if s.may(0.5):
        main = instance(s, noun="{EC2 instance|instance}")
        main.link("placement_group", group, "name", say="in <it>")
        for setting in main.settings():
            if setting.name == "instance_type":
                setting.value = "c5.large"
                if setting.say is not None and setting.say.demand is not None:
                    setting.said = False


@blueprint("ec2")
def capacity(s: Scene) -> None:
    """Reserved capacity or a dedicated host."""
    kind = s.pick("m5.large", "c5.xlarge", "r5.large", "m6i.xlarge")
    zone = f"us-east-1{s.pick('a', 'b', 'c')}"
    if s.may(0.6):
        node = s.resource(
            "aws_ec2_capacity_reservation",
            "{capacity reservation|EC2 capacity reservation|On-Demand Capacity Reservation}",
            "main",
        )
        node.set("instance_type", kind, Say(post="for {<v>|<v> instances}", np="instance type <v>"))
        node.set("instance_platform", s.pick("Linux/UNIX", "Linux/UNIX", "Windows"), None)
        node.set("availability_zone", zone, True, extract=False)
        node.set(
            "instance_count",
            s.number(1, 6),
            Say(np="{an instance count of <v>|room for <v> instances}", do="reserve room for <v> instances"),
        )
        if s.may(0.4):
            node.set(
                "instance_match_criteria", "targeted", Say(np="targeted matching", do="match targeted instances only")
            )
    else:
        host = s.resource("aws_ec2_host", "{dedicated host|EC2 dedicated host}", "main")
        host.set("instance_type", kind, Say(post="for <v>", np="instance type <v>"))
        host.set("availability_zone", zone, True, extract=False)
        if s.may(0.5):
            host.set("auto_placement", s.pick("on", "off"), Say(np="auto placement <v>"))
        if s.may(0.5):
            host.set("host_recovery", "on", Say(np="host recovery {on|turned on}", do="turn on host recovery"))

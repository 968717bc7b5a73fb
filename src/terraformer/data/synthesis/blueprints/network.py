"""VPCs: subnets, gateways, routes, ACLs, security groups, endpoints, flow logs."""

from __future__ import annotations

from collections.abc import Sequence

from terraformer.data.intents import AllOf, AnyOf, Attribute, Block, Not, Operator, ReferredBy, RefersTo, Target
from terraformer.data.synthesis import parts
from terraformer.data.synthesis.expressions import Document, Raw, Statement
from terraformer.data.synthesis.names import project, resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Node, Say, Scene, Setting

PORTS = {22: "SSH", 80: "HTTP", 443: "HTTPS", 3306: "MySQL", 5432: "Postgres", 3389: "RDP", 6379: "Redis"}
_EQ = Operator.EQUALS


def call(s: Scene, node: Node, name: str = "") -> Node:
    """Give it a Name tag; said as its name."""
    name = name or resource_name(s, node.role or "main")
    quote = s.pick("", '"', '"')
    said = node.said and s.rng.random() < s.naming
    say = Say(
        post="{named|called|named}" + f" {quote}{name}{quote}",
        np=f"{{the Name tag|the name}} {quote}{name}{quote}",
        demand=Attribute(("tags", "Name"), _EQ, name),
    )
    node.set("tags", {"Name": name}, say if said else False, extract=False)
    node.name = Setting(("tags", "Name"), name, say, said)
    return node


def vpc(
    s: Scene, *, said: bool = True, role: str = "main", noun: str = "{VPC|VPC|AWS VPC}", second: int = -1
) -> tuple[Node, int]:
    """A VPC and the second octet of its range."""
    second = second if second >= 0 else s.pick(0, 0, 1, 10, 20, 42, 50, 100, 200)
    node = s.resource("aws_vpc", noun, role, said=said)
    node.set("cidr_block", f"10.{second}.0.0/16", (True if s.may(0.7) else None) if said else False)
    if s.may(0.5):
        dns = Say(
            np="DNS hostnames {and DNS support |}enabled",
            do="{enable|turn on} DNS {hostnames|support and hostnames}",
            demand=(
                Attribute(("enable_dns_hostnames",), _EQ, True),
                Attribute(("enable_dns_support",), _EQ, True),
            ),
        )
        node.set("enable_dns_hostnames", True, dns if said and s.rng.random() < s.talk else False)
        node.set("enable_dns_support", True, False)
    if said and s.may(0.6):
        call(s, node, resource_name(s, s.pick("vpc", "main", "network", "main-vpc")))
    return node, second


def zones(s: Scene) -> Node:
    node = s.data("aws_availability_zones", "", "available")
    return node.set("state", "available", False, extract=False).node or node


def subnets(
    s: Scene, main: Node, second: int, kind: str, number: int = 2, *, said: bool = True, spread: Node | None = None
) -> Node:
    """So many subnets of a kind ("public", "private", "database") by count, or a single one."""
    node = s.resource("aws_subnet", f"{kind} subnet", kind, said=said)
    node.link("vpc_id", main, say="in <it>" if said and main.said and s.may(0.6) else False)
    base = {"public": 0, "private": 10, "database": 20, "firewall": 30}.get(kind, 1)
    if number > 1:
        node.times(number)
        node.set("cidr_block", Raw(f"cidrsubnet({{0}}, 8, count.index + {base + 1})", (main.ref("cidr_block"),)), False)
        names = (spread or zones(s)).ref("names")
        node.set(
            "availability_zone",
            Raw("{0}[count.index]", (names,)),
            Say(
                post="{across|in} {different|separate} {availability zones|AZs}",
                demand=Attribute(("availability_zone",), Operator.SET),
            )
            if said and s.may(0.5)
            else False,
        )
    else:
        node.set("cidr_block", f"10.{second}.{base + 1}.0/24", None if said else False)
        node.set("availability_zone", f"{s.region}{s.pick('a', 'a', 'b', 'c')}", None if said else False, extract=False)
    if kind == "public":
        node.implied("map_public_ip_on_launch", True)
    else:
        node.says(Say(implied=True, demand=Not(Attribute(("map_public_ip_on_launch",), _EQ, True))))
    return node


def igw(s: Scene, main: Node, *, said: bool = True) -> Node:
    node = s.resource("aws_internet_gateway", "{internet gateway|internet gateway|IGW}", "main", said=said)
    return (
        node.link("vpc_id", main, say="attached to <it>" if said and main.said and s.may(0.6) else False).node or node
    )


def nat(s: Scene, public: Node, gateway: Node, *, said: bool = True) -> Node:
    address = s.resource("aws_eip", "{Elastic IP|Elastic IP|EIP}", "nat", said=said and s.may(0.4))
    address.set("domain", "vpc", False, extract=False)
    node = s.resource("aws_nat_gateway", "NAT gateway", "main", said=said)
    node.link("allocation_id", address, say="{using|with} <it>" if address.said else False)
    node.link("subnet_id", public, say="in <it>" if public.said and public.instances == 1 else False)
    node.depends_on = (gateway,)
    return node


def route(
    s: Scene, table: Node, argument: str, to: Node, words: str, cidr: str = "0.0.0.0/0", attribute: str = "id"
) -> Node | None:
    """A route of a table: in it or a resource of its own; the words demand either."""
    target = Target(type=to.type)
    field = "cidr_block" if ":" not in cidr else "ipv6_cidr_block"
    say = Say(
        np=f"a {{default |}}route {'for ' + cidr + ' ' if s.may(0.4) else ''}{{to|through|via}} {words}"
        if cidr == "0.0.0.0/0"
        else f"a route {{for|to}} {cidr} {{through|via}} {words}",
        do=f"{{send|route}} {'internet traffic' if cidr == '0.0.0.0/0' else f'traffic for {cidr}'} {{through|via}} {words}",
        demand=AnyOf(
            (
                AllOf((Block(("route",), (Attribute((field,), _EQ, cidr),)), RefersTo(target, ("route", argument)))),
                ReferredBy(
                    "aws_route",
                    ("route_table_id",),
                    (Attribute((f"destination_{field}",), _EQ, cidr), RefersTo(target, (argument,))),
                ),
            )
        ),
    )
    if table.said and to.said:
        table.says(say)
    if s.may(0.5):
        inline = table.block("route")
        inline.set(field, cidr, False, extract=False)
        inline.link(argument, to, attribute)
        return None
    node = s.resource("aws_route", "", f"{table.role}_{to.role}" if s.may(0.3) else table.role, said=False)
    node.link("route_table_id", table)
    node.set(f"destination_{field}", cidr, False, extract=False)
    node.link(argument, to, attribute)
    return node


def route_table(s: Scene, main: Node, nets: Node, *, said: bool = True) -> Node:
    """A route table for subnets of a kind."""
    kind, many = nets.role, "s" * (nets.instances > 1)
    words = f"{{{kind} route table|route table for the {kind} subnet{many}}}" if nets.said else "{private |}route table"
    node = s.resource("aws_route_table", words, kind, said=said)
    node.link("vpc_id", main)
    return node


def associate(s: Scene, table: Node, nets: Node, *, said: bool = True) -> Node:
    """The table holds for these subnets."""
    many = nets.instances > 1
    if said and table.said and nets.said:
        thing = f"the {nets.role} subnet{'s' * many}"
        table.says(
            Say(
                do=f"associate it with {thing}",
                that=f"is associated with {thing}",
                demand=ReferredBy("aws_route_table_association", ("route_table_id",)),
            )
        )
    node = s.resource("aws_route_table_association", "", nets.role, said=False)
    if many and nets.by == "count":
        node.times(nets.instances)
        node.set("subnet_id", Raw("{0}[count.index].id", (nets.ref(""),)), False)
    else:
        node.link("subnet_id", nets)
    node.link("route_table_id", table)
    return node


@blueprint("vpc", weight=2)
def vpc_alone(s: Scene) -> None:
    main, _ = vpc(s)
    if s.may(0.25):
        main.set(
            "instance_tenancy", s.pick("default", "dedicated"), Say(np="<v> tenancy", do="set {the |}tenancy to <v>")
        )
    if s.may(0.2):
        main.set(
            "assign_generated_ipv6_cidr_block",
            True,
            Say(np="an Amazon-provided IPv6 {block|range}", do="give it an {Amazon-provided |}IPv6 {block|CIDR}"),
        )
    if s.may(0.3):
        s.output("vpc_id", main.ref(), s.pick("the VPC ID", "the id of the VPC"))


@blueprint("vpc", weight=2)
def vpc_and_subnets(s: Scene) -> None:
    """A VPC with subnets of its own, each with words."""
    region = s.pick("us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-southeast-2")
    s.in_region(region, s.may(0.4))
    main, second = vpc(s)
    count = s.number(1, 4)
    for number in range(count):
        subnet = s.resource("aws_subnet", "subnet", ("first", "second", "third", "fourth")[number])
        subnet.link("vpc_id", main, say="in <it>" if count == 1 else False)
        subnet.set("cidr_block", f"10.{second}.{number + 1}.0/24", True)
        subnet.set("availability_zone", f"{region}{'abc'[number % 3]}", None, extract=False)


@blueprint("vpc", weight=2)
def public_network(s: Scene) -> None:
    """VPC, public subnets, internet gateway, route."""
    s.purpose = s.pick("for our web servers", "for a demo environment", "", "")
    main, second = vpc(s)
    nets = subnets(s, main, second, "public", s.pick(1, 1, 2, 3))
    gateway = igw(s, main)
    table = route_table(s, main, nets, said=s.may(0.8))
    route(s, table, "gateway_id", gateway, "the internet gateway")
    associate(s, table, nets)
    if s.may(0.3):
        s.output(
            "subnet_ids",
            Raw("{0}[*].id", (nets.ref(""),)),
            "the {IDs of the public subnets|public subnet IDs}",
        )


@blueprint("vpc", weight=3)
def public_private(s: Scene) -> None:
    """The classic: public and private subnets, NAT."""
    s.purpose = s.pick("for our production workloads", "for the new environment", "for a three-tier app", "", "")
    s.in_region(*s.pick(("us-east-1", False), ("eu-west-1", True), ("us-west-2", True), ("eu-central-1", True)))
    main, second = vpc(s)
    spread = zones(s)
    number = s.pick(1, 2, 2, 3)
    public = subnets(s, main, second, "public", number, spread=spread)
    private = subnets(s, main, second, "private", number, spread=spread)
    gateway = igw(s, main)
    out = nat(s, public, gateway)
    tables = s.may(0.8)
    first = route_table(s, main, public, said=tables)
    route(s, first, "gateway_id", gateway, "the internet gateway")
    associate(s, first, public)
    other = route_table(s, main, private, said=tables)
    route(s, other, "nat_gateway_id", out, "the NAT gateway")
    associate(s, other, private)
    if s.may(0.3):
        data = subnets(s, main, second, "database", max(2, number), spread=spread)
        associate(s, other, data, said=False)
        group = s.resource("aws_db_subnet_group", "{DB subnet group|database subnet group}", "database")
        group.named("name", resource_name(s, "db-subnets"))
        group.link("subnet_ids", data, say="{over|of} <it>", wrap=True)
    if s.may(0.3):
        s.output("vpc_id", main.ref(), "the VPC ID")


@blueprint("vpc", weight=2)
def subnets_by_name(s: Scene) -> None:
    """Subnets by for_each."""
    main, _ = vpc(s)
    keys = s.pick(["web", "app", "db"], ["a", "b"], ["frontend", "backend"], ["blue", "green"], ["app", "data"])
    node = s.resource("aws_subnet", "subnet", "each").each(keys)
    node.link("vpc_id", main, say="in <it>")
    listed = ", ".join(keys[:-1]) + f" and {keys[-1]}"
    node.set(
        "cidr_block",
        Raw(f"cidrsubnet({{0}}, 8, index({_quoted(keys)}, each.key))", (main.ref("cidr_block"),)),
        False,
    )
    node.set(
        "tags",
        {"Name": Raw("each.key")},
        Say(
            post=f"{{named|called|for}} {listed}",
            demand=Attribute(("tags", "Name"), Operator.ONE_OF, keys),
        ),
        extract=False,
    )


def _quoted(items: Sequence[str]) -> str:
    return "[" + ", ".join(f'"{i}"' for i in items) + "]"


@blueprint("vpc")
def dual_stack(s: Scene) -> None:
    """IPv6 with an egress-only gateway."""
    main, second = vpc(s, noun="{dual-stack VPC|VPC with IPv6|VPC}")
    main.set(
        "assign_generated_ipv6_cidr_block",
        True,
        Say(np="an Amazon-provided IPv6 {block|CIDR block}", do="assign it a generated IPv6 block"),
    )
    net = subnets(s, main, second, "private", 1)
    net.set("ipv6_cidr_block", Raw("cidrsubnet({0}, 8, 1)", (main.ref("ipv6_cidr_block"),)), False)
    if s.may():
        net.set(
            "assign_ipv6_address_on_creation",
            True,
            Say(
                np="IPv6 addresses assigned {on creation|automatically}",
                do="assign IPv6 addresses {on creation|automatically}",
            ),
        )
    gateway = s.resource("aws_egress_only_internet_gateway", "egress-only internet gateway", "main")
    gateway.link("vpc_id", main, say="for <it>" if s.may() else False)
    table = route_table(s, main, net)
    inline = table.block("route", Say(np="an IPv6 default route {to|through} the egress-only gateway"))
    inline.implied("ipv6_cidr_block", "::/0")
    inline.link("egress_only_gateway_id", gateway, "id", Say(implied=True))
    associate(s, table, net)


@blueprint("vpc", weight=2)
def gateway_endpoint(s: Scene) -> None:
    service = s.pick("s3", "s3", "dynamodb")
    s.in_region(*s.pick(("us-east-1", False), ("eu-west-1", True), ("us-west-2", True)))
    main, second = vpc(s)
    net = subnets(s, main, second, "private", 1, said=s.may(0.6))
    table = route_table(s, main, net, said=s.may(0.6))
    associate(s, table, net, said=s.may())
    words = {"s3": "S3", "dynamodb": "DynamoDB"}[service]
    node = s.resource("aws_vpc_endpoint", f"{{gateway endpoint for {words}|{words} gateway endpoint}}", service)
    node.link("vpc_id", main, say="in <it>" if s.may(0.6) else False)
    node.implied("service_name", f"com.amazonaws.{s.region}.{service}")
    node.implied("vpc_endpoint_type", "Gateway")
    if s.may(0.7):
        node.link("route_table_ids", table, say="{attached to|associated with} <it>", wrap=True)
    else:
        link = s.resource("aws_vpc_endpoint_route_table_association", "", service, said=False)
        link.link("vpc_endpoint_id", node).link("route_table_id", table)
    if s.may(0.3):
        node.set(
            "policy",
            Document(Statement((f"{service}:*",), ("*",), principals={"*": ("*",)})),
            False,
        )


@blueprint("vpc", weight=2)
def interface_endpoints(s: Scene) -> None:
    """Private access to AWS services."""
    s.in_region(*s.pick(("us-east-1", False), ("eu-west-1", True), ("us-east-2", True)))
    s.purpose = s.pick("for ECS tasks without internet access", "so that nothing has to leave the VPC", "", "")
    main, second = vpc(s)
    net = subnets(s, main, second, "private", s.pick(1, 2))
    group = parts.security_group(s, main, [443], "endpoints", said=s.may(0.5), cidr=f"10.{second}.0.0/16")
    services = s.some(
        [
            ("ssm", "{SSM|Systems Manager}"),
            ("ecr.api", "{the ECR API|ECR (api)}"),
            ("ecr.dkr", "{ECR Docker|ECR (dkr)}"),
            ("secretsmanager", "Secrets Manager"),
            ("logs", "CloudWatch Logs"),
            ("sts", "STS"),
            ("kms", "KMS"),
            ("sqs", "SQS"),
        ],
        1,
        3,
    )
    for service, words in services:
        node = s.resource(
            "aws_vpc_endpoint", f"{{interface |VPC |interface }}endpoint for {words}", service.replace(".", "_")
        )
        node.link("vpc_id", main)
        node.implied("service_name", f"com.amazonaws.{s.region}.{service}")
        node.set("vpc_endpoint_type", "Interface", False, extract=False)
        node.link(
            "subnet_ids",
            net,
            say=f"in the private subnet{'s' * (net.instances > 1)}" if s.may(0.5) else False,
            wrap=True,
        )
        node.link("security_group_ids", group, wrap=True)
        node.set(
            "private_dns_enabled",
            True,
            Say(np="private DNS {enabled|on}", do="enable private DNS") if s.may(0.6) else False,
        )


@blueprint("vpc")
def dhcp_options(s: Scene) -> None:
    main, _ = vpc(s, said=s.may(0.7))
    domain = f"{project(s)}.{s.pick('internal', 'local', 'corp')}"
    node = s.resource("aws_vpc_dhcp_options", "{DHCP options set|DHCP option set}", "main")
    node.set("domain_name", domain, True)
    servers = s.pick(["AmazonProvidedDNS"], ["10.0.0.2", "10.0.0.3"], ["8.8.8.8", "8.8.4.4"])
    node.set(
        "domain_name_servers",
        servers,
        Say(np="{DNS|name} server{s|s} <v>".replace("{s|s}", "s" * (len(servers) > 1)), do="use <v> for DNS"),
    )
    if s.may(0.3):
        node.set("ntp_servers", ["169.254.169.123"], Say(np="NTP server <v>", do="use <v> for NTP"))
    link = s.resource(
        "aws_vpc_dhcp_options_association",
        "",
        "main",
        of=node,
        said=main.said,
        say=Say(do="associate it with the VPC", that="is associated with the VPC"),
    )
    link.link("vpc_id", main, "id", Say(implied=True) if main.said else False).link("dhcp_options_id", node)


@blueprint("vpc")
def elastic_ips(s: Scene) -> None:
    node = s.resource("aws_eip", "{Elastic IP|Elastic IP address|EIP}", s.pick("nat", "web", "vpn"))
    if s.may(0.6):
        node.times(s.number(2, 4))
    node.set("domain", "vpc", s.may(0.4) and Say(np="the vpc domain", do='set domain to "vpc"'), extract=False)
    if s.may(0.4):
        s.output(
            "public_ip",
            Raw("{0}[*].public_ip", (node.ref(""),)) if node.repeat else node.ref("public_ip"),
            "the public IPs" if node.repeat else "the public IP",
        )


@blueprint("vpc")
def network_interface(s: Scene) -> None:
    """An ENI with a fixed address, a group and maybe an Elastic IP."""
    main, second = vpc(s, said=s.may(0.5))
    net = subnets(s, main, second, "private", 1)
    node = s.resource("aws_network_interface", "{network interface|ENI|elastic network interface}", "main")
    node.link("subnet_id", net, say="in <it>")
    address = f"10.{second}.11.{s.number(10, 200)}"
    node.set(
        "private_ips",
        [address],
        Say(np=f"{{the |}}private IP {address}", do=f"use {address} as {{its |the }}private IP"),
    )
    if s.may(0.6):
        group = parts.security_group(s, main, [s.pick(22, 443)], "eni", said=True)
        node.link("security_groups", group, say="with <it>", wrap=True)
    if s.may(0.4):
        node.set(
            "source_dest_check",
            False,
            Say(np="the source/destination check {disabled|off}", do="{disable|turn off} the source/destination check"),
        )
    if s.may(0.5):
        address_node = s.resource("aws_eip", "{Elastic IP|EIP}", "eni")
        address_node.set("domain", "vpc", False, extract=False)
        address_node.link("network_interface", node, say="{attached to|on} <it>")


@blueprint("vpc")
def secondary_range(s: Scene) -> None:
    """A second range for a VPC and a subnet in it."""
    main, _ = vpc(s)
    extra = s.pick("100.64.0.0/16", "10.240.0.0/16", "100.65.0.0/16")
    more = s.resource(
        "aws_vpc_ipv4_cidr_block_association",
        "",
        "secondary",
        of=main,
        say=Say(
            np=f"a secondary CIDR {{block |}}{{of |}}{extra}", do=f"add {extra} as a secondary {{range|CIDR block}}"
        ),
    )
    more.link("vpc_id", main).implied("cidr_block", extra)
    net = s.resource("aws_subnet", "{subnet for pods|pod subnet|subnet}", "pods")
    net.link("vpc_id", more, "vpc_id")
    net.set("cidr_block", extra.replace(".0/16", ".0/20"), True)
    net.set("availability_zone", "us-east-1a", None, extract=False)

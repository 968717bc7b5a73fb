"""Network: security groups, subnets and routes, endpoints, load balancers, DNS, CloudFront."""

from __future__ import annotations

import ipaddress
import re
from typing import Any, Final

from terraformer.data.intents import AnyOf, Attribute, Block, ChangeDemand, Condition, Not, Operator
from terraformer.data.mutation.additions import (
    WHY_SAFE,
    append,
    ascii_name,
    beside,
    changeable,
    get,
    ignored,
    put,
    refers,
    resource,
)
from terraformer.data.mutation.base import Change, Say, Target, added, equals, may_be_added, removed
from terraformer.data.mutation.catalogue import operator
from terraformer.data.mutation.draft import literal
from terraformer.data.mutation.naming import Words
from terraformer.data.mutation.syntax import HclBlock
from terraformer.types.change import bare_address

_PORTS: Final[dict[int, str]] = {
    22: "SSH",
    80: "HTTP",
    443: "HTTPS",
    3306: "MySQL",
    5432: "PostgreSQL",
    6379: "Redis",
    8080: "",
    8443: "",
    3389: "RDP",
    9090: "Prometheus",
    9200: "",
    2049: "NFS",
}
_PRIVATE: Final = ("10.0.0.0/8", "192.168.0.0/16", "172.16.0.0/12", "10.20.0.0/16")
_OFFICE: Final = ("203.0.113.0/24", "198.51.100.17/32", "203.0.113.42/32", "192.0.2.0/24")
_RULES: Final = ("aws_vpc_security_group_ingress_rule", "aws_security_group_rule")


def _style(t: Target) -> str:
    """How a security group's rules are written: "inline", one of the types of separate rules; "" where none is told."""
    if t.block.has("ingress") or t.block.has("egress"):
        return "inline"
    for type in (*_RULES, "aws_vpc_security_group_egress_rule"):
        if t.base.satellites(t.address, type):
            return "aws_security_group_rule" if type == "aws_security_group_rule" else _RULES[0]
    return ""


def _inline(port: int, cidr: str) -> Condition:
    return Block(
        ("ingress",),
        (
            equals("from_port", port),
            equals("to_port", port),
            equals("protocol", "tcp"),
            Attribute(("cidr_blocks",), Operator.CONTAINS, cidr),
        ),
    )


@operator("firewall", "aws_security_group", weight=2.4)
def open_port(t: Target) -> Change | None:
    """For everyone or a network, in the style in which the group's rules are written."""
    if not t.instances or ignored(t, "ingress"):
        return None
    style = _style(t)
    if not style:
        return None
    ports = [p for p in _PORTS if not re.search(rf"\b{p}\b", _all_rules(t))]
    port = t.pick(*ports) if ports else 0
    public = port in (80, 443) and t.rng.random() < 0.7
    if not port:
        return None
    cidr = "0.0.0.0/0" if public else t.pick(*_PRIVATE, *_OFFICE)
    name = _PORTS[port]
    what = (
        f"{{port <port>|TCP port <port>|{name} (port <port>)|{name} (TCP <port>)}}"
        if name
        else "{port <port>|TCP port <port>}"
    )
    to = "{everyone|the {world|internet}|anyone}" if public else "<cidr>"
    source = "{anywhere|everywhere|the {internet|whole internet}|0.0.0.0/0}" if public else "<cidr>"
    say = Say(
        f"{{open {what} {{in|on|of}} <it> {{to|for}} {to}|allow {{inbound |incoming |}}{what} from "
        f"{source} {{in|on}} <it>|add an {{ingress|inbound}} rule to <it> {{that allows|for}} {what} "
        f"from {source}}}",
        f"<it> should {{allow|accept}} {{inbound |incoming |}}traffic on {what} from {source}",
        ("The load balancer has to get through.", "The new service listens there.", "The connections time out today."),
        {"port": port, "cidr": cidr if public else Words(cidr)},
    )
    draft = t.draft()
    if style == "inline":
        rules = t.block.inner("ingress")
        if any(b.kind == "dynamic" and b.label == "ingress" for b in t.block.blocks) or "ingress" in t.block.arguments:
            return None
        text = (
            f'ingress {{\n  from_port   = {port}\n  to_port     = {port}\n  protocol    = "tcp"\n  '
            f"cidr_blocks = {literal([cidr])}\n}}"
        )
        before = rules[-1] if rules else None
        draft.insert_block(t.block, text, after=before)
        return t.change(draft, say, t.updated("ingress", having=(_inline(port, cidr),)))
    new = beside(t, style, f"{name.lower() or 'port'}_{port}" if not name else name.lower())
    if new is None:
        return None
    if style == "aws_security_group_rule":
        lines = (
            f'{new.head}  type              = "ingress"\n  security_group_id = {new.ref}.id\n  from_port  '
            f"       = {port}\n"
            f'  to_port           = {port}\n  protocol          = "tcp"\n  cidr_blocks       = {literal([cidr])}\n'
        )
        demand = added(
            style,
            refers(t, "security_group_id"),
            equals("type", "ingress"),
            equals("from_port", port),
            equals("to_port", port),
            equals("protocol", "tcp"),
            equals("cidr_blocks", [cidr]),
            count=new.count,
        )
    else:
        lines = (
            f"{new.head}  security_group_id = {new.ref}.id\n  cidr_ipv4         = {literal(cidr)}\n  "
            f"from_port         = {port}\n"
            f'  to_port           = {port}\n  ip_protocol       = "tcp"\n'
        )
        demand = added(
            _RULES[0],
            refers(t, "security_group_id"),
            equals("from_port", port),
            equals("to_port", port),
            equals("ip_protocol", "tcp"),
            equals("cidr_ipv4", cidr),
            count=new.count,
        )
    return t.change(append(draft, t, resource(style, new.label, lines)), say, demand)


def _all_rules(t: Target) -> str:
    """The text of all that tells ports of a group."""
    parts = [t.syntax.source(t.block)]
    for type in _RULES:
        parts += [t.syntax.source(b) for b in t.base.satellites(t.address, type)]
    return "\n".join(parts)


def _port_rules(t: Target) -> list[HclBlock]:
    """The inline rules of a group that are about one port."""
    return [
        b
        for b in t.block.inner("ingress")
        if isinstance(b.value("from_port"), int)
        and b.value("from_port") == b.value("to_port")
        and b.value("from_port") != 0
    ]


@operator("firewall", "aws_security_group", weight=1.5)
def close_port(t: Target) -> Change | None:
    """Of inline rules."""
    rules = _port_rules(t)
    if not t.instances or ignored(t, "ingress") or len(t.block.inner("ingress")) < 2 or not rules:
        return None
    rule = t.pick(*rules)
    port = rule.value("from_port")
    if [b.value("from_port") for b in rules].count(port) > 1 or any(b.kind == "dynamic" for b in t.block.blocks):
        return None
    name = _PORTS.get(port, "")
    what = f"{{port <port>|{name} (port <port>)}}" if name else "port <port>"
    gone = Block(("ingress",), (equals("from_port", port),))
    return t.change(
        t.draft().delete(rule),
        Say(
            f"{{close {what} {{in|on|of}} <it>|{{remove|delete|drop}} the {{ingress|inbound}} rule for "
            f"{what} from <it>|stop allowing {{inbound |incoming |}}{what} {{in|on}} <it>}}",
            f"<it> should not {{accept|allow}} traffic on {what}{{ any more|}}",
            (*WHY_SAFE, "Nobody uses it any more."),
            {"port": port},
        ),
        t.updated("ingress", having=(Not(gone),)),
    )


@operator("firewall", "aws_vpc_security_group_ingress_rule", "aws_security_group_rule", weight=1.2)
def close_port_of_rule(t: Target) -> Change | None:
    """Where the rules are resources: the one for a port goes."""
    port = t.values.get("from_port")
    if (
        t.block.repeated
        or not t.instances
        or port != t.values.get("to_port")
        or not port
        or t.base.referring(t.address)
    ):
        return None
    if t.type == "aws_security_group_rule" and t.values.get("type") != "ingress":
        return None
    group = _group(t)
    if group is None:
        return None
    same = [
        b
        for type in _RULES
        for b in t.syntax.of("resource", type)
        if t.base.values(b.address).get("from_port") == port and b.address != t.address
    ]
    if same:
        return None
    name = _PORTS.get(int(port), "")
    what = f"{{port <port>|{name} (port <port>)}}" if name else "port <port>"
    return t.change(
        t.draft().delete(t.block),
        Say(
            f"{{close {what} {{in|on|of}} <group>|{{remove|delete|drop}} the {{ingress|inbound}} rule for "
            f"{what} from <group>|"
            f"stop allowing {{inbound |incoming |}}{what} {{in|on}} <group>}}",
            f"<group> should not {{accept|allow}} traffic on {what}{{ any more|}}",
            (*WHY_SAFE, "Nobody uses it any more."),
            {"port": int(port), "group": t.base.thing(group)},
        ),
        removed(t.address, type=t.type),
        touches=[group],
    )


def _group(t: Target) -> str | None:
    """The security group that a rule belongs to."""
    match = re.fullmatch(r"(aws_security_group\.[\w-]+)\.id", t.block.text("security_group_id"))
    return match[1] if match else None


_WORLD: Final = "0.0.0.0/0"


@operator("firewall", "aws_security_group", weight=1.5)
def restrict_port(t: Target) -> Change | None:
    """A port that is open to everyone, in an inline rule, for one network only."""
    rules = [b for b in _port_rules(t) if b.value("cidr_blocks") == [_WORLD] and b.value("from_port") not in (80, 443)]
    rules = rules or [b for b in _port_rules(t) if b.value("cidr_blocks") == [_WORLD]]
    if not t.instances or not rules or ignored(t, "ingress"):
        return None
    rule = t.pick(*rules)
    port = rule.value("from_port")
    cidr = t.pick(*_PRIVATE, *_OFFICE)
    draft = t.draft().set(rule, "cidr_blocks", literal([cidr]))
    if rule.has("ipv6_cidr_blocks"):
        draft.unset(rule, "ipv6_cidr_blocks")
    only = Block(("ingress",), (equals("from_port", port), equals("cidr_blocks", [cidr])))
    none = Not(Block(("ingress",), (equals("from_port", port), Attribute(("cidr_blocks",), Operator.CONTAINS, _WORLD))))
    return t.change(draft, _restricting(port, cidr), t.updated("ingress", having=(only, none)))


def _restricting(port: int, cidr: str) -> Say:
    name = _PORTS.get(port, "")
    what = f"{{port <port>|{name} (port <port>)}}" if name else "port <port>"
    return Say(
        f"{{restrict {what} {{in|of|on}} <it> to <cidr>|allow {what} {{in|of|on}} <it> {{from <cidr> only|"
        f"only from <cidr>}}|limit {{access to |}}{what} {{in|of}} <it> to <cidr>}}",
        f"{what} {{in|of|on}} <it> should {{be open to|accept traffic from}} <cidr> only",
        (*WHY_SAFE, "It is open to the whole world."),
        {"port": port, "cidr": Words(cidr)},
    )


@operator("firewall", "aws_vpc_security_group_ingress_rule", "aws_security_group_rule", weight=1.2)
def restrict_rule(t: Target) -> Change | None:
    port = t.values.get("from_port")
    name = "cidr_ipv4" if t.type == _RULES[0] else "cidr_blocks"
    group = _group(t)
    if t.block.repeated or port != t.values.get("to_port") or not port or group is None or not changeable(t, name):
        return None
    wanted: Any = _WORLD if name == "cidr_ipv4" else [_WORLD]
    if t.values.get(name) != wanted or (t.type == _RULES[1] and t.values.get("type") != "ingress"):
        return None
    cidr = t.pick(*_PRIVATE, *_OFFICE)
    new: Any = cidr if name == "cidr_ipv4" else [cidr]
    say = _restricting(int(port), cidr)
    say = Say(
        say.do.replace("<it>", "<group>"),
        say.should.replace("<it>", "<group>"),
        say.why,
        {**(say.values or {}), "group": t.base.thing(group)},
    )
    attribute = t.schema.attributes.get(name)
    make = t.replaced if attribute is not None and attribute.force_new else t.updated
    return t.change(
        t.draft().set(t.block, name, literal(new)), say, make(name, having=(equals(name, new),)), touches=[group]
    )


# --- VPC -------------------------------------------------------------------------------------------------------------


def _subnets(t: Target) -> list[HclBlock]:
    return t.base.satellites(t.address, "aws_subnet")


@operator("vpc", "aws_vpc", weight=1.6)
def add_subnet(t: Target) -> Change | None:
    """In a zone that has none yet where zones are named."""
    if t.block.repeated or not t.instances:
        return None
    cidr = t.values.get("cidr_block")
    if not isinstance(cidr, str) or t.base.satellites(t.address, "aws_vpc_ipv4_cidr_block_association"):
        return None
    network = ipaddress.IPv4Network(cidr, strict=False)
    used = []
    zones = []
    for block in t.syntax.of("resource", "aws_subnet"):
        for entry in t.base.changes:
            if bare_address(str(entry["address"])) == block.address:
                after = entry["change"].get("after") or {}
                if not isinstance(after.get("cidr_block"), str):
                    return None
                used.append(ipaddress.IPv4Network(after["cidr_block"], strict=False))
                zones.append(after.get("availability_zone"))
    length = used[0].prefixlen if used else min(network.prefixlen + 8, 28)
    if length <= network.prefixlen:
        return None
    free = next(
        (
            s
            for n, s in zip(range(256), network.subnets(new_prefix=length), strict=False)
            if n and not any(s.overlaps(u) for u in used)
        ),
        None,
    )
    if free is None:
        return None
    named = [z for z in zones if isinstance(z, str)]
    zone = ""
    if named:
        region = named[0][:-1]
        zone = next((f"{region}{x}" for x in "abc" if f"{region}{x}" not in named), "")
        zone = zone or t.pick(*sorted(set(named)))
    label = t.base.fresh(
        "resource", t.pick("extra", "additional", "third" if len(used) == 2 else "spare", "services"), "aws_subnet"
    )
    lines = f'  vpc_id            = {t.address}.id\n  cidr_block        = "{free}"\n'
    lines += f'  availability_zone = "{zone}"\n' if zone else ""
    where = " in {the {availability zone|AZ} |}<zone>" if zone else ""
    return t.change(
        append(t.draft(), t, resource("aws_subnet", label, lines)),
        Say(
            f"{{add {{a|another|one more}} subnet {{with the CIDR block |with CIDR |}}<cidr> to <it>{where}|"
            f"{{create a|create another|add a}} subnet in <it>{where} {{with the CIDR block|with CIDR}} <cidr>}}",
            f"there should be {{a|another}} subnet with the CIDR block <cidr> in <it>{where}",
            ("We run out of addresses.", "The new service gets a subnet of its own."),
            {"cidr": Words(str(free)), "zone": Words(zone)},
        ),
        added(
            "aws_subnet",
            refers(t, "vpc_id"),
            equals("cidr_block", str(free)),
            *([equals("availability_zone", zone)] if zone else []),
        ),
    )


@operator("vpc", "aws_vpc", weight=1.2)
def flow_logs(t: Target) -> Change | None:
    """To a new log group, with the role that it needs."""
    if t.block.repeated or not t.instances or t.base.satellites(t.address, "aws_flow_log"):
        return None
    days = t.pick(7, 14, 30, 90)
    traffic, words = t.pick(("ALL", "all traffic"), ("REJECT", "rejected traffic"))
    group = t.base.fresh("resource", "flow_logs", "aws_cloudwatch_log_group")
    role = t.base.fresh("resource", "flow_logs", "aws_iam_role")
    policy = t.base.fresh("resource", "flow_logs", "aws_iam_role_policy")
    flow = t.base.fresh("resource", t.label, "aws_flow_log")
    name = ascii_name(t, "flow-logs")
    return t.change(
        append(
            t.draft(),
            t,
            resource(
                "aws_flow_log",
                flow,
                f'  vpc_id          = {t.address}.id\n  traffic_type    = "{traffic}"\n'
                f"  iam_role_arn    = aws_iam_role.{role}.arn\n  log_destination = "
                f"aws_cloudwatch_log_group.{group}.arn\n",
            ),
            resource(
                "aws_cloudwatch_log_group", group, f'  name              = "{name}"\n  retention_in_days = {days}\n'
            ),
            resource(
                "aws_iam_role",
                role,
                f'  name = "{name}"\n\n  assume_role_policy = jsonencode({{\n    Version = "2012-10-17"\n '
                f"   Statement = [\n      {{\n"
                '        Effect    = "Allow"\n        Action    = "sts:AssumeRole"\n        Principal = '
                '{ Service = "vpc-flow-logs.amazonaws.com" }\n      },\n    ]\n  })',
            ),
            resource(
                "aws_iam_role_policy",
                policy,
                f'  name = "write-flow-logs"\n  role = aws_iam_role.{role}.id\n\n  policy = '
                f'jsonencode({{\n    Version = "2012-10-17"\n    Statement = [\n      {{\n'
                '        Effect   = "Allow"\n        Action   = ["logs:CreateLogStream", '
                '"logs:PutLogEvents", "logs:DescribeLogStreams"]\n'
                f'        Resource = "${{aws_cloudwatch_log_group.{group}.arn}}:*"\n      }},\n    ]\n  }})',
            ),
        ),
        Say(
            "{{enable|turn on} {VPC |}flow logs {for|on|of} <it> for <traffic> {to|into} a new "
            "CloudWatch log group {with a retention of <days> days|that keeps them for <days> days}|"
            "{log|record} <traffic> {of|in} <it> {with|in} {VPC |}flow logs {in|to} a new CloudWatch "
            "log group that keeps {them|the logs} for <days> days}",
            "flow logs of <it> should record <traffic> in a new {CloudWatch |}log group that keeps "
            "them for <days> days",
            (*WHY_SAFE, "We want to see who talks to whom."),
            {"traffic": Words(words), "days": days},
        ),
        added("aws_flow_log", refers(t, "vpc_id"), equals("traffic_type", traffic)),
        added("aws_cloudwatch_log_group", equals("retention_in_days", days)),
        may_be_added("aws_iam_role"),
        may_be_added("aws_iam_role_policy"),
        may_be_added("aws_iam_policy"),
        may_be_added("aws_iam_role_policy_attachment"),
    )


@operator("vpc", "aws_vpc", weight=1.2)
def gateway_endpoint(t: Target) -> Change | None:
    """For S3 or DynamoDB, in all route tables of the network that are resources of the configuration."""
    if t.block.repeated or not t.instances:
        return None
    have = " ".join(t.syntax.source(b) for b in t.syntax.of("resource", "aws_vpc_endpoint"))
    service = t.pick(*[s for s in ("s3", "s3", "dynamodb") if s not in have.lower()] or [""])
    if not service:
        return None
    tables = [b for b in t.base.satellites(t.address, "aws_route_table") if not b.repeated]
    region = _region(t)
    if not region:
        return None
    label = t.base.fresh("resource", service, "aws_vpc_endpoint")
    joined = t.rng.random() < 0.6 and bool(tables)
    lines = f'  vpc_id       = {t.address}.id\n  service_name = "com.amazonaws.{region}.{service}"\n'
    if joined:
        lines = (
            f"  vpc_id            = {t.address}.id\n  service_name      = "
            f'"com.amazonaws.{region}.{service}"\n  vpc_endpoint_type = "Gateway"\n'
            f"  route_table_ids   = [{', '.join(f'{b.address}.id' for b in tables)}]\n"
        )
    name = "S3" if service == "s3" else "DynamoDB"
    also = (
        "{, used by its route tables|, for {all|all of} its route tables}"
        if len(tables) > 1
        else "{, used by its route table|, for its route table}"
    )
    also = also if joined else ""
    return t.change(
        append(t.draft(), t, resource("aws_vpc_endpoint", label, lines)),
        Say(
            f"{{add a {{gateway endpoint|VPC gateway endpoint}} for <service> to <it>{also}|"
            f"create a {{gateway endpoint|VPC gateway endpoint}} for <service> in <it>{also}|let <it> "
            f"reach <service> through a gateway endpoint{also}}}",
            f"<it> should {{have|get}} a gateway endpoint for <service>{also}",
            (
                f"Traffic to {name} goes through the NAT gateway and costs us a fortune.",
                f"{name} should be reached without the internet.",
            ),
            {"service": Words(name)},
        ),
        added(
            "aws_vpc_endpoint",
            refers(t, "vpc_id"),
            Attribute(("service_name",), Operator.ENDS_WITH, f".{service}"),
            *([refers(b, "route_table_ids") for b in tables] if joined else []),
        ),
        *([] if joined else [may_be_added("aws_vpc_endpoint_route_table_association")]),
        touches=[b.address for b in tables] if joined else [],
    )


def _region(t: Target) -> str:
    """The region that the only provider block names, as a literal or by a variable's default."""
    providers = [b for b in t.syntax.of("provider") if b.label == "aws"]
    if len(providers) != 1:
        return ""
    value = providers[0].value("region")
    if isinstance(value, str):
        return value
    match = re.fullmatch(r"var\.([\w-]+)", providers[0].text("region"))
    found = t.syntax.find(f"var.{match[1]}") if match else None
    default = found.value("default") if found is not None else None
    return default if isinstance(default, str) else ""


@operator("vpc", "aws_vpc", weight=1.2)
def internet_access(t: Target) -> Change | None:
    """An internet gateway with a default route in a route table that has none."""
    if t.block.repeated or not t.instances or t.base.satellites(t.address, "aws_internet_gateway"):
        return None
    tables = [
        b
        for b in t.base.satellites(t.address, "aws_route_table")
        if not b.repeated and not b.has("route") and not t.base.satellites(b.address, "aws_route")
    ]
    gateway = t.base.fresh("resource", t.label, "aws_internet_gateway")
    texts = [resource("aws_internet_gateway", gateway, f"  vpc_id = {t.address}.id\n")]
    demands: list[ChangeDemand] = [added("aws_internet_gateway", refers(t, "vpc_id"))]
    why = ("The instances need the internet.", "Updates cannot be downloaded.")
    if not tables or t.rng.random() < 0.3:
        say = Say(
            "{{add|attach} an internet gateway to <it>|{create|add} an internet gateway for <it>|give "
            "<it> an internet "
            "gateway}",
            "<it> should have an internet gateway",
            why,
        )
        return t.change(append(t.draft(), t, *texts), say, *demands)
    table = t.pick(*tables)
    route = t.base.fresh("resource", "internet", "aws_route")
    texts.append(
        resource(
            "aws_route",
            route,
            f'  route_table_id         = {table.address}.id\n  destination_cidr_block = "0.0.0.0/0"\n'
            f"  gateway_id             = aws_internet_gateway.{gateway}.id\n",
        )
    )
    demands.append(added("aws_route", refers(table, "route_table_id"), equals("destination_cidr_block", "0.0.0.0/0")))
    say = Say(
        "{{add|attach} an internet gateway to <it>, and an aws_route for 0.0.0.0/0 {through|via|to} it "
        "{in|to} <table>|"
        "give <it> an internet gateway and {add|create} an aws_route {to it for 0.0.0.0/0|for 0.0.0.0/0 "
        "to it} in <table>}",
        "<it> should have an internet gateway and <table> an aws_route for 0.0.0.0/0 to it",
        why,
        {"table": t.base.thing(table.address)},
    )
    return t.change(append(t.draft(), t, *texts), say, *demands, touches=[table.address])


@operator("vpc", "aws_vpc", weight=0.8)
def vpc_hostnames(t: Target) -> Change | None:
    if t.values.get("enable_dns_hostnames"):
        return None
    return put(
        t,
        "enable_dns_hostnames",
        True,
        "{{enable|turn on|switch on} DNS {hostnames|host names} {in|for} <it>|give {instances|the "
        "instances} in <it> DNS {hostnames|host names}}",
        "DNS {hostnames|host names} should be {on|enabled} in <it>",
        ("The interface endpoints need it.", "We want to use private DNS names."),
    )


@operator("vpc", "aws_subnet", weight=0.7)
def subnet_public_addresses(t: Target) -> Change | None:
    on = t.values.get("map_public_ip_on_launch") is not True
    return put(
        t,
        "map_public_ip_on_launch",
        on,
        "{give instances {that are launched |launched |}in <it> a public IP {address |}{automatically|by "
        "default}|let <it> assign public IP addresses {automatically|on launch}}"
        if on
        else "{{don't|do not} give instances {launched |}in <it> a public IP {address |}{automatically|"
        "by default}|{stop assigning|turn off the automatic assignment of} public IP addresses in "
        "<it>}",
        "instances {launched |}in <it> should get a public IP address {automatically|by default}"
        if on
        else "instances {launched |}in <it> should not get a public IP address {automatically|by default}",
        () if on else WHY_SAFE,
    )


# --- load balancers --------------------------------------------------------------------------------------------------


@operator("protection", "aws_lb", "aws_alb")
def balancer_protection(t: Target) -> Change | None:
    if t.values.get("enable_deletion_protection"):
        return None
    return put(
        t,
        "enable_deletion_protection",
        True,
        "{protect <it> {against|from} {accidental |}deletion|{enable|turn on|switch on} deletion "
        "protection {for|on|of} <it>}",
        "{<it> should be protected {against|from} deletion|deletion protection should be on for <it>}",
        WHY_SAFE,
    )


@operator("elb", "aws_lb", "aws_alb", weight=0.8)
def balancer_idle_timeout(t: Target) -> Change | None:
    if t.values.get("load_balancer_type") != "application":
        return None
    new = t.another((30, 90, 120, 180, 300, 600), t.values.get("idle_timeout"))
    return put(
        t,
        "idle_timeout",
        new,
        "{{set|change} the idle timeout of <it> to <value> seconds|{close|drop} idle connections {of|to} "
        "<it> after <value> seconds}",
        "<it> should have an idle timeout of <value> seconds",
        ("Long requests are cut off.", "Websocket connections die too early."),
    )


@operator("elb", "aws_lb", "aws_alb", weight=0.8)
def balancer_drop_headers(t: Target) -> Change | None:
    if t.values.get("load_balancer_type") != "application" or t.values.get("drop_invalid_header_fields"):
        return None
    return put(
        t,
        "drop_invalid_header_fields",
        True,
        "{{let|make} <it> drop invalid {HTTP |}{headers|header fields}|{drop|remove} invalid {HTTP |"
        "}{headers|header fields} {at|in} <it>}",
        "<it> should drop invalid {HTTP |}{headers|header fields}",
        WHY_SAFE,
    )


@operator("elb", "aws_lb_listener", weight=2.0)
def listener_redirect(t: Target) -> Change | None:
    """HTTP to HTTPS."""
    action = t.block.first("default_action")
    if t.values.get("port") != 80 or t.values.get("protocol") != "HTTP" or action is None:
        return None
    if len(t.block.inner("default_action")) != 1 or action.value("type") == "redirect" or not t.instances:
        return None
    code = t.pick("HTTP_301", "HTTP_301", "HTTP_302")
    redirect = (
        'default_action {\n    type = "redirect"\n\n    redirect {\n      port        = "443"\n      '
        'protocol    = "HTTPS"\n'
        f'      status_code = "{code}"\n    }}\n  }}'
    )
    words = "permanently" if code == "HTTP_301" else "temporarily"
    return t.change(
        t.draft().splice(action.file, action.start, action.end, redirect),
        Say(
            "{redirect {HTTP|all HTTP requests|plain HTTP} to HTTPS <how> {at|on} <it>|{let|make} <it> "
            "redirect to HTTPS (port 443) <how>}",
            "<it> should redirect {all requests |everything |}to HTTPS <how>",
            (*WHY_SAFE, "Nobody should log in over plain HTTP."),
            {"how": Words(f"({code})" if t.rng.random() < 0.3 else f"{words} ({code[-3:]})")},
        ),
        t.updated(
            "default_action",
            having=(
                equals("default_action.type", "redirect"),
                equals("default_action.redirect.protocol", "HTTPS"),
                equals("default_action.redirect.status_code", code),
            ),
        ),
    )


@operator("elb", "aws_lb_listener")
def listener_tls_policy(t: Target) -> Change | None:
    if t.values.get("protocol") not in ("HTTPS", "TLS"):
        return None
    policy = t.another(
        (
            "ELBSecurityPolicy-TLS13-1-2-2021-06",
            "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
            "ELBSecurityPolicy-TLS13-1-3-2021-06",
        ),
        t.values.get("ssl_policy"),
    )
    return put(
        t,
        "ssl_policy",
        policy,
        "{{use|set} the {SSL|TLS|security} policy <value> {on|for} <it>|{set|change} the {SSL|TLS} "
        "policy of <it> to <value>}",
        "<it> should use the {SSL|TLS} policy <value>",
        (*WHY_SAFE, "Old TLS versions must go."),
    )


@operator("elb", "aws_lb_target_group", "aws_alb_target_group")
def health_path(t: Target) -> Change | None:
    if t.values.get("protocol") not in ("HTTP", "HTTPS"):
        return None
    path = t.another(("/health", "/healthz", "/status", "/ping", "/api/health"), get(t.values, "health_check.path"))
    return put(
        t,
        "health_check.path",
        path,
        "{{check|probe} the health of {the targets of |}<it> {at|on|with} <value>|{set|change} the "
        "health check path of <it> to <value>|use <value> {for|in} the health {check|checks} of <it>}",
        "the health {check|checks} of <it> should {use|go to} <value>",
        ("The start page is too slow for a health check.", "The service has a proper health endpoint now."),
    )


@operator("elb", "aws_lb_target_group", "aws_alb_target_group", weight=0.9)
def sticky_sessions(t: Target) -> Change | None:
    if t.values.get("protocol") not in ("HTTP", "HTTPS") or t.block.has("stickiness") or not t.instances:
        return None
    hours = t.pick(1, 2, 8, 24)
    draft = t.draft().insert_block(
        t.block, f'stickiness {{\n  type            = "lb_cookie"\n  cookie_duration = {hours * 3600}\n}}'
    )
    return t.change(
        draft,
        Say(
            "{{enable|turn on|use} sticky sessions {for|in|on} <it> with a load balancer cookie for {<n> "
            "<hours>|<seconds> seconds}|{keep clients of <it> on|pin users of <it> to} the same target "
            "for <n> <hours> with {a load balancer cookie|an lb_cookie}}",
            "sessions of <it> should {be sticky|stick to a target} for <n> <hours>, with a load balancer cookie",
            ("Sessions are kept in memory.", "Users are logged out all the time."),
            {"n": hours, "hours": Words("hour" if hours == 1 else "hours"), "seconds": hours * 3600},
        ),
        t.updated(
            "stickiness",
            having=(equals("stickiness.type", "lb_cookie"), equals("stickiness.cookie_duration", hours * 3600)),
        ),
    )


@operator("elb", "aws_lb_target_group", "aws_alb_target_group", weight=0.8)
def target_draining(t: Target) -> Change | None:
    new = t.another((0, 15, 30, 60, 120), t.values.get("deregistration_delay"))
    if new is None or str(new) == str(t.values.get("deregistration_delay")) or t.values.get("target_type") == "lambda":
        return None
    if not changeable(t, "deregistration_delay"):
        return None
    return t.change(
        t.draft().set(t.block, "deregistration_delay", str(new)),
        Say(
            "{{set|change} the deregistration delay of <it> to <value> seconds|wait <value> seconds "
            "before a target of <it> is {removed|taken out}}",
            "<it> should have a deregistration delay of <value> seconds",
            ("Deployments take too long.", "Requests are cut off during deployments."),
            {"value": new},
        ),
        t.updated(
            "deregistration_delay",
            having=(AnyOf((equals("deregistration_delay", str(new)), equals("deregistration_delay", new))),),
        ),
    )


# --- DNS -------------------------------------------------------------------------------------------------------------


@operator("dns", "aws_route53_zone", weight=1.4)
def zone_record(t: Target) -> Change | None:
    zone = t.values.get("name")
    if t.block.repeated or not t.instances or not isinstance(zone, str):
        return None
    kind = t.pick("A", "CNAME", "TXT", "MX")
    ttl = t.pick(60, 300, 3600)
    host = t.pick("app", "api", "status", "mail", "docs", "vpn")
    name = zone if kind in ("TXT", "MX") else f"{host}.{zone}"
    value = {
        "A": t.pick("203.0.113.10", "198.51.100.25", "192.0.2.44"),
        "CNAME": t.pick("target.example.net", "hosting.example.org", "pages.example.com"),
        "TXT": t.pick("v=spf1 include:_spf.example.net -all", "site-verification=8f14e45fceea"),
        "MX": t.pick("10 mail.example.net", "10 mx1.example.org"),
    }[kind]
    if any(t.base.values(b.address).get("name") == name for b in t.syntax.of("resource", "aws_route53_record")):
        return None
    label = t.base.fresh("resource", host if kind in ("A", "CNAME") else kind.lower(), "aws_route53_record")
    lines = (
        f'  zone_id = {t.address}.zone_id\n  name    = "{name}"\n  type    = "{kind}"\n  ttl     = '
        f"{ttl}\n  records = {literal([value])}\n"
    )
    article = "an" if kind in ("A", "MX") else "a"
    return t.change(
        append(t.draft(), t, resource("aws_route53_record", label, lines)),
        Say(
            f"{{add {article} {kind} record <name> with the value <value> and a TTL of <ttl> seconds to <it>|"
            f"create {article} {kind} record <name> with the value <value> and a TTL of <ttl> seconds in <it>|"
            f"add {article} {kind} record to <it>: <name> {{->|=}} <value>, TTL <ttl>}}",
            f"<it> should have {article} {kind} record <name> with the value <value> and a TTL of <ttl> seconds",
            ("The other team set it up and needs the record.",),
            {"name": name, "value": value, "ttl": ttl},
        ),
        added(
            "aws_route53_record",
            refers(t, "zone_id"),
            equals("type", kind),
            Attribute(("name",), Operator.EQUALS, name),
            equals("ttl", ttl),
            equals("records", [value]),
        ),
    )


@operator("dns", "aws_route53_record")
def record_ttl(t: Target) -> Change | None:
    if not isinstance(t.values.get("ttl"), (int, float)):
        return None
    new = t.another((30, 60, 300, 900, 3600), int(t.values["ttl"]))
    return put(
        t,
        "ttl",
        new,
        "{{set|change} the TTL of <it> to <value> seconds|let resolvers cache <it> for <value> seconds}",
        "<it> should have a TTL of <value> seconds",
        ("We are going to move the service soon.",) if new < t.values["ttl"] else ("It never changes.",),
    )


# --- CloudFront ------------------------------------------------------------------------------------------------------


@operator("cloudfront", "aws_cloudfront_distribution")
def distribution_price(t: Target) -> Change | None:
    new = t.another(
        ("PriceClass_100", "PriceClass_200", "PriceClass_All"), t.values.get("price_class") or "PriceClass_All"
    )
    words = {
        "PriceClass_100": "North America and Europe",
        "PriceClass_200": "all regions but the most expensive ones",
        "PriceClass_All": "all edge locations",
    }[new]
    return put(
        t,
        "price_class",
        new,
        "{{use|set} the price class <value> {for|on} <it>|{set|change} the price class of <it> to "
        "<value>|serve <it> from <words> only (<value>)}"
        if new != "PriceClass_All"
        else "{{use|set} the price class <value> {for|on} <it>|{set|change} the price class of <it> to "
        "<value>|serve <it> from <words> (<value>)}",
        "<it> should {use|have} the price class <value>",
        ("Nearly all our users are in Europe.", "We want to pay less.")
        if new != "PriceClass_All"
        else ("We have users everywhere now.",),
        words=Words(words),
    )


@operator("cloudfront", "aws_cloudfront_distribution")
def distribution_countries(t: Target) -> Change | None:
    restriction = t.block.first("restrictions", "geo_restriction")
    if (
        restriction is None
        or not t.instances
        or get(t.values, "restrictions.geo_restriction.restriction_type") != "none"
    ):
        return None
    if restriction.value("restriction_type") != "none":
        return None
    countries, words = t.pick(
        (["DE", "AT", "CH"], "Germany, Austria and Switzerland"),
        (["US", "CA"], "the US and Canada"),
        (["GB", "IE"], "the UK and Ireland"),
        (["FR"], "France"),
    )
    block = t.pick(False, False, True)
    kind = "blacklist" if block else "whitelist"
    draft = t.draft()
    found = restriction.arguments["restriction_type"]
    kind_text = f'"{kind}"'
    if restriction.has("locations"):
        draft.set(restriction, "restriction_type", kind_text).set(restriction, "locations", literal(countries))
    else:
        both = f"{kind_text}\n      locations        = {literal(countries)}"
        draft.splice(restriction.file, found.value_start, found.value_end, both)
    return t.change(
        draft,
        Say(
            "{block {visitors|requests} from <words> {at|on|in} <it>|add a geo restriction to <it> that blocks <words>}"
            if block
            else "{{serve|deliver} <it> to {visitors|users} {from|in} <words> only|{restrict|limit} <it> "
            "to {visitors|users} {from|in} <words>|add a geo restriction to <it> that allows only "
            "<words>}",
            "<it> should {not be available|be blocked} in <words>"
            if block
            else "<it> should be available in <words> only",
            ("The licence of the content says so.", "Legal asked for it."),
            {"words": Words(words)},
        ),
        t.updated(
            "restrictions",
            having=(
                equals("restrictions.geo_restriction.restriction_type", kind),
                equals("restrictions.geo_restriction.locations", countries),
            ),
        ),
    )


@operator("cloudfront", "aws_cloudfront_distribution")
def distribution_https(t: Target) -> Change | None:
    behaviour = t.block.first("default_cache_behavior")
    new = "redirect-to-https"
    if behaviour is None or not changeable(t, "default_cache_behavior.viewer_protocol_policy"):
        return None
    current = get(t.values, "default_cache_behavior.viewer_protocol_policy")
    if current == new or len(t.block.inner("ordered_cache_behavior")):
        return None
    return put(
        t,
        "default_cache_behavior.viewer_protocol_policy",
        new,
        "{redirect {viewers|visitors} of <it> {from HTTP |}to HTTPS|let <it> redirect HTTP to HTTPS}",
        "{viewers|visitors} of <it> should be redirected to HTTPS",
        WHY_SAFE,
    )

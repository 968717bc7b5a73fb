"""What may pass in a VPC: security groups, network ACLs, prefix lists, Network Firewall, flow logs."""

from __future__ import annotations

from itertools import pairwise

from terraformer.data.synthesis import parts
from terraformer.data.synthesis.blueprints.network import PORTS, igw, subnets, vpc
from terraformer.data.synthesis.expressions import Template
from terraformer.data.synthesis.names import project, resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Say, Scene


@blueprint("vpc", weight=2)
def web_security_group(s: Scene) -> None:
    """One group, its rules in it."""
    main, _ = vpc(s, said=s.may(0.5))
    ports = s.pick([80], [443], [80, 443], [22], [22, 80, 443], [5432], [3306], [22, 443])
    node = s.resource("aws_security_group", "security group", s.pick("web", "app", "frontend", "bastion"))
    node.named("name", resource_name(s, f"{node.role}-sg"))
    if s.may(0.5):
        node.set("description", s.pick("Web traffic", "Allow inbound traffic", "Managed by Terraform", "App servers"))
    node.link("vpc_id", main, say="in <it>" if main.said else False)
    source = s.pick("0.0.0.0/0", "0.0.0.0/0", "10.0.0.0/8", "203.0.113.0/24", "192.168.0.0/16")
    for port in ports:
        name = PORTS[port]
        whence = "anywhere" if source == "0.0.0.0/0" and s.may() else source
        rule = node.block(
            "ingress",
            Say(
                np=f"{{inbound |}}{name} {{(port {port}) |}}{{allowed|open}} from {whence}",
                do=f"allow {{inbound |}}{{{name}|{name} on port {port}|port {port}}} from {whence}",
                that=f"allows {{{name}|port {port}}} from {whence}",
            ),
        )
        rule.implied("from_port", port).implied("to_port", port)
        rule.implied("protocol", "tcp").implied("cidr_blocks", [source])
    egress = node.block(
        "egress",
        Say(np="all outbound traffic allowed", do="allow all outbound traffic", that="lets everything out")
        if s.may(0.5)
        else None,
    )
    egress.set("from_port", 0, False, extract=False).set("to_port", 0, False, extract=False)
    egress.implied("protocol", "-1").implied("cidr_blocks", ["0.0.0.0/0"])


@blueprint("vpc", weight=2)
def rule_resources(s: Scene) -> None:
    """Two groups, one open to the other; rules as resources."""
    main, _ = vpc(s, said=s.may(0.4))
    port, words = s.pick((5432, "Postgres"), (3306, "MySQL"), (6379, "Redis"), (8080, "traffic"), (443, "HTTPS"))
    front = s.resource("aws_security_group", "{security group for the load balancer|ALB security group}", "alb")
    front.named("name", resource_name(s, "alb")).link("vpc_id", main)
    back = s.resource("aws_security_group", "{security group for the app|app security group}", "app")
    back.named("name", resource_name(s, "app")).link("vpc_id", main)
    web = s.resource(
        "aws_vpc_security_group_ingress_rule",
        "",
        "alb",
        of=front,
        say=Say(
            np="HTTPS {open|allowed} from anywhere", do="allow HTTPS from anywhere", that="accepts HTTPS from anywhere"
        ),
    )
    web.link("security_group_id", front)
    web.implied("cidr_ipv4", "0.0.0.0/0").implied("ip_protocol", "tcp")
    web.implied("from_port", 443).implied("to_port", 443)
    inner = s.resource(
        "aws_vpc_security_group_ingress_rule",
        "",
        "app",
        of=back,
        say=Say(
            np=f"{words} on port {port} {{allowed |}}only from the {{ALB's|load balancer's}} security group",
            do=f"allow {words} on port {port} from the {{ALB's|load balancer's}} security group",
            that=f"accepts {words} on port {port} from the {{ALB's|load balancer's}} group",
        ),
    )
    inner.link("security_group_id", back)
    inner.link("referenced_security_group_id", front, "id", Say(implied=True))
    inner.implied("ip_protocol", "tcp").implied("from_port", port).implied("to_port", port)
    for group in (front, back):
        out = s.resource(
            "aws_vpc_security_group_egress_rule",
            "",
            group.role,
            of=group,
            said=s.may(0.4),
            say=Say(np="{all|unrestricted} outbound traffic", do="allow all outbound traffic"),
        )
        out.link("security_group_id", group)
        out.implied("cidr_ipv4", "0.0.0.0/0").implied("ip_protocol", "-1")


@blueprint("vpc")
def network_acl(s: Scene) -> None:
    main, second = vpc(s)
    net = subnets(s, main, second, s.pick("public", "private", "database"), 1)
    acl = s.resource("aws_network_acl", "{network ACL|NACL}", net.role)
    acl.link("vpc_id", main, say="in <it>" if s.may(0.4) else False)
    apart = s.may(0.5)
    if s.may(0.7) and not apart:
        acl.link("subnet_ids", net, say="for <it>", wrap=True)
    elif apart:
        link = s.resource("aws_network_acl_association", "", net.role, said=False)
        link.link("network_acl_id", acl).link("subnet_id", net)
    for number, (port, cidr) in enumerate(
        s.some([(443, "0.0.0.0/0"), (80, "0.0.0.0/0"), (22, "10.0.0.0/8"), (5432, f"10.{second}.0.0/16")], 1, 3), 1
    ):
        say = Say(
            np=f"an inbound rule {{allowing|for}} {PORTS[port]} {{(port {port}) |}}from {cidr}",
            do=f"allow {PORTS[port]} in from {cidr}",
            that=f"allows {PORTS[port]} in from {cidr}",
        )
        if apart:
            rule = s.resource("aws_network_acl_rule", "", f"in_{port}", of=acl, say=say)
            rule.link("network_acl_id", acl)
            rule.set("rule_number", number * 100, False, extract=False).set("egress", False, False, extract=False)
            rule.implied("protocol", "tcp").implied("rule_action", "allow").implied("cidr_block", cidr)
            rule.implied("from_port", port).implied("to_port", port)
        else:
            inline = acl.block("ingress", say)
            inline.set("rule_no", number * 100, False, extract=False)
            inline.implied("protocol", "tcp").implied("action", "allow").implied("cidr_block", cidr)
            inline.implied("from_port", port).implied("to_port", port)
    if not apart:
        out = acl.block(
            "egress", Say(np="all outbound traffic allowed", do="allow everything out") if s.may() else None
        )
        out.set("rule_no", 100, False, extract=False)
        out.implied("protocol", "-1").implied("action", "allow").implied("cidr_block", "0.0.0.0/0")
        out.set("from_port", 0, False, extract=False).set("to_port", 0, False, extract=False)


@blueprint("vpc", "logs", weight=2)
def flow_logs(s: Scene) -> None:
    main, _ = vpc(s)
    traffic = s.pick("ALL", "ALL", "REJECT", "ACCEPT")
    what = {"ALL": "all", "REJECT": "rejected", "ACCEPT": "accepted"}[traffic]
    log = s.resource(
        "aws_flow_log",
        f"{{VPC flow log|flow log}} for {{{what}|{traffic}}} traffic",
        "main",
    )
    log.implied("traffic_type", traffic)
    log.link("vpc_id", main, say="for <it>" if s.may(0.6) else False)
    if s.may(0.5):
        group = parts.log_group(s, f"/vpc/{project(s)}-flow-logs", "flow_logs", said=True)
        log.link("log_destination", group, "arn", say="{going to|sent to|written to} <it>")
        role = parts.execution_role(s, "vpc-flow-logs", "flow_logs", said=s.may(0.4))
        parts.role_policy(
            s,
            role,
            ("logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogGroups", "logs:DescribeLogStreams"),
            (Template(group.ref("arn"), ":*"),),
            said=s.may(),
            words="write to the log group",
        )
        log.link("iam_role_arn", role, "arn")
    else:
        bucket = s.resource("aws_s3_bucket", "{S3 bucket|bucket}", "flow_logs")
        bucket.named("bucket", f"{project(s)}-flow-logs-{s.number(1000, 99999)}")
        log.set("log_destination_type", "s3", False, extract=False)
        log.link("log_destination", bucket, "arn", say="{stored|delivered} in <it>")
        if s.may(0.4):
            log.block(
                "destination_options", Say(np="{Parquet files|Parquet as the file format}", do="write Parquet files")
            ).implied("file_format", "parquet")
    if s.may(0.4):
        log.set(
            "max_aggregation_interval",
            s.pick(60, 600),
            Say(np="{an |}aggregation interval of <v> seconds", do="aggregate over <v> seconds"),
        )


@blueprint("vpc")
def prefix_list(s: Scene) -> None:
    node = s.resource(
        "aws_ec2_managed_prefix_list", "{managed prefix list|prefix list}", s.pick("offices", "partners", "allowed")
    )
    node.named("name", resource_name(s, node.role))
    node.implied("address_family", "IPv4") if s.may() else node.set("address_family", "IPv4", False, extract=False)
    node.set(
        "max_entries",
        s.pick(5, 10, 20),
        Say(np="{at most|a maximum of} <v> entries", do="allow <v> entries at most"),
    )
    for cidr, words in s.some(
        [
            ("198.51.100.0/24", "HQ"),
            ("203.0.113.0/25", "VPN"),
            ("192.0.2.0/24", "Branch office"),
            ("10.20.0.0/16", "Data center"),
        ],
        1,
        3,
    ):
        entry = node.block(
            "entry", Say(np=f"{{an entry for|the entry|the CIDR}} {cidr} ({words})", do=f"add {cidr} ({words})")
        )
        entry.implied("cidr", cidr).implied("description", words)
    if s.may(0.6):
        main, _ = vpc(s, said=s.may(0.3))
        group = s.resource("aws_security_group", "security group", "app")
        group.named("name", resource_name(s, "app")).link("vpc_id", main)
        rule = s.resource(
            "aws_vpc_security_group_ingress_rule",
            "",
            "app",
            of=group,
            say=Say(
                np="HTTPS allowed from the prefix list",
                do="allow HTTPS from the prefix list",
                that="accepts HTTPS from the prefix list",
            ),
        )
        rule.link("security_group_id", group).link("prefix_list_id", node, "id", Say(implied=True))
        rule.implied("ip_protocol", "tcp").implied("from_port", 443).implied("to_port", 443)


@blueprint("vpc")
def locked_defaults(s: Scene) -> None:
    """The default group of a VPC without rules, a subnet reservation."""
    main, second = vpc(s)
    group = s.resource(
        "aws_default_security_group",
        "",
        "default",
        of=main,
        say=Say(
            np="{a|its} default security group without {any |}rules",
            do="{strip|remove} all rules from {its|the} default security group",
        ),
    )
    group.link("vpc_id", main)
    if s.may(0.5):
        net = subnets(s, main, second, "private", 1)
        reserve = s.resource(
            "aws_ec2_subnet_cidr_reservation",
            "",
            "reserved",
            of=net,
            say=Say(
                np=f"10.{second}.11.128/28 reserved for prefixes", do=f"reserve 10.{second}.11.128/28 for prefixes"
            ),
        )
        reserve.link("subnet_id", net)
        reserve.implied("cidr_block", f"10.{second}.11.128/28").implied("reservation_type", "prefix")
    if s.may(0.4):
        table = s.resource("aws_default_route_table", "default route table", "default")
        table.link("default_route_table_id", main, "default_route_table_id")
        gateway = igw(s, main)
        inline = table.block("route", Say(np="a {default |}route to the internet gateway"))
        inline.implied("cidr_block", "0.0.0.0/0").link("gateway_id", gateway, "id", Say(implied=True))


@blueprint("networkfirewall")
def domain_firewall(s: Scene) -> None:
    """A Network Firewall that lets some domains through, or stops some."""
    main, second = vpc(s)
    net = subnets(s, main, second, "firewall", 1)
    allow = s.may(0.6)
    domains = (
        s.some([".amazonaws.com", ".github.com", ".pypi.org", ".docker.io"], 1, 3)
        if allow
        else s.some([".example.net", ".badsite.com", ".torproject.org"], 1, 2)
    )
    text = " and ".join(domains)
    group = s.resource(
        "aws_networkfirewall_rule_group", "{stateful rule group|rule group|Network Firewall rule group}", "domains"
    )
    group.named("name", resource_name(s, "domains"))
    group.set("capacity", s.pick(100, 200, 1000), None)
    group.set("type", "STATEFUL", False, extract=False)
    verb = "allows only" if allow else "blocks"
    source = (
        group.block("rule_group")
        .block("rules_source")
        .block(
            "rules_source_list",
            Say(
                np=f"{{an allow list of|an allow list for}} {text}"
                if allow
                else f"{{a deny list of|a deny list for}} {text}",
                do=f"{'allow' if allow else 'block'} {{the domains |}}{text}",
                that=f"{verb} {text}",
            ),
        )
    )
    source.implied("generated_rules_type", "ALLOWLIST" if allow else "DENYLIST")
    source.set("target_types", ["TLS_SNI", "HTTP_HOST"], False)
    source.implied("targets", domains)
    policy = s.resource("aws_networkfirewall_firewall_policy", "firewall policy", "main")
    policy.named("name", resource_name(s, "firewall-policy"))
    body = policy.block("firewall_policy")
    body.set("stateless_default_actions", ["aws:forward_to_sfe"], False)
    body.set("stateless_fragment_default_actions", ["aws:forward_to_sfe"], False)
    ref = body.block(
        "stateful_rule_group_reference",
        Say(np="{a reference to|} the rule group", do="use the rule group", that="uses the rule group"),
    )
    ref.link("resource_arn", group, "arn", Say(implied=True))
    wall = s.resource(
        "aws_networkfirewall_firewall", "{network firewall|Network Firewall|AWS Network Firewall}", "main"
    )
    wall.named("name", resource_name(s, "firewall"))
    wall.link("vpc_id", main)
    wall.link("firewall_policy_arn", policy, "arn", say="{with|using} <it>" if s.may() else False)
    mapping = wall.block("subnet_mapping")
    mapping.link("subnet_id", net)
    if s.may(0.4):
        wall.set(
            "delete_protection",
            True,
            Say(np="{delete|deletion} protection {on|enabled}", do="{enable|turn on} delete protection"),
        )
    if s.may(0.4):
        logs = parts.log_group(s, f"/aws/network-firewall/{project(s)}", "firewall", said=True)
        kind = s.pick("ALERT", "FLOW")
        out = s.resource(
            "aws_networkfirewall_logging_configuration",
            "",
            "main",
            of=wall,
            say=Say(
                np=f"{kind.lower()} logs {{sent|going}} to the log group",
                do=f"send {kind.lower()} logs to the log group",
            ),
        )
        out.link("firewall_arn", wall, "arn")
        target = out.block("logging_configuration").block("log_destination_config")
        target.set("log_destination", {"logGroup": logs.ref("name")}, False)
        target.implied("log_destination_type", "CloudWatchLogs")
        target.implied("log_type", kind)


@blueprint("networkfirewall")
def suricata_rules(s: Scene) -> None:
    """A rule group in Suricata's language."""
    group = s.resource(
        "aws_networkfirewall_rule_group",
        "{Network Firewall rule group|stateful Network Firewall rule group}",
        "suricata",
    )
    group.named("name", resource_name(s, s.pick("block-ssh", "ids", "suricata-rules")))
    group.set("capacity", s.pick(50, 100, 500), True)
    group.set("type", "STATEFUL", Say(np="type STATEFUL", do="make it stateful"))
    rule = s.pick(
        'drop tcp any any -> any 22 (msg:"No SSH out"; sid:1000001; rev:1;)',
        'alert http any any -> any any (msg:"HTTP seen"; sid:1000002; rev:1;)',
        'drop tls any any -> any any (tls.sni; content:"example.net"; endswith; msg:"Blocked"; sid:1000003; rev:1;)',
    )
    source = group.block("rule_group").block("rules_source")
    source.set(
        "rules_string",
        rule,
        Say(np=f"{{this|the}} Suricata rule: {rule}", do=f"use the Suricata rule {rule}"),
        extract=False,
    )
    if s.may(0.3):
        s.output("rule_group_arn", group.ref("arn"), "the rule group's ARN")


@blueprint("vpc")
def bastion_groups(s: Scene) -> None:
    """Groups that lead from one to the next: bastion, app, database."""
    main, _ = vpc(s, said=s.may(0.4))
    chain = s.pick(("bastion", "app"), ("web", "app", "db"), ("alb", "web", "db"), ("app", "cache"))
    groups = []
    for role in chain:
        node = s.resource("aws_security_group", f"{{{role} security group|security group for the {role} tier}}", role)
        node.named("name", resource_name(s, role))
        node.set("description", f"{role.capitalize()} tier", False)
        node.link("vpc_id", main)
        groups.append(node)
    ports = {"bastion": 22, "web": 443, "alb": 443, "app": 8080, "db": 5432, "cache": 6379}
    source = s.pick("203.0.113.0/24", "198.51.100.0/24", "10.0.0.0/8")
    first = groups[0].block(
        "ingress",
        Say(
            np=f"port {ports[chain[0]]} open to {source}",
            do=f"allow port {ports[chain[0]]} from {source}",
            that=f"allows port {ports[chain[0]]} from {source}",
        ),
    )
    first.implied("from_port", ports[chain[0]]).implied("to_port", ports[chain[0]])
    first.implied("protocol", "tcp").implied("cidr_blocks", [source])
    for before, node in pairwise(groups):
        port = 22 if before.role == "bastion" else ports[node.role]
        inner = node.block(
            "ingress",
            Say(
                np=f"port {port} open {{only |}}to the {before.role} security group",
                do=f"allow port {port} from the {before.role} security group",
                that=f"allows port {port} from the {before.role} security group",
            ),
        )
        inner.implied("from_port", port).implied("to_port", port).implied("protocol", "tcp")
        inner.link("security_groups", before, "id", Say(implied=True), wrap=True)
    for node in groups:
        out = node.block("egress")
        for name, value in (("from_port", 0), ("to_port", 0), ("protocol", "-1"), ("cidr_blocks", ["0.0.0.0/0"])):
            out.set(name, value, False, extract=False)

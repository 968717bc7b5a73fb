"""Route 53 and ACM: zones, records, health checks, resolvers, certificates."""

from __future__ import annotations

from terraformer.data.synthesis import parts
from terraformer.data.synthesis.blueprints.network import subnets, vpc
from terraformer.data.synthesis.expressions import Document, Raw, Statement, Template
from terraformer.data.synthesis.names import project, resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Body, Node, Say, Scene

ZONE = "{hosted zone|Route 53 zone|Route 53 hosted zone|Route53 hosted zone}"


def domain(s: Scene) -> str:
    return f"{s.pick('', '', project(s) + '-')}{s.pick('example', 'acme', 'contoso', 'northwind')}.{s.pick('com', 'com', 'org', 'io', 'net')}"


def zone(s: Scene, name: str = "", *, said: bool = True, noun: str = "") -> tuple[Node, str]:
    """A public zone and its domain."""
    name = name or domain(s)
    node = s.resource(
        "aws_route53_zone", noun or s.pick(ZONE, ZONE, "{public hosted zone|DNS zone in Route 53}"), "main", said=said
    )
    node.set("name", name, Say(post=f"{{for|for|named}} {name}", np=f"the domain {name}"), extract=s.may())
    if s.may(0.2):
        node.set("comment", s.pick("Main zone", "Public DNS", "Managed by Terraform"))
    return node, name


def record(
    s: Scene, where: Node, name: str, kind: str, values: list[str], role: str = "", *, bare: bool = False
) -> Node:
    """A record with words for what it holds."""
    node = s.resource(
        "aws_route53_record",
        f"{kind} record",
        role or name.split(".")[0],
    )
    node.link("zone_id", where, "zone_id" if s.may() else "id")
    node.set("name", name, Say(post=f"for {name}", np=f"the name {name}"), extract=False)
    node.implied("type", kind)
    if not bare:
        node.set(
            "ttl",
            s.pick(60, 300, 300, 600, 3600),
            Say(np="{a |}TTL of {<v>|<v> seconds}", do="set the TTL to <v>") if s.may(0.7) else False,
        )
        shown = " and ".join(values)
        say = Say(
            post=f"{{pointing to|with value{'s' * (len(values) > 1)}}} {shown}",
            np=f"{{the |}}value{'s' * (len(values) > 1)} {shown}",
        )
        node.set("records", values, say, extract=False)
    return node


def health_check(s: Scene, host: str, role: str = "primary") -> Node:
    kind = s.pick("HTTPS", "HTTP", "TCP")
    port = {"HTTPS": 443, "HTTP": 80, "TCP": s.pick(443, 5432, 8443)}[kind]
    node = s.resource("aws_route53_health_check", "{Route 53 health check|health check}", role)
    node.set("fqdn", host, Say(post=f"for {host}", np=f"the {{domain|host}} {host}"))
    node.set("type", kind, Say(post=f"over {kind}", np=f"type {kind}"))
    node.set("port", port, Say(np="port <v>", post="on port <v>"))
    if kind != "TCP":
        node.set(
            "resource_path",
            s.pick("/health", "/healthz", "/"),
            Say(np="{the |}path <v>", do="check {the path |}<v>") if s.may(0.8) else False,
        )
    node.set(
        "failure_threshold",
        s.pick(3, 3, 5),
        Say(np="{a |}failure threshold of <v>", do="fail after <v> failed checks") if s.may(0.6) else False,
    )
    node.set(
        "request_interval",
        s.pick(30, 30, 10),
        Say(np="{a |}request interval of <v> seconds", do="check every <v> seconds") if s.may(0.6) else False,
    )
    return node


@blueprint("route53", weight=2)
def public_zone(s: Scene) -> None:
    node, _ = zone(s)
    if s.may(0.3):
        node.set(
            "force_destroy",
            True,
            Say(np="force destroy {on|enabled}", do="allow it to be destroyed with records in it"),
        )
    if s.may(0.3):
        s.output("name_servers", node.ref("name_servers"), "the {zone's |}name servers")


@blueprint("route53", weight=3)
def simple_records(s: Scene) -> None:
    where, name = zone(s)
    kinds = {
        "www": (f"www.{name}", "A", [s.pick("203.0.113.10", "198.51.100.23", "192.0.2.80")]),
        "blog": (f"blog.{name}", "CNAME", [s.pick("hosting.example.net", "pages.example.net")]),
        "mail": (name, "MX", ["10 mx1.example.net", "20 mx2.example.net"]),
        "spf": (name, "TXT", ["v=spf1 include:_spf.example.net ~all"]),
        "ipv6": (f"v6.{name}", "AAAA", ["2001:db8::10"]),
        "caa": (name, "CAA", ['0 issue "amazon.com"']),
    }
    for role in s.some(list(kinds), 1, 3):
        full, kind, values = kinds[role]
        record(s, where, full, kind, values, role)


@blueprint("route53", weight=2)
def existing_zone(s: Scene) -> None:
    """A record in a zone that exists already."""
    name = domain(s)
    where = s.data("aws_route53_zone", "", "main")
    where.set("name", name, False, extract=False)
    if s.may(0.3):
        where.set("private_zone", False, False, extract=False)
    node = record(
        s,
        where,
        f"{s.pick('www', 'api', 'app', 'status')}.{name}",
        *s.pick(("A", ["203.0.113.25"]), ("CNAME", ["target.example.net"])),
    )
    node.noun = f"{{Route 53 {node.noun}|{node.noun} in Route 53}}"
    if s.may(0.7):
        words = "in the existing {zone|hosted zone}"
        node.says(Say(post=f"{words}{{ {name}| for {name}|}}", demand=parts.refers(where, "zone_id")))


@blueprint("route53", "vpc", weight=2)
def private_zone(s: Scene) -> None:
    main, _ = vpc(s)
    name = f"{project(s)}.{s.pick('internal', 'local', 'corp')}"
    node = s.resource("aws_route53_zone", "{private hosted zone|private Route 53 zone|private DNS zone}", "private")
    node.set("name", name, Say(post=f"{{for|named}} {name}", np=f"the domain {name}"))
    node.block("vpc").link(
        "vpc_id",
        main,
        say=Say(np="the VPC associated", do="associate it with the VPC", that="is associated with the VPC"),
    )
    for host in s.some(["db", "cache", "api"], 0, 2):
        kind, values = (
            ("A", [f"10.0.{s.number(1, 20)}.{s.number(10, 200)}"]) if s.may() else ("CNAME", [f"{host}-1.{name}"])
        )
        record(s, node, f"{host}.{name}", kind, values, host)
    if s.may(0.35):
        other, _ = vpc(s, role="second", noun="second VPC", second=77)
        node.lifecycle = (("ignore_changes", Raw("[vpc]")),)
        tie = s.resource(
            "aws_route53_zone_association",
            "",
            "second",
            of=node,
            say=Say(do="associate it with the second VPC, too", that="is associated with the second VPC, too"),
        )
        tie.link("zone_id", node, "zone_id").link("vpc_id", other, "id", Say(implied=True))


def _routed(s: Scene, where: Node, name: str, role: str, address: str) -> Node:
    node = record(s, where, f"{name}", "A", [address], role)
    node.noun = f"{role.replace('_', ' ')} A record"
    node.set("set_identifier", role.replace("_", "-"), Say(np="set identifier <v>") if s.may(0.4) else False)
    return node


@blueprint("route53", weight=2)
def weighted(s: Scene) -> None:
    where, name = zone(s)
    share = s.pick(90, 80, 70, 50)
    for role, weight, address in (("blue", share, "203.0.113.10"), ("green", 100 - share, "203.0.113.20")):
        node = _routed(s, where, f"app.{name}", role, address)
        node.block(
            "weighted_routing_policy", Say(np=f"{{a |}}weight {{of |}}{weight}", do=f"set its weight to {weight}")
        ).implied("weight", weight)


@blueprint("route53", weight=2)
def failover(s: Scene) -> None:
    """Primary with a health check, secondary without."""
    where, name = zone(s)
    check = health_check(s, f"origin.{name}")
    for role, address in (("primary", "203.0.113.10"), ("secondary", "198.51.100.10")):
        node = _routed(s, where, f"www.{name}", role, address)
        node.block(
            "failover_routing_policy",
            Say(
                np=f"{{a |}}failover routing {{policy |}}of type {role.upper()}",
                do=f"make it the {role} of a failover pair",
                that=f"is the {role} of a failover pair",
            ),
        ).implied("type", role.upper())
        if role == "primary":
            node.link(
                "health_check_id",
                check,
                say=Say(np="the health check", do="use the health check", that="uses the health check"),
            )


@blueprint("route53")
def latency_or_geo(s: Scene) -> None:
    where, name = zone(s)
    if s.may():
        for region, address in s.some(
            [("us-east-1", "203.0.113.10"), ("eu-west-1", "198.51.100.10"), ("ap-southeast-1", "192.0.2.10")], 2, 3
        ):
            node = _routed(s, where, f"api.{name}", region.replace("-", "_"), address)
            node.noun = f"latency record for {region}"
            node.block("latency_routing_policy").implied("region", region)
            _block_of_noun(node)
    else:
        for place, address in s.some([("DE", "203.0.113.10"), ("US", "198.51.100.10"), ("JP", "192.0.2.10")], 1, 2):
            node = _routed(s, where, f"www.{name}", place.lower(), address)
            node.noun = f"{place} A record"
            node.block(
                "geolocation_routing_policy",
                Say(np=f"geolocation {{routing |}}for {place}", do=f"answer requests from {place} with it"),
            ).implied("country", place)
        rest = _routed(s, where, f"www.{name}", "default", "203.0.113.99")
        rest.block(
            "geolocation_routing_policy",
            Say(
                np="geolocation {routing |}for everyone else",
                do="answer everyone else with it",
                that="answers everyone else",
            ),
        ).implied("country", "*")


def _block_of_noun(node: Node) -> None:
    """The noun tells what the last block holds."""
    body = [i for i in node.items if not hasattr(i, "value")][-1]
    block = body[1] if isinstance(body, tuple) else node
    if isinstance(block, Body):
        block.say, block.said = Say(implied=True), True


@blueprint("route53", "elb", weight=2)
def alias_to_balancer(s: Scene) -> None:
    """An alias record for a load balancer."""
    main, second = vpc(s, said=False)
    nets = subnets(s, main, second, "public", 2, said=False)
    lb = s.resource("aws_lb", "{application load balancer|ALB}", "main")
    lb.named("name", resource_name(s, "web")[:32].strip("-")).set(
        "load_balancer_type", "application", Say(implied=True)
    )
    lb.link("subnets", nets, wrap=True)
    where, name = zone(s)
    host = s.pick(name, f"www.{name}", f"app.{name}")
    node = record(s, where, host, "A", [], "alias", bare=True)
    node.noun = "{alias record|alias A record|A record}"
    alias = node.block(
        "alias",
        Say(
            np="the load balancer as {its |the |}alias target",
            do="point it to the load balancer",
            that="points to the load balancer",
        ),
    )
    alias.link("name", lb, "dns_name", Say(implied=True)).link("zone_id", lb, "zone_id")
    alias.set("evaluate_target_health", s.may(0.7), None, extract=False)


@blueprint("route53", "cloudwatch", "sns")
def watched_host(s: Scene) -> None:
    """A health check, and an alarm on it."""
    check = health_check(s, f"{s.pick('www', 'api', 'shop')}.{domain(s)}")
    if s.may(0.5):
        topic = s.resource("aws_sns_topic", "{SNS topic|topic}", "alerts")
        topic.named("name", resource_name(s, "health-alerts"))
        alarm = s.resource("aws_cloudwatch_metric_alarm", "{CloudWatch alarm|alarm} on its status", "health")
        alarm.named("alarm_name", resource_name(s, "health-check-failed"))
        alarm.set("namespace", "AWS/Route53", False).implied("metric_name", "HealthCheckStatus")
        alarm.set("statistic", "Minimum", False).set("comparison_operator", "LessThanThreshold", False)
        alarm.set("threshold", 1, False).set("period", 60, False).set("evaluation_periods", 1, False)
        alarm.set("dimensions", {"HealthCheckId": check.ref()}, False)
        alarm.link("alarm_actions", topic, "arn", Say(do="notify the topic", that="notifies the topic"), wrap=True)
    if s.may(0.3):
        s.output("health_check_id", check.ref(), "the id of the health check")


@blueprint("route53", "logs")
def query_logs(s: Scene) -> None:
    where, name = zone(s)
    group = parts.log_group(s, f"/aws/route53/{name}", "queries", said=True)
    allowed = s.resource(
        "aws_cloudwatch_log_resource_policy",
        "{log resource policy|CloudWatch Logs resource policy}",
        "route53",
        said=s.may(0.4),
    )
    allowed.named("policy_name", resource_name(s, "route53-query-logging"))
    allowed.set(
        "policy_document",
        Document(
            Statement(
                ("logs:CreateLogStream", "logs:PutLogEvents"),
                (Template(group.ref("arn"), ":*"),),
                principals={"Service": ("route53.amazonaws.com",)},
            )
        ),
        False,
    )
    node = s.resource(
        "aws_route53_query_log",
        "",
        "main",
        of=where,
        say=Say(np="query logging to the log group", do="log {its |}queries to the log group"),
    )
    node.link("zone_id", where, "zone_id").link("cloudwatch_log_group_arn", group, "arn", Say(implied=True))
    node.depends_on = (allowed,)


@blueprint("route53")
def delegation(s: Scene) -> None:
    """A delegation set for zones, or a subdomain delegated to its own zone."""
    if s.may():
        group = s.resource("aws_route53_delegation_set", "{reusable delegation set|delegation set}", "main")
        if s.may():
            group.set("reference_name", project(s), Say(np="reference name <v>", post="with reference name <v>"))
        for number in range(s.number(1, 2)):
            node = s.resource("aws_route53_zone", "hosted zone", ("main", "second")[number])
            name = domain(s) if number == 0 else f"{project(s)}-shop.example.org"
            node.set("name", name, Say(post=f"for {name}", np=f"the domain {name}"))
            node.link(
                "delegation_set_id",
                group,
                say=Say(np="the delegation set", do="use the delegation set", that="uses the delegation set"),
            )
        return
    parent, name = zone(s)
    child = s.resource("aws_route53_zone", "{zone for the subdomain|subdomain zone}", "dev")
    sub = f"{s.pick('dev', 'staging', 'internal')}.{name}"
    child.set("name", sub, Say(post=sub, np=f"the name {sub}"))
    ns = s.resource("aws_route53_record", "NS record", "ns")
    ns.link("zone_id", parent, "zone_id")
    ns.set("name", sub, Say(post=f"for {sub} in the parent zone", np=f"the name {sub}"), extract=False)
    ns.implied("type", "NS")
    ns.set("ttl", s.pick(300, 3600, 172800), None)
    ns.link(
        "records",
        child,
        "name_servers",
        Say(np="the {child|subdomain} zone's name servers", that="delegates to the subdomain zone"),
    )


@blueprint("route53resolver", "vpc", weight=2)
def resolver(s: Scene) -> None:
    """Hybrid DNS: endpoints and forwarding rules."""
    s.purpose = s.pick("for hybrid DNS", "to resolve on-premises names", "", "")
    main, second = vpc(s)
    net = subnets(s, main, second, "private", 2, said=s.may())
    group = parts.security_group(s, main, [53], "dns", said=s.may(0.4), cidr="10.0.0.0/8")
    way = s.pick("OUTBOUND", "OUTBOUND", "INBOUND")
    end = s.resource(
        "aws_route53_resolver_endpoint",
        f"{{{way.lower()} resolver endpoint|Route 53 Resolver {way.lower()} endpoint}}",
        way.lower(),
    )
    end.named("name", resource_name(s, way.lower()))
    end.implied("direction", way)
    end.link("security_group_ids", group, wrap=True)
    for number in range(2):
        end.block("ip_address").set("subnet_id", Raw(f"{{0}}[{number}].id", (net.ref(""),)), False)
    if way == "OUTBOUND":
        name = s.pick("corp.example.com", "ad.example.org", "onprem.internal")
        ips = s.some(["192.168.1.10", "192.168.1.11", "172.16.0.53"], 1, 2)
        rule = s.resource("aws_route53_resolver_rule", "{forwarding rule|resolver rule|forward rule}", "onprem")
        rule.set("domain_name", name, Say(post=f"for {name}", np=f"the domain {name}"))
        rule.named("name", resource_name(s, "onprem"))
        rule.set("rule_type", "FORWARD", False, extract=False)
        rule.link("resolver_endpoint_id", end)
        for ip in ips:
            rule.block(
                "target_ip", Say(np=f"{ip} as {{a |}}target", do=f"forward to {ip}", that=f"forwards to {ip}")
            ).implied("ip", ip)
        tie = s.resource(
            "aws_route53_resolver_rule_association",
            "",
            "onprem",
            of=rule,
            said=s.may(0.6),
            say=Say(do="associate it with the VPC", that="is associated with the VPC"),
        )
        tie.link("resolver_rule_id", rule).link("vpc_id", main, "id", Say(implied=True))


@blueprint("route53resolver", "vpc")
def resolver_logs(s: Scene) -> None:
    main, _ = vpc(s)
    if s.may():
        to = parts.log_group(s, f"/dns/{project(s)}", "dns", said=True)
    else:
        to = s.resource("aws_s3_bucket", "{S3 bucket|bucket}", "dns_logs")
        to.named("bucket", f"{project(s)}-dns-logs-{s.number(100, 99999)}")
    node = s.resource(
        "aws_route53_resolver_query_log_config",
        "{resolver query log configuration|DNS query log config|Route 53 Resolver query log config}",
        "main",
    )
    node.named("name", resource_name(s, "dns-queries"))
    node.link("destination_arn", to, "arn", say="writing to <it>")
    tie = s.resource(
        "aws_route53_resolver_query_log_config_association",
        "",
        "main",
        of=node,
        say=Say(do="associate it with the VPC", that="is associated with the VPC"),
    )
    tie.link("resolver_query_log_config_id", node).link("resource_id", main, "id", Say(implied=True))


@blueprint("route53resolver", "vpc")
def dns_firewall(s: Scene) -> None:
    """Domains that a VPC may not resolve."""
    main, _ = vpc(s)
    bad = s.some(["badsite.example.", "*.malware.example.", "tracker.example.net."], 1, 3)
    items = s.resource("aws_route53_resolver_firewall_domain_list", "{domain list|DNS firewall domain list}", "blocked")
    items.named("name", resource_name(s, "blocked-domains"))
    items.set("domains", bad, Say(np="<v> in it", do="put <v> into it"), extract=False)
    group = s.resource(
        "aws_route53_resolver_firewall_rule_group",
        "{DNS Firewall rule group|Route 53 Resolver DNS Firewall rule group}",
        "main",
    )
    group.named("name", resource_name(s, "dns-firewall"))
    answer = s.pick("NODATA", "NXDOMAIN")
    rule = s.resource("aws_route53_resolver_firewall_rule", "{firewall rule|rule}", "block")
    rule.named("name", resource_name(s, "block"))
    rule.link("firewall_rule_group_id", group).link("firewall_domain_list_id", items, say="for <it>")
    rule.set("priority", s.pick(100, 200), Say(np="priority <v>"))
    rule.set("action", "BLOCK", Say(np="the action BLOCK", do="block {them|the domains}", that="blocks them"))
    rule.set("block_response", answer, Say(np="{the |}response <v>", do="answer with <v>", that="answers <v>"))
    tie = s.resource(
        "aws_route53_resolver_firewall_rule_group_association",
        "",
        "main",
        of=group,
        say=Say(do="associate it with the VPC", that="is associated with the VPC"),
    )
    tie.set("name", resource_name(s, "dns-firewall"), False).link("firewall_rule_group_id", group)
    tie.link("vpc_id", main, "id", Say(implied=True)).set("priority", s.pick(101, 200, 300), False, extract=False)


@blueprint("route53", "kms")
def dnssec(s: Scene) -> None:
    where, _ = zone(s)
    account = s.data("aws_caller_identity", "", "current")
    key = s.resource("aws_kms_key", "{KMS key|asymmetric KMS key}", "dnssec")
    key.set("customer_master_key_spec", "ECC_NIST_P256", Say(np="the key spec <v>"))
    key.set("key_usage", "SIGN_VERIFY", Say(np="SIGN_VERIFY as key usage", post="for signing"), extract=False)
    key.set("deletion_window_in_days", 7, None)
    service = {"Service": ("dnssec-route53.amazonaws.com",)}
    key.set(
        "policy",
        Document(
            Statement(("kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"), ("*",), principals=service),
            Statement(
                ("kms:*",), ("*",), principals={"AWS": (Template("arn:aws:iam::", account.ref("account_id"), ":root"),)}
            ),
        ),
        False,
    )
    signer = s.resource("aws_route53_key_signing_key", "{key signing key|key-signing key|KSK}", "main")
    signer.named("name", s.pick("ksk", "main_ksk", "example"))
    signer.link("hosted_zone_id", where).link("key_management_service_arn", key, "arn", say="{using|based on} <it>")
    node = s.resource(
        "aws_route53_hosted_zone_dnssec",
        "",
        "main",
        of=where,
        say=Say(
            np="DNSSEC {signing |}{enabled|on}", do="{enable|turn on} DNSSEC signing", that="is signed with DNSSEC"
        ),
    )
    node.link("hosted_zone_id", where)
    node.depends_on = (signer,)


@blueprint("servicediscovery", "vpc")
def service_discovery(s: Scene) -> None:
    main, _ = vpc(s, said=s.may())
    space = s.resource(
        "aws_service_discovery_private_dns_namespace",
        "{private DNS namespace in Cloud Map|Cloud Map private DNS namespace}",
        "main",
    )
    space.named("name", s.pick("internal.local", "services.internal", "svc.local"))
    space.link("vpc", main, say="in <it>" if main.said else False)
    for role in s.some(["api", "orders", "worker"], 0, 2):
        node = s.resource("aws_service_discovery_service", "{service discovery service|Cloud Map service}", role)
        node.named("name", role)
        dns = node.block("dns_config")
        dns.link("namespace_id", space)
        ttl = s.pick(10, 30, 60)
        entry = dns.block(
            "dns_records",
            Say(np=f"A records with a TTL of {ttl} seconds", do=f"use A records with a TTL of {ttl} seconds"),
        )
        entry.implied("type", "A").implied("ttl", ttl)


@blueprint("route53")
def cidr_records(s: Scene) -> None:
    """Answers by the client's address."""
    where, name = zone(s)
    group = s.resource("aws_route53_cidr_collection", "{CIDR collection|Route 53 CIDR collection}", "offices")
    group.named("name", resource_name(s, "offices"))
    place = s.resource("aws_route53_cidr_location", "{location|CIDR location}", "hq")
    place.named("name", s.pick("hq", "berlin", "office")).link("cidr_collection_id", group, say="in <it>")
    place.set(
        "cidr_blocks",
        s.pick(["203.0.113.0/24"], ["203.0.113.0/24", "198.51.100.0/24"]),
        Say(np="{the range|the CIDR} <v>", do="put <v> into it"),
    )
    node = _routed(s, where, f"intranet.{name}", "office", "203.0.113.30")
    body = node.block(
        "cidr_routing_policy", Say(np="CIDR routing for that location", do="answer clients from that location with it")
    )
    body.link("collection_id", group, "id", Say(implied=True)).link("location_name", place, "name")

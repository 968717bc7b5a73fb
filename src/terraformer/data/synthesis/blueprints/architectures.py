"""Whole environments: several tiers, several services, ten resources and more."""

from __future__ import annotations

from terraformer.data.intents import Attribute, Operator
from terraformer.data.synthesis import parts
from terraformer.data.synthesis.blueprints.autoscaling import scaling_group, tracking
from terraformer.data.synthesis.blueprints.balancing import balancer, certificate, listener, redirect, targets
from terraformer.data.synthesis.blueprints.compute import instance, key_pair, start_script
from terraformer.data.synthesis.blueprints.edge import cached, distribution, origin_bucket, readable
from terraformer.data.synthesis.blueprints.network import (
    associate,
    igw,
    nat,
    route,
    route_table,
    subnets,
    vpc,
    zones,
)
from terraformer.data.synthesis.blueprints.protection import managed, rate_limit, visibility, web_acl
from terraformer.data.synthesis.expressions import Raw
from terraformer.data.synthesis.names import project, resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Node, Say, Scene

_WORDS = {"alb": "ALB", "db": "database"}


def group(s: Scene, main: Node, role: str, port: int, source: Node | str, *, noun: str = "") -> Node:
    """A security group that lets one port in, from a range or from another group."""
    node = s.resource("aws_security_group", noun or f"{_WORDS.get(role, role)} security group", role)
    node.named("name", resource_name(s, f"{role}-sg"))
    node.link("vpc_id", main)
    whence = source if isinstance(source, str) else f"the {_WORDS.get(source.role, source.role)} security group"
    shown = "anywhere" if whence == "0.0.0.0/0" else whence
    rule = node.block(
        "ingress",
        Say(
            np=f"port {port} open to {shown}",
            do=f"allow port {port} from {shown}",
            that=f"allows port {port} from {shown}",
        ),
    )
    rule.implied("from_port", port).implied("to_port", port).implied("protocol", "tcp")
    if isinstance(source, str):
        rule.implied("cidr_blocks", [source])
    else:
        rule.link("security_groups", source, "id", Say(implied=True), wrap=True)
    out = node.block("egress")
    for name, value in (("from_port", 0), ("to_port", 0), ("protocol", "-1"), ("cidr_blocks", ["0.0.0.0/0"])):
        out.set(name, value, False, extract=False)
    return node


def routed(s: Scene, *, said: bool, number: int = 2) -> tuple[Node, Node, Node]:
    """A VPC with public and private subnets and what routes their traffic; ``said`` tells of gateways and tables."""
    main, second = vpc(s)
    spread = zones(s)
    public = subnets(s, main, second, "public", number, spread=spread)
    private = subnets(s, main, second, "private", number, spread=spread)
    gateway = igw(s, main, said=said)
    out = nat(s, public, gateway, said=said)
    first = route_table(s, main, public, said=said and s.may(0.6))
    route(s, first, "gateway_id", gateway, "the internet gateway")
    associate(s, first, public)
    other = route_table(s, main, private, said=first.said)
    route(s, other, "nat_gateway_id", out, "the NAT gateway")
    associate(s, other, private)
    return main, public, private


def database(s: Scene, nets: Node, guard: Node) -> Node:
    """A small relational database in private subnets."""
    home = s.resource("aws_db_subnet_group", "{DB subnet group|database subnet group}", "main")
    home.named("name", resource_name(s, "db"))
    home.link("subnet_ids", nets, say="{of|over} <it>" if s.may() else False, wrap=True)
    engine, version, words = s.pick(("postgres", "16.4", "Postgres"), ("mysql", "8.0", "MySQL"))
    node = s.resource(
        "aws_db_instance", f"{{RDS {words} database|{words} database on RDS|RDS {words} instance}}", "main"
    )
    node.named("identifier", resource_name(s, "db"))
    node.implied("engine", engine).set("engine_version", version, None)
    node.set("instance_class", s.pick("db.t3.micro", "db.t4g.small", "db.t3.medium"), True)
    node.set("allocated_storage", s.pick(20, 50, 100), None)
    node.set("username", s.pick("dbadmin", "app", "master"), False)
    node.set(
        "manage_master_user_password",
        True,
        Say(np="the password managed in Secrets Manager", do="keep its password in Secrets Manager")
        if s.may(0.5)
        else False,
    )
    node.link("db_subnet_group_name", home, "name", say="in <it>" if s.may() else False)
    node.link(
        "vpc_security_group_ids",
        guard,
        say=Say(np=f"the {_WORDS.get(guard.role, guard.role)} security group") if s.may() else False,
        wrap=True,
    )
    if s.may(0.4):
        node.set("multi_az", True, Say(np="Multi-AZ", do="make it Multi-AZ", that="is Multi-AZ"))
    if s.may(0.4):
        node.set("storage_encrypted", True, Say(np="encrypted storage", do="encrypt its storage"))
    node.set("skip_final_snapshot", True, False)
    return node


@blueprint("vpc", "elb", "autoscaling", "rds", weight=3)
def three_tiers(s: Scene) -> None:
    """Load balancer, auto scaling group, database, and the network for them."""
    s.purpose = s.pick("for a three-tier web application", "for our shop", "for the customer portal", "")
    main, public, private = routed(s, said=s.may(0.5))
    port = s.pick(80, 8080, 3000)
    front = group(s, main, "alb", 80, "0.0.0.0/0")
    app = group(s, main, "app", port, front)
    lb = balancer(s, public, front)
    backend = targets(s, main, "app", port=port)
    listener(s, lb, backend)
    template, node = scaling_group(s, private, "app")
    template.link("vpc_security_group_ids", app, wrap=True)
    if s.may():
        start_script(s, template, encode=True)
    node.link(
        "target_group_arns",
        backend,
        "arn",
        Say(np="the target group", do="register its instances in the target group"),
        wrap=True,
    )
    if s.may(0.4):
        tracking(s, node)
    if s.may(0.7):
        guard = group(s, main, "db", 5432, app)
        base = database(s, private, guard)
        _port(guard, base)
    if s.may(0.4):
        s.output("alb_dns_name", lb.ref("dns_name"), "the load balancer's DNS name")


def _port(guard: Node, base: Node) -> None:
    """MySQL listens elsewhere."""
    engine = next(i.value for i in base.settings() if i.name == "engine")
    if engine == "postgres":
        return
    block = next(b for b in guard.blocks() if b.path == ("ingress",))
    for setting in block.settings():
        if setting.name in ("from_port", "to_port"):
            setting.value = 3306
    if block.say is not None:
        block.say = Say(
            np=block.say.np.replace("5432", "3306"),
            do=block.say.do.replace("5432", "3306"),
            that=block.say.that.replace("5432", "3306"),
        )


@blueprint("vpc", "ec2", "rds", weight=2)
def bastion(s: Scene) -> None:
    """A bastion in front of private things."""
    s.purpose = s.pick("for our staging environment", "so that only the bastion is reachable", "", "")
    main, public, private = routed(s, said=s.may(0.5), number=s.pick(1, 2))
    outer = group(s, main, "bastion", 22, s.pick("203.0.113.0/24", "198.51.100.0/24"))
    key = key_pair(s) if s.may(0.6) else None
    host = instance(s, "bastion", noun="{bastion host|bastion instance|EC2 bastion host}")
    host.link("subnet_id", public, say="in a public subnet" if s.may(0.7) else False)
    host.link(
        "vpc_security_group_ids",
        outer,
        say=Say(np="the bastion security group", that="uses the bastion security group") if s.may(0.6) else False,
        wrap=True,
    )
    host.set(
        "associate_public_ip_address", True, Say(np="a public IP", do="give it a public IP") if s.may(0.5) else False
    )
    inner = group(s, main, "app", 22, outer)
    node = instance(s, "app", noun="{application server|app server|app instance on EC2}")
    node.link("subnet_id", private, say="in a private subnet" if s.may(0.7) else False)
    node.link(
        "vpc_security_group_ids",
        inner,
        say=Say(np="the app security group", that="uses the app security group") if s.may(0.6) else False,
        wrap=True,
    )
    if key is not None:
        for machine in (host, node):
            machine.link(
                "key_name",
                key,
                "key_name",
                Say(np="the key pair", do="use the key pair", that="uses the key pair") if s.may(0.7) else False,
            )
    if s.may(0.4):
        s.output("bastion_ip", host.ref("public_ip"), "the bastion's public IP")


@blueprint("cloudfront", "s3", "route53", "waf", weight=2)
def protected_site(s: Scene) -> None:
    """A static site with everything: bucket, distribution, WAF, certificate, records."""
    s.purpose = s.pick("for our marketing site", "for a single page app", "", "")
    s.in_region("us-east-1", s.may(0.4))
    name = f"{project(s)}.{s.pick('com', 'io', 'net')}"
    host = f"www.{name}"
    site, control = origin_bucket(s)
    acl = web_acl(s, "CLOUDFRONT")
    managed(acl, 1, "AWSManagedRulesCommonRuleSet")
    if s.may():
        rate_limit(s, acl, 2)
    visibility(acl, "site")
    where = s.resource("aws_route53_zone", "{hosted zone|Route 53 zone}", "main")
    where.set("name", name, Say(post=f"for {name}", np=f"the domain {name}"))
    cert = s.resource("aws_acm_certificate", "{ACM certificate|certificate}", "main")
    cert.set("domain_name", host, Say(post=f"for {host}", np=f"the domain {host}"), extract=False)
    cert.set("validation_method", "DNS", Say(np="DNS validation", that="is validated through DNS"))
    rows = s.resource("aws_route53_record", "", "validation", said=False)
    rows.times(1)
    option = Raw("tolist({0})[count.index]", (cert.ref("domain_validation_options"),))
    rows.link("zone_id", where, "zone_id")
    rows.set("name", Raw("{0}.resource_record_name", (option,)), False)
    rows.set("type", Raw("{0}.resource_record_type", (option,)), False)
    rows.set("records", Raw("[{0}.resource_record_value]", (option,)), False).set("ttl", 60, False)
    done = s.resource("aws_acm_certificate_validation", "", "main", said=False)
    done.link("certificate_arn", cert, "arn").set("validation_record_fqdns", Raw("{0}[*].fqdn", (rows.ref(""),)), False)
    cdn = distribution(s, site, site.ref("bucket_regional_domain_name"), "bucket", control=control)
    cdn.set("aliases", [host], Say(np=f"{{the alias|the domain}} {host}", do=f"serve it under {host}"), extract=False)
    cdn.link(
        "web_acl_id",
        acl,
        "arn",
        Say(np="the web ACL", do="protect it with the web ACL", that="is protected by the web ACL"),
    )
    cached(cdn)
    tls = next(b for b in cdn.blocks() if b.path == ("viewer_certificate",))
    tls.items.clear()
    tls.link(
        "acm_certificate_arn",
        cert,
        "arn",
        Say(np="the certificate", do="use the certificate", that="uses the certificate"),
    )
    tls.set("ssl_support_method", "sni-only", False).set("minimum_protocol_version", "TLSv1.2_2021", False)
    readable(s, site, cdn)
    record = s.resource("aws_route53_record", "{alias record|A record}", "site")
    record.link("zone_id", where, "zone_id")
    record.set("name", host, Say(post=f"for {host}", np=f"the name {host}"), extract=False)
    record.implied("type", "A")
    alias = record.block(
        "alias",
        Say(
            np="the distribution as {its |the }alias target",
            do="point it to the distribution",
            that="points to the distribution",
        ),
    )
    alias.link("name", cdn, "domain_name", Say(implied=True)).link("zone_id", cdn, "hosted_zone_id")
    alias.set("evaluate_target_health", False, False, extract=False)
    if s.may(0.3):
        s.output("url", Raw('"https://${{0}}"', (record.ref("name"),)), "the site's URL")


@blueprint("vpc", "elb", "waf", "autoscaling", weight=2)
def public_service(s: Scene) -> None:
    """HTTPS service: balancer with certificate and redirect, group in private subnets, WAF, logs."""
    s.purpose = s.pick("for our public API", "for the booking service", "", "")
    main, public, private = routed(s, said=s.may(0.3))
    front = group(s, main, "alb", 443, "0.0.0.0/0")
    app = group(s, main, "app", 8080, front)
    lb = balancer(s, public, front)
    backend = targets(s, main, "api", port=8080)
    listener(s, lb, backend, 443, "HTTPS")
    if s.may(0.7):
        redirect(s, lb)
    template, node = scaling_group(s, private, "api")
    template.link("vpc_security_group_ids", app, wrap=True)
    node.link(
        "target_group_arns",
        backend,
        "arn",
        Say(np="the target group", do="register its instances in the target group"),
        wrap=True,
    )
    if s.may(0.6):
        acl = web_acl(s)
        managed(acl, 1, "AWSManagedRulesCommonRuleSet")
        visibility(acl, "api")
        tie = s.resource(
            "aws_wafv2_web_acl_association",
            "",
            "main",
            of=acl,
            say=Say(do="associate it with the load balancer", that="protects the load balancer"),
        )
        tie.link("web_acl_arn", acl, "arn").link("resource_arn", lb, "arn", Say(implied=True))
    if s.may(0.4):
        topic = s.resource("aws_sns_topic", "{SNS topic|topic for alarms}", "alarms")
        topic.named("name", resource_name(s, "alarms"))
        alarm = s.resource("aws_cloudwatch_metric_alarm", "alarm on 5xx errors of the load balancer", "errors")
        alarm.named("alarm_name", resource_name(s, "alb-5xx"))
        alarm.set("namespace", "AWS/ApplicationELB", False).implied("metric_name", "HTTPCode_Target_5XX_Count")
        alarm.set("statistic", "Sum", False).set("comparison_operator", "GreaterThanThreshold", False)
        alarm.set("threshold", s.pick(5, 10, 20), Say(np="{a |}threshold of <v>", do="fire above <v>"))
        alarm.set("period", 60, False).set("evaluation_periods", 5, False)
        alarm.set("dimensions", {"LoadBalancer": lb.ref("arn_suffix")}, False)
        alarm.link("alarm_actions", topic, "arn", Say(do="notify the topic", that="notifies the topic"), wrap=True)


@blueprint("vpc", weight=2)
def network_baseline(s: Scene) -> None:
    """A network with all that a platform team gives its teams."""
    s.purpose = s.pick("as a baseline for new accounts", "for the landing zone", "", "")
    s.in_region(*s.pick(("us-east-1", False), ("eu-west-1", True), ("eu-central-1", True), ("us-west-2", True)))
    main, _, private = routed(s, said=s.may(0.7), number=s.pick(2, 3))
    if s.may(0.7):
        service = s.pick("s3", "dynamodb")
        words = {"s3": "S3", "dynamodb": "DynamoDB"}[service]
        table = next(n for n in s.nodes if n.type == "aws_route_table" and n.role == "private")
        end = s.resource("aws_vpc_endpoint", f"{{gateway endpoint for {words}|{words} gateway endpoint}}", service)
        end.link("vpc_id", main)
        end.implied("service_name", f"com.amazonaws.{s.region}.{service}").implied("vpc_endpoint_type", "Gateway")
        end.link("route_table_ids", table, wrap=True)
    if s.may(0.6):
        logs = parts.log_group(s, f"/vpc/{project(s)}", "flow_logs", said=True)
        role = parts.execution_role(s, "vpc-flow-logs", "flow_logs")
        actions = ("logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogGroups", "logs:DescribeLogStreams")
        parts.role_policy(s, role, actions, ("*",))
        flow = s.resource("aws_flow_log", "{VPC flow log|flow log}", "main")
        flow.link("vpc_id", main, say="for <it>" if s.may() else False)
        flow.set("traffic_type", "ALL", Say(np="all traffic", post="of all traffic") if s.may() else False)
        flow.link("log_destination", logs, "arn", say="{going|written} to <it>").link("iam_role_arn", role, "arn")
    if s.may(0.4):
        acl = s.resource("aws_network_acl", "{network ACL|NACL}", "private")
        acl.link("vpc_id", main)
        acl.set(
            "subnet_ids",
            Raw("{0}[*].id", (private.ref(""),)),
            Say(post="for the private subnets", demand=parts.refers(private, "subnet_ids")),
        )
        inner = acl.block(
            "ingress", Say(np="everything from within the VPC allowed", do="allow everything from the VPC", demand=())
        )
        inner.set("rule_no", 100, False, extract=False).set("protocol", "-1", False, extract=False)
        inner.implied("action", "allow").link("cidr_block", main, "cidr_block")
        inner.set("from_port", 0, False, extract=False).set("to_port", 0, False, extract=False)
        out = acl.block("egress")
        for name, value in (
            ("rule_no", 100),
            ("protocol", "-1"),
            ("action", "allow"),
            ("cidr_block", "0.0.0.0/0"),
            ("from_port", 0),
            ("to_port", 0),
        ):
            out.set(name, value, False, extract=False)
    if s.may(0.4):
        closed = s.resource(
            "aws_default_security_group",
            "",
            "default",
            of=main,
            say=Say(
                np="its default security group without rules", do="remove all rules from its default security group"
            ),
        )
        closed.link("vpc_id", main)
    s.output("vpc_id", main.ref(), "the VPC ID" if s.may() else "")


@blueprint("vpc", "elb", "ec2", weight=2)
def highly_available(s: Scene) -> None:
    """Asked for in loose words: highly available web servers."""
    main, second = vpc(s, said=s.may(0.6))
    public = subnets(s, main, second, "public", s.pick(2, 3), said=main.said)
    gateway = igw(s, main, said=main.said and s.may(0.5))
    table = route_table(s, main, public, said=False)
    route(s, table, "gateway_id", gateway, "the internet gateway")
    associate(s, table, public)
    front = group(s, main, "web", 80, "0.0.0.0/0")
    lb = balancer(s, public, front)
    backend = targets(s, main, "web", port=80)
    listener(s, lb, backend)
    template, node = scaling_group(s, public, "web")
    start_script(s, template, encode=True)
    for setting in node.settings():
        if setting.name == "min_size":
            setting.value, setting.said = 2, False
        elif setting.name in ("max_size", "desired_capacity"):
            setting.value, setting.said = 4, False
        elif setting.name == "vpc_zone_identifier":
            setting.said = True
            setting.say = Say(np="the public subnets", post="{over|across} the public subnets") if public.said else None
            setting.said = public.said
    node.says(
        Say(
            np="{high availability|two instances at least for availability}",
            that="{is highly available|survives the loss of a zone}",
            demand=Attribute(("min_size",), Operator.AT_LEAST, 2),
        )
    )
    node.link(
        "target_group_arns",
        backend,
        "arn",
        Say(np="the target group", do="register its instances in the target group"),
        wrap=True,
    )
    if s.may(0.3):
        listener_arn = certificate(s)
        extra = s.resource("aws_lb_listener", "HTTPS listener", "https")
        extra.link("load_balancer_arn", lb, "arn").set(
            "port", 443, Say(post="on port 443", np="port 443"), extract=False
        )
        extra.implied("protocol", "HTTPS").set("certificate_arn", listener_arn, False)
        action = extra.block(
            "default_action", Say(do="forward to the target group", that="forwards to the target group")
        )
        action.implied("type", "forward").link("target_group_arn", backend, "arn", Say(implied=True))

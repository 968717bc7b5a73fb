"""At the edge: WAF, Shield, Global Accelerator, domains of APIs."""

from __future__ import annotations

from terraformer.data.synthesis import parts
from terraformer.data.synthesis.blueprints.balancing import certificate
from terraformer.data.synthesis.blueprints.dns import zone
from terraformer.data.synthesis.blueprints.network import subnets, vpc
from terraformer.data.synthesis.expressions import Template, Value
from terraformer.data.synthesis.names import project, resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Body, Node, Say, Scene

MANAGED = {
    "AWSManagedRulesCommonRuleSet": "{common rule set|AWSManagedRulesCommonRuleSet}",
    "AWSManagedRulesSQLiRuleSet": "{SQL injection rule set|AWSManagedRulesSQLiRuleSet}",
    "AWSManagedRulesKnownBadInputsRuleSet": "{known bad inputs rule set|AWSManagedRulesKnownBadInputsRuleSet}",
    "AWSManagedRulesAmazonIpReputationList": "{Amazon IP reputation list|AWSManagedRulesAmazonIpReputationList}",
    "AWSManagedRulesLinuxRuleSet": "{Linux rule set|AWSManagedRulesLinuxRuleSet}",
}


@blueprint("globalaccelerator", weight=2)
def accelerator(s: Scene) -> None:
    """Static addresses before load balancers or IPs."""
    node = s.resource(
        "aws_globalaccelerator_accelerator", "{Global Accelerator|global accelerator|AWS Global Accelerator}", "main"
    )
    node.named("name", resource_name(s, "accelerator"))
    if s.may(0.3):
        node.set("ip_address_type", s.pick("IPV4", "DUAL_STACK"), Say(np="IP address type <v>"))
    node.set("enabled", True, False, extract=False)
    protocol = s.pick("TCP", "TCP", "UDP")
    port = s.pick(443, 80) if protocol == "TCP" else s.pick(27015, 4500)
    listen = s.resource("aws_globalaccelerator_listener", f"{protocol} listener", "main")
    listen.implied("protocol", protocol)
    listen.link("accelerator_arn", node, "arn", say="for <it>" if s.may() else False)
    span = listen.block(
        "port_range", Say(np=f"port {port}", do=f"listen on port {port}", that=f"listens on port {port}")
    )
    span.implied("from_port", port).implied("to_port", port)
    if s.may(0.3):
        listen.set(
            "client_affinity", "SOURCE_IP", Say(np="client affinity by source IP", do="keep clients by source IP")
        )
    if s.may(0.6):
        main, second = vpc(s, said=False)
        nets = subnets(s, main, second, "public", 2, said=False)
        lb = s.resource("aws_lb", "{network load balancer|NLB}", "main")
        lb.named("name", resource_name(s, "nlb")[:32].strip("-"))
        lb.implied("load_balancer_type", "network").link("subnets", nets, wrap=True)
        group = s.resource("aws_globalaccelerator_endpoint_group", "endpoint group", "main")
        group.link("listener_arn", listen, "arn")
        end = group.block(
            "endpoint_configuration",
            Say(
                np="the load balancer as {an |its }endpoint",
                do="send traffic to the load balancer",
                that="sends traffic to the load balancer",
            ),
        )
        end.link("endpoint_id", lb, "arn", Say(implied=True))
        if s.may(0.4):
            end.set("weight", s.pick(100, 128), Say(np="{a |}weight {of |}<v>"))
    else:
        address = s.resource("aws_eip", "{Elastic IP|EIP}", "main")
        address.set("domain", "vpc", False, extract=False)
        group = s.resource("aws_globalaccelerator_endpoint_group", "endpoint group", "main")
        group.link("listener_arn", listen, "arn")
        group.block(
            "endpoint_configuration",
            Say(np="the Elastic IP as {an |its }endpoint", do="send traffic to the Elastic IP"),
        ).link("endpoint_id", address, "id", Say(implied=True))
    if s.may(0.4):
        path = s.pick("/health", "/healthz")
        group.set("health_check_protocol", "HTTP", Say(np="HTTP health checks", do="check health over HTTP"))
        group.set("health_check_path", path, Say(np="{the |}health check path <v>"))


@blueprint("shield", "route53")
def shield(s: Scene) -> None:
    """Shield Advanced for an address or a zone."""
    if s.may(0.6):
        target = s.resource("aws_eip", "{Elastic IP|EIP}", "main")
        target.set("domain", "vpc", False, extract=False)
        account, region = s.data("aws_caller_identity", "", "current"), s.data("aws_region", "", "current")
        where: Value = Template(
            "arn:aws:ec2:", region.ref("region"), ":", account.ref("account_id"), ":eip-allocation/", target.ref()
        )
    else:
        target = s.resource("aws_route53_zone", "{hosted zone|Route 53 zone}", "main")
        target.set("name", f"{project(s)}.com", Say(post="for <v>", np="the domain <v>"))
        where = target.ref("arn")
    thing = "Elastic IP" if target.type == "aws_eip" else "hosted zone"
    node = s.resource(
        "aws_shield_protection", "{Shield Advanced protection|Shield protection|AWS Shield Advanced protection}", "main"
    )
    node.named("name", resource_name(s, "protection"))
    node.set(
        "resource_arn", where, Say(post=f"for the {thing}", demand=parts.refers(target, "resource_arn")), extract=False
    )
    if s.may(0.4):
        group = s.resource("aws_shield_protection_group", "{Shield protection group|protection group}", "all")
        group.set("protection_group_id", "all-resources", Say(np="the id <v>", post="with the id <v>"))
        group.set("aggregation", s.pick("MAX", "SUM", "MEAN"), Say(np="{the |}aggregation <v>")).set(
            "pattern", "ALL", Say(np="all resources in it", do="include all resources", that="covers all resources")
        )


def visibility(body: Body, name: str) -> None:
    """The metrics that every ACL and rule must tell of."""
    block = body.block("visibility_config")
    block.set("cloudwatch_metrics_enabled", True, False, extract=False)
    block.set("metric_name", name, False, extract=False)
    block.set("sampled_requests_enabled", True, False, extract=False)


def web_acl(s: Scene, scope: str = "REGIONAL", *, allow: bool = True) -> Node:
    node = s.resource("aws_wafv2_web_acl", "{WAFv2 web ACL|WAF web ACL|web ACL|AWS WAF web ACL}", "main")
    node.named("name", resource_name(s, s.pick("web-acl", "waf", "api-waf")))
    if s.may(0.3):
        node.set("description", s.pick("Protects the API", "Web application firewall", "Rules for the web site"))
    words = "for CloudFront" if scope == "CLOUDFRONT" else ""
    node.set(
        "scope",
        scope,
        Say(np=f"scope {scope}", post=words or "{with regional scope|with scope REGIONAL}")
        if words or s.may(0.6)
        else False,
        extract=False,
    )
    verb = "allow" if allow else "block"
    node.block(
        "default_action",
        Say(
            np=f"{verb} as {{the |}}default action",
            do=f"{verb} requests by default",
            that=f"{verb}s requests by default",
        )
        if s.may(0.6)
        else None,
    ).block(verb)
    return node


def rule(node: Node, name: str, priority: int, say: Say, *, action: str = "block") -> tuple[Body, Body]:
    """A rule with an action; returns it and its statement."""
    body = node.block("rule", say)
    body.set("name", name, False, extract=False)
    body.set("priority", priority, False, extract=False)
    body.block("action" if action in ("block", "allow", "count") else "override_action").block(action)
    return body, body.block("statement")


def managed(node: Node, priority: int, name: str) -> None:
    words = MANAGED[name]
    body, statement = rule(
        node,
        name.removeprefix("AWSManagedRules"),
        priority,
        Say(
            np=f"the {{AWS managed |}}{words}",
            do=f"{{use|apply}} the {{AWS managed |}}{words}",
            that=f"uses the {words}",
        ),
        action="none",
    )
    group = statement.block("managed_rule_group_statement")
    group.implied("name", name).set("vendor_name", "AWS", False, extract=False)
    visibility(body, name.removeprefix("AWSManagedRules"))


def rate_limit(s: Scene, node: Node, priority: int) -> None:
    limit = s.pick(500, 1000, 2000, 5000)
    body, statement = rule(
        node,
        "rate-limit",
        priority,
        Say(
            np=f"a rate limit of {limit} requests per {{5 minutes and |}}IP",
            do=f"block IPs {{above|with more than}} {limit} requests {{in|per}} 5 minutes",
            that=f"blocks IPs {{above|with more than}} {limit} requests in 5 minutes",
        ),
    )
    statement.block("rate_based_statement").implied("limit", limit).set(
        "aggregate_key_type", "IP", False, extract=False
    )
    visibility(body, "rate-limit")


def countries(s: Scene, node: Node, priority: int) -> None:
    codes = s.pick(["RU", "KP"], ["KP"], ["CN", "RU"], ["BY"])
    listed = " and ".join(codes)
    body, statement = rule(
        node,
        "geo-block",
        priority,
        Say(
            np=f"requests from {listed} blocked",
            do=f"block requests from {listed}",
            that=f"blocks requests from {listed}",
        ),
    )
    statement.block("geo_match_statement").implied("country_codes", codes)
    visibility(body, "geo-block")


def addresses(s: Scene, scope: str, role: str, *, said: bool = True) -> Node:
    node = s.resource("aws_wafv2_ip_set", "{WAF IP set|WAFv2 IP set}", role, said=said)
    node.named("name", resource_name(s, f"{role}-ips"))
    node.set("scope", scope, False, extract=False).set("ip_address_version", "IPV4", False)
    cidrs = s.some(["203.0.113.0/24", "198.51.100.17/32", "192.0.2.128/25"], 1, 3)
    node.set("addresses", cidrs, Say(np="<v> in it", do="put <v> into it", post="with <v>"), extract=False)
    return node


@blueprint("waf", weight=3)
def firewall(s: Scene) -> None:
    """A web ACL with some rules."""
    scope = s.pick("REGIONAL", "REGIONAL", "CLOUDFRONT")
    blocked = addresses(s, scope, "blocked") if s.may(0.35) else None
    node = web_acl(s, scope)
    number = 1
    for name in s.some(list(MANAGED), 0 if blocked else 1, 3):
        managed(node, number, name)
        number += 1
    if s.may(0.4):
        rate_limit(s, node, number)
        number += 1
    if s.may(0.25):
        countries(s, node, number)
        number += 1
    if blocked is not None:
        body, statement = rule(
            node,
            "blocked-ips",
            number,
            Say(np="the IP set blocked", do="block the {addresses of the |}IP set", that="blocks the IP set"),
        )
        statement.block("ip_set_reference_statement").link("arn", blocked, "arn", Say(implied=True))
        visibility(body, "blocked-ips")
    visibility(node, "web-acl")
    if s.may(0.3):
        s.output("web_acl_arn", node.ref("arn"), "the ARN of the web ACL")


@blueprint("waf", "elb", weight=2)
def protected_balancer(s: Scene) -> None:
    """A web ACL on a load balancer, its logs in CloudWatch."""
    main, second = vpc(s, said=False)
    nets = subnets(s, main, second, "public", 2, said=False)
    lb = s.resource("aws_lb", "{application load balancer|ALB}", "main")
    lb.named("name", resource_name(s, "web")[:32].strip("-")).set(
        "load_balancer_type", "application", Say(implied=True)
    )
    lb.link("subnets", nets, wrap=True)
    node = web_acl(s)
    managed(node, 1, s.pick(*MANAGED))
    if s.may(0.5):
        rate_limit(s, node, 2)
    visibility(node, "web-acl")
    tie = s.resource(
        "aws_wafv2_web_acl_association",
        "",
        "main",
        of=node,
        say=Say(
            do="associate it with the load balancer",
            that="{protects|is associated with} the load balancer",
        ),
    )
    tie.link("web_acl_arn", node, "arn").link("resource_arn", lb, "arn", Say(implied=True))
    if s.may(0.4):
        logs = parts.log_group(s, f"aws-waf-logs-{project(s)}", "waf", said=True)
        out = s.resource(
            "aws_wafv2_web_acl_logging_configuration",
            "",
            "main",
            of=node,
            say=Say(np="logging to the log group", do="log {requests |}to the log group", that="logs to the log group"),
        )
        out.link("resource_arn", node, "arn").link("log_destination_configs", logs, "arn", Say(implied=True), wrap=True)
        if s.may(0.4):
            out.block(
                "redacted_fields",
                Say(np="the authorization header redacted", do="redact the authorization header"),
            ).block("single_header").implied("name", "authorization")


@blueprint("waf")
def waf_sets(s: Scene) -> None:
    """IP sets and regex sets."""
    scope = s.pick("REGIONAL", "CLOUDFRONT")
    if s.may(0.6):
        node = addresses(s, scope, s.pick("allowed", "blocked", "office"))
        node.set("description", s.pick("Office networks", "Known scanners", "Partners"), None)
    if len(s.nodes) == 0 or s.may(0.5):
        node = s.resource("aws_wafv2_regex_pattern_set", "{regex pattern set|WAF regex pattern set}", "bots")
        node.named("name", resource_name(s, "patterns"))
        node.set("scope", scope, Say(np=f"scope {scope}"), extract=False)
        for pattern in s.some(["^/admin", "(?i)curl", "\\.php$", "^/wp-"], 1, 2):
            node.block(
                "regular_expression", Say(np=f"the pattern {pattern}", do=f"match {pattern}", that=f"matches {pattern}")
            ).implied("regex_string", pattern)


@blueprint("waf")
def waf_rule_group(s: Scene) -> None:
    """A rule group, alone or used."""
    group = s.resource("aws_wafv2_rule_group", "{WAF rule group|WAFv2 rule group}", "main")
    group.named("name", resource_name(s, "rules"))
    group.set("scope", "REGIONAL", Say(np="scope REGIONAL", post="with regional scope") if s.may() else False)
    group.set("capacity", s.pick(50, 100, 500), Say(np="{a |}capacity of <v>"))
    if s.may():
        countries(s, group, 1)
    else:
        rate_limit(s, group, 1)
    visibility(group, "rules")
    if s.may(0.5):
        node = web_acl(s)
        body, statement = rule(
            node,
            "own-rules",
            1,
            Say(np="the rule group", do="use the rule group", that="uses the rule group"),
            action="none",
        )
        statement.block("rule_group_reference_statement").link("arn", group, "arn", Say(implied=True))
        visibility(body, "own-rules")
        visibility(node, "web-acl")


@blueprint("apigateway", "route53", "acm", weight=2)
def api_domain(s: Scene) -> None:
    """An HTTP API under a domain of one's own."""
    where, name = zone(s)
    host = f"api.{name}"
    api = s.resource("aws_apigatewayv2_api", "{HTTP API|API Gateway HTTP API}", "main")
    api.named("name", resource_name(s, "api"))
    api.implied("protocol_type", "HTTP")
    stage = s.resource("aws_apigatewayv2_stage", "stage", "main", said=s.may(0.5))
    stage.named("name", s.pick("$default", "prod", "v1")).link("api_id", api)
    stage.set("auto_deploy", True, Say(np="auto deploy", do="deploy automatically", that="deploys automatically"))
    cert = s.resource("aws_acm_certificate", "{certificate|ACM certificate}", "api") if s.may() else None
    node = s.resource(
        "aws_apigatewayv2_domain_name", "{custom domain|API Gateway custom domain|custom domain name}", "main"
    )
    node.set("domain_name", host, Say(post=f"{host}", np=f"the name {host}"), extract=False)
    config = node.block("domain_name_configuration")
    if cert is not None:
        cert.set("domain_name", host, Say(post=f"for {host}", np=f"the domain {host}"), extract=False)
        cert.set("validation_method", "DNS", Say(np="DNS validation", that="is validated by DNS"))
        config.link("certificate_arn", cert, "arn", Say(np="the certificate", that="uses the certificate"))
    else:
        config.set("certificate_arn", certificate(s), False)
    config.set("endpoint_type", "REGIONAL", Say(np="a regional endpoint") if s.may(0.4) else False)
    config.set(
        "security_policy",
        "TLS_1_2",
        Say(np="TLS 1.2 {as security policy|}", do="require TLS 1.2") if s.may(0.5) else False,
    )
    tie = s.resource(
        "aws_apigatewayv2_api_mapping",
        "",
        "main",
        of=node,
        say=Say(np="a mapping to the API", do="map it to the API", that="is mapped to the API"),
    )
    tie.link("api_id", api, "id", Say(implied=True)).link("domain_name", node).link("stage", stage)
    record = s.resource("aws_route53_record", "{alias record|A record}", "api")
    record.link("zone_id", where, "zone_id")
    record.set("name", host, Say(post=f"for {host}", np=f"the name {host}"), extract=False)
    record.implied("type", "A")
    alias = record.block("alias")
    inner = "domain_name_configuration[0]"
    alias.link("name", node, f"{inner}.target_domain_name").link("zone_id", node, f"{inner}.hosted_zone_id")
    alias.set("evaluate_target_health", False, False, extract=False)


@blueprint("apigateway")
def rest_domain(s: Scene) -> None:
    """A REST API's domain and path."""
    host = f"{s.pick('api', 'rest', 'v1')}.{s.pick('example.com', 'acme.io', 'contoso.org')}"
    api = s.resource("aws_api_gateway_rest_api", "{REST API|API Gateway REST API}", "main")
    api.named("name", resource_name(s, "api"))
    cert = s.resource("aws_acm_certificate", "{ACM certificate|certificate}", "api")
    cert.set("domain_name", host, Say(post=f"for {host}", np=f"the domain {host}"), extract=False)
    cert.set("validation_method", "DNS", Say(np="DNS validation", that="is validated through DNS"))
    node = s.resource(
        "aws_api_gateway_domain_name", "{custom domain|custom domain name|API Gateway custom domain}", "main"
    )
    node.set("domain_name", host, Say(post=host, np=f"the name {host}"), extract=False)
    node.link("regional_certificate_arn", cert, "arn", Say(np="the certificate", that="uses the certificate"))
    node.set("security_policy", "TLS_1_2", Say(np="TLS 1.2", do="require TLS 1.2") if s.may() else False)
    types = node.block("endpoint_configuration", Say(np="a regional endpoint", that="is regional"))
    types.implied("types", ["REGIONAL"])

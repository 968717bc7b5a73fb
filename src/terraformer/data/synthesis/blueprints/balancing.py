"""Load balancers and auto scaling groups."""

from __future__ import annotations

from terraformer.data.synthesis import parts
from terraformer.data.synthesis.blueprints.compute import instance, start_script
from terraformer.data.synthesis.blueprints.network import subnets, vpc
from terraformer.data.synthesis.expressions import Document, Raw, Statement, Template
from terraformer.data.synthesis.names import project, resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Node, Say, Scene

ALB = "{application load balancer|ALB|Application Load Balancer}"
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/{}"
POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06"


def short(name: str) -> str:
    """As load balancers and target groups may be named: 32 characters."""
    return name[:32].strip("-")


def certificate(s: Scene) -> str:
    return CERTIFICATE.format(
        f"{s.rng.getrandbits(32):08x}-{s.rng.getrandbits(16):04x}-4a1b-9c8d-{s.rng.getrandbits(48):012x}"
    )


def balancer(s: Scene, nets: Node, group: Node | None = None, *, kind: str = "application", said: bool = True) -> Node:
    node = s.resource(
        "aws_lb",
        ALB if kind == "application" else "{network load balancer|NLB|Network Load Balancer}",
        s.pick("main", "web", "app"),
        said=said,
    )
    node.named("name", short(resource_name(s, s.pick("alb", "web", "lb") if kind == "application" else "nlb")))
    node.implied("load_balancer_type", kind)
    inside = s.may(0.25)
    node.set(
        "internal",
        inside,
        Say(
            np="an internal scheme" if inside else "an internet-facing scheme",
            that="is internal" if inside else "{is internet-facing|faces the internet}",
        )
        if s.may(0.5)
        else False,
    )
    if group is not None:
        node.link(
            "security_groups",
            group,
            say=Say(np="the security group", that="uses the security group") if s.may(0.4) else False,
            wrap=True,
        )
    node.link("subnets", nets, say="in <it>" if s.may(0.5) else False, wrap=True)
    if s.may(0.25):
        node.set(
            "enable_deletion_protection",
            True,
            Say(np="deletion protection {on|enabled}", do="{enable|turn on} deletion protection"),
        )
    if s.may(0.2) and kind == "application":
        node.set(
            "idle_timeout",
            s.pick(30, 120, 300),
            Say(np="{an |}idle timeout of <v> seconds", do="set the idle timeout to <v> seconds"),
        )
    if s.may(0.15) and kind == "application":
        node.set("drop_invalid_header_fields", True, Say(np="invalid headers dropped", do="drop invalid header fields"))
    return node


def targets(
    s: Scene, main: Node, role: str = "web", *, protocol: str = "HTTP", port: int = 0, kind: str = "", said: bool = True
) -> Node:
    node = s.resource("aws_lb_target_group", "target group", role, said=said)
    node.named("name", short(resource_name(s, f"{role}-tg")))
    port = port or s.pick(80, 80, 8080, 3000)
    node.set("port", port, Say(post=f"{{for|on}} {protocol} {{on |}}port {port}", np="port <v>"))
    node.set("protocol", protocol, Say(implied=True) if protocol else False)
    node.link("vpc_id", main)
    if kind:
        node.set("target_type", kind, Say(post=f"of {kind} targets", np=f"target type {kind}"))
    if protocol == "HTTP" and s.may(0.6):
        path = s.pick("/health", "/healthz", "/", "/status")
        check = node.block(
            "health_check",
            Say(np=f"{{a health check|health checks}} {{on|at}} {path}", do=f"check the health {{at|on}} {path}"),
        )
        check.implied("path", path)
        if s.may(0.3):
            check.set("matcher", s.pick("200", "200-299", "200,301"), Say(np="{healthy |}status codes <v>"))
        if s.may(0.4):
            check.set(
                "interval",
                s.pick(10, 15, 60),
                Say(np="{an |a health check }interval of <v> seconds", do="check every <v> seconds"),
            )
    if s.may(0.2):
        node.set(
            "deregistration_delay",
            s.pick(30, 60, 120),
            Say(np="{a |}deregistration delay of <v> seconds", do="drain for <v> seconds"),
        )
    if protocol == "HTTP" and s.may(0.2):
        sticky = node.block("stickiness", Say(np="{cookie |}stickiness", do="enable {session |}stickiness"))
        sticky.implied("type", "lb_cookie")
    return node


def listener(
    s: Scene, lb: Node, group: Node | None, port: int = 80, protocol: str = "HTTP", *, said: bool = True
) -> Node:
    """A listener that forwards to a group; to none: the caller sets what it does."""
    node = s.resource("aws_lb_listener", f"{protocol} listener", protocol.lower(), said=said)
    node.link("load_balancer_arn", lb, "arn")
    node.set("port", port, Say(post=f"on {{port |}}{port}", np=f"port {port}"), extract=False)
    node.implied("protocol", protocol)
    if protocol in ("HTTPS", "TLS"):
        node.set("ssl_policy", POLICY, Say(np="{the |}{TLS|SSL} policy <v>") if s.may(0.3) else False)
        if s.may(0.5):
            found = s.data("aws_acm_certificate", "", "main")
            found.set("domain", f"{project(s)}.example.com", False).set("statuses", ["ISSUED"], False).set(
                "most_recent", True, False
            )
            node.link("certificate_arn", found, "arn")
        else:
            node.set("certificate_arn", certificate(s), False)
    if group is not None:
        action = node.block(
            "default_action", Say(do="forward to the target group", that="forwards {everything |}to the target group")
        )
        action.implied("type", "forward").link("target_group_arn", group, "arn", Say(implied=True))
    return node


def redirect(s: Scene, lb: Node) -> Node:
    node = listener(s, lb, None, 80, "HTTP")
    action = node.block(
        "default_action", Say(np="a redirect to HTTPS", do="redirect {everything |}to HTTPS", that="redirects to HTTPS")
    )
    action.implied("type", "redirect")
    action.block("redirect").set("port", "443", False, extract=False).implied("protocol", "HTTPS").set(
        "status_code", "HTTP_301", False, extract=False
    )
    return node


def surroundings(
    s: Scene, *, said: bool = False, group: bool = True, https: bool = False
) -> tuple[Node, Node, Node | None]:
    """A VPC, public subnets and a group for HTTP."""
    main, second = vpc(s, said=said)
    nets = subnets(s, main, second, "public", s.pick(2, 2, 3), said=said)
    found = (
        parts.security_group(s, main, [80, 443] if https else [80], "alb", said=s.may(0.5), cidr="0.0.0.0/0")
        if group
        else None
    )
    return main, nets, found


@blueprint("elb", weight=2)
def alb(s: Scene) -> None:
    """Load balancer, target group, listener."""
    s.purpose = s.pick("for our web application", "for the API", "", "")
    main, nets, group = surroundings(s, said=s.may(0.4))
    lb = balancer(s, nets, group)
    backend = targets(s, main)
    listener(s, lb, backend)
    if s.may(0.4):
        s.output("alb_dns_name", lb.ref("dns_name"), "the {load balancer's DNS name|DNS name of the load balancer}")


@blueprint("elb", "acm", weight=2)
def alb_https(s: Scene) -> None:
    """HTTPS with a redirect from HTTP."""
    main, nets, group = surroundings(s, said=s.may(0.3), https=True)
    lb = balancer(s, nets, group)
    backend = targets(s, main, kind=s.pick("", "ip", "instance"))
    secure = listener(s, lb, backend, 443, "HTTPS")
    if s.may(0.7):
        redirect(s, lb)
    if s.may(0.2):
        extra = s.resource(
            "aws_lb_listener_certificate",
            "{additional certificate|second certificate}",
            "extra",
            of=secure,
            say=Say(np="a second certificate", do="add a second certificate to it"),
        )
        extra.link("listener_arn", secure, "arn").set("certificate_arn", certificate(s), False)


@blueprint("elb", weight=2)
def routing_rules(s: Scene) -> None:
    """Paths and hosts to different groups."""
    main, nets, group = surroundings(s)
    lb = balancer(s, nets, group)
    default = targets(s, main, "web")
    http = listener(s, lb, default)
    http.noun = "HTTP listener"
    for number, role in enumerate(s.some(["api", "admin", "static"], 1, 2), 1):
        other = targets(s, main, role)
        path = f"/{role}/*"
        host = f"{role}.example.com"
        by_path = s.may(0.7)
        rule = s.resource("aws_lb_listener_rule", "{listener rule|rule}", role)
        rule.link("listener_arn", http, "arn")
        rule.set(
            "priority",
            number * 100 if s.may() else 10 * number,
            Say(np="priority <v>", post="with priority <v>") if s.may(0.6) else False,
        )
        to = f"the {role} target group"
        what = path if by_path else host
        condition = rule.block(
            "condition",
            Say(np=f"{what} as the {'path pattern' if by_path else 'host header'}", do=f"match {what}"),
        )
        condition.block("path_pattern" if by_path else "host_header").implied("values", [what])
        action = rule.block("action", Say(do=f"forward to {to}", that=f"forwards to {to}"))
        action.implied("type", "forward").link("target_group_arn", other, "arn", Say(implied=True))
    if s.may(0.3):
        rule = s.resource("aws_lb_listener_rule", "{maintenance rule|fixed response rule}", "maintenance")
        rule.link("listener_arn", http, "arn")
        rule.block("condition", Say(np="the path /maintenance", do="match /maintenance")).block("path_pattern").implied(
            "values", ["/maintenance"]
        )
        action = rule.block(
            "action", Say(np="a fixed 503 response", do="answer with a 503", that="answers with {a fixed |}503")
        )
        action.implied("type", "fixed-response")
        action.block("fixed_response").set("content_type", "text/plain", False).set(
            "message_body", "Back soon", False
        ).implied("status_code", "503")


@blueprint("elb", "ec2", weight=2)
def instances_behind(s: Scene) -> None:
    """Instances attached to a target group."""
    main, nets, group = surroundings(s)
    count = s.pick(2, 2, 3)
    web = instance(s, "web", named=False).times(count)
    web.set("subnet_id", Raw("{0}[count.index % length({0})].id", (nets.ref(""),)), False)
    start_script(s, web)
    lb = balancer(s, nets, group)
    backend = targets(s, main, port=80)
    listener(s, lb, backend)
    tie = s.resource(
        "aws_lb_target_group_attachment",
        "",
        "web",
        of=backend,
        say=Say(np="the instances {registered|as targets}", do="register the instances {in it|with it}"),
    )
    tie.times(count)
    tie.link("target_group_arn", backend, "arn")
    tie.set(
        "target_id",
        Raw("{0}[count.index].id", (web.ref(""),)),
        Say(implied=True, demand=parts.refers(web, "target_id")),
    )


@blueprint("elb", weight=2)
def nlb(s: Scene) -> None:
    main, nets, _ = surroundings(s, said=s.may(0.4), group=False)
    lb = balancer(s, nets, kind="network")
    if s.may(0.4):
        lb.set(
            "enable_cross_zone_load_balancing",
            True,
            Say(np="cross-zone load balancing", do="{enable|turn on} cross-zone load balancing"),
        )
    port = s.pick(443, 5432, 1883, 25565, 9000)
    backend = targets(s, main, s.pick("tcp", "broker", "game"), protocol="TCP", port=port, kind=s.pick("", "ip"))
    node = listener(s, lb, backend, port, "TCP")
    node.role = "tcp"


@blueprint("elb", "s3")
def alb_logs(s: Scene) -> None:
    """Access logs of a balancer in a bucket."""
    main, nets, group = surroundings(s)
    logs = s.resource("aws_s3_bucket", "{S3 bucket|log bucket|bucket}", "alb_logs")
    logs.named("bucket", f"{project(s)}-alb-logs-{s.number(1000, 99999)}")
    account = s.data("aws_elb_service_account", "", "main")
    policy = s.resource("aws_s3_bucket_policy", "", "alb_logs", said=False)
    policy.link("bucket", logs)
    policy.set(
        "policy",
        Document(
            Statement(("s3:PutObject",), (Template(logs.ref("arn"), "/*"),), principals={"AWS": (account.ref("arn"),)})
        ),
        False,
    )
    lb = balancer(s, nets, group)
    block = lb.block(
        "access_logs",
        Say(
            np="access logs {in|going to} the bucket",
            do="{write|send} access logs to the bucket",
            that="writes its access logs to the bucket",
        ),
    )
    block.link("bucket", logs, "id", Say(implied=True)).implied("enabled", True)
    if s.may(0.4):
        block.set("prefix", s.pick("alb", "lb", "web"), Say(np="{the |}log prefix <v>"))
    if s.may(0.6):
        listener(s, lb, targets(s, main))


@blueprint("elb", "lambda")
def balancer_answers(s: Scene) -> None:
    """A listener with a fixed answer, or weights between two groups."""
    main, nets, group = surroundings(s)
    lb = balancer(s, nets, group)
    if s.may():
        code, text = s.pick(("404", "Not found"), ("200", "OK"), ("503", "Maintenance"))
        http = listener(s, lb, None)
        action = http.block(
            "default_action",
            Say(
                np=f"a fixed {code} response",
                do=f"answer with a fixed {code} response",
                that=f"returns {code} by default",
            ),
        )
        action.implied("type", "fixed-response")
        action.block("fixed_response").set("content_type", "text/plain", False).set(
            "message_body", text, False
        ).implied("status_code", code)
        return
    blue, green = targets(s, main, "blue"), targets(s, main, "green")
    share = s.pick(90, 80, 50)
    http = listener(s, lb, None)
    action = http.block(
        "default_action",
        Say(
            np=f"{share}% of traffic to blue and {100 - share}% to green",
            do=f"send {share}% to the blue and {100 - share}% to the green target group",
        ),
    )
    action.implied("type", "forward")
    forward = action.block("forward")
    for target, weight in ((blue, share), (green, 100 - share)):
        forward.block("target_group").link("arn", target, "arn").implied("weight", weight)

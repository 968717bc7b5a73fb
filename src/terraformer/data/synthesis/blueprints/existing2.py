"""On top of networks and what stands in them that are there already, looked up by name."""

from __future__ import annotations

from terraformer.data.synthesis import parts
from terraformer.data.synthesis.blueprints.balancing import balancer, listener, targets
from terraformer.data.synthesis.blueprints.compute import instance
from terraformer.data.synthesis.blueprints.existing import look
from terraformer.data.synthesis.blueprints.lookups import default_vpc, its_subnets, tagged_vpc
from terraformer.data.synthesis.blueprints.network import associate, route_table, subnets
from terraformer.data.synthesis.expressions import Raw
from terraformer.data.synthesis.names import project, resource_name, stage
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Say, Scene


@blueprint("elb", weight=2)
def rule_on_shared_balancer(s: Scene) -> None:
    """A target group and a rule on the listener of a balancer that is there."""
    name = s.pick("shared-alb", "public", f"{project(s)}-alb")
    lb = look(s, "aws_lb", "shared", name=name)
    port = s.pick(443, 80)
    front = s.data("aws_lb_listener", "", "https" if port == 443 else "http")
    front.link("load_balancer_arn", lb, "arn").set("port", port, False, extract=False)
    role = s.pick("api", "orders", "admin", "docs")
    net = tagged_vpc(s, "main") if s.may() else default_vpc(s)
    backend = targets(s, net, role, port=8080, kind=s.pick("", "ip"))
    rule = s.resource("aws_lb_listener_rule", "listener rule", role)
    rule.set(
        "listener_arn",
        front.ref("arn"),
        Say(
            post=f"on {{the port {port} listener|port {port}}} of {{our|the}} existing load balancer {name}",
            demand=parts.refers(front, "listener_arn"),
        ),
        extract=False,
    )
    rule.set("priority", s.pick(10, 50, 100, 200), Say(np="priority <v>", do="give it priority <v>"))
    action = rule.block("action", Say(do="forward to the target group", that="forwards to the target group"))
    action.implied("type", "forward").link("target_group_arn", backend, "arn", Say(implied=True))
    condition = rule.block("condition")
    if s.may():
        host = f"{role}.example.com"
        condition.block(
            "host_header", Say(np=f"the host {host}", do=f"match the host {host}", that=f"matches the host {host}")
        ).implied("values", [host])
    else:
        path = f"/{role}/*"
        condition.block(
            "path_pattern", Say(np=f"the path {path}", do=f"match {path}", that=f"matches requests for {path}")
        ).implied("values", [path])


@blueprint("ec2", "vpc", weight=2)
def instance_in_existing(s: Scene) -> None:
    """An instance with subnet, group and key that are there."""
    role = s.pick("app", "jump", "runner", "tools")
    node = instance(s, role)
    tag = s.pick("private-a", "public-a", "app")
    where = s.data("aws_subnet", "", "selected")
    if s.may():
        where.set("tags", {"Name": tag}, False, extract=False)
    else:
        where.block("filter").set("name", "tag:Name", False, extract=False).set("values", [tag], False)
    node.set(
        "subnet_id",
        where.ref(),
        Say(post=f"in the existing subnet {{tagged |named |}}{tag}", demand=parts.refers(where, "subnet_id")),
        extract=False,
    )
    if s.may(0.7):
        name = s.pick("web", "internal", "default-app")
        guard = look(s, "aws_security_group", "selected", name=name)
        node.set(
            "vpc_security_group_ids",
            [guard.ref()],
            Say(
                np=f"the existing security group {name}",
                do=f"attach the existing security group {name}",
                demand=parts.refers(guard, "vpc_security_group_ids"),
            ),
            extract=False,
        )
    if s.may(0.6):
        name = s.pick("ops", "deploy", f"{project(s)}-key")
        key = look(s, "aws_key_pair", "selected", key_name=name)
        node.set(
            "key_name",
            key.ref("key_name"),
            Say(
                np=f"the existing key pair {name}",
                do=f"use the existing key pair {name}",
                demand=parts.refers(key, "key_name"),
            ),
            extract=False,
        )


@blueprint("vpc", weight=2)
def endpoints_in_existing(s: Scene) -> None:
    """Endpoints in a network that is there, on all its route tables."""
    name = s.pick("main", "shared", f"{project(s)}-vpc")
    main = tagged_vpc(s, name)
    tables = s.data("aws_route_tables", "", "all").link("vpc_id", main).node
    assert tables is not None
    for service, words in s.some([("s3", "S3"), ("dynamodb", "DynamoDB")], 1, 2):
        node = s.resource("aws_vpc_endpoint", f"{{gateway endpoint for {words}|{words} gateway endpoint}}", service)
        node.set(
            "vpc_id",
            main.ref(),
            Say(post=f"in the existing VPC {name}", demand=parts.refers(main, "vpc_id")),
            extract=False,
        )
        node.implied("vpc_endpoint_type", "Gateway")
        if s.may():
            found = look(s, "aws_vpc_endpoint_service", service, service=service, service_type="Gateway")
            node.set(
                "service_name", found.ref("service_name"), Say(implied=True, demand=parts.refers(found, "service_name"))
            )
        else:
            node.implied("service_name", f"com.amazonaws.{s.region}.{service}")
        node.set(
            "route_table_ids",
            tables.ref("ids"),
            Say(
                np="{a route in|routes in} all {its |of the VPC's |}route tables",
                do="{add it to|use} all route tables of the VPC",
                demand=parts.refers(tables, "route_table_ids"),
            ),
            extract=False,
        )


@blueprint("vpc")
def egress_to_s3_only(s: Scene) -> None:
    """A group that lets out only to S3, by its prefix list."""
    main = tagged_vpc(s, s.pick("main", "shared"))
    lists = look(s, "aws_prefix_list", "s3", name=f"com.amazonaws.{s.region}.s3")
    group = s.resource("aws_security_group", "security group", s.pick("workers", "batch", "isolated"))
    group.named("name", resource_name(s, group.role)).link("vpc_id", main)
    out = group.block(
        "egress",
        Say(
            np="egress {only to S3|to S3 only} {over HTTPS|on port 443} {through its prefix list|by its prefix list}",
            do="allow egress on port 443 only to {the S3 prefix list|S3's prefix list}",
            that="only lets traffic out to the S3 prefix list on port 443",
        ),
    )
    out.implied("from_port", 443).implied("to_port", 443).implied("protocol", "tcp")
    out.set(
        "prefix_list_ids",
        [lists.ref()],
        Say(implied=True, demand=parts.refers(lists, "prefix_list_ids")),
        extract=False,
    )


@blueprint("efs", "vpc", weight=1.5)
def mounts_of_existing(s: Scene) -> None:
    """Mount targets and access points of a file system that is there."""
    tag = s.pick("shared", "home", f"{project(s)}-files")
    files = s.data("aws_efs_file_system", "", "shared").set("tags", {"Name": tag}, False, extract=False).node
    assert files is not None
    words = Say(
        post=f"{{for|of}} the existing {{EFS |}}file system {tag}", demand=parts.refers(files, "file_system_id")
    )
    if s.may(0.6):
        _, nets = parts.network(s, 2, said=s.may(0.4))
        for net in nets:
            net.said = nets[0].said
            node = s.resource("aws_efs_mount_target", "mount target", net.role)
            node.set("file_system_id", files.ref(), words, extract=False)
            node.link("subnet_id", net, say="in <it>" if net.said else False)
    if s.may(0.6) or len(s.nodes) < 3:
        path = s.pick("/data", "/exports", "/home/app")
        node = s.resource("aws_efs_access_point", "{EFS access point|access point}", "app")
        node.set("file_system_id", files.ref(), words, extract=False)
        root = node.block("root_directory", Say(np=f"{{the |}}root directory {path}", do=f"root it at {path}"))
        root.implied("path", path)
        user = node.block("posix_user", Say(np="the POSIX user 1000", do="use the POSIX user 1000"))
        user.implied("uid", 1000).implied("gid", 1000)


@blueprint("elb", "waf", weight=1.5)
def balancer_with_shared_acl(s: Scene) -> None:
    """A load balancer behind a web ACL of the security team."""
    name = s.pick("baseline", "public-web", "corporate")
    acl = look(s, "aws_wafv2_web_acl", "shared", name=name, scope="REGIONAL")
    net = tagged_vpc(s, "main")
    lb = balancer(s, its_subnets(s, net, "public"))
    for setting in lb.settings():
        if setting.name == "subnets":
            setting.value, setting.said = (
                Raw("{0}", (next(n for n in s.nodes if n.type == "aws_subnets").ref("ids"),)),
                False,
            )
    backend = targets(s, net, s.pick("web", "api"))
    listener(s, lb, backend)
    tie = s.resource("aws_wafv2_web_acl_association", "{web ACL association|WAF association}", "main")
    tie.link("resource_arn", lb, "arn", Say(post="for <it>"))
    tie.set(
        "web_acl_arn",
        acl.ref("arn"),
        Say(
            np=f"{{our|the}} existing web ACL {name}",
            do=f"use {{our|the}} existing web ACL {name}",
            demand=parts.refers(acl, "web_acl_arn"),
        ),
        extract=False,
    )


@blueprint("vpc", weight=1.5)
def subnets_in_existing(s: Scene) -> None:
    """Further subnets of a network that is there, routed by its gateway."""
    name = s.pick("main", "legacy", f"{project(s)}-{stage(s)}")
    main = tagged_vpc(s, name)
    tier = s.pick("public", "dmz")
    nets = subnets(s, main, 0, "public", s.pick(1, 2, 3))
    nets.says(Say(post=f"in {{the|our}} existing VPC {name}", demand=parts.refers(main, "vpc_id")))
    for setting in nets.settings():
        if setting.name == "vpc_id":
            setting.said = False
    gateway = s.data("aws_internet_gateway", "", "existing")
    gateway.block("filter").set("name", "attachment.vpc-id", False, extract=False).set("values", [main.ref()], False)
    table = route_table(s, main, nets, said=s.may(0.6))
    table.role = tier
    way = s.resource(
        "aws_route",
        "route",
        "internet",
        of=table,
        say=Say(
            np="a default route to the VPC's {existing |}internet gateway",
            do="send everything else to the existing internet gateway",
        ),
    )
    way.link("route_table_id", table)
    way.implied("destination_cidr_block", "0.0.0.0/0")
    way.set("gateway_id", gateway.ref(), Say(implied=True, demand=parts.refers(gateway, "gateway_id")), extract=False)
    associate(s, table, nets, said=False)

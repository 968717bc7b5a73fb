"""Finer points of networks, machines and distributions: defaults, attachments, options, profiles."""

from __future__ import annotations

from terraformer.data.synthesis import parts
from terraformer.data.synthesis.blueprints.autoscaling import scaling_group
from terraformer.data.synthesis.blueprints.balancing import balancer, surroundings, targets
from terraformer.data.synthesis.blueprints.compute import instance
from terraformer.data.synthesis.blueprints.edge import cached, distribution, origin_bucket, readable
from terraformer.data.synthesis.blueprints.network import call, igw, subnets, vpc
from terraformer.data.synthesis.names import project, resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Say, Scene


@blueprint("vpc")
def adopted_defaults(s: Scene) -> None:
    """The default VPC and its subnets under Terraform's care."""
    main = s.resource("aws_default_vpc", "default VPC", "default")
    if s.may(0.5):
        call(s, main, "default")
    if s.may(0.4):
        main.set("enable_dns_hostnames", True, Say(np="DNS hostnames enabled", do="enable DNS hostnames"))
    for letter in s.some(["a", "b", "c"], 0, 2):
        node = s.resource("aws_default_subnet", "default subnet", letter)
        node.set("availability_zone", f"us-east-1{letter}", True, extract=False)


@blueprint("vpc")
def main_table(s: Scene) -> None:
    """A route table of one's own as the VPC's main one."""
    main, _ = vpc(s)
    gateway = igw(s, main)
    table = s.resource("aws_route_table", "route table", "main")
    table.link("vpc_id", main)
    inline = table.block(
        "route", Say(np="a default route to the internet gateway", do="route 0.0.0.0/0 to the internet gateway")
    )
    inline.implied("cidr_block", "0.0.0.0/0").link("gateway_id", gateway, "id", Say(implied=True))
    tie = s.resource(
        "aws_main_route_table_association",
        "",
        "main",
        of=table,
        say=Say(do="make it the main route table of the VPC", that="is the VPC's main route table"),
    )
    tie.link("vpc_id", main, "id", Say(implied=True)).link("route_table_id", table)


@blueprint("vpc")
def list_entries(s: Scene) -> None:
    """A prefix list with its entries apart."""
    node = s.resource("aws_ec2_managed_prefix_list", "{managed prefix list|VPC prefix list}", "offices")
    node.named("name", resource_name(s, "offices"))
    node.set("address_family", "IPv4", False, extract=False)
    node.set("max_entries", s.pick(5, 10), Say(np="at most <v> entries", do="allow <v> entries at most"))
    for role, cidr in s.some(
        [("berlin", "203.0.113.0/24"), ("tokyo", "198.51.100.0/24"), ("lisbon", "192.0.2.0/24")], 1, 3
    ):
        entry = s.resource(
            "aws_ec2_managed_prefix_list_entry",
            "",
            role,
            of=node,
            say=Say(np=f"an entry {{for |}}{cidr} ({role.capitalize()})", do=f"add {cidr} for {role.capitalize()}"),
        )
        entry.link("prefix_list_id", node).implied("cidr", cidr)
        entry.set("description", role.capitalize(), False, extract=False)


@blueprint("vpc", "ec2")
def second_interface(s: Scene) -> None:
    """A second interface of an instance, a group for it."""
    main, second = vpc(s, said=s.may(0.4))
    net = subnets(s, main, second, "private", 1)
    node = instance(s, s.pick("appliance", "firewall", "app"))
    node.link("subnet_id", net, say="in <it>" if s.may(0.6) else False)
    card = s.resource("aws_network_interface", "{second network interface|additional ENI}", "second")
    card.link("subnet_id", net, say="in <it>")
    tie = s.resource(
        "aws_network_interface_attachment",
        "",
        "second",
        of=card,
        say=Say(do="attach it to the instance as device 1", that="is attached to the instance as device 1"),
    )
    tie.link("instance_id", node, "id", Say(implied=True)).link("network_interface_id", card).implied("device_index", 1)
    if s.may(0.5):
        group = parts.security_group(s, main, [s.pick(22, 443, 8443)], "management", said=True)
        hold = s.resource(
            "aws_network_interface_sg_attachment",
            "",
            "management",
            of=card,
            say=Say(np="the security group {attached|}", do="attach the security group to the interface"),
        )
        hold.link("security_group_id", group, "id", Say(implied=True)).link("network_interface_id", card)


@blueprint("vpc")
def peering_options(s: Scene) -> None:
    """DNS across a peering, as options of its own."""
    one, _ = vpc(s, role="app", noun="app VPC", second=0)
    two, _ = vpc(s, role="data", noun="data VPC", second=30)
    peer = s.resource("aws_vpc_peering_connection", "{VPC peering connection|peering}", "main")
    peer.link("vpc_id", one, say="between <it> and the data VPC").link("peer_vpc_id", two, "id", Say(implied=True))
    peer.set("auto_accept", True, Say(np="auto accept", that="is accepted automatically") if s.may() else False)
    options = s.resource(
        "aws_vpc_peering_connection_options",
        "",
        "main",
        of=peer,
        say=Say(np="DNS resolution {in both directions|from both sides}", do="allow DNS resolution from both sides"),
    )
    options.link("vpc_peering_connection_id", peer)
    options.block("accepter").implied("allow_remote_vpc_dns_resolution", True)
    options.block("requester").implied("allow_remote_vpc_dns_resolution", True)


@blueprint("vpc", "ipam")
def ipam_scopes(s: Scene) -> None:
    """A private scope of its own, pools within pools."""
    main = s.resource("aws_vpc_ipam", "{IPAM|VPC IPAM}", "main")
    main.block("operating_regions", Say(np="us-east-1 as an operating region", that="operates in us-east-1")).implied(
        "region_name", "us-east-1"
    )
    scope = s.resource("aws_vpc_ipam_scope", "{IPAM scope|additional IPAM scope}", "extra")
    scope.link("ipam_id", main, say="in <it>" if s.may() else False)
    scope.set("description", s.pick("Lab networks", "Partners", "Overlapping ranges"), None)
    top = s.resource("aws_vpc_ipam_pool", "{top-level IPAM pool|top-level pool}", "top")
    top.set("address_family", "ipv4", False, extract=False)
    top.link("ipam_scope_id", scope, say="in <it>")
    if s.may(0.7):
        inner = s.resource("aws_vpc_ipam_pool", "{regional pool|regional IPAM pool}", "regional")
        inner.set("address_family", "ipv4", False, extract=False).link("ipam_scope_id", scope)
        inner.link("source_ipam_pool_id", top, say="{below|taken from} <it>")
        inner.set("locale", "us-east-1", Say(np="locale us-east-1", post="for us-east-1"), extract=False)


@blueprint("elb")
def classic_balancer(s: Scene) -> None:
    """The classic kind, which some still run."""
    main, nets, _ = surroundings(s, group=False)
    guard = parts.security_group(s, main, [80], "elb", said=s.may(0.4), cidr="0.0.0.0/0")
    node = s.resource("aws_elb", "{classic load balancer|Classic Load Balancer|classic ELB}", "main")
    node.named("name", resource_name(s, "classic")[:32].strip("-"))
    node.link("subnets", nets, wrap=True).link("security_groups", guard, wrap=True)
    port = s.pick(80, 8080, 3000)
    entry = node.block(
        "listener",
        Say(np=f"an HTTP listener on port 80 for instance port {port}", do=f"forward HTTP from port 80 to {port}"),
    )
    entry.implied("lb_port", 80).implied("lb_protocol", "http").implied("instance_port", port)
    entry.set("instance_protocol", "http", False, extract=False)
    if s.may(0.6):
        target = f"HTTP:{port}/health"
        check = node.block("health_check", Say(np=f"a health check on {target}", do=f"check health on {target}"))
        check.implied("target", target).set("interval", 30, False).set("timeout", 5, False)
        check.set("healthy_threshold", 2, False).set("unhealthy_threshold", 3, False)
    if s.may(0.4):
        node.set("cross_zone_load_balancing", True, Say(np="cross-zone load balancing", do="balance across zones"))
    if s.may(0.4):
        node.set("connection_draining", True, Say(np="connection draining", do="enable connection draining"))


@blueprint("autoscaling", "elb")
def traffic_source(s: Scene) -> None:
    """A group attached by traffic source."""
    main, nets, group = surroundings(s)
    balancer(s, nets, group)
    backend = targets(s, main)
    _, node = scaling_group(s, nets, "web")
    tie = s.resource(
        "aws_autoscaling_traffic_source_attachment",
        "",
        "web",
        of=node,
        say=Say(
            do="attach the target group to it as a traffic source", that="has the target group as a traffic source"
        ),
    )
    tie.link("autoscaling_group_name", node, "id")
    source = tie.block("traffic_source")
    source.link("identifier", backend, "arn", Say(implied=True)).set("type", "elbv2", False, extract=False)


@blueprint("ec2")
def stopped(s: Scene) -> None:
    """An instance kept stopped or running."""
    node = instance(s)
    state = s.pick("stopped", "running")
    hold = s.resource(
        "aws_ec2_instance_state",
        "",
        node.role,
        of=node,
        say=Say(np=f"its state kept at {state}", do=f"keep it {state}", that=f"is kept {state}"),
    )
    hold.link("instance_id", node).implied("state", state)


@blueprint("ec2", "ebs")
def copied_snapshot(s: Scene) -> None:
    """A snapshot of a volume, and an encrypted copy of it."""
    disk = s.resource("aws_ebs_volume", "EBS volume", "data")
    disk.set("availability_zone", "us-east-1a", None, extract=False)
    disk.set("size", s.pick(10, 20, 50, 100), Say(post="of <v> GB", np="<v> GB"))
    shot = s.resource("aws_ebs_snapshot", "EBS snapshot", "data")
    shot.link("volume_id", disk, say="of <it>")
    copy = s.resource("aws_ebs_snapshot_copy", "{copy of the snapshot|snapshot copy}", "copy")
    copy.link("source_snapshot_id", shot, say=Say(np="the snapshot as its source", that="is made from the snapshot"))
    copy.set("source_region", "us-east-1", False, extract=False)
    copy.set("encrypted", True, Say(np="encryption", do="encrypt the copy", that="is encrypted"))


@blueprint("cloudfront", "elb", "vpc")
def private_origin(s: Scene) -> None:
    """A VPC origin: an internal load balancer that only CloudFront reaches."""
    main, second = vpc(s, said=s.may(0.3))
    nets = subnets(s, main, second, "private", 2, said=main.said)
    lb = s.resource("aws_lb", "{internal application load balancer|internal ALB}", "main")
    lb.named("name", resource_name(s, "private-alb")[:32].strip("-"))
    lb.implied("internal", True).implied("load_balancer_type", "application").link("subnets", nets, wrap=True)
    node = s.resource("aws_cloudfront_vpc_origin", "{CloudFront VPC origin|VPC origin for CloudFront}", "main")
    body = node.block("vpc_origin_endpoint_config")
    body.set("name", resource_name(s, "vpc-origin"), False)
    body.link(
        "arn",
        lb,
        "arn",
        Say(
            np="the load balancer as {its |the |}endpoint",
            do="point it to the load balancer",
            that="points to the load balancer",
        ),
    )
    body.set("http_port", 80, False, extract=False).set("https_port", 443, False, extract=False)
    body.set("origin_protocol_policy", s.pick("https-only", "http-only"), Say(np="origin protocol policy <v>"))
    protocols = body.block("origin_ssl_protocols")
    protocols.set("items", ["TLSv1.2"], False).set("quantity", 1, False)


@blueprint("cloudfront", "cloudwatch")
def more_metrics(s: Scene) -> None:
    """A distribution with its additional metrics."""
    site, control = origin_bucket(s)
    cdn = distribution(s, site, site.ref("bucket_regional_domain_name"), "bucket", control=control)
    cached(cdn)
    readable(s, site, cdn)
    extra = s.resource(
        "aws_cloudfront_monitoring_subscription",
        "",
        "main",
        of=cdn,
        say=Say(np="additional {real-time |}metrics {enabled|}", do="enable {the |}additional metrics"),
    )
    extra.link("distribution_id", cdn)
    config = extra.block("monitoring_subscription").block("realtime_metrics_subscription_config")
    config.implied("realtime_metrics_subscription_status", "Enabled")


@blueprint("route53", "vpc")
def dns_profile(s: Scene) -> None:
    """A Route 53 profile for a VPC, and DNSSEC validation."""
    main, _ = vpc(s)
    if s.may(0.7):
        node = s.resource("aws_route53profiles_profile", "{Route 53 Profile|Route 53 profile}", "main")
        node.named("name", resource_name(s, "profile"))
        tie = s.resource(
            "aws_route53profiles_association",
            "",
            "main",
            of=node,
            say=Say(do="associate it with the VPC", that="is associated with the VPC"),
        )
        tie.set("name", resource_name(s, "profile"), False).link("profile_id", node)
        tie.link("resource_id", main, "id", Say(implied=True))
        if s.may(0.5):
            zone = s.resource("aws_route53_zone", "private hosted zone", "private")
            zone.set("name", f"{project(s)}.internal", Say(post="for <v>", np="the domain <v>"))
            zone.block("vpc").link("vpc_id", main)
            hold = s.resource(
                "aws_route53profiles_resource_association",
                "",
                "zone",
                of=node,
                say=Say(np="the private zone in it", do="add the private zone to the profile"),
            )
            hold.set("name", "zone", False, extract=False).link("profile_id", node)
            hold.link("resource_arn", zone, "arn", Say(implied=True))
    else:
        check = s.resource(
            "aws_route53_resolver_dnssec_config",
            "",
            "main",
            of=main,
            say=Say(np="DNSSEC validation", do="{enable|turn on} DNSSEC validation"),
        )
        check.link("resource_id", main)


@blueprint("lightsail")
def lightsail_edge(s: Scene) -> None:
    """A Lightsail distribution or domain."""
    if s.may(0.5):
        node = s.resource("aws_lightsail_domain", "{Lightsail domain|DNS zone in Lightsail}", "main")
        node.set("domain_name", f"{project(s)}.{s.pick('com', 'org', 'io')}", Say(post="for <v>", np="the domain <v>"))
        return
    store = s.resource("aws_lightsail_bucket", "Lightsail bucket", "site")
    store.named("name", f"{project(s)}-site-{s.number(100, 9999)}")
    store.set("bundle_id", "small_1_0", None)
    node = s.resource("aws_lightsail_distribution", "{Lightsail distribution|Lightsail CDN distribution}", "site")
    node.named("name", resource_name(s, "cdn"))
    node.set("bundle_id", s.pick("small_1_0", "medium_1_0"), Say(np="the bundle <v>"))
    origin = node.block("origin")
    origin.link(
        "name",
        store,
        "name",
        Say(np="the bucket as {its |the }origin", do="serve the bucket", that="serves the bucket"),
    )
    origin.set("region_name", "us-east-1", False, extract=False)
    node.block("default_cache_behavior", Say(np="caching by default", do="cache by default")).implied(
        "behavior", "cache"
    )


@blueprint("vpn", "vpc")
def client_vpn_route(s: Scene) -> None:
    """Client VPN with a way to the internet."""
    main, second = vpc(s, said=s.may(0.4))
    net = subnets(s, main, second, "private", 1)
    end = s.resource("aws_ec2_client_vpn_endpoint", "{Client VPN endpoint|AWS Client VPN endpoint}", "main")
    end.set("client_cidr_block", "172.16.0.0/22", Say(np="client range <v>", do="give clients addresses from <v>"))
    arn = "arn:aws:acm:us-east-1:123456789012:certificate/3f1c8a52-7c1e-4c7b-9a1d-5b6e7f809a1b"
    end.set("server_certificate_arn", arn, False)
    auth = end.block("authentication_options", Say(np="certificate authentication", do="authenticate by certificate"))
    auth.implied("type", "certificate-authentication").set("root_certificate_chain_arn", arn, False)
    end.block("connection_log_options").set("enabled", False, False, extract=False)
    tie = s.resource("aws_ec2_client_vpn_network_association", "", "main", said=False)
    tie.link("client_vpn_endpoint_id", end).link("subnet_id", net)
    way = s.resource(
        "aws_ec2_client_vpn_route",
        "",
        "internet",
        of=end,
        say=Say(np="a route to 0.0.0.0/0 through the subnet", do="route 0.0.0.0/0 through the subnet"),
    )
    way.link("client_vpn_endpoint_id", end).implied("destination_cidr_block", "0.0.0.0/0")
    way.link("target_vpc_subnet_id", net, "id", Say(implied=True))
    way.depends_on = (tie,)

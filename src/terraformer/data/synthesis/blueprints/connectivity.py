"""Between networks: peering, transit gateways, VPN, Direct Connect, IPAM, endpoint services, VPC Lattice, mirroring."""

from __future__ import annotations

from terraformer.data.intents import Attribute, Operator
from terraformer.data.synthesis import parts
from terraformer.data.synthesis.blueprints.network import call, subnets, vpc
from terraformer.data.synthesis.names import project, resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Node, Say, Scene

_ACM = "arn:aws:acm:us-east-1:123456789012:certificate/"
_IDS = (
    "0f0a4b6e-3c2d-4a1b-9c8d-7e6f5a4b3c2d",
    "5d1c7a90-8e44-4b7f-a2f1-0c9b8d7e6f55",
    "b7e2f9d0-1234-4c6e-8f3a-2a1b0c9d8e7f",
)


def _two(s: Scene) -> tuple[Node, Node]:
    first, last = s.pick(
        ("app", "database"), ("requester", "accepter"), ("frontend", "backend"), ("blue", "green"), ("dev", "shared")
    )
    one, _ = vpc(s, role=first, noun=f"{first} VPC", second=s.pick(0, 1))
    other, _ = vpc(s, role=last, noun=f"{last} VPC", second=s.pick(10, 20, 30))
    return one, other


@blueprint("vpc", weight=2)
def peering(s: Scene) -> None:
    """Two VPCs in one account."""
    one, other = _two(s)
    peer = s.resource(
        "aws_vpc_peering_connection",
        "{VPC peering connection|peering connection|VPC peering}",
        f"{one.role}_{other.role}",
    )
    peer.link("vpc_id", one, say=f"between <it> and the {other.role} VPC")
    peer.link("peer_vpc_id", other, "id", Say(implied=True))
    if s.may(0.3):
        call(s, peer, f"{one.role}-to-{other.role}")
    accept = Say(
        np="{auto accept on|automatic acceptance}", do="accept it automatically", that="is accepted automatically"
    )
    peer.set("auto_accept", True, accept if s.may(0.6) else False)
    if s.may(0.3):
        for side in ("requester", "accepter"):
            inner = peer.block(
                side,
                Say(np=f"DNS resolution allowed for the {side}", do=f"allow DNS resolution {{for|from}} the {side}"),
            )
            inner.implied("allow_remote_vpc_dns_resolution", True)
    if s.may(0.6):
        for here, there in ((one, other), (other, one)):
            table = s.resource("aws_route_table", f"{here.role} route table", here.role, said=False)
            table.link("vpc_id", here)
            way = s.resource(
                "aws_route",
                f"route {{from the {here.role} VPC to the {there.role} VPC|to the {there.role} VPC}} over the peering",
                f"{here.role}_to_{there.role}",
            )
            way.link("route_table_id", table)
            way.link("destination_cidr_block", there, "cidr_block")
            way.link("vpc_peering_connection_id", peer, "id", Say(implied=True))


@blueprint("vpc")
def peering_regions(s: Scene) -> None:
    """Two regions: an accepter on the other side."""
    home, away = s.pick(("us-east-1", "eu-west-1"), ("us-east-1", "us-west-2"), ("eu-central-1", "eu-west-1"))
    s.in_region(home, s.may())
    other = s.also_in("aws", s.pick("peer", "remote", "secondary"), away)
    one, _ = vpc(s, role="primary", noun="{VPC|primary VPC|local VPC}", second=0)
    two = s.resource("aws_vpc", "{second VPC|remote VPC}", "secondary", provider=other)
    two.set("cidr_block", "10.99.0.0/16", True)
    two.says(Say(post=f"in {away}", demand=Attribute(("region",), Operator.EQUALS, away)))
    peer = s.resource("aws_vpc_peering_connection", "{VPC peering connection|peering connection}", "main")
    peer.link("vpc_id", one, say="between the two")
    peer.link("peer_vpc_id", two, "id", Say(implied=True))
    peer.set("peer_region", away, False, extract=False).set("auto_accept", False, False, extract=False)
    accept = s.resource(
        "aws_vpc_peering_connection_accepter",
        "{peering accepter|accepter of the peering}",
        "main",
        said=True,
    )
    accept.provider = other
    accept.link("vpc_peering_connection_id", peer, say="for <it>" if s.may() else False)
    accept.set("auto_accept", True, Say(that="accepts {automatically|it automatically}", np="auto accept {on|enabled}"))


@blueprint("tgw", "vpc", weight=2)
def transit_gateway(s: Scene) -> None:
    """A hub and its spokes."""
    hub = s.resource("aws_ec2_transit_gateway", "{transit gateway|Transit Gateway|TGW}", "main")
    if s.may(0.5):
        call(s, hub, resource_name(s, "tgw"))
    if s.may(0.5):
        hub.set("description", s.pick("Hub of all VPCs", "Main transit gateway", "Connects our VPCs"))
    if s.may(0.4):
        hub.set("amazon_side_asn", s.pick(64512, 64532, 65001), Say(np="ASN <v>", do="use ASN <v> on the Amazon side"))
    if s.may(0.3):
        hub.set(
            "auto_accept_shared_attachments",
            "enable",
            Say(np="shared attachments accepted automatically", do="accept shared attachments automatically"),
        )
    own = s.may(0.4)
    if own or s.may(0.2):
        hub.set(
            "default_route_table_association",
            "disable",
            Say(np="no default route table association", do="{disable|turn off} the default route table association"),
        )
    spokes = s.pick(("app",), ("prod", "dev"), ("app", "shared"), ("prod", "staging", "dev"))
    links: list[Node] = []
    for number, role in enumerate(spokes):
        main, second = vpc(s, role=role, noun=f"{role} VPC", second=10 * (number + 1))
        net = subnets(s, main, second, "private", s.pick(1, 2), said=s.may(0.3))
        net.role = f"{role}_private"
        net.noun = f"private subnet in the {role} VPC"
        next(i for i in net.settings() if i.name == "vpc_id").said = False  # the noun says it
        link = s.resource(
            "aws_ec2_transit_gateway_vpc_attachment", "{attachment|VPC attachment|transit gateway attachment}", role
        )
        link.link("transit_gateway_id", hub)
        link.link("vpc_id", main, say="for <it>")
        link.link("subnet_ids", net, wrap=True)
        links.append(link)
        if own:
            link.set("transit_gateway_default_route_table_association", False, False, extract=False)
    if not own:
        return
    table = s.resource("aws_ec2_transit_gateway_route_table", "{transit gateway route table|TGW route table}", "main")
    table.link("transit_gateway_id", hub)
    for number, link in enumerate(links):
        tie = s.resource(
            "aws_ec2_transit_gateway_route_table_association",
            "",
            link.role,
            of=table,
            say=Say(np=f"the {link.role} attachment associated", do=f"associate the {link.role} attachment with it"),
        )
        tie.link("transit_gateway_attachment_id", link).link("transit_gateway_route_table_id", table)
        if s.may(0.5):
            learn = s.resource(
                "aws_ec2_transit_gateway_route_table_propagation",
                "",
                link.role,
                of=table,
                say=Say(
                    np=f"propagation from the {link.role} attachment",
                    do=f"propagate the routes of the {link.role} attachment",
                ),
            )
            learn.link("transit_gateway_attachment_id", link).link("transit_gateway_route_table_id", table)
        elif number == 0:
            way = s.resource(
                "aws_ec2_transit_gateway_route",
                "",
                link.role,
                of=table,
                say=Say(
                    np=f"a default route to the {link.role} attachment",
                    do=f"add a default route to the {link.role} attachment",
                ),
            )
            way.implied("destination_cidr_block", "0.0.0.0/0")
            way.link("transit_gateway_attachment_id", link, "id", Say(implied=True))
            way.link("transit_gateway_route_table_id", table)


@blueprint("ram", "tgw")
def shared_gateway(s: Scene) -> None:
    """A transit gateway (or prefix list) shared by RAM."""
    hub = s.resource("aws_ec2_transit_gateway", "{transit gateway|Transit Gateway}", "shared")
    hub.set(
        "auto_accept_shared_attachments",
        "enable",
        Say(np="shared attachments accepted automatically", do="auto-accept shared attachments"),
    )
    share = s.resource("aws_ram_resource_share", "{RAM share|resource share|RAM resource share}", "tgw")
    share.named("name", resource_name(s, "tgw-share"))
    outside = s.may(0.4)
    share.set(
        "allow_external_principals",
        outside,
        Say(
            np=f"external principals {'allowed' if outside else 'not allowed'}",
            do=f"{'allow' if outside else 'forbid'} external principals",
        ),
    )
    tie = s.resource(
        "aws_ram_resource_association",
        "",
        "tgw",
        of=share,
        say=Say(
            np="the transit gateway in it",
            do="put the transit gateway into {it|the share}",
            that="contains the transit gateway",
        ),
    )
    tie.link("resource_arn", hub, "arn", Say(implied=True)).link("resource_share_arn", share, "arn")
    account = s.pick("111122223333", "210987654321", "345678901234")
    whom = s.resource(
        "aws_ram_principal_association",
        "",
        "account",
        of=share,
        say=Say(
            np=f"account {account} as a principal",
            do=f"share it with account {account}",
            that=f"is shared with account {account}",
        ),
    )
    whom.implied("principal", account).link("resource_share_arn", share, "arn")


@blueprint("vpn", "vpc", weight=2)
def site_to_site(s: Scene) -> None:
    """A VPN to an office."""
    s.purpose = s.pick("to reach our office network", "for the data center", "", "")
    main, _ = vpc(s, said=s.may(0.8))
    gateway = s.resource("aws_vpn_gateway", "{VPN gateway|virtual private gateway}", "main")
    gateway.link("vpc_id", main, say="attached to <it>" if s.may(0.6) else False)
    if s.may(0.25):
        gateway.set(
            "amazon_side_asn",
            s.pick("64512", "65010"),
            Say(np="Amazon side ASN <v>", do="use ASN <v> on the Amazon side"),
        )
    address = s.pick("203.0.113.12", "198.51.100.77", "192.0.2.45", "203.0.113.200")
    office = s.resource("aws_customer_gateway", "customer gateway", s.pick("office", "datacenter", "hq"))
    office.set("ip_address", address, Say(np=f"{{the |}}IP {{address |}}{address}", post=f"{{at|with IP}} {address}"))
    office.set(
        "bgp_asn", s.pick("65000", "65000", "65010", "64999"), Say(np="BGP ASN <v>", do="set the BGP ASN to <v>")
    )
    office.set("type", "ipsec.1", False, extract=False)
    tunnel = s.resource("aws_vpn_connection", "{site-to-site VPN connection|VPN connection|Site-to-Site VPN}", "main")
    tunnel.link("customer_gateway_id", office)
    tunnel.link("vpn_gateway_id", gateway, say="between <it> and the customer gateway")
    tunnel.set("type", "ipsec.1", False, extract=False)
    static = s.may(0.6)
    if static:
        tunnel.set(
            "static_routes_only",
            True,
            Say(np="static routes only", do="use static routes only", that="uses static routes only"),
        )
        for number, cidr in enumerate(s.some(["192.168.0.0/16", "172.16.0.0/12", "192.168.10.0/24"], 1, 2)):
            way = s.resource(
                "aws_vpn_connection_route",
                "",
                "office" if not number else "branch",
                of=tunnel,
                say=Say(np=f"a {{static |}}route {{to|for}} {cidr}", do=f"add a {{static |}}route to {cidr}"),
            )
            way.implied("destination_cidr_block", cidr).link("vpn_connection_id", tunnel)
    elif s.may(0.4):
        tunnel.set("tunnel1_ike_versions", ["ikev2"], Say(np="IKEv2 {only |}on tunnel 1", do="use IKEv2 on tunnel 1"))
    if s.may(0.4):
        table = s.resource("aws_route_table", "route table", "private")
        table.link("vpc_id", main)
        spread = s.resource(
            "aws_vpn_gateway_route_propagation",
            "",
            "main",
            of=table,
            say=Say(np="route propagation from the VPN gateway", do="propagate routes from the VPN gateway to it"),
        )
        spread.link("vpn_gateway_id", gateway, "id", Say(implied=True)).link("route_table_id", table)


@blueprint("vpn", "vpc")
def client_vpn(s: Scene) -> None:
    main, second = vpc(s, said=s.may(0.6))
    net = subnets(s, main, second, "private", 1)
    end = s.resource("aws_ec2_client_vpn_endpoint", "{Client VPN endpoint|client VPN endpoint|AWS Client VPN}", "main")
    if s.may():
        end.set("description", s.pick("Staff VPN", "Remote access", "Developers' VPN"))
    end.set(
        "client_cidr_block",
        s.pick("172.16.0.0/22", "10.250.0.0/22", "192.168.100.0/22"),
        Say(np="client {range|CIDR block} <v>", do="{hand out|give clients} addresses from <v>"),
    )
    server, root = s.rng.sample(_IDS, 2)
    end.set("server_certificate_arn", _ACM + server, False)
    auth = end.block(
        "authentication_options",
        Say(np="{certificate|mutual certificate} authentication", do="authenticate clients by certificate"),
    )
    auth.implied("type", "certificate-authentication")
    auth.set("root_certificate_chain_arn", _ACM + root, False)
    if s.may(0.7):
        end.set("split_tunnel", True, Say(np="split tunnel {on|enabled}", do="{enable|use} split {tunnel|tunneling}"))
    logs = end.block("connection_log_options")
    if s.may(0.4):
        group = parts.log_group(s, f"/vpn/{project(s)}", "vpn", said=True)
        logs.set(
            "enabled", True, Say(np="connection logging {enabled|to CloudWatch}", do="log connections {to CloudWatch|}")
        )
        logs.link("cloudwatch_log_group", group, "name")
    else:
        logs.set("enabled", False, False, extract=False)
    tie = s.resource(
        "aws_ec2_client_vpn_network_association",
        "",
        "main",
        of=end,
        say=Say(
            do="associate it with the private subnet",
            that="is associated with the private subnet",
        ),
    )
    tie.link("client_vpn_endpoint_id", end).link("subnet_id", net, "id", Say(implied=True))
    rule = s.resource(
        "aws_ec2_client_vpn_authorization_rule",
        "",
        "all",
        of=end,
        say=Say(
            np="an authorization rule for {all groups|everyone} to {the whole VPC|the VPC's range}",
            do="authorize {all groups|everyone} for the VPC's range",
        ),
    )
    rule.link("client_vpn_endpoint_id", end).link("target_network_cidr", main, "cidr_block")
    rule.implied("authorize_all_groups", True)


@blueprint("vpc", "ipam")
def ipam(s: Scene) -> None:
    """Address management, a pool, and maybe a VPC from it."""
    regions = s.pick(["us-east-1"], ["us-east-1", "us-west-2"], ["us-east-1", "eu-west-1"])
    main = s.resource("aws_vpc_ipam", "{IPAM|VPC IPAM}", "main")
    if s.may(0.5):
        main.set("description", s.pick("Address management", "Main IPAM"))
    for region in regions:
        main.block(
            "operating_regions",
            Say(np=f"{region} as an operating region", do=f"operate it in {region}", that=f"operates in {region}"),
        ).implied("region_name", region)
    pool = s.resource("aws_vpc_ipam_pool", "{IPAM pool|IPv4 pool}", "main")
    pool.implied("address_family", "ipv4") if s.may() else pool.set("address_family", "ipv4", False)
    pool.link("ipam_scope_id", main, "private_default_scope_id", say="in {its|the} private default scope")
    pool.set("locale", "us-east-1", None, extract=False)
    if s.may(0.4):
        pool.set(
            "allocation_default_netmask_length",
            s.pick(16, 20, 24),
            Say(np="/<v> allocations by default", do="hand out /<v> ranges by default"),
        )
    wide = s.pick("10.0.0.0/8", "172.16.0.0/12", "10.128.0.0/9")
    span = s.resource(
        "aws_vpc_ipam_pool_cidr",
        "",
        "main",
        of=pool,
        say=Say(np=f"the {{range|CIDR}} {wide}", do=f"provision {wide} {{to|in}} it"),
    )
    span.link("ipam_pool_id", pool).implied("cidr", wide)
    if s.may(0.6):
        net = s.resource("aws_vpc", "VPC", "main")
        net.link("ipv4_ipam_pool_id", pool, say="that {gets|takes} its range from <it>")
        net.set("ipv4_netmask_length", s.pick(20, 22, 24), Say(np="netmask length <v>", do="use a /<v> range"))
        net.depends_on = (span,)


@blueprint("directconnect")
def direct_connect(s: Scene) -> None:
    gateway = s.resource("aws_dx_gateway", "{Direct Connect gateway|DX gateway}", "main")
    gateway.named("name", resource_name(s, "dx-gateway"))
    gateway.set(
        "amazon_side_asn",
        s.pick("64512", "64550", "65100"),
        Say(np="{Amazon side |}ASN <v>", do="use <v> as {its |the }ASN"),
    )
    if s.may(0.7):
        main, _ = vpc(s, said=s.may())
        vgw = s.resource("aws_vpn_gateway", "{virtual private gateway|VPN gateway}", "main")
        if s.may():
            vgw.link("vpc_id", main, say="for <it>")
        else:
            tie = s.resource("aws_vpn_gateway_attachment", "", "main", said=False)
            tie.link("vpc_id", main).link("vpn_gateway_id", vgw)
        link = s.resource(
            "aws_dx_gateway_association",
            "",
            "main",
            of=gateway,
            say=Say(do="associate it with the virtual private gateway"),
        )
        link.link("dx_gateway_id", gateway).link("associated_gateway_id", vgw, "id", Say(implied=True))
        if s.may(0.5):
            allowed = s.pick(["10.0.0.0/16"], ["10.0.0.0/8"])
            link.set("allowed_prefixes", allowed, Say(np="<v> as allowed prefix", do="announce <v> only"))


@blueprint("privatelink", "elb")
def endpoint_service(s: Scene) -> None:
    """A service behind an NLB, offered by PrivateLink."""
    s.purpose = s.pick("for our customers' VPCs", "for other accounts", "")
    main, second = vpc(s, said=s.may(0.4))
    net = subnets(s, main, second, "private", 2, said=s.may(0.4))
    lb = s.resource("aws_lb", "{network load balancer|NLB|internal NLB}", "service")
    lb.named("name", resource_name(s, "svc")[:32].strip("-"))
    lb.implied("load_balancer_type", "network").set("internal", True, Say(np="an internal scheme", that="is internal"))
    lb.link("subnets", net, wrap=True)
    node = s.resource("aws_vpc_endpoint_service", "{VPC endpoint service|PrivateLink endpoint service}", "main")
    manual = s.may(0.6)
    node.set(
        "acceptance_required",
        manual,
        Say(
            np=f"acceptance {'required' if manual else 'not required'}",
            do="accept connections by hand" if manual else "accept connections automatically",
        ),
    )
    node.link("network_load_balancer_arns", lb, "arn", say="for <it>", wrap=True)
    if s.may(0.5):
        node.set(
            "allowed_principals",
            ["arn:aws:iam::210987654321:root"],
            Say(np="account 210987654321 as allowed principal", do="allow account 210987654321"),
            extract=False,
        )
    if s.may(0.4):
        s.output("service_name", node.ref("service_name"), "the service name")


@blueprint("vpclattice")
def lattice(s: Scene) -> None:
    """A service network, a service and its target."""
    network = s.resource(
        "aws_vpclattice_service_network", "{VPC Lattice service network|Lattice service network}", "main"
    )
    network.named("name", f"{project(s)}-network")
    if s.may(0.6):
        auth = s.pick("AWS_IAM", "NONE")
        network.set(
            "auth_type",
            auth,
            Say(
                np="{IAM auth|auth type AWS_IAM}" if auth == "AWS_IAM" else "{no auth|auth type NONE}",
                do=f"set the auth type to {auth}",
            ),
        )
    main, _ = vpc(s, said=s.may(0.5))
    tie = s.resource(
        "aws_vpclattice_service_network_vpc_association",
        "",
        "main",
        of=network,
        said=main.said,
        say=Say(do="associate it with the VPC", that="is associated with the VPC"),
    )
    tie.link("vpc_identifier", main).link("service_network_identifier", network)
    service = s.resource("aws_vpclattice_service", "{VPC Lattice service|Lattice service}", "orders")
    service.named("name", s.pick("orders", "users", "catalog", "payments-api"))
    join = s.resource(
        "aws_vpclattice_service_network_service_association",
        "",
        "orders",
        of=service,
        say=Say(
            do="associate it with the service network",
            that="belongs to the service network",
        ),
    )
    join.link("service_identifier", service).link("service_network_identifier", network, "id", Say(implied=True))
    if s.may(0.7):
        group = s.resource("aws_vpclattice_target_group", "{target group|Lattice target group}", "orders")
        group.named("name", f"{project(s)}-targets")
        group.set("type", "IP", Say(np="type IP", post="of IP targets"))
        body = group.block("config")
        port = s.pick(80, 8080, 443)
        body.set("port", port, True)
        body.set("protocol", "HTTPS" if port == 443 else "HTTP", None)
        body.link("vpc_identifier", main)
        listener = s.resource("aws_vpclattice_listener", "{listener|Lattice listener}", "http")
        listener.named("name", "http")
        listener.set("protocol", "HTTP", Say(post="for HTTP", np="protocol HTTP"))
        listener.link("service_identifier", service, say="{on|of} <it>" if s.may() else False)
        forward = listener.block(
            "default_action",
            Say(
                np="the target group as {its |the |}default action",
                do="forward to the target group",
                that="forwards to the target group",
            ),
        ).block("forward")
        forward.block("target_groups").link("target_group_identifier", group)


@blueprint("vpc")
def instance_connect(s: Scene) -> None:
    """SSH to private instances without a bastion."""
    s.purpose = s.pick("so that we can SSH without a bastion", "for SSH to private instances", "")
    main, second = vpc(s, said=s.may(0.6))
    net = subnets(s, main, second, "private", 1, said=s.may(0.7))
    node = s.resource(
        "aws_ec2_instance_connect_endpoint", "{EC2 Instance Connect endpoint|instance connect endpoint}", "main"
    )
    node.link("subnet_id", net, say="in <it>")
    if s.may(0.6):
        group = parts.security_group(s, main, [22], "eice", said=s.may())
        node.link("security_group_ids", group, wrap=True)
    if s.may(0.4):
        node.set(
            "preserve_client_ip", s.may(), Say(np="preserve client IP set to <v>", do="set preserve_client_ip to <v>")
        )


@blueprint("vpc")
def traffic_mirroring(s: Scene) -> None:
    """Mirroring of an interface's traffic to another."""
    main, second = vpc(s, said=s.may(0.3))
    net = subnets(s, main, second, "private", 1, said=s.may(0.4))
    source = s.resource("aws_network_interface", "{source ENI|source network interface}", "source")
    collector = s.resource("aws_network_interface", "{collector ENI|collector network interface}", "collector")
    source.link("subnet_id", net)
    collector.link("subnet_id", net)
    target = s.resource("aws_ec2_traffic_mirror_target", "traffic mirror target", "collector")
    target.link("network_interface_id", collector, say="{for|pointing to} <it>")
    chosen = s.resource("aws_ec2_traffic_mirror_filter", "traffic mirror filter", "main")
    if s.may(0.5):
        chosen.set(
            "network_services", ["amazon-dns"], Say(np="Amazon DNS {traffic |}included", do="include Amazon DNS")
        )
    direction = s.pick("ingress", "egress")
    rule = s.resource(
        "aws_ec2_traffic_mirror_filter_rule",
        "",
        direction,
        of=chosen,
        say=Say(
            np=f"a rule that accepts all {direction} {{TCP |TCP }}traffic", do=f"accept all {direction} TCP traffic"
        ),
    )
    rule.link("traffic_mirror_filter_id", chosen)
    rule.set("rule_number", s.pick(1, 100), False, extract=False)
    rule.set("destination_cidr_block", "0.0.0.0/0", False, extract=False).set(
        "source_cidr_block", "0.0.0.0/0", False, extract=False
    )
    rule.implied("rule_action", "accept").implied("traffic_direction", direction).implied("protocol", 6)
    session = s.resource("aws_ec2_traffic_mirror_session", "{mirror session|traffic mirror session}", "main")
    session.link("network_interface_id", source, say="from <it>")
    session.link("traffic_mirror_filter_id", chosen)
    session.link("traffic_mirror_target_id", target, say="to <it>")
    session.set("session_number", 1, None)


@blueprint("vpc")
def reachability_path(s: Scene) -> None:
    """A reachability path between two interfaces."""
    main, second = vpc(s, said=s.may(0.3))
    net = subnets(s, main, second, "private", 1, said=False)
    ends = []
    for role in ("client", "server"):
        node = s.resource("aws_network_interface", f"{role} {{ENI|network interface}}", role)
        node.link("subnet_id", net)
        ends.append(node)
    path = s.resource("aws_ec2_network_insights_path", "{network insights path|Reachability Analyzer path}", "main")
    path.link("source", ends[0], say="from <it>").link("destination", ends[1], say="to <it>")
    path.set("protocol", "tcp", Say(np="protocol TCP", post="over TCP"))
    path.set("destination_port", s.pick(22, 443, 5432), Say(np="{destination |}port <v>", post="on port <v>"))
    if s.may(0.3):
        s.output("path_arn", path.ref("arn"), "the path's ARN")

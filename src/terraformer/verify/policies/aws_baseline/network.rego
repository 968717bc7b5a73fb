# Who reaches what, and how: security groups, network ACLs, VPCs, load balancers, CloudFront, API Gateway.
package terraformer.aws.network

import data.terraformer.aws.plan
import rego.v1

# Ports of administration and of data stores.
sensitive := {
	"FTP": 21, "SSH": 22, "Telnet": 23, "SMB": 445, "SQL Server": 1433, "Oracle": 1521, "Docker": 2375,
	"MySQL": 3306, "RDP": 3389, "PostgreSQL": 5432, "Redshift": 5439, "Kibana": 5601, "WinRM": 5985, "Redis": 6379,
	"OpenSearch": 9200, "memcached": 11211, "MongoDB": 27017,
}

administration := {"SSH": 22, "RDP": 3389}

world := {"0.0.0.0/0", "::/0"}

exposed(rule, ports) := {name |
	some name, port in ports
	within(rule, port)
}

within(rule, port) if {
	object.get(rule, "protocol", object.get(rule, "ip_protocol", "")) in {"tcp", "6"}
	rule.from_port <= port
	port <= rule.to_port
}

within(rule, _) if object.get(rule, "protocol", object.get(rule, "ip_protocol", "")) in {"-1", "all"}

open(cidrs) if {
	some cidr in cidrs
	cidr in world
}

sources(rule) := array.concat(
	plan.list(object.get(rule, "cidr_blocks", [])),
	plan.list(object.get(rule, "ipv6_cidr_blocks", [])),
)

open_ingress contains [group, "ingress", names] if {
	some group in plan.resources.aws_security_group
	some rule in group.change.after.ingress
	open(sources(rule))
	names := exposed(rule, sensitive)
}

open_ingress contains [resource, "cidr_blocks", names] if {
	some resource in plan.resources.aws_security_group_rule
	rule := resource.change.after
	rule.type == "ingress"
	open(sources(rule))
	names := exposed(rule, sensitive)
}

open_ingress contains [resource, attribute, names] if {
	some resource in plan.resources.aws_vpc_security_group_ingress_rule
	some attribute in ["cidr_ipv4", "cidr_ipv6"]
	open([resource.change.after[attribute]])
	names := exposed(resource.change.after, sensitive)
}

deny_security_group_open contains plan.finding(
	"security-group-open", resource, attribute,
	sprintf(
		"%s can be reached from everywhere; name the networks or security groups that need it",
		[concat(", ", sort(names))],
	),
) if {
	some [resource, attribute, names] in open_ingress
	count(names) > 0
}

deny_network_acl_open contains plan.finding(
	"network-acl-open", resource, "ingress",
	sprintf("%s is allowed from everywhere; name the networks that need it", [concat(", ", sort(names))]),
) if {
	some resource in plan.resources.aws_network_acl
	some rule in resource.change.after.ingress
	rule.action == "allow"
	open([rule.cidr_block, rule.ipv6_cidr_block])
	names := exposed(rule, administration)
	count(names) > 0
}

deny_network_acl_open contains plan.finding(
	"network-acl-open", resource, "cidr_block",
	sprintf("%s is allowed from everywhere; name the networks that need it", [concat(", ", sort(names))]),
) if {
	some resource in plan.resources.aws_network_acl_rule
	rule := resource.change.after
	rule.rule_action == "allow"
	not plan.yes(rule.egress)
	open([rule.cidr_block, rule.ipv6_cidr_block])
	names := exposed(rule, administration)
	count(names) > 0
}

warn_vpc_flow_logs contains plan.finding(
	"vpc-flow-logs", vpc, "",
	"its traffic is not recorded; add an aws_flow_log for it",
) if {
	some vpc in plan.resources.aws_vpc
	not recorded(vpc)
}

recorded(vpc) if {
	some log in plan.resources.aws_flow_log
	plan.names(log, "vpc_id", vpc)
}

warn_subnet_public_address contains plan.finding(
	"subnet-public-address", subnet, "map_public_ip_on_launch",
	"everything started in it gets a public address; ask for one where it is needed",
) if {
	some subnet in plan.resources.aws_subnet
	subnet.change.after.map_public_ip_on_launch == true
}

# --- load balancers ---------------------------------------------------------------------------------------------------

listeners contains listener if {
	some type in ["aws_lb_listener", "aws_alb_listener"]
	some listener in plan.resources[type]
}

balancers contains balancer if {
	some type in ["aws_lb", "aws_alb"]
	some balancer in plan.resources[type]
}

deny_listener_plain_http contains plan.finding(
	"listener-plain-http", listener, "protocol",
	"it serves plain HTTP; redirect to HTTPS or serve that",
) if {
	some listener in listeners
	listener.change.after.protocol == "HTTP"
	some action in listener.change.after.default_action
	action.type != "redirect"
}

deny_listener_tls_policy contains plan.finding(
	"listener-tls-policy", listener, "ssl_policy",
	"it accepts TLS older than 1.2; set ssl_policy to ELBSecurityPolicy-TLS13-1-2-2021-06",
) if {
	some listener in listeners
	listener.change.after.protocol in {"HTTPS", "TLS"}
	not plan.unknown(listener, ["ssl_policy"])
	not modern(plan.value(listener, ["ssl_policy"]))
}

modern(policy) if {
	regex.match(`TLS13-1-[23]|TLS-1-2|FS-1-2`, policy)
}

warn_balancer_access_logs contains plan.finding(
	"balancer-access-logs", balancer, "access_logs",
	"requests are not logged; add an access_logs block with enabled = true",
) if {
	some balancer in balancers
	balancer.change.after.load_balancer_type != "gateway"
	not plan.on(balancer, ["access_logs", 0, "enabled"])
}

warn_balancer_deletion_protection contains plan.finding(
	"balancer-deletion-protection", balancer, "enable_deletion_protection",
	"it can be deleted by mistake; set enable_deletion_protection to true",
) if {
	some balancer in balancers
	not plan.on(balancer, ["enable_deletion_protection"])
}

# --- CloudFront and API Gateway -----------------------------------------------------------------------------------------

behaviors(distribution) := array.concat(
	plan.list(object.get(distribution.change.after, "default_cache_behavior", [])),
	plan.list(object.get(distribution.change.after, "ordered_cache_behavior", [])),
)

deny_cloudfront_https contains plan.finding(
	"cloudfront-https", distribution, "default_cache_behavior[0].viewer_protocol_policy",
	"viewers may use plain HTTP; set viewer_protocol_policy to redirect-to-https or https-only",
) if {
	some distribution in plan.resources.aws_cloudfront_distribution
	some behavior in behaviors(distribution)
	behavior.viewer_protocol_policy == "allow-all"
}

deny_cloudfront_tls contains plan.finding(
	"cloudfront-tls", distribution, "viewer_certificate[0].minimum_protocol_version",
	"viewers may use TLS older than 1.2; set minimum_protocol_version to TLSv1.2_2021",
) if {
	some distribution in plan.resources.aws_cloudfront_distribution
	some certificate in distribution.change.after.viewer_certificate
	not plan.yes(object.get(certificate, "cloudfront_default_certificate", false))
	version := certificate.minimum_protocol_version
	not regex.match(`^TLSv1\.[23]`, version)
}

warn_cloudfront_logging contains plan.finding(
	"cloudfront-logging", distribution, "logging_config",
	"requests are not logged; add a logging_config",
) if {
	some distribution in plan.resources.aws_cloudfront_distribution
	not plan.given(distribution, ["logging_config"])
	not delivered(distribution)
}

# Logs of the second version are delivered by CloudWatch.
delivered(distribution) if {
	some source in plan.resources.aws_cloudwatch_log_delivery_source
	plan.names(source, "resource_arn", distribution)
}

warn_api_gateway_logging contains plan.finding(
	"api-gateway-logging", stage, "access_log_settings",
	"requests are not logged; add an access_log_settings block",
) if {
	some type in ["aws_api_gateway_stage", "aws_apigatewayv2_stage"]
	some stage in plan.resources[type]
	not plan.given(stage, ["access_log_settings"])
}

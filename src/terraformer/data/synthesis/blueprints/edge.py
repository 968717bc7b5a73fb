"""CloudFront: distributions, functions, policies, keys. Global Accelerator, Shield."""

from __future__ import annotations

from terraformer.data.intents import Attribute, Operator
from terraformer.data.synthesis import parts
from terraformer.data.synthesis.blueprints.network import subnets, vpc
from terraformer.data.synthesis.blueprints.storage import bucket, private
from terraformer.data.synthesis.expressions import Document, Ref, Statement, Template, Value
from terraformer.data.synthesis.names import project, resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Body, Node, Say, Scene

DISTRIBUTION = "{CloudFront distribution|CloudFront distribution|CDN with CloudFront}"
OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
PUBLIC_KEY = """-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAvBcM3cQrkKVbMkZ2yWTr
1wFqXbQb0wV0h3l0nqkE4L9Zs9x1m0sB6m7n2r5k8l0pQv4yH3tJd7uNf6aEo2iR
Yx8cW5zTqGk1jMhPbVnLs0uDeFg9aX7rCw3yQoZtKvHs4mJ2lN6pEi8dUfB5xRgT
Oq1hWcYkAz9sLm7nVbPj3eXr6tGd2uKiQ8fMw0vHy5aJoT4lCzNs1pEgRk7xBqUd
IhWm3oYvFt6cXj9zKaSn2rLb8eQpDu5gTiVw4hOy1kMfNs7lPqZx0rEcJbHd3aGt
8uYvKm2nIo6wSfTj5eXpCz9gQrLbVh1kDuAyMi4oNs7tPwZx3cEqJfRg0lHbYvKd
mQIDAQAB
-----END PUBLIC KEY-----
"""


def distribution(
    s: Scene,
    origin: Node,
    where: Value,
    name: str,
    *,
    control: Node | None = None,
    role: str = "main",
    web: bool = False,
) -> Node:
    """A distribution before one origin: a bucket with origin access control, or a web server (``web``)."""
    node = s.resource("aws_cloudfront_distribution", DISTRIBUTION, role)
    node.set("enabled", True, False, extract=False)
    if s.may(0.35):
        node.set("comment", s.pick("Static site", "CDN", "Assets", "Public website"))
    if s.may(0.4):
        node.set("is_ipv6_enabled", True, Say(np="IPv6 {enabled|on}", do="enable IPv6"))
    if s.may(0.4):
        node.set(
            "price_class",
            s.pick("PriceClass_100", "PriceClass_200", "PriceClass_All"),
            Say(np="{price class <v>|the price class <v>}", do="use {price class |}<v>"),
        )
    if not web and s.may(0.8):
        node.set(
            "default_root_object",
            "index.html",
            Say(np="index.html as {the |}default root object", do="serve index.html as the default root object"),
        )
    if s.may(0.15):
        node.set("http_version", s.pick("http2and3", "http3"), Say(np="HTTP version <v>"))
    source = node.block("origin")
    source.set(
        "domain_name",
        where,
        Say(
            np=f"the {name} as {{its |}}origin",
            post=f"in front of the {name}",
            demand=parts.refers(origin, "domain_name"),
        )
        if origin.said
        else False,
        extract=False,
    )
    source.set(
        "origin_id", s.pick("main", "s3", "origin") if not web else s.pick("alb", "app", "origin"), False, extract=False
    )
    identifier = next(i.value for i in source.settings() if i.name == "origin_id")
    if control is not None:
        source.link(
            "origin_access_control_id",
            control,
            say=Say(np="the origin access control", do="use the origin access control") if control.said else False,
        )
    if web:
        custom = source.block("custom_origin_config")
        custom.set("http_port", 80, False, extract=False).set("https_port", 443, False, extract=False)
        way = s.pick("https-only", "http-only", "match-viewer")
        custom.set(
            "origin_protocol_policy",
            way,
            Say(
                np="origin protocol policy <v>",
                do="talk to the origin {over HTTPS only|with HTTPS}" if way == "https-only" else "",
            )
            if s.may(0.5)
            else False,
        )
        custom.set("origin_ssl_protocols", ["TLSv1.2"], False)
    cache = node.block("default_cache_behavior")
    methods = ["GET", "HEAD"] if not web or s.may() else ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
    cache.set(
        "allowed_methods",
        methods,
        Say(np="all HTTP methods allowed", do="allow all HTTP methods") if len(methods) > 2 and s.may() else False,
    )
    cache.set("cached_methods", ["GET", "HEAD"], False)
    cache.set("target_origin_id", identifier, False, extract=False)
    viewer = s.pick("redirect-to-https", "redirect-to-https", "https-only", "allow-all")
    words = {
        "redirect-to-https": Say(
            np="a redirect from HTTP to HTTPS",
            do="redirect {HTTP|viewers} to HTTPS",
            that="redirects {HTTP|viewers} to HTTPS",
        ),
        "https-only": Say(np="HTTPS only{ for viewers|}", do="allow HTTPS only", that="allows HTTPS only"),
        "allow-all": Say(
            np="HTTP and HTTPS {for viewers|allowed}", do="allow HTTP and HTTPS", that="allows HTTP and HTTPS"
        ),
    }[viewer]
    cache.set("viewer_protocol_policy", viewer, words if s.may(0.7) else False)
    if s.may(0.5):
        cache.set("compress", True, Say(np="compression", do="compress {objects|responses}") if s.may() else False)
    where_limited = s.pick([], [], [], ["US", "CA"], ["DE", "AT", "CH"])
    limit = node.block("restrictions").block("geo_restriction")
    if where_limited:
        listed = ", ".join(where_limited[:-1]) + f" and {where_limited[-1]}"
        limit.set("restriction_type", "whitelist", False, extract=False)
        limit.set(
            "locations",
            where_limited,
            Say(np=f"access from {listed} only", do=f"restrict it to {listed}", that=f"is restricted to {listed}"),
        )
    else:
        limit.set("restriction_type", "none", False, extract=False)
    return node


def cached(node: Node, policy: Value = OPTIMIZED, say: Say | bool = False) -> None:
    """Give the default behaviour a cache policy, and the distribution the certificate of CloudFront."""
    cache = behavior(node)
    if isinstance(policy, Ref):
        cache.link("cache_policy_id", policy.node, "id", say)
    else:
        cache.set("cache_policy_id", policy, False)
    node.block("viewer_certificate").set("cloudfront_default_certificate", True, False, extract=False)


def behavior(node: Node) -> Body:
    """The default behaviour of a distribution."""
    return next(b for b in node.blocks() if b.path == ("default_cache_behavior",))


def origin_bucket(s: Scene) -> tuple[Node, Node]:
    """A private bucket, and an origin access control."""
    site = bucket(s, role=s.pick("website", "assets", "site", "media"))
    if s.may(0.5):
        private(s, site, s.may(0.7))
    control = s.resource(
        "aws_cloudfront_origin_access_control",
        "{origin access control|OAC|CloudFront origin access control}",
        site.role,
        said=s.may(0.6),
    )
    control.named("name", resource_name(s, f"{site.role}-oac"))
    control.set("origin_access_control_origin_type", "s3", False)
    control.set("signing_behavior", "always", False).set("signing_protocol", "sigv4", False)
    return site, control


def readable(s: Scene, site: Node, cdn: Node) -> None:
    """The bucket may be read by the distribution only."""
    policy = s.resource(
        "aws_s3_bucket_policy",
        "",
        site.role,
        of=site,
        said=s.may(0.6),
        say=Say(
            np="a {bucket |}policy that lets {only |}the distribution read {from it|its objects}",
            do="let {only |}the distribution read {from the bucket|its objects}",
        ),
    )
    policy.link("bucket", site)
    policy.set(
        "policy",
        Document(
            Statement(
                ("s3:GetObject",),
                (Template(site.ref("arn"), "/*"),),
                principals={"Service": ("cloudfront.amazonaws.com",)},
                conditions=(("StringEquals", "AWS:SourceArn", (cdn.ref("arn"),)),),
            )
        ),
        Say(implied=True, demand=parts.refers(site, "bucket")),
    )


@blueprint("cloudfront", "s3", weight=3)
def bucket_site(s: Scene) -> None:
    s.purpose = s.pick("for our static website", "for a single page app", "for the documentation", "", "")
    site, control = origin_bucket(s)
    node = distribution(s, site, site.ref("bucket_regional_domain_name"), "bucket", control=control)
    cached(node)
    readable(s, site, node)
    if s.may(0.4):
        page = s.pick("/index.html", "/404.html")
        code = 200 if page == "/index.html" else 404
        block = node.block(
            "custom_error_response",
            Say(np=f"404s answered with {page}", do=f"answer 404s with {page}", that=f"answers 404s with {page}"),
        )
        block.implied("error_code", 404).set("response_code", code, False, extract=False).implied(
            "response_page_path", page
        )
    if s.may(0.4):
        s.output("distribution_domain", node.ref("domain_name"), "the distribution's domain name")


@blueprint("cloudfront", "elb", weight=2)
def before_balancer(s: Scene) -> None:
    """A load balancer or any host as the origin."""
    if s.may(0.5):
        main, second = vpc(s, said=False)
        nets = subnets(s, main, second, "public", 2, said=False)
        lb = s.resource("aws_lb", "{application load balancer|ALB}", "main")
        lb.named("name", resource_name(s, "web")[:32].strip("-")).set(
            "load_balancer_type", "application", Say(implied=True)
        )
        lb.link("subnets", nets, wrap=True)
        node = distribution(s, lb, lb.ref("dns_name"), "load balancer", web=True)
    else:
        host = f"{s.pick('origin', 'app', 'www')}.{s.pick('example.com', 'acme.io', 'example.org')}"
        node = _custom(s, host)
    cached(node, DISABLED if s.may() else OPTIMIZED)


def _custom(s: Scene, host: str) -> Node:
    node = s.resource("aws_cloudfront_distribution", DISTRIBUTION, "main")
    node.set("enabled", True, False, extract=False)
    source = node.block("origin")
    source.set("domain_name", host, Say(np=f"{host} as {{its |}}origin", do=f"use {host} as the origin"), extract=False)
    source.set("origin_id", "app", False, extract=False)
    custom = source.block("custom_origin_config")
    custom.set("http_port", 80, False, extract=False).set("https_port", 443, False, extract=False)
    custom.set(
        "origin_protocol_policy",
        "https-only",
        Say(np="HTTPS {only |}to the origin", do="talk to the origin over HTTPS only"),
    )
    custom.set("origin_ssl_protocols", ["TLSv1.2"], False)
    if s.may(0.4):
        source.block(
            "custom_header",
            Say(np="a custom header X-Origin-Verify", do="send the header X-Origin-Verify to the origin"),
        ).implied("name", "X-Origin-Verify").set("value", "cloudfront", False, extract=False)
    cache = node.block("default_cache_behavior")
    cache.set("allowed_methods", ["GET", "HEAD", "OPTIONS"], False).set("cached_methods", ["GET", "HEAD"], False)
    cache.set("target_origin_id", "app", False, extract=False)
    cache.set(
        "viewer_protocol_policy",
        "redirect-to-https",
        Say(do="redirect viewers to HTTPS", that="redirects viewers to HTTPS", np="a redirect to HTTPS"),
    )
    node.block("restrictions").block("geo_restriction").set("restriction_type", "none", False, extract=False)
    return node


@blueprint("cloudfront", "acm", "route53", weight=2)
def own_domain(s: Scene) -> None:
    """A site under a domain of one's own: certificate, distribution, records."""
    name = f"{project(s)}.{s.pick('com', 'io', 'org', 'net')}"
    host = s.pick(f"www.{name}", name, f"cdn.{name}")
    s.in_region("us-east-1", s.may(0.3))
    site, control = origin_bucket(s)
    cert = s.resource("aws_acm_certificate", "{ACM certificate|certificate}", "main")
    cert.set("domain_name", host, Say(post=f"for {host}", np=f"the domain {host}"))
    cert.set("validation_method", "DNS", Say(np="DNS validation", that="is validated through DNS"))
    node = distribution(s, site, site.ref("bucket_regional_domain_name"), "bucket", control=control)
    node.set(
        "aliases",
        [host],
        Say(np=f"{{the alias|the domain}} {host}", do=f"serve it under {host}", that=f"serves {host}"),
        extract=False,
    )
    behavior(node).set("cache_policy_id", OPTIMIZED, False)
    tls = node.block("viewer_certificate")
    tls.link(
        "acm_certificate_arn",
        cert,
        "arn",
        Say(np="the certificate", do="use the certificate", that="uses the certificate"),
    )
    tls.set("ssl_support_method", "sni-only", False)
    tls.set(
        "minimum_protocol_version",
        "TLSv1.2_2021",
        Say(np="TLS 1.2 at least", do="require TLS 1.2") if s.may(0.4) else False,
    )
    readable(s, site, node)
    if s.may(0.7):
        where = s.resource("aws_route53_zone", "{hosted zone|Route 53 zone}", "main")
        where.set("name", name, Say(post=f"for {name}", np=f"the domain {name}"))
        record = s.resource("aws_route53_record", "{alias record|A record}", "cdn")
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
        alias.link("name", node, "domain_name", Say(implied=True)).link("zone_id", node, "hosted_zone_id")
        alias.set("evaluate_target_health", False, False, extract=False)


@blueprint("cloudfront", weight=2)
def functions(s: Scene) -> None:
    """A function at the edge, alone or at a distribution."""
    what, code = s.pick(
        (
            "rewrites URIs to index.html",
            "function handler(event) {\n  var request = event.request;\n  if (request.uri.endsWith('/')) {\n    request.uri += 'index.html';\n  }\n  return request;\n}\n",
        ),
        (
            "redirects to www",
            "function handler(event) {\n  return {\n    statusCode: 301,\n    statusDescription: 'Moved Permanently',\n    headers: { location: { value: 'https://www.example.com' + event.request.uri } }\n  };\n}\n",
        ),
    )
    node = s.resource(
        "aws_cloudfront_function",
        "{CloudFront function|CloudFront Function}",
        "rewrite" if "rewrites" in what else "redirect",
    )
    node.named("name", resource_name(s, node.role))
    node.set(
        "runtime", s.pick("cloudfront-js-2.0", "cloudfront-js-2.0", "cloudfront-js-1.0"), True if s.may(0.7) else None
    )
    mark = "index.html" if "rewrites" in what else "301"
    node.set(
        "code",
        code,
        Say(that=what, do=f"write it so that it {what}", demand=Attribute(("code",), Operator.INCLUDES, mark)),
        extract=False,
    )
    if s.may(0.3):
        node.set("publish", True, Say(np="publishing on", do="publish it"))
    if s.may(0.5):
        site, control = origin_bucket(s)
        cdn = distribution(s, site, site.ref("bucket_regional_domain_name"), "bucket", control=control)
        tie = behavior(cdn).block(
            "function_association",
            Say(
                np="the function on viewer requests",
                do="run the function on viewer requests",
                that="runs the function on viewer requests",
            ),
        )
        tie.implied("event_type", "viewer-request").link("function_arn", node, "arn", Say(implied=True))
        cached(cdn)
        readable(s, site, cdn)


@blueprint("cloudfront", weight=2)
def policies(s: Scene) -> None:
    """Cache, origin request and response headers policies, alone or used."""
    wanted = s.some(["cache", "request", "headers"], 1, 3)
    found: dict[str, Node] = {}
    if "cache" in wanted:
        node = found["cache"] = s.resource(
            "aws_cloudfront_cache_policy", "{CloudFront cache policy|cache policy}", "main"
        )
        node.named("name", resource_name(s, "cache-policy"))
        node.set(
            "default_ttl",
            s.pick(300, 3600, 86400),
            Say(np="{a |}default TTL of <v> {seconds|}", do="set the default TTL to <v>"),
        )
        node.set(
            "max_ttl",
            s.pick(86400, 604800, 31536000),
            Say(np="{a |}maximum TTL of <v> {seconds|}", do="set the maximum TTL to <v>") if s.may(0.6) else False,
        )
        node.set("min_ttl", s.pick(0, 1, 60), Say(np="{a |}minimum TTL of <v> {seconds|}") if s.may(0.5) else False)
        keys = node.block("parameters_in_cache_key_and_forwarded_to_origin")
        keys.block("cookies_config").set(
            "cookie_behavior",
            "none",
            Say(np="no cookies in the cache key", do="keep cookies out of the cache key") if s.may(0.5) else False,
        )
        headers = keys.block("headers_config")
        if s.may(0.5):
            headers.set("header_behavior", "whitelist", False, extract=False)
            headers.block("headers").set(
                "items",
                ["Accept-Language"],
                Say(
                    np="the Accept-Language header in the cache key",
                    do="put the Accept-Language header into the cache key",
                ),
            )
        else:
            headers.set("header_behavior", "none", False, extract=False)
        keys.block("query_strings_config").set(
            "query_string_behavior", s.pick("all", "none"), Say(np="query string behavior <v>")
        )
        keys.set("enable_accept_encoding_gzip", True, Say(np="gzip", do="accept gzip") if s.may(0.3) else False)
    if "request" in wanted:
        node = found["request"] = s.resource(
            "aws_cloudfront_origin_request_policy", "{CloudFront origin request policy|origin request policy}", "main"
        )
        node.named("name", resource_name(s, "origin-request-policy"))
        node.block("cookies_config").set("cookie_behavior", s.pick("all", "none"), Say(np="cookie behavior <v>"))
        node.block("headers_config").set(
            "header_behavior", "allViewer", Say(np="all viewer headers {forwarded|}", do="forward all viewer headers")
        )
        node.block("query_strings_config").set(
            "query_string_behavior", "all", Say(np="all query strings {forwarded|}", do="forward all query strings")
        )
    if "headers" in wanted:
        node = found["headers"] = s.resource(
            "aws_cloudfront_response_headers_policy",
            "{CloudFront response headers policy|response headers policy}",
            "security",
        )
        node.named("name", resource_name(s, "security-headers"))
        if s.may(0.8):
            security = node.block("security_headers_config")
            age = s.pick(31536000, 63072000)
            hsts = security.block(
                "strict_transport_security",
                Say(
                    np=f"HSTS {{of|with a max age of}} {age} seconds",
                    do=f"send HSTS with a max age of {age}",
                    that=f"sends HSTS with a max age of {age} seconds",
                ),
            )
            hsts.implied("access_control_max_age_sec", age).set("include_subdomains", True, False).set(
                "override", True, False, extract=False
            )
            if s.may(0.6):
                option = s.pick("DENY", "SAMEORIGIN")
                security.block(
                    "frame_options", Say(np=f"X-Frame-Options {option}", do=f"set X-Frame-Options to {option}")
                ).implied("frame_option", option).set("override", True, False, extract=False)
            if s.may(0.5):
                security.block("content_type_options", Say(np="nosniff", do="send X-Content-Type-Options")).set(
                    "override", True, False, extract=False
                )
        else:
            cors = node.block(
                "cors_config", Say(np="CORS for https://app.example.com", do="allow CORS from https://app.example.com")
            )
            cors.set("access_control_allow_credentials", False, False).set(
                "origin_override", True, False, extract=False
            )
            cors.block("access_control_allow_headers").set("items", ["*"], False)
            cors.block("access_control_allow_methods").set("items", ["GET", "HEAD"], False)
            cors.block("access_control_allow_origins").implied("items", ["https://app.example.com"])
    if s.may(0.4):
        site, control = origin_bucket(s)
        cdn = distribution(s, site, site.ref("bucket_regional_domain_name"), "bucket", control=control)
        body = behavior(cdn)
        for kind, argument, words in (
            ("request", "origin_request_policy_id", "origin request policy"),
            ("headers", "response_headers_policy_id", "response headers policy"),
        ):
            if kind in found:
                body.link(
                    argument, found[kind], say=Say(np=f"the {words}", do=f"use the {words}", that=f"uses the {words}")
                )
        say = Say(np="the cache policy", do="use the cache policy", that="uses the cache policy")
        cached(cdn, found["cache"].ref() if "cache" in found else OPTIMIZED, say if "cache" in found else False)
        readable(s, site, cdn)


@blueprint("cloudfront")
def signed_urls(s: Scene) -> None:
    """Keys for signed URLs, and a key value store."""
    key = s.resource("aws_cloudfront_public_key", "{CloudFront public key|public key for CloudFront}", "signing")
    key.named("name", resource_name(s, "signing-key"))
    key.set("encoded_key", PUBLIC_KEY, False, extract=False)
    group = s.resource("aws_cloudfront_key_group", "{CloudFront key group|key group}", "signing")
    group.named("name", resource_name(s, "signers"))
    group.link("items", key, say="with <it>", wrap=True)
    if s.may(0.5):
        site, control = origin_bucket(s)
        cdn = distribution(s, site, site.ref("bucket_regional_domain_name"), "bucket", control=control)
        behavior(cdn).link(
            "trusted_key_groups",
            group,
            say=Say(
                np="the key group as {a |}trusted key group",
                do="require URLs signed by the key group",
                that="requires URLs signed by the key group",
            ),
            wrap=True,
        )
        cached(cdn)
        readable(s, site, cdn)


@blueprint("cloudfront")
def key_value_store(s: Scene) -> None:
    store = s.resource(
        "aws_cloudfront_key_value_store",
        "{CloudFront key value store|CloudFront KeyValueStore}",
        s.pick("redirects", "flags"),
    )
    store.named("name", resource_name(s, store.role))
    if s.may():
        store.set("comment", s.pick("Redirects", "Feature flags"))
    if s.may(0.6):
        node = s.resource("aws_cloudfront_function", "CloudFront function", "lookup")
        node.named("name", resource_name(s, "lookup"))
        node.set("runtime", "cloudfront-js-2.0", True)
        node.set(
            "code",
            "import cf from 'cloudfront';\n\nasync function handler(event) {\n  const request = event.request;\n  const store = cf.kvs();\n  const to = await store.get(request.uri);\n  request.uri = to || request.uri;\n  return request;\n}\n",
            False,
            extract=False,
        )
        node.link(
            "key_value_store_associations",
            store,
            "arn",
            Say(np="the store {associated|attached}", do="associate the store with it", that="reads from the store"),
            wrap=True,
        )


@blueprint("cloudfront", "kinesis")
def realtime_logs(s: Scene) -> None:
    stream = s.resource("aws_kinesis_stream", "{Kinesis stream|Kinesis data stream}", "cdn_logs")
    stream.named("name", resource_name(s, "cdn-logs"))
    stream.set("shard_count", s.number(1, 3), True)
    role = s.resource("aws_iam_role", "IAM role", "cdn_logs", said=False)
    role.named("name", resource_name(s, "cdn-logs"))
    role.set(
        "assume_role_policy",
        Document(Statement(("sts:AssumeRole",), principals={"Service": ("cloudfront.amazonaws.com",)})),
        False,
    )
    allowed = parts.role_policy(
        s,
        role,
        ("kinesis:DescribeStreamSummary", "kinesis:DescribeStream", "kinesis:PutRecord", "kinesis:PutRecords"),
        (stream.ref("arn"),),
    )
    node = s.resource(
        "aws_cloudfront_realtime_log_config",
        "{CloudFront real-time log configuration|real-time log config for CloudFront}",
        "main",
    )
    node.named("name", resource_name(s, "realtime-logs"))
    rate = s.pick(1, 10, 50, 100)
    node.set(
        "sampling_rate", rate, Say(np=f"{{a |}}sampling rate of {rate}", do=f"sample {rate}% of {{the |}}requests")
    )
    node.set("fields", ["timestamp", "c-ip", "sc-status", "cs-uri-stem"], False)
    to = node.block("endpoint")
    to.set("stream_type", "Kinesis", False, extract=False)
    inner = to.block("kinesis_stream_config")
    inner.link("role_arn", role, "arn").link(
        "stream_arn",
        stream,
        "arn",
        Say(np="the stream as {its |}destination", do="write to the stream", that="writes to the stream"),
    )
    node.depends_on = (allowed,)

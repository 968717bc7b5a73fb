"""API Gateway, EventBridge."""

from __future__ import annotations

from terraformer.data.intents import Attribute, Operator, PolicyStatement
from terraformer.data.synthesis import parts
from terraformer.data.synthesis.blueprints.serverless import TIMES, allow, function, queue_policy
from terraformer.data.synthesis.expressions import Document, Json, Raw, Statement, Template
from terraformer.data.synthesis.names import resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Body, Node, Say, Scene

HTTP_API = "{API Gateway HTTP API|HTTP API|HTTP API in API Gateway}"
REST_API = "{API Gateway REST API|REST API|REST API in API Gateway}"


def http_api(s: Scene, role: str) -> Node:
    api = s.resource("aws_apigatewayv2_api", HTTP_API, role)
    api.named("name", resource_name(s, f"{role}-api"))
    api.implied("protocol_type", "HTTP")
    if s.may(0.3):
        origin = s.pick("*", "https://app.example.com", "https://www.example.org")
        words = "all origins" if origin == "*" else origin
        cors = api.block("cors_configuration", Say(np=f"CORS for {words}", do=f"allow {words} {{by|via}} CORS"))
        cors.implied("allow_origins", [origin])
        cors.set("allow_methods", ["GET", "POST"], False)
    return api


def http_stage(s: Scene, api: Node) -> Node:
    """The stage of an HTTP API."""
    name = s.pick("$default", "$default", "prod", "v1")
    stage = s.resource(
        "aws_apigatewayv2_stage",
        "stage",
        name.strip("$"),
        of=api,
        said=name != "$default" or s.may(0.4),
        say=Say(
            np="the {$default|default} stage" if name == "$default" else f'a stage {{named|called}} "{name}"',
            do=f"deploy it to {{a|the}} stage {name}",
        ),
    )
    stage.link("api_id", api)
    stage.implied("name", name)
    stage.set(
        "auto_deploy",
        True,
        Say(np="automatic deployment", do="deploy {changes|it} automatically", that="deploys automatically"),
    )
    if s.may(0.25):
        rate, burst = s.pick((50, 100), (100, 200), (10, 20))
        limits = stage.block(
            "default_route_settings",
            Say(
                np=f"throttling at {rate} requests {{per|a}} second (burst {burst})",
                do=f"throttle {{requests|it}} to {rate} {{per|a}} second with a burst of {burst}",
            ),
        )
        limits.implied("throttling_rate_limit", rate).implied("throttling_burst_limit", burst)
    return stage


def http_route(s: Scene, api: Node, main: Node, keys: list[str], *, authorizer: Node | None = None) -> None:
    """One integration with the function, and a route for each key."""
    integration = s.resource(
        "aws_apigatewayv2_integration",
        "integration",
        main.role,
        of=api,
        say=Say(
            np="{a Lambda|an AWS proxy} integration {with|for} the function",
            do="{integrate|connect} it with the function",
            that="{calls|invokes|is backed by} the function",
        ),
    )
    integration.link("api_id", api)
    integration.implied("integration_type", "AWS_PROXY")
    integration.link("integration_uri", main, "invoke_arn", Say(implied=True))
    integration.set("payload_format_version", "2.0", False, extract=False)
    for key in keys:
        route = s.resource(
            "aws_apigatewayv2_route",
            "route",
            key.split(" ")[0].strip("$").lower(),
            of=api,
            say=_route(key),
        )
        route.link("api_id", api)
        route.implied("route_key", key)
        route.set("target", Template("integrations/", integration.ref("id")), False)
        if authorizer is not None:
            route.set("authorization_type", "JWT", False)
            route.link("authorizer_id", authorizer)
    allow(s, main, "apigateway.amazonaws.com", Template(api.ref("execution_arn"), "/*/*"))


def _route(key: str) -> Say:
    shown = key.replace("{", "\x01").replace("}", "\x03")
    return Say(
        np="a {catch-all|$default} route" if key == "$default" else f"a {shown} route",
        do=f"add {{a|the}} route {shown}",
    )


@blueprint("apigateway", "lambda", weight=2)
def http_lambda(s: Scene) -> None:
    """A function behind an HTTP API, with a JWT authorizer at times."""
    role = s.pick("orders", "users", "webhook", "contact", "payments")
    main, _ = function(s, role, share=0.4)
    api = http_api(s, role)
    authorizer = None
    if s.may(0.3):
        pool = s.resource("aws_cognito_user_pool", "{Cognito user pool|user pool}", role).named(
            "name", resource_name(s, f"{role}-users")
        )
        client = s.resource("aws_cognito_user_pool_client", "{app client|user pool client}", role)
        client.named("name", resource_name(s, "web"))
        client.link("user_pool_id", pool, say=Say(post="{of|for} <it>"))
        authorizer = s.resource(
            "aws_apigatewayv2_authorizer",
            "authorizer",
            "jwt",
            of=api,
            say=Say(
                np="a JWT authorizer {for|on} the user pool",
                do="{protect|secure} the {API|routes} with a JWT authorizer {for|on} the user pool",
            ),
        )
        authorizer.link("api_id", api)
        authorizer.implied("authorizer_type", "JWT")
        authorizer.set("identity_sources", ["$request.header.Authorization"], False)
        authorizer.set("name", s.pick("cognito", "jwt", "users"), False)
        jwt = authorizer.block("jwt_configuration")
        jwt.link("audience", client, wrap=True)
        jwt.set("issuer", Template("https://", pool.ref("endpoint")), False)
    keys = s.pick(["$default"], [f"GET /{role}"], [f"POST /{role}"], [f"GET /{role}", f"POST /{role}"])
    http_route(s, api, main, keys, authorizer=authorizer)
    http_stage(s, api)
    if s.may(0.4):
        s.output("api_endpoint", api.ref("api_endpoint"), "the {API's endpoint|URL of the API}")


@blueprint("apigateway", "dynamodb", "lambda", weight=2)
def crud_api(s: Scene) -> None:
    """The classic: table, function, HTTP API."""
    s.purpose = s.pick("for a small to-do app", "for our product catalogue", "for a prototype", "")
    thing = s.pick("items", "notes", "products", "tasks", "bookings")
    table = s.resource("aws_dynamodb_table", "{DynamoDB table|table}", thing).named("name", resource_name(s, thing))
    table.set("billing_mode", "PAY_PER_REQUEST", Say(np="on-demand {billing|capacity}"))
    table.set("hash_key", "id", Say(np="{partition|hash} key <v>"))
    table.block("attribute").set("name", "id", False, extract=False).set("type", "S", False, extract=False)
    main, execution = function(s, f"{thing}_api", share=0.4, environment={"TABLE_NAME": table.ref("name")})
    actions = ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:DeleteItem")
    access = parts.role_policy(s, execution, actions, (table.ref("arn"),))
    if execution.said or s.may(0.4):
        access.feature_of, access.said = main, True
        access.say = Say(
            np="{read and write access|access} to the table",
            do="let the function read and write the table",
            that="can read and write the table",
        )
        access.items = [i for i in access.items if getattr(i, "name", "") != "policy"]
        access.set(
            "policy",
            Document(Statement(actions, (table.ref("arn"),))),
            Say(implied=True, demand=PolicyStatement(("policy",), "Allow", actions[:2], unknown=True)),
        )
    api = http_api(s, thing)
    methods = s.pick(["GET", "POST"], ["GET", "POST", "DELETE"], ["GET", "PUT"])
    keys = [f"{m} /{thing}" if m in ("GET", "POST") else f"{m} /{thing}/{{id}}" for m in methods]
    http_route(s, api, main, keys)
    http_stage(s, api)


@blueprint("apigateway", "lambda", weight=2)
def rest_api(s: Scene) -> None:
    """A REST API with one resource: function or mock behind it; key, usage plan, authorizer."""
    path = s.pick("orders", "status", "users", "health", "items")
    backed = s.may(0.7)
    main = function(s, path, share=0.3)[0] if backed else None
    api = s.resource("aws_api_gateway_rest_api", REST_API, path).named("name", resource_name(s, f"{path}-api"))
    if s.may(0.5):
        kind = s.pick("REGIONAL", "REGIONAL", "EDGE")
        api.block("endpoint_configuration").set(
            "types",
            [kind],
            Say(
                np=f"{'an' if kind == 'EDGE' else 'a'} {kind.lower()} endpoint",
                that=f"has {'an' if kind == 'EDGE' else 'a'} {kind.lower()} endpoint",
            ),
        )
    resource = s.resource(
        "aws_api_gateway_resource",
        "resource",
        path,
        of=api,
        say=Say(np=f"{{a resource|the path}} /{path}", do=f"add {{a resource|the path}} /{path}"),
    )
    resource.link("rest_api_id", api).link("parent_id", api, "root_resource_id", False)
    resource.implied("path_part", path)
    keyed, users = s.may(0.35), s.may(0.25)
    authorizer = _cognito_authorizer(s, api) if users else None
    verb = s.pick("GET", "GET", "POST")
    method = s.resource(
        "aws_api_gateway_method",
        "method",
        verb.lower(),
        of=api,
        say=Say(np=f"a {verb} method {{on it|there}}", do=f"allow {verb} {{on it|there}}"),
    )
    method.link("rest_api_id", api).link("resource_id", resource, "id", Say(implied=True))
    method.implied("http_method", verb)
    if authorizer is not None:
        method.set(
            "authorization",
            "COGNITO_USER_POOLS",
            Say(np="Cognito authorization", do="authorize {calls|requests} by Cognito"),
        )
        method.link("authorizer_id", authorizer)
    else:
        method.set("authorization", "NONE", Say(np="no authorization") if not keyed and s.may(0.5) else False)
    if keyed:
        method.set(
            "api_key_required", True, Say(np="an API key required", do="require an API key", that="requires an API key")
        )
    integration = s.resource(
        "aws_api_gateway_integration",
        "integration",
        path,
        of=api,
        say=Say(
            np="{a Lambda proxy|an AWS_PROXY} integration with the function",
            do="{forward|proxy} requests to the function",
        )
        if backed
        else Say(np="a mock integration", do="answer with a mock integration"),
    )
    integration.link("rest_api_id", api).link("resource_id", resource).set(
        "http_method", method.ref("http_method"), False
    )
    integration.implied("type", "AWS_PROXY" if backed else "MOCK")
    if main is not None:
        integration.set("integration_http_method", "POST", False, extract=False)
        integration.link("uri", main, "invoke_arn", Say(implied=True))
        allow(s, main, "apigateway.amazonaws.com", Template(api.ref("execution_arn"), "/*/*"))
    else:
        integration.set("request_templates", {"application/json": '{"statusCode": 200}'}, False)
        response = s.resource("aws_api_gateway_method_response", "", "ok", said=False)
        answer = s.resource("aws_api_gateway_integration_response", "", "ok", said=False)
        for node in (response, answer):
            node.link("rest_api_id", api).link("resource_id", resource).set(
                "http_method", method.ref("http_method"), False
            )
        response.set("status_code", "200", False, extract=False)
        answer.set("status_code", response.ref("status_code"), False)
        answer.depends_on = (integration,)
    deployment = s.resource("aws_api_gateway_deployment", "deployment", "main", said=False)
    deployment.link("rest_api_id", api)
    deployment.depends_on = (integration,)
    deployment.lifecycle = (("create_before_destroy", True),)
    name = s.pick("prod", "dev", "v1", "live")
    stage = s.resource(
        "aws_api_gateway_stage",
        "stage",
        name,
        of=api,
        say=Say(np=f'a {{stage called|stage named}} "{name}"', do=f'deploy it to {{a|the}} stage {{"{name}"|{name}}}'),
    )
    stage.link("rest_api_id", api).link("deployment_id", deployment)
    stage.implied("stage_name", name)
    if s.may(0.25):
        stage.set("xray_tracing_enabled", True, Say(np="X-Ray tracing", do="{enable|turn on} X-Ray tracing"))
    if keyed:
        _usage_plan(s, api, stage)


def _cognito_authorizer(s: Scene, api: Node) -> Node:
    pool = s.resource("aws_cognito_user_pool", "{Cognito user pool|user pool}", "users").named(
        "name", resource_name(s, "users")
    )
    node = s.resource(
        "aws_api_gateway_authorizer",
        "authorizer",
        "cognito",
        of=api,
        say=Say(np="a Cognito authorizer with the user pool", do="add a Cognito authorizer with the user pool"),
    )
    node.link("rest_api_id", api).set("name", s.pick("cognito", "users"), False)
    node.implied("type", "COGNITO_USER_POOLS")
    node.link("provider_arns", pool, "arn", Say(implied=True), wrap=True)
    return node


def _usage_plan(s: Scene, api: Node, stage: Node) -> None:
    plan = s.resource("aws_api_gateway_usage_plan", "usage plan", "basic").named(
        "name", resource_name(s, s.pick("basic", "partners", "free"))
    )
    inner = plan.block("api_stages")
    inner.link("api_id", api, "id", Say(post="for {the API|<it>}"))
    inner.link("stage", stage, "stage_name")
    if s.may(0.7):
        limit, period = s.pick((1000, "DAY"), (10000, "MONTH"), (5000, "WEEK"))
        plan.block(
            "quota_settings",
            Say(
                np=f"a quota of {limit} requests {{per|a}} {period.lower()}",
                that=f"allows {limit} requests {{per|a}} {period.lower()}",
            ),
        ).implied("limit", limit).implied("period", period)
    if s.may(0.5):
        rate, burst = s.pick((10, 20), (50, 100), (5, 10))
        plan.block(
            "throttle_settings",
            Say(
                np=f"a rate limit of {rate} (burst {burst})",
                do=f"throttle {{it |}}at {rate} requests {{per|a}} second, bursts up to {burst}",
            ),
        ).implied("rate_limit", rate).implied("burst_limit", burst)
    key = s.resource("aws_api_gateway_api_key", "API key", "client").named(
        "name", resource_name(s, s.pick("client", "partner", "mobile"))
    )
    joined = s.resource(
        "aws_api_gateway_usage_plan_key",
        "",
        "client",
        of=key,
        say=Say(
            np="{membership in the usage plan|the usage plan}",
            do="{add|attach} it to the usage plan",
            that="belongs to the usage plan",
        ),
    )
    joined.link("key_id", key).set("key_type", "API_KEY", False, extract=False).link(
        "usage_plan_id", plan, "id", Say(implied=True)
    )


@blueprint("apigateway", "acm", "route53")
def api_domain(s: Scene) -> None:
    """A domain name of one's own for an HTTP API."""
    domain = s.pick("example.com", "example.org", "example.net")
    host = f"{s.pick('api', 'gateway', 'services')}.{domain}"
    zone = s.data("aws_route53_zone", "", "main")
    zone.set("name", domain, False)
    certificate = s.resource("aws_acm_certificate", "{ACM certificate|certificate}", "api")
    certificate.set("domain_name", host, Say(post="for <v>"))
    certificate.set("validation_method", "DNS", Say(np="DNS validation", that="is validated by DNS"))
    certificate.lifecycle = (("create_before_destroy", True),)
    api = http_api(s, s.pick("shop", "public", "partner"))
    stage = s.resource("aws_apigatewayv2_stage", "stage", "default", said=False)
    stage.link("api_id", api).set("name", "$default", False, extract=False).set("auto_deploy", True, False)
    custom = s.resource("aws_apigatewayv2_domain_name", "custom domain {name|}", "api")
    custom.set("domain_name", host, Say(post="<v>"))
    inner = custom.block("domain_name_configuration")
    inner.link("certificate_arn", certificate, "arn", Say(np="<it>", that="uses <it>"))
    inner.set("endpoint_type", "REGIONAL", False, extract=False)
    inner.set("security_policy", "TLS_1_2", Say(np="TLS 1.2", do="require TLS 1.2") if s.may(0.3) else False)
    mapping = s.resource(
        "aws_apigatewayv2_api_mapping",
        "mapping",
        "api",
        of=custom,
        say=Say(np="a mapping to the API", do="map it to the API", that="is mapped to the API"),
    )
    mapping.link("api_id", api, "id", Say(implied=True)).link("domain_name", custom).link("stage", stage)
    if s.may(0.7):
        record = s.resource("aws_route53_record", "{alias record|DNS record|Route 53 record}", "api")
        record.set("name", custom.ref("domain_name"), False).set("type", "A", False, extract=False)
        record.link("zone_id", zone, "zone_id")
        alias = record.block("alias")
        target = Raw("{0}.domain_name_configuration[0].target_domain_name", (custom.ref(""),))
        alias.set(
            "name",
            target,
            Say(post="{that points|pointing} to the custom domain", demand=parts.refers(custom, "name")),
        )
        alias.set("zone_id", Raw("{0}.domain_name_configuration[0].hosted_zone_id", (custom.ref(""),)), False)
        alias.set("evaluate_target_health", False, False, extract=False)


@blueprint("events", "sqs", weight=2)
def event_bus(s: Scene) -> None:
    """A bus of one's own with rules, targets, an archive."""
    domain, what = s.pick(("orders", "Order"), ("billing", "Invoice"), ("bookings", "Booking"), ("users", "User"))
    bus = s.resource("aws_cloudwatch_event_bus", "{custom EventBridge bus|EventBridge event bus|event bus}", domain)
    bus.named("name", resource_name(s, domain))
    if s.may(0.4):
        days = s.pick(7, 14, 30, 90)
        archive = s.resource(
            "aws_cloudwatch_event_archive",
            "{event archive|archive}",
            domain,
        )
        archive.named("name", resource_name(s, f"{domain}-archive"))
        archive.link("event_source_arn", bus, "arn", Say(post="{of|for} <it>"))
        archive.set("retention_days", days, Say(np="<v> days of retention", that="keeps events for <v> days"))
    for n in range(s.pick(1, 1, 2)):
        kind = ("created", "cancelled")[n]
        queue = s.resource("aws_sqs_queue", "{SQS queue|queue}", f"{domain}_{kind}")
        queue.named("name", resource_name(s, f"{domain}-{kind}"))
        rule = s.resource("aws_cloudwatch_event_rule", "{EventBridge rule|rule|event rule}", f"{domain}_{kind}")
        rule.named("name", resource_name(s, f"{domain}-{kind}"))
        rule.link("event_bus_name", bus, "name", Say(post="on <it>"))
        event = f"{what} {kind.capitalize()}"
        rule.set(
            "event_pattern",
            Json({"source": [f"com.example.{domain}"], "detail-type": [event]}),
            Say(
                np=f'a pattern {{for|matching}} detail type "{event}"',
                that=f'matches {{events of |the }}detail type "{event}"'.replace("the }", "}"),
                do=f'match the detail type "{event}"',
                demand=Attribute(("event_pattern",), Operator.INCLUDES, event),
            ),
        )
        target = s.resource(
            "aws_cloudwatch_event_target",
            "target",
            f"{domain}_{kind}",
            of=rule,
            say=Say(
                np="the queue as {its |the |}target" if n == 0 else "its own queue as the target",
                that="{sends|forwards} events to {the|a} queue".replace("{the|a}", "the" if n == 0 else "its own"),
            ),
        )
        target.link("rule", rule, "name").link("event_bus_name", bus, "name")
        target.link("arn", queue, "arn", Say(implied=True))
        queue_policy(s, queue, "events.amazonaws.com", rule.ref("arn"))


@blueprint("events", "scheduler", weight=1.5)
def schedule(s: Scene) -> None:
    """EventBridge Scheduler to a function, a queue or a workflow."""
    kind = s.pick("lambda", "lambda", "sqs")
    role = s.pick("reminder", "sync", "digest", "refresh")
    if kind == "lambda":
        to, _ = function(s, role, share=0.3)
        action, words = "lambda:InvokeFunction", "the {function|Lambda}"
    else:
        to = s.resource("aws_sqs_queue", "{SQS queue|queue}", role).named("name", resource_name(s, role))
        action, words = "sqs:SendMessage", "the queue"
    group = s.resource("aws_scheduler_schedule_group", "schedule group", role) if s.may(0.35) else None
    if group is not None:
        group.named("name", resource_name(s, f"{role}-schedules"))
    main = s.resource(
        "aws_scheduler_schedule", "{EventBridge Scheduler schedule|EventBridge schedule|scheduler schedule}", role
    )
    main.named("name", resource_name(s, role))
    if group is not None:
        main.link("group_name", group, "name", Say(post="in <it>"))
    when, text = s.pick(*TIMES)
    main.set(
        "schedule_expression",
        when,
        Say(np=f'the expression "{when}"', that=f"{{runs|fires}} {text}", do=f"run it {text}"),
    )
    if "cron" in when and "UTC" not in text:
        zone = s.pick("Europe/Berlin", "America/New_York", "Asia/Tokyo")
        main.set("schedule_expression_timezone", zone, Say(np="{the |}time zone <v>", do="use the time zone <v>"))
    window = main.block("flexible_time_window")
    if s.may(0.3):
        minutes = s.pick(5, 10, 15)
        window.set("mode", "FLEXIBLE", False)
        window.set("maximum_window_in_minutes", minutes, Say(np="a flexible {time |}window of <v> minutes"))
    else:
        window.set("mode", "OFF", Say(np="no flexible {time |}window") if s.may(0.4) else False)
    execution = parts.execution_role(s, "scheduler", f"{role}_scheduler")
    parts.role_policy(s, execution, (action,), (to.ref("arn"),))
    target = main.block(
        "target",
        Say(np=f"{words} as {{its |the |}}target", that=f"{{targets|calls|goes to}} {words}", do=f"target {words}"),
    )
    target.link("arn", to, "arn", Say(implied=True)).link("role_arn", execution, "arn")
    if s.may(0.25):
        target.block("retry_policy").set(
            "maximum_retry_attempts", s.pick(2, 3, 5), Say(np="at most <v> retries", do="retry at most <v> times")
        )


@blueprint("events", "sqs", "lambda")
def pipe(s: Scene) -> None:
    """EventBridge Pipes: from a queue to a function or another queue, filtered at times."""
    role = s.pick("orders", "events", "audit")
    source = s.resource("aws_sqs_queue", "{source queue|SQS queue}", f"{role}_source").named(
        "name", resource_name(s, f"{role}-source")
    )
    second = s.may(0.4)
    if second:
        to = s.resource("aws_sqs_queue", "{target queue|destination queue}", f"{role}_target").named(
            "name", resource_name(s, f"{role}-target")
        )
        action = "sqs:SendMessage"
    else:
        to, _ = function(s, f"{role}_handler", share=0.3)
        action = "lambda:InvokeFunction"
    main = s.resource("aws_pipes_pipe", "{EventBridge pipe|EventBridge Pipes pipe|pipe}", role)
    main.named("name", resource_name(s, f"{role}-pipe"))
    main.link("source", source, "arn", Say(np="<it> as {its |the |}source", that="reads from <it>"))
    main.link("target", to, "arn", Say(np="<it> as {its |the |}target", that="{sends|delivers} to <it>"))
    execution = s.resource("aws_iam_role", "", "pipe", said=False).named("name", resource_name(s, f"{role}-pipe-role"))
    trust = Statement(("sts:AssumeRole",), principals={"Service": ("pipes.amazonaws.com",)})
    execution.set("assume_role_policy", Document(trust), False)
    parts.role_policy(
        s, execution, ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"), (source.ref("arn"),)
    )
    parts.role_policy(s, execution, (action,), (to.ref("arn"),))
    main.link("role_arn", execution, "arn")
    options: Body | None = None
    if s.may(0.5):
        options = main.block("source_parameters")
        options.block("sqs_queue_parameters").set(
            "batch_size", s.pick(1, 5, 10), Say(np="{a |}batch size of <v>", do="read <v> messages at a time")
        )
    if s.may(0.4):
        options = options or main.block("source_parameters")
        value = s.pick("created", "failed", "paid")
        options.block("filter_criteria").block("filter").set(
            "pattern",
            Json({"body": {"status": [value]}}),
            Say(
                np=f"a filter {{for|on}} status {value}",
                that=f"only passes {{on |}}messages with status {value}",
                demand=Attribute(("pattern",), Operator.INCLUDES, value),
            ),
        )

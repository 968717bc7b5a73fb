"""Functions from images, WebSocket APIs, API destinations, buses shared between accounts."""

from __future__ import annotations

from terraformer.data.intents import Attribute, Operator, PolicyStatement
from terraformer.data.synthesis import parts
from terraformer.data.synthesis.blueprints.serverless import LAMBDA, MEMORY, TIMEOUT, allow, function
from terraformer.data.synthesis.blueprints.streaming import role_for
from terraformer.data.synthesis.expressions import Document, Json, Statement, Template
from terraformer.data.synthesis.names import resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Say, Scene


@blueprint("lambda", "ecr", weight=1.5)
def lambda_image(s: Scene) -> None:
    """A function from a container image in a repository of one's own."""
    role = s.pick("inference", "converter", "scraper", "renderer")
    repo = s.resource("aws_ecr_repository", "ECR repository", role).named("name", resource_name(s, role))
    if s.may(0.4):
        repo.block("image_scanning_configuration").set(
            "scan_on_push",
            True,
            Say(np="{image |}scanning on push", do="scan images on push", that="scans images on push"),
        )
    main = s.resource("aws_lambda_function", LAMBDA, role).named("function_name", resource_name(s, role))
    main.set("package_type", "Image", Say(np="package type Image") if s.may(0.3) else False)
    tag = s.pick("latest", "v1", "stable")
    main.set(
        "image_uri",
        Template(repo.ref("repository_url"), f":{tag}"),
        Say(
            np="an image from the repository",
            do="take the image from the repository",
            that="uses the image in the repository",
            demand=parts.refers(repo, "image_uri"),
        ),
    )
    execution = parts.execution_role(s, "lambda", f"{role}_lambda")
    parts.attach(s, execution, "service-role/AWSLambdaBasicExecutionRole")
    main.link("role", execution, "arn")
    if s.may(0.6):
        main.set("memory_size", s.pick(512, 1024, 2048, 3008), MEMORY)
    if s.may(0.6):
        main.set("timeout", s.pick(30, 60, 300, 900), TIMEOUT)
    if s.may(0.3):
        command = s.pick("app.handler", "main.run")
        main.block("image_config").set("command", [command], Say(np="the command <v>", do="start it with <v>"))


@blueprint("apigateway", "lambda")
def websocket(s: Scene) -> None:
    """A WebSocket API with its routes."""
    role = s.pick("chat", "live", "notifications", "game")
    main, _ = function(s, f"{role}_socket", share=0.3)
    api = s.resource("aws_apigatewayv2_api", "{WebSocket API|API Gateway WebSocket API}", role).named(
        "name", resource_name(s, role)
    )
    api.implied("protocol_type", "WEBSOCKET")
    api.set("route_selection_expression", "$request.body.action", Say(np="{the |}route selection expression <v>"))
    joined = s.resource(
        "aws_apigatewayv2_integration",
        "integration",
        role,
        of=api,
        say=Say(np="an integration with the function", do="integrate it with the function", that="calls the function"),
    )
    joined.link("api_id", api).set("integration_type", "AWS_PROXY", False, extract=False)
    joined.link("integration_uri", main, "invoke_arn", Say(implied=True))
    for key in s.some(["$connect", "$disconnect", "$default", "sendmessage"], 1, 3):
        route = s.resource(
            "aws_apigatewayv2_route",
            "route",
            key.strip("$"),
            of=api,
            say=Say(np=f"a {key} route", do=f"add {{a|the}} {key} route"),
        )
        route.link("api_id", api).implied("route_key", key)
        route.set("target", Template("integrations/", joined.ref("id")), False)
    stage = s.resource(
        "aws_apigatewayv2_stage",
        "stage",
        "prod",
        of=api,
        said=s.may(0.6),
        say=Say(np='a stage {named|called} "prod"', do="deploy it to a stage prod"),
    )
    stage.link("api_id", api).implied("name", "prod").set("auto_deploy", True, False)
    allow(s, main, "apigateway.amazonaws.com", Template(api.ref("execution_arn"), "/*/*"))


@blueprint("events")
def api_destination(s: Scene) -> None:
    """Events sent to a web hook of someone else."""
    role, host = s.pick(
        ("slack", "https://hooks.slack.com/services/T000/B000"),
        ("partner", "https://api.partner.example.com/events"),
        ("crm", "https://crm.example.com/webhook"),
    )
    key = s.variable("api_key", "string", "replace-me", "Key of the receiving API.", said=s.may(0.4))
    connection = s.resource("aws_cloudwatch_event_connection", "{EventBridge connection|event connection}", role).named(
        "name", resource_name(s, role)
    )
    connection.set("authorization_type", "API_KEY", Say(np="API key authorization", that="authorizes by API key"))
    auth = connection.block("auth_parameters").block("api_key")
    auth.set("key", "x-api-key", Say(np="the header <v>") if s.may(0.4) else False).set("value", key, False)
    target = s.resource(
        "aws_cloudwatch_event_api_destination", "{API destination|EventBridge API destination}", role
    ).named("name", resource_name(s, f"{role}-events"))
    target.set("invocation_endpoint", host, Say(post="for <v>", np="the endpoint <v>"))
    target.set("http_method", "POST", Say(np="{the |}method <v>", do="use <v>"))
    target.link("connection_arn", connection, "arn", Say(np="<it>", that="uses <it>"))
    if s.may(0.5):
        target.set(
            "invocation_rate_limit_per_second",
            s.pick(5, 10, 50),
            Say(np="at most <v> calls per second", do="limit it to <v> calls per second"),
        )
    if s.may(0.6):
        rule = s.resource("aws_cloudwatch_event_rule", "{EventBridge rule|event rule}", role).named(
            "name", resource_name(s, f"{role}-events")
        )
        source = s.pick("com.example.orders", "com.example.users", "aws.health")
        rule.set(
            "event_pattern",
            Json({"source": [source]}),
            Say(
                np=f"a pattern for events from {source}",
                that=f"matches events from {source}",
                demand=Attribute(("event_pattern",), Operator.INCLUDES, source),
            ),
        )
        access = role_for(s, "events.amazonaws.com", "events")
        parts.role_policy(s, access, ("events:InvokeApiDestination",), (target.ref("arn"),))
        joined = s.resource(
            "aws_cloudwatch_event_target",
            "target",
            role,
            of=rule,
            say=Say(np="the API destination as {its |the |}target", that="sends events to the API destination"),
        )
        joined.link("rule", rule, "name").link("arn", target, "arn", Say(implied=True)).link("role_arn", access, "arn")


@blueprint("events", "iam")
def shared_bus(s: Scene) -> None:
    """A bus to which another account may send."""
    bus = s.resource("aws_cloudwatch_event_bus", "{EventBridge event bus|event bus}", "shared").named(
        "name", resource_name(s, s.pick("shared", "central", "audit"))
    )
    account = s.pick("123456789012", "210987654321")
    who = {"AWS": (f"arn:aws:iam::{account}:root",)}
    policy = s.resource(
        "aws_cloudwatch_event_bus_policy",
        "policy",
        "shared",
        of=bus,
        say=Say(
            np=f"a policy that lets account {account} put events",
            do=f"let account {account} put events {{on|into}} it",
            that=f"takes events from account {account}",
        ),
    )
    policy.link("event_bus_name", bus, "name")
    document = Document(Statement(("events:PutEvents",), (bus.ref("arn"),), principals=who, sid="PutEvents"))
    policy.set(
        "policy",
        document,
        Say(
            implied=True,
            demand=PolicyStatement(("policy",), "Allow", ("events:PutEvents",), principals=who, unknown=True),
        ),
    )
    if s.may(0.5):
        registry = s.resource("aws_schemas_registry", "{schema registry|EventBridge schema registry}", "events").named(
            "name", resource_name(s, "events")
        )
        if s.may(0.5):
            registry.set("description", s.pick("Schemas of our events", "Event schemas"))
    if s.may(0.4):
        finder = s.resource("aws_schemas_discoverer", "{schema discoverer|EventBridge schema discoverer}", "events")
        finder.link("source_arn", bus, "arn", Say(post="on <it>"))

"""Serverless: Lambda functions and what is around them, APIs, state machines."""

from __future__ import annotations

import re
from typing import Final

from terraformer.data.intents import Attribute, Operator, RefersTo
from terraformer.data.intents import Target as Refer
from terraformer.data.mutation.additions import (
    append,
    ascii_name,
    beside,
    every,
    get,
    put,
    refers,
    resource,
)
from terraformer.data.mutation.base import Change, Say, Target, added, equals, may_be_added
from terraformer.data.mutation.catalogue import operator
from terraformer.data.mutation.draft import literal
from terraformer.data.mutation.naming import Code, Words

_RETENTIONS: Final = (7, 14, 30, 60, 90, 180, 365)


@operator("lambda", "aws_lambda_function", weight=1.4)
def function_memory(t: Target) -> Change | None:
    current = t.values.get("memory_size") or 128
    new = t.another((128, 256, 512, 1024, 1536, 2048), int(current))
    up = new > current
    return put(
        t,
        "memory_size",
        new,
        "{{give <it> <value> {MB|MiB} of memory{ instead of <old>|}|{raise|increase} the memory of <it> "
        "{from <old> |}to <value> {MB|MiB}|{set|change} "
        "the memory {size |}of <it> to <value> {MB|MiB}|let <it> use <value> {MB|MiB} of memory}}"
        if up
        else "{{reduce|lower} the memory of <it> {from <old> |}to <value> {MB|MiB}|{set|change} the "
        "memory {size |}of <it> to <value> {MB|MiB}}",
        "<it> should {have|get|run with} <value> {MB|MiB} of memory",
        ("It runs out of memory.", "It is too slow, and more memory means more CPU.")
        if up
        else ("It never uses that much.",),
        old=int(current),
    )


@operator("lambda", "aws_lambda_function", weight=1.3)
def function_timeout(t: Target) -> Change | None:
    current = t.values.get("timeout") or 3
    new = t.another((5, 10, 15, 30, 60, 120, 300, 900), int(current))
    amount = f"{new // 60} minutes" if new >= 120 and t.rng.random() < 0.6 else f"{new} seconds"
    if new == 60 and t.rng.random() < 0.4:
        amount = "a minute"
    up = new > current
    return put(
        t,
        "timeout",
        new,
        "{let <it> run for up to <amount>|{set|change|"
        + ("raise|increase" if up else "lower|reduce")
        + "} the timeout of <it> to <amount>"
        + ("|give <it> <amount> before <they> <times> out}" if up else "|stop <it> after <amount>}"),
        "<it> should {time out after|have a timeout of} <amount>",
        ("It is killed before it is done.", "The calls time out every now and then.")
        if up
        else ("A call that takes longer is stuck anyway.",),
        amount=Words(amount),
        times=Words("time" if t.it.plural else "times"),
    )


_VARIABLES: Final = (
    ("LOG_LEVEL", "debug"),
    ("LOG_LEVEL", "info"),
    ("STAGE", "production"),
    ("FEATURE_NEW_CHECKOUT", "on"),
    ("MAX_RETRIES", "3"),
    ("TZ", "Europe/Berlin"),
    ("CACHE_TTL", "300"),
    ("API_URL", "https://api.example.com"),
    ("POWERTOOLS_SERVICE_NAME", "orders"),
)


@operator("lambda", "aws_lambda_function", weight=1.4)
def function_variable(t: Target) -> Change | None:
    """An environment variable, added or changed."""
    name, value = t.pick(*_VARIABLES)
    present = get(t.values, "environment.variables") or {}
    if not t.instances or present.get(name) == value or len(t.block.inner("environment")) > 1:
        return None
    draft = t.draft()
    inner = t.block.first("environment")
    if inner is None:
        if t.block.has("environment"):
            return None
        draft.insert_block(t.block, f"environment {{\n  variables = {{\n    {name} = {literal(value)}\n  }}\n}}")
    else:
        draft.set_key(inner, "variables", name, literal(value))
    new = name not in present
    return t.change(
        draft,
        Say(
            (
                "{add {an|the} environment variable <name> with the value <value> to <it>|set <name> to "
                "<value> in the environment of <it>|"
                "{pass|give} <it> the environment variable <name>=<raw>}"
            )
            if new
            else "{{set|change} the environment variable <name> of <it> to <value>|set <name> to <value> "
            "in the environment of <it>}",
            "<it> should {have|see} <name> = <value> in <its> environment",
            ("The new version of the code reads it.", "The code expects it."),
            {"name": Code(name), "value": value, "raw": Words(value)},
        ),
        t.updated(
            "environment" if inner is None else "environment.variables",
            having=(equals(("environment", "variables", name), value),),
        ),
    )


@operator("lambda", "aws_lambda_function")
def function_tracing(t: Target) -> Change | None:
    if get(t.values, "tracing_config.mode") == "Active":
        return None
    return put(
        t,
        "tracing_config.mode",
        "Active",
        "{{enable|turn on|activate} X-Ray tracing {for|on|of} <it>|trace {the |}calls of <it> with X-Ray}",
        "{calls of <it> should be traced with X-Ray|X-Ray tracing should be active for <it>}",
        ("We can't see where the time goes.",),
    )


@operator("lambda", "aws_lambda_function", weight=1.2)
def function_log_group(t: Target) -> Change | None:
    name = t.values.get("function_name")
    if not isinstance(name, str) or t.block.has("logging_config"):
        return None
    for block in t.syntax.of("resource", "aws_cloudwatch_log_group"):
        found = t.base.values(block.address).get("name")
        if not isinstance(found, str) or found == f"/aws/lambda/{name}":
            return None
    new = beside(t, "aws_cloudwatch_log_group")
    if new is None:
        return None
    days = t.pick(*_RETENTIONS)
    lines = (
        f'{new.head}  name              = "/aws/lambda/${{{new.ref}.function_name}}"\n  retention_in_days = {days}\n'
    )
    return t.change(
        append(t.draft(), t, resource("aws_cloudwatch_log_group", new.label, lines)),
        Say(
            "{{create|add} a {CloudWatch |}log group for <it> {with a retention of|that keeps {the |"
            "}logs for} <days> days|{manage|create} the log group of <it> "
            "{in Terraform |}with a retention of <days> days|keep the logs of <it> for <days> days, in a "
            "log group {of ours|managed by Terraform}}",
            "there should be a log group for <it> that keeps {the |}logs for <days> days",
            ("The log group that Lambda makes keeps logs forever.", "The logs are kept forever and cost money."),
            {"days": days},
        ),
        every(
            t,
            "aws_cloudwatch_log_group",
            equals("retention_in_days", days),
            Attribute(("name",), Operator.STARTS_WITH, "/aws/lambda/"),
        ),
    )


def _role_policy(t: Target, actions: list[str], on: str, label: str) -> str | None:
    """An inline policy of the function's role; None where the role is not one of the configuration."""
    match = re.fullmatch(r"(aws_iam_role\.[\w-]+)\.arn", t.block.text("role"))
    if match is None:
        return None
    fresh = t.base.fresh("resource", label, "aws_iam_role_policy")
    body = (
        f'  name = "{ascii_name(t, label.rpartition("_")[2])}"\n  role = {match[1]}.id\n\n  policy = '
        f'jsonencode({{\n    Version = "2012-10-17"\n'
        f'    Statement = [\n      {{\n        Effect   = "Allow"\n        Action   = '
        f"{literal(actions)}\n        Resource = {on}\n      }},\n    ]\n  }})"
    )
    return resource("aws_iam_role_policy", fresh, body)


@operator("lambda", "aws_lambda_function")
def function_dead_letters(t: Target) -> Change | None:
    if t.block.has("dead_letter_config") or t.block.repeated or not t.instances:
        return None
    label = t.base.fresh("resource", f"{t.label}_failed", "aws_sqs_queue")
    policy = _role_policy(t, ["sqs:SendMessage"], f"aws_sqs_queue.{label}.arn", f"{t.label}_dlq")
    if policy is None:
        return None
    queue = resource("aws_sqs_queue", label, f'  name = "{ascii_name(t, "failed")}"\n')
    draft = t.draft().insert_block(t.block, f"dead_letter_config {{\n  target_arn = aws_sqs_queue.{label}.arn\n}}")
    return t.change(
        append(draft, t, queue, policy),
        Say(
            "{{send|put} {failed calls|failed invocations|events that fail} of <it> {to|into} {a new|an} "
            "SQS dead-letter queue|{add|create|configure} {an SQS dead-letter "
            "queue|an SQS queue as dead-letter queue} for <it>}",
            "{failed {calls|invocations} of <it> should go to an SQS dead-letter queue|<it> should have "
            "an SQS dead-letter queue}",
            ("Failed events just disappear today.", "We lose events when the function fails."),
        ),
        added("aws_sqs_queue"),
        t.updated(
            "dead_letter_config", having=(RefersTo(Refer(type="aws_sqs_queue"), ("dead_letter_config", "target_arn")),)
        ),
        may_be_added("aws_iam_role_policy"),
        may_be_added("aws_iam_policy"),
        may_be_added("aws_iam_role_policy_attachment"),
    )


@operator("lambda", "aws_lambda_function", weight=0.8)
def function_alias(t: Target) -> Change | None:
    if t.block.repeated or not t.instances or t.values.get("publish") is True:
        return None
    if t.base.satellites(t.address, "aws_lambda_alias"):
        return None
    name = t.pick("live", "prod", "stable", "current")
    label = t.base.fresh("resource", name, "aws_lambda_alias")
    lines = (
        f'  name             = "{name}"\n  function_name    = {t.address}.function_name\n  '
        f'function_version = "$LATEST"\n'
    )
    return t.change(
        append(t.draft(), t, resource("aws_lambda_alias", label, lines)),
        Say(
            "{add|create} {an alias|a Lambda alias} {<name>|called <name>|named <name>} for <it> that "
            "points to {$LATEST|the version $LATEST}",
            "<it> should have an alias <name> for {$LATEST|the version $LATEST}",
            ("The callers should not depend on a version.",),
            {"name": name},
        ),
        added(
            "aws_lambda_alias", equals("name", name), equals("function_version", "$LATEST"), refers(t, "function_name")
        ),
    )


@operator("lambda", "aws_lambda_function", weight=1.3)
def function_schedule(t: Target) -> Change | None:
    """An EventBridge rule with target and permission."""
    if t.block.repeated or not t.instances:
        return None
    if any(b.type in ("aws_cloudwatch_event_target", "aws_scheduler_schedule") for b in t.base.referring(t.address)):
        return None
    expression, words = t.pick(
        ("rate(5 minutes)", "every 5 minutes"),
        ("rate(15 minutes)", "every 15 minutes"),
        ("rate(1 hour)", "every hour"),
        ("rate(1 hour)", "once an hour"),
        ("rate(1 day)", "once a day"),
        ("cron(0 6 * * ? *)", "every day at 6:00 UTC"),
        ("cron(0 2 * * ? *)", "every night at 2:00 UTC"),
        ("cron(0 8 ? * MON *)", "every Monday at 8:00 UTC"),
        ("cron(30 22 ? * MON-FRI *)", "at 22:30 UTC on weekdays"),
    )
    rule = t.base.fresh("resource", f"{t.label}_schedule", "aws_cloudwatch_event_rule")
    target = t.base.fresh("resource", f"{t.label}_schedule", "aws_cloudwatch_event_target")
    permission = t.base.fresh("resource", f"{t.label}_schedule", "aws_lambda_permission")
    exactly = t.rng.random() < 0.3
    draft = append(
        t.draft(),
        t,
        resource(
            "aws_cloudwatch_event_rule",
            rule,
            f'  name                = "{ascii_name(t, "schedule")}"\n  schedule_expression = "{expression}"\n',
        ),
        resource(
            "aws_cloudwatch_event_target",
            target,
            f"  rule = aws_cloudwatch_event_rule.{rule}.name\n  arn  = {t.address}.arn\n",
        ),
        resource(
            "aws_lambda_permission",
            permission,
            '  statement_id  = "AllowSchedule"\n  action        = "lambda:InvokeFunction"\n'
            f"  function_name = {t.address}.function_name\n"
            f'  principal     = "events.amazonaws.com"\n  source_arn    = aws_cloudwatch_event_rule.{rule}.arn\n',
        ),
    )
    when = Words(f"on the schedule {expression}" if exactly else words)
    return t.change(
        draft,
        Say(
            "{run|trigger|invoke|call} <it> <when> with {an EventBridge rule|a CloudWatch event rule|a "
            "CloudWatch Events rule}",
            "{an EventBridge rule|a CloudWatch event rule} should {run|trigger|invoke} <it> <when>",
            ("Someone starts it by hand today.", "It should not need anyone to start it."),
            {"when": when},
        ),
        added("aws_cloudwatch_event_rule", equals("schedule_expression", expression)),
        added("aws_cloudwatch_event_target", refers(t, "arn")),
        added("aws_lambda_permission", refers(t, "function_name"), equals("principal", "events.amazonaws.com")),
    )


@operator("lambda", "aws_lambda_function", weight=0.8)
def function_url(t: Target) -> Change | None:
    if t.base.satellites(t.address, "aws_lambda_function_url"):
        return None
    new = beside(t, "aws_lambda_function_url")
    if new is None or not new.alone:
        return None
    open_ = t.rng.random() < 0.4
    kind = "NONE" if open_ else "AWS_IAM"
    lines = f'  function_name      = {new.ref}.function_name\n  authorization_type = "{kind}"\n'
    also = (
        "{without authentication|that needs no authentication|that anyone can call}"
        if open_
        else "{with IAM authentication|that is protected by IAM|with the authorization type AWS_IAM}"
    )
    return t.change(
        append(t.draft(), t, resource("aws_lambda_function_url", new.label, lines)),
        Say(
            f"{{give <it> a function URL|{{add|create}} a function URL for <it>}} {also}",
            f"<it> should have a function URL {also}",
            ("We need a webhook, an API Gateway would be too much.",)
            if open_
            else ("Another service calls it over HTTPS.",),
        ),
        added("aws_lambda_function_url", refers(t, "function_name"), equals("authorization_type", kind)),
        *([may_be_added("aws_lambda_permission")] if open_ else []),
    )


@operator("lambda", "aws_lambda_function", weight=0.8)
def function_concurrency(t: Target) -> Change | None:
    current = t.values.get("reserved_concurrent_executions")
    new = t.another((1, 2, 5, 10, 20, 50, 100), current)
    return put(
        t,
        "reserved_concurrent_executions",
        new,
        "{{limit|restrict} <it> to <value> concurrent {executions|runs}|{set|change} the reserved "
        "concurrency of <it> to <value>|reserve <value> concurrent executions for <it>}",
        "<it> should {be limited to <value> concurrent {executions|runs}|have a reserved concurrency of <value>}",
        ("It opens too many connections to the database.", "It must not use up all the concurrency of the account."),
    )


@operator("lambda", "aws_lambda_function", weight=0.9)
def function_arm(t: Target) -> Change | None:
    if t.values.get("architectures") == ["arm64"] or t.values.get("package_type") == "Image":
        return None
    return put(
        t,
        "architectures",
        ["arm64"],
        "{{run <it> on|move <it> to} {arm64|Graviton (arm64)|ARM (arm64)}|{switch|change} the "
        "architecture of <it> to arm64|use {arm64|Graviton (arm64)} for <it>}",
        "<it> should run on {arm64|Graviton (arm64)}",
        ("ARM is cheaper.", "We build for ARM now."),
    )


@operator("lambda", "aws_lambda_function", weight=0.8)
def function_runtime(t: Target) -> Change | None:
    current = str(t.values.get("runtime") or "")
    family = re.sub(r"[\d.]+(\.x)?$", "", current)
    newer = {
        "python": ("python3.11", "python3.12", "python3.13"),
        "nodejs": ("nodejs20.x", "nodejs22.x"),
        "java": ("java17", "java21"),
        "ruby": ("ruby3.3", "ruby3.4"),
        "dotnet": ("dotnet8",),
    }.get(family, ())

    def number(runtime: str) -> list[int]:
        return [int(x) for x in re.findall(r"\d+", runtime)]

    left = [r for r in newer if number(r) > number(current)]
    if not left or not current:
        return None
    return put(
        t,
        "runtime",
        t.pick(*left),
        "{{upgrade|update|move|migrate} <it> {from <old> |}to {the {runtime|Lambda runtime} |}<value>|"
        "use <value> as the runtime of <it>|{change|update} the runtime of <it> to <value>}",
        "<it> should run on <value>{, not <old>|}",
        ("AWS is about to drop support for the old runtime.", "The runtime is out of date."),
        old=Code(current),
    )


@operator("lambda", "aws_lambda_function", weight=0.7)
def function_storage(t: Target) -> Change | None:
    new = t.another((1024, 2048, 4096, 5120, 10240), get(t.values, "ephemeral_storage.size"))
    return put(
        t,
        "ephemeral_storage.size",
        new,
        "{give <it> <value> {MB|MiB} of {ephemeral|temporary} storage|set the {ephemeral storage|/tmp "
        "space} of <it> to <value> {MB|MiB}}",
        "<it> should have <value> {MB|MiB} of {ephemeral|temporary} storage",
        ("It runs out of disk space.", "It has to unpack large files."),
    )


@operator("lambda", "aws_lambda_event_source_mapping")
def mapping_batch(t: Target) -> Change | None:
    new = t.another((1, 5, 10, 20, 50, 100), t.values.get("batch_size"))
    if (
        new is not None
        and new > 10
        and "sqs" in t.block.text("event_source_arn")
        and not t.values.get("maximum_batching_window_in_seconds")
    ):
        new = t.another((1, 5, 10), t.values.get("batch_size"))
    return put(
        t,
        "batch_size",
        new,
        "{{set|change} the batch size of <it> to <value>|{process|read} {up to |}<value> {records|"
        "messages} {at once|at a time|per batch} {in|with} <it>}",
        "<it> should {deliver|read} {up to |}<value> {records|messages} at a time",
        ("The function takes too long for a batch.",),
    )


@operator("apigateway", "aws_apigatewayv2_api")
def api_cors(t: Target) -> Change | None:
    if t.values.get("protocol_type") != "HTTP" or t.block.has("cors_configuration") or not t.instances:
        return None
    origin = t.pick(
        "https://app.example.com", "https://www.example.com", "http://localhost:3000", "https://shop.example.org"
    )
    methods = t.pick(["GET"], ["GET", "POST"], ["GET", "POST", "PUT", "DELETE"])
    draft = t.draft().insert_block(
        t.block,
        f"cors_configuration {{\n  allow_origins = {literal([origin])}\n  allow_methods = {literal(methods)}\n}}",
    )
    return t.change(
        draft,
        Say(
            "{allow CORS requests to <it> from <origin> with {the methods |}<methods>|{configure|set up|"
            "enable} CORS {for|on} <it>: {origin|allowed origin} <origin>, methods <methods>|"
            "let {the web app at|pages of} <origin> call <it> with <methods> (CORS)}",
            "CORS {for|on} <it> should allow <methods> from <origin>",
            ("The browser blocks the calls of our web app.",),
            {"origin": origin, "methods": [Code(m) for m in methods]},
        ),
        t.updated(
            "cors_configuration",
            having=(
                equals("cors_configuration.allow_origins", [origin]),
                equals("cors_configuration.allow_methods", methods),
            ),
        ),
    )


@operator("apigateway", "aws_apigatewayv2_stage")
def stage_throttling(t: Target) -> Change | None:
    if t.block.has("default_route_settings") or not t.instances:
        return None
    burst, rate = t.pick((100, 50), (200, 100), (500, 200), (1000, 500))
    draft = t.draft().insert_block(
        t.block,
        f"default_route_settings {{\n  throttling_burst_limit = {burst}\n  throttling_rate_limit  = {rate}\n}}",
    )
    return t.change(
        draft,
        Say(
            "{{limit|throttle} {the |}requests to <it> to <rate> {a|per} second{ with|, with} bursts of "
            "<burst>|{set up|configure|add} {default |}throttling {for|on} <it>: <rate> requests per "
            "second, burst <burst>}",
            "<it> should be throttled to <rate> requests per second with bursts of <burst>",
            ("A client with a bug almost took us down.",),
            {"rate": rate, "burst": burst},
        ),
        t.updated(
            "default_route_settings",
            having=(
                equals("default_route_settings.throttling_rate_limit", rate),
                equals("default_route_settings.throttling_burst_limit", burst),
            ),
        ),
    )


@operator("apigateway", "aws_api_gateway_stage")
def stage_tracing(t: Target) -> Change | None:
    if t.values.get("xray_tracing_enabled"):
        return None
    return put(
        t,
        "xray_tracing_enabled",
        True,
        "{{enable|turn on|activate} X-Ray tracing {for|on} <it>|trace the requests to <it> with X-Ray}",
        "requests to <it> should be traced with X-Ray",
        ("We can't see where the time goes.",),
    )


@operator("stepfunctions", "aws_sfn_state_machine")
def machine_tracing(t: Target) -> Change | None:
    if get(t.values, "tracing_configuration.enabled"):
        return None
    return put(
        t,
        "tracing_configuration.enabled",
        True,
        "{{enable|turn on|activate} X-Ray tracing {for|on|of} <it>|trace the executions of <it> with X-Ray}",
        "executions of <it> should be traced with X-Ray",
        ("We can't see where the time goes.",),
    )


@operator("stepfunctions", "aws_sfn_state_machine")
def machine_logging(t: Target) -> Change | None:
    if t.block.has("logging_configuration") or t.block.repeated or not t.instances:
        return None
    level, words = t.pick(("ALL", "all events"), ("ERROR", "errors"))
    label = t.base.fresh("resource", t.label, "aws_cloudwatch_log_group")
    group = resource("aws_cloudwatch_log_group", label, f'  name = "/aws/vendedlogs/states/{ascii_name(t)}"\n')
    draft = t.draft().insert_block(
        t.block,
        f'logging_configuration {{\n  level                  = "{level}"\n  include_execution_data = true\n'
        f'  log_destination        = "${{aws_cloudwatch_log_group.{label}.arn}}:*"\n}}',
    )
    return t.change(
        append(draft, t, group),
        Say(
            "{log <words> of <it> to a {new |}{CloudWatch |}log group, {with|including} the execution "
            "data|{enable|turn on|set up} logging of <words> {for|of} <it> to a new {CloudWatch |}log "
            "group, "
            "{with|including} execution data}",
            "<it> should log <words> to a {new |}log group, {with|including} the execution data",
            ("We can't see why executions fail.",),
            {"words": Words(words)},
        ),
        added("aws_cloudwatch_log_group"),
        t.updated(
            "logging_configuration",
            having=(
                equals("logging_configuration.level", level),
                equals("logging_configuration.include_execution_data", True),
            ),
        ),
        may_be_added("aws_iam_role_policy"),
    )

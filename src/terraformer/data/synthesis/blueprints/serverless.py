"""Lambda and what triggers it, Step Functions."""

from __future__ import annotations

from terraformer.data.intents import Attribute, Operator, PolicyStatement
from terraformer.data.synthesis import parts
from terraformer.data.synthesis.expressions import Document, Json, Statement, Template
from terraformer.data.synthesis.names import resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Node, Say, Scene

LAMBDA = "{Lambda function|Lambda function|Lambda|AWS Lambda function}"
_PYTHON = "def handler(event, context):\n    print(event)\n    return {'ok': True}\n"
_NODE = "exports.handler = async (event) => {\n  console.log(event);\n  return { ok: true };\n};\n"
_WORDS = {
    "python3.12": "{Python 3.12|python3.12}",
    "python3.13": "{Python 3.13|python3.13}",
    "nodejs20.x": "{Node.js 20|nodejs20.x|Node 20}",
    "nodejs22.x": "{Node.js 22|nodejs22.x}",
}
TIMEOUT = Say(np="{a |}timeout of <v> seconds", do="{let it time out after|set the timeout to} <v> seconds")
MEMORY = Say(np="<v> MB of memory", do="give it <v> MB of memory", that="has <v> MB of memory")


def settings(s: Scene, main: Node, share: float = 0.5) -> None:
    """Some of what people set on a function."""
    if s.may(share):
        main.set("memory_size", s.pick(128, 256, 512, 1024, 2048), MEMORY)
    if s.may(share):
        main.set("timeout", s.pick(5, 10, 15, 30, 60, 120, 300, 900), TIMEOUT)
    if s.may(share * 0.4):
        name, value = s.pick(
            ("LOG_LEVEL", "info"), ("STAGE", "prod"), ("DEBUG", "false"), ("TABLE_REGION", "eu-west-1")
        )
        main.block("environment").set(
            "variables",
            {name: value},
            Say(
                np=f"{{the |an |}}environment variable {name} {{set to|=}} {value}".replace(
                    "an environment", "the environment"
                ),
                do=f"set {{the environment variable |}}{name} to {value}",
                demand=Attribute(("variables", name), Operator.EQUALS, value),
            ),
        )
    if s.may(share * 0.3):
        main.set(
            "architectures",
            ["arm64"],
            Say(np="{the |}arm64 architecture", that="runs on {arm64|Graviton}", do="run it on {arm64|Graviton}"),
        )
    if s.may(share * 0.3):
        main.block("tracing_config").set(
            "mode", "Active", Say(np="{active |}X-Ray tracing", do="{turn on|enable} X-Ray tracing")
        )


def function(
    s: Scene,
    role: str = "",
    noun: str = LAMBDA,
    *,
    said: bool = True,
    share: float = 0.5,
    policies: tuple[str, ...] = (),
    environment: dict[str, object] | None = None,
) -> tuple[Node, Node]:
    """A function with its role, which is said at times: (function, role)."""
    role = role or s.pick("worker", "processor", "api", "handler", "cleanup", "report", "resize")
    main = s.resource("aws_lambda_function", noun, role, said=said)
    main.named("function_name", resource_name(s, role))
    runtime = s.pick(*_WORDS)
    python = runtime.startswith("python")
    package, digest = parts.zip_package(s, _PYTHON if python else _NODE, "index.py" if python else "index.js", role)
    main.set("filename", package, False, extract=False).set("source_code_hash", digest, False)
    main.set("handler", "index.handler", None if s.may(0.3) and said else False)
    words = _WORDS[runtime]
    main.set(
        "runtime",
        runtime,
        Say(np=f"{{the |}}{words} {{runtime|}}".replace("runtime|", "runtime"), that=f"runs {{on |}}{words}", post=""),
    )
    execution = _role(s, role, main if said else None)
    main.link("role", execution, "arn", Say(implied=True) if execution.said else False)
    for name in ("service-role/AWSLambdaBasicExecutionRole", *policies):
        policy = parts.attach(s, execution, name, said=execution.said and s.may(0.4))
        policy.say = Say(np=f"the {name.rpartition('/')[2]} policy {{attached to|on}} its role")
    if share and said:
        settings(s, main, share)
    if environment is not None and not any(b.path == ("environment",) for b in main.blocks()):
        main.block("environment").set("variables", environment, False)
    return main, execution


def _role(s: Scene, role: str, of: Node | None) -> Node:
    """The role of a function: silent, or a property of the function in people's words."""
    said = of is not None and s.may(0.3)
    words = Say(np="{an IAM role|its own IAM role|an execution role}", do="give it {an IAM role|an execution role}")
    node = s.resource("aws_iam_role", "IAM role", f"{role}_lambda", said=said, of=of, say=words)
    node.named("name", resource_name(s, f"{role}-lambda-role"), False)
    trust = {"Service": ("lambda.amazonaws.com",)}
    demand = PolicyStatement(("assume_role_policy",), "Allow", ("sts:AssumeRole",), principals=trust)
    document = Document(Statement(("sts:AssumeRole",), principals=trust))
    node.set("assume_role_policy", document, Say(implied=True, demand=demand))
    return node


def allow(
    s: Scene, main: Node, service: str, source: object = None, sid: str = "", *, qualifier: Node | None = None
) -> Node:
    """Lets a service invoke the function; nobody says so."""
    node = s.resource("aws_lambda_permission", "", service.split(".")[0], said=False)
    node.set("statement_id", sid or f"AllowFrom{service.split('.')[0].capitalize()}", False, extract=False)
    node.set("action", "lambda:InvokeFunction", False, extract=False)
    node.link("function_name", main, "function_name")
    node.set("principal", service, False, extract=False)
    if source is not None:
        node.set("source_arn", source, False)
    if qualifier is not None:
        node.link("qualifier", qualifier, "name")
    return node


@blueprint("lambda", weight=3)
def lambda_alone(s: Scene) -> None:
    """A function with some settings, perhaps a URL or a log group of its own."""
    s.purpose = s.pick("for a nightly report", "for a webhook", "for image resizing", "", "")
    main, _ = function(s, share=0.7)
    if s.may(0.3):
        url = s.resource(
            "aws_lambda_function_url",
            "function URL",
            main.role,
            of=main,
            say=Say(np="a {public |}function URL".replace("public |", ""), do="{add|give it} a function URL"),
        )
        url.link("function_name", main, "function_name")
        public = s.may()
        url.set(
            "authorization_type",
            "NONE" if public else "AWS_IAM",
            Say(np="no authorization on the URL", do="leave the URL {open|without authorization}")
            if public
            else Say(np="IAM authorization on the URL", do="protect the URL with IAM"),
        )
        if public and s.may(0.4):
            url.block("cors", Say(np="CORS for all origins", do="allow all origins by CORS")).implied(
                "allow_origins", ["*"]
            )
        if s.may(0.5):
            s.output("function_url", url.ref("function_url"), "the {function URL|URL of the function}")
    elif s.may(0.5):
        logs = parts.log_group(s, Template("/aws/lambda/", main.ref("function_name")), main.role, said=True)
        logs.says(Say(post="for {the function|its logs}", demand=parts.refers(main, "name")))
    if s.may(0.2):
        main.set("reserved_concurrent_executions", s.pick(1, 5, 10, 50), Say(np="{a |}reserved concurrency of <v>"))
    if s.may(0.15):
        main.block("ephemeral_storage").set(
            "size", s.pick(1024, 2048, 4096), Say(np="<v> MB of ephemeral storage", do="give it <v> MB of /tmp space")
        )


@blueprint("lambda", "sqs", weight=2)
def lambda_from_queue(s: Scene) -> None:
    """A queue that a function empties, failed messages aside."""
    role = s.pick("jobs", "orders", "emails", "thumbnails", "invoices")
    dead = (
        s.resource("aws_sqs_queue", "{dead letter queue|DLQ|dead-letter queue}", f"{role}_dlq") if s.may(0.5) else None
    )
    queue = s.resource("aws_sqs_queue", "{SQS queue|queue}", role).named("name", resource_name(s, role))
    if dead is not None:
        dead.named("name", resource_name(s, f"{role}-dlq"))
        count = s.pick(3, 5, 10)
        queue.set(
            "redrive_policy",
            Json({"deadLetterTargetArn": dead.ref("arn"), "maxReceiveCount": count}),
            Say(
                np=f"a redrive to the {{DLQ|dead letter queue}} after {count} receives",
                do=f"move messages to the {{DLQ|dead letter queue}} after {count} {{failed |}}receives",
                demand=parts.refers(dead, "redrive_policy"),
            ),
        )
    queue.set("visibility_timeout_seconds", 900)
    main, _ = function(s, f"{role}_worker", policies=("service-role/AWSLambdaSQSQueueExecutionRole",))
    source = s.resource(
        "aws_lambda_event_source_mapping",
        "event source mapping",
        role,
        of=main,
        say=Say(
            np="an event source mapping {to|for} the queue",
            do="{trigger it from|connect it to|let it consume} the queue",
            that="{is triggered by|consumes|processes messages from} the queue",
        ),
    )
    source.link("event_source_arn", queue, "arn", Say(implied=True))
    source.link("function_name", main, s.pick("arn", "function_name"))
    if s.may(0.6):
        source.set(
            "batch_size",
            s.pick(1, 5, 10),
            Say(np="{a |}batch size of <v>", do="{hand it|read} <v> messages at {once|a time}"),
        )
    if s.may(0.25):
        source.block("scaling_config").set(
            "maximum_concurrency", s.pick(2, 5, 10, 20), Say(np="{a |}maximum concurrency of <v>")
        )
    if s.may(0.25):
        source.set(
            "function_response_types",
            ["ReportBatchItemFailures"],
            Say(np="partial batch responses", do="report batch item failures"),
        )


@blueprint("lambda", "kinesis", "dynamodb", weight=1.5)
def lambda_from_stream(s: Scene) -> None:
    """A Kinesis stream or a table's stream read by a function."""
    kinesis = s.may()
    role = s.pick("clicks", "orders", "events", "sensors")
    if kinesis:
        stream = s.resource("aws_kinesis_stream", "{Kinesis data stream|Kinesis stream}", role)
        stream.named("name", resource_name(s, role))
        shards = s.pick(1, 2, 4)
        stream.set("shard_count", shards, Say(np=f"{shards} shard{'s' * (shards > 1)}"))
        attribute, words, policy = "arn", "the stream", "service-role/AWSLambdaKinesisExecutionRole"
    else:
        stream = s.resource("aws_dynamodb_table", "{DynamoDB table|table}", role).named("name", resource_name(s, role))
        stream.set("billing_mode", "PAY_PER_REQUEST", Say(np="on-demand {billing|capacity}"))
        stream.set("hash_key", "id", Say(np="{partition|hash} key <v>"))
        stream.set(
            "stream_enabled", True, Say(np="{streams enabled|its stream enabled}", do="enable {its |the |}stream")
        )
        stream.set("stream_view_type", s.pick("NEW_AND_OLD_IMAGES", "NEW_IMAGE"))
        stream.block("attribute").set("name", "id", False, extract=False).set("type", "S", False, extract=False)
        attribute, words, policy = "stream_arn", "the table's stream", "service-role/AWSLambdaDynamoDBExecutionRole"
    failed = s.resource("aws_sqs_queue", "{SQS queue|queue}", "failures") if s.may(0.4) else None
    if failed is not None:
        failed.named("name", resource_name(s, f"{role}-failures"))
    main, execution = function(s, f"{role}_consumer", policies=(policy,))
    source = s.resource(
        "aws_lambda_event_source_mapping",
        "event source mapping",
        role,
        of=main,
        say=Say(
            np=f"an event source mapping {{for|to}} {words}",
            do=f"{{trigger it from|let it read}} {words}",
            that=f"{{reads|is triggered by|processes records from}} {words}",
        ),
    )
    source.link("event_source_arn", stream, attribute, Say(implied=True))
    source.link("function_name", main, "arn")
    position = s.pick("LATEST", "TRIM_HORIZON")
    source.set("starting_position", position, Say(np="starting position <v>", do="start {reading |}at <v>"))
    if s.may(0.5):
        source.set("batch_size", s.pick(50, 100, 200, 500), Say(np="{a |}batch size of <v>"))
    if s.may(0.3):
        source.set(
            "maximum_retry_attempts", s.pick(2, 3, 5), Say(np="at most <v> retries", do="retry at most <v> times")
        )
    if s.may(0.3):
        source.set(
            "bisect_batch_on_function_error",
            True,
            Say(np="batches split on errors", do="split {a batch|batches} on {errors|failure}"),
        )
    if failed is not None:
        parts.role_policy(s, execution, ("sqs:SendMessage",), (failed.ref("arn"),))
        source.block(
            "destination_config",
            Say(np="failed batches sent to the queue", do="send failed {batches|records} to the queue"),
        ).block("on_failure").link("destination_arn", failed, "arn", Say(implied=True))


TIMES = (
    ("rate(5 minutes)", "every {5|five} minutes"),
    ("rate(15 minutes)", "every 15 minutes"),
    ("rate(1 hour)", "{every hour|hourly}"),
    ("rate(1 day)", "{once a day|every day|daily}"),
    ("cron(0 3 * * ? *)", "{every night|daily} at {3 am|03:00} UTC"),
    ("cron(0 8 ? * MON-FRI *)", "on weekdays at {8 am|08:00} UTC"),
    ("cron(0 0 1 * ? *)", "on the first of {each|every} month at midnight"),
)


@blueprint("lambda", "events", weight=2)
def lambda_on_schedule(s: Scene) -> None:
    """A rule that calls a function again and again."""
    s.purpose = s.pick("for cleaning up old records", "for a daily report", "to rotate data", "")
    main, _ = function(s, s.pick("cleanup", "report", "sync", "backup", "poller"))
    when, words = s.pick(*TIMES)
    rule = s.resource(
        "aws_cloudwatch_event_rule", "{EventBridge rule|CloudWatch event rule|EventBridge rule}", "schedule"
    )
    rule.named("name", resource_name(s, f"{main.role}-schedule"))
    rule.set(
        "schedule_expression",
        when,
        Say(
            np=f"a schedule that fires {words}" if "cron" not in when else f'the schedule expression "{when}"',
            that=f"{{fires|runs|triggers}} {words}",
            do=f"{{fire|run}} it {words}",
        ),
    )
    target = s.resource(
        "aws_cloudwatch_event_target",
        "target",
        "lambda",
        of=rule,
        say=Say(
            np="the {function|Lambda} as {its |the |}target",
            do="{target|invoke} the {function|Lambda} {with it|from it}",
            that="{invokes|calls|targets} the {function|Lambda}",
        ),
    )
    target.link("rule", rule, "name")
    target.link("arn", main, "arn", Say(implied=True))
    if s.may(0.25):
        target.set("input", Json({"source": s.pick("schedule", "cron"), "dryRun": False}), False)
    allow(s, main, "events.amazonaws.com", rule.ref("arn"), "AllowEventBridge")


@blueprint("lambda", weight=1.5)
def lambda_alias(s: Scene) -> None:
    """Versions and aliases, provisioned concurrency, destinations."""
    main, execution = function(s)
    main.set(
        "publish",
        True,
        Say(np="versions published", do="publish a version{ on every change|}", that="publishes versions"),
    )
    name = s.pick("live", "prod", "stable", "current")
    alias = s.resource("aws_lambda_alias", "{alias|Lambda alias}", name)
    alias.named("name", name, True)
    alias.link("function_name", main, "function_name", Say(post="of <it>"))
    alias.link("function_version", main, "version")
    if s.may(0.6):
        count = s.pick(1, 2, 5, 10)
        warm = s.resource(
            "aws_lambda_provisioned_concurrency_config",
            "provisioned concurrency",
            name,
            of=alias,
            say=Say(
                np=f"{{a |}}provisioned concurrency of {count}",
                do=f"{{keep|provision}} {count} {{warm |}}instance{'s' * (count > 1)} for {{it|the alias}}",
            ),
        )
        warm.link("function_name", main, "function_name").link("qualifier", alias, "name")
        warm.implied("provisioned_concurrent_executions", count)
    if s.may(0.5):
        topic = s.resource("aws_sns_topic", "{SNS topic|topic}", "failures").named("name", resource_name(s, "failures"))
        parts.role_policy(s, execution, ("sns:Publish",), (topic.ref("arn"),))
        tries = s.pick(0, 1, 2)
        invoke = s.resource(
            "aws_lambda_function_event_invoke_config",
            "{async|asynchronous} invocation configuration",
            name,
        )
        invoke.link("function_name", main, "function_name", Say(post="for <it>"))
        invoke.set(
            "maximum_retry_attempts",
            tries,
            Say(
                np="<v> {retries|retry attempts}".replace(
                    "{retries|retry attempts}", "retries" if tries != 1 else "retry"
                )
            ),
        )
        invoke.block("destination_config").block(
            "on_failure",
            Say(np="the topic as {destination on failure|failure destination}", do="send failures to the topic"),
        ).link("destination", topic, "arn", Say(implied=True))


@blueprint("lambda", "vpc", weight=1.5)
def lambda_in_vpc(s: Scene) -> None:
    """A function in subnets, with a layer at times."""
    named = s.may(0.6)
    vpc, subnets = parts.network(s, s.pick(1, 2, 2, 3), said=named, subnets_said=named)
    group = s.resource("aws_security_group", "security group", "lambda", said=named)
    group.named("name", resource_name(s, "lambda-sg"))
    group.link("vpc_id", vpc, say="in <it>")
    out = group.block("egress")
    for name, value in (("from_port", 0), ("to_port", 0), ("protocol", "-1"), ("cidr_blocks", ["0.0.0.0/0"])):
        out.set(name, value, False, extract=False)
    layer: Node | None = None
    if s.may(0.4):
        package, _ = parts.zip_package(s, "def helper():\n    return 1\n", "python/helper.py", "layer")
        layer = s.resource("aws_lambda_layer_version", "{Lambda layer|layer}", "shared")
        layer.named("layer_name", resource_name(s, s.pick("shared", "dependencies", "common")))
        layer.set("filename", package, False, extract=False)
    main, _ = function(s, policies=("service-role/AWSLambdaVPCAccessExecutionRole",))
    where = main.block(
        "vpc_config",
        Say(
            np="{VPC access|a VPC configuration}{ for those subnets|}".replace(
                "{ for those subnets|}", "{ in the subnets|}" if named else ""
            ),
            do="{run|place} it in {the|a} VPC".replace("{the|a}", "the" if named else "a"),
            that="runs in {the|a} VPC".replace("{the|a}", "the" if named else "a"),
        ),
    )
    where.set("subnet_ids", [n.ref("id") for n in subnets], False)
    where.link(
        "security_group_ids", group, "id", Say(np="<it> attached", that="uses <it>") if named else False, wrap=True
    )
    if layer is not None:
        layer.set("compatible_runtimes", [_runtime(main)], Say(np="<v> as {a |}compatible runtime", post="for <v>"))
        main.link("layers", layer, "arn", Say(np="<it>", do="attach <it> to the function", that="uses <it>"), wrap=True)


def _runtime(main: Node) -> str:
    return next(str(n.value) for n in main.settings() if n.name == "runtime")


@blueprint("states", "lambda", weight=2)
def state_machine(s: Scene) -> None:
    """A workflow that calls a function, waits, or chooses."""
    role = s.pick("orders", "onboarding", "etl", "approval", "import")
    main, _ = function(s, f"{role}_step", share=0.3)
    machine = s.resource(
        "aws_sfn_state_machine", "{Step Functions state machine|state machine|Step Functions workflow}", role
    )
    machine.named("name", resource_name(s, f"{role}-workflow"))
    express = s.may(0.3)
    if express or s.may(0.3):
        kind = "EXPRESS" if express else "STANDARD"
        machine.set("type", kind, Say(np=f"type {kind}", post=f"of {{type {kind}|the {kind.lower()} type}}"))
    execution = parts.execution_role(s, "states", f"{role}_states", said=s.may(0.3))
    machine.link("role_arn", execution, "arn", Say(post="using <it>") if execution.said else False)
    parts.role_policy(
        s, execution, ("lambda:InvokeFunction",), (main.ref("arn"),), said=execution.said, words="invoke the function"
    )
    steps: dict[str, object] = {}
    wait = s.pick(0, 10, 30, 300)
    if wait:
        steps["Wait"] = {"Type": "Wait", "Seconds": wait, "Next": "Process"}
    tries = s.pick(0, 2, 3)
    task: dict[str, object] = {"Type": "Task", "Resource": main.ref("arn"), "End": True}
    if tries:
        task["Retry"] = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 5, "MaxAttempts": tries, "BackoffRate": 2}]
    steps["Process"] = task
    machine.set(
        "definition",
        Json({"Comment": f"Workflow for {role}", "StartAt": "Wait" if wait else "Process", "States": steps}),
        Say(
            np="{a|one} task that calls the {function|Lambda}",
            do="{call|run} the {function|Lambda} {in|from} it",
            that="{invokes|calls|runs} the {function|Lambda}",
            demand=parts.refers(main, "definition"),
        ),
    )
    if s.may(0.35):
        logs = parts.log_group(s, f"/aws/vendedlogs/states/{role}", f"{role}_states", said=True)
        config = machine.block("logging_configuration")
        config.set("log_destination", Template(logs.ref("arn"), ":*"), False)
        config.set(
            "level",
            s.pick("ALL", "ERROR"),
            Say(np="logging at level <v>", do="log at level <v>", that="logs at level <v>"),
        )
    if s.may(0.25):
        machine.block("tracing_configuration").set(
            "enabled", True, Say(np="{X-Ray |}tracing enabled", do="turn on X-Ray tracing")
        )


def queue_policy(s: Scene, queue: Node, service: str, source: object) -> Node:
    """Lets a service put messages into a queue; nobody says so."""
    node = s.resource("aws_sqs_queue_policy", "", queue.role, said=False)
    node.link("queue_url", queue)
    statement = Statement(
        ("sqs:SendMessage",),
        (queue.ref("arn"),),
        principals={"Service": (service,)},
        conditions=(("ArnEquals", "aws:SourceArn", (source,)),),
    )
    node.set("policy", Document(statement), False)
    return node

"""On top of what other teams run: shared clusters, balancers, topics, secrets, keys and networks, looked up by name."""

from __future__ import annotations

from terraformer.data.intents import Attribute, Operator, PolicyStatement
from terraformer.data.synthesis import parts
from terraformer.data.synthesis.blueprints.containers import task
from terraformer.data.synthesis.blueprints.edge import behavior, distribution, origin_bucket, readable
from terraformer.data.synthesis.blueprints.lookups import default_vpc, its_subnets
from terraformer.data.synthesis.blueprints.messaging import queue
from terraformer.data.synthesis.blueprints.serverless import function
from terraformer.data.synthesis.blueprints.storage import bucket
from terraformer.data.synthesis.expressions import Document, Json, Raw, Statement, Template, Value
from terraformer.data.synthesis.names import project, resource_name, stage
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Node, Say, Scene


def look(s: Scene, type: str, role: str, **arguments: Value) -> Node:
    """A data source that finds something by these arguments; nobody names it as such."""
    node = s.data(type, "", role)
    for name, value in arguments.items():
        node.set(name, value, False, extract=False)
    return node


@blueprint("ecs", "ecr", weight=2)
def service_in_shared_cluster(s: Scene) -> None:
    """A service in a cluster that is there, its image from a repository that is there."""
    role = s.pick("api", "web", "worker", "billing")
    shared = s.pick("apps", "shared", f"{project(s)}-cluster")
    home = look(s, "aws_ecs_cluster", "shared", cluster_name=shared)
    definition = task(s, role, "placeholder", s.pick(8080, 3000, 80))
    repository = f"{project(s)}/{role}"
    images = look(s, "aws_ecr_repository", role, name=repository)
    tag = s.pick("latest", "1.4.2", "v12")
    for setting in definition.settings():
        if setting.name == "container_definitions" and isinstance(setting.value, Json):
            setting.value.value[0]["image"] = Template(images.ref("repository_url"), f":{tag}")
            setting.say = Say(
                np=f"a container from tag {tag} of our {{existing |}}ECR repository {repository}",
                that=f"runs {{the |}}tag {tag} of our {{existing |}}ECR repository {repository}",
                demand=(
                    Attribute(("container_definitions",), Operator.INCLUDES, f":{tag}"),
                    parts.refers(images, "container_definitions"),
                ),
            )
    main = s.resource("aws_ecs_service", "{ECS service|Fargate service}", role).named("name", resource_name(s, role))
    main.set(
        "cluster",
        home.ref("arn"),
        Say(post=f"in {{the existing|our shared}} {{ECS |}}cluster {shared}", demand=parts.refers(home, "cluster")),
        extract=False,
    )
    main.link("task_definition", definition, "arn", Say(np="the task definition", do="run the task definition"))
    count = s.pick(1, 2, 3)
    main.set(
        "desired_count", count, Say(np=f"{count} task{'s' * (count > 1)}", do=f"run {count} task{'s' * (count > 1)}")
    )
    main.set("launch_type", "FARGATE", False)
    net = default_vpc(s)
    where = main.block("network_configuration")
    where.set("subnets", its_subnets(s, net).ref("ids"), False)
    where.set("assign_public_ip", True, Say(np="public IPs", do="give the tasks public IPs") if s.may(0.3) else False)


@blueprint("cloudwatch", "sns", weight=2)
def alarm_to_shared_topic(s: Scene) -> None:
    """Alarms that notify a topic of the operations team."""
    name = s.pick("ops-alerts", "oncall", "alarms", f"{project(s)}-alerts")
    topic = look(s, "aws_sns_topic", "alerts", name=name)
    words = Say(
        do=f"notify {{our|the}} existing SNS topic {name}",
        that=f"notifies {{our|the}} existing SNS topic {name}",
        np=f"{{our|the}} existing SNS topic {name} as {{its |}}action",
        demand=parts.refers(topic, "alarm_actions"),
    )
    watched: list[tuple[str, str, str, str, int]] = [
        ("AWS/EC2", "CPUUtilization", "high CPU on an EC2 instance", "InstanceId", 80),
        ("AWS/RDS", "FreeStorageSpace", "low storage of the database", "DBInstanceIdentifier", 5000000000),
        ("AWS/SQS", "ApproximateAgeOfOldestMessage", "old messages in the queue", "QueueName", 600),
        ("AWS/Lambda", "Errors", "errors of the function", "FunctionName", 1),
    ]
    for space, metric, what, dimension, limit in s.some(watched, 1, 3):
        low = metric == "FreeStorageSpace"
        node = s.resource("aws_cloudwatch_metric_alarm", f"{{CloudWatch alarm|alarm}} for {what}", metric.lower()[:12])
        node.named("alarm_name", resource_name(s, metric.lower()))
        node.implied("metric_name", metric).implied("namespace", space)
        node.set("statistic", "Average" if space in ("AWS/EC2", "AWS/RDS") else "Maximum", False)
        node.set("comparison_operator", "LessThanThreshold" if low else "GreaterThanThreshold", False)
        node.set("threshold", limit, Say(np="a threshold of <v>", that=f"fires {'below' if low else 'above'} <v>"))
        node.set("period", s.pick(60, 300), None).set("evaluation_periods", s.pick(1, 2, 3), None)
        value = {"InstanceId": "i-0a1b2c3d4e5f67890", "DBInstanceIdentifier": "orders", "QueueName": "orders"}
        node.set("dimensions", {dimension: value.get(dimension, "orders-worker")}, False, extract=False)
        node.set("alarm_actions", [topic.ref("arn")], words, extract=False)


@blueprint("lambda", "sqs", weight=2)
def function_on_shared_source(s: Scene) -> None:
    """A function that reads a queue or a table that another team owns."""
    role = s.pick("orders", "invoices", "mailer", "indexer")
    main, access = function(s, role, share=0.4)
    if s.may():
        name = s.pick("orders", "jobs", f"{project(s)}-events")
        source = look(s, "aws_sqs_queue", "source", name=name)
        actions: tuple[str, ...] = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
        words, attribute = f"the existing queue {name}", "arn"
    else:
        name = s.pick("orders", "customers", f"{project(s)}-items")
        source = look(s, "aws_dynamodb_table", "source", name=name)
        actions = (
            "dynamodb:GetRecords",
            "dynamodb:GetShardIterator",
            "dynamodb:DescribeStream",
            "dynamodb:ListStreams",
        )
        words, attribute = f"the stream of the existing DynamoDB table {name}", "stream_arn"
    parts.role_policy(s, access, actions, (source.ref(attribute),))
    tie = s.resource("aws_lambda_event_source_mapping", "event source mapping", role)
    tie.set(
        "event_source_arn",
        source.ref(attribute),
        Say(
            post=f"{{from|for}} {words}",
            np=f"{words} as {{its |the |}}source",
            demand=parts.refers(source, "event_source_arn"),
        ),
        extract=False,
    )
    tie.link("function_name", main, "arn", Say(post="to <it>", do="send records to <it>"))
    tie.set("batch_size", s.pick(5, 10, 50, 100), Say(np="{a |}batch size of <v>", do="use batches of <v>"))
    if attribute == "stream_arn":
        tie.set("starting_position", s.pick("LATEST", "TRIM_HORIZON"), None)


@blueprint("rds", "secretsmanager", weight=2)
def database_with_shared_secret(s: Scene) -> None:
    """A database whose password is in a secret that is there."""
    name = s.pick("prod/db/password", "db-password", f"{project(s)}/database")
    secret = look(s, "aws_secretsmanager_secret", "db", name=name)
    version = s.data("aws_secretsmanager_secret_version", "", "db").link("secret_id", secret).node
    assert version is not None
    engine, number, words = s.pick(
        ("postgres", "16.4", "Postgres"), ("mysql", "8.0", "MySQL"), ("mariadb", "10.11", "MariaDB")
    )
    main = s.resource("aws_db_instance", f"{{RDS {words} database|{words} database on RDS}}", "main")
    main.named("identifier", resource_name(s, "db")).implied("engine", engine)
    main.set("engine_version", number, None)
    main.set("instance_class", s.pick("db.t3.micro", "db.t4g.small", "db.m6g.large"), True)
    main.set("allocated_storage", s.pick(20, 50, 100), None)
    main.set("username", s.pick("app", "dbadmin"), None)
    main.set(
        "password",
        version.ref("secret_string"),
        Say(
            np=f"the password from the existing secret {name}",
            do=f"{{read|take}} the password from the {{existing |}}secret {name} in Secrets Manager",
            demand=parts.refers(version, "password"),
        ),
        extract=False,
    )
    main.set("skip_final_snapshot", True, False)
    if s.may(0.4):
        main.set("storage_encrypted", True, Say(np="encrypted storage", do="encrypt its storage"))


def shared_cluster(s: Scene) -> tuple[Node, str]:
    """A Kubernetes cluster that is there, and its name."""
    name = s.pick("main", "platform", f"{project(s)}-eks")
    return look(s, "aws_eks_cluster", "main", name=name), name


@blueprint("eks", "iam", weight=2)
def addons_of_shared_cluster(s: Scene) -> None:
    """Addons of a cluster that is there, in the versions that fit, and identities of its pods."""
    home, name = shared_cluster(s)
    named = f"of {{the|our}} {{existing |}}EKS cluster {name}"
    for addon in s.some(["vpc-cni", "coredns", "kube-proxy", "aws-ebs-csi-driver", "eks-pod-identity-agent"], 1, 3):
        node = s.resource("aws_eks_addon", f"{{EKS |}}addon {addon}", addon.replace("-", "_"))
        node.implied("addon_name", addon)
        node.set(
            "cluster_name", home.ref("name"), Say(post=named, demand=parts.refers(home, "cluster_name")), extract=False
        )
        if s.may(0.7):
            fitting = s.data("aws_eks_addon_version", "", addon.replace("-", "_"))
            fitting.set("addon_name", addon, False, extract=False)
            fitting.link("kubernetes_version", home, "version").set("most_recent", True, False, extract=False)
            node.set(
                "addon_version",
                fitting.ref("version"),
                Say(
                    np="the {latest|most recent} version that fits the cluster",
                    do="use the {latest|most recent} version {for the cluster|that fits}",
                    demand=parts.refers(fitting, "addon_version"),
                ),
                extract=False,
            )
    if s.may(0.6):
        pod_identity(s, home, s.pick("s3-reader", "orders", "external-dns", "uploader"))


def pod_identity(s: Scene, home: Node, account: str) -> Node:
    """A role that pods with a service account get."""
    space = s.pick("default", "apps", "kube-system")
    actions = ("sts:AssumeRole", "sts:TagSession")
    role = s.resource("aws_iam_role", "{IAM role for the pods|IAM role}", account.replace("-", "_"))
    role.named("name", resource_name(s, f"{account}-pods"))
    trust = {"Service": ("pods.eks.amazonaws.com",)}
    role.set(
        "assume_role_policy",
        Document(Statement(actions, principals=trust)),
        Say(
            that="EKS pods can assume",
            np="a trust policy for EKS pod identity",
            do="let EKS pods assume it",
            demand=PolicyStatement(("assume_role_policy",), "Allow", actions, principals=trust),
        ),
    )
    node = s.resource("aws_eks_pod_identity_association", "pod identity association", account.replace("-", "_"))
    node.link("cluster_name", home, "name").link("role_arn", role, "arn", say="for <it>")
    node.set("namespace", space, Say(np="{the |}namespace <v>", post="in {the |}namespace <v>"))
    node.set("service_account", account, Say(np="{the |}service account <v>", do="tie it to the service account <v>"))
    return node


@blueprint("eks", "iam")
def identity_provider_of_cluster(s: Scene) -> None:
    """Roles for service accounts by OIDC."""
    home, name = shared_cluster(s)
    issuer = Raw("{0}[0].oidc[0].issuer", (home.ref("identity"),))
    certificate = s.data("tls_certificate", "", "eks").set("url", issuer, False, extract=False).node
    assert certificate is not None
    main = s.resource("aws_iam_openid_connect_provider", "{IAM OIDC provider|OpenID Connect provider}", "eks")
    main.set(
        "url",
        issuer,
        Say(post=f"for {{the|our}} {{existing |}}EKS cluster {name}", demand=parts.refers(home, "url")),
        extract=False,
    )
    main.set("client_id_list", ["sts.amazonaws.com"], Say(np="{the |}client ID sts.amazonaws.com"))
    main.set(
        "thumbprint_list",
        Raw("[{0}[0].sha1_fingerprint]", (certificate.ref("certificates"),)),
        Say(
            np="the thumbprint read from the issuer's certificate",
            do="take the thumbprint from the issuer's certificate",
            demand=parts.refers(certificate, "thumbprint_list"),
        )
        if s.may()
        else False,
        extract=False,
    )
    if s.may(0.6):
        account = s.pick("external-dns", "cluster-autoscaler", "aws-load-balancer-controller")
        role = s.resource("aws_iam_role", f"{{IAM role for {account}|role for {account}}}", account.replace("-", "_"))
        role.named("name", resource_name(s, account))
        trust = Statement(("sts:AssumeRoleWithWebIdentity",), principals={"Federated": (main.ref("arn"),)})
        role.set(
            "assume_role_policy",
            Document(trust),
            Say(
                np="a trust policy for the OIDC provider",
                do="let {it be assumed|service accounts assume it} through the OIDC provider",
                demand=PolicyStatement(
                    ("assume_role_policy",), "Allow", ("sts:AssumeRoleWithWebIdentity",), unknown=True
                ),
            ),
        )


@blueprint("kms", "iam", weight=1.5)
def key_for_account(s: Scene) -> None:
    """A key policy that holds in every partition and account."""
    account = look(s, "aws_caller_identity", "current")
    partition = look(s, "aws_partition", "current")
    key = s.resource("aws_kms_key", "{KMS key|customer managed key}", s.pick("data", "logs", "app"))
    key.set("description", f"Key for {key.role}", None)
    key.set("enable_key_rotation", True, Say(np="key rotation {enabled|}", do="rotate it {every year|automatically}"))
    root = Template("arn:", partition.ref("partition"), ":iam::", account.ref("account_id"), ":root")
    statements = [Statement(("kms:*",), ("*",), principals={"AWS": (root,)}, sid="Root")]
    if s.may(0.7):
        region = look(s, "aws_region", "current")
        service = Template("logs.", region.ref("region"), ".amazonaws.com")
        actions = ("kms:Encrypt*", "kms:Decrypt*", "kms:GenerateDataKey*", "kms:Describe*")
        statements.append(Statement(actions, ("*",), principals={"Service": (service,)}, sid="Logs"))
        key.says(
            Say(
                np="a key policy that lets CloudWatch Logs use it",
                do="let CloudWatch Logs use it",
                that="CloudWatch Logs can use",
                demand=PolicyStatement(("policy",), "Allow", ("kms:Encrypt*", "kms:Decrypt*")),
            )
        )
    key.set("policy", Document(*statements), False)
    alias = s.resource(
        "aws_kms_alias",
        "",
        key.role,
        of=key,
        say=Say(np=f"the alias alias/{project(s)}-{key.role}", do=f"give it the alias alias/{project(s)}-{key.role}"),
    )
    alias.implied("name", f"alias/{project(s)}-{key.role}").link("target_key_id", key, "key_id")


@blueprint("iam", weight=2)
def existing_policies(s: Scene) -> None:
    """Policies that are there attached to roles that are there, or to new ones."""
    policies = s.some(["ReadOnlyAccess", "AmazonS3ReadOnlyAccess", "CloudWatchLogsFullAccess", "SecurityAudit"], 1, 2)
    name = s.pick("deploy", "ci-runner", f"{project(s)}-app")
    if s.may():
        role = look(s, "aws_iam_role", "existing", name=name)
        where = Say(post=f"to {{the|our}} existing {{IAM |}}role {name}", demand=parts.refers(role, "role"))
    else:
        role = parts.execution_role(s, s.pick("ec2", "lambda", "codebuild"), "app", said=True)
        where = Say(post="to <it>")
    for policy in policies:
        found = look(s, "aws_iam_policy", policy.lower(), name=policy)
        node = s.resource(
            "aws_iam_role_policy_attachment", "{policy attachment|role policy attachment}", policy.lower()
        )
        node.set(
            "policy_arn",
            found.ref("arn"),
            Say(
                post=f"of the {{managed |AWS |}}policy {policy} ({{looked up|found}} by its name)",
                demand=parts.refers(found, "policy_arn"),
            ),
            extract=False,
        )
        node.set("role", role.ref("name"), where, extract=False)


@blueprint("cloudwatch", "lambda")
def filters_on_existing_logs(s: Scene) -> None:
    """What is made of a log group that is there."""
    name = s.pick("/aws/lambda/orders", "/ecs/api", "/app/web")
    logs = look(s, "aws_cloudwatch_log_group", "app", name=name)
    words = f"{{on|of}} the existing log group {name}"
    pattern, what = s.pick(("ERROR", "errors"), ("WARN", "warnings"), ("timeout", "timeouts"))
    node = s.resource("aws_cloudwatch_log_metric_filter", "{metric filter|log metric filter}", what)
    node.named("name", resource_name(s, what))
    node.set(
        "log_group_name", logs.ref("name"), Say(post=words, demand=parts.refers(logs, "log_group_name")), extract=False
    )
    node.set(
        "pattern",
        pattern,
        Say(np=f"{{the |}}pattern {pattern}", do=f"count {what} by the pattern {pattern}"),
        extract=False,
    )
    made = node.block("metric_transformation")
    metric = what.capitalize() + "Count"
    made.set(
        "name", metric, Say(np=f"{{the |}}metric {metric}", do=f"{{count|publish}} them as {metric}"), extract=False
    )
    made.set("namespace", s.pick("App", "Logs", project(s).capitalize()), False).set("value", "1", False)
    if s.may():
        main, _ = function(s, "logs", share=0.2)
        tie = s.resource("aws_cloudwatch_log_subscription_filter", "{subscription filter|log subscription}", "all")
        tie.named("name", resource_name(s, "to-lambda"))
        tie.set(
            "log_group_name",
            logs.ref("name"),
            Say(post=words, demand=parts.refers(logs, "log_group_name")),
            extract=False,
        )
        tie.set("filter_pattern", "", False)
        tie.link(
            "destination_arn",
            main,
            "arn",
            Say(do="send everything to the function", that="sends everything to the function"),
        )


@blueprint("organizations", "s3", "sns", weight=1.5)
def shared_in_organization(s: Scene) -> None:
    """Something that every account of the organization may use."""
    org = look(s, "aws_organizations_organization", "current")
    condition = (("StringEquals", "aws:PrincipalOrgID", (org.ref("id"),)),)
    if s.may():
        main = bucket(s, role=s.pick("artifacts", "templates", "shared"))
        action, what, argument = "s3:GetObject", "read its objects", "bucket"
        resources: tuple[Value, ...] = (Template(main.ref("arn"), "/*"),)
        kind = "aws_s3_bucket_policy"
    elif s.may():
        main = s.resource("aws_sns_topic", "{SNS topic|topic}", s.pick("events", "alerts"))
        main.named("name", resource_name(s, main.role))
        action, what, argument, kind = "sns:Publish", "publish to it", "arn", "aws_sns_topic_policy"
        resources = (main.ref("arn"),)
    else:
        main = queue(s, s.pick("events", "audit"))
        action, what, argument, kind = "sqs:SendMessage", "send messages to it", "queue_url", "aws_sqs_queue_policy"
        resources = (main.ref("arn"),)
    policy = s.resource(
        kind,
        "",
        main.role,
        of=main,
        say=Say(
            np=f"a policy that lets all accounts of our organization {what}",
            do=f"let {{every account|all accounts}} of {{our|the}} organization {what}",
        ),
    )
    policy.link(argument, main, "arn" if argument == "arn" else "id")
    statement = Statement((action,), resources, principals={"AWS": ("*",)}, conditions=condition)
    policy.set(
        "policy",
        Document(statement),
        Say(implied=True, demand=PolicyStatement(("policy",), "Allow", (action,), unknown=True)),
    )


@blueprint("cloudfront", weight=1.5)
def api_behind_cdn(s: Scene) -> None:
    """A distribution that passes on what the viewer sends."""
    site, control = origin_bucket(s)
    cdn = distribution(s, site, site.ref("bucket_regional_domain_name"), "bucket", control=control)
    caching = look(s, "aws_cloudfront_cache_policy", "managed", name="Managed-CachingOptimized")
    name = s.pick("Managed-CORS-S3Origin", "Managed-UserAgentRefererHeaders")
    request = look(s, "aws_cloudfront_origin_request_policy", "managed", name=name)
    body = behavior(cdn)
    body.set(
        "cache_policy_id",
        caching.ref(),
        Say(
            np="the managed policy CachingOptimized",
            do="cache by the managed policy CachingOptimized",
            demand=parts.refers(caching, "cache_policy_id"),
        ),
        extract=False,
    )
    body.set(
        "origin_request_policy_id",
        request.ref(),
        Say(
            np=f"the origin request policy {name}",
            do=f"use the origin request policy {name}",
            demand=parts.refers(request, "origin_request_policy_id"),
        ),
        extract=False,
    )
    cdn.block("viewer_certificate").set("cloudfront_default_certificate", True, False, extract=False)
    readable(s, site, cdn)


@blueprint("ssm", "lambda")
def settings_by_path(s: Scene) -> None:
    """A function that gets the settings which lie under a path."""
    path = f"/{project(s)}/{stage(s)}"
    found = look(s, "aws_ssm_parameter", "api_url", name=f"{path}/api-url")
    role = s.pick("sync", "notifier", "export")
    main, _ = function(s, role, share=0.0)
    main.block("environment").set(
        "variables",
        {"API_URL": found.ref("value"), "STAGE": stage(s)},
        Say(
            np=f"the environment variable API_URL from the SSM parameter {path}/api-url",
            do=f"set API_URL from the SSM parameter {path}/api-url",
            demand=parts.refers(found, "variables"),
        ),
        extract=False,
    )
    key = look(s, "aws_kms_key", "shared", key_id=f"alias/{project(s)}")
    if s.may():
        main.set(
            "kms_key_arn",
            key.ref("arn"),
            Say(
                np=f"its environment encrypted with the existing key alias/{project(s)}",
                do=f"encrypt its environment with the existing key alias/{project(s)}",
                demand=parts.refers(key, "kms_key_arn"),
            ),
            extract=False,
        )
    else:
        s.nodes.remove(key)


__all__ = ["look", "pod_identity"]

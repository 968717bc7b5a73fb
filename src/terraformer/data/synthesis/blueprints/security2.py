"""SSM, CloudTrail, Config, GuardDuty, Security Hub, Inspector, Macie."""

from __future__ import annotations

from terraformer.data.intents import Attribute, Operator, PolicyStatement
from terraformer.data.synthesis import parts
from terraformer.data.synthesis.blueprints.storage import bucket, private, versioning
from terraformer.data.synthesis.expressions import Document, Json, Raw, Statement, Template
from terraformer.data.synthesis.names import resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Node, Say, Scene


@blueprint("ssm", weight=2)
def parameters(s: Scene) -> None:
    """Parameters, one or several, plain or encrypted."""
    app = s.pick("app", "web", "billing", "shop")
    options = [
        (f"/{app}/log_level", "String", s.pick("info", "debug")),
        (f"/{app}/db/host", "String", "db.internal.example.com"),
        (f"/{app}/db/port", "String", "5432"),
        (f"/{app}/features", "StringList", "search,checkout"),
        (f"/{app}/api_key", "SecureString", ""),
    ]
    for name, kind, value in s.some(options, 1, 3):
        noun = {
            "SecureString": "{SecureString parameter|encrypted SSM parameter}",
            "StringList": "{SSM parameter|Parameter Store parameter}",
        }.get(kind, "{SSM parameter|Parameter Store parameter|parameter in Parameter Store}")
        node = s.resource("aws_ssm_parameter", noun, name.rpartition("/")[2]).named("name", name, True)
        if kind == "SecureString":
            node.implied("type", kind)
            variable = s.variable("api_key", "string", "replace-me", "The API key.", said=s.may(0.4))
            node.set("value", variable, False)
        else:
            node.set("type", kind, Say(post="of type <v>", np="type <v>"))
            node.set("value", value, Say(np="{the |}value <v>", that="holds <v>"))
        if s.may(0.2):
            node.set("tier", s.pick("Advanced", "Standard"), Say(np="{the |}<v> tier"))


@blueprint("ssm", "ec2", weight=1.5)
def patching(s: Scene) -> None:
    """Patches on a schedule: baseline, group, window, targets, task."""
    system, shown = s.pick(("AMAZON_LINUX_2023", "Amazon Linux 2023"), ("UBUNTU", "Ubuntu"))
    baseline = s.resource("aws_ssm_patch_baseline", "{SSM patch baseline|patch baseline}", "main")
    baseline.named("name", resource_name(s, "patch-baseline"))
    baseline.set("operating_system", system, Say(post=f"for {shown}"))
    days = s.pick(3, 7, 14)
    rule = baseline.block(
        "approval_rule",
        Say(
            np=f"{{automatic |}}approval after {days} days",
            do=f"approve patches after {days} days",
            that=f"approves patches after {days} days",
        ),
    )
    rule.implied("approve_after_days", days)
    inner = rule.block("patch_filter")
    if system == "UBUNTU":
        inner.set("key", "PRIORITY", False, extract=False).set("values", ["Required", "Important"], False)
    else:
        inner.set("key", "CLASSIFICATION", False, extract=False).set("values", ["Security", "Bugfix"], False)
    tag = s.pick("web", "prod", "linux")
    if s.may(0.5):
        group = s.resource("aws_ssm_patch_group", "{patch group|SSM patch group}", tag)
        group.set("patch_group", tag, Say(post="<v>"))
        group.link("baseline_id", baseline, say=Say(post="for <it>"))
    if s.may(0.7):
        when, words = s.pick(
            ("cron(0 2 ? * SUN *)", "on Sundays at 2 am"), ("cron(0 4 ? * SAT *)", "on Saturdays at 4 am")
        )
        window = s.resource(
            "aws_ssm_maintenance_window", "{maintenance window|SSM maintenance window}", "patching"
        ).named("name", resource_name(s, "patching"))
        hours = s.pick(2, 3, 4)
        window.set("schedule", when, Say(np=f'the schedule "{when}"', post=f"{words}"))
        window.set("duration", hours, Say(np="{a |}duration of <v> hours", that="lasts <v> hours"))
        window.set("cutoff", 1, Say(np="a cutoff of <v> hour") if s.may(0.4) else False)
        target = s.resource(
            "aws_ssm_maintenance_window_target",
            "target",
            tag,
            of=window,
            say=Say(
                np=f"instances tagged PatchGroup={tag} as {{its |the |}}targets",
                do=f"target {{the |}}instances tagged PatchGroup={tag}",
                that=f"targets {{the |}}instances tagged PatchGroup={tag}",
            ),
        )
        target.link("window_id", window).set("resource_type", "INSTANCE", False, extract=False)
        target.block("targets").implied("key", "tag:PatchGroup").implied("values", [tag])
        task = s.resource(
            "aws_ssm_maintenance_window_task",
            "task",
            "patch",
            of=window,
            say=Say(
                np="a task that runs AWS-RunPatchBaseline",
                do="run AWS-RunPatchBaseline in it",
                that="runs AWS-RunPatchBaseline",
            ),
        )
        task.link("window_id", window).set("task_type", "RUN_COMMAND", False, extract=False)
        task.implied("task_arn", "AWS-RunPatchBaseline")
        task.set("priority", 1, False).set("max_concurrency", s.pick("2", "50%"), False).set(
            "max_errors", s.pick("1", "10%"), False
        )
        task.block("targets").set("key", "WindowTargetIds", False, extract=False).set(
            "values", [target.ref("id")], False
        )
        command = task.block("task_invocation_parameters").block("run_command_parameters").block("parameter")
        command.set("name", "Operation", False, extract=False).set("values", ["Install"], False)


@blueprint("ssm")
def ssm_document(s: Scene) -> None:
    """A document of one's own, associated with tagged instances."""
    role, script = s.pick(
        ("install-nginx", "yum install -y nginx"),
        ("cleanup-tmp", "find /tmp -mtime +7 -delete"),
        ("restart-app", "systemctl restart app"),
    )
    doc = s.resource("aws_ssm_document", "{SSM document|SSM command document|Systems Manager document}", role).named(
        "name", resource_name(s, role)
    )
    doc.implied("document_type", "Command")
    step = {"action": "aws:runShellScript", "name": "run", "inputs": {"runCommand": [script]}}
    doc.set(
        "content",
        Json({"schemaVersion": "2.2", "description": role.replace("-", " "), "mainSteps": [step]}),
        Say(
            np=f'a step that runs "{script}"',
            do=f'run "{script}"',
            that=f'runs "{script}"',
            demand=Attribute(("content",), Operator.INCLUDES, script),
        ),
    )
    if s.may(0.6):
        value = s.pick("web", "app", "worker")
        when, words = s.pick(
            ("rate(1 day)", "{once a day|daily}"),
            ("rate(7 days)", "{once a week|weekly}"),
            ("rate(30 minutes)", "every 30 minutes"),
        )
        link = s.resource("aws_ssm_association", "{association|SSM association|State Manager association}", role)
        link.link("name", doc, "name", Say(post="of <it>"))
        link.block(
            "targets",
            Say(
                np=f"instances tagged Role={value} as targets",
                that=f"targets instances tagged Role={value}",
                post=f"with instances tagged Role={value}",
            ),
        ).implied("key", "tag:Role").implied("values", [value])
        link.set(
            "schedule_expression", when, Say(np=f"a schedule of {when}", that=f"runs {words}", do=f"run it {words}")
        )


def _bucket_for(s: Scene, of: Node, service: str, prefix: str = "AWSLogs") -> Node:
    """The bucket policy with which a service writes its files; nobody says so."""
    account = s.data("aws_caller_identity", "", "current")
    node = s.resource("aws_s3_bucket_policy", "", of.role, said=False)
    node.link("bucket", of)
    path = Template(of.ref("arn"), f"/{prefix}/", account.ref("account_id"), "/*")
    node.set(
        "policy",
        Document(
            Statement(
                ("s3:GetBucketAcl", "s3:ListBucket"), (of.ref("arn"),), principals={"Service": (service,)}, sid="Check"
            ),
            Statement(
                ("s3:PutObject",),
                (path,),
                principals={"Service": (service,)},
                conditions=(("StringEquals", "s3:x-amz-acl", ("bucket-owner-full-control",)),),
                sid="Write",
            ),
        ),
        False,
    )
    return node


@blueprint("cloudtrail", "s3", weight=2)
def trail(s: Scene) -> None:
    """API calls recorded to a bucket, perhaps to a log group as well."""
    store = bucket(s, "{S3 bucket|bucket}", "trail")
    if s.may(0.4):
        private(s, store)
    if s.may(0.3):
        versioning(s, store, enabled=True)
    policy = _bucket_for(s, store, "cloudtrail.amazonaws.com")
    logs = parts.log_group(s, resource_name(s, "cloudtrail"), "trail", said=True) if s.may(0.35) else None
    key = parts.kms_key(s, "trail") if s.may(0.25) else None
    main = s.resource("aws_cloudtrail", "{CloudTrail trail|trail}", "main")
    main.named("name", resource_name(s, s.pick("audit", "management-events", "trail")))
    main.link("s3_bucket_name", store, "id", Say(np="{logs delivered|delivery} to <it>", that="{writes|logs} to <it>"))
    if s.may(0.6):
        main.set(
            "is_multi_region_trail",
            True,
            Say(np="all regions covered", do="cover all regions", that="covers all regions"),
        )
    if s.may(0.4):
        main.set(
            "include_global_service_events",
            True,
            Say(np="global service events{ included|}", do="include global service events"),
        )
    if s.may(0.5):
        main.set(
            "enable_log_file_validation",
            True,
            Say(np="log file validation", do="{validate log files|turn on log file validation}"),
        )
    if key is not None:
        main.link("kms_key_id", key, "arn", Say(post="encrypted with <it>"))
    if logs is not None:
        role = s.resource("aws_iam_role", "", "cloudtrail", said=False).named(
            "name", resource_name(s, "cloudtrail-role")
        )
        role.set(
            "assume_role_policy",
            Document(Statement(("sts:AssumeRole",), principals={"Service": ("cloudtrail.amazonaws.com",)})),
            False,
        )
        stream = Template(logs.ref("arn"), ":*")
        parts.role_policy(s, role, ("logs:CreateLogStream", "logs:PutLogEvents"), (stream,))
        main.set(
            "cloud_watch_logs_group_arn",
            stream,
            Say(
                np="delivery to {the log group|CloudWatch Logs}",
                do="send events to the log group {too|as well}",
                demand=parts.refers(logs, "cloud_watch_logs_group_arn"),
            ),
        )
        main.link("cloud_watch_logs_role_arn", role, "arn")
    if s.may(0.25):
        data = main.block(
            "event_selector",
            Say(
                np="data events of S3 objects", do="record data events of S3 {objects|}", that="records S3 data events"
            ),
        )
        data.set("read_write_type", "All", False).set("include_management_events", True, False)
        data.block("data_resource").implied("type", "AWS::S3::Object").set("values", ["arn:aws:s3"], False)
    main.depends_on = (policy,)


_RULES = {
    "S3_BUCKET_VERSIONING_ENABLED": "{that buckets are versioned|versioning of buckets}",
    "ENCRYPTED_VOLUMES": "{that EBS volumes are encrypted|encrypted volumes}",
    "RDS_STORAGE_ENCRYPTED": "{that RDS storage is encrypted|encrypted RDS storage}",
    "ROOT_ACCOUNT_MFA_ENABLED": "{that root uses MFA|MFA of the root user}",
    "RESTRICTED_SSH": "{that SSH is not open to the world|restricted SSH}",
}


@blueprint("config", "s3", weight=1.5)
def config_recorder(s: Scene) -> None:
    """AWS Config: recorder, delivery, rules."""
    store = bucket(s, "{S3 bucket|bucket}", "config")
    policy = _bucket_for(s, store, "config.amazonaws.com")
    role = s.resource("aws_iam_role", "", "config", said=False).named("name", resource_name(s, "config-role"))
    role.set(
        "assume_role_policy",
        Document(Statement(("sts:AssumeRole",), principals={"Service": ("config.amazonaws.com",)})),
        False,
    )
    parts.attach(s, role, "service-role/AWS_ConfigRole")
    recorder = s.resource(
        "aws_config_configuration_recorder", "{AWS Config recorder|configuration recorder|Config recorder}", "main"
    )
    recorder.named("name", s.pick("default", "main", resource_name(s, "recorder")))
    recorder.link("role_arn", role, "arn")
    group = recorder.block("recording_group")
    group.set(
        "all_supported",
        True,
        Say(
            np="all {supported |}resource types",
            do="record all {supported |}resource types",
            that="records all {supported |}resource types",
        ),
    )
    if s.may(0.5):
        group.set(
            "include_global_resource_types", True, Say(np="global resources{ included|}", do="include global resources")
        )
    channel = s.resource("aws_config_delivery_channel", "delivery channel", "main")
    channel.link("s3_bucket_name", store, "id", Say(post="to <it>"))
    channel.set("name", s.pick("default", "main"), False)
    channel.depends_on = (recorder, policy)
    if s.may(0.4):
        often = s.pick("One_Hour", "Six_Hours", "TwentyFour_Hours")
        words = {"One_Hour": "every hour", "Six_Hours": "every six hours", "TwentyFour_Hours": "once a day"}[often]
        channel.block("snapshot_delivery_properties").set(
            "delivery_frequency",
            often,
            Say(np=f"snapshots {words}", do=f"deliver snapshots {words}", that=f"delivers snapshots {words}"),
        )
    status = s.resource(
        "aws_config_configuration_recorder_status",
        "status",
        "main",
        of=recorder,
        say=Say(np="recording {enabled|switched on}", do="{start|turn on} recording", that="is {enabled|recording}"),
    )
    status.link("name", recorder, "name").implied("is_enabled", True)
    status.depends_on = (channel,)
    for name, words in s.some(list(_RULES.items()), 1, 2) if s.may(0.7) else ():
        rule = s.resource("aws_config_config_rule", "{AWS Config rule|Config rule}", name.lower()).named(
            "name", name.lower().replace("_", "-")
        )
        source = rule.block("source", Say(np=f"the managed check {name}", that=f"checks {words}", do=f"check {words}"))
        source.set("owner", "AWS", False, extract=False).implied("source_identifier", name)
        rule.depends_on = (recorder,)


@blueprint("guardduty", "sns", weight=1.5)
def guardduty(s: Scene) -> None:
    """A detector with features, findings sent on."""
    main = s.resource("aws_guardduty_detector", "{GuardDuty detector|GuardDuty detector}", "main")
    main.set("enable", True, Say(do="enable it", that="is {enabled|turned on}") if s.may(0.3) else False)
    if s.may(0.5):
        often, words = s.pick(
            ("FIFTEEN_MINUTES", "every 15 minutes"), ("ONE_HOUR", "every hour"), ("SIX_HOURS", "every six hours")
        )
        main.set(
            "finding_publishing_frequency",
            often,
            Say(np=f"findings published {words}", do=f"publish findings {words}", that=f"publishes findings {words}"),
        )
    for name, words in (
        s.some(
            [
                ("S3_DATA_EVENTS", "S3 protection"),
                ("EKS_AUDIT_LOGS", "EKS audit log monitoring"),
                ("EBS_MALWARE_PROTECTION", "{malware protection|EBS malware protection}"),
                ("RDS_LOGIN_EVENTS", "RDS {login |}protection"),
                ("LAMBDA_NETWORK_LOGS", "Lambda {network |}protection"),
            ],
            1,
            3,
        )
        if s.may(0.6)
        else ()
    ):
        feature = s.resource(
            "aws_guardduty_detector_feature",
            "feature",
            name.lower(),
            of=main,
            say=Say(np=words, do=f"{{enable|turn on}} {words}"),
        )
        feature.link("detector_id", main).implied("name", name).implied("status", "ENABLED")
    if s.may(0.4):
        topic = s.resource("aws_sns_topic", "{SNS topic|topic}", "findings").named(
            "name", resource_name(s, "guardduty-findings")
        )
        rule = s.resource("aws_cloudwatch_event_rule", "{EventBridge rule|event rule}", "guardduty").named(
            "name", resource_name(s, "guardduty-findings")
        )
        severity = s.pick(4, 7)
        rule.set(
            "event_pattern",
            Json(
                {
                    "source": ["aws.guardduty"],
                    "detail-type": ["GuardDuty Finding"],
                    "detail": {"severity": [{"numeric": [">=", severity]}]},
                }
            ),
            Say(
                np="a pattern for GuardDuty findings",
                that="{matches|catches} GuardDuty findings",
                do="match GuardDuty findings",
                demand=Attribute(("event_pattern",), Operator.INCLUDES, "GuardDuty Finding"),
            ),
        )
        target = s.resource(
            "aws_cloudwatch_event_target",
            "target",
            "sns",
            of=rule,
            say=Say(
                np="the topic as {its |the |}target",
                that="{sends|forwards} events to the topic",
                do="send findings to the topic",
            ),
        )
        target.link("rule", rule, "name").link("arn", topic, "arn", Say(implied=True))
        policy = s.resource("aws_sns_topic_policy", "", "findings", said=False).link("arn", topic, "arn")
        policy.set(
            "policy",
            Document(
                Statement(("sns:Publish",), (topic.ref("arn"),), principals={"Service": ("events.amazonaws.com",)})
            ),
            False,
        )


@blueprint("securityhub", "guardduty", "inspector", "macie")
def security_services(s: Scene) -> None:
    """The account's security services switched on."""
    account = s.data("aws_caller_identity", "", "current")
    region = s.data("aws_region", "", "current")
    for kind in s.some(["hub", "inspector", "macie", "detective", "analyzer"], 1, 3):
        if kind == "hub":
            hub = s.resource("aws_securityhub_account", "Security Hub account", "main")
            hub.set(
                "enable_default_standards",
                False,
                Say(np="the default standards {disabled|turned off}", do="{disable|turn off} the default standards"),
            )
            for path, words in s.some(
                [
                    ("aws-foundational-security-best-practices/v/1.0.0", "{AWS |}Foundational Security Best Practices"),
                    ("cis-aws-foundations-benchmark/v/3.0.0", "CIS {AWS Foundations |}Benchmark 3.0"),
                    ("pci-dss/v/3.2.1", "PCI DSS"),
                ],
                1,
                2,
            ):
                name = path.partition("/")[0]
                std = s.resource(
                    "aws_securityhub_standards_subscription",
                    "standard",
                    name.split("-")[0],
                    of=hub,
                    say=Say(np=f"the {words} standard", do=f"subscribe to {{the |}}{words}"),
                )
                std.set(
                    "standards_arn",
                    Template("arn:aws:securityhub:", region.ref("region"), f"::standards/{path}"),
                    Say(implied=True, demand=Attribute(("standards_arn",), Operator.INCLUDES, name)),
                )
                std.depends_on = (hub,)
        elif kind == "inspector":
            kinds = s.pick(["EC2", "ECR"], ["ECR"], ["EC2", "ECR", "LAMBDA"])
            node = s.resource("aws_inspector2_enabler", "{Inspector enabler|Amazon Inspector enabler}", "main")
            node.set("account_ids", [account.ref("account_id")], False)
            node.set("resource_types", kinds, Say(np="{scans of|scanning for} <v>", post="for <v>", do="scan <v>"))
        elif kind == "macie":
            node = s.resource("aws_macie2_account", "Macie account", "main")
            node.set(
                "finding_publishing_frequency",
                s.pick("FIFTEEN_MINUTES", "ONE_HOUR", "SIX_HOURS"),
                Say(np="{a |}finding publishing frequency of <v>"),
            )
        elif kind == "detective":
            s.resource("aws_detective_graph", "{Detective graph|Detective behavior graph}", "main")
        else:
            node = s.resource("aws_accessanalyzer_analyzer", "{IAM Access Analyzer|access analyzer}", "main")
            node.named("analyzer_name", resource_name(s, "account"))


@blueprint("ram", "vpc")
def shared_resource(s: Scene) -> None:
    """A subnet or a gateway shared with another account."""
    gateway = s.resource("aws_ec2_transit_gateway", "transit gateway", "main")
    gateway.set("description", s.pick("Shared gateway", "Main gateway"), None)
    share = s.resource("aws_ram_resource_share", "{RAM resource share|resource share}", "network").named(
        "name", resource_name(s, "network-share")
    )
    outside = s.may()
    share.set(
        "allow_external_principals",
        outside,
        Say(
            np=f"external principals {'allowed' if outside else 'not allowed'}",
            do=f"{'allow' if outside else 'disallow'} external principals",
        ),
    )
    thing = s.resource(
        "aws_ram_resource_association",
        "association",
        "gateway",
        of=share,
        say=Say(
            np="the transit gateway in it",
            do="add the transit gateway to it",
            that="{shares|contains} the transit gateway",
        ),
    )
    thing.link("resource_arn", gateway, "arn", Say(implied=True)).link("resource_share_arn", share, "arn")
    account = s.pick("123456789012", "210987654321")
    whom = s.resource(
        "aws_ram_principal_association",
        "principal",
        "partner",
        of=share,
        say=Say(
            np=f"the account {account} as principal",
            do=f"share it with {{the |}}account {account}",
            that=f"is shared with {{the |}}account {account}",
        ),
    )
    whom.implied("principal", account).link("resource_share_arn", share, "arn")


@blueprint("organizations")
def organization(s: Scene) -> None:
    """Units, policies that bound them, accounts."""
    main = s.resource("aws_organizations_organization", "{AWS organization|AWS Organizations organization}", "main")
    main.set("feature_set", "ALL", Say(np="all features", do="enable all features") if s.may(0.5) else False)
    main.set(
        "enabled_policy_types",
        ["SERVICE_CONTROL_POLICY"],
        Say(np="service control policies {enabled|}", do="enable service control policies"),
    )
    if s.may(0.4):
        main.set(
            "aws_service_access_principals",
            ["cloudtrail.amazonaws.com", "config.amazonaws.com"],
            Say(np="service access for CloudTrail and Config", do="give CloudTrail and Config access"),
        )
    units = []
    for name in s.some(["Workloads", "Security", "Sandbox"], 1, 2):
        unit = s.resource("aws_organizations_organizational_unit", "{organizational unit|OU}", name.lower()).named(
            "name", name, True
        )
        unit.set("parent_id", Raw("{0}.roots[0].id", (main.ref(""),)), False)
        units.append(unit)
    if s.may(0.6):
        action, words = s.pick(
            ("organizations:LeaveOrganization", "leaving the organization"),
            ("cloudtrail:StopLogging", "stopping CloudTrail"),
            ("ec2:DeleteFlowLogs", "deleting flow logs"),
        )
        scp = s.resource("aws_organizations_policy", "{service control policy|SCP}", "guardrail").named(
            "name", resource_name(s, "guardrail")
        )
        scp.set("type", "SERVICE_CONTROL_POLICY", False)
        scp.set(
            "content",
            Document(Statement((action,), ("*",), "Deny")),
            Say(
                np=f"a deny of {action}",
                that=f"{{denies|forbids}} {words}",
                do=f"{{deny|forbid}} {words}",
                demand=PolicyStatement(("content",), "Deny", (action,)),
            ),
        )
        joined = s.resource(
            "aws_organizations_policy_attachment",
            "attachment",
            "guardrail",
            of=scp,
            say=Say(
                np="an attachment to the OU" if len(units) == 1 else "an attachment to the first OU",
                do="attach it to the OU" if len(units) == 1 else "attach it to the first OU",
            ),
        )
        joined.link("policy_id", scp).link("target_id", units[0], "id", Say(implied=True))

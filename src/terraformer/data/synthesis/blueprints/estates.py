"""Several regions, several accounts, and what whole companies run on: guardrails, sign-in, reports, models, media."""

from __future__ import annotations

from terraformer.data.intents import Attribute, Operator, PolicyStatement, UsesProvider
from terraformer.data.synthesis import parts
from terraformer.data.synthesis.blueprints.edge import cached, distribution, readable
from terraformer.data.synthesis.blueprints.existing import look
from terraformer.data.synthesis.blueprints.monitoring import alerts
from terraformer.data.synthesis.blueprints.network import vpc
from terraformer.data.synthesis.blueprints.storage import bucket, encryption, private, satellite, versioning
from terraformer.data.synthesis.expressions import Document, Json, Statement, Template
from terraformer.data.synthesis.names import project, resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Node, Say, Scene

_REGIONS = (("us-east-1", "us-west-2"), ("eu-west-1", "eu-central-1"), ("us-east-1", "eu-west-1"))


def placed(node: Node, region: str) -> Node:
    """Words for the region of a node that another provider configuration manages."""
    node.says(Say(post=f"in {region}", demand=Attribute(("region",), Operator.EQUALS, region)))
    return node


@blueprint("s3", "kms", "backup", "dynamodb", weight=4)
def warm_standby(s: Scene) -> None:
    """What a second region needs to take over: keys, copies of files, tables, backups and secrets."""
    s.purpose = s.pick("for disaster recovery", "so that we can fail over to a second region", "for our DR setup", "")
    home, away = s.pick(*_REGIONS)
    s.in_region(home, s.may(0.6))
    other = s.also_in("aws", s.pick("dr", "secondary", "standby"), away)
    key = s.resource("aws_kms_key", "{KMS key|multi-region KMS key}", "primary")
    key.set("description", "Key of both regions", False)
    key.set(
        "multi_region",
        True,
        Say(that="is a multi-region key", np="multi-region enabled", do="make it a multi-region key"),
    )
    if s.may(0.6):
        key.set("enable_key_rotation", True, Say(np="key rotation {enabled|}", do="rotate it automatically"))
    twin = s.resource("aws_kms_replica_key", "{replica key|replica of the key}", "replica", provider=other)
    placed(twin, away).link("primary_key_arn", key, "arn", say="of <it>" if s.may(0.4) else False)
    main = bucket(s, "{primary bucket|S3 bucket}", "documents")
    copy = bucket(s, "{replica bucket|second bucket for the copies}", "documents_replica", provider=other)
    placed(copy, away)
    first, second = versioning(s, main, enabled=True), versioning(s, copy, enabled=True)
    if s.may(0.6):
        encryption(s, main, key)
    role = parts.execution_role(s, "s3", "replication")
    parts.role_policy(
        s,
        role,
        ("s3:GetReplicationConfiguration", "s3:ListBucket", "s3:GetObjectVersionForReplication"),
        (main.ref("arn"), Template(main.ref("arn"), "/*")),
    )
    parts.role_policy(s, role, ("s3:ReplicateObject", "s3:ReplicateDelete"), (Template(copy.ref("arn"), "/*"),))
    rules = satellite(
        s,
        "replication_configuration",
        main,
        "replication to the {replica|second} bucket",
        "replicate {everything|it} to the {replica|second} bucket",
    )
    rules.link("role", role, "arn")
    rule = rules.block("rule")
    rule.set("id", "all", False, extract=False).implied("status", "Enabled")
    rule.block("filter")
    rule.block("delete_marker_replication").set("status", "Disabled", False, extract=False)
    rule.block("destination").link("bucket", copy, "arn", Say(implied=True))
    rules.depends_on = (first, second)
    if s.may(0.6):
        table = s.resource("aws_dynamodb_table", "{DynamoDB global table|DynamoDB table}", "sessions").named(
            "name", resource_name(s, s.pick("sessions", "orders"))
        )
        table.set("billing_mode", "PAY_PER_REQUEST", Say(np="on-demand capacity", that="is billed per request"))
        table.set("hash_key", "id", Say(np="{the |}partition key <v>"))
        attribute = table.block("attribute")
        attribute.set("name", "id", False, extract=False).set("type", "S", False, extract=False)
        table.set("stream_enabled", True, False).set("stream_view_type", "NEW_AND_OLD_IMAGES", False)
        table.block("replica", Say(np=f"a replica in {away}", do=f"replicate it to {away}")).implied(
            "region_name", away
        )
    if s.may(0.5):
        secret = s.resource("aws_secretsmanager_secret", "{secret|Secrets Manager secret}", "app").named(
            "name", f"{project(s)}/app"
        )
        secret.block(
            "replica", Say(np=f"a replica in {away}", do=f"replicate it to {away}", that=f"is replicated to {away}")
        ).implied("region", away)
    if s.may(0.6):
        near = s.resource("aws_backup_vault", "{backup vault|AWS Backup vault}", "primary").named(
            "name", resource_name(s, "vault")
        )
        far = s.resource("aws_backup_vault", "{second vault|vault for the copies}", "copies", provider=other).named(
            "name", resource_name(s, "dr-vault")
        )
        placed(far, away)
        plan = s.resource("aws_backup_plan", "{backup plan|AWS Backup plan}", "daily").named(
            "name", resource_name(s, "daily")
        )
        step = plan.block("rule")
        step.set("rule_name", "daily", False, extract=False).link("target_vault_name", near, "name")
        step.set(
            "schedule",
            "cron(0 3 * * ? *)",
            Say(np="{a backup|backups} every day at 3", do="back up every day at 3", that="runs every day at 3"),
        )
        days = s.pick(7, 14, 35)
        step.block(
            "copy_action", Say(np="copies to the second vault", do="copy {backups|them} to the second vault")
        ).link("destination_vault_arn", far, "arn", Say(implied=True))
        step.block("lifecycle", Say(np=f"a retention of {days} days", do=f"keep backups for {days} days")).implied(
            "delete_after", days
        )


@blueprint("sns", "sqs", "lambda", "cloudwatch", weight=2)
def regional_twins(s: Scene) -> None:
    """The same in two regions."""
    home, away = s.pick(*_REGIONS)
    s.in_region(home, False)
    other = s.also_in("aws", s.pick("secondary", away.replace("-", "_"), "other"), away)
    role = s.pick("events", "orders", "alerts")
    name = resource_name(s, role)
    for kind, noun in s.some(
        [
            ("aws_sns_topic", "SNS topic"),
            ("aws_sqs_queue", "SQS queue"),
            ("aws_ecr_repository", "ECR repository"),
            ("aws_cloudwatch_log_group", "log group"),
        ],
        1,
        3,
    ):
        for place, provider in ((home, ""), (away, other)):
            node = s.resource(kind, noun, f"{role}_{'secondary' if provider else 'primary'}", provider=provider)
            node.named("name", name if kind != "aws_cloudwatch_log_group" else f"/{project(s)}/{role}")
            placed(node, place)
            if kind == "aws_cloudwatch_log_group":
                node.set("retention_in_days", 30, None)


@blueprint("acm", "cloudfront", "s3", weight=2)
def certificate_for_cdn(s: Scene) -> None:
    """A site in Europe whose certificate must be in us-east-1."""
    home = s.pick("eu-central-1", "eu-west-1", "ap-southeast-2")
    s.in_region(home, s.may(0.7))
    other = s.also_in("aws", s.pick("us_east_1", "virginia", "use1"), "us-east-1")
    host = f"www.{project(s)}.{s.pick('com', 'io', 'org')}"
    site = bucket(s, "{bucket for the site|S3 bucket}", "site")
    if s.may(0.6):
        private(s, site)
    control = s.resource("aws_cloudfront_origin_access_control", "", "site", said=False).named(
        "name", resource_name(s, "site")
    )
    control.set("origin_access_control_origin_type", "s3", False)
    control.set("signing_behavior", "always", False).set("signing_protocol", "sigv4", False)
    cert = s.resource("aws_acm_certificate", "{ACM certificate|certificate}", "site", provider=other)
    cert.set("domain_name", host, Say(post=f"for {host}", np=f"the domain {host}"), extract=False)
    cert.set("validation_method", "DNS", Say(np="DNS validation", that="is validated by DNS"))
    placed(cert, "us-east-1")
    cdn = distribution(s, site, site.ref("bucket_regional_domain_name"), "bucket", control=control)
    cdn.set("aliases", [host], Say(np=f"{{the alias|the domain}} {host}", do=f"serve it under {host}"), extract=False)
    cached(cdn)
    tls = next(b for b in cdn.blocks() if b.path == ("viewer_certificate",))
    tls.items.clear()
    tls.link(
        "acm_certificate_arn",
        cert,
        "arn",
        Say(np="the certificate", do="use the certificate", that="uses the certificate"),
    )
    tls.set("ssl_support_method", "sni-only", False).set("minimum_protocol_version", "TLSv1.2_2021", False)
    readable(s, site, cdn)


@blueprint("route53", "vpc", "iam", weight=2.5)
def two_accounts(s: Scene) -> None:
    """Something in the own account and its counterpart in another one, by a role that the provider assumes."""
    which = s.pick("dns", "peering", "share", "bucket")
    alias = {
        "dns": s.pick("dns", "network"),
        "peering": s.pick("peer", "accepter"),
        "share": s.pick("workload", "member"),
        "bucket": s.pick("logging", "audit"),
    }[which]
    other = s.also_in(
        "aws",
        alias,
        s.region,
        f"arn:aws:iam::{s.pick('210987654321', '345678901234')}:role/{s.pick('terraform', 'deploy', 'OrganizationAccountAccessRole')}",
    )
    words = f"in the {{other|{alias}}} account (provider {{alias |}}{other})"

    def there(node: Node) -> Node:
        node.provider = other
        node.says(Say(post=words, demand=UsesProvider(other)))
        return node

    if which == "dns":
        name = f"{s.pick('apps', 'dev', 'prod')}.{project(s)}.com"
        zone = s.resource("aws_route53_zone", "{hosted zone|Route 53 zone}", "child")
        zone.set("name", name, Say(post=f"for {name}"), extract=False)
        parent = look(s, "aws_route53_zone", "parent", name=f"{project(s)}.com")
        parent.provider = other
        record = there(s.resource("aws_route53_record", "{NS record|NS record that delegates it}", "delegation"))
        record.link("zone_id", parent, "zone_id").set("name", name, False, extract=False)
        record.implied("type", "NS").set("ttl", s.pick(300, 3600, 172800), None)
        record.set(
            "records",
            zone.ref("name_servers"),
            Say(
                np="the zone's name servers",
                do="point it to the zone's name servers",
                demand=parts.refers(zone, "records"),
            ),
            extract=False,
        )
    elif which == "peering":
        one, _ = vpc(s, second=0)
        two = there(s.resource("aws_vpc", "VPC", "remote"))
        two.set("cidr_block", "10.99.0.0/16", True)
        peer = s.resource("aws_vpc_peering_connection", "{VPC peering connection|peering connection}", "main")
        peer.link("vpc_id", one).link("peer_vpc_id", two)
        account = look(s, "aws_caller_identity", "peer")
        account.provider = other
        peer.set("peer_owner_id", account.ref("account_id"), False).set("auto_accept", False, False)
        accept = there(s.resource("aws_vpc_peering_connection_accepter", "{accepter|peering accepter}", "main"))
        accept.link("vpc_peering_connection_id", peer)
        accept.set("auto_accept", True, Say(that="accepts automatically", np="auto accept {on|enabled}"))
    elif which == "share":
        main, second = vpc(s)
        net = s.resource("aws_subnet", "subnet", "shared")
        net.link("vpc_id", main, say="in <it>").set("cidr_block", f"10.{second}.1.0/24", None)
        share = s.resource("aws_ram_resource_share", "{RAM share|resource share}", "network").named(
            "name", resource_name(s, "network")
        )
        share.set(
            "allow_external_principals",
            False,
            Say(np="no external principals", do="allow no external principals") if s.may() else False,
        )
        tie = s.resource(
            "aws_ram_resource_association",
            "",
            "subnet",
            of=share,
            say=Say(np="the subnet in it", do="share the subnet", that="shares the subnet"),
        )
        tie.link("resource_share_arn", share, "arn", Say(implied=True)).link(
            "resource_arn", net, "arn", Say(implied=True)
        )
        account = look(s, "aws_caller_identity", "member")
        account.provider = other
        who = s.resource(
            "aws_ram_principal_association",
            "",
            "member",
            of=share,
            say=Say(np="the other account as {its |}principal", do="give it to the other account"),
        )
        who.link("resource_share_arn", share, "arn", Say(implied=True)).set(
            "principal", account.ref("account_id"), False
        )
        guard = there(s.resource("aws_security_group", "security group", "app"))
        guard.named("name", resource_name(s, "app")).link("vpc_id", main)
    else:
        account = look(s, "aws_caller_identity", "current")
        store = there(bucket(s, "{log bucket|S3 bucket for logs}", "logs"))
        policy = s.resource(
            "aws_s3_bucket_policy",
            "",
            "logs",
            of=store,
            say=Say(np="a policy that lets our account write to it", do="let our account write to it"),
            provider=other,
        )
        policy.link("bucket", store)
        owner = Template("arn:aws:iam::", account.ref("account_id"), ":root")
        policy.set(
            "policy",
            Document(Statement(("s3:PutObject",), (Template(store.ref("arn"), "/*"),), principals={"AWS": (owner,)})),
            Say(implied=True, demand=PolicyStatement(("policy",), "Allow", ("s3:PutObject",), unknown=True)),
        )
        trail = s.resource("aws_cloudwatch_log_group", "log group", "app").named("name", f"/{project(s)}/app")
        trail.set("retention_in_days", s.pick(14, 30, 90), None)


@blueprint("organizations", "cloudtrail", "guardduty", "iam", "config", weight=3)
def guardrails(s: Scene) -> None:
    """What every new account gets."""
    s.purpose = s.pick("as a baseline for all our accounts", "for the landing zone", "")
    store = bucket(s, "{log bucket|S3 bucket for the trail}", "trail")
    private(s, store, s.may(0.7))
    account = look(s, "aws_caller_identity", "current")
    write = Statement(
        ("s3:PutObject",),
        (Template(store.ref("arn"), "/AWSLogs/", account.ref("account_id"), "/*"),),
        principals={"Service": ("cloudtrail.amazonaws.com",)},
        conditions=(("StringEquals", "s3:x-amz-acl", ("bucket-owner-full-control",)),),
    )
    check = Statement(("s3:GetBucketAcl",), (store.ref("arn"),), principals={"Service": ("cloudtrail.amazonaws.com",)})
    policy = s.resource("aws_s3_bucket_policy", "", "trail", said=False)
    policy.link("bucket", store).set("policy", Document(check, write), False)
    trail = s.resource("aws_cloudtrail", "{CloudTrail trail|CloudTrail}", "main").named(
        "name", resource_name(s, "audit")
    )
    trail.link("s3_bucket_name", store, "id", say="{writing|logging} to <it>")
    trail.set("is_multi_region_trail", True, Say(that="covers all regions", np="all regions", do="cover all regions"))
    if s.may(0.6):
        trail.set("enable_log_file_validation", True, Say(np="log file validation", do="validate log files"))
    trail.depends_on = (policy,)
    if s.may(0.8):
        detector = s.resource("aws_guardduty_detector", "GuardDuty detector", "main")
        detector.set("enable", True, False)
        often, words = s.pick(("FIFTEEN_MINUTES", "15 minutes"), ("ONE_HOUR", "hour"))
        detector.set(
            "finding_publishing_frequency",
            often,
            Say(np=f"findings published every {words}", do=f"publish findings every {words}"),
        )
    if s.may(0.7):
        length = s.pick(12, 14, 16)
        rules = s.resource("aws_iam_account_password_policy", "{account password policy|IAM password policy}", "strict")
        rules.set(
            "minimum_password_length",
            length,
            Say(np=f"a minimum length of {length}", do=f"require {length} characters"),
        )
        rules.set("require_symbols", True, None).set("require_numbers", True, None)
        rules.set("max_password_age", s.pick(60, 90), None)
    if s.may(0.7):
        shut = s.resource(
            "aws_s3_account_public_access_block",
            "{S3 public access block for the account|account-wide block of public S3 access}",
            "main",
        )
        for name in ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"):
            shut.implied(name, True)
    if s.may(0.6):
        s.resource("aws_ebs_encryption_by_default", "{EBS encryption by default|default EBS encryption}", "main").set(
            "enabled", True, False
        )
    if s.may(0.5):
        s.resource("aws_securityhub_account", "{Security Hub|Security Hub account}", "main")
    if s.may(0.5):
        analyzer = s.resource("aws_accessanalyzer_analyzer", "{IAM Access Analyzer|access analyzer}", "main")
        analyzer.named("analyzer_name", resource_name(s, "account")).set("type", "ACCOUNT", False)
    if s.may(0.5):
        topic = alerts(s)
        rule = s.resource("aws_cloudwatch_event_rule", "{EventBridge rule|event rule}", "root_login").named(
            "name", resource_name(s, "root-login")
        )
        pattern = {
            "detail-type": ["AWS Console Sign In via CloudTrail"],
            "detail": {"userIdentity": {"type": ["Root"]}},
        }
        rule.set(
            "event_pattern",
            Json(pattern),
            Say(
                np="sign-ins of the root user",
                post="for sign-ins of the root user",
                demand=Attribute(("event_pattern",), Operator.INCLUDES, "Root"),
            ),
        )
        target = s.resource(
            "aws_cloudwatch_event_target",
            "",
            "root_login",
            of=rule,
            say=Say(np="the topic as {its |}target", do="notify the topic", that="notifies the topic"),
        )
        target.link("rule", rule, "name").link("arn", topic, "arn", Say(implied=True))

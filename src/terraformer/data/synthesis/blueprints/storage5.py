"""Storage, larger: state backends, log archives, backups over two regions, shared files, upload pipelines; and what exists already."""

from __future__ import annotations

from terraformer.data.intents import AllOf, Attribute, Condition, Operator, PolicyStatement, RefersTo, Target
from terraformer.data.synthesis import parts
from terraformer.data.synthesis.blueprints.storage import (
    bucket,
    bucket_policy,
    encryption,
    lifecycle,
    private,
    satellite,
    versioning,
)
from terraformer.data.synthesis.blueprints.storage2 import encrypted
from terraformer.data.synthesis.expressions import Document, Json, Raw, Statement, Template
from terraformer.data.synthesis.names import bucket_name, resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Node, Say, Scene


@blueprint("s3", "dynamodb", weight=2)
def state_backend(s: Scene) -> None:
    """Where Terraform keeps its state."""
    s.purpose = s.pick("to keep our Terraform state", "for remote state", "for Terraform state files")
    main = bucket(s, "{S3 bucket|bucket}", s.pick("tfstate", "terraform-state"))
    versioning(s, main, enabled=True)
    key = parts.kms_key(s, "state") if s.may(0.4) else None
    if key is not None or s.may(0.7):
        encryption(s, main, key)
    if key is not None and s.may(0.5):
        alias = s.resource("aws_kms_alias", "{KMS |}alias", "state").named(
            "name", f"alias/{resource_name(s, 'tfstate')}"
        )
        alias.link("target_key_id", key, "key_id", "for <it>")
    if s.may(0.7):
        private(s, main)
    if s.may(0.4):
        old = s.pick(30, 90, 180)
        rules = satellite(
            s,
            "lifecycle_configuration",
            main,
            f"a lifecycle rule that removes old versions after {old} days",
            f"remove old versions after {old} days",
        )
        rule = rules.block("rule")
        rule.set("id", "old-versions", False).implied("status", "Enabled")
        rule.block("filter")
        rule.block("noncurrent_version_expiration").implied("noncurrent_days", old)
    if s.may(0.4):
        main.lifecycle = (("prevent_destroy", True),)
    locks = s.resource(
        "aws_dynamodb_table", "{DynamoDB table|lock table in DynamoDB|DynamoDB table} for {state |}locking", "locks"
    )
    locks.named("name", resource_name(s, s.pick("terraform-locks", "tf-locks", "state-lock")))
    locks.set(
        "billing_mode", "PAY_PER_REQUEST", Say(np="{on-demand|pay-per-request} billing", do="bill it per request")
    )
    locks.set(
        "hash_key",
        "LockID",
        Say(np="{hash key|partition key} LockID", do="use LockID as the {hash|partition} key"),
        extract=False,
    )
    locks.block("attribute").set("name", "LockID", False, extract=False).set("type", "S", False, extract=False)
    if s.may(0.3):
        locks.block(
            "point_in_time_recovery", Say(np="point-in-time recovery", do="enable point-in-time recovery")
        ).implied("enabled", True)
    if s.may(0.4):
        s.output("state_bucket", main.ref("id"), "the {name of the bucket|bucket's name}")


@blueprint("s3", "elb", weight=1.5)
def log_archive(s: Scene) -> None:
    """A bucket into which load balancers may write."""
    s.purpose = s.pick("for load balancer logs", "for access logs of our ALBs", "")
    main = bucket(s, "{S3 bucket|bucket}", s.pick("alb-logs", "lb-logs", "logs"))
    account = s.data("aws_caller_identity", "", "current")
    prefix = s.pick("AWSLogs", "alb/AWSLogs")
    where = Template(main.ref("arn"), f"/{prefix}/", account.ref("account_id"), "/*")
    words = Say(
        np="a bucket policy that lets {load balancers|Elastic Load Balancing|ELB} write {access |}logs",
        do="let {load balancers|Elastic Load Balancing|ELB} write {access |}logs to it",
    )
    if s.may(0.5):
        elb = s.data("aws_elb_service_account", "", "main")
        statement = Statement(("s3:PutObject",), (where,), principals={"AWS": (elb.ref("arn"),)})
    else:
        statement = Statement(
            ("s3:PutObject",), (where,), principals={"Service": ("logdelivery.elasticloadbalancing.amazonaws.com",)}
        )
    bucket_policy(s, main, words, PolicyStatement(("policy",), "Allow", ("s3:PutObject",), unknown=True), statement)
    lifecycle(s, main)
    if s.may(0.6):
        encryption(s, main)
    if s.may(0.6):
        private(s, main)
    if s.may(0.3):
        versioning(s, main)


@blueprint("backup", "kms", "sns", "iam", weight=2)
def backups_in_two_regions(s: Scene) -> None:
    """A plan that copies what it backs up to another region."""
    s.purpose = s.pick("for disaster recovery", "", "")
    home, away = s.pick(("us-east-1", "us-west-2"), ("eu-west-1", "eu-central-1"))
    s.in_region(home, s.may(0.6))
    other = s.also_in("aws", s.pick("dr", "secondary", "backup"), away)
    keyed = s.may(0.5)
    vaults: list[Node] = []
    for which, provider in (("primary", ""), ("copy", other)):
        noun = "{backup vault|AWS Backup vault}" if not provider else "{second vault|backup vault|vault for the copies}"
        vault = s.resource("aws_backup_vault", noun, which, provider=provider).named(
            "name", resource_name(s, f"{which}-vault")
        )
        if provider:
            vault.says(Say(post=f"in {away}", demand=Attribute(("region",), Operator.EQUALS, away)))
        if keyed:
            key = s.resource("aws_kms_key", "KMS key", which, said=False, provider=provider)
            key.set("description", f"Key of the {which} vault", False).set("enable_key_rotation", True, False)
            vault.link("kms_key_arn", key, "arn")
            vault.says(
                Say(
                    np="a {KMS key|customer managed key} of its own",
                    do="encrypt it with a KMS key of its own",
                    demand=RefersTo(Target(type="aws_kms_key"), ("kms_key_arn",)),
                )
            )
        vaults.append(vault)
    plan = s.resource("aws_backup_plan", "{backup plan|AWS Backup plan}", "main").named(
        "name", resource_name(s, "dr-plan")
    )
    hour, keep, kept = s.pick(2, 3, 5), s.pick(7, 14, 30), s.pick(30, 60, 90)
    rule = plan.block(
        "rule",
        Say(
            np=f"a daily rule at {hour} AM UTC that keeps backups for {keep} days",
            do=f"back up daily at {hour} AM UTC and keep backups for {keep} days",
        ),
    )
    rule.set("rule_name", "daily", False).link("target_vault_name", vaults[0], "name")
    rule.implied("schedule", f"cron(0 {hour} * * ? *)")
    rule.block("lifecycle").implied("delete_after", keep)
    copy = rule.block(
        "copy_action",
        Say(
            np=f"copies {{in|to}} the {{second|other}} vault kept for {kept} days",
            do=f"copy them to the {{second|other}} vault and keep the copies for {kept} days",
        ),
    )
    copy.link("destination_vault_arn", vaults[1], "arn", Say(implied=True))
    copy.block("lifecycle").implied("delete_after", kept)
    role = parts.execution_role(s, "backup", "backup", said=s.may(0.5))
    parts.attach(s, role, "service-role/AWSBackupServiceRolePolicyForBackup", said=role.said)
    if s.may(0.4):
        parts.attach(s, role, "service-role/AWSBackupServiceRolePolicyForRestores", said=role.said)
    tag, value = s.pick(("Backup", "true"), ("dr", "yes"), ("Tier", "critical"))
    chosen = s.resource("aws_backup_selection", "{backup selection|selection}", "tagged").named(
        "name", resource_name(s, "tagged")
    )
    chosen.link("plan_id", plan, say="for <it>").link(
        "iam_role_arn", role, "arn", Say(np="<it> as its role", do="use <it>") if role.said else False
    )
    mark = chosen.block(
        "selection_tag",
        Say(that=f"{{selects|picks}} {{resources|everything}} tagged {tag}={value}", np=f"the tag {tag}={value}"),
    )
    mark.set("type", "STRINGEQUALS", False, extract=False).implied("key", tag).implied("value", value)
    if s.may(0.5):
        topic = s.resource("aws_sns_topic", "{SNS topic|topic}", "failures").named(
            "name", resource_name(s, "backup-failures")
        )
        tells = s.resource(
            "aws_backup_vault_notifications",
            "",
            "primary",
            of=vaults[0],
            say=Say(
                np="notifications of failed {backup |}jobs to the topic", do="notify the topic of failed {backup |}jobs"
            ),
        )
        tells.link("backup_vault_name", vaults[0], "name").link("sns_topic_arn", topic, "arn", Say(implied=True))
        tells.implied("backup_vault_events", ["BACKUP_JOB_FAILED"])


@blueprint("efs", "ec2", "vpc", weight=2)
def shared_files(s: Scene) -> None:
    """Servers that share a file system."""
    s.purpose = s.pick("for WordPress", "for our web servers", "for shared content", "")
    files = s.resource("aws_efs_file_system", "{EFS file system|EFS filesystem}", "shared")
    encrypted(files)
    if s.may(0.4):
        days = s.pick(30, 60)
        files.block(
            "lifecycle_policy",
            Say(
                np=f"a lifecycle policy to infrequent access after {days} days",
                do=f"move files to infrequent access after {days} days",
            ),
        ).implied("transition_to_ia", f"AFTER_{days}_DAYS")
    zones = s.data("aws_availability_zones", "", "available")
    zones.set("state", "available", False, extract=False)
    vpc, subnets = parts.network(s, 2, said=s.may(0.7))
    for n, subnet in enumerate(subnets):
        for item in subnet.items:
            if getattr(item, "name", "") == "availability_zone" and not getattr(item, "said", True):
                item.value = Raw(f"{{0}}.names[{n}]", (zones.ref(""),))  # type: ignore[union-attr]
    servers = parts.security_group(s, vpc, (80,), "web", said=s.may(0.6), cidr="0.0.0.0/0")
    guard = s.resource("aws_security_group", "security group", "efs", said=servers.said).named(
        "name", resource_name(s, "efs-sg")
    )
    guard.link("vpc_id", vpc, say="in <it>" if guard.said and vpc.said else False)
    rule = guard.block(
        "ingress",
        Say(
            np="NFS (port 2049) {allowed |}from the web security group",
            do="allow NFS on port 2049 from the web security group",
        )
        if guard.said
        else None,
    )
    rule.implied("from_port", 2049).implied("to_port", 2049).implied("protocol", "tcp").link(
        "security_groups", servers, wrap=True
    )
    mounts: list[Node] = []
    for subnet in subnets:
        target = s.resource("aws_efs_mount_target", "{mount target|EFS mount target}", subnet.role)
        target.link("file_system_id", files, say="for <it>").link(
            "subnet_id", subnet, say="in <it>" if vpc.said else False
        )
        target.link("security_groups", guard, wrap=True)
        mounts.append(target)
    image = s.data("aws_ami", "", "linux")
    image.set("most_recent", True, False, extract=False).set("owners", ["amazon"], False)
    image.block("filter").set("name", "name", False, extract=False).set("values", ["al2023-ami-2023.*-x86_64"], False)
    size = s.pick("t3.micro", "t3.small", "t3.medium")
    for subnet in subnets if s.may(0.6) else subnets[:1]:
        server = s.resource("aws_instance", "{EC2 instance|instance}", f"web_{subnet.role}")
        server.link("ami", image).set("instance_type", size, True)
        server.link("subnet_id", subnet, say="in <it>" if vpc.said else False).link(
            "vpc_security_group_ids", servers, wrap=True
        )
        script = Template(
            "#!/bin/bash\ndnf install -y amazon-efs-utils\nmkdir -p /mnt/shared\nmount -t efs ",
            files.ref("id"),
            ":/ /mnt/shared\n",
        )
        server.set("user_data", script, False)
        server.depends_on = tuple(mounts)
    if s.may(0.4):
        s.output("file_system_id", files.ref("id"), "the file system ID")


@blueprint("s3", "sqs", "lambda", weight=2)
def upload_pipeline(s: Scene) -> None:
    """Uploads to a queue, a function that works them off, a dead letter queue."""
    s.purpose = s.pick("for processing uploads", "for image processing", "")
    main = bucket(s, "{S3 bucket|bucket}", "uploads")
    dead = s.resource("aws_sqs_queue", "{dead letter queue|DLQ}", "dlq").named("name", resource_name(s, "uploads-dlq"))
    queue = s.resource("aws_sqs_queue", "{SQS queue|queue}", "uploads").named("name", resource_name(s, "uploads"))
    wait, tries = s.pick(60, 120, 300), s.pick(3, 5)
    queue.set("visibility_timeout_seconds", wait)
    queue.set(
        "redrive_policy",
        Json({"deadLetterTargetArn": dead.ref("arn"), "maxReceiveCount": tries}),
        Say(
            np=f"a redrive to the dead letter queue after {tries} receives",
            do=f"move messages to the dead letter queue after {tries} receives",
            demand=parts.refers(dead, "redrive_policy"),
        ),
    )
    allowed = s.resource("aws_sqs_queue_policy", "", "uploads", said=False)
    allowed.link("queue_url", queue)
    allowed.set(
        "policy",
        Document(
            Statement(
                ("sqs:SendMessage",),
                (queue.ref("arn"),),
                principals={"Service": ("s3.amazonaws.com",)},
                conditions=(("ArnEquals", "aws:SourceArn", (main.ref("arn"),)),),
            )
        ),
        False,
    )
    tells = satellite(
        s,
        "notification",
        main,
        "notifications of new objects to the queue",
        "{notify|tell} the queue of new objects",
        "sends notifications of new objects to the queue",
    )
    inner = tells.block("queue")
    inner.link("queue_arn", queue, "arn", Say(implied=True)).implied("events", ["s3:ObjectCreated:*"])
    tells.depends_on = (allowed,)
    role = parts.execution_role(s, "lambda", "worker", said=s.may(0.3))
    parts.attach(s, role, "service-role/AWSLambdaSQSQueueExecutionRole", said=role.said)
    parts.role_policy(
        s,
        role,
        ("s3:GetObject",),
        (Template(main.ref("arn"), "/*"),),
        said=role.said,
        words="read {objects from |}the bucket",
    )
    package, digest = parts.zip_package(
        s, "def handler(event, context):\n    return len(event['Records'])\n", "worker.py"
    )
    worker = s.resource("aws_lambda_function", "{Lambda function|Lambda}", "worker").named(
        "function_name", resource_name(s, s.pick("upload-worker", "process-uploads"))
    )
    worker.link("role", role, "arn", Say(np="<it>", do="use <it>") if role.said else False)
    worker.set("handler", "worker.handler", False).set("runtime", s.pick("python3.12", "python3.13"))
    worker.set(
        "timeout",
        s.pick(30, 60),
        Say(np="{a |}timeout of <v> seconds", do="time out after <v> seconds") if s.may(0.5) else False,
    )
    worker.set("filename", package, False).set("source_code_hash", digest, False)
    source = s.resource("aws_lambda_event_source_mapping", "event source mapping", "worker")
    source.link("event_source_arn", queue, "arn", Say(post="from <it>")).link(
        "function_name", worker, "arn", Say(post="to <it>")
    )
    if s.may(0.5):
        source.set("batch_size", s.pick(1, 5, 10), Say(np="{a |}batch size of <v>"))


# --- what exists already ----------------------------------------------------------------------------------------------


def _existing(kind: str, path: str, value: str) -> Condition:
    return AllOf((RefersTo(Target(data=kind), (path,)), Attribute((path,), Operator.EQUALS, value)))


@blueprint("s3")
def existing_bucket(s: Scene) -> None:
    """Something for a bucket that is not ours to create."""
    name = bucket_name(s, s.pick("shared", "legacy-data", "company-assets"))
    found = s.data("aws_s3_bucket", "", "existing")
    found.set("bucket", name, False, extract=False)
    words = f"the existing bucket {name} {{(use a data source)|by way of a data source|(look it up, it is not ours)}}"
    demand = _existing("aws_s3_bucket", "bucket", name)
    kind = s.pick("object", "lifecycle", "versioning")
    if kind == "object":
        file = s.resource("aws_s3_object", "{object|file}", "file").named(
            "key", s.pick("settings.json", "app/settings.json", "flags.json"), True
        )
        file.set("bucket", found.ref("bucket"), Say(post=f"in {words}", demand=demand))
        file.set("content", '{"debug": false}', False, extract=False).set(
            "content_type", "application/json", Say(np="content type <v>")
        )
    elif kind == "versioning":
        node = s.resource("aws_s3_bucket_versioning", "versioning configuration", "existing")
        node.set("bucket", found.ref("bucket"), Say(post=f"for {words}", demand=demand))
        node.block(
            "versioning_configuration", Say(np="versioning {enabled|turned on}", do="{enable|turn on} versioning")
        ).implied("status", "Enabled")
    else:
        days = s.pick(30, 90, 365)
        node = s.resource(
            "aws_s3_bucket_lifecycle_configuration", "{lifecycle configuration|set of lifecycle rules}", "existing"
        )
        node.set("bucket", found.ref("bucket"), Say(post=f"for {words}", demand=demand))
        rule = node.block(
            "rule",
            Say(
                np=f"a rule that deletes objects after {days} days",
                do=f"delete objects after {days} days",
                that=f"deletes objects after {days} days",
            ),
        )
        rule.set("id", "expire", False).set("status", "Enabled", False)
        rule.block("filter")
        rule.block("expiration").implied("days", days)


@blueprint("ec2")
def volume_from_snapshot(s: Scene) -> None:
    """The latest snapshot with a tag becomes a volume."""
    name = s.pick("nightly", "golden-data", "before-upgrade")
    zone = f"us-east-1{s.pick('a', 'b')}"
    node = s.resource("aws_ebs_volume", "{EBS volume|volume}", "restored")
    found = s.data(
        "aws_ebs_snapshot",
        "",
        "latest",
        said=True,
        say=Say(
            np=f"the {{latest|most recent}} snapshot {{named|with the name}} {name} as its source",
            do=f"make it from the {{latest|most recent}} snapshot {{named|with the name}} {name}",
            that=f"comes from the {{latest|most recent}} snapshot {{named|with the name}} {name}",
        ),
    )
    found.feature_of = node
    found.implied("most_recent", True).set("owners", ["self"], False)
    found.block("filter").implied("name", "tag:Name").implied("values", [name])
    node.implied("snapshot_id", found.ref("id"))
    node.set("availability_zone", zone, True, extract=False)
    if s.may(0.6):
        node.set("type", "gp3", Say(np="{volume |}type <v>"))
    if s.may(0.4):
        node.set("size", s.pick(50, 100, 200), Say(np="{a size of <v> GB|<v> GB}"))
    if s.may(0.5):
        alias = s.data("aws_kms_alias", "", "ebs")
        name = s.pick("alias/aws/ebs", "alias/storage")
        alias.set("name", name, False, extract=False)
        encrypted(node)
        node.set(
            "kms_key_id",
            alias.ref("target_key_arn"),
            Say(
                np=f"the KMS key behind {name}",
                do=f"use the KMS key behind {name}",
                demand=RefersTo(Target(data="aws_kms_alias"), ("kms_key_id",)),
            ),
        )


@blueprint("s3", "iam")
def acl_by_grants(s: Scene) -> None:
    """An ACL with grants for this account's owner and for log delivery."""
    main = bucket(s, role="logs")
    owner = satellite(
        s,
        "ownership_controls",
        main,
        "object ownership {set to |}BucketOwnerPreferred",
        "set {the |}object ownership to BucketOwnerPreferred",
    )
    owner.block("rule").implied("object_ownership", "BucketOwnerPreferred")
    user = s.data("aws_canonical_user_id", "", "current")
    acl = satellite(
        s,
        "acl",
        main,
        "an ACL that lets S3's log delivery group write",
        "grant {write access|WRITE} to the log delivery group in an ACL",
    )
    policy = acl.block("access_control_policy")
    first = policy.block("grant")
    first.set("permission", "FULL_CONTROL", False, extract=False)
    first.block("grantee").set("type", "CanonicalUser", False, extract=False).set("id", user.ref("id"), False)
    second = policy.block("grant")
    second.implied("permission", "WRITE")
    second.block("grantee").implied("type", "Group").implied("uri", "http://acs.amazonaws.com/groups/s3/LogDelivery")
    policy.block("owner").set("id", user.ref("id"), False)
    acl.depends_on = (owner,)
    if s.may(0.5):
        lifecycle(s, main)

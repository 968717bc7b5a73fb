"""File systems and backups: EFS, FSx, AWS Backup."""

from __future__ import annotations

from terraformer.data.intents import Attribute, Operator, PolicyStatement
from terraformer.data.synthesis import parts
from terraformer.data.synthesis.blueprints.storage import bucket
from terraformer.data.synthesis.expressions import Document, Ref, Statement, Template
from terraformer.data.synthesis.names import resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Body, Node, Say, Scene


def _times(count: int, one: str) -> str:
    return f"{count} {one}{'s' * (count != 1)}"


def encrypted(body: Body, argument: str = "encrypted") -> None:
    body.set(
        argument,
        True,
        Say(np="encryption {at rest|enabled}", do="encrypt {it|the data} at rest", that="is encrypted {at rest|}"),
    )


# --- EFS --------------------------------------------------------------------------------------------------------------


def file_system(s: Scene, role: str = "", *, said: bool = True) -> Node:
    """An EFS file system with some of its options."""
    role = role or s.pick("shared", "data", "home", "content")
    node = s.resource("aws_efs_file_system", "{EFS file system|EFS filesystem|EFS}", role, said=said)
    if s.may(0.4):
        node.set("creation_token", resource_name(s, role), Say(np="{the |}creation token <v>") if s.may(0.4) else False)
    if s.may(0.6):
        encrypted(node)
    if s.may(0.25):
        node.set("performance_mode", s.pick("generalPurpose", "maxIO"), Say(np="performance mode <v>"))
    if s.may(0.3):
        mode = s.pick("elastic", "bursting", "provisioned")
        node.set(
            "throughput_mode",
            mode,
            Say(np=f"{mode} throughput"),
        )
        if mode == "provisioned":
            node.set(
                "provisioned_throughput_in_mibps",
                s.pick(64, 128, 256),
                Say(np="{a |}provisioned throughput of <v> MiB/s", do="provision <v> MiB/s of throughput"),
            )
    if s.may(0.45):
        days = s.pick(7, 14, 30, 60, 90)
        node.block(
            "lifecycle_policy",
            Say(
                np=f"a lifecycle policy to infrequent access after {days} days",
                do=f"move files to {{infrequent access|IA storage|the IA class}} after {days} days",
                that=f"moves files to {{infrequent access|IA}} after {days} days without access",
            ),
        ).implied("transition_to_ia", f"AFTER_{days}_DAYS")
    return node


def _backups(s: Scene, of: Node) -> None:
    node = s.resource(
        "aws_efs_backup_policy",
        "",
        of.role,
        of=of,
        say=Say(np="{automatic |}backups {enabled|turned on}", do="{enable|turn on} {automatic |}backups"),
    )
    node.link("file_system_id", of)
    node.block("backup_policy").implied("status", "ENABLED")


@blueprint("efs", weight=2)
def efs_alone(s: Scene) -> None:
    s.purpose = s.pick("for shared files", "for our web servers", "")
    main = file_system(s)
    if s.may(0.4):
        _backups(s, main)


@blueprint("efs", weight=2)
def efs_mounted(s: Scene) -> None:
    """Mount targets in a network of its own, or in the default one."""
    main = file_system(s)
    own = s.may(0.6)
    cidr = "10.0.0.0/16"
    if own:
        vpc, subnets = parts.network(s, s.number(1, 3), said=s.may(0.6))
        group = parts.security_group(s, vpc, (2049,), "nfs", said=s.may(0.7), cidr=cidr)
        for subnet in subnets:
            target = s.resource("aws_efs_mount_target", "{mount target|EFS mount target}", subnet.role)
            target.link("file_system_id", main, say=Say(post="for <it>") if s.may(0.3) else False)
            target.link("subnet_id", subnet, say="in <it>")
            target.link(
                "security_groups",
                group,
                say=Say(np="<it> attached", that="uses <it>") if group.said else False,
                wrap=True,
            )
    else:
        default = s.data("aws_vpc", "default VPC", "default", said=True, say=None)
        default.said = False
        default.set("default", True, False)
        found = s.data("aws_subnets", "", "default")
        chosen = found.block("filter")
        chosen.set("name", "vpc-id", False).set("values", [default.ref("id")], False)
        target = s.resource("aws_efs_mount_target", "{mount target|EFS mount target}", "main")
        target.link("file_system_id", main, say="for <it>")
        target.set("subnet_id", Ref(found, "ids[0]"), False)
    if s.may(0.4):
        _backups(s, main)
    if s.may(0.4):
        s.output("file_system_id", main.ref("id"), "the file system ID")


@blueprint("efs", weight=1.5)
def efs_access_points(s: Scene) -> None:
    main = file_system(s)
    for path in s.some(["/app", "/uploads", "/home", "/exports"], 1, 3):
        point = s.resource("aws_efs_access_point", "{access point|EFS access point}", path.strip("/"))
        point.link("file_system_id", main, say="{for|on} <it>")
        root = point.block("root_directory")
        root.set("path", path, Say(np="{root directory|path} <v>", post="at {path |}<v>"))
        user = s.pick(1000, 1001, 500)
        made = root.block("creation_info")
        made.set("owner_uid", user, False).set("owner_gid", user, False).set("permissions", s.pick("755", "750"), False)
        posix = point.block(
            "posix_user",
            Say(np=f"POSIX user and group {{ID |}}{user}", do=f"use UID and GID {user}") if s.may(0.7) else None,
        )
        posix.set("uid", user, Say(implied=True)).set("gid", user, Say(implied=True))
    if s.may(0.4):
        _backups(s, main)


@blueprint("efs", "iam")
def efs_secured(s: Scene) -> None:
    """A policy that demands TLS, or a copy in another region."""
    main = file_system(s)
    if s.may(0.6):
        policy = s.resource(
            "aws_efs_file_system_policy",
            "",
            main.role,
            of=main,
            say=Say(
                np="a {file system |}policy that denies {unencrypted traffic|connections without TLS}",
                do="deny {mounts|connections} without TLS in {its|the file system} policy",
            ),
        )
        policy.link("file_system_id", main)
        policy.set(
            "policy",
            Document(
                Statement(
                    ("elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"),
                    (main.ref("arn"),),
                    "Allow",
                    {"AWS": ("*",)},
                ),
                Statement(
                    ("*",), (main.ref("arn"),), "Deny", {"AWS": ("*",)}, (("Bool", "aws:SecureTransport", ("false",)),)
                ),
            ),
            Say(implied=True, demand=PolicyStatement(("policy",), "Deny", unknown=True)),
        )
    else:
        away = s.pick("us-west-2", "eu-west-1", "eu-central-1")
        copy = s.resource(
            "aws_efs_replication_configuration",
            "",
            main.role,
            of=main,
            say=Say(np=f"replication to {away}", do=f"replicate it to {away}", that=f"is replicated to {away}"),
        )
        copy.link("source_file_system_id", main)
        copy.block("destination").implied("region", away)
    if s.may(0.5):
        _backups(s, main)


# --- FSx --------------------------------------------------------------------------------------------------------------


def _capacity(s: Scene, node: Body, *options: int) -> None:
    size = s.pick(*options)
    node.set(
        "storage_capacity",
        size,
        Say(np="{<v> GiB of storage|a storage capacity of <v> GiB|<v> GB of storage}", do="give it <v> GiB of storage"),
    )


def _retention(s: Scene, node: Body, argument: str = "automatic_backup_retention_days") -> None:
    days = s.pick(1, 3, 7, 14, 30)
    node.set(
        argument,
        days,
        Say(
            np=f"{{automatic |daily |}}backups kept for {_times(days, 'day')}",
            do=f"keep {{automatic |daily |}}backups for {_times(days, 'day')}",
            that=f"keeps {{automatic |}}backups for {_times(days, 'day')}",
        ),
    )


@blueprint("fsx", weight=1.5)
def fsx_lustre(s: Scene) -> None:
    s.purpose = s.pick("for HPC jobs", "for machine learning training", "")
    _, subnets = parts.network(s, 1, said=s.may(0.5))
    kind = s.pick("SCRATCH_2", "PERSISTENT_1", "PERSISTENT_2")
    main = s.resource(
        "aws_fsx_lustre_file_system",
        "{FSx for Lustre file system|Lustre file system|FSx Lustre file system}",
        "scratch",
    )
    main.link("subnet_ids", subnets[0], say="in <it>" if subnets[0].said else False, wrap=True)
    main.set("deployment_type", kind, Say(np="deployment type <v>"))
    _capacity(s, main, 1200, 2400, 4800)
    if kind.startswith("P"):
        main.set(
            "per_unit_storage_throughput",
            s.pick(125, 250) if kind.endswith("2") else s.pick(50, 100, 200),
            Say(np="{a |}throughput of <v> MB/s per TiB", do="provide <v> MB/s of throughput per TiB"),
        )
        if s.may(0.4):
            _retention(s, main)
    if s.may(0.4):
        main.set("data_compression_type", "LZ4", Say(np="LZ4 compression", do="compress data with LZ4"))
    s.nodes.remove(main)
    s.nodes.insert(0, main)
    if kind == "PERSISTENT_2" and s.may(0.6):
        data = bucket(s, "{S3 bucket|data bucket}", "datasets")
        link = s.resource("aws_fsx_data_repository_association", "data repository association", "datasets")
        path = s.pick("/data", "/datasets", "/input")
        link.link("file_system_id", main, say=Say(post="for <it>"))
        link.set(
            "data_repository_path",
            Template("s3://", data.ref("id")),
            Say(
                np="the bucket as its repository",
                do="link it to the bucket",
                demand=parts.refers(data, "data_repository_path"),
            ),
        )
        link.set("file_system_path", path, Say(np="{file system |}path <v>", post="at <v>"))
        if s.may(0.5):
            auto = link.block("s3").block(
                "auto_import_policy", Say(np="automatic import of new objects", do="import new objects automatically")
            )
            auto.implied("events", ["NEW"])


@blueprint("fsx")
def fsx_openzfs(s: Scene) -> None:
    _, subnets = parts.network(s, 1, said=s.may(0.4))
    main = s.resource("aws_fsx_openzfs_file_system", "{FSx for OpenZFS file system|OpenZFS file system}", "main")
    main.link("subnet_ids", subnets[0], say="in <it>" if subnets[0].said else False, wrap=True)
    main.set("deployment_type", "SINGLE_AZ_1", s.pick(False, Say(np="deployment type <v>")), extract=False)
    _capacity(s, main, 64, 128, 512, 1024)
    main.set("throughput_capacity", s.pick(64, 128, 256, 512), Say(np="{a |}throughput {capacity |}of <v> MB/s"))
    if s.may(0.4):
        _retention(s, main)
    for name in s.some(["projects", "home", "builds"], 0, 2):
        volume = s.resource("aws_fsx_openzfs_volume", "{volume|OpenZFS volume}", name)
        volume.named("name", name, True)
        volume.link("parent_volume_id", main, "root_volume_id", "{in|on} <it>")
        volume.set("data_compression_type", s.pick("ZSTD", "LZ4"), Say(np="<v> compression", do="compress it with <v>"))
        if s.may(0.4):
            volume.set("storage_capacity_quota_gib", s.pick(10, 50, 100), Say(np="{a |}quota of <v> GiB"))


@blueprint("fsx")
def fsx_ontap(s: Scene) -> None:
    _, subnets = parts.network(s, 2, said=s.may(0.3))
    multi = s.may(0.6)
    main = s.resource("aws_fsx_ontap_file_system", "{FSx for NetApp ONTAP file system|ONTAP file system}", "main")
    main.set(
        "deployment_type",
        "MULTI_AZ_1" if multi else "SINGLE_AZ_1",
        Say(np=f"{{a {'multi' if multi else 'single'}-AZ deployment|deployment type <v>}}"),
    )
    main.set("subnet_ids", [n.ref("id") for n in (subnets if multi else subnets[:1])], False)
    main.link("preferred_subnet_id", subnets[0])
    _capacity(s, main, 1024, 2048, 4096)
    main.set("throughput_capacity", s.pick(128, 256, 512), Say(np="{a |}throughput {capacity |}of <v> MB/s"))
    machine = s.resource("aws_fsx_ontap_storage_virtual_machine", "{storage virtual machine|SVM}", "svm")
    machine.named("name", s.pick("svm1", "apps", "vserver"))
    machine.link("file_system_id", main, say="on <it>")
    if s.may(0.7):
        volume = s.resource("aws_fsx_ontap_volume", "{ONTAP volume|volume}", "data")
        name = s.pick("data", "vol1", "projects")
        volume.named("name", name).link("storage_virtual_machine_id", machine, say="{in|on} <it>")
        volume.set("junction_path", f"/{name}", Say(np="{junction path|the junction path} <v>", do="mount it at <v>"))
        volume.set("size_in_megabytes", s.pick(10240, 51200, 102400), Say(np="{a |}size of <v> MB"))
        volume.set("storage_efficiency_enabled", True)


@blueprint("fsx", "directory service")
def fsx_windows(s: Scene) -> None:
    """A Windows share in a managed directory."""
    vpc, subnets = parts.network(s, 2, said=s.may(0.4))
    domain = f"corp.{s.pick('example.com', 'acme.local', 'example.org')}"
    directory = s.resource(
        "aws_directory_service_directory",
        "{AWS Managed Microsoft AD|Managed Microsoft AD directory|Active Directory}",
        "ad",
    )
    directory.named("name", domain)
    password = s.variable("ad_password", "string", "Str0ng-Passw0rd!", "Password of the directory's administrator.")
    directory.set("password", password, False)
    directory.set("type", "MicrosoftAD", False, extract=False)
    directory.set("edition", s.pick("Standard", "Enterprise"), Say(np="edition <v>", post="{in|of} the <v> edition"))
    inner = directory.block("vpc_settings")
    inner.link("vpc_id", vpc, say=Say(post="in <it>") if vpc.said else False)
    inner.set("subnet_ids", [n.ref("id") for n in subnets], False)
    main = s.resource(
        "aws_fsx_windows_file_system",
        "{FSx for Windows file system|Windows file share on FSx|FSx Windows File Server}",
        "share",
    )
    main.link("active_directory_id", directory, say=Say(np="<it> for authentication", do="join it to <it>"))
    main.link("subnet_ids", subnets[0], wrap=True)
    _capacity(s, main, 32, 300, 500, 2000)
    main.set("throughput_capacity", s.pick(8, 16, 32, 64), Say(np="{a |}throughput {capacity |}of <v> MB/s"))
    if s.may(0.4):
        _retention(s, main)


# --- AWS Backup, Glacier ----------------------------------------------------------------------------------------------


def _vault(s: Scene, noun: str = "{backup vault|AWS Backup vault}", *, key: Node | None = None) -> Node:
    vault = s.resource("aws_backup_vault", noun, "main")
    vault.named("name", resource_name(s, s.pick("vault", "backups", "backup-vault")))
    if key is not None:
        vault.link(
            "kms_key_arn",
            key,
            "arn",
            Say(np="encryption with <it>", post="encrypted with <it>", do="encrypt it with <it>"),
        )
    return vault


def _scheduled(often: str) -> Say:
    """The demand that a cron expression is daily, weekly or monthly, at whatever hour."""
    day, weekday = {"daily": (r"\*", r"\?"), "weekly": (r"\?", r"[A-Z1-7]+"), "monthly": (r"[0-9L]+", r"\?")}[often]
    pattern = rf"^cron\([0-9]+ [0-9]+ {day} \* {weekday} \*\)$"
    return Say(implied=True, demand=Attribute(("schedule",), Operator.MATCHES, pattern))


@blueprint("backup", "kms")
def backup_vault(s: Scene) -> None:
    """A vault, perhaps locked, perhaps one that tells of its jobs."""
    key = parts.kms_key(s, "backup") if s.may(0.4) else None
    vault = _vault(s, key=key)
    if s.may(0.4):
        least = s.pick(7, 14, 30)
        most = s.pick(90, 365, 1200)
        lock = s.resource(
            "aws_backup_vault_lock_configuration",
            "",
            "main",
            of=vault,
            say=Say(
                np=f"a vault lock with {{a |}}retention between {least} and {most} days",
                do=f"lock the vault for a retention of {least} to {most} days",
            ),
        )
        lock.link("backup_vault_name", vault, "name")
        lock.implied("min_retention_days", least).implied("max_retention_days", most)
    if s.may(0.5):
        topic = s.resource("aws_sns_topic", "{SNS topic|topic}", "backup_events").named(
            "name", resource_name(s, "backup-events")
        )
        tells = s.resource(
            "aws_backup_vault_notifications",
            "",
            "main",
            of=vault,
            say=Say(
                np="notifications {of|about} {completed and failed|finished and failed} backup jobs to the topic",
                do="notify the topic of completed and failed backup jobs",
            ),
        )
        tells.link("backup_vault_name", vault, "name").link("sns_topic_arn", topic, "arn", Say(implied=True))
        tells.implied("backup_vault_events", ["BACKUP_JOB_COMPLETED", "BACKUP_JOB_FAILED"])


@blueprint("backup", "iam", weight=3)
def backup_plan(s: Scene) -> None:
    """A plan with a rule or two, and what it backs up."""
    s.purpose = s.pick("for our production data", "", "")
    vault = _vault(s)
    plan = s.resource("aws_backup_plan", "{backup plan|AWS Backup plan}", "main").named(
        "name", resource_name(s, s.pick("daily-backups", "backup-plan", "plan"))
    )
    for often in s.some(["daily", "weekly", "monthly"], 1, 2):
        hour, keep = (
            s.pick(1, 2, 3, 5),
            {"daily": s.pick(7, 14, 30, 35), "weekly": s.pick(60, 90), "monthly": s.pick(365, 730)}[often],
        )
        when = {
            "daily": f"cron(0 {hour} * * ? *)",
            "weekly": f"cron(0 {hour} ? * SUN *)",
            "monthly": f"cron(0 {hour} 1 * ? *)",
        }[often]
        cold = often == "monthly" and s.may(0.5)
        words = f" at {hour} {{AM|am}} UTC" if s.may(0.7) else ""
        rule = plan.block(
            "rule",
            Say(
                np=f"a {often} {{rule|backup}}{words} {{kept for|with a retention of}} {keep} days",
                do=f"{{back up|run a backup}} {often}{words} and keep {{it|recovery points}} for {keep} days",
            ),
        )
        rule.set("rule_name", often, False)
        rule.link("target_vault_name", vault, "name")
        if words:
            rule.implied("schedule", when)
        else:
            rule.set("schedule", when, _scheduled(often))
        life = rule.block("lifecycle")
        if cold:
            life.set(
                "cold_storage_after",
                30,
                Say(np="{a move to |}cold storage after <v> days", do="move it to cold storage after <v> days"),
            )
        life.implied("delete_after", keep)
    if s.may(0.75):
        role = parts.execution_role(s, "backup", "backup", said=s.may(0.4))
        parts.attach(s, role, "service-role/AWSBackupServiceRolePolicyForBackup", said=role.said)
        value = s.pick("true", "daily", "yes")
        key = s.pick("Backup", "backup", "Environment")
        if key == "Environment":
            value = "production"
        chosen = s.resource(
            "aws_backup_selection",
            "{backup selection|selection}",
            "tagged",
        )
        chosen.named("name", resource_name(s, "tagged-resources"))
        chosen.link("plan_id", plan, say="for <it>").link(
            "iam_role_arn", role, "arn", Say(np="<it> as its role", do="use <it>") if role.said else False
        )
        tag = chosen.block(
            "selection_tag",
            Say(that=f"{{selects|picks}} {{resources|everything}} tagged {key}={value}", np=f"the tag {key}={value}"),
        )
        tag.set("type", "STRINGEQUALS", False, extract=False).implied("key", key).implied("value", value)


@blueprint("backup", "dynamodb", "efs", weight=1.5)
def backup_of_resources(s: Scene) -> None:
    """A plan for things made here."""
    vault = _vault(s)
    plan = s.resource("aws_backup_plan", "backup plan", "main").named("name", resource_name(s, "plan"))
    keep = s.pick(7, 14, 30, 60)
    rule = plan.block(
        "rule",
        Say(
            np=f"a daily rule that keeps backups for {keep} days", do=f"back up daily and keep backups for {keep} days"
        ),
    )
    rule.set("rule_name", "daily", False).link("target_vault_name", vault, "name")
    rule.set("schedule", s.pick("cron(0 5 * * ? *)", "cron(30 2 * * ? *)"), _scheduled("daily"))
    rule.block("lifecycle").implied("delete_after", keep)
    things: list[Node] = []
    if s.may(0.6):
        things.append(file_system(s))
    if not things or s.may(0.5):
        table = s.resource("aws_dynamodb_table", "{DynamoDB table|table}", "orders").named(
            "name", resource_name(s, s.pick("orders", "customers"))
        )
        table.set("billing_mode", "PAY_PER_REQUEST", Say(np="on-demand {billing|capacity}", that="bills per request"))
        table.set("hash_key", "id", Say(np='{hash key|partition key} "id"'))
        table.block("attribute").set("name", "id", False).set("type", "S", False)
        things.append(table)
    role = parts.execution_role(s, "backup", "backup")
    parts.attach(s, role, "service-role/AWSBackupServiceRolePolicyForBackup")
    chosen = s.resource("aws_backup_selection", "{backup selection|selection}", "main").named(
        "name", resource_name(s, "selection")
    )
    chosen.link("plan_id", plan, say="{for|in} <it>").link("iam_role_arn", role, "arn")
    chosen.set(
        "resources",
        [t.ref("arn") for t in things],
        Say(
            that="{covers|includes} "
            + " and ".join(
                {"aws_efs_file_system": "the file system", "aws_dynamodb_table": "the table"}[t.type] for t in things
            ),
            demand=tuple(parts.refers(t, "resources") for t in things),
        ),
    )


@blueprint("backup", weight=0.7)
def backup_reports(s: Scene) -> None:
    if s.may(0.5):
        main = bucket(s, "{S3 bucket|report bucket}", "reports")
        plan = s.resource("aws_backup_report_plan", "{backup report plan|AWS Backup report plan}", "jobs")
        plan.named("name", s.pick("backup_jobs", "daily_backup_report", "jobs_report"))
        plan.block("report_delivery_channel").set("formats", s.pick(["CSV"], ["JSON"], ["CSV", "JSON"]), True).link(
            "s3_bucket_name", main, "id", Say(np="delivery to <it>", do="deliver {it|the reports} to <it>")
        )
        plan.block("report_setting").set("report_template", s.pick("BACKUP_JOB_REPORT", "RESTORE_JOB_REPORT"), True)
    else:
        frame = s.resource("aws_backup_framework", "{backup framework|AWS Backup Audit Manager framework}", "main")
        frame.named("name", s.pick("backup_audit", "audit_framework", "compliance"))
        for control, words in s.some(
            [
                ("BACKUP_RECOVERY_POINT_ENCRYPTED", "recovery points are encrypted"),
                ("BACKUP_RESOURCES_PROTECTED_BY_BACKUP_PLAN", "resources are covered by a backup plan"),
                ("BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED", "nobody can delete recovery points by hand"),
            ],
            1,
            3,
        ):
            frame.block(
                "control",
                Say(np=f"a control that checks that {words}", do=f"check that {words}", that=f"checks that {words}"),
            ).implied("name", control)

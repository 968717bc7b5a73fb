"""Volumes, archives, data transfer: EBS, DLM, Glacier, DataSync, Storage Gateway, Transfer."""

from __future__ import annotations

from terraformer.data.intents import PolicyStatement
from terraformer.data.synthesis import parts
from terraformer.data.synthesis.blueprints.storage import bucket
from terraformer.data.synthesis.blueprints.storage2 import encrypted
from terraformer.data.synthesis.expressions import Document, Statement, Template
from terraformer.data.synthesis.names import resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Node, Say, Scene

_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0Xk1bq3u9m7L4yYxYbJ2v3QeR8sT1uV5wX7yZ9aBcD partner@example.com"


def volume(s: Scene, zone: str, role: str = "data", *, typed: bool = True) -> Node:
    """An EBS volume."""
    node = s.resource("aws_ebs_volume", "{EBS volume|volume|EBS volume}", role)
    kind = s.pick("gp3", "gp3", "gp2", "io2", "st1") if typed else "gp3"
    node.set(
        "size",
        s.pick(125, 500) if kind == "st1" else s.pick(8, 10, 20, 40, 50, 100, 200, 500),
        Say(np="{a size of <v> GB|<v> GB|<v> GiB of space}", post="of <v> GB"),
    )
    if typed and s.may(0.7):
        node.set("type", kind, Say(np="{volume |}type <v>", post="of type <v>"))
        if kind == "io2" or (kind == "gp3" and s.may(0.3)):
            node.set("iops", s.pick(3000, 4000), Say(np="<v> IOPS", do="provision <v> IOPS"))
        if kind == "gp3" and s.may(0.25):
            node.set("throughput", s.pick(125, 250), Say(np="{a |}throughput of <v> MiB/s"))
    node.set("availability_zone", zone, None, extract=False)
    if s.may(0.5):
        encrypted(node)
    return node


@blueprint("ec2", weight=1.5)
def ebs_volume(s: Scene) -> None:
    """A volume, perhaps a snapshot of it and a copy of that."""
    region = s.pick("us-east-1", "us-west-2", "eu-west-1", "us-east-1")
    s.in_region(region, False)
    if s.may(0.3):
        s.providers.clear()
    main = volume(s, f"{region}{s.pick('a', 'b')}")
    if region != "us-east-1":
        s.region_said = s.may(0.5)
    if s.may(0.5):
        snapshot = s.resource("aws_ebs_snapshot", "{snapshot|EBS snapshot}", "data")
        snapshot.link("volume_id", main, say="of <it>")
        if s.may(0.3):
            snapshot.set("storage_tier", "archive", Say(np="the archive tier", post="in the archive tier"))
        if s.may(0.35):
            copy = s.resource("aws_ebs_snapshot_copy", "{copy|snapshot copy}", "copy")
            copy.link("source_snapshot_id", snapshot, say="of <it>")
            copy.set("source_region", region, False, extract=False)
            encrypted(copy)


@blueprint("ec2", weight=2)
def attached_volumes(s: Scene) -> None:
    """An instance with further disks."""
    image = s.data("aws_ami", "", "linux")
    image.set("most_recent", True, False, extract=False).set("owners", ["amazon"], False)
    image.block("filter").set("name", "name", False, extract=False).set("values", ["al2023-ami-2023.*-x86_64"], False)
    zone = f"us-east-1{s.pick('a', 'b', 'c')}"
    server = s.resource("aws_instance", "{EC2 instance|instance|server}", s.pick("web", "app", "database"))
    server.link("ami", image)
    server.set("instance_type", s.pick("t3.micro", "t3.small", "t3.medium", "m7i.large"), True)
    server.set("availability_zone", zone, False, extract=False)
    for n in range(s.pick(1, 1, 2)):
        disk = volume(s, zone, ("data", "logs")[n])
        joined = s.resource("aws_volume_attachment", "{volume attachment|attachment}", disk.role)
        joined.link("volume_id", disk, say=Say(post="of <it>"))
        joined.link("instance_id", server, say=Say(post="to <it>"))
        joined.set("device_name", f"/dev/sd{'fg'[n]}", Say(post="as <v>", np="device name <v>"))


@blueprint("ec2", "kms")
def ebs_defaults(s: Scene) -> None:
    """Encryption by default, and no public snapshots."""
    for kind in s.some(["encryption", "snapshots"], 1, 2):
        if kind == "encryption":
            node = s.resource(
                "aws_ebs_encryption_by_default",
                "{account setting that encrypts {new |}EBS volumes by default|default encryption setting for EBS}",
                "main",
            )
            node.implied("enabled", True)
            if s.may(0.6):
                key = parts.kms_key(s, "ebs")
                chosen = s.resource("aws_ebs_default_kms_key", "{default KMS key for EBS|default EBS key}", "main")
                chosen.link("key_arn", key, "arn", Say(post="set to <it>"))
        else:
            node = s.resource(
                "aws_ebs_snapshot_block_public_access",
                "{setting that blocks public EBS snapshots|block on {public EBS snapshots|public sharing of EBS snapshots}}",
                "main",
            )
            state = s.pick("block-all-sharing", "block-new-sharing")
            node.set("state", state, Say(np="{the |}state <v>", do="set it to <v>"))


@blueprint("dlm", "ec2", "iam", weight=1.5)
def snapshot_policy(s: Scene) -> None:
    """Snapshots on a schedule."""
    role = s.resource("aws_iam_role", "IAM role", "dlm", said=False).named(
        "name", resource_name(s, "dlm-lifecycle-role")
    )
    role.set(
        "assume_role_policy",
        Document(Statement(("sts:AssumeRole",), principals={"Service": ("dlm.amazonaws.com",)})),
        False,
    )
    parts.attach(s, role, "service-role/AWSDataLifecycleManagerServiceRole")
    main = s.resource(
        "aws_dlm_lifecycle_policy", "{DLM lifecycle policy|DLM policy|Data Lifecycle Manager policy}", "snapshots"
    )
    main.set("description", s.pick("EBS snapshots", "Daily snapshots", "Volume snapshots"), False)
    main.link("execution_role_arn", role, "arn")
    main.set("state", "ENABLED", False)
    details = main.block("policy_details")
    details.set("resource_types", ["VOLUME"], False)
    tag = s.pick(("Snapshot", "true"), ("Backup", "yes"), ("Environment", "prod"))
    every, keep = s.pick(6, 12, 24), s.pick(7, 14, 30)
    schedule = details.block(
        "schedule",
        Say(
            np=f"{{EBS |volume |}}snapshots every {every} hours",
            do=f"snapshot {{EBS |}}volumes every {every} hours",
            that=f"takes {{EBS |volume |}}snapshots every {every} hours",
        ),
    )
    schedule.set("name", s.pick("snapshots", "daily", "regular"), False)
    rule = schedule.block("create_rule")
    rule.implied("interval", every).set("interval_unit", "HOURS", False)
    if s.may(0.5):
        rule.set(
            "times",
            [s.pick("03:00", "23:45", "01:30")],
            Say(np="{a |the |}start time {of |}<v> {UTC|}", do="start at <v> UTC"),
        )
    schedule.block(
        "retain_rule",
        Say(np=f"the last {keep} snapshots {{kept|retained}}", do=f"keep the last {keep} {{of them|snapshots}}"),
    ).implied("count", keep)
    if s.may(0.4):
        schedule.set("copy_tags", True, Say(np="tags copied from the volume", do="copy the volumes' tags"))
    details.set(
        "target_tags",
        {tag[0]: tag[1]},
        Say(that=f"{{targets|applies to}} volumes tagged {tag[0]}={tag[1]}", np=f"the target tag {tag[0]}={tag[1]}"),
    )


@blueprint("glacier", "sns")
def glacier_vault(s: Scene) -> None:
    vault = s.resource("aws_glacier_vault", "{Glacier vault|S3 Glacier vault}", "archive").named(
        "name", resource_name(s, s.pick("archive", "records", "tapes"))
    )
    if s.may(0.5):
        topic = s.resource("aws_sns_topic", "{SNS topic|topic}", "archive").named(
            "name", resource_name(s, "glacier-events")
        )
        events = s.pick(["ArchiveRetrievalCompleted"], ["ArchiveRetrievalCompleted", "InventoryRetrievalCompleted"])
        tells = vault.block(
            "notification",
            Say(
                np=f"notifications to the topic on {' and '.join(events)}",
                do=f"notify the topic {{of|on}} {' and '.join(events)}",
            ),
        )
        tells.implied("events", events).link("sns_topic", topic, "arn", Say(implied=True))
    if s.may(0.5):
        days = s.pick(90, 180, 365)
        lock = s.resource(
            "aws_glacier_vault_lock",
            "",
            "archive",
            of=vault,
            say=Say(
                np=f"a vault lock that {{denies|forbids}} deletion {{of archives younger than}} {days} days",
                do=f"lock it so that archives cannot be deleted in {{the first |}}{days} days",
            ),
        )
        lock.link("vault_name", vault, "name").set("complete_lock", False, False, extract=False)
        lock.set(
            "policy",
            Document(
                Statement(
                    ("glacier:DeleteArchive",),
                    (vault.ref("arn"),),
                    "Deny",
                    {"*": ("*",)},
                    (("NumericLessThanEquals", "glacier:ArchiveAgeInDays", (str(days),)),),
                    "deny-early-deletion",
                )
            ),
            Say(implied=True, demand=PolicyStatement(("policy",), "Deny", ("glacier:DeleteArchive",), unknown=True)),
        )


# --- DataSync, Storage Gateway ----------------------------------------------------------------------------------------


def _s3_location(s: Scene, of: Node, role: str) -> Node:
    access = s.resource("aws_iam_role", "IAM role", f"datasync_{role}", said=False).named(
        "name", resource_name(s, f"datasync-{role}-role")
    )
    access.set(
        "assume_role_policy",
        Document(Statement(("sts:AssumeRole",), principals={"Service": ("datasync.amazonaws.com",)})),
        False,
    )
    parts.role_policy(
        s, access, ("s3:ListBucket", "s3:GetObject", "s3:PutObject"), (of.ref("arn"), Template(of.ref("arn"), "/*"))
    )
    place = s.resource("aws_datasync_location_s3", "{DataSync location|DataSync S3 location}", role)
    place.link("s3_bucket_arn", of, "arn", "for <it>")
    place.set("subdirectory", s.pick("/", "/data", "/backup"), None)
    place.block("s3_config").link("bucket_access_role_arn", access, "arn")
    return place


@blueprint("datasync", "s3", "efs", weight=1.5)
def datasync(s: Scene) -> None:
    """From a bucket to another one, or to a file system."""
    source = bucket(s, "{source bucket|S3 bucket}", "source")
    if s.may(0.5):
        target = bucket(s, "{destination bucket|target bucket}", "destination")
        places = (_s3_location(s, source, "source"), _s3_location(s, target, "destination"))
    else:
        vpc, subnets = parts.network(s, 1)
        group = parts.security_group(s, vpc, (2049,), "efs", cidr="10.0.0.0/8")
        files = s.resource("aws_efs_file_system", "EFS file system", "target")
        encrypted(files)
        mount = s.resource("aws_efs_mount_target", "mount target", "target", said=False)
        mount.link("file_system_id", files).link("subnet_id", subnets[0]).link("security_groups", group, wrap=True)
        place = s.resource("aws_datasync_location_efs", "{DataSync location|DataSync EFS location}", "target")
        place.link("efs_file_system_arn", files, "arn", "for <it>")
        inner = place.block("ec2_config")
        inner.link("security_group_arns", group, "arn", wrap=True).link("subnet_arn", subnets[0], "arn")
        place.depends_on = (mount,)
        places = (_s3_location(s, source, "source"), place)
    task = s.resource("aws_datasync_task", "{DataSync task|task}", "main").named(
        "name", resource_name(s, s.pick("sync", "migration", "nightly-copy"))
    )
    aim = "file system" if places[1].type.endswith("efs") else "destination bucket"
    task.link(
        "source_location_arn",
        places[0],
        "arn",
        Say(np="the source bucket as its source", do="copy from the source bucket"),
    )
    task.link(
        "destination_location_arn", places[1], "arn", Say(np=f"the {aim} as its destination", do=f"copy to the {aim}")
    )
    if s.may(0.5):
        hour = s.pick(1, 2, 4)
        task.block(
            "schedule",
            Say(
                np=f"a schedule of every day at {hour}:00",
                do=f"run it daily at {hour}:00 UTC",
            ),
        ).implied("schedule_expression", f"cron(0 {hour} * * ? *)")
    if s.may(0.5):
        task.block("options").set(
            "verify_mode",
            s.pick("ONLY_FILES_TRANSFERRED", "POINT_IN_TIME_CONSISTENT"),
            Say(np="verify mode <v>", do="set the verify mode to <v>"),
        )


@blueprint("storage gateway", "s3", weight=0.7)
def file_gateway(s: Scene) -> None:
    """An S3 file gateway that is reached at an address, and an NFS share."""
    gateway = s.resource(
        "aws_storagegateway_gateway", "{Storage Gateway|file gateway|Storage Gateway file gateway}", "files"
    )
    gateway.named("gateway_name", resource_name(s, s.pick("file-gateway", "office-gateway")))
    gateway.set(
        "gateway_ip_address",
        f"10.0.{s.number(1, 9)}.{s.number(10, 200)}",
        Say(np="{the |}{IP|IP address} <v>", post="at <v>"),
    )
    zone = s.pick("GMT", "GMT+1:00", "GMT-5:00")
    gateway.set("gateway_timezone", zone, Say(np="time zone <v>"))
    gateway.set("gateway_type", "FILE_S3", Say(np="type FILE_S3") if s.may(0.3) else False, extract=False)
    if s.may(0.6):
        main = bucket(s, role="files")
        role = s.resource("aws_iam_role", "IAM role", "gateway", said=False).named(
            "name", resource_name(s, "gateway-role")
        )
        role.set(
            "assume_role_policy",
            Document(Statement(("sts:AssumeRole",), principals={"Service": ("storagegateway.amazonaws.com",)})),
            False,
        )
        parts.role_policy(
            s,
            role,
            ("s3:GetObject", "s3:PutObject", "s3:ListBucket"),
            (main.ref("arn"), Template(main.ref("arn"), "/*")),
        )
        share = s.resource("aws_storagegateway_nfs_file_share", "{NFS file share|NFS share}", "files")
        share.link("gateway_arn", gateway, "arn", "on <it>").link(
            "location_arn", main, "arn", Say(post="for <it>", np="<it> as its location")
        )
        share.link("role_arn", role, "arn")
        clients = s.pick("10.0.0.0/8", "10.0.0.0/16", "192.168.0.0/24")
        share.set(
            "client_list", [clients], Say(np=f"access {{for|from}} {clients}", do=f"allow clients from {clients}")
        )
        if s.may(0.3):
            share.set("read_only", True, Say(np="read-only access", do="make it read-only", that="is read-only"))


@blueprint("storage gateway", weight=0.4)
def tape_pool(s: Scene) -> None:
    pool = s.resource("aws_storagegateway_tape_pool", "{Storage Gateway tape pool|custom tape pool|tape pool}", "main")
    pool.named("pool_name", resource_name(s, s.pick("archive-pool", "compliance-pool")))
    pool.set("storage_class", s.pick("GLACIER", "DEEP_ARCHIVE"), Say(np="storage class <v>"))
    if s.may(0.5):
        days = s.pick(30, 90, 365)
        pool.set("retention_lock_type", s.pick("GOVERNANCE", "COMPLIANCE"), Say(np="a {retention |}lock of type <v>"))
        pool.set("retention_lock_time_in_days", days, Say(np="a {lock |retention |}time of <v> days"))


# --- Transfer ---------------------------------------------------------------------------------------------------------


@blueprint("transfer", "s3", "iam", weight=2)
def sftp(s: Scene) -> None:
    """An SFTP server for a bucket, with users and keys."""
    s.purpose = s.pick("for our partners", "for file exchange with suppliers", "")
    main = bucket(s, role=s.pick("transfers", "partner-files", "incoming"), said=s.may(0.7))
    server = s.resource("aws_transfer_server", "{Transfer Family server|SFTP server|AWS Transfer server}", "sftp")
    server.set(
        "protocols", ["SFTP"], Say(np="the SFTP protocol", do="use SFTP", that="speaks SFTP") if s.may(0.5) else False
    )
    if s.may(0.5):
        server.set(
            "identity_provider_type",
            "SERVICE_MANAGED",
            Say(np="service managed {users|identities}") if s.may() else False,
            extract=False,
        )
    if s.may(0.4):
        server.set(
            "security_policy_name",
            s.pick("TransferSecurityPolicy-2024-01", "TransferSecurityPolicy-2023-05"),
            Say(np="the security policy <v>"),
        )
    if s.may(0.5):
        logging = parts.execution_role(s, "transfer", "transfer_logging")
        parts.attach(s, logging, "service-role/AWSTransferLoggingAccess")
        server.link("logging_role", logging, "arn", False)
    role = parts.execution_role(s, "transfer", "transfer_user", said=s.may(0.4))
    parts.role_policy(
        s,
        role,
        ("s3:GetObject", "s3:PutObject", "s3:ListBucket"),
        (main.ref("arn"), Template(main.ref("arn"), "/*")),
        said=role.said,
        words="{read and write objects in|use} the bucket",
    )
    for name in s.some(["alice", "partner", "acme", "uploader"], 1, 2):
        user = s.resource("aws_transfer_user", "{user|SFTP user|Transfer user}", name)
        user.named("user_name", name, True).link("server_id", server, say=Say(post="{on|for|of} <it>"))
        user.link("role", role, "arn", Say(np="<it> as its role", do="use <it>") if role.said else False)
        user.set("home_directory", Template("/", main.ref("id"), f"/{name}"), False)
        if s.may(0.5):
            key = s.resource(
                "aws_transfer_ssh_key", "", name, of=user, say=Say(np="an SSH key", do="add an SSH key for the user")
            )
            key.link("server_id", server).link("user_name", user, "user_name", Say(implied=True))
            key.set("body", _KEY, False)
    if s.may(0.3):
        s.output("endpoint", server.ref("endpoint"), "the {server's endpoint|endpoint of the server}")


@blueprint("transfer", weight=0.7)
def transfer_workflow(s: Scene) -> None:
    """What happens to a file after its upload."""
    flow = s.resource(
        "aws_transfer_workflow", "{Transfer workflow|AWS Transfer workflow|Transfer Family workflow}", "main"
    )
    flow.set("description", s.pick("After upload", "Incoming files"), None)
    main = bucket(s, "{bucket|S3 bucket}", "archive")
    for kind in s.some(["COPY", "TAG", "DELETE"], 1, 3):
        step = flow.block(
            "steps",
            {
                "COPY": Say(np="a copy step {to|into} the bucket", do="copy {each|every} file to the bucket"),
                "TAG": Say(np="a tag step", do="tag the files"),
                "DELETE": Say(np="a delete step at the end", do="delete the original at the end"),
            }[kind],
        )
        step.implied("type", kind)
        inner = step.block(f"{kind.lower()}_step_details")
        inner.set("name", f"{kind.lower()}-file", False).set(
            "source_file_location", "${original.file}", False, extract=False
        )
        if kind == "COPY":
            place = inner.block("destination_file_location").block("s3_file_location")
            place.link("bucket", main, "id", Say(implied=True)).set("key", "archive/", False)
        elif kind == "TAG":
            inner.block("tags").set("key", "Status", False).set("value", "received", False)

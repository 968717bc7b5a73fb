"""Storage, further: guarded access points, access grants, copies, shared snapshots, restore tests, agents, partners."""

from __future__ import annotations

from terraformer.data.intents import PolicyStatement
from terraformer.data.synthesis import parts
from terraformer.data.synthesis.blueprints.storage import bucket, private
from terraformer.data.synthesis.blueprints.storage2 import encrypted
from terraformer.data.synthesis.expressions import Document, Statement, Template
from terraformer.data.synthesis.names import resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Node, Say, Scene


@blueprint("s3", "iam")
def guarded_access_point(s: Scene) -> None:
    """An access point with a policy of its own."""
    main = bucket(s, role="shared")
    point = s.resource("aws_s3_access_point", "{access point|S3 access point}", "partner").named(
        "name", resource_name(s, s.pick("partner", "reader"))
    )
    point.link("bucket", main, "id", "{for|on} <it>")
    account = f"{s.number(100000000000, 999999999999)}"
    who = f"arn:aws:iam::{account}:root"
    policy = s.resource(
        "aws_s3control_access_point_policy",
        "",
        "partner",
        of=point,
        say=Say(
            np=f"a policy that lets account {account} read objects",
            do=f"let account {account} read objects through the access point",
        ),
    )
    policy.link("access_point_arn", point, "arn")
    policy.set(
        "policy",
        Document(Statement(("s3:GetObject",), (Template(point.ref("arn"), "/object/*"),), principals={"AWS": (who,)})),
        Say(
            implied=True,
            demand=PolicyStatement(("policy",), "Allow", ("s3:GetObject",), principals={"AWS": (who,)}, unknown=True),
        ),
    )
    if s.may(0.5):
        private(s, main)


@blueprint("s3", "iam", weight=0.8)
def access_grants(s: Scene) -> None:
    """S3 Access Grants: an instance, a location, a grant."""
    main = bucket(s, role=s.pick("research", "team-data"))
    role = s.resource("aws_iam_role", "IAM role", "grants", said=False).named(
        "name", resource_name(s, "access-grants-role")
    )
    role.set(
        "assume_role_policy",
        Document(
            Statement(
                ("sts:AssumeRole", "sts:SetSourceIdentity"), principals={"Service": ("access-grants.s3.amazonaws.com",)}
            )
        ),
        False,
    )
    parts.role_policy(
        s, role, ("s3:GetObject", "s3:PutObject", "s3:ListBucket"), (main.ref("arn"), Template(main.ref("arn"), "/*"))
    )
    instance = s.resource("aws_s3control_access_grants_instance", "S3 Access Grants instance", "main")
    place = s.resource("aws_s3control_access_grants_location", "{access grants location|location}", "main")
    place.link("iam_role_arn", role, "arn")
    place.set(
        "location_scope",
        Template("s3://", main.ref("id"), "/*"),
        Say(np="the bucket as its scope", post="for the bucket", demand=parts.refers(main, "location_scope")),
    )
    place.depends_on = (instance,)
    reader = s.resource("aws_iam_role", "{IAM role|role} for {analysts|researchers}", "analyst").named(
        "name", resource_name(s, "analyst")
    )
    current = s.data("aws_caller_identity", "", "current")
    trust = Statement(
        ("sts:AssumeRole",), principals={"AWS": (Template("arn:aws:iam::", current.ref("account_id"), ":root"),)}
    )
    reader.set("assume_role_policy", Document(trust), False)
    level = s.pick("READ", "READWRITE")
    grant = s.resource("aws_s3control_access_grant", "{access grant|grant}", "analyst")
    grant.set("permission", level, Say(np="permission <v>", post="of <v>"), extract=False)
    grant.link("access_grants_location_id", place, "access_grants_location_id", "on <it>")
    prefix = s.pick("reports/*", "public/*", "results/*")
    grant.block("access_grants_location_configuration").set("s3_sub_prefix", prefix, Say(np="the prefix <v>"))
    to = grant.block("grantee")
    to.set("grantee_type", "IAM", False, extract=False).link(
        "grantee_identifier", reader, "arn", Say(np="<it> as the grantee", do="grant it to <it>")
    )


@blueprint("s3", weight=0.8)
def object_copies(s: Scene) -> None:
    """An object and a copy of it in a second bucket."""
    main = bucket(s, "{S3 bucket|source bucket}", "source")
    other = bucket(s, "{second bucket|target bucket}", "target")
    file = s.resource("aws_s3_object", "{object|file}", "file").named(
        "key", s.pick("seed.json", "data/seed.csv", "template.html"), True
    )
    file.link("bucket", main, say="in <it>").set("content", "{}", False, extract=False)
    copy = s.resource("aws_s3_object_copy", "copy", "copy")
    copy.named("key", s.pick("seed-copy.json", "backup/seed", "restored.html"), True)
    copy.set(
        "source",
        Template(main.ref("id"), "/", file.ref("key")),
        Say(
            np="that object as its source",
            post="of that object",
            demand=parts.refers(file, "source"),
        ),
    )
    copy.link("bucket", other, say="in <it>")
    if s.may(0.3):
        copy.set("storage_class", "STANDARD_IA", Say(np="storage class <v>"))


@blueprint("ec2")
def shared_snapshot(s: Scene) -> None:
    """A snapshot that another account may use, or that restores fast."""
    zone = s.pick("us-east-1a", "us-east-1b")
    main = s.resource("aws_ebs_volume", "{EBS volume|volume}", "data")
    main.set("size", s.pick(20, 50, 100), Say(np="{a size of <v> GB|<v> GB}", post="of <v> GB")).set(
        "availability_zone", zone, None, extract=False
    )
    snapshot = s.resource("aws_ebs_snapshot", "{EBS snapshot|snapshot}", "data")
    snapshot.link("volume_id", main, say="of <it>")
    for kind in s.some(["share", "fast"], 1, 2):
        if kind == "share":
            account = f"{s.number(100000000000, 999999999999)}"
            grant = s.resource(
                "aws_snapshot_create_volume_permission",
                "",
                "share",
                of=snapshot,
                say=Say(
                    np=f"permission for account {account} to create volumes from it",
                    do=f"share the snapshot with account {account}",
                    that=f"is shared with account {account}",
                ),
            )
            grant.link("snapshot_id", snapshot).implied("account_id", account)
        else:
            fast = s.resource(
                "aws_ebs_fast_snapshot_restore",
                "",
                "fast",
                of=snapshot,
                say=Say(np=f"fast snapshot restore in {zone}", do=f"enable fast snapshot restore in {zone}"),
            )
            fast.link("snapshot_id", snapshot).implied("availability_zone", zone)


@blueprint("fsx")
def openzfs_snapshots(s: Scene) -> None:
    """A snapshot of a volume, or a backup of the file system."""
    _, subnets = parts.network(s, 1)
    main = s.resource("aws_fsx_openzfs_file_system", "{FSx for OpenZFS file system|OpenZFS file system}", "main")
    main.set("deployment_type", "SINGLE_AZ_1", False, extract=False).link("subnet_ids", subnets[0], wrap=True)
    main.set("storage_capacity", s.pick(64, 128, 256), Say(np="{<v> GiB of storage|a storage capacity of <v> GiB}"))
    main.set("throughput_capacity", s.pick(64, 128), Say(np="{a |}throughput of <v> MB/s"))
    for kind in s.some(["snapshot", "backup"], 1, 2):
        if kind == "snapshot":
            node = s.resource("aws_fsx_openzfs_snapshot", "{snapshot|OpenZFS snapshot}", "root").named(
                "name", s.pick("baseline", "nightly")
            )
            node.link("volume_id", main, "root_volume_id", Say(post="of the root volume"))
        else:
            node = s.resource("aws_fsx_backup", "{FSx backup|backup}", "main")
            node.link("file_system_id", main, say="of <it>")


@blueprint("backup", "iam", weight=1.2)
def restore_tests(s: Scene) -> None:
    """A plan that tests restores, for one type of resource."""
    vault = s.resource("aws_backup_vault", "{backup vault|vault}", "main").named("name", resource_name(s, "backups"))
    plan = s.resource(
        "aws_backup_restore_testing_plan", "{restore testing plan|AWS Backup restore testing plan}", "main"
    )
    plan.named("name", s.pick("weekly_restores", "restore_tests", "monthly_check"))
    day = s.pick("SUN", "MON", "SAT")
    words = {"SUN": "Sunday", "MON": "Monday", "SAT": "Saturday"}[day]
    plan.set(
        "schedule_expression",
        f"cron(0 4 ? * {day} *)",
        Say(
            np=f"a schedule of every {words} at 4:00 UTC",
            do=f"run it every {words} at 4:00 UTC",
            that=f"runs every {words} at 4:00 UTC",
        ),
    )
    chosen = plan.block("recovery_point_selection")
    how = s.pick("LATEST_WITHIN_WINDOW", "RANDOM_WITHIN_WINDOW")
    chosen.set(
        "algorithm",
        how,
        Say(
            np=f"{{{'the latest' if how[0] == 'L' else 'a random'} recovery point|the algorithm {how}}}",
            do=f"pick {'the latest' if how[0] == 'L' else 'a random'} recovery point",
        ),
        extract=False,
    )
    chosen.set(
        "include_vaults",
        [vault.ref("arn")],
        Say(
            np="recovery points from the vault",
            do="take recovery points from the vault",
            demand=parts.refers(vault, "include_vaults"),
        ),
    )
    chosen.set("recovery_point_types", ["SNAPSHOT"], False)
    if s.may(0.75):
        role = parts.execution_role(s, "backup", "restore", said=s.may(0.4))
        parts.attach(s, role, "service-role/AWSBackupServiceRolePolicyForRestores", said=role.said)
        kind, noun = s.pick(("EBS", "EBS volumes"), ("RDS", "RDS databases"), ("EFS", "EFS file systems"))
        node = s.resource(
            "aws_backup_restore_testing_selection", "{restore testing selection|selection}", kind.lower()
        ).named("name", f"{kind.lower()}_restores")
        node.set(
            "protected_resource_type",
            kind,
            Say(post=f"of {noun}", np=f"{noun} as the protected resources"),
            extract=False,
        )
        node.link("restore_testing_plan_name", plan, "name", "for <it>").link(
            "iam_role_arn", role, "arn", Say(np="<it> as its role", do="use <it>") if role.said else False
        )
        node.set("protected_resource_arns", ["*"], False)
    if s.may(0.3):
        gap = s.resource("aws_backup_logically_air_gapped_vault", "logically air-gapped vault", "gap").named(
            "name", resource_name(s, "air-gapped")
        )
        least, most = s.pick(7, 14), s.pick(30, 90)
        gap.set("min_retention_days", least, Say(np=f"{{a |}}retention of at least {least} days")).set(
            "max_retention_days", most, Say(np=f"{{a |}}retention of at most {most} days")
        )


@blueprint("datasync", "s3", "iam")
def office_files(s: Scene) -> None:
    """Files of an NFS or SMB server, taken to a bucket by an agent."""
    agent = s.resource("aws_datasync_agent", "DataSync agent", "office").named("name", resource_name(s, "office-agent"))
    agent.set(
        "ip_address",
        f"10.1.{s.number(1, 20)}.{s.number(10, 200)}",
        Say(np="{IP address|the IP address} <v>", post="at <v>"),
    )
    kind = s.pick("nfs", "smb")
    source = s.resource(
        f"aws_datasync_location_{kind}", f"{{{kind.upper()} location|DataSync location for {kind.upper()}}}", "source"
    )
    source.set(
        "server_hostname",
        s.pick("files.corp.example.com", "nas.example.com"),
        Say(np="{server|host} <v>", post="on <v>"),
    )
    source.set("subdirectory", s.pick("/exports/data", "/share", "/home"), Say(np="{the |}{directory|path} <v>"))
    if kind == "nfs":
        source.block("on_prem_config").link(
            "agent_arns", agent, "arn", Say(np="<it> as its agent", do="use <it>"), wrap=True
        )
    else:
        source.set("user", "datasync", None).set("password", "ChangeMe12345", False, extract=False)
        source.link("agent_arns", agent, "arn", Say(np="<it> as its agent", do="use <it>"), wrap=True)
    main = bucket(s, "{S3 bucket|bucket}", "office-files")
    role = s.resource("aws_iam_role", "IAM role", "datasync", said=False).named(
        "name", resource_name(s, "datasync-role")
    )
    role.set(
        "assume_role_policy",
        Document(Statement(("sts:AssumeRole",), principals={"Service": ("datasync.amazonaws.com",)})),
        False,
    )
    parts.role_policy(
        s, role, ("s3:ListBucket", "s3:PutObject", "s3:GetObject"), (main.ref("arn"), Template(main.ref("arn"), "/*"))
    )
    target = s.resource("aws_datasync_location_s3", "{S3 location|DataSync S3 location}", "target")
    target.link("s3_bucket_arn", main, "arn", "for <it>")
    target.set("subdirectory", "/", False).block("s3_config").link("bucket_access_role_arn", role, "arn")
    task = s.resource("aws_datasync_task", "{DataSync task|task}", "copy").named(
        "name", resource_name(s, "copy-office-files")
    )
    task.link("source_location_arn", source, "arn", Say(post="from <it>")).link(
        "destination_location_arn", target, "arn", Say(post="to <it>")
    )


@blueprint("transfer", "s3", "iam", weight=0.8)
def as2_partner(s: Scene) -> None:
    """AS2 profiles of both sides and a connector between them; or a connector to an SFTP server."""
    main = bucket(s, role="edi")
    role = parts.execution_role(s, "transfer", "connector", said=s.may(0.4))
    parts.role_policy(
        s,
        role,
        ("s3:GetObject", "s3:PutObject"),
        (Template(main.ref("arn"), "/*"),),
        said=role.said,
        words="read and write objects in the bucket",
    )
    ends: list[Node] = []
    for side in ("local", "partner"):
        node = s.resource("aws_transfer_profile", f"{{{side} profile|{side} AS2 profile}}", side)
        node.implied("profile_type", "LOCAL" if side == "local" else "PARTNER")
        node.set(
            "as2_id",
            s.pick("ACME-AS2", "MYCOMPANY") if side == "local" else s.pick("PARTNER-AS2", "SUPPLIER"),
            Say(np="the AS2 ID <v>"),
        )
        ends.append(node)
    door = s.resource("aws_transfer_connector", "{AS2 connector|Transfer connector}", "partner")
    door.link("access_role", role, "arn", Say(np="<it> as its access role", do="use <it>") if role.said else False)
    door.set(
        "url",
        s.pick("https://as2.partner.example.com", "http://as2.supplier.example.com:4080"),
        Say(np="{the |}URL <v>", post="to <v>"),
    )
    inner = door.block("as2_config")
    inner.set(
        "compression", s.pick("ZLIB", "DISABLED"), Say(np="compression <v>") if s.may(0.5) else False, extract=False
    )
    inner.set(
        "encryption_algorithm",
        s.pick("AES256_CBC", "AES128_CBC"),
        Say(np="<v> encryption", do="encrypt with <v>"),
        extract=False,
    )
    inner.set(
        "signing_algorithm", s.pick("SHA256", "SHA512"), Say(np="<v> signatures", do="sign with <v>"), extract=False
    )
    inner.set("mdn_response", s.pick("SYNC", "NONE"), False, extract=False)
    inner.link("local_profile_id", ends[0], "profile_id").link(
        "partner_profile_id",
        ends[1],
        "profile_id",
        Say(np="the partner profile", do="connect it to the partner profile"),
    )


@blueprint("efs", "lambda", "vpc", weight=1.2)
def lambda_with_files(s: Scene) -> None:
    """A function that mounts a file system."""
    s.purpose = s.pick("for a machine learning model", "for big dependencies", "")
    files = s.resource("aws_efs_file_system", "{EFS file system|EFS filesystem}", "shared")
    encrypted(files)
    vpc, subnets = parts.network(s, 2, said=s.may(0.4))
    guard = parts.security_group(s, vpc, (2049,), "efs", said=s.may(0.5), cidr="10.0.0.0/8")
    mounts: list[Node] = []
    for subnet in subnets:
        target = s.resource("aws_efs_mount_target", "{mount target|EFS mount target}", subnet.role)
        target.link("file_system_id", files, say="for <it>").link(
            "subnet_id", subnet, say="in <it>" if subnet.said else False
        )
        target.link("security_groups", guard, wrap=True)
        mounts.append(target)
    point = s.resource("aws_efs_access_point", "{access point|EFS access point}", "lambda")
    point.link("file_system_id", files, say="on <it>")
    point.block("posix_user").set("uid", 1000, False).set("gid", 1000, False)
    root = point.block("root_directory")
    root.set("path", "/lambda", Say(np="{path|the path} <v>", post="at <v>"))
    root.block("creation_info").set("owner_uid", 1000, False).set("owner_gid", 1000, False).set(
        "permissions", "750", False
    )
    role = parts.execution_role(s, "lambda", "files", said=s.may(0.4))
    for name in ("service-role/AWSLambdaVPCAccessExecutionRole", "AmazonElasticFileSystemClientReadWriteAccess"):
        parts.attach(s, role, name, said=role.said)
    package, digest = parts.zip_package(
        s, "import os\n\ndef handler(event, context):\n    return os.listdir('/mnt/files')\n", "main.py"
    )
    function = s.resource("aws_lambda_function", "{Lambda function|Lambda}", "files").named(
        "function_name", resource_name(s, s.pick("list-files", "inference"))
    )
    function.link("role", role, "arn", Say(np="<it>", do="use <it>") if role.said else False)
    function.set("handler", "main.handler", False).set("runtime", s.pick("python3.12", "python3.13"))
    function.set("filename", package, False).set("source_code_hash", digest, False)
    place = function.block("vpc_config")
    place.set("subnet_ids", [n.ref("id") for n in subnets], False).link("security_group_ids", guard, wrap=True)
    mount = function.block(
        "file_system_config",
        Say(
            np="the file system mounted at /mnt/files",
            do="mount the file system at /mnt/files",
            that="mounts the file system at /mnt/files",
        ),
    )
    mount.link("arn", point, "arn", Say(implied=True)).implied("local_mount_path", "/mnt/files")
    function.depends_on = tuple(mounts)

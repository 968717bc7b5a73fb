"""Databases: RDS, Aurora, DynamoDB, caches, Redshift."""

from __future__ import annotations

import re
from typing import Any, Final

from terraformer.data.intents import AnyOf, Block, Condition, RefersTo
from terraformer.data.intents import Target as Refer
from terraformer.data.mutation.additions import (
    WHY_SAFE,
    append,
    ascii_name,
    block_with,
    changeable,
    get,
    one_of,
    put,
    refers,
    resource,
)
from terraformer.data.mutation.base import Change, Say, Target, added, equals
from terraformer.data.mutation.catalogue import operator
from terraformer.data.mutation.draft import literal
from terraformer.data.mutation.naming import Code, Words

_WHY_LOSS: Final = (
    "We can't afford to lose any data.",
    "Someone almost deleted production last month.",
    "The business depends on it.",
)


@operator("rds", "aws_db_instance", weight=1.3)
def database_multi_az(t: Target) -> Change | None:
    if str(t.values.get("engine", "")).startswith("aurora") or t.block.has("replicate_source_db"):
        return None
    if t.values.get("multi_az"):
        return put(
            t,
            "multi_az",
            False,
            "{{run|put} <it> in a single {availability zone|AZ}|{turn off|disable|switch off} Multi-AZ for <it>}",
            "<it> should run in a single {availability zone|AZ}",
            ("Multi-AZ is too expensive for a test environment.", "It doesn't have to be highly available."),
        )
    return put(
        t,
        "multi_az",
        True,
        "{make <it> {highly available|Multi-AZ}|{enable|turn on} Multi-AZ for <it>|run <it> in {several "
        "availability zones|"
        "more than one availability zone}|add a standby in {another|a second} availability zone to <it>}",
        "<it> should {be highly available (Multi-AZ)|survive the loss of an availability zone|run Multi-AZ}",
        ("We had an outage when a zone failed.", "An hour of downtime costs us a fortune."),
    )


@operator("rds", "aws_db_instance", "aws_rds_cluster", "aws_docdb_cluster", "aws_neptune_cluster", weight=1.2)
def database_backups(t: Target) -> Change | None:
    current = t.values.get("backup_retention_period")
    days = t.another((7, 14, 21, 30, 35), current)
    if t.block.has("replicate_source_db"):
        return None
    return put(
        t,
        "backup_retention_period",
        days,
        "{{keep|retain} {backups|automated backups|automatic backups} of <it> for <value> days|{set|"
        "change} the backup retention {period |}of <it> to <value> days|"
        "back up <it> and keep the backups for <value> days}",
        "{backups|automated backups} of <it> should be kept for <value> days",
        (*_WHY_LOSS, "The auditors want to see older backups."),
    )


@operator("rds", "aws_db_instance")
def database_autoscaling_storage(t: Target) -> Change | None:
    size = t.values.get("allocated_storage")
    if not isinstance(size, (int, float)) or str(t.values.get("engine", "")).startswith("aurora"):
        return None
    limit = t.another([s for s in (100, 200, 500, 1000) if s >= size * 1.3], t.values.get("max_allocated_storage"))
    return put(
        t,
        "max_allocated_storage",
        limit,
        "{let the storage of <it> grow {automatically |}up to <value> {GB|GiB}|{enable|turn on} storage "
        "autoscaling for "
        "<it>, up to <value> {GB|GiB}|autoscale the storage of <it> up to <value> {GB|GiB}}",
        "the storage of <it> should {grow|scale} {automatically |}up to <value> {GB|GiB}",
        ("The disk ran full on a Sunday.", "Nobody wants to resize disks at night."),
    )


@operator("rds", "aws_db_instance")
def database_storage(t: Target) -> Change | None:
    size = t.values.get("allocated_storage")
    top = t.values.get("max_allocated_storage") or 0
    if not isinstance(size, (int, float)) or not size:
        return None
    options = [s for s in (50, 100, 150, 200, 300, 500, 1000) if s >= size * 1.2 and (not top or s * 1.2 <= top)]
    if not options:
        return None
    return put(
        t,
        "allocated_storage",
        t.pick(*options[:3]),
        "{{grow|increase|extend} the {storage|disk} of <it> {from <old> GB |}to <value> {GB|GiB}|give "
        "<it> <value> {GB|GiB} of {storage|disk space}{ instead of <old>|}}",
        "<it> should have <value> {GB|GiB} of {storage|disk space}",
        ("The disk is nearly full.", "We expect a lot more data this year."),
        old=int(size),
    )


@operator("rds", "aws_db_instance", weight=0.8)
def database_storage_type(t: Target) -> Change | None:
    if (
        t.values.get("storage_type") not in (None, "gp2")
        or t.block.has("iops")
        or "aurora" in str(t.values.get("engine"))
    ):
        return None
    return put(
        t,
        "storage_type",
        "gp3",
        "{use gp3 {storage|disks|volumes} for <it>|{move|switch|migrate} {<it>|the storage of <it>} to "
        "gp3|{set|change} the storage type of <it> to gp3}",
        "<it> should use gp3{ storage|}",
        ("gp3 is cheaper and faster.", "We moved everything else to gp3 already."),
    )


@operator(
    "protection",
    "aws_db_instance",
    "aws_rds_cluster",
    "aws_docdb_cluster",
    "aws_neptune_cluster",
    "aws_rds_global_cluster",
    weight=1.3,
)
def database_protection(t: Target) -> Change | None:
    on = t.values.get("deletion_protection") is not True
    if on:
        do = (
            "{protect <it> {against|from} {accidental |}deletion|{enable|turn on|switch on} deletion "
            "protection {for|on|of} <it>|make sure that "
            "nobody can delete <it> by {accident|mistake}}"
        )
        should = "{<it> should be protected {against|from} deletion|deletion protection should be on for <it>}"
        why: tuple[str, ...] = _WHY_LOSS
    else:
        do = (
            "{{disable|turn off|switch off|remove} {the |}deletion protection {for|on|of} <it>|allow "
            "<it> to be deleted}"
        )
        should = "{it should be possible to delete <it>|deletion protection should be off for <it>}"
        why = ("We are going to shut it down next week.", "The environment is torn down every night.")
    return put(t, "deletion_protection", on, do, should, why)


@operator("rds", "aws_db_instance", "aws_rds_cluster_instance")
def database_insights(t: Target) -> Change | None:
    if t.values.get("performance_insights_enabled"):
        return None
    if re.search(r"\bt2\b|t3\.(micro|small)|t4g\.(micro|small)", str(t.values.get("instance_class", ""))):
        return None  # not offered for the smallest ones
    return put(
        t,
        "performance_insights_enabled",
        True,
        "{{enable|turn on|switch on|activate} Performance Insights {for|on} <it>|use Performance Insights for <it>}",
        "Performance Insights should be {on|enabled} for <it>",
        ("We have no idea which queries are slow.", "The queries got slow and we don't know why."),
    )


_LOGS: Final[dict[str, tuple[str, ...]]] = {
    "postgres": ("postgresql", "upgrade"),
    "mysql": ("error", "slowquery"),
    "mariadb": ("error", "slowquery"),
    "aurora-postgresql": ("postgresql",),
    "aurora-mysql": ("error", "slowquery"),
}


@operator("rds", "aws_db_instance", "aws_rds_cluster")
def database_logs(t: Target) -> Change | None:
    names = _LOGS.get(str(t.values.get("engine", "")))
    if (
        names is None
        or t.block.has("enabled_cloudwatch_logs_exports")
        or t.values.get("enabled_cloudwatch_logs_exports")
    ):
        return None
    chosen = list(names[: t.pick(1, 2)])
    words = {"postgresql": "PostgreSQL", "slowquery": "slow query", "error": "error", "upgrade": "upgrade"}
    said = " and ".join(words[c] for c in chosen)
    return put(
        t,
        "enabled_cloudwatch_logs_exports",
        chosen,
        "{{export|send|ship} the <logs> logs of <it> to CloudWatch{ Logs|}|{enable|turn on} the export "
        "of the <logs> logs of <it> to CloudWatch{ Logs|}}",
        "the <logs> logs of <it> should go to CloudWatch{ Logs|}",
        ("Nobody can log in to look at the log files.", "We want to alarm on errors in the logs."),
        logs=Words(said),
    )


@operator("rds", "aws_db_instance")
def database_replica(t: Target) -> Change | None:
    if (
        t.block.repeated
        or not t.instances
        or t.block.has("replicate_source_db")
        or not t.values.get("backup_retention_period")
        or str(t.values.get("engine")) not in ("mysql", "postgres", "mariadb")
    ):
        return None
    name = t.values.get("identifier")
    label = t.base.fresh("resource", f"{t.label}_replica" if t.label != "main" else "replica", "aws_db_instance")
    named = isinstance(name, str) and t.rng.random() < 0.4
    identifier = f"{name}-replica" if isinstance(name, str) else f"{ascii_name(t)}-replica"
    lines = (
        f"  identifier          = {literal(identifier)}\n  replicate_source_db = {t.address}.identifier\n"
        f"  instance_class      = {t.block.text('instance_class') or literal(t.values.get('instance_class'))}\n"
        "  skip_final_snapshot = true\n"
    )
    also = "{ called| named|, with the identifier} <name>" if named else ""
    return t.change(
        append(t.draft(), t, resource("aws_db_instance", label, lines)),
        Say(
            f"{{{{add|create}} a read replica {{to|of|for}} <it>{also}|give <it> a read replica{also}}}",
            f"<it> should have a read replica{also}",
            ("The reports slow everything down.", "Reads are most of the load."),
            {"name": identifier},
        ),
        added(
            "aws_db_instance", refers(t, "replicate_source_db"), *([equals("identifier", identifier)] if named else [])
        ),
    )


@operator(
    "rds", "aws_db_instance", "aws_docdb_cluster", "aws_neptune_cluster", "aws_rds_cluster", "aws_redshift_cluster"
)
def database_encryption(t: Target) -> Change | None:
    """At rest: what is there is replaced, and the request knows."""
    name = "encrypted" if t.type == "aws_redshift_cluster" else "storage_encrypted"
    schema = t.schema.attributes.get(name)
    if schema is None or t.block.has("replicate_source_db") or t.values.get(name) or not changeable(t, name):
        return None
    if t.block.has("kms_key_id") or t.block.has("snapshot_identifier"):
        return None
    if schema.force_new and any(b.kind == "resource" for b in t.base.referring(t.address)):
        return None  # they might be replaced along with it
    say = Say(
        (
            "{encrypt <it> at rest|{enable|turn on} {encryption at rest|storage encryption} {for|on} <it>}"
            + (
                "{, even if <they> <has> to be {recreated|replaced}|, {we know|I know} that <they> <is> "
                "{recreated|replaced}| - <they> may be {recreated|replaced} for it}"
                if schema.force_new
                else ""
            )
        ),
        "{<it> should be encrypted at rest|the {storage|data} of <it> should be encrypted}",
        WHY_SAFE,
    )
    demand = (
        t.replaced(name, having=(equals(name, True),))
        if schema.force_new
        else t.updated(name, having=(equals(name, True),))
    )
    return t.change(t.draft().set(t.block, name, "true"), say, demand)


_FAMILIES: Final[dict[str, tuple[Any, ...]]] = {
    "postgres": (
        "postgres{}",
        ("log_min_duration_statement", "1000"),
        ("log_connections", "1"),
        ("rds.force_ssl", "1"),
    ),
    "mysql": ("mysql{}", ("slow_query_log", "1"), ("max_connections", "500"), ("require_secure_transport", "1")),
    "mariadb": ("mariadb{}", ("slow_query_log", "1"), ("max_connections", "500")),
}


@operator("rds", "aws_db_instance")
def database_parameters(t: Target) -> Change | None:
    """A parameter group with one parameter."""
    engine, version = str(t.values.get("engine", "")), str(t.values.get("engine_version") or "")
    if (
        engine not in _FAMILIES
        or not version
        or t.block.has("parameter_group_name")
        or not changeable(t, "parameter_group_name")
    ):
        return None
    if t.block.has("replicate_source_db") or t.block.repeated:
        return None
    parts = version.split(".")
    if engine == "postgres":
        release = parts[0]
    elif len(parts) >= 2:
        release = ".".join(parts[:2])
    else:
        return None
    pattern, *parameters = _FAMILIES[engine]
    family = str(pattern).format(release)
    parameter, value = t.pick(*parameters)
    label = t.base.fresh("resource", t.label, "aws_db_parameter_group")
    lines = (
        f'  name   = "{ascii_name(t, engine)}"\n  family = "{family}"\n\n  parameter {{\n    name  = '
        f'"{parameter}"\n    value = "{value}"\n  }}'
    )
    draft = append(t.draft(), t, resource("aws_db_parameter_group", label, lines))
    draft.set(t.block, "parameter_group_name", f"aws_db_parameter_group.{label}.name")
    return t.change(
        draft,
        Say(
            "{give <it> a {DB |}parameter group {that sets <parameter> to <value>|with <parameter> set to <value>}|"
            "{create|add} a {DB |}parameter group for <it> {with <parameter> set to <value>|that sets "
            "<parameter> to <value>}|"
            "set the {database |}parameter <parameter> to <value> {for|on} <it> in a {parameter group of "
            "its own|new parameter group}}",
            "<parameter> should be <value> on <it>, {by|in} {a|a new} parameter group",
            ("Our DBA asked for it.",),
            {"parameter": Code(parameter), "value": Words(value)},
        ),
        added("aws_db_parameter_group", equals("family", family), block_with("parameter", name=parameter, value=value)),
        t.updated(
            "parameter_group_name", having=(RefersTo(Refer(type="aws_db_parameter_group"), ("parameter_group_name",)),)
        ),
    )


@operator("rds", "aws_db_instance")
def database_private(t: Target) -> Change | None:
    if not t.values.get("publicly_accessible"):
        return None
    return put(
        t,
        "publicly_accessible",
        False,
        "{make <it> private|{take|get} <it> off the {internet|public internet}|remove {the |}public access to <it>}",
        "<it> should not be {publicly accessible|reachable from the internet}",
        WHY_SAFE,
    )


@operator("rds", "aws_db_instance", "aws_rds_cluster", "aws_neptune_cluster")
def database_iam_login(t: Target) -> Change | None:
    if str(t.values.get("engine", "")) not in (
        "mysql",
        "postgres",
        "mariadb",
        "aurora-mysql",
        "aurora-postgresql",
        "neptune",
    ):
        return None
    if t.values.get("iam_database_authentication_enabled"):
        return None
    return put(
        t,
        "iam_database_authentication_enabled",
        True,
        "{{enable|turn on|allow} IAM {database |}authentication {for|on} <it>|allow {users|applications} "
        "to log in to <it> with IAM}",
        "{users should be able to log in to <it> with IAM|IAM authentication should be {on|enabled} for <it>}",
        ("We want to get rid of database passwords.",),
    )


@operator("rds", "aws_db_instance")
def database_minor_upgrades(t: Target) -> Change | None:
    on = t.values.get("auto_minor_version_upgrade") is False
    return put(
        t,
        "auto_minor_version_upgrade",
        on,
        "{let AWS install minor version upgrades {of|on} <it> automatically|{enable|turn on} automatic "
        "minor version upgrades {for|of} <it>}"
        if on
        else "{{disable|turn off|stop} automatic minor version upgrades {for|of} <it>|{don't|do not} "
        "upgrade the minor version of <it> automatically}",
        "minor versions of <it> should be upgraded automatically"
        if on
        else "<it> should not be upgraded to new minor versions automatically",
        () if on else ("The last upgrade came at a bad time.",),
    )


@operator("rds", "aws_rds_cluster", weight=1.5)
def aurora_reader(t: Target) -> Change | None:
    members = t.base.satellites(t.address, "aws_rds_cluster_instance")
    if t.block.repeated or len(members) != 1:
        return None
    one = members[0]
    number = t.base.instances_by_address.get(one.address, 0)
    label = t.base.fresh("resource", "reader", "aws_rds_cluster_instance")
    if one.repeated:
        if one.repeated != "count" or not isinstance(one.value("count"), int) or number != one.value("count"):
            return None
        draft = t.draft().set(one, "count", str(number + 1))
        touches = [one.address]
    else:
        kind = Target(t.base, t.rng, one).values.get("instance_class")
        if not isinstance(kind, str):
            return None
        name = t.values.get("cluster_identifier")
        lines = f'  identifier         = "{name}-reader"\n' if isinstance(name, str) else ""
        lines += (
            f"  cluster_identifier = {t.address}.id\n  instance_class     = {one.text('instance_class')}\n"
            f"  engine             = {t.address}.engine\n"
        )
        draft = t.draft().append(resource("aws_rds_cluster_instance", label, lines), near=one)
        touches = [one.address]
    return t.change(
        draft,
        Say(
            "{{add|create} {a|another|one more} {reader|instance|replica} {to|in|for} <it>|add a reader "
            "instance to <it>|give <it> {another|one more} instance}",
            "<it> should have {another|one more} instance",
            ("The reports slow everything down.", "The reads are too much for what we have."),
        ),
        added("aws_rds_cluster_instance", refers(t, "cluster_identifier")),
        touches=touches,
    )


# --- DynamoDB --------------------------------------------------------------------------------------------------------


@operator("dynamodb", "aws_dynamodb_table", weight=1.3)
def table_recovery(t: Target) -> Change | None:
    if get(t.values, "point_in_time_recovery.enabled"):
        return None
    return put(
        t,
        "point_in_time_recovery.enabled",
        True,
        "{{enable|turn on|switch on|activate} point-in-time recovery {for|on} <it>|make it possible to "
        "restore <it> to any point in time|"
        "{enable|turn on} PITR {for|on} <it>}",
        "{point-in-time recovery should be {on|enabled} for <it>|it should be possible to restore <it> "
        "to any point in time}",
        _WHY_LOSS,
    )


@operator("dynamodb", "aws_dynamodb_table")
def table_expiry(t: Target) -> Change | None:
    if t.block.has("ttl") or not t.instances:
        return None
    name = t.pick("expires_at", "ttl", "expiresAt", "expiry", "delete_after")
    draft = t.draft().insert_block(t.block, f'ttl {{\n  attribute_name = "{name}"\n  enabled        = true\n}}')
    return t.change(
        draft,
        Say(
            "{let {the |}items {of|in} <it> expire by {their|the} attribute <name>|{enable|turn on} {TTL|"
            "time to live} {on|for} <it> with "
            "the attribute <name>|{delete|expire} {the |}items {of|in} <it> automatically {by|based on} "
            "the {TTL |}attribute <name>}",
            "{the |}items {of|in} <it> should expire by {their|the} attribute <name>",
            ("Old sessions are never cleaned up.", "The table only ever grows."),
            {"name": Code(name)},
        ),
        t.updated("ttl", having=(block_with("ttl", attribute_name=name, enabled=True),)),
    )


@operator("protection", "aws_dynamodb_table")
def table_protection(t: Target) -> Change | None:
    if t.values.get("deletion_protection_enabled"):
        return None
    return put(
        t,
        "deletion_protection_enabled",
        True,
        "{protect <it> {against|from} {accidental |}deletion|{enable|turn on|switch on} deletion "
        "protection {for|on|of} <it>}",
        "{<it> should be protected {against|from} deletion|deletion protection should be on for <it>}",
        _WHY_LOSS,
    )


@operator("dynamodb", "aws_dynamodb_table", weight=1.2)
def table_index(t: Target) -> Change | None:
    if not t.instances or any(b.kind == "dynamic" for b in t.block.blocks):
        return None
    have = {b.value("name") for b in t.block.inner("attribute")}
    key = t.pick("email", "status", "customer_id", "created_at", "owner", "category", "order_id", "region")
    if key in have or not have:
        return None
    name = t.pick(f"by_{key}", f"{key}-index", "".join(w.title() for w in key.split("_")) + "Index")
    if any(b.value("name") == name for b in t.block.inner("global_secondary_index")):
        return None
    provisioned = t.values.get("billing_mode") != "PAY_PER_REQUEST"
    capacity = t.pick(2, 5, 10)
    # The provider's new form, unless the table's other indexes have the old one.
    old = any(b.has("hash_key") for b in t.block.inner("global_secondary_index"))
    lines = f'global_secondary_index {{\n  name            = "{name}"\n'
    lines += f'  hash_key        = "{key}"\n' if old else ""
    lines += '  projection_type = "ALL"\n'
    lines += f"  read_capacity   = {capacity}\n  write_capacity  = {capacity}\n" if provisioned else ""
    lines += "" if old else f'\n  key_schema {{\n    attribute_name = "{key}"\n    key_type       = "HASH"\n  }}\n'
    draft = t.draft().insert_block(t.block, lines + "}")
    last = t.block.inner("attribute")[-1]
    draft.insert_block(t.block, f'attribute {{\n  name = "{key}"\n  type = "S"\n}}', after=last)
    also = ", and <capacity> read and <capacity> write {capacity units|units}" if provisioned else ""
    conditions: list[Condition] = [
        equals("name", name),
        equals("projection_type", "ALL"),
        AnyOf((equals("hash_key", key), block_with("key_schema", attribute_name=key, key_type="HASH"))),
    ]
    if provisioned:
        conditions += [equals("read_capacity", capacity), equals("write_capacity", capacity)]
    return t.change(
        draft,
        Say(
            f"{{add|create}} a {{new |}}{{global secondary index|GSI}} <name> {{on|for}} <it> with the "
            f"{{hash|partition}} "
            f"key <key> (string), all attributes projected{also}",
            f"<it> should have a global secondary index <name> with the {{hash|partition}} key <key> (string), all "
            f"attributes projected{also}",
            ("We have to look items up by another attribute.", "Scans are slow and expensive."),
            {"name": Code(name), "key": Code(key), "capacity": capacity},
        ),
        t.updated(
            "global_secondary_index",
            "attribute",
            having=(Block(("global_secondary_index",), tuple(conditions)), block_with("attribute", name=key, type="S")),
        ),
    )


@operator("dynamodb", "aws_dynamodb_table")
def table_on_demand(t: Target) -> Change | None:
    if t.values.get("billing_mode") == "PAY_PER_REQUEST" or t.block.has("global_secondary_index"):
        return None
    if not changeable(t, "billing_mode") or (
        t.base.referring(t.address) and any("appautoscaling" in b.type for b in t.base.referring(t.address))
    ):
        return None
    draft = t.draft().set(t.block, "billing_mode", '"PAY_PER_REQUEST"')
    paths = ["billing_mode"]
    for name in ("read_capacity", "write_capacity"):
        if name in t.block.arguments:
            draft.unset(t.block, name)
        paths.append(name)
    present = [p for p in paths if p == "billing_mode" or t.values.get(p)]
    return t.change(
        draft,
        Say(
            "{{switch|change|move} <it> to on-demand {billing|capacity|pricing}|{use|set} on-demand "
            "{billing|capacity} {for|on} <it>|bill <it> {per request|on demand}{ instead of "
            "by provisioned capacity|}}",
            "<it> should {use on-demand {billing|capacity}|be billed per request}",
            ("The load is impossible to predict.", "We pay for capacity that we never use."),
        ),
        t.updated(*present, having=(equals("billing_mode", "PAY_PER_REQUEST"),)),
    )


@operator("dynamodb", "aws_dynamodb_table")
def table_stream(t: Target) -> Change | None:
    if t.values.get("stream_enabled") or not changeable(t, "stream_enabled") or not changeable(t, "stream_view_type"):
        return None
    words, view = t.pick(
        ("new and old images", "NEW_AND_OLD_IMAGES"),
        ("new images", "NEW_IMAGE"),
        ("keys only", "KEYS_ONLY"),
        ("NEW_AND_OLD_IMAGES", "NEW_AND_OLD_IMAGES"),
    )
    draft = t.draft()
    if "stream_enabled" in t.block.arguments or "stream_view_type" in t.block.arguments:
        draft.set(t.block, "stream_enabled", "true").set(t.block, "stream_view_type", literal(view))
    else:
        draft.insert_argument(t.block, f'stream_enabled = true\n  stream_view_type = "{view}"')
    return t.change(
        draft,
        Say(
            "{{enable|turn on|activate} {a stream|DynamoDB streams|the stream} {on|for} <it> {with|"
            "containing} <view>|add a stream {with|of} <view> to <it>}",
            "<it> should have a stream with <view>",
            ("Another service wants to react to changes.",),
            {"view": Words(words)},
        ),
        t.updated(
            "stream_enabled",
            "stream_view_type",
            having=(equals("stream_enabled", True), equals("stream_view_type", view)),
        ),
    )


@operator("dynamodb", "aws_dynamodb_table")
def table_encryption(t: Target) -> Change | None:
    if t.block.has("server_side_encryption") or not t.instances:
        return None
    key = one_of(t, "aws_kms_key") if t.rng.random() < 0.5 else None
    draft = t.draft()
    demands = []
    if key is None:
        label = t.base.fresh("resource", t.label, "aws_kms_key")
        target = f"aws_kms_key.{label}"
        append(draft, t, resource("aws_kms_key", label, f'  description = "Encrypts the table {t.label}"\n'))
        demands.append(added("aws_kms_key"))
        do = (
            "{encrypt <it> with {a new|a new customer managed} KMS key|create a KMS key and {encrypt "
            "<it> with it|use it to encrypt <it>}}"
        )
        should = "<it> should be encrypted with a {new KMS key|KMS key of our own}"
        values = {}
    else:
        target = key.address
        do = "{encrypt <it> with <key>|use <key> {for the encryption of|to encrypt} <it>}"
        should = "<it> should be encrypted with <key>"
        values = {"key": t.base.thing(key.address)}
    draft.insert_block(t.block, f"server_side_encryption {{\n  enabled     = true\n  kms_key_arn = {target}.arn\n}}")
    having = [equals("server_side_encryption.enabled", True)]
    if key is not None:
        having.append(refers(key, "server_side_encryption.kms_key_arn"))
    return t.change(
        draft,
        Say(do, should, WHY_SAFE, values),
        t.updated("server_side_encryption", having=having),
        *demands,
        touches=[key.address] if key is not None else [],
    )


# --- caches ----------------------------------------------------------------------------------------------------------


@operator("elasticache", "aws_elasticache_replication_group", weight=1.2)
def cache_replicas(t: Target) -> Change | None:
    if t.block.has("num_node_groups") or t.block.has("replicas_per_node_group"):
        return None
    number = t.values.get("num_cache_clusters")
    if not isinstance(number, (int, float)):
        return None
    new = t.another((2, 3, 4), int(number))
    if new < 2 or (new < number and get(t.values, "automatic_failover_enabled") and new < 2):
        return None
    return put(
        t,
        "num_cache_clusters",
        new,
        "{{run|use} <value> {cache |}nodes in <it>{ instead of <old>|}|{scale|change} <it> {from <old> |"
        "}to <value> nodes|give <it> <value> nodes}",
        "<it> should {have|run on} <value> nodes",
        ("The cache is our bottleneck.",) if new > number else ("We want to save some money.",),
        old=int(number),
    )


@operator("elasticache", "aws_elasticache_replication_group")
def cache_failover(t: Target) -> Change | None:
    if t.values.get("automatic_failover_enabled") or (t.values.get("num_cache_clusters") or 0) < 2:
        return None
    return put(
        t,
        "automatic_failover_enabled",
        True,
        "{{enable|turn on|switch on} automatic failover {for|of} <it>|let <it> fail over {automatically|"
        "to a replica automatically}}",
        "{automatic failover should be on for <it>|<it> should fail over automatically}",
        ("We had an outage when the primary node failed.",),
    )


@operator("elasticache", "aws_elasticache_replication_group", "aws_elasticache_cluster")
def cache_snapshots(t: Target) -> Change | None:
    if t.type == "aws_elasticache_cluster" and t.values.get("engine") == "memcached":
        return None
    days = t.another((1, 3, 5, 7, 14), t.values.get("snapshot_retention_limit"))
    return put(
        t,
        "snapshot_retention_limit",
        days,
        "{{keep|retain} snapshots of <it> for <value> days|{set|change} the snapshot retention {limit |"
        "}of <it> to <value> days|{back up|snapshot} <it> "
        "and keep the snapshots for <value> days}",
        "snapshots of <it> should be kept for <value> days",
        ("A restart emptied the whole cache.",),
    )


@operator("redshift", "aws_redshift_cluster")
def warehouse_snapshots(t: Target) -> Change | None:
    days = t.another((3, 7, 14, 30, 35), t.values.get("automated_snapshot_retention_period"))
    return put(
        t,
        "automated_snapshot_retention_period",
        days,
        "{{keep|retain} {automated |automatic |}snapshots of <it> for <value> days|{set|change} the "
        "{automated |}snapshot retention {period |}of <it> to <value> days}",
        "snapshots of <it> should be kept for <value> days",
        _WHY_LOSS,
    )

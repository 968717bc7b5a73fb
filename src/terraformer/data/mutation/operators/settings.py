"""Settings: numbers, switches, sizes and words of any resource given other values, or taken out.

Only arguments that are plain values in the text, and that the provider changes in place as far as its schema tells;
what is a sensible other value is known for the arguments that people change.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, Final

from terraformer.data.intents import Block, ChangeDemand, Count, Demand, Subject
from terraformer.data.mutation.base import ABSENT, Change, Say, Target, equals
from terraformer.data.mutation.catalogue import operator
from terraformer.data.mutation.draft import literal
from terraformer.data.mutation.naming import Code, Words
from terraformer.data.mutation.operators.structure import NAME_ARGUMENTS
from terraformer.data.mutation.operators.variables import argument_words
from terraformer.data.mutation.syntax import Argument, HclBlock
from terraformer.data.synthesis.wording import article_of
from terraformer.provider.schema import UNSET, Attribute
from terraformer.provider.schema import Block as SchemaBlock

_NUMBERS: Final[dict[str, tuple[int, ...]]] = {
    "memory_size": (128, 256, 512, 1024, 2048, 3008),
    "timeout": (5, 10, 15, 30, 60, 120, 300),
    "retention_in_days": (1, 3, 7, 14, 30, 60, 90, 180, 365),
    "log_retention_in_days": (7, 14, 30, 90),
    "visibility_timeout_seconds": (30, 45, 60, 90, 120, 300),
    "message_retention_seconds": (86400, 172800, 345600, 604800, 1209600),
    "delay_seconds": (0, 5, 10, 30, 60),
    "receive_wait_time_seconds": (0, 5, 10, 20),
    "max_message_size": (65536, 131072, 262144),
    "allocated_storage": (20, 50, 100, 200, 500),
    "max_allocated_storage": (500, 800, 1000),
    "backup_retention_period": (1, 3, 7, 14, 30),
    "snapshot_retention_limit": (1, 3, 7, 14),
    "automated_snapshot_retention_period": (1, 3, 7, 14),
    "deletion_window_in_days": (7, 14, 20, 30),
    "recovery_window_in_days": (7, 14, 30),
    "desired_capacity": (1, 2, 3, 4),
    "desired_count": (1, 2, 3, 4, 6),
    "min_size": (1, 2, 3),
    "max_size": (4, 5, 6, 8, 10, 12),
    "desired_size": (2, 3, 4),
    "min_capacity": (1, 2, 3),
    "max_capacity": (5, 8, 10, 20, 50),
    "read_capacity": (5, 10, 20, 25, 50),
    "write_capacity": (5, 10, 20, 25, 50),
    "shard_count": (1, 2, 3, 4, 8),
    "retention_period": (24, 48, 72, 168),
    "threshold": (5, 10, 50, 70, 75, 80, 85, 90),
    "evaluation_periods": (1, 2, 3, 5),
    "period": (60, 120, 300, 600),
    "datapoints_to_alarm": (1, 2),
    "interval": (10, 15, 30, 60),
    "healthy_threshold": (2, 3, 5),
    "unhealthy_threshold": (2, 3, 5),
    "deregistration_delay": (30, 60, 120, 300),
    "idle_timeout": (60, 120, 180, 300),
    "ttl": (60, 300, 600, 3600, 86400),
    "number_of_nodes": (2, 3, 4),
    "node_count": (2, 3, 4),
    "num_cache_nodes": (1, 2, 3),
    "number_of_workers": (2, 5, 10),
    "max_retries": (0, 1, 2, 3),
    "max_session_duration": (3600, 7200, 14400, 28800, 43200),
    "build_timeout": (15, 30, 60, 90, 120),
    "maximum_retry_attempts": (0, 1, 2),
    "maximum_event_age_in_seconds": (300, 600, 3600, 21600),
    "batch_size": (1, 5, 10),
    "volume_size": (20, 30, 50, 100, 200),
    "iops": (3000, 4000, 6000),
    "throughput": (125, 250, 500),
    "reserved_concurrent_executions": (5, 10, 20, 50),
    "rotation_period_in_days": (90, 180, 365),
    "monitoring_interval": (15, 30, 60),
    "performance_insights_retention_period": (7, 731),
    "health_check_grace_period": (60, 120, 300, 600),
    "health_check_grace_period_seconds": (30, 60, 120, 300),
    "password_reuse_prevention": (3, 5, 10, 24),
    "minimum_password_length": (10, 12, 14, 16),
    "max_password_age": (30, 60, 90),
    "failure_threshold": (2, 3, 5),
    "priority": (10, 20, 50, 100, 200),
    "weight": (10, 20, 50, 100),
    "limit": (100, 1000, 2000, 5000),
    "limit_amount": (100, 200, 500),
    "scheduled_minutes": (10, 20),
    "storage_capacity": (1200, 2400, 3600),
    "max_connections_percent": (50, 70, 90, 100),
    "noncurrent_days": (30, 60, 90),
    "expiration_days": (30, 90, 365),
    "days": (30, 60, 90, 180, 365),
    "dead_letter_count": (3, 5, 10),
    "maxage": (300, 600, 3600),
    "max_age_seconds": (300, 600, 3000, 3600),
    "default_ttl": (300, 3600, 86400),
    "bucket_interval": (60, 300),
    "scale_up_cooldown": (60, 300),
    "cooldown": (60, 120, 300),
    "default_cooldown": (60, 120, 300),
    "port": (),
}
_SIZES: Final = ("nano", "micro", "small", "medium", "large", "xlarge", "2xlarge", "4xlarge", "8xlarge")
_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "description": (),
    "schedule_expression": (
        "rate(1 hour)",
        "rate(1 day)",
        "rate(5 minutes)",
        "cron(0 6 * * ? *)",
        "cron(30 2 * * ? *)",
        "cron(0 18 ? * MON-FRI *)",
    ),
    "maintenance_window": ("sun:03:00-sun:04:00", "mon:04:00-mon:05:00", "sat:22:00-sat:23:00"),
    "preferred_maintenance_window": ("sun:03:00-sun:04:00", "mon:04:00-mon:05:00", "sat:22:00-sat:23:00"),
    "backup_window": ("01:00-02:00", "23:00-23:59", "02:30-03:30"),
    "preferred_backup_window": ("01:00-02:00", "23:00-23:59", "02:30-03:30"),
    "snapshot_window": ("01:00-02:00", "05:00-06:00"),
    "comment": ("Managed by Terraform.", "Ask the platform team first.", "Reviewed in spring."),
    "display_name": ("Alerts", "Orders", "Platform", "Storefront"),
    "alarm_description": (
        "Look at the dashboard first.",
        "Wake up whoever is on call.",
        "The service needs attention.",
    ),
}
_DESCRIPTIONS: Final = (
    "Managed by Terraform",
    "Owned by the platform team",
    "Used by the order service",
    "For internal use only",
    "Created for the migration",
    "Do not delete",
    "Shared by all environments",
    "Used by the reporting jobs",
)
_NO_SWITCHES: Final = frozenset(
    [
        "skip_final_snapshot", "apply_immediately", "force_destroy", "cloudfront_default_certificate", "self",
        "manage_master_user_password", "auto_accept", "most_recent", "fifo_queue", "fifo_topic", "default_action",
    ]
)  # fmt: skip
"""Switches that nobody flips by themselves."""
_DISPENSABLE: Final = frozenset(
    [
        "description", "comment", "retention_in_days", "deletion_window_in_days", "delay_seconds", "max_message_size",
        "receive_wait_time_seconds", "reserved_concurrent_executions", "idle_timeout", "monitoring_interval",
        "maintenance_window", "preferred_maintenance_window", "backup_window", "display_name", "max_session_duration",
        "default_root_object", "enable_dns_hostnames", "alarm_description", "datapoints_to_alarm", "throughput",
        "copy_tags_to_snapshot", "deletion_protection", "enable_key_rotation", "map_public_ip_on_launch", "fifo_topic",
        "performance_insights_enabled", "force_detach_policies", "visibility_timeout_seconds", "point_in_time_recovery",
        "health_check_grace_period_seconds", "snapshot_retention_limit", "multi_az", "is_ipv6_enabled", "price_class",
        "max_retries", "execution_property", "timeout", "memory_size", "enable_execute_command", "monitoring",
        "content_based_deduplication", "ebs_optimized", "web_acl_id", "publish", "layers", "propagate_tags",
    ]
)  # fmt: skip
"""Arguments that one may leave out without a second thought."""
_WHY: Final[dict[str, tuple[str, ...]]] = {
    "up": ("It is too low for our load.", "We ran into this limit last week.", "It was not enough yesterday."),
    "down": ("It is more than we need.", "We want to save some money.", "We don't need that much."),
    "": ("We agreed on this in the last review.", "Our guidelines ask for it.", "This is what we use everywhere else."),
}


def places(t: Target) -> list[tuple[tuple[str, ...], HclBlock, Argument, Attribute]]:
    """The plain values of a target with their schema: of the resource itself, and of nested blocks that are the only
    ones of their kind, two deep. Those that the schema says cannot be changed in place are left out."""
    found: list[tuple[tuple[str, ...], HclBlock, Argument, Attribute]] = []
    lifecycle = t.block.first("lifecycle")
    ignored = lifecycle.text("ignore_changes") if lifecycle is not None else ""
    if ignored == "all":
        return []
    stack: list[tuple[tuple[str, ...], HclBlock, SchemaBlock]] = [((), t.block, t.schema)]
    while stack:
        path, block, schema = stack.pop()
        for argument in block.arguments.values():
            attribute = schema.attributes.get(argument.name)
            if attribute is None or attribute.force_new or attribute.deprecated or attribute.sensitive:
                continue
            if re.search(rf"\b{argument.name}\b", ignored):
                continue
            if isinstance(argument.value, (str, int, float)) and argument.name not in NAME_ARGUMENTS:
                found.append(((*path, argument.name), block, argument, attribute))
        kinds = Counter(b.kind for b in block.blocks)
        for inner in block.blocks:
            nested = schema.blocks.get(inner.kind)
            if (
                nested is not None
                and kinds[inner.kind] == 1
                and len(path) < 2
                and nested.nesting in ("list", "single", "set")
            ):
                stack.append(((*path, inner.kind), inner, nested.block))
    return found


def _demand(t: Target, path: tuple[str, ...], value: Any) -> ChangeDemand:
    name = ".".join(path)
    return t.updated(name, having=(equals(path, value),))


def _of(path: tuple[str, ...]) -> str:
    """Where a nested argument stands, in words that follow it."""
    return f" {{in|of}} the {argument_words(path[-2])}" if len(path) > 1 else ""


@operator("settings", when=lambda t: t.instances > 0, weight=2.4, structural=True)
def change_number(t: Target) -> Change | None:
    options = [
        (path, argument, new)
        for path, _, argument, _ in places(t)
        if isinstance(argument.value, (int, float)) and not isinstance(argument.value, bool)
        for new in _NUMBERS.get(path[-1], ())
        if new != argument.value
    ]
    if not options:
        return None
    path, argument, new = t.pick(*options)
    old = argument.value
    up = new > old
    words = argument_words(path[-1])
    draft = t.draft().splice(t.block.file, argument.value_start, argument.value_end, str(new))
    raw = t.rng.random() < 0.25
    unit = next((u for u in ("seconds", "minutes", "days", "hours") if path[-1].endswith(u)), "")
    for tail in (f"in {unit}", unit):
        words = words.removesuffix(f" {tail}") if unit else words
    amount = "<new>" + (f" {unit}" if unit and not raw else "")
    what: Words | Code = Code(path[-1]) if raw else Words(words)
    article = f"{article_of(words)} <what>" if not raw and not words.endswith("s") else "<what>"
    verb = "{increase|raise|set}" if up else "{reduce|lower|decrease|set}"
    return t.change(
        draft,
        Say(
            f"{{{verb} the <what>{_of(path)} {{of|for}} <it> {{from <old> |}}to {amount}|{{change"
            f"|set}} the <what> of <it> to {amount}"
            f"|use {article} of {amount} for <it>}}"
            if len(path) == 1
            else f"{{{verb} the <what>{_of(path)} of <it> {{from <old> |}}to {amount}"
            f"|{{change|set}} the <what> of <it>{_of(path)} to {amount}}}",
            f"the <what>{_of(path)} of <it> should be {amount}{{, not <old>| instead of <old>|}}",
            (*_WHY["up" if up else "down"], *_WHY[""]),
            {"what": what, "new": new, "old": old, "place": Words(argument_words(path[-2]) if len(path) > 1 else "")},
        ),
        _demand(t, path, new),
    )


@operator("settings", when=lambda t: t.instances > 0, weight=1.6, structural=True)
def flip_switch(t: Target) -> Change | None:
    options = [
        (path, argument)
        for path, _, argument, _ in places(t)
        if isinstance(argument.value, bool) and path[-1] not in _NO_SWITCHES
    ]
    if not options:
        return None
    path, argument = t.pick(*options)
    new = not argument.value
    draft = t.draft().splice(t.block.file, argument.value_start, argument.value_end, literal(new))
    words = argument_words(path[-1])
    stem = re.sub(r"^(enable|enabled) | (enabled|enable)$", "", words)
    where = _of(path)
    if stem != words and stem != "enabled":
        verb = "{enable|turn on|switch on}" if new else "{disable|turn off|switch off}"
        do = f"{verb} <stem>{where} {{for|of}} <it>"
        should = f"<stem>{where} should be {'{on|enabled|turned on}' if new else '{off|disabled|turned off}'} for <it>"
    else:
        do = f"{{set|change}} <arg>{where} {{of|for|on}} <it> to <new>"
        should = f"<arg>{where} of <it> should be <new>"
    return t.change(
        draft,
        Say(do, should, _WHY[""], {"stem": Words(stem), "arg": Code(path[-1]), "new": new}),
        _demand(t, path, new),
    )


@operator("settings", when=lambda t: t.instances > 0, weight=1.2, structural=True)
def resize(t: Target) -> Change | None:
    """The size in an instance type or class."""
    options: list[tuple[tuple[str, ...], Argument, str]] = []
    for path, _, argument, _ in places(t):
        if path[-1] not in (
            "instance_type",
            "instance_class",
            "node_type",
            "bundle_id",
            "instance_size",
        ) or not isinstance(argument.value, str):
            continue
        match = re.fullmatch(r"((?:db\.|cache\.)?[a-z]+\d[a-z]*)\.(\w+)", argument.value)
        if match is None or match[2] not in _SIZES:
            continue
        at = _SIZES.index(match[2])
        near = [s for s in _SIZES[max(0, at - 2) : at + 3] if s != match[2]]
        burstable = re.search(r"\bt\d", match[1]) is not None
        near = [s for s in near if (not burstable or _SIZES.index(s) <= 6) and (burstable or _SIZES.index(s) >= 4)]
        options += [(path, argument, f"{match[1]}.{s}") for s in near]
    if not options:
        return None
    path, argument, new = t.pick(*options)
    up = _SIZES.index(new.rpartition(".")[2]) > _SIZES.index(argument.value.rpartition(".")[2])
    draft = t.draft().splice(t.block.file, argument.value_start, argument.value_end, literal(new))
    words = argument_words(path[-1])
    return t.change(
        draft,
        Say(
            "{{resize|change} <it> {from <old> |}to {a |}<new>|run <it> on {a |}<new>{ instead of <old>|}|{set"
            "|change} the <words> of <it> to <new>"
            + ("|{scale|size} <it> up to {a |}<new>}" if up else "|{scale|size} <it> down to {a |}<new>}"),
            "<it> should {run on|be} {a |}<new>{, not <old>|}",
            ("It is too slow.", "It runs out of memory.")
            if up
            else ("It is bored all day.", "We want to save some money."),
            {"new": new, "old": argument.value, "words": Words(words)},
        ),
        _demand(t, path, new),
    )


@operator("settings", when=lambda t: t.instances > 0, weight=1.4, structural=True)
def change_text(t: Target) -> Change | None:
    options: list[tuple[tuple[str, ...], Argument, str]] = []
    for path, _, argument, _ in places(t):
        if not isinstance(argument.value, str) or argument.text.startswith("<<"):
            continue
        values: tuple[Any, ...] = _WORDS.get(path[-1], ())
        if path[-1] == "description":
            values = _DESCRIPTIONS
        elif path[-1] == "schedule_expression" and not re.match(r"rate|cron", argument.value):
            values = ()
        options += [(path, argument, str(v)) for v in values if v != argument.value]
    if not options:
        return None
    path, argument, new = t.pick(*options)
    draft = t.draft().splice(t.block.file, argument.value_start, argument.value_end, literal(new))
    return t.change(
        draft,
        Say(
            f"{{change|set}} the <words>{_of(path)} of <it> to <new>|{{use"
            f"|put}} <new> as the <words>{_of(path)} of <it>".join("{}"),
            f"the <words>{_of(path)} of <it> should {{be|read}} <new>",
            _WHY[""],
            {"words": Words(argument_words(path[-1])), "new": new},
        ),
        _demand(t, path, new),
    )


@operator("settings", when=lambda t: t.instances > 0, weight=0.9, structural=True)
def unset_argument(t: Target) -> Change | None:
    """An optional argument without a default goes."""
    options = [
        (path, block, argument)
        for path, block, argument, attribute in places(t)
        if attribute.optional
        and not attribute.computed
        and attribute.default is UNSET
        and path[-1] in _DISPENSABLE
        and len(path) == 1
        and argument.value not in (False, "", 0)
    ]
    if not options:
        return None
    path, block, argument = t.pick(*options)
    draft = t.draft().unset(block, argument.name)
    return t.change(
        draft,
        Say(
            "{{remove|drop} {the <words>|<arg>} {from|of} <it>{, the default will do|}|stop setting {the <words>"
            "|<arg>} {for|on} <it>}",
            "<it> should {not set <arg>|no longer set <arg>}",
            ("The default is fine for us.", "We never needed it."),
            {"words": Words(argument_words(path[-1])), "arg": Code(path[-1])},
        ),
        _demand(t, path, ABSENT),
    )


@operator("settings", when=lambda t: t.instances > 0, weight=0.5, structural=True)
def remove_block(t: Target) -> Change | None:
    """An optional nested block goes."""
    kinds = Counter(b.kind for b in t.block.blocks)
    options = [
        b
        for b in t.block.blocks
        if kinds[b.kind] == 1
        and b.kind in t.schema.blocks
        and t.schema.blocks[b.kind].min_items == 0
        and b.kind
        not in (
            "lifecycle",
            "timeouts",
            "dynamic",
            "rule",
            "statement",
            "default_action",
            "attribute",
            "provisioner",
            "connection",
            "launch_template",
            "metadata_options",
            "export",
            "security_headers_config",
            "vpc_config",
            "network_configuration",
        )
    ]
    if not options:
        return None
    block = t.pick(*options)
    words = argument_words(block.kind)
    demand = t.updated(block.kind, having=(Block((block.kind,), count=Count.none()),))
    return t.change(
        t.draft().delete(block),
        Say(
            "{{remove|drop|delete} the {<words>|<kind> block} {from|of} <it>|take the {<words>"
            "|<kind> block} out of <it>}",
            "<it> should have no {<words>|<kind> block}{ any more|}",
            ("We don't use it.", "It was only for a test."),
            {"words": Words(words), "kind": Code(block.kind)},
        ),
        demand,
    )


@operator(
    "settings",
    on="variable",
    when=lambda t: isinstance(t.block.value("default"), (str, int, float)),
    weight=1.4,
    structural=True,
)
def change_default(t: Target) -> Change | None:
    """Another default of a variable, and what follows from it."""
    old = t.block.value("default")
    references = t.syntax.references(t.address)
    demands: list[tuple[Target, str]] = []
    options: set[Any] = set()
    for reference in references:
        block = reference.block
        if block.kind != "resource" or reference.template or reference.argument in ("count", "for_each"):
            return None
        found = block.arguments.get(reference.argument)
        if found is None or found.text != t.address:
            return None
        user = Target(t.base, t.rng, block)
        attribute = user.schema.attributes.get(reference.argument)
        if attribute is None or attribute.force_new or not user.instances:
            return None
        values = set(_NUMBERS.get(reference.argument, ()) or _WORDS.get(reference.argument, ()))
        if reference.argument in ("instance_type", "instance_class", "node_type") and isinstance(old, str):
            family, _, size = old.rpartition(".")
            if size in _SIZES and family:
                at = _SIZES.index(size)
                values = {f"{family}.{s}" for s in _SIZES[max(0, at - 1) : at + 2]}
        if isinstance(old, bool):
            values = {not old}
        options = options & values if demands else values
        demands.append((user, reference.argument))
    options = {o for o in options if o != old and isinstance(o, bool) == isinstance(old, bool)}
    if not demands or not options:
        return None
    new = t.pick(*sorted(options, key=str))
    change = [user.updated(name, having=(equals(name, new),)) for user, name in demands]
    return t.change(
        t.draft().set(t.block, "default", literal(new)),
        Say(
            "{{change|set} the default of {the variable |var.}<name> {from <old> |}to <new>"
            "|make <new> the default of the variable <name>{ instead of <old>|}}",
            "the variable <name> should {default to|have the default} <new>{, not <old>|}",
            _WHY[""],
            {"name": Code(t.label), "new": new, "old": old},
        ),
        *change,
        demands=[_default(t.label, new)],
        touches=[user.address for user, _ in demands],
    )


def _default(name: str, value: Any) -> Demand:
    return Demand(Subject.VARIABLE, label=name, having=(equals("default", value),))

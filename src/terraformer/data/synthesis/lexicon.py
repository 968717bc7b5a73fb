"""Words for settings that a blueprint gives none: derived from the argument's name and value, with a table of better ones.

``say_for`` returns None where a setting is nothing that a person would mention in words (ids, JSON, long texts).
"""

from __future__ import annotations

from typing import Any, Final

from terraformer.data.synthesis.expressions import Expression
from terraformer.data.synthesis.scenario import Say
from terraformer.data.synthesis.wording import type_noun

__all__ = ["say_for", "words_of"]

_UNITS: Final = {
    "seconds": ("second", "seconds"),
    "minutes": ("minute", "minutes"),
    "hours": ("hour", "hours"),
    "days": ("day", "days"),
    "mb": ("MB", "MB"),
    "gb": ("GB", "GB"),
    "gib": ("GiB", "GiB"),
    "mib": ("MiB", "MiB"),
    "bytes": ("byte", "bytes"),
    "percent": ("percent", "percent"),
    "percentage": ("percent", "percent"),
}

TABLE: Final[dict[str, Say]] = {
    "description": Say(np="{the |a |}description <v>"),
    "instance_type": Say(np="instance type <v>", post="of type <v>", that="{runs|run} on <v>"),
    "engine_version": Say(np="engine version <v>", that="runs engine version <v>"),
    "allocated_storage": Say(np="{<v> GB of storage|allocated storage of <v> GB}", do="allocate <v> GB of storage"),
    "cidr_block": Say(
        np="{CIDR block|the CIDR|CIDR range} <v>", post="{with CIDR|with the CIDR block|with CIDR range} <v>"
    ),
    "runtime": Say(np="{the runtime|runtime} <v>", that="runs on <v>"),
    "handler": Say(np="{the handler|handler} <v>"),
    "port": Say(np="port <v>", that="listens on port <v>"),
    "protocol": Say(np="protocol <v>"),
    "availability_zone": Say(np="availability zone <v>", post="in {availability zone |}<v>"),
    "tags": Say(np="{the tags|tags} <v>", do="tag it with <v>"),
    "retention_in_days": Say(
        np="{a retention of <v> days|<v> days {of |}retention}", that="keeps {logs|events} for <v> days"
    ),
    "force_destroy": Say(np="force destroy set to <v>"),
    "node_type": Say(np="node type <v>"),
    "instance_class": Say(np="instance class <v>", post="{on|of class} <v>"),
    "engine": Say(np="{the |}engine <v>", post="running <v>"),
    "username": Say(np="{the |}{user name|username|master user} <v>"),
    "path": Say(np="path <v>"),
    "comment": Say(np="{the |a |}comment <v>"),
}
"""Better words by argument name."""

_SILENT: Final = frozenset(
    [
        "policy",
        "assume_role_policy",
        "user_data",
        "content",
        "body",
        "definition",
        "filename",
        "source",
        "password",
        "master_password",
        "container_definitions",
        "template_body",
        "source_code_hash",
        "secret_string",
    ]
)


_SPOKEN: Final = {
    "multi_az": "Multi-AZ",
    "content_based_deduplication": "content-based deduplication",
    "evaluate_target_health": "evaluation of target health",
    "wait_for_fulfillment": "waiting for fulfillment",
    "enable_dns_support": "DNS support",
    "iam_database_authentication_enabled": "IAM database authentication",
    "copy_tags_to_snapshot": "copying tags to snapshots",
    "auto_minor_version_upgrade": "automatic minor version upgrades",
    "allow_major_version_upgrade": "major version upgrades",
    "restrict_public_buckets": "restriction of public buckets",
}
"""Argument names that are no English by themselves."""


def words_of(name: str) -> str:
    """An argument's name in words, acronyms in capitals."""
    return type_noun(f"x_{name}")


def say_for(type: str, path: tuple[str, ...], value: Any) -> Say | None:  # noqa: ARG001
    """Words for a setting of a resource type; None where it is better not said."""
    name = path[-1]
    if isinstance(value, Expression) or value is None or name in _SILENT:
        return None
    if isinstance(value, (list, dict)) and (
        not value
        or any(isinstance(v, (Expression, dict, list)) for v in (value.values() if isinstance(value, dict) else value))
    ):
        return None
    if isinstance(value, str) and (len(value) > 80 or "\n" in value or value.startswith("arn:")):
        return None
    if name in TABLE:
        return TABLE[name]
    words = _SPOKEN.get(name) or words_of(name)
    if isinstance(value, bool):
        return _switch(words, value)
    stem, _, unit = name.rpartition("_")
    if isinstance(value, (int, float)) and unit in _UNITS and stem:
        one, many = _UNITS[unit]
        shown = words_of(stem.removesuffix("_in"))
        return Say(
            np=f"{{a |}}{shown} of <v> {one if value == 1 else many}",
            do=f"set the {shown} to <v> {one if value == 1 else many}",
        )
    if isinstance(value, (list, dict)):
        return Say(np=f"{{the |}}{words} <v>")
    article = "an" if words[:1].lower() in "aeio" else "a"
    return Say(
        np=f"{{{article} |}}{words} of <v>|{words} <v>|{words} set to <v>".join("{}"), do=f"set the {words} to <v>"
    )


def _switch(words: str, value: bool) -> Say:
    stem = words
    for prefix in ("enable ", "enabled "):
        stem = stem.removeprefix(prefix)
    for suffix in (" enabled", " enable"):
        stem = stem.removesuffix(suffix)
    if stem == words and words.split(" ")[0] in (
        "is",
        "has",
        "allow",
        "skip",
        "use",
        "force",
        "auto",
        "copy",
        "apply",
        "manage",
    ):
        return Say(
            np=f"{words} set to {'true' if value else 'false'}", do=f"set {words} to {'true' if value else 'false'}"
        )
    if value:
        return Say(np=f"{stem} {{enabled|turned on|switched on}}", do=f"{{enable|turn on}} {stem}")
    return Say(np=f"{stem} {{disabled|turned off|switched off}}", do=f"{{disable|turn off}} {stem}")

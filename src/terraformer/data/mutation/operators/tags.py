"""Tags: of one resource, of all of them, changed, taken away, made the provider's."""

from __future__ import annotations

from typing import Any, Final

from terraformer.data.intents import (
    ChangeAction,
    ChangeDemand,
    Count,
    Demand,
    RefersTo,
    Subject,
)
from terraformer.data.intents import (
    Target as Refer,
)
from terraformer.data.mutation.base import ABSENT, Base, Change, Say, Target, equals, schema_of
from terraformer.data.mutation.catalogue import operator
from terraformer.data.mutation.draft import literal
from terraformer.data.mutation.naming import Code
from terraformer.data.mutation.syntax import HclBlock

WHY: Final = (
    "Finance wants to see our costs by team.",
    "Our tagging policy was extended.",
    "The cost report can't tell our resources apart.",
    "We have new tagging rules.",
    "Nobody knows whose resources these are.",
)

TAGS: Final = (
    ("Environment", ("dev", "test", "staging", "prod", "production", "qa", "sandbox")),
    ("Owner", ("platform-team", "data-team", "web", "security", "ops@acme.example", "payments", "ml-team")),
    ("Team", ("platform", "checkout", "search", "analytics", "core", "mobile")),
    ("CostCenter", ("1042", "4711", "cc-208", "FIN-33", "9000")),
    ("Project", ("atlas", "phoenix", "storefront", "insights", "migration", "apollo")),
    ("Terraform", ("true",)),
    ("ManagedBy", ("terraform", "Terraform")),
    ("Department", ("engineering", "finance", "research", "logistics")),
    ("Application", ("shop", "billing", "intranet", "tracker", "portal")),
    ("DataClassification", ("internal", "confidential", "public")),
    ("Backup", ("daily", "weekly", "none")),
    ("Criticality", ("high", "low", "medium")),
)
_VALUES: Final[dict[str, tuple[str, ...]]] = dict(TAGS)


def takes_tags(type: str) -> bool:
    schema = schema_of(type)
    found = schema.attributes.get("tags") if schema is not None else None
    return found is not None and found.optional and bool(found.type == ["map", "string"])


def taggable(t: Target) -> bool:
    """It takes tags as a map of strings, and is there."""
    return takes_tags(t.type) and t.instances > 0


def shown(t: Target, key: str, value: str) -> str:
    """A tag as people write it."""
    return str(t.pick(f"{key} = {value}", f"{key}={value}", f"{key}: {value}"))


def tags_local(block: HclBlock) -> str:
    """The name of the local value that is the resource's tags, "" where they are anything else."""
    text = block.text("tags")
    return text.removeprefix("local.") if text.startswith("local.") and text.count(".") == 1 else ""


@operator("tags", when=taggable, weight=1.3, structural=True)
def add_tag(t: Target) -> Change | None:
    present = {k.lower() for k in (t.values.get("tags") or {})}
    options = [(k, v) for k, v in TAGS if k.lower() not in present]
    if not options:
        return None
    key, values = t.pick(*options)
    value = t.pick(*values)
    draft = t.draft().set_key(t.block, "tags", key, literal(value))
    return t.change(
        draft,
        Say(
            "{{add|attach} {the tag|a tag} <k> with the value <v> to <it>|{add|attach} the tag <kv> to <it>"
            "|put the tag <kv> on <it>|tag <it> with <kv>|give <it> the <k> tag {with the value|set to} <v>}",
            "<it> should {have|carry} the tag <kv>",
            WHY,
            {"k": key, "v": value, "kv": shown(t, key, value)},
        ),
        t.updated(**{f"tags__{key}": value}),
    )


@operator("tags", on="configuration", weight=1.6, structural=True)
def tag_everything(t: Target) -> Change | None:
    targets = [b for b in t.base.resources if takes_tags(b.type) and t.base.instances_by_address.get(b.address)]
    if not 2 <= len(targets) <= 14 or any(b.kind == "module" for b in t.syntax.root_blocks):
        return None
    taken = {k.lower() for b in targets for k in (t.base.values(b.address).get("tags") or {})}
    options = [(k, v) for k, v in TAGS if k.lower() not in taken]
    if not options:
        return None
    key, values = t.pick(*options)
    value = t.pick(*values)
    draft = t.draft()
    seen: set[str] = set()
    for block in targets:
        local = tags_local(block)
        if local and local in t.syntax.locals:
            if local not in seen:
                holder, definition = t.syntax.locals[local]
                if not isinstance(definition.value, dict):
                    return None
                draft.set_key(holder, local, key, literal(value))
            seen.add(local)
        else:
            draft.set_key(block, "tags", key, literal(value))
    demands = []
    for kind in dict.fromkeys(b.type for b in targets):
        number = sum(t.base.instances_by_address[b.address] for b in targets if b.type == kind)
        demands.append(
            ChangeDemand(
                ChangeAction.UPDATED,
                kind,
                having=(equals(("tags", key), value),),
                paths=(("tags", key),),
                count=Count(number),
            )
        )
    return t.change(
        draft,
        Say(
            "{{add|attach} {the tag|a tag} <k> with the value <v> to {all resources that {can be tagged|take tags"
            "|support tags}"
            "|every resource that {can be tagged|takes tags|supports tags}}"
            "|tag {everything that can be tagged|all taggable resources} with <kv>"
            "|put {the|a} tag <kv> on {everything that takes tags|every taggable resource}}",
            "{everything that can be tagged|every resource that supports tags} should {have|carry} the tag <kv>",
            WHY,
            {"k": key, "v": value, "kv": shown(t, key, value)},
        ),
        *demands,
        touches=[b.address for b in targets],
    )


def _literal_tags(t: Target) -> dict[str, Any]:
    value = t.block.value("tags")
    return {k: v for k, v in value.items() if isinstance(v, str)} if isinstance(value, dict) else {}


@operator("tags", when=lambda t: taggable(t) and bool(_literal_tags(t)), structural=True)
def change_tag(t: Target) -> Change | None:
    tags = _literal_tags(t)
    key = t.pick(*tags)
    value = t.another(_VALUES.get(key, ()), tags[key])
    if key == "Name":
        value = t.pick(f"{tags[key]}-new", f"{tags[key]}-01", f"{tags[key]}-blue", f"acme-{tags[key]}")
    if value is None:
        return None
    draft = t.draft().set_key(t.block, "tags", key, literal(value))
    return t.change(
        draft,
        Say(
            "{{change|set} the {<k> tag|tag <k>} of <it> {from <old> |}to <v>"
            "|{use|put} <v> {for|as the value of} the <k> tag {of|on} <it>{ instead of <old>|}"
            "|correct the <k> tag of <it> to <v>}",
            "the {<k> tag|tag <k>} of <it> should be <v>{, not <old>|}",
            ("The tags don't tell the truth any more.", "The team was renamed.", "We tagged this wrongly."),
            {"k": key, "v": value, "old": tags[key]},
        ),
        t.updated(**{f"tags__{key}": value}),
    )


@operator("tags", when=lambda t: taggable(t) and bool(_literal_tags(t)), weight=0.7, structural=True)
def remove_tag(t: Target) -> Change | None:
    key = t.pick(*_literal_tags(t))
    draft = t.draft().unset_key(t.block, "tags", key)
    return t.change(
        draft,
        Say(
            "{{remove|drop|delete} the {<k> tag|tag <k>} {from|of} <it>|take the <k> tag off <it>}",
            "<it> should {not have|no longer carry} the tag <k>",
            ("We don't use all of our tags any more.", "Fewer tags, please."),
            {"k": key},
        ),
        t.updated(having=(), **{f"tags__{key}": ABSENT}),
    )


def _aws_provider(base: Base) -> HclBlock | None:
    found = [b for b in base.syntax.of("provider", "aws") if not b.has("alias")]
    return found[0] if len(found) == 1 else None


@operator("tags", on="configuration", weight=1.2, structural=True)
def provider_default_tags(t: Target) -> Change | None:
    provider = _aws_provider(t.base)
    if provider is None or provider.has("default_tags") or any(b.has("provider") for b in t.base.resources):
        return None
    if t.syntax.of("module"):
        return None
    number = sum(
        1
        for e in t.base.changes
        if "tags_all" in e["change"]["after_unknown"] or "tags_all" in (e["change"].get("after") or {})
    )
    if not number:
        return None
    keys = t.rng.sample(TAGS, t.pick(1, 1, 2))
    taken = {k.lower() for e in t.base.changes for k in ((e["change"].get("after") or {}).get("tags") or {})}
    tags = {k: t.pick(*v) for k, v in keys if k.lower() not in taken}
    if not tags:
        return None
    inner = "\n".join(f"    {k} = {literal(v)}" for k, v in tags.items())
    draft = t.draft().insert_block(provider, f"default_tags {{\n  tags = {{\n{inner}\n  }}\n}}")
    pairs = [shown(t, k, v) for k, v in tags.items()]
    plural = "s" if len(tags) > 1 else ""
    return t.change(
        draft,
        Say(
            f"{{{{add|set}} {{default tags|default_tags}} {{on|in|for}} the AWS provider: <pairs>"
            f"|use the provider's default tags to tag everything with <pairs>"
            f"|let the {{AWS |}}provider put the {{default |}}tag{plural} <pairs> on {{everything|all resources}}}}",
            f"the AWS provider should have the default tag{plural} <pairs>",
            WHY,
            {"pairs": pairs},
        ),
        ChangeDemand(
            ChangeAction.UPDATED,
            address="*",
            paths=tuple(("tags_all", k) for k in tags),
            count=Count(number),
            text="Every resource that takes tags gets the default tags.",
        ),
        demands=[
            Demand(
                Subject.PROVIDER,
                label="aws",
                having=tuple(equals(("default_tags", "tags", k), v) for k, v in tags.items()),
            )
        ],
        touches=["provider.aws"],
    )


@operator("tags", on="configuration", weight=1.2, structural=True)
def common_tags_local(t: Target) -> Change | None:
    """The same tags written out in several resources become a local value."""
    groups: dict[str, list[HclBlock]] = {}
    for block in t.base.resources:
        tags = block.value("tags")
        if (
            isinstance(tags, dict)
            and tags
            and all(isinstance(v, str) for v in tags.values())
            and takes_tags(block.type)
        ):
            groups.setdefault(repr(sorted(tags.items())), []).append(block)
    groups = {k: v for k, v in groups.items() if len(v) > 1}
    if not groups or len(groups) > 1:
        return None
    blocks = next(iter(groups.values()))
    name = t.base.fresh("local", t.pick("common_tags", "tags", "default_tags", "shared_tags"))
    draft = t.draft()
    for block in blocks:
        draft.set(block, "tags", f"local.{name}")
    add_local(draft, t, name, blocks[0].text("tags"))
    demands = [
        Demand(
            Subject.RESOURCE,
            kind,
            having=(RefersTo(Refer(local=name), ("tags",)),),
            count=Count(sum(t.base.instances_by_address.get(b.address, 1) for b in blocks if b.type == kind)),
        )
        for kind in dict.fromkeys(b.type for b in blocks)
    ]
    return t.change(
        draft,
        Say(
            "{{move|pull|put} {the tags that repeat|the repeated tags|the common tags} into a local {value "
            "|}{called |named |}<n>{ and use it everywhere|}"
            "|define the tags {only |just |}once{,|} in {a local|the local value} <n>{,| and} {use it"
            "|refer to it} wherever they are {repeated|written out} now}",
            "{the|our} common tags should {live|be kept} in {a local|the local value} <n>",
            ("The same tags are written out everywhere.", "I'm tired of editing tags in several places."),
            {"n": Code(name)},
        ),
        demands=demands,
        touches=[b.address for b in blocks],
        silent=True,
    )


def add_local(draft: Any, t: Target, name: str, expression: str) -> None:
    """Define a local value: in the ``locals`` block that is there, else in a new one before the first resource."""
    found = t.syntax.of("locals")
    if found:
        draft.insert_argument(found[-1], f"{name} = {expression}")
        return
    text = f"locals {{\n  {name} = {expression}\n}}"
    home = draft.home("locals")
    first = min(
        (b for b in t.syntax.root_blocks if b.file == home and b.kind == "resource"),
        key=lambda b: b.start,
        default=None,
    )
    if first is None:
        draft.append(text, file=home)
    else:
        at = draft.comment_start(first)
        draft.splice(home, at, at, f"{text}\n\n")

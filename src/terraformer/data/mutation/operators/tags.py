"""Tags: of one resource, of all of them, changed, taken away, made the provider's."""

from __future__ import annotations

from typing import Final

from terraformer.data.mutation.base import Change, Target
from terraformer.data.mutation.catalogue import operator

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


def taggable(t: Target) -> bool:
    """It takes tags as a map of strings, and has none that only Terraform could tell."""
    found = t.schema.attributes.get("tags")
    return found is not None and found.optional and found.type == ["map", "string"] and t.instances > 0


@operator("tags", when=taggable, weight=1.5, structural=True)
def add_tag(t: Target) -> Change | None:
    present = {k.lower() for k in (t.values.get("tags") or {})}
    options = [(k, v) for k, v in TAGS if k.lower() not in present]
    if not options:
        return None
    key, values = t.pick(*options)
    value = t.pick(*values)
    draft = t.draft().set_key(t.block, "tags", key, f'"{value}"')
    return t.change(
        draft,
        t.pick(
            "{add|attach} {the tag|a tag} <k> with the value <v> to <it>",
            "{add|put} the tag <kv> {to|on} <it>",
            "tag <it> with <kv>",
            "{add|give} <it> {a|the} <k> tag {with the value|set to} <v>".replace("{add|give}", "give"),
        ),
        t.updated(**{f"tags__{key}": value}),
        should="<it> should {have|carry} the tag <kv>",
        k=key,
        v=value,
        kv=f"{key} = {value}" if t.rng.random() < 0.5 else f"{key}={value}",
    )

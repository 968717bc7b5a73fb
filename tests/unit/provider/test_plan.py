"""Plan semantics by themselves: what is planned, and what forces a replacement."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from plan_runner import RESOURCES

from terraformer.provider.context import ProviderContext
from terraformer.provider.hollow import block_names, hollow
from terraformer.provider.plan import is_legacy, plan_change, same_value
from terraformer.provider.schema import Block, ResourceSchema, block_from_json
from terraformer.provider.state import conform, from_state_json
from terraformer.provider.values import UNKNOWN, Unknown, is_known


def schema(name: str, attributes: dict[str, Any] | None = None) -> ResourceSchema:
    data = RESOURCES.get(name) or {"attributes": attributes}
    return ResourceSchema("resource", name, block_from_json(data))


def context(source: str = "hashicorp/aws", version: str = "6.1.0", **settings: Any) -> ProviderContext:
    return ProviderContext(source, version, settings)


THING = schema("aws_thing")
MODERN = schema("aws_modern")


def create(resource: ResourceSchema, ctx: ProviderContext | None = None, **values: Any) -> dict[str, Any]:
    value = conform(values, resource.block)
    planned = plan_change(resource, None, value, value, ctx or context()).planned
    assert planned is not None
    return planned


def update(resource: ResourceSchema, prior: dict[str, Any], **changes: Any) -> Any:
    before = conform(prior, resource.block)
    after = {**before, **changes}
    return plan_change(resource, before, after, after, context())


def test_the_two_kinds_of_providers_are_told_apart() -> None:
    assert is_legacy(THING)
    assert not is_legacy(MODERN)


def test_destroy_plans_null() -> None:
    prior = conform({"id": "x", "name": "x"}, THING.block)
    assert plan_change(THING, prior, None, None, context()).planned is None


def test_tags_all_is_the_merge() -> None:
    tagged = [{"tags": {"A": "1", "B": "1"}}]
    ctx = context(default_tags=tagged, ignore_tags=[{"keys": ["B"], "key_prefixes": ["x-"]}])
    assert create(THING, ctx, name="n", tags={"A": "2", "x-y": "z"})["tags_all"] == {"A": "2"}
    # The SDK cannot plan an empty computed map, the framework can.
    assert not is_known(create(THING, name="n")["tags_all"])
    assert create(MODERN, name="n")["tags_all"] == {}
    # A zero value is one too many for the SDK.
    assert not is_known(create(THING, name="n", tags={"A": ""})["tags_all"])
    assert create(MODERN, name="n", tags={"A": ""})["tags_all"] == {"A": ""}


@pytest.mark.parametrize("defaults", [UNKNOWN, [{"tags": UNKNOWN}], [{"tags": {"A": UNKNOWN}}]])
def test_unknown_default_tags_make_tags_all_unknown(defaults: Any) -> None:
    assert not is_known(create(THING, context(default_tags=defaults), name="n", tags={"A": "1"})["tags_all"])


def test_region_follows_the_provider_unless_it_is_given() -> None:
    assert create(THING, context(region="eu-west-1"), name="n")["region"] == "eu-west-1"
    assert create(THING, context(region="eu-west-1"), name="n", region="us-west-2")["region"] == "us-west-2"
    assert not is_known(create(THING, context(region=UNKNOWN), name="n")["region"])


def test_defaults_fill_arguments_but_never_what_the_api_decides() -> None:
    attributes = dict(THING.block.attributes)
    attributes["note"] = replace(attributes["note"], default="filled")
    attributes["zone"] = replace(attributes["zone"], default="from-the-docs")
    resource = replace(THING, block=replace(THING.block, attributes=attributes))
    planned = create(resource, name="n")
    assert planned["note"] == "filled"
    assert not is_known(planned["zone"])
    assert create(resource, name="n", note="mine")["note"] == "mine"


def test_framework_defaults_need_a_computed_attribute() -> None:
    attributes = dict(MODERN.block.attributes)
    attributes["mode"] = replace(attributes["mode"], default="fast")
    attributes["tags"] = replace(attributes["tags"], default={"never": "planned"})
    resource = replace(MODERN, block=replace(MODERN.block, attributes=attributes))
    planned = create(resource, name="n")
    assert planned["mode"] == "fast"
    assert planned["tags"] is None


def test_set_elements_have_empty_values_where_list_elements_have_null() -> None:
    planned = create(THING, name="n", rule=[{"port": 1}], disk=[{"device": "d"}])
    assert planned["rule"][0]["comment"] == "" and planned["rule"][0]["peers"] == []
    assert not is_known(planned["rule"][0]["key"])
    assert not is_known(planned["disk"][0]["kind"])


def test_known_facts_of_real_types() -> None:
    bucket = schema(
        "aws_s3_bucket",
        {
            "id": {"type": "string", "optional": True, "computed": True},
            "bucket": {"type": "string", "optional": True, "computed": True},
            "force_destroy": {"type": "bool", "optional": True},
        },
    )
    versioning = block_from_json(
        {"block_types": {"versioning": {"nesting_mode": "list", "block": {"attributes": {}}}}}
    ).blocks
    bucket = replace(bucket, block=replace(bucket.block, blocks=versioning))
    planned = create(bucket)
    assert planned["force_destroy"] is False
    assert not is_known(planned["versioning"])
    prior = {"id": "b", "bucket": "b", "force_destroy": False, "versioning": [{}]}
    kept = update(bucket, prior, versioning=[])
    assert kept.planned["versioning"] == [{}] and kept.requires_replace == ()
    assert update(bucket, prior, bucket="c").requires_replace == (("bucket",),)


def test_force_new_of_the_schema_decides_about_replacement() -> None:
    attributes = dict(THING.block.attributes)
    attributes["note"] = replace(attributes["note"], force_new=True)
    disk = THING.block.blocks["disk"]
    inner = dict(disk.block.attributes)
    inner["device"] = replace(inner["device"], force_new=True)
    blocks = {**THING.block.blocks, "disk": replace(disk, block=replace(disk.block, attributes=inner))}
    resource = replace(THING, block=replace(THING.block, attributes=attributes, blocks=blocks))
    prior = {"id": "x", "name": "n", "note": "a", "region": "us-east-1", "disk": [{"device": "a"}]}
    assert update(resource, prior, name="other").requires_replace == ()
    assert update(resource, prior, note="b").requires_replace == (("note",),)
    assert update(resource, prior, note=UNKNOWN).requires_replace == (("note",),)
    changed = [{"device": "b", "volume_id": None, "kind": None}]
    assert update(resource, prior, disk=changed).requires_replace == (("disk", 0, "device"),)
    # What an import could not read is no reason to replace.
    before = conform({**prior, "note": None}, resource.block)
    after = {**before, "note": "b"}
    assert plan_change(resource, before, after, after, context(), imported=True).requires_replace == ()


def test_blocks_that_come_or_go_replace_when_their_arguments_force_it() -> None:
    def forced(name: str, argument: str) -> ResourceSchema:
        nested = THING.block.blocks[name]
        inner = dict(nested.block.attributes)
        inner[argument] = replace(inner[argument], force_new=True)
        changed = replace(nested, block=replace(nested.block, attributes=inner))
        return replace(THING, block=replace(THING.block, blocks={**THING.block.blocks, name: changed}))

    prior = {"id": "x", "name": "n", "region": "us-east-1", "disk": [{"device": "a"}], "rule": [{"port": 1}]}
    one, two = {"device": "a", "volume_id": None, "kind": None}, {"device": "b", "volume_id": None, "kind": None}
    assert update(THING, prior, disk=[one, two]).requires_replace == ()
    assert update(forced("disk", "device"), prior, disk=[one, two]).requires_replace == (("disk",),)
    assert update(forced("disk", "device"), prior, disk=[]).requires_replace == (("disk",),)
    rule = {"port": 1, "comment": "c", "key": None, "peers": None}
    assert update(forced("rule", "port"), prior, rule=[rule]).requires_replace == ()
    assert update(forced("rule", "port"), prior, rule=[{**rule, "port": 2}]).requires_replace == (("rule",),)


def test_update_keeps_what_is_computed() -> None:
    prior = {"id": "x", "arn": "a", "name": "n", "zone": "z", "region": "us-east-1", "rule": [{"port": 1, "key": "k"}]}
    plan = update(THING, prior, name="m")
    assert (plan.planned["arn"], plan.planned["zone"]) == ("a", "z")
    assert plan.planned["rule"] == conform(prior, THING.block)["rule"]
    new_rule = [{"port": 1, "comment": None, "key": "k", "peers": None}, {"port": 2, "comment": None, "key": None}]
    rules = update(THING, prior, rule=new_rule).planned["rule"]
    assert rules[0]["key"] == "k" and isinstance(rules[1]["key"], Unknown)


def test_the_framework_marks_computed_nulls_once_anything_changes() -> None:
    prior = {"id": "x", "name": "n", "region": "us-east-1", "tags_all": {}}
    assert update(MODERN, prior).planned["mode"] is None
    assert not is_known(update(MODERN, prior, name="m").planned["mode"])
    assert update(MODERN, prior, name="m").planned["id"] == "x"


def test_google_location_and_labels() -> None:
    both = {"type": "string", "optional": True, "computed": True}
    labels = {"type": ["map", "string"], "optional": True}
    computed = {"type": ["map", "string"], "computed": True}
    resource = schema(
        "google_thing",
        {
            "id": both,
            "project": both,
            "zone": both,
            "labels": labels,
            "terraform_labels": computed,
            "effective_labels": computed,
        },
    )
    ctx = context("hashicorp/google", "6.5.0", project="p", default_labels={"team": "a"})
    planned = create(resource, ctx, labels={"x": "y"})
    assert planned["project"] == "p"
    assert not is_known(planned["zone"])
    expected = {"team": "a", "x": "y", "goog-terraform-provisioned": "true"}
    assert planned["terraform_labels"] == planned["effective_labels"] == expected
    assert not is_known(create(resource, ctx, labels={"x": UNKNOWN})["effective_labels"])


def test_nothing_of_the_arguments_is_changed() -> None:
    value = conform({"name": "n", "rule": [{"port": 1}], "tags": {"A": "b"}}, THING.block)
    kept = conform({"name": "n", "rule": [{"port": 1}], "tags": {"A": "b"}}, THING.block)
    plan_change(THING, None, value, value, context())
    assert same_value(value, kept)


def test_values_are_compared_as_terraform_does() -> None:
    assert same_value(1, 1.0)
    assert not same_value(1, True)
    assert not same_value(UNKNOWN, UNKNOWN)
    assert same_value({"a": [1, None]}, {"a": [1, None]})
    assert not same_value({"a": 1}, {"a": 1, "b": None})


# --- prior state ---


def test_a_state_of_another_version_is_brought_to_the_schema() -> None:
    raw = b'{"id": 5, "gone": 1, "disk": {"device": "d"}, "rule": null, "tags": {"A": 1}, "ingress": [{"port": "80"}]}'
    state = from_state_json(raw, THING.block)
    assert state["id"] == "5" and "gone" not in state and state["name"] is None
    assert state["disk"] == [{"device": "d", "volume_id": None, "kind": None}]
    assert state["rule"] == []
    assert state["tags"] == {"A": "1"}
    assert state["ingress"] == [{"port": 80, "cidrs": None, "description": None}]


@pytest.mark.parametrize("raw", [b"[]", b"{", b'"x"', b""])
def test_a_state_that_is_no_object_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError):
        from_state_json(raw, THING.block)


# --- schemas without what a configuration cannot touch ---


def test_hollow_schemas_keep_every_block_and_only_the_contents_that_are_named() -> None:
    leaf = {
        "nesting_mode": "list",
        "min_items": 1,
        "block": {"attributes": {"a": {"type": "string", "optional": True}}},
    }
    block = block_from_json(
        {
            "attributes": {"id": {"type": "string", "computed": True}},
            "block_types": {
                "used": {"nesting_mode": "set", "block": {"block_types": {"deep": leaf, "other": leaf}}},
                "unused": {"nesting_mode": "list", "max_items": 1, "block": {"block_types": {"deep": leaf}}},
                "timeouts": {**leaf, "nesting_mode": "single"},
            },
        }
    )
    assert block_names(block) == {"used", "unused", "deep", "other", "timeouts"}
    found = hollow(block, frozenset({"used", "deep"}))
    assert set(found.blocks) == {"used", "unused", "timeouts"}
    assert found.attributes == block.attributes
    assert found.blocks["used"].block.blocks["deep"] == block.blocks["used"].block.blocks["deep"]
    assert found.blocks["used"].block.blocks["other"].block == Block()
    assert found.blocks["used"].block.blocks["other"].min_items == 1
    assert found.blocks["unused"].block == Block() and found.blocks["unused"].max_items == 1
    assert found.blocks["timeouts"] == block.blocks["timeouts"]
    assert hollow(block, block_names(block)) == block


def test_a_hollow_schema_plans_what_the_full_one_does() -> None:
    values = {"name": "n", "disk": [{"device": "d"}]}
    full = create(THING, **values)
    emptied = replace(THING, block=hollow(THING.block, frozenset({"disk"})))
    assert repr(create(emptied, **values)) == repr(full)

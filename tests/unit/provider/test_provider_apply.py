"""ApplyResourceChange by itself: what is unknown becomes a value, what is known stays."""

from __future__ import annotations

from typing import Any

from terraformer.provider.apply import apply_change
from terraformer.provider.context import ProviderContext
from terraformer.provider.schema import Attribute, Block, NestedBlock, NestedType, ResourceSchema
from terraformer.provider.values import UNKNOWN, contains_unknown

CTX = ProviderContext("hashicorp/aws", "6.0.0")


def attributes(**types: Any) -> dict[str, Attribute]:
    return {n: Attribute(n, t, optional=True, computed=True) for n, t in types.items()}


def schema(block: Block, type_: str = "aws_vpc") -> ResourceSchema:
    return ResourceSchema("resource", type_, block)


def test_the_known_stays_and_the_unknown_is_made_up() -> None:
    block = Block(
        {
            "id": Attribute("id", "string", computed=True),
            "arn": Attribute("arn", "string", computed=True),
            "cidr_block": Attribute("cidr_block", "string", required=True),
            "secret_wo": Attribute("secret_wo", "string", optional=True, write_only=True),
            "tags": Attribute("tags", ["map", "string"], optional=True),
        }
    )
    planned = {
        "id": UNKNOWN,
        "arn": UNKNOWN,
        "cidr_block": "10.0.0.0/16",
        "secret_wo": "never-kept",
        "tags": {"a": UNKNOWN, "b": "c"},
    }
    state = apply_change(schema(block), planned, CTX, seed="aws_vpc.main")
    assert state is not None
    assert state["id"].startswith("vpc-")
    assert state["id"] in state["arn"]
    assert state["cidr_block"] == "10.0.0.0/16"
    assert state["secret_wo"] is None
    assert state["tags"]["b"] == "c"
    assert isinstance(state["tags"]["a"], str)
    assert not contains_unknown(state)
    assert apply_change(schema(block), planned, CTX, seed="aws_vpc.main") == state
    assert apply_change(schema(block), planned, CTX, seed="aws_vpc.other") != state
    assert apply_change(schema(block), None, CTX, seed="x") is None


def test_the_id_is_the_name_where_ids_are_names() -> None:
    block = Block({"id": Attribute("id", "string", computed=True), "bucket": Attribute("bucket", "string")})
    state = apply_change(schema(block, "aws_s3_bucket"), {"id": UNKNOWN, "bucket": "logs"}, CTX, seed="s")
    assert state == {"id": "logs", "bucket": "logs"}


def test_what_could_be_set_is_not_what_people_set() -> None:
    block = Block(attributes(enable_thing="bool", retention_days="number", port="number", availability_zone="string"))
    state = apply_change(schema(block), dict.fromkeys(block.attributes, UNKNOWN), CTX, seed="s")
    assert state is not None
    assert state["enable_thing"] is False
    assert state["retention_days"] == 0
    assert state["port"] > 0
    assert state["availability_zone"] == "us-east-1f"


def test_blocks() -> None:
    inner = Block({"id": Attribute("id", "string", computed=True), "size": Attribute("size", "number", optional=True)})
    block = Block(
        {},
        {
            "one": NestedBlock("one", "list", inner, max_items=1),
            "many": NestedBlock("many", "set", inner),
            "given": NestedBlock("given", "list", inner),
            "single": NestedBlock("single", "single", inner),
            "keyed": NestedBlock("keyed", "map", inner),
            "group": NestedBlock("group", "group", inner),
        },
    )
    planned = {
        "one": UNKNOWN,
        "many": UNKNOWN,
        "given": [{"id": UNKNOWN, "size": 4}, UNKNOWN],
        "single": UNKNOWN,
        "keyed": {"k": {"id": UNKNOWN, "size": None}},
        "group": UNKNOWN,
    }
    state = apply_change(schema(block), planned, CTX, seed="s")
    assert state is not None
    assert not contains_unknown(state)
    assert len(state["one"]) == 1
    assert state["many"] == []
    assert state["given"][0]["size"] == 4
    assert state["given"][0]["id"] != state["given"][1]["id"]
    assert state["single"] is None
    assert state["keyed"]["k"]["size"] is None
    assert state["group"]["size"] is None


def test_nested_attributes_and_odd_types() -> None:
    nested = NestedType("list", {"name": Attribute("name", "string", computed=True)})
    block = Block(
        {
            "items": Attribute("items", nested=nested, optional=True, computed=True),
            "pair": Attribute("pair", ["tuple", ["string", "number"]], computed=True),
            "any": Attribute("any", "dynamic", optional=True),
            "object": Attribute("object", ["object", {"a": "string", "b": "bool"}], computed=True),
        }
    )
    planned = {
        "items": [{"name": UNKNOWN}, {"name": "x"}],
        "pair": [UNKNOWN, 1],
        "any": {"a": [UNKNOWN, 1]},
        "object": {"a": UNKNOWN, "b": True},
    }
    state = apply_change(schema(block), planned, CTX, seed="s")
    assert state is not None
    assert not contains_unknown(state)
    assert state["items"][1] == {"name": "x"}
    assert state["pair"][1] == 1
    assert state["object"]["b"] is True

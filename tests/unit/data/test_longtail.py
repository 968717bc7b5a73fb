"""Blueprints derived from schemas: what they cover, that they deploy and meet their intent, and how they sound."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

import pytest

from terraformer.data.synthesis.instances import candidates
from terraformer.data.synthesis.longtail import Unfillable, blueprint_of, blueprints, left_out, written
from terraformer.data.synthesis.longtail.clouds import CLOUDS
from terraformer.data.synthesis.longtail.given import GIVEN
from terraformer.data.synthesis.longtail.sayings import say_of
from terraformer.data.synthesis.longtail.words import noun_of, plain_noun, spoken
from terraformer.data.synthesis.registry import longtail_blueprints, scenario_of
from terraformer.data.synthesis.verified import Rejection, prove
from terraformer.provider import bundle
from terraformer.provider.schema import Block
from terraformer.verify import VerifierPool, VerifySettings


@pytest.fixture(scope="module")
def pool() -> Iterator[VerifierPool]:
    with VerifierPool(1, VerifySettings(keep_plan=True)) as found:
        yield found


def _types(prefix: str = "") -> list[str]:
    return [t for t in (name.removeprefix("longtail.") for name in blueprints()) if t.startswith(prefix)]


# --- coverage ------------------------------------------------------------------------------------------------------------


def test_at_least_900_aws_types_are_covered_together_with_the_written_blueprints() -> None:
    aws = set(_types("aws_"))
    assert len(aws) >= 500
    assert len(aws | {t for t in written() if t.startswith("aws_")}) >= 900


def test_other_clouds_have_a_smaller_share() -> None:
    found = blueprints()
    for provider, least in (("google_", 30), ("azurerm_", 30), ("kubernetes_", 15)):
        assert len(_types(provider)) >= least
        assert sum(found[f"longtail.{t}"].weight for t in _types(provider)) < 0.1 * sum(
            b.weight for b in found.values()
        )


def test_every_aws_type_is_covered_or_left_out_with_a_reason() -> None:
    accounted = set(_types("aws_")) | set(left_out()) | written()
    assert [t for t in bundle.load("hashicorp/aws").resource_types if t not in accounted] == []
    assert all(why for why in left_out().values())


def test_no_blueprint_is_of_a_deprecated_or_unknown_type() -> None:
    for type in _types():
        source = bundle.provider_for_type(type)
        assert source is not None
        assert bundle.load(source).resource(type).block.deprecated is None


def test_reviewed_values_name_arguments_that_exist() -> None:
    def check(block: Block, given: dict[str, object], where: str) -> None:
        for name, value in given.items():
            assert name in block.attributes or name in block.blocks, f"{where}.{name}"
            options = value if isinstance(value, tuple) else (value,)
            for option in options:
                for one in option if isinstance(option, list) else [option]:
                    if isinstance(one, dict) and name in block.blocks:
                        check(block.blocks[name].block, one, f"{where}.{name}")

    for type, given in {**GIVEN, **CLOUDS}.items():
        source = bundle.provider_for_type(type)
        assert source is not None, type
        check(bundle.load(source).resource(type).block, given, type)


# --- instances -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shard", range(4))
def test_a_sample_deploys_and_meets_its_intent(pool: VerifierPool, shard: int) -> None:
    sample = random.Random("long tail").sample(sorted(blueprints()), 44)
    for name in sample[shard::4]:
        for candidate in candidates(blueprints()[name], 1000 + shard):
            outcome = prove(candidate, pool)
            assert not isinstance(outcome, Rejection), f"{name}: {outcome}"


def test_the_same_seed_gives_the_same_instance_and_another_seed_another() -> None:
    chosen = longtail_blueprints()["longtail.aws_appstream_fleet"]
    prompts = [[next(candidates(chosen, seed)).prompt for seed in range(6)] for _ in range(2)]
    assert prompts[0] == prompts[1]
    assert len(set(prompts[0])) > 3


def test_a_type_refers_to_the_resource_that_it_belongs_to() -> None:
    chosen = longtail_blueprints()["longtail.aws_appmesh_virtual_node"]
    for seed in range(4):
        config = next(candidates(chosen, seed)).config
        text = "".join(config.text(f) for f in config.files)
        assert "aws_appmesh_mesh." in text or "var." in text
        assert 'resource "aws_appmesh_virtual_node"' in text


def test_a_type_without_meaningful_values_is_refused() -> None:
    with pytest.raises(Unfillable, match="scrape_configuration"):
        scenario_of(blueprint_of("hashicorp/aws", "aws_prometheus_scraper"), 0)


# --- words ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type", "noun"),
    [
        ("aws_appstream_fleet", "AppStream fleet"),
        ("aws_dx_private_virtual_interface", "Direct Connect private virtual interface"),
        ("aws_glue_data_catalog_encryption_settings", "Glue data catalog encryption configuration"),
        ("aws_wafv2_ip_set", "WAF IP set"),
        ("aws_ecs_tag", "tag on an ECS resource"),
        ("google_storage_bucket", "GCS bucket"),
        ("azurerm_resource_group", "resource group"),
    ],
)
def test_nouns(type: str, noun: str) -> None:
    assert plain_noun(type) == noun


def test_nouns_are_singular_and_without_identifiers() -> None:
    for type in _types():
        noun = plain_noun(type)
        assert "_" not in noun and "{" not in noun, f"{type}: {noun}"
        assert not re.search(r"\b(settings|options|preferences|attributes)$", noun), f"{type}: {noun}"
        assert noun_of(type).count("{") == noun_of(type).count("}")


@pytest.mark.parametrize(
    ("path", "value", "part"),
    [
        (("enabled",), True, "is {enabled"),
        (("is_default",), False, "is not default"),
        (("include_member_accounts",), True, "includes member accounts"),
        (("disable_api_stop",), True, "API stop {disabled"),
        (("timeout_config", "mode"), "AUTO", "timeout mode"),
    ],
)
def test_settings_are_said_as_people_do(path: tuple[str, ...], value: object, part: str) -> None:
    told = say_of("aws_x", path, value)
    assert told is not None
    assert any(part in form for form in (told.np, told.do, told.that, told.post))


def test_words_of_a_nested_argument_name_its_block_where_alone_it_says_nothing() -> None:
    assert spoken(("encryption_configuration", "type")) == "encryption_type"
    assert spoken(("network_interface", "network")) == "network"
    assert spoken(("instance_type",)) == "instance_type"

"""Every data source of every shipped bundle gives an answer that goes over the wire."""

from __future__ import annotations

import pytest
from data_source_help import filled

from terraformer.provider import bundle
from terraformer.provider.context import ProviderContext
from terraformer.provider.data_sources import read
from terraformer.provider.data_sources.registry import READERS
from terraformer.provider.schema import implied_type
from terraformer.provider.values import contains_unknown, decode, encode

SOURCES = sorted({info.source for info in bundle.installed() if info.origin == "package"})


@pytest.mark.parametrize("source", SOURCES)
def test_every_data_source_answers(source: str) -> None:
    loaded = bundle.load(source)
    ctx = ProviderContext(source, loaded.version, {}, "/nonexistent", "/nonexistent")
    for type in loaded.data_source_types:
        schema = loaded.data_source(type)
        value = filled(schema.block, {})
        result = read(source, type, value, schema, ctx)
        cty = implied_type(schema.block)
        assert set(result.state) == set(cty[1]), type
        assert not contains_unknown(result.state), type
        assert not any(d.code == "data-source-arguments" for d in result.diagnostics), (type, result.diagnostics)
        assert set(result.assumed) <= set(cty[1]), type
        if not result.failed:
            assert decode(encode(result.state, cty), cty).keys() == result.state.keys(), type
        assert read(source, type, value, schema, ctx) == result, type


@pytest.mark.parametrize("source", [s for s in SOURCES if s in READERS])
def test_readers_are_for_data_sources_that_exist(source: str) -> None:
    # Old data sources stay readable for captured bundles of older versions.
    gone = {"aws_subnet_ids", "aws_redshift_service_account", "aws_s3_bucket_object", "null_data_source"}
    unknown = set(READERS[source]) - set(bundle.load(source).data_source_types) - gone
    assert unknown == set()

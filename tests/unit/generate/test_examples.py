"""The library of examples: every pair deploys and is formatted; the right ones are chosen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from terraformer.generate.examples import FOLDER, library, nearest, render_examples
from terraformer.generate.grounding import ground
from terraformer.types import TerraformConfig
from terraformer.verify import VerifierPool, VerifySettings

EXAMPLES = library()


@pytest.fixture(scope="module")
def pool() -> Iterator[VerifierPool]:
    with VerifierPool(workers=1, settings=VerifySettings(cache=False)) as made:
        yield made


@pytest.mark.parametrize("example", EXAMPLES, ids=[e.name for e in EXAMPLES])
def test_every_example_deploys_and_is_formatted(example: object, pool: VerifierPool) -> None:
    config = TerraformConfig.from_text(example.text)  # type: ignore[attr-defined]
    report = pool.verify(config)
    assert report.deployable and not report.certificates, [c.summary for c in report.certificates]
    assert pool.format(config) == config


def test_the_library_is_whole() -> None:
    assert len(EXAMPLES) >= 25
    assert len({e.request for e in EXAMPLES}) == len(EXAMPLES) == len(list(FOLDER.iterdir()))
    assert {"google", "azurerm", "kubernetes"} <= {c for e in EXAMPLES for c in e.clouds}
    assert all(len(e.request) > 40 and e.types for e in EXAMPLES)


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("a table of sensor readings in DynamoDB with a secondary index", "aws_table"),
        ("an EKS cluster with node groups", "aws_eks"),
        ("publish messages to several queues by a topic", "aws_fan_out"),
        ("a PostgreSQL database on RDS", "aws_postgres"),
        ("a storage account in Azure", "azure_storage"),
        ("a deployment of redis in kubernetes with a service", "kubernetes_web"),
    ],
)
def test_the_nearest_example_is_found(prompt: str, name: str) -> None:
    types = ground(prompt, budget=8_000).types
    assert nearest(prompt, 1, types)[0].name == name
    assert nearest(prompt, 3, types) == nearest(prompt, 3, types)


def test_types_choose_too_and_other_clouds_are_left_out() -> None:
    found = nearest("something for our scores", 3, types=("aws_efs_file_system", "aws_efs_mount_target"))
    assert found[0].name == "aws_shared_files"
    assert all("aws" not in e.clouds for e in nearest("a bucket with versioning", 5, types=("google_storage_bucket",)))
    assert nearest("zzzz qqqq", 5) == []


def test_the_budget_holds() -> None:
    text = render_examples("a queue and a function", 2, budget=100_000)
    assert text.count("```hcl") == 2 and "Request: " in text
    for budget in (0, 300, 1_500, 3_000):
        assert len(render_examples("a queue and a function", 2, budget=budget)) <= budget
    assert render_examples("a queue", 0, budget=9_000) == ""

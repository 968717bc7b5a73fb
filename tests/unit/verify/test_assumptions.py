"""Which made-up attributes of data sources a report lists."""

from __future__ import annotations

from terraformer import TerraformConfig, VerifierPool

_HEAD = 'provider "aws" { region = "us-east-1" }\ndata "aws_vpc" "main" { id = "vpc-0123456789abcdef0" }\n'


def listed(pool: VerifierPool, text: str, extra: dict[str, bytes] | None = None) -> set[tuple[str, str]]:
    files = {"main.tf": (_HEAD + text).encode(), **(extra or {})}
    report = pool.verify(TerraformConfig(files))
    assert report.deployable is True, report.errors
    return {(a.address, a.attribute) for a in report.assumptions}


def test_only_attributes_that_are_referred_to(pool: VerifierPool) -> None:
    text = 'locals { range = data.aws_vpc.main.cidr_block }\noutput "range" { value = local.range }\n'
    assert listed(pool, text) == {("data.aws_vpc.main", "cidr_block")}


def test_an_unused_data_source_is_no_assumption(pool: VerifierPool) -> None:
    assert listed(pool, "") == set()


def test_the_whole_object_means_all_of_it(pool: VerifierPool) -> None:
    found = listed(pool, 'output "vpc" { value = data.aws_vpc.main }\n')
    assert {"cidr_block", "arn", "main_route_table_id"} <= {attribute for _, attribute in found}


def test_instances_and_splats(pool: VerifierPool) -> None:
    text = (
        'data "aws_subnet" "each" {\n  for_each = { a = "subnet-1", b = "subnet-2" }\n  id = each.value\n}\n'
        'output "zone" { value = data.aws_subnet.each["a"].availability_zone }\n'
        'data "aws_subnet" "counted" {\n  count = 2\n  id = "subnet-${count.index}"\n}\n'
        'output "ranges" { value = data.aws_subnet.counted[*].cidr_block }\n'
    )
    assert listed(pool, text) == {
        ('data.aws_subnet.each["a"]', "availability_zone"),
        ('data.aws_subnet.each["b"]', "availability_zone"),
        ("data.aws_subnet.counted[0]", "cidr_block"),
        ("data.aws_subnet.counted[1]", "cidr_block"),
    }


def test_each_module_for_itself(pool: VerifierPool) -> None:
    child = b'data "aws_vpc" "main" { id = "vpc-1" }\noutput "arn" { value = data.aws_vpc.main.arn }\n'
    text = 'module "inner" { source = "./inner" }\noutput "range" { value = data.aws_vpc.main.cidr_block }\n'
    assert listed(pool, text, {"inner/main.tf": child}) == {
        ("data.aws_vpc.main", "cidr_block"),
        ("module.inner.data.aws_vpc.main", "arn"),
    }

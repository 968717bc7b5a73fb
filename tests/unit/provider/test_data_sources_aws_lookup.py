"""Tables, look-ups and the generic answer of AWS data sources."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from data_source_help import FILTER, answer, attributes

from terraformer.provider.data_sources import ReadResult
from terraformer.provider.data_sources.aws_regions import REGIONS
from terraformer.provider.data_sources.aws_tables import SAGEMAKER_REPOSITORIES, table
from terraformer.provider.schema import UNSET, Attribute, Block

OBJECT = {
    "things": ["list", ["object", {"name": "string", "count": "number", "on": "bool"}]],
    "names": ["list", "string"],
    "weights": ["map", "string"],
    "tags": ["map", "string"],
}
BLOCKS = {
    "aws_elb_service_account": Block(attributes("id:oc region:oc arn:c")),
    "aws_cloudtrail_service_account": Block(attributes("id:oc region:oc arn:c")),
    "aws_redshift_service_account": Block(attributes("id:oc region:oc arn:c")),
    "aws_billing_service_account": Block(attributes("id:oc arn:c")),
    "aws_elb_hosted_zone_id": Block(attributes("id:oc region:oc")),
    "aws_lb_hosted_zone_id": Block(attributes("id:oc region:oc load_balancer_type:o")),
    "aws_elastic_beanstalk_hosted_zone": Block(attributes("id:oc region:oc")),
    "aws_cloudfront_log_delivery_canonical_user_id": Block(attributes("id:oc region:o")),
    "aws_sagemaker_prebuilt_ecr_image": Block(
        attributes("id:oc repository_name:r image_tag:o dns_suffix:o region:oc registry_id:c registry_path:c")
    ),
    "aws_ami": Block(
        attributes(
            "id:oc name:c architecture:c owner_id:c owners:o most_recent:o allow_unsafe_filter:o platform:c arn:c"
            " root_device_name:c image_owner_alias:c",
            {"owners": ["list", "string"], "most_recent": "bool", "allow_unsafe_filter": "bool"},
        ),
        {"filter": FILTER},
    ),
    "aws_s3_bucket": Block(
        attributes("bucket:r id:oc arn:c bucket_domain_name:c bucket_regional_domain_name:c hosted_zone_id:c region:oc")
    ),
    "aws_iam_role": Block(attributes("name:r id:oc arn:c path:c unique_id:c tags:oc", {"tags": ["map", "string"]})),
    "aws_iam_policy": Block(attributes("name:oc arn:oc id:oc path:c policy:c")),
    "aws_iam_openid_connect_provider": Block(attributes("arn:oc url:oc id:oc")),
    "aws_iam_session_context": Block(attributes("arn:r id:oc issuer_arn:c issuer_id:c issuer_name:c session_name:c")),
    "aws_kms_key": Block(attributes("key_id:r id:oc arn:c key_manager:c region:oc")),
    "aws_vpc": Block(attributes("id:oc arn:c cidr_block:oc default:oc", {"default": "bool"}), {"filter": FILTER}),
    "aws_subnets": Block(attributes("id:oc ids:c region:oc", {"ids": ["list", "string"]}), {"filter": FILTER}),
    "aws_ssm_parameter": Block(attributes("name:r id:oc arn:c type:c value:c version:c", {"version": "number"})),
    "aws_secretsmanager_secret_version": Block(
        attributes("secret_id:r id:oc arn:c secret_string:c version_id:oc version_stage:o")
    ),
    "aws_cloudfront_cache_policy": Block(attributes("id:o name:o arn:c")),
    "aws_lb": Block(attributes("arn:oc name:oc id:oc dns_name:c zone_id:c region:oc")),
    "aws_unheard_of": Block(
        {
            **attributes("id:oc name:r names:c things:c weights:c tags:oc some_arn:c hint:o", OBJECT),
            "kept": Attribute("kept", "string", optional=True, default="as always"),
            "left": Attribute("left", "string", optional=True, default=UNSET),
        }
    ),
}


def aws(type: str, region: str = "us-east-1", sandbox: Path | str = "/nonexistent", **value: Any) -> ReadResult:
    return answer("hashicorp/aws", type, BLOCKS[type], value, settings={"region": region}, sandbox=sandbox)


@pytest.mark.parametrize(
    ("type", "region", "id", "arn"),
    [
        ("aws_elb_service_account", "us-east-1", "127311923021", "arn:aws:iam::127311923021:root"),
        ("aws_elb_service_account", "cn-north-1", "638102146993", "arn:aws-cn:iam::638102146993:root"),
        ("aws_cloudtrail_service_account", "us-gov-east-1", "608710470296", "arn:aws-us-gov:iam::608710470296:root"),
        ("aws_redshift_service_account", "eu-west-1", "210876761215", "arn:aws:iam::210876761215:user/logs"),
        ("aws_billing_service_account", "eu-west-1", "386209384616", "arn:aws:iam::386209384616:root"),
    ],
)
def test_service_accounts(type: str, region: str, id: str, arn: str) -> None:
    result = aws(type, region)
    assert (result.state["id"], result.state["arn"]) == (id, arn)
    assert result.assumed == {}


def test_hosted_zones() -> None:
    assert aws("aws_elb_hosted_zone_id", "us-west-2").state["id"] == "Z1H1FL5HABSF5"
    assert aws("aws_lb_hosted_zone_id", "us-west-2").state["id"] == "Z1H1FL5HABSF5"
    assert aws("aws_lb_hosted_zone_id", "us-west-2", load_balancer_type="network").state["id"] == "Z18D5FSROUN65G"
    assert aws("aws_lb_hosted_zone_id", "us-west-2", load_balancer_type="gateway").failed
    assert aws("aws_elastic_beanstalk_hosted_zone", "eu-central-1").state["id"] == "Z1FRNW7UH4DEZJ"
    log_user = aws("aws_cloudfront_log_delivery_canonical_user_id", "cn-north-1").state["id"]
    assert log_user.startswith("a52cb287")


def test_a_region_that_a_table_lacks_is_an_error() -> None:
    for type in ("aws_elb_service_account", "aws_lb_hosted_zone_id", "aws_elastic_beanstalk_hosted_zone"):
        result = aws(type, "ap-southeast-6")
        assert result.failed
        assert "ap-southeast-6" in result.diagnostics[0].summary


def test_prebuilt_images() -> None:
    result = aws("aws_sagemaker_prebuilt_ecr_image", "us-west-2", repository_name="kmeans")
    assert result.state["registry_path"] == "174872318107.dkr.ecr.us-west-2.amazonaws.com/kmeans:1"
    assert result.assumed == {}
    chosen = aws(
        "aws_sagemaker_prebuilt_ecr_image",
        repository_name="pytorch-training",
        image_tag="2.0",
        dns_suffix="example.com",
        region="eu-west-1",
    )
    assert chosen.state["registry_path"] == "763104351884.dkr.ecr.eu-west-1.example.com/pytorch-training:2.0"
    assert aws("aws_sagemaker_prebuilt_ecr_image", repository_name="sagemaker-kmeans").failed
    assert aws("aws_sagemaker_prebuilt_ecr_image", "eu-north-1", repository_name="lda").failed


def test_tables_are_well_formed() -> None:
    for name in {*SAGEMAKER_REPOSITORIES.values(), "elb-account", "cloudtrail-account", "redshift-account"}:
        assert table(name)
        for region, account in table(name).items():
            assert region in REGIONS
            assert len(account) == 12 and account.isdigit(), (name, region, account)
    for name in ("alb-zone", "nlb-zone", "s3-zone", "beanstalk-zone"):
        zones = table(name)
        assert len(set(zones.values())) == len(zones)
        assert all(zone.startswith("Z") and zone.isalnum() for zone in zones.values())


def _name_filter(pattern: str) -> list[dict[str, Any]]:
    return [{"name": "name", "values": [pattern]}]


@pytest.mark.parametrize(
    ("pattern", "name", "architecture", "device"),
    [
        ("amzn2-ami-hvm-*-x86_64-gp2", "amzn2-ami-hvm-20240101.0-x86_64-gp2", "x86_64", "/dev/xvda"),
        ("*ubuntu-noble-24.04-arm64-server-*", "ubuntu-noble-24.04-arm64-server-20240101.0", "arm64", "/dev/sda1"),
        (
            "Windows_Server-2022-English-Full-Base-*",
            "Windows_Server-2022-English-Full-Base-20240101.0",
            "x86_64",
            "/dev/sda1",
        ),
    ],
)
def test_an_image_that_fits_the_filters(pattern: str, name: str, architecture: str, device: str) -> None:
    result = aws("aws_ami", owners=["amazon"], most_recent=True, filter=_name_filter(pattern))
    assert not result.diagnostics
    state = result.state
    assert (state["name"], state["architecture"], state["root_device_name"]) == (name, architecture, device)
    assert state["id"].startswith("ami-") and len(state["id"]) == 21
    assert state["arn"].endswith(f"::image/{state['id']}")
    assert state["image_owner_alias"] == "amazon"
    assert "id" in result.assumed
    again = aws("aws_ami", owners=["amazon"], most_recent=True, filter=_name_filter(pattern))
    assert again == result
    other = aws("aws_ami", owners=["amazon"], most_recent=True, filter=_name_filter(pattern + "x"))
    assert other.state["id"] != state["id"]


def test_a_most_recent_image_of_anybody_is_refused() -> None:
    block, value = BLOCKS["aws_ami"], {"most_recent": True, "filter": _name_filter("x-*")}
    result = aws("aws_ami", **value)
    assert [d.severity for d in result.diagnostics] == ["warning"]  # the test context's version is below 6
    from terraformer.provider.context import ProviderContext
    from terraformer.provider.data_sources import read
    from terraformer.provider.schema import ResourceSchema

    for allowed, severity in ((None, "error"), (True, "warning")):
        found = read(
            "hashicorp/aws",
            "aws_ami",
            {**value, "allow_unsafe_filter": allowed},
            ResourceSchema("data", "aws_ami", block),
            ProviderContext("hashicorp/aws", "6.47.0"),
        ).diagnostics
        assert [d.severity for d in found] == [severity]
    assert not aws("aws_ami", most_recent=True, filter=[{"name": "image-id", "values": ["ami-1"]}]).diagnostics


def test_bucket() -> None:
    result = aws("aws_s3_bucket", "eu-west-1", bucket="mine")
    state = result.state
    assert (state["id"], state["arn"]) == ("mine", "arn:aws:s3:::mine")
    assert state["bucket_domain_name"] == "mine.s3.amazonaws.com"
    assert state["bucket_regional_domain_name"] == "mine.s3.eu-west-1.amazonaws.com"
    assert state["hosted_zone_id"] == "Z1BKCTXD74EZPE"
    assert {"arn", "id", "bucket_domain_name"}.isdisjoint(result.assumed)


def test_identities() -> None:
    assert aws("aws_iam_role", name="web").state["arn"] == "arn:aws:iam::123456789012:role/web"
    assert aws("aws_iam_role", name="web").state["tags"] == {}
    managed = aws("aws_iam_policy", name="AmazonS3ReadOnlyAccess").state
    assert managed["arn"] == managed["id"] == "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
    own = aws("aws_iam_policy", name="team-policy").state
    assert own["arn"] == "arn:aws:iam::123456789012:policy/team-policy"
    by_arn = aws("aws_iam_policy", arn="arn:aws:iam::aws:policy/service-role/AWSLambdaRole").state
    assert by_arn["name"] == "AWSLambdaRole"
    oidc = aws("aws_iam_openid_connect_provider", url="https://token.example.com").state
    assert oidc["arn"] == "arn:aws:iam::123456789012:oidc-provider/token.example.com"


def test_session_context() -> None:
    plain = aws("aws_iam_session_context", arn="arn:aws:iam::123456789012:user/me")
    assert plain.state["issuer_arn"] == plain.state["arn"]
    assert plain.state["issuer_name"] == ""
    assert plain.assumed == {}
    role = aws("aws_iam_session_context", arn="arn:aws:sts::123456789012:assumed-role/Admin/someone")
    assert role.state["issuer_arn"] == "arn:aws:iam::123456789012:role/Admin"
    assert (role.state["issuer_name"], role.state["session_name"]) == ("Admin", "someone")
    assert set(role.assumed) == {"issuer_arn", "issuer_id"}
    assert aws("aws_iam_session_context", arn="someone").failed


def test_keys() -> None:
    state = aws("aws_kms_key", key_id="alias/aws/s3").state
    assert state["arn"] == f"arn:aws:kms:us-east-1:123456789012:key/{state['id']}"
    assert state["key_manager"] == "AWS"
    given = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
    assert aws("aws_kms_key", key_id=given).state["id"] == "11111111-2222-3333-4444-555555555555"


def test_ids_that_are_given_are_kept() -> None:
    state = aws("aws_vpc", id="vpc-0123", cidr_block="10.9.0.0/16").state
    assert (state["id"], state["cidr_block"]) == ("vpc-0123", "10.9.0.0/16")
    assert state["arn"].endswith("vpc/vpc-0123")
    made = aws("aws_vpc", default=True)
    assert made.state["id"].startswith("vpc-")
    assert len(aws("aws_subnets").state["ids"]) >= 2


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64", "ami-"),
        ("/aws/service/eks/optimized-ami/1.31/amazon-linux-2/recommended/image_id", "ami-"),
        ("/aws/service/ecs/optimized-ami/amazon-linux-2/recommended", '{"image_id":"ami-'),
        ("/net/vpc_id", "vpc-"),
        ("/net/vpcId", "vpc-"),
        ("/net/private_subnet_ids", "subnet-"),
        ("/prod/db/password", "Example-Secret-"),
        ("/prod/db/port", "5432"),
        ("account_id_share", "example-"),
    ],
)
def test_parameters(name: str, start: str) -> None:
    result = aws("aws_ssm_parameter", name=name)
    assert result.state["value"].startswith(start)
    assert "value" in result.assumed


def test_a_secret_is_a_document_where_the_configuration_decodes_it(tmp_path: Path) -> None:
    type = "aws_secretsmanager_secret_version"
    plain = aws(type, secret_id="db", sandbox=tmp_path).state["secret_string"]
    assert plain.startswith("Example-Secret-")
    (tmp_path / "main.tf").write_text(
        f'locals {{ db = jsondecode(data.{type}.db.secret_string) }}\noutput "x" {{ value = local.db["api-key"] }}\n'
        f"output y {{ value = jsondecode(data.{type}.db[0].secret_string).realm }}\n"
    )
    decoded = json.loads(aws(type, secret_id="db", sandbox=tmp_path).state["secret_string"])
    assert {"api-key", "realm", "username", "password"} <= decoded.keys()


def test_managed_cloudfront_policies_are_known() -> None:
    result = aws("aws_cloudfront_cache_policy", name="Managed-CachingOptimized")
    assert result.state["id"] == "658327ea-f89d-4fab-a63d-7e88639e58f6"
    assert "id" not in result.assumed
    assert "id" in aws("aws_cloudfront_cache_policy", name="ours").assumed


def test_load_balancer() -> None:
    state = aws("aws_lb", "eu-west-1", name="front").state
    assert ":loadbalancer/app/front/" in state["arn"]
    assert state["zone_id"] == "Z32O12XQLNTSW2"
    assert state["dns_name"].startswith("front-") and state["dns_name"].endswith(".eu-west-1.elb.amazonaws.com")


def test_the_generic_answer() -> None:
    result = aws("aws_unheard_of", name="n")
    state = result.state
    assert state["name"] == "n"
    assert isinstance(state["id"], str) and state["id"]
    assert len(state["names"]) >= 1 and all(isinstance(n, str) for n in state["names"])
    assert set(state["things"][0]) == {"name", "count", "on"}
    assert state["things"][0]["on"] in (True, False)
    assert state["weights"] == {} and state["tags"] == {}
    assert state["some_arn"].startswith("arn:")
    assert (state["kept"], state["left"], state["hint"]) == ("as always", None, None)
    assert {"id", "names", "things", "some_arn"} <= result.assumed.keys()
    assert {"name", "kept", "left"}.isdisjoint(result.assumed)
    assert aws("aws_unheard_of", name="n") == result


def test_the_generic_answer_is_named_after_what_was_asked_for() -> None:
    block = Block(attributes("vault_name:r id:oc arn:c"))
    state = answer("hashicorp/aws", "aws_backup_something", block, {"vault_name": "main"}).state
    assert state["id"] == "main"
    assert state["arn"].startswith("arn:aws:") and state["arn"].endswith("main")
    plural = Block(attributes("id:oc ids:c", {"ids": ["list", "string"]}))
    found = answer("hashicorp/aws", "aws_network_acls", plural, settings={"region": "eu-west-1"}).state
    assert found["id"] == "eu-west-1"
    assert all(i.startswith("acl-") for i in found["ids"])

"""external, http, tls, vault, google, azure: what would run or reach out never does, and says so."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from data_source_help import answer, attributes

from terraformer.provider.context import ProviderContext
from terraformer.provider.data_sources import ReadResult, read, validate
from terraformer.provider.schema import Block, NestedBlock, ResourceSchema
from terraformer.provider.values import UNKNOWN

TEXTS: Any = ["map", "string"]
EXTERNAL = Block(
    attributes(
        "id:c program:r query:o working_dir:o result:c",
        {"program": ["list", "string"], "query": TEXTS, "result": TEXTS},
    )
)
HTTP = Block(
    attributes(
        "id:c url:r method:o body:c response_body:c response_headers:c status_code:c",
        {"response_headers": TEXTS, "status_code": "number"},
    )
)
CERTIFICATE = {
    "certificates": ["list", ["object", {"sha1_fingerprint": "string", "is_ca": "bool", "cert_pem": "string"}]]
}
TLS = Block(attributes("id:c url:o content:o certificates:c", CERTIFICATE))


def external(sandbox: Path, **value: Any) -> ReadResult:
    return answer("hashicorp/external", "external", EXTERNAL, value, sandbox=sandbox)


def http(sandbox: Path, **value: Any) -> ReadResult:
    return answer("hashicorp/http", "http", HTTP, value, sandbox=sandbox)


def test_external_never_runs_and_has_the_keys_that_are_taken(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        'output "a" { value = data.external.v.result.vpc_id }\noutput "b" { value = data.external.v.result["git-sha"] }\n'
    )
    witness = tmp_path / "ran"
    result = external(tmp_path, program=["touch", str(witness)])
    assert not witness.exists()
    assert result.state["result"].keys() == {"vpc_id", "git-sha"}
    assert result.state["result"]["vpc_id"].startswith("vpc-")
    assert "never run" in result.assumed["result"]
    assert external(tmp_path, program=[""]).failed


def test_http_never_asks(tmp_path: Path) -> None:
    result = http(tmp_path, url="https://checkip.amazonaws.com")
    assert result.state["response_body"] == "203.0.113.10\n"
    assert result.state["status_code"] == 200
    assert "response_body" in result.assumed
    (tmp_path / "main.tf").write_text(
        "locals {\n  me = jsondecode(data.http.ip.response_body)\n  ip = local.me.ip\n}\n"
    )
    decoded = json.loads(http(tmp_path, url="https://example.com").state["response_body"])
    assert decoded == {"ip": "203.0.113.10"}
    assert http(tmp_path, url="https://example.com", method="FETCH").failed
    assert http(tmp_path, url="example.com").failed


def test_certificates() -> None:
    der = b"not really a certificate"
    body = base64.b64encode(der).decode()
    pem = f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"
    given = answer("hashicorp/tls", "tls_certificate", TLS, {"content": pem})
    assert given.state["certificates"][0]["sha1_fingerprint"] == hashlib.sha1(der).hexdigest()
    assert given.state["certificates"][0]["cert_pem"] == pem
    asked = answer("hashicorp/tls", "tls_certificate", TLS, {"url": "https://example.com"})
    assert [len(c["sha1_fingerprint"]) for c in asked.state["certificates"]] == [40, 40]
    assert "certificates" in asked.assumed
    assert answer("hashicorp/tls", "tls_certificate", TLS, {"content": "x"}).failed


def test_vault_secret_has_the_keys_that_are_taken(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('output "k" { value = data.vault_generic_secret.s.data["apikey"] }')
    block = Block(attributes("id:oc path:r data:c data_json:c", {"data": TEXTS}))
    result = answer("hashicorp/vault", "vault_generic_secret", block, {"path": "kv/x"}, sandbox=tmp_path)
    assert result.state["data"].keys() == {"apikey"}


def test_google() -> None:
    block = Block(attributes("id:c project:c region:c zone:c access_token:c"))
    bare = answer("hashicorp/google", "google_client_config", block)
    assert bare.state["project"] == "example-project"
    assert "project" in bare.assumed
    settings = {"project": "p1", "region": "us-east1"}
    set_up = answer("hashicorp/google", "google_client_config", block, settings=settings)
    assert set_up.state["id"] == "projects/p1/regions/us-east1/zones/us-east1-b"
    assert "project" not in set_up.assumed
    zones = Block(attributes("id:c project:o region:oc status:o names:c", {"names": ["list", "string"]}))
    found = answer("hashicorp/google", "google_compute_zones", zones, settings=settings)
    assert found.state["names"] == ["us-east1-b", "us-east1-c", "us-east1-d"]
    image = Block(attributes("id:c name:oc family:oc project:oc self_link:c"))
    link = answer("hashicorp/google", "google_compute_image", image, {"family": "debian-12", "project": "debian-cloud"})
    assert link.state["self_link"].endswith("/debian-cloud/global/images/debian-12-v20240101")


def test_azure() -> None:
    block = Block(attributes("id:c name:r location:c managed_by:c"))
    settings = {"subscription_id": "11111111-1111-1111-1111-111111111111"}
    group = answer("hashicorp/azurerm", "azurerm_resource_group", block, {"name": "rg"}, settings=settings)
    assert group.state["id"] == "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg"
    subnet = Block(attributes("id:c name:r virtual_network_name:r resource_group_name:r"))
    value = {"name": "s", "virtual_network_name": "v", "resource_group_name": "rg"}
    state = answer("hashicorp/azurerm", "azurerm_subnet", subnet, value).state
    assert state["id"].endswith("/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/s")
    client = Block(attributes("id:c client_id:c tenant_id:c subscription_id:c object_id:c"))
    known = answer("hashicorp/azurerm", "azurerm_client_config", client, settings=settings)
    assert "subscription_id" not in known.assumed
    assert "tenant_id" in known.assumed


@pytest.mark.parametrize(
    ("source", "type"),
    [
        ("hashicorp/aws", "aws_iam_policy_document"),
        ("hashicorp/archive", "archive_file"),
        ("hashicorp/cloudinit", "cloudinit_config"),
        ("hashicorp/external", "external"),
        ("hashicorp/http", "http"),
        ("hashicorp/template", "template_file"),
        ("hashicorp/aws", "aws_sagemaker_prebuilt_ecr_image"),
    ],
)
def test_validation_lets_unknown_values_pass(source: str, type: str) -> None:
    names = (
        "source_policy_documents statement version type source source_file output_path gzip base64_encode part program"
        " url method template filename vars repository_name"
    )
    block = Block(attributes(" ".join(f"{name}:o" for name in names.split())))
    value = dict.fromkeys(block.attributes, UNKNOWN) | {"template": None, "source_file": None}
    schema = ResourceSchema("data", type, block)
    assert validate(source, type, value, schema, ProviderContext(source, "1.0.0")) == []


@pytest.mark.parametrize("odd", [5, ["x"], {"a": None}, True, UNKNOWN, "\ud800", "x" * 10_000])
@pytest.mark.parametrize(
    ("source", "type"),
    [
        ("hashicorp/aws", "aws_iam_policy_document"),
        ("hashicorp/aws", "aws_ami"),
        ("hashicorp/aws", "aws_availability_zones"),
        ("hashicorp/aws", "aws_ssm_parameter"),
        ("hashicorp/archive", "archive_file"),
        ("hashicorp/local", "local_file"),
        ("hashicorp/template", "template_file"),
        ("hashicorp/external", "external"),
        ("hashicorp/nobody", "nobody_thing"),
    ],
)
def test_odd_input_never_raises(source: str, type: str, odd: Any) -> None:
    names = (
        "id statement version source_policy_documents filter owners name region type source_dir output_path filename"
        " template vars program result json names rendered value content"
    )
    block = Block(attributes(" ".join(f"{name}:oc" for name in names.split())))
    schema = ResourceSchema("data", type, block)
    ctx = ProviderContext(source, "1.0.0", {}, "/nonexistent", "/nonexistent")
    for name in block.attributes:
        result = read(source, type, {name: odd}, schema, ctx)
        assert set(result.state) == set(block.attributes)


def test_google_iam_policy() -> None:
    members: Any = {"members": ["set", "string"]}
    condition = NestedBlock("condition", "list", Block(attributes("title:r expression:r description:o")))
    binding = Block(attributes("role:r members:r", members), {"condition": condition})
    block = Block(attributes("id:c policy_data:c"), {"binding": NestedBlock("binding", "set", binding)})
    value = {
        "binding": [
            {"role": "roles/viewer", "members": ["user:b@x.org", "user:a@x.org"]},
            {"role": "roles/editor", "members": ["user:c@x.org"], "condition": [{"title": "t", "expression": "a<b"}]},
        ]
    }
    result = answer("hashicorp/google", "google_iam_policy", block, value)
    assert result.state["policy_data"] == (
        '{"bindings":[{"condition":{"expression":"a\\u003cb","title":"t"},"members":["user:c@x.org"],'
        '"role":"roles/editor"},{"members":["user:a@x.org","user:b@x.org"],"role":"roles/viewer"}]}'
    )
    assert result.assumed == {}


def test_two_data_sources_of_one_type_are_told_apart_by_their_arguments(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        'data "http" "a" {\n  url = "https://a.example.com"\n}\ndata "http" "b" {\n  url = "https://b.example.com"\n}\n'
        "locals {\n  x = jsondecode(data.http.a.response_body).x\n}\n"
    )
    assert json.loads(http(tmp_path, url="https://a.example.com").state["response_body"]).keys() == {"x"}
    assert http(tmp_path, url="https://b.example.com").state["response_body"] == "example"


def test_large_sets_take_linear_time() -> None:
    numbers = [str(i) for i in range(60_000)]
    block = Block(attributes("name:r values:o id:c", {"values": ["set", "string"]}))
    result = answer("hashicorp/aws", "aws_unheard_of", block, {"name": "n", "values": [*numbers, *numbers]})
    assert result.state["values"] == numbers

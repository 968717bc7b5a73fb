"""Bundles through their public door: what ships, lazy reading, versions side by side, errors."""

from __future__ import annotations

import threading
from itertools import pairwise
from pathlib import Path

import pytest

from terraformer.errors import BundleError
from terraformer.provider import bundle
from terraformer.provider.bundle_format import SUFFIX
from terraformer.provider.compiler.writer import BundleContent, write_bundle
from terraformer.provider.schema import UNSET, Attribute, Block, NestedBlock, NestedType, ResourceSchema, implied_type


def schema(kind: str, name: str, *attributes: Attribute, **blocks: NestedBlock) -> ResourceSchema:
    return ResourceSchema(kind, name, Block({a.name: a for a in attributes}, blocks))


def small(source: str, version: str, *names: str) -> BundleContent:
    content = BundleContent(source, version, {})
    for name in names or ("acme_thing",):
        content.schemas["resource", name] = schema("resource", name, Attribute("name", "string", required=True))
    return content


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TERRAFORMER_BUNDLE_PATH", str(tmp_path))
    return tmp_path


# --- what ships ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "aws",
        "google",
        "azurerm",
        "kubernetes",
        "random",
        "null",
        "tls",
        "local",
        "time",
        "archive",
        "http",
        "external",
        "cloudinit",
        "template",
        "helm",
    ],
)
def test_ships(source: str) -> None:
    found = bundle.load(source)
    assert found.source == f"hashicorp/{source}"
    assert found.matched
    assert found.resource_types or found.data_source_types
    for kind, names in (("resource", found.resource_types), ("data", found.data_source_types)):
        assert list(names) == sorted(names)
        for name in (*names[:5], *names[-5:]):
            assert found.schema(kind, name).type == name


def test_every_shipped_schema_can_be_read() -> None:
    kinds = {"string", "number", "bool", "dynamic"}

    def sound(cty: object) -> bool:
        if isinstance(cty, str):
            return cty in kinds
        assert isinstance(cty, list)
        if cty[0] == "object":
            return all(sound(t) for t in cty[1].values())
        return cty[0] in ("list", "set", "map") and sound(cty[1])

    for info in bundle.installed():
        if info.origin != "package":
            continue
        found = bundle.Bundle.open(info.path)
        for kind, names in (
            ("resource", found.resource_types),
            ("data", found.data_source_types),
            ("ephemeral", found.ephemeral_types),
        ):
            for name in names:
                read = found.schema(kind, name)
                if "wafv2" not in name and "quicksight" not in name:
                    assert sound(implied_type(read.block)), (info.source, name)
                for a in read.block.attributes.values():
                    assert a.required or a.optional or a.computed, (info.source, name, a.name)
                    assert not (a.required and (a.optional or a.computed)), (info.source, name, a.name)
                    assert (a.type is None) != (a.nested is None)


def test_s3_bucket() -> None:
    block = bundle.load("hashicorp/aws").resource("aws_s3_bucket").block
    assert block.attributes["tags"].type == ["map", "string"]
    assert block.attributes["force_destroy"].default is False
    assert block.attributes["bucket"].force_new is True
    assert block.attributes["arn"].computed
    assert not block.attributes["arn"].optional
    assert block.attributes["arn"].force_new is None
    assert block.blocks["lifecycle_rule"].nesting == "list"
    assert block.blocks["grant"].nesting == "set"
    assert block.blocks["versioning"].max_items == 1
    assert block.blocks["timeouts"].nesting == "single"


@pytest.mark.parametrize(
    ("type_name", "path", "default"),
    [
        ("aws_lambda_function", "timeout", 3),
        ("aws_lambda_function", "memory_size", 128),
        ("aws_lambda_function", "package_type", "Zip"),
        ("aws_sqs_queue", "visibility_timeout_seconds", 30),
        ("aws_sqs_queue", "message_retention_seconds", 345600),
        ("aws_dynamodb_table", "billing_mode", "PROVISIONED"),
        ("aws_security_group", "description", "Managed by Terraform"),
        ("aws_iam_role", "path", "/"),
        ("aws_iam_role", "max_session_duration", 3600),
        ("aws_kms_key", "enable_key_rotation", False),
        ("aws_vpc", "instance_tenancy", "default"),
        ("aws_vpc", "enable_dns_support", True),
        ("aws_lb_target_group", "health_check.interval", 30),
        ("aws_instance", "root_block_device.delete_on_termination", True),
        ("aws_instance", "ami", UNSET),
    ],
)
def test_defaults(type_name: str, path: str, default: object) -> None:
    block = bundle.load("aws").resource(type_name).block
    *outer, name = path.split(".")
    for step in outer:
        block = block.blocks[step].block
    assert block.attributes[name].default == default


def test_sensitive_where_it_must_be() -> None:
    aws, tls = bundle.load("aws"), bundle.load("tls")
    assert aws.resource("aws_db_instance").block.attributes["password"].sensitive
    assert not aws.resource("aws_db_instance").block.attributes["username"].sensitive
    assert aws.resource("aws_db_instance").block.attributes["password_wo"].write_only
    action = aws.resource("aws_lb_listener").block.blocks["default_action"].block
    assert action.blocks["authenticate_oidc"].block.attributes["client_secret"].sensitive
    assert tls.resource("tls_private_key").block.attributes["private_key_pem"].sensitive
    assert bundle.load("random").resource("random_password").block.attributes["result"].sensitive
    assert bundle.load("kubernetes").resource("kubernetes_secret").block.attributes["data"].sensitive


def test_recursive_statements_are_spliced() -> None:
    rule = bundle.load("aws").resource("aws_wafv2_web_acl").block.blocks["rule"]
    statement = rule.block.blocks["statement"]
    assert (statement.nesting, statement.min_items, statement.max_items) == ("list", 1, 1)
    deep = statement.block
    for _ in range(3):
        inner = deep.blocks["or_statement"].block.blocks["statement"]
        assert inner.max_items == 0
        deep = inner.block
    assert "or_statement" not in deep.blocks
    assert deep.blocks["byte_match_statement"].block.blocks["text_transformation"].nesting == "set"


def test_list_of_objects_is_an_attribute_that_may_be_written_as_blocks() -> None:
    ingress = bundle.load("aws").resource("aws_security_group").block.attributes["ingress"]
    assert ingress.optional
    assert ingress.computed
    assert ingress.type[0] == "set"
    assert ingress.type[1][0] == "object"


def test_functions_and_ephemeral_types() -> None:
    aws = bundle.load("aws")
    assert aws.functions["arn_build"]["return_type"] == "string"
    assert [p["type"] for p in aws.functions["arn_build"]["parameters"]] == ["string"] * 5
    assert aws.ephemeral("aws_ssm_parameter").kind == "ephemeral"


def test_provider_schema() -> None:
    block = bundle.load("aws").provider_schema().block
    assert block.blocks["default_tags"].block.attributes["tags"].type == ["map", "string"]
    assert block.attributes["region"].optional
    assert "alias" not in block.attributes
    assert bundle.load("null").provider_schema().block == Block()


def test_hints() -> None:
    hints = bundle.load("aws").hints("aws_sqs_queue")
    assert hints["delay_seconds"]["checks"] == [["IntBetween", 0, 900]]
    assert hints["name"]["conflicts"] == ["name_prefix"]
    assert bundle.load("aws").hints("aws_nothing") == {}


def test_docs_are_read_on_demand() -> None:
    found = bundle.load("kubernetes")
    assert found.resource("kubernetes_namespace").block.blocks["metadata"].block.attributes["name"].doc is None
    documented = found.documented("resource", "kubernetes_namespace")
    assert documented.block.blocks["metadata"].block.attributes["name"].doc


# --- finding and choosing --------------------------------------------------------------------------------------------


def test_versions_side_by_side(cache: Path) -> None:
    for version in ("1.2.0", "1.10.0", "2.0.0-beta1", "1.9.3"):
        write_bundle(small("acme/acme", version), cache)
    assert bundle.load("acme/acme").version == "1.10.0"
    assert bundle.load("acme/acme", "~> 1.2").version == "1.10.0"
    assert bundle.load("acme/acme", "~> 1.2.0").version == "1.2.0"
    assert bundle.load("acme/acme", ">= 1.3, < 1.10").version == "1.9.3"
    assert bundle.load("acme/acme", "2.0.0-beta1").version == "2.0.0-beta1"
    assert bundle.load("acme/acme", "~> 1.2").matched
    unmatched = bundle.load("registry.terraform.io/acme/acme", "~> 3.0")
    assert not unmatched.matched
    assert next(i.version for i in bundle.installed() if i.source == "acme/acme") == "2.0.0-beta1"


def test_the_cache_wins_over_the_package(cache: Path) -> None:
    version = bundle.load("null").version
    write_bundle(small("hashicorp/null", version, "null_other"), cache)
    found = bundle.load("null")
    assert found.origin == "cache"
    assert found.resource_types == ("null_other",)


def test_a_rewritten_bundle_is_read_anew(cache: Path) -> None:
    write_bundle(small("acme/acme", "1.0.0", "acme_a"), cache)
    assert bundle.load("acme/acme").resource_types == ("acme_a",)
    write_bundle(small("acme/acme", "1.0.0", "acme_a", "acme_longer_name"), cache)
    assert bundle.load("acme/acme").resource_types == ("acme_a", "acme_longer_name")


def test_reading_needs_no_file(cache: Path) -> None:
    path = write_bundle(small("acme/acme", "1.0.0", "acme_a", "acme_b"), cache)
    found = bundle.load("acme/acme")
    path.unlink()
    assert found.resource("acme_b").block.attributes["name"].required
    assert found.search_index()


def test_errors_say_what_to_do(cache: Path) -> None:
    with pytest.raises(BundleError, match="terraform providers schema -json"):
        bundle.load("acme/unheard-of")
    with pytest.raises(BundleError, match="not a version"):
        bundle.load("null", "~> banana")
    with pytest.raises(KeyError):
        bundle.load("null").resource("null_nothing")
    (cache / f"acme__broken__1.0.0{SUFFIX}").write_bytes(b"no bundle at all")
    with pytest.raises(BundleError, match="not a usable schema bundle"):
        bundle.load("acme/broken")
    good = write_bundle(small("acme/torn", "1.0.0"), cache)
    good.write_bytes(good.read_bytes()[:60])
    with pytest.raises(BundleError, match="not a usable schema bundle"):
        bundle.load("acme/torn")


def test_provider_for_type() -> None:
    assert bundle.provider_for_type("aws_s3_bucket") == "hashicorp/aws"
    assert bundle.provider_for_type("google_storage_bucket") == "hashicorp/google"
    assert bundle.provider_for_type("template_file") == "hashicorp/template"
    assert bundle.provider_for_type("docker_image") == "kreuzwerker/docker"
    assert bundle.provider_for_type("nobody_knows") is None
    assert bundle.load("hashicorp/docker").source == "kreuzwerker/docker"


def test_round_trip(cache: Path) -> None:
    nested = NestedType("map", {"deep": Attribute("deep", ["set", "number"], optional=True, force_new=False)})
    content = BundleContent("acme/acme", "1.0.0", {})
    inner = Block({"value": Attribute("value", "string", optional=True, default=None, enum=("a", "b"))})
    made = ResourceSchema(
        "resource",
        "acme_all",
        Block(
            {
                "secret": Attribute("secret", "string", optional=True, sensitive=True, write_only=True, force_new=True),
                "old": Attribute("old", "bool", optional=True, deprecated="gone", default=False),
                "any": Attribute("any", "dynamic", optional=True, computed=True),
                "tree": Attribute("tree", None, required=True, nested=nested),
            },
            {
                "first": NestedBlock("first", "list", inner, 1, 3),
                "second": NestedBlock("second", "single", Block({}, {"again": NestedBlock("again", "set", inner)})),
            },
            deprecated="use another",
        ),
        version=7,
    )
    content.schemas["resource", "acme_all"] = made
    content.docs["resource", "acme_all"] = {
        "": "All.",
        "secret": "Hush.",
        "second.again.value": "Deep.",
        "tree.deep": "D.",
    }
    write_bundle(content, cache)
    found = bundle.load("acme/acme")
    assert found.resource("acme_all") == made
    documented = found.documented("resource", "acme_all").block
    assert documented.doc == "All."
    assert documented.attributes["secret"].doc == "Hush."
    tree = documented.attributes["tree"].nested
    assert tree is not None
    assert tree.attributes["deep"].doc == "D."
    assert documented.blocks["second"].block.blocks["again"].block.attributes["value"].doc == "Deep."
    assert documented.blocks["first"].block.attributes["value"].doc is None


def test_threads_may_read_at_once() -> None:
    found = bundle.Bundle.open(next(i.path for i in bundle.installed() if i.source == "hashicorp/aws"))
    wrong: list[str] = []

    def read(step: int) -> None:
        wrong.extend(name for name in found.resource_types[step::40] if found.resource(name).type != name)

    threads = [threading.Thread(target=read, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    found.release()
    assert found.resource("aws_vpc").type == "aws_vpc"


# --- search ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("somewhere to keep backups, object storage please", {"aws_s3_bucket"}),
        (
            "a load balancer in front of my web servers",
            {"aws_lb", "aws_lb_listener", "aws_lb_target_group", "aws_instance"},
        ),
        ("a container registry for our images", {"aws_ecr_repository"}),
        ("queue that keeps messages four days", {"aws_sqs_queue"}),
        ("send mail when the topic gets a message", {"aws_sns_topic"}),
        ("firewall that opens port 22", {"aws_security_group"}),
        ("cron that starts a serverless function", {"aws_lambda_function", "aws_cloudwatch_event_rule"}),
        ("keep the database password as a secret", {"aws_secretsmanager_secret", "aws_db_instance"}),
        ("dns zone for example.com", {"aws_route53_zone"}),
        ("one small vm", {"aws_instance"}),
        ("aws_dynamodb_table", {"aws_dynamodb_table"}),
    ],
)
def test_search_finds_what_people_say(query: str, wanted: set[str]) -> None:
    found = {hit.type for hit in bundle.search(query, source="hashicorp/aws", kinds=("resource",), limit=10)}
    assert wanted <= found


def test_search_over_all_providers_and_kinds() -> None:
    hits = bundle.search("storage bucket", limit=10)
    assert {h.source for h in hits} >= {"hashicorp/aws", "hashicorp/google"}
    assert all(a.score >= b.score for a, b in pairwise(hits))
    assert {h.kind for h in bundle.search("policy document", kinds=("data",), source="aws")} == {"data"}
    assert bundle.search("", source="aws") == []
    assert bundle.search("zzzz qqqq", source="aws") == []

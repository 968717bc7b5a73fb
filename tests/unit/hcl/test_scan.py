"""Scanning configurations: what is found, where, and that nothing hostile hurts."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terraformer.hcl import BUILTIN_PROVIDER, NOT_LITERAL, Module, is_override, normalise_source, scan, split_address
from terraformer.hcl.syntax import graphemes


def root(text: str, name: str = "main.tf") -> Module:
    return scan({name: text.encode()}).root


def test_blocks_with_exact_ranges() -> None:
    text = 'locals {\n  é = "ü"\n}\n\nresource "aws_s3_bucket" "logs" {\n  bucket = "x"\n}\n'
    block = root(text).resources[0]
    raw = text.encode()
    assert (block.type, block.name, block.address) == ("aws_s3_bucket", "logs", "aws_s3_bucket.logs")
    assert raw[block.range.start.byte : block.range.end.byte].decode() == text[text.index("resource") :].rstrip()
    assert raw[block.header.start.byte : block.header.end.byte] == b'resource "aws_s3_bucket" "logs"'
    assert (block.header.start.line, block.header.start.column, block.header.end.column) == (5, 1, 32)


def test_columns_count_characters() -> None:
    module = root('resource "a_b" "e\u0301" {} /* \U0001f468\u200d\U0001f469\u200d\U0001f467 */ \n')
    assert module.resources[0].header.end.column == 19
    assert [
        graphemes(t)
        for t in ("abc", "e\u0301", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f1e9\U0001f1ea", "日本")
    ] == [3, 1, 1, 1, 2]


def test_all_kinds() -> None:
    module = root(
        """
        resource "aws_instance" "a" { count = 2 }
        resource aws_instance b {}
        data "aws_ami" "u" { for_each = toset([]) }
        ephemeral "random_password" "p" {}
        check "c" { data "http" "site" { url = "x" } }
        """
    )
    assert [(b.address, b.repeated) for b in module.blocks] == [
        ("aws_instance.a", "count"),
        ("aws_instance.b", ""),
        ("data.aws_ami.u", "for_each"),
        ("data.http.site", ""),
        ("ephemeral.random_password.p", ""),
    ]
    used = scan({"main.tf": b'data "http" "x" {}\nresource "a_b" "c" {}'}).types_in_use()
    assert (used.resources, used.data) == ({"a_b"}, {"http"})


def test_providers_required_and_implied() -> None:
    module = root(
        """
        terraform {
          required_version = ">= 1.5"
          required_providers {
            aws    = { source = "registry.terraform.io/hashicorp/AWS", version = "~> 5.0", configuration_aliases = [aws.x] }
            other  = { source = "example.com/acme/other" }
            legacy = "~> 2.0"
          }
        }
        provider "aws" {
          alias  = "west"
          region = "us-west-2"
        }
        resource "aws_vpc" "v" { provider = aws.west }
        resource "google_x" "g" { provider = google-beta }
        resource "other_thing" "o" {}
        resource "random_id" "r" { provider = "random" }
        resource "terraform_data" "t" {}
        data "terraform_remote_state" "s" {}
        output "o" { value = provider::time::rfc3339_parse("x") }
        """
    )
    found = {n: (p.source, p.constraint, p.implied) for n, p in module.providers.items()}
    assert found == {
        "aws": ("hashicorp/aws", "~> 5.0", False),
        "other": ("example.com/acme/other", "", False),
        "legacy": ("hashicorp/legacy", "~> 2.0", False),
        "google-beta": ("hashicorp/google-beta", "", True),
        "random": ("hashicorp/random", "", True),
        "terraform": (BUILTIN_PROVIDER, "", True),
        "time": ("hashicorp/time", "", True),
    }
    assert [(p.name, p.alias) for p in module.provider_blocks] == [("aws", "west")]
    assert module.block("aws_vpc.v").provider == "aws.west"  # type: ignore[union-attr]
    assert module.required_version[0].constraint == ">= 1.5"


def test_types_by_source_follow_the_provider_argument() -> None:
    tree = scan({"main.tf": b'resource "google_x" "g" { provider = google-beta }\nresource "google_y" "h" {}'})
    assert {s: set(u.resources) for s, u in tree.types_by_source().items()} == {
        "hashicorp/google": {"google_y"},
        "hashicorp/google-beta": {"google_x"},
    }


@pytest.mark.parametrize(
    ("source", "normal"),
    [
        ("aws", "hashicorp/aws"),
        ("hashicorp/aws", "hashicorp/aws"),
        ("registry.opentofu.org/Hashicorp/aws", "hashicorp/aws"),
        ("app.example.io/a/b", "app.example.io/a/b"),
        ("terraform", BUILTIN_PROVIDER),
    ],
)
def test_normalised_sources(source: str, normal: str) -> None:
    assert normalise_source(source) == normal


def test_modules_are_followed() -> None:
    tree = scan(
        {
            "main.tf": b'module "vpc" {\n  source = "./modules/vpc"\n}\nmodule "r" {\n  source = "terraform-aws-modules/x/aws"\n  version = "1.0"\n}',
            "modules/vpc/main.tf": b'module "sub" { source = "../sub" }\nresource "aws_vpc" "v" {}',
            "modules/sub/main.tf": b'resource "aws_subnet" "s" {}',
        }
    )
    assert {k: m.dir for k, m in tree.modules.items()} == {"": ".", "vpc": "modules/vpc", "vpc.sub": "modules/sub"}
    assert [(c.name, c.key, c.is_local, c.version) for c in tree.root.module_calls] == [
        ("vpc", "vpc", True, ""),
        ("r", None, False, "1.0"),
    ]
    module, block = tree.find('module.vpc[0].module.sub["a.b[c]"].aws_subnet.s[1]') or (None, None)
    assert module is not None
    assert block is not None
    assert block.file == "modules/sub/main.tf"


def test_installed_modules_come_from_the_manifest() -> None:
    manifest = json.dumps({"Modules": [{"Key": "", "Dir": "."}, {"Key": "r", "Dir": ".terraform/modules/r"}]})
    tree = scan(
        {
            "main.tf": b'module "r" { source = "acme/x/aws" }',
            ".terraform/modules/modules.json": manifest.encode(),
            ".terraform/modules/r/main.tf": b'resource "aws_vpc" "v" {}',
        }
    )
    assert tree.modules["r"].resources[0].type == "aws_vpc"


def test_a_module_that_calls_itself_ends() -> None:
    tree = scan({"main.tf": b'module "a" { source = "./m" }', "m/main.tf": b'module "b" { source = "../m" }'})
    assert set(tree.modules) == {"", "a"}
    assert "contains it" in tree.parse_errors[0].message


def test_modules_that_multiply_are_bounded() -> None:
    calls = "\n".join(f'module "m{i}" {{ source = "../%d" }}' for i in range(10))
    files = {f"{level}/main.tf": (calls % ((level + 1,) * 10)).encode() for level in range(8)}
    files["8/main.tf"] = b""
    assert len(scan(files, "0").modules) <= 500


def test_override_files_are_merged() -> None:
    module = scan(
        {
            "main.tf": b'resource "aws_vpc" "v" {}\nvariable "x" {}\nmodule "m" { source = "a/b/c" }',
            "x_override.tf": b'resource "aws_vpc" "v" { provider = aws.eu }\nvariable "x" { default = 1 }\nmodule "m" { source = "./m" }',
        }
    ).root
    assert [b.provider for b in module.resources] == ["aws.eu"]
    assert module.variables[0].has_default
    assert module.module_calls[0].source == "./m"
    assert is_override("a/override.tf.json")
    assert not is_override("my_overrides.tf")


def test_variables_and_outputs() -> None:
    module = root(
        """
        variable "env" {
          type        = string
          description = "where"
          validation {
            condition     = contains(["dev", "prod"], var.env)
            error_message = "dev or prod"
          }
        }
        variable "many" {
          type     = map(object({ a = optional(string) }))
          default  = { x = {} }
          nullable = false
          sensitive = true
        }
        variable "old" { type = "list" }
        output "o" {
          value = var.env
          sensitive = true
        }
        """
    )
    env, many, old = module.variables
    assert (env.type_expr, env.has_default, env.nullable, env.description) == ("string", False, True, "where")
    assert env.validations[0].condition == 'contains(["dev", "prod"], var.env)'
    assert env.default is NOT_LITERAL
    assert (many.default, many.nullable, many.sensitive) == ({"x": {}}, False, True)
    assert old.type_expr == "list"
    assert (module.outputs[0].value, module.outputs[0].sensitive) == ("var.env", True)


def test_functions_and_file_calls() -> None:
    module = root(
        """
        locals {
          a = file("/etc/passwd")
          b = core::filebase64("${path.module}/x")
          c = "text ${templatefile("t.tpl", { x = upper("y") })}"
          d = <<EOT
        ${jsonencode({ z = fileexists("z") })}
        EOT
        }
        """
    )
    assert [(c.function, c.literal) for c in module.file_calls] == [
        ("file", "/etc/passwd"),
        ("filebase64", None),
        ("templatefile", "t.tpl"),
        ("fileexists", "z"),
    ]
    assert {"upper", "jsonencode", "file"} <= module.functions
    assert module.file_calls[0].range.start.line == 3


def test_backends_provisioners_and_refactorings() -> None:
    module = root(
        """
        terraform {
          backend "s3" { bucket = "x" }
          cloud { organization = "o" }
        }
        resource "null_resource" "n" {
          provisioner "local-exec" { command = "id" }
        }
        moved {
          from = aws_instance.a
          to   = module.m.aws_instance.b
        }
        removed { from = aws_sqs_queue.q }
        import {
          to = aws_s3_bucket.i
          id = "bucket"
        }
        """
    )
    assert [(b.kind, b.type) for b in module.backend_ranges] == [("backend", "s3"), ("cloud", "")]
    assert [(p.type, p.address) for p in module.provisioners] == [("local-exec", "null_resource.n")]
    assert (module.moved[0].source, module.moved[0].target) == ("aws_instance.a", "module.m.aws_instance.b")
    assert module.imports[0].id == '"bucket"'
    assert module.removed[0].source == "aws_sqs_queue.q"


def test_types_of_refactored_addresses_are_in_use() -> None:
    tree = scan(
        {"main.tf": b"removed { from = module.x[0].aws_sqs_queue.q }\nmoved {\n from = aws_a.b\n to = aws_c.d\n}"}
    )
    assert tree.types_in_use().resources == {"aws_sqs_queue", "aws_a", "aws_c"}


def test_json_syntax() -> None:
    text = """{
      "//": "a comment",
      "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": "~> 6.0"}}, "backend": {"s3": {}}},
      "provider": {"aws": [{"region": "a"}, {"alias": "é", "region": "b"}]},
      "resource": [
        {"aws_s3_bucket": {"a": {"bucket": "${file(\\"x\\")}"}}},
        {"aws_s3_bucket": {"b": {"provider": "aws.é"}}}
      ],
      "resource": {"aws_sqs_queue": {"q": [{"count": 2}]}},
      "data": {"aws_ami": {"u": {}}},
      "variable": {"v": {"type": "list(string)", "default": ["x"]}},
      "output": {"o": {"value": "${var.v}"}},
      "module": {"m": {"source": "./m"}}
    }"""
    module = root(text, "main.tf.json")
    assert [b.address for b in module.blocks] == [
        "aws_s3_bucket.a",
        "aws_s3_bucket.b",
        "aws_sqs_queue.q",
        "data.aws_ami.u",
    ]
    assert module.providers["aws"].constraint == "~> 6.0"
    assert [p.alias for p in module.provider_blocks] == ["", "é"]
    assert module.block("aws_s3_bucket.b").provider == "aws.é"  # type: ignore[union-attr]
    assert (module.variables[0].type_expr, module.variables[0].default) == ("list(string)", ["x"])
    assert [(c.function, c.literal) for c in module.file_calls] == [("file", "x")]
    assert module.backend_ranges[0].type == "s3"
    queue = module.block("aws_sqs_queue.q")
    assert queue is not None
    raw = text.encode()
    assert raw[queue.range.start.byte : queue.range.end.byte].startswith(b'"q": [{"count"')
    assert queue.repeated == "count"


@pytest.mark.parametrize("text", ['{"a": }', "[", '{"a" 1}', '{"a": 1} x', "", '"x"', '{"a": nul}', '{"a": 1,}'])
def test_bad_json_is_one_parse_error(text: str) -> None:
    assert len(root(text, "x.tf.json").parse_errors) == 1


def test_bad_hcl_still_gives_its_types() -> None:
    module = root('resource "aws_s3_bucket" "a" {\n  bucket = = "x"\n}}\n\nresource "aws_sqs_queue" "q" {\n')
    assert module.parse_errors
    assert {b.type for b in module.resources} == {"aws_s3_bucket", "aws_sqs_queue"}


def test_files_that_terraform_ignores() -> None:
    files = {".hidden.tf": b"x {", "a.tf~": b"x {", "notes.txt": b"x {", "sub/other.tf": b'resource "a_b" "c" {}'}
    assert scan(files).root.files == ()


def test_byte_order_mark() -> None:
    module = scan({"main.tf": b'\xef\xbb\xbfresource "a_b" "c" {}'}).root
    assert module.resources[0].range.start.byte == 3
    assert not module.parse_errors


def test_addresses() -> None:
    assert split_address('module.a["x.y"].module.b[0].data.c.d["[\\"."]') == ("a.b", 'data.c.d["[\\"."]')


HOSTILE = {
    "brackets": b"a = " + b"[" * 100_000,
    "parentheses": b"a = " + b"(" * 100_000,
    "blocks": b"a {\n" * 100_000,
    "templates": b'a = "${' * 50_000,
    "calls": b"((( " + b"f( " * 200_000,
    "one line": b'resource "a_b" "c" {} ' * 30_000,
    "binary": random.Random(1).randbytes(500_000),
    "zeros": b"\x00" * 100_000,
    "too large": b"# x\n" * 3_000_000,
    "quotes": b'"' * 200_000,
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_bounded(name: str) -> None:
    scan({"main.tf": HOSTILE[name]})


@pytest.mark.timeout(60)
@pytest.mark.parametrize("content", [b'{"a":' * 300_000, b"[" * 300_000 + b"]" * 300_000, b'{"resource":' * 1000])
def test_hostile_json_is_bounded(content: bytes) -> None:
    scan({"main.tf.json": content})


@given(st.binary(max_size=300), st.text(max_size=300))
def test_never_raises(raw: bytes, text: str) -> None:
    scan(
        {
            "a.tf": raw,
            "b.tf": text.encode("utf-8", "replace"),
            "c.tf.json": raw,
            "d.tf.json": text.encode("utf-8", "replace"),
        }
    )


@given(
    st.lists(
        st.sampled_from(
            [
                'resource "a_b" "c" ',
                "{",
                "}",
                "\n",
                "x = ",
                '"${',
                '}"',
                "<<E\n",
                "E\n",
                "f(",
                ")",
                "[",
                "]",
                "provider",
                ",",
            ]
        )
    )
)
def test_never_raises_on_near_hcl(parts: list[str]) -> None:
    scan({"a.tf": "".join(parts).encode()})

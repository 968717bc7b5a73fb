"""TFLint's rules of the Terraform language: what each objects to and what it lets pass."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping

import pytest

from terraformer.hcl import scan
from terraformer.types import Certificate, TerraformConfig
from terraformer.verify.lint.engine import RULES
from terraformer.verify.settings import CheckSettings
from terraformer.verify.stages.lint import check_lint


def lint(rule: str, files: str | Mapping[str, str]) -> tuple[Certificate, ...]:
    given = {"main.tf": files} if isinstance(files, str) else files
    config = TerraformConfig({name: textwrap.dedent(text).encode() for name, text in given.items()})
    outcome = check_lint(config, scan(config.files), CheckSettings(only=(rule,)))
    assert outcome.tool_errors == ()
    assert not outcome.skipped
    assert all(c.rule == rule and c.code == rule.replace("_", "-") for c in outcome.certificates)
    failed = {c.address for c in outcome.checks if not c.passed}
    assert bool(failed) == bool(outcome.certificates)
    return outcome.certificates


def summaries(rule: str, files: str | Mapping[str, str]) -> list[str]:
    return [c.summary for c in lint(rule, files)]


def test_names_severities_and_presets_are_tflints() -> None:
    ours = {r.name: (r.severity.value, r.recommended) for r in RULES.values() if r.tflint}
    assert ours == {
        "terraform_comment_syntax": ("warning", False),
        "terraform_deprecated_index": ("warning", True),
        "terraform_deprecated_interpolation": ("warning", True),
        "terraform_deprecated_lookup": ("warning", True),
        "terraform_documented_outputs": ("info", False),
        "terraform_documented_variables": ("info", False),
        "terraform_empty_list_equality": ("warning", True),
        "terraform_json_syntax": ("warning", True),
        "terraform_map_duplicate_keys": ("warning", True),
        "terraform_module_pinned_source": ("warning", True),
        "terraform_module_shallow_clone": ("warning", False),
        "terraform_module_version": ("warning", True),
        "terraform_naming_convention": ("info", False),
        "terraform_required_providers": ("warning", True),
        "terraform_required_version": ("warning", True),
        "terraform_standard_module_structure": ("warning", False),
        "terraform_typed_variables": ("warning", True),
        "terraform_unused_declarations": ("warning", True),
        "terraform_unused_required_providers": ("warning", False),
        "terraform_workspace_remote": ("warning", True),
    }


# --- syntax ---------------------------------------------------------------------------------------------------------


def test_comment_syntax() -> None:
    text = """\
        # fine
        // not fine
        locals {
          a = 1 /* within a line: fine */ + 2
          b = "// no comment"
          c = <<-EOT
            // neither
          EOT
        }
        /* several
           lines */
        """
    found = lint("terraform_comment_syntax", text)
    assert [(c.range.start.line, c.notes["replacement"]) for c in found if c.range] == [
        (2, "# not fine"),
        (10, "# several\n#   lines "),
    ]


@pytest.mark.parametrize(
    ("expression", "places"),
    [
        ("aws_instance.a.0.id", [".0"]),
        ("aws_instance.a.*.id", [".*"]),
        ("aws_instance.a.0.b.1", [".0", ".1"]),
        ('"x-${aws_instance.a.0.id}"', [".0"]),
        ("[for x in aws_instance.a : x.0]", [".0"]),
        ("aws_instance.a[0].id", []),
        ("aws_instance.a[*].id", []),
        ("aws_instance.a[count.index].b[*].c", []),
        ('var.m["a.0"]', []),
        ("1.0", []),
        ('"a.0.b"', []),
    ],
)
def test_deprecated_index(expression: str, places: list[str]) -> None:
    text = f'output "o" {{\n  value = {expression}\n}}\n'
    found = lint("terraform_deprecated_index", text)
    assert sorted(text[c.range.start.byte : c.range.end.byte] for c in found if c.range) == sorted(places)
    assert all(c.address == "output.o" for c in found)


@pytest.mark.parametrize(
    ("expression", "mended"),
    [
        ('"${var.a}"', ["var.a"]),
        ('["${var.a}"]', ["var.a"]),
        ('{ "${var.a}" = 1 }', ["(var.a)"]),
        ('{ a = "${var.a}" }', ["var.a"]),
        ('{ upper("${var.a}") = 1 }', ["var.a"]),
        ('"${ var.a ~}"', ["var.a"]),
        ('"${"${var.a}"}"', ['"${var.a}"', "var.a"]),
        ('"a${"${var.a}"}"', ["var.a"]),
        ('foo("${var.a["x"]}")', ['var.a["x"]']),
        ('"${var.a} "', []),
        ('" ${var.a}"', []),
        ('"${var.a}${var.b}"', []),
        ('"%{ if var.a }x%{ endif }"', []),
        ("<<EOT\n${var.a}\nEOT", []),
        ('"$${var.a}"', []),
        ("var.a", []),
    ],
)
def test_deprecated_interpolation(expression: str, mended: list[str]) -> None:
    found = lint("terraform_deprecated_interpolation", f"locals {{\n  x = {expression}\n}}\n")
    assert sorted(c.notes["replacement"] for c in found) == sorted(mended)


def test_deprecated_lookup() -> None:
    text = """\
        locals {
          a = lookup(var.m, "k")
          b = lookup(var.m, "k", "d")
          c = lookup(lookup(var.m, "x"), "y")
          d = other_lookup(var.m, "k")
        }
        """
    found = lint("terraform_deprecated_lookup", text)
    assert sorted(c.notes["replacement"] for c in found) == [
        'lookup(var.m, "x")["y"]',
        'var.m["k"]',
        'var.m["x"]',
    ]


@pytest.mark.parametrize(
    ("expression", "mended"),
    [
        ("var.a == []", ["length(var.a) == 0"]),
        ("[] != var.a", ["length(var.a) != 0"]),
        ("var.a == [ ] && true", ["length(var.a) == 0"]),
        ("[for x in var.a : x if x != []]", ["length(x) != 0"]),
        ("var.a == [1]", []),
        ("var.a == {}", []),
        ("length(var.a) == 0", []),
        ("var.a > 0", []),
    ],
)
def test_empty_list_equality(expression: str, mended: list[str]) -> None:
    found = lint("terraform_empty_list_equality", f"locals {{\n  x = {expression}\n}}\n")
    assert [c.notes["replacement"] for c in found] == mended


@pytest.mark.parametrize(
    ("entries", "keys"),
    [
        ("a = 1, b = 2", []),
        ("a = 1, a = 2", ["a"]),
        ('a = 1, "a" = 2', ["a"]),
        ("a = 1, a = 2, a = 3", ["a", "a"]),
        ("a : 1, a : 2", ["a"]),
        ("1 = 1, 1 = 2, true = 3, true = 4", ["1", "true"]),
        ('(var.b) = 1, "from-default" = 2', ["from-default"]),
        ('"${var.b}" = 1, "from-default" = 2', ["from-default"]),
        ('(local.c) = 1, "of-local" = 2', ["of-local"]),
        ("(var.unknown) = 1, (var.unknown) = 2", []),
        ('(var.secret) = 1, "hidden" = 2', []),
        ('"x-${var.b}" = 1, "x-${var.b}" = 2', []),
        ("a = { x = 1 }, b = { x = 2 }", []),
        ("a = { x = 1, x = 2 }", ["x"]),
    ],
)
def test_map_duplicate_keys(entries: str, keys: list[str]) -> None:
    text = f"""\
        variable "b" {{
          default = "from-default"
        }}
        variable "unknown" {{}}
        variable "secret" {{
          default   = "hidden"
          sensitive = true
        }}
        locals {{
          c = "of-local"
          x = {{ {entries} }}
        }}
        """
    found = summaries("terraform_map_duplicate_keys", text)
    assert [s.split('"')[1] for s in found] == keys


def test_json_syntax() -> None:
    document = {"locals": {"a": 1}}
    assert summaries("terraform_json_syntax", {"a.tf.json": json.dumps(document)}) == []
    assert len(lint("terraform_json_syntax", {"a.tf.json": json.dumps([document])})) == 1


# --- declarations ---------------------------------------------------------------------------------------------------


def test_unused_declarations() -> None:
    text = """\
        variable "unused" {}
        variable "used" {}
        variable "in_provider" {}
        variable "in_template" {}
        variable "in_heredoc" {}
        variable "in_index" {}
        variable "in_for" {}
        locals {
          unused = var.used
          used   = 1
        }
        data "aws_region" "unused" {}
        data "aws_region" "used" {}
        data "aws_region" "in_depends_on" {}
        data "aws_ami" "with_index" { count = 2 }
        provider "aws" { region = var.in_provider }
        output "o" {
          value = ["a-${var.in_template}", local.used, data.aws_region.used.name, data.aws_ami.with_index[0].id]
          depends_on = [data.aws_region.in_depends_on]
        }
        output "p" {
          value = <<-EOT
            %{ for x in var.in_for }${x}%{ endfor }
            ${var.in_heredoc}
          EOT
        }
        output "q" { value = local.used[var.in_index] }
        """
    assert summaries("terraform_unused_declarations", text) == [
        'variable "unused" is declared but not used',
        'data "aws_region" "unused" is declared but not used',
        "local.unused is declared but not used",
    ]


def test_a_validation_of_its_own_does_not_use_a_variable() -> None:
    text = """\
        variable "a" {
          validation {
            condition     = var.a != "" && length(var.b) > 0
            error_message = "a was ${var.a}"
          }
        }
        variable "b" {
          type = list(string)
        }
        """
    assert summaries("terraform_unused_declarations", text) == ['variable "a" is declared but not used']


def test_checks_moved_and_imports_use_declarations() -> None:
    text = """\
        variable "id" {}
        variable "url" {}
        check "health" {
          data "http" "used" { url = var.url }
          data "http" "unused" { url = var.url }
          assert {
            condition     = data.http.used.status_code == 200
            error_message = "down"
          }
        }
        import {
          to = aws_vpc.a
          id = var.id
        }
        moved {
          from = aws_vpc.b
          to   = aws_vpc.a
        }
        """
    assert summaries("terraform_unused_declarations", text) == ['data "http" "unused" is declared but not used']


def test_unused_provider_aliases() -> None:
    text = """\
        provider "aws" {}
        provider "aws" { alias = "unused" }
        provider "aws" { alias = "resource" }
        provider "aws" { alias = "module" }
        provider "aws" { alias = "check" }
        resource "aws_vpc" "a" { provider = aws.resource }
        module "m" {
          source    = "./m"
          providers = { aws = aws.module }
        }
        check "c" {
          data "aws_vpc" "x" { provider = aws.check }
          assert {
            condition     = data.aws_vpc.x.id != ""
            error_message = "x"
          }
        }
        """
    found = lint("terraform_unused_declarations", text)
    assert [c.summary for c in found] == ['provider "aws" with alias "unused" is declared but not used']
    assert found[0].address == "provider.aws.unused"


def test_unused_declarations_in_json() -> None:
    document = {
        "variable": {"used": {}, "in_key": {}, "unused": {}, "own": {"validation": {"condition": '${var.own != ""}'}}},
        "data": {"aws_region": {"by_name": {}, "unused": {}}},
        "locals": {"a": "${var.used}"},
        "provider": {"aws": [{"alias": "used"}, {"alias": "unused"}]},
        "resource": {
            "aws_vpc": {
                "x": {"provider": "aws.used", "tags": {"${var.in_key}": "b"}, "depends_on": ["data.aws_region.by_name"]}
            }
        },
        "output": {"o": {"value": "${local.a}"}},
    }
    assert summaries("terraform_unused_declarations", {"main.tf.json": json.dumps(document)}) == [
        'variable "unused" is declared but not used',
        'variable "own" is declared but not used',
        'data "aws_region" "unused" is declared but not used',
        'provider "aws" with alias "unused" is declared but not used',
    ]


def test_references_in_other_files_count() -> None:
    files = {"variables.tf": 'variable "a" {}\n', "main.tf": 'output "a" { value = var.a }\n'}
    assert summaries("terraform_unused_declarations", files) == []


def test_typed_variables() -> None:
    text = """\
        variable "a" {}
        variable "b" { type = string }
        variable "c" { default = ["x"] }
        variable "d" { default = true }
        """
    found = lint("terraform_typed_variables", text)
    assert [(c.address, c.fix) for c in found] == [
        ("var.a", 'Add type = ... to variable "a".'),
        ("var.c", 'Add type = list(string) to variable "c".'),
        ("var.d", 'Add type = bool to variable "d".'),
    ]


def test_an_override_file_gives_what_is_missing() -> None:
    files = {"main.tf": 'variable "a" {}\n', "override.tf": 'variable "a" {\n  type = string\n}\n'}
    assert summaries("terraform_typed_variables", files) == []


def test_documentation() -> None:
    text = """\
        variable "a" {}
        variable "b" { description = "" }
        variable "c" { description = "The c." }
        output "a" { value = 1 }
        output "c" {
          value = 1
          description = "The c."
        }
        """
    assert [c.address for c in lint("terraform_documented_variables", text)] == ["var.a", "var.b"]
    assert [c.address for c in lint("terraform_documented_outputs", text)] == ["output.a"]


@pytest.mark.parametrize(
    ("name", "better"),
    [
        ("a", None),
        ("a_b2", None),
        ("aB", "a_b"),
        ("a-b", "a_b"),
        ("_a", "a"),
        ("a__b", "a_b"),
        ("A", "a"),
        ("a_", "a"),
    ],
)
def test_naming_convention(name: str, better: str | None) -> None:
    found = lint("terraform_naming_convention", f'resource "aws_vpc" "{name}" {{}}\n')
    assert [bool(c.fix and f"Rename it to {better}," in c.fix) for c in found] == ([] if better is None else [True])


def test_all_that_has_a_name_is_looked_at() -> None:
    text = """\
        resource "aws_vpc" "A" {}
        data "aws_vpc" "B" {}
        module "C" { source = "./c" }
        output "D" { value = 1 }
        variable "E" {}
        check "F" {
          data "aws_vpc" "G" {}
        }
        locals { H = 1 }
        """
    found = [s.split(" must")[0] for s in summaries("terraform_naming_convention", text)]
    kinds = {"resource": "A", "data": "B", "module": "C", "output": "D", "variable": "E", "check": "F"}
    expected = {f"{kind} name `{name}`" for kind, name in kinds.items()} | {"data name `G`", "local value name `H`"}
    assert set(found) == expected


def test_standard_module_structure() -> None:
    assert len(summaries("terraform_standard_module_structure", {"x.tf": "locals {}\n"})) == 3
    text = 'variable "a" {}\noutput "b" { value = 1 }\n'
    assert [s.split(" from")[0] for s in summaries("terraform_standard_module_structure", text)] == [
        'variable "a" should be moved',
        'output "b" should be moved',
    ]
    whole = {"main.tf": "\n", "variables.tf": 'variable "a" {}\n', "outputs.tf": "\n"}
    assert summaries("terraform_standard_module_structure", whole) == []
    assert summaries("terraform_standard_module_structure", {"x.tf.json": '{"variable": {"a": {}}}'}) == []


# --- dependencies ---------------------------------------------------------------------------------------------------


def required(entry: str, rest: str = 'resource "aws_vpc" "a" {}\n') -> str:
    return f"terraform {{\n  required_providers {{\n    {entry}\n  }}\n}}\n{rest}"


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ('resource "aws_vpc" "a" {}\n', ['Missing version constraint for provider "aws"']),
        ('data "aws_vpc" "a" {}\n', ['Missing version constraint for provider "aws"']),
        ('provider "random" {}\n', ['Missing version constraint for provider "random"']),
        ('check "c" {\n  data "http" "x" {}\n}\n', ['Missing version constraint for provider "http"']),
        ('resource "aws_vpc" "a" {\n  provider = other.x\n}\n', ['Missing version constraint for provider "other"']),
        ('output "o" {\n  value = provider::time::x("a")\n}\n', ['Missing version constraint for provider "time"']),
        (
            'module "m" {\n  source = "./m"\n  providers = {\n    aws = aws.eu\n  }\n}\n',
            ['Missing version constraint for provider "aws"'],
        ),
        (required('aws = "~> 6.0"'), ['Legacy version constraint for provider "aws"']),
        (required('aws = { version = "~> 6.0" }'), ['Missing `source` for provider "aws"']),
        (required('aws = { source = "hashicorp/aws" }'), ['Missing version constraint for provider "aws"']),
        (
            required("aws = {}"),
            ['Missing `source` for provider "aws"', 'Missing version constraint for provider "aws"'],
        ),
        (required('aws = { source = "hashicorp/aws", version = "~> 6.0" }'), []),
        (
            required(
                'aws = {\n source = "hashicorp/aws"\n version = "~> 6.0"\n configuration_aliases = [aws.a, aws.b]\n }'
            ),
            [],
        ),
        (
            required(
                'aws = { source = "hashicorp/aws", version = "~> 6.0" }',
                'provider "aws" {\n  version = "~> 5.0"\n}\n',
            ),
            ["provider version constraint should be specified via `required_providers`"],
        ),
        ('resource "terraform_data" "a" {}\n', []),
        (
            required(
                'terraform = { source = "terraform.io/builtin/terraform" }',
                'resource "terraform_data" "a" {}\n',
            ),
            [],
        ),
        ("locals {\n  a = 1\n}\n", []),
    ],
)
def test_required_providers(text: str, messages: list[str]) -> None:
    assert [s.split(" in `required")[0] for s in summaries("terraform_required_providers", text)] == messages


def test_a_missing_provider_is_reported_at_its_own_block() -> None:
    (found,) = lint("terraform_required_providers", 'resource "aws_vpc" "a" {}\nprovider "aws" {}\n')
    assert found.range is not None
    assert found.range.start.line == 2
    assert found.fix is not None
    assert 'source = "hashicorp/aws"' in found.fix


@pytest.mark.parametrize(
    ("files", "place"),
    [
        ({"a.tf": "locals {}\n"}, ("a.tf", 1)),
        ({"a.tf": "\n", "main.tf": "\n"}, ("main.tf", 1)),
        ({"main.tf": "\n", "terraform.tf": "\n"}, ("terraform.tf", 1)),
        ({"main.tf": "\n\nterraform {\n}\n"}, ("main.tf", 3)),
        ({"main.tf": 'terraform {\n  required_version = ">= 1.5"\n}\n'}, None),
        ({"main.tf": "terraform {}\n", "x.tf": 'terraform {\n  required_version = ">= 1.5"\n}\n'}, None),
        ({"main.tf.json": '{"terraform": {"required_version": ">= 1.5"}}'}, None),
    ],
)
def test_required_version(files: dict[str, str], place: tuple[str, int] | None) -> None:
    found = lint("terraform_required_version", files)
    assert [(c.range.file, c.range.start.line) for c in found if c.range] == ([place] if place else [])


def test_unused_required_providers() -> None:
    text = """\
        terraform {
          required_providers {
            aws    = { source = "hashicorp/aws" }
            random = { source = "hashicorp/random" }
            time   = { source = "hashicorp/time" }
            tls    = { source = "hashicorp/tls" }
          }
        }
        resource "aws_vpc" "a" {}
        output "t" { value = provider::time::rfc3339_parse("x") }
        module "m" {
          source    = "./m"
          providers = { tls = tls }
        }
        """
    assert summaries("terraform_unused_required_providers", text) == [
        "provider 'random' is declared in required_providers but not used by the module"
    ]


def module(source: str, more: str = "") -> str:
    return f'module "m" {{\n  source = "{source}"\n  {more}\n}}\n'


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("./local", None),
        ("../local", None),
        ("terraform-aws-modules/vpc/aws", None),
        ("app.terraform.io/org/vpc/aws", None),
        ("https://example.com/vpc.zip", None),
        ("s3::https://s3-eu-west-1.amazonaws.com/bucket/vpc.zip", None),
        ("gcs::https://www.googleapis.com/storage/v1/modules/vpc.zip", None),
        ("github.com/hashicorp/example", "not pinned"),
        ("github.com/hashicorp/example?ref=v1.0.0", None),
        ("github.com/hashicorp/example//sub?ref=v1.0.0", None),
        ("github.com/hashicorp/example?ref=main", "default branch as ref (main)"),
        ("bitbucket.org/hashicorp/example", "not pinned"),
        ("git@github.com:hashicorp/example.git", "not pinned"),
        ("git@github.com:hashicorp/example.git?ref=v1", None),
        ("git::https://example.com/vpc.git", "not pinned"),
        ("git::https://example.com/vpc.git?ref=v1.2.0", None),
        ("git::https://example.com/vpc.git?ref=master", "default branch as ref (master)"),
        ("git::https://example.com/vpc.git?ref=", "not pinned"),
        ("git::https://example.com/vpc.git//sub?depth=1&ref=abc123", None),
        ("git::ssh://username@example.com/storage.git", "not pinned"),
        ("git::username@example.com:storage.git", "not pinned"),
        ("git://example.com/vpc.git", "not pinned"),
        ("git::git", "not a valid URL"),
        ("hg::http://example.com/vpc.hg", "not pinned"),
        ("hg::http://example.com/vpc.hg?rev=v1.2.0", None),
        ("hg::http://example.com/vpc.hg?rev=default", "default branch as rev (default)"),
    ],
)
def test_module_pinned_source(source: str, word: str | None) -> None:
    found = summaries("terraform_module_pinned_source", module(source))
    assert len(found) == (word is not None)
    assert all(word in s for s in found if word)


def test_a_source_is_judged_where_it_is_known() -> None:
    text = 'module "m" {\n  source = "git::https://example.com/${var.name}.git"\n}\n'
    assert summaries("terraform_module_pinned_source", text) == []
    text = 'variable "s" {\n  default = "github.com/a/b"\n}\nmodule "m" {\n  source = var.s\n}\n'
    assert summaries("terraform_module_pinned_source", text) == ['Module source "github.com/a/b" is not pinned']


@pytest.mark.parametrize(
    ("source", "more", "wrong"),
    [
        ("terraform-aws-modules/vpc/aws", "", True),
        ("terraform-aws-modules/vpc/aws//modules/x", "", True),
        ("app.terraform.io/org/vpc/aws", "", True),
        ("terraform-aws-modules/vpc/aws", 'version = "5.0.0"', False),
        ("terraform-aws-modules/vpc/aws", "version = null", True),
        ("terraform-aws-modules/vpc/aws", "version = var.v", False),
        ("./vpc/x/aws", "", False),
        ("github.com/org/repo", "", False),
        ("github.com/org/repo/aws", "", False),
        ("git::https://example.com/a/b/c", "", False),
        ("a/b", "", False),
    ],
)
def test_module_version(source: str, more: str, wrong: bool) -> None:
    assert bool(lint("terraform_module_version", module(source, more))) is wrong


@pytest.mark.parametrize(
    ("source", "better"),
    [
        ("git::https://example.com/vpc.git?ref=v1.0.0", "git::https://example.com/vpc.git?depth=1&ref=v1.0.0"),
        ("github.com/org/repo?ref=v1.0.0", "github.com/org/repo?depth=1&ref=v1.0.0"),
        ("git::https://example.com/vpc.git?ref=v1.0.0&depth=1", None),
        ("git::https://example.com/vpc.git?ref=0123456789abcdef0123456789abcdef01234567", None),
        ("git::https://example.com/vpc.git", None),
        ("hg::https://example.com/vpc.hg?rev=v1", None),
        ("./vpc", None),
    ],
)
def test_module_shallow_clone(source: str, better: str | None) -> None:
    found = lint("terraform_module_shallow_clone", module(source))
    assert [c.notes["replacement"] for c in found] == ([f'"{better}"'] if better else [])


@pytest.mark.parametrize(
    ("backend", "version", "wrong"),
    [
        ("remote", ">= 1.0", True),
        ("remote", "~> 1.0.3", True),
        ("remote", ">= 1.1", False),
        ("remote", "< 1.0", False),
        ("remote", None, False),
        ("s3", ">= 1.0", False),
    ],
)
def test_workspace_remote(backend: str, version: str | None, wrong: bool) -> None:
    constraint = f'required_version = "{version}"' if version else ""
    text = (
        f'terraform {{\n  {constraint}\n  backend "{backend}" {{}}\n}}\n'
        'locals {\n  a = "x-${terraform.workspace}"\n  b = "terraform.workspace"\n}\n'
    )
    found = lint("terraform_workspace_remote", text)
    assert [text[c.range.start.byte : c.range.end.byte] for c in found if c.range] == (
        ["terraform.workspace"] if wrong else []
    )

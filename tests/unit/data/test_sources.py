"""Collecting real configurations: trees, repositories, rows; licences and secrets."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from terraformer.data.sources import SourceSettings, allowed, collect, detect, find_secrets, normalise, parse_sources
from terraformer.errors import SettingsError, UsageError

MIT = """MIT License

Copyright (c) 2025 Somebody

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software, to deal in it without restriction.

The above copyright notice and this permission notice shall be included in all copies.
THE SOFTWARE IS PROVIDED "AS IS".
"""
GPL = "GNU GENERAL PUBLIC LICENSE\n   Version 3, 29 June 2007\n"
BUCKET = 'resource "aws_s3_bucket" "logs" {\n  bucket = "%s"\n}\n'
OWN = SourceSettings(licence="Apache-2.0")


def put(top: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return top


def problems(*sources: object, settings: SourceSettings = OWN) -> dict[str, str]:
    return {c.origin.partition(":")[2]: c.problem for c in collect([str(s) for s in sources], settings)}


def test_a_repository_is_taken_apart(tmp_path: Path) -> None:
    put(
        tmp_path / "infra",
        {
            "LICENSE": MIT,
            "live/app/main.tf": 'module "net" {\n  source = "../../modules/net"\n}\n'
            'data "archive_file" "f" {\n  type = "zip"\n  source_dir = "${path.module}/src"\n  output_path = "f.zip"\n}\n'
            'locals { t = templatefile("${path.module}/t.tpl", {}) }\n',
            "live/app/terraform.tfvars": "",
            "live/app/src/index.js": "exports.handler = 1\n",
            "live/app/t.tpl": "hello\n",
            "live/app/README.md": "not needed\n",
            "modules/net/main.tf": 'resource "aws_vpc" "this" {\n  cidr_block = "10.0.0.0/16"\n}\n',
            "modules/other/main.tf": 'output "x" {\n  value = 1\n}\n',
            "node_modules/x/main.tf": BUCKET % "hidden",
        },
    )
    found = {c.origin: c for c in collect(tmp_path / "infra")}
    app = found["infra:live/app"]
    assert app.usable and app.licence == "MIT" and not app.called
    assert app.root == "live/app"
    assert sorted(app.files) == [
        "live/app/main.tf",
        "live/app/src/index.js",
        "live/app/t.tpl",
        "live/app/terraform.tfvars",
        "modules/net/main.tf",
    ]
    net = found["infra:modules/net"]
    assert net.called and net.usable and net.root == "." and list(net.files) == ["main.tf"]
    assert found["infra:modules/other"].problem == "empty"
    assert len(found) == 3
    without = list(collect(tmp_path / "infra", SourceSettings(called=False)))
    assert [c.origin for c in without] == ["infra:live/app", "infra:modules/other"]


def test_modules_from_elsewhere(tmp_path: Path) -> None:
    put(
        tmp_path,
        {
            "a/main.tf": 'module "vpc" {\n  source = "terraform-aws-modules/vpc/aws"\n}\n',
            "b/main.tf": 'module "vpc" {\n  source = "../gone"\n}\n',
        },
    )
    assert problems(tmp_path) == {"a": "remote-module", "b": "missing-module"}


def test_the_same_twice_is_taken_once(tmp_path: Path) -> None:
    put(tmp_path, {"a/main.tf": BUCKET % "x", "b/main.tf": BUCKET % "x", "c/main.tf": BUCKET % "y"})
    assert problems(tmp_path) == {"a": "", "b": "duplicate", "c": ""}


def test_limits(tmp_path: Path) -> None:
    put(tmp_path, {"a/main.tf": BUCKET % ("x" * 500), "b/main.tf": BUCKET % "y", "b/more.tf": BUCKET % "z"})
    small = SourceSettings(licence="MIT", max_file_bytes=300)
    assert problems(tmp_path, settings=small) == {"a": "too-large", "b": ""}
    assert problems(tmp_path, settings=SourceSettings(licence="MIT", max_files=1)) == {"a": "", "b": "too-large"}
    with pytest.raises(UsageError, match="more than 2 files"):
        list(collect(tmp_path, SourceSettings(max_scanned=2)))
    with pytest.raises(SettingsError, match="max_bytes"):
        SourceSettings(max_bytes=0)


def test_files_that_are_no_text(tmp_path: Path) -> None:
    put(tmp_path, {"main.tf": 'locals {\n  x = filebase64("${path.module}/code.zip")\n}\n' + BUCKET % "x"})
    (tmp_path / "code.zip").write_bytes(b"PK\x03\x04\xff\xfe")
    (found,) = collect(tmp_path, OWN)
    assert (found.problem, found.detail) == ("not-text", "code.zip")


def test_the_nearest_licence_holds(tmp_path: Path) -> None:
    put(
        tmp_path,
        {
            "LICENSE": MIT,
            "a/main.tf": BUCKET % "a",
            "b/LICENSE.txt": GPL,
            "b/main.tf": BUCKET % "b",
            "c/main.tf": "# SPDX-License-Identifier: BUSL-1.1\n" + BUCKET % "c",
            "d/LICENSE": "All rights reserved.\n",
            "d/main.tf": BUCKET % "d",
        },
    )
    found = {c.origin.partition(":")[2]: c for c in collect(tmp_path)}
    assert {k: (c.licence, c.problem) for k, c in found.items()} == {
        "a": ("MIT", ""),
        "b": ("GPL-3.0-only", "licence"),
        "c": ("MIT", "licence"),
        "d": ("", "licence"),
    }
    assert "GPL" in found["b"].detail and "BUSL-1.1" in found["c"].detail


def test_without_a_licence_nothing_is_allowed(tmp_path: Path) -> None:
    put(tmp_path, {"main.tf": BUCKET % "x"})
    assert problems(tmp_path, settings=SourceSettings()) == {".": "licence"}
    assert problems(tmp_path, settings=SourceSettings(licence="MPL-2.0")) == {".": "licence"}
    mpl = SourceSettings(licence="MPL-2.0", allow=frozenset({"MPL-2.0"}))
    assert problems(tmp_path, settings=mpl) == {".": ""}


def git(*arguments: str, at: Path) -> None:
    identity = ["-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], cwd=at, check=True, capture_output=True)


def test_checkouts_and_bare_repositories_give_the_same(tmp_path: Path) -> None:
    checkout = put(tmp_path / "work", {"LICENSE": MIT, "a/main.tf": BUCKET % "a", "b/main.tf": BUCKET % "b"})
    git("init", "-q", at=checkout)
    git("remote", "add", "origin", "https://git.example.com/acme/infra.git", at=checkout)
    git("add", ".", at=checkout)
    git("commit", "-qm", "first", at=checkout)
    bare = tmp_path / "mirror"
    git("clone", "-q", "--bare", str(checkout), str(bare), at=tmp_path)
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=checkout, capture_output=True, text=True).stdout.strip()
    first = list(collect(checkout))
    second = list(collect(f"acme/infra={bare}"))
    assert [c.origin for c in first] == [f"acme/infra@{commit[:12]}:a", f"acme/infra@{commit[:12]}:b"]
    assert [(c.origin, c.licence, dict(c.files)) for c in first] == [
        (c.origin, c.licence, dict(c.files)) for c in second
    ]
    assert first[0].metadata["commit"] == commit


def rows(path: Path, *data: object) -> Path:
    path.write_text("".join((d if isinstance(d, str) else json.dumps(d)) + "\n" for d in data))
    return path


def test_rows_with_many_names(tmp_path: Path) -> None:
    file = rows(
        tmp_path / "corpus.jsonl",
        {"hcl": BUCKET % "a", "repo": "acme/x", "license": "apache-2.0", "path": "envs/prod.tf", "commit": "f" * 40},
        {
            "content": BUCKET % "b",
            "max_stars_repo_name": "acme/y",
            "max_stars_repo_licenses": ["MIT"],
            "max_stars_repo_path": "main.tf",
        },
        {
            "files": {"main.tf": BUCKET % "c", "modules/m/main.tf": ""},
            "full_name": "acme/z",
            "license": {"spdx_id": "ISC"},
            "id": 7,
        },
        {"files": [{"path": "main.tf", "content": BUCKET % "d"}], "licence": "GPL-3.0"},
        {"text": BUCKET % "e", "license": "NOASSERTION"},
        {"text": BUCKET % "f", "licenses": ["MIT", "GPL-3.0"]},
        "{not json",
        ["a list"],
        {"hcl": None, "license": "MIT"},
        {"files": {"../up.tf": BUCKET % "g"}, "license": "MIT"},
        {"hcl": 'module "m" {\n  source = "./m"\n}\n', "license": "MIT"},
        {"hcl": "", "license": "MIT"},
    )
    found = list(collect(file))
    assert [(c.origin, c.licence, c.problem) for c in found] == [
        (f"acme/x@{'f' * 12}:envs/prod.tf", "Apache-2.0", ""),
        ("acme/y:main.tf", "MIT", ""),
        ("acme/z:7", "ISC", ""),
        ("corpus:4", "GPL-3.0-only", "licence"),
        ("corpus:5", "", "licence"),
        ("corpus:6", "MIT AND GPL-3.0-only", "licence"),
        ("corpus:7", "", "unreadable"),
        ("corpus:8", "", "unreadable"),
        ("corpus:9", "", "unreadable"),
        ("corpus:10", "", "unreadable"),
        ("corpus:11", "MIT", "missing-module"),
        ("corpus:12", "MIT", "empty"),
    ]
    assert list(found[0].config.files) == ["prod.tf"]
    assert "row 7" in found[6].detail


def test_sources_are_paths_or_names_and_paths(tmp_path: Path) -> None:
    put(tmp_path / "one", {"main.tf": BUCKET % "x"})
    put(tmp_path / "two, or so", {"main.tf": BUCKET % "y"})
    assert parse_sources(f"{tmp_path}/one,{tmp_path}/two") == (f"{tmp_path}/one", f"{tmp_path}/two")
    assert parse_sources(f"{tmp_path}/two, or so") == (f"{tmp_path}/two, or so",)
    (found,) = collect(f"acme/one={tmp_path}/one", OWN)
    assert found.origin == "acme/one:."
    (file,) = collect(tmp_path / "one" / "main.tf", OWN)
    assert file.origin == "one:main.tf"
    with pytest.raises(UsageError, match="no such"):
        list(collect(tmp_path / "gone"))
    with pytest.raises(UsageError, match="no source"):
        parse_sources([])
    (tmp_path / "x.csv").write_text("")
    with pytest.raises(UsageError, match=r"not a directory, a \.jsonl"):
        list(collect(tmp_path / "x.csv"))


@pytest.mark.parametrize(
    ("expression", "yes"),
    [
        ("MIT", True),
        ("mit", True),
        ("Apache License 2.0", False),  # a name, no expression: normalise() it first
        ("GPL-3.0-only OR MIT", True),
        ("GPL-3.0-only AND MIT", False),
        ("(MIT AND ISC) OR GPL-2.0-only", True),
        ("Apache-2.0 WITH LLVM-exception", True),
        ("MIT OR", False),
        ("", False),
        ("(MIT", False),
        ("BUSL-1.1", False),
    ],
)
def test_licence_expressions(expression: str, yes: bool) -> None:
    assert allowed(expression) is yes


def test_licence_names_and_texts() -> None:
    assert normalise("Apache License 2.0") == "Apache-2.0"
    assert normalise("other") == ""
    assert detect(MIT) == "MIT"
    assert detect(GPL) == "GPL-3.0-only"
    assert (
        detect(
            "Apache License\nVersion 2.0, January 2004\nTERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION"
        )
        == "Apache-2.0"
    )
    assert detect(MIT + '\n"Commons Clause" License Condition v1.0') == "LicenseRef-Commons-Clause"
    assert detect("Do as you like.") == ""


KEY = "AKIA" + "Q3EGRTZ2HJ7KLMNP"
CHANCE = "vK9mP2nL5" + "qR8xZ7tW"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f'access_key = "{KEY}"', "aws-access-key-id"),
        ('access_key = "AKIAIOSFODNN7EXAMPLE"', ""),
        (f'password = "{CHANCE}"', "password"),
        ('password = "changeme-1234"', ""),
        ('password = "foobarbaz"', ""),
        ('password = "${random_password.db.result}"', ""),
        ("password = var.db_password", ""),
        (f'variable "db_password" {{\n  default = "{CHANCE}"\n}}', "password"),
        (f'variable "subnet" {{\n  default = "{CHANCE}"\n}}', ""),
        ('secret_arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf"', ""),
        ('secret_id = "prod/Db-1/Credential9x"', ""),
        (f'url = "postgres://admin:{CHANCE}@db.internal/app"', "password-in-url"),
        ('url = "postgres://admin:${var.password}@db.internal/app"', ""),
        ('token = "ghp_' + "a1B2c3D4" * 5 + '"', "github-token"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7bq9\n", "private-key"),
        ("-----BEGIN PUBLIC KEY-----\nMIIEpAIBAAKCAQEA7bq9\n", ""),
    ],
)
def test_secrets(text: str, kind: str) -> None:
    found = find_secrets({"main.tf": text.encode()})
    assert (found[0].kind if found else "") == kind


def test_a_finding_names_the_place_and_not_the_secret(tmp_path: Path) -> None:
    put(tmp_path, {"main.tf": BUCKET % "x" + f'\n\nlocals {{\n  db_password = "{CHANCE}"\n}}\n'})
    (found,) = collect(tmp_path, OWN)
    assert found.problem == "secret"
    assert found.detail == "password at main.tf:7"
    assert CHANCE not in repr(found.detail)


@pytest.mark.skipif(not Path("../shared/corpora").is_dir(), reason="../shared/corpora is not here")
def test_the_corpora_give_configurations() -> None:
    found = list(collect(["../shared/corpora/github_tf.jsonl", "../shared/corpora/checkov_tf.jsonl"]))
    assert len(found) == 679 + 497
    assert sum(c.usable for c in found) > 400
    assert {c.licence for c in found if c.usable} == {"Apache-2.0"}

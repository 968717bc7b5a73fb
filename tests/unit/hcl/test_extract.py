"""Extraction of a configuration from careless replies."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terraformer.hcl import extract
from terraformer.hcl.extract import safe_path
from terraformer.types import TerraformConfig

BUCKET = 'resource "aws_s3_bucket" "logs" {\n  bucket = "my-logs"\n}\n'
QUEUE = 'resource "aws_sqs_queue" "jobs" {\n  name = "jobs"\n}\n'
VARIABLE = 'variable "region" {\n  type = string\n}\n'


def files(reply: str) -> dict[str, str]:
    found = extract(reply)
    assert not found.problem
    return {path: content.decode() for path, content in found.files.items()}


@pytest.mark.parametrize("language", ["hcl", "terraform", "tf", "HCL", "", "opentofu"])
def test_one_fence(language: str) -> None:
    assert files(f"Sure! Here it is:\n\n```{language}\n{BUCKET}```\n\nApply it with care.") == {"main.tf": BUCKET}


def test_plain_configuration_is_kept_byte_for_byte() -> None:
    text = "# a comment\n\nlocals {\n  a = 1\n}\n\n" + BUCKET
    assert files(text) == {"main.tf": text}


@pytest.mark.parametrize(
    "before",
    [
        "### variables.tf",
        "**variables.tf**",
        "`variables.tf`",
        "2. Create `variables.tf`:",
        "File: variables.tf",
        "variables.tf:",
        "**`variables.tf`**\n",
        "#### 2. `variables.tf` - the inputs",
        "Now put this in variables.tf:",
    ],
)
def test_name_in_the_line_before(before: str) -> None:
    reply = f"### main.tf\n```hcl\n{BUCKET}```\n\n{before}\n```hcl\n{VARIABLE}```\n"
    assert files(reply) == {"main.tf": BUCKET, "variables.tf": VARIABLE}


@pytest.mark.parametrize(
    "info",
    [
        "hcl variables.tf",
        'hcl title="variables.tf"',
        "variables.tf",
        "hcl:variables.tf",
        'tf {filename="variables.tf"}',
    ],
)
def test_name_in_the_info_string(info: str) -> None:
    assert files(f"```hcl\n{BUCKET}```\n```{info}\n{VARIABLE}```") == {"main.tf": BUCKET, "variables.tf": VARIABLE}


@pytest.mark.parametrize(
    "marker",
    [
        "# variables.tf",
        "// variables.tf",
        "# File: variables.tf",
        "# ---- variables.tf ----",
        "/* variables.tf */",
        "# `variables.tf`",
    ],
)
def test_name_in_the_first_comment(marker: str) -> None:
    got = files(f"```hcl\n{BUCKET}```\n```hcl\n{marker}\n{VARIABLE}```")
    assert got == {"main.tf": BUCKET, "variables.tf": f"{marker}\n{VARIABLE}"}


def test_two_files_in_one_block() -> None:
    got = files(f"```hcl\n# file: main.tf\n{BUCKET}\n# file: modules/q/main.tf\n{QUEUE}```")
    assert set(got) == {"main.tf", "modules/q/main.tf"}
    assert "aws_sqs_queue" in got["modules/q/main.tf"]
    assert "aws_sqs_queue" not in got["main.tf"]


def test_archive_markers() -> None:
    got = files(f"-- main.tf --\n{BUCKET}-- variables.tf --\n{VARIABLE}")
    assert got == {"main.tf": BUCKET, "variables.tf": VARIABLE}


def test_comment_that_only_mentions_a_file_is_no_marker() -> None:
    assert set(files(f"```hcl\n# see variables.tf for the inputs\n{BUCKET}```")) == {"main.tf"}


def test_unclosed_fence_is_kept_and_told() -> None:
    found = extract(f'```hcl\n{BUCKET}resource "aws_sqs_queue" "jobs" {{\n  name = ')
    assert found.truncated
    assert found.files["main.tf"].decode().endswith("name =\n") or found.files["main.tf"].decode().rstrip().endswith(
        "name ="
    )


def test_several_unnamed_blocks_are_joined() -> None:
    assert files(f"First:\n```hcl\n{BUCKET}```\nthen:\n```hcl\n{QUEUE}```") == {"main.tf": f"{BUCKET}\n{QUEUE}"}


def test_a_corrected_whole_replaces_the_first_try() -> None:
    better = BUCKET.replace("my-logs", "my-better-logs")
    assert files(f"```hcl\n{BUCKET}```\nOn reflection:\n```hcl\n{better}```") == {"main.tf": better}


def test_an_illustration_is_left_out() -> None:
    provider = 'provider "aws" {\n  region = "us-east-1"\n}\n'
    whole = provider + BUCKET + QUEUE
    other = provider.replace("us-east-1", "eu-west-1")
    assert files(f"```hcl\n{whole}```\nFor another region:\n```hcl\n{other}```") == {"main.tf": whole}


def test_foreign_fences_are_ignored() -> None:
    reply = f'```bash\nterraform init\n```\n```hcl\n{BUCKET}```\n```json\n{{"Version": "1"}}\n```\n```text\nDone!\n```'
    assert files(reply) == {"main.tf": BUCKET}


def test_a_named_template_that_the_configuration_reads_is_kept() -> None:
    config = 'locals {\n  data = file("${path.module}/user_data.sh")\n}\n'
    reply = f"```hcl\n{config}```\n`user_data.sh`:\n```bash\n#!/bin/sh\necho hi\n```"
    reply += "\n`deploy.sh`:\n```bash\nterraform apply\n```"
    assert files(reply) == {"main.tf": config, "user_data.sh": "#!/bin/sh\necho hi\n"}


@pytest.mark.parametrize(
    "data",
    [
        {"main.tf": BUCKET},
        {"files": {"main.tf": BUCKET}},
        {"files": [{"path": "main.tf", "content": BUCKET}]},
        [{"name": "main.tf", "content": BUCKET}],
        {"terraform": BUCKET},
        {"code": f"```hcl\n{BUCKET}```"},
    ],
)
@pytest.mark.parametrize("fenced", [False, True])
def test_json_wrapped(data: object, fenced: bool) -> None:
    reply = json.dumps(data, indent=1)
    assert files(f"```json\n{reply}\n```" if fenced and "```" not in reply else reply) == {"main.tf": BUCKET}


def test_terraform_json_syntax() -> None:
    reply = json.dumps({"resource": {"aws_s3_bucket": {"logs": {"bucket": "x"}}}})
    assert files(reply) == {"main.tf.json": reply + "\n"}
    assert list(files(f"Here:\n```json\n{reply}\n```")) == ["main.tf.json"]


@pytest.mark.parametrize(
    "reply",
    [
        f"<think>maybe ```hcl\n{QUEUE}``` or so</think>\n```hcl\n{BUCKET}```",
        f"I first try {QUEUE}</think>\n\n{BUCKET}",
        f"<thinking>a</thinking><reasoning>b</reasoning>```hcl\n{BUCKET}```",
    ],
)
def test_thinking_is_removed(reply: str) -> None:
    assert {p: t.strip() for p, t in files(reply).items()} == {"main.tf": BUCKET.strip()}


def test_unfinished_thinking() -> None:
    found = extract(f"<think>I will write ```hcl\n{BUCKET}```")
    assert not found.files
    assert "reasoning" in found.problem


@pytest.mark.parametrize("tag", ["iac_template", "terraform", "answer", "code"])
def test_tags(tag: str) -> None:
    assert files(f"Here is it: <{tag}>\n{BUCKET}</{tag}> Good luck") == {"main.tf": BUCKET}
    assert files(f"<{tag}>\n```hcl\n{BUCKET}```\n</{tag}>") == {"main.tf": BUCKET}


def test_file_tags() -> None:
    reply = f'<file path="main.tf">\n{BUCKET}</file>\n<file path="variables.tf">\n{VARIABLE}</file>'
    assert files(reply) == {"main.tf": BUCKET, "variables.tf": VARIABLE}


def test_prose_around_without_fences() -> None:
    reply = f"Certainly, this creates a bucket.\n\n{BUCKET}\nAnd a queue:\n\n{QUEUE}\nLet me know if you need more!"
    got = files(reply)["main.tf"]
    assert "Certainly" not in got
    assert "queue:" not in got
    assert "Let me" not in got
    assert BUCKET in got
    assert QUEUE in got


def test_syntax_errors_stay() -> None:
    broken = 'resource "aws_s3_bucket" "logs" {\n  bucket = = "x"\n}\n'
    assert files(f"```hcl\n{broken}```") == {"main.tf": broken}


def test_hcl_without_blocks_is_the_answer_when_there_is_nothing_else() -> None:
    assert files('```hcl\nbucket = "x"\n```') == {"main.tf": 'bucket = "x"\n'}


@pytest.mark.parametrize(
    "reply",
    [
        "I am sorry, but I cannot help with that.",
        "```bash\nrm -rf /\n```",
        "```json\n{}\n```",
        "{}",
        "[1, 2]",
        "```\n```",
    ],
)
def test_no_configuration(reply: str) -> None:
    found = extract(reply)
    assert not found.files
    assert "```hcl" in found.problem


def test_empty() -> None:
    assert "empty" in extract("  \n").problem


def test_heredoc_with_a_fence_inside() -> None:
    config = 'resource "local_file" "readme" {\n  content = <<EOT\n```\ncode\n```\nEOT\n  filename = "README.md"\n}\n'
    assert files(f"```hcl\n{config}```\nThat is all.") == {"main.tf": config}


def test_quoted_and_indented_fences() -> None:
    assert "aws_s3_bucket" in files(f"1. Do this:\n   ```hcl\n{BUCKET}   ```\n")["main.tf"]


def test_closing_fence_on_the_last_line() -> None:
    assert files(f"```hcl\n{BUCKET.rstrip()}```\nDone.") == {"main.tf": BUCKET}


def test_common_directory_is_dropped() -> None:
    reply = f"```hcl\n# project/main.tf\n{BUCKET}```\n```hcl\n# project/modules/q/main.tf\n{QUEUE}```"
    assert set(files(reply)) == {"main.tf", "modules/q/main.tf"}


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("/etc/passwd.tf", "etc/passwd.tf"),
        ("../../x.tf", "x.tf"),
        ("a/../../b.tf", "a/b.tf"),
        ("C:\\x\\main.tf", "x/main.tf"),
        (".git/config.tf", "config.tf"),
        ("./main.tf", "main.tf"),
        ("a b;c.tf", "a_b_c.tf"),
        ("..", ""),
        ("x" * 500, ""),
        ("`main.tf`", "main.tf"),
        ("\x00main.tf", "_main.tf"),
    ],
)
def test_paths_are_made_safe(name: str, path: str) -> None:
    assert safe_path(name) == path


@given(st.text(max_size=400))
def test_paths_are_always_acceptable(name: str) -> None:
    path = safe_path(name)
    if path:
        TerraformConfig({path: b""})


@given(
    st.lists(
        st.sampled_from(
            [
                "```",
                "```hcl\n",
                BUCKET,
                "# main.tf\n",
                "prose ",
                "\n",
                "<think>",
                "</think>",
                "{",
                '"',
                "<<EOT\n",
                "EOT\n",
            ]
        )
    )
)
def test_never_raises_and_gives_valid_configurations(parts: list[str]) -> None:
    found = extract("".join(parts))
    TerraformConfig(found.files)
    assert bool(found.files) != bool(found.problem)


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "reply",
    [
        "<think>" * 100_000,
        "<code>" * 100_000,
        "```hcl\n" * 100_000,
        "```hcl\na {}\n```\n" * 30_000,
        "x = <<EOT\n" + "```\n" * 200_000 + "EOT\n",
        "# " + " -=" * 100_000 + "\n",
        "a.tf" * 200_000,
        "{" * 300_000,
        '{"a":' * 100_000,
        'resource "a" "b" {\n' * 50_000,
    ],
    ids=range(10),
)
def test_hostile_replies_are_bounded(reply: str) -> None:
    extract(reply)  # quadratic behaviour would take minutes

"""Blocks moved into the files where people look for them."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from terraformer.hcl.split import split_files

WHOLE = b"""\
# Head of the file.

terraform {
  required_version = ">= 1.5"
}

# Where it runs.
provider "aws" {
  region = var.region
}

// One line
# and another.
variable "region" {
  default = "eu-west-1" # inner comment
} # tail

resource "aws_sqs_queue" "jobs" {
  name = <<-EOT
    variable "not_one" {}
  EOT
}
output "url" { value = aws_sqs_queue.jobs.url }

locals {
  a = 1
}
"""


def test_blocks_go_where_they_belong_with_their_comments() -> None:
    files = split_files({"main.tf": WHOLE})
    assert list(files) == ["main.tf", "outputs.tf", "variables.tf", "versions.tf"]
    assert files["variables.tf"] == (
        b'// One line\n# and another.\nvariable "region" {\n  default = "eu-west-1" # inner comment\n} # tail\n'
    )
    assert files["outputs.tf"] == b'output "url" { value = aws_sqs_queue.jobs.url }\n'
    assert files["versions.tf"] == (
        b'terraform {\n  required_version = ">= 1.5"\n}\n\n# Where it runs.\nprovider "aws" {\n  region = var.region\n}\n'
    )
    assert files["main.tf"] == (
        b'# Head of the file.\n\nresource "aws_sqs_queue" "jobs" {\n  name = <<-EOT\n    variable "not_one" {}\n  EOT\n}\n\n'
        b"locals {\n  a = 1\n}\n"
    )
    assert split_files(files) == files


def test_what_stays() -> None:
    broken = {"main.tf": b'variable "a" {\nresource'}
    assert split_files(broken) == broken
    kept = {
        "main.tf": b'resource "null_resource" "a" {}\n',
        "main.tf.json": b'{"variable": {"a": {}}}',
        "override.tf": b'variable "a" {}\n',
        "modules/x/main.tf": b'variable "a" {}\n',
        "notes.txt": b'variable "a" {}\n',
    }
    assert split_files(kept) == kept


def test_present_files_are_added_to_and_empty_ones_go() -> None:
    files = split_files({"all.tf": b'variable "b" {}\n', "variables.tf": b'variable "a" {}\n'})
    assert files == {"variables.tf": b'variable "a" {}\n\nvariable "b" {}\n'}
    files = split_files({"live/main.tf": b'output "a" {\r\n  value = 1\r\n}\r\n', "x.tf": b'output "b" {}\n'}, "live")
    assert files == {"live/outputs.tf": b'output "a" {\r\n  value = 1\r\n}\n', "x.tf": b'output "b" {}\n'}


BLOCKS = st.lists(
    st.tuples(
        st.sampled_from(["variable", "output", "resource", "locals", "provider", "terraform"]),
        st.sampled_from(["", "# comment\n", "// a\n# b\n", "# apart\n\n", "\n\n\n"]),
    ),
    max_size=12,
)


@given(BLOCKS)
@settings(deadline=None, max_examples=60)
def test_no_block_is_lost_or_changed(blocks: list[tuple[str, str]]) -> None:
    text, bodies = "", []
    for number, (kind, before) in enumerate(blocks):
        labels = {"resource": f' "null_resource" "r{number}"', "locals": "", "terraform": ""}.get(kind, f' "n{number}"')
        body = f"{kind}{labels} {{\n  a{number} = {number}\n}}\n"
        bodies.append(body.encode())
        text += before + body
    files = split_files({"main.tf": text.encode()})
    joined = b"".join(files.values())
    assert all(joined.count(b) == 1 for b in bodies)
    assert sorted(line for line in joined.splitlines() if line.strip()) == sorted(
        line for line in text.encode().splitlines() if line.strip()
    )

"""Edits: what a reply means, and that nothing else changes."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from terraformer.hcl import apply_edits, parse_edits
from terraformer.hcl.merge import merge, parts_of
from terraformer.types import TerraformConfig

MAIN = """\
# The bucket of the logs.
resource "aws_s3_bucket" "logs" {
  bucket = "logs"   # the name
  tags   = { Team = "a" }
}

resource "aws_sqs_queue" "jobs" {
  name = "jobs"

  # seconds
  delay_seconds = 5 # short
}

output "queue" {
  value = aws_sqs_queue.jobs.arn
}
"""


def config(text: str = MAIN, name: str = "main.tf", **others: str) -> TerraformConfig:
    return TerraformConfig({name: text.encode(), **{k: v.encode() for k, v in others.items()}})


def edited(before: TerraformConfig, reply: str) -> TerraformConfig:
    found = parse_edits(reply, before.files)
    assert found.problem == ""
    done = apply_edits(before, found.edits)
    assert done.problem == ""
    assert done.config is not None
    return done.config


def refused(before: TerraformConfig, reply: str) -> str:
    found = parse_edits(reply, before.files)
    if found.problem:
        return found.problem
    done = apply_edits(before, found.edits)
    assert done.config is None
    return done.problem


def block(search: str, replace: str, name: str = "main.tf") -> str:
    return f"{name}\n```hcl\n<<<<<<< SEARCH\n{search}=======\n{replace}>>>>>>> REPLACE\n```\n"


# --- SEARCH/REPLACE --------------------------------------------------------------------------------------------------


def test_one_block_changes_its_lines_only() -> None:
    after = edited(config(), "Sure:\n\n" + block('  name = "jobs"\n', '  name = "work"\n'))
    assert after.text("main.tf") == MAIN.replace('"jobs"\n', '"work"\n')


@pytest.mark.parametrize(
    "search",
    [
        '  bucket = "logs"   # the name\n  tags   = { Team = "a" }\n',
        '  bucket = "logs"   # the name  \n  tags   = { Team = "a" }\n',  # trailing blanks
        'bucket = "logs"   # the name\ntags   = { Team = "a" }\n',  # indentation
        '\n  bucket = "logs" # the name\n\n  tags = {Team = "a"}\n',  # blanks and blank lines
        "  bucket = “logs” # the name\n  tags = { Team = “a” }\n",  # typographic quotes
        '  bucket = "logs"\n  tags = { Team = "a" }\n',  # without the comment
        '  bucket = "logs"   # the name\r\n  tags   = { Team = "a" }\r\n',  # line ends
    ],
)
def test_search_texts_that_are_slightly_off(search: str) -> None:
    last = search.replace("\r", "").strip("\n").split("\n")[-1]
    replace = search.replace("\r", "").replace(last, last + "\n" + last[: len(last) - len(last.lstrip())] + "x = 1")
    after = edited(config(), block(search, replace))
    tags = '  tags   = { Team = "a" }\n'
    assert after.text("main.tf") == MAIN.replace(tags, tags + "  x = 1\n")


def test_a_search_text_must_fit_one_place_only() -> None:
    told = refused(config(), block("}\n\n", "}\n# here\n"))
    assert "several places" in told
    assert "lines 5, 12)" in told
    told = refused(config(), block('  nam = "jobz"\n  # seconds\n', ""))
    assert "not in main.tf" in told
    assert "delay_seconds" in told or "# seconds" in told  # the nearest lines are shown


def test_the_same_text_in_two_files_needs_the_name() -> None:
    two = config(MAIN, **{"other.tf": "locals {\n  a = 1\n}\n", "third.tf": "locals {\n  a = 1\n}\n"})
    reply = "<<<<<<< SEARCH\n  a = 1\n=======\n  a = 2\n>>>>>>> REPLACE\n"
    assert "other.tf and third.tf" in refused(two, reply)
    after = edited(two, "third.tf\n" + reply)
    assert after.text("third.tf") == "locals {\n  a = 2\n}\n"
    assert after.text("other.tf") == two.text("other.tf")


def test_a_wrong_file_name_is_forgiven_where_the_text_is_unique() -> None:
    after = edited(config(MAIN, "storage.tf"), block('  bucket = "logs"\n', '  bucket = "log"\n', "main.tf"))
    assert after.text("storage.tf") == MAIN.replace('"logs"   # the name', '"log"   # the name')  # the comment stays


def test_edits_are_applied_in_order_and_all_or_none() -> None:
    first, second = block('  name = "jobs"\n', '  name = "b"\n'), block('  name = "b"\n', '  name = "c"\n')
    assert '  name = "c"\n' in edited(config(), first + second).text("main.tf")
    told = refused(config(), first + block("  nothing = 1\n", "  x = 2\n"))
    assert told.startswith("Edit 2:")


def test_an_edit_that_is_done_already_is_no_problem() -> None:
    reply = block('  name = "jobs"\n  fifo_queue = false\n', '  name = "jobs"\n\n  # seconds\n')
    assert edited(config(), reply).files == config().files


def test_deleting_lines_and_blocks() -> None:
    queue = MAIN[MAIN.index('resource "aws_sqs') : MAIN.index("output")]
    after = edited(config(), block(queue, ""))
    assert after.text("main.tf") == MAIN.replace(queue, "")


def test_parts_of_a_line() -> None:
    after = edited(config(), block('Team = "a"\n', 'Team = "b"\n'))
    assert after.text("main.tf") == MAIN.replace('Team = "a"', 'Team = "b"')
    assert "not in" in refused(config(), block("eam = \n", "x\n"))  # no part of a word


def test_a_new_block_by_an_empty_search() -> None:
    new = 'resource "aws_sqs_queue" "dead" {\n  name = "dead"\n}\n'
    assert edited(config(), block("", new)).text("main.tf") == MAIN + "\n" + new
    split = edited(config(), block("", new, "queues.tf"))
    assert split.text("queues.tf") == new
    assert split.text("main.tf") == MAIN


def test_indentation_of_new_lines_follows_the_file() -> None:
    tabs = MAIN.replace("  ", "\t")
    after = edited(config(tabs), block('  name = "jobs"\n', '  name = "jobs"\n  fifo_queue = false\n'))
    assert after.text("main.tf") == tabs.replace('\tname = "jobs"\n', '\tname = "jobs"\n\tfifo_queue = false\n')


def test_windows_files_keep_their_line_ends_and_mark() -> None:
    original = b"\xef\xbb\xbf" + MAIN.rstrip("\n").replace("\n", "\r\n").encode()
    before = TerraformConfig({"main.tf": original})
    after = edited(before, block("  delay_seconds = 5 # short\n", "  delay_seconds = 6\n  fifo_queue = false\n"))
    wanted = original.replace(b"  delay_seconds = 5 # short\r\n", b"  delay_seconds = 6\r\n  fifo_queue = false\r\n")
    assert after.files["main.tf"] == wanted
    end = edited(
        before, block('output "queue" {\n  value = aws_sqs_queue.jobs.arn\n}\n', 'output "q" {\n  value = 1\n}\n')
    )
    assert end.files["main.tf"].endswith(b'output "q" {\r\n  value = 1\r\n}')


def test_bytes_that_are_not_utf8_stay() -> None:
    before = TerraformConfig({"main.tf": MAIN.replace("seconds", "s\u00e9conds", 1).encode("latin-1")})
    after = edited(before, block('  name = "jobs"\n', '  name = "work"\n'))
    assert after.files["main.tf"] == before.files["main.tf"].replace(b'name = "jobs"', b'name = "work"')


@pytest.mark.parametrize(
    "reply",
    [
        'main.tf\n<<<<<<< SEARCH\n  name = "jobs"\n=======\n  name = "wo',
        'main.tf\n<<<<<<< SEARCH\n  name = "jobs"\n',
        '```hcl\nresource "aws_sqs_queue" "jobs" {\n  name = "wo',
        "",
        "I am sorry, I cannot help with that.",
        "<think>first I search",
    ],
)
def test_replies_that_cannot_be_used_say_why(reply: str) -> None:
    assert parse_edits(reply, ["main.tf"]).problem != ""


def test_a_forgotten_end_mark_before_a_fence_or_another_block() -> None:
    reply = 'main.tf\n```hcl\n<<<<<<< SEARCH\n  name = "jobs"\n=======\n  name = "work"\n```\nThat is all.\n'
    assert edited(config(), reply).text("main.tf") == MAIN.replace('"jobs"\n', '"work"\n')


@pytest.mark.parametrize(
    "wrapped",
    [
        "{}",
        "main.tf\n{}",
        "**File: `main.tf`**\n\n```\n{}```",
        "In main.tf, replace this:\n~~~terraform\n{}~~~",
        "```hcl main.tf\n{}```",
        "1. `main.tf`\n\n   ```\n{}   ```",
    ],
)
@pytest.mark.parametrize(
    "marks",
    [
        ("<<<<<<< SEARCH", ">>>>>>> REPLACE"),
        ("<<<<<<<", ">>>>>>>"),
        ("<<<<<<< main.tf", ">>>>>>> end"),
        ("<<<<<< Original", ">>>>>> Updated"),
    ],
)
def test_wrappings_and_marks(wrapped: str, marks: tuple[str, str]) -> None:
    body = f'{marks[0]}\n  name = "jobs"\n=======\n  name = "work"\n{marks[1]}\n'
    assert edited(config(), wrapped.format(body)).text("main.tf") == MAIN.replace('"jobs"\n', '"work"\n')


def test_several_files_new_and_deleted_ones() -> None:
    before = config(MAIN, **{"old.tf": "locals {\n  a = 1\n}\n"})
    reply = (
        block('  name = "jobs"\n', "  name = var.name\n")
        + 'Then variables.tf:\n\n```hcl\n# variables.tf\nvariable "name" {\n  default = "jobs"\n}\n```\n\nDELETE FILE: old.tf\n'
    )
    after = edited(before, reply)
    assert sorted(after.files) == ["main.tf", "variables.tf"]
    assert "var.name" in after.text("main.tf")


def test_blocks_are_deleted_by_address() -> None:
    after = edited(config(), "DELETE BLOCK: aws_s3_bucket.logs\n**DELETE BLOCK:** `output.queue`\n")
    assert after.text("main.tf") == MAIN[MAIN.index('resource "aws_sqs') : MAIN.index("\noutput")]
    assert "no block" in refused(config(), "DELETE BLOCK: aws_s3_bucket.other\n")


@pytest.mark.parametrize("name", ["../evil.tf", "/etc/passwd.tf", "a/../../b.tf", ".terraform/x.tf", "C:\\x.tf"])
def test_paths_never_leave_the_configuration(name: str) -> None:
    after = edited(config(), block("", "locals {}\n", name))
    assert all(not p.startswith(("/", "..", ".")) and ".." not in p and ":" not in p for p in after.files)


def test_files_of_modules_and_roots_below_the_top() -> None:
    before = TerraformConfig(
        {"live/main.tf": MAIN.encode(), "modules/q/main.tf": b"locals {\n  a = 1\n}\n"}, root="live"
    )
    after = edited(before, block("  a = 1\n", "  a = 2\n", "modules/q/main.tf"))
    assert after.files["modules/q/main.tf"] == b"locals {\n  a = 2\n}\n"
    assert after.root == "live"
    new = edited(before, block("", "locals {}\n", "extra.tf"))
    assert "live/extra.tf" in new.files


# --- unified diffs ---------------------------------------------------------------------------------------------------


def test_unified_diffs_whatever_their_line_numbers() -> None:
    reply = (
        "```diff\n--- a/main.tf\n+++ b/main.tf\n@@ -99,3 +99,4 @@ whatever\n"
        ' resource "aws_sqs_queue" "jobs" {\n-  name = "jobs"\n+  name = "work"\n+  fifo_queue = false\n \n'
        "--- /dev/null\n+++ b/new.tf\n@@ -0,0 +1,1 @@\n+locals {}\n```\n"
    )
    after = edited(config(), reply)
    assert after.text("main.tf") == MAIN.replace('  name = "jobs"\n', '  name = "work"\n  fifo_queue = false\n')
    assert after.text("new.tf") == "locals {}\n"


# --- whole files and blocks ------------------------------------------------------------------------------------------

WHOLE = """\
resource "aws_s3_bucket" "logs" {
    bucket = "logs"
    tags = {
        Team : "a",
    }
}
resource "aws_sqs_queue" "jobs" {
    delay_seconds = 9
    name = "jobs"
}
output "queue" { value = aws_sqs_queue.jobs.arn }
"""


def test_a_rewritten_file_keeps_what_means_the_same() -> None:
    after = edited(config(), f"```hcl\n{WHOLE}```")
    assert after.text("main.tf") == MAIN.replace("delay_seconds = 5", "delay_seconds = 9")


def test_a_rewritten_file_that_means_the_same_is_the_same() -> None:
    reply = WHOLE.replace("delay_seconds = 9", "delay_seconds = 5")
    assert edited(config(), f"main.tf\n```hcl\n{reply}```").files == config().files


def test_some_blocks_leave_the_others_alone() -> None:
    reply = 'resource "aws_sqs_queue" "jobs" {\n  name = "jobs"\n  fifo_queue = false\n}\n'
    text = edited(config(), f"```hcl\n{reply}```").text("main.tf")
    assert text == MAIN.replace(
        '  name = "jobs"\n\n  # seconds\n  delay_seconds = 5 # short\n', '  name = "jobs"\n  fifo_queue = false\n\n'
    )


def test_elided_bodies_delete_nothing() -> None:
    reply = 'resource "aws_sqs_queue" "jobs" {\n  # ... existing arguments\n  fifo_queue = false\n}\n'
    text = edited(config(), f"```hcl\n{reply}```").text("main.tf")
    assert text == MAIN.replace("delay_seconds = 5 # short\n", "delay_seconds = 5 # short\n  fifo_queue = false\n")


def test_blocks_find_their_files() -> None:
    before = config(MAIN, **{"vars.tf": 'variable "a" {\n  default = 1\n}\n'})
    reply = '```hcl\nvariable "a" {\n  default = 2\n}\n\nvariable "b" {\n  default = 3\n}\n```'
    after = edited(before, reply)
    assert after.text("main.tf") == MAIN
    assert after.text("vars.tf") == 'variable "a" {\n  default = 2\n}\n\nvariable "b" {\n  default = 3\n}\n'


def test_a_snippet_of_locals_keeps_the_other_values() -> None:
    before = config("locals {\n  a = 1 # one\n  b = 2\n}\n\n" + MAIN)
    after = edited(before, "```hcl\nlocals {\n  b = 3\n}\n```")
    assert after.text("main.tf").startswith("locals {\n  a = 1 # one\n  b = 3\n}\n")


def test_nested_blocks_are_merged_one_by_one() -> None:
    text = (
        'resource "aws_security_group" "web" {\n  ingress {\n    from_port = 80 # http\n    to_port   = 80\n  }\n'
        "\n  # tls\n  ingress {\n    from_port = 443\n    to_port   = 443\n  }\n}\n"
    )
    new = (
        'resource "aws_security_group" "web" {\n  ingress {\n    from_port = 80\n    to_port = 80\n  }\n'
        "  ingress {\n    from_port = 443\n    to_port = 444\n  }\n  ingress {\n    from_port = 22\n  }\n}\n"
    )
    merged = merge(text.encode(), new.encode(), complete=True).content.decode()
    assert merged == text.replace(
        "to_port   = 443\n  }\n", "to_port   = 444\n  }\n  ingress {\n    from_port = 22\n  }\n"
    )


def test_blocks_of_one_kind_are_told_apart_by_what_they_say() -> None:
    text = (
        'provider "aws" {\n  # the default\n  region = "a"\n}\n\nprovider "aws" {\n  alias  = "b"\n  region = "b" # B\n}\n\n'
        "moved {\n  from = t_x.a\n  to   = t_x.b\n}\n\nmoved {\n  from = t_x.c\n  to   = t_x.d\n}\n"
    )
    new = (
        'provider "aws" {\n  alias = "b"\n  region = "c"\n}\nprovider "aws" {\n  region = "a"\n}\n'
        "moved {\n  from = t_x.c\n  to = t_x.d\n}\n"
    )
    merged = merge(text.encode(), new.encode(), complete=True).content.decode()
    gone = "moved {\n  from = t_x.a\n  to   = t_x.b\n}\n\n"
    assert merged == text.replace('region = "b" # B', 'region = "c" # B').replace(gone, "")


def test_heredocs_are_compared_as_they_are() -> None:
    text = "locals {\n  a = <<-EOT\n    x # no comment\n      y\n  EOT\n}\n"
    assert merge(text.encode(), text.replace("  EOT", "  EOT").encode(), complete=True).content == text.encode()
    changed = text.replace("x # no", "x  # no")
    assert merge(text.encode(), changed.encode(), complete=True).content == changed.encode()


def test_what_cannot_be_read_is_merged_line_by_line() -> None:
    broken = MAIN.replace('name = "jobs"', 'name = "jobs')
    after = merge(MAIN.replace("\n", "\r\n").encode(), broken.encode(), complete=True)
    assert after.content == broken.replace("\n", "\r\n").encode()


def test_json_files_are_taken_whole() -> None:
    before = TerraformConfig({"main.tf.json": b'{"locals": {"a": 1}}\n'})
    same = edited(before, '```json\n{"locals": {"a":1}}\n```')
    assert same.files == before.files
    after = edited(before, 'main.tf.json\n```json\n{"locals": {"a": 2}}\n```')
    assert after.files == {"main.tf.json": b'{"locals": {"a": 2}}\n'}


# --- what was shown --------------------------------------------------------------------------------------------------


def test_edits_refer_to_shown_lines_only() -> None:
    shown = {"main.tf": [(6, 12)]}  # the queue
    edits = parse_edits(block('  tags   = { Team = "a" }\n', "")).edits
    assert "as shown" in apply_edits(config(), edits, shown=shown).problem
    edits = parse_edits(
        block('  name = "jobs"\n', '  name = "jobs"\n  a = 1\n') + block("  a = 1\n", "  b = 1\n")
    ).edits
    done = apply_edits(config(), edits, shown=shown)
    assert done.config is not None
    assert done.config.text("main.tf") == MAIN.replace('  name = "jobs"\n', '  name = "jobs"\n  b = 1\n')
    # "}" fits three places in the file, but one of those shown.
    done = apply_edits(config(), parse_edits(block("}\n", "  c = 1\n}\n")).edits, shown=shown)
    assert done.config is not None


def test_blocks_that_were_not_shown_are_neither_deleted_nor_rewritten() -> None:
    shown = {"main.tf": [(6, 12)]}
    reply = 'main.tf\n```hcl\nresource "aws_sqs_queue" "jobs" {\n  name = "x"\n}\n```'
    done = apply_edits(config(), parse_edits(reply, ["main.tf"]).edits, shown=shown)
    assert done.config is not None
    assert "aws_s3_bucket" in done.config.text("main.tf")
    reply = 'main.tf\n```hcl\nresource "aws_s3_bucket" "logs" {\n  bucket = "x"\n}\n```'
    told = apply_edits(config(), parse_edits(reply, ["main.tf"]).edits, shown=shown)
    assert told.config is None
    assert "aws_s3_bucket.logs" in told.problem


# --- properties ------------------------------------------------------------------------------------------------------

NAMES = st.sampled_from(["a", "b", "c", "d_e", "f-g"])
VALUES = st.sampled_from(
    ["1", '"x"', "[1, 2]", "{ a = 1 }", "var.x", '"${var.x} y"', "null", "{\n    k = [\n      1,\n    ]\n  }"]
)
COMMENTS = st.sampled_from(["", "# c", "// d", "/* e */", "# ...", "# \u00e9"])


@st.composite
def blocks(draw: st.DrawFn) -> str:
    kind = draw(st.sampled_from(['resource "t_x"', "variable", "output", 'data "t_y"']))
    indent = draw(st.sampled_from(["  ", "\t", "    "]))
    lead = draw(COMMENTS)
    lines = [lead] if lead else []
    lines.append(f'{kind} "{draw(NAMES)}" {{')
    for name in draw(st.lists(NAMES, unique=True, max_size=4)):
        above = draw(COMMENTS)
        if above:
            lines.append(indent + above)
        lines.append(f"{indent}{name} = {draw(VALUES)} {draw(COMMENTS)}".rstrip())
    if draw(st.booleans()):
        lines.extend([f"{indent}nested {{", f"{indent * 2}z = {draw(VALUES)}", indent + "}"])
    return "\n".join([*lines, "}"]) + "\n"


@st.composite
def files(draw: st.DrawFn) -> str:
    return draw(st.sampled_from(["\n", "\n\n", ""])).join(draw(st.lists(blocks(), min_size=1, max_size=5)))


def as_written(text: str, crlf: bool, mark: bool, final: bool) -> bytes:
    text = text if final else text.rstrip("\n")
    return (b"\xef\xbb\xbf" if mark else b"") + (text.replace("\n", "\r\n") if crlf else text).encode()


FORMS = st.tuples(st.booleans(), st.booleans(), st.booleans())
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@QUICK
@given(files(), FORMS, st.data())
def test_bytes_outside_of_the_edited_lines_are_unchanged(
    text: str, form: tuple[bool, bool, bool], data: st.DataObject
) -> None:
    original = as_written(text, *form)
    lines = text.rstrip("\n").split("\n") if not form[2] else text.split("\n")[:-1]
    at = data.draw(st.integers(0, len(lines) - 1))
    size = data.draw(st.integers(1, len(lines) - at))
    search = "".join(line + "\n" for line in lines[at : at + size])
    replace = data.draw(st.sampled_from(["", "  q = 1\n", search + "  q = 1\n", "  q = 1\n" + search, "\n"]))
    before = TerraformConfig({"main.tf": original})
    found = parse_edits(block(search, replace), ["main.tf"])
    done = apply_edits(before, found.edits)
    if done.config is None:
        assert "several places" in done.problem or "no Terraform" in done.problem or not search.strip()
        return
    after = done.config.files["main.tf"]
    raw = original.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    head, tail = b"\n".join(raw[:at]), b"\n".join(raw[at + size :])
    if search.strip():
        assert after.removeprefix(b"\xef\xbb\xbf").startswith(head)
        assert after.endswith(tail)
    assert after.startswith(b"\xef\xbb\xbf") == form[1]
    if form[0]:
        assert b"\n" not in after.replace(b"\r\n", b"")


@QUICK
@given(files(), FORMS)
def test_the_same_file_in_another_form_changes_nothing(text: str, form: tuple[bool, bool, bool]) -> None:
    original = as_written(text, *form)
    other = "\n".join(line.rstrip() for line in text.replace("\t", "   ").split("\n") if line.strip())
    assert merge(original, other.encode(), complete=True).content == original
    assert merge(original, other.encode(), complete=False).content == original


@QUICK
@given(files(), files(), FORMS)
def test_blocks_that_a_rewrite_keeps_have_their_bytes(text: str, other: str, form: tuple[bool, bool, bool]) -> None:
    original = as_written(text, *form)
    other = other.replace("# ...", "# x")  # which would stand for what was left out
    old = parts_of(original)
    merged = merge(original, other.encode(), complete=True)
    touched = {p.start for p in (*merged.changed, *merged.deleted)}
    for part in old:
        if part.start not in touched:
            assert original[part.start : part.end] in merged.content
    # And the result says what the new text says (blocks that are declared twice may change places).
    keys = [p.key for p in parts_of(other.encode())]
    if len(set(keys)) == len(keys):
        assert merge(other.encode(), merged.content, complete=True).content == other.encode()
    assert sorted(p.key for p in parts_of(merged.content)) == sorted(p.key for p in parts_of(other.encode()))


@QUICK
@given(st.text(alphabet='<>=`{}\n "SEARCHREPLACEmain.tf#+-@a', max_size=400))
def test_any_text_is_read_and_applied_without_an_exception(reply: str) -> None:
    before = config()
    found = parse_edits(reply, before.files)
    if not found.problem:
        apply_edits(before, found.edits)


@pytest.mark.parametrize(
    "reply",
    [
        "<<<<<<< SEARCH\n" * 20_000,
        ("<<<<<<< SEARCH\n}\n=======\n}\n}\n>>>>>>> REPLACE\n") * 2_000,
        "main.tf\n<<<<<<< SEARCH\n" + "a\n" * 100_000 + "=======\n" + "a\n" * 100_000 + ">>>>>>> REPLACE\n",
        "main.tf\n<<<<<<< SEARCH\n" + "{" * 200_000 + "\n=======\nx\n>>>>>>> REPLACE\n",
        "```hcl\n" + 'resource "a" "b" {\n' * 20_000 + "```",
        "```hcl\n" + "locals { a = 1 }\n" * 20_000 + "```",
        "--- a/main.tf\n+++ b/main.tf\n" + "@@ -1 +1 @@\n-a\n+b\n" * 20_000,
    ],
    ids=["heads", "blocks", "long", "deep", "nested", "wide", "hunks"],
)
@pytest.mark.timeout(60)
def test_hostile_replies_take_bounded_time(reply: str) -> None:
    before = config(MAIN + "a\n" * 50_000)
    found = parse_edits(reply, before.files)
    if not found.problem:
        apply_edits(before, found.edits)

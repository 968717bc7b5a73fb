"""Real configurations, changed by scripted answers of every form: nothing that no edit touches may differ by a byte.

The configurations are read from ../shared/corpora, which is no part of the project: without it these tests are skipped.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from terraformer.generate.mutation import MutateSettings, mutate, mutation_result
from terraformer.hcl import apply_edits, parse_edits, scan
from terraformer.hcl.merge import merge, parts_of
from terraformer.models.mock import MockModel
from terraformer.provider import bundle
from terraformer.types import TerraformConfig
from terraformer.verify import VerifierPool, VerifySettings

CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpora" / "github_tf.jsonl"
WANTED = 10
SETTINGS = MutateSettings(verify=VerifySettings(keep_plan=False), schema_chars=0)

pytestmark = pytest.mark.skipif(not CORPUS.is_file(), reason="needs ../shared/corpora, real configurations from GitHub")


def carelessly_rewritten(text: str) -> str:
    """Without comments and blank lines, and indented otherwise."""
    lines, heredoc = [], ""
    for line in text.split("\n"):
        opened = re.search(r"<<[-~]?\s*([A-Za-z_][\w-]*)\s*$", line)
        if heredoc or opened:
            heredoc = "" if heredoc and line.strip() == heredoc else heredoc or (opened[1] if opened else "")
            lines.append(line)
        elif line.strip() and not line.lstrip().startswith(("#", "//")):
            lines.append("     " + line.strip() if line[:1] in (" ", "\t") else line)
    return "\n".join(lines)


def test_every_configuration_survives_being_rewritten() -> None:
    """Answers with whole files, or one block, that mean what is there already: not a byte differs."""
    seen = 0
    with CORPUS.open(encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line)
            text = entry["hcl"] or ""
            content = text.encode()
            if not text or scan({"main.tf": content}).parse_errors:
                continue
            seen += 1
            assert merge(content, carelessly_rewritten(text).encode(), complete=True).content == content, entry["id"]
            keys = [p.key for p in parts_of(content)]
            for part in parts_of(content)[:3]:
                header, _, rest = content[part.start : part.end].decode().partition("\n")
                if not rest or keys.count(part.key) > 1:
                    continue
                reply = f"```hcl\n{header}\n  zz_new = 1\n{carelessly_rewritten(rest)}\n```"
                done = apply_edits(TerraformConfig({"main.tf": content}), parse_edits(reply).edits)
                assert done.config is not None, (entry["id"], done.problem)
                after = done.config.files["main.tf"]
                assert after.startswith(content[: part.start]), entry["id"]
                assert after.endswith(content[part.end :]), entry["id"]
                assert after.replace(b"zz_new = 1", b"", 1).split() == content.split(), entry["id"]
    assert seen > 500


@pytest.fixture(scope="module")
def pool() -> Iterator[VerifierPool]:
    with VerifierPool(1, VerifySettings(keep_plan=False)) as found:
        yield found


def taggable(config: TerraformConfig) -> list[str]:
    """Resources that take tags and have none."""
    found = []
    for block in scan(config.files).root.resources:
        source = bundle.provider_for_type(block.type)
        if source != "hashicorp/aws" or block.repeated:
            continue
        schema = bundle.latest(source).schema("resource", block.type).block
        content = config.files["main.tf"]
        text = content[block.range.start.byte : block.range.end.byte]
        if "tags" in schema.attributes and b"tags" not in text and text.count(b"\n") > 2:
            found.append(block.address)
    return found


@pytest.fixture(scope="module")
def chosen(pool: VerifierPool) -> list[tuple[str, TerraformConfig, str]]:
    """The first ten, in the file's order, that plan, have several resources and comments, and one that lacks tags."""
    found: list[tuple[str, TerraformConfig, str]] = []
    with CORPUS.open(encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line)
            text = entry["hcl"] or ""
            if not 1_000 < len(text) < 12_000 or text.count("\nresource ") < 2 or "#" not in text or "_aws" in text:
                continue
            config = TerraformConfig.from_text(text)
            addresses = taggable(config)
            if not addresses or any(f.parse_errors for f in scan(config.files).modules.values()):
                continue
            if not pool.verify(config).deployable:
                continue
            found.append((entry["id"], config, addresses[-1]))
            if len(found) == WANTED:
                break
    assert len(found) == WANTED
    return found


TAGS = '  tags = {\n    Changed = "yes"\n  }\n'


def block_of(config: TerraformConfig, address: str) -> str:
    content = config.files["main.tf"]
    part = next(p for p in parts_of(content) if p.address == address)
    return content[part.start : part.end].decode()


def by_block(config: TerraformConfig, address: str) -> str:
    lines = block_of(config, address).split("\n")
    search = "\n".join(lines[:2])
    return f"main.tf\n```hcl\n<<<<<<< SEARCH\n{search}\n=======\n{lines[0]}\n{TAGS}{lines[1]}\n>>>>>>> REPLACE\n```\n"


def by_careless_block(config: TerraformConfig, address: str) -> str:
    """Indentation and trailing blanks are off, the file has another name."""
    lines = block_of(config, address).split("\n")
    return (
        f"Here you are!\n\n### `terraform/main.tf`\n\n```terraform\n<<<<<<< SEARCH\n{lines[0]}   \n{lines[1].strip()}\n"
        f"=======\n{lines[0]}\n{TAGS}{lines[1].strip()}\n>>>>>>> REPLACE\n```\nHope this helps.\n"
    )


def by_diff(config: TerraformConfig, address: str) -> str:
    lines = block_of(config, address).split("\n")
    added = "".join(f"+{line}\n" for line in TAGS.split("\n")[:-1])
    return f"```diff\n--- a/main.tf\n+++ b/main.tf\n@@ -1,2 +1,5 @@\n {lines[0]}\n{added} {lines[1]}\n```\n"


def by_elided_block(config: TerraformConfig, address: str) -> str:
    return f"```hcl\n{block_of(config, address).splitlines()[0]}\n  # ... everything else unchanged\n{TAGS}}}\n```\n"


def by_whole_file(config: TerraformConfig, address: str) -> str:
    """The model has dropped comments and blank lines on its way, and indents by four."""
    header = block_of(config, address).split("\n")[0]
    lines, heredoc = [], ""
    for line in config.text("main.tf").split("\n"):
        opened = line.rpartition("<<")[2].strip("- ") if "<<" in line and not heredoc else ""
        if heredoc or opened:
            heredoc = "" if line.strip() == heredoc else (heredoc or opened)
            lines.append(line)
        elif line.strip() and not line.lstrip().startswith(("#", "//")):
            lines.append(line.replace("  ", "    ") if not line.lstrip().startswith(('"', "[")) else line)
        if line == header:
            lines.append(TAGS.rstrip("\n"))
    return "main.tf\n```hcl\n" + "\n".join(lines) + "\n```\n"


FORMS: list[Callable[[TerraformConfig, str], str]] = [
    by_block,
    by_careless_block,
    by_diff,
    by_elided_block,
    by_whole_file,
]


@pytest.mark.parametrize("windows", [False, True], ids=["as it is", "with CR LF, a mark, and no last newline"])
@pytest.mark.parametrize("number", range(WANTED))
def test_untouched_bytes_stay_as_they_were(
    number: int, windows: bool, chosen: list[tuple[str, TerraformConfig, str]], pool: VerifierPool
) -> None:
    name, before, address = chosen[number]
    form = FORMS[(number + windows) % len(FORMS)]
    model = MockModel([form(before, address)])
    if windows:
        content = before.files["main.tf"].rstrip(b"\n").replace(b"\n", b"\r\n")
        before = TerraformConfig({"main.tf": b"\xef\xbb\xbf" + content})
    trace = mutate(before, f'Add the tag Changed = "yes" to {address}.', model=model, settings=SETTINGS, pool=pool)
    told = (name, form.__name__, trace.stopped, [a.problem for a in trace.attempts])
    assert trace.config is not None, told
    assert trace.report is not None
    assert trace.stopped == "clean", (told, [c.summary for c in trace.report.errors])
    old = before.files["main.tf"].decode().splitlines(keepends=True)
    new = trace.config.files["main.tf"].decode().splitlines(keepends=True)
    opcodes = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    changed = [(tag, old[i1:i2], "".join(new[j1:j2])) for tag, i1, i2, j1, j2 in opcodes if tag != "equal"]
    assert [(tag, lines) for tag, lines, _ in changed] == [("insert", [])], told
    assert changed[0][2].strip().splitlines() == TAGS.strip().splitlines(), told
    assert changed[0][2].count("\r\n") == (changed[0][2].count("\n") if windows else 0), told
    summary = mutation_result(trace).summary
    assert summary is not None
    assert [(r.address.split("[")[0], r.kind.value) for r in summary.resources] == [(address, "changed")], told


@pytest.mark.parametrize("number", range(WANTED))
def test_a_deleted_resource_is_refused_and_nothing_else_happens(
    number: int, chosen: list[tuple[str, TerraformConfig, str]], pool: VerifierPool
) -> None:
    """An answer that deletes what the request does not name is no better than the honest one after it."""
    _, before, address = chosen[number]
    model = MockModel([f"DELETE BLOCK: {address}\n", by_block(before, address)])
    trace = mutate(before, "Add the tag Changed = yes to what lacks tags.", model=model, settings=SETTINGS, pool=pool)
    assert trace.attempts[0].report is not None
    codes = {c.code for c in trace.attempts[0].report.errors}
    # Where others refer to it the plan fails first; then the blocks' text tells.
    assert "collateral-change" in codes
    assert trace.best == 1
    assert trace.stopped == "clean"
    assert trace.config is not None
    assert before.files["main.tf"].count(b"\nresource ") == trace.config.files["main.tf"].count(b"\nresource ")

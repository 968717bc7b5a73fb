"""What a reply does to a file: cut off, prose and fences in it, code left out with a comment, broken syntax."""

from __future__ import annotations

import random
import re

from terraformer.data.faults.hand import shuffled
from terraformer.data.faults.registry import Broken, fault
from terraformer.data.faults.written import Argument, Block, Edit, Written


def _file(written: Written, rng: random.Random) -> str:
    return rng.choice(sorted(written.files)) if written.files else ""


def _all_blocks(written: Written) -> list[Block]:
    return [b for top in written.blocks for b in top.walk()]


def _plain(written: Written) -> list[Argument]:
    return [a for b in _all_blocks(written) for a in b.arguments if "\n" not in a.text]


@fault(
    "reply-cut-off",
    "The file ends in the middle",
    "wrong-type",
    "syntax-error",
    "invalid-name",
    weight=5,
    phase="parse",
    parses=False,
)
def cut_off(written: Written, rng: random.Random) -> Broken | None:
    blocks = [b for b in written.blocks if b.close - b.inner > 4]
    if not blocks:
        return None
    block = rng.choice(blocks[len(blocks) // 2 :])
    content = written.config.files[block.file]
    at = rng.randrange(block.inner + 1, block.close)
    while at < block.close and content[at] & 0xC0 == 0x80:  # not inside a character
        at += 1
    return Broken((Edit(block.file, at, len(content), ""),), f"cut off in {block.address}")


@fault("reply-fence", "A markdown fence left in the file", "syntax-error", weight=4, phase="parse", parses=False)
def fence(written: Written, rng: random.Random) -> Broken | None:
    name = _file(written, rng)
    if not name:
        return None
    content = written.config.files[name]
    word = rng.choice(("hcl", "terraform", "tf", ""))
    edits = []
    where = rng.choice(("both", "start", "end"))
    if where != "end":
        edits.append(Edit(name, 0, 0, f"```{word}\n"))
    if where != "start":
        edits.append(Edit(name, len(content), len(content), "```\n"))
    return Broken(tuple(edits), f"fence at {where}")


_BEFORE = (
    "Here is the Terraform configuration:",
    "Sure! Below is the configuration you asked for.",
    "The following Terraform code creates the resources:",
    "Here's the complete main.tf:",
    "**main.tf**",
    "Certainly! This creates what you described:",
    "<answer>",
)
_AFTER = (
    "This configuration creates the requested resources.",
    "Note: replace the placeholder values with your own before applying.",
    "Make sure to run `terraform init` before `terraform apply`.",
    "Explanation:\n- The provider block sets the region.\n- The resources are linked by reference.",
    "Let me know if you need anything else!",
    "</answer>",
    "---",
)


@fault(
    "reply-prose",
    "Sentences before or after the code in the file",
    "syntax-error",
    weight=4,
    phase="parse",
    parses=False,
)
def prose(written: Written, rng: random.Random) -> Broken | None:
    name = _file(written, rng)
    if not name:
        return None
    content = written.config.files[name]
    if rng.random() < 0.5:
        text = rng.choice(_BEFORE)
        return Broken((Edit(name, 0, 0, f"{text}\n\n"),), "prose before")
    text = rng.choice(_AFTER)
    return Broken((Edit(name, len(content), len(content), f"\n{text}\n"),), "prose after")


_REST = (
    "# ... rest of the configuration unchanged",
    "# (other resources as before)",
    "# ... existing code ...",
    "# Add the remaining resources here",
    "# TODO: define {0}",
    "// ... remaining resources ...",
)


@fault(
    "reply-left-out",
    "A comment in place of blocks that others need",
    "undeclared-reference",
    weight=4,
)
def left_out(written: Written, rng: random.Random) -> Broken | None:
    needed = [
        b
        for b in (*written.resources, *written.data, *written.variables.values())
        if any(r.block is not b for r in written.referring(b.address))
    ]
    if not needed:
        return None
    block = rng.choice(needed)
    text = rng.choice(_REST).format(block.address)
    return Broken((Edit(block.file, block.start, block.end, text),), f"{text} for {block.address}")


@fault("reply-ellipsis", "Three dots in place of code", "syntax-error", weight=3, phase="parse", parses=False)
def ellipsis(written: Written, rng: random.Random) -> Broken | None:
    for block in shuffled(rng, written.blocks):
        if len(block.arguments) < 2:
            continue
        first = block.arguments[rng.randrange(1, len(block.arguments))]
        last = max([*(a.end for a in block.arguments), *(b.end for b in block.blocks)])
        return Broken((Edit(block.file, first.start, last, "..."),), f"... in {block.address}")
    return None


@fault("brace-lost", "A closing brace too few", "syntax-error", weight=5, phase="parse", parses=False)
def brace_lost(written: Written, rng: random.Random) -> Broken | None:
    blocks = _all_blocks(written)
    if not blocks:
        return None
    block = rng.choice(blocks)
    content = written.config.files[block.file]
    start = content.rfind(b"\n", 0, block.close) + 1
    end = block.close + 1
    if content[start : block.close].strip():
        start = block.close
    elif content[end : end + 1] == b"\n":
        end += 1
    return Broken((Edit(block.file, start, end, ""),), f"brace of {block.type} lost")


@fault("brace-extra", "A closing brace too many", "syntax-error", weight=3, phase="parse", parses=False)
def brace_extra(written: Written, rng: random.Random) -> Broken | None:
    if not written.blocks:
        return None
    block = rng.choice(written.blocks)
    return Broken((Edit(block.file, block.end, block.end, "\n}"),), f"brace too many after {block.type}")


@fault(
    "bracket-lost",
    "A closing bracket or parenthesis too few",
    "unsupported-block",
    "syntax-error",
    weight=3,
    phase="parse",
    parses=False,
)
def bracket_lost(written: Written, rng: random.Random) -> Broken | None:
    for block in shuffled(rng, _all_blocks(written)):
        for argument in shuffled(rng, block.arguments):
            if argument.text.endswith((")", "]", "}")) and not argument.text.startswith("<<"):
                return Broken((Edit(argument.file, argument.end - 1, argument.end, ""),), f"{argument.text[-1]} lost")
    return None


@fault(
    "equals-lost",
    "No = or a colon between an argument and its value",
    "syntax-error",
    weight=4,
    phase="parse",
    parses=False,
)
def equals_lost(written: Written, rng: random.Random) -> Broken | None:
    for argument in shuffled(rng, _plain(written)):
        name_end = argument.start + len(argument.name.encode())
        other = rng.choice((" ", ": ", " => ", " := "))
        edit = Edit(argument.file, name_end, argument.value.start_byte, other)
        return Broken((edit,), f"{argument.name}{other}{argument.text[:30]}")
    return None


@fault("lines-joined", "Two arguments on one line", "syntax-error", weight=2, phase="parse", parses=False)
def joined(written: Written, rng: random.Random) -> Broken | None:
    for block in shuffled(rng, _all_blocks(written)):
        pairs = list(zip(block.arguments, block.arguments[1:], strict=False))
        for first, second in shuffled(rng, pairs):
            between = written.text(block.file, first.end, second.start)
            if "\n" in between and not between.strip() and not first.text.startswith("<<"):
                other = rng.choice((", ", " ", "; "))
                return Broken((Edit(block.file, first.end, second.start, other),), "two arguments on a line")
    return None


@fault(
    "line-end-mark",
    "A semicolon or comma at the end of an argument",
    "syntax-error",
    weight=3,
    phase="parse",
    parses=False,
)
def end_mark(written: Written, rng: random.Random) -> Broken | None:
    found = [a for a in _plain(written) if not a.text.startswith("<<")]
    if not found:
        return None
    first = rng.choice(found)
    mark = rng.choice((";", ","))
    chosen = [first] if rng.random() < 0.5 else [a for a in found if a.owner is first.owner]
    return Broken(tuple(Edit(a.file, a.end, a.end, mark) for a in chosen), f"{len(chosen)} with {mark}")


@fault(
    "header-malformed",
    "A block's header in another way: with =, a colon, without quotes and blanks",
    "syntax-error",
    "unsupported-argument",
    "invalid-reference",
    weight=3,
    phase="parse",
    parses=False,
)
def header(written: Written, rng: random.Random) -> Broken | None:
    for block in shuffled(rng, [b for b in written.blocks if b.type in ("resource", "data", "variable", "output")]):
        head = written.text(block.file, block.start, block.inner)
        joined_labels = ".".join(block.labels) if len(block.labels) > 1 else f"[{block.labels[0]}]"
        text = rng.choice(
            (
                f"{head.removesuffix('{').rstrip()} = {{",
                f"{head.removesuffix('{').rstrip()}: {{",
                f"{block.type} {joined_labels} {{",
                f"{block.type}({', '.join(repr(x) for x in block.labels)}) {{",
                f"{head.removesuffix('{').rstrip()}\n{{",
                head.removesuffix("{").rstrip(),
            )
        )
        return Broken((Edit(block.file, block.start, block.inner, text),), f"{text.splitlines()[0][:50]}")
    return None


@fault("comment-foreign", "A comment in another language's form", "syntax-error", weight=1, phase="parse", parses=False)
def comment(written: Written, rng: random.Random) -> Broken | None:
    for block in shuffled(rng, written.blocks):
        words = re.sub(r"[_-]+", " ", block.labels[-1] if block.labels else block.type)
        text = rng.choice((f"-- {words}", f"<!-- {words} -->", f"; {words}", f"% {words}", f"'{words}"))
        return Broken((Edit(block.file, block.start, block.start, f"{text}\n"),), text)
    return None


@fault(
    "json-in-hcl",
    "Members of an object in a block, with quotes, colons and commas as in JSON",
    "invalid-name",
    "syntax-error",
    weight=2,
    phase="parse",
    parses=False,
)
def json_like(written: Written, rng: random.Random) -> Broken | None:
    for block in shuffled(rng, _all_blocks(written)):
        held = [a for a in block.arguments if "\n" not in a.text]
        if len(held) < 2 or len(held) != len(block.arguments):
            continue
        edits = [Edit(a.file, a.start, a.end, f'"{a.name}": {a.text},') for a in held]
        return Broken(tuple(edits), f"{block.type} as in JSON")
    return None

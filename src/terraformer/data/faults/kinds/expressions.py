"""Expressions: functions that do not exist or get the wrong thing, files that are not there, quoting, templates."""

from __future__ import annotations

import random
import re

from tree_sitter import Node

from terraformer.data.faults.hand import shuffled
from terraformer.data.faults.registry import Broken, fault
from terraformer.data.faults.written import META, Argument, Edit, Written
from terraformer.types import Stage

_NAMES = {
    "jsonencode": ("json_encode", "jsonEncode", "tojson", "to_json", "json"),
    "toset": ("to_set", "set"),
    "tolist": ("to_list", "list"),
    "tomap": ("to_map", "map"),
    "length": ("len", "count", "size"),
    "base64encode": ("base64", "base64_encode", "b64encode"),
    "cidrsubnet": ("cidr_subnet", "subnetcidr"),
    "join": ("concat_strings", "implode"),
    "format": ("sprintf", "str_format"),
    "lookup": ("get", "map_lookup"),
    "merge": ("merge_maps", "combine"),
    "slice": ("sublist", "substr_list"),
    "element": ("at", "nth"),
    "lower": ("lowercase", "to_lower"),
    "file": ("read_file", "readfile"),
}
_AROUND = (
    "str",
    "string",
    "trimall",
    "lowercase",
    "uuidv4_short",
    "to_string",
    "random_string",
    "hash",
    "env",
    "getenv",
)


def _calls(written: Written) -> list[tuple[Argument, Node]]:
    found = []
    for top in written.blocks:
        for block in top.walk():
            for argument in block.arguments:
                stack = [argument.value]
                while stack:
                    node = stack.pop()
                    if node.type == "function_call":
                        found.append((argument, node))
                    stack.extend(c for c in node.children if c.named_child_count)
    return found


def _texts(written: Written) -> list[Argument]:
    """Arguments with a plain text in quotes."""
    return [
        a
        for a in written.arguments
        if isinstance(a.literal, str) and a.text.startswith('"') and a.name not in META and "\\" not in a.text
    ]


@fault("function-unknown", "A function that Terraform does not have", "unknown-function", weight=5)
def unknown(written: Written, rng: random.Random) -> Broken | None:
    for argument, node in shuffled(rng, _calls(written)):
        name = node.children[0]
        old = (name.text or b"").decode()
        if old in _NAMES:
            other = rng.choice(_NAMES[old])
            return Broken((Edit(argument.file, name.start_byte, name.end_byte, other),), f"{old}() -> {other}()")
    for argument in shuffled(rng, _texts(written)):
        other = rng.choice(_AROUND)
        return Broken((written.value(argument, f"{other}({argument.text})"),), f"{other}()")
    return None


@fault(
    "function-arguments",
    "A function with too few, too many or the wrong arguments",
    "invalid-function-argument",
    "wrong-type",
    weight=4,
)
def arguments(written: Written, rng: random.Random) -> Broken | None:
    for argument, node in shuffled(rng, _calls(written)):
        name = (node.children[0].text or b"").decode()
        held = next((c for c in node.children if c.type == "function_arguments"), None)
        if held is None:
            continue
        given = [c for c in held.children if c.type == "expression"]
        ways = {
            "jsonencode": ", true",
            "toset": ", true",
            "base64encode": ', "utf-8"',
            "cidrsubnet": None,
            "join": None,
            "element": None,
            "lookup": ", null, null",
            "length": ", 1",
        }
        if name not in ways or not given:
            continue
        tail = ways[name]
        if tail is None:  # the last argument is lost
            edit = Edit(argument.file, given[-2].end_byte, given[-1].end_byte, "") if len(given) > 1 else None
            if edit is None:
                continue
            return Broken((edit,), f"{name}() with an argument too few")
        end = given[-1].end_byte
        return Broken((Edit(argument.file, end, end, tail),), f"{name}() with an argument too many")
    ways_of_text = (
        ('join({0}, "-")', "join() the wrong way round"),
        ("cidrsubnet({0}, 8)", "cidrsubnet() with an argument too few"),
        ('format("%d", {0})', "format() with a text for a number"),
        ("element({0}, 0)", "element() of a text"),
        ('lookup({0}, "name")', "lookup() in a text"),
        ("tonumber({0})", "tonumber() of a text"),
        ("merge({0}, {{}})", "merge() of a text"),
        ('replace({0}, "-")', "replace() with an argument too few"),
    )
    for argument in shuffled(rng, _texts(written)):
        text, note = rng.choice(ways_of_text)
        if argument.literal.isdigit():
            continue
        return Broken((written.value(argument, text.format(argument.text)),), note)
    return None


_FILES = {
    "policy": "policy.json",
    "assume_role_policy": "assume_role_policy.json",
    "user_data": "user_data.sh",
    "definition": "state_machine.asl.json",
    "content": "index.html",
    "public_key": "~/.ssh/id_rsa.pub",
    "container_definitions": "container_definitions.json",
    "code": "function.js",
    "body": "openapi.yaml",
    "schema": "schema.graphql",
    "template_body": "template.yaml",
    "dashboard_body": "dashboard.json",
    "definition_string": "definition.json",
    "description": "description.txt",
    "secret_string": "secret.json",
    "event_pattern": "pattern.json",
}


@fault(
    "file-missing",
    "file() of something that is not there, in place of the text",
    "file-not-found",
    "invalid-function-argument",
    "file-access",
    weight=6,
    phase="check",
)
def file_missing(written: Written, rng: random.Random) -> Broken | None:
    for argument in shuffled(rng, written.arguments):
        name = _FILES.get(argument.name)
        if name is None:
            continue
        path = rng.choice((name, f"${{path.module}}/{name}", f"files/{name}")) if name[0] != "~" else name
        function = "templatefile" if rng.random() < 0.15 else "file"
        text = f"{function}({hcl_text(path)}{', {}' if function == 'templatefile' else ''})"
        return Broken((written.value(argument, text),), f"{argument.name} = {text}")
    return None


@fault(
    "file-package-missing",
    "A file of code that is not there, by its hash or as an archive",
    "file-not-found",
    "invalid-function-argument",
    "data-source",
    "file-access",
    "missing-one-of",
    weight=3,
    stages=(Stage.COMPILE, Stage.DEPLOY),
)
def package_missing(written: Written, rng: random.Random) -> Broken | None:
    for block in shuffled(rng, written.resources):
        filename, code = block.argument("filename"), block.argument("source_code_hash")
        if filename is None:
            continue
        name = rng.choice(("lambda.zip", "function.zip", "lambda_function_payload.zip", "app.zip"))
        path = f"${{path.module}}/{name}"
        edits = [written.value(filename, hcl_text(path))]
        hashed = f"filebase64sha256({hcl_text(path)})"
        edits.append(
            written.value(code, hashed)
            if code is not None
            else written.add(block, f"source_code_hash = {hashed}", after=filename)
        )
        return Broken(tuple(edits), name)
    return None


def hcl_text(path: str) -> str:
    """A path in quotes, with its interpolation as it is."""
    return f'"{path}"'


@fault(
    "template-unclosed",
    "An interpolation or a quote that is never closed",
    "syntax-error",
    weight=3,
    phase="parse",
    parses=False,
)
def unclosed(written: Written, rng: random.Random) -> Broken | None:
    spots: list[tuple[Edit, str]] = []
    for reference in written.references:
        content = written.config.files[reference.file]
        if reference.quoted and content[reference.end : reference.end + 1] == b"}":
            spots.append((Edit(reference.file, reference.end, reference.end + 1, ""), "${ not closed"))
    spots += [(Edit(a.file, a.end - 1, a.end, ""), "quote not closed") for a in _texts(written)]
    if not spots:
        return None
    edit, note = rng.choice(spots)
    return Broken((edit,), note)


@fault("quotes-single", "Single quotes around a text", "syntax-error", weight=3, phase="parse", parses=False)
def single(written: Written, rng: random.Random) -> Broken | None:
    found = [a for a in _texts(written) if "'" not in a.text]
    if not found:
        return None
    chosen = [rng.choice(found)] if rng.random() < 0.6 else [a for a in found if a.owner.top is found[0].owner.top]
    edits = tuple(written.value(a, f"'{a.text[1:-1]}'") for a in chosen)
    return Broken(edits, f"{len(edits)} in single quotes")


@fault(
    "quotes-curly",
    "Typographic quotes, as text processors make them",
    "syntax-error",
    weight=1,
    phase="parse",
    parses=False,
)
def curly(written: Written, rng: random.Random) -> Broken | None:
    for argument in shuffled(rng, _texts(written)):
        return Broken(
            (written.value(argument, f"\u201c{argument.text[1:-1]}\u201d"),), f"{argument.name} in curly quotes"
        )
    return None


@fault(
    "heredoc-unclosed",
    "A heredoc whose end mark is missing, indented or followed by something",
    "syntax-error",
    weight=3,
    phase="parse",
    parses=False,
)
def heredoc(written: Written, rng: random.Random) -> Broken | None:
    for top in shuffled(rng, written.blocks):
        for block in top.walk():
            for argument in block.arguments:
                found = re.match(r"<<-?(\w+)\n.*\n([ \t]*)(\w+)[ \t]*\n?\Z", argument.text, re.S)
                if not found or found[1] != found[3]:
                    continue
                base = argument.value.start_byte
                start = base + len(argument.text[: found.start(3)].encode())
                end = start + len(found[3])
                other = rng.choice(("", found[3].lower(), f"{found[3]},", f"{found[3]};", "END"))
                return Broken((Edit(argument.file, start, end, other),), f"end mark {found[3]} -> {other or 'none'}")
    return None


@fault(
    "expression-foreign",
    "Another language's expression: and/or/not, None, ternaries of Python, + of texts",
    "syntax-error",
    "invalid-reference",
    "wrong-type",
    "undeclared-reference",
    "missing-argument",
    weight=3,
    phase="parse",
    parses=False,
)
def foreign(written: Written, rng: random.Random) -> Broken | None:
    found = _texts(written)
    if not found:
        return None
    argument = rng.choice(found)
    text = argument.text
    other = rng.choice(
        (
            f'{text} if var.environment == "prod" else "dev"',
            f'"prod" and {text}',
            f'{text} or "default"',
            f"f{text}",
            f'"" + {text}',
            f"not {text}",
            f'{text} ? "yes"',
            f"`{text[1:-1]}`",
            f"[x for x in {text}]",
            f"!Ref {text[1:-1].replace(' ', '_')}",
        )
    )
    return Broken((written.value(argument, other),), f"{argument.name} = {other[:50]}")


@fault(
    "list-no-comma", "A comma lost between the members of a list", "syntax-error", weight=3, phase="parse", parses=False
)
def no_comma(written: Written, rng: random.Random) -> Broken | None:
    commas: list[Edit] = []
    for top in written.blocks:
        for block in top.walk():
            for argument in block.arguments:
                stack = [argument.value]
                while stack:
                    node = stack.pop()
                    if node.type == "tuple":
                        kids = node.children
                        for i, child in enumerate(kids):
                            if child.type == "," and i + 1 < len(kids) and kids[i + 1].type == "expression":
                                commas.append(Edit(argument.file, child.start_byte, child.end_byte, ""))
                    stack.extend(c for c in node.children if c.named_child_count)
    return Broken((rng.choice(commas),), "comma lost") if commas else None


@fault(
    "value-of-text",
    "Arithmetic, an index or a loop over something that does not allow it",
    "wrong-type",
    "invalid-index",
    "unsupported-attribute",
    "invalid-function-argument",
    weight=2,
)
def of_text(written: Written, rng: random.Random) -> Broken | None:
    for argument in shuffled(rng, _texts(written)):
        if argument.literal.isdigit():
            continue
        text = rng.choice(
            ("{0} * 2", "{0}[0]", "[for x in {0} : x]", "{0} + 1", "{0}.name", "{0} ? true : false", "-{0}")
        )
        other = text.format(argument.text)
        return Broken((written.value(argument, other),), f"{argument.name} = {other[:50]}")
    return None

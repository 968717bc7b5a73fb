"""Words and small texts of a rendering: names made of types, plurals, collections on one line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from terraformer.data.synthesis.expressions import Names, Value, hcl, quoted
from terraformer.data.synthesis.scenario import Node, Setting
from terraformer.data.synthesis.wording import type_noun

__all__ = [
    "described",
    "distinct",
    "free",
    "identifier",
    "inline",
    "key_text",
    "keyed",
    "kind_of",
    "passed",
    "plural_name",
    "sentence",
    "shared_name",
    "singular",
    "word_of",
]


def identifier(text: str) -> str:
    """A Terraform label made of a name ("my-app.logs" -> "my_app_logs"); "" where nothing is left."""
    label = re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_").lower()
    return f"r_{label}" if label[:1].isdigit() else label


def kind_of(value: Value) -> str:
    """The type that a variable of this value declares."""
    if isinstance(value, (list, tuple)):
        return f"list({kind_of(value[0])})" if value else "list(string)"
    return "bool" if isinstance(value, bool) else "number" if isinstance(value, (int, float)) else "string"


def inline(value: Value, names: Names) -> str:
    """A collection, objects in it on one line where they are short."""
    if isinstance(value, dict) and value and all(isinstance(v, dict) for v in value.values()):
        return "{\n" + "\n".join(f"{key_text(k)} = {_object(v, names)}" for k, v in value.items()) + "\n}"
    if isinstance(value, list) and value and all(isinstance(v, dict) for v in value):
        return "[\n" + "".join(f"{_object(v, names)},\n" for v in value) + "]"
    return hcl(value, names)


def _object(value: dict[str, Value], names: Names) -> str:
    short = "{ " + ", ".join(f"{key_text(k)} = {hcl(v, names)}" for k, v in value.items()) + " }"
    return short if len(short) < 90 and "\n" not in short else hcl(value, names)


def key_text(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z_][\w-]*", key) else quoted(key)


def keyed(values: Sequence[Value], keys: Sequence[str]) -> str | None:
    """Values that are their keys, or hold them in the same surroundings: the expression of each."""
    if list(values) == list(keys):
        return "each.key"
    if not all(isinstance(v, str) and v.count(k) == 1 and len(k) > 1 for v, k in zip(values, keys, strict=True)):
        return None
    around = {v.replace(k, "\0") for v, k in zip(values, keys, strict=True)}
    if len(around) != 1:
        return None
    before, after = around.pop().split("\0")
    if before.endswith(("$", "%")):  # "$${" is no interpolation
        return None
    return f'"{quoted(before)[1:-1]}${{each.key}}{quoted(after)[1:-1]}"'


def distinct(settings: Sequence[Setting]) -> list[str]:
    """A name for each of some settings: their own, with the block before it where two are alike."""
    names = Counter(s.name for s in settings)
    found: list[str] = []
    for s in settings:
        name = s.name if names[s.name] == 1 else "_".join(s.path)
        found.append(free(name, lambda n: n in found))
    return found


def free(name: str, taken: Callable[[str], bool]) -> str:
    if not taken(name):
        return name
    return next(f"{name}_{n}" for n in range(2, 1000) if not taken(f"{name}_{n}"))


def word_of(type: str) -> str:
    """The last words of a type ("aws_sqs_queue" -> "queue")."""
    words = type.split("_")[1:]
    if len(words) > 1 and words[-1] in (
        "group",
        "policy",
        "attachment",
        "association",
        "rule",
        "key",
        "gateway",
        "table",
        "zone",
        "definition",
    ):
        return "_".join(words[-2:])
    return words[-1]


def plural_name(word: str) -> str:
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    return (
        word
        if word.endswith("s") and not word.endswith("ss")
        else f"{word}es"
        if word.endswith(("x", "ss", "ch"))
        else f"{word}s"
    )


def described(name: str) -> str:
    """The words of a name, at the beginning of a sentence."""
    words = type_noun(f"x_{name}")
    return words[:1].upper() + words[1:]


def singular(word: str) -> str:
    return word[:-3] + "y" if word.endswith("ies") else word.removesuffix("s")


def sentence(attribute: str, many: bool) -> str:
    words = described(attribute)
    return f"{words}s" if many and not words.endswith("s") else words


def passed(node: Node, label: str, attribute: str, many: bool, alone: bool) -> str:
    """The name under which an attribute goes from module to module ("vpc_id", "private_subnet_ids")."""
    word = word_of(node.type)
    attribute = attribute.removeprefix(f"{word}_")
    if label in ("this", "main", "example", "default") and node.role and not alone:
        label = identifier(node.role)
    base = word if alone or label == word else f"{label}_{word}" if not label.endswith(word) else label
    if base.endswith(attribute):
        return plural_name(base) if many else base
    return f"{base}_{plural_name(attribute)}" if many else f"{base}_{attribute}"


def shared_name(setting: Setting) -> str:
    name = setting.name
    if name in ("from_port", "to_port"):
        return "app_port"
    if name == "cidr_blocks":
        return "allowed_cidrs"
    return "domain" if name in ("domain_name", "domain") else name

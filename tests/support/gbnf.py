"""Texts of a grammar in GBNF, drawn by chance: what llama.cpp would let any model write."""

from __future__ import annotations

import random
import re

_PART = re.compile(
    r'\s*(?:(?P<text>"(?:\\.|[^"\\])*")|(?P<chars>\[(?:\\.|[^\]\\])*\])|(?P<name>[a-z][a-z0-9]*)|(?P<sign>[()|]))'
    r"(?P<count>[?*]|\{\d+,\d+\})?"
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


def draw(grammar: str, rng: random.Random, most: int = 12) -> str:
    """One text. ``*`` stands for up to ``most`` times."""
    rules = dict(line.split(" ::= ", 1) for line in grammar.strip().splitlines())

    def expression(text: str) -> str:
        options: list[list[tuple[str, str, str]]] = [[]]
        at = 0
        while at < len(text):
            match = _PART.match(text, at)
            assert match is not None, text[at : at + 40]
            at = match.end()
            if match["sign"] == "|":
                options.append([])
            elif match["sign"] == "(":
                depth, start = 1, at
                while depth:
                    inner = _PART.match(text, at)
                    assert inner is not None
                    at = inner.end()
                    depth += {"(": 1, ")": -1}.get(inner["sign"] or "", 0)
                options[-1].append(("group", text[start : at - len(inner[0])], inner["count"] or ""))
            else:
                kind = match.lastgroup if match.lastgroup != "count" else None
                kind = kind or next(k for k in ("text", "chars", "name") if match[k])
                options[-1].append((kind, match[kind], match["count"] or ""))
        return "".join(part(*one) for one in rng.choice(options))

    def part(kind: str, text: str, count: str) -> str:
        low, high = 1, 1
        if count in ("?", "*"):
            low, high = 0, 1 if count == "?" else most
        elif count:
            low, high = (int(n) for n in count[1:-1].split(","))
        return "".join(once(kind, text) for _ in range(rng.randint(low, high)))

    def once(kind: str, text: str) -> str:
        if kind == "text":
            return re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), text[1:-1])
        if kind == "chars":
            inner = re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), text[1:-1])
            if inner.startswith("^"):
                return rng.choice([c for c in map(chr, range(32, 127)) if c not in inner])
            letters = "".join(
                chr(c) for a, b in re.findall(r"(.)(?:-(.))?", inner) for c in range(ord(a), ord(b or a) + 1)
            )
            return rng.choice(letters)
        return expression(rules[text] if kind == "name" else text)

    return expression(rules["root"])

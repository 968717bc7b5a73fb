"""How often a slip of the pen is mended by the certain fixes, and how often wrongly.

    python benchmarks/certain_fixes.py [--slips N] [--seed S] [--json]

Into each example of the package's library N slips are made, one at a time: a letter of a name outside of quotes and
comments (an argument, a block, an attribute, a reference) or of a resource type is left out, doubled, swapped with the
next or replaced. Slips that verification does not notice are not counted. "mended" is the original, byte for byte;
"wrong" something else that was taken for better and is not the original. Writes a dated JSON file to
benchmarks/results/.
"""

from __future__ import annotations

import argparse
import datetime
import json
import random
import re
from collections import Counter
from pathlib import Path

from terraformer import TerraformConfig, VerifierPool, VerifySettings, repair
from terraformer.generate.examples import library

NAME = re.compile(r'(?<![\w".$/-])[a-z]{2}[a-z0-9_]{2,}(?![\w"/-])|(?<=resource ")[a-z0-9_]+|(?<=data ")[a-z0-9_]+')
KEYWORDS = {
    "resource",
    "data",
    "variable",
    "output",
    "locals",
    "provider",
    "terraform",
    "true",
    "false",
    "null",
    "each",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slips", type=int, default=6, help="slips in each example")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print the result as one line of JSON at the end")
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    counts: Counter[str] = Counter()
    wrong: list[dict[str, str]] = []
    left: Counter[str] = Counter()
    with VerifierPool(workers=1, settings=VerifySettings(cache=False)) as pool:
        for example in library():
            for _ in range(arguments.slips):
                name, text = _slip(example.text, rng)
                given = TerraformConfig.from_text(text)
                report = pool.verify(given)
                if report.passed:
                    counts["unnoticed"] += 1
                    continue
                trace = repair(given, pool=pool)
                result = trace.config.text("main.tf") if trace.config is not None else ""
                kind = "mended" if result == example.text else "left" if result == text else "wrong"
                counts[kind] += 1
                if kind == "left":
                    left.update({report.errors[0].code})
                elif kind == "wrong":
                    wrong.append({"example": example.name, "slip": name, "did": trace.attempts[-1].reply})
    noticed = counts["mended"] + counts["left"] + counts["wrong"]
    result_data = {
        "noticed": noticed,
        **{k: counts[k] for k in ("mended", "left", "wrong", "unnoticed")},
        "left_by_code": dict(left.most_common()),
        "wrong_ones": wrong,
        "seed": arguments.seed,
    }
    stamp = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d")
    target = Path(__file__).parent / "results" / f"certain-fixes-{stamp}.json"
    target.write_text(json.dumps({**result_data, "date": stamp}, indent=1) + "\n", encoding="utf-8")
    print(f"{counts['mended']} of {noticed} slips mended, {counts['left']} left, {counts['wrong']} mended otherwise")
    if arguments.json:
        print(json.dumps(result_data))
    return 0


def _slip(text: str, rng: random.Random) -> tuple[str, str]:
    """The name and the text with one slip in it."""
    code = re.sub(r"#[^\n]*", lambda m: " " * len(m[0]), text)
    places = [m for m in NAME.finditer(code) if m[0] not in KEYWORDS and not _in_heredoc(code, m.start())]
    place = rng.choice(places)
    name = place[0]
    at = rng.randrange(1, len(name) - 1)
    kind = rng.choice(("left out", "doubled", "swapped", "replaced"))
    if kind == "left out":
        new = name[:at] + name[at + 1 :]
    elif kind == "doubled":
        new = name[: at + 1] + name[at:]
    elif kind == "swapped" and name[at] != name[at + 1]:
        new = name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    else:
        new = name[:at] + rng.choice([c for c in "abcdefghijklmnopqrstuvwxyz" if c != name[at]]) + name[at + 1 :]
    return f"{name} -> {new}", text[: place.start()] + new + text[place.end() :]


def _in_heredoc(text: str, position: int) -> bool:
    return any(m.start() <= position < m.end() for m in re.finditer(r"<<-?(\w+)\n.*?^\s*\1$", text, re.S | re.M))


if __name__ == "__main__":
    raise SystemExit(main())

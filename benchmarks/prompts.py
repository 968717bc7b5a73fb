"""What the prompts of TF-Gen are like, next to those of a benchmark where its file is there.

    python benchmarks/prompts.py [--count N] [--seed S] [--longtail SHARE] [--voice VOICE] [--reference FILE] [--show N]

The linguistic audit of the dataset card (``data.card.language``) over N prompts, drawn as the maker draws them; nothing
is verified. ``--reference`` is a CSV file with a column "Prompt" (``../shared/iac-eval/dev.csv`` where it is there); it
is measured, at equal size, and never copied. ``--show`` prints some prompts, to be read. Writes a result.
"""

from __future__ import annotations

import csv
import random
import sys
import time
from collections import Counter
from pathlib import Path

from _common import finish, parser
from terraformer.data.card.language import Worded, compare_prompts, measure_prompts
from terraformer.data.synthesis.language import prompt_of, voice_of
from terraformer.data.synthesis.registry import scenario_of
from terraformer.data.synthesis.verified import draw_blueprint

REFERENCE = Path(__file__).resolve().parents[2] / "shared" / "iac-eval" / "dev.csv"


def main() -> int:
    arguments = parser(__doc__ or "")
    arguments.add_argument("--count", type=int, default=5000)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--longtail", type=float, default=0.12)
    arguments.add_argument("--reference", type=Path, default=REFERENCE)
    arguments.add_argument("--voice", default=None)
    arguments.add_argument("--show", type=int, default=0)
    options = arguments.parse_args()
    rng = random.Random(options.seed)
    prompts: list[Worded] = []
    voices: Counter[str] = Counter()
    seconds = 0.0
    for _ in range(options.count):
        scenario = scenario_of(draw_blueprint(rng, longtail=options.longtail), rng.randrange(1 << 40))
        started = time.process_time()
        text = prompt_of(scenario, 0, options.voice)
        seconds += time.process_time() - started
        voice = options.voice or voice_of(scenario, 0)
        voices[voice] += 1
        prompts.append(Worded.of(text))
        if len(prompts) <= options.show:
            print(f"[{scenario.blueprint}, {voice}] {text}\n")
    measured = measure_prompts(prompts)
    result = {
        "milliseconds_a_prompt": round(seconds / len(prompts) * 1000, 2),
        "voices": {name: round(n / len(prompts), 4) for name, n in voices.most_common()},
        "measured": measured,
    }
    print(f"{result['milliseconds_a_prompt']} ms a prompt; words {measured['words']}")
    print(f"distinct-n {measured['distinct']}, self-repetition {measured['self_repetition']}")
    for n in ("1", "2"):
        openings = measured["openings"][n]
        print(f"openings of {n}: {openings['distinct']} different, {openings['entropy']} bits, {openings['top'][:12]}")
    if options.reference.is_file():
        with options.reference.open(newline="", encoding="utf-8") as file:
            reference = [Worded.of(row["Prompt"].strip()) for row in csv.DictReader(file)]
        compared = compare_prompts(prompts, reference)
        result["compared"] = compared
        print(f"\nin samples of {compared['size']:4}{'reference':>32} {'mean':>9} {'low':>9} {'high':>9}")
        for name, values in compared["measures"].items():
            figures = " ".join(f"{values[k]:>9}" for k in ("reference", "mean", "low", "high"))
            print(f"  {name:40} {figures}")
        for name, values in compared["divergences"].items():
            print(f"  divergence of {name:16} {values['to_reference']} (by chance {values['by_chance']})")
        print(f"  vocabulary shared {compared['vocabulary']['different_words']}")
        print(f"  words of the reference never used: {', '.join(compared['vocabulary']['missing'])}")
        del compared["vocabulary"]["missing"]  # the reference's words are not ours to keep
    finish("prompts", result, options)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""How much of real Terraform becomes instances without a model, stage by stage.

    python benchmarks/reverse.py ../shared/corpora/github_tf.jsonl acme/infra=/mirrors/infra.git --step 4 --show 10

Prints JSON: what was collected and filtered, how many configurations verify as they are and completed, how many give
records, how many of their rules can be broken alone, types, records a second (one worker), and why the rest did not.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter

from terraformer.data.reverse.maker import ReverseMaker
from terraformer.data.sources import SourceSettings, collect
from terraformer.data.synthesis.verified import problem_of
from terraformer.verify import VerifierPool


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", nargs="+")
    parser.add_argument("--licence", default="")
    parser.add_argument("--step", type=int, default=1, help="every so many configurations")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=0, help="so many prompts")
    options = parser.parse_args()
    problems = Counter(s.problem or "usable" for s in collect(options.source, SourceSettings(licence=options.licence)))
    maker = ReverseMaker(options.source, options.licence)
    units = range(0, len(maker), options.step)
    reasons: Counter[str] = Counter()
    records = []
    plain = given = 0
    with VerifierPool(workers=1) as pool:
        for unit in units:
            plain += problem_of(pool.verify(maker.configs[unit].config)) is None
        started = time.monotonic()
        for unit in units:
            made = maker.make(options.seed, unit, pool)
            given += bool(made.records)
            records += made.records
            if not made.records:
                reasons.update({made.rejections[0].reason})
        seconds = time.monotonic() - started
    rules = sum(len(r.intent["demands"]) for r in records if r.metadata["mutants"] >= 0)
    report = {
        "collected": sum(problems.values()),
        "problems": dict(problems.most_common()),
        "configurations": len(maker),
        "tried": len(units),
        "verify as they are": plain,
        "give records": given,
        "records": len(records),
        "completed": sum("changes" in r.metadata for r in records),
        "rules": rules,
        "broken alone": sum(max(0, r.metadata["mutants"]) for r in records),
        "types": len({t for r in records for t in r.resource_types}),
        "records a second": round(len(records) / seconds, 1),
        "reasons": dict(reasons.most_common()),
        "repositories": dict(Counter(r.source.partition(":")[0] for r in records).most_common(50)),
    }
    print(json.dumps(report, indent=1))
    for record in random.Random(options.seed).sample(records, min(options.show, len(records))):
        print(f"--- {record.source} ({record.licence}, difficulty {record.difficulty})\n{record.prompt}")


if __name__ == "__main__":
    main()

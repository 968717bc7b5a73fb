"""Every blueprint, a few seeds each: does each configuration deploy without a warning and pass its own policy?

    python benchmarks/blueprints.py [PREFIX] [--seeds N] [--clones N] [--show]

PREFIX chooses modules or blueprints by name ("storage.", "network.vpc"). ``--show`` prints every prompt with its
configuration, to be read. Everything real: Terraform, the intent's Rego, and the intent judged directly. Exit code 1
when one fails. Writes a result only for a run over all blueprints.
"""

from __future__ import annotations

import sys
import time
from collections import Counter

from _common import finish, parser
from terraformer.data.intents import evaluate, policy_of
from terraformer.data.synthesis.instances import candidates
from terraformer.data.synthesis.registry import all_blueprints
from terraformer.types import Severity
from terraformer.verify import VerifierPool, VerifySettings


def main() -> int:
    arguments = parser(__doc__ or "")
    arguments.add_argument("prefix", nargs="?", default="")
    arguments.add_argument("--seeds", type=int, default=3)
    arguments.add_argument("--clones", type=int, default=2)
    arguments.add_argument("--show", action="store_true")
    options = arguments.parse_args()
    options.no_save = options.no_save or bool(options.prefix)
    chosen = {name: b for name, b in all_blueprints().items() if name.startswith(options.prefix)}
    types: Counter[str] = Counter()
    data: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    failed: list[str] = []
    prompts: set[str] = set()
    total = 0
    started = time.perf_counter()
    with VerifierPool(settings=VerifySettings(cache=False)) as pool:
        for name, blueprint in chosen.items():
            for seed in range(options.seeds):
                for candidate in candidates(blueprint, seed, clones=options.clones):
                    total += 1
                    scenario = candidate.scenario
                    types.update({n.type for n in scenario.nodes if n.mode == "resource"})
                    data.update({n.type for n in scenario.nodes if n.mode == "data"})
                    count = sum(n.mode == "resource" for n in scenario.nodes)
                    sizes["1-2" if count <= 2 else "3-5" if count <= 5 else "6-9" if count <= 9 else "10+"] += 1
                    prompts.add(candidate.prompt)
                    config = pool.format(candidate.config)
                    report = pool.verify(config, policies=[policy_of(candidate.intent)])
                    problems = [
                        f"{c.severity}: {c.code} {c.address or ''} {c.summary}"
                        for c in report.certificates
                        if c.severity is not Severity.INFO
                    ]
                    problems += [f"tool error: {e.message}" for e in report.tool_errors]
                    if report.plan is not None:
                        problems += [
                            f"not met: {v.sentence}" for v in evaluate(candidate.intent, report.plan) if not v.passed
                        ]
                    if problems:
                        failed.append(f"{name} {seed}")
                    if problems or options.show:
                        print(f"=== {name}, seed {seed}", *problems, candidate.prompt, sep="\n")
                        print(*(config.text(f) for f in config.files), sep="\n")
    seconds = time.perf_counter() - started
    result = {
        "blueprints": len(chosen),
        "instances": total,
        "failed": len(failed),
        "resource_types": len(types),
        "data_sources": len(data),
        "distinct_prompts": len(prompts),
        "resources": dict(sorted(sizes.items())),
        "instances_per_second": round(total / seconds, 1),
    }
    for key, value in result.items():
        print(f"{key:21} {value}")
    finish("blueprints", result, options)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

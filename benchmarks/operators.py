"""Try the change operators: on random configurations, every one of them or some, with what real Terraform says.

    python benchmarks/operators.py [PREFIX] [--bases N] [--seed S] [--show] [--configs PATH] [--blueprint NAME] [--why]

PREFIX restricts to operators whose name, family or module begins with it. Prints for each operator how often it was
tried and accepted, and why not; ``--show`` prints request, difference and demands of every accepted change, ``--why``
those of the rejected ones too.
"""

from __future__ import annotations

import argparse
import difflib
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator

from terraformer.data.intents import explain
from terraformer.data.making import Rejection
from terraformer.data.mutation.applied import AppliedBase, apply_base, judge
from terraformer.data.mutation.catalogue import all_operators, targets_of, try_operator
from terraformer.data.mutation.compose import Composed
from terraformer.data.mutation.maker import apply_real, real_configs
from terraformer.data.mutation.requests import request_of
from terraformer.data.synthesis.instances import candidates
from terraformer.data.synthesis.registry import get_blueprint
from terraformer.data.synthesis.verified import draw_blueprint
from terraformer.types import TerraformConfig
from terraformer.verify import VerifierPool, VerifySettings


def bases(options: argparse.Namespace, pool: VerifierPool) -> Iterator[AppliedBase]:
    if options.configs:
        found = list(real_configs(options.configs))
        random.Random(options.seed).shuffle(found)
        for one in found[: options.bases]:
            applied = apply_real(one, pool)
            if isinstance(applied, Rejection):
                print("base:", applied)
                continue
            yield applied
        return
    for number in range(options.bases):
        rng = random.Random(f"base:{options.seed}:{number}")
        chosen = get_blueprint(options.blueprint) if options.blueprint else draw_blueprint(rng)
        config = pool.format(next(candidates(chosen, rng.randrange(1 << 40))).config)
        applied = apply_base(config, pool, chosen.name)
        if isinstance(applied, Rejection):
            print("base:", applied)
            continue
        yield applied


def difference(before: TerraformConfig, after: TerraformConfig) -> str:
    lines: list[str] = []
    for path in sorted({*before.files, *after.files}):
        a = before.text(path).splitlines() if path in before.files else []
        b = after.text(path).splitlines() if path in after.files else []
        lines += difflib.unified_diff(a, b, path, path, lineterm="", n=1)
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("prefix", nargs="?", default="")
    parser.add_argument("--bases", type=int, default=20)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--blueprint", default="")
    parser.add_argument("--configs", default="")
    parser.add_argument("--each", type=int, default=2, help="targets for each operator in a configuration")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--why", action="store_true")
    options = parser.parse_args()
    chosen = [
        o
        for o in all_operators().values()
        if any(t.startswith(options.prefix) for t in (o.name, o.family, o.build.__module__.rpartition(".")[2]))
    ]
    if not chosen:
        sys.exit(f"no operator begins with {options.prefix!r}")
    tried: Counter[str] = Counter()
    accepted: Counter[str] = Counter()
    reasons: dict[str, Counter[str]] = defaultdict(Counter)
    spent = 0.0
    with VerifierPool(workers=1, settings=VerifySettings(cache=False)) as pool:
        for applied in bases(options, pool):
            for one in chosen:
                rng = random.Random(f"{options.seed}:{applied.source}:{one.name}")
                for target in targets_of(one, applied.base, rng)[: options.each]:
                    began = time.perf_counter()
                    change = try_operator(one, target)
                    if change is None:
                        continue
                    tried[one.name] += 1
                    composed = Composed.of([(one, change)])
                    prompt, voice = request_of([change], rng)
                    outcome = judge(applied, composed, pool)
                    spent += time.perf_counter() - began
                    if isinstance(outcome, Rejection):
                        reasons[one.name][f"{outcome.reason}"] += 1
                        if options.why:
                            print(f"=== {one.name} [{voice}] {applied.source}\n{prompt}\nREJECTED {outcome}")
                            print(difference(applied.config, composed.config))
                            print(*explain(composed.intent), sep="\n")
                        continue
                    accepted[one.name] += 1
                    if options.show:
                        print(f"=== {one.name} [{voice}] {applied.source}\n{prompt}\n")
                        print(difference(applied.config, outcome.after))
                        print(*(f"  * {s}" for s in explain(composed.intent)), sep="\n")
    for name in sorted({o.name for o in chosen}):
        why = ", ".join(f"{r} {n}" for r, n in reasons[name].most_common())
        print(f"{name:34} {accepted[name]:4}/{tried[name]:<4} {why}")
    total = sum(accepted.values())
    if tried:
        print(f"{total}/{sum(tried.values())} accepted, {total / max(spent, 1e-9):.1f} a second")


if __name__ == "__main__":
    main()

"""The long tail: which types get a blueprint derived from their schema, and why the others do not.

    python benchmarks/longtail.py [PREFIX] [--seeds N] [--source hashicorp/aws] [--show] [--write]

Tries every type that no written blueprint is about, with N seeds: a type is covered when every seed's configuration
deploys without a warning and meets its own intent, first with optional arguments, then without ("plain"). Everything
else is left out with its reason: "deprecated", "unfillable: PATH" (a required argument without a value of meaning),
or the first complaint. ``--write`` writes the table that the package reads (no PREFIX only). ``--show`` prints each
prompt with its configuration. Everything real: Terraform, the intent's Rego, and the intent judged directly.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections import Counter

from _common import finish, parser
from terraformer.data.synthesis.instances import candidates
from terraformer.data.synthesis.longtail import TYPES, Unfillable, blueprint_of
from terraformer.data.synthesis.longtail.clouds import CLOUDS
from terraformer.data.synthesis.registry import Blueprint, all_blueprints, scenario_of
from terraformer.data.synthesis.verified import Rejection, prove
from terraformer.errors import ToolFailure, UsageError
from terraformer.provider import bundle
from terraformer.verify import VerifierPool, VerifySettings

SOURCES = ("hashicorp/aws", "hashicorp/google", "hashicorp/azurerm", "hashicorp/kubernetes")


def written_types(seeds: int = 4) -> set[str]:
    """The types in the configurations of the written blueprints."""
    return {t for b in all_blueprints().values() for n in range(seeds) for t in scenario_of(b, n).types}


def attempt(blueprint: Blueprint, seeds: int, pool: VerifierPool, show: bool) -> tuple[int, Counter[str]]:
    """(how many candidates were proven, the complaints)."""
    good, bad = 0, Counter[str]()
    for seed in range(seeds):
        try:
            for candidate in candidates(blueprint, seed):
                outcome = prove(candidate, pool)
                if isinstance(outcome, Rejection):
                    bad[f"{outcome.reason} {outcome.detail}"[:220]] += 1
                else:
                    good += 1
                if show:
                    print(f"=== {blueprint.name}, seed {seed}", candidate.prompt, sep="\n")
                    if isinstance(outcome, Rejection):
                        print("REJECTED", outcome)
                    print(*(candidate.config.text(f) for f in candidate.config.files), sep="\n")
        except Unfillable as problem:
            bad[f"unfillable: {problem}"] += 1
        except (KeyError, TypeError, AttributeError, UsageError) as problem:
            bad[f"mistake: {type(problem).__name__} {problem}"[:200]] += 1
        except ToolFailure as problem:
            bad[f"tool failure: {problem}"[:200]] += 1
    return good, bad


def main() -> int:
    arguments = parser(__doc__ or "")
    arguments.add_argument("prefix", nargs="?", default="")
    arguments.add_argument("--seeds", type=int, default=4)
    arguments.add_argument("--source", action="append")
    arguments.add_argument("--show", action="store_true")
    arguments.add_argument("--plain", action="store_true", help="without optional arguments only")
    arguments.add_argument("--write", action="store_true")
    options = arguments.parse_args()
    options.no_save = options.no_save or bool(options.prefix)
    written = written_types(8)
    table = json.loads(TYPES.read_text("utf-8")) if TYPES.exists() else {}
    reasons: Counter[str] = Counter()
    result: dict[str, object] = {"written": len(written)}
    started = time.perf_counter()
    tried = proven = 0
    with VerifierPool(settings=VerifySettings(cache=False)) as pool:
        for source in options.source or SOURCES:
            provider = bundle.load(source)
            covered: dict[str, str] = {}
            left_out: dict[str, str] = {}
            for kind in provider.resource_types:
                if kind in written or not kind.startswith(options.prefix):
                    continue
                if source != "hashicorp/aws" and kind not in CLOUDS:
                    continue  # a chosen few only
                if provider.resource(kind).block.deprecated:
                    left_out[kind] = "deprecated"
                    continue
                for plain in (True,) if options.plain else (False, True):
                    good, bad = attempt(blueprint_of(source, kind, plain=plain), options.seeds, pool, options.show)
                    tried += good + bad.total()
                    proven += good
                    if not bad:
                        covered[kind] = "plain" if plain else "full"
                        break
                    why = bad.most_common(1)[0][0]
                    if not plain:
                        print(f"optional  {kind}: {why}", flush=True)
                    if why.startswith("unfillable"):
                        left_out[kind] = why
                        break
                    left_out[kind] = why
                if kind in covered:
                    left_out.pop(kind, None)
                else:
                    print(f"left out  {kind}: {left_out[kind]}", flush=True)
            reasons.update(re.split(r"[: ]", why)[0] for why in left_out.values())
            result[source] = {
                "covered": len(covered),
                "plain": sum(h == "plain" for h in covered.values()),
                "left_out": len(left_out),
            }
            if not options.prefix:
                own = sorted(written & set(provider.resource_types))
                table[source] = {
                    "version": provider.version,
                    "written": own,
                    "covered": covered,
                    "left_out": left_out,
                }
                if options.write:
                    TYPES.write_text(json.dumps(table, indent=1, sort_keys=True) + "\n", "utf-8")
    seconds = time.perf_counter() - started
    aws = result.get("hashicorp/aws")
    aws_written = written & set(bundle.load("hashicorp/aws").resource_types)
    result["aws_types_in_all"] = len(aws_written) + aws["covered"] if isinstance(aws, dict) else None
    result["tried"], result["yield"] = tried, round(proven / max(1, tried), 3)
    result["left_out_by_reason"] = dict(reasons.most_common())
    result["per_second"] = round(tried / seconds, 1)
    for key, value in result.items():
        print(f"{key:21} {value}")
    finish("longtail", result, options)
    return 0


if __name__ == "__main__":
    sys.exit(main())

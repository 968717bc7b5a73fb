"""Agreement of the hermetic verifier with a real plan and real OPA.

    python benchmarks/fidelity.py CASES.jsonl [--json]

Each line of CASES is one configuration that was planned for real: ``config`` (HCL), ``plannable`` (true/false, as a
boolean or "True"/"False"), ``plan_error`` (what Terraform printed), ``rego`` (a policy) and ``policy`` (OPA's verdict,
null where the plan failed). The real plans ran without values for variables, so variables without a default count as
errors here too.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from _common import finish, parser
from terraformer import Policy, TerraformConfig, VerificationReport, VerifierPool, VerifySettings


def truth(value: Any) -> bool | None:
    """A verdict in any of the spellings that are met."""
    if value is None or isinstance(value, bool):
        return value
    return {"true": True, "success": True, "false": False, "failure": False}.get(str(value).strip().lower())


def describe(report: VerificationReport) -> list[str]:
    """The reasons of a verdict, shortly."""
    lines = [f"{c.code}: {c.summary}" + (f" ({c.address})" if c.address else "") for c in report.errors[:4]]
    return lines + [f"tool error {e.kind}: {e.message[:200]}" for e in report.tool_errors]


def main() -> int:
    options = parser(__doc__.splitlines()[0])
    options.add_argument("cases", type=Path, help="a JSON lines file of cases")
    args = options.parse_args()
    try:
        cases = [json.loads(line) for line in args.cases.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        print(f"{args.cases}: {error}", file=sys.stderr)
        return 1
    settings = VerifySettings(core=args.core, strict_vars=True, cache=False, keep_plan=False)
    jobs = [(TerraformConfig.from_text(c["config"]), (Policy("policy.rego", c["rego"]),)) for c in cases]
    deploy_agree = deploy_total = policy_agree = policy_total = 0
    disagreements: list[dict[str, Any]] = []
    with VerifierPool(args.jobs or None, settings) as pool:
        for number, (case, report) in enumerate(zip(cases, pool.verify_many(jobs), strict=True)):
            expected = truth(case["plannable"])
            if expected is not None:
                deploy_total += 1
                deploy_agree += report.deployable is expected
                if report.deployable is not expected:
                    disagreements.append(
                        {
                            "case": number,
                            "stage": "deploy",
                            "real": expected,
                            "ours": report.deployable,
                            "real_error": " ".join(str(case.get("plan_error") or "").split())[:400],
                            "reasons": describe(report),
                        }
                    )
            verdict = truth(case.get("policy"))
            if expected and verdict is not None:
                policy_total += 1
                policy_agree += report.correct is verdict
                if report.correct is not verdict:
                    disagreements.append(
                        {
                            "case": number,
                            "stage": "policy",
                            "real": verdict,
                            "ours": report.correct,
                            "reasons": describe(report),
                        }
                    )
    result = {
        "deploy_agree": deploy_agree,
        "deploy_total": deploy_total,
        "policy_agree": policy_agree,
        "policy_total": policy_total,
        "disagreements": disagreements,
    }
    if not args.json:
        print(f"deploy {deploy_agree}/{deploy_total}, policy {policy_agree}/{policy_total}")
        for item in disagreements:
            print(json.dumps(item, indent=1))
    finish("fidelity", result, args)
    return 0


if __name__ == "__main__":
    sys.exit(main())

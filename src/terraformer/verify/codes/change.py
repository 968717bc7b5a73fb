"""Codes of findings about a change: two configurations beside each other, and what a request allows to differ."""

from __future__ import annotations

from terraformer.types import Stage
from terraformer.verify.codes.model import CodeInfo

__all__ = ["CHANGE_CODES"]

CHANGE_CODES: tuple[CodeInfo, ...] = (
    CodeInfo(
        "collateral-change",
        "Something changed that the request does not ask for",
        Stage.POLICY,
        "The configuration before is applied hermetically and the one after is planned against that state, so "
        "Terraform itself says what would be destroyed, replaced, moved, changed or created. A resource that would be "
        "destroyed or replaced outside of what the request allows is an error, and so is an output that is gone; what "
        "is only changed or added outside of it is a warning, or an error where an intent says so. A label that "
        "changes without a moved block destroys the resource under the old name and creates another. A replacement "
        "that follows from one that the request asks for (a subnet of a replaced VPC) is a warning.",
        "Put the block back as it was (the certificate holds its text) and change only what the request asks for. "
        "Where a resource gets another label, add a moved block. For a resource that is meant to go, say so in the "
        'request: "remove the logs bucket".',
        how="It takes two configurations, so it comes up only in `mutate` and in `compare --preserve`: with "
        '`resource "aws_sqs_queue" "jobs" {}` before and `resource "aws_sqs_queue" "tasks" {}` after, the queue would '
        "be destroyed.",
    ),
    CodeInfo(
        "nothing-changed",
        "A change was asked for and there is none",
        Stage.POLICY,
        "The configuration after has the same plan as the one before, and their texts differ at most in comments and "
        "layout.",
        "Change the arguments or blocks that the request is about.",
        how="It takes two configurations, so it comes up only in `mutate`.",
    ),
)

"""Rewards: pure functions of a verification report, for training with the verifier's feedback.

``paper_reward`` is the published one, ``dense_reward`` the one that also tells failures apart, ``token_credit`` spreads
an advantage over the tokens of a reply by where its certificates point. None means that the tools failed: such a sample
is masked, never scored. ``Audit`` watches a run for reward hacking.
"""

from terraformer.rewards.audit import Audit, AuditRow, Sample
from terraformer.rewards.credit import (
    CreditSettings,
    Span,
    blamed_spans,
    misplaced_spans,
    sound_spans,
    token_credit,
)
from terraformer.rewards.dense import DenseReward, DenseSettings, dense_reward
from terraformer.rewards.facts import AnswerFacts, Expectation, answer_facts
from terraformer.rewards.paper import paper_reward

__all__ = [
    "AnswerFacts",
    "Audit",
    "AuditRow",
    "CreditSettings",
    "DenseReward",
    "DenseSettings",
    "Expectation",
    "Sample",
    "Span",
    "answer_facts",
    "blamed_spans",
    "dense_reward",
    "misplaced_spans",
    "paper_reward",
    "sound_spans",
    "token_credit",
]

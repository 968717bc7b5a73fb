"""Intents: what a prompt demands of the plan, machine-readable; judged directly or as Rego, told in plain English."""

from terraformer.data.intents.conditions import (
    AllOf,
    AnyOf,
    Attribute,
    Block,
    Condition,
    Count,
    DependsOn,
    Not,
    Operator,
    PolicyCondition,
    PolicyStatement,
    Quantifier,
    ReferredBy,
    RefersTo,
    Repeated,
    Target,
    UsesProvider,
)
from terraformer.data.intents.evaluate import Verdict, evaluate, holds
from terraformer.data.intents.form import load_intent
from terraformer.data.intents.intent import (
    VERSION,
    ChangeAction,
    ChangeDemand,
    ChangeIntent,
    Demand,
    Distinct,
    Intent,
    Subject,
)
from terraformer.data.intents.mutants import mutants
from terraformer.data.intents.names import rule_names
from terraformer.data.intents.plan_view import PlanView
from terraformer.data.intents.rego import policy_of, to_rego
from terraformer.data.intents.scope import change_scope
from terraformer.data.intents.sentences import explain

__all__ = [
    "VERSION",
    "AllOf",
    "AnyOf",
    "Attribute",
    "Block",
    "ChangeAction",
    "ChangeDemand",
    "ChangeIntent",
    "Condition",
    "Count",
    "Demand",
    "DependsOn",
    "Distinct",
    "Intent",
    "Not",
    "Operator",
    "PlanView",
    "PolicyCondition",
    "PolicyStatement",
    "Quantifier",
    "ReferredBy",
    "RefersTo",
    "Repeated",
    "Subject",
    "Target",
    "UsesProvider",
    "Verdict",
    "change_scope",
    "evaluate",
    "explain",
    "holds",
    "load_intent",
    "mutants",
    "policy_of",
    "rule_names",
    "to_rego",
]

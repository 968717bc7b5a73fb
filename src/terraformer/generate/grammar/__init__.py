"""Decoding under a grammar compiled from the provider schemas, for models that know no Terraform.

    types = select_types(prompt, schemas)                 # which blocks, found lexically, closed under references
    text = compile_grammar(types, schemas, PromptFacts(prompt), GrammarSettings())   # GBNF

Whatever is decoded under it names only known types, arguments and blocks, gives all required ones, and refers only to
what it declares.
"""

from terraformer.generate.grammar.compile import compile_grammar, configuration
from terraformer.generate.grammar.facts import PromptFacts
from terraformer.generate.grammar.gbnf import render, sample
from terraformer.generate.grammar.scene import GrammarSettings
from terraformer.generate.grammar.select import Schemas, TypeChoice, select_types
from terraformer.generate.grammar.strategy import GrammarStrategy, schemas

__all__ = [
    "GrammarSettings",
    "GrammarStrategy",
    "PromptFacts",
    "Schemas",
    "TypeChoice",
    "compile_grammar",
    "configuration",
    "render",
    "sample",
    "schemas",
    "select_types",
]

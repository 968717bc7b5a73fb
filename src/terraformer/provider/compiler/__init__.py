"""Makes bundles: from prebuilt provider wheels (``build``) and from real schema dumps (``capture``).

    wheel.py        gets wheels through pip and takes the TypeScript out of them
    typescript.py   reads the generator's output into records
    assemble.py     records -> schemas
    facts.py        defaults, replacement, sensitive flags, bounds and hints out of facts/
    overrides.py    the reviewed last word, out of overrides/
    mining.py       texts out of the pulumi wheels
    docs.py         keeps texts short
    prebuilt.py     the whole way from a wheel (or handwritten/) to a bundle
    dump.py         `terraform providers schema -json` -> bundles
    writer.py       the bundle file

Contributors' tools, which make facts/ from a provider's sources: go_eval.py, go_facts.py, go_schema.py, go_splices.py.
"""

from terraformer.provider.compiler.dump import capture
from terraformer.provider.compiler.prebuilt import build

__all__ = ["build", "capture"]

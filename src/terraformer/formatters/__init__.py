"""Reports for people (text, in the manner of Terraform's own diagnostics) and for programs (JSON)."""

from terraformer.formatters.json_format import json
from terraformer.formatters.text_format import summary, text

__all__ = ["json", "summary", "text"]

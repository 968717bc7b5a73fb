"""Reports for people (text, in the manner of Terraform's own diagnostics; Markdown), for programs (JSON) and for what
runs in continuous integration (SARIF, JUnit XML, workflow commands of GitHub Actions)."""

from terraformer.formatters.entry import Entry
from terraformer.formatters.github_format import github
from terraformer.formatters.json_format import json
from terraformer.formatters.junit_format import junit
from terraformer.formatters.levels import at_or_above
from terraformer.formatters.markdown_format import markdown
from terraformer.formatters.sarif_format import sarif
from terraformer.formatters.text_format import summary, text

__all__ = ["Entry", "at_or_above", "github", "json", "junit", "markdown", "sarif", "summary", "text"]

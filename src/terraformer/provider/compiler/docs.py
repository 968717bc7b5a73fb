"""Texts of a bundle: the first sentences of what providers say of their arguments, kept short."""

from __future__ import annotations

import re

from terraformer.provider.compiler.writer import BundleContent

__all__ = ["shorten", "shorten_docs"]

LIMIT = 220


def shorten(text: str, limit: int = LIMIT) -> str:
    """The first paragraph, without links, cut at a sentence's end where one fits the limit."""
    paragraph = re.split(r"\n\s*\n", text.strip(), maxsplit=1)[0]
    paragraph = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", paragraph)
    paragraph = re.sub(r"<[^>]{1,40}>", "", paragraph)
    paragraph = " ".join(paragraph.split())
    if len(paragraph) <= limit:
        return paragraph
    cut = paragraph[:limit]
    end = max(cut.rfind(". "), cut.rfind("; "))
    if end > limit // 3:
        return cut[: end + 1].rstrip(";")
    return cut[: cut.rfind(" ")].rstrip(",;:") + " …"


def shorten_docs(content: BundleContent) -> None:
    """Shorten every text, drop the empty ones; changes the content in place."""
    for key, texts in content.docs.items():
        short = {path: shorten(text) for path, text in texts.items()}
        content.docs[key] = {path: text for path, text in short.items() if text}

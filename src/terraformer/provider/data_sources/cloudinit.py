"""cloudinit_config and its ancestor template_cloudinit_config: the multi-part MIME document, byte for byte.

Source: terraform-provider-cloudinit internal/provider/cloudinit_config.go; Go's mime/multipart (header keys sorted,
CRLF, a blank line before each boundary but the first). With ``gzip`` the compressed bytes are assumed: Go's compressor
chooses others for the same content.
"""

from __future__ import annotations

import base64
import gzip
import re

from terraformer.provider.data_sources.gosemantics import hash_code
from terraformer.provider.data_sources.reading import Reader, Reading
from terraformer.provider.values import is_known

__all__ = ["CLOUDINIT", "CLOUDINIT_CHECKS", "TEMPLATE", "TEMPLATE_CHECKS"]

_COMPRESSED = "it decompresses to exactly what the provider would render, but another compressor made it"


def _check(reading: Reading) -> None:
    compress, encode = reading.value.get("gzip"), reading.value.get("base64_encode")
    if compress in (None, True) and encode is False:
        reading.error(
            "Invalid Attribute Configuration",
            "Expected base64_encode to be set to true when gzip is true.",
            ("base64_encode",),
        )


def _check_parts(reading: Reading) -> None:
    _check(reading)
    if is_known(reading.value.get("part")) and not reading.value.get("part"):
        reading.error(
            "Invalid Block",
            "Block part must have a configuration value as the provider has marked it as required",
            ("part",),
        )


def _multipart(reading: Reading, boundary: str) -> bytes:
    lines = [f'Content-Type: multipart/mixed; boundary="{boundary}"\nMIME-Version: 1.0\r\n\r\n']
    parts = reading.blocks("part")
    for i, part in enumerate(parts):
        lines.append(f"{chr(13) + chr(10) if i else ''}--{boundary}\r\n")
        header = {
            "Content-Transfer-Encoding": "7bit",
            "Content-Type": part.get("content_type") or "text/plain",
            "Mime-Version": "1.0",
        }
        if part.get("filename"):
            header["Content-Disposition"] = f'attachment; filename="{part["filename"]}"'
        if part.get("merge_type"):
            header["X-Merge-Type"] = part["merge_type"]
        lines.extend(f"{key}: {header[key]}\r\n" for key in sorted(header))
        lines.append("\r\n" + (part.get("content") or ""))
    lines.append(f"\r\n--{boundary}--\r\n")
    return "".join(lines).encode("utf-8", "surrogatepass")


def _render(reading: Reading, *, modern: bool) -> None:
    boundary = reading.text("boundary") or "MIMEBOUNDARY"
    if len(boundary) > 70 or not re.fullmatch(r"[0-9A-Za-z'()+_,\-./:=? ]*[0-9A-Za-z'()+_,\-./:=?]", boundary):
        problem = "mime: invalid boundary length" if len(boundary) > 70 else "mime: invalid boundary character"
        reading.error(
            "Unable to render cloudinit config", f"error writing part block to MIME multi-part file: {problem}"
        )
        return
    data = _multipart(reading, boundary)
    compress = reading.get("gzip", True) is True
    if compress:
        data = gzip.compress(data, mtime=0)
    encode = reading.get("base64_encode", True) is True
    rendered = base64.b64encode(data).decode() if encode else data.decode("utf-8", "replace")
    why = _COMPRESSED if compress else None
    reading.set("rendered", rendered, why)
    reading.set("id", str(hash_code(rendered)), why)
    if modern:
        reading.set("gzip", True)
        reading.set("base64_encode", True)
        reading.set("boundary", "MIMEBOUNDARY")


CLOUDINIT: dict[str, Reader] = {"cloudinit_config": lambda reading: _render(reading, modern=True)}
TEMPLATE: dict[str, Reader] = {"template_cloudinit_config": lambda reading: _render(reading, modern=False)}
CLOUDINIT_CHECKS: dict[str, Reader] = {"cloudinit_config": _check_parts}
TEMPLATE_CHECKS: dict[str, Reader] = {"template_cloudinit_config": _check}

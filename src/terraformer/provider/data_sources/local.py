"""Data sources that look at files or at nothing: local_file, local_sensitive_file, local_command, null_data_source.

Source: terraform-provider-local and terraform-provider-null.
"""

from __future__ import annotations

import base64

from terraformer.provider.data_sources.files import FileProblem, checksums, read_file
from terraformer.provider.data_sources.reading import Reader, Reading, digest_number

__all__ = ["LOCAL", "NULL"]


def _local_file(reading: Reading) -> None:
    sensitive = "sensitive " if "sensitive" in reading.type else ""
    try:
        data = read_file(reading.text("filename"), reading.ctx)
    except FileProblem as problem:
        reading.error(
            f"Read local {sensitive}file data source error",
            f"The file at given path cannot be read.\n\nOriginal Error: {problem}",
            ("filename",),
            "file-missing" if problem.missing else "file-unreadable",
        )
        return
    sums = checksums(data)
    reading.set("content", data.decode("utf-8", "replace"))
    reading.set("content_base64", base64.b64encode(data).decode())
    reading.set("content_md5", sums.md5)
    reading.set("content_sha1", sums.sha1)
    reading.set("content_sha256", sums.sha256)
    reading.set("content_sha512", sums.sha512)
    reading.set("content_base64sha256", sums.base64sha256)
    reading.set("content_base64sha512", sums.base64sha512)
    reading.set("id", sums.sha1)


def _local_command(reading: Reading) -> None:
    why = "commands are never run; it is taken to have succeeded without output"
    reading.set("exit_code", 0, why)
    reading.set("stdout", "", why)
    reading.set("stderr", "", why)


def _null(reading: Reading) -> None:
    reading.set("outputs", reading.get("inputs", {}))
    reading.set("has_computed_default", "default", None)
    reading.set("random", digest_number(reading.seed, 18), "a random number in the real provider")
    reading.set("id", "static")


LOCAL: dict[str, Reader] = {
    "local_file": _local_file,
    "local_sensitive_file": _local_file,
    "local_command": _local_command,
}
NULL: dict[str, Reader] = {"null_data_source": _null}

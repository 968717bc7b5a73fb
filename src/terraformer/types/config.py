"""What is verified: a set of files that make up a Terraform configuration."""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

__all__ = ["TerraformConfig"]


@dataclass(frozen=True, slots=True)
class TerraformConfig:
    """A Terraform configuration, held in memory.

    ``files`` maps normalised relative POSIX paths ("main.tf", "modules/vpc/main.tf") to their bytes. ``root`` is the
    directory of the root module among them ("." unless the configuration refers to modules above it).

    Raises ValueError when a path is absolute, climbs above the top or is not normalised.
    """

    files: Mapping[str, bytes]
    root: str = "."

    def __post_init__(self) -> None:
        for path in (*self.files, self.root):
            if (
                not path
                or "\x00" in path
                or posixpath.isabs(path)
                or posixpath.normpath(path) != path
                or path.split("/")[0] == ".."
            ):
                raise ValueError(f"not a normalised relative path: {path!r}")
        object.__setattr__(self, "files", MappingProxyType(dict(self.files)))

    @classmethod
    def from_text(cls, text: str, name: str = "main.tf") -> TerraformConfig:
        """One file of HCL."""
        return cls({name: text.encode("utf-8", "surrogatepass")})

    def __hash__(self) -> int:
        return hash(self.id)

    def __reduce__(self) -> tuple[Any, ...]:
        return (TerraformConfig, (dict(self.files), self.root))

    def text(self, name: str) -> str:
        """The named file as text; bytes that are not UTF-8 become U+FFFD. Raises KeyError when it is not there."""
        return self.files[name].decode("utf-8", "replace")

    def with_files(self, changed: Mapping[str, bytes | None]) -> TerraformConfig:
        """A copy with files added or replaced, or removed where the value is None."""
        files = dict(self.files)
        for path, content in changed.items():
            if content is None:
                files.pop(path, None)
            else:
                files[path] = content
        return TerraformConfig(files, self.root)

    @property
    def module_files(self) -> dict[str, bytes]:
        """The root module's own ``.tf`` and ``.tf.json`` files, by path, sorted."""
        return {
            path: self.files[path]
            for path in sorted(self.files)
            if (posixpath.dirname(path) or ".") == self.root and path.endswith((".tf", ".tf.json"))
        }

    @property
    def id(self) -> str:
        """SHA-256 (hex) of root, paths and contents: the identity of the configuration."""
        digest = hashlib.sha256(self.root.encode())
        for path in sorted(self.files):
            content = self.files[path]
            digest.update(b"\0" + path.encode("utf-8", "surrogatepass") + b"\0" + str(len(content)).encode() + b"\0")
            digest.update(content)
        return digest.hexdigest()

"""The command line: thin commands over the library. ``main`` is the entry point."""

from __future__ import annotations

import sys

from terraformer._version import __version__

__all__ = ["main"]


def main() -> None:
    """Run the command line and exit: 0 clean, 1 tool or usage error, 2 findings."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        # The commonest question of scripts is answered without loading anything.
        sys.stdout.write(f"terraformer {__version__}\n")
        raise SystemExit(0)
    from terraformer.cli.app import run

    raise SystemExit(run(sys.argv[1:]))

"""Start a program inside the sandbox: ``python -I -S launch.py SANDBOX.PY OPTIONS`` (a JSON object).

Run by its path, with the standard library only, so that starting costs a bare interpreter and no more. OPTIONS:
``parent`` (process id), ``program``, ``arguments``, ``readable``, ``executable``, ``writable``, ``memory_mb``,
``file_mb`` (as in ``sandbox.apply``). The program takes this process's place.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys


def main() -> None:
    spec = importlib.util.spec_from_file_location("sandbox", sys.argv[1])
    assert spec is not None and spec.loader is not None
    sandbox = importlib.util.module_from_spec(spec)
    sys.modules["sandbox"] = sandbox
    spec.loader.exec_module(sandbox)
    options = json.loads(sys.argv[2])
    sandbox.die_with_parent(options["parent"])
    sandbox.apply(
        readable=options["readable"],
        executable=options["executable"],
        writable=options["writable"],
        memory_mb=options["memory_mb"],
        file_mb=options["file_mb"],
    )
    os.execv(options["program"], [options["program"], *options["arguments"]])  # noqa: S606


if __name__ == "__main__":
    main()

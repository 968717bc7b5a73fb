"""Recipes of training: one TOML file tells base, supervised stage, reinforcement learning, evaluation and export.

    recipe = load_recipe(Path("recipes/train_laptop.toml"), ["sft.steps=50"])

Tables and keys are the fields of ``Recipe`` and of the settings that it holds; a key that is none of them is refused.
"""

from __future__ import annotations

import dataclasses
import difflib
import json
import tomllib
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from terraformer.errors import SettingsError
from terraformer.rewards import DenseSettings
from terraformer.train.bases import ScratchSettings
from terraformer.train.completion import SftSettings
from terraformer.train.evaluation import EvaluationSettings
from terraformer.train.lean_rl import RlSettings

__all__ = ["BaseSettings", "ExportSettings", "Recipe", "load_recipe", "recipe_of"]


@dataclass(frozen=True, slots=True)
class BaseSettings:
    """``model`` is "smollm2" (fetched), "terraformer-19m" (of the package), a directory of a Hugging Face model, a
    .gguf file, or a run to go on from with other data or settings. With ``scratch`` a new Llama is made instead, with a
    tokenizer of ``vocabulary`` words of its own. ``template`` is "chatml" or "model", the tokenizer's own. ``longest``
    bounds a dialogue in tokens."""

    model: str = "smollm2"
    template: str = "chatml"
    longest: int = 2048
    vocabulary: int = 8192
    scratch: ScratchSettings | None = None

    def __post_init__(self) -> None:
        if self.template not in ("chatml", "model"):
            raise SettingsError(f"template {self.template!r}: choose chatml or model")


@dataclass(frozen=True, slots=True)
class ExportSettings:
    """``form`` "adapter" writes a GGUF LoRA of ``rank`` over the base, "model" a whole GGUF model; ``quantisation`` is
    f32, f16 or q8_0."""

    form: str = "adapter"
    rank: int = 32
    quantisation: str = "f16"


@dataclass(frozen=True, slots=True)
class Recipe:
    """``trainer`` is "lean" (torch and transformers alone) or "trl" (several GPUs). ``reward`` is one of
    ``terraformer.train.judging.REWARDS``."""

    trainer: str = "lean"
    reward: str = "dense"
    base: BaseSettings = field(default_factory=BaseSettings)
    sft: SftSettings = field(default_factory=SftSettings)
    rl: RlSettings = field(default_factory=RlSettings)
    dense: DenseSettings = field(default_factory=DenseSettings)
    evaluation: EvaluationSettings = field(default_factory=EvaluationSettings)
    export: ExportSettings = field(default_factory=ExportSettings)
    trl: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.trainer not in ("lean", "trl"):
            raise SettingsError(f"trainer {self.trainer!r}: choose lean or trl")

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        found: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(self)))
        return found


def load_recipe(path: Path | None, changes: Sequence[str] = ()) -> Recipe:
    """The recipe of a file (the defaults without one), with ``changes`` such as "sft.steps=50" (the value as JSON, else
    as text). Raises SettingsError naming the file and the key."""
    values: dict[str, Any] = {}
    where = str(path) if path is not None else "--set"
    if path is not None:
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise SettingsError(f"{path}: {error.strerror or error}") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"{path}: not TOML: {error}") from None
    for text in changes:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise SettingsError(f"--set {text!r}: write KEY=VALUE, such as sft.steps=50")
        table = values
        *parents, name = key.split(".")
        for parent in parents:
            table = table.setdefault(parent, {})
            if not isinstance(table, dict):
                raise SettingsError(f"--set {text!r}: {parent} is no table")
        try:
            table[name] = json.loads(value)
        except ValueError:
            table[name] = value
    return recipe_of(values, where)


def recipe_of(values: Mapping[str, Any], where: str = "recipe") -> Recipe:
    """The recipe that a table of values tells. Raises SettingsError."""
    found: Recipe = _build(Recipe, values, where, "")
    return found


def _build(kind: Any, values: Any, where: str, key: str) -> Any:
    if not isinstance(values, Mapping):
        raise SettingsError(f"{where}: {key} must be a table")
    hints = typing.get_type_hints(kind)
    known = {f.name for f in dataclasses.fields(kind)}
    given: dict[str, Any] = {}
    for name, value in values.items():
        path = f"{key}.{name}" if key else name
        if name not in known:
            close = difflib.get_close_matches(name, known, 1)
            raise SettingsError(f"{where}: there is no setting {path}" + (f" (is it {close[0]}?)" if close else ""))
        given[name] = _value(hints[name], value, where, path)
    try:
        return kind(**given)
    except SettingsError:
        raise
    except ValueError as error:  # UsageError is none; settings say what is out of range
        raise SettingsError(f"{where}: {key or 'recipe'}: {error}") from None
    except Exception as error:
        raise SettingsError(f"{where}: {key or 'recipe'}: {error}") from None


def _value(hint: Any, value: Any, where: str, path: str) -> Any:
    options = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    if value is None and type(None) in options:
        return None
    for option in options:
        origin = typing.get_origin(option) or option
        if dataclasses.is_dataclass(origin):
            # A table; false switches off what is on by default.
            if value is False and type(None) in options:
                return None
            return _build(origin, value, where, path)
        if origin is bool and isinstance(value, bool):
            return value
        if origin is int and isinstance(value, int) and not isinstance(value, bool):
            return value
        if origin is float and isinstance(value, (int, float)) and not isinstance(value, bool):
            return float(value)
        if origin is str and isinstance(value, str):
            return value
        if origin is tuple and isinstance(value, (list, tuple)):
            return tuple(value)
        if getattr(origin, "__name__", "") == "Mapping" and isinstance(value, Mapping):
            return dict(value)
    wanted = getattr(hint, "__name__", str(hint))
    raise SettingsError(f"{where}: {path} must be {wanted}, not {json.dumps(value, default=str)}")

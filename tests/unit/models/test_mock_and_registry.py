from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from terraformer import plugins
from terraformer.errors import ModelError, UsageError
from terraformer.models import Model, get_model, model_names
from terraformer.models.mock import MockModel

ASK = ({"role": "user", "content": "two buckets"},)


def test_replies_in_order_then_fails() -> None:
    model = MockModel(["a b", {"reply": "c", "finish_reason": "length", "completion_tokens": 5}])
    seen: list[str] = []
    assert model.complete(ASK, on_token=seen.append).text == "a b" == "".join(seen)
    second = model.complete(ASK)
    assert (second.text, second.finish_reason, second.completion_tokens) == ("c", "length", 5)
    with pytest.raises(ModelError, match="no reply left for call 3"):
        model.complete(ASK)
    assert [c.messages for c in model.calls] == [ASK] * 3


def test_matching_repeating_and_errors() -> None:
    model = MockModel([{"match": "queue", "reply": "q"}, {"match": "buckets?", "reply": "b", "repeat": True}])
    assert [model.complete(ASK).text for _ in range(3)] == ["b"] * 3
    failing = MockModel([{"error": "busy", "retryable": True}])
    with pytest.raises(ModelError, match="busy") as caught:
        failing.complete(ASK)
    assert caught.value.retryable


@pytest.mark.parametrize(
    "text",
    ['["x", {"reply": "y"}]', '"x"\n{"reply": "y"}\n', '{"reply": "x"}\n\n{"reply": "y"}'],
    ids=["list", "mixed", "lines"],
)
def test_script_files(tmp_path: Path, text: str) -> None:
    path = tmp_path / "script.json"
    path.write_text(text)
    model = get_model(f"mock:{path}")
    assert isinstance(model, Model) and model.name == "mock:script.json"
    assert [model.complete(ASK).text, model.complete(ASK).text] == ["x", "y"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("{", "1: not JSON"),
        ('[{"answer": "x"}]', "unknown key 'answer'"),
        ("[{}]", "exactly one of"),
        ("[3]", "entry 1: a reply is a text or an object"),
        ('[{"reply": "x", "match": "("}]', "not a regular expression"),
    ],
)
def test_bad_scripts_are_one_line_errors(tmp_path: Path, content: str, problem: str) -> None:
    path = tmp_path / "script.jsonl"
    path.write_text(content)
    with pytest.raises(UsageError, match=problem) as caught:
        get_model(f"mock:{path}")
    assert "\n" not in str(caught.value) and "script.jsonl" in str(caught.value)


def test_missing_script() -> None:
    with pytest.raises(UsageError, match=r"nowhere\.json"):
        get_model("mock:nowhere.json")
    with pytest.raises(UsageError, match="mock:FILE"):
        get_model("mock")


def test_unknown_models() -> None:
    assert {"embedded", "mock", "openai"} <= set(model_names())
    with pytest.raises(UsageError, match='no model "gpt"'):
        get_model("gpt:4")
    with pytest.raises(UsageError, match="kind or kind:argument"):
        get_model(":x")
    with pytest.raises(UsageError, match=r"no such GGUF file"):
        get_model("embedded:missing.gguf")


class _Dist:
    name = "some-plugin"


class _Point:
    def __init__(self, value: Any, target: Any = None) -> None:
        self.value, self.dist, self.target = value, _Dist(), target

    def load(self) -> Any:
        if self.target is None:
            raise ImportError("no module named broken")
        return self.target


def _install(monkeypatch: pytest.MonkeyPatch, **points: _Point) -> None:
    def entry_points(*, group: str, name: str | None = None) -> list[_Point]:
        assert group == "terraformer.models"
        for key, point in points.items():
            point.name = key  # type: ignore[attr-defined]
        return [p for k, p in points.items() if name in (None, k)]

    monkeypatch.setattr(plugins, "entry_points", entry_points)


def test_plugins_are_found_and_fail_loudly(monkeypatch: pytest.MonkeyPatch) -> None:
    made = MockModel(["hi"])
    _install(
        monkeypatch,
        mine=_Point("pkg:make", lambda argument: made if argument == "x" else None),
        broken=_Point("pkg:none"),
        mock=_Point("pkg:other", lambda argument: made),
    )
    assert "mine" in model_names()
    assert get_model("mine:x") is made
    with pytest.raises(UsageError, match="is not a Model"):
        get_model("mine:y")
    with pytest.raises(UsageError, match=r"broken.*some-plugin.*ImportError: no module named broken"):
        get_model("broken")
    with pytest.raises(UsageError, match='"mock" is defined more than once'):
        get_model("mock:x")


def test_a_script_is_data_not_state(tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    path.write_text(json.dumps(["one"]))
    assert get_model(f"mock:{path}").complete(ASK).text == get_model(f"mock:{path}").complete(ASK).text == "one"

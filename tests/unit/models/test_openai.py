"""The OpenAI-compatible client against a real HTTP server on loopback."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from terraformer.errors import ModelError, UsageError
from terraformer.models import SamplingSettings, get_model
from terraformer.models.openai import OpenAIModel

MESSAGES = ({"role": "user", "content": "a bucket"},)
Step = Callable[[BaseHTTPRequestHandler], None]


class FakeEndpoint:
    """Plays one step of a script for each request and keeps what was asked."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.release = threading.Event()
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                endpoint.requests.append(json.loads(body))
                endpoint.headers.append({k.lower(): v for k, v in self.headers.items()})
                step = endpoint.steps.pop(0) if len(endpoint.steps) > 1 else endpoint.steps[0]
                try:
                    step(self)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            def log_message(self, *_args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/v1"

    def close(self) -> None:
        self.release.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeEndpoint]:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "OPENAI_BASE_URL", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    fake = FakeEndpoint()
    yield fake
    fake.close()


def plain(body: Any, status: int = 200, headers: dict[str, str] | None = None, kind: str = "application/json") -> Step:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()

    def step(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(data)))
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(data)

    return step


def message(text: str, finish: str = "stop") -> dict[str, Any]:
    return {
        "choices": [{"message": {"role": "assistant", "content": text}, "finish_reason": finish}],
        "usage": {"prompt_tokens": 7, "completion_tokens": 3},
    }


def events(*parts: bytes, end: bytes = b"data: [DONE]\n\n") -> Step:
    def step(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream; charset=utf-8")
        handler.send_header("Connection", "close")
        handler.end_headers()
        for part in parts:
            handler.wfile.write(part)
            handler.wfile.flush()
        handler.wfile.write(end)
        handler.close_connection = True

    return step


def delta(text: str | None = None, finish: str | None = None, **more: Any) -> bytes:
    choice = {"index": 0, "delta": {} if text is None else {"content": text}, "finish_reason": finish}
    return b"data: " + json.dumps({"choices": [choice], **more}).encode() + b"\n\n"


def model(endpoint: FakeEndpoint, **options: Any) -> OpenAIModel:
    waits: list[float] = []
    made = OpenAIModel("m", base_url=endpoint.url, api_key="sk-secret-key", sleep=waits.append, **options)
    made.waits = waits  # type: ignore[attr-defined]
    return made


def test_streams_and_reports_tokens_and_usage(endpoint: FakeEndpoint) -> None:
    usage = b'data: {"choices": [], "usage": {"prompt_tokens": 11, "completion_tokens": 4}}\n\n'
    endpoint.steps = [events(b": ping\n\n", delta("reso"), delta("urce é"), delta(finish="stop"), usage)]
    seen: list[str] = []
    reply = model(endpoint).complete(MESSAGES, SamplingSettings(seed=3, max_tokens=50), on_token=seen.append)
    assert reply.text == "resource é" == "".join(seen)
    assert (reply.finish_reason, reply.prompt_tokens, reply.completion_tokens) == ("stop", 11, 4)
    asked = endpoint.requests[0]
    assert asked["model"] == "m" and asked["stream"] is True and asked["seed"] == 3 and asked["max_tokens"] == 50
    assert asked["messages"] == list(MESSAGES)
    assert endpoint.headers[0]["authorization"] == "Bearer sk-secret-key"


def test_events_split_anywhere_and_with_crlf(endpoint: FakeEndpoint) -> None:
    whole = (delta("ab") + delta("cd") + delta(finish="length")).replace(b"\n", b"\r\n")
    endpoint.steps = [events(*(whole[i : i + 1] for i in range(len(whole))))]
    reply = model(endpoint).complete(MESSAGES)
    assert (reply.text, reply.finish_reason) == ("abcd", "length")


def test_endpoint_that_does_not_stream(endpoint: FakeEndpoint) -> None:
    endpoint.steps = [plain(message("hello", "length"))]
    reply = model(endpoint).complete(MESSAGES)
    assert (reply.text, reply.finish_reason, reply.completion_tokens) == ("hello", "length", 3)


def test_rate_limit_waits_as_asked(endpoint: FakeEndpoint) -> None:
    limited = plain({"error": {"message": "slow down"}}, 429, {"Retry-After": "7"})
    endpoint.steps = [limited, plain(message("ok"))]
    made = model(endpoint)
    assert made.complete(MESSAGES).text == "ok"
    assert made.waits == [7.0]  # type: ignore[attr-defined]


def test_too_long_a_wait_gives_up(endpoint: FakeEndpoint) -> None:
    endpoint.steps = [plain({"error": {"message": "tomorrow"}}, 429, {"Retry-After": "86400"})]
    with pytest.raises(ModelError, match="asks to wait 86400 s") as caught:
        model(endpoint).complete(MESSAGES)
    assert caught.value.retryable and len(endpoint.requests) == 1


def test_exhausted_quota_is_not_retried(endpoint: FakeEndpoint) -> None:
    endpoint.steps = [plain({"error": {"message": "no credit", "code": "insufficient_quota"}}, 429)]
    with pytest.raises(ModelError, match="no credit"):
        model(endpoint).complete(MESSAGES)
    assert len(endpoint.requests) == 1


def test_server_error_then_answer_backs_off(endpoint: FakeEndpoint) -> None:
    broken = plain(b"<html>oops</html>", 500, kind="text/html")
    endpoint.steps = [broken, broken, plain(message("ok"))]
    made = model(endpoint, backoff=1.0)
    assert made.complete(MESSAGES).text == "ok"
    first, second = made.waits  # type: ignore[attr-defined]
    assert 0.7 < first < 1.3 and 1.4 < second < 2.6


def test_server_error_for_good(endpoint: FakeEndpoint) -> None:
    endpoint.steps = [plain({"error": "it\nburns\x1b[31m"}, 503)]
    with pytest.raises(ModelError) as caught:
        model(endpoint, retries=2).complete(MESSAGES)
    assert "503: it burns [31m (after 3 tries)" in str(caught.value) and "\n" not in str(caught.value)
    assert len(endpoint.requests) == 3


def test_wrong_key_is_told_without_the_key(endpoint: FakeEndpoint) -> None:
    endpoint.steps = [plain({"error": {"message": "Incorrect API key provided: sk-secret-key"}}, 401)]
    with pytest.raises(ModelError, match=r"401.*OPENAI_API_KEY") as caught:
        model(endpoint).complete(MESSAGES)
    assert "sk-secret-key" not in str(caught.value) and len(endpoint.requests) == 1


def test_unknown_model(endpoint: FakeEndpoint) -> None:
    endpoint.steps = [plain({"error": {"message": "no such model"}}, 404)]
    with pytest.raises(ModelError, match="knows no model 'm'"):
        model(endpoint).complete(MESSAGES)


def test_stalled_stream_is_noticed_and_retried(endpoint: FakeEndpoint) -> None:
    def stall(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.end_headers()
        handler.wfile.write(delta("half"))
        handler.wfile.flush()
        endpoint.release.wait(20)
        handler.close_connection = True

    endpoint.steps = [stall, events(delta("whole"), delta(finish="stop"))]
    assert model(endpoint, stall=0.3).complete(MESSAGES).text == "whole"
    endpoint.steps = [stall]
    with pytest.raises(ModelError, match="stalled"):
        model(endpoint, stall=0.3, retries=1).complete(MESSAGES)


def test_a_reply_that_drips_for_ever_ends_at_the_timeout(endpoint: FakeEndpoint) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.end_headers()
        while not endpoint.release.is_set():
            handler.wfile.write(delta("x"))
            handler.wfile.flush()
            time.sleep(0.02)
        handler.close_connection = True

    endpoint.steps = [drip]
    with pytest.raises(ModelError, match="took more than"):
        model(endpoint, retries=0).complete(MESSAGES, SamplingSettings(timeout=0.5))


def test_broken_off_stream_is_retried(endpoint: FakeEndpoint) -> None:
    endpoint.steps = [events(delta("ha"), end=b""), events(delta("whole"), delta(finish="stop"))]
    assert model(endpoint).complete(MESSAGES).text == "whole"


@pytest.mark.parametrize("body", [b"{", b"[]", b"{}", b'{"choices": []}', b"\xff\xfe", b"[" * 100_000])
def test_malformed_replies(endpoint: FakeEndpoint, body: bytes) -> None:
    endpoint.steps = [plain(body)]
    with pytest.raises(ModelError) as caught:
        model(endpoint, retries=1).complete(MESSAGES)
    assert "\n" not in str(caught.value) and len(endpoint.requests) == 2


def test_malformed_event(endpoint: FakeEndpoint) -> None:
    endpoint.steps = [events(b"data: {oops\n\n"), events(delta("ok"), delta(finish="stop"))]
    assert model(endpoint).complete(MESSAGES).text == "ok"


def test_error_inside_a_stream(endpoint: FakeEndpoint) -> None:
    endpoint.steps = [events(delta("a"), b'data: {"error": {"message": "overloaded", "code": 529}}\n\n')]
    with pytest.raises(ModelError, match="overloaded"):
        model(endpoint, retries=0).complete(MESSAGES)


def test_html_instead_of_an_api(endpoint: FakeEndpoint) -> None:
    endpoint.steps = [plain(b"<html></html>", kind="text/html")]
    with pytest.raises(ModelError, match="text/html"):
        model(endpoint).complete(MESSAGES)


def test_huge_reply_is_cut(endpoint: FakeEndpoint) -> None:
    def flood(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.end_headers()
        part = delta("y" * 10_000)
        for _ in range(100_000):
            handler.wfile.write(part)
        handler.close_connection = True

    endpoint.steps = [flood]
    reply = model(endpoint, max_chars=50_000).complete(MESSAGES)
    assert len(reply.text) == 50_000 and reply.finish_reason == "length"


def test_endless_line_is_refused(endpoint: FakeEndpoint) -> None:
    def flood(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.end_headers()
        handler.wfile.write(b"data: ")
        while not endpoint.release.is_set():
            handler.wfile.write(b"z" * 65536)

    endpoint.steps = [flood]
    with pytest.raises(ModelError, match="a line of more than"):
        model(endpoint).complete(MESSAGES)


def test_redirects_are_not_followed(endpoint: FakeEndpoint) -> None:
    endpoint.steps = [plain(b"", 307, {"Location": "http://127.0.0.1:9/elsewhere"})]
    with pytest.raises(ModelError, match="redirects"):
        model(endpoint).complete(MESSAGES)


def test_refused_parameters_are_dropped_and_remembered(endpoint: FakeEndpoint) -> None:
    wrong = {
        "error": {"message": "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens'.", "param": "max_tokens"}
    }
    endpoint.steps = [
        plain(wrong, 400),
        plain(
            {"error": {"message": "Unsupported value: 'temperature' does not support 0", "param": "temperature"}}, 400
        ),
        plain(message("ok")),
    ]
    made = model(endpoint)
    assert made.complete(MESSAGES, SamplingSettings(max_tokens=9)).text == "ok"
    assert made.complete(MESSAGES, SamplingSettings(max_tokens=9)).text == "ok"
    last = endpoint.requests[-1]
    assert last["max_completion_tokens"] == 9 and "max_tokens" not in last and "temperature" not in last
    assert len(endpoint.requests) == 4


def test_other_bad_requests_are_errors(endpoint: FakeEndpoint) -> None:
    endpoint.steps = [plain({"error": {"message": "maximum context length is 8 tokens"}}, 400)]
    with pytest.raises(ModelError, match="400: maximum context length"):
        model(endpoint).complete(MESSAGES)


def test_grammar_is_sent_only_where_it_is_obeyed(endpoint: FakeEndpoint) -> None:
    endpoint.steps = [plain(message("ok"))]
    model(endpoint).complete(MESSAGES, grammar='root ::= "x"')
    model(endpoint, grammar=True).complete(MESSAGES, grammar='root ::= "x"')
    assert "grammar" not in endpoint.requests[0] and endpoint.requests[1]["grammar"] == 'root ::= "x"'


def test_unreachable_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    made = OpenAIModel("m", base_url="http://127.0.0.1:9/v1", api_key="", retries=1, sleep=lambda _s: None)
    with pytest.raises(ModelError, match=r"cannot reach the model endpoint 127.0.0.1:9.*after 2 tries") as caught:
        made.complete(MESSAGES)
    assert caught.value.retryable


def test_environment(monkeypatch: pytest.MonkeyPatch, endpoint: FakeEndpoint) -> None:
    with pytest.raises(UsageError, match="OPENAI_API_KEY is not set"):
        get_model("openai:gpt-x")
    monkeypatch.setenv("OPENAI_BASE_URL", endpoint.url + "/")
    endpoint.steps = [plain(message("ok"))]
    made = get_model("openai:gpt-x")
    assert made.name == "openai:gpt-x" and not made.supports_grammar
    assert made.complete(MESSAGES).text == "ok"
    assert endpoint.requests[0]["model"] == "gpt-x" and "authorization" not in endpoint.headers[0]
    made.close()
    for variable, value in (("OPENAI_BASE_URL", "ftp://x"), ("OPENAI_API_KEY", "a\nb")):
        monkeypatch.setenv(variable, value)
        with pytest.raises(UsageError, match=variable):
            get_model("openai:gpt-x")
        monkeypatch.delenv(variable)
    with pytest.raises(UsageError, match="openai:MODEL"):
        get_model("openai")

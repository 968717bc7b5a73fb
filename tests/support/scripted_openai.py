"""A real HTTP server on loopback that speaks OpenAI's chat completions, and answers as it is told: well or carelessly.

    with ScriptedOpenAI([status(429, retry_after=0), answer("```hcl\\n...\\n```")]) as server:
        model = server.model()          # an OpenAIModel with short waits
        ...
        server.requests                 # what it was asked

Each request takes the next step of the script; a text stands for ``answer(text)``. When the script is over, the server
answers 410, which no client tries again: a test that asks more often than it means to fails.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from terraformer.models.openai import OpenAIModel

__all__ = [
    "ScriptedOpenAI",
    "Step",
    "answer",
    "broken_sse",
    "huge",
    "not_json",
    "reset",
    "stall",
    "status",
    "whole",
    "wrong_type",
]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    owner: ScriptedOpenAI

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        step = self.owner.next_step(json.loads(body), {k.lower(): v for k, v in self.headers.items()})
        try:
            step(self)
        except OSError:  # the client has gone
            self.close_connection = True

    def log_message(self, *_args: object) -> None:
        pass

    def begin(self, code: int = 200, kind: str = "text/event-stream", **headers: str) -> None:
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Connection", "close")
        self.close_connection = True
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def send_event(self, data: Any) -> None:
        text = data if isinstance(data, str) else json.dumps(data)
        self.wfile.write(f"data: {text}\n\n".encode())
        self.wfile.flush()

    def send_pieces(self, text: str, size: int = 40) -> None:
        for i in range(0, len(text), size):
            self.send_event({"choices": [{"index": 0, "delta": {"content": text[i : i + size]}}]})


Step = Callable[[_Handler], None]


class ScriptedOpenAI:
    """See the module. Usable from several threads; closed at the end of the ``with`` block."""

    def __init__(self, script: Sequence[Step | str], *, repeat: bool = False) -> None:
        self._script = [answer(step) if isinstance(step, str) else step for step in script]
        self._repeat = repeat
        self._lock = threading.Lock()
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.released = threading.Event()
        handler = type("Handler", (_Handler,), {"owner": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    @property
    def environment(self) -> dict[str, str]:
        """For a command that is to ask this server."""
        return {"OPENAI_BASE_URL": self.url, "OPENAI_API_KEY": "sk-scripted-0123456789"}

    @property
    def asked(self) -> list[str]:
        """The last user message of each request."""
        return [r["messages"][-1]["content"] for r in self.requests]

    def model(self, **options: Any) -> OpenAIModel:
        """A client that waits for nothing long: 0.3 s without a byte is a stall, and nothing is slept."""
        settings: dict[str, Any] = {"base_url": self.url, "api_key": "sk-scripted-0123456789", "stall": 0.3}
        return OpenAIModel("careless", **{**settings, "retries": 2, "sleep": lambda _s: None, **options})

    def next_step(self, request: dict[str, Any], headers: dict[str, str]) -> Step:
        with self._lock:
            self.requests.append(request)
            self.headers.append(headers)
            if not self._script:
                return status(410, "the script is over")
            return self._script[0] if self._repeat and len(self._script) == 1 else self._script.pop(0)

    def close(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> ScriptedOpenAI:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


# steps -----------------------------------------------------------------------------------------------------------


def answer(text: str, finish: str = "stop", kind: str = "text/event-stream") -> Step:
    """A whole streamed answer, with usage and [DONE]."""

    def step(handler: _Handler) -> None:
        handler.begin(kind=kind)
        handler.send_event({"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]})
        handler.send_pieces(text)
        handler.send_event({"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
        handler.send_event({"choices": [], "usage": {"prompt_tokens": 100, "completion_tokens": len(text) // 4}})
        handler.send_event("[DONE]")

    return step


def whole(text: str | None, kind: str = "application/json") -> Step:
    """An answer that is not streamed. None: a message without content."""

    def step(handler: _Handler) -> None:
        handler.begin(kind=kind)
        message = {"role": "assistant", "content": text}
        handler.wfile.write(json.dumps({"choices": [{"message": message, "finish_reason": "stop"}]}).encode())

    return step


def status(code: int, message: str = "try again", *, retry_after: float | None = None) -> Step:
    """An error as the API words it."""

    def step(handler: _Handler) -> None:
        headers = {"Retry_After": str(retry_after)} if retry_after is not None else {}
        handler.begin(code, "application/json", **headers)
        handler.wfile.write(json.dumps({"error": {"message": message, "type": "server_error"}}).encode())

    return step


def stall(before: str = "") -> Step:
    """A stream that stops without ending: the connection stays open, and nothing comes any more."""

    def step(handler: _Handler) -> None:
        handler.begin()
        handler.send_pieces(before)
        handler.owner.released.wait(60)

    return step


def broken_sse(before: str = "") -> Step:
    """A stream with an event that is half a JSON object."""

    def step(handler: _Handler) -> None:
        handler.begin()
        handler.send_pieces(before)
        handler.send_event('{"choices": [{"index": 0, "delta": {"cont')

    return step


def reset(before: str = "") -> Step:
    """A connection that is reset (RST), after a part of the answer."""

    def step(handler: _Handler) -> None:
        if before:
            handler.begin()
            handler.send_pieces(before)
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.connection.close()
        handler.close_connection = True

    return step


def not_json() -> Step:
    """Something that says it is JSON."""

    def step(handler: _Handler) -> None:
        handler.begin(kind="application/json")
        handler.wfile.write(b"upstream connect error \x1b[31m<not json>")

    return step


def wrong_type() -> Step:
    """A page for people."""

    def step(handler: _Handler) -> None:
        handler.begin(kind="text/html; charset=utf-8")
        handler.wfile.write(b"<html><body>Welcome to the gateway</body></html>")

    return step


def huge(size: int = 40 << 20) -> Step:
    """A reply that does not end for a long time."""

    def step(handler: _Handler) -> None:
        handler.begin()
        piece = "# nothing but comments\n" * 2_000
        for _ in range(size // len(piece)):
            handler.send_event({"choices": [{"index": 0, "delta": {"content": piece}}]})

    return step

"""Any endpoint that speaks OpenAI's chat completions API (OpenAI itself, vLLM, llama.cpp, Ollama, gateways).

Source: https://platform.openai.com/docs/api-reference/chat and .../chat/streaming; server-sent events as in the WHATWG
HTML standard, section 9.2. Not covered: the Responses API, tools, images, several choices, log probabilities.
"""

from __future__ import annotations

import email.utils
import itertools
import json
import os
import random
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import httpx

from terraformer.errors import ModelError, UsageError
from terraformer.models.base import Completion, Message, SamplingSettings

__all__ = ["OpenAIModel", "from_argument"]

DEFAULT_BASE_URL: Final = "https://api.openai.com/v1"
_RETRYABLE_STATUS: Final = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529})
_MAX_RAW_BYTES: Final = 32 << 20
_MAX_LINE_BYTES: Final = 4 << 20
_MAX_ERROR_BYTES: Final = 64 << 10


class _Dropped(ModelError):
    """A parameter was refused by the endpoint: ask again without it."""


class OpenAIModel:
    """A model behind an OpenAI-compatible endpoint.

    ``base_url`` and ``api_key`` default to OPENAI_BASE_URL (else OpenAI's own) and OPENAI_API_KEY; another endpoint
    than OpenAI's may need no key. Replies are streamed. A request is tried ``retries`` more times after 408, 409, 429,
    5xx, broken connections and timeouts, waiting as Retry-After says (at most ``max_wait`` seconds, else giving up) or
    exponentially with jitter. ``stall`` seconds without a byte, or ``SamplingSettings.timeout`` seconds in all, end a
    request. ``max_chars`` bounds the reply: a longer one is cut there, with finish_reason "length".

    ``grammar=True`` says that the endpoint obeys a "grammar" parameter in GBNF, as llama.cpp's server does.

    On a retry after part of a reply was streamed, ``on_token`` sees the reply from its start again.

    Raises UsageError when there is no usable URL or key, ModelError (one line, without the key) when there is no reply;
    the part of one that had arrived is in its attribute ``partial``.
    """

    max_parallel = 8
    """How many replies may be asked for at once, from threads."""

    def __init__(
        self,
        model: str,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        retries: int = 4,
        stall: float = 60.0,
        max_wait: float = 60.0,
        backoff: float = 1.0,
        max_chars: int = 400_000,
        grammar: bool = False,
        client: httpx.Client | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if not model:
            raise UsageError("openai needs a model's name: openai:MODEL, such as openai:gpt-4o")
        self.name = f"openai:{model}"
        self.supports_grammar = grammar
        self._model = model
        self._base_url = (base_url or os.environ.get("OPENAI_BASE_URL") or DEFAULT_BASE_URL).rstrip("/")
        if not re.match(r"https?://[^/\s]+", self._base_url):
            raise UsageError(f"OPENAI_BASE_URL is not an http(s) URL: {_clean(self._base_url, '')!r}")
        self._key = api_key if api_key is not None else os.environ.get("OPENAI_API_KEY", "")
        if not self._key and self._base_url == DEFAULT_BASE_URL:
            raise UsageError(
                "OPENAI_API_KEY is not set: export it, or set OPENAI_BASE_URL to an endpoint that needs no key"
            )
        if not self._key.isascii() or not (self._key.isprintable()) or " " in self._key:
            raise UsageError("OPENAI_API_KEY holds characters that no key has; check it for blanks and line ends")
        self._retries, self._stall, self._max_wait, self._backoff = retries, stall, max_wait, backoff
        self._max_chars, self._sleep = max_chars, sleep
        self._client = client
        self._own_client = client is None
        self._lock = threading.Lock()
        self._refused: set[str] = set()

    def complete(
        self,
        messages: Sequence[Message],
        settings: SamplingSettings | None = None,
        *,
        grammar: str | None = None,
        on_token: Callable[[str], None] | None = None,
    ) -> Completion:
        settings = settings or SamplingSettings()
        started = time.monotonic()
        attempt = 0
        longest = ""
        while True:
            pieces: list[str] = []
            try:
                return self._once(messages, settings, grammar, on_token, started, pieces)
            except _Dropped:
                continue
            except ModelError as error:
                wait = getattr(error, "wait", None)
                longest = max(longest, "".join(pieces), key=len)
                if not error.retryable or attempt >= self._retries:
                    tries = f" (after {attempt + 1} tries)" if attempt else ""
                    raise _given_up(f"{error}{tries}", error.retryable, longest) from None
                if wait is not None and wait > self._max_wait:
                    why = f"{error}; it asks to wait {wait:.0f} s, more than the {self._max_wait:.0f} s allowed"
                    raise _given_up(why, True, longest) from None
                if wait is None:
                    wait = min(self._backoff * 2**attempt, self._max_wait) * random.uniform(0.75, 1.25)
                attempt += 1
                self._sleep(wait)

    def close(self) -> None:
        """Close the connections that this model opened itself."""
        with self._lock:
            if self._client is not None and self._own_client:
                self._client.close()
                self._client = None

    # one request ------------------------------------------------------------------------------------------------

    def _http(self) -> httpx.Client:
        with self._lock:
            if self._client is None:
                self._client = httpx.Client(follow_redirects=False)
            return self._client

    def _payload(self, messages: Sequence[Message], settings: SamplingSettings, grammar: str | None) -> dict[str, Any]:
        payload: dict[str, Any] = {
            "model": self._model,
            "messages": [dict(m) for m in messages],
            "stream": True,
            "stream_options": {"include_usage": True},
            "temperature": settings.temperature,
            "max_tokens": settings.max_tokens,
        }
        if settings.top_p != 1.0:
            payload["top_p"] = settings.top_p
        if settings.seed is not None:
            payload["seed"] = settings.seed
        if grammar is not None and self.supports_grammar:
            payload["grammar"] = grammar
        # Reasoning models refuse max_tokens in favour of this name, and some of them any temperature.
        if "max_tokens" in self._refused and "max_completion_tokens" not in self._refused:
            payload["max_completion_tokens"] = settings.max_tokens
        for name in self._refused:
            if name not in ("model", "messages", "stream", "max_completion_tokens"):
                payload.pop(name, None)
        return payload

    def _once(
        self,
        messages: Sequence[Message],
        settings: SamplingSettings,
        grammar: str | None,
        on_token: Callable[[str], None] | None,
        started: float,
        pieces: list[str],
    ) -> Completion:
        headers = {"Accept": "text/event-stream, application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        payload = self._payload(messages, settings, grammar)
        deadline = time.monotonic() + settings.timeout
        timeout = httpx.Timeout(min(self._stall, settings.timeout), connect=min(15.0, settings.timeout))
        url = f"{self._base_url}/chat/completions"
        try:
            with self._http().stream("POST", url, json=payload, headers=headers, timeout=timeout) as response:
                if response.status_code != 200:
                    raise self._status_error(response, payload)
                kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
                raw = self._bounded(response, deadline, settings.timeout)
                if kind not in ("", "application/json", "text/event-stream"):
                    kind, raw = _sniffed(raw)
                    if not kind:
                        said = _clean(response.headers.get("content-type", ""), self._key)
                        raise ModelError(f"{self._where()} answered with {said}, not with JSON or a stream")
                if kind == "application/json":
                    return self._whole(raw, on_token, started)
                return self._stream(raw, on_token, started, pieces)
        except httpx.ReadTimeout:
            raise ModelError(
                f"{self._where()} stalled: no data for {min(self._stall, settings.timeout):.0f} s", retryable=True
            ) from None
        except httpx.TimeoutException as error:
            raise ModelError(f"{self._where()} timed out ({type(error).__name__})", retryable=True) from None
        except httpx.ConnectError as error:
            detail = _clean(str(error), self._key) or "no connection"
            raise ModelError(f"cannot reach {self._where()}: {detail}", retryable=True) from None
        except httpx.TransportError as error:
            detail = _clean(str(error), self._key) or type(error).__name__
            raise ModelError(f"{self._where()} broke the connection: {detail}", retryable=True) from None
        except httpx.HTTPError as error:
            raise ModelError(f"{self._where()}: {_clean(str(error), self._key)}") from None

    def _where(self) -> str:
        host = httpx.URL(self._base_url).netloc.decode("ascii", "replace")
        return f"the model endpoint {host}"

    def _bounded(self, response: httpx.Response, deadline: float, timeout: float) -> Iterator[bytes]:
        total = 0
        for chunk in response.iter_bytes():
            total += len(chunk)
            if total > _MAX_RAW_BYTES:
                raise ModelError(f"the reply of {self._where()} is larger than {_MAX_RAW_BYTES >> 20} MiB")
            if time.monotonic() > deadline:
                raise ModelError(f"{self._where()} took more than {timeout:.0f} s for one reply", retryable=True)
            yield chunk

    def _whole(self, raw: Iterator[bytes], on_token: Callable[[str], None] | None, started: float) -> Completion:
        data = self._json(b"".join(raw))
        self._raise_inner(data)
        text, finish = _content(data, "message")
        if text is None and finish is None:
            raise ModelError(f"{self._where()} answered without choices", retryable=True)
        text = text or ""
        if len(text) > self._max_chars:
            text, finish = text[: self._max_chars], "length"
        if on_token is not None and text:
            on_token(text)
        return _completion(text, finish, data.get("usage"), started)

    def _stream(
        self,
        raw: Iterator[bytes],
        on_token: Callable[[str], None] | None,
        started: float,
        pieces: list[str],
    ) -> Completion:
        size, finish, usage, done = 0, None, None, False
        for event in _events(raw):
            if event == b"[DONE]":
                done = True
                break
            data = self._json(event)
            self._raise_inner(data)
            usage = data.get("usage") or usage
            text, reason = _content(data, "delta")
            finish = reason or finish
            if text:
                text = text[: self._max_chars - size]
                pieces.append(text)
                size += len(text)
                if on_token is not None and text:
                    on_token(text)
                if size >= self._max_chars:
                    finish, done = "length", True
                    break
        if not done and finish is None:
            raise ModelError(f"the stream of {self._where()} broke off after {size} characters", retryable=True)
        return _completion("".join(pieces), finish, usage, started)

    def _json(self, raw: bytes) -> dict[str, Any]:
        try:
            data = json.loads(raw)
        except (ValueError, RecursionError):
            shown = _clean(raw[:80].decode("utf-8", "replace"), self._key)
            raise ModelError(f"{self._where()} sent what is not JSON: {shown!r}", retryable=True) from None
        if not isinstance(data, dict):
            raise ModelError(f"{self._where()} sent JSON that is no object", retryable=True)
        return data

    # errors -----------------------------------------------------------------------------------------------------

    def _raise_inner(self, data: Mapping[str, Any]) -> None:
        """An error object inside a 200 reply or a stream, as gateways send them."""
        error = data.get("error")
        if error:
            code = error.get("code") if isinstance(error, dict) else None
            retryable = not (isinstance(code, int) and 400 <= code < 500 and code not in _RETRYABLE_STATUS)
            raise ModelError(f"{self._where()} failed: {_clean(_message(error), self._key)}", retryable=retryable)

    def _status_error(self, response: httpx.Response, payload: Mapping[str, Any]) -> ModelError:
        body = b""
        try:
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > _MAX_ERROR_BYTES:
                    break
        except httpx.HTTPError:
            pass
        try:
            data: Any = json.loads(body[:_MAX_ERROR_BYTES])
        except (ValueError, RecursionError):
            data = None
        error = data.get("error", data.get("message", data.get("detail"))) if isinstance(data, dict) else None
        plain = body[:300].decode("utf-8", "replace") if b"<html" not in body[:500].lower() else ""
        detail = _clean(_message(error) if error else plain, self._key)
        status = response.status_code
        said = f": {detail}" if detail else ""
        if status in (400, 422):
            refused = _refused_parameter(error, detail, payload)
            if refused is not None and refused not in self._refused:
                self._refused.add(refused)
                return _Dropped(detail)
        if status == 401:
            return ModelError(f"{self._where()} refuses the key (401): check OPENAI_API_KEY{said}")
        if status == 403:
            return ModelError(f"{self._where()} forbids this (403){said}")
        if status == 404:
            return ModelError(f"{self._where()} knows no model {self._model!r} or has another path (404){said}")
        if 300 <= status < 400:
            return ModelError(f"{self._where()} redirects ({status}): set OPENAI_BASE_URL to where it points to")
        exhausted = isinstance(error, dict) and "insufficient_quota" in (error.get("code"), error.get("type"))
        failure = ModelError(
            f"{self._where()} answered {status}{said}", retryable=status in _RETRYABLE_STATUS and not exhausted
        )
        wait = _retry_after(response.headers)
        if wait is not None:
            failure.wait = wait  # type: ignore[attr-defined]
        return failure


def from_argument(argument: str) -> OpenAIModel:
    """The model named after "openai:", with URL and key from the environment."""
    return OpenAIModel(argument)


def _given_up(message: str, retryable: bool, partial: str) -> ModelError:
    error = ModelError(message, retryable=retryable)
    error.partial = partial  # type: ignore[attr-defined]
    return error


def _sniffed(raw: Iterator[bytes]) -> tuple[str, Iterator[bytes]]:
    """What a body of another content type really is (some gateways say text/plain for either), "" for neither."""
    head = b""
    for chunk in raw:
        head += chunk
        if head.strip():
            break
    start = head.lstrip()
    stream = start.startswith((b"data:", b"event:", b"id:", b"retry:", b":"))
    kind = "application/json" if start.startswith(b"{") else "text/event-stream" if stream else ""
    return kind, itertools.chain([head], raw)


def _events(raw: Iterator[bytes]) -> Iterator[bytes]:
    """The data of each server-sent event. Other fields and comments are passed over."""
    buffer = b""
    data: list[bytes] = []
    for chunk in raw:
        buffer += chunk
        if len(buffer) > _MAX_LINE_BYTES:
            raise ModelError(f"the model endpoint sent a line of more than {_MAX_LINE_BYTES >> 20} MiB")
        # A CR at the very end may be half of a CRLF.
        lines = re.split(rb"\r\n|\n|\r(?!\Z)", buffer)
        buffer = lines.pop()
        for line in lines:
            if not line:
                if data:
                    yield b"\n".join(data)
                data = []
            elif line.startswith(b"data:"):
                data.append(line[5:].removeprefix(b" "))
    if buffer.startswith(b"data:"):
        data.append(buffer[5:].strip())
    if data:
        yield b"\n".join(data)


def _content(data: Mapping[str, Any], key: str) -> tuple[str | None, str | None]:
    choices = data.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        return None, None
    message = choices[0].get(key)
    text = message.get("content") if isinstance(message, dict) else None
    if isinstance(text, list):  # content parts, as some gateways send
        text = "".join(p.get("text", "") for p in text if isinstance(p, dict) and isinstance(p.get("text"), str))
    reason = choices[0].get("finish_reason")
    whole = key == "message"
    return (text if isinstance(text, str) else None), (reason if isinstance(reason, str) else "stop" if whole else None)


def _completion(text: str, finish: str | None, usage: Any, started: float) -> Completion:
    usage = usage if isinstance(usage, dict) else {}

    def count(key: str) -> int | None:
        value = usage.get(key)
        return value if isinstance(value, int) else None

    reason = finish if finish in ("stop", "length") else "stop" if finish in (None, "eos", "end_turn") else "error"
    return Completion(
        text, reason, count("prompt_tokens"), count("completion_tokens"), round(time.monotonic() - started, 3)
    )


def _message(error: Any) -> str:
    if isinstance(error, dict):
        return str(error.get("message") or error.get("detail") or error.get("code") or error.get("type") or "")
    return error if isinstance(error, str) else json.dumps(error, default=str)


def _clean(text: str, key: str) -> str:
    """One bounded line without control characters and without the key."""
    if key:
        text = text.replace(key, "***")
    text = re.sub(r"\b(sk-[\w-]{4})[\w*-]{8,}", r"\1***", text)
    text = re.sub(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+", " ", text).strip()
    return text if len(text) <= 300 else text[:299] + "…"


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the endpoint asks to wait: Retry-After (RFC 9110, 10.2.3) or retry-after-ms."""
    try:
        if (value := headers.get("retry-after-ms")) is not None:
            return max(0.0, float(value) / 1000)
    except ValueError:
        pass
    value = headers.get("retry-after")
    if value is None:
        return None
    try:
        seconds = float(value)
        return max(0.0, seconds) if seconds < float("inf") else None
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, TypeError):
        return None


def _refused_parameter(error: Any, detail: str, payload: Mapping[str, Any]) -> str | None:
    """The optional parameter that a 400 complains about, when it says that it is unsupported."""
    optional = ("stream_options", "temperature", "max_tokens", "max_completion_tokens", "top_p", "seed", "grammar")
    if not re.search(r"(?i)unsupported|not support|unrecognized|unknown|extra inputs|not permitted|unexpected", detail):
        return None
    named = error.get("param") if isinstance(error, dict) else None
    candidates = [named] if isinstance(named, str) else re.findall(r"\w+", detail)
    return next((c for c in candidates if c in optional and c in payload), None)

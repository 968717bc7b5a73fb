"""A small language model inside this process, through llama.cpp (xllamacpp).

By default it is the one that comes with the package (docs/model.md), trained on the short form of dialogue. Where there
is none, and as "embedded:base", it is SmolLM2-135M-Instruct: its weights are fetched once
(``terraformer.models.weights``), afterwards nothing needs a network. One llama.cpp server
per process and weights is loaded on first use and shared; its only door is a unix socket in a private directory. Each
completion starts from an empty cache, so that the same messages, grammar and seed give the same reply.

Not covered: graphics cards (CPU only), more than one reply at a time (callers queue).
"""

from __future__ import annotations

import atexit
import contextlib
import os
import queue
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from terraformer.errors import ModelError, UsageError
from terraformer.models.base import Completion, Message, SamplingSettings
from terraformer.models.forcing import Follower, GrammarUnsupported, parse_grammar
from terraformer.models.gguf_header import read_header
from terraformer.models.weights import SMOLLM2, Progress, Weights, fetch

__all__ = ["EmbeddedModel", "from_argument", "packaged_model"]

CONTEXT_TOKENS: Final = 8192
_CHARACTERS_A_TOKEN: Final = 3
_WORTH_TELLING: Final = 4
"""Forced characters from which on a call of its own is cheaper than letting the model write them."""
_MAX_STEP: Final = 32
"""Tokens that the model writes in one call at most before it is looked whether what follows is forced."""


class _Server:
    """One loaded model. Freed by ``close``."""

    def __init__(self, path: Path, context: int, adapter: Path | None, template: str) -> None:
        xllamacpp = _library()
        self._directory = Path(tempfile.mkdtemp(prefix="terraformer-"))  # mode 0700
        cores = _cores()
        params = xllamacpp.CommonParams()
        params.model.path = str(path)
        params.n_ctx = context
        params.n_parallel = 1
        params.n_gpu_layers = 0
        params.cpuparams.n_threads = cores
        params.cpuparams_batch.n_threads = cores
        params.n_threads_http = 1
        params.verbosity = -1
        params.warmup = False
        params.cache_ram_mib = 0
        params.endpoint_slots = False
        params.endpoint_props = False
        params.hostnames = [str(self._directory / "llama.sock")]
        if template:
            params.chat_template = template
        if adapter is not None:
            params.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(str(adapter), 1.0)]
        try:
            self.raw: Any = xllamacpp.Server(params)
        except Exception as error:
            shutil.rmtree(self._directory, ignore_errors=True)
            raise ModelError(f"{path.name} cannot be loaded: {error}") from error
        self.lock = threading.Lock()

    def close(self) -> None:
        with self.lock:
            self.raw = None  # the extension stops its threads when the last reference goes
        shutil.rmtree(self._directory, ignore_errors=True)


def _library() -> Any:
    """The extension, loaded so that its threads soon sleep while they wait for one another.

    Its OpenMP runtime spins for long by default: where other processes want the cores too, replies become a hundred
    times slower. Without any spinning each of the many short waits of a token costs a system call: replies become two
    to three times slower where the cores are free. A short spin avoids both. The runtime reads its environment once,
    when it is loaded.
    """
    ours = {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "1000"}
    added = [name for name in ours if name not in os.environ]
    if "OMP_WAIT_POLICY" not in added:
        added = []  # the user's own choice
    os.environ.update({name: ours[name] for name in added})
    try:
        import xllamacpp
    except ImportError as error:
        raise ModelError(f"the embedded model needs the package xllamacpp: {error}") from error
    finally:
        for name in added:
            del os.environ[name]
    return xllamacpp


_servers: dict[tuple[int, str, str, str], _Server] = {}
_servers_lock = threading.Lock()


def _server(path: Path, context: int, adapter: Path | None, template: str) -> _Server:
    # Keyed by process: the threads of a server do not survive a fork.
    key = _key(path, adapter, template)
    with _servers_lock:
        if key not in _servers:
            _servers[key] = _Server(path, context, adapter, template)
        return _servers[key]


def _key(path: Path, adapter: Path | None, template: str) -> tuple[int, str, str, str]:
    return os.getpid(), str(path), str(adapter or ""), template


@atexit.register
def _close_all() -> None:
    with _servers_lock:
        for key, server in list(_servers.items()):
            if key[0] == os.getpid():
                server.close()
        _servers.clear()


def _cores() -> int:
    try:
        return max(1, len(os.sched_getaffinity(0)))
    except AttributeError:
        return os.cpu_count() or 1


class EmbeddedModel:
    """The embedded model, or any other GGUF file given as ``path``, with a LoRA ``adapter`` over it.

    ``dialogue`` "compact" says that it was trained on the short form of dialogue (generate/compact.py): ``generate``
    then talks to it in that form, and messages become plain ChatML whatever the file's own template does.

    ``progress`` is told of the download on first use. Raises ModelError when the weights cannot be had or loaded, when
    the prompt is longer than the context, when the grammar is malformed, and after ``SamplingSettings.timeout``.
    """

    supports_grammar = True

    def __init__(
        self,
        path: Path | None = None,
        *,
        weights: Weights = SMOLLM2,
        cache: Path | None = None,
        progress: Progress | None = None,
        adapter: Path | None = None,
        dialogue: str = "",
    ) -> None:
        shown = adapter if adapter is not None else path
        self.name = "embedded" if shown in (None, packaged_model()) else f"embedded:{shown.name}"
        self.dialogue = dialogue
        self.progress = progress
        self._path, self._weights, self._cache, self._adapter = path, weights, cache, adapter
        self._template = "chatml" if dialogue == "compact" else ""

    def prepare(self) -> None:
        """Fetch and load now what the first completion would fetch and load."""
        self._load()

    def complete(
        self,
        messages: Sequence[Message],
        settings: SamplingSettings | None = None,
        *,
        grammar: str | None = None,
        on_token: Callable[[str], None] | None = None,
    ) -> Completion:
        settings = settings or SamplingSettings()
        server = self._load()
        request: dict[str, Any] = {
            "messages": [self._message(m) for m in messages],
            "max_tokens": min(settings.max_tokens, CONTEXT_TOKENS),
            "temperature": settings.temperature,
            "top_p": settings.top_p,
            "seed": settings.seed if settings.seed is not None else 0,
            "cache_prompt": False,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        follower: Follower | None = None
        if grammar is not None:
            request["grammar"] = grammar
            if settings.tell_forced:
                with contextlib.suppress(GrammarUnsupported):
                    follower = Follower(parse_grammar(grammar))
        with server.lock:
            if server.raw is None:
                raise ModelError("the embedded model was closed")
            started = time.monotonic()
            if follower is not None:
                return _guided(server.raw, request, follower, started, settings.timeout, on_token)
            return _run(server.raw, request, started, started + settings.timeout, on_token)

    def close(self) -> None:
        """Unload the model when this process has loaded it; the next completion loads it again."""
        path = self._path
        if path is None:
            from terraformer.models.weights import cached_path

            path = cached_path(self._weights, self._cache)
        with _servers_lock:
            server = _servers.pop(_key(path, self._adapter, self._template), None)
        if server is not None:
            server.close()

    def _load(self) -> _Server:
        path = self._path if self._path is not None else fetch(self._weights, cache=self._cache, progress=self.progress)
        return _server(path, CONTEXT_TOKENS, self._adapter, self._template)

    def _message(self, message: Message) -> dict[str, str]:
        told = dict(message)
        if self.dialogue == "compact":  # as in training, markers cannot be forged
            told["content"] = told["content"].replace("<|im_", "<| im_")
        return told


def _guided(
    raw: Any,
    request: dict[str, Any],
    follower: Follower,
    started: float,
    timeout: float,
    on_token: Callable[[str], None] | None,
) -> Completion:
    """A reply under a grammar: the model is asked where the grammar leaves a choice, and told what it forces.

    What is forced goes to the model as the beginning of its answer, in its own tokens: that costs a fraction of letting
    it write the text letter by letter, and what it sees looks like text that it knows. ``prompt_tokens`` are those of
    the first call, ``completion_tokens`` those that the model chose.
    """
    deadline = started + timeout
    text, generated, prompt_tokens, number, step = "", 0, None, 0, 1
    finish = "stop"
    try:
        while True:
            forced = follower.forced()
            text += forced
            if forced and on_token is not None:
                on_token(forced)
            if follower.finished:
                break
            allowed = request["max_tokens"] - generated - len(text) // _CHARACTERS_A_TOKEN
            if allowed <= 0:
                finish = "length"
                break
            call = {
                **request,
                "messages": [*request["messages"], *([{"role": "assistant", "content": text}] if text else [])],
                "max_tokens": min(step, allowed),
                "seed": (request["seed"] + number * 1_000_003) % 2**31,
                "grammar": follower.rest(),
                # Each reply starts from an empty cache; later calls of the same reply go on from there.
                "cache_prompt": number > 0,
                "timings_per_token": True,
            }
            watch = _Watch(follower)
            part = _run(raw, call, started, deadline, on_token, watch)
            generated += watch.tokens
            if prompt_tokens is None:
                prompt_tokens = watch.prompt_tokens
            text += part.text
            number += bool(part.text)
            if part.finish_reason != "length":
                finish = part.finish_reason
                if finish == "stop" and not follower.may_end:
                    raise ModelError("the embedded model failed: its reply ended before the grammar does")
                break
            if not part.text and step >= _MAX_STEP:
                raise ModelError("the embedded model failed: it writes no text")
            # Calls end by themselves, after a number of tokens that depends on nothing but the text: where one was
            # ended from outside, what the cache holds, and with it the last digits, would be a matter of timing.
            settled = bool(part.text) and follower.is_forced(_WORTH_TELLING)
            step = 1 if settled else min(2 * step, _MAX_STEP)
    except GrammarUnsupported as error:
        raise ModelError(f"the embedded model cannot follow the grammar: {error}") from error
    return Completion(text, finish, prompt_tokens, generated, round(time.monotonic() - started, 3))


class _Watch:
    """Follows a reply while it is written, and counts its tokens."""

    def __init__(self, follower: Follower) -> None:
        self._follower = follower
        self.tokens = 0
        self.prompt_tokens: int | None = None

    def __call__(self, text: str, part: dict[str, Any]) -> None:
        self.tokens += 1
        if self.prompt_tokens is None and "timings" in part:
            timings = part["timings"]
            self.prompt_tokens = int(timings.get("prompt_n", 0)) + int(timings.get("cache_n", 0))
        if not self._follower.feed(text):
            raise ModelError("the embedded model failed: its reply left the grammar")


def _run(
    raw: Any,
    request: dict[str, Any],
    started: float,
    deadline: float,
    on_token: Callable[[str], None] | None,
    watch: _Watch | None = None,
) -> Completion:
    """Run one request in a thread of its own: an interrupt or a timeout then ends it at its next token."""
    chunks: queue.SimpleQueue[Any] = queue.SimpleQueue()
    cancelled = threading.Event()

    def receive(chunk: Any) -> bool:
        chunks.put(chunk)
        return cancelled.is_set()

    def work() -> None:
        try:
            outcome = raw.handle_chat_completions(request, receive)
            if isinstance(outcome, dict):
                chunks.put(outcome)
        except BaseException as error:
            chunks.put(error)
        finally:
            chunks.put(None)

    thread = threading.Thread(target=work, name="terraformer-embedded", daemon=True)
    thread.start()
    pieces: list[str] = []
    finish = "stop"
    usage: dict[str, Any] = {}
    try:
        while True:
            try:
                chunk = chunks.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise ModelError(
                    f"the embedded model took more than {deadline - started:.0f} s", retryable=True
                ) from None
            if chunk is None:
                break
            if isinstance(chunk, BaseException):
                raise ModelError(f"the embedded model failed: {chunk}") from chunk
            for part in chunk if isinstance(chunk, list) else [chunk]:
                if "error" in part:
                    raise ModelError(_explain(part["error"]))
                usage = part.get("usage") or usage
                for choice in part.get("choices", ()):
                    finish = choice.get("finish_reason") or finish
                    text = (choice.get("delta") or {}).get("content")
                    if text:
                        pieces.append(text)
                        if on_token is not None:
                            on_token(text)
                        if watch is not None:
                            watch(text, part)
    finally:
        cancelled.set()
        thread.join(timeout=30)
    return Completion(
        text="".join(pieces),
        finish_reason=finish if finish in ("stop", "length") else "error",
        prompt_tokens=usage.get("prompt_tokens"),
        completion_tokens=usage.get("completion_tokens"),
        seconds=round(time.monotonic() - started, 3),
    )


def _explain(error: Any) -> str:
    message = str(error.get("message", error) if isinstance(error, dict) else error)
    if "grammar" in message:
        return f"the embedded model refuses the grammar: {message[:300]}"
    return f"the embedded model failed: {message[:300]}"


def packaged_model() -> Path | None:
    """The model that comes with the package, None when there is none."""
    path = Path(__file__).parent / "shipped" / "terraformer-19m.gguf"
    return path if path.is_file() else None


def from_argument(argument: str) -> EmbeddedModel:
    """The model named "embedded" (the packaged one, where there is one), "embedded:base" (SmolLM2, untrained), or
    "embedded:FILE.gguf": a whole model, or a LoRA adapter over SmolLM2."""
    shipped = packaged_model()
    if not argument and shipped is not None:
        return EmbeddedModel(shipped, dialogue="compact")
    if argument in ("", "base"):
        return EmbeddedModel()
    path = Path(argument)
    if not path.is_file():
        raise UsageError(f'{path}: there is no such GGUF file (write just "embedded" for the built-in model)')
    path = path.resolve()
    told = read_header(path, ("general.type", "terraformer.dialogue"))
    dialogue = told.get("terraformer.dialogue", "")
    if told.get("general.type") == "adapter":
        return EmbeddedModel(adapter=path, dialogue=dialogue)
    return EmbeddedModel(path, dialogue=dialogue)

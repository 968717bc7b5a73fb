"""A gRPC server over HTTP/2 on unix sockets: what Terraform's plugin client needs, in one thread.

Why not a general gRPC package: Terraform opens one connection for each provider configuration, and the only thing that
tells the default provider from an alias is the connection a call came over, which general servers hide. Besides, calls
cost a fifth of the time, nothing runs when nobody calls, and a worker does without 25 MB.

Sources: RFC 9113 (HTTP/2), RFC 7541 (header compression, see hpack.py), the gRPC protocol document PROTOCOL-HTTP2.
Covered: unary calls, flow control both ways, continuation, padding, ping, settings. Not covered: TLS, compression of
messages (never offered), server push, priorities (ignored), streaming calls (answered "unimplemented").
Handlers run one after the other in the server's thread: they are short, and Python would not run them at once anyway.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from terraformer.provider.hpack import HeaderDecoder, HeaderError, literal

__all__ = ["GrpcServer", "RpcError", "Session"]

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_DATA, _HEADERS, _RST_STREAM, _SETTINGS, _PING, _GOAWAY, _WINDOW_UPDATE, _CONTINUATION = 0, 1, 3, 4, 6, 7, 8, 9
_END_STREAM, _ACK, _END_HEADERS, _PADDED, _PRIORITY = 0x1, 0x1, 0x4, 0x8, 0x20
_MAX_WINDOW = 2**31 - 1
_MAX_MESSAGE = 256 * 2**20
_MAX_HEADERS = 64 * 2**10
_MAX_STREAMS = 1024
_RESPONSE_HEADERS = b"\x88" + literal(b"content-type", b"application/grpc")
_OK_TRAILERS = literal(b"grpc-status", b"0")
INTERNAL, UNIMPLEMENTED = 13, 12

Session = Any
"""Whatever the handler keeps for a connection."""


class RpcError(Exception):
    """Answers the call with a gRPC status other than OK."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class _ProtocolError(Exception):
    """The peer broke HTTP/2: the connection is closed."""


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload) << 8 | kind) + struct.pack(">BI", flags, stream) + payload


_HELLO = (
    _frame(_SETTINGS, 0, 0, struct.pack(">HIHI", 3, _MAX_STREAMS, 4, _MAX_WINDOW))
    + _frame(_WINDOW_UPDATE, 0, 0, struct.pack(">I", _MAX_WINDOW - 65535))
)  # fmt: skip


class _Stream:
    __slots__ = ("body", "method", "pending", "trailers", "window")

    def __init__(self, window: int) -> None:
        self.method = ""
        self.body = bytearray()
        self.window = window
        self.pending: memoryview | None = None
        self.trailers = b""


class _Connection:
    """One accepted connection: parsing, flow control, and the session of its handler."""

    def __init__(self, sock: socket.socket, session: Session, call: Callable[[Session, str, bytes], bytes]) -> None:
        self.sock = sock
        self.session = session
        self._call = call
        self._input = bytearray()
        self.output = bytearray()
        self._greeted = False
        self._decoder = HeaderDecoder()
        self._streams: dict[int, _Stream] = {}
        self._waiting: deque[int] = deque()
        self._window = 65535
        self._initial_window = 65535
        self._max_frame = 16384
        self._consumed = 0
        self._block: tuple[int, int, bytearray] | None = None
        self.output += _HELLO

    def receive(self, chunk: bytes) -> None:
        """Take in what came over the socket; answers are put into ``output``."""
        buffer = self._input
        buffer += chunk
        position = 0
        if not self._greeted:
            if len(buffer) < len(_PREFACE):
                if not _PREFACE.startswith(buffer):
                    raise _ProtocolError("not an HTTP/2 client")
                return
            if not buffer.startswith(_PREFACE):
                raise _ProtocolError("not an HTTP/2 client")
            self._greeted = True
            position = len(_PREFACE)
        end = len(buffer)
        while end - position >= 9:
            head, flags, stream = struct.unpack_from(">IBI", buffer, position)
            length = head >> 8
            if length > 16384:
                raise _ProtocolError("frame is larger than allowed")
            if end - position - 9 < length:
                break
            start = position + 9
            position = start + length
            self._on_frame(head & 0xFF, flags, stream & 0x7FFFFFFF, bytes(buffer[start:position]))
        del buffer[:position]

    def _on_frame(self, kind: int, flags: int, stream_id: int, payload: bytes) -> None:
        if self._block is not None and kind != _CONTINUATION:
            raise _ProtocolError("header block was interrupted")
        if kind == _DATA:
            self._on_data(flags, stream_id, payload)
        elif kind == _HEADERS:
            start, stop = 0, len(payload)
            if flags & _PADDED:
                start, stop = 1, stop - payload[0]
            if flags & _PRIORITY:
                start += 5
            self._block = (stream_id, flags, bytearray(payload[start:stop]))
            if flags & _END_HEADERS:
                self._on_headers()
        elif kind == _CONTINUATION:
            if self._block is None or self._block[0] != stream_id:
                raise _ProtocolError("continuation without a header block")
            self._block[2].extend(payload)
            if len(self._block[2]) > _MAX_HEADERS:
                raise _ProtocolError("header block is larger than allowed")
            if flags & _END_HEADERS:
                self._on_headers()
        elif kind == _WINDOW_UPDATE:
            increment = struct.unpack(">I", payload)[0] & 0x7FFFFFFF
            if stream_id == 0:
                self._window += increment
            elif stream_id in self._streams:
                self._streams[stream_id].window += increment
            if self._waiting:
                self._flush()
        elif kind == _SETTINGS:
            if not flags & _ACK:
                self._on_settings(payload)
        elif kind == _PING:
            if not flags & _ACK:
                self.output += _frame(_PING, _ACK, 0, payload)
        elif kind == _RST_STREAM:
            self._streams.pop(stream_id, None)
        # GOAWAY needs no answer; PRIORITY and unknown frames are ignored as RFC 9113 says.

    def _on_settings(self, payload: bytes) -> None:
        for key, value in struct.iter_unpack(">HI", payload):
            if key == 4:
                change = value - self._initial_window
                self._initial_window = value
                for stream in self._streams.values():
                    stream.window += change
            elif key == 5:
                self._max_frame = value
        self.output += _frame(_SETTINGS, _ACK, 0, b"")
        if self._waiting:
            self._flush()

    def _on_headers(self) -> None:
        assert self._block is not None
        stream_id, flags, block = self._block
        self._block = None
        headers = self._decoder.decode(bytes(block))
        stream = self._streams.get(stream_id)
        if stream is None:
            if len(self._streams) >= _MAX_STREAMS:
                raise _ProtocolError("more streams than allowed")
            stream = self._streams[stream_id] = _Stream(self._initial_window)
            stream.method = next((value.decode("latin-1") for name, value in headers if name == b":path"), "")
            if stream.method == "/plugin.GRPCBroker/StartStream":
                # A stream that the client keeps open and never needs here: refuse it at once.
                self._fail(stream_id, RpcError(UNIMPLEMENTED, "no broker"))
                return
        if flags & _END_STREAM:
            self._dispatch(stream_id, stream)

    def _on_data(self, flags: int, stream_id: int, payload: bytes) -> None:
        self._consumed += len(payload)
        if self._consumed > 2**29:
            self.output += _frame(_WINDOW_UPDATE, 0, 0, struct.pack(">I", self._consumed))
            self._consumed = 0
        stream = self._streams.get(stream_id)
        if stream is None:
            return  # refused before: its last frames are still under way
        if flags & _PADDED:
            payload = payload[1 : len(payload) - payload[0]]
        stream.body += payload
        if len(stream.body) > _MAX_MESSAGE:
            raise _ProtocolError("message is larger than allowed")
        if flags & _END_STREAM:
            self._dispatch(stream_id, stream)

    def _dispatch(self, stream_id: int, stream: _Stream) -> None:
        body = stream.body
        try:
            if len(body) < 5 or body[0] != 0 or int.from_bytes(body[1:5], "big") != len(body) - 5:
                raise RpcError(INTERNAL, "not one uncompressed gRPC message")
            answer = self._call(self.session, stream.method, bytes(memoryview(body)[5:]))
        except RpcError as error:
            self._fail(stream_id, error)
            return
        except Exception as error:  # a handler that does not catch its own must not take the others' calls down
            self._fail(stream_id, RpcError(INTERNAL, f"{type(error).__name__}: {error}"))
            return
        stream.body = bytearray()
        self.output += _frame(_HEADERS, _END_HEADERS, stream_id, _RESPONSE_HEADERS)
        stream.pending = memoryview(b"\0" + struct.pack(">I", len(answer)) + answer)
        self._waiting.append(stream_id)
        self._flush()

    def _fail(self, stream_id: int, error: RpcError) -> None:
        text = "".join(c if " " <= c <= "~" and c != "%" else f"%{ord(c) & 0xFF:02X}" for c in str(error)[:1000])
        block = (
            _RESPONSE_HEADERS
            + literal(b"grpc-status", str(error.status).encode())
            + literal(b"grpc-message", text.encode())
        )
        self.output += _frame(_HEADERS, _END_HEADERS | _END_STREAM, stream_id, block)
        self.output += _frame(_RST_STREAM, 0, stream_id, b"\0\0\0\0")
        self._streams.pop(stream_id, None)

    def _flush(self) -> None:
        """Send what the windows allow; streams whose window is closed keep waiting."""
        for _ in range(len(self._waiting)):
            stream_id = self._waiting.popleft()
            stream = self._streams.get(stream_id)
            if stream is None or stream.pending is None:
                continue
            while len(stream.pending):
                size = min(len(stream.pending), self._max_frame, stream.window, self._window)
                if size <= 0:
                    break
                self.output += _frame(_DATA, 0, stream_id, bytes(stream.pending[:size]))
                stream.pending = stream.pending[size:]
                stream.window -= size
                self._window -= size
            if len(stream.pending):
                self._waiting.append(stream_id)
            else:
                self.output += _frame(_HEADERS, _END_HEADERS | _END_STREAM, stream_id, _OK_TRAILERS)
                del self._streams[stream_id]


class GrpcServer:
    """Serves unary gRPC calls on any number of unix sockets from one daemon thread.

    ``opened(tag)`` makes the session of a new connection to the socket that was added with that tag;
    ``call(session, method, message)`` answers one call: method is "/tfplugin6.Provider/PlanResourceChange", message and
    answer are protobuf bytes. It may raise RpcError; any other exception is answered as status INTERNAL.
    """

    def __init__(self, opened: Callable[[Any], Session], call: Callable[[Session, str, bytes], bytes]) -> None:
        self._opened = opened
        self._call = call
        self._selector = selectors.DefaultSelector()
        self._paths: list[Path] = []
        self._connections: set[_Connection] = set()
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        self._selector.register(self._wake_read, selectors.EVENT_READ, None)
        self._commands: deque[tuple[str, threading.Event]] = deque()
        self._thread: threading.Thread | None = None
        self._closed = False

    def listen(self, path: Path, tag: Any) -> None:
        """Add a socket (mode 0600). To be called before ``start``."""
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
        listener.bind(str(path))
        path.chmod(0o600)
        listener.listen(64)
        listener.setblocking(False)
        self._paths.append(path)
        self._selector.register(listener, selectors.EVENT_READ, tag)

    def start(self) -> None:
        """Start the server's thread."""
        self._thread = threading.Thread(target=self._run, name="provider-host", daemon=True)
        self._thread.start()

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return len(self._connections)

    def drop_connections(self) -> None:
        """Close every open connection, and return when that is done.

        Terraform in process never closes the ones it opened (it believes that the plugin's process will end).
        """
        self._command("drop")

    def close(self) -> None:
        """End the thread, close all sockets and remove their files. Idempotent."""
        if self._closed:
            return
        self._closed = True
        if self._thread is not None and self._thread.is_alive():
            self._command("close")
            self._thread.join(5)
        self._shutdown()

    def _command(self, name: str) -> None:
        if self._thread is None or not self._thread.is_alive():
            return
        done = threading.Event()
        self._commands.append((name, done))
        os.write(self._wake_write, b"x")
        done.wait(5)

    def _run(self) -> None:
        selector = self._selector
        while True:
            for key, events in selector.select():
                if isinstance(key.data, _Connection):
                    self._serve(key.data, events)
                elif key.fd == self._wake_read:
                    if self._obey():
                        return
                else:
                    self._accept(key.fileobj, key.data)  # type: ignore[arg-type]

    def _obey(self) -> bool:
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake_read, 64)
        while self._commands:
            name, done = self._commands.popleft()
            for connection in list(self._connections):
                self._drop(connection)
            done.set()
            if name == "close":
                return True
        return False

    def _accept(self, listener: socket.socket, tag: Any) -> None:
        try:
            sock, _ = listener.accept()
        except (BlockingIOError, ConnectionError):
            return
        sock.setblocking(False)
        connection = _Connection(sock, self._opened(tag), self._call)
        self._connections.add(connection)
        self._selector.register(sock, selectors.EVENT_READ, connection)
        self._write(connection)

    def _serve(self, connection: _Connection, events: int) -> None:
        if events & selectors.EVENT_READ:
            try:
                chunk = connection.sock.recv(262144)
                if not chunk:
                    self._drop(connection)
                    return
                connection.receive(chunk)
            except BlockingIOError:
                pass
            except (OSError, _ProtocolError, HeaderError, IndexError, struct.error):
                self._drop(connection)
                return
        self._write(connection)

    def _write(self, connection: _Connection) -> None:
        output = connection.output
        try:
            while output:
                sent = connection.sock.send(output)
                del output[:sent]
        except BlockingIOError:
            pass
        except OSError:
            self._drop(connection)
            return
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if output else 0)
        if self._selector.get_key(connection.sock).events != wanted:
            self._selector.modify(connection.sock, wanted, connection)

    def _drop(self, connection: _Connection) -> None:
        if connection not in self._connections:
            return
        self._connections.discard(connection)
        self._selector.unregister(connection.sock)
        connection.sock.close()

    def _shutdown(self) -> None:
        for key in list(self._selector.get_map().values()):
            self._selector.unregister(key.fileobj)
            if isinstance(key.fileobj, socket.socket):
                key.fileobj.close()
        self._selector.close()
        for fd in (self._wake_read, self._wake_write):
            os.close(fd)
        for path in self._paths:
            with contextlib.suppress(OSError):
                path.unlink()

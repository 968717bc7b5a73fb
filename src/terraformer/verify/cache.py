"""Reports on disk by the content that they depend on: one SQLite file in the user's cache directory.

Safe for several processes at once; bounded in size (the entries used longest ago go first); a file that is broken or
cannot be written is rebuilt or done without, never an error.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
import threading
import time
import zlib
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from platformdirs import user_cache_dir

from terraformer._version import __version__
from terraformer.types import Policy, TerraformConfig, VerificationReport
from terraformer.verify.core import Core
from terraformer.verify.lint import tflint
from terraformer.verify.settings import VerifySettings

__all__ = ["ReportCache", "cache_key"]

MAX_BYTES = 256 * 1024 * 1024
MAX_ENTRY = 4 * 1024 * 1024
_SCHEMA = """
CREATE TABLE IF NOT EXISTS reports (
    key TEXT PRIMARY KEY, report BLOB NOT NULL, plan BLOB, size INTEGER NOT NULL, used REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS reports_used ON reports (used);
"""


@lru_cache(maxsize=1)
def _code_identity() -> str:
    """The package's version and its files' times and sizes: a change of the code must not meet old reports."""
    digest = hashlib.sha256(__version__.encode())
    root = Path(__file__).resolve().parents[1]
    for room in ("hcl", "provider", "types", "verify"):
        for path in sorted((root / room).rglob("*")):
            if path.suffix in (".py", ".json", ".tfbundle", ".zst"):
                with contextlib.suppress(OSError):
                    stat = path.stat()
                    digest.update(f"{path.relative_to(root)}|{stat.st_mtime_ns}|{stat.st_size}\n".encode())
    return digest.hexdigest()


_bundles_lock = threading.Lock()
_bundles: tuple[float, str] | None = None


def _bundle_identity() -> str:
    """What bundles are installed; looked at again after a second, since another process may install one."""
    global _bundles
    from terraformer.provider.bundle import installed

    with _bundles_lock:
        now = time.monotonic()
        if _bundles is None or now - _bundles[0] > 1.0:
            parts: list[str] = []
            for info in installed():
                with contextlib.suppress(OSError):
                    stat = info.path.stat()
                    parts.append(f"{info.source}|{info.version}|{info.path}|{stat.st_mtime_ns}|{stat.st_size}")
            _bundles = (now, hashlib.sha256("\n".join(parts).encode()).hexdigest())
        return _bundles[1]


def cache_key(
    config: TerraformConfig, policies: Sequence[Policy], settings: VerifySettings, core: Core, mode: str = "verify"
) -> str:
    """SHA-256 (hex) of everything that a report depends on."""
    try:
        stat = Path(core.path).stat()
        core_identity = f"{core.label}|{core.path}|{stat.st_mtime_ns}|{stat.st_size}"
    except OSError:
        core_identity = f"{core.label}|{core.path}"
    parts = [
        config.id,
        [[p.name, hashlib.sha256(p.text.encode("utf-8", "surrogatepass")).hexdigest()] for p in policies],
        settings.key,
        core_identity,
        _bundle_identity(),
        _code_identity(),
        *([mode] if mode != "verify" else []),
        *([tool] if (tool := tflint.identity(settings)) else []),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


class ReportCache:
    """``path`` None: the user's cache directory. Thread-safe."""

    def __init__(self, path: Path | None = None, max_bytes: int = MAX_BYTES) -> None:
        self._path = path or Path(user_cache_dir("terraformer")) / "reports.sqlite"
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._writes = 0
        self._open()

    def _open(self) -> None:
        for attempt in (0, 1):
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                connection = sqlite3.connect(self._path, timeout=2.0, isolation_level=None, check_same_thread=False)
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute("PRAGMA synchronous=OFF")
                connection.executescript(_SCHEMA)
                connection.execute("SELECT key FROM reports LIMIT 1").fetchall()
            except sqlite3.DatabaseError as error:
                if attempt == 0 and not isinstance(error, sqlite3.OperationalError):
                    self._discard()
                    continue
                return
            except OSError:
                return
            self._connection = connection
            return

    def _discard(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            with contextlib.suppress(OSError):
                Path(f"{self._path}{suffix}").unlink()

    def get(self, key: str, *, with_plan: bool = True) -> VerificationReport | None:
        """The stored report, marked as cached; None when there is none that can be read."""
        with self._lock:
            if self._connection is None:
                return None
            try:
                row = self._connection.execute(
                    "SELECT report, CASE WHEN ? THEN plan END FROM reports WHERE key = ?", (with_plan, key)
                ).fetchone()
                if row is None:
                    return None
                self._connection.execute("UPDATE reports SET used = ? WHERE key = ?", (time.time(), key))
            except sqlite3.Error as error:
                self._failed(error)
                return None
        try:
            data = json.loads(zlib.decompress(row[0]))
            plan = json.loads(zlib.decompress(row[1])) if row[1] else None
            return replace(VerificationReport.from_dict({**data, "plan": plan}), cached=True)
        except (zlib.error, ValueError, KeyError, TypeError):
            return None

    def put(self, key: str, report: VerificationReport) -> None:
        """Store a report with its plan; one that is very large is not stored."""
        text = zlib.compress(json.dumps(report.to_dict()).encode("utf-8", "surrogatepass"), 1)
        plan = zlib.compress(json.dumps(report.plan).encode("utf-8", "surrogatepass"), 1) if report.plan else None
        size = len(text) + len(plan or b"")
        if size > MAX_ENTRY:
            return
        with self._lock:
            if self._connection is None:
                return
            try:
                self._connection.execute(
                    "INSERT OR REPLACE INTO reports VALUES (?, ?, ?, ?, ?)", (key, text, plan, size, time.time())
                )
                self._writes += 1
                if self._writes % 100 == 1:
                    self._shrink()
            except sqlite3.Error as error:
                self._failed(error)

    def _shrink(self) -> None:
        assert self._connection is not None
        total = self._connection.execute("SELECT COALESCE(SUM(size), 0) FROM reports").fetchone()[0]
        if total <= self._max_bytes:
            return
        excess = total - self._max_bytes * 3 // 4
        gone: list[tuple[str]] = []
        for key, size in self._connection.execute("SELECT key, size FROM reports ORDER BY used"):
            gone.append((key,))
            excess -= size
            if excess <= 0:
                break
        self._connection.executemany("DELETE FROM reports WHERE key = ?", gone)

    def _failed(self, error: sqlite3.Error) -> None:
        """A locked file is left alone; a broken one is rebuilt; without a file there is no cache."""
        if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
            return
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
            self._discard()
            self._open()

    def close(self) -> None:
        """Idempotent."""
        with self._lock:
            if self._connection is not None:
                with contextlib.suppress(sqlite3.Error):
                    self._connection.close()
                self._connection = None

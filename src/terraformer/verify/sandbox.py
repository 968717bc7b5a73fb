"""The worker's cage, closed before any thread exists: Landlock for files, seccomp for system calls, resource limits.

All of it is inherited by every thread and child that is started afterwards, and none of it needs privileges.
Sources: Documentation/userspace-api/landlock.rst and seccomp_filter.rst of the Linux kernel, prctl(2), setrlimit(2).

What is covered: reading and writing files outside the given directories (symbolic links included, since Landlock looks
at the file that is reached), sockets other than Unix ones, starting programs (unless asked for), signals to processes
outside, tracing, mounting, kernel keyrings, BPF and io_uring. What is not: connecting to Unix sockets by path name
(Terraform has no feature that does so), the existence and metadata of files (``stat``), processor time (the parent
watches that) and covert channels. On kernels without Landlock, and on macOS, ``apply`` says so and the caller checks
file functions statically instead.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import resource
import struct
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["SandboxState", "apply", "die_with_parent", "landlock_abi"]

_SYS_LANDLOCK_CREATE_RULESET = 444
_SYS_LANDLOCK_ADD_RULE = 445
_SYS_LANDLOCK_RESTRICT_SELF = 446

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_MODE_FILTER = 2

# Rights of Landlock by the ABI version that brought them (LANDLOCK_ACCESS_FS_*).
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_ALL_V1 = (1 << 13) - 1
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_READ = _READ_FILE | _READ_DIR
_NET_TCP = 0b11
_SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS = 0b11
# Rights that make sense for a rule on a file (a rule with directory rights on a file is refused).
_FILE_RIGHTS = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV


@dataclass(frozen=True, slots=True)
class SandboxState:
    """``landlock`` is the ABI version in force (0 = none), ``seccomp`` whether the filter is in force."""

    landlock: int
    seccomp: bool

    @property
    def name(self) -> str:
        """ "kernel" when files and system calls are confined by the kernel, else "static"."""
        return "kernel" if self.landlock and self.seccomp else "static"


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def landlock_abi() -> int:
    """The kernel's Landlock version, 0 where there is none."""
    if not sys.platform.startswith("linux"):
        return 0
    answer = _libc().syscall(ctypes.c_long(_SYS_LANDLOCK_CREATE_RULESET), None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    return max(0, int(answer))


def die_with_parent(parent: int) -> None:
    """Ask the kernel to kill this process when its parent thread ends; exit when the parent is gone already."""
    if sys.platform.startswith("linux"):
        _libc().prctl(_PR_SET_PDEATHSIG, 9, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def apply(
    *,
    readable: Iterable[str | Path] = (),
    executable: Iterable[str | Path] = (),
    writable: Iterable[str | Path] = (),
    memory_mb: int = 0,
    file_mb: int = 256,
) -> SandboxState:
    """Close the cage around the calling thread (call it while it is the only one).

    ``readable``, ``executable`` (read and run) and ``writable`` are files or directories with all below them; missing
    ones are left out. Programs can be started only when ``executable`` names any. ``memory_mb`` bounds private memory
    (0: not).
    """
    executables = list(executable)
    _limits(memory_mb, file_mb)
    if not sys.platform.startswith("linux"):
        return SandboxState(0, False)
    libc = _libc()
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return SandboxState(0, False)
    abi = _landlock(libc, list(readable), executables, list(writable))
    return SandboxState(abi, _seccomp(libc, allow_exec=bool(executables)))


def _limits(memory_mb: int, file_mb: int) -> None:
    wanted = [
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, file_mb * 1024 * 1024),
        (resource.RLIMIT_NOFILE, 1024),
    ]
    if memory_mb and sys.platform.startswith("linux"):
        wanted.append((resource.RLIMIT_DATA, memory_mb * 1024 * 1024))
    for what, value in wanted:
        _soft, hard = resource.getrlimit(what)
        bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(what, (bound, bound))


def _landlock(
    libc: ctypes.CDLL, readable: list[str | Path], executable: list[str | Path], writable: list[str | Path]
) -> int:
    abi = landlock_abi()
    if abi < 1:
        return 0
    handled = _ALL_V1 | (_REFER if abi >= 2 else 0) | (_TRUNCATE if abi >= 3 else 0) | (_IOCTL_DEV if abi >= 5 else 0)
    attributes = struct.pack("=Q", handled)
    if abi >= 4:
        attributes += struct.pack("=Q", _NET_TCP)
    if abi >= 6:
        attributes += struct.pack("=Q", _SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS)
    ruleset = libc.syscall(
        ctypes.c_long(_SYS_LANDLOCK_CREATE_RULESET),
        ctypes.c_char_p(attributes),
        ctypes.c_size_t(len(attributes)),
        ctypes.c_uint32(0),
    )
    if ruleset < 0:
        return 0
    try:
        for paths, rights in ((readable, _READ), (executable, _READ | _EXECUTE), (writable, handled & ~_EXECUTE)):
            for path in paths:
                _allow(libc, ruleset, os.fspath(path), rights & handled)
        done = libc.syscall(ctypes.c_long(_SYS_LANDLOCK_RESTRICT_SELF), ctypes.c_int(ruleset), ctypes.c_uint32(0))
        return abi if done == 0 else 0
    finally:
        os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, path: str, rights: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not Path(path).is_dir():
            rights &= _FILE_RIGHTS
        rule = struct.pack("=Qi", rights, handle)
        done = libc.syscall(
            ctypes.c_long(_SYS_LANDLOCK_ADD_RULE),
            ctypes.c_int(ruleset),
            ctypes.c_int(1),
            ctypes.c_char_p(rule),
            ctypes.c_uint32(0),
        )
        if done != 0:
            raise OSError(ctypes.get_errno(), "landlock_add_rule", path)
    finally:
        os.close(handle)


# --- seccomp --------------------------------------------------------------------------------------------------------

_LD_WORD, _JUMP_EQUAL, _JUMP_GREATER_EQUAL, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW = 0x7FFF0000
_ERRNO = 0x00050000
_KILL_PROCESS = 0x80000000
_OFFSET_NUMBER, _OFFSET_ARCH, _OFFSET_ARG0 = 0, 4, 16

_AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

# System call numbers (arch/x86/entry/syscalls/syscall_64.tbl; include/uapi/asm-generic/unistd.h).
_NUMBERS: dict[str, dict[str, int]] = {
    "x86_64": {
        "socket": 41,
        "execve": 59,
        "execveat": 322,
        "ptrace": 101,
        "process_vm_readv": 310,
        "process_vm_writev": 311,
        "pidfd_getfd": 438,
        "kcmp": 312,
        "mount": 165,
        "umount2": 166,
        "pivot_root": 155,
        "chroot": 161,
        "setns": 308,
        "unshare": 272,
        "open_tree": 428,
        "move_mount": 429,
        "fsopen": 430,
        "fsmount": 432,
        "mount_setattr": 442,
        "bpf": 321,
        "perf_event_open": 298,
        "userfaultfd": 323,
        "io_uring_setup": 425,
        "io_uring_enter": 426,
        "io_uring_register": 427,
        "add_key": 248,
        "request_key": 249,
        "keyctl": 250,
        "open_by_handle_at": 304,
        "name_to_handle_at": 303,
        "init_module": 175,
        "finit_module": 313,
        "delete_module": 176,
        "kexec_load": 246,
        "kexec_file_load": 320,
        "reboot": 169,
        "swapon": 167,
        "swapoff": 168,
        "acct": 163,
        "settimeofday": 164,
        "clock_settime": 227,
        "sethostname": 170,
        "setdomainname": 171,
        "iopl": 172,
        "ioperm": 173,
        "personality": 135,
    },
    "aarch64": {
        "socket": 198,
        "execve": 221,
        "execveat": 281,
        "ptrace": 117,
        "process_vm_readv": 270,
        "process_vm_writev": 271,
        "pidfd_getfd": 438,
        "kcmp": 272,
        "mount": 40,
        "umount2": 39,
        "pivot_root": 41,
        "chroot": 51,
        "setns": 268,
        "unshare": 97,
        "open_tree": 428,
        "move_mount": 429,
        "fsopen": 430,
        "fsmount": 432,
        "mount_setattr": 442,
        "bpf": 280,
        "perf_event_open": 241,
        "userfaultfd": 282,
        "io_uring_setup": 425,
        "io_uring_enter": 426,
        "io_uring_register": 427,
        "add_key": 217,
        "request_key": 218,
        "keyctl": 219,
        "open_by_handle_at": 265,
        "name_to_handle_at": 264,
        "init_module": 105,
        "finit_module": 273,
        "delete_module": 106,
        "kexec_load": 104,
        "kexec_file_load": 294,
        "reboot": 142,
        "swapon": 224,
        "swapoff": 225,
        "acct": 89,
        "settimeofday": 170,
        "clock_settime": 112,
        "sethostname": 161,
        "setdomainname": 162,
        "personality": 92,
    },
}
_AF_UNIX = 1
# The same number everywhere. Terraform's plugin library asks once a second, for every provider connection that ever
# was, whether the provider's process lives (hashicorp/go-plugin, cmdrunner), and Go opens a process handle each time
# that only its garbage collector closes: a long-lived worker would run out of them. Without the call Go falls back to
# signal 0.
_PIDFD_OPEN = 434
# fsync and fdatasync do nothing and succeed: what is in scratch need not outlive a run, and Terraform would wait for
# the disk after every resource that it applies.
_SYNC = {"x86_64": (74, 75), "aarch64": (82, 83)}


def _instruction(code: int, jump_true: int, jump_false: int, value: int) -> bytes:
    return struct.pack("=HBBI", code, jump_true, jump_false, value)


def _program(machine: str, *, allow_exec: bool) -> bytes:
    """The classic BPF program: another architecture dies, a listed call fails with EPERM, a sync does nothing, the rest
    is allowed."""
    numbers = dict(_NUMBERS[machine])
    if allow_exec:
        del numbers["execve"], numbers["execveat"]
    socket_number = numbers.pop("socket")
    refuse = _instruction(_RETURN, 0, 0, _ERRNO | errno.EPERM)
    program = [
        _instruction(_LD_WORD, 0, 0, _OFFSET_ARCH),
        _instruction(_JUMP_EQUAL, 1, 0, _AUDIT_ARCH[machine]),
        _instruction(_RETURN, 0, 0, _KILL_PROCESS),
        _instruction(_LD_WORD, 0, 0, _OFFSET_NUMBER),
    ]
    if machine == "x86_64":  # the x32 calls have a numbering of their own
        program += [_instruction(_JUMP_GREATER_EQUAL, 0, 1, 0x40000000), refuse]
    for number in sorted(numbers.values()):
        program += [_instruction(_JUMP_EQUAL, 0, 1, number), refuse]
    for number in _SYNC[machine]:
        program += [_instruction(_JUMP_EQUAL, 0, 1, number), _instruction(_RETURN, 0, 0, _ERRNO)]
    program += [_instruction(_JUMP_EQUAL, 0, 1, _PIDFD_OPEN), _instruction(_RETURN, 0, 0, _ERRNO | errno.ENOSYS)]
    program += [
        _instruction(_JUMP_EQUAL, 0, 3, socket_number),
        _instruction(_LD_WORD, 0, 0, _OFFSET_ARG0),
        _instruction(_JUMP_EQUAL, 1, 0, _AF_UNIX),
        _instruction(_RETURN, 0, 0, _ERRNO | errno.EAFNOSUPPORT),
        _instruction(_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(program)


class _FilterProgram(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def _seccomp(libc: ctypes.CDLL, *, allow_exec: bool) -> bool:
    machine = platform.machine()
    if machine not in _NUMBERS or sys.byteorder != "little":
        return False
    code = _program(machine, allow_exec=allow_exec)
    buffer = ctypes.create_string_buffer(code, len(code))
    program = _FilterProgram(len(code) // 8, ctypes.addressof(buffer))
    return bool(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) == 0)

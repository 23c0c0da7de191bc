"""argon2id at one cost, in memory that each thread keeps: aligned, and in huge pages where the system has them.

argon2 reads its 19 MiB block by block (1 KiB) in an order that is random by design. In pages of 4 KiB nearly every
block is at an address that the processor has to look up first; that alone is a twentieth of the time of a hash, and
a seventh where argon2 was compiled for this very processor. The results are argon2's own: its reference library does
the work, and wipes the memory at the end of each hash.

Decision: docs/decisions/0052-time-of-a-login.md.
"""

from __future__ import annotations

import base64
import contextlib
import hmac
import mmap
import re
import secrets
import threading
from typing import Any

from argon2.low_level import ARGON2_VERSION, Type, core, error_to_str, ffi, hash_secret_raw

SALT_BYTES, HASH_BYTES = 16, 32
HUGE_PAGE = 2 * 1024 * 1024

_SALT_AND_HASH = re.compile(r"([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{43})\Z")

_thread = threading.local()
"""`block`: the memory its thread hashes in."""


class Argon2id:
    """`memory_kib`, `passes`: the cost, with one lane."""

    def __init__(self, memory_kib: int, passes: int) -> None:
        self.memory_kib, self.passes = memory_kib, passes
        self._head = f"$argon2id$v={ARGON2_VERSION}$m={memory_kib},t={passes},p=1$"

    def hash(self, password: bytes) -> str:
        """In the usual form: `$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH`."""
        salt = secrets.token_bytes(SALT_BYTES)
        return self._written(salt, self._raw(password, salt))

    def decoy(self) -> str:
        """What no password has: as dear to verify as a real one, and made without hashing."""
        return self._written(secrets.token_bytes(SALT_BYTES), secrets.token_bytes(HASH_BYTES))

    def is_own(self, stored: str) -> bool:
        """Whether it is of this cost and these lengths, as `hash` makes them."""
        return self._parts(stored) is not None

    def verify(self, password: bytes, stored: str) -> bool:
        """`stored` is one's own."""
        found = self._parts(stored)
        if found is None:
            raise ValueError("no hash of this cost")
        return hmac.compare_digest(self._raw(password, _read(found[1])), _read(found[2]))

    def _parts(self, stored: str) -> re.Match[str] | None:
        return _SALT_AND_HASH.match(stored, len(self._head)) if stored.startswith(self._head) else None

    def _written(self, salt: bytes, digest: bytes) -> str:
        return f"{self._head}{_unpadded(salt)}${_unpadded(digest)}"

    def _raw(self, password: bytes, salt: bytes) -> bytes:
        if _HAND_OUT is None:
            return hash_secret_raw(password, salt, self.passes, self.memory_kib, 1, HASH_BYTES, Type.ID)
        _reserve(self.memory_kib * 1024)
        given, digest = ffi.new("uint8_t[]", password), ffi.new("uint8_t[]", HASH_BYTES)
        salted = ffi.from_buffer("uint8_t[]", salt)
        context = ffi.new(
            "argon2_context *",
            {
                "out": digest,
                "outlen": HASH_BYTES,
                "pwd": given,
                "pwdlen": len(password),
                "salt": salted,
                "saltlen": len(salt),
                "t_cost": self.passes,
                "m_cost": self.memory_kib,
                "lanes": 1,
                "threads": 1,
                "version": ARGON2_VERSION,
                "allocate_cbk": _HAND_OUT,
                "free_cbk": _TAKE_BACK,
            },
        )
        fault = core(context, Type.ID.value)
        if fault:
            raise RuntimeError(f"argon2: {error_to_str(fault)}")
        return bytes(ffi.buffer(digest))


class _Block:
    """`size` bytes that begin where a huge page does."""

    def __init__(self, size: int) -> None:
        self.size = size
        spare = HUGE_PAGE if size >= HUGE_PAGE else 0
        whole = -(-size // HUGE_PAGE) * HUGE_PAGE if spare else size
        self._map = mmap.mmap(-1, whole + spare, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        if spare and hasattr(mmap, "MADV_HUGEPAGE"):
            _advise(self._map, mmap.MADV_HUGEPAGE)
        begin = ffi.from_buffer("uint8_t[]", self._map)
        self._begin = begin
        self.address = begin + (-int(ffi.cast("uintptr_t", begin)) % HUGE_PAGE if spare else 0)


def _advise(memory: mmap.mmap, what: int) -> None:
    """A kernel without huge pages says no: the memory is as good without."""
    with contextlib.suppress(OSError):
        memory.madvise(what)


def _reserve(size: int) -> None:
    block = getattr(_thread, "block", None)
    if block is None or block.size < size:
        _thread.block = None  # before the larger one is made
        _thread.block = _Block(size)


def _hand_out(memory: Any, size: int) -> int:
    """argon2 asks in the thread that hashes."""
    if size > _thread.block.size:
        return _NO_MEMORY
    memory[0] = _thread.block.address
    return 0


def _take_back(memory: Any, size: int) -> None:
    """The thread keeps it; argon2 has wiped it."""


_NO_MEMORY = -22
"""ARGON2_MEMORY_ALLOCATION_ERROR"""


def _callbacks() -> tuple[Any, Any]:
    """None where the system allows no callbacks (memory that is written is never run there): then argon2 asks
    `malloc` for its memory."""
    try:
        return (
            ffi.callback("int(uint8_t **, size_t)", _hand_out, error=_NO_MEMORY),
            ffi.callback("void(uint8_t *, size_t)", _take_back),
        )
    except MemoryError:
        return None, None


_HAND_OUT, _TAKE_BACK = _callbacks()


def _unpadded(raw: bytes) -> str:
    return base64.b64encode(raw).decode().rstrip("=")


def _read(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4))

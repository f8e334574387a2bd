"""Many datagrams in one system call, and the kernel's word for when each one came in.

Plain Python: libc's ``sendmmsg`` and ``recvmmsg`` on memory that is laid out once. Without them the
load spends most of its core on calls, and is late with what it measures by.
"""

from __future__ import annotations

import socket
from typing import Any

import cffi
import pylibsrtp._binding as srtp

SLOT_BYTES = 2048
SO_TIMESTAMPNS = 35  # Linux; the socket module does not name it
STAMP_BYTES = socket.CMSG_SPACE(16)

_ffi = cffi.FFI()
_ffi.cdef(
    """
    struct iovec { void *iov_base; size_t iov_len; };
    struct msghdr {
        void *msg_name; unsigned int msg_namelen; struct iovec *msg_iov; size_t msg_iovlen;
        void *msg_control; size_t msg_controllen; int msg_flags;
    };
    struct mmsghdr { struct msghdr msg_hdr; unsigned int msg_len; };
    int sendmmsg(int, struct mmsghdr *, unsigned int, int);
    int recvmmsg(int, struct mmsghdr *, unsigned int, int, void *);
    """
)
_libc: Any = _ffi.dlopen(None)
_DONTWAIT = socket.MSG_DONTWAIT
_HEAD_WORDS = _ffi.sizeof("struct mmsghdr") // 4
_LENGTH_WORD = _ffi.offsetof("struct mmsghdr", "msg_len") // 4
_STAMP_WORDS = STAMP_BYTES // 8
_protect = srtp.lib.srtp_protect
_protect_rtcp = srtp.lib.srtp_protect_rtcp


class Batch:
    """So many datagrams side by side: datagram ``i`` begins at ``i * SLOT_BYTES`` of ``view``."""

    def __init__(self, slots: int, *, stamped: bool = False) -> None:
        self.slots = slots
        self.data = srtp.ffi.new("unsigned char[]", slots * SLOT_BYTES)
        self.raw = srtp.ffi.buffer(self.data)
        self.view = memoryview(self.raw)
        self.at = [self.data + slot * SLOT_BYTES for slot in range(slots)]
        """Where each begins, as the cipher's library takes it."""
        self._length = srtp.ffi.new("int *")
        self._pieces = _ffi.new("struct iovec[]", slots)
        self._notes = _ffi.new("unsigned char[]", slots * STAMP_BYTES)
        self._stamped = stamped
        self._heads = _ffi.new("struct mmsghdr[]", slots)
        base = int(srtp.ffi.cast("uintptr_t", self.data))
        for slot in range(slots):
            self._pieces[slot].iov_base = _ffi.cast("void *", base + slot * SLOT_BYTES)
            self._pieces[slot].iov_len = SLOT_BYTES
            head = self._heads[slot].msg_hdr
            head.msg_iov, head.msg_iovlen = self._pieces + slot, 1
            if stamped:
                head.msg_control = self._notes + slot * STAMP_BYTES
                head.msg_controllen = STAMP_BYTES
        self._words = memoryview(_ffi.buffer(self._heads)).cast("B").cast("I")
        self._stamps = memoryview(_ffi.buffer(self._notes)).cast("B").cast("q")

    def protect(self, slot: int, size: int, context: Any, *, rtcp: bool = False) -> None:
        """Encrypt the ``size`` bytes in a slot where they are; None for no cipher."""
        if context is not None:
            length = self._length
            length[0] = size
            if (_protect_rtcp if rtcp else _protect)(context, self.at[slot], length) != 0:
                raise RuntimeError("the load cannot protect a packet of its own")
            size = length[0]
        self._pieces[slot].iov_len = size

    def send(self, descriptor: int, count: int) -> int:
        """Send the first ``count`` slots on a connected socket; returns how many went."""
        sent: int = _libc.sendmmsg(descriptor, self._heads, count, _DONTWAIT)
        return max(0, sent)

    def receive(self, descriptor: int) -> int:
        """Fill slots with what waits; returns how many, 0 for none."""
        got: int = _libc.recvmmsg(descriptor, self._heads, self.slots, _DONTWAIT, _ffi.NULL)
        return max(0, got)

    def size(self, slot: int) -> int:
        """The length of a received datagram."""
        return self._words[slot * _HEAD_WORDS + _LENGTH_WORD]

    def arrived(self, slot: int) -> float:
        """When the kernel took a received datagram in, in wall time."""
        spot = slot * _STAMP_WORDS + 2  # behind the note's own head of 16 bytes
        return self._stamps[spot] + self._stamps[spot + 1] * 1e-9


def stamp(bound: socket.socket) -> None:
    """Have the kernel note when each datagram of this socket came."""
    bound.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)

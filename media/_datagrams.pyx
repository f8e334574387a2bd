# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""The compiled twin of :mod:`media.datagrams`: one system call for a batch of datagrams each way.

Datagrams of one size to one address in a row, which is what a picture is, leave as one message that
the kernel cuts (UDP_SEGMENT, Linux 4.18), so that the way through its network stack is gone once.

libsrtp is the one that pylibsrtp carries: :data:`media.srtp.CALLS` gives the addresses of its four
functions, so that nothing is linked a second time. The interpreter lock is kept throughout: no call
here waits, and letting go of the lock would hand the loop's time to a handshake.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.dict cimport PyDict_GetItem
from cpython.ref cimport PyObject
from libc.errno cimport EAGAIN, EINTR, errno
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uintptr_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcmp, memcpy, memset

import socket

from media.srtp import BUFFER_BYTES, CALLS, MAX_PLAIN_BYTES

cdef extern from "netinet/in.h" nogil:
    ctypedef unsigned int socklen_t
    enum: AF_INET
    enum: AF_INET6
    enum: IPPROTO_UDP
    struct in_addr:
        uint32_t s_addr
    struct in6_addr:
        uint8_t s6_addr[16]
    struct sockaddr:
        uint16_t sa_family
    struct sockaddr_in:
        uint16_t sin_family
        uint16_t sin_port
        in_addr sin_addr
    struct sockaddr_in6:
        uint16_t sin6_family
        uint16_t sin6_port
        uint32_t sin6_flowinfo
        in6_addr sin6_addr
        uint32_t sin6_scope_id
    uint16_t htons(uint16_t value)
    uint16_t ntohs(uint16_t value)

cdef extern from "sys/socket.h" nogil:
    enum: MSG_DONTWAIT
    enum: SOL_SOCKET
    struct iovec:
        void *iov_base
        size_t iov_len
    struct msghdr:
        void *msg_name
        socklen_t msg_namelen
        iovec *msg_iov
        size_t msg_iovlen
        void *msg_control
        size_t msg_controllen
        int msg_flags
    struct mmsghdr:
        msghdr msg_hdr
        unsigned int msg_len
    struct cmsghdr:
        size_t cmsg_len
        int cmsg_level
        int cmsg_type
    cmsghdr *CMSG_FIRSTHDR(msghdr *message)
    size_t CMSG_LEN(size_t size)
    size_t CMSG_SPACE(size_t size)
    unsigned char *CMSG_DATA(cmsghdr *note)
    struct timespec:
        int64_t tv_sec
        long tv_nsec
    int recvmmsg(int fd, mmsghdr *messages, unsigned int count, int flags, timespec *timeout)
    int sendmmsg(int fd, mmsghdr *messages, unsigned int count, int flags)

cdef extern from "sys/timerfd.h" nogil:
    struct itimerspec:
        timespec it_interval
        timespec it_value
    int timerfd_settime(int fd, int flags, itimerspec *new_value, itimerspec *old_value)

cdef enum:
    MOST = 64          # datagrams a system call: with more, the call is no longer what costs
    ROOM = 2048        # media.srtp.BUFFER_BYTES, asserted below
    NAME = 28          # sizeof(struct sockaddr_in6)
    NOTE = 64          # bytes for one time stamp
    STAMP_KIND = 35    # SO_TIMESTAMPNS
    STAMP_BYTES = 16   # struct timespec
    MIN_SRTP = 12      # RFC 3550 section 5.1
    SEGMENT = 103      # UDP_SEGMENT
    MOST_SEGMENTS = 40 # of one message: 60 kB at the longest, below what an IP packet may have

assert BUFFER_BYTES == ROOM
cdef int LONGEST = MAX_PLAIN_BYTES

ctypedef int (*srtp_call)(void *context, void *packet, int *length) noexcept nogil

cdef srtp_call protect_rtp = <srtp_call><uintptr_t>CALLS[0]
cdef srtp_call protect_rtcp = <srtp_call><uintptr_t>CALLS[1]
cdef srtp_call unprotect_rtp = <srtp_call><uintptr_t>CALLS[2]
cdef srtp_call unprotect_rtcp = <srtp_call><uintptr_t>CALLS[3]


cdef class NativeKeys:
    """Implements :class:`media.datagrams.Keys`."""

    cdef readonly object rx
    cdef readonly object tx
    cdef void *_rx
    cdef void *_tx

    def replace(self, rx, tx):
        """Use these from now on."""
        self._rx = NULL if rx is None else <void *><uintptr_t>rx.address
        self._tx = NULL if tx is None else <void *><uintptr_t>tx.address
        self.rx, self.tx = rx, tx  # held as long as their addresses are


cdef class Flow:
    """An address, and whose media goes there."""

    cdef object leg
    cdef NativeKeys keys
    cdef bytes name


cdef bytes pack_name(address):
    """The kernel's form of an address as the socket module writes it."""
    cdef char name[NAME]
    cdef sockaddr_in *four = <sockaddr_in *>name
    cdef sockaddr_in6 *six = <sockaddr_in6 *>name
    cdef bytes raw
    memset(name, 0, NAME)
    if ":" in address[0]:
        raw = socket.inet_pton(socket.AF_INET6, address[0].partition("%")[0])
        six.sin6_family = AF_INET6
        six.sin6_port = htons(address[1])
        six.sin6_scope_id = address[3] if len(address) > 3 else 0
        memcpy(&six.sin6_addr, PyBytes_AS_STRING(raw), 16)
        return name[:sizeof(sockaddr_in6)]
    raw = socket.inet_aton(address[0])
    four.sin_family = AF_INET
    four.sin_port = htons(address[1])
    memcpy(&four.sin_addr, PyBytes_AS_STRING(raw), 4)
    return name[:sizeof(sockaddr_in)]


cdef object unpack_name(char *name):
    """An address as the socket module writes it."""
    cdef sockaddr_in *four = <sockaddr_in *>name
    cdef sockaddr_in6 *six = <sockaddr_in6 *>name
    if four.sin_family == AF_INET:
        return socket.inet_ntoa((<char *>&four.sin_addr)[:4]), ntohs(four.sin_port)
    host = socket.inet_ntop(socket.AF_INET6, (<char *>&six.sin6_addr)[:16])
    return host, ntohs(six.sin6_port), 0, six.sin6_scope_id


cdef class Arena:
    """Room for one batch: a message, its data, its address and its note, so many times."""

    cdef mmsghdr *messages
    cdef iovec *vectors
    cdef char *data
    cdef char *names
    cdef char *notes

    def __cinit__(self):
        cdef int at
        self.messages = <mmsghdr *>calloc(MOST, sizeof(mmsghdr))
        self.vectors = <iovec *>calloc(MOST, sizeof(iovec))
        self.data = <char *>calloc(MOST, ROOM)
        self.names = <char *>calloc(MOST, NAME)
        self.notes = <char *>calloc(MOST, NOTE)
        if not (self.messages and self.vectors and self.data and self.names and self.notes):
            raise MemoryError
        for at in range(MOST):
            self.vectors[at].iov_base = self.data + at * ROOM
            self.vectors[at].iov_len = ROOM
            self.messages[at].msg_hdr.msg_iov = &self.vectors[at]
            self.messages[at].msg_hdr.msg_iovlen = 1
            self.messages[at].msg_hdr.msg_name = self.names + at * NAME
            self.messages[at].msg_hdr.msg_namelen = NAME

    def __dealloc__(self):
        for each in (<uintptr_t>self.messages, <uintptr_t>self.vectors, <uintptr_t>self.data,
                     <uintptr_t>self.names, <uintptr_t>self.notes):
            free(<void *><uintptr_t>each)


cdef class NativeBatch:
    """Implements :class:`media.datagrams.Batch`."""

    cdef object _socket
    cdef object _dropped
    cdef dict _flows
    cdef int _fd
    cdef Arena _in
    cdef Arena _out
    cdef mmsghdr _groups[MOST]
    cdef int _queued
    cdef int _alone_until
    cdef bint _may_cut
    cdef bint _has_cut
    cdef readonly int64_t bytes_in
    cdef readonly int64_t bytes_out
    cdef readonly int taken
    cdef readonly list stamps

    def __init__(self, bound, dropped):
        self._socket = bound
        self._fd = bound.fileno()
        self._dropped = dropped
        self._flows = {}
        self._in, self._out = Arena(), Arena()
        self._may_cut = True
        self.stamps = []

    @staticmethod
    def keys():
        """Return keys of the kind this batch works with, none yet."""
        return NativeKeys()

    def tie(self, leg, NativeKeys keys not None, address):
        """Open media from ``address`` with ``keys``."""
        cdef Flow flow = Flow.__new__(Flow)
        flow.leg, flow.keys, flow.name = leg, keys, pack_name(address)
        self._flows[flow.name] = flow
        return flow

    def untie(self, address):
        """Nothing that comes from there is media any more."""
        self._flows.pop(pack_name(address), None)

    # --- in -------------------------------------------------------------------------------------

    def receive(self, int most, *, bint stamped, bint lone):
        """Read at most so many datagrams; ``taken`` is how many."""
        cdef Arena room = self._in
        cdef int at, count
        cdef list arrivals = []
        if stamped:
            self._make_notes(most)
        count = recvmmsg(self._fd, room.messages, min(most, <int>MOST), MSG_DONTWAIT, NULL)
        self.taken = max(0, count)
        if count < 0 and errno not in (EAGAIN, EINTR):
            # An ICMP error of an earlier send surfaces here; it says nothing about this read.
            self._dropped["receive_error"] += 1
        for at in range(self.taken):
            self._take(at, arrivals)
            room.messages[at].msg_hdr.msg_namelen = NAME
        if stamped:
            self._read_notes(most)
        return arrivals

    cdef void _take(self, int at, list arrivals):
        cdef char *data = self._in.data + at * ROOM
        cdef int size = self._in.messages[at].msg_len
        cdef char *name = self._in.names + at * NAME
        cdef object key
        cdef PyObject *found = NULL
        self.bytes_in += size
        # The first byte says what it may be (RFC 7983 section 7): 128..191 is media.
        if size and <uint8_t>data[0] & 0xC0 == 0x80:
            key = PyBytes_FromStringAndSize(name, self._in.messages[at].msg_hdr.msg_namelen)
            found = PyDict_GetItem(self._flows, key)
        if found is NULL:
            arrivals.append((None, PyBytes_FromStringAndSize(data, size), unpack_name(name)))
        else:
            self._open(<Flow>found, data, size, arrivals)

    cdef void _open(self, Flow flow, char *data, int size, list arrivals):
        cdef void *context = flow.keys._rx
        cdef uint8_t kind
        cdef bint rtcp
        if context is NULL or size < MIN_SRTP:
            self._dropped["srtp_early" if context is NULL else "srtp_size"] += 1
            return
        # 64..95 in the low seven bits of the second byte is RTCP (RFC 5761 section 4).
        kind = <uint8_t>data[1] & 0x7F
        rtcp = 64 <= kind < 96
        if (unprotect_rtcp if rtcp else unprotect_rtp)(context, data, &size) != 0:
            self._dropped["srtp"] += 1
        else:
            arrivals.append((flow.leg, PyBytes_FromStringAndSize(data, size), rtcp))

    cdef void _make_notes(self, int most):
        cdef int at
        for at in range(min(most, <int>MOST)):
            self._in.messages[at].msg_hdr.msg_control = self._in.notes + at * NOTE
            self._in.messages[at].msg_hdr.msg_controllen = NOTE

    cdef void _read_notes(self, int most):
        cdef int at
        cdef msghdr *message
        cdef cmsghdr *note
        cdef int64_t *stamp
        for at in range(min(most, <int>MOST)):
            message = &self._in.messages[at].msg_hdr
            note = CMSG_FIRSTHDR(message) if at < self.taken else NULL
            if note is not NULL and note.cmsg_level == SOL_SOCKET and note.cmsg_type == STAMP_KIND:
                stamp = <int64_t *>CMSG_DATA(note)
                self.stamps.append(stamp[0] + stamp[1] / 1e9)
            message.msg_control = NULL
            message.msg_controllen = 0

    # --- out ------------------------------------------------------------------------------------

    def send(self, Flow flow not None, bytes packet not None, bint rtcp):
        """Protect a plain packet; it leaves at the next flush, or when the batch is full."""
        cdef void *context = flow.keys._tx
        cdef int size = <int>PyBytes_GET_SIZE(packet)
        cdef char *data = self._out.data + self._queued * ROOM
        if context is NULL:
            return
        if size <= LONGEST:
            memcpy(data, PyBytes_AS_STRING(packet), size)
        if size > LONGEST or (protect_rtcp if rtcp else protect_rtp)(context, data, &size) != 0:
            self._dropped["protect"] += 1
            return
        self._out.vectors[self._queued].iov_len = size
        self._out.messages[self._queued].msg_hdr.msg_namelen = <socklen_t>PyBytes_GET_SIZE(flow.name)
        memcpy(self._out.names + self._queued * NAME, PyBytes_AS_STRING(flow.name),
               PyBytes_GET_SIZE(flow.name))
        self._queued += 1
        if self._queued == MOST:
            self.flush()

    cpdef flush(self):
        """Send what is queued, in order, or lose it: nothing waits, nothing grows."""
        cdef int at = 0, count = self._queued
        self._queued = self._alone_until = 0
        while at < count:
            at = self._send_from(at, count)

    cdef int _send_from(self, int at, int count):
        """Send datagrams from one on; returns the first that is still to be sent."""
        cdef int each, groups = self._gather(at, count)
        cdef int sent = sendmmsg(self._fd, self._groups, groups, MSG_DONTWAIT)
        if sent > 0:
            for each in range(sent):
                self.bytes_out += self._groups[each].msg_len
                at += self._groups[each].msg_hdr.msg_iovlen
                self._has_cut |= self._groups[each].msg_hdr.msg_iovlen > 1
            return at
        if errno == EINTR:
            return at
        if errno == EAGAIN:
            # A full socket is loss, as on any line.
            self._dropped["send_buffer"] += count - at
            return count
        if self._groups[0].msg_hdr.msg_iovlen > 1:
            # Cutting is not for this kernel, or its pieces are too long for this way: one by one.
            self._may_cut = self._has_cut
            self._alone_until = at + <int>self._groups[0].msg_hdr.msg_iovlen
            return at
        self._dropped["send_error"] += 1
        return at + 1

    cdef int _gather(self, int at, int count):
        """Make one message of each run that the kernel can cut; returns how many there are."""
        cdef int run, groups = 0
        cdef msghdr *message
        cdef cmsghdr *note
        while at < count:
            run = self._run(at, count)
            message = &self._groups[groups].msg_hdr
            message.msg_name = self._out.names + at * NAME
            message.msg_namelen = self._out.messages[at].msg_hdr.msg_namelen
            message.msg_iov = &self._out.vectors[at]
            message.msg_iovlen = run
            message.msg_control = NULL
            message.msg_controllen = 0
            if run > 1:
                message.msg_control = self._out.notes + at * NOTE
                message.msg_controllen = CMSG_SPACE(sizeof(uint16_t))
                note = CMSG_FIRSTHDR(message)
                note.cmsg_level = IPPROTO_UDP
                note.cmsg_type = SEGMENT
                note.cmsg_len = CMSG_LEN(sizeof(uint16_t))
                (<uint16_t *>CMSG_DATA(note))[0] = <uint16_t>self._out.vectors[at].iov_len
            at += run
            groups += 1
        return groups

    cdef int _run(self, int at, int count):
        """How many datagrams from this one on are of one address and size; a shorter one ends it."""
        cdef int run = 1
        cdef size_t size = self._out.vectors[at].iov_len
        cdef char *name = self._out.names + at * NAME
        if not self._may_cut or at < self._alone_until:
            return 1
        while at + run < count and run < MOST_SEGMENTS:
            if self._out.vectors[at + run].iov_len > size:
                break
            if memcmp(name, self._out.names + (at + run) * NAME, NAME) != 0:
                break
            run += 1
            if self._out.vectors[at + run - 1].iov_len < size:
                break
        return run


def set_timer(int fd, int64_t after_ns):
    """Have a timerfd ring once, so many nanoseconds from now; see :mod:`media.alarm`."""
    cdef itimerspec when
    memset(&when, 0, sizeof(when))
    when.it_value.tv_sec, when.it_value.tv_nsec = after_ns // 1_000_000_000, after_ns % 1_000_000_000
    timerfd_settime(fd, 0, &when, NULL)

"""Our half of ICE: a lite agent (RFC 8445 section 2.5) that answers checks and follows nomination.

One thing a lite agent does not do, ours does: toward an address from which authenticated media has
come it sends one check of its own, so that a phone that has moved is followed in a round trip.

Rule 1: a datagram is worth nothing until its username fragment is one of ours and its integrity
holds; until then nothing is answered, and nothing but the fragment has been parsed.
Rule 2: only an address that passed a check is ever sent to, but for that one check. Signaled
candidates are not even kept.
Rule 3: the codec is aioice's; what a check means is decided here.
Rule 4: every answer promises the credentials of the next restart. A peer whose signaling was lost
with its path restarts with them unasked: the first check that names them is the restart.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final, TypeAlias

from aioice import stun

from media.clock import Instant
from media.errors import PacketError

Address: TypeAlias = tuple[str, int] | tuple[str, int, int, int]
"""Host and port first, as the socket module writes them for IPv4 and for IPv6."""

Path: TypeAlias = tuple[int, Address]
"""Which of our sockets or connections, and the peer's address as that one sees it."""

HEADER_BYTES: Final = 20
COOKIE: Final = b"\x21\x12\xa4\x42"
BINDING_REQUEST: Final = b"\x00\x01"
BINDING_RESPONSES: Final = (b"\x01\x01", b"\x01\x11")
FINGERPRINT_HEADER: Final = b"\x80\x28\x00\x04"
USERNAME: Final = 0x0006
MAX_USERNAME_BYTES: Final = 513  # RFC 8489 section 14.3
AMPLIFICATION: Final = 3
REPEAT_S: Final = 0.2
"""One round trip of a phone, so that a lost check costs little."""
PEER_REFLEXIVE: Final = (110 << 24) | (65535 << 8) | 255  # RFC 8445 section 5.1.2.1
CHECKS_REMEMBERED: Final = 64
"""Nominating checks whose transactions are known to have come over another path."""

_attribute = struct.Struct("!HH")


@dataclass(frozen=True, slots=True)
class Credentials:
    """A username fragment and its password (RFC 8445 section 5.3)."""

    ufrag: str
    password: str


@dataclass(frozen=True, slots=True)
class CheckAnswer:
    """What to send back to a check, and what it proved.

    ``valid`` says that the address is proved to be the peer's; ``selected`` that it is now the
    address media goes to and was not before; ``restarted`` that the peer has taken up the
    credentials of a new offer.
    """

    response: bytes
    valid: bool
    selected: bool
    restarted: bool = False


def local_ufrag(data: bytes) -> str:
    """Read the part of USERNAME that names one of our endpoints, and nothing else.

    Raises :class:`PacketError` when ``data`` is not a Binding request with a USERNAME of the form
    ``ours:theirs`` (RFC 8445 section 7.2.2).
    """
    size = len(data)
    if size < HEADER_BYTES or data[4:8] != COOKIE or data[:2] != BINDING_REQUEST:
        raise PacketError("not a binding request")
    if int.from_bytes(data[2:4], "big") != size - HEADER_BYTES or size % 4:
        raise PacketError("length")
    # A check ends with a fingerprint (RFC 8445 section 7.2.2), which the codec then compares.
    if data[-8:-4] != FINGERPRINT_HEADER:
        raise PacketError("no fingerprint")
    at = HEADER_BYTES
    while at + 4 <= size:
        kind, length = _attribute.unpack_from(data, at)
        if kind == USERNAME:
            if length > MAX_USERNAME_BYTES or at + 4 + length > size:
                raise PacketError("username length")
            ours, colon, _ = data[at + 4 : at + 4 + length].partition(b":")
            if not colon or not ours.isascii():
                raise PacketError("username form")
            return ours.decode("ascii")
        at += 4 + length + (-length % 4)
    raise PacketError("no username")


def is_answer(data: bytes) -> bool:
    """Whether this says that it is a Binding response, success or error."""
    return data[:2] in BINDING_RESPONSES


class Following:
    """One authenticated check toward an address that media has come from.

    Rule 1: at most :data:`AMPLIFICATION` times the bytes that authenticated from there are sent (as
    RFC 9000 section 8.1 has it), so that nobody can have us flood a third party.
    Rule 2: the check is repeated under one transaction, at most every :data:`REPEAT_S`.
    """

    __slots__ = ("_check", "_next", "_path", "_received", "_sent", "_transaction")

    def __init__(self) -> None:
        self._path: Path | None = None
        self._check = self._transaction = b""
        self._received = self._sent = 0
        self._next: Instant = 0.0

    def handle_stray(
        self, path: Path, size: int, username: str, password: str, now: Instant
    ) -> bytes | None:
        """Count what came from there; returns the check when it may be sent now."""
        if path != self._path:
            if self._path is not None and now < self._next:
                return None  # two strays at once: the one being asked comes first
            self._path, self._received, self._sent, self._next = path, 0, 0, now
            message = _check(username, password)
            self._check, self._transaction = bytes(message), message.transaction_id
        self._received += size
        if now < self._next or self._sent + len(self._check) > AMPLIFICATION * self._received:
            return None
        self._sent += len(self._check)
        self._next = now + REPEAT_S
        return self._check

    def expects(self, transaction: bytes, path: Path) -> bool:
        """Whether this transaction was asked over this path (RFC 8445 section 7.2.5.2.1)."""
        return path == self._path and transaction == self._transaction


class IceAgent:
    """The credentials and the chosen path of one endpoint."""

    __slots__ = (
        "_current", "_paths_of", "_previous", "_remote", "_restarting", "following", "generation",
        "promised", "selected",
    )  # fmt: skip

    def __init__(
        self, local: Credentials, remote: Credentials, promised: Credentials | None = None
    ) -> None:
        self._current = local
        self._previous: Credentials | None = None
        """Those before the last restart. They are answered still, and select nothing: a browser
        whose new pairs heard nothing for a while gives them up, and stays with its old one."""
        self._restarting = False
        """Until a check names the credentials of the last restart."""
        self.promised = promised
        """What the next restart will use; None when a check has just taken it up."""
        self.generation = 0
        """How many restarts there have been."""
        self._remote = remote
        self._paths_of: dict[bytes, Path] = {}
        self.following = Following()
        """The stray address media has come from, while it is unproved."""
        self.selected: Path | None = None
        """Where media is sent; None until a check has passed."""

    @property
    def local(self) -> Credentials:
        """The credentials the last answer carried."""
        return self._current

    @property
    def remote_ufrag(self) -> str:
        """The peer's fragment of the last offer; a new one there asks for a restart."""
        return self._remote.ufrag

    @property
    def unconfirmed(self) -> bool:
        """The peer has restarted unasked, and its offer has not come yet."""
        return not self._remote.password

    def ufrags(self) -> tuple[str, ...]:
        """Every fragment of ours that a check may name now."""
        known = (self._current, self._previous, self.promised)
        return tuple(each.ufrag for each in known if each is not None)

    def restart(self, remote: Credentials, fresh: Credentials) -> None:
        """Take up the promised credentials (RFC 8445 section 9), and promise ``fresh`` ones.

        Without a promise the fresh ones serve at once. The selected address stays until a check
        names the new ones, so that media goes on while the restart is under way.
        """
        self._previous = self._current
        self._current, self.promised = self.promised or fresh, fresh if self.promised else None
        self._remote = remote
        self._restarting = True
        self.generation += 1

    def confirm(self, remote: Credentials) -> None:
        """Take the whole credentials of a peer that restarted unasked, or of one that did not."""
        self._remote = remote

    def handle_check(self, data: bytes, path: Path) -> CheckAnswer:
        """Answer a Binding request whose fragment :func:`local_ufrag` read as this endpoint's.

        Raises :class:`PacketError` when it is malformed or its integrity does not hold; then
        nothing has changed and nothing may be answered.
        """
        message = _parse(data)
        ours, _, theirs = str(message.attributes.get("USERNAME", "")).partition(":")
        credentials = self._named(ours)
        if credentials is None or not message.check_message_integrity(
            credentials.password.encode()
        ):
            raise PacketError("integrity")
        if "ICE-CONTROLLED" in message.attributes:
            # A lite agent is always controlled; the peer must switch (RFC 8445 section 7.3.1.1).
            return CheckAnswer(_role_conflict(message, credentials), valid=False, selected=False)
        if credentials is self._current and theirs != self._remote.ufrag and not self.unconfirmed:
            raise PacketError("peer fragment")
        self._refuse_replay(message.transaction_id, path)
        if credentials is self._current and self.unconfirmed:
            # While its network stays dead it restarts again and again; the last one counts.
            self._remote = Credentials(theirs, "")
        if credentials is self.promised:
            # The offer with the peer's password was lost, or is still on its way.
            self.restart(Credentials(theirs, ""), credentials)
            self.promised = None
        is_current = credentials is self._current
        restarted = is_current and self._restarting
        if restarted:
            self._restarting = False
        nominated = "USE-CANDIDATE" in message.attributes
        # Before any nomination the first valid pair serves, so that DTLS need not wait for it.
        wanted = nominated or restarted or self.selected is None
        selected = is_current and wanted and path != self.selected
        if selected:
            self.selected = path
        response = _success(message, path[1][:2], credentials)
        return CheckAnswer(response, valid=True, selected=selected, restarted=restarted)

    def _refuse_replay(self, transaction: bytes, path: Path) -> None:
        """A check seen over one path proves nothing over another.

        STUN has no protection against replay. A peer repeats a transaction over the same path only;
        who has overheard one could otherwise have media sent to themselves.
        """
        if self._paths_of.setdefault(transaction, path) != path:
            raise PacketError("replayed")
        if len(self._paths_of) > CHECKS_REMEMBERED:
            del self._paths_of[next(iter(self._paths_of))]

    def handle_stray(self, path: Path, size: int, now: Instant) -> bytes | None:
        """Media of ``size`` bytes has authenticated, but came from an unproved address.

        Returns the check to send there, when it is time for one. Media goes on to the old address.
        A peer that restarted unasked has not told its password yet, and cannot be asked.
        """
        if self.unconfirmed:
            return None
        names = f"{self._remote.ufrag}:{self._current.ufrag}"
        return self.following.handle_stray(path, size, names, self._remote.password, now)

    def handle_answer(self, data: bytes, path: Path) -> bool:
        """Take the answer to our check; True when the path is proved and selected by it.

        Raises :class:`PacketError` when it answers nothing we asked there, or does not hold.
        """
        message = _parse(data)
        if not self.following.expects(message.transaction_id, path):
            raise PacketError("nobody asked")
        if not message.check_message_integrity(self._remote.password.encode()):
            raise PacketError("integrity")
        if message.message_class is not stun.Class.RESPONSE:
            return False
        self.following = Following()
        self.selected = path
        return True

    def _named(self, ufrag: str) -> Credentials | None:
        for each in (self._current, self._previous, self.promised):
            if each is not None and ufrag == each.ufrag:
                return each
        return None


def _parse(data: bytes) -> stun.Message:
    """The codec raises whatever it runs into; a stranger's bytes are one kind of fault."""
    try:
        return stun.parse_message(data)
    except (ValueError, KeyError, IndexError, struct.error) as error:
        raise PacketError("stun") from error


def _check(username: str, password: str) -> stun.Message:
    """A Binding request of ours, as a controlled full agent sends it (RFC 8445 section 7.1.1)."""
    request = stun.Message(
        message_method=stun.Method.BINDING,
        message_class=stun.Class.REQUEST,
        attributes={"USERNAME": username, "PRIORITY": PEER_REFLEXIVE, "ICE-CONTROLLED": 1},
    )
    request.add_message_integrity(password.encode())
    return request


def _success(request: stun.Message, address: tuple[str, int], credentials: Credentials) -> bytes:
    response = stun.Message(
        message_method=stun.Method.BINDING,
        message_class=stun.Class.RESPONSE,
        transaction_id=request.transaction_id,
        attributes={"XOR-MAPPED-ADDRESS": address},
    )
    response.add_message_integrity(credentials.password.encode())
    return bytes(response)


def _role_conflict(request: stun.Message, credentials: Credentials) -> bytes:
    response = stun.Message(
        message_method=stun.Method.BINDING,
        message_class=stun.Class.ERROR,
        transaction_id=request.transaction_id,
        attributes={"ERROR-CODE": (487, "Role Conflict")},
    )
    response.add_message_integrity(credentials.password.encode())
    return bytes(response)

"""Everything that can be set, each with its default and its bounds: one line of :class:`Config`.

How they are read and checked: :mod:`signaling.settings`.
"""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from media.config import MediaConfig, RecordingConfig
from signaling.carriers.push import SERVICES
from signaling.domain.retention import Clocks
from signaling.limits import Rate
from signaling.wire import IceServer

LOOPBACK_NAMES: Final = frozenset({"127.0.0.1", "::1", "localhost"})
"""What means this machine and no other, whoever is asked."""

Port = Annotated[int, Meta(ge=0, le=65535)]
Seconds = Annotated[float, Meta(gt=0, le=30 * 86_400)]
Count = Annotated[int, Meta(ge=1, le=1_000_000)]


class ConfigError(Exception):
    """A setting that cannot be used; the text is one line and names it."""


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much of everything; each default says what it protects."""

    max_participants: Annotated[int, Meta(ge=2, le=16)] = 4
    seat_hold_s: Seconds = 120.0
    text_hold_s: Seconds = 86_400.0
    empty_room_s: Seconds = 600.0
    kept_text_chars: Annotated[int, Meta(ge=1, le=2_000_000_000)] = 20_000_000
    """The text of all rooms that nobody is in: some 100 MB at the worst, thousands of ordinary
    sessions. Past it the longest deserted room is forgotten."""
    max_sessions: Count = 2000
    max_sockets: Count = 2000
    connect_deadline_s: Seconds = 10.0
    """A connection that has not taken a seat by then is closed: it costs memory and serves none."""
    ping_interval_s: Seconds = 10.0
    ping_timeout_s: Seconds = 8.0
    """Together: a dead socket is noticed within 18 s. Shorter drains phones."""
    commands_per_s: Seconds = 20.0
    commands_burst: Count = 60
    texts_per_s: Seconds = 5.0
    texts_burst: Count = 20
    offers_per_s: Seconds = 0.6
    offers_burst: Count = 6
    endpoints_per_s: Seconds = 10 / 60
    endpoints_burst: Count = 10
    """New media endpoints of one seat; each costs a DTLS handshake of 7-9 ms."""
    exchanges_per_s: Seconds = 5.0
    exchanges_burst: Count = 60
    """Token exchanges of one address; a clinic (or a proxy in front) behind one address still gets
    everyone in. No token can be guessed at any rate; this bounds the work."""

    @property
    def commands(self) -> Rate:
        """Commands of one connection."""
        return Rate(self.commands_per_s, self.commands_burst)

    @property
    def texts(self) -> Rate:
        """Texts of one seat, by socket and data channel together."""
        return Rate(self.texts_per_s, self.texts_burst)

    @property
    def offers(self) -> Rate:
        """Offers of one connection."""
        return Rate(self.offers_per_s, self.offers_burst)

    @property
    def endpoints(self) -> Rate:
        """New media endpoints of one seat."""
        return Rate(self.endpoints_per_s, self.endpoints_burst)

    @property
    def exchanges(self) -> Rate:
        """Token exchanges of one address."""
        return Rate(self.exchanges_per_s, self.exchanges_burst)


class Storage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where what must last is kept. Nothing set: nothing is, and nobody can sign in."""

    folder: str = ""
    """For the databases (SQLite) and the master key, where nothing else is said."""
    data: str = ""
    """Instead of the folder: the database of the data, such as postgresql://user@host/quietroom."""
    keys: str = ""
    """Instead of the folder: the database of the keys. Keep its back-ups for days only."""
    master_key_file: str = ""
    master_key: str = ""
    """Instead of a file, from the environment: lines of such a file, by commas."""

    @property
    def is_on(self) -> bool:
        """Whether anything is kept."""
        return bool(self.folder or self.data)


class Reminders(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How clients are reminded of their hours. Nothing set: nobody is."""

    mail_server: str = ""
    """smtp://user:password@host:587, or smtps:// for TLS from the beginning."""
    mail_sender: str = ""
    """Such as no-reply@example.org; neutral, for others may see it."""
    push_contact: str = ""
    """mailto: or https: address that push services may write to (RFC 8292); empty: no push."""
    push_services: list[str] = msgspec.field(default_factory=lambda: list(SERVICES))
    """Hosts of push services that may be asked."""
    to_folder: bool = False
    """Put them into a folder instead of sending them, to try it out."""


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All settings of a gateway."""

    host: str = "127.0.0.1"
    """Loopback unless told otherwise: nothing is open to a network by accident."""
    port: Port = 8080
    public_url: str = ""
    """What links begin with, such as https://room.example.org; empty: worked out from the above."""
    tls_cert: str = ""
    tls_key: str = ""
    tls_self_signed: bool = False
    signing_keys: dict[str, str] = {}
    """Key id to secret of at least 32 bytes; the first signs. Empty: one is made at each start."""
    api_keys: dict[str, str] = {}
    operator_token: str = ""
    frame_ancestors: list[str] = []
    """Origins that may embed the client's page."""
    ice_servers: list[IceServer] = []
    turn_urls: list[str] = []
    turn_secret: str = ""
    turn_ttl_s: Seconds = 12 * 3600.0
    """Longer than any session: browsers refresh an allocation with what they were told."""
    metrics: bool = True
    metrics_host: str = "127.0.0.1"
    metrics_port: Port | None = None
    """A port of its own for /metrics; unset: beside everything else."""
    lab: bool = False
    """Development only: lets whoever sits at this machine make the demo session's lines bad."""
    storage: Storage = Storage()
    reminders: Reminders = Reminders()
    retention: Clocks = Clocks()
    """Days for which what is over is kept, each within bounds."""
    recording: RecordingConfig = RecordingConfig()
    """Where recordings go, sealed; a folder, or nothing is ever recorded."""
    limits: Limits = Limits()
    media_workers: Annotated[int, Meta(ge=0, le=64)] = 1
    """Media processes, one for each core that may be given to media; each takes the next port. 0:
    none, the engine runs in this process."""
    media: MediaConfig = MediaConfig()


SECRETS: Final = frozenset(
    {
        "signing_keys", "api_keys", "operator_token", "ice_servers", "turn_secret",
        "storage.data", "storage.keys", "storage.master_key", "reminders.mail_server",
    }
)  # fmt: skip
"""Databases' addresses may have a password in them."""

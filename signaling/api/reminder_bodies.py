"""The bodies of REST about reminders."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from signaling.api.clinic_bodies import TimeZone
from signaling.domain.reminding import BEFORE_MINUTES, Tongue, Wording
from signaling.personal import Personal

Before = Annotated[int, Meta(ge=1, le=max(BEFORE_MINUTES))]
QuietTime = Annotated[str, Meta(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9])?$")]
Endpoint = Annotated[str, Meta(min_length=9, max_length=1000, pattern=r"^https://[!-~]+$")]


class ReminderChoice(Personal, frozen=True):
    """How one wants to be reminded."""

    wording: Wording = Wording.PLAIN
    tongue: Tongue = Tongue.ZH
    zone: TimeZone = "UTC"
    """Whose clocks the time is told in."""
    before: Annotated[list[Before], Meta(max_length=len(BEFORE_MINUTES))] = msgspec.field(
        default_factory=list
    )
    """In minutes: 10, 60, 1440; none: not at all."""
    by_mail: bool = False
    quiet_from: QuietTime = ""
    quiet_until: QuietTime = ""
    """Local times between which nothing that was written ahead comes; empty: always."""


class Reminders(ReminderChoice, frozen=True, kw_only=True):
    """The same, and what can be chosen."""

    browsers: int
    """How many are told by push."""
    mail: bool
    """Mail can be sent here, and there is an address."""
    push_key: str
    """What a browser subscribes with; empty where there is no push."""


class BrowserKeys(Personal, frozen=True):
    """As the browser gives them, in base64url."""

    p256dh: Annotated[str, Meta(min_length=86, max_length=88, pattern=r"^[A-Za-z0-9_-]+$")]
    auth: Annotated[str, Meta(min_length=22, max_length=24, pattern=r"^[A-Za-z0-9_-]+$")]


class Browser(Personal, frozen=True):
    """A browser that wants to be told (a PushSubscription)."""

    endpoint: Endpoint
    keys: BrowserKeys


class ForgetBrowser(Personal, frozen=True):
    """Which browser is to be told no more."""

    endpoint: Endpoint

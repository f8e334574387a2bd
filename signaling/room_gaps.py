"""A room's gaps in voices: from the engine and the pages into the book, and from it to the pages.

Called on the room's owner task only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from media.channel import VoiceGap
from media.ids import EndpointId
from signaling import wire
from signaling.domain import commands as ask
from signaling.domain.errors import Code, Refusal
from signaling.domain.events import DevicePause
from signaling.domain.room import Room
from signaling.gap_book import Gap, GapBook, GapCause
from signaling.gap_messages import (
    FarDelay,
    ReportDelay,
    ReportGap,
    ReportLostWords,
    SetDevice,
)
from signaling.limits import Bucket, Rate
from signaling.metrics import Metrics

REPORTS: Final = Rate(per_second=1.0, burst=10)
"""Of one page, of all kinds together: each is told to somebody. A bad line makes a few a minute."""
SILENT: Final = frozenset({DevicePause.MICROPHONE, DevicePause.BOTH})


class GapSide:
    """Who is told what of whose gaps. ``deliver`` sends an event to one participant's page."""

    def __init__(
        self,
        room: Room,
        metrics: Metrics,
        deliver: Callable[[str, wire.Event], None],
        wall_ms: Callable[[], int],
    ) -> None:
        self._room = room
        self._metrics = metrics
        self._deliver = deliver
        self._wall_ms = wall_ms
        self._book = GapBook()
        self.lost = (0, 0.0)
        """Gaps of the line in anybody's voice that are over: how many, and their seconds."""
        self._silent: dict[str, EndpointId] = {}
        """Whose voice stopped at which endpoint: a later one numbers its packets anew."""
        self._delays: dict[str, int] = {}
        self._buckets: dict[str, Bucket] = {}

    def handle(self, speaker: str, given: VoiceGap) -> None:
        """The engine hears nothing from a participant's current endpoint, or hears them again."""
        now_ms = self._wall_ms()
        if given.open:
            self._silent[speaker] = given.endpoint
            self._tell(self._book.handle_silence(speaker, _ms(given.lasted_s), now_ms))
            return
        same = self._silent.pop(speaker, None) == given.endpoint
        lost_ms = _ms(given.lost_s) if same else None
        self._tell(self._book.handle_voice(speaker, _ms(given.ago_s), lost_ms, now_ms))
        self._count()

    def switched(self, participant: str) -> None:
        """A participant's microphone, or what their page says of its device, may have changed."""
        for known in self._room.participants():
            if known.id == participant:
                paused = known.device_paused in SILENT
                self._tell(
                    self._book.handle_switch(
                        participant,
                        microphone=known.microphone,
                        paused=paused,
                        at_ms=self._wall_ms(),
                    )
                )
        self._count()

    def set_device(self, participant: str, given: SetDevice, now: float) -> None:
        """Take what a page says of its devices.

        Raises :class:`Refusal` with ``rate_limited``.
        """
        self._spend(participant, now)
        self._room.handle(ask.SetDevice(participant, given.paused), now)
        self.switched(participant)

    def report(self, participant: str, given: ReportGap, now: float) -> None:
        """Take a gap that a page heard; its speaker's page is told of it.

        Raises :class:`Refusal` with ``rate_limited`` or ``malformed``.
        """
        self._spend(participant, now)
        self._tell(self._book.handle_report(participant, given, self._wall_ms()))
        self._count()

    def report_words(self, participant: str, given: ReportLostWords, now: float) -> None:
        """Take a page's word that its person spoke in a gap; those who missed it are told.

        Raises :class:`Refusal` with ``rate_limited`` or ``not_found``.
        """
        self._spend(participant, now)
        gap = self._book.handle_words(participant, given.gap, given.ms, self._wall_ms())
        for listener in self._room.participants() if gap is not None else ():
            if gap is not None and gap.missed_by(listener.id):
                self._deliver(listener.id, gap.words())

    def report_delay(self, participant: str, given: ReportDelay, now: float) -> None:
        """Take a page's round trip; the others add it to their own.

        Raises :class:`Refusal` with ``rate_limited``.
        """
        self._spend(participant, now)
        self._delays[participant] = given.rtt_ms
        for listener in self._room.participants():
            if listener.id != participant:
                self._deliver(listener.id, FarDelay(participant, given.rtt_ms))

    def recall(self, participant: str, *, resumed: bool) -> None:
        """Tell a page that has just connected what goes on, and what it missed if it was here."""
        for other, rtt_ms in self._delays.items():
            if other != participant:
                self._deliver(participant, FarDelay(other, rtt_ms))
        for event in self._book.recall(participant, self._wall_ms()) if resumed else ():
            self._deliver(participant, event)

    def forget(self, participant: str) -> None:
        """Nobody holds the seat."""
        self._silent.pop(participant, None)
        self._delays.pop(participant, None)
        self._book.forget(participant, self._wall_ms())
        self._count()

    def _tell(self, gap: Gap | None) -> None:
        """Tell of a gap: everyone, if nobody heard; else the speaker, as who missed it knows."""
        if gap is None:
            return
        if gap.listener is not None:
            self._deliver(gap.speaker, gap.seen())
            return
        for participant in self._room.participants():
            self._deliver(participant.id, gap.seen())

    def _count(self) -> None:
        for cause, seconds in self._book.drain():
            self._metrics.quality.gap(cause.value, seconds)
            if cause is GapCause.NETWORK:
                self.lost = (self.lost[0] + 1, self.lost[1] + seconds)

    def _spend(self, participant: str, now: float) -> None:
        bucket = self._buckets.setdefault(participant, Bucket(REPORTS, now))
        if not bucket.take(now):
            raise Refusal(Code.RATE_LIMITED)


def _ms(seconds: float) -> int:
    return max(0, round(seconds * 1000))

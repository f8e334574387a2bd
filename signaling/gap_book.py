"""The gaps in the voices of one room: whose, since when, and which had words in them. Pure.

Rule 1: a microphone that is off makes no gap; one whose device is paused makes none of the line's.
Rule 2: kept are a few gaps of each seat, for minutes, in memory: two times and a length. No sound,
no text, and nothing of who spoke but what a page says of its own person in a gap known here.
Rule 3: what a page says is bounded by what can be: a gap in the past, no longer than it was, once.

``at_ms`` is Unix milliseconds.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from signaling.domain.errors import Code, Refusal
from signaling.gap_messages import MAX_GAP_MS, ReportGap, VoiceGap, WordsLost

LEAST_MS: Final = 1_000
"""Of less lost voice nobody is asked to say it again: a word that was swallowed is asked for."""
KEPT: Final = 8
"""Gaps of one seat. A line that breaks more often within three minutes needs no list of it."""
RECALL_MS: Final = 60_000
"""So long after it a page that lost its line is still told what it missed."""
AHEAD_MS: Final = 2_000
"""How far a page's clock may be ahead of ours: it is set by a message that took its time."""
SAME: Final = 0.5
"""A listener's gap that lies in the gateway's by this share is the same one."""


class GapCause(StrEnum):
    """Why a voice was not heard. That a person is silent is no gap, and is counted nowhere."""

    NETWORK = "network"
    DEVICE = "device"


@dataclass(slots=True)
class Gap:
    """One gap. ``listener`` None: nobody heard. ``ended_at`` None while it lasts."""

    number: int
    speaker: str
    listener: str | None
    started_at: int
    ended_at: int | None = None
    lost_ms: int = 0
    words_ms: int = 0
    """Of it the speaker's page says that they spoke; 0 until it says so."""
    words_at: int = 0

    def seen(self) -> VoiceGap:
        """Return it as pages are told."""
        return VoiceGap(
            self.number, self.speaker, self.listener, self.started_at, self.ended_at, self.lost_ms
        )

    def words(self) -> WordsLost:
        """Return what those who missed it are told."""
        return WordsLost(self.number, self.speaker, self.words_ms)

    def missed_by(self, participant: str) -> bool:
        """Whether this person did not hear it."""
        return participant != self.speaker and self.listener in {None, participant}


@dataclass(slots=True)
class _Voice:
    """One seat's voice on its way to the gateway."""

    microphone: bool = False
    paused_since: int | None = None
    """The microphone is on and its device brings nothing since."""
    silent_since: int | None = None
    """Nothing comes since; also while the microphone is off."""
    open: Gap | None = None
    """A gap that the room was told of."""
    reported: dict[str, int] = field(default_factory=dict)
    """Until when each listener's page has told of gaps: nobody misses the same voice twice."""
    kept: deque[Gap] = field(default_factory=lambda: deque(maxlen=KEPT))

    @property
    def due(self) -> bool:
        """Whether a voice ought to come."""
        return self.microphone and self.paused_since is None


class GapBook:
    """All gaps of a room."""

    def __init__(self) -> None:
        self._voices: dict[str, _Voice] = {}
        self._numbers = 0
        self._spent: list[tuple[GapCause, float]] = []

    def drain(self) -> list[tuple[GapCause, float]]:
        """Return the seconds of gaps that have ended since the last call, by cause."""
        spent, self._spent = self._spent, []
        return spent

    def handle_silence(self, speaker: str, silent_ms: int, at_ms: int) -> Gap | None:
        """No voice has come to the gateway for so long. Returns the gap, where it is one."""
        voice = self._voice(speaker)
        voice.silent_since = at_ms - silent_ms
        if not voice.due:
            return None
        voice.open = self._new(speaker, None, voice.silent_since)
        return voice.open

    def handle_voice(
        self, speaker: str, ago_ms: int, lost_ms: int | None, at_ms: int
    ) -> Gap | None:
        """A voice comes again, since ``ago_ms``; ``lost_ms`` None: all of the gap is lost.

        Returns the gap that is over, if it was one.
        """
        voice = self._voice(speaker)
        gap, since = voice.open, voice.silent_since
        voice.open = voice.silent_since = None
        ended_at = at_ms - ago_ms
        if gap is None and since is not None and voice.due and ended_at - since >= LEAST_MS:
            gap = self._new(speaker, None, since)  # switched on while nothing came through
        if gap is None:
            return None
        gap.ended_at = max(gap.started_at, ended_at)
        lasted_ms = gap.ended_at - gap.started_at
        gap.lost_ms = min(MAX_GAP_MS, lasted_ms if lost_ms is None else min(lost_ms, lasted_ms))
        self._spent.append((GapCause.NETWORK, lasted_ms / 1000))
        if gap.lost_ms >= LEAST_MS:
            voice.kept.append(gap)
        return gap

    def handle_switch(
        self, speaker: str, *, microphone: bool, paused: bool, at_ms: int
    ) -> Gap | None:
        """The microphone was switched, or its device paused or came back.

        Returns a gap that ends with it: what comes after is no longer the line's.
        """
        voice = self._voice(speaker)
        was_due = voice.due
        voice.microphone = microphone
        self._pause(voice, at_ms, paused=microphone and paused)
        if voice.due and not was_due and voice.silent_since is not None:
            voice.silent_since = at_ms
        gap = voice.open
        if voice.due or gap is None:
            return None
        voice.open = None
        gap.ended_at = max(gap.started_at, at_ms)
        return gap

    def handle_report(self, listener: str, report: ReportGap, at_ms: int) -> Gap | None:
        """A page missed a voice. Returns the gap, where it is news.

        Raises :class:`Refusal` with ``malformed`` for one that cannot have been.
        """
        speaker, started_at, ended_at = report.speaker, report.started_at, report.ended_at
        possible = at_ms - MAX_GAP_MS <= started_at <= ended_at <= at_ms + AHEAD_MS
        if speaker == listener or not possible:
            raise Refusal(Code.MALFORMED)
        voice = self._voices.get(speaker)
        if voice is None:
            return None  # who has gone
        started_at = max(started_at, voice.reported.get(listener, 0))
        lost_ms = min(report.lost_ms, ended_at - started_at)
        if lost_ms < LEAST_MS or self._is_known(voice, started_at, ended_at):
            return None
        gap = self._new(speaker, listener, started_at)
        gap.ended_at, gap.lost_ms = ended_at, lost_ms
        voice.reported[listener] = ended_at
        self._spent.append((GapCause.NETWORK, (ended_at - started_at) / 1000))
        voice.kept.append(gap)
        return gap

    def handle_words(self, speaker: str, number: int, ms: int, at_ms: int) -> Gap | None:
        """A page says that its person spoke in a gap of theirs. Returns it, the first time.

        Raises :class:`Refusal` with ``not_found`` for a gap that is not, or no longer, theirs.
        """
        kept = self._voices[speaker].kept if speaker in self._voices else ()
        gap = next((gap for gap in kept if gap.number == number), None)
        if gap is None:
            raise Refusal(Code.NOT_FOUND)
        if gap.words_ms or ms < LEAST_MS:
            return None
        gap.words_ms, gap.words_at = min(ms, gap.lost_ms), at_ms
        return gap

    def recall(self, participant: str, at_ms: int) -> list[VoiceGap | WordsLost]:
        """Return what a page that was away has to be told again."""
        told: list[VoiceGap | WordsLost] = []
        for voice in self._voices.values():
            if voice.open is not None:
                told.append(voice.open.seen())
            for gap in voice.kept:
                if gap.speaker == participant and not gap.words_ms:
                    told += [gap.seen()] if at_ms - (gap.ended_at or 0) < MAX_GAP_MS else []
                elif gap.missed_by(participant) and at_ms - gap.words_at < RECALL_MS:
                    told.append(gap.words())
        return told

    def forget(self, participant: str, at_ms: int) -> None:
        """Nobody holds the seat."""
        voice = self._voices.pop(participant, None)
        if voice is not None:
            self._pause(voice, at_ms, paused=False)

    def _pause(self, voice: _Voice, at_ms: int, *, paused: bool) -> None:
        if paused:
            voice.paused_since = at_ms if voice.paused_since is None else voice.paused_since
        elif voice.paused_since is not None:
            self._spent.append((GapCause.DEVICE, max(0, at_ms - voice.paused_since) / 1000))
            voice.paused_since = None

    def _is_known(self, voice: _Voice, started_at: int, ended_at: int) -> bool:
        """Whether the gateway missed the same voice: it has told of that, or will."""
        if voice.silent_since is not None and voice.silent_since < ended_at:
            return True
        least_ms = SAME * (ended_at - started_at)
        return any(
            gap.listener is None
            and min(ended_at, gap.ended_at or 0) - max(started_at, gap.started_at) >= least_ms
            for gap in voice.kept
        )

    def _voice(self, speaker: str) -> _Voice:
        return self._voices.setdefault(speaker, _Voice())

    def _new(self, speaker: str, listener: str | None, started_at: int) -> Gap:
        self._numbers += 1
        return Gap(self._numbers, speaker, listener, started_at)

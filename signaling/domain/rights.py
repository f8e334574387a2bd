"""Who may do what with whose data: one table, asked everywhere. Pure.

Rule 1: a right is never held by itself, but toward somebody: what an actor may do depends on how
they stand to the person whose data it is. What the table does not name is refused.
Rule 2: nobody has a right because of a place in a company. The operator of the machine has none to
anything of a person, and who runs a clinic sees its calendar and its audit but nothing that was
said, given or measured in a session.
Rule 3: a person who has several positions has what each of them gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from enum import StrEnum
from typing import Final


class Position(StrEnum):
    """What somebody is in a clinic; the operator in none."""

    CLIENT = "client"
    COUNSELLOR = "counsellor"
    SUPERVISOR = "supervisor"
    """Hears recordings made for supervision, and nothing else."""
    ADMIN = "admin"
    OPERATOR = "operator"
    BACK_END = "back_end"
    """A clinic's own programs, by an API key."""


class Bond(StrEnum):
    """How an actor stands to the person, or the clinic, whose data something is."""

    SELF = "self"
    OWN = "own"
    """A counsellor and a client who belong together now."""
    CLINIC = "clinic"
    """Both of one clinic."""
    NONE = "none"
    """Nobody's data: of the machine."""


class Right(StrEnum):
    """Something that may be done."""

    WATCH_QUALITY = "watch_quality"
    """Counts and measures without anybody's name."""
    SET_UP_CLINIC = "set_up_clinic"
    """Its words, its numbers for a crisis, the places it may be embedded in."""
    KEEP_STAFF = "keep_staff"
    """Invite and remove staff, give and take positions."""
    KEEP_CLIENTS = "keep_clients"
    """Invite clients, give them a counsellor, end their access."""
    KEEP_KEYS = "keep_keys"
    """The keys of the clinic's own programs."""
    SEE_CALENDAR = "see_calendar"
    """Which hours there are, between whom, by the names they chose to be called."""
    BOOK = "book"
    """Make, move and cancel an hour."""
    SET_TIMES = "set_times"
    """Say when a counsellor works."""
    SEE_CONTACT = "see_contact"
    """Full name, telephone, address."""
    SET_CONTACT = "set_contact"
    INTRODUCE = "introduce"
    """Say a few words to who comes to oneself."""
    ENTER = "enter"
    """Be in the room of a session."""
    LEAD = "lead"
    """Let in, begin, give more time, end; open the safety panel and note in it; say that one is
    late."""
    SEE_TODAY = "see_today"
    """Today's place, who to call, and the plan for a cut line."""
    GIVE_TODAY = "give_today"
    SEE_CHANGE = "see_change"
    """What stays of sessions: attendance, mood, how one met and how the line was."""
    WRITE = "write"
    """Write and read in a thread that is one's own."""
    BE_REMINDED = "be_reminded"
    """Say how one wants to be reminded of one's hours."""
    RATE = "rate"
    """Say how one feels before and after, and how one found the line."""
    READ_AUDIT = "read_audit"
    SEE_LOOKS = "see_looks"
    """Who looked at one's own data, and when."""
    ERASE = "erase"
    SEE_RECORDINGS = "see_recordings"
    """That there are recordings, what they are for, and until when."""
    PLAY = "play"
    """See and hear one, where its purpose allows that now."""
    TAKE_BACK = "take_back"
    """Of oneself: a client all of a recording, another who was captured their own part."""
    KEEP_RECORDING = "keep_recording"
    """Change one's mind about it, or let the rest stay."""
    ASK_LATER = "ask_later"
    """Ask whether one may be used for one thing more."""
    ANSWER_LATER = "answer_later"
    STOP_RECORDINGS = "stop_recordings"
    """Whatever is being recorded in a clinic, at once."""


_Allowed = Mapping[tuple[Position, Right], Set[Bond]]

_SELF: Final = frozenset({Bond.SELF})
_OWN: Final = frozenset({Bond.OWN})
_CLINIC: Final = frozenset({Bond.CLINIC})

RIGHTS: Final[_Allowed] = {
    (Position.CLIENT, Right.SEE_CALENDAR): _SELF,
    (Position.CLIENT, Right.SEE_CONTACT): _SELF,
    (Position.CLIENT, Right.SET_CONTACT): _SELF,
    (Position.CLIENT, Right.ENTER): _SELF,
    (Position.CLIENT, Right.SEE_TODAY): _SELF,
    (Position.CLIENT, Right.GIVE_TODAY): _SELF,
    (Position.CLIENT, Right.SEE_CHANGE): _SELF,
    (Position.CLIENT, Right.WRITE): _SELF,
    (Position.CLIENT, Right.BE_REMINDED): _SELF,
    (Position.CLIENT, Right.RATE): _SELF,
    (Position.CLIENT, Right.SEE_LOOKS): _SELF,
    (Position.CLIENT, Right.ERASE): _SELF,
    (Position.CLIENT, Right.SEE_RECORDINGS): _SELF,
    (Position.CLIENT, Right.PLAY): _SELF,
    (Position.CLIENT, Right.TAKE_BACK): _SELF,
    (Position.CLIENT, Right.KEEP_RECORDING): _SELF,
    (Position.CLIENT, Right.ANSWER_LATER): _SELF,
    (Position.COUNSELLOR, Right.SEE_CALENDAR): _OWN | _SELF,
    (Position.COUNSELLOR, Right.BOOK): _OWN,
    (Position.COUNSELLOR, Right.SET_TIMES): _SELF,
    (Position.COUNSELLOR, Right.SEE_CONTACT): _OWN | _SELF,
    (Position.COUNSELLOR, Right.INTRODUCE): _SELF,
    (Position.COUNSELLOR, Right.ENTER): _OWN,
    (Position.COUNSELLOR, Right.LEAD): _OWN,
    (Position.COUNSELLOR, Right.SEE_TODAY): _OWN,
    (Position.COUNSELLOR, Right.SEE_CHANGE): _OWN,
    (Position.COUNSELLOR, Right.WRITE): _OWN,
    (Position.COUNSELLOR, Right.SEE_RECORDINGS): _OWN,
    (Position.COUNSELLOR, Right.PLAY): _OWN,
    (Position.COUNSELLOR, Right.TAKE_BACK): _SELF,
    (Position.COUNSELLOR, Right.ASK_LATER): _OWN,
    (Position.SUPERVISOR, Right.SEE_RECORDINGS): _CLINIC,
    (Position.SUPERVISOR, Right.PLAY): _CLINIC,
    (Position.ADMIN, Right.SEE_RECORDINGS): _CLINIC,
    (Position.ADMIN, Right.STOP_RECORDINGS): _CLINIC,
    (Position.ADMIN, Right.SET_UP_CLINIC): _CLINIC,
    (Position.ADMIN, Right.KEEP_STAFF): _CLINIC,
    (Position.ADMIN, Right.KEEP_CLIENTS): _CLINIC,
    (Position.ADMIN, Right.KEEP_KEYS): _CLINIC,
    (Position.ADMIN, Right.SEE_CALENDAR): _CLINIC,
    (Position.ADMIN, Right.BOOK): _CLINIC,
    (Position.ADMIN, Right.SET_TIMES): _CLINIC,
    (Position.ADMIN, Right.SET_CONTACT): _CLINIC,
    (Position.ADMIN, Right.READ_AUDIT): _CLINIC,
    (Position.ADMIN, Right.ERASE): _CLINIC,
    (Position.BACK_END, Right.KEEP_CLIENTS): _CLINIC,
    (Position.BACK_END, Right.SEE_CALENDAR): _CLINIC,
    (Position.BACK_END, Right.BOOK): _CLINIC,
    (Position.BACK_END, Right.SET_TIMES): _CLINIC,
    (Position.BACK_END, Right.SET_CONTACT): _CLINIC,
    (Position.OPERATOR, Right.WATCH_QUALITY): frozenset({Bond.NONE}),
}


def may(positions: Iterable[Position], right: Right, bonds: Set[Bond]) -> bool:
    """Whether somebody in these positions has a right toward somebody they stand to like this."""
    return any(RIGHTS.get((each, right), frozenset()) & bonds for each in positions)

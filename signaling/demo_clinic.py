"""A clinic to try things out with: a counsellor, a client, six hours that were, and one to come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from signaling.access import bearer
from signaling.accounts import STAFF_MS
from signaling.domain.booking import MINUTE_MS
from signaling.domain.consent.terms import Purpose
from signaling.domain.life import Turn
from signaling.domain.recording_policy import RecordingChoice
from signaling.domain.rights import Position
from signaling.storage.change_store import LineKept, LineSaid, Moment
from signaling.storage.people_store import ClinicSettings, Details, PersonKind
from signaling.storage.session_store import Between, Booked, Wanted, Whose
from signaling.stores import Opened
from signaling.working_times import WorkingRule, WorkingTimes

NAME: Final = "演示机构 Demo clinic"
EMAIL: Final = "li@demo.example"
CRISIS_LINES: Final = (("心理援助热线", "12356"), ("急救 Ambulance", "120"), ("报警 Police", "110"))
RECORDING: Final = RecordingChoice(
    frozenset({Purpose.CLINICAL_REVIEW, Purpose.SUPERVISION}), client_may_ask=True
)
COUNSELLOR: Final = Details(
    "李老师", email=EMAIL, time_zone="Asia/Shanghai", locale="zh-CN",
    hello="慢慢来，不着急。您想从哪里说起都可以。",
)  # fmt: skip
SUPERVISOR: Final = Details(
    "王督导", email="wang@demo.example", time_zone="Asia/Shanghai", locale="zh-CN"
)
"""Who would hear what is recorded for supervision: the question names them."""
CLIENT: Final = Details(
    "来访者", alias="小雨", phone="138 0000 1234", email="xiaoyu@demo.example", locale="zh-CN"
)
WEEK_MS: Final = 7 * 86_400_000
MINUTES: Final = 50
SOON_MS: Final = 5 * MINUTE_MS
_ALL_S: Final = MINUTES * 60
_CLEAR: Final = LineKept(video_s=_ALL_S, rungs={"clear": _ALL_S})
PAST: Final = (
    (
        3, 4, LineSaid.HARD,
        LineKept(voice_s=_ALL_S, gaps=3, gap_s=11.0, cuts=1, rungs={"voice": _ALL_S}),
    ),
    (
        3, 5, LineSaid.CUT,
        LineKept(voice_s=1200, video_s=1800, gaps=1, gap_s=4.0, rungs={"saving": _ALL_S}),
    ),
    (4, 4, None, _CLEAR),
    None,
    (
        4, 6, LineSaid.CUT,
        LineKept(video_s=2400, text_s=600, gaps=2, gap_s=19.0, cuts=1, rungs={"slow": 900}),
    ),
    (5, 7, LineSaid.CLEAR, _CLEAR),
)  # fmt: skip
"""Oldest first: how the client felt before and after, how they found the line, and what it did;
None was missed."""


_DAYS: Final = (("09:00", 180, "MO,TU,WE,TH,FR"), ("14:00", 180, "MO,TU,WE,TH,FR"),
                ("19:00", 120, "TU,WE,TH"))  # fmt: skip
TIMES: Final = WorkingTimes(
    "Asia/Shanghai",
    [
        WorkingRule(begins, minutes, rule=f"FREQ=WEEKLY;BYDAY={days}", first="2026-01-01")
        for begins, minutes, days in _DAYS
    ],
)


@dataclass(frozen=True, slots=True)
class DemoClinic:
    """What there is of it."""

    clinic: UUID
    counsellor: UUID
    client: UUID
    token: str
    """Opens the client's link."""


async def open_clinic(stores: Opened, at: int) -> DemoClinic:
    """Find the clinic, or make it; there is always an hour to come. ``at`` is Unix milliseconds.

    Where somebody tried out what it is to be forgotten, another clinic takes its place.
    """
    kept = stores.accounts.stores
    clinic, there = await _whole(stores, at)
    if clinic is None:
        chosen = ClinicSettings(crisis_lines=CRISIS_LINES, recording=RECORDING)
        clinic = await kept.people.add_clinic(NAME, chosen, at)
        await _fill(stores, clinic, at)
        there = await _there(stores, clinic, at)
    counsellor, client = there[PersonKind.STAFF], there[PersonKind.CLIENT]
    await _book_one(stores, counsellor, client, at)
    return DemoClinic(
        clinic, counsellor, client, await stores.accounts.invite(client, None, None, at)
    )


async def _whole(stores: Opened, at: int) -> tuple[UUID | None, dict[PersonKind, UUID]]:
    """Return a demo clinic that still has its two people, and them."""
    for clinic, name in await stores.accounts.stores.people.clinics(at):
        there = await _there(stores, clinic, at) if name == NAME else {}
        if there.keys() == set(PersonKind):
            return clinic, there
    return None, {}


async def _there(stores: Opened, clinic: UUID, at: int) -> dict[PersonKind, UUID]:
    """Return the client, and of the staff the counsellor."""
    kept = stores.accounts.stores
    there: dict[PersonKind, UUID] = {}
    for each in await kept.people.find(clinic, None):
        supervises = Position.SUPERVISOR in await kept.standing.positions(each.id, at)
        if each.ended_at is None and not supervises:
            there[each.kind] = each.id
    return there


async def sign_in(stores: Opened, demo: DemoClinic, at: int) -> str:
    """Let the counsellor in without a password: for a try. Returns what the browser holds."""
    token = bearer.new()
    await stores.accounts.stores.sign_ins.begin(
        demo.clinic, demo.counsellor, bearer.digest(token), at + STAFF_MS, at
    )
    return token


async def _fill(stores: Opened, clinic: UUID, at: int) -> None:
    kept = stores.accounts.stores
    counsellor = await kept.people.add_person(clinic, PersonKind.STAFF, COUNSELLOR, None, at)
    client = await kept.people.add_person(clinic, PersonKind.CLIENT, CLIENT, None, at)
    begun = at - (len(PAST) + 1) * WEEK_MS
    await kept.standing.give_position(counsellor, Position.COUNSELLOR, None, begun)
    supervisor = await kept.people.add_person(clinic, PersonKind.STAFF, SUPERVISOR, None, at)
    await kept.standing.give_position(supervisor, Position.SUPERVISOR, None, begun)
    await kept.standing.bind(counsellor, client, counsellor, begun)
    await stores.availability.set(clinic, counsellor, TIMES, counsellor, begun)
    for number, kind in enumerate(PAST):
        starts_at = at - (len(PAST) - number) * WEEK_MS
        wanted = Wanted(counsellor, client, starts_at, MINUTES)
        booked = await stores.sessions.book(wanted, counsellor, begun)
        if kind is None:
            await stores.sessions.step(booked, Turn.EXPIRE, None, starts_at + 60 * MINUTE_MS)
        else:
            await _hold(stores, booked, *kind)


async def _hold(
    stores: Opened, booked: Booked, before: int, after: int, said: LineSaid | None, line: LineKept
) -> None:
    """An hour that was."""
    at, sessions = booked.starts_at, stores.sessions
    await stores.changes.rate(booked.id, Moment.BEFORE, before, at)
    await sessions.step(booked, Turn.ARRIVE, booked.client, at)
    await sessions.admit(booked, "demo", booked.counsellor, at)
    await sessions.step(booked, Turn.MEET, None, at + MINUTE_MS)
    await sessions.step(booked, Turn.END, booked.counsellor, booked.ends_at)
    await stores.changes.rate(booked.id, Moment.AFTER, after, booked.ends_at)
    await stores.changes.note_line(booked.id, line, booked.ends_at)
    if said is not None:
        await stores.changes.rate_line(booked.id, said, booked.ends_at)


async def _book_one(stores: Opened, counsellor: UUID, client: UUID, at: int) -> None:
    span = Between(Whose.COUNSELLOR, counsellor, at - MINUTES * MINUTE_MS, at + WEEK_MS)
    known = [each for each in await stores.sessions.find(span) if each.life.ended_at is None]
    if not known:
        starts_at = (at // SOON_MS + 1) * SOON_MS
        wanted = Wanted(counsellor, client, starts_at, MINUTES)
        await stores.sessions.book(wanted, counsellor, at)

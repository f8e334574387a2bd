"""An audit that was tampered with is found out, whatever was done to it."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.audit_chain import (
    AuditRow,
    Fault,
    Found,
    Head,
    Verifier,
    follow,
    hash_of,
)

KEY = b"k" * 32
TENANT = UUID(int=7)


def row(number: int) -> AuditRow:
    return AuditRow(
        TENANT, 0, 1_700_000_000_000 + number, UUID(int=number), "session.admit",
        UUID(int=100 + number), "done", bytes([number]) * 5, b"", b"", b"",
    )  # fmt: skip


def chain(length: int, key: bytes = KEY) -> list[AuditRow]:
    head, found = Head(), []
    for number in range(1, length + 1):
        found.append(follow(head, row(number), key))
        head = Head(found[-1].seq, found[-1].hash)
    return found


def verified(
    rows: list[AuditRow], *, recorded: Head | None = None, signed: tuple[Head, ...] = ()
) -> Found | None:
    verifier = Verifier(signed)
    for start in range(0, len(rows), 3):
        verifier.take(rows[start : start + 3], KEY)
    return verifier.end(verifier.head if recorded is None else recorded)


WHOLE = chain(10)
END = Head(WHOLE[-1].seq, WHOLE[-1].hash)


def test_a_whole_chain_is_whole() -> None:
    assert [each.seq for each in WHOLE] == list(range(1, 11))
    assert verified(WHOLE, recorded=END) is None
    day = Head(WHOLE[4].seq, WHOLE[4].hash)
    assert verified(WHOLE, recorded=END, signed=(day, END)) is None
    assert verified([], recorded=Head()) is None


@given(st.integers(0, 9), st.sampled_from([f.name for f in fields(AuditRow)]), st.data())
def test_any_change_of_any_field_is_found(place: int, name: str, data: st.DataObject) -> None:
    before = getattr(WHOLE[place], name)
    changed: object
    if isinstance(before, bytes):
        bit = data.draw(st.integers(0, 8 * len(before) - 1))
        bent = bytearray(before)
        bent[bit // 8] ^= 1 << bit % 8
        changed = bytes(bent)
    elif isinstance(before, UUID):
        other = UUID(int=before.int ^ 1)
        changed = other if name == "tenant" else data.draw(st.sampled_from([other, None]))
    else:
        changed = before + 1 if isinstance(before, int) else before[:-1]
    rows = WHOLE.copy()
    rows[place] = replace(rows[place], **{name: changed})
    found = verified(rows, recorded=END)
    assert found is not None
    assert place + 1 <= found.seq <= place + 2


@given(st.integers(0, 9))
def test_a_row_left_out_or_repeated_is_found(place: int) -> None:
    found = verified(WHOLE[:place] + WHOLE[place + 1 :], recorded=END)
    assert found is not None
    assert found.fault in {Fault.MISSING, Fault.CUT}
    again = verified([*WHOLE[: place + 1], *WHOLE[place:]], recorded=END)
    assert again == Found(Fault.MISSING, place + 1)


def test_rows_that_changed_places_are_found() -> None:
    rows = WHOLE.copy()
    rows[3], rows[4] = rows[4], rows[3]
    assert verified(rows, recorded=END) == Found(Fault.MISSING, 5)


def test_a_chain_made_anew_without_the_key_is_found() -> None:
    forged = chain(10, b"x" * 32)
    assert verified(forged) == Found(Fault.FORGED, 1)


def test_a_row_that_was_numbered_in_without_its_place_in_the_chain_is_found() -> None:
    made = replace(row(99), seq=4, before=WHOLE[0].hash)
    rows = [*WHOLE[:3], replace(made, hash=hash_of(made)), *WHOLE[4:]]
    assert verified(rows, recorded=END) == Found(Fault.BROKEN, 4)


def test_a_tail_cut_off_is_found_by_the_recorded_end_or_a_signed_day() -> None:
    short = WHOLE[:6]
    assert verified(short, recorded=END) == Found(Fault.CUT, 6)
    own_end = Head(short[-1].seq, short[-1].hash)
    assert verified(short, recorded=own_end) is None
    assert verified(short, recorded=own_end, signed=(END,)) == Found(Fault.CUT, 6)


def test_another_chain_than_the_signed_one_is_found() -> None:
    other = chain(9)
    other.append(follow(Head(9, other[-1].hash), row(55), KEY))
    end = Head(10, other[-1].hash)
    assert verified(other, recorded=end) is None
    assert verified(other, recorded=end, signed=(END,)) == Found(Fault.CUT, 10)


@pytest.mark.parametrize("length", [1, 2, 3])
def test_each_row_names_the_one_before(length: int) -> None:
    rows = chain(length)
    assert rows[0].before == bytes(32)
    assert all(after.before == before.hash for before, after in pairwise(rows))

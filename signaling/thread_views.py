"""From threads to the messages that tell of them."""

from __future__ import annotations

from uuid import UUID

from signaling import thread_messages as wire
from signaling.domain.thread import Mark, Message
from signaling.threads import Changed, Reached, Standing, Told


def message_of(kept: Message) -> wire.Message:
    """Return a message as it is told."""
    return wire.Message(
        kept.number, kept.rev, kept.id, UUID(kept.author), kept.kind, kept.body, kept.at,
        kept.recalled,
    )  # fmt: skip


def mark_of(mark: Mark) -> wire.Mark:
    """Return how far somebody is, as it is told."""
    return wire.Mark(mark.delivered, mark.read)


def state_of(standing: Standing) -> wire.ThreadState:
    """Return a thread as it is told."""
    head, marks = standing.head, standing.marks
    return wire.ThreadState(
        head.id, head.counsellor, head.client, head.last, head.rev, head.keep_days,
        head.change_days, standing.open,
        mark_of(marks[head.counsellor]), mark_of(marks[head.client]),
    )  # fmt: skip


def changes_of(found: Changed) -> wire.Changes:
    """Return some messages as they are told."""
    items = [message_of(each) for each in found.items]
    return wire.Changes(found.head.id, items, found.head.last, found.head.rev)


def event_of(told: Told) -> wire.InboxEvent:
    """Return what pages are told of it."""
    match told:
        case Changed():
            (message,) = told.items
            return wire.MessageChanged(told.head.id, message_of(message))
        case Reached():
            return wire.Marked(told.head.id, told.person, mark_of(told.mark))
        case Standing():
            return wire.ThreadChanged(state_of(told))

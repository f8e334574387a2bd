"""Pages that listen to their threads: who they are, what they ask, and what they are told.

Rule 1: who listens is found out by their cookie, at first and again with everything they ask: an
access that has ended is over, and staff who were away too long are ``locked``. What is written is
looked at where it is kept, with all that others write in that moment.
Rule 2: whoever is let out is told nothing more, at once.
Rule 3: what a page missed it asks for, by revision: nothing is kept for it here.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from typing import Final, Protocol
from uuid import UUID

from signaling import thread_messages as wire
from signaling.access import bearer
from signaling.accounts import Accounts, Actor
from signaling.domain.errors import Code, Refusal
from signaling.domain.events import CloseReason
from signaling.domain.thread import Kind, Mark, Place
from signaling.presence import Place as Where
from signaling.presence import Presence
from signaling.storage.thread_jobs import Kept, ThreadHead, Written
from signaling.thread_views import changes_of, event_of, mark_of, message_of, state_of
from signaling.threads import Threads, Told

MOST_PAGES: Final = 8
"""Of one person: so many devices and windows listen at once; the one that came first gives way."""


class Page(Protocol):
    """What is told to."""

    def deliver(self, event: wire.InboxEvent) -> None:
        """Send an event, in order."""

    def close(self) -> None:
        """Close after what was delivered."""


class Inbox:
    """One page that listens."""

    def __init__(self, inboxes: Inboxes, held: str, actor: Actor, page: Page) -> None:
        self.person = actor.person
        self.page = page
        self._inboxes = inboxes
        self._held = held
        self._token = bearer.digest(held)

    async def command(self, command: wire.InboxCommand) -> wire.InboxReply:
        """Do what the page asks.

        Raises :class:`Refusal`, :class:`~signaling.storage.database.StorageAway`.
        """
        threads, at = self._inboxes.threads, self._inboxes.now()
        quick = await self._quickly(command, threads, at)
        if quick is not None:
            return quick
        # What a page asks by itself keeps nobody signed in.
        attended = isinstance(command, wire.WriteMessage | wire.RecallMessage)
        actor = await self._inboxes.actor(self._held, at, attended=attended)
        match command:
            case wire.WriteMessage():
                place = Place(command.hand, command.ref, command.after)
                kept = await threads.write(
                    actor, command.thread, place, command.id, Kind(command.kind.value),
                    command.body, at,
                )  # fmt: skip
                return _stored(kept)
            case wire.RecallMessage():
                taken = await threads.recall(actor, command.thread, command.number, at)
                return wire.Recalled(message_of(taken))
            case wire.MarkMessages():
                mark = await threads.mark(
                    actor, command.thread, command.delivered, command.read, at
                )
                return _marked(command.thread, actor.person, mark)
            case wire.ReplayThread():
                return changes_of(await threads.since(actor, command.thread, command.since, at))
            case wire.ShowPresence():
                allowed = threads.open_own if command.on else threads.own
                head = await allowed(actor, command.thread, at)
                return self._inboxes.show(self, _where(head, self.person), on=command.on)

    async def _quickly(
        self, command: wire.InboxCommand, threads: Threads, at: int
    ) -> wire.InboxReply | None:
        """What most pages say most of the time; None where their right has to be asked for."""
        match command:
            case wire.WriteMessage():
                place = Place(command.hand, command.ref, command.after)
                said = Written(
                    command.thread, self.person, place, command.id, Kind(command.kind.value),
                    command.body, at, self._token,
                )  # fmt: skip
                kept = await threads.try_write(said)
                return None if kept is None else _stored(kept)
            case wire.MarkMessages():
                mark = await threads.try_mark(
                    self.person, self._token, command.thread, command.delivered, command.read, at
                )
                return None if mark is None else _marked(command.thread, self.person, mark)
            case wire.RecallMessage() | wire.ReplayThread() | wire.ShowPresence():
                return None

    def holds(self, held: str) -> bool:
        """Whether this is a page of the browser that holds this."""
        return self._held == held

    def leave(self) -> None:
        """The page is gone."""
        self._inboxes.forget(self)


class Inboxes:
    """Every page of this gateway that listens."""

    def __init__(
        self, accounts: Accounts, threads: Threads, wall: Callable[[], float] = time.time
    ) -> None:
        self.threads = threads
        self._accounts = accounts
        self._wall = wall
        self._of: defaultdict[UUID, list[Inbox]] = defaultdict(list)
        self._presence = Presence()
        threads.attend(self._tell)

    def now(self) -> int:
        """Unix milliseconds."""
        return int(self._wall() * 1000)

    async def actor(self, held: str, at: int, *, attended: bool) -> Actor:
        """Return whose page this is. Raises :class:`Refusal` (``signed_out``, ``locked``)."""
        actor = await self._accounts.actor(held, at, attended=attended)
        if actor.locked:
            raise Refusal(Code.LOCKED)
        return actor

    async def open(self, held: str, page: Page) -> Inbox:
        """Somebody's page begins to listen. Raises :class:`Refusal`."""
        if not held:
            raise Refusal(Code.SIGNED_OUT)
        at = self.now()
        actor = await self.actor(held, at, attended=False)
        made = Inbox(self, held, actor, page)
        # Listens before it is told how things are, so that nothing falls between the two.
        made.page = told = _Held(page)
        self._of[actor.person].append(made)
        try:
            found = await self.threads.find(actor, at)
        except BaseException:
            self.forget(made)
            raise
        page.deliver(wire.Inbox(actor.person, [state_of(each) for each in found], at))
        for each in found:
            self._tell_who_is_there(page, actor.person, each.head)
        made.page = told.release()
        for older in self._of[actor.person][:-MOST_PAGES]:
            self._end(older, CloseReason.TAKEN_OVER)
        return made

    def forget(self, inbox: Inbox) -> None:
        """It listens no more."""
        mine = self._of.get(inbox.person, [])
        if inbox in mine:
            mine.remove(inbox)
        if not mine:
            self._of.pop(inbox.person, None)
        for where in self._presence.leave(inbox):
            self._tell_present(where, here=False)

    def show(self, inbox: Inbox, where: Where, *, on: bool) -> wire.Present:
        """A page lets it be seen that its person is there, or no longer."""
        listens = inbox in self._of.get(inbox.person, [])
        change = self._presence.show if on and listens else self._presence.hide
        if change(where, inbox):
            self._tell_present(where, here=on and listens)
        return wire.Present(where.thread, where.person, self._presence.here(where))

    def let_out(self, person: UUID, client: UUID | None = None) -> None:
        """Somebody's access is over: to everything, or to one client, whose pages are told so."""
        if client is None:
            for inbox in list(self._of.get(person, [])):
                self._end(inbox, CloseReason.REVOKED)
            return
        for where in self._presence.part(person, client):
            self._tell_present(where, here=False)
        for one in (person, client):
            for inbox in self._of.get(one, []):
                inbox.page.deliver(wire.Parted(person, client))

    def sign_out(self, held: str) -> None:
        """One browser was signed out; its person may have others, which stay."""
        for inbox in [each for mine in self._of.values() for each in mine if each.holds(held)]:
            self._end(inbox, CloseReason.REVOKED)

    # --- parts ------------------------------------------------------------------------------------

    def _end(self, inbox: Inbox, reason: CloseReason) -> None:
        self.forget(inbox)
        inbox.page.deliver(wire.InboxClosed(reason))
        inbox.page.close()

    def _tell(self, told: Told) -> None:
        event = event_of(told)
        for person in (told.head.client, told.head.counsellor):
            for inbox in self._of.get(person, []):
                inbox.page.deliver(event)

    def _tell_present(self, where: Where, *, here: bool) -> None:
        for inbox in self._of.get(where.other, []):
            inbox.page.deliver(wire.Present(where.thread, where.person, here))

    def _tell_who_is_there(self, page: Page, person: UUID, head: ThreadHead) -> None:
        other = _where(head, head.client if person == head.counsellor else head.counsellor)
        if self._presence.here(other):
            page.deliver(wire.Present(head.id, other.person, here=True))


def _where(head: ThreadHead, person: UUID) -> Where:
    other = head.client if person == head.counsellor else head.counsellor
    return Where(head.id, person, other)


def _stored(kept: Kept) -> wire.Stored:
    made = kept.message
    return wire.Stored(made.number, made.rev, made.at, kept.fresh)


def _marked(thread: UUID, person: UUID, mark: Mark) -> wire.Marked:
    return wire.Marked(thread, person, mark_of(mark))


class _Held:
    """Keeps what is told until the page has been told how things are."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._waiting: list[wire.InboxEvent] = []
        self._closed = False

    def deliver(self, event: wire.InboxEvent) -> None:
        self._waiting.append(event)

    def close(self) -> None:
        self._closed = True

    def release(self) -> Page:
        for event in self._waiting:
            self._page.deliver(event)
        if self._closed:
            self._page.close()
        return self._page

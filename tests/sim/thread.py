"""Two people, their browsers and a thread, on lines that lose, while everything is killed in turn.

A browser keeps what was not answered in a storage that outlives it. Requests and answers are lost,
doubled and overtaken by each other; pages are closed in the middle of it, and come back; the
gateway is killed, and comes back with what it has stored; a storage may be copied, so that two
browsers go on from one.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import count
from random import Random

from signaling.domain.errors import Code, Refusal
from signaling.domain.thread import Kind, Message, Place, Thread

LOSS = 0.2
WINDOW = 8
"""Messages of one browser under way at once."""
MOST_FLYING = 40
"""Of all, with those that were sent again: a browser waits before it does."""


@dataclass(frozen=True, eq=False)
class Unsent:
    """A message that was not answered yet; itself, not its like."""

    place: Place
    ident: str
    body: str


@dataclass
class Storage:
    """What a browser keeps: its hand, and what it has not been answered yet."""

    hand: str
    last: int = 0
    """How many this hand has written."""
    last_id: str = ""
    unsent: list[Unsent] = field(default_factory=list)

    def put(self, ident: str, body: str) -> None:
        """Another message, to be sent."""
        self.last += 1
        place = Place(self.hand, self.last, self.last_id)
        self.unsent.append(Unsent(place, ident, body))
        self.last_id = ident


class Browser:
    """One person's page; it forgets all but its storage when it is closed."""

    def __init__(self, person: str, storage: Storage) -> None:
        self.person = person
        self.storage = storage
        self.seen: dict[int, Message] = {}
        self.rev = 0

    def reopen(self) -> None:
        """The page is closed and opened again."""
        self.seen, self.rev = {}, 0

    def due(self) -> list[Unsent]:
        """What is to be sent (again): the oldest first."""
        return self.storage.unsent[:WINDOW]

    def handle_answer(self, sent: Unsent, code: Code | None, fresh: str) -> None:
        """Take what the gateway said of a message. ``fresh`` is a hand nobody has used.

        What was said of it under an older hand is nothing: the new one has to begin with it.
        """
        storage = self.storage
        if sent not in storage.unsent:
            return
        if code is None:
            storage.unsent.remove(sent)
        elif code is Code.HAND_TAKEN:
            self.storage = Storage(fresh)
            for each in storage.unsent:
                self.storage.put(each.ident, each.body)

    def handle_changes(self, since: int, changes: list[Message]) -> None:
        """Take what is new since a revision; one that does not join on is of another moment."""
        if since != self.rev:
            return
        for message in changes:
            self.seen[message.number] = message
            self.rev = message.rev


class World:
    """All of it, by a seed."""

    def __init__(self, seed: int, *, loss: float = LOSS) -> None:
        self.random = Random(seed)
        self.loss = loss
        self.thread = Thread()
        self.browsers = [Browser(person, Storage(f"{person}-0")) for person in ("client", "li")]
        self._names = count(1)
        self._flying: list[tuple[Browser, Unsent]] = []
        self._answers: list[tuple[Browser, Unsent, Code | None]] = []

    def write(self, browser: Browser, body: str) -> None:
        """Somebody has written a message: it is kept before it is sent."""
        browser.storage.put(f"id-{next(self._names)}", body)

    def step(self) -> None:
        """One thing happens."""
        chance = self.random.random() * len(self.browsers)
        browser = self.browsers[int(chance)]
        match int(chance * 4) % 4:
            case 0 if len(self._flying) < MOST_FLYING:
                self._flying += [
                    (browser, each) for each in browser.due() for _ in range(self._copies())
                ]
            case 1 if self._flying:
                self._arrive(*self._flying.pop(self._any(self._flying)))
            case 2 if self._answers:
                whose, sent, code = self._answers.pop(self._any(self._answers))
                whose.handle_answer(sent, code, f"hand-{next(self._names)}")
            case 3:
                since = browser.rev
                changes = list(self.thread.since(since))
                for _ in range(self._copies()):
                    browser.handle_changes(since, changes)

    def _copies(self) -> int:
        """How often something arrives: lost, once, or twice."""
        chance = self.random.random()
        return 0 if chance < self.loss else 2 if chance > 1 - self.loss / 4 else 1

    def _any(self, waiting: Sequence[object]) -> int:
        """Which comes next: what was sent later may come first."""
        return int(self.random.random() * min(len(waiting), 2 * WINDOW))

    def _arrive(self, browser: Browser, sent: Unsent) -> None:
        code: Code | None = None
        try:
            self.thread.write(browser.person, sent.place, sent.ident, Kind.TEXT, sent.body, 0)
        except Refusal as refusal:
            code = refusal.code
        self._answers += [(browser, sent, code)] * self._copies()

    # What befalls them

    def reconnect(self, browser: Browser) -> None:
        """Whatever was under way to or from a page is gone."""
        self._flying = [each for each in self._flying if each[0] is not browser]
        self._answers = [each for each in self._answers if each[0] is not browser]

    def close(self, browser: Browser) -> None:
        """A page is closed in the middle of it, and opened again."""
        self.reconnect(browser)
        browser.reopen()

    def kill(self) -> None:
        """The gateway dies: what was under way is gone, and what was stored is not."""
        self._flying, self._answers = [], []

    def copy(self, browser: Browser) -> Browser:
        """Another browser goes on from a copy of this one's storage."""
        other = Browser(browser.person, deepcopy(browser.storage))
        self.browsers.append(other)
        return other

    def settle(self, steps: int = 200_000) -> None:
        """Go on until everybody has everything."""
        for step in range(steps):
            if step % 20 == 0 and all(map(self._has_all, self.browsers)):
                return
            self.step()
        raise AssertionError("it does not come to an end")

    def _has_all(self, browser: Browser) -> bool:
        return not browser.storage.unsent and len(browser.seen) == self.thread.last

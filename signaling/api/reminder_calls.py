"""The calls about reminders."""

from __future__ import annotations

from signaling.api import reminder_bodies as bodies
from signaling.api.call import Asked, Call
from signaling.carriers.push import PushKeys, Subscription
from signaling.domain.errors import Code
from signaling.reminder_choices import ReminderChoices
from signaling.storage.reminder_store import Wish

REMINDERS = "/api/v1/me/reminders"


class ReminderCalls:
    """Answers them."""

    def __init__(self, choices: ReminderChoices) -> None:
        self._choices = choices

    def table(self) -> list[Call]:
        """Return the rows."""
        return [
            Call("GET", REMINDERS, "How one is reminded", self._get, answer=bodies.Reminders),
            Call("PUT", REMINDERS, "Say how one wants to be reminded", self._choose,
                 body=bodies.ReminderChoice, codes=(Code.NOT_NOW,)),
            Call("POST", f"{REMINDERS}/browsers", "Be told in this browser", self._add,
                 body=bodies.Browser, codes=(Code.NOT_NOW,)),
            Call("POST", f"{REMINDERS}/browsers/forget", "Be told in this browser no more",
                 self._forget, body=bodies.ForgetBrowser),
        ]  # fmt: skip

    async def _get(self, asked: Asked) -> bodies.Reminders:
        wish, has_address = await self._choices.get(asked.actor, asked.at)
        channels = self._choices.channels
        return bodies.Reminders(
            wish.wording, wish.tongue, wish.zone, list(wish.before), wish.by_mail,
            wish.quiet_from, wish.quiet_until, browsers=len(wish.browsers),
            mail=channels.mail and has_address,
            push_key=channels.push_key,
        )  # fmt: skip

    async def _choose(self, asked: Asked) -> None:
        body: bodies.ReminderChoice = asked.body
        wish = Wish(
            body.wording, body.tongue, body.zone, tuple(body.before), body.by_mail,
            quiet_from=body.quiet_from, quiet_until=body.quiet_until,
        )  # fmt: skip
        await self._choices.choose(asked.actor, wish, asked.at)

    async def _add(self, asked: Asked) -> None:
        body: bodies.Browser = asked.body
        keys = PushKeys(body.keys.p256dh, body.keys.auth)
        await self._choices.add_browser(asked.actor, Subscription(body.endpoint, keys), asked.at)

    async def _forget(self, asked: Asked) -> None:
        body: bodies.ForgetBrowser = asked.body
        await self._choices.drop_browser(asked.actor, body.endpoint, asked.at)

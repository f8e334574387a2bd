"""How this installation reminds people, put together from its settings."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import aiohttp

from signaling.carriers.folder import FolderCarrier
from signaling.carriers.mail import MailCarrier, parse
from signaling.carriers.notice import Carrier
from signaling.carriers.push import PushCarrier, Vouching, key_of
from signaling.config import Config
from signaling.reminder_choices import Channels
from signaling.reminders import Reminders
from signaling.stores import Opened, read_master

OUTBOX: Final = "outbox"
ANY_CONTACT: Final = "https://localhost"


class Reminding:
    """Carriers, and who uses them. ``channels`` is what people can choose."""

    def __init__(self, config: Config, stores: Opened) -> None:
        given = config.reminders
        self._config = config
        self._stores = stores
        self._http: aiohttp.ClientSession | None = None
        self.reminders: Reminders | None = None
        """While it runs."""
        secret = next(iter(read_master(config.storage).secrets_for("push").values()))
        self._vouching = Vouching(key_of(secret), given.push_contact or ANY_CONTACT)
        pushes = bool(given.push_contact) or given.to_folder
        self.channels = Channels(
            mail=bool(given.mail_server) or given.to_folder,
            push_key=self._vouching.public if pushes else "",
            services=tuple(given.push_services),
        )

    def start(self) -> None:
        """Begin to remind people."""
        if not self.channels.mail and not self.channels.push_key:
            return
        # No cookie of one service is ever another's.
        self._http = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        self.reminders = Reminders(
            self._stores.reminders, self._stores.accounts.stores.people,
            self._mail(), self._push(self._http),
        )  # fmt: skip
        self.reminders.start()

    async def stop(self) -> None:
        """Remind nobody any more."""
        if self.reminders is not None:
            await self.reminders.stop()
        if self._http is not None:
            await self._http.close()

    def _mail(self) -> Carrier:
        given = self._config.reminders
        if given.mail_server and not given.to_folder:
            return MailCarrier(parse(given.mail_server), given.mail_sender)
        return self._folder("mail")

    def _push(self, http: aiohttp.ClientSession) -> Carrier:
        given = self._config.reminders
        if given.push_contact and not given.to_folder:
            return PushCarrier(self._vouching, given.push_services, http)
        return self._folder("push")

    def _folder(self, channel: str) -> Carrier:
        given = self._config
        folder = Path(given.storage.folder) / OUTBOX if given.reminders.to_folder else None
        return FolderCarrier(folder, channel)

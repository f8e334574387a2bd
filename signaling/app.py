"""The composition root: one gateway, from its settings to its sockets."""

from __future__ import annotations

import datetime
import errno
import secrets
import ssl
from collections.abc import Callable
from typing import Final, Protocol
from uuid import UUID

import msgspec
from aiohttp import web

from media.channel import Listener, MediaPlane
from media.config import MediaConfig, RecordingConfig
from signaling import border, certificates, demo, demo_clinic, logs, wire
from signaling.api.house import NOTHING_RUNS, House
from signaling.booked_hour import HourKeeper
from signaling.config import Config
from signaling.demo_routes import DemoRoutes
from signaling.departures import Departures
from signaling.gateway import Gateway
from signaling.house_watch import HouseWatch
from signaling.inboxes import Inboxes
from signaling.lab.legs import Lab
from signaling.lab.routes import LabRoutes
from signaling.metrics import Metrics, package_version
from signaling.night import Night
from signaling.pages import Pages, find_root
from signaling.people_routes import PeopleRoutes, cookie_name
from signaling.recording_night import RecordingNight
from signaling.recordings import Recordings
from signaling.registry import Registry
from signaling.reminder_choices import Channels
from signaling.reminders import Reminders
from signaling.reminding import Reminding
from signaling.room_words import Line
from signaling.routes import Routes
from signaling.storage.database import StorageAway
from signaling.storage.retention_store import RetentionStore
from signaling.storage.trace_store import TraceStore
from signaling.stores import Opened, StoreError, open_as_gateway, read_master
from signaling.threads import Threads
from signaling.tokens import Tokens
from signaling.worker_pool import PortError, WorkerPool

SHUTDOWN_S: Final = 2.0
BACKLOG: Final = 256


class StartError(Exception):
    """The gateway cannot start; the text is one line for whoever started it."""


class RunningMedia(MediaPlane, Protocol):
    """A media plane that this root starts and stops."""

    @property
    def port(self) -> int:
        """The first UDP port that was bound."""

    async def start(self) -> None:
        """Bind the media ports. Raises OSError."""

    async def stop(self) -> None:
        """End every endpoint and release the ports."""


class Keeper(Protocol):
    """What looks after something while the stores are open."""

    def start(self) -> None:
        """Begin."""

    async def stop(self) -> None:
        """End."""


MediaFactory = Callable[[MediaConfig, Listener], RunningMedia]


def _media_plane(workers: int, recording: RecordingConfig) -> MediaFactory:
    """Return what makes the media plane: processes, or with none an engine in this one."""
    if workers:
        return lambda config, listener: WorkerPool(config, listener, workers, recording)
    from media.engine import Engine

    if not recording.folder:
        return Engine
    from recording.recorder import Recorder

    def recorded(config: MediaConfig, listener: Listener) -> RunningMedia:
        engine = Engine(config, listener)
        engine.set_recorder(Recorder(engine, recording, listener))
        return engine

    return recorded


class App:
    """One gateway. ``url`` and ``registry`` are of use once :meth:`start` has returned."""

    def __init__(
        self, config: Config, media_factory: MediaFactory | None = None, *, is_demo: bool = False
    ) -> None:
        if not config.signing_keys and config.storage.is_on:
            config = msgspec.structs.replace(config, signing_keys=_kept_signing_keys(config))
        if not config.signing_keys:
            # Links then end with this process: good for a try, said in the log.
            logs.event("signing_key_made")
            config = msgspec.structs.replace(
                config, signing_keys={"start": secrets.token_urlsafe(48)}
            )
        if not config.operator_token:
            config = msgspec.structs.replace(config, operator_token=secrets.token_urlsafe(24))
        self.config = config
        self.metrics = Metrics()
        self.registry = Registry(config, Tokens(config.signing_keys), self.metrics)
        make_media = media_factory or _media_plane(config.media_workers, config.recording)
        self.media = make_media(config.media, self.registry.notify)
        self._tls = self._tls_context()
        self._own_pages = border.OwnPages(config)
        self._routes = Routes(
            config, self.registry, self.metrics, config.public_url, self._own_pages
        )
        self.lab = Lab() if config.lab else None
        self._gateway = Gateway(config, self.registry, self.metrics, self.lab)
        self._watch = HouseWatch(
            config, self.registry, self.metrics, sockets=lambda: self._gateway.open_sockets
        )
        self._routes.set_watch(self._watch)
        self._runners: list[web.AppRunner] = []
        self.stores: Opened | None = None
        """What lasts, while it is open."""
        self._keepers: list[Keeper] = []
        self._night: Night | None = None
        self._reminding: Reminding | None = None
        self._recordings: RecordingNight | None = None
        self._recorded: Recordings | None = None
        """What is being recorded now, where there is a place for it."""
        self._stopped = False
        self._is_demo = is_demo
        self._demo: DemoRoutes | None = None
        self._inboxes: Inboxes | None = None
        self._threads: Threads | None = None
        self.metrics_address: tuple[str, int] | None = None
        self.url = config.public_url

    async def start(self) -> None:
        """Bind the ports and answer.

        Raises :class:`StartError` when a port is taken; then nothing is left running.
        """
        config = self.config
        await self._open_stores()
        try:
            await self.media.start()
        except OSError as error:
            media_port = error.port if isinstance(error, PortError) else config.media.port
            place = f"{config.media.host}:{media_port}"
            await self._close_stores()
            raise StartError(_port_line("media port", place, error)) from None
        self.registry.attach(self.media)
        self._routes.set_media(self.media)
        if isinstance(self.media, WorkerPool):
            self._routes.set_media_ready(self.media.is_ready)
            self._watch.set_media_ready(self.media.is_ready)
        try:
            port = await self._serve(self._application(), config.host, config.port, self._tls)
            if config.metrics and config.metrics_port is not None:
                host = config.metrics_host
                bound = await self._serve(
                    self._metrics_application(), host, config.metrics_port, None
                )
                self.metrics_address = (host, bound)
        except StartError:
            await self.stop()
            raise
        self.url = config.public_url or self._own_url(port)
        self._routes.set_base_url(self.url)
        self._watch.start(self.media)
        self._routes.ready = True
        logs.event("started", version=package_version())

    async def stop(self) -> None:
        """Tell everyone, close everything; nothing of this gateway is left when it returns.

        A second call does nothing.
        """
        if self._stopped:
            return
        self._stopped = True
        self._routes.ready = False
        await self._watch.stop()
        await self.registry.stop()
        if self._recorded is not None:
            await self._recorded.stop()
        await self._gateway.stop()
        for runner in self._runners:
            await runner.cleanup()
        await self.media.stop()
        await self._close_stores()
        if self.lab is not None:
            self.lab.close()
        logs.event("stopped")

    @property
    def reminders(self) -> Reminders | None:
        """Who reminds people, where somebody does."""
        return None if self._reminding is None else self._reminding.reminders

    async def demo_links(self) -> str:
        """Open a demo session and return its links, laid out to be printed."""
        booked = None
        if self.stores is not None and self._demo is not None:
            booked = self._demo.clinic = await demo_clinic.open_clinic(
                self.stores, int(self.registry.wall() * 1000)
            )
        secret = "" if self._demo is None else self._demo.secret
        return demo.links(
            self.registry, self.url, self.config.operator_token, self.lab, booked, secret
        )

    async def _open_stores(self) -> None:
        if not self.config.storage.is_on:
            return
        try:
            self.stores = await open_as_gateway(self.config.storage, self.config.recording.folder)
        except StoreError as error:
            raise StartError(str(error)) from None
        stores = self.stores
        kept = stores.kept_recordings
        self._recordings = RecordingNight(stores.recordings, kept.keeping, kept.erasure, kept.later)
        try:
            await self._recordings.begin(int(self.registry.wall() * 1000))
        except StorageAway:  # nobody is let in before what was erased is erased again
            await stores.close()
            raise StartError("storage: the database does not answer") from None
        stores.accounts.attend(self._let_out, self.registry.is_in_session, self._sign_out)
        people = stores.accounts.stores.people
        self._routes.set_clinics(stores.accounts.clinic_of_key)
        if self.config.recording.folder:
            self._recorded = Recordings(stores.recordings, self.metrics.recording)
        self.registry.attend(
            HourKeeper(stores.hours, lambda: int(self.registry.wall() * 1000), self._keep_line),
            self._recorded,
        )
        self._night = Night(
            stores.journal, stores.sessions, stores.days, stores.notes, stores.threads
        )
        self._reminding = Reminding(self.config, stores)
        self._keepers = [self._night, Departures(people, self._let_out), self._reminding]
        for keeper in self._keepers:
            keeper.start()

    async def _keep_line(self, line: Line) -> None:
        assert self._threads is not None, "no room is open before the interface is"
        await self._threads.keep_line(line)

    def _let_out(self, person: UUID, client: UUID | None = None) -> None:
        """Somebody's access is over: to everything, or to one client."""
        self.registry.let_out(person, client)
        if self._inboxes is not None:
            self._inboxes.let_out(person, client)

    def _sign_out(self, held: str) -> None:
        """One browser of somebody's is theirs no longer."""
        if self._inboxes is not None:
            self._inboxes.sign_out(held)

    async def _close_stores(self) -> None:
        for keeper in self._keepers:
            await keeper.stop()
        if self.stores is not None:
            await self.stores.close()

    def _application(self) -> web.Application:
        tls = self._tls is not None or self.config.public_url.startswith("https://")
        app = web.Application(
            client_max_size=wire.MAX_MESSAGE_BYTES,
            middlewares=[
                border.middleware(
                    self.config, tls=tls, refused=lambda code: self.metrics.refused("rest", code)
                )
            ],
        )
        self._routes.attach(app)
        if self.stores is not None:
            PeopleRoutes(self.stores.accounts, self._own_pages, tls=tls).attach(app)
            house = House(
                self.stores, sit=self.registry.sit, changed=self.registry.refresh,
                let_out=self._let_out, base_url=lambda: self.url,
                channels=Channels() if self._reminding is None else self._reminding.channels,
                running=self._recorded or NOTHING_RUNS,
            )  # fmt: skip
            house.attach(app, self._own_pages, cookie_name(tls=tls), package_version())
            self._threads = house.threads
            self._keepers.append(house.postman)
            house.postman.start()
            if self._night is not None:
                self._night.also(house.bookings.catch_up)
                self._night.also(house.attachments.give_up)
                self._forget_what_is_over(self._night, self.stores)
            self._inboxes = Inboxes(self.stores.accounts, house.threads, self.registry.wall)
            self._gateway.attend(self._inboxes, cookie_name(tls=tls))
        self._gateway.attach(app)
        if self.stores is not None and self._is_demo:
            self._demo = DemoRoutes(self.stores, tls=tls)
            self._demo.attach(app)
        if self.lab is not None:
            LabRoutes(self.config, self.lab).attach(app)
        Pages(find_root(), lab=self.lab is not None).attach(app)
        return app

    def _forget_what_is_over(self, night: Night, stores: Opened) -> None:
        clocks = self.config.retention
        night.also(RetentionStore(stores.journal, stores.keyring, clocks).forget)
        night.also(TraceStore(stores.journal, clocks).forget)
        if self._recordings is not None:
            night.also(self._recordings.look)

    def _metrics_application(self) -> web.Application:
        app = web.Application()
        self._routes.attach_metrics(app)
        return app

    async def _serve(
        self, app: web.Application, host: str, port: int, tls: ssl.SSLContext | None
    ) -> int:
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_S)
        await runner.setup()
        self._runners.append(runner)
        try:
            await web.TCPSite(runner, host, port, ssl_context=tls, backlog=BACKLOG).start()
        except OSError as error:
            raise StartError(_port_line("port", f"{host}:{port}", error)) from None
        return int(runner.addresses[0][1])

    def _tls_context(self) -> ssl.SSLContext | None:
        config = self.config
        if config.tls_cert:
            try:
                return certificates.from_files(config.tls_cert, config.tls_key)
            except ValueError as error:
                raise StartError(f"tls_cert, tls_key: cannot be used ({error})") from None
        if config.tls_self_signed:
            now = datetime.datetime.now(tz=datetime.UTC)
            return certificates.self_signed(self._names(), now)
        return None

    def _names(self) -> list[str]:
        return list(
            dict.fromkeys([*certificates.local_addresses(), *self.config.media.external_ips])
        )

    def _own_url(self, port: int) -> str:
        """Return the address to type.

        On every interface: with TLS the one that other machines reach,
        without it loopback, for a browser gives no microphone to a plain page from elsewhere.
        """
        host = self.config.host
        if host in {"0.0.0.0", "::", ""}:  # noqa: S104  compared, not bound
            addresses = certificates.local_addresses()
            host = addresses[0] if self._tls is None else addresses[:2][-1]
        if ":" in host:
            host = f"[{host}]"
        return f"{'http' if self._tls is None else 'https'}://{host}:{port}"


def _kept_signing_keys(config: Config) -> dict[str, str]:
    """Made of the master key: links and seats outlive this process without a setting more."""
    try:
        return read_master(config.storage).secrets_for("tokens")
    except StoreError as error:
        raise StartError(str(error)) from None


def _port_line(what: str, place: str, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"the {what} {place} is in use by another program; choose another one"
    return f"the {what} {place} cannot be used: {error.strerror or type(error).__name__}"

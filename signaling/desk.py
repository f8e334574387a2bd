"""The command line's desk: clinics, people, keys and the audit, beside a gateway that runs or not.

Rule 1: nothing of a person is printed but their id: names are for those who have a right to them
(:mod:`signaling.domain.rights`), and whoever has a shell is none of these.
Rule 2: what is done here is told of in the audit like everything else, as done by the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

from signaling.config import Config
from signaling.domain.errors import Refusal
from signaling.domain.rights import Position
from signaling.keys import master
from signaling.keys.master import FileMaster, MasterError
from signaling.recording_check import check
from signaling.storage.audit_store import tenants
from signaling.storage.database import StorageAway
from signaling.storage.people_store import ClinicSettings, Details, PersonKind
from signaling.stores import Opened, StoreError, master_path, open_stores

EXIT_REFUSED: Final = 5
EXIT_BROKEN: Final = 6
STAFF_POSITIONS: Final = (Position.COUNSELLOR, Position.ADMIN, Position.SUPERVISOR)


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> list[
    argparse.ArgumentParser
]:  # fmt: skip
    """Add the desk's commands; returns their parsers, which want the settings' options too."""
    clinic = commands.add_parser("clinic", help="add or list clinics").add_subparsers(
        dest="action", required=True, metavar="action"
    )
    clinic_add = clinic.add_parser("add", help="add a clinic; prints its id")
    clinic_add.add_argument("name")
    user = commands.add_parser("user", help="invite people, or end their access").add_subparsers(
        dest="action", required=True, metavar="action"
    )
    user_add = user.add_parser("add", help="add somebody; prints their id and a token")
    user_add.add_argument("--clinic", type=UUID, required=True)
    user_add.add_argument("--name", required=True)
    user_add.add_argument("--email", default="")
    user_add.add_argument("--position", choices=[*STAFF_POSITIONS, Position.CLIENT], required=True)
    user_add.add_argument("--pin", help="of a client: six digits, asked for beside the token")
    user_invite = user.add_parser("invite", help="a new token for somebody; ends the one before")
    user_end = user.add_parser("end", help="end somebody's access, at once and for good")
    for each in (user_invite, user_end):
        each.add_argument("person", type=UUID)
    keys = commands.add_parser("keys", help="rotate or check the keys").add_subparsers(
        dest="action", required=True, metavar="action"
    )
    audit = commands.add_parser("audit", help="verify the audit").add_subparsers(
        dest="action", required=True, metavar="action"
    )
    recording = commands.add_parser("recording", help="verify or count recordings").add_subparsers(
        dest="action", required=True, metavar="action"
    )
    rotate = keys.add_parser("rotate", help="make a new master key, and wrap all others with it")
    rotate.add_argument("--every", action="store_true", help="make new ones of all others, too")
    return [
        clinic_add,
        clinic.add_parser("list", help="list the clinics' ids"),
        user_add,
        user_invite,
        user_end,
        keys.add_parser("make", help="make the first master key"),
        rotate,
        keys.add_parser("check", help="see that every key can be unwrapped"),
        audit.add_parser("key", help="print the public key that days are signed with"),
        audit.add_parser("verify", help="walk every clinic's chain"),
        recording.add_parser("verify", help="open every chunk of every recording"),
        recording.add_parser("list", help="count recordings by how far they have come"),
    ]


def run(config: Config, given: argparse.Namespace) -> tuple[int, str]:
    """Carry out one command; returns its exit code and what to print."""
    if not config.storage.is_on:
        return EXIT_REFUSED, "storage.folder: is not set, so that nothing is kept"
    name = f"{given.command} {given.action}"
    try:
        if name == "keys make":
            return 0, _make_master(config)
        return asyncio.run(_with_stores(config, given, _COMMANDS[name]))
    except Refusal as refusal:
        return EXIT_REFUSED, refusal.code.value
    except (StoreError, MasterError) as error:
        return EXIT_REFUSED, str(error)
    except StorageAway:
        return EXIT_REFUSED, "storage: the database does not answer"


_Command = Callable[[Opened, Config, argparse.Namespace], Awaitable[tuple[int, str]]]


async def _with_stores(
    config: Config, given: argparse.Namespace, command: _Command
) -> tuple[int, str]:
    opened = await open_stores(config.storage, config.recording.folder)
    try:
        return await command(opened, config, given)
    finally:
        await opened.close()


async def _add_clinic(
    opened: Opened, _config: Config, given: argparse.Namespace
) -> tuple[int, str]:
    people = opened.accounts.stores.people
    return 0, str(await people.add_clinic(given.name, ClinicSettings(), _now()))


async def _list_clinics(
    opened: Opened, _config: Config, _given: argparse.Namespace
) -> tuple[int, str]:
    found = await opened.accounts.stores.people.clinics(_now())
    return 0, "\n".join(str(clinic) for clinic, _ in found)


async def _add_user(opened: Opened, _config: Config, given: argparse.Namespace) -> tuple[int, str]:
    position = Position(given.position)
    kind = PersonKind.CLIENT if position is Position.CLIENT else PersonKind.STAFF
    if kind is PersonKind.STAFF and not given.email:
        return EXIT_REFUSED, "--email: staff sign in with it"
    stores, now = opened.accounts.stores, _now()
    details = Details(given.name, email=given.email)
    person = await stores.people.add_person(given.clinic, kind, details, None, now)
    if kind is PersonKind.STAFF:
        await stores.standing.give_position(person, position, None, now)
    token = await opened.accounts.invite(person, given.pin, None, now)
    return 0, f"{person}\n{token}"


async def _invite(opened: Opened, _config: Config, given: argparse.Namespace) -> tuple[int, str]:
    return 0, await opened.accounts.invite(given.person, None, None, _now())


async def _end(opened: Opened, _config: Config, given: argparse.Namespace) -> tuple[int, str]:
    now = _now()
    await opened.accounts.end(given.person, None, now)
    await opened.sessions.cancel_ahead(given.person, None, None, now)
    return 0, "ended"


async def _rotate(opened: Opened, config: Config, given: argparse.Namespace) -> tuple[int, str]:
    ring = opened.keyring
    if config.storage.master_key:
        # Whoever sets the environment has put the new key first already.
        told = f"{await ring.rewrap_all(_now())} keys wrapped with the first key."
    else:
        path = master_path(config.storage)
        await asyncio.to_thread(master.put_first, path, master.new_line())
        ring.master = await asyncio.to_thread(FileMaster, path)
        told = (
            f"{await ring.rewrap_all(_now())} keys wrapped with a new master key.\n"
            "Leave the old line in the file for a day after the gateway's next restart: "
            "seats given before need it."
        )
    if given.every:
        told += f"\n{await ring.rotate_all(_now())} keys replaced; what the old ones sealed opens."
    return 0, told


async def _check(opened: Opened, _config: Config, _given: argparse.Namespace) -> tuple[int, str]:
    good, bad = await opened.keyring.check(_now())
    return (EXIT_BROKEN if bad else 0), f"{good} keys can be unwrapped, {bad} cannot"


async def _public_key(
    opened: Opened, _config: Config, _given: argparse.Namespace
) -> tuple[int, str]:
    return 0, (await opened.journal.days.public_key(_now())).hex()


async def _verify(opened: Opened, _config: Config, _given: argparse.Namespace) -> tuple[int, str]:
    lines, code = [], 0
    for tenant in await tenants(opened.data):
        head, found = await opened.journal.verify(tenant, _now())
        if found is None:
            lines.append(f"{tenant} whole, {head.seq} rows, {head.hash.hex()}")
        else:
            code = EXIT_BROKEN
            lines.append(f"{tenant} {found.fault.value} at row {found.seq}")
    return code, "\n".join(lines)


async def _verify_recordings(
    opened: Opened, _config: Config, _given: argparse.Namespace
) -> tuple[int, str]:
    kept = opened.kept_recordings
    if kept.erasure.files is None:
        return EXIT_REFUSED, "recording.folder: is not set, so that there are no recordings"
    try:
        found = await check(kept.keeping, kept.erasure.files, _now())
    except OSError as error:
        return EXIT_REFUSED, f"recording.folder: {os.strerror(error.errno or 0)}"
    lines = [
        f"{found.recordings} recordings, {found.files} files, {found.chunks} chunks opened, "
        f"{found.bytes} bytes, {len(found.faults)} faults",
        *(f"{ident} file {number}: {fault.value}" for ident, number, fault in found.faults),
    ]
    return (EXIT_BROKEN if found.faults else 0), "\n".join(lines)


async def _count_recordings(
    opened: Opened, _config: Config, _given: argparse.Namespace
) -> tuple[int, str]:
    counts = await opened.kept_recordings.keeping.counts()
    return 0, "\n".join(f"{stage} {count}" for stage, count in sorted(counts.items())) or "none"


_COMMANDS: Final[dict[str, _Command]] = {
    "clinic add": _add_clinic,
    "clinic list": _list_clinics,
    "user add": _add_user,
    "user invite": _invite,
    "user end": _end,
    "keys rotate": _rotate,
    "keys check": _check,
    "audit key": _public_key,
    "audit verify": _verify,
    "recording verify": _verify_recordings,
    "recording list": _count_recordings,
}


def _make_master(config: Config) -> str:
    path = master_path(config.storage)
    if path.exists():
        raise MasterError("master key: there is one; `quietroom keys rotate` makes another")
    master.put_first(path, master.new_line())
    return "made. Keep a copy apart from every back-up: without it nothing can be read"


def _now() -> int:
    return int(time.time() * 1000)

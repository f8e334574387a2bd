"""The command line: ``quietroom serve``, ``quietroom check-config``, and the desk's commands."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from typing import Any, Final

from signaling import desk, logs, settings
from signaling.app import App, StartError
from signaling.config import Config, ConfigError
from signaling.garbage import keep_loaded
from signaling.metrics import package_version

EXIT_BAD_CONFIG: Final = 2
EXIT_CANNOT_START: Final = 3
EXIT_LEFTOVERS: Final = 4
STOP_S: Final = 10.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    given = _parser().parse_args(arguments)
    path = given.config or os.environ.get("QUIETROOM_CONFIG")
    try:
        config = settings.load(path, os.environ, _overrides(given))
    except ConfigError as error:
        print(f"quietroom: {error}", file=sys.stderr)
        return EXIT_BAD_CONFIG
    if given.command == "check-config":
        print(settings.summary(config))
        return 0
    if given.command != "serve":
        code, told = desk.run(config, given)
        print(told if code == 0 else f"quietroom: {told}", file=sys.stderr if code else None)
        return code
    if config.lab and not given.demo:
        print("quietroom: lab: only with --demo (lab_without_demo)", file=sys.stderr)
        return EXIT_BAD_CONFIG
    logs.set_up()
    return _run(config, demo=given.demo)


def _run(config: Config, *, demo: bool) -> int:
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        try:
            return runner.run(serve(config, demo=demo))
        except StartError as error:
            print(f"quietroom: {error}", file=sys.stderr)
            return EXIT_CANNOT_START


async def serve(config: Config, *, demo: bool) -> int:
    """Serve until SIGTERM or SIGINT.

    Raises :class:`StartError`.
    """
    app = App(config, is_demo=demo)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await app.start()
    keep_loaded()
    await _greet(app, demo=demo)
    await stop.wait()
    try:
        async with asyncio.timeout(STOP_S):
            await app.stop()
    except TimeoutError:
        logs.warning("stop_took_too_long")
        return EXIT_LEFTOVERS
    # One turn of the loop, so that tasks that have just ended are counted as ended.
    await asyncio.sleep(0)
    left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    if left:
        logs.warning("tasks_left", count=len(left))
        return EXIT_LEFTOVERS
    return 0


async def _greet(app: App, *, demo: bool) -> None:
    print(f"\nQuietroom {package_version()} at {app.url}\n")
    print("\n".join(f"  {line}" for line in settings.summary(app.config).splitlines()))
    print()
    if demo:
        print(await app.demo_links())
    sys.stdout.flush()


def _loop_factory() -> Any:
    try:
        import uvloop
    except ImportError:  # not on every platform; the gateway is slower without, and the same
        return None
    return uvloop.new_event_loop


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="quietroom", description="WebRTC signaling and media gateway for counselling"
    )
    parser.add_argument("--version", action="version", version=package_version())
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    serve_command = commands.add_parser("serve", help="start the gateway")
    serve_command.add_argument(
        "--demo", action="store_true", help="open a session, print its links"
    )
    serve_command.add_argument(
        "--lab",
        action="store_true",
        default=None,
        help="with --demo, on this machine only: a page that makes the session's lines bad",
    )
    check = commands.add_parser("check-config", help="check the settings and show them")
    for command in (serve_command, check, *desk.add_commands(commands)):
        _add_settings(command)
    return parser


def _add_settings(command: argparse.ArgumentParser) -> None:
    command.add_argument("--config", metavar="FILE", help="a TOML file with settings")
    command.add_argument("--host", help="address to serve pages at (127.0.0.1)")
    command.add_argument("--port", type=int, help="port to serve pages at (8080)")
    command.add_argument("--media-host", help="address to take media at")
    command.add_argument("--media-port", type=int, help="UDP port of all media (3480)")
    command.add_argument(
        "--external-ip", action="append", help="address others reach behind 1:1 NAT; repeatable"
    )
    command.add_argument("--public-url", help="what links begin with")
    command.add_argument("--tls-cert", metavar="FILE", help="certificate chain, PEM")
    command.add_argument("--tls-key", metavar="FILE", help="its key, PEM")
    command.add_argument(
        "--tls-self-signed",
        action="store_true",
        default=None,
        help="make a certificate for a first try in the local network",
    )


def _overrides(given: argparse.Namespace) -> dict[str, Any]:
    return {
        "host": given.host,
        "port": given.port,
        "lab": getattr(given, "lab", None),
        "public_url": given.public_url,
        "tls_cert": given.tls_cert,
        "tls_key": given.tls_key,
        "tls_self_signed": given.tls_self_signed,
        "media.host": given.media_host,
        "media.port": given.media_port,
        "media.external_ips": given.external_ip,
    }


if __name__ == "__main__":
    sys.exit(main())

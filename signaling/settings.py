"""Settings, read once at the start: defaults, TOML, environment, command line.

Rule 1: later sources win; nothing else in the project reads a file or the environment for its
settings.
Rule 2: a bad value stops the start with one line that names the setting (:class:`ConfigError`).
Rule 3: a summary shows secrets as set or unset.

Environment: ``QUIETROOM_PORT=8080``, ``QUIETROOM_MEDIA__PORT=3480`` (two underscores enter a
table), lists and tables as JSON.
"""

from __future__ import annotations

import ipaddress
import json
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from media.config import MediaConfig, RecordingConfig
from signaling.carriers import mail
from signaling.config import (
    LOOPBACK_NAMES,
    SECRETS,
    Config,
    ConfigError,
    Limits,
    Reminders,
    Storage,
)
from signaling.domain.retention import BOUNDS, Clocks, beyond, outlives_its_hour
from signaling.tokens import MIN_KEY_BYTES

ENVIRONMENT_PREFIX: Final = "QUIETROOM_"
_BEFORE: Final = {"environment": "QUIETROOM_CONFIG"}
_KEY_ID: Final = re.compile(r"^[A-Za-z0-9_-]{1,64}$")
_ORIGIN: Final = re.compile(
    r"^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?$|^https?://\[[0-9a-f:]+\](:[0-9]{1,5})?$"
)
MIN_SECRET_CHARS: Final = 16
_PLAIN: Final[Mapping[str, type[MediaConfig | RecordingConfig | Clocks]]] = {
    "media": MediaConfig,
    "recording": RecordingConfig,
    "retention": Clocks,
}
"""Tables that are plain dataclasses, of which msgspec would ignore what it does not know."""


def load(
    path: str | None, environment: Mapping[str, str], command_line: Mapping[str, Any]
) -> Config:
    """Read every source and check the whole.

    ``command_line`` holds settings by dotted name; None means not given.
    Raises :class:`ConfigError`.
    """
    settings: dict[str, Any] = {}
    if path:
        settings = _read_file(path)
    for name, text in sorted(environment.items()):
        if name.startswith(ENVIRONMENT_PREFIX) and name not in _BEFORE.values():
            dotted = name[len(ENVIRONMENT_PREFIX) :].lower().replace("__", ".")
            _put(settings, dotted, _parse_text(dotted, text))
    for dotted, value in command_line.items():
        if value is not None:
            _put(settings, dotted, value)
    return build(settings)


def build(settings: Mapping[str, Any]) -> Config:
    """Turn plain settings into a checked :class:`Config`.

    Raises :class:`ConfigError`.
    """
    for table, shape in _PLAIN.items():
        _check_names(table, shape, settings.get(table, {}))
    try:
        config = msgspec.convert(settings, Config)
    except msgspec.ValidationError as error:
        raise ConfigError(_explain(str(error), settings)) from None
    for check in _CHECKS:
        check(config)
    return config


def summary(config: Config) -> str:
    """Return the settings a line each; secrets only as set or unset."""
    plain = msgspec.to_builtins(config)
    rows: list[str] = []
    for name, value in plain.items():
        if name in SECRETS:
            rows.append(f"{name} = {_set(value)}")
        elif isinstance(value, dict):
            rows += [
                f"{name}.{inner} = {_set(what) if f'{name}.{inner}' in SECRETS else _show(what)}"
                for inner, what in value.items()
            ]
        else:
            rows.append(f"{name} = {_show(value)}")
    return "\n".join(rows)


def _set(value: Any) -> str:
    return "set" if value else "unset"


def _show(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _read_file(path: str) -> dict[str, Any]:
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(
            f"config: cannot read the file: {os.strerror(error.errno or 0)}"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        first_line = str(error).splitlines()[0]
        raise ConfigError(f"config: not valid TOML: {first_line}") from None


def _put(settings: dict[str, Any], dotted: str, value: Any) -> None:
    *tables, last = dotted.split(".")
    for table in tables:
        inner = settings.setdefault(table, {})
        if not isinstance(inner, dict):
            raise ConfigError(f"{dotted}: {table} is not a table")
        settings = inner
    settings[last] = value


def _kind(dotted: str) -> str:
    """Return the annotation of a setting as text, or an empty string when there is none."""
    table, _, last = dotted.rpartition(".")
    if table in _PLAIN:
        return str({f.name: f.type for f in fields(_PLAIN[table])}.get(last, ""))
    shape = {"limits": Limits, "storage": Storage, "reminders": Reminders}.get(table, Config)
    return str(shape.__annotations__.get(last, ""))


def _parse_text(dotted: str, text: str) -> Any:
    """Turn an environment variable into the plain value its setting takes."""
    kind = _kind(dotted)
    if kind == "str" or not kind:
        return text
    if kind == "bool" and text in {"0", "1"}:
        return text == "1"
    if kind.startswith(("tuple", "list[str]")) and not text.lstrip().startswith("["):
        return [part.strip() for part in text.split(",") if part.strip()]
    try:
        return json.loads(text)
    except ValueError:
        # Left as it is: the check of the whole then names the setting and what it should be.
        return text


def _explain(error: str, settings: Mapping[str, Any]) -> str:
    """Say where and what, without ever repeating a value: it may be a secret."""
    what, _, where = error.partition(" - at `$")
    name = where.rstrip("`").lstrip(".") or "settings"
    unknown = re.match(r"Object contains unknown field `(.*)`", what)
    if unknown:
        prefix = f"{name}." if where.rstrip("`") else ""
        return f"{prefix}{unknown[1]}: there is no such setting"
    return f"{name}: {what[:1].lower()}{what[1:]}"


def _check_names(
    table: str, shape: type[MediaConfig | RecordingConfig | Clocks], given: object
) -> None:
    known = {field.name for field in fields(shape)}
    for name in given if isinstance(given, dict) else ():
        if name not in known:
            raise ConfigError(f"{table}.{name}: there is no such setting")


def _check_keys(config: Config) -> None:
    for kid, secret in config.signing_keys.items():
        if not _KEY_ID.match(kid):
            raise ConfigError("signing_keys: a key id is 1-64 letters, digits, _ or -")
        if len(secret.encode()) < MIN_KEY_BYTES:
            raise ConfigError(f"signing_keys.{kid}: must be at least {MIN_KEY_BYTES} bytes long")
    for kid, secret in config.api_keys.items():
        if not _KEY_ID.match(kid):
            raise ConfigError("api_keys: a key id is 1-64 letters, digits, _ or -")
        if len(secret) < MIN_SECRET_CHARS:
            raise ConfigError(f"api_keys.{kid}: must be at least {MIN_SECRET_CHARS} characters")
    if config.operator_token and len(config.operator_token) < MIN_SECRET_CHARS:
        raise ConfigError(f"operator_token: must be at least {MIN_SECRET_CHARS} characters")


def _check_turn(config: Config) -> None:
    if bool(config.turn_urls) != bool(config.turn_secret):
        missing = "turn_secret" if config.turn_urls else "turn_urls"
        raise ConfigError(f"{missing}: addresses and secret are needed together")
    if config.turn_secret and len(config.turn_secret) < MIN_SECRET_CHARS:
        raise ConfigError(f"turn_secret: must be at least {MIN_SECRET_CHARS} characters")
    for url in config.turn_urls:
        if not url.startswith(("turn:", "turns:")):
            raise ConfigError("turn_urls: each must begin with turn: or turns:")


def _check_tls(config: Config) -> None:
    if bool(config.tls_cert) != bool(config.tls_key):
        missing = "tls_key" if config.tls_cert else "tls_cert"
        raise ConfigError(f"{missing}: certificate and key are needed together")
    if config.tls_self_signed and config.tls_cert:
        raise ConfigError("tls_self_signed: not together with tls_cert")
    for name, path in (("tls_cert", config.tls_cert), ("tls_key", config.tls_key)):
        if path and not Path(path).is_file():
            raise ConfigError(f"{name}: there is no such file")


def _check_origins(config: Config) -> None:
    if config.public_url and not _ORIGIN.match(config.public_url):
        raise ConfigError("public_url: must be like https://room.example.org, without a path")
    for origin in config.frame_ancestors:
        if not _ORIGIN.match(origin):
            raise ConfigError("frame_ancestors: each must be like https://clinic.example.org")


def _check_lab(config: Config) -> None:
    """Where others can come, nobody may cut people off: not by address, not behind a front."""
    if not config.lab:
        return
    public = urlsplit(config.public_url).hostname
    if config.host not in LOOPBACK_NAMES or not (public is None or public in LOOPBACK_NAMES):
        raise ConfigError(
            "lab: not on an address others can reach; host must be 127.0.0.1, ::1 or localhost, "
            "and public_url empty or the same (lab_not_loopback)"
        )


def _check_media(config: Config) -> None:
    media = config.media
    if not 0 <= media.port <= 65535:  # noqa: PLR2004  the range of a port number
        raise ConfigError("media.port: must be between 0 and 65535")
    if media.port + config.media_workers > 65536:  # noqa: PLR2004  one port each, the first here
        raise ConfigError("media_workers: there are not so many ports after media.port")
    for name in (f.name for f in fields(media)):
        value = getattr(media, name)
        if name != "port" and type(value) in {int, float} and value <= 0:
            raise ConfigError(f"media.{name}: must be more than 0")
    for address in media.external_ips:
        _check_address("media.external_ips", address)
    _check_address("media.host", media.host)


def _check_address(name: str, text: str) -> None:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        raise ConfigError(f"{name}: must be an IP address") from None


def _check_storage(config: Config) -> None:
    storage = config.storage
    if bool(storage.data) != bool(storage.keys):
        missing = "keys" if storage.data else "data"
        raise ConfigError(f"storage.{missing}: both databases, or a folder for both")
    for name, url in (("data", storage.data), ("keys", storage.keys)):
        if url and not url.startswith(("postgresql://", "sqlite:///")):
            raise ConfigError(f"storage.{name}: must begin with postgresql:// or sqlite:///")
    if storage.data and storage.data == storage.keys:
        raise ConfigError("storage.keys: must be another database than storage.data")
    if storage.data and not (storage.folder or storage.master_key or storage.master_key_file):
        raise ConfigError("storage.master_key_file: where is the master key?")
    if storage.master_key and storage.master_key_file:
        raise ConfigError("storage.master_key: not together with storage.master_key_file")


def _check_reminders(config: Config) -> None:
    given = config.reminders
    if given.mail_server:
        try:
            server = mail.parse(given.mail_server)
        except ValueError:
            raise ConfigError(
                "reminders.mail_server: must be like smtp://user:password@mail.example.org"
            ) from None
        if server.scheme == "smtp+plain" and server.host not in LOOPBACK_NAMES:
            raise ConfigError("reminders.mail_server: without TLS only on this machine itself")
        if not re.fullmatch(r"[^@\s]+@[^@\s]+", given.mail_sender):
            raise ConfigError("reminders.mail_sender: must be an address")
    if given.push_contact and not given.push_contact.startswith(("mailto:", "https://")):
        raise ConfigError("reminders.push_contact: must begin with mailto: or https://")
    if given.to_folder and not config.storage.folder:
        raise ConfigError("reminders.to_folder: needs storage.folder")


def _check_retention(config: Config) -> None:
    """A clock out of bounds keeps what should be gone, or loses what is needed yet."""
    name = beyond(config.retention)
    if name is not None:
        bounds = BOUNDS[name]
        raise ConfigError(
            f"retention.{name}: must be between {bounds.floor} and {bounds.ceiling} days "
            "(retention_out_of_bounds)"
        )
    if outlives_its_hour(config.retention):
        raise ConfigError(
            "retention.change_days: not more than retention.hours_days, for it goes with the hour "
            "(retention_out_of_order)"
        )


def _check_recording(config: Config) -> None:
    """A recording is nobody's without a booked hour, and what seals it lies in the stores."""
    if config.recording.folder and not config.storage.is_on:
        raise ConfigError("recording.folder: needs storage.folder")
    if config.recording.min_free_mb <= 0:
        raise ConfigError("recording.min_free_mb: must be more than 0")


_CHECKS: Final = (
    _check_keys, _check_turn, _check_tls, _check_origins, _check_media, _check_lab, _check_storage,
    _check_reminders, _check_retention, _check_recording,
)  # fmt: skip

"""Settings: where they come from, and one line for each that is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from media.config import MediaConfig, RecordingConfig
from signaling import config
from signaling.config import Config, ConfigError
from signaling.domain.retention import Clocks
from signaling.settings import build, load, summary

SECRET = "s" * 40


def test_defaults_are_complete_and_keep_to_this_machine() -> None:
    settings = load(None, {}, {})
    assert settings == Config()
    assert settings.host == "127.0.0.1"
    assert settings.media == MediaConfig()


def test_later_sources_win(tmp_path: Path) -> None:
    file = tmp_path / "quietroom.toml"
    file.write_text(
        'host = "0.0.0.0"\nport = 1\n[media]\nport = 11\nhistory_s = 2.5\n'
        '[limits]\nmax_participants = 3\n[[ice_servers]]\nurls = ["turn:turn.example:3478"]\n'
    )
    environment = {"QUIETROOM_PORT": "2", "QUIETROOM_MEDIA__PORT": "22", "PATH": "/bin"}
    settings = load(str(file), environment, {"port": 3, "media.host": None})
    assert (settings.host, settings.port) == ("0.0.0.0", 3)
    assert (settings.media.port, settings.media.history_s) == (22, 2.5)
    assert settings.limits.max_participants == 3
    assert settings.ice_servers[0].urls == ["turn:turn.example:3478"]
    assert load(str(file), environment, {}).port == 2


def test_environment_carries_every_kind() -> None:
    settings = load(
        None,
        {
            "QUIETROOM_CONFIG": "read elsewhere",
            "QUIETROOM_HOST": "::1",
            "QUIETROOM_OPERATOR_TOKEN": "1234567890123456",
            "QUIETROOM_TLS_SELF_SIGNED": "true",
            "QUIETROOM_SIGNING_KEYS": f'{{"k": "{SECRET}"}}',
            "QUIETROOM_FRAME_ANCESTORS": '["https://clinic.example"]',
            "QUIETROOM_METRICS_PORT": "9000",
            "QUIETROOM_LIMITS__TEXTS_PER_S": "2.5",
            "QUIETROOM_MEDIA__EXTERNAL_IPS": "192.0.2.1, 2001:db8::1",
            "QUIETROOM_MEDIA__VIDEO_CODECS": '["VP8"]',
            "QUIETROOM_MEDIA__HOST": "127.0.0.1",
        },
        {},
    )
    assert settings.operator_token == "1234567890123456"
    assert settings.tls_self_signed
    assert settings.signing_keys == {"k": SECRET}
    assert settings.frame_ancestors == ["https://clinic.example"]
    assert settings.metrics_port == 9000
    assert settings.limits.texts.per_second == 2.5
    assert settings.media.external_ips == ("192.0.2.1", "2001:db8::1")
    assert settings.media.video_codecs == ("VP8",)


@pytest.mark.parametrize(("text", "on"), [("1", True), ("true", True), ("0", False)])
def test_the_laboratory_is_switched_on_by_environment(text: str, on: bool) -> None:
    assert load(None, {"QUIETROOM_LAB": text}, {}).lab is on


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_the_laboratory_may_stand_on_loopback(host: str) -> None:
    assert build({"lab": True, "host": host, "public_url": "http://localhost:8080"}).lab


BAD: list[tuple[dict[str, Any], str]] = [
    ({"nonsense": 1}, "nonsense: there is no such setting"),
    ({"limits": {"nonsense": 1}}, "limits.nonsense: there is no such setting"),
    ({"media": {"nonsense": 1}}, "media.nonsense: there is no such setting"),
    ({"media": 3}, "media:"),
    ({"port": "8080"}, "port:"),
    ({"port": 70_000}, "port:"),
    ({"port": -1}, "port:"),
    ({"metrics": "yes"}, "metrics:"),
    ({"limits": {"max_participants": 1}}, "limits.max_participants:"),
    ({"limits": {"seat_hold_s": 0}}, "limits.seat_hold_s:"),
    ({"media": {"port": 70_000}}, "media.port:"),
    ({"media": {"port": "x"}}, "media.port:"),
    ({"media_workers": -1}, "media_workers:"),
    ({"media_workers": 65}, "media_workers:"),
    ({"media_workers": 3, "media": {"port": 65_534}}, "media_workers:"),
    ({"media": {"history_s": 0.0}}, "media.history_s:"),
    ({"media": {"host": "example.org"}}, "media.host:"),
    ({"media": {"external_ips": ["192.0.2.300"]}}, "media.external_ips:"),
    ({"signing_keys": {"k": "secret-but-short"}}, "signing_keys.k:"),
    ({"signing_keys": {"a b": SECRET}}, "signing_keys:"),
    ({"signing_keys": {"k": 7}}, "signing_keys"),
    ({"api_keys": {"k": "secret"}}, "api_keys.k:"),
    ({"api_keys": {"": SECRET}}, "api_keys:"),
    ({"operator_token": "secret"}, "operator_token:"),
    ({"tls_cert": "/nonexistent"}, "tls_key:"),
    ({"tls_key": "/nonexistent"}, "tls_cert:"),
    ({"tls_cert": "/nonexistent", "tls_key": "/nonexistent"}, "tls_cert:"),
    ({"tls_cert": "a", "tls_key": "b", "tls_self_signed": True}, "tls_self_signed:"),
    ({"public_url": "room.example.org"}, "public_url:"),
    ({"public_url": "https://room.example.org/path"}, "public_url:"),
    ({"frame_ancestors": ["*"]}, "frame_ancestors:"),
    ({"frame_ancestors": ["https://a.example; script-src *"]}, "frame_ancestors:"),
    ({"ice_servers": [{"url": "stun:x"}]}, "ice_servers"),
    ({"lab": 1}, "lab:"),
    ({"lab": True, "host": "0.0.0.0"}, "lab: not on an address others can reach"),
    ({"lab": True, "host": "example.org"}, "lab: not on an address others can reach"),
    ({"lab": True, "public_url": "https://a.example"}, "lab: not on an address others can reach"),
]


@pytest.mark.parametrize(("settings", "said"), BAD, ids=lambda value: str(value)[:40])
def test_bad_value_is_one_line_that_names_it(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError) as error:
        build(settings)
    text = str(error.value)
    assert text.startswith(said)
    assert "\n" not in text
    assert "secret" not in text


@pytest.mark.parametrize(
    ("urls", "secret", "said"),
    [
        (["turn:x"], "", "turn_secret:"),
        ([], "s" * 16, "turn_urls:"),
        (["turn:x"], "short", "turn_secret:"),
        (["http://x"], "s" * 16, "turn_urls:"),
    ],
)
def test_half_a_relay_is_refused(urls: list[str], secret: str, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        build({"turn_urls": urls, "turn_secret": secret})
    assert str(error.value).startswith(said)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"port = ", "config: not valid TOML"), (b"\xff", "config: not valid TOML")],
)
def test_bad_file_is_one_line(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "quietroom.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigError) as error:
        load(str(file), {}, {})
    assert str(error.value).startswith(said)
    assert "\n" not in str(error.value)


def test_missing_file_and_misplaced_tables_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="config: cannot read the file"):
        load(str(tmp_path / "none.toml"), {}, {})
    with pytest.raises(ConfigError, match="port is not a table"):
        load(None, {"QUIETROOM_PORT": "1", "QUIETROOM_PORT__X": "1"}, {})
    with pytest.raises(ConfigError, match="port:"):
        load(None, {"QUIETROOM_PORT": "eighty"}, {})


def test_summary_shows_everything_but_secrets() -> None:
    settings = build(
        {
            "signing_keys": {"k": SECRET},
            "api_keys": {"clinic": SECRET},
            "ice_servers": [{"urls": ["turn:x"], "credential": SECRET}],
            "turn_urls": ["turn:x"],
            "turn_secret": SECRET,
        }
    )
    text = summary(settings)
    assert SECRET not in text
    assert "signing_keys = set" in text
    assert "operator_token = unset" in text
    assert "media.port = 3480" in text
    names = {line.split(" = ")[0].split(".")[0] for line in text.splitlines()}
    assert names == set(Config.__struct_fields__)
    assert {"signing_keys", "api_keys", "operator_token"} <= config.SECRETS


def test_tcp_can_be_switched_off() -> None:
    assert not build({"media": {"tcp": False}}).media.tcp


@pytest.mark.parametrize(
    ("storage", "named"),
    [
        ({"data": "postgresql://h/d"}, "storage.keys:"),
        ({"keys": "postgresql://h/k"}, "storage.data:"),
        ({"data": "mysql://h/d", "keys": "postgresql://h/k"}, "storage.data:"),
        ({"data": "postgresql://h/d", "keys": "postgresql://h/d"}, "storage.keys:"),
        ({"data": "postgresql://h/d", "keys": "postgresql://h/k"}, "storage.master_key_file:"),
        ({"folder": "x", "master_key": "a", "master_key_file": "b"}, "storage.master_key:"),
        ({"other": 1}, "storage.other:"),
    ],
)
def test_storage_is_whole_or_refused(storage: dict[str, str], named: str) -> None:
    with pytest.raises(ConfigError) as refused:
        build({"storage": storage})
    assert str(refused.value).startswith(named)


def test_storage_may_be_a_folder_or_two_databases() -> None:
    assert not build({}).storage.is_on
    assert build({"storage": {"folder": "x"}}).storage.is_on
    both = {"data": "postgresql://u:p@h/d", "keys": "postgresql://h/k", "master_key": "secret"}
    config = build({"storage": both})
    assert config.storage.is_on
    shown = summary(config)
    assert "u:p" not in shown
    assert "secret" not in shown.replace("turn_secret", "")
    assert "storage.master_key = set" in shown


def test_recording_has_a_folder_where_there_are_stores() -> None:
    assert build({}).recording == RecordingConfig()
    given = build({"storage": {"folder": "x"}, "recording": {"folder": "y", "min_free_mb": 5}})
    assert given.recording.folder == "y"
    assert given.recording.min_free_bytes == 5 * 1024 * 1024
    for wrong, said in (
        ({"folder": "y"}, "recording.folder: needs storage.folder"),
        ({"min_free_mb": 0}, "recording.min_free_mb: must be more than 0"),
        ({"other": 1}, "recording.other: there is no such setting"),
    ):
        with pytest.raises(ConfigError, match=said):
            build({"recording": wrong})


def test_clocks_are_days_from_any_source() -> None:
    assert build({}).retention == Clocks()
    settings = load(None, {"QUIETROOM_RETENTION__TRACES_DAYS": "14"}, {"retention.hours_days": 800})
    assert settings.retention == Clocks(traces_days=14, hours_days=800)
    assert "retention.change_days = 730" in summary(settings)


@pytest.mark.parametrize(
    ("clocks", "said"),
    [
        ({"hours_days": 89}, "retention.hours_days: must be between 90 and 3653 days "),
        ({"traces_days": 367}, "retention.traces_days: must be between 7 and 366 days "),
        ({"bookings_days": "long"}, "retention.bookings_days: expected `int`"),
        ({"change_days": 30.5}, "retention.change_days: expected `int`"),
        ({"audit_days": 30}, "retention.audit_days: there is no such setting"),
        ({"hours_days": 100, "change_days": 101}, "retention.change_days: not more than "),
    ],
)
def test_a_clock_out_of_bounds_stops_the_start(clocks: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        build({"retention": clocks})
    assert str(refused.value).startswith(said)
    assert "\n" not in str(refused.value)


def test_what_is_wrong_with_a_clock_has_a_code_to_look_for() -> None:
    wrong = {"retention_out_of_bounds": {"traces_days": 1}, "retention_out_of_order": {
        "hours_days": 90, "change_days": 91,
    }}  # fmt: skip
    for code, clocks in wrong.items():
        with pytest.raises(ConfigError, match=rf"\({code}\)$"):
            build({"retention": clocks})

"""The deployment files parse, fit each other and fit the code."""

from __future__ import annotations

import configparser
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from signaling.config import Config
from signaling.metrics import Metrics
from signaling.metrics_quality import MOS_BOUNDS
from signaling.settings import build, load

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
EXAMPLE = (DEPLOY / "quietroom.example.toml").read_text(encoding="utf-8")
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
CADDYFILE = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")

# Through JSON, so that lists compare with lists.
DEFAULTS: dict[str, Any] = json.loads(msgspec.json.encode(Config()))


def flat(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings by dotted name, for the tables that are records; the others are values."""
    found: dict[str, Any] = {}
    for name, value in settings.items():
        if name in {"limits", "media", "storage", "reminders", "retention", "recording"}:
            found |= {f"{name}.{inner}": what for inner, what in value.items()}
        else:
            found[name] = value
    return found


def directives(text: str) -> list[list[str]]:
    """A coturn file's lines as name and value."""
    lines = [line.strip() for line in text.splitlines()]
    return [line.split("=", 1) for line in lines if line and not line.startswith("#")]


# --- the example configuration --------------------------------------------------------------------


def test_example_is_read_by_the_gateway_itself() -> None:
    config = load(str(DEPLOY / "quietroom.example.toml"), {}, {})
    assert config.public_url == "https://call.clinic.example"
    assert config.media.external_ips == ("203.0.113.10",)


def test_example_differs_from_the_defaults_only_where_it_says_set() -> None:
    given = flat(tomllib.loads(EXAMPLE))
    defaults = flat(DEFAULTS)
    differing = {name.rpartition(".")[2] for name in given if given[name] != defaults[name]}
    marked = set(re.findall(r"^(\w+) = .*# SET", EXAMPLE, flags=re.MULTILINE))
    assert differing == marked


@pytest.mark.parametrize("name", sorted(flat(DEFAULTS)))
def test_example_shows_every_setting(name: str) -> None:
    last = name.rpartition(".")[2]
    assert re.search(rf"^(# )?\[{last}\]$|^(# )?{last} = ", EXAMPLE, flags=re.MULTILINE)


@pytest.mark.parametrize("name", sorted(flat(DEFAULTS)))
def test_operations_page_shows_every_setting_with_its_default(name: str) -> None:
    row = re.search(rf"^\| `{re.escape(name)}` \| `(.*?)` \|", OPERATIONS, flags=re.MULTILINE)
    assert row is not None
    default = flat(DEFAULTS)[name]
    if default is None:
        assert row[1] == "unset"
    elif isinstance(default, float):
        assert float(row[1]) == pytest.approx(default, rel=0.01)
    else:
        assert json.loads(row[1]) == default


def test_secrets_of_the_readme_are_settings_the_gateway_takes() -> None:
    readme = (DEPLOY / "README.md").read_text(encoding="utf-8")
    lines = re.findall(r"^(QUIETROOM_\w+)=(.*)$", readme, flags=re.MULTILINE)
    assert {name for name, _ in lines} >= {"QUIETROOM_SIGNING_KEYS", "QUIETROOM_API_KEYS"}
    config = load(None, dict(lines), {})
    assert config.signing_keys
    assert config.api_keys
    assert config.operator_token
    assert config.turn_secret
    assert config.turn_urls[0].startswith("turn:")


# --- the image ------------------------------------------------------------------------------------


def test_image_runs_without_root() -> None:
    last_stage = DOCKERFILE.rsplit("\nFROM ", 1)[1]
    user = re.search(r"^USER (\d+):(\d+)$", last_stage, flags=re.MULTILINE)
    assert user is not None
    assert "0" not in user.groups()
    assert "npm" not in last_stage


def test_image_copies_only_what_exists_and_is_not_ignored() -> None:
    ignore = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    allowed = {line[1:] for line in ignore if line.startswith("!")}
    copies = re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, flags=re.MULTILINE)
    sources = [source for copy in copies for source in copy.split()[:-1]]
    assert sources
    assert not [source for source in sources if not (ROOT / source).exists()]
    assert {source.split("/")[0] for source in sources} <= allowed


def test_image_listens_and_is_asked_where_the_gateway_s_defaults_say() -> None:
    exposed = re.search(r"^EXPOSE (.*)$", DOCKERFILE, flags=re.MULTILINE)
    assert exposed is not None
    port, media = Config().port, Config().media.port
    assert exposed[1].split() == [f"{port}/tcp", f"{media}/udp", f"{media}/tcp"]
    assert f"127.0.0.1:{Config().port}/healthz" in DOCKERFILE
    assert "HEALTHCHECK" in DOCKERFILE


def test_image_uses_the_pinned_versions() -> None:
    assert "PIP_CONSTRAINT=/src/constraints.txt" in DOCKERFILE
    assert "npm ci" in DOCKERFILE


def test_images_carry_a_tag_and_no_registry() -> None:
    images = re.findall(r"^FROM (\S+)", DOCKERFILE, flags=re.MULTILINE)
    images += [service["image"] for service in COMPOSE["services"].values()]
    assert all(re.fullmatch(r"[a-z0-9/-]+:[a-z0-9.-]+", image) for image in images)
    assert not [image for image in images if "." in image.split(":")[0]]
    assert not [image for image in images if image.endswith(":latest")]


# --- compose --------------------------------------------------------------------------------------


def test_compose_publishes_media_directly_and_pages_only_through_the_front() -> None:
    services = COMPOSE["services"]
    media = Config().media.port
    assert services["gateway"]["ports"] == [f"{media}:{media}/udp", f"{media}:{media}/tcp"]
    assert services["gateway"]["expose"] == [str(Config().port)]
    assert services["front"]["ports"] == ["80:80", "443:443"]


@pytest.mark.parametrize("name", ["gateway", "front", "turn"])
def test_every_service_gives_up_what_it_does_not_need(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["cap_drop"] == ["ALL"]
    assert service["read_only"] is True
    assert "no-new-privileges:true" in service["security_opt"]
    assert "privileged" not in service


def test_compose_mounts_files_that_exist_or_that_the_readme_makes() -> None:
    readme = (DEPLOY / "README.md").read_text(encoding="utf-8")
    mounts = [
        mount.split(":")[0].removeprefix("./")
        for service in COMPOSE["services"].values()
        for mount in service["volumes"]
    ]
    assert mounts
    assert not [m for m in mounts if not (DEPLOY / m).exists() and f"deploy/{m}" not in readme]


def test_compose_passes_the_front_what_its_file_asks_for() -> None:
    asked = set(re.findall(r"\{\$(\w+)", CADDYFILE))
    assert asked == set(COMPOSE["services"]["front"]["environment"])
    # A variable with the gateway's prefix would be read as one of its settings.
    assert not [name for name in asked if name.startswith("QUIETROOM_")]


def test_gateway_gets_longer_to_stop_than_connections_to_end() -> None:
    assert COMPOSE["services"]["gateway"]["stop_grace_period"] == "20s"
    assert "TimeoutStopSec=20" in (DEPLOY / "quietroom.service").read_text(encoding="utf-8")


# --- the front, the relay, the unit ---------------------------------------------------------------


def test_front_keeps_counters_inside_and_writes_no_access_log() -> None:
    assert re.search(r"@inside path /metrics /healthz /readyz\n\trespond @inside 404", CADDYFILE)
    assert not re.search(r"^\s*log\b", CADDYFILE, flags=re.MULTILINE)
    assert f"gateway:{Config().port}" in CADDYFILE


def test_relay_reaches_the_gateway_only() -> None:
    settings = directives((DEPLOY / "coturn.conf").read_text(encoding="utf-8"))
    allowed = [value for name, *value in settings if name == "allowed-peer-ip"]
    denied = {value[0] for name, *value in settings if name == "denied-peer-ip"}
    example = load(str(DEPLOY / "quietroom.example.toml"), {}, {})
    assert [value[0] for value in allowed] == list(example.media.external_ips)
    assert "0.0.0.0-255.255.255.255" in denied
    assert any(value.startswith("::-") for value in denied)
    names = {name for name, *_ in settings}
    assert {
        "use-auth-secret",
        "static-auth-secret",
        "no-multicast-peers",
        "no-tcp-relay",
        "no-cli",
    } <= names
    assert not names & {"allow-loopback-peers", "no-auth", "user", "lt-cred-mech"}


def test_unit_is_hardened_and_starts_the_command_that_exists() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[method-assign,assignment]  # systemd's keys have case
    unit.read(DEPLOY / "quietroom.service", encoding="utf-8")
    service = dict(unit["Service"])
    assert service["ExecStart"].split()[:2] == ["/opt/quietroom/bin/quietroom", "serve"]
    expected = {
        "DynamicUser": "yes",
        "NoNewPrivileges": "yes",
        "ProtectSystem": "strict",
        "ProtectHome": "yes",
        "PrivateDevices": "yes",
        "CapabilityBoundingSet": "",
        "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX",
    }
    assert {name: service[name] for name in expected} == expected
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "quietroom" in project["scripts"]


def test_defaults_alone_start_nothing_open() -> None:
    """What the pages promise of an empty configuration."""
    config = build({})
    assert config.host == "127.0.0.1"
    assert config.frame_ancestors == []
    assert config.ice_servers == []


# --- alerts and the dashboard ---------------------------------------------------------------------

ALERTS = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))
RULES: list[dict[str, Any]] = [rule for group in ALERTS["groups"] for rule in group["rules"]]
BOARD = json.loads((DEPLOY / "grafana" / "quality.json").read_text(encoding="utf-8"))
QUERIES: list[str] = [rule["expr"] for rule in RULES]
QUERIES += [target["expr"] for panel in BOARD["panels"] for target in panel["targets"]]


@pytest.mark.parametrize("query", QUERIES)
def test_queries_ask_for_metrics_and_labels_that_exist(query: str) -> None:
    families = {family.name: family for family in Metrics().registry.collect()}
    asked = re.findall(r"(quietroom_\w+?)(?:_bucket|_count|_total)?\b(?:\{([^}]*)\})?", query)
    assert asked
    for name, labels in asked:
        assert name in families
        row = next(line for line in OPERATIONS.splitlines() if line.startswith(f"| `{name}"))
        known = {*row.split("|")[3].replace(" ", "").split(","), "le"}
        assert {label.split("=")[0].strip(" !~") for label in labels.split(",") if label} <= known
    for bound in re.findall(r'le="([\d.]+)"', query):
        assert float(bound) in MOS_BOUNDS
    assert query.count("(") == query.count(")")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_every_alert_says_what_people_feel_where_to_look_and_whom_to_tell(
    rule: dict[str, Any],
) -> None:
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert {"summary", "look", "runbook", "tell"} == set(rule["annotations"])
    page, _, anchor = rule["annotations"]["runbook"].partition("#")
    headings = re.findall(r"^#+ (.*)$", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
    assert anchor in {heading.lower().replace(" ", "-") for heading in headings}


def test_alerts_are_those_that_were_promised() -> None:
    names = {rule["alert"] for rule in RULES}
    assert names == {
        "HearingBad",
        "ConcealmentHigh",
        "FreezeHigh",
        "ReconnectStorm",
        "JoinFailing",
        "WorkerLost",
        "ForwardingSlow",
        "RoomFault",
        "RecordingFailing",
        "WithdrawalSlow",
    }

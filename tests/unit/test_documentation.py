"""The documents keep up with the code: nothing on the wire or on a graph is undocumented."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from media.channel import EndpointClose, PictureSize
from media.errors import OfferFault
from media.forwarding.drops import DropReason
from media.stills import StillDrop
from signaling import (
    gap_messages,
    guidance,
    hour_messages,
    recording_messages,
    reports,
    rest,
    thread_messages,
    wire,
)
from signaling.border import STATUS
from signaling.domain.consent.rules import WhyNot
from signaling.domain.consent.terms import ConsentStage, HoldReason, Medium, Purpose
from signaling.domain.errors import Code
from signaling.domain.events import CloseReason, DevicePause, LinkView, Presence
from signaling.domain.grants import Role
from signaling.domain.life import Stage
from signaling.domain.participant import PRESENCE
from signaling.domain.phases import PHASES
from signaling.placement import WORKERS

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PROTOCOL = (DOCS / "protocol.md").read_text(encoding="utf-8")
ARCHITECTURE = (DOCS / "architecture.md").read_text(encoding="utf-8")
OPERATIONS = (DOCS / "operations.md").read_text(encoding="utf-8")
CLOSURES = (DOCS / "closures.md").read_text(encoding="utf-8")


def messages() -> dict[str, type[msgspec.Struct]]:
    """Every message and body, by class name."""
    return {
        name: thing
        for module in (
            wire,
            guidance,
            gap_messages,
            hour_messages,
            recording_messages,
            thread_messages,
            reports,
            rest,
        )
        for name, thing in vars(module).items()
        if isinstance(thing, type)
        and issubclass(thing, msgspec.Struct)
        and thing.__module__ == module.__name__
        and not name.startswith("_")
    }


def section_of(name: str) -> str:
    """The part of protocol.md under the heading that names ``name``, up to the next heading."""
    parts = re.split(r"^#{2,5} ", PROTOCOL, flags=re.MULTILINE)
    found = [part for part in parts if f"`{name}`" in part.split("\n", 1)[0]]
    assert found, f"docs/protocol.md has no heading with `{name}`"
    return "\n".join(found)


@pytest.mark.parametrize("name", sorted(messages()))
def test_message_has_a_section_that_names_all_its_fields(name: str) -> None:
    message = messages()[name]
    tag = message.__struct_config__.tag
    section = section_of(tag if isinstance(tag, str) else name)
    missing = [field for field in message.__struct_fields__ if f"`{field}`" not in section]
    assert not missing


@pytest.mark.parametrize(
    "vocabulary",
    [
        Code,
        CloseReason,
        Presence,
        LinkView,
        DevicePause,
        Role,
        Stage,
        reports.JoinPhase,
        PictureSize,
        reports.CandidateType,
        reports.IceTransport,
        reports.ReconnectCause,
        reports.DeviceCheck,
        ConsentStage,
        HoldReason,
        Medium,
        Purpose,
        WhyNot,
    ],
    ids=lambda enum: enum.__name__,
)
def test_every_word_of_the_wire_is_explained(vocabulary: type[StrEnum]) -> None:
    rows = set(re.findall(r"^\| `([a-z_]+)` \|", PROTOCOL, flags=re.MULTILINE))
    assert not {word.value for word in vocabulary} - rows


def test_every_offer_fault_is_a_code() -> None:
    assert {fault.value for fault in OfferFault} <= {code.value for code in Code}


@pytest.mark.parametrize("reason", EndpointClose)
def test_every_end_of_an_endpoint_is_written_down(reason: EndpointClose) -> None:
    assert f"`{reason.value}`" in CLOSURES


@pytest.mark.parametrize("reason", CloseReason)
def test_every_end_of_a_stay_is_written_down(reason: CloseReason) -> None:
    assert f"`{reason.value}`" in CLOSURES


def test_every_code_the_documents_promise_exists() -> None:
    codes = PROTOCOL.split("## Codes", 1)[1].split("\n## ", 1)[0]
    promised = set(re.findall(r"^\| `([a-z_]+)` \|", codes, flags=re.MULTILINE))
    assert promised == {code.value for code in Code}


def test_statuses_are_the_ones_documented() -> None:
    section = PROTOCOL.split("\n## REST", 1)[1]
    rows = re.findall(r"^\| (\d{3}) \| (.*) \|$", section, flags=re.MULTILINE)
    drawn = {code: int(status) for status, codes in rows for code in re.findall(r"`(\w+)`", codes)}
    assert drawn == {code.value: status.value for code, status in STATUS.items()}


def test_routes_are_documented() -> None:
    """Whatever answers a request is on the protocol's or the operator's page."""
    source = (ROOT / "signaling" / "routes.py").read_text(encoding="utf-8")
    routes = re.findall(r"\.add_(get|post|delete)\(\s*\"(/[^\"]+)\"", source)
    assert len(routes) > 5
    said = PROTOCOL + OPERATIONS
    assert not [path for _, path in routes if path not in said]


def test_calls_about_people_are_documented() -> None:
    source = "".join(
        path.read_text(encoding="utf-8")
        for path in sorted((ROOT / "signaling" / "api").glob("*_calls.py"))
    )
    bases = dict(re.findall(r"^(\w+) = \"(/api[^\"]+)\"", source, flags=re.MULTILINE))
    paths = set(re.findall(r"Call\(\"\w+\", \"(/api[^\"]+)\"", source))
    for base, rest_of in re.findall(r"f\"\{(\w+)\}([^\"]*)\"", source):
        if base in bases:
            paths.add(bases[base] + rest_of.replace("{{", "{").replace("}}", "}"))
    assert len(paths) > 20
    said = (DOCS / "rest.md").read_text(encoding="utf-8")
    assert not [path for path in paths if path not in said]


def test_every_module_has_its_room_in_the_architecture() -> None:
    rooms = ARCHITECTURE.split("## Rooms of the house", 1)[1].split("\n## ", 1)[0]
    named = set(re.findall(r"\w+", rooms))
    modules = {
        path.stem
        for package in ("media", "signaling", "recording")
        for path in (ROOT / package).rglob("*.py")
        if path.stem != "__init__" and "migrations" not in path.parts
    }
    assert not modules - named


def test_limits_are_the_ones_documented() -> None:
    assert f"{wire.MAX_TEXT_CHARS} characters" in PROTOCOL
    assert f"{wire.MAX_MESSAGE_BYTES // 1024} KiB" in PROTOCOL


def exported_metrics() -> set[str]:
    """The names a scrape would show, without the suffixes of histograms and counters."""
    from signaling import metrics

    names: set[str] = set()
    for thing in _registries(metrics):
        names |= {family.name for family in thing.collect()}
    return {name for name in names if name.startswith("quietroom")}


def _registries(module: Any) -> list[CollectorRegistry]:
    metrics = next(
        thing
        for thing in vars(module).values()
        if isinstance(thing, type)
        and thing.__module__ == module.__name__
        and thing.__name__ == "Metrics"
    )()
    registries = [thing for thing in vars(metrics).values() if isinstance(thing, CollectorRegistry)]
    assert registries
    return registries


def test_every_metric_is_documented() -> None:
    names = exported_metrics()
    assert names
    assert not {name for name in names if f"`{name}" not in OPERATIONS}


def test_every_reason_to_drop_a_datagram_is_documented() -> None:
    counted = {reason.value for reason in (*DropReason, *StillDrop)}
    for path in (ROOT / "media").glob("*.py"):
        for index in re.findall(r"dropped\[([^\]]*)\] \+= 1", path.read_text(encoding="utf-8")):
            counted |= set(re.findall(r"\"(\w+)\"", index))
    table = OPERATIONS.split("Reasons of `quietroom_media_dropped_total`", 1)[1].split("\n\nW", 1)[
        0
    ]
    assert counted == set(re.findall(r"^\| `(\w+)` \|", table, flags=re.MULTILINE))


PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "deploy").glob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    """The picture of the README is a link too."""
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert not [target for target in targets if not (page.parent / target).exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_to_headings_find_them(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target, anchor in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", text):
        there = (page.parent / target).read_text(encoding="utf-8") if target else text
        headings = re.findall(r"^#+ (.*)$", there, flags=re.MULTILINE)
        assert anchor in {re.sub(r"[^\w-]", "", h.lower().replace(" ", "-")) for h in headings}


@pytest.mark.parametrize(
    ("name", "table"),
    [("PRESENCE", PRESENCE), ("PHASES", PHASES), ("WORKERS", WORKERS)],
    ids=lambda thing: str(thing)[:8],
)
def test_drawn_tables_are_the_code_s(
    name: str, table: Mapping[tuple[StrEnum, StrEnum], StrEnum]
) -> None:
    drawn = CLOSURES.split(f"<!-- table: {name} -->", 1)[1].split("<!-- end -->", 1)[0]
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \| `(\w+)` \|$", drawn, flags=re.MULTILINE)
    assert rows == [(before, given, after) for (before, given), after in table.items()]

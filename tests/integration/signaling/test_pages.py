"""The built client, served: each page, its files, and nothing else of the disk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestClient, TestServer

from signaling import border, pages
from signaling.config import Config

pytestmark = pytest.mark.integration


@pytest.fixture
def root(tmp_path: Path) -> Path:
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    for name in ("client.html", "counsellor.html", "operator.html", "away.html", "widget.js"):
        (dist / name).write_text(name)
    (dist / "assets" / "main-abc123.js").write_text("code")
    (dist / "assets" / "odd.exe").write_text("odd")
    (tmp_path / "secret.js").write_text("secret")
    return dist


@pytest.fixture
async def http(root: Path) -> AsyncIterator[ClientSession]:
    async for client in serving(root):
        yield client


async def serving(root: Path | None) -> AsyncIterator[ClientSession]:
    around = border.middleware(Config(), tls=False, refused=lambda _code: None)
    app = web.Application(middlewares=[around])
    pages.Pages(root).attach(app)
    server = TestServer(app)
    async with TestClient(server), ClientSession(server.make_url("/")) as session:
        yield session


@pytest.mark.parametrize("page", ["client", "counsellor", "operator", "away"])
async def test_page_is_never_stored(http: ClientSession, page: str) -> None:
    async with http.get(f"/{page}") as answer:
        assert (answer.status, await answer.text()) == (200, f"{page}.html")
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


async def test_assets_are_kept_for_good(http: ClientSession) -> None:
    async with http.get("/assets/main-abc123.js") as answer:
        assert answer.status == 200
        assert answer.content_type == "text/javascript"
        assert "immutable" in answer.headers["Cache-Control"]


async def test_other_sites_may_load_the_widget_alone(http: ClientSession) -> None:
    async with http.get("/widget.js") as answer:
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


async def test_front_door_leads_to_the_client(http: ClientSession) -> None:
    async with http.get("/", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (302, "/client")


@pytest.mark.parametrize(
    "path",
    ["/assets/..%2f..%2fsecret.js", "/assets/%2e%2e/secret.js", "/assets/odd.exe", "/assets/",
     "/assets/none.js", "/favicon.ico", "/client.html", "/assets/%00.js"],
)  # fmt: skip
async def test_nothing_else_is_served(http: ClientSession, path: str) -> None:
    async with http.get(path) as answer:
        assert answer.status == 404
        assert (await answer.json(content_type=None))["code"] == "not_found"


async def test_without_a_built_client_pages_are_missing_calmly() -> None:
    async for http in serving(None):
        async with http.get("/client") as answer:
            assert answer.status == 404


def test_client_is_found_in_the_package_or_beside_it() -> None:
    found = pages.find_root()
    assert found is None or (found / "client.html").is_file()

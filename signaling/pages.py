"""The built web client, as files: the pages, what they load, and the loader for other sites."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Final

from aiohttp import web

from signaling.domain.errors import Code, Refusal

PAGES: Final = {
    "/client": "client.html",
    "/counsellor": "counsellor.html",
    "/visit": "visit.html",
    "/desk": "desk.html",
    "/staff": "staff.html",
    "/operator": "operator.html",
    "/away": "away.html",
}
LAB_PAGE: Final = {"/lab": "lab.html"}
PLAIN: Final = {
    "/widget.js": "text/javascript",
    "/reminder.js": "text/javascript",
    "/favicon.svg": "image/svg+xml",
    "/favicon.ico": "image/x-icon",
    "/manifest.webmanifest": "application/manifest+json",
}
TYPES: Final = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".json": "application/json",
    ".map": "application/json",
    ".wasm": "application/wasm",
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
}
IMMUTABLE: Final = "public, max-age=31536000, immutable"  # their names change with their content


def find_root() -> Path | None:
    """Return where the built client lies: in the package, else beside it in the repository."""
    package = Path(str(files("signaling")))
    for root in (package / "web", package.parent / "web_client" / "dist"):
        if (root / "client.html").is_file():
            return root
    return None


class Pages:
    """Serves the built client from ``root``; without one every page is ``not_found``."""

    def __init__(self, root: Path | None, *, lab: bool = False) -> None:
        self._root = root
        self._pages = PAGES | LAB_PAGE if lab else PAGES

    def attach(self, app: web.Application) -> None:
        """Answer at the paths of the client."""
        app.router.add_get("/", self._home)
        for path in (*self._pages, *PLAIN):
            app.router.add_get(path, self._fixed)
        app.router.add_get("/assets/{name}", self._asset)

    async def _home(self, _request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("/client")

    async def _fixed(self, request: web.Request) -> web.StreamResponse:
        name = self._pages.get(request.path)
        if name is not None:
            return self._file(name, "text/html")
        response = self._file(request.path.lstrip("/"), PLAIN[request.path])
        if request.path == "/widget.js":
            # Made to be loaded by other sites' pages; it holds nothing but an iframe.
            response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
            response.headers["Access-Control-Allow-Origin"] = "*"  # a module script asks for it
            response.headers["Cache-Control"] = "public, max-age=300"
        return response

    async def _asset(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        kind = TYPES.get(Path(name).suffix)
        if kind is None or not all(char.isalnum() or char in "._-" for char in name):
            raise Refusal(Code.NOT_FOUND)
        response = self._file(f"assets/{name}", kind)
        response.headers["Cache-Control"] = IMMUTABLE
        return response

    def _file(self, name: str, kind: str) -> web.FileResponse:
        path = None if self._root is None else self._root / name
        if path is None or not path.is_file():
            raise Refusal(Code.NOT_FOUND)
        response = web.FileResponse(path)
        response.content_type = kind
        if kind.startswith("text/"):
            response.charset = "utf-8"
        return response

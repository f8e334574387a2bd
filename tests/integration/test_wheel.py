"""A wheel carries the whole gateway: whoever has no Node can serve the pages from it."""

from __future__ import annotations

import os
import re
import signal
import site
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urljoin, urlsplit
from urllib.request import Request, urlopen

import pytest

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = re.compile(r"https?://127\.0\.0\.1:\d+")


def run(*command: str, cwd: Path = ROOT) -> str:
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as `pip install .` builds it; the web client is built first when it is not there."""
    target = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target))
    (built,) = target.glob("quietroom-*.whl")
    return built


@pytest.fixture(scope="module")
def names(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


@pytest.mark.parametrize(
    "name",
    [
        "signaling/web/client.html",
        "signaling/web/counsellor.html",
        "signaling/web/widget.js",
        "signaling/__main__.py",
        "signaling/py.typed",
        "media/py.typed",
        "recording/py.typed",
        "media/forwarding/rewriter.py",
    ],
)
def test_wheel_contains(names: list[str], name: str) -> None:
    assert name in names


def test_wheel_contains_nothing_else(names: list[str]) -> None:
    assert {name.split("/")[0] for name in names} == {
        "signaling",
        "media",
        "recording",
        f"quietroom-{version_of(names)}.dist-info",
    }
    assert not [name for name in names if "__pycache__" in name or "node_modules" in name]


def version_of(names: list[str]) -> str:
    metadata = next(name for name in names if name.endswith(".dist-info/METADATA"))
    return metadata.removeprefix("quietroom-").split(".dist-info")[0]


def test_wheel_installs_the_command_and_the_licence(wheel: Path, names: list[str]) -> None:
    info = f"quietroom-{version_of(names)}.dist-info"
    with zipfile.ZipFile(wheel) as archive:
        assert (
            "quietroom = signaling.__main__:main"
            in archive.read(f"{info}/entry_points.txt").decode()
        )
    assert f"{info}/licenses/LICENSE" in names


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel, and this one's libraries instead of a download.

    A .pth line adds their folder to the path without reading the .pth files in it, so an editable
    install of this very tree does not come along: what runs is the wheel.
    """
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet",
        "--disable-pip-version-check", "--no-deps", "--no-index", str(wheel))  # fmt: skip
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    borrowed = dict.fromkeys([*site.getsitepackages(), sysconfig.get_path("purelib")])
    (packages / "borrowed.pth").write_text("\n".join(borrowed) + "\n")
    return folder


class Served:
    """`quietroom serve` from the wheel, on ports the kernel chose."""

    def __init__(self, environment: Path, cwd: Path) -> None:
        env = {"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1"}
        env |= {"QUIETROOM_PORT": "0", "QUIETROOM_MEDIA__PORT": "0"}
        env |= {"QUIETROOM_MEDIA__HOST": "127.0.0.1"}
        self.process = subprocess.Popen(
            [str(environment / "bin" / "quietroom"), "serve", "--demo"],
            cwd=cwd,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.printed = ""
        self.origin = self._read_origin()

    def _read_origin(self) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.printed += line
            found = ADDRESS.search(line)
            if found and "/operator#" in line:  # the last of the three links
                return found[0]
        raise AssertionError(f"no links were printed:\n{self.printed}")

    def get(self, path: str) -> tuple[int, str, str]:
        """Status, content type and body."""
        try:
            with urlopen(urljoin(self.origin, path), timeout=10) as answer:  # noqa: S310  loopback
                return answer.status, answer.headers["Content-Type"], answer.read().decode()
        except HTTPError as error:
            return error.code, error.headers["Content-Type"], error.read().decode()


@pytest.fixture(scope="module")
def served(environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    running = Served(environment, tmp_path_factory.mktemp("cwd"))
    yield running
    running.process.kill()
    running.process.communicate(timeout=20)


class Loaded(HTMLParser):
    """What a page loads."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        source = given.get("src") if tag in {"script", "img", "iframe"} else None
        source = given.get("href") if tag == "link" else source
        if source:
            self.found.append(source)


def test_it_is_the_wheel_that_runs(environment: Path, tmp_path: Path) -> None:
    where = run(
        str(environment / "bin" / "python"), "-c", "import media; print(media.__file__)",
        cwd=tmp_path,
    )  # fmt: skip
    assert where.startswith(str(environment))


def test_it_lives(served: Served) -> None:
    assert served.get("/healthz")[0] == 200


def test_pages_and_all_they_load_are_served_from_one_origin(served: Served) -> None:
    for page in links(served):
        status, kind, body = served.get(page)
        assert (status, kind.split(";")[0]) == (200, "text/html"), page
        loaded = Loaded(body).found
        assert loaded, page
        for source in loaded:
            assert not urlsplit(source).netloc, source
            assert served.get(urljoin(page, source))[0] == 200, source


def links(served: Served) -> list[str]:
    """The paths of the printed links, without their tokens."""
    paths = [urlsplit(url).path for url in re.findall(r"https?://\S+#", served.printed)]
    assert paths == ["/counsellor", "/client", "/operator"]
    return paths


def test_widget_may_be_loaded_by_pages_of_other_origins(served: Served) -> None:
    """A module script of another origin is fetched with CORS, and so is whatever it imports."""
    request = Request(  # noqa: S310  loopback
        f"{served.origin}/widget.js", headers={"Origin": "https://www.clinic.example"}
    )
    with urlopen(request, timeout=10) as answer:  # noqa: S310  loopback
        body = answer.read().decode()
        assert "javascript" in answer.headers["Content-Type"]
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "quiet-room" in body
    assert not re.findall(r"\bfrom\s*[\"']|\bimport\s*[(\"']", body)


def test_it_ends_on_sigterm(environment: Path, tmp_path: Path) -> None:
    running = Served(environment, tmp_path)
    running.process.send_signal(signal.SIGTERM)
    rest, _ = running.process.communicate(timeout=30)
    assert running.process.returncode == 0, running.printed + rest
    assert "Traceback" not in running.printed + rest

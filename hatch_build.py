"""Puts the built web client into the wheel, so that whoever has no Node can still serve it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WebClientHook(BuildHookInterface):  # type: ignore[type-arg]
    """Build ``web_client/dist`` when it is missing and ship it as ``signaling/web``."""

    def dependencies(self) -> list[str]:
        """What only a compiled wheel needs to be built (ADR 0014): mypyc looks up all types."""
        return (
            ["cython>=3.1,<4", "mypy>=2,<3", "setuptools", *self.metadata.core.dependencies]
            if os.environ.get("QUIETROOM_NATIVE")
            else []
        )

    def _compile(self, build_data: dict[str, Any]) -> None:
        """Lay the compiled modules of the packet path beside their sources in the wheel."""
        sys.path.insert(0, self.root)
        from native_build import build

        folder = Path(self.root) / ".native"
        for compiled in build(folder):
            build_data["force_include"][str(folder / compiled)] = str(compiled)
        build_data["pure_python"] = False
        build_data["infer_tag"] = True

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Editable installs read ``web_client/dist`` in place and need nothing here."""
        if version == "editable":
            return
        client = Path(self.root) / "web_client"
        dist = client / "dist"
        if not (dist / "client.html").is_file():
            npm = shutil.which("npm")
            if npm is None:
                raise SystemExit(
                    "web_client/dist is not built and npm is not installed: "
                    "install Node >= 20, or install a released wheel, which carries the client."
                )
            if not (client / "node_modules").is_dir():
                subprocess.run([npm, "ci", "--no-audit", "--no-fund"], cwd=client, check=True)
            subprocess.run([npm, "run", "build"], cwd=client, check=True)
        if os.environ.get("QUIETROOM_NATIVE") and self.target_name == "wheel":
            self._compile(build_data)
        target = "web_client/dist" if self.target_name == "sdist" else "signaling/web"
        build_data["force_include"][str(dist)] = target

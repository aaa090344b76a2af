"""Puts the program that `make build` made into the wheel, laid as in build/, with the NBA pack beside it."""

import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ProgramInside(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        project = Path(self.root).parent
        inside = {project / "build" / "backcourt": "backcourt", project / "build" / "lib": "lib"}
        for part in (project / "nba").iterdir():
            if not part.name.startswith("warehouse."):
                inside[part] = f"nba/{part.name}"
        notices = [project / "build" / "deps" / "npm" / "node_modules" / "@duckdb" / "node-bindings-linux-x64" / "LICENSE"]
        notices += [Path("/usr/share/doc") / package / "copyright" for package in ("libfmt9", "libxxhash0")]
        for notice in notices:  # of the libraries inside
            if notice.exists():
                inside[notice] = f"licenses/{notice.parent.name}"
        build_data["force_include"] = {str(path): f"backcourt/program/{name}" for path, name in inside.items()}
        build_data["pure_python"] = False
        build_data["tag"] = "py3-none-" + sysconfig.get_platform().replace("-", "_").replace(".", "_")

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
        for part in (project / "build" / "deps").glob("npm/node_modules/@duckdb/*/LICENSE"):
            inside[part] = "lib/LICENSE.duckdb"
        build_data["force_include"] = {str(path): f"backcourt/program/{name}" for path, name in inside.items()}
        build_data["pure_python"] = False
        build_data["tag"] = "py3-none-" + sysconfig.get_platform().replace("-", "_").replace(".", "_")

"""Puts the program into the wheel, laid as in build/, with the NBA pack and all licences beside it.

The program is the one that `make build` made, or with PORTABLE in the environment the one of scripts/portable_build.sh.
"""

import os
import re
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


COMPILED_IN = ("libarchive-dev", "libcli11-dev", "nlohmann-json3-dev", "libboost1.81-dev")  # no library of the program names them
# The first has toml++ inside; the licence of nanoarrow is that of flatcc and of this project.
COMPILED_SOURCES = {
    "adbc_driver_manager": "python/adbc_driver_manager-*.dist-info/licenses/*",
    "nanoarrow": "sources/PKG-INFO",
    "flatcc": "sources/subprojects/flatcc-*/[LN]*",
}
# Libraries beside the program whose wheels have no file of the licence: what these say of it.
LOADED = {
    "duckdb_extension_excel": "python/duckdb_extension_excel-*.dist-info/METADATA",
    "duckdb_extension_httpfs": "python/duckdb_extension_httpfs-*.dist-info/METADATA",
    "adbc_driver_spark": "spark/driver/adbc_driver_spark-*.dist-info/METADATA",  # where `make spark` brought it
}
SPARK_DRIVER = "libadbc_driver_spark.so"  # wants glibc 2.34: the portable wheel goes without


def notices(program: Path) -> dict[Path, str]:
    """The copyright notices of the Debian packages whose libraries the program uses, by path."""
    used = [Path(line.split("=>")[1].split()[0]).resolve().name for line in subprocess.check_output(["ldd", program], text=True).splitlines() if "=>" in line]
    owners = subprocess.run(["dpkg-query", "--search", *(f"*/{name}" for name in used)], capture_output=True, text=True).stdout
    packages = {*COMPILED_IN, *(line.split(":")[0] for line in owners.splitlines())}
    found = {Path("/usr/share/doc") / package / "copyright": package for package in packages}
    return {path: package for path, package in found.items() if path.exists()}


def portable_notices(deps: Path) -> dict[Path, str]:
    """The same of a portable program: the libraries are bound in, that of C++ is the compiler's."""
    root = deps / "portable"
    packages = {path: path.parent.name for path in (root / "root" / "usr" / "share" / "doc").glob("*/copyright")}
    return {**packages, root / "zig" / "ziglang" / "lib" / "libcxx" / "LICENSE.TXT": "libcxx"}


def linked_modules(library: Path) -> str:
    """The Go modules that a library is linked of, as its build information names them: name, version, checksum."""
    found = re.findall(rb"dep\t([^\t\n]+)\t([^\t\n]+)\t(h1:[^\t\n]+)", library.read_bytes())
    lines = sorted({" ".join(word.decode() for word in module) for module in found})
    return "Go modules that are linked into it; each has its licence in its source, at this version.\n\n" + "\n".join(lines) + "\n"


class ProgramInside(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        project = Path(self.root).parent
        portable = "PORTABLE" in os.environ
        program = project / "build" / ("portable/backcourt" if portable else "backcourt")
        libraries = [library for library in (project / "build" / "lib").iterdir() if not (portable and library.name == SPARK_DRIVER)]
        inside = {program: "backcourt", **{library: f"lib/{library.name}" for library in libraries}}
        for part in (project / "nba").iterdir():
            if not part.name.startswith("warehouse."):
                inside[part] = f"nba/{part.name}"
        deps = project / "build" / "deps"
        engine = deps / "npm" / "node_modules" / "@duckdb" / "node-bindings-linux-x64" / "LICENSE"
        for notice, name in {engine: "duckdb", **(portable_notices(deps) if portable else notices(program))}.items():
            inside[notice] = f"licenses/{name}"
        beside = {name: pattern for name, pattern in LOADED.items() if not portable or name != "adbc_driver_spark"}
        for name, pattern in {**COMPILED_SOURCES, **beside}.items():
            inside.update((notice, f"licenses/{name}/{notice.name}") for notice in deps.glob(pattern))
        modules = project / "build" / "adbc_driver_spark_modules.txt"
        for driver in libraries:
            if driver.name == SPARK_DRIVER:
                modules.write_text(linked_modules(driver))
                inside[modules] = "licenses/adbc_driver_spark/modules.txt"
        build_data["force_include"] = {str(path): f"backcourt/program/{name}" for path, name in inside.items()}
        build_data["pure_python"] = False
        build_data["tag"] = "py3-none-" + sysconfig.get_platform().replace("-", "_").replace(".", "_")

"""In place of the build tool of nanoarrow, of which only the sources are wanted.

pip has a source package described before it hands it over, and for that would install its build tools and configure
it. The description is in the package.
"""

from __future__ import annotations

import email
import shutil
from pathlib import Path


def prepare_metadata_for_build_wheel(folder: str, config_settings: object = None) -> str:
    about = email.message_from_string(Path("PKG-INFO").read_text(encoding="utf-8"))
    info = Path(folder, f"{about['Name']}-{about['Version']}.dist-info")
    info.mkdir()
    shutil.copy("PKG-INFO", info / "METADATA")
    return info.name

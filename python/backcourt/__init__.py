"""Backcourt: a warehouse of NBA tables, complete, correct and safe in time.

    import backcourt

    warehouse = backcourt.Project("my-project")
    warehouse.backfill(season="2021-22", progress=print)
    warehouse.table("player_game_summary", "2021-12-01", "2021-12-31").to_pandas()
    backcourt.get_game_dates_for_range("2021-11-15", "2021-11-30", project="my-project")

Every call runs the `backcourt` command that is inside this package, so that what
the command's documents say holds here too.
"""

from importlib.metadata import version as _version

from .errors import BackcourtError, CellsBlocked, CellsFailed, Interrupted, SourceUnreachable, UsageError, WarehouseBusy
from .project import Project, get_game_dates_for_range

__version__ = _version("backcourt")

__all__ = [
    "BackcourtError",
    "CellsBlocked",
    "CellsFailed",
    "Interrupted",
    "Project",
    "SourceUnreachable",
    "UsageError",
    "WarehouseBusy",
    "__version__",
    "get_game_dates_for_range",
]

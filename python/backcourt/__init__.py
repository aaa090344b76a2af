"""Backcourt: a warehouse of NBA tables, complete, correct and safe in time.

    import backcourt

    warehouse = backcourt.Project("my-project")        # a folder with backcourt.toml
    warehouse.backfill(season="2021-22", progress=True)

    warehouse.tables()                                 # what there is
    warehouse.describe("ml_feature_store_v2")          # columns, types, meanings, windows
    warehouse.table("player_game_summary", "2021-12-01", "2021-12-31").to_pandas()
    warehouse.query("FROM raw_results WHERE game_date = ?", ["2021-12-01"])

    rows = warehouse.training_set("points", seasons=["2020-21", "2021-22"])
    rows.certificate                                   # what the rows are made from, and which were left out

`Published` reads the tables of `backcourt publish` where there is no warehouse.

`FEATURES` are the names of the 25 features in their order, `MORE_FEATURES` the 33
others. `help(backcourt.Project)` lists what a project does; each method has an example.

Every call runs the `backcourt` command that is inside this package, so that what
the command's documents say holds here too.
"""

from importlib.metadata import version as _version

from .dictionary import Column, Description, Listing, Read, TableInfo
from .errors import BackcourtError, CellsBlocked, CellsFailed, Interrupted, SourceUnreachable, UsageError, WarehouseBusy
from .features import FEATURES, MORE_FEATURES
from .project import Project, get_game_dates_for_range
from .published import Published
from .training import TrainingSet, certificate

__version__ = _version("backcourt")

__all__ = [
    "FEATURES",
    "MORE_FEATURES",
    "BackcourtError",
    "CellsBlocked",
    "CellsFailed",
    "Column",
    "Description",
    "Interrupted",
    "Listing",
    "Project",
    "Published",
    "Read",
    "SourceUnreachable",
    "TableInfo",
    "TrainingSet",
    "UsageError",
    "WarehouseBusy",
    "__version__",
    "certificate",
    "get_game_dates_for_range",
]

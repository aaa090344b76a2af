"""How well the features predict a player's points, measured month by month on games that the model has not seen.

    python examples/points_model/points_model.py --project nba --output docs

Needs backcourt, numpy and pyarrow. With lightgbm a second model is measured. For each month, every model is trained on
all rows of earlier dates and asked for that month's games. Writes a page with the table, and its picture.
"""

from __future__ import annotations

import argparse
import html
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import backcourt

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Model = Callable[[Floats, Floats, Floats], Floats]  # rows and points to learn from, rows to ask for

HERE = Path(__file__).resolve().parent
FEATURES = {"25": backcourt.FEATURES, "58": (*backcourt.FEATURES, *backcourt.MORE_FEATURES)}
SEASON, LAST_10, BOTH = "season mean", "last 10 games", "mean of the two"
LINE = "bookmakers' line"
PENALTY = 300.0  # of ridge: in rows, as the columns have a deviation of 1
RESAMPLES = 2000
LEAST_ROWS = 1000  # to learn from, before the first month that is measured


@dataclass
class Games:
    """A row a player and game, in order of date; all but `points` and `line` was known before the game."""

    date: NDArray[np.datetime64]
    features: dict[str, Floats]  # by the name in FEATURES
    points: Floats
    season_mean: Floats
    last_10: Floats
    minutes: Floats  # a game, of his last 10
    played: Floats  # games of the season before this one
    line: Floats  # NaN without one
    certificate: dict[str, Any] = field(default_factory=dict)


def read(project: backcourt.Project, seasons: list[str] | None = None) -> Games:
    """The rows of the warehouse, without those whose season mean is not known: nothing to compare with."""
    rows = project.training_set("points", seasons=seasons, features=FEATURES["58"])
    x, points = rows.to_numpy()
    keys = rows.table.select(["game_id", "player_id"]).to_pylist()

    def beside(table: str, column: str) -> Floats:
        """A column of another table for the same players and games."""
        found = project.table(table, columns=["game_id", "player_id", column], where=f"{column} IS NOT NULL")
        known = {(row["game_id"], row["player_id"]): row[column] for row in found.to_pylist()}
        return np.array([known.get((key["game_id"], key["player_id"]), np.nan) for key in keys], dtype=np.float64)

    names = list(rows.features)
    games = Games(
        date=rows.table.column("game_date").to_numpy().astype("datetime64[D]"),
        features={name: x[:, [names.index(feature) for feature in features]] for name, features in FEATURES.items()},
        points=points,
        season_mean=x[:, names.index("points_avg_season")],
        last_10=x[:, names.index("points_avg_last_10")],
        minutes=x[:, names.index("minutes_avg_last_10")],
        played=beside("player_daily_cache", "games_played_season"),
        line=beside("player_game_summary", "points_line"),
        certificate=rows.certificate,
    )
    return pick(games, ~np.isnan(games.season_mean))


def pick(games: Games, rows: Flags) -> Games:
    """Some of the rows."""
    return Games(games.date[rows], {name: x[rows] for name, x in games.features.items()}, games.points[rows], games.season_mean[rows], games.last_10[rows], games.minutes[rows],
                 games.played[rows], games.line[rows], games.certificate)


def populations(games: Games) -> dict[str, Flags]:
    """Who is measured, by name. Each rule was known before the game, but for this: all rows are of players who then played."""
    return {
        "all who played": np.ones(len(games.points), dtype=np.bool_),
        "5 games or more played this season before": games.played >= 5,
        "20 minutes or more a game, last 10": games.minutes >= 20,
        "10 points or more a game this season": games.season_mean >= 10,
    }


def ridge(x: Floats, points: Floats, asked: Floats) -> Floats:
    """Least squares with a penalty, on columns of mean 0 and deviation 1 as of the rows learnt from; what is not known is the mean."""
    known = ~np.isnan(x)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, x, 0.0).sum(axis=0) / count
    deviation = np.sqrt((np.where(known, x - mean, 0.0) ** 2).sum(axis=0) / count)
    scale = np.where(deviation > 0, deviation, 1.0)

    def scaled(rows: Floats) -> Floats:
        return np.where(np.isnan(rows), 0.0, (rows - mean) / scale)

    z = scaled(x)
    weights = np.linalg.solve(z.T @ z + PENALTY * np.eye(z.shape[1]), z.T @ (points - points.mean()))
    result: Floats = scaled(asked) @ weights + points.mean()
    return result


def lightgbm(x: Floats, points: Floats, asked: Floats) -> Floats:
    """Boosted trees that minimise the absolute error; the same for the same rows and version."""
    import lightgbm as engine

    settings = {"objective": "regression_l1", "num_leaves": 15, "learning_rate": 0.08, "min_data_in_leaf": 100, "feature_fraction": 0.7, "max_bin": 63, "seed": 1, "deterministic": True,
                "force_row_wise": True, "num_threads": 1, "verbosity": -1}
    trees = engine.train(settings, engine.Dataset(x, points), num_boost_round=100)
    return np.asarray(trees.predict(asked), dtype=np.float64)


def models() -> dict[str, tuple[Model, str]]:
    """By name: the model, and the features that it is given."""
    found: dict[str, tuple[Model, str]] = {f"ridge, {name} features": (ridge, name) for name in FEATURES}
    try:
        import lightgbm as _  # noqa: F401
    except ImportError:
        return found
    return found | {f"LightGBM, {name} features": (lightgbm, name) for name in FEATURES}


def walk_forward(games: Games, chosen: dict[str, tuple[Model, str]], least_rows: int = LEAST_ROWS) -> tuple[Games, dict[str, Floats]]:
    """The games that were measured, and what each method said of them before they were played.

    A month is measured once there are `least_rows` rows of earlier dates: those, and no others, are learnt from.
    """
    month = games.date.astype("datetime64[M]")
    measured = np.zeros(len(month), dtype=np.bool_)
    said = {name: np.full(len(month), np.nan) for name in chosen}
    for first in np.unique(month):
        before, asked = games.date < first.astype("datetime64[D]"), month == first
        if before.sum() < least_rows:
            continue
        measured |= asked
        for name, (model, features) in chosen.items():
            x = games.features[features]
            said[name][asked] = model(x[before], games.points[before], x[asked])
    if not measured.any():
        raise SystemExit(f"no month has {least_rows} rows of earlier dates to learn from")
    games = pick(games, measured)
    naive = {SEASON: games.season_mean, LAST_10: games.last_10, BOTH: (games.season_mean + games.last_10) / 2}
    return games, naive | {name: guesses[measured] for name, guesses in said.items()}


@dataclass(frozen=True)
class Score:
    """Mean absolute error of a method over a population, with its 95 % interval; and the same of what it gains on `BOTH`."""

    mae: float
    low: float
    high: float
    gain: float
    gain_low: float
    gain_high: float


def score(date: NDArray[np.datetime64], points: Floats, said: dict[str, Floats], against: str, resamples: int = RESAMPLES) -> dict[str, Score]:
    """By method. Intervals are of a bootstrap that draws whole dates: games of one evening are not independent of each other."""
    days, day = np.unique(date, return_inverse=True)
    drawn = np.random.default_rng(1).multinomial(len(days), np.full(len(days), 1 / len(days)), size=resamples).astype(np.float64)
    rows = drawn @ np.bincount(day, minlength=len(days))
    errors = {name: np.abs(points - guess) for name, guess in said.items()}
    means = {name: (drawn @ np.bincount(day, weights=error, minlength=len(days))) / rows for name, error in errors.items()}
    found = {}
    for name, error in errors.items():
        low, high = np.quantile(means[name], (0.025, 0.975))
        gain_low, gain_high = np.quantile(means[against] - means[name], (0.025, 0.975))
        found[name] = Score(float(error.mean()), float(low), float(high), float(errors[against].mean() - error.mean()), float(gain_low), float(gain_high))
    return found


def right_side(points: Floats, line: Floats, guess: Floats) -> tuple[int, int]:
    """How often a method is on the right side of the line, and of how many that are not decided by a push or by its own silence."""
    decided = (points != line) & (guess != line)
    return int(((points > line) == (guess > line))[decided].sum()), int(decided.sum())


@dataclass(frozen=True)
class Result:
    """A population, its size, and the scores."""

    population: str
    rows: int
    dates: int
    scores: dict[str, Score]


def measure(games: Games, said: dict[str, Floats]) -> list[Result]:
    results = []
    for name, rows in populations(games).items():
        if rows.any():
            scores = score(games.date[rows], games.points[rows], {method: guess[rows] for method, guess in said.items()}, BOTH)
            results.append(Result(name, int(rows.sum()), len(np.unique(games.date[rows])), scores))
    return results


def table(results: list[Result], against: str) -> str:
    lines = [f"| population | method | MAE | 95 % interval | better than {against} by | 95 % interval |", "|---|---|---:|---|---:|---|"]
    for result in results:
        for name, s in result.scores.items():
            gain = "" if name == against else f"{s.gain:+.3f}"
            gains = "" if name == against else f"{s.gain_low:+.3f} to {s.gain_high:+.3f}"
            lines.append(f"| {result.population} | {name} | {s.mae:.3f} | {s.low:.3f} to {s.high:.3f} | {gain} | {gains} |")
    return "\n".join(lines)


def against_lines(games: Games, said: dict[str, Floats]) -> str:
    """Of the rows with a bookmaker's line alone, and named so; the line itself is one of the methods there."""
    rows = ~np.isnan(games.line)
    if not rows.any():
        return "The warehouse holds no lines of players (`raw_player_props`), so nothing is graded against bookmakers here. With yours it is."
    lined = {LINE: games.line[rows]} | {name: guess[rows] for name, guess in said.items()}
    result = Result("all who played and have a line", int(rows.sum()), len(np.unique(games.date[rows])), score(games.date[rows], games.points[rows], lined, LINE))
    text = f"{result.rows:,} of the {len(rows):,} rows have a line.\n\n{table([result], LINE)}\n\n| method | on the right side of the line | of | share |\n|---|---:|---:|---:|"
    for name, guess in said.items():
        right, decided = right_side(games.points[rows], games.line[rows], guess[rows])
        text += f"\n| {name} | {right:,} | {decided:,} | {right / max(decided, 1):.1%} |"
    return text + "\n\nAt odds of 1.91 on both sides a bettor needs 52.4 % to lose nothing; prices are not counted here."


def picture(results: list[Result]) -> str:
    """An SVG: a panel a population, a row a method, the MAE as a dot in its interval."""
    left, width, row, gap, top = 200, 420, 22, 46, 24
    height = top + sum(gap + row * (len(result.scores) + 1) for result in results)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + width + 90}" height="{height}" font-family="sans-serif" font-size="13">', '<rect width="100%" height="100%" fill="white"/>']
    y = top
    for result in results:
        low, high = min(s.low for s in result.scores.values()), max(s.high for s in result.scores.values())
        span = (high - low) or 1.0
        parts.append(f'<text x="8" y="{y}" font-weight="bold">{html.escape(result.population)}: {result.rows:,} rows; mean absolute error in points</text>')
        parts.append(f'<text x="{left}" y="{y + row}" fill="#8b949e">{low:.2f}</text><text x="{left + width}" y="{y + row}" fill="#8b949e" text-anchor="end">{high:.2f}</text>')
        y += 2 * row
        for name, s in result.scores.items():
            at, begin, end = (left + width * (value - low) / span for value in (s.mae, s.low, s.high))
            color = "#1f6feb" if "features" in name else "#8b949e"
            parts.append(f'<text x="8" y="{y}">{html.escape(name)}</text><line x1="{begin:.1f}" x2="{end:.1f}" y1="{y - 4}" y2="{y - 4}" stroke="{color}" stroke-width="2"/>')
            parts.append(f'<circle cx="{at:.1f}" cy="{y - 4}" r="4" fill="{color}"/><text x="{left + width + 16}" y="{y}">{s.mae:.3f}</text>')
            y += row
        y += gap - row
    return "\n".join([*parts, "</svg>\n"])


def page(games: Games, said: dict[str, Floats], results: list[Result]) -> str:
    facts = games.certificate
    text = (HERE / "page.md").read_text(encoding="utf-8")
    sizes = "\n".join(f"| {result.population} | {result.rows:,} | {result.dates:,} |" for result in results)
    left_out = ", ".join(f"{reason}: {count:,}" for reason, count in facts["left_out"].items()) or "none"
    values = {
        "first": str(games.date.min()), "last": str(games.date.max()), "candidates": f"{facts['candidates']:,}", "share": f"{facts['share_left_out']:.1%}", "left_out": left_out,
        "without": f"{facts['played_without_features']:,}", "sizes": sizes, "table": table(results, BOTH), "lines": against_lines(games, said), "program": facts["program"],
        "pack": facts["pack"], "cells": "\n".join(f"| {name} | {cells['cells']} | `{cells['digest']}` |" for name, cells in facts["cells"].items()),
    }
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    return text


def main() -> None:
    words = argparse.ArgumentParser(description="Measures models of players' points, month by month.")
    words.add_argument("--project", help="folder of backcourt.toml (default: the nearest one)")
    words.add_argument("--season", action="append", help="a season, as 2021-22; again for more (default: all)")
    words.add_argument("--output", type=Path, default=Path("."), help="folder for points-model.md and points-model.svg")
    words.add_argument("--least-rows", type=int, default=LEAST_ROWS, help=f"rows of earlier dates that a month needs (default: {LEAST_ROWS})")
    chosen = words.parse_args()
    games, said = walk_forward(read(backcourt.Project(chosen.project), chosen.season), models(), chosen.least_rows)
    results = measure(games, said)
    (chosen.output / "points-model.md").write_text(page(games, said, results), encoding="utf-8")
    (chosen.output / "points-model.svg").write_text(picture(results), encoding="utf-8")
    print(table(results, BOTH))


if __name__ == "__main__":
    main()

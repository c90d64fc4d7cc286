"""What does each limit cost? The best plan without it, against the best plan with it."""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pandas as pd

from alloc.errors import NoPlanError, RequestError
from alloc.infeasibility.grouped import list_grouped, selects_otherwise
from alloc.infeasibility.levers import Lever, levers
from alloc.instance import Instance, draft
from alloc.instance.overrides import BY_YEAR
from alloc.instance.suggest import suggest_path
from alloc.report.answers import draw_prices
from alloc.report.names import Names
from alloc.study.answers.differences import rank_most, subtract, take_figures
from alloc.study.answers.proofs import carry_bound, carry_plan, loosens
from alloc.study.files import StudyFiles, name_chart, write_study
from alloc.study.points import FAULT, Overrides, Point, PointQuestion, open_kept, open_points
from alloc.study.request import check_language, is_small

MARK = "prices.json"
"""What tells a list of prices from any other folder."""

FUNDS = ("fund_amount", "fund_county")
"""Levers that are the money of a fund."""

COLUMNS = [
    "lever", "path", "text", "source", "change", "from", "to", "objective", "gain", "gain_least", "gain_most",
    "employment", "linkage", "aid_moved", "status",
]  # fmt: skip


@dataclass(frozen=True)
class Prices:
    """What each limit costs, the dearest first.

    base: the question's own best plan; table: as described in prices.csv's dictionary; ungrouped: rules whose groups
    were asked for and that select otherwise in one year than in another.
    """

    instance: Instance
    base: Point
    table: pd.DataFrame
    seconds: float
    ungrouped: tuple[str, ...] = ()

    @property
    def proven(self) -> bool:
        """Tell whether every answer is: a bound that would contradict the question's other figures has one too."""
        return self.base.proven and bool(self.table["status"].isin(("optimal", "infeasible", FAULT)).all())

    @property
    def figures(self) -> dict[str, Any]:
        """What prices.json holds."""
        base = take_figures(self.base, "status", "objective", "bound", "gap", "employment", "linkage")
        counted = {"prices": len(self.table), "ungrouped": list(self.ungrouped), "seconds": self.seconds}
        return {"alloc": 1, "name": self.instance.name, **base, **counted}

    def save(self, out: str | Path, overwrite: bool = False, lang: str = "en") -> Path:
        """Write prices.csv, prices.json, the chart and the data dictionary, whole or not at all; return the path."""
        others = name_chart("prices", draw_prices(self.table, Names(self.instance, lang)), self.instance)
        files = StudyFiles(MARK, {"prices": self.table}, self.figures, others=others)
        return write_study(self.instance, files, Path(out), overwrite, lang)


@dataclass(frozen=True)
class PriceQuestion:
    """One re-solve: which lever, what is done to it, and the figures to replace."""

    lever: Lever
    change: str
    to: object
    settings: dict[str, object]


def price(
    instance: str | os.PathLike[str],
    *,
    only: Sequence[str] = (),
    step: float = 0.01,
    tighten: bool = False,
    groups: bool = False,
    overrides: Overrides | None = None,
    gap: float | None = None,
    time_limit: float | None = None,
    jobs: int = 2,
    cluster: str | None = None,
    lang: str = "en",
    keep: str | os.PathLike[str] | None = None,
    tell: Callable[[Point], None] | None = None,
    preview: Callable[[Mapping[str, Any]], None] | None = None,
) -> Prices:
    """Tell what each limit costs: each is released, or a fund given a step more, and the question solved again.

    instance: a path. only: paths of levers, their beginnings or patterns; none = all. step: part of a fund's money
    that it is given more. tighten: ask for bounds a tenth tighter too. groups: ask of
    each group of a rule that is repeated too. overrides, gap, time_limit [s, of each solve],
    lang: as for `solve`. jobs: processes; cluster: address of a Dask scheduler to use instead. keep: a folder that
    keeps each solve, so that one that was stopped goes on there. tell: is told of each solve; preview: of the row of
    every limit that is dearer than all those known before, of a question that is not small.
    Raises InstanceError for faults, RequestError where there is no such lever or no plan to begin with.
    """
    check_language(lang)
    started, given = time.perf_counter(), dict(overrides or {})
    written = draft(Path(instance))
    question = written.read(given)
    chosen = choose_levers(question, only)
    repeated = chosen if groups else []
    grouped = [group for lever in repeated for group in list_grouped(question, lever)]
    asked = [*list_questions(chosen, step, tighten), *list_questions(grouped, step, False)]
    point = PointQuestion(written, {"gap": gap, "time_limit": time_limit}, lang, claims=False, over_years=True)
    points: dict[int, Point] = {}
    rows: dict[int, dict[str, Any]] = {}
    names = Names(question, lang)
    with open_kept(keep, point, question.previous) as kept, open_points(point, jobs, cluster, kept=kept) as pool:
        for number, found in pool.solve_each([given, *({**given, **one.settings} for one in asked)], tell):
            points[number] = found
            if 0 not in points or points[0].objective is None:
                continue
            for k in sorted(points.keys() - rows.keys() - {0}):
                row = make_row(question, asked[k - 1], points[k], points[0], names)
                if preview is not None and not is_small(question) and _is_dearest(row, rows.values()):
                    preview(row)
                rows[k] = row
    base = points[0]
    if base.objective is None:
        raise NoPlanError("price_no_plan", status=base.status)
    table = list_dearest([rows[k] for k in sorted(rows)], base)
    return Prices(question, base, table, time.perf_counter() - started, _list_ungrouped(question, repeated))


def _is_dearest(row: Mapping[str, Any], others: Iterable[Mapping[str, Any]]) -> bool:
    """Tell whether a limit costs something, and more than all others known."""
    gain = row["gain"]
    return gain is not None and gain > max((other["gain"] or 0.0 for other in others), default=0.0)


def _list_ungrouped(question: Instance, repeated: Sequence[Lever]) -> tuple[str, ...]:
    """Return the rules whose groups are asked for and that select otherwise in one year than in another."""
    found: dict[str, None] = {}
    for lever in repeated:
        if selects_otherwise(question, lever):
            found |= dict.fromkeys(word for *_, word in lever.about)
    return tuple(found)


def choose_levers(question: Instance, only: Sequence[str]) -> list[Lever]:
    """Return the levers that are asked about; what is firm is not for moving, nor a purse with nothing in it."""
    known = [lever for lever in levers(question, soft=True) if not lever.firm and not _is_empty(lever)]
    chosen = {lever for word in only for lever in _find_meant(known, word)}
    return [lever for lever in known if lever in chosen] if only else known


def _find_meant(known: Sequence[Lever], word: str) -> list[Lever]:
    """Return the levers that a word means. Raises RequestError where there is none."""
    meant = [lever for lever in known if _is_meant(lever.path, word)]
    if not meant:
        raise RequestError("price_only", found=word, **suggest_path(word, [lever.path for lever in known]))
    return meant


def _is_empty(lever: Lever) -> bool:
    """Tell whether a lever is money of which there is none in any year: a part of it more is none either."""
    return lever.kind in FUNDS and not any(value for _, value in lever.figures.values() or [("", lever.value)])


def _is_meant(path: str, word: str) -> bool:
    """Tell whether a word is a path, its beginning or a pattern of it; one without a year means that of every year."""
    plain = path.split(".", 2)[2] if path.startswith(f"{BY_YEAR}.") else path
    return any(name == word or name.startswith(f"{word}.") or fnmatchcase(name, word) for name in (path, plain))


def list_questions(chosen: Sequence[Lever], step: float, tighten: bool) -> Iterator[PriceQuestion]:
    """Yield what is asked of each lever: its release, of a fund a step more, and if wanted a bound a tenth tighter."""
    for lever in chosen:
        if lever.kind in FUNDS:
            yield _move(lever, "step", 1 + step)
        else:
            yield PriceQuestion(lever, "release", lever.release, lever.released)
        factor = {"down": 1.1, "up": 0.9}.get(lever.eases, 0.0)
        if tighten and factor and lever.move(float)[1]:
            yield _move(lever, "tighten", factor)


def _move(lever: Lever, change: str, factor: float) -> PriceQuestion:
    """Return the question in which a limit is another by a factor, in every year that it is of."""
    return PriceQuestion(lever, change, *lever.move(lambda value: _trim(value * factor)))


def make_row(question: Instance, one: PriceQuestion, point: Point, base: Point, names: Names) -> dict[str, Any]:
    """Return what one re-solve says; every difference between what both are proven to."""
    if loosens(question, one.lever):
        point = carry_bound(base, point) if one.change == "tighten" else carry_plan(base, point)
    return {
        "lever": one.lever.id,
        "path": one.lever.path,
        "text": one.lever.say(names),
        "source": one.lever.source,
        "change": one.change,
        "from": _written(one.lever.value),
        "to": _written(one.to),
        "objective": point.objective,
        "gain": subtract(point.objective, base.objective),
        "gain_least": subtract(point.objective, base.bound),
        "gain_most": subtract(point.bound, base.objective),
        "employment": subtract(point.employment, base.employment),
        "linkage": subtract(point.linkage, base.linkage),
        "aid_moved": sum(abs(aid - base.money[cell]) for cell, aid in point.money.items()) / 2 if point.money else None,
        "status": point.status,
    }


def list_dearest(rows: Sequence[dict[str, Any]], base: Point) -> pd.DataFrame:
    """Return rows as a table, the dearest first; those of equal gain by their levers."""
    ordered = sorted(rows, key=lambda row: (rank_most(row["gain"], base.objective), row["lever"], row["change"]))
    return pd.DataFrame(ordered, columns=COLUMNS)


def _written(value: object) -> str:
    """Return a figure as it is written with --set; nothing for what is left out."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _trim(number: float) -> float:
    """Return a number without the digits that multiplying leaves behind."""
    return float(f"{number:.12g}")

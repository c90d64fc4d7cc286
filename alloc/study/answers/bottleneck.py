"""What would more jobs in an industry take? The cheapest bundle of measures to add to the plan."""

import math
import time
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from alloc.errors import RequestError
from alloc.instance import Instance
from alloc.instance.schema import KINDS
from alloc.instance.suggest import nearest
from alloc.instance.worlds import over_years
from alloc.planning import choose_options
from alloc.report.bottlenecks import find_bottlenecks
from alloc.run import Run
from alloc.solution import Solution, Status, Values
from alloc.solver import Addition, AdditionSearch, Deadline
from alloc.study.files import StudyFiles, write_study
from alloc.study.request import JOBS, Given, StudyProgress, Tell, answer, check_language, choose_year, read_question

MARK = "bottleneck.json"
"""What tells a study of bottlenecks from any other folder."""

COLUMNS = [
    "county", "industry", "jobs", "more", "status", "money", "money_least", "money_per_job", "measures", "limits_now",
    "limits_next",
]  # fmt: skip
BUNDLE = ["county", "industry", "measure", "category", "units", "money", *KINDS]

PART = 0.1
"""So much more than today are the jobs that each industry is asked for where none is named."""

SECONDS = 60.0
"""Longest time of all searches beside that for the best plan together, where nothing is said."""

SPECK = 1e-6
"""Fewer jobs, units or money than this, as a part of what there are, are none."""

Site = tuple[str, str]
"""County and industry."""


@dataclass(frozen=True)
class Bottlenecks:
    """What more jobs would take, the cheapest a job first.

    best: the best plan, which is added to; table: one row an industry, bundle: one row a measure that is added, as
    described in their dictionary. interrupted: stopped before all was searched. year: over several years that in which
    there are to be more jobs.
    """

    instance: Instance
    best: Run
    table: pd.DataFrame
    bundle: pd.DataFrame
    interrupted: bool
    seconds: float
    year: int | None = None

    @property
    def status(self) -> str:
        """`found`, or what became of the question where it has no plan."""
        return "found" if self.best.solution.has_plan else str(self.best.status)

    @property
    def proven(self) -> bool:
        """Tell whether each bundle is proven to be the cheapest, or that there is none."""
        return bool(self.table["status"].isin((Status.OPTIMAL, Status.INFEASIBLE)).all())

    @property
    def figures(self) -> dict[str, Any]:
        """What bottleneck.json holds."""
        rows = self.table.astype(object).where(self.table.notna(), None).to_dict("records")
        return {
            "alloc": 1,
            "name": self.instance.name,
            "status": self.status,
            **({} if self.year is None else {"year": self.year}),
            "industries": rows,
            "proven": self.proven,
            "interrupted": self.interrupted,
            "seconds": self.seconds,
        }

    def save(self, out: str | Path, overwrite: bool = False, lang: str = "en") -> Path:
        """Write bottlenecks.csv, bundle.csv, bottleneck.json and the data dictionary; return the path."""
        tables = {"bottlenecks": self.table, "bundle": self.bundle}
        return write_study(self.instance, StudyFiles(MARK, tables, self.figures), Path(out), overwrite, lang)


def bottleneck(
    instance: Given,
    county: str | None = None,
    industry: str | None = None,
    *,
    jobs: float | None = None,
    year: int | None = None,
    gap: float | None = None,
    time_limit: float | None = None,
    cluster: str | None = None,
    overrides: Mapping[str, object] | None = None,
    lang: str = "en",
    tell: Tell | None = None,
) -> Bottlenecks:
    """Tell what it would take for an industry to have more jobs: the cheapest measures to add to the plan.

    county, industry: by their ids; none: every industry that could grow. jobs: how many more, a tenth of those in the
    plan where nothing is said, or 1 where there are none. What the plan has stays: measures and jobs at least as they
    are, soft rules broken no further; aid is not limited, everything else is. year: over several years that in which
    there are to be more jobs, the last where none is named; measures may be bought in any, and all that they cost in
    all years counts. gap: to which part of its money a bundle is proven. time_limit [s]: of the best plan, and again of
    all bundles together, 60 s where none is given. cluster: address of a Dask scheduler for the best plan. overrides:
    figures to replace, for a path only. tell: is told of each bundle.
    Raises InstanceError, RequestError, AuditError as `solve` does.
    """
    started = time.perf_counter()
    check_language(lang)
    question = read_question(instance, overrides)
    check_site(question, county, industry, jobs)
    asked_year = choose_year(question, year, last=True)
    options = choose_options(question, gap=gap, time_limit=time_limit)
    heard = Deadline(math.inf)
    rows: list[dict[str, Any]] = []
    added: list[tuple[object, ...]] = []
    with heard.listening():
        asked = answer(question, options, JOBS, cluster, lang, over_years=True)
        best = asked.make_result(asked.own, started)
        if asked.own.has_plan:
            deadline = Deadline(time_limit or SECONDS, heard)
            free = over_years(asked.question, partial(_release_aid, years=len(question.questions)))
            search = AdditionSearch(free, asked.own)
            now, industries = _take_year(question, best.tables["industries"], asked_year)
            site = None if county is None or industry is None else (county, industry)
            chosen = _choose(search, industries, now.year, site, jobs)
            for done, (place, more) in enumerate(chosen.items(), start=1):
                left = deadline.part(1 / (len(chosen) - done + 1))
                found = search.find(place, now.year, more, options.gap, left)
                bundle = list(_list_bundle(question, place, search.plan, found))
                rows.append(_make_row(now, place, more, industries, found, len(bundle)))
                added += bundle
                if tell is not None:
                    tell(StudyProgress(done, len(chosen), str(found.status)))
    extra = [] if asked_year is None else ["year"]
    table = pd.DataFrame(rows, columns=[*extra, *COLUMNS])
    table = table.sort_values("money_per_job", kind="stable", ignore_index=True)
    listed = pd.DataFrame(added, columns=[*extra, *BUNDLE])
    return Bottlenecks(question, best, table, listed, heard.stopped, time.perf_counter() - started, asked_year)


def check_site(question: Instance, county: str | None, industry: str | None, jobs: float | None) -> None:
    """Raise RequestError for an industry that does not stand in the county, and for a number of jobs that is none."""
    if (county is None) != (industry is None):
        raise RequestError("bottleneck_both")
    if county is not None and industry is not None:
        sites = [f"{row.county} {row.industry}" for row in question.baseline]
        found = f"{county} {industry}"
        if found not in sites:
            raise RequestError("bottleneck_unknown", found=found, hint=nearest(found, sites))
    if jobs is not None and not (math.isfinite(jobs) and jobs > 0):
        raise RequestError("bottleneck_jobs", found=f"{jobs:g}")


def _release_aid(question: Instance, years: int) -> Instance:
    """Return the question with as much in every fund of aid as everything may cost, for the same counties.

    years: so many purchases of a measure may be there to be kept up.
    """
    everything = 1.0
    for row in question.measures.values():
        everything += row.largest_cost + row.recurrent * row.max_units * years
    lot = question.money.lot or 0.0
    everything += lot * len(question.measures)
    funds = {}
    for f, fund in question.funds.items():
        by_county = None if fund.by_county is None else dict.fromkeys(fund.by_county, everything)
        free = fund.model_copy(update={"amount": everything, "by_county": by_county})
        funds[f] = free if fund.kind == "aid" else fund
    return question.model_copy(update={"funds": funds})


def _take_year(
    question: Instance, industries: pd.DataFrame, year: int | None
) -> tuple[Instance, list[dict[Hashable, Any]]]:
    """Return the question of a year and the rows of its industries in a plan; of one year all there are."""
    if year is None:
        return question, industries.to_dict("records")
    (of,) = [of for of in question.questions if of.year == year]
    return of, industries[industries["year"] == year].to_dict("records")


def _choose(
    search: AdditionSearch, industries: list[dict[Hashable, Any]], year: int, asked: Site | None, jobs: float | None
) -> dict[Site, float]:
    """Return which industries are asked for how many more jobs; industries: their rows in the plan."""
    chosen: dict[Site, float] = {}
    for row in industries:
        site, now = (row["county"], row["industry"]), row["jobs"]
        grows = search.most_jobs(site, year) > now * (1 + SPECK) + SPECK
        if site == asked or (asked is None and grows):
            chosen[site] = jobs or PART * now or 1.0
    return chosen


def _list_bundle(
    question: Instance, site: Site, plan: Mapping[int, Values], found: Addition
) -> Iterator[tuple[object, ...]]:
    """Yield the measures that are added, with what they take more than in the plan, and who pays that."""
    for of in question.questions or (question,):
        year = (of.year,) if question.questions else ()
        for row in _list_added(of, plan[of.year], found.years[of.year]) if found.years else ():
            yield *year, *site, *row


def _list_added(question: Instance, plan: Values, then: Values) -> Iterator[tuple[object, ...]]:
    """Yield the measures that are added in a year: units and money more."""
    for m, row in question.measures.items():
        units = then["Units"][m] - plan["Units"][m]
        paid = [_pay_more(question, m, kind, plan, then) for kind in KINDS]
        scale = SPECK * max(1.0, plan["Units"][m])
        if units > scale or max(map(abs, paid)) > SPECK * max(1.0, plan["Paid"][m]):
            yield m, row.category, units if units > scale else 0.0, math.fsum(paid), *paid


def _pay_more(question: Instance, m: str, kind: str, plan: Values, then: Values) -> float:
    """Return what funds of a kind pay more for a measure; below 0 where others pay in their place [money]."""
    more = []
    for f, fund in question.funds.items():
        if fund.kind == kind:
            more.append(then["Spend"].get((m, f), 0.0) - plan["Spend"].get((m, f), 0.0))
    return math.fsum(more)


def _make_row(
    question: Instance,
    site: Site,
    more: float,
    industries: list[dict[Hashable, Any]],
    found: Addition,
    measures: int,
) -> dict[str, Any]:
    """Return what more jobs take; question: of the year."""
    now, following = next(row for row in industries if (row["county"], row["industry"]) == site), ""
    if found.filled is not None:
        limits = find_bottlenecks(question, Solution(found.status, (), found.filled[question.year]))
        following = "|".join(limits[site])
    return {
        "year": question.year,
        "county": site[0],
        "industry": site[1],
        "jobs": float(now["jobs"]),
        "more": more,
        "status": str(found.status),
        "money": found.money,
        "money_least": found.least,
        "money_per_job": None if found.money is None else found.money / more,
        "measures": measures,
        "limits_now": now["bottleneck"],
        "limits_next": following,
    }

"""Plan against plan: who gains and loses, which rules bind differently, and where the jobs come from."""

import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from alloc.errors import RequestError
from alloc.glance import Glance
from alloc.instance import CATEGORIES, KINDS
from alloc.instance.lookups import named_rules
from alloc.report.difference import DIFFERS, Reader, make_section, write_difference
from alloc.report.files import write_tables
from alloc.report.funds import fund_totals
from alloc.report.names import BETWEEN, NAMED, name_apart, pick_name, split_group
from alloc.report.rows import list_rows
from alloc.report.target import fill, write_json
from alloc.run import Run
from alloc.solver import unbroken
from alloc.study.compare.results import Result, read_result
from alloc.study.compare.split import Split, split
from alloc.texts import say
from alloc.texts.figures import amount, signed

MONEY = ("aid", "national", "other")
NEAR = 1e-6
"""Amounts that differ by less, relative to their size, are the same."""


@dataclass(frozen=True, repr=False)
class Difference(Glance):
    """Two plans side by side; B less A everywhere.

    tables: goals, effects, counties, categories, funds, measures, rules, each with columns `…_a`, `…_b` and
    `…_change`. split: the difference in jobs by its causes. figures: what `--json` prints.
    """

    a: Result
    b: Result
    tables: Mapping[str, pd.DataFrame]
    split: Split
    figures: Mapping[str, Any]

    def reader(self, lang: str = "en") -> Reader:
        """Return what a comparison is shown with: a language, and names in it."""
        return Reader(
            lang,
            self.a.name,
            self.b.name,
            self.a.instance.money.label,
            _name_everything(self.a, self.b, lang),
            self.split.why_not,
        )

    def _call(self) -> str:
        return f"{self.a.name} → {self.b.name}"

    def _state(self, lang: str) -> Iterator[str]:
        a, b = (float(one.figures["employment"]) for one in (self.a, self.b))
        yield say("glance_against", lang, b=amount(b), a=amount(a), change=signed(b - a))
        changes = self.tables["measures"]["what"].value_counts().to_dict()
        yield from (f"{say(f'diff_{what}', lang)}: {changes[what]}" for what in DIFFERS["measures"] if what in changes)

    def _show(self, lang: str) -> Iterator[str]:
        yield Markup(make_section(self.tables, self.reader(lang)))

    def save(self, out: str | Path, lang: str = "en") -> Path:
        """Write a new folder: diff.xlsx with live differences, diff.html, diff.json and each table as CSV."""
        to = self.reader(lang)
        with fill(Path(out), marks=()) as folder:
            write_tables(self.tables, folder)
            write_difference(self.tables, to, folder / "diff.xlsx")
            (folder / "diff.html").write_text(make_section(self.tables, to, whole=True), encoding="utf-8")
            write_json(self.figures, folder / "diff.json")
        return Path(out)


def diff(
    a: Run | Result | str | os.PathLike[str],
    b: Run | Result | str | os.PathLike[str],
    *,
    lang: str = "en",
    unchecked: bool = False,
) -> Difference:
    """Compare two plans: runs, results folders or workbooks.

    The difference in jobs is split into effects of budget, rules and data, for which up to six mixtures of both
    questions are solved. unchecked: take results whose tables were edited since they were written.
    Raises RequestError where one is no plan or the two count money in different units.
    """
    with unbroken():
        one, two = (read_result(of, unchecked, over_years=True) for of in (a, b))
    over_years = bool(one.instance.questions or two.instance.questions)
    if over_years:
        one, two = map(_name_years, (one, two))
    first, second = _name_unit(one), _name_unit(two)
    if first != second:
        raise RequestError("diff_money", a=first, b=second)
    if over_years:
        causes = Split((), (), 0, say("diff_split_years", lang))
    else:
        with unbroken():
            causes = split(one, two, lang)
    tables = {
        "goals": _compare_goals(one, two),
        "effects": pd.DataFrame(map(asdict, causes.effects), columns=["name", "jobs", "low", "high"]),
        "counties": _compare_counties(one, two),
        "categories": _compare_categories(one, two),
        "funds": _compare_funds(one, two),
        "measures": _compare_measures(one, two),
        "rules": compare_rules(one, two),
    }
    return Difference(one, two, tables, causes, _list_figures(one, two, tables, causes))


def _name_years(one: Result) -> Result:
    """Return a plan of one year or of several with the year in every row of its tables, as a name."""
    years = {
        name: str(one.instance.year) if "year" not in frame else frame["year"].astype(int).astype(str)
        for name, frame in one.tables.items()
    }
    return replace(one, tables={name: frame.assign(year=years[name]) for name, frame in one.tables.items()})


def _list_keys(a: pd.DataFrame, *keys: str) -> list[str]:
    """Return the columns that tell rows apart: the year before others, of several."""
    return [*(["year"] if "year" in a else []), *keys]


def _name_unit(one: Result) -> str:
    """Return the unit of money as the instance counts it."""
    return f"{one.instance.money.unit:g} {one.instance.money.currency}"


def _name_everything(a: Result, b: Result, lang: str) -> dict[str, dict[str, str]]:
    """Return the names that rows have in a language, B's where both have one: column → id → name."""
    found: dict[str, dict[str, str]] = {}
    for what, table in NAMED.items():
        found[what] = name_apart({**getattr(a.instance, table), **getattr(b.instance, table)}, lang)
    found["category"] = {k: say(k, lang) for k in CATEGORIES}
    found["rule"], found["group"] = {}, {}
    for one in (a, b):
        rules = named_rules(one.instance)
        for r, rule in rules.items():
            found["rule"][r] = pick_name(rule, r, lang)
        for r, group in zip(one.tables["rules"]["rule"], one.tables["rules"]["group"], strict=True):
            words = [found[what].get(word, word) for what, word in split_group(one.instance, rules[r], group)]
            found["group"][group] = BETWEEN.join(words)
    return found


def _add_changes(frame: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    """Add what each column changes by; specks of the solver are no change."""
    order = []
    for column in columns:
        before, after = frame[f"{column}_a"], frame[f"{column}_b"]
        change = after - before
        size = pd.concat([before.abs(), after.abs()], axis=1).max(axis=1).clip(lower=1.0)
        frame[f"{column}_change"] = change.where(change.abs() > NEAR * size, 0.0)
        order += [f"{column}_a", f"{column}_b", f"{column}_change"]
    return frame[[*frame.columns.drop(order), *order]]


def _set_beside(a: pd.DataFrame, b: pd.DataFrame, keys: list[str], columns: tuple[str, ...]) -> pd.DataFrame:
    """Return two tables side by side, A's rows first; what only one has is 0 in the other."""
    left = a.groupby(keys, sort=False)[list(columns)].sum().reset_index()
    right = b.groupby(keys, sort=False)[list(columns)].sum().reset_index()
    order = pd.concat([left[keys], right[keys]]).drop_duplicates()
    both = order.merge(left, on=keys, how="left").merge(right, on=keys, how="left", suffixes=("_a", "_b"))
    return _add_changes(both.fillna({f"{c}_{end}": 0.0 for c in columns for end in "ab"}), columns)


def _claim_proven(through: Mapping[str, Any]) -> float:
    """Return the jobs that are claimed, not a number where a world is not proven."""
    jobs = through["employment"]
    return math.nan if jobs is None or through["range"] is not None else float(jobs)


def _compare_goals(a: Result, b: Result) -> pd.DataFrame:
    def figures(one: Result) -> dict[str, float]:
        money = one.tables["measures"]
        return {
            "employment": one.figures["employment"],
            "anyway": one.figures["status_quo"]["employment"],
            "through_others": _claim_proven(one.figures["through_others"]),
            "through_aid": _claim_proven(one.figures["through_aid"]),
            "linkage": one.figures["linkage"],
            "penalties": one.figures["penalties"],
            **({} if "year" in money else _count_reached(one)),
            **money[list(MONEY)].sum().astype(float),
        }

    goals = pd.DataFrame({"value_a": pd.Series(figures(a), dtype=float), "value_b": pd.Series(figures(b), dtype=float)})
    return _add_changes(goals.rename_axis("goal").reset_index(), ("value",))


def _count_reached(one: Result) -> dict[str, float]:
    """Return what is counted in a plan of one year."""
    closed, funded = one.tables["chains"]["closed"], one.tables["measures"]["funded"]
    return {"chains_closed": float(closed.sum()), "measures_funded": float(funded.sum())}


def _compare_counties(a: Result, b: Result) -> pd.DataFrame:
    tables = []
    for one in (a, b):
        table = one.tables["counties"]
        through = table["jobs_gained"] - table["jobs_gained_without_aid"]
        tables.append(table.assign(through_aid=through))
    known = not math.isnan(_claim_proven(a.figures["through_aid"]) + _claim_proven(b.figures["through_aid"]))
    columns = (*MONEY, "jobs_gained", *(["through_aid"] if known else []), "linkage")
    return _set_beside(tables[0], tables[1], _list_keys(tables[0], "county"), columns)


def _compare_categories(a: Result, b: Result) -> pd.DataFrame:
    first, second = a.tables["measures"], b.tables["measures"]
    keys = _list_keys(first, "category")
    return _order(_set_beside(first, second, keys, (*MONEY, "funded")), keys, CATEGORIES)


def _compare_funds(a: Result, b: Result) -> pd.DataFrame:
    first, second = _total_funds(a), _total_funds(b)
    found = _set_beside(first, second, _list_keys(first, "fund", "kind"), ("available", "spent"))
    return _order(found, _list_keys(first, "kind"), KINDS)


def _order(found: pd.DataFrame, keys: list[str], words: Sequence[str]) -> pd.DataFrame:
    """Return rows in the order of years, of several, and of the words of the last key."""
    *_, last = keys

    def rank(column: pd.Series) -> pd.Series:
        return column.map(words.index) if column.name == last else column

    return found.sort_values(keys, key=rank, kind="stable").reset_index(drop=True)


def _total_funds(one: Result) -> pd.DataFrame:
    """Return what each fund has and spends, of several years in each with what is carried into it."""
    table = one.tables["allocation"]
    if "year" not in table:
        return fund_totals(one.instance, table)
    frames, left = [], dict[str, float]()
    for question in one.instance.questions[: len(one.instance.years)] or (one.instance,):
        own = fund_totals(question, table[table["year"] == str(question.year)])
        carried = [question.funds[f].carry * left.get(f, 0.0) for f in own["fund"]]
        own = own.assign(available=own["available"] + carried, year=str(question.year))
        left = dict(zip(own["fund"], own["available"] - own["spent"], strict=True))
        frames.append(own)
    return pd.concat(frames)


def _compare_measures(a: Result, b: Result) -> pd.DataFrame:
    """Return each measure with what becomes of it: new, dropped, more, less, same, or out."""
    first, second = a.tables["measures"], b.tables["measures"]
    keys = _list_keys(first, "measure", "county", "category")
    found = _set_beside(first, second, keys, ("funded", "units", "cost", "aid"))
    found.insert(
        len(keys),
        "what",
        list(map(_say_what, found["funded_a"], found["funded_b"], found["cost_change"])),
    )
    return found


def _say_what(before: float, after: float, change: float) -> str:
    if before != after:
        return "new" if after else "dropped"
    if change == 0:
        return "same" if after else "out"
    return "more" if change > 0 else "less"


def compare_rules(a: Result, b: Result) -> pd.DataFrame:
    """Return each rule and group with how it binds: in both, in one, or in none; empty where one does not have it."""
    keys, columns = _list_keys(a.tables["rules"], "rule", "group"), ["binding", "value", "slack", "broken_by"]
    left, right = a.tables["rules"][keys + columns], b.tables["rules"][keys + columns]
    order = pd.concat([left[keys], right[keys]]).drop_duplicates()
    both = order.merge(left, on=keys, how="left").merge(right, on=keys, how="left", suffixes=("_a", "_b"))
    both.insert(len(keys), "what", list(map(_say_binding, both["binding_a"], both["binding_b"])))
    return both


def _say_binding(a: float, b: float) -> str:
    return {(True, True): "both", (True, False): "only_a", (False, True): "only_b"}.get((a == 1, b == 1), "none")


def _list_figures(a: Result, b: Result, tables: Mapping[str, pd.DataFrame], causes: Split) -> dict[str, Any]:
    def one(side: Result) -> dict[str, Any]:
        keys = ("status", "objective", "bound", "gap", "employment", "linkage")
        year = list(side.instance.years) or side.instance.year
        return {"name": side.name, "year": year, **{key: side.figures.get(key) for key in keys}}

    return {
        "a": one(a),
        "b": one(b),
        "money": a.instance.money.model_dump(),
        "tables": {name: _list_records(frame) for name, frame in tables.items() if name != "effects"},
        "split": {
            "effects": _list_records(tables["effects"]),
            "differ": list(causes.differ),
            "solves": causes.solves,
            "why_not": causes.why_not,
        },
    }


def _list_records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as JSON can hold them: what is missing or without end is null."""
    clean = frame.astype(object).where(frame.notna() & ~frame.isin([float("inf"), float("-inf")]), None)
    return list_rows(clean)

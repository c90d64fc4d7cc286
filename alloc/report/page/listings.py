"""The tables of the page: a column has one kind and as many decimals as its numbers deserve."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from alloc.report.flows import chances
from alloc.report.names import pick_name
from alloc.report.page.view import View
from alloc.report.tables import dictionary
from alloc.texts.figures import decimals, fixed, percent

MOST_ROWS, MOST_MEASURES = 200, 2000
"""Longer tables show the rows that weigh most, and say where the others are; tables of measures are shown whole."""


@dataclass(frozen=True)
class Listing:
    """A table ready to be shown. heads: title and whether its cells are numbers; file: where all rows are."""

    key: str
    title: str
    heads: Sequence[tuple[str, bool]]
    rows: Sequence[Sequence[str]]
    count: int
    file: str


def make_listings(view: View) -> dict[str, Listing]:
    """Return the tables by key; those without rows are left out."""
    made = (
        *(
            _funds,
            _counties,
            _funded,
            _idle,
            _bridge,
            _scenarios,
            _moved,
            _industries,
            _chains,
            _links,
            _rules,
            _unfunded,
        ),
        *(_tags, _indicators),
    )
    return {sheet.key: sheet for sheet in (make(view) for make in made) if sheet.count}


COUNTED = ("persons", "measures")
"""Units that are counted."""

Cell = str | float | None
Column = tuple[str, Callable[[dict[str, Any]], Cell]]


def _listing(
    view: View,
    key: str,
    file: str,
    rows: Iterable[dict[str, Any]],
    columns: Sequence[Column],
    weight: Callable[[dict[str, Any]], float],
    most: int = MOST_ROWS,
) -> Listing:
    """Return a table with one function a column; text cells are text, all others numbers."""
    found = list(rows)
    count = len(found)
    if count > most:
        keep = sorted(range(count), key=lambda i: -weight(found[i]))[:most]
        found = [found[i] for i in sorted(keep)]
    cells = [[of(row) for _, of in columns] for row in found]
    numeric = [any(isinstance(row[j], int | float) for row in cells) for j in range(len(columns))]
    shown = [
        _shown([row[j] for row in cells]) if numeric[j] else [str(row[j] or "") for row in cells]
        for j in range(len(columns))
    ]
    heads = [(head, is_number) for (head, _), is_number in zip(columns, numeric, strict=True)]
    return Listing(key, view.say(f"page_sheet_{key}"), heads, list(zip(*shown, strict=True)), count, file)


def _shown(cells: Sequence[Cell]) -> list[str]:
    """Return the numbers of one column with equally many decimals; what is not known is empty."""
    known = [float(x) for x in cells if isinstance(x, int | float)]
    digits = 0 if all(isinstance(x, int) for x in cells if x is not None) else decimals(known)
    return [fixed(float(x), digits) if isinstance(x, int | float) and math.isfinite(x) else "" for x in cells]


def _rows(view: View, table: str) -> list[dict[str, Any]]:
    columns = view.columns(table)
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def _column(view: View, table: str, key: str) -> Column:
    """Return a column of the results as it is, under its title and unit."""
    column = dictionary()[table]["columns"][key]
    unit = str(column.get("unit", "")).replace("money", view.label)
    head = f"{column[view.lang]} ({unit})" if unit == view.label else column[view.lang]
    return head, partial(_whole if unit in COUNTED else _cell, key)


def _words(view: View, table: str, key: str, name: Callable[[str], str]) -> Column:
    """Return a column of names."""
    return dictionary()[table]["columns"][key][view.lang], lambda row: name(row[key]) if row[key] else ""


def _funds(view: View) -> Listing:
    columns = [
        _words(view, "funds", "fund", view.fund),
        _words(view, "funds", "kind", lambda kind: view.say(f"page_kind_{kind}")),
        (view.say("county"), lambda row: view.county(row["county"]) if row["county"] else view.say("page_all")),
        *(_column(view, "funds", key) for key in ("available", "spent", "unspent", "why_unspent")),
    ]
    return _listing(view, "funds", "funds.csv", _rows(view, "funds"), columns, lambda row: row["available"])


def _counties(view: View) -> Listing:
    unit = view.instance.money.unit
    head = view.say(
        "page_per_head",
        currency=view.say("page_yuan") if view.instance.money.currency == "CNY" else view.instance.money.currency,
    )
    columns = [
        _words(view, "counties", "county", view.county),
        *(_column(view, "counties", key) for key in ("aid", "national", "other")),
        (head, lambda row: row["aid_per_head"] * unit),
        *(
            _column(view, "counties", f"{key}{world}")
            for key in ("jobs_gained", "linkage")
            for world in ("_quo", "_without_aid", "")
        ),
        _column(view, "counties", "jobseekers_left"),
    ]
    return _listing(view, "counties", "counties.csv", _rows(view, "counties"), columns, lambda row: row["aid"])


def _funded(view: View) -> Listing:
    table = view.tables["measures"]
    brings = [key for key in ("jobs", "linkage") if (table[key] != 0).any()]
    columns = [
        _words(view, "measures", "measure", view.measure),
        _words(view, "measures", "county", view.county),
        _words(view, "measures", "category", view.say),
        _words(view, "measures", "industry", view.industry),
        *(_column(view, "measures", key) for key in ("units",)),
        (view.say("page_unit"), lambda row: view.instance.measures[row["measure"]].unit),
        *(_column(view, "measures", key) for key in ("cost", "aid", "national", "other", "gain", *brings)),
        (
            dictionary()["measures"]["columns"]["idle"][view.lang],
            lambda row: view.say("page_yes") if row["idle"] else "",
        ),
    ]
    rows = [row for row in _rows(view, "measures") if row["funded"]]
    return _listing(view, "funded", "measures.csv", rows, columns, lambda row: row["cost"], MOST_MEASURES)


def _idle(view: View) -> Listing:
    """Return the measures that are paid for and of which nothing is used, with what asks for them."""
    columns = [
        _words(view, "measures", "measure", view.measure),
        _words(view, "measures", "county", view.county),
        *(_column(view, "measures", key) for key in ("cost", "aid")),
        (view.say("page_asked_by"), lambda row: _asked(view, row["asked_by"])),
    ]
    rows = [row for row in _rows(view, "measures") if row["idle"]]
    return _listing(view, "idle", "measures.csv", rows, columns, lambda row: row["cost"], MOST_MEASURES)


def _asked(view: View, words: str) -> str:
    """Return what asks for a measure in words: rules, a commitment, a fund's least use."""
    return view.join([view.asker(word) for word in words.split("|") if word])


def _bridge(view: View) -> Listing:
    """Return whose the jobs are: the parts add up to all jobs, the rows to the last one."""
    rows = [row for row in _rows(view, "bridge") if row["part"] != "synergies" or view.instance.synergies]
    titles = {"synergies": view.say("synergies"), "total": view.say("total")}
    columns = [
        (view.say("county"), lambda row: titles.get(row["part"]) or view.county(row["county"])),
        *(_column(view, "bridge", key) for key in ("anyway", "through_others", "through_aid", "employment")),
        *(_column(view, "bridge", key) for key in ("aid", "aid_per_job")),
    ]
    return _listing(
        view, "bridge", "bridge.csv", rows, columns, lambda row: math.inf if row["part"] != "county" else row["aid"]
    )


def _scenarios(view: View) -> Listing:
    """Return what every scenario brings; nothing where there is one."""
    rows = _rows(view, "scenarios")
    columns = [
        _words(view, "scenarios", "scenario", lambda w: view.name("scenario", w)),
        (dictionary()["scenarios"]["columns"]["probability"][view.lang], lambda row: percent(row["probability"])),
        *(_column(view, "scenarios", f"employment{world}") for world in ("_quo", "_without_aid", "")),
        (view.say("through_the_aid"), lambda row: row["employment"] - row["employment_without_aid"]),
        *(_column(view, "scenarios", f"linkage{world}") for world in ("_quo", "_without_aid", "")),
    ]
    return _listing(
        view, "scenarios", "scenarios.csv", rows if len(rows) > 1 else [], columns, lambda row: row["probability"]
    )


def _moved(view: View) -> Listing:
    """Return the national payments in which planning together differs from the nation deciding first."""
    both = view.figures.get("coordination") or {"moved": []}
    columns: list[Column] = [
        _words(view, "measures", "measure", view.measure),
        (view.say("page_fund"), lambda row: view.fund(row["fund"])),
        *(
            (view.say(f"page_moved_{key}", label=view.label), partial(_cell, key))
            for key in ("first", "joint", "change")
        ),
    ]
    return _listing(view, "moved", "run.json", both["moved"], columns, lambda row: abs(row["change"]))


def _cell(key: str, row: dict[str, Any]) -> Cell:
    found: Cell = row[key]
    return found


def _tags(view: View) -> Listing:
    """Return money by tag; a measure counts for each of its tags."""
    columns: list[Column] = [
        (dictionary()["tags"]["columns"]["tag"][view.lang], lambda row: row["tag"] or view.say("page_no_tag")),
        *(_column(view, "tags", key) for key in ("measures", "funded", "cost", "aid", "national", "other")),
        (dictionary()["tags"]["columns"]["share_of_aid"][view.lang], lambda row: share(row["share_of_aid"])),
    ]
    return _listing(view, "tags", "tags.csv", _rows(view, "tags"), columns, lambda row: row["aid"])


def _whole(key: str, row: dict[str, Any]) -> Cell:
    """Return how many there are; persons may come in parts, since jobs do."""
    return round(row[key]) if math.isfinite(row[key]) else None


def share(value: float) -> str:
    """Return a share of a table, a dash where there is none."""
    return "–" if math.isnan(value) else percent(value)


def _indicators(view: View) -> Listing:
    """Return how concentrated aid is."""
    rows = [row for row in _rows(view, "indicators") if row["indicator"].startswith("hhi_")]
    columns: list[Column] = [
        (view.say("page_concentrated_by"), lambda row: view.say(f"page_by_{row['indicator'].removeprefix('hhi_')}")),
        (view.say("page_hhi"), lambda row: fixed(row["value"], 3)),
        (view.say("page_even_over"), lambda row: fixed(1 / row["value"], 1) if row["value"] > 0 else "–"),
    ]
    return _listing(view, "indicators", "indicators.csv", rows, columns, lambda row: row["value"])


def _unfunded(view: View) -> Listing:
    columns = [
        _words(view, "measures", "measure", view.measure),
        _words(view, "measures", "county", view.county),
        _words(view, "measures", "category", view.say),
        _words(view, "measures", "industry", view.industry),
        (
            view.say("page_largest_cost", label=view.label),
            lambda row: view.instance.measures[row["measure"]].largest_cost,
        ),
        _column(view, "measures", "reason"),
    ]
    rows = [row for row in _rows(view, "measures") if not row["funded"]]
    return _listing(
        view,
        "unfunded",
        "measures.csv",
        rows,
        columns,
        lambda row: view.instance.measures[row["measure"]].largest_cost,
        MOST_MEASURES,
    )


def _industries(view: View) -> Listing:
    columns = [
        _words(view, "industries", "county", view.county),
        _words(view, "industries", "industry", view.industry),
        *(
            _column(view, "industries", key)
            for key in ("jobs_before", "jobs_quo", "jobs_without_aid", "jobs", "insured", "upgraded")
        ),
        *(_column(view, "industries", key) for key in ("output_quo", "output_without_aid", "output")),
        (
            dictionary()["industries"]["columns"]["bottleneck"][view.lang],
            lambda row: view.join([view.limit(word) for word in row["bottleneck"].split("|") if word]),
        ),
    ]
    return _listing(
        view,
        "industries",
        "industries.csv",
        _rows(view, "industries"),
        columns,
        lambda row: abs(row["jobs"] - row["jobs_quo"]) + 1e-6 * row["jobs"],
    )


def _chains(view: View) -> Listing:
    columns = [
        _words(view, "chains", "county", view.county),
        _words(view, "chains", "chain", view.chain),
        (dictionary()["chains"]["columns"]["closed"][view.lang], lambda row: _yes(view, row["closed"])),
        (dictionary()["chains"]["columns"]["closed_quo"][view.lang], lambda row: _yes(view, row["closed_quo"])),
        (
            dictionary()["chains"]["columns"]["missing"][view.lang],
            lambda row: view.join([view.industry(s) for s in row["missing"].split("|") if s]),
        ),
    ]
    return _listing(
        view,
        "chains",
        "chains.csv",
        _rows(view, "chains"),
        columns,
        lambda row: 2 * row["closed"] - row["closed_quo"] - 0.01 * len(row["missing"]),
    )


def _yes(view: View, flag: int) -> str:
    return view.say("page_yes" if flag else "page_no")


def _links(view: View) -> Listing:
    """Return purchases by link, expected over scenarios and added up over counties."""
    probability = chances(view.instance)
    sums: dict[int, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    table = view.columns("flows")
    for i, w, *amounts in zip(*(table[k] for k in ("link", "scenario", "flow_quo", "flow", "linkage")), strict=True):
        for j, amount in enumerate(amounts):
            sums[int(i)][j] += probability[w] * amount
    rows = [
        {
            "name": pick_name(link, f"{view.industry(link.from_)} → {view.industry(link.to)}", view.lang),
            "from": view.industry(link.from_),
            "to": view.industry(link.to),
            "flow_quo": sums[i][0],
            "flow": sums[i][1],
            "linkage": sums[i][2],
        }
        for i, link in enumerate(view.instance.links, 1)
    ]
    columns: list[Column] = [
        (view.say("page_link"), lambda row: row["name"]),
        *(_column(view, "flows", key) for key in ("from", "to", "flow_quo", "flow", "linkage")),
    ]
    return _listing(view, "links", "flows.csv", rows, columns, lambda row: row["flow"])


def _rules(view: View) -> Listing:
    rules = {rule.name: rule for rule in view.instance.rules}
    rows = sorted(_rows(view, "rules"), key=lambda row: (-row["binding"], -(row["broken_by"] > 0)))
    columns = [
        (dictionary()["rules"]["columns"]["rule"][view.lang], lambda row: view.rule(row["rule"], row["group"])),
        (dictionary()["rules"]["columns"]["binding"][view.lang], lambda row: _yes(view, row["binding"])),
        *(_column(view, "rules", key) for key in ("value", "min", "max", "slack", "broken_by")),
        (dictionary()["rules"]["columns"]["unit"][view.lang], lambda row: _side(view, row["unit"])),
        (dictionary()["rules"]["columns"]["source"][view.lang], lambda row: _source(view, rules[row["rule"]].source)),
    ]
    return _listing(view, "rules", "rules.csv", rows, columns, lambda row: row["binding"] + (row["broken_by"] > 0))


def _side(view: View, unit: str) -> str:
    """Return the unit of a rule's sides in words."""
    key = {"measures": "measures", "money per head": "per_head", "money × persons": "persons"}.get(unit)
    return view.say(f"page_side_{key}", label=view.label) if key else view.label


def _source(view: View, key: str) -> str:
    return view.say("page_assumed") if key == "assumption" else view.instance.sources.get(key, key)

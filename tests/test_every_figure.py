"""Every figure that people read is one of the tables: each sheet of the workbook, each table of the page.

Both are read from a folder of results as they were saved, and compared with its CSV files and run.json. A column of
numbers that this file does not know is a failure: a new one gets its line here.
"""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest
from office import opened
from test_page import number_in, shown_rows

import alloc
from alloc.instance import CATEGORIES, KINDS, Instance
from alloc.report.dictionary import described

ROOT = Path(__file__).parent
QUESTIONS = {"everything": ROOT / "everything", "demo": ROOT.parent / "instances/demo"}
TABLES = ("allocation", "measures", "industries", "flows", "counties", "funds")
TABLES += ("rules", "chains", "scenarios", "bridge", "tags", "indicators")
HELPER = re.compile(
    r"for formulas|^1 = |, for tolerance|that a unit takes|^(Counted|Per head,|Distance from the others,) by: "
)
"""Columns that only other formulas read, which LibreOffice works out again in test_workbook_live.py."""

Expected = Mapping[str, Any]
"""Title of a column → its figures, row by row."""


class Saved(NamedTuple):
    """A folder of results, its tables, its figures, and the question."""

    folder: Path
    tables: Mapping[str, pd.DataFrame]
    figures: Mapping[str, Any]
    instance: Instance

    def __getattr__(self, name: str) -> pd.DataFrame:
        return self.tables[name]

    def funded(self, whether: int) -> pd.DataFrame:
        """Return the measures that are funded, or those that are not."""
        return self.measures[self.measures["funded"] == whether]

    def shown_bridge(self) -> pd.DataFrame:
        """Return whose the jobs are; synergies have a row where there are some."""
        return self.bridge[(self.bridge["part"] != "synergies") | bool(self.instance.synergies)]

    def rows_of(self, measures: pd.DataFrame) -> list[Any]:
        """Return what the question says of some measures."""
        return [self.instance.measures[m] for m in measures["measure"]]


@pytest.fixture(scope="module", params=QUESTIONS)
def saved(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Saved:
    run = alloc.solve(QUESTIONS[request.param])
    folder = run.save(tmp_path_factory.mktemp("figures") / "out")
    names = [name for name in (*TABLES, "sharing", "payers") if (folder / f"{name}.csv").is_file()]
    tables = {name: pd.read_csv(folder / f"{name}.csv", encoding="utf-8-sig") for name in names}
    figures = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    return Saved(folder, tables, figures, run.instance)


# --- Workbook -------------------------------------------------------------------------------------------------------


class Block(NamedTuple):
    """A table of a sheet: its titles, its rows, and the row of totals, if there is one."""

    titles: list[str]
    rows: list[tuple[Any, ...]]
    total: tuple[Any, ...] | None


def block_of(saved: Saved, sheet: str, above: str | None) -> Block | None:
    """Return the table of a sheet below some words, its units left out of the titles; None where it is not there."""
    book = opened(saved.folder / "allocation.xlsx")
    if sheet not in book.sheetnames:
        return None
    lines = list(book[sheet].iter_rows(values_only=True))
    starts = [0] if above is None else [i + 1 for i, line in enumerate(lines) if str(line[0]).startswith(above)]
    if not starts:
        return None
    titles, *rest = lines[starts[0] :]
    rows = []
    for line in rest:
        if line[0] in (None, "", "Total"):
            break
        rows.append(line)
    after = rest[len(rows)] if len(rows) < len(rest) else (None,)
    words = [str(title).partition("\n")[0] if title else "" for title in titles]
    return Block(words, rows, after if after[0] == "Total" else None)


def test_a_sheet_has_the_rows_that_are_expected(saved: Saved):
    found = block_of(saved, "Measures", None)
    assert found is not None
    assert len(found.rows) == len(saved.measures)


def _allocation(saved: Saved) -> Expected:
    """The sheet has an order of its own: rows are found by measure and fund."""
    block = block_of(saved, "Allocation", None)
    assert block is not None
    m, f = block.titles.index("Id"), block.titles.index("Id of the fund")
    keys = [(row[m], row[f]) for row in block.rows]
    amount = saved.allocation.set_index(["measure", "fund"])["amount"].loc[keys]
    costs = saved.measures.set_index("measure")["cost"].loc[[measure for measure, _ in keys]]
    return {
        "Amount": amount,
        "Amount in the plan as solved": amount,
        "Changed by": amount * 0,
        "Share of the measure's cost": [a / c if c > 0 else 0.0 for a, c in zip(amount, costs, strict=True)],
        "Cost": costs,
    }


def _by_source(saved: Saved) -> Expected:
    money = saved.allocation.pivot_table(
        index=["county", "category"], columns="fund", values="amount", aggfunc="sum", fill_value=0.0, observed=True
    )
    order = {c: i for i, c in enumerate(saved.instance.counties)}
    money = money.loc[sorted(money.index, key=lambda key: (order[key[0]], CATEGORIES.index(key[1])))]
    names = {f: row.name or f for f, row in saved.instance.funds.items()}
    return {names[f]: money[f] for f in money} | {"Total": money.sum(axis=1)}


def _measures(saved: Saved) -> Expected:
    table, rows = saved.measures, saved.rows_of(saved.measures)
    same = {"Funded": "funded", "Units": "units", "Cost": "cost", "Aid": "aid", "National funds": "national"}
    same |= {"Other funds": "other", "Units in effect (plan as solved)": "gain"}
    same |= {"Capacity added (plan as solved)": "effect", "Direct jobs (plan as solved)": "jobs"}
    same |= {"Direct linkage (plan as solved)": "linkage"}
    return {title: table[key] for title, key in same.items()} | {
        "Fixed cost": [row.fixed_cost for row in rows],
        "Cost of a unit": [row.unit_cost for row in rows],
        "Fewest units": [row.min_units for row in rows],
        "Most units": [row.max_units for row in rows],
        "Own limits broken": [0] * len(rows),
        "Broken": [0] * len(rows),
    }


def _counties(saved: Saved) -> Expected:
    table, counties = saved.counties, saved.instance.counties
    aid = saved.allocation[saved.allocation["kind"] == "aid"].groupby(["county", "category"])["amount"].sum()
    by_category = {k: [aid.get((c, k), 0.0) for c in table["county"]] for k in CATEGORIES}
    jobs, linkage = table["jobs_gained"], table["linkage"]
    return by_category | {
        "Aid": table["aid"],
        "National funds": table["national"],
        "Other funds": table["other"],
        "Total": table["aid"] + table["national"] + table["other"],
        "Population": [counties[c].population for c in table["county"]],
        "Aid per head": table["aid_per_head"] * saved.instance.money.unit,
        "Jobs gained with the plan": jobs,
        "Jobs gained anyway": table["jobs_gained_quo"],
        "Jobs gained without the aid": table["jobs_gained_without_aid"],
        "Through the aid": [*(jobs - table["jobs_gained_without_aid"]), *(linkage - table["linkage_without_aid"])],
        "Linkage": linkage,
        "Linkage there would be anyway": table["linkage_quo"],
        "Linkage without the aid": table["linkage_without_aid"],
        "Jobseekers left": table["jobseekers_left"],
    }


def _bridge(saved: Saved) -> Expected:
    table = saved.shown_bridge()
    table = table[table["part"] != "total"]
    return {
        "Would be there anyway": table["anyway"],
        "Through others' money": table["through_others"],
        "Through the aid": table["through_aid"],
        "Employment: the three together": table["employment"],
        "Aid": table["aid"],
        "Aid per job through the aid": table["aid_per_job"],
    }


def _scenarios(saved: Saved) -> Expected:
    """One scenario alone is the plan itself."""
    table = saved.scenarios
    if len(table) == 1:
        return {}
    found: dict[str, Any] = {"Probability": table["probability"]}
    for title, goal in (("Employment", "employment"), ("Linkage", "linkage")):
        found |= {title: table[goal], f"{title} there would be anyway": table[f"{goal}_quo"]}
        found |= {f"{title} without the aid": table[f"{goal}_without_aid"]}
    return found


def _indicators(saved: Saved) -> Expected:
    """An index of concentration is no part of anything."""
    table = saved.indicators
    counted = ~table["indicator"].str.startswith("hhi_") & table["value"].notna()
    over, of = table["over"].where(counted), table["of"].where(counted)
    return {"Value": table["value"], "What is counted": over, "What it is compared with": of}


def _tags(saved: Saved) -> Expected:
    same = {"Measures": "measures", "Measures funded": "funded", "Cost": "cost", "Aid": "aid"}
    same |= {"National funds": "national", "Other funds": "other", "Share of all aid": "share_of_aid"}
    return {title: saved.tags[key] for title, key in same.items()}


class Purse(NamedTuple):
    """A row of a fund: what it has and what is spent of it; whole: not only what it has for one of its counties."""

    kind: str
    whole: bool
    available: float
    spent: float


def _purses(saved: Saved) -> list[Purse]:
    """A fund that is tied to counties has a row of its own, and one for each of its counties."""
    found = []
    for f, fund in saved.instance.funds.items():
        own = saved.funds[saved.funds["fund"] == f]
        available, spent = own["available"].sum(), own["spent"].sum()
        tied = fund.by_county is not None
        if tied:
            found.append(Purse(fund.kind, True, min(available, fund.amount or available), spent))
        found += [Purse(fund.kind, not tied, *row) for row in zip(own["available"], own["spent"], strict=True)]
    return found


def _funds(saved: Saved) -> Expected:
    rows = _purses(saved)
    return {
        "Available": [row.available for row in rows],
        "Spent": [row.spent for row in rows],
        "Unspent": [row.available - row.spent for row in rows],
        "Used": [row.spent / row.available if row.available else 0.0 for row in rows],
        "Broken": [0] * len(rows),
    }


def _kinds(saved: Saved) -> Expected:
    """Each kind of fund has the money of its funds."""
    table = pd.DataFrame([row for row in _purses(saved) if row.whole])
    sums = table.groupby(pd.Categorical(table["kind"], KINDS), observed=True)[["available", "spent"]].sum()
    found = {"Available": sums["available"], "Spent": sums["spent"]}
    return {**found, "Unspent": sums["available"] - sums["spent"]}


def _rules(saved: Saved) -> Expected:
    table = saved.rules
    return {
        "Left: what the plan does": table["value"],
        "Left in the plan as solved": table["value"],
        "Right: at least": table["min"],
        "Right: at most": table["max"],
        "Slack": table["slack"],
        "Broken by": table["broken_by"],
    }


def _complementarity(saved: Saved) -> Expected:
    table = saved.measures
    same = {"National funds": table["national"], "Aid": table["aid"], "Cost": table["cost"]}
    return same | {"Broken": table["cost"] * 0}


def _resources(saved: Saved) -> Expected:
    """A resource that counties have of their own has a row for each."""
    units = saved.measures.set_index("measure")["units"]
    there, used = [], []
    for r, row in saved.instance.resources.items():
        for c in row.by_county or [None]:
            mine = {m: x for m, x in saved.instance.measures.items() if c is None or x.county == c}
            more = sum(x.supplies.get(r, 0.0) * units[m] for m, x in mine.items())
            there.append(more + (row.amount if c is None else row.by_county[c]))  # type: ignore[operator]
            used.append(sum(x.uses.get(r, 0.0) * units[m] for m, x in mine.items()))
    left = [a - b for a, b in zip(there, used, strict=True)]
    return {"There is": there, "The plan uses": used, "Left": left, "Broken": [0] * len(left)}


def _industries(saved: Saved) -> Expected:
    table = saved.industries
    same = {"Jobs today": "jobs_before", "Jobs there would be anyway": "jobs_quo", "Jobs with the plan": "jobs"}
    same |= {"Jobs without the aid": "jobs_without_aid", "Kept through the year with the plan": "retained"}
    same |= {"Kept through the year anyway": "retained_quo", "Insured jobs": "insured"}
    same |= {"Jobs with the new technology": "upgraded", "Workplaces": "capacity_infrastructure"}
    same |= {"Qualified workers": "capacity_training", "Jobs that can be insured": "capacity_insurance"}
    same |= {"Jobs that can be upgraded": "capacity_technology", "Positions offered": "capacity_enterprise"}
    same |= {"Output that buyers take (empty = no limit)": "market", "Output there would be anyway": "output_quo"}
    same |= {"Output with the plan": "output"}
    found = {title: table[key] for title, key in same.items()}
    return found | {"Through the aid": table["jobs"] - table["jobs_without_aid"]}


def _flows(saved: Saved) -> Expected:
    """Flows that are in no world are left out."""
    table = saved.flows
    table = table[(table[["flow", "flow_quo", "flow_without_aid"]] != 0).any(axis=1)]
    return {
        "Purchases there would be anyway": table["flow_quo"],
        "Purchases without the aid": table["flow_without_aid"],
        "Purchases with the plan": table["flow"],
        "Through the aid": table["flow"] - table["flow_without_aid"],
        "Linkage": table["linkage"],
    }


def _not_funded(saved: Saved) -> Expected:
    rows = saved.rows_of(saved.funded(0))
    return {
        "Least cost": [row.fixed_cost + row.unit_cost * row.min_units for row in rows],
        "Largest cost": [row.fixed_cost + row.unit_cost * row.max_units for row in rows],
    }


def _goals(saved: Saved) -> Expected:
    """The plan, the two worlds beside it, and what comes through whom, of each goal; then chains and measures."""
    worlds = (saved.figures, saved.figures["status_quo"], saved.figures["without_aid"])
    rows = [[world[goal] for world in worlds] for goal in ("employment", "linkage")]
    rows.append([saved.chains[key].sum() for key in ("closed", "closed_quo", "closed_without_aid")])
    rows.append([saved.measures["funded"].sum(), 0, saved.measures["funded_without_aid"].sum()])
    return {
        "With the plan": [plan for plan, _, _ in rows],
        "Would be there anyway": [quo for _, quo, _ in rows],
        "Without the aid": [without for _, _, without in rows],
        "Through others' money": [without - quo for _, quo, without in rows],
        "Through the aid": [plan - without for plan, _, without in rows],
    }


def _payers(saved: Saved) -> Expected:
    """Who paid what; only a donor of aid earns."""
    if "payers" not in saved.tables:
        return {}
    same = {"Available": "available", "Paid": "paid", "Expected return of donors of aid": "earned"}
    same |= {"Return a year for each unit of money paid": "earned_per_money"}
    return {title: saved.payers[key] for title, key in same.items()}


def _gains(saved: Saved) -> Expected:
    """What each side earns in each industry of a county."""
    if "sharing" not in saved.tables:
        return {}
    same = {"Output there would be anyway": "output_quo", "Output with the plan": "output"}
    same |= {"Profit in output above that": "profit", "Tax in output above that": "tax"}
    same |= {"Donor's part of profit": "donor_profit", "Donor's part of tax": "donor_tax"}
    same |= {f"Expected return of the {side}": key for key, side in (("donor", "donor side"), ("host", "host"))}
    return {title: saved.sharing[key] for title, key in same.items()}


SHEETS: Mapping[tuple[str, str | None], Callable[[Saved], Expected]] = {
    ("Summary", "What it brings"): _goals,
    ("Summary", "Money"): _kinds,
    ("Allocation", None): _allocation,
    ("By source", None): _by_source,
    ("Measures", None): _measures,
    ("By county", None): _counties,
    ("Whose jobs", "Whose the jobs are"): _bridge,
    ("Whose jobs", "What each scenario brings"): _scenarios,
    ("Whose jobs", "Indicators"): _indicators,
    ("Whose jobs", "Money by tag"): _tags,
    ("Funds", None): _funds,
    ("Rules", None): _rules,
    ("Complementarity", None): _complementarity,
    ("Resources", None): _resources,
    ("Jobs and bottlenecks", None): _industries,
    ("Chains and flows", "Flows between industries"): _flows,
    ("Gains on both sides", "Who paid what"): _payers,
    ("Gains on both sides", "Output and returns"): _gains,
    ("Not funded", None): _not_funded,
}
"""A sheet, and the words above a table of it → what its columns of numbers are."""

KNOWN = {
    "Complementarity": re.compile(r"ceiling$|could still pay$|planned$|^(Share paid|At least|At most): "),
    "Rules": re.compile(r"^As the rule counts it|^(Least|Most) in the rule$|^Compared with$|^Price of breaking"),
    "Funds": re.compile(r"^Least use$"),
}
"""Columns of numbers that no table of the results has: what the question says, and what is worked out of it."""

UNSUMMED = {
    "Used",
    "Aid per head",
    "Aid per job through the aid",
    "Share of all aid",
    "Return a year for each unit of money paid",
    "Share of the measure's cost",
}


def alike(shown: object, value: float) -> bool:
    """Tell whether a cell says a value; nothing may be left blank."""
    if pd.isna(value) or (value == 0 and not isinstance(shown, float)):
        return shown in (None, "", 0, "not measurable with these data")
    return isinstance(shown, int | float) and shown == pytest.approx(value, rel=1e-9, abs=1e-9)


def is_known(sheet: str, title: str) -> bool:
    """Tell whether a column of numbers is one that no table of the results has."""
    known = KNOWN.get(sheet)
    return bool(HELPER.search(title) or (known and known.search(title)))


@pytest.mark.parametrize(("sheet", "above"), SHEETS)
def test_every_number_of_a_sheet_is_that_of_the_tables(saved: Saved, sheet: str, above: str | None):
    block = block_of(saved, sheet, above)
    expected = {title: list(values) for title, values in SHEETS[sheet, above](saved).items()}
    if block is None:
        assert not any(expected.values()), "the sheet is not there"
        return
    for title in dict.fromkeys(block.titles):
        places = [j for j, word in enumerate(block.titles) if word == title]
        shown = [row[j] for j in places for row in block.rows]
        if title in expected:
            values = expected[title] if len(expected[title]) == len(shown) else expected[title] * len(places)
            assert [(a, b) for a, b in zip(shown, values, strict=True) if not alike(a, b)] == [], title
        elif any(isinstance(cell, int | float) for cell in shown):
            assert is_known(sheet, title), f"{title}: compared with nothing"
    missing = expected.keys() - set(block.titles)
    assert not missing or (sheet, missing) == ("Complementarity", {"Cost"})


@pytest.mark.parametrize(("sheet", "above"), SHEETS)
def test_a_row_of_totals_adds_up_its_column(saved: Saved, sheet: str, above: str | None):
    """A fund's own row stands above those of its counties, which are parts of it."""
    block = block_of(saved, sheet, above)
    if block is None or block.total is None:
        return
    parts = _purses(saved) if sheet == "Funds" else [None] * len(block.rows)
    rows = [row for row, purse in zip(block.rows, parts, strict=True) if purse is None or purse.whole]
    for j, (title, total) in enumerate(zip(block.titles, block.total, strict=True)):
        if isinstance(total, int | float) and title not in UNSUMMED:
            assert total == pytest.approx(sum(row[j] or 0 for row in rows), rel=1e-9, abs=1e-9), title


def test_every_sheet_of_the_answer_is_compared_with_its_tables(saved: Saved):
    names = [name for name in opened(saved.folder / "allocation.xlsx").sheetnames if not name.startswith("input ")]
    assert set(names) - {sheet for sheet, _ in SHEETS} == {"About"}


# --- Page -----------------------------------------------------------------------------------------------------------

NUMBER = re.compile(r"−?[\d,]+(\.\d+)?%?")


def _page_rows(saved: Saved, key: str) -> pd.DataFrame:
    """Return the rows of the table that a table of the page is made from."""
    if key == "links":
        chance = saved.flows["scenario"].map(saved.scenarios.set_index("scenario")["probability"])
        expected = saved.flows[["flow", "flow_quo", "linkage"]].mul(chance, axis=0)
        return expected.groupby(saved.flows["link"]).sum()
    if key == "indicators":
        return saved.indicators[saved.indicators["indicator"].str.startswith("hhi_")]
    chosen = {"funded": saved.funded(1), "unfunded": saved.funded(0)}
    chosen["idle"] = saved.measures[saved.measures["idle"] == 1]
    chosen["bridge"] = saved.shown_bridge()
    return chosen[key] if key in chosen else saved.tables[key]


def _page_figures(saved: Saved, key: str) -> Mapping[str, Any]:
    """Return what the columns of a table of the page are, by the beginnings of their titles."""
    table = _page_rows(saved, key)
    name = {"funded": "measures", "unfunded": "measures", "idle": "measures", "links": "flows"}.get(key, key)
    found = {of["en"]: table[c] for c, of in described(name)["columns"].items() if c in table}
    if key == "unfunded":
        found["Cost at full scale"] = [row.fixed_cost + row.unit_cost * row.max_units for row in saved.rows_of(table)]
    if key == "scenarios":
        found["Through the aid"] = table["employment"] - table["employment_without_aid"]
    if key == "counties":
        found["Aid per head (yuan)"] = table["aid_per_head"] * saved.instance.money.unit
    if key == "indicators":
        found |= {"Index (HHI)": table["value"], "As if even over": 1 / table["value"]}
    return found


def says(cell: str, value: float) -> bool:
    """Tell whether a cell of the page says a value, to the digits that it shows."""
    if not NUMBER.fullmatch(cell):
        return bool(pd.isna(value))
    digits, part = len(cell.rstrip("%").partition(".")[2]), 100 if cell.endswith("%") else 1
    return number_in(cell.rstrip("%")) == pytest.approx(part * value, abs=0.5000001 * 10**-digits)


def test_every_number_in_every_table_of_the_page_is_that_of_the_tables(saved: Saved):
    """Rules are shown those that bind first, links the largest first: there the numbers of a column are compared."""
    page = (saved.folder / "report.html").read_text(encoding="utf-8")
    keys = list(dict.fromkeys(re.findall(r'id="table-([^"]*)"', page)))
    assert len(keys) > 5
    for key in keys:
        titles, *rows = shown_rows(page, key)
        figures = {title: list(values) for title, values in _page_figures(saved, key).items()}
        for j, title in enumerate(titles):
            cells = [row[j] for row in rows]
            if not any(NUMBER.fullmatch(cell) for cell in cells):
                continue
            name = title if title in figures else title.rpartition(" (")[0]
            assert name in figures, f"{key}, {title}: compared with nothing"
            values = figures[name]
            if key in ("rules", "links"):
                cells, values = [x for x in cells if x], [x for x in values if not pd.isna(x)]
                cells, values = sorted(cells, key=number_in), sorted(values)
            wrong = [(a, b) for a, b in zip(cells, values, strict=True) if not says(a, b)]
            assert wrong == [], f"{key}, {title}"


FLAGS = {
    ("Jobs and bottlenecks", None): (
        "industries",
        {"Viable size reached": "established", "Cluster size reached": "clustered"},
    ),
    ("Chains and flows", "Chains"): ("chains", {"Complete with the plan": "closed", "Complete anyway": "closed_quo"}),
}
"""Columns that say yes where a flag of a table is set."""


@pytest.mark.parametrize(("sheet", "above"), FLAGS)
def test_a_sheet_says_yes_where_the_table_has_a_flag(saved: Saved, sheet: str, above: str | None):
    block, (name, columns) = block_of(saved, sheet, above), FLAGS[sheet, above]
    assert (block is None or not block.rows) == saved.tables[name].empty
    for title, column in columns.items() if block is not None else ():
        shown = [row[block.titles.index(title)] == "yes" for row in block.rows]
        assert shown == saved.tables[name][column].astype(bool).tolist(), title

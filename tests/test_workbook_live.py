"""The workbook recalculated by LibreOffice: it says what the solver found, and what breaks when money moves."""

import math
import random
import re
import subprocess
import zipfile
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from conftest import instance_of
from office import Office, differences, opened
from openpyxl import Workbook
from randoms import random_instance

from alloc.audit import audit
from alloc.report.workbook import write_workbook
from alloc.run import Run, solve

ROOT = Path(__file__).parent
QUESTIONS = {
    "demo": ("en", ROOT.parent / "instances/demo"),
    "everything": ("zh", ROOT / "everything"),
    "case-23": ("en", ROOT / "cases/case-23.yaml"),
}
SEEDS = (1, 11, 14)
MOVED = {"everything": (2, 7), 11: (0,), 12: (0,)}
"""Questions, by name or as the seed of a random one, with the seeds of what is moved; together they break it all."""


def book_of(run: Run, path: Path, lang: str) -> Path:
    write_workbook(run.instance, run.tables, run.figures, path, lang)
    return path


def test_recalculated_every_cell_says_what_the_solver_found(office: Office, tmp_path: Path):
    books = []
    for name, (lang, source) in QUESTIONS.items():
        run = solve(source, lang=lang)
        books.append(book_of(run, tmp_path / f"{name}.xlsx", lang))
    for seed in SEEDS:
        run = solve(instance_of(random_instance(seed)))
        books.append(book_of(run, tmp_path / f"random-{seed}.xlsx", "en"))
    planted = plant(books[0], tmp_path / "planted.xlsx")
    out = tmp_path / "again"
    *again, wrong = office.convert([*books, planted], out)
    for book, found in zip(books, again, strict=True):
        assert list(differences(book, found))[:9] == [], book.name
    assert str(opened(again[0])["Summary"]["A2"].value).startswith("optimal: goal 79.0")
    caught = list(differences(planted, wrong))
    assert [(x.said, x.sheet) for x in caught] == [(999, "Funds")]


def plant(book: Path, path: Path) -> Path:
    """Copy a workbook, but for the value of one formula on the sheet of funds, which becomes 999."""
    number = 1 + opened(book).sheetnames.index("Funds")
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(path, "w") as new:
        for item in old.infolist():
            content = old.read(item)
            if item.filename == f"xl/worksheets/sheet{number}.xml":
                text, count = re.subn(
                    r"(<f>SUMIFS\(amount,[^<]*</f>)<v>[^<]*</v>", r"\1<v>999</v>", content.decode(), count=1
                )
                assert count == 1
                content = text.encode()
            new.writestr(item, content)
    return path


class Moved(NamedTuple):
    """A plan whose money was moved by hand: the run as solved, and the tables that money says now."""

    run: Run
    tables: dict[str, pd.DataFrame]


def moved(run: Run, seed: int) -> Moved:
    """Move money of some measures at random; whether they go ahead and how large they are follows from it."""
    dice = random.Random(seed)
    allocation, measures = run.allocation.copy(), run.measures.copy()
    for i in dice.sample(range(len(allocation)), min(5, len(allocation))):
        money = allocation["amount"][i]
        allocation.loc[i, "amount"] = dice.choice([0.0, money + 7.5, 2 * money + 1, 40.0])
    for i, m in enumerate(measures["measure"]):
        row = run.instance.measures[m]
        mine = allocation[allocation["measure"] == m]
        cost = mine["amount"].sum()
        free = row.fixed_cost + row.unit_cost * row.min_units == 0 and run.measures["funded"][i] == 1
        funded = int(cost > 1e-6 or free)
        units = bought(run, i, cost)
        measures.loc[i, ["cost", "funded", "units"]] = [cost, funded, units * funded]
        for kind in ("aid", "national"):
            measures.loc[i, kind] = mine[mine["kind"] == kind]["amount"].sum()
    measures["other"] = measures["cost"] - measures["aid"] - measures["national"]
    return Moved(run, {**run.tables, "allocation": allocation, "measures": measures})


def bought(run: Run, i: int, cost: float) -> float:
    """Return the units that money pays for: the plan's where it is the plan's money, in lots so many whole ones."""
    row, lot = run.instance.measures[run.measures["measure"][i]], run.instance.money.lot
    if row.unit_cost == 0 or (lot is not None and abs(cost - run.measures["cost"][i]) < 1e-6):
        return float(run.measures["units"][i])
    units = (cost - row.fixed_cost) / row.unit_cost
    if lot is None:
        return units
    units = math.floor(units + 1e-6) if row.integer else units
    return min(units, row.max_units) if cost < row.largest_cost + lot else units


def edited(book: Path, of: Moved, path: Path) -> Path:
    """Type the moved money into a copy of the workbook, as a planner would."""
    money = of.tables["allocation"].set_index(["measure", "fund"])["amount"]
    found = opened(book, formulas=True)
    sheet = found["Allocation"]
    heads = [str(cell.value).split("\n")[0] for cell in sheet[1]]
    m, f = heads.index("Id"), heads.index("Id of the fund")
    for row in sheet.iter_rows(min_row=2, max_row=1 + len(money)):
        row[heads.index("Amount")].value = float(money[row[m].value, row[f].value])
    found.save(path)
    return path


CHECKS = {
    "Measures": "covers_cost within_scale keeps_commitments requires_others excludes_others limited_by_others",
    "Complementarity": "within_ceiling keeps_planned takes_no_national supplements_national excludes_national "
    "shares_cost",
    "Funds": "within_fund uses_fund",
    "Resources": "within_resource",
    "Rules": "keeps_rule",
}
"""Sheets, and the checks of the audit that they stand for."""


def told(book: Workbook) -> dict[str, set[str]]:
    """Return what the sheets of a workbook show as broken, by id."""
    found: dict[str, set[str]] = {}
    for name in CHECKS.keys() & set(book.sheetnames):
        rows = list(book[name].iter_rows(values_only=True))
        heads = [str(cell).split("\n")[0] for cell in rows[0]]
        if name == "Rules":
            broken = [row for row in rows[1:] if row[heads.index("State")] == "BROKEN"]
            ids = [[row[heads.index("Name of the rule")], row[heads.index("Name of the group")]] for row in broken]
        else:
            last = [j for j, head in enumerate(heads) if head == "Broken"]
            broken = [row for row in rows[1:] if any((row[j] or 0) > 0 for j in last)]
            ids = [[row[heads.index("Id") if "Id" in heads else 0]] for row in broken]
        found[name] = {" · ".join(word for word in words if word) for words in ids}
    return found


def expected(of: Moved) -> dict[str, set[str]]:
    """Return what the audit, which shares nothing with the workbook, finds broken in the moved tables."""
    findings = audit(of.run.instance, of.tables, of.run.figures).findings
    found = {}
    for name, checks in CHECKS.items():
        places = [x.place for x in findings if x.check in checks.split()]
        found[name] = set(places) if name == "Rules" else {place.split(" · ")[0] for place in places}
    found["Resources"] = {of.run.instance.resources[r].name or r for r in found["Resources"]}
    return found


def test_money_moved_by_hand_breaks_on_the_sheets_what_the_audit_finds_broken(office: Office, tmp_path: Path):
    plans: dict[str, Moved] = {}
    for question, seeds in MOVED.items():
        run = solve(ROOT / question if isinstance(question, str) else instance_of(random_instance(question)))
        book = book_of(run, tmp_path / "solved.xlsx", "en")
        for seed in seeds:
            plans[f"{question}-{seed}"] = moved(run, seed)
            edited(book, plans[f"{question}-{seed}"], tmp_path / f"{question}-{seed}.xlsx")
    paths = [tmp_path / f"{name}.xlsx" for name in plans]
    seen: set[str] = set()
    for (name, plan), path in zip(plans.items(), office.convert(paths, tmp_path / "again"), strict=True):
        found = opened(path)
        shown, real = told(found), expected(plan)
        for sheet, broken in shown.items():
            assert broken == real[sheet], (name, sheet)
            seen |= {sheet} if broken else set()
        summary = found["Summary"]
        counts = {row[0].value: row[2].value for row in summary.iter_rows() if row[0].value}
        assert (counts["Broken in all"] > 0) == any(real.values()), name
        assert counts["Rules broken"] == len(real["Rules"])
        assert counts["Allocation = what funds spend"] == counts["Allocation = all counties"] == 0
        assert counts["Amounts changed by hand"] > 0
        assert str(summary["A2"].value).startswith("edited: no longer the proven plan")
        assert "optimal" not in str(summary["A2"].value)
    assert seen == set(CHECKS)


def test_five_counties_print_on_twelve_pages_without_inputs_and_dictionary(office: Office, tmp_path: Path):
    run = solve(ROOT / "least_money/hetian.xlsx", lang="zh")
    book = book_of(run, tmp_path / "hetian.xlsx", "zh")
    (pdf,) = office.convert([book], tmp_path / "printed", to="pdf")
    told = subprocess.run(["pdfinfo", str(pdf)], check=True, capture_output=True, text=True, timeout=60).stdout
    pages = re.search(r"^Pages:\s+(\d+)$", told, flags=re.M)
    assert pages
    assert 8 <= int(pages.group(1)) <= 12

"""What the money brings: jobs and what limits them, chains and flows, scarce resources."""

import math
from collections import defaultdict
from collections.abc import Iterator
from operator import itemgetter
from typing import Any

from alloc.report.rows import list_words
from alloc.report.workbook.book import Book, Column, Formula
from alloc.report.workbook.columns import Columns, Row
from alloc.report.workbook.view import PlanView, known

FLOWS = ("flow_quo", "flow_without_aid", "flow")
"""Purchases in the three worlds."""

OVERDRAWN = "IF({used}-{there}>0.000001*MAX(1,{there}),1,0)"
"""Whether more of a resource is used than there is."""

CAPACITIES = (
    *("capacity_infrastructure", "capacity_training", "capacity_insurance"),
    *("capacity_technology", "capacity_enterprise"),
)


def write_jobs(book: Book, plan: PlanView, sheet: Any) -> None:
    """Write the jobs of each industry in each county: today, without the plan, with it, and what limits them."""
    table = Columns(plan, plan.rows("industries"))
    columns = [
        *table.names("county", "industry"),
        *table.each(("jobs_before", "jobs_quo", "jobs_without_aid", "jobs"), "jobs", "jobs", adds_up=True),
        table.through_aid("jobs", "jobs", "jobs", adds_up=True),
        *table.each(("retained_quo", "retained", "insured", "upgraded"), "jobs", "jobs", adds_up=True),
        table.make("bottleneck", "text", of=lambda row: _limits(plan, row["bottleneck"])),
        *table.each(CAPACITIES, "jobs", "jobs"),
        table.make("market", "jobs", "money"),
        *table.each(("output_quo", "output"), "jobs", "money", adds_up=True),
        table.make("established", "text", of=lambda row: plan.say("wb_yes") if row["established"] else ""),
        table.make("clustered", "text", of=lambda row: plan.say("wb_yes") if row["clustered"] else ""),
        table.aside("id", of="county", text="wb_county_id"),
        table.aside("industry_id", of="industry", text="wb_industry_id"),
    ]
    block = book.table(sheet, columns, total=plan.say("wb_total"))
    book.dress(sheet, block, freeze=2, guard=False, upto="bottleneck")


def _limits(plan: PlanView, words: str) -> str:
    """Return bottlenecks in words."""
    return " | ".join(map(plan.bottleneck, list_words(words)))


def write_chains(book: Book, plan: PlanView, sheet: Any) -> None:
    """Write which chains are complete in which county, and below who buys from whom, with the plan and without it."""
    table = Columns(plan, plan.rows("chains"))
    done = {1: plan.say("wb_yes"), 0: plan.say("wb_no")}
    columns = [
        *table.names("county", "chain"),
        table.make("closed", "text", of=lambda row: done[row["closed"]]),
        table.make("quo", "text", of=lambda row: done[row["closed_quo"]], text="wb_closed_quo"),
        table.make("missing", "text", of=lambda row: _stages(plan, row["missing"]), width=30),
    ]
    book.widen(sheet, 0, 3, 20)
    book.widen(sheet, 4, 4, 30)
    book.widen(sheet, 5, 8, 16)
    top = book.table(sheet, columns, top=1, fit=False)
    sheet.write_string(0, 0, plan.say("wb_chains"), book.format("section"))
    rows = [row for row in plan.rows("flows") if any(known(row[key]) > 0 for key in FLOWS)]
    start = top.last + 3
    sheet.write_string(start - 1, 0, plan.say("wb_flows"), book.format("section"))
    block = book.table(sheet, _flows(Columns(plan, rows)), top=start, fit=False)
    sheet.freeze_panes(0, 2)
    book.page(sheet, block.last, block.printed, printed=False)


def _stages(plan: PlanView, words: str) -> str:
    return " | ".join(plan.call("industry", list_words(words)))


def _flows(table: Columns) -> list[Column]:
    return [
        table.name("industry", "from"),
        table.name("industry", "to"),
        table.name("county", "county_from"),
        table.name("county", "county_to"),
        table.make("scenario", "text", of=lambda row: _world(table.plan, row["scenario"])),
        *(table.world(key, "money", "money") for key in FLOWS),
        table.through_aid("flow", "money", "money"),
        table.make("linkage", "jobs", "linkage"),
    ]


def _world(plan: PlanView, word: str) -> str:
    return plan.name("scenario", word) if plan.instance.scenarios else plan.say("wb_expected")


def write_resources(book: Book, plan: PlanView, sheet: Any) -> None:
    """Write what money does not buy: what there is, and what the plan uses of it."""
    table = Columns(plan, list(_resources(plan)))
    columns = [
        table.name("resource"),
        table.make(
            "county",
            "text",
            of=lambda row: plan.name("county", row["county"]) if row["county"] else "",
            text="wb_tied_to",
        ),
        table.make("unit", "text", of=lambda row: plan.instance.resources[row["resource"]].unit),
        table.make("there", "number"),
        table.make("used", "number", text="wb_uses"),
        table.make("left", "number", of=_left, formula="{there}-{used}", text="wb_left_over"),
        table.make("broken", "key", of=lambda row: 0, formula=OVERDRAWN, name="resource_broken", aside=True),
    ]
    block = book.table(sheet, columns)
    book.dress(sheet, block, freeze=1, printed=False)
    book.mark(sheet, block, ("used", "left"), "{broken}>0", "bad")


def _left(row: Row) -> float:
    there: float = row["there"]
    return there - float(row["used"].value or 0.0)


def _resources(plan: PlanView) -> Iterator[Row]:
    """Yield resource, county or '', how much there is, and how much the measures take."""
    units = dict(map(itemgetter("measure", "units"), plan.measures))
    taken: dict[tuple[str, str], list[float]] = defaultdict(list)
    for m, row in plan.instance.measures.items():
        for r, rate in row.uses.items():
            taken[r, row.county].append(rate * units[m])
            taken[r, ""].append(rate * units[m])
    for i, (r, resource) in enumerate(plan.instance.resources.items(), 1):
        places = [("", resource.amount)] if resource.amount is not None else []
        for c, there in [*places, *resource.by_county.items()]:
            local = f"*(measure_county={plan.number('county', c)})" if c else ""
            used = Formula(f"SUMPRODUCT(measure_units*measure_uses_{i}{local})", math.fsum(taken[r, c]))
            yield {"resource": r, "county": c, "there": there, "used": used}

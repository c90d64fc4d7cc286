"""What the money brings: jobs and what limits them, chains and flows, scarce resources."""

import math
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from alloc.report.reasons import OTHERS
from alloc.report.workbook.book import Book, Column, Formula
from alloc.report.workbook.view import PlanView, known

FLOWS = ("flow_quo", "flow_without_aid", "flow")
"""Purchases in the three worlds."""

CAPACITIES = ("infrastructure", "training", "insurance", "technology", "enterprise")


def write_jobs(book: Book, plan: PlanView, sheet: Any) -> None:
    """Write the jobs of each industry in each county: today, without the plan, with it, and what limits them."""
    rows = plan.rows("industries")

    def told(key: str, unit: str = "jobs", adds_up: bool = True) -> Column:
        return Column(key, plan.head(f"wb_{key}", unit), "jobs", [row[key] for row in rows], adds_up=adds_up)

    columns = [
        Column("county", plan.head("wb_county"), "text", [plan.name("county", row["county"]) for row in rows]),
        Column("industry", plan.head("wb_industry"), "text", [plan.name("industry", row["industry"]) for row in rows]),
        told("jobs_before"),
        told("jobs_quo"),
        told("jobs_without_aid"),
        told("jobs"),
        Column(
            "more",
            plan.head("wb_through_aid", "jobs"),
            "jobs",
            [Formula("{jobs}-{jobs_without_aid}", row["jobs"] - known(row["jobs_without_aid"])) for row in rows],
            adds_up=True,
        ),
        told("retained_quo"),
        told("retained"),
        told("insured"),
        told("upgraded"),
        Column("bottleneck", plan.head("wb_bottleneck"), "text", [_limits(plan, row["bottleneck"]) for row in rows]),
        *(told(f"capacity_{k}", adds_up=False) for k in CAPACITIES),
        told("market", "money", adds_up=False),
        told("output_quo", "money"),
        told("output", "money"),
        *(
            Column(key, plan.head(f"wb_{key}"), "text", [plan.say("wb_yes") if row[key] else "" for row in rows])
            for key in ("established", "clustered")
        ),
        Column("id", plan.head("wb_county_id"), "text", [row["county"] for row in rows], aside=True),
        Column("industry_id", plan.head("wb_industry_id"), "text", [row["industry"] for row in rows], aside=True),
    ]
    block = book.table(sheet, columns, total=plan.say("wb_total"))
    book.dress(sheet, block, freeze=2, guard=False, upto="bottleneck")


def _limits(plan: PlanView, words: str) -> str:
    """Return bottlenecks in words."""
    return " | ".join(
        plan.say(f"limit_{word}") if word in OTHERS else plan.name("category", word)
        for word in words.split("|")
        if word
    )


def write_chains(book: Book, plan: PlanView, sheet: Any) -> None:
    """Write which chains are complete in which county, and below who buys from whom, with the plan and without it."""
    chains = plan.rows("chains")
    done = {1: plan.say("wb_yes"), 0: plan.say("wb_no")}
    columns = [
        Column("county", plan.head("wb_county"), "text", [plan.name("county", row["county"]) for row in chains]),
        Column("chain", plan.head("wb_chain"), "text", [plan.name("chain", row["chain"]) for row in chains]),
        Column("closed", plan.head("wb_closed"), "text", [done[row["closed"]] for row in chains]),
        Column("quo", plan.head("wb_closed_quo"), "text", [done[row["closed_quo"]] for row in chains]),
        Column("missing", plan.head("wb_missing"), "text", [_stages(plan, row["missing"]) for row in chains], width=30),
    ]
    book.widen(sheet, 0, 3, 20)
    book.widen(sheet, 4, 4, 30)
    book.widen(sheet, 5, 8, 16)
    top = book.table(sheet, columns, top=1, fit=False)
    sheet.write_string(0, 0, plan.say("wb_chains"), book.format("section"))
    rows = [row for row in plan.rows("flows") if any(known(row[key]) > 0 for key in FLOWS)]
    start = top.last + 3
    sheet.write_string(start - 1, 0, plan.say("wb_flows"), book.format("section"))
    block = book.table(sheet, list(_flows(plan, rows)), top=start, fit=False)
    sheet.freeze_panes(0, 2)
    book.page(sheet, block.last, block.printed, printed=False)


def _stages(plan: PlanView, words: str) -> str:
    return " | ".join(plan.name("industry", word) for word in words.split("|") if word)


def _flows(plan: PlanView, rows: list[dict[str, Any]]) -> Iterator[Column]:
    for key, what in (("from", "industry"), ("to", "industry"), ("county_from", "county"), ("county_to", "county")):
        yield Column(key, plan.head(f"wb_{key}"), "text", [plan.name(what, row[key]) for row in rows])
    yield Column("scenario", plan.head("wb_scenario"), "text", [_world(plan, row["scenario"]) for row in rows])
    for key in FLOWS:
        yield Column(key, plan.head(f"wb_{key}", "money"), "money", [known(row[key]) for row in rows])
    more = [Formula("{flow}-{flow_without_aid}", row["flow"] - known(row["flow_without_aid"])) for row in rows]
    yield Column("more", plan.head("wb_through_aid", "money"), "money", more)
    yield Column("linkage", plan.head("wb_linkage", "linkage"), "jobs", [row["linkage"] for row in rows])


def _world(plan: PlanView, word: str) -> str:
    return plan.name("scenario", word) if plan.instance.scenarios else plan.say("wb_expected")


def write_resources(book: Book, plan: PlanView, sheet: Any) -> None:
    """Write what money does not buy: what there is, and what the plan uses of it."""
    rows = list(_resources(plan))
    broken = Formula("IF({used}-{there}>0.000001*MAX(1,{there}),1,0)", 0)
    columns = [
        Column("resource", plan.head("wb_resource"), "text", [plan.name("resource", r) for r, *_ in rows]),
        Column("county", plan.head("wb_tied_to"), "text", [plan.name("county", c) if c else "" for _, c, *_ in rows]),
        Column("unit", plan.head("wb_unit"), "text", [plan.instance.resources[r].unit for r, *_ in rows]),
        Column("there", plan.head("wb_there"), "number", [there for _, _, there, _ in rows]),
        Column("used", plan.head("wb_uses"), "number", [used for *_, used in rows]),
        Column(
            "left",
            plan.head("wb_left_over"),
            "number",
            [Formula("{there}-{used}", there - float(used.value or 0.0)) for _, _, there, used in rows],
        ),
        Column("broken", plan.head("wb_broken"), "key", [broken] * len(rows), name="resource_broken", aside=True),
    ]
    block = book.table(sheet, columns)
    book.dress(sheet, block, freeze=1, printed=False)
    book.mark(sheet, block, ("used", "left"), "{broken}>0", "bad")


def _resources(plan: PlanView) -> Iterator[tuple[str, str, float, Formula]]:
    """Yield resource, county or '', how much there is, and how much the measures take."""
    units = {row["measure"]: row["units"] for row in plan.measures}
    taken: dict[tuple[str, str], list[float]] = defaultdict(list)
    for m, row in plan.instance.measures.items():
        for r, rate in row.uses.items():
            taken[r, row.county].append(rate * units[m])
            taken[r, ""].append(rate * units[m])
    for i, (r, resource) in enumerate(plan.instance.resources.items(), 1):
        places = [("", resource.amount)] if resource.amount is not None else []
        for c, there in [*places, *resource.by_county.items()]:
            local = f"*(measure_county={plan.number('county', c)})" if c else ""
            yield r, c, there, Formula(f"SUMPRODUCT(measure_units*measure_uses_{i}{local})", math.fsum(taken[r, c]))

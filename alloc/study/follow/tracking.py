"""A plan followed up: planned against actual, and what the goal comes to with what is there."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from alloc.errors import Fault
from alloc.glance import Glance
from alloc.instance import Instance
from alloc.instance.money import eligible_funds
from alloc.report.files import write_described
from alloc.report.notebook import call_question
from alloc.report.target import fill, write_json
from alloc.run import Run
from alloc.study.answers.plan_of_result import PlanOfResult
from alloc.study.compare.results import Result, read_result
from alloc.study.follow.actuals import ROOM, Actuals, read_actuals
from alloc.study.follow.delivery import DeliveryRate, estimate_deliveries
from alloc.study.follow.first_year import take_first_year, tell_goal
from alloc.study.follow.forecast import CASES, Outlook, find_forecast
from alloc.study.follow.progress import STATES, UNDATED, make_progress, say_states
from alloc.study.follow.purchases import list_purchases
from alloc.study.follow.section import make_tracking_page
from alloc.study.follow.shown import write_shown_book
from alloc.study.follow.tracked import describe_tracking
from alloc.study.request import check_language
from alloc.texts import say
from alloc.texts.figures import amount, percent

MARK = "tracking.json"
"""What tells a plan followed up from any other folder."""


@dataclass(frozen=True, repr=False)
class Tracking(Glance):
    """What became of a plan. result: the plan, with its question and its tables; actuals: what was read.

    tables: `tracking` has a row for each measure, payment, county, category, fund, quarter and industry, `forecast`
    one for the goal in each case, `rates` one for each county and category where anything was paid for, its delivery
    estimated anew; their columns are described in the folder's data dictionary.
    """

    result: Result
    actuals: Actuals
    tables: Mapping[str, pd.DataFrame] = field(hash=False)

    @property
    def instance(self) -> Instance:
        """The question that the plan answers."""
        return self.result.instance

    @property
    def warnings(self) -> tuple[Fault, ...]:
        """What is doubtful in what was read."""
        return (*self.actuals.warnings, *_list_strange_payments(self.instance, self.actuals))

    def get_rows(self, by: str) -> pd.DataFrame:
        """Return the rows of one kind: total, measure, payment, county, category, fund, quarter or industry."""
        rows = self.tables["tracking"]
        return rows[rows["by"] == by].reset_index(drop=True)

    def list_open_measures(self) -> pd.DataFrame:
        """Return the rows of the measures that are not as planned."""
        rows = self.get_rows("measure")
        return rows[~rows["state"].isin(["", "as_planned"])].reset_index(drop=True)

    @property
    def figures(self) -> dict[str, Any]:
        """What tracking.json holds: money, measures by state, and the goal in each case."""
        (whole,) = self.get_rows("total").to_dict("records")
        goals = self.tables["forecast"].set_index("case").to_dict("index")
        quarters = self.get_rows("quarter")
        undated = quarters.loc[quarters["quarter"] == UNDATED, "paid"].sum()
        return {
            "alloc": 1,
            "name": self.instance.name,
            "year": self.instance.year,
            "instance_sha256": self.instance.sha256,
            "planned": float(whole["planned_money"]),
            "paid": float(whole["paid"]),
            "paid_undated": float(undated),
            "measures": self.count_states(),
            "goals": goals,
            "warnings": [fault.say() for fault in self.warnings],
        }

    def count_states(self) -> dict[str, int]:
        """Return how many measures are in each state; one may be in several."""
        found = Counter(state for cell in self.get_rows("measure")["state"] for state in cell.split("|"))
        return {state: found[state] for state in STATES}

    def tell(self, lang: str = "en") -> Iterator[str]:
        """Yield the summary: money, measures by state, and the goal with what is there."""
        figures = self.figures
        label, planned = self.instance.money.label, figures["planned"]
        share = percent(figures["paid"] / planned if planned else None)
        yield say("track_money", lang, paid=amount(figures["paid"]), planned=amount(planned), share=share, label=label)
        states = [f"{say_states(state, lang)} {n}" for state, n in figures["measures"].items() if n]
        if states:
            yield say("track_states", lang, states=say("between_facts", lang).join(states))
        for case in ("accepted", "delivered"):
            goal, plan = figures["goals"][case], figures["goals"]["plan"]
            told = {"jobs": amount(goal["employment"]), "planned_jobs": amount(plan["employment"])}
            yield say(f"track_forecast_{case}", lang, goal=amount(goal["objective"]), **told)
        if figures["paid_undated"]:
            yield say("track_undated", lang, paid=amount(figures["paid_undated"]), label=label)

    def _call(self) -> str:
        return call_question(self.instance)

    def _state(self, lang: str) -> Iterator[str]:
        return self.tell(lang)

    def save(self, out: str | os.PathLike[str], overwrite: bool = False, lang: str = "en") -> Path:
        """Write tables, data dictionary, tracking.json, tracking.xlsx and report.html; return the folder."""
        place = Path(out)
        with fill(place, (MARK,), overwrite) as folder:
            write_described(self.instance, self.tables, folder, lang, ROOM)
            write_json(self.figures, folder / MARK)
            write_shown_book(self.instance, describe_tracking(self, lang), folder / "tracking.xlsx", lang, guard=True)
            (folder / "report.html").write_text(make_tracking_page(self, lang), encoding="utf-8", newline="")
        return place


def track(
    result: Run | Result | str | os.PathLike[str],
    actuals: Actuals | str | os.PathLike[str],
    *,
    unchecked: bool = False,
    lang: str = "en",
) -> Tracking:
    """Compare a plan with what was paid, delivered and counted, and tell what the goal comes to with what is there.

    result: a run, a results folder or a workbook with a plan; of one over several years the first year is followed.
    actuals: a workbook or a folder of CSV files (see `read_actuals`). unchecked: take a folder whose tables were
    edited. The goal is solved for twice: with the units accepted so far, and with all that are delivered; jobs and
    flows are the best that they allow.
    Raises RequestError where there is no such plan, InstanceError with every fault in what became of it.
    """
    check_language(lang)
    of = tell_goal(take_first_year(read_result(result, unchecked, over_years=True)))
    told = actuals if isinstance(actuals, Actuals) else read_actuals(actuals, of.instance)
    paid = told.add_paid()
    accepted = find_forecast(of, paid, told.add_accepted())
    delivered = find_forecast(of, paid, told.add_delivered())
    tables = {
        "tracking": make_progress(of, told, accepted),
        "forecast": _list_goals(of, accepted, delivered),
        "rates": _list_rates(of, told, lang),
    }
    return Tracking(of, told, tables)


def _list_rates(of: Result, actuals: Actuals, lang: str) -> pd.DataFrame:
    """Return how much of what is paid for arrives, estimated anew."""
    purchases = list_purchases(PlanOfResult(of.instance, of.tables, of.figures, lang), actuals)
    rows = map(asdict, estimate_deliveries(of.instance, purchases))
    return pd.DataFrame(rows, columns=list(DeliveryRate.__annotations__))


def _list_goals(of: Result, accepted: Outlook, delivered: Outlook) -> pd.DataFrame:
    """Return the goal in each case."""
    keys = ("objective", "employment", "linkage")
    cases: dict[str, Mapping[str, Any]] = {
        "status_quo": of.figures["status_quo"],
        "plan": of.figures,
        "accepted": vars(accepted),
        "delivered": vars(delivered),
    }
    rows = [{"case": case, **{key: float(cases[case][key]) for key in keys}} for case in CASES]
    return pd.DataFrame(rows)


def _list_strange_payments(instance: Instance, actuals: Actuals) -> Iterator[Fault]:
    """Yield the payments from funds that may not pay for the measure: they count, and somebody should look."""
    for m, f in actuals.add_paid():
        payers = eligible_funds(instance, m)
        if f not in payers:
            values = {"fund": f, "measure": m, "funds": ", ".join(payers) or "–"}
            yield Fault(f"{m} · {f}", "", "track_not_payable", values)

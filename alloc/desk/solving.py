"""A solve for the desk: the plan is shown once it is audited, then saved; where there is none, what would give one."""

import math
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from alloc.desk.offers import Offers, offer_returns
from alloc.desk.opening import Opened
from alloc.desk.order import Order, find_plan
from alloc.desk.replies import Ask, Line, Reply, Send, make_log, make_reply
from alloc.desk.scenarios import write_note, write_plan
from alloc.errors import RequestError
from alloc.planning import choose_options
from alloc.report.page.annual import tell_over_years
from alloc.report.page.answer import tell_answer
from alloc.report.page.view import View
from alloc.report.target import check_writable
from alloc.run import Run, solve
from alloc.study.answers.fix import LockedPlan, solve_locked
from alloc.study.answers.repair import SECONDS, Repairs, repair
from alloc.study.answers.summary import show_conflicts, show_locks
from alloc.texts import say
from alloc.texts.figures import amount
from alloc.texts.figures import gap as tell_gap

SHOWN = ("year", "measure", "fund", "amount")
"""Columns of a plan that is shown before it is saved."""


def solve_scenario(order: Order, place: Opened, send: Send) -> Reply:
    """Solve, and save the plan as a scenario: whole, or not at all.

    send: hears of the plan before ties are broken and files are written, and of repairs as they are found.
    """
    target = place.folder / order.words["name"]
    if target.exists():
        raise RequestError("desk_taken", found=target.name)
    check_writable(target, overwrite=False)

    offers = list[Offers]()

    def preview(run: Run) -> None:
        if run.solution.has_plan:
            send({"early": _show_early(run, order.lang)})
        else:
            offers.append(_tell_early(run, order, send))

    how: dict[str, Any] = {"lang": order.lang, "log": make_log(order.lang, send), "preview": preview, **order.options()}
    found: Run | LockedPlan
    if order.locked:
        file = write_plan(find_plan(order, place), order.plan)
        found = solve_locked(place.instance, file, overrides=order.overrides, **how)
    else:
        found = solve(place.instance, overrides=order.overrides, **how)
    run = found if isinstance(found, Run) else found.run
    if run is None or not run.solution.has_plan:
        return _tell_none(found, offers, order, place, send)
    note = {"instance": str(place.instance.resolve()), "given": dict(order.given), "rules": list(order.rules)}
    kept = _keep(found, target, order.lang)
    write_note(kept, {**note, "locked": order.locked, **order.options()})  # only who got the name may say what it is

    def tell(lang: str) -> Iterator[Line]:
        yield from _tell_plan(found, run, lang)
        if kept.name != target.name:
            yield say("desk_kept_as", lang, taken=target.name, name=kept.name)

    return {**make_reply(tell, order.lang, good=True), "scenario": kept.name}


def _keep(found: Run | LockedPlan, target: Path, lang: str) -> Path:
    """Save a plan and return where: where others took its name while it was sought, under the next that is free."""
    kept, number = target, 2
    while kept.exists():
        kept, number = target.with_name(f"{target.name} ({number})"), number + 1
    return found.save(kept, lang=lang)


def _show_early(run: Run, lang: str) -> Reply:
    """Return a plan before ties are broken."""
    paid = run.tables["allocation"]
    shown = paid.loc[paid["amount"] != 0, [column for column in SHOWN if column in paid]]
    reply = make_reply(lambda of: [*_tell_proof(run, of), say("desk_early", of)], lang, good=True)
    return {**reply, "plan": shown.to_dict("records")}


def _tell_plan(found: Run | LockedPlan, run: Run, lang: str) -> Iterator[Line]:
    yield from _tell_proof(run, lang)
    view = View(run.instance, lang, run.tables, run.figures)
    yield from tell_over_years(view) if run.instance.questions else tell_answer(view)
    if isinstance(found, LockedPlan):
        yield from show_locks(found, lang)


def _tell_proof(run: Run, lang: str) -> Iterator[str]:
    figures = run.figures
    goals = {"objective": amount(figures["objective"]), "bound": amount(figures["bound"])}
    proof = {"status": say(f"status_{run.status}", lang), "gap": tell_gap(figures["gap"])}
    yield say("desk_solved", lang, **goals, **proof, seconds=f"{figures['seconds']:.1f}")
    if run.status == "feasible":
        left = max(stage.gap for stage in run.solution.stages)
        yield say("stopped_early", lang, gap=f"{left:.2%}" if math.isfinite(left) else "?")


def _tell_early(run: Run, order: Order, send: Send) -> Offers:
    """Tell that there is no plan before it is known why, and how far what was changed has to go back."""
    offers = Offers(run.instance, order.lang, send, good=False)
    offers.head, offers.still = lambda lang: [say(run.status, lang)], "desk_early_none"
    offers.send()
    if run.status == "infeasible" and not order.locked:
        offer_returns(offers, run.instance, order.given, _count_seconds(run, order))
    return offers


def _tell_none(found: Run | LockedPlan, known: list[Offers], order: Order, place: Opened, send: Send) -> Reply:
    """Return why there is no plan, as `alloc solve` tells it, and what would give one. known: offered before."""
    if not isinstance(found, Run):
        if found.run is not None:
            return _tell_none(found.run, known, order, place, send)
        return make_reply(partial(show_locks, found), order.lang, good=False)
    run, why = found, found.figures.get("clash", [])
    if run.status != "infeasible":
        return make_reply(lambda lang: [say(run.status, lang), *why], order.lang, good=False)
    offers = known[-1] if known else Offers(run.instance, order.lang, send, good=False)
    offers.head, offers.still = lambda lang: [say(run.status, lang), *why], "desk_early_repairs"
    repairs = None if order.locked else _find_repairs(run, offers, order, place)

    def tell(lang: str) -> Iterator[Line]:
        yield say(run.status, lang)
        yield from show_conflicts(repairs, lang) if lang != order.lang and repairs and repairs.conflicts else why
        yield from offers.list_lines(lang)
        yield Ask(say("infeasible_repair", lang), "repair")

    return make_reply(tell, order.lang, good=False)


def _find_repairs(run: Run, offers: Offers, order: Order, place: Opened) -> Repairs | None:
    """Return the repairs by one limit, each offered as it is found and again with the goal that it leads to.

    They are those of `alloc solve`, within the time that is left.
    """
    offers.send()
    left = _count_seconds(run, order)
    if left <= 0:
        return None
    tell: dict[str, Any] = {"tell": offers.add, "reached": offers.reach, "lang": order.lang}
    how = {"gap": order.number("gap"), "time_limit": left, "run": run, **tell}
    return repair(place.instance, conflicts=1, largest=1, overrides=order.overrides, **how)


def _count_seconds(run: Run, order: Order) -> float:
    """Return how long it may still be asked what would give a plan [s]."""
    limit = choose_options(run.instance, time_limit=order.number("time_limit")).time_limit
    return float(min(SECONDS, limit - run.figures["seconds"]))

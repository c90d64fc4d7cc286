"""A solve for the desk: the plan is shown once it is audited, then saved; where there is none, what would give one."""

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from alloc.desk.opening import Opened
from alloc.desk.order import Order, find_plan
from alloc.desk.replies import Ask, Line, Offer, Reply, Send, make_log, make_reply
from alloc.desk.scenarios import write_note, write_plan
from alloc.errors import RequestError
from alloc.infeasibility import UndecidedError, list_limits
from alloc.instance import Instance
from alloc.report.page.annual import tell_over_years
from alloc.report.page.answer import tell_answer
from alloc.report.page.view import View
from alloc.report.target import check_writable
from alloc.run import Run, choose_options, solve
from alloc.solver import Deadline
from alloc.study.answers.fix import LockedPlan, solve_locked
from alloc.study.answers.menu import Repair, find_returns
from alloc.study.answers.repair import SECONDS, Repairs, repair
from alloc.study.answers.summary import offer_first_aid, show_conflicts, show_locks, show_repair
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

    returns = list[Repair]()

    def preview(run: Run) -> None:
        send({"early": _show_early(run, returns, order.lang)})
        for one in () if run.solution.has_plan else _find_returns(run, order):
            returns.append(one)
            send({"early": _show_early(run, returns, order.lang)})

    how: dict[str, Any] = {"lang": order.lang, "log": make_log(order.lang, send), "preview": preview, **order.options()}
    found: Run | LockedPlan
    if order.locked:
        file = write_plan(find_plan(order, place), order.plan)
        found = solve_locked(place.instance, file, overrides=order.overrides, **how)
    else:
        found = solve(place.instance, overrides=order.overrides, **how)
    run = found if isinstance(found, Run) else found.run
    if run is None or not run.solution.has_plan:
        return _tell_none(found, returns, order, place, send)
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


def _show_early(run: Run, returns: Sequence[Repair], lang: str) -> Reply:
    """Return a plan before ties are broken, or that there is none before it is known why."""
    if not run.solution.has_plan:

        def tell(of: str) -> Iterator[Line]:
            yield say(run.status, of)
            yield from _offer(returns, run.instance, of)
            yield say("desk_early_none", of)

        return make_reply(tell, lang, good=False)
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


def _tell_none(found: Run | LockedPlan, early: list[Repair], order: Order, place: Opened, send: Send) -> Reply:
    """Return why there is no plan, as `alloc solve` says it, and what would give one. early: what was found before."""
    if not isinstance(found, Run):
        if found.run is not None:
            return _tell_none(found.run, early, order, place, send)
        return make_reply(partial(show_locks, found), order.lang, good=False)
    run, why = found, found.figures.get("clash", [])
    if run.status != "infeasible":
        return make_reply(lambda lang: [say(run.status, lang), *why], order.lang, good=False)
    repairs = None if order.locked else _find_repairs(run, early, order, place, send)

    def tell(lang: str) -> Iterator[Line]:
        yield say(run.status, lang)
        yield from show_conflicts(repairs, lang) if lang != order.lang and repairs and repairs.conflicts else why
        told = [] if repairs is None else list(offer_first_aid(repairs, lang, most=None))
        for one, line in told:
            yield Offer(line, one.settings)
        known = [one.settings for one, _ in told]
        yield from _offer([one for one in early if one.settings not in known], run.instance, lang)
        yield Ask(say("infeasible_repair", lang), "repair")

    return make_reply(tell, order.lang, good=False)


def _find_returns(run: Run, order: Order) -> Iterator[Repair]:
    """Yield how far each figure that was changed has to go back; nothing where limits alone are not to blame."""
    left = _count_seconds(run, order)
    if run.instance.questions or order.locked or left <= 0:
        return
    limits = replace(list_limits(run.instance), deadline=Deadline(left))
    with suppress(UndecidedError), limits.deadline.listening():
        if not limits.hold_together({}):
            yield from find_returns(limits, order.given)


def _find_repairs(run: Run, early: list[Repair], order: Order, place: Opened, send: Send) -> Repairs | None:
    """Return the repairs by one limit; each is sent as it is found, before it is known what goal it leads to.

    They are those of `alloc solve`, within the time that is left.
    """
    repairs = list(early)

    def tell(lang: str) -> Iterator[Line]:
        yield from (say(run.status, lang), *run.figures.get("clash", []))
        yield from offer_early(repairs, run.instance, lang)

    def add(one: Repair) -> None:
        if one.settings not in [known.settings for known in early]:
            repairs.append(one)
            send({"early": make_reply(tell, order.lang, good=False)})

    send({"early": make_reply(tell, order.lang, good=False)})
    left = _count_seconds(run, order)
    if left <= 0:
        return None
    how: dict[str, Any] = {"gap": order.number("gap"), "time_limit": left, "lang": order.lang}
    return repair(place.instance, conflicts=1, largest=1, overrides=order.overrides, tell=add, run=run, **how)


def _count_seconds(run: Run, order: Order) -> float:
    """Return how long it may still be asked what would give a plan [s]."""
    limit = choose_options(run.instance, time_limit=order.number("time_limit")).time_limit
    return float(min(SECONDS, limit - run.figures["seconds"]))


def offer_early(repairs: Iterable[Repair], instance: Instance, lang: str) -> Iterator[Line]:
    """Yield the repairs that are found so far, and that others are sought."""
    yield from _offer(repairs, instance, lang)
    yield say("desk_early_repairs", lang)


def _offer(repairs: Iterable[Repair], instance: Instance, lang: str) -> Iterator[Offer]:
    for one in repairs:
        yield Offer(f"  {show_repair(one, instance, lang)}", one.settings)

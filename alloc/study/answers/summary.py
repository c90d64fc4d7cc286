"""What answers say: which limits must give, what they cost, what money buys, what is safe, why this and not that."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
from rich.table import Table

from alloc.infeasibility.levers import Lever
from alloc.infeasibility.telling import say_figure, say_lever
from alloc.instance import Instance
from alloc.report.names import Names
from alloc.report.rows import list_words
from alloc.report.screen import new_table
from alloc.study.answers.bottleneck import Bottlenecks
from alloc.study.answers.certainty import Certainty, SafeMoney
from alloc.study.answers.fix import LockedPlan
from alloc.study.answers.margin import Margin
from alloc.study.answers.menu import Repair, Replacement
from alloc.study.answers.price import Prices
from alloc.study.answers.repair import Repairs
from alloc.study.answers.why import WhyAnswer
from alloc.study.points import Point
from alloc.texts import say
from alloc.texts.figures import amount, exact, percent, signed

MOST = 20
"""So many prices are shown; all of them are in the file."""

FIRST_AID = 3
"""So many repairs are shown where a question turns out to have no plan."""

MOST_CELLS = 3
"""So many cells that gain by a step are named; all of them are in the file."""

NO_MONEY = 1e-6
"""Less than this is no change of a cell [money]."""


def show_repairs(found: Repairs, lang: str, told: int = 0) -> Iterator[str]:
    """Yield the conflicts but those that were told before, and the menu, as lines to read."""
    yield from show_conflicts(found, lang, told)
    for _, line in show_menu(found, lang):
        yield line
    if found.feasible is False and not found.complete:
        yield say("repair_open", lang)


def show_conflicts(found: Repairs, lang: str, told: int = 0) -> Iterator[str]:
    """Yield what cannot hold together, or that there is a plan. told: so many were told before."""
    names = Names(found.instance, lang)
    if found.feasible is not False:
        yield say("repair_feasible" if found.feasible else "repair_undecided", lang)
        return
    for conflict in found.conflicts[told:]:
        yield from show_conflict(conflict, names)
    if not found.conflicts:
        yield say("repair_no_lever", lang)


def show_conflict(conflict: Sequence[Lever], names: Names) -> Iterator[str]:
    """Yield limits that cannot hold together, each named."""
    yield names.say("repair_conflict")
    for lever in conflict:
        yield f"  {say_lever(lever, names)}"


def show_menu(found: Repairs, lang: str) -> Iterator[tuple[Repair, str]]:
    """Yield each repair with the line that names it and the goal that it leads to."""
    return show_options(found.menu, found.instance, lang)


def show_options(
    options: Sequence[tuple[Repair, Point]], instance: Instance, lang: str
) -> Iterator[tuple[Repair, str]]:
    """Yield each of some repairs with the line that names it, numbered."""
    for number, (repair, point) in enumerate(options, start=1):
        changes = show_repair(repair, instance, lang)
        yield repair, say("repair_option", lang, number=number, changes=changes, goal=amount(point.objective))


def show_repair(found: Repair, instance: Instance, lang: str) -> str:
    """Return what one repair changes, before it is known what the goal would be."""
    names = Names(instance, lang)
    pairs = zip(found.levers, found.changes, strict=True)
    return names.join([_say_change(lever, change, names) for lever, change in pairs], "between_facts")


def show_first_aid(found: Repairs, lang: str) -> Iterator[str]:
    """Yield the best repairs by one limit, as far as they were found."""
    single = [pair for pair in found.menu if len(pair[0].levers) == 1]
    return (line for _, line in show_options(single[:FIRST_AID], found.instance, lang))


def show_prices(found: Prices, lang: str) -> Iterator[str | Table]:
    """Yield the dearest limits, each with what the goal would be without it."""
    yield say("price_title", lang, name=found.instance.title or found.instance.name, goal=amount(found.base.objective))
    shown = new_table()
    shown.add_column(say("price_lever", lang))
    for key in ("price_to", "price_gain", "price_range", "price_jobs", "price_moved"):
        shown.add_column(say(key, lang), justify="right")
    rows = found.table.head(MOST)
    for row in rows.to_dict("records"):
        what = say(f"price_{row['change']}", lang, to=row["to"])
        shown.add_row(row["text"], what, *_say_price(row, lang))
    yield shown
    if len(found.table) > MOST:
        yield say("price_more", lang, count=len(found.table) - MOST)
    if found.ungrouped:
        names = Names(found.instance, lang)
        yield say("price_ungrouped", lang, rules=names.join([*map(names.rule, found.ungrouped)], "between_facts"))


def _say_price(row: dict[Hashable, Any], lang: str) -> Sequence[str]:
    """Return what a limit's price is, proven between what, with its jobs and the aid moved; why there is none."""
    if pd.isna(row["gain"]):
        return say(f"answers_s_{row['status']}", lang), "", "", ""
    between = say("price_between", lang, least=amount(row["gain_least"]), most=amount(row["gain_most"]))
    return amount(row["gain"]), between, amount(row["employment"]), amount(row["aid_moved"])


def say_dearest(row: Mapping[str, Any], lang: str) -> str:
    """Return what the dearest limit known so far costs."""
    figures = {"gain": signed(row["gain"]), "least": amount(row["gain_least"]), "most": amount(row["gain_most"])}
    change = say(f"price_{row['change']}", lang, to=row["to"])
    return say("price_so_far", lang, limit=row["text"], change=change, **figures)


def say_step(step: int, money: float, point: Point, question: Instance, lang: str) -> str:
    """Return what the goal is at least with a fund that is some steps larger, before its neighbours are known."""
    figures = {"goal": amount(point.objective), "bound": amount(point.bound)}
    label = Names(question, lang).label
    return say("margin_so_far", lang, step=f"{step:+d}" if step else "0", amount=exact(money), label=label, **figures)


def show_margin(found: Margin, lang: str) -> Iterator[str | Table]:
    """Yield what each step buys, and where it goes."""
    names = Names(found.instance, lang)
    title = found.instance.title or found.instance.name
    fund = names.name("fund", found.fund)
    if found.year is not None:
        fund = say("in_year", lang, what=fund, year=found.year)
    yield say("margin_title", lang, name=title, fund=fund)
    shown = new_table()
    for key in ("margin_step_head", "margin_amount", "margin_goal", "price_gain", "price_range"):
        shown.add_column(say(key, lang), justify="right")
    shown.add_column(say("margin_where", lang))
    cells = found.cells.dropna(subset="change")
    for row in found.table.to_dict("records"):
        moved = cells[cells["step"] == row["step"]]
        between = say("price_between", lang, least=amount(row["gain_least"]), most=amount(row["gain_most"]))
        goal = row["message"] or row["status"] if pd.isna(row["objective"]) else amount(row["objective"])
        known = not pd.isna(row["gain"])
        gains = (amount(row["gain"]), between) if known else ("", "")
        step = f"{row['step']:+d}" if row["step"] else "0"
        shown.add_row(step, exact(row["amount"]), goal, *gains, _say_cells(moved, row["nested"], names))
    yield shown


def say_safe(found: SafeMoney, question: Instance, lang: str) -> str:
    """Return how much aid is safe and how many cells have a proven class before all is searched."""
    share, label = percent(None if found.aid <= 0 else min(1.0, found.safe / found.aid)), Names(question, lang).label
    counts = {"always": found.always, "never": found.never, "cells": found.cells}
    return say("certainty_so_far", lang, share=share, safe=amount(found.safe), label=label, **counts)


def show_certainty(found: Certainty, lang: str) -> Iterator[str | Table]:
    """Yield how much aid is safe, each cell that is open with its range, and how many measures are."""
    names = Names(found.instance, lang)
    if found.status != "found":
        yield say("certainty_no_plan", lang, status=found.status)
        return
    title = found.instance.title or found.instance.name
    yield say("certainty_title", lang, name=title, within=f"{100 * found.within:g}")
    share = None if found.aid <= 0 else min(1.0, found.safe / found.aid)
    yield say("certainty_safe", lang, share=percent(share), safe=amount(found.safe), label=names.label)
    shown = new_table(say("certainty_county", lang), say("certainty_category", lang))
    for key in ("certainty_aid", "certainty_least", "certainty_most"):
        shown.add_column(say(key, lang), justify="right")
    shown.add_column(say("certainty_class", lang))
    for row in found.cells[found.cells["class"] != "never"].to_dict("records"):
        where = (names.name("county", row["county"]), names.name("category", row["category"]))
        ends = (amount(row["aid"]), amount(row["least_bound"]), amount(row["most_bound"]))
        shown.add_row(*where, *ends, say(f"certainty_{row['class']}", lang))
    yield shown
    yield say("certainty_measures", lang, **found.figures["measures"])
    if not found.proven:
        yield say("certainty_told", lang, told=found.told, count=found.rows)
        yield say("certainty_open_ends", lang)


def _say_cells(moved: pd.DataFrame, nested: object, names: Names) -> str:
    """Return which cells gain most by a step, and whether others lose."""
    most = moved[moved["change"] > NO_MONEY].nlargest(MOST_CELLS, "change")
    words = []
    for row in most.to_dict("records"):
        county, category = names.name("county", row["county"]), names.name("category", row["category"])
        if "year" in row:
            category = names.say("in_year", what=category, year=row["year"])
        words.append(names.say("margin_cell", county=county, category=category, change=signed(row["change"])))
    cells = names.join(words, "between_facts")
    return names.say("margin_not_nested", cells=cells) if nested == 0 else cells


def show_bottlenecks(found: Bottlenecks, lang: str) -> Iterator[str | Table]:
    """Yield what each industry is limited by, what more jobs take, and the bundle where one was asked for."""
    names = Names(found.instance, lang)
    if found.status != "found":
        yield say("bottleneck_no_plan", lang, status=found.status)
        return
    yield say("bottleneck_title", lang, name=found.instance.title or found.instance.name)
    if not len(found.table):
        yield say("bottleneck_none", lang)
        return
    shown = new_table(say("bottleneck_head", lang))
    for key in ("bottleneck_more", "bottleneck_money", "bottleneck_each"):
        shown.add_column(say(key, lang), justify="right")
    for key in ("bottleneck_now", "bottleneck_next"):
        shown.add_column(say(key, lang))
    for row in found.table.to_dict("records"):
        shown.add_row(*_list_bottleneck(row, names))
    yield shown
    if len(found.table) == 1 and len(found.bundle):
        yield _show_bundle(found, names)
    if not found.proven:
        yield say("bottleneck_open", lang)


def _list_bottleneck(row: dict[Any, Any], names: Names) -> Iterator[str]:
    """Yield what is shown of an industry, cell by cell."""
    where = {"county": names.name("county", row["county"]), "industry": names.name("industry", row["industry"])}
    text = names.say("bottleneck_site", **where)
    yield names.say("in_year", what=text, year=row["year"]) if "year" in row else text
    yield exact(row["more"])
    if pd.isna(row["money"]):
        yield names.say("bottleneck_impossible" if row["status"] == "infeasible" else "bottleneck_not_found")
        yield ""
    else:
        yield amount(row["money"])
        yield amount(row["money_per_job"])
    yield _say_limits(row["limits_now"], names)
    yield _say_limits(row["limits_next"], names)


def _say_limits(words: str, names: Names) -> str:
    return names.join(list(map(names.bottleneck, list_words(words))))


def _show_bundle(found: Bottlenecks, names: Names) -> Table:
    shown = new_table(names.say("bottleneck_measure"))
    for key in ("bottleneck_units", "bottleneck_money"):
        shown.add_column(names.say(key), justify="right")
    for row in found.bundle.to_dict("records"):
        what = names.name("measure", row["measure"])
        what = names.say("in_year", what=what, year=row["year"]) if "year" in row else what
        shown.add_row(what, exact(row["units"]), amount(row["money"]))
    return shown


def show_why(found: WhyAnswer, lang: str, after: bool = False) -> Iterator[str | Table]:
    """Yield what the measure or the selection costs or is worth, where that turns, and who gives.

    after: what comes after the loss, which was told before.
    """
    names = Names(found.instance, lang)
    if found.loss is None:
        yield from _show_no_plan(found, Names(found.other, lang))
        return
    if not after:
        yield say_loss(found, lang)
    for name, search in found.break_even.items():
        last = search.sides[-1]
        if search.figure is not None:
            figure, now = exact(search.figure), exact(search.same.figure)
            yield names.say(f"why_{name}_{found.kind}", figure=figure, now=now)
        else:
            yield names.say(f"why_{name}_no_turn", figure=exact(last.figure), goal=amount(last.point.objective))
    yield from _show_moves(found, names)


def say_loss(found: WhyAnswer, lang: str) -> str:
    """Return what the measure or the selection costs or is worth; there is a plan."""
    names = Names(found.instance, lang)
    figures, what = found.figures, names.name("measure", found.what)
    least, most = (figures[f"{'worth' if found.kind == 'planned' else 'loss'}_{end}"] for end in ("least", "most"))
    units = next((exact(float(str(to))) for path, to in found.changes.items() if path.endswith(".min_units")), "")
    goals = {"then": amount(found.then.objective), "goal": amount(found.base.objective), "loss": amount(found.loss)}
    return names.say(f"why_{found.kind}", what=what, units=units, least=amount(least), most=amount(most), **goals)


def _show_no_plan(found: WhyAnswer, names: Names) -> Iterator[str]:
    """Yield why there is no plan where something is asked otherwise."""
    yield names.say("why_no_plan", status=found.then.message or found.then.status)
    if found.conflict:
        yield from show_conflict(found.conflict, names)
    elif found.then.status == "infeasible":
        yield names.say("why_conflict_open" if found.conflict is None else "repair_no_lever")


def _show_moves(found: WhyAnswer, names: Names) -> Iterator[str | Table]:
    """Yield the largest payments that are others."""
    moves = found.moves
    shown = new_table()
    for key in ("why_measure", "why_fund"):
        shown.add_column(names.say(key))
    for key in ("why_from", "why_to"):
        shown.add_column(names.say(key), justify="right")
    order = (moves["to"] - moves["from"]).abs().sort_values(ascending=False, kind="stable").index
    for row in moves.loc[order].head(MOST).to_dict("records"):
        measure, fund = names.name("measure", row["measure"]), names.name("fund", row["fund"])
        if "year" in row:
            fund = names.say("in_year", what=fund, year=row["year"])
        shown.add_row(measure, fund, amount(row["from"]), amount(row["to"]))
    if len(moves):
        yield shown
    if len(moves) > MOST:
        yield names.say("why_more", count=len(moves) - MOST)


def show_locks(found: LockedPlan, lang: str) -> Iterator[str | Table]:
    """Yield what each lock costs, or what cannot be kept together."""
    names = Names(found.instance, lang)
    if found.run is None:
        yield say("fix_conflict", lang)
        for lever in found.conflict:
            yield f"  {say_lever(lever, names)}"
        return
    if not len(found.table):
        return
    shown = new_table(say("fix_lock", lang), title=say("fix_title", lang))
    for key in ("fix_amount", "fix_cost", "price_range", "price_jobs"):
        shown.add_column(say(key, lang, label=names.label), justify="right")
    for row in found.table.to_dict("records"):
        what = {"measure": names.name("measure", row["measure"]), "fund": names.name("fund", row["fund"])}
        text = say("fix_what", lang, **what) if row["measure"] else say("fix_all", lang)
        if row.get("years"):
            text = say("in_year", lang, what=text, year=row["years"].replace("|", say("between_words", lang)))
        between = say("price_between", lang, least=amount(row["gain_least"]), most=amount(row["gain_most"]))
        shown.add_row(text, exact(row["amount"]), amount(row["gain"]), between, amount(row["employment"]))
    yield shown


def _say_change(lever: Lever, change: Replacement, names: Names) -> str:
    before, to = say_figure(change.before, names), say_figure(change.to, names)
    return names.say("repair_change", lever=lever.say(names), before=before, to=to)

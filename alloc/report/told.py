"""Sentences that terminal, page and workbook share: who decides on national money, what is paid for nothing."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from alloc.instance import Instance
from alloc.report.names import FEW, MOST_NAMES, Names, join_few
from alloc.texts import say
from alloc.texts.figures import amount, count, percent


def tell_status(figures: Mapping[str, Any], lang: str) -> str:
    """Return how far a plan is proven; one that a study chose among nearly best plans was not stopped early."""
    chosen = figures["status"] == "feasible" and is_chosen(figures)
    return say("status_chosen" if chosen else f"status_{figures['status']}", lang)


def is_chosen(figures: Mapping[str, Any]) -> bool:
    """Tell whether a plan was chosen among those nearly as good as the best: it is below it on purpose."""
    return "near" in figures or "alternative" in figures


def tell_coordination(figures: Mapping[str, Any], lang: str) -> str:
    """Return who decides on national money, where it is not both purses together, and what coordination is worth."""
    if figures.get("nation") == "first":
        return say("line_nation_first", lang)
    both = figures.get("coordination")
    if both is None:
        return ""
    if both["worth"]["employment"] is None:
        return say("line_coordination_none", lang, status=say(f"status_{both['first']['status']}", lang))
    return say(
        "line_coordination",
        lang,
        jobs=amount(both["worth"]["employment"]),
        joint=amount(both["joint"]["employment"]),
        first=amount(both["first"]["employment"]),
        count=count(len(both["moved"])),
    )


def tell_years(figures: Mapping[str, Any], lang: str) -> str:
    """Return what the plan brings in an average year, in the worst part of years and in the worst; nothing where no one
    asks."""
    told = figures.get("risk")
    if told is None:
        return ""
    years = figures["risk"]["years"]
    average, one_in_ten, worst = map(amount, (years["average"], years["one_in_ten"], years["worst"]))
    measured = (
        ""
        if told["measure"] == "expected"
        else say(f"risk_measure_{told['measure']}", lang, tail=percent(told["tail"]))
    )
    return say("risk_years", lang, average=average, one_in_ten=one_in_ten, worst=worst, measured=measured)


def tell_idle(instance: Instance, measures: pd.DataFrame, lang: str) -> str:
    """Return how much aid is paid for measures of which nothing is used; nothing where there are none."""
    idle = measures[measures["idle"] == 1]
    if not len(idle):
        return ""
    return say("line_idle", lang, count=len(idle), money=amount(float(idle["aid"].sum())), label=instance.money.label)


def tell_left(instance: Instance, funds: pd.DataFrame, lang: str) -> Iterator[str]:
    """Yield what each fund has left, and what the plan shows of it."""
    called = Names(instance, lang)
    left = funds[funds["why_unspent"] != ""]
    for f, c, money, why in zip(left["fund"], left["county"], left["unspent"], left["why_unspent"], strict=True):
        fund = called.name("fund", f)
        fund = say("in_brackets", lang, name=fund, words=called.name("county", c)) if c else fund
        yield say("line_unspent", lang, fund=fund, money=amount(money), label=instance.money.label, why=why)


def tell_use_of_years(instance: Instance, tables: Mapping[str, pd.DataFrame], lang: str) -> Iterator[str]:
    """Yield of each of several years what is paid for nothing in any of them, and what funds have left in it."""
    if "idle" not in tables["measures"]:  # written before that was told of years
        return
    for year, measures in tables["measures"].groupby("year"):
        funds = tables["funds"][tables["funds"]["year"] == year]
        for line in (tell_idle(instance, measures, lang), *tell_left(instance, funds, lang)):
            if line:
                yield say("years_line", lang, year=year, line=line)


def limit_lines(lines: Sequence[str], lang: str) -> Iterator[str]:
    """Yield the first lines of many, and how many more there are."""
    yield from lines[:MOST_NAMES]
    if len(lines) > MOST_NAMES:
        yield say("and_more", lang, count=len(lines) - MOST_NAMES)


def tell_returns(tables: Mapping[str, pd.DataFrame], label: str, lang: str) -> str:
    """Return what both sides are expected to earn a year; nothing where it is not said how gains are shared."""
    if "sharing" not in tables:
        return ""
    rows, aid = tables["sharing"], float(tables["counties"]["aid"].sum())
    donor, host = float(rows["donor"].sum()), float(rows["host"].sum())
    more = float(rows["output"].sum() - rows["output_quo"].sum())
    told = {"more": amount(more), "donor": amount(donor), "host": amount(host), "aid": amount(aid)}
    return say("line_returns", lang, **told, label=label)


def show_claim(claim: Mapping[str, Any], goal: str, lang: str) -> str:
    """Return what is claimed of a goal: a number, or between what it lies where a world is not proven; ? if unknown."""
    ends = (claim["range"] or {}).get(goal)
    if ends is None:
        return _show_known(claim[goal])
    return say("between", lang, low=_show_known(ends[0]), high=_show_known(ends[1]))


def _show_known(number: float | None) -> str:
    return "?" if number is None else amount(number)


def tell_lapsed(instance: Instance, without: Mapping[str, Any], lang: str) -> Iterator[str]:
    """Yield what could not be kept without the aid: commitments that lapse, limits on other money."""
    called = Names(instance, lang)
    if without["lapsed"]:
        names = called.call("measure", without["lapsed"])
        yield say("line_lapsed", lang, count=len(names), names=join_few(names, lang, most=FEW))
    if without["left_out"]:
        names = list(called.say_each("left_out_{}", without["left_out"]).values())
        yield say("line_left_out", lang, names=join_few(names, lang))


def tell_whose(instance: Instance, figures: Mapping[str, Any], lang: str) -> Iterator[str]:
    """Yield whose the jobs and the linkage of all of several years are, and what could not be kept without the aid."""
    quo, without = figures["status_quo"], figures["without_aid"]
    if quo is None:  # written before that world was told
        return
    for goal in ("employment", "linkage"):
        parts = {
            "value": amount(figures[goal]),
            "quo": amount(quo[goal]),
            "others": show_claim(figures["through_others"], goal, lang),
            "aid": show_claim(figures["through_aid"], goal, lang),
        }
        reached = {amount(world[goal] or 0.0) for world in (figures, quo, without)}
        if goal == "employment" or reached != {amount(0.0)}:
            yield say(f"years_whose_{goal}", lang, **parts)
    if figures["through_aid"]["range"] is not None:
        yield say("line_not_proven", lang, status=say(f"status_{without['status']}", lang))
    yield from tell_lapsed(instance, without, lang)


def through_aid(figures: Mapping[str, Any]) -> float | None:
    """Return the jobs of a year, or of all, that are through the aid; nothing where that is not proven."""
    claim = figures.get("through_aid")
    return None if claim is None or claim.get("range") else claim["employment"]

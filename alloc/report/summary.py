"""The answer on one screen: what each county gets, what it brings, what binds."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from alloc.instance import CATEGORIES, Instance
from alloc.instance.worlds import speaks_of_aid
from alloc.report.certainty import certainty
from alloc.report.names import chain_named, named, rule_named
from alloc.texts import say

BRIDGE = ("anyway", "through_others", "through_aid", "employment")
"""Whose the jobs are, and all of them."""

NEAR = 1e-6
"""A goal that is lower by less, relative to its size, is the same."""

FEW = 3
"""So many names stand where the count says enough."""

MOST_COUNTIES, MOST_NAMES = 40, 20
"""More rows or names than this are for the tables, not for one screen."""


def summary(
    instance: Instance, tables: Mapping[str, pd.DataFrame], figures: Mapping[str, Any], lang: str
) -> RenderableType:
    """Return the readable summary of a plan for a terminal."""
    parts: list[RenderableType] = [
        _answer(instance, figures, lang),
        Text(),
        _money(instance, tables, lang),
        Text(),
    ]
    parts += [Text(f"  {line}") for line in _lines(instance, tables, figures, lang)]
    return Group(*parts, Text(), Text(say("voluntary", lang), style="dim"))


def _answer(instance: Instance, figures: Mapping[str, Any], lang: str) -> Text:
    title = instance.title or instance.name
    text = say(
        "answer",
        lang,
        title=title,
        year=instance.year,
        status=say(f"status_{figures['status']}", lang),
        objective=f"{figures['objective']:,.6g}",
        bound="?" if figures["bound"] is None else f"{figures['bound']:,.6g}",
        gap="?" if figures["gap"] is None else f"{max(figures['gap'], 0.0):.1e}",
        checks=figures["audit"]["checks"],
        seconds=f"{figures['seconds']:.1f}",
    )
    return Text(text, style="bold")


def _money(instance: Instance, tables: Mapping[str, pd.DataFrame], lang: str) -> Table:
    """Return aid by county and category, other money, and whose the jobs are; many counties: the largest."""
    allocation, counties = tables["allocation"], tables["counties"].set_index("county")
    aid = allocation[allocation["kind"] == "aid"].groupby(["county", "category"])["amount"].sum().unstack(fill_value=0)
    bridge = tables["bridge"].set_index("part")
    joint, whole = ([float(bridge[key].loc[part]) for key in BRIDGE] for part in ("synergies", "total"))
    jobs = bridge.loc[["county"]].set_index("county")[list(BRIDGE)]
    money = aid.reindex(index=list(instance.counties), columns=list(CATEGORIES), fill_value=0.0)
    cells = money.join(counties[["aid", "national", "other"]]).join(jobs)
    table = Table(title=Text(say("money_title", lang, label=instance.money.label)), title_justify="left")
    table.add_column(say("county", lang))
    for key in (*CATEGORIES, "total_aid", "national_money", "other_money", *BRIDGE[:-1], "employment_jobs"):
        table.add_column(say(key, lang), justify="right")
    shown = cells if len(cells) <= MOST_COUNTIES else cells.nlargest(MOST_COUNTIES, "aid")
    for c, row in shown.iterrows():
        table.add_row(Text(named(instance.counties[str(c)], str(c), lang)), *(_figure(x) for x in row))
    if len(shown) < len(cells):
        others = cells.drop(index=shown.index)
        table.add_row(say("other_counties", lang, count=len(others)), *(_figure(x) for x in others.sum(skipna=False)))
    if instance.synergies:
        empty = [""] * (len(cells.columns) - len(BRIDGE))
        table.add_row(say("synergies", lang), *empty, *map(_figure, joint))
    table.add_section()
    paid = cells.drop(columns=list(BRIDGE)).sum()
    table.add_row(say("total", lang), *map(_figure, paid), *map(_figure, whole))
    return table


def _figure(value: float | None) -> str:
    """Return a number for the screen; one that nobody knows is a question mark."""
    return "?" if value is None or math.isnan(value) else f"{value:,.1f}"


def _few(words: Sequence[str], lang: str, between: str = ", ", most: int = MOST_NAMES) -> str:
    """Return the first words of many, and how many more there are."""
    more = [say("and_more", lang, count=len(words) - most)] if len(words) > most else []
    return between.join([*words[:most], *more]) or "–"


def _lines(
    instance: Instance, tables: Mapping[str, pd.DataFrame], figures: Mapping[str, Any], lang: str
) -> Iterator[str]:
    quo, without = figures["status_quo"], figures["without_aid"]
    for goal in ("employment", "linkage"):
        yield say(
            f"line_{goal}",
            lang,
            value=_figure(figures[goal]),
            quo=_figure(quo[goal]),
            others=_claimed(figures["through_others"], goal, lang),
            aid=_claimed(figures["through_aid"], goal, lang),
        )
    yield from _compared(instance, tables, figures, lang)
    chains = tables["chains"]
    closed = [
        f"{named(instance.counties[c], c, lang)}/{chain_named(instance, h, lang)}"
        for c, h, x in zip(chains["county"], chains["chain"], chains["closed"], strict=True)
        if x
    ]
    if len(chains):
        yield say(
            "line_chains",
            lang,
            count=len(closed),
            all=len(chains),
            quo=quo["chains_closed"],
            without="?" if without["chains_closed"] is None else without["chains_closed"],
            names=_few(closed, lang),
        )
    rules = tables["rules"]
    binding = rules[rules["binding"] == 1]
    words = [rule_named(instance, r, g, lang) for r, g in zip(binding["rule"], binding["group"], strict=True)]
    yield say("line_binding", lang, names=_few(words, lang, "; "))
    yield from _limited(list(_broken(instance, rules, lang)), lang)
    yield from _limited(list(_left(instance, tables["funds"], lang)), lang)
    measures = tables["measures"]
    yield say("line_measures", lang, funded=int(measures["funded"].sum()), all=len(measures))
    yield from certainty(figures, instance.money.label, lang)


def _claimed(through: Mapping[str, Any], goal: str, lang: str) -> str:
    """Return what is claimed of a goal: a figure, or between what it lies where a world is not proven."""
    ends = (through["range"] or {}).get(goal)
    if ends is None:
        return _figure(through[goal])
    return say("between", lang, low=_figure(ends[0]), high=_figure(ends[1]))


def _compared(
    instance: Instance, tables: Mapping[str, pd.DataFrame], figures: Mapping[str, Any], lang: str
) -> Iterator[str]:
    """Yield what is to be known of the worlds that the plan is compared with."""
    label, without = instance.money.label, figures["without_aid"]
    bridge = tables["bridge"]
    per_job = float(bridge.loc[bridge["part"] == "total", "aid_per_job"].iloc[0])
    if figures["through_aid"]["range"] is not None:
        yield say("line_not_proven", lang, status=say(f"status_{without['status']}", lang))
    elif not math.isnan(per_job):
        yield say("line_per_job", lang, money=f"{per_job:,.4g}", label=label)
    lower = figures["through_aid"]["objective"]
    if lower is not None and lower < -NEAR * max(1.0, abs(figures["objective"])):
        rules = {rule.name for rule in instance.rules if speaks_of_aid(instance, rule)}
        tight = tables["rules"][(tables["rules"]["binding"] == 1) & tables["rules"]["rule"].isin(rules)]
        names = [rule_named(instance, r, g, lang) for r, g in zip(tight["rule"], tight["group"], strict=True)]
        yield say("line_worse", lang, by=_figure(-lower), names=_few(names, lang, "; "))
    if without["lapsed"]:
        names = [named(instance.measures[m], m, lang) for m in without["lapsed"]]
        yield say("line_lapsed", lang, count=len(names), names=_few(names, lang, most=FEW))
    if without["left_out"]:
        yield say("line_left_out", lang, names=_few([say(f"left_out_{x}", lang) for x in without["left_out"]], lang))
    idle = tables["measures"][tables["measures"]["idle"] == 1]
    if len(idle):
        yield say("line_idle", lang, count=len(idle), money=_figure(idle["aid"].sum()), label=label)
    yield from _coordinated(figures, lang)


def _coordinated(figures: Mapping[str, Any], lang: str) -> Iterator[str]:
    """Yield who decides on national money, where it is not both purses together, and what coordination is worth."""
    if figures["nation"] == "first":
        yield say("line_nation_first", lang)
    both = figures["coordination"]
    if both is None:
        return
    if both["worth"]["employment"] is None:
        yield say("line_coordination_none", lang, status=say(f"status_{both['first']['status']}", lang))
        return
    jobs = {key: _figure(both[name]["employment"]) for key, name in (("jobs", "worth"), ("joint", "joint"))}
    yield say("line_coordination", lang, **jobs, first=_figure(both["first"]["employment"]), count=len(both["moved"]))


def _broken(instance: Instance, rules: pd.DataFrame, lang: str) -> Iterator[str]:
    broken = rules[rules["broken_by"] > 0]
    for r, g, by in zip(broken["rule"], broken["group"], broken["broken_by"], strict=True):
        yield say("line_broken", lang, rule=rule_named(instance, r, g, lang), by=f"{by:,.6g}")


def _left(instance: Instance, funds: pd.DataFrame, lang: str) -> Iterator[str]:
    left = funds[funds["why_unspent"] != ""]
    for f, c, money, why in zip(left["fund"], left["county"], left["unspent"], left["why_unspent"], strict=True):
        fund = named(instance.funds[f], f, lang) + (f", {named(instance.counties[c], c, lang)}" if c else "")
        yield say("line_unspent", lang, fund=fund, money=f"{money:,.1f}", label=instance.money.label, why=why)


def _limited(lines: Sequence[str], lang: str) -> Iterator[str]:
    """Yield the first lines of many, and how many more there are."""
    yield from lines[:MOST_NAMES]
    if len(lines) > MOST_NAMES:
        yield say("and_more", lang, count=len(lines) - MOST_NAMES)

"""The answer on one screen: what each county gets, what it brings, what binds."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd
from rich.console import Group, RenderableType
from rich.text import Text

from alloc.instance import CATEGORIES, Instance
from alloc.instance.worlds import speaks_of_aid
from alloc.report.bridge import tell_scenarios
from alloc.report.certainty import tell_certainty
from alloc.report.funds import aid_by_category
from alloc.report.names import MOST_NAMES, Names, join_few
from alloc.report.rows import NEAR, list_cells
from alloc.report.screen import Wide
from alloc.report.told import (
    limit_lines,
    show_claim,
    tell_coordination,
    tell_idle,
    tell_lapsed,
    tell_left,
    tell_status,
    tell_years,
)
from alloc.texts import say
from alloc.texts.figures import SPECK, amount, decimals, fixed, gap, percent

BRIDGE = ("anyway", "through_others", "through_aid", "employment")
"""Whose the jobs are, and all of them."""

MOST_COUNTIES = 40
"""More rows than this are for the tables, not for one screen."""


def summarise(
    instance: Instance, tables: Mapping[str, pd.DataFrame], figures: Mapping[str, Any], lang: str
) -> RenderableType:
    """Return the readable summary of a plan for a terminal."""
    parts: list[RenderableType] = [
        _answer(instance, figures, lang),
        *_indent(_brought(instance, tables, figures, lang)),
        Text(),
        _money(instance, tables, lang),
        _jobs(instance, tables, lang),
    ]
    if len(tables["scenarios"]) > 1:
        told = tell_scenarios(instance, tables["scenarios"], lang)
        shown = [_scenarios(instance, tables, lang)] if len(tables["scenarios"]) <= MOST_NAMES else []
        parts += [*shown, *_indent([told])]
    parts += _indent(filter(None, [tell_years(figures, lang)]))
    parts += _indent(_lines(instance, tables, figures, lang))
    return Group(*parts, Text(), Text(say("voluntary", lang), style="dim"))


def _indent(lines: Iterable[str]) -> Iterator[Text]:
    """Yield lines as they stand below a heading."""
    for line in lines:
        yield Text(f"  {line}")


def _answer(instance: Instance, figures: Mapping[str, Any], lang: str) -> Text:
    title = instance.title or instance.name
    text = say(
        "answer",
        lang,
        title=title,
        year=instance.year,
        status=tell_status(figures, lang),
        objective=amount(figures["objective"]),
        bound=amount(figures["bound"]),
        gap=gap(figures["gap"]),
        checks=figures["audit"]["checks"],
        seconds=f"{figures['seconds']:.1f}",
    )
    return Text(text, style="bold")


def _money(instance: Instance, tables: Mapping[str, pd.DataFrame], lang: str) -> Wide:
    """Return aid by county and category, and other money; many counties: the largest."""
    money = aid_by_category(instance, tables["allocation"])
    cells = money.join(tables["counties"].set_index("county")[["aid", "national", "other"]])
    heads = list(Names(instance, lang).say_each("head_{}", (*CATEGORIES, "aid", "national", "other")).values())
    title = say("money_title", lang, label=instance.money.label)
    return _by_county(instance, title, heads, cells, [(say("total", lang), list(cells.sum()))], lang)


def _jobs(instance: Instance, tables: Mapping[str, pd.DataFrame], lang: str) -> Wide:
    """Return the bridge: whose the jobs are, by county, through synergies, and all together."""
    columns = [*BRIDGE, "aid_per_job"]
    bridge = tables["bridge"].set_index("part")
    cells = bridge.loc[["county"]].set_index("county")[columns].join(tables["counties"].set_index("county")["aid"])
    last = [(say("synergies", lang), list(bridge.loc["synergies", columns]))] if instance.synergies else []
    last.append((say("total", lang), list(bridge.loc["total", columns])))
    heads = Names(instance, lang).say_each("head_{}", columns, label=instance.money.label)
    return _by_county(instance, say("jobs_title", lang), list(heads.values()), cells, last, lang)


def _by_county(
    instance: Instance,
    title: str,
    heads: Sequence[str],
    cells: pd.DataFrame,
    last: Sequence[tuple[str, Sequence[float]]],
    lang: str,
) -> Wide:
    """Return a table with a row for each county; of many those with most aid, and the others together."""
    most = cells if len(cells) <= MOST_COUNTIES else cells.nlargest(MOST_COUNTIES, "aid")
    names, numbers = Names(instance, lang).call("county", most.index), most.iloc[:, : len(heads)].to_numpy().tolist()
    if len(most) < len(cells):
        others = cells.drop(index=most.index).sum(skipna=False)
        each = "aid_per_job"
        if each in others.index:
            others[each] = others["aid"] / others["through_aid"] if others["through_aid"] > SPECK else math.nan
        names.append(say("other_counties", lang, count=len(cells) - len(most)))
        numbers.append(list(others.iloc[: len(heads)]))
    for name, row in last:
        names.append(name)
        numbers.append(list(row))
    digits = list(map(decimals, zip(*numbers, strict=True)))
    shown = [[name, *map(_cell, row, digits)] for name, row in zip(names, numbers, strict=True)]
    return Wide(title, [say("county", lang), *heads], shown, totals=len(last))


def _cell(value: float, digits: int) -> str:
    """Return a cell; what nobody knows, or what cannot be divided, is a dash."""
    return "–" if math.isnan(value) else fixed(value, digits)


def _scenarios(instance: Instance, tables: Mapping[str, pd.DataFrame], lang: str) -> Wide:
    """Return what each scenario brings."""
    columns = ("employment_quo", "employment_without_aid", "employment", "linkage")
    names, rows = Names(instance, lang), []
    for w, chance, *numbers in list_cells(tables["scenarios"], "scenario", "probability", *columns):
        rows.append([names.name("scenario", w), percent(chance), *map(partial(_cell, digits=1), numbers)])
    heads = names.say_each("head_{}", ("scenario", "probability", *columns))
    return Wide(say("scenarios_title", lang), list(heads.values()), rows)


def _brought(
    instance: Instance, tables: Mapping[str, pd.DataFrame], figures: Mapping[str, Any], lang: str
) -> Iterator[str]:
    """Yield what the plan brings and through whom, and what a job through the aid costs."""
    quo, without = figures["status_quo"], figures["without_aid"]
    for goal in ("employment", "linkage"):
        yield say(
            f"line_{goal}",
            lang,
            value=amount(figures[goal]),
            quo=amount(quo[goal]),
            others=show_claim(figures["through_others"], goal, lang),
            aid=show_claim(figures["through_aid"], goal, lang),
        )
    bridge = tables["bridge"]
    per_job = float(bridge.loc[bridge["part"] == "total", "aid_per_job"].iloc[0])
    if figures["through_aid"]["range"] is not None:
        yield say("line_not_proven", lang, status=say(f"status_{without['status']}", lang))
    elif not math.isnan(per_job):
        yield say("line_per_job", lang, money=amount(per_job), label=instance.money.label)


def _lines(
    instance: Instance, tables: Mapping[str, pd.DataFrame], figures: Mapping[str, Any], lang: str
) -> Iterator[str]:
    quo, without = figures["status_quo"], figures["without_aid"]
    yield from _compared(instance, tables, figures, lang)
    chains = tables["chains"]
    called = Names(instance, lang)
    whole = chains[chains["closed"] == 1]
    places, named = called.call("county", whole["county"]), called.call("chain", whole["chain"])
    closed = list(map("/".join, zip(places, named, strict=True)))
    if len(chains):
        yield say(
            "line_chains",
            lang,
            count=len(closed),
            all=len(chains),
            quo=quo["chains_closed"],
            without="?" if without["chains_closed"] is None else without["chains_closed"],
            names=join_few(closed, lang),
        )
    rules = tables["rules"]
    binding = rules[rules["binding"] == 1]
    words = list(map(called.rule, binding["rule"], binding["group"]))
    yield say("line_binding", lang, names=join_few(words, lang, "between_facts"))
    yield from limit_lines(list(_broken(instance, rules, lang)), lang)
    yield from limit_lines(list(tell_left(instance, tables["funds"], lang)), lang)
    measures = tables["measures"]
    yield say("line_measures", lang, funded=int(measures["funded"].sum()), all=len(measures))
    proof = tell_certainty(figures, instance.money.label, lang)
    yield from [proof] if proof else []


def _compared(
    instance: Instance, tables: Mapping[str, pd.DataFrame], figures: Mapping[str, Any], lang: str
) -> Iterator[str]:
    """Yield what is to be known of the worlds that the plan is compared with."""
    called, without = Names(instance, lang), figures["without_aid"]
    lower = figures["through_aid"]["objective"]
    if lower is not None and lower < -NEAR * max(1.0, abs(figures["objective"])):
        rules = {rule.name for rule in instance.rules if speaks_of_aid(instance, rule)}
        tight = tables["rules"][(tables["rules"]["binding"] == 1) & tables["rules"]["rule"].isin(rules)]
        names = list(map(called.rule, tight["rule"], tight["group"]))
        yield say("line_worse", lang, by=amount(-lower), names=join_few(names, lang, "between_facts"))
    yield from tell_lapsed(instance, without, lang)
    yield from filter(None, (tell_idle(instance, tables["measures"], lang), tell_coordination(figures, lang)))


def _broken(instance: Instance, rules: pd.DataFrame, lang: str) -> Iterator[str]:
    broken = rules[rules["broken_by"] > 0]
    for r, g, by in zip(broken["rule"], broken["group"], broken["broken_by"], strict=True):
        yield say("line_broken", lang, rule=Names(instance, lang).rule(r, g), by=amount(by))

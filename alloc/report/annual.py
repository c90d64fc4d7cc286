"""A plan over several years on one screen: what each year spends and brings, and what is bought in it."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from rich.console import Group, RenderableType
from rich.text import Text

from alloc.instance import Instance
from alloc.report.carrying import list_bought, tell_starved
from alloc.report.names import Names
from alloc.report.screen import Wide
from alloc.report.told import limit_lines, tell_use_of_years, tell_whose, through_aid
from alloc.texts import say
from alloc.texts.figures import amount, gap

MOST = 40
"""More measures than this are for the tables, not for one screen."""


def summarise_years(
    instance: Instance, tables: Mapping[str, pd.DataFrame], figures: Mapping[str, Any], lang: str
) -> RenderableType:
    """Return the readable summary of a plan over several years for a terminal."""
    text = say(
        "answer",
        lang,
        title=instance.title or instance.name,
        year=f"{instance.years[0]}-{instance.years[-1]}" if len(instance.years) > 1 else instance.years[0],
        status=say(f"status_{figures['status']}", lang),
        objective=amount(figures["objective"]),
        bound=amount(figures["bound"]),
        gap=gap(figures["gap"]),
        checks=figures["audit"]["checks"],
        seconds=f"{figures['seconds']:.1f}",
    )
    parts: list[RenderableType] = [Text(text, style="bold"), Text(), _years(instance, figures, lang)]
    parts.append(_bought(instance, tables["measures"], lang))
    if instance.end_value:
        parts.append(Text("  " + say("years_further", lang, last=instance.years[-1])))
    if starved := tell_starved(instance, tables, lang):
        parts.append(Text("  " + starved, style="yellow"))
    parts.extend(Text("  " + line) for line in tell_whose(instance, figures, lang))
    used = list(tell_use_of_years(instance, tables, lang))
    parts.extend(Text("  " + line) for line in limit_lines(used, lang))
    return Group(*parts, Text(), Text(say("voluntary", lang), style="dim"))


def _years(instance: Instance, figures: Mapping[str, Any], lang: str) -> Wide:
    """Return what each year spends and brings, and all years together, discounted."""
    heads = Names(instance, lang).say_each("years_{}", ("year", "spent", "employment", "aid", "linkage", "worth"))
    rows = []
    for of in figures["by_year"]:
        numbers = map(amount, (of["spent"], of["employment"], through_aid(of), of["linkage"]))
        rows.append([str(of["year"]), *numbers, f"{of['worth']:.4g}"])
    spent = amount(sum(of["spent"] for of in figures["by_year"]))
    goals = figures["employment"], through_aid(figures), figures["linkage"]
    rows.append([say("years_all", lang), spent, *map(amount, goals), ""])
    return Wide(say("years_title", lang, label=instance.money.label), list(heads.values()), rows, totals=1)


def _bought(instance: Instance, measures: pd.DataFrame, lang: str) -> RenderableType:
    """Return the units of each measure that are bought in each year."""
    units = list_bought(instance, measures)
    if len(units) > MOST:
        return Text("  " + say("years_many", lang, count=len(units)))
    rows = [[str(m), *map(amount, bought)] for m, *bought in units.itertuples(name=None)]
    heads = [say("years_measure", lang), *map(str, instance.years)]
    return Wide(say("years_bought", lang), heads, rows)

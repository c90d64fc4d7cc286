"""The answer on one screen: what each county gets, what it brings, what binds."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from alloc.instance import CATEGORIES, Instance
from alloc.report.certainty import certainty
from alloc.report.names import chain_named, named, rule_named
from alloc.texts import say

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
    """Return aid by county and category, with national and other money beside it; many counties: the largest."""
    allocation, counties = tables["allocation"], tables["counties"].set_index("county")
    aid = allocation[allocation["kind"] == "aid"].groupby(["county", "category"])["amount"].sum().unstack(fill_value=0)
    rest = counties[["aid", "national", "other", "jobs_gained", "jobs_gained_quo"]]
    cells = aid.reindex(index=list(instance.counties), columns=list(CATEGORIES), fill_value=0.0).join(rest)
    table = Table(title=Text(say("money_title", lang, label=instance.money.label)), title_justify="left")
    table.add_column(say("county", lang))
    for key in (*CATEGORIES, "total_aid", "national_money", "other_money", "jobs_gained", "without_plan"):
        table.add_column(say(key, lang), justify="right")
    shown = cells if len(cells) <= MOST_COUNTIES else cells.nlargest(MOST_COUNTIES, "aid")
    for c, row in shown.iterrows():
        table.add_row(Text(named(instance.counties[str(c)], str(c), lang)), *(f"{x:,.1f}" for x in row))
    if len(shown) < len(cells):
        others = cells.drop(index=shown.index)
        table.add_row(say("other_counties", lang, count=len(others)), *(f"{x:,.1f}" for x in others.sum()))
    table.add_section()
    table.add_row(say("total", lang), *(f"{x:,.1f}" for x in cells.sum()))
    return table


def _few(words: Sequence[str], lang: str, between: str = ", ") -> str:
    """Return the first words of many, and how many more there are."""
    more = [say("and_more", lang, count=len(words) - MOST_NAMES)] if len(words) > MOST_NAMES else []
    return between.join([*words[:MOST_NAMES], *more]) or "–"


def _lines(
    instance: Instance, tables: Mapping[str, pd.DataFrame], figures: Mapping[str, Any], lang: str
) -> Iterator[str]:
    quo = figures["status_quo"]
    for goal in ("employment", "linkage"):
        yield say(
            f"line_{goal}",
            lang,
            value=f"{figures[goal]:,.1f}",
            quo=f"{quo[goal]:,.1f}",
            more=f"{figures[goal] - quo[goal]:,.1f}",
        )
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

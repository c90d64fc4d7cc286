"""What must give, and what each limit costs, on one screen."""

from collections.abc import Iterator

from rich.table import Table

from alloc.report.names import Names
from alloc.study.answers.levers import Lever
from alloc.study.answers.menu import Replacement
from alloc.study.answers.price import Prices
from alloc.study.answers.repair import Repairs
from alloc.texts import say
from alloc.texts.figures import amount, exact

MOST = 20
"""So many prices are shown; all of them are in the file."""


def show_repairs(found: Repairs, lang: str) -> Iterator[str | Table]:
    """Yield the conflicts and the menu as lines to read."""
    names = Names(found.instance, lang)
    if found.feasible is not False:
        yield say("repair_feasible" if found.feasible else "repair_undecided", lang)
        return
    for conflict in found.conflicts:
        yield say("repair_conflict", lang)
        for lever in conflict:
            yield f"  {_say_lever(lever, names)}"
    if not found.conflicts:
        yield say("repair_no_lever", lang)
    for number, (repair, point) in enumerate(found.menu, start=1):
        pairs = zip(repair.levers, repair.changes, strict=True)
        changes = names.join([_say_change(lever, change, names) for lever, change in pairs], "between_facts")
        yield say("repair_option", lang, number=number, changes=changes, goal=amount(point.objective))
    if not found.complete:
        yield say("repair_open", lang)


def show_prices(found: Prices, lang: str) -> Iterator[str | Table]:
    """Yield the dearest limits, each with what the goal would be without it."""
    yield say("price_title", lang, name=found.instance.title or found.instance.name, goal=amount(found.base.objective))
    shown = Table()
    shown.add_column(say("price_lever", lang))
    for key in ("price_to", "price_gain", "price_range", "price_jobs", "price_moved"):
        shown.add_column(say(key, lang), justify="right")
    rows = found.table.head(MOST)
    for row in rows.to_dict("records"):
        between = say("price_between", lang, least=amount(row["gain_least"]), most=amount(row["gain_most"]))
        what = say(f"price_{row['change']}", lang, to=row["to"])
        shown.add_row(
            row["text"], what, amount(row["gain"]), between, amount(row["employment"]), amount(row["aid_moved"])
        )
    yield shown
    if len(found.table) > MOST:
        yield say("price_more", lang, count=len(found.table) - MOST)


def _say_lever(lever: Lever, names: Names) -> str:
    firm = names.say("lever_is_firm") if lever.firm else ""
    source = f" [{lever.source}]" if lever.source else ""
    return f"{lever.say(names)}: {_figure(lever.value, names)}{source}{firm}"


def _say_change(lever: Lever, change: Replacement, names: Names) -> str:
    before, to = _figure(change.before, names), _figure(change.to, names)
    return names.say("repair_change", lever=lever.say(names), before=before, to=to)


def _figure(value: object, names: Names) -> str:
    if value is None:
        return names.say("lever_none")
    if isinstance(value, bool):
        return names.say("lever_yes" if value else "lever_no")
    if isinstance(value, int | float):
        return exact(float(value))
    return names.join([str(word) for word in value]) if isinstance(value, tuple) else str(value)

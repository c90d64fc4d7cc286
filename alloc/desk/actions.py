"""What a worker does when it is asked: it calls what the commands call, and returns what they print."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd

from alloc.desk.offers import Offers
from alloc.desk.opening import Opened
from alloc.desk.order import Order, find_plan, split_only
from alloc.desk.replies import Line, Offer, Reply, Send, make_log, make_reply
from alloc.desk.scenarios import find_scenario, write_plan
from alloc.desk.solving import solve_scenario
from alloc.desk.tree import describe
from alloc.errors import AllocError, Fault, InstanceError, total
from alloc.instance import Reading, draft, inspect
from alloc.instance.years import prepare
from alloc.report.difference import make_section
from alloc.study.answers.menu import Repair
from alloc.study.answers.price import price
from alloc.study.answers.repair import Repairs, repair
from alloc.study.answers.summary import show_conflicts, show_menu, show_prices, show_why
from alloc.study.answers.why import why
from alloc.study.compare.diff import diff
from alloc.study.compare.telling import tell_contradiction, tell_verdict
from alloc.study.compare.verify import Verification, verify
from alloc.study.points.point import Overrides
from alloc.texts import say


def act(order: Order, place: Opened, send: Send, upload: Path | None = None) -> Reply:
    """Do what is asked, and return what there is to read; what is refused is told in words."""
    try:
        return _ACTIONS[order.action](order, place, send, upload)
    except InstanceError as error:
        reply = make_reply(partial(_tell_faults, error.faults), order.lang, good=False)
        return {**reply, "faults": len(error.faults)}
    except AllocError as error:
        return make_reply(partial(_tell_error, error), order.lang, good=False)


def _describe(order: Order, place: Opened, send: Send, upload: Path | None) -> Reply:
    written, reading = draft(place.instance).source.copy(), inspect(place.instance, order.overrides)
    prepare(written)
    tree = describe(written.data if isinstance(written.data, dict) else {})
    money = "" if reading.instance is None else reading.instance.money.label
    return {**_check(order, place, send, upload), "tree": {**tree, "money": money}}


def _check(order: Order, place: Opened, send: Send, upload: Path | None) -> Reply:
    return _tell_reading(place.instance, order.lang, order.overrides)


def _upload(order: Order, place: Opened, send: Send, upload: Path | None) -> Reply:
    """Check a workbook that was dropped, which is told of by the name that it came with."""
    file = upload or Path()
    reply = _tell_reading(file, order.lang, {})
    for part in chain(*reply["told"].values()):
        part["line"] = part["line"].replace(str(file), order.words["file"])
    return reply


def _tell_reading(path: Path, lang: str, given: Overrides) -> Reply:
    """Return what `alloc check` prints."""
    reading = inspect(path, given)
    reply = make_reply(partial(_say_reading, reading), lang, good=reading.instance is not None)
    return {**reply, "faults": total(reading.faults)}


def _say_reading(reading: Reading, lang: str) -> Iterator[str]:
    yield from _tell_faults(reading.faults, lang)
    for warning in reading.warnings:
        yield f"{say('warning', lang)}: {warning.say(lang)}"
    found = reading.instance
    if found is None:
        yield say("check_more", lang)
        yield say("check_faults", lang, count=total(reading.faults))
    else:
        sizes = {key: len(getattr(found, key)) for key in ("counties", "measures", "funds", "rules")}
        yield say("check_fine", lang, name=found.name, warnings=len(reading.warnings), **sizes)


def _tell_faults(faults: Iterable[Fault], lang: str) -> Iterator[str]:
    return (fault.say(lang) for fault in faults)


def _tell_error(error: AllocError, lang: str) -> list[str]:
    return error.say(lang).splitlines()


def _solve(order: Order, place: Opened, send: Send, upload: Path | None) -> Reply:
    return solve_scenario(order, place, send)


def _verify(order: Order, place: Opened, send: Send, upload: Path | None) -> Reply:
    """Audit the plan that was typed; every limit that it breaks is told."""
    file = write_plan(find_plan(order, place), order.plan)
    against = find_scenario(place.folder, order.words["a"]) if order.words["a"] else None
    how = {"overrides": order.overrides, "lang": order.lang, "log": make_log(order.lang, send), **order.options()}
    found = verify(place.instance, file, against=against, **how)  # type: ignore[arg-type]
    reply = make_reply(partial(_tell_verdict, found), order.lang, good=found.passed and not found.beats_the_proof)
    return {**reply, "units": list(_list_units(found.tables["measures"]))}


def _list_units(scales: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield how much there is of each measure, in each year where there are several."""
    years = scales["year"] if "year" in scales else [""] * len(scales)
    for year, measure, units in zip(years, scales["measure"], scales["units"], strict=True):
        yield {"year": str(year), "measure": measure, "units": float(units)}


def _tell_verdict(found: Verification, lang: str) -> Iterator[str]:
    yield from tell_verdict(found, lang)
    yield from tell_contradiction(found, lang)


def _why(order: Order, place: Opened, send: Send, upload: Path | None) -> Reply:
    words, count = order.words, _counting("why_progress", order.lang, place, send)
    asked = {"units": order.number("units"), "aid": words["aid"].strip() or None}
    found = why(place.instance, words["what"].strip(), tell=count, **asked, **_shared(order))  # type: ignore[arg-type]
    return make_reply(partial(show_why, found), order.lang, good=True)


def _price(order: Order, place: Opened, send: Send, upload: Path | None) -> Reply:
    count = _counting("price_progress", order.lang, place, send)
    found = price(place.instance, only=split_only(order.words["only"]), tell=count, **_shared(order))
    lines = list(show_prices(found, order.lang))  # limits are named in its table, in one language
    return make_reply(lambda _: lines, order.lang, good=True)


def _repair(order: Order, place: Opened, send: Send, upload: Path | None) -> Reply:
    count = _counting("repair_progress", order.lang, place, send)
    question = inspect(place.instance, order.overrides).instance
    offers = None if question is None else Offers(question, order.lang, send, good=True)

    def add(one: Repair) -> None:
        count(one)
        if offers is not None:
            offers.add(one)

    reached = None if offers is None else offers.reach
    found = repair(place.instance, tell=add, reached=reached, **_shared(order))
    return make_reply(partial(_say_repairs, found), order.lang, good=True)


def _say_repairs(found: Repairs, lang: str) -> Iterator[Line]:
    yield from show_conflicts(found, lang)
    for one, line in show_menu(found, lang):
        yield Offer(line, one.settings)
    if found.feasible is False and not found.complete:
        yield say("repair_open", lang)


def _diff(order: Order, place: Opened, send: Send, upload: Path | None) -> Reply:
    send({"news": say("comparing", order.lang)})
    a, b = find_scenario(place.folder, order.words["a"]), find_scenario(place.folder, order.words["b"])
    found = diff(a, b, lang=order.lang)
    page = make_section(found.tables, found.reader(order.lang), whole=True)
    reply = make_reply(lambda lang: [say("diff_title", lang, a=a.name, b=b.name)], order.lang, good=True)
    return {**reply, "page": page}


def _shared(order: Order) -> dict[str, Any]:
    return {"overrides": order.overrides, "lang": order.lang, **order.options()}


def _counting(text: str, lang: str, place: Opened, send: Send) -> Callable[[object], None]:
    """Return what tells how many solves are done."""
    done = 0

    def count(_: object) -> None:
        nonlocal done
        done += 1
        send({"news": say(text, lang, name=place.instance.name, count=done)})

    return count


_ACTIONS: dict[str, Callable[[Order, Opened, Send, Path | None], Reply]] = {
    "describe": _describe,
    "check": _check,
    "upload": _upload,
    "solve": _solve,
    "verify": _verify,
    "why": _why,
    "price": _price,
    "repair": _repair,
    "diff": _diff,
}

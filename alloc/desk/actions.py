"""What a worker does when it is asked: it calls what the commands call, and returns what they print."""

import math
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from rich.table import Table

from alloc.desk.opening import Opened
from alloc.desk.order import Order, find_plan, split_only
from alloc.desk.scenarios import find_scenario, write_note, write_plan
from alloc.desk.tree import describe
from alloc.errors import AllocError, Fault, InstanceError, total
from alloc.instance import draft, inspect
from alloc.report.difference import make_section
from alloc.report.page.answer import tell_answer
from alloc.report.page.view import View
from alloc.report.target import check_writable
from alloc.run import Run, solve
from alloc.solver.progress import Progress
from alloc.study.answers.fix import LockedPlan, solve_locked
from alloc.study.answers.price import price
from alloc.study.answers.repair import repair
from alloc.study.answers.summary import show_locks, show_prices, show_repairs, show_why
from alloc.study.answers.why import why
from alloc.study.compare.diff import diff
from alloc.study.compare.verify import verify
from alloc.study.points.point import Overrides
from alloc.texts import say
from alloc.texts.figures import amount, percent
from alloc.texts.figures import gap as tell_gap

Reply = dict[str, Any]
"""parts: lines and tables to read; good: whether all is well; scenario: one that was saved; page: HTML by itself."""

Tell = Callable[[str], None]

_NEWS = re.compile(r"(?P<seconds>\S+) s, best (?P<best>\S+), bound (?P<bound>\S+), gap (?P<gap>\S+)")
"""What `Progress` tells."""


def act(order: Order, place: Opened, tell: Tell, upload: Path | None = None) -> Reply:
    """Do what is asked, and return what there is to read; what is refused is told in words."""
    try:
        return _ACTIONS[order.action](order, place, tell, upload)
    except InstanceError as error:
        return {**_reply(_tell_faults(error.faults, order.lang), good=False), "faults": len(error.faults)}
    except AllocError as error:
        return _reply(error.say(order.lang).splitlines(), good=False)


def _describe(order: Order, place: Opened, tell: Tell, upload: Path | None) -> Reply:
    written, reading = draft(place.instance), inspect(place.instance, order.overrides)
    tree = describe(written.source.data if isinstance(written.source.data, dict) else {})
    money = "" if reading.instance is None else reading.instance.money.label
    return {**_check(order, place, tell, upload), "tree": {**tree, "money": money}}


def _check(order: Order, place: Opened, tell: Tell, upload: Path | None) -> Reply:
    return _tell_reading(place.instance, order.lang, order.overrides)


def _upload(order: Order, place: Opened, tell: Tell, upload: Path | None) -> Reply:
    """Check a workbook that was dropped, which is told of by the name that it came with."""
    file = upload or Path()
    reply = _tell_reading(file, order.lang, {})
    for part in reply["parts"]:
        part["line"] = part["line"].replace(str(file), order.words["file"])
    return reply


def _tell_reading(path: Path, lang: str, given: Overrides) -> Reply:
    """Return what `alloc check` prints."""
    reading = inspect(path, given)
    lines = _tell_faults(reading.faults, lang)
    for warning in reading.warnings:
        lines.append(f"{say('warning', lang)}: {warning.say(lang)}")
    count, found = total(reading.faults), reading.instance
    if found is None:
        lines += [say("check_more", lang), say("check_faults", lang, count=count)]
    else:
        sizes = {key: len(getattr(found, key)) for key in ("counties", "measures", "funds", "rules")}
        lines.append(say("check_fine", lang, name=found.name, warnings=len(reading.warnings), **sizes))
    return {**_reply(lines, good=found is not None), "faults": count}


def _tell_faults(faults: Iterable[Fault], lang: str) -> list[str]:
    return [fault.say(lang) for fault in faults]


def _solve(order: Order, place: Opened, tell: Tell, upload: Path | None) -> Reply:
    """Solve, and save the plan as a scenario: whole, or not at all."""
    target = place.folder / order.words["name"]
    check_writable(target, overwrite=False)
    log = Progress(lambda news: tell(_translate(news, order.lang)))
    how = {"overrides": order.overrides, "lang": order.lang, "log": log, **order.options()}
    found: Run | LockedPlan
    if order.locked:
        found = solve_locked(place.instance, write_plan(find_plan(order, place), order.plan), **how)  # type: ignore[arg-type]
    else:
        found = solve(place.instance, **how)  # type: ignore[arg-type]
    run = found if isinstance(found, Run) else found.run
    if run is None or not run.solution.has_plan:
        return _reply(_tell_none(found, order.lang), good=False)
    write_note(
        target,
        {
            "instance": str(place.instance.resolve()),
            "given": dict(order.given),
            "rules": list(order.rules),
            "locked": order.locked,
            **order.options(),
        },
    )
    found.save(target, lang=order.lang)
    more = show_locks(found, order.lang) if isinstance(found, LockedPlan) else ()
    return {**_reply([*_tell_plan(run, order.lang), *more], good=True), "scenario": target.name}


def _translate(news: str, lang: str) -> str:
    """Return the news of a search in a language."""
    found = _NEWS.fullmatch(news)
    return news if found is None else say("desk_news", lang, **found.groupdict())


def _tell_none(found: Run | LockedPlan, lang: str) -> list[str]:
    """Return why there is no plan, as `alloc solve` says it."""
    if isinstance(found, Run):
        more = [say("infeasible_repair", lang)] if found.status == "infeasible" else []
        return [say(found.status, lang), *found.figures.get("clash", []), *more]
    return list(map(str, show_locks(found, lang))) if found.run is None else _tell_none(found.run, lang)


def _tell_plan(run: Run, lang: str) -> Iterator[str]:
    figures = run.figures
    goals = {"objective": amount(figures["objective"]), "bound": amount(figures["bound"])}
    proof = {"status": say(f"status_{run.status}", lang), "gap": tell_gap(figures["gap"])}
    yield say("desk_solved", lang, **goals, **proof, seconds=f"{figures['seconds']:.1f}")
    if run.status == "feasible":
        left = max(stage.gap for stage in run.solution.stages)
        yield say("stopped_early", lang, gap=f"{left:.2%}" if math.isfinite(left) else "?")
    if not run.instance.questions:
        yield from tell_answer(View(run.instance, lang, run.tables, figures))


def _verify(order: Order, place: Opened, tell: Tell, upload: Path | None) -> Reply:
    """Audit the plan that was typed; every limit that it breaks is told."""
    file = write_plan(find_plan(order, place), order.plan)
    against = find_scenario(place.folder, order.words["a"]) if order.words["a"] else None
    log = Progress(lambda news: tell(_translate(news, order.lang)))
    how = {"overrides": order.overrides, "lang": order.lang, "log": log, **order.options()}
    found = verify(place.instance, file, against=against, **how)  # type: ignore[arg-type]
    name, figures, lang = found.figures["plan"], found.figures, order.lang
    if found.passed:
        lines = [say("verify_passed", lang, plan=name)]
    else:
        lines = [say("verify_broken", lang, plan=name, count=len(found.breaches))]
        lines += [breach.say(lang) for breach in found.breaches]
    goals = ("objective", "employment", "linkage")
    lines.append(say("verify_brings", lang, **{key: amount(figures[key]) for key in goals}))
    if figures["loss"] is not None and not found.beats_the_proof:
        loss = {"loss": amount(figures["loss"]), "share": percent(figures["loss_share"], 2)}
        lines.append(say("verify_loss", lang, **loss, most=amount(figures["loss_most"])))
    return _reply(lines, good=found.passed)


def _why(order: Order, place: Opened, tell: Tell, upload: Path | None) -> Reply:
    words, count = order.words, _counting("why_progress", order.lang, place, tell)
    asked = {"units": order.number("units"), "aid": words["aid"].strip() or None}
    found = why(place.instance, words["what"].strip(), tell=count, **asked, **_shared(order))  # type: ignore[arg-type]
    return _reply(show_why(found, order.lang), good=True)


def _price(order: Order, place: Opened, tell: Tell, upload: Path | None) -> Reply:
    count = _counting("price_progress", order.lang, place, tell)
    found = price(place.instance, only=split_only(order.words["only"]), tell=count, **_shared(order))
    return _reply(show_prices(found, order.lang), good=True)


def _repair(order: Order, place: Opened, tell: Tell, upload: Path | None) -> Reply:
    found = repair(place.instance, tell=_counting("repair_progress", order.lang, place, tell), **_shared(order))
    return _reply(show_repairs(found, order.lang), good=True)


def _diff(order: Order, place: Opened, tell: Tell, upload: Path | None) -> Reply:
    tell(say("comparing", order.lang))
    a, b = find_scenario(place.folder, order.words["a"]), find_scenario(place.folder, order.words["b"])
    found = diff(a, b, lang=order.lang)
    page = make_section(found.tables, found.reader(order.lang), whole=True)
    return {**_reply([say("diff_title", order.lang, a=a.name, b=b.name)], good=True), "page": page}


def _shared(order: Order) -> dict[str, Any]:
    return {"overrides": order.overrides, "lang": order.lang, **order.options()}


def _counting(text: str, lang: str, place: Opened, tell: Tell) -> Callable[[object], None]:
    """Return what tells how many solves are done."""
    done = 0

    def count(_: object) -> None:
        nonlocal done
        done += 1
        tell(say(text, lang, name=place.instance.name, count=done))

    return count


def _reply(lines: Iterable[str | Table], good: bool) -> Reply:
    return {"good": good, "parts": list(map(_lay_out, lines))}


def _lay_out(line: str | Table) -> dict[str, Any]:
    """Return a line or a table as plain words."""
    if isinstance(line, str):
        return {"line": line}
    heads, columns = [], []
    for column in line.columns:
        heads.append([str(column.header), column.justify == "right"])
        columns.append(map(str, column.cells))
    return {"title": str(line.title or ""), "heads": heads, "rows": list(map(list, zip(*columns, strict=True)))}


_ACTIONS: dict[str, Callable[[Order, Opened, Tell, Path | None], Reply]] = {
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

"""The rest of a year planned anew: what is paid stays paid, what is delivered stays delivered, all else is free."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TextIO

from alloc.errors import Fault, InstanceError, foremost
from alloc.instance import Instance, draft
from alloc.instance.money import eligible_funds, speak_of_fund
from alloc.report.names import pick_name
from alloc.run import Run, solve
from alloc.study.answers.locks import CENT
from alloc.study.follow.actuals import Actuals, read_actuals
from alloc.study.request import JOBS, check_language
from alloc.texts import say


def solve_rest(
    instance: str | os.PathLike[str],
    actuals: Actuals | str | os.PathLike[str],
    *,
    overrides: Mapping[str, object] | None = None,
    gap: float | None = None,
    time_limit: float | None = None,
    threads: int | None = None,
    method: str | None = None,
    jobs: int = JOBS,
    cluster: str | None = None,
    lang: str = "en",
    log: TextIO | None = None,
) -> Run:
    """Plan the rest of a year: every payment made and every unit delivered is held, and the best is made of the rest.

    instance: the path of the question; of several years the first is under way, the others are planned anew. actuals: a
    workbook or a folder of CSV files (see `read_actuals`). overrides: what has changed since, by path; other options as
    for `solve`. Raises InstanceError with every fault of either, and for payments that the question does not allow.
    """
    check_language(lang)
    given = dict(overrides or {})
    question = draft(Path(instance)).read(given)
    told = actuals if isinstance(actuals, Actuals) else read_actuals(actuals, question)
    held = {**given, **hold_paid(question, told)}
    options = {"gap": gap, "time_limit": time_limit, "threads": threads, "method": method}
    return solve(Path(instance), overrides=held, **options, jobs=jobs, cluster=cluster, lang=lang, log=log)  # type: ignore[arg-type]


def hold_paid(instance: Instance, actuals: Actuals) -> dict[str, object]:
    """Return the overrides that hold what is paid and delivered: a rule for each payment, a least scale.

    A payment is held to half the smallest coin, which is what typed money means. Of several years the first is under
    way: it alone is held, the others stay as they are written. Raises InstanceError where a payment is one that the
    question does not allow: it has to be allowed there first.
    """
    now = instance.questions[0] if instance.questions else instance
    faults = [*_list_not_payable(now, actuals), *_list_above_most(now, actuals)]
    if faults:
        raise InstanceError(foremost(faults))
    rules = _hold_payments(now, actuals)
    rows: dict[str, dict[str, object]] = {}
    for m, units in actuals.add_delivered().items():
        if units > 0:
            rows[m] = {"committed": True, "min_units": max(now.measures[m].min_units, units)}
    for m, _ in _list_paid(actuals):
        rows.setdefault(m, {})["committed"] = True
        if not now.measures[m].eligible:
            rows[m]["eligible"] = True
    if instance.questions:
        return {**rules, "by_year": _hold_first(instance, rules, rows)}
    return {**rules, **_write_rows(rows)}


def _write_rows(rows: Mapping[str, Mapping[str, object]]) -> dict[str, object]:
    """Return figures of measures by their paths."""
    found: dict[str, object] = {}
    for m, row in rows.items():
        found |= {f"measures.{m}.{key}": value for key, value in row.items()}
    return found


def _list_paid(actuals: Actuals) -> dict[tuple[str, str], float]:
    """Return what was paid, where that is anything: (measure, fund) → money."""
    return {key: paid for key, paid in actuals.add_paid().items() if paid > 0}


def _hold_payments(now: Instance, actuals: Actuals) -> dict[str, object]:
    found: dict[str, object] = {}
    for (m, f), paid in _list_paid(actuals).items():
        least = max(0.0, paid - CENT / 2 / now.money.unit)
        words = {"measure": pick_name(now.measures[m], m, "zh"), "fund": pick_name(now.funds[f], f, "zh")}
        found[f"rules.paid: {m}, {f}"] = {
            "type": "amount",
            "name_zh": say("rule_paid", "zh", **words),
            "of": {"measure": [m]},
            "fund": speak_of_fund(f),
            "min": least,
        }
    return found


def _hold_first(
    instance: Instance, rules: Mapping[str, object], rows: Mapping[str, Mapping[str, object]]
) -> dict[str, dict[str, object]]:
    """Return the figures by year with those held from the first year on, and given back from the second on.

    What is committed is so in the first year alone, whatever is written.
    """
    by_year = {str(year): dict(instance.by_year.get(str(year), {})) for year in instance.years}
    first, *following = map(str, instance.years)
    by_year[first].update(_write_rows(rows))
    if not following:
        return by_year
    later = instance.questions[1].measures
    again = {m: {key: getattr(later[m], key) for key in row if key != "committed"} for m, row in rows.items()}
    freed = {f"{rule}.min": 0.0 for rule in rules}
    by_year[following[0]].update({**_write_rows(again), **freed})
    return by_year


def _list_not_payable(now: Instance, actuals: Actuals) -> Iterator[Fault]:
    """Yield the payments that no plan could make."""
    for m, f in _list_paid(actuals):
        payers = eligible_funds(now, m)
        if f not in payers:
            told = {"fund": f, "measure": m, "funds": ", ".join(payers) or "–"}
            yield Fault("payments", "fund", "lock_not_payable", told)


def _list_above_most(now: Instance, actuals: Actuals) -> Iterator[Fault]:
    """Yield the deliveries that no plan could bring."""
    for m, units in actuals.add_delivered().items():
        row = now.measures[m]
        if units > row.max_units:
            told = {"found": f"{units:g}", "measure": m, "most": f"{row.max_units:g}"}
            yield Fault("deliveries", "units", "delivered_above_most", told)

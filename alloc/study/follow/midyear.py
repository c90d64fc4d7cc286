"""The rest of a year planned anew: what is paid stays paid, what is delivered stays delivered, all else is free."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from alloc.errors import Fault, InstanceError, foremost
from alloc.instance import Instance, draft
from alloc.instance.money import eligible_funds
from alloc.run import Run, solve
from alloc.study.answers.locks import CENT
from alloc.study.follow.actuals import Actuals, read_actuals
from alloc.study.request import JOBS, check_language


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

    instance: the path of the year's question. actuals: a workbook or a folder of CSV files (see `read_actuals`).
    overrides: what has changed since, by path; other options as for `solve`. Raises InstanceError with every fault of
    either, and for payments that the question does not allow.
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

    A payment is held to half the smallest coin, which is what typed money means. Raises InstanceError where a payment
    is one that the question does not allow: it has to be allowed there first.
    """
    faults: list[Fault] = []
    found: dict[str, object] = {}
    for (m, f), paid in actuals.add_paid().items():
        if paid <= 0:
            continue
        row, payers = instance.measures[m], eligible_funds(instance, m)
        if f not in payers:
            told = {"fund": f, "measure": m, "funds": ", ".join(payers) or "–"}
            faults.append(Fault("payments", "fund", "lock_not_payable", told))
        if not row.eligible:
            found[f"measures.{m}.eligible"] = True
        found[f"measures.{m}.committed"] = True
        least = max(0.0, paid - CENT / 2 / instance.money.unit)
        found[f"rules.paid: {m}, {f}"] = {"type": "amount", "of": {"measure": [m]}, "fund": f, "min": least}
    for m, units in actuals.add_delivered().items():
        row = instance.measures[m]
        if units > row.max_units:
            told = {"found": f"{units:g}", "measure": m, "most": f"{row.max_units:g}"}
            faults.append(Fault("deliveries", "units", "delivered_above_most", told))
        elif units > 0:
            found |= {f"measures.{m}.committed": True, f"measures.{m}.min_units": max(row.min_units, units)}
    if faults:
        raise InstanceError(foremost(faults))
    return found

"""A plan made by hand, checked: what it breaks, what it brings, and what it costs against the best plan."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TextIO

import pandas as pd

from alloc.audit import Finding
from alloc.audit.verdict import RELATIVE, ZERO, Number, exact
from alloc.errors import RequestError
from alloc.glance import Glance
from alloc.instance import Instance, Options, read
from alloc.instance.money import eligible_funds
from alloc.planning import choose_options
from alloc.report.files import read_figures, write_tables
from alloc.report.names import Names
from alloc.report.notebook import MOST_ROWS, call_question, show_plan, state_plan
from alloc.report.page.annual import show_years
from alloc.report.page.view import View
from alloc.report.target import fill, write_json
from alloc.run import Run, solve
from alloc.solver import unbroken
from alloc.study.compare.handmade_result import take_money, work_out
from alloc.study.handmade import HandmadePlan
from alloc.texts import say
from alloc.texts.figures import amount

CALM = 60.0
"""A limit of time is one for the search of the best plan; what follows from given money has so long at least [s]."""

OPTIMUM = ("status", "objective", "bound", "gap", "employment", "linkage", "stages")
"""What is kept of the best plan."""

BEYOND = 1e-6
"""A plan that is better than the proven bound by more than this part of it contradicts the proof."""

KEPT = 1e-9
"""An earlier goal of an order is kept to this part of itself."""

TOLD = (
    *("objective", "employment", "linkage", "penalties", "stages"),
    *("status_quo", "without_aid", "through_others", "through_aid"),
)
"""What is told of the plan itself."""


@dataclass(frozen=True)
class Breach:
    """One limit that a plan breaks: where its money stands (may be empty), and what the audit found."""

    place: str
    finding: Finding

    def say(self, lang: str = "en", instance: Instance | None = None) -> str:
        """Return the breach as one line, with the names that the instance has for what it is about."""
        finding = self.finding
        if instance is not None:
            finding = replace(finding, place=Names(instance, lang).place(finding.place))
        return f"{self.place}  {finding.say(lang)}" if self.place else finding.say(lang)


@dataclass(frozen=True, repr=False)
class Verification(Glance):
    """What became of a plan: whether it passes, each limit that it breaks, its tables, and the best plan's figures.

    tables: those of a run, for the best that the plan's money can bring. figures: objective, employment, linkage,
    penalties; `optimum` as in run.json, None where no plan is known; `loss` = its objective less this one, `loss_most`
    = its bound less this one (what the plan may lose at most), `loss_share` of the optimum; `beats_the_proof` where it
    keeps everything and is still better than what was called proven: an error of the program, not of the plan.
    """

    instance: Instance
    plan: HandmadePlan
    breaches: tuple[Breach, ...]
    tables: Mapping[str, pd.DataFrame]
    figures: Mapping[str, Any]

    @property
    def passed(self) -> bool:
        """Tell whether the plan keeps every limit and every rule."""
        return not self.breaches

    @property
    def beats_the_proof(self) -> bool:
        """Tell whether the plan is better than what was called proven, which no plan can be."""
        return bool(self.figures["beats_the_proof"])

    def _call(self) -> str:
        return f"{self.plan.name} · {call_question(self.instance)}"

    def _state(self, lang: str) -> Iterator[str]:
        yield say("glance_passed", lang) if self.passed else say("glance_breaches", lang, count=len(self.breaches))
        goal, best, loss = self.figures["objective"], self.figures["optimum"]["objective"], self.figures["loss"]
        yield say("glance_goal", lang, goal=amount(goal))
        if best is not None:
            yield say("glance_loss", lang, loss=amount(loss), best=amount(best))
        yield state_plan(self.instance, self.tables, lang)

    def _show(self, lang: str) -> Iterator[str]:
        for breach in self.breaches[:MOST_ROWS]:
            yield breach.say(lang, self.instance)
        if len(self.breaches) > MOST_ROWS:
            yield say("and_more", lang, count=len(self.breaches) - MOST_ROWS)
        show = show_years if self.instance.questions else show_plan
        yield from show(View(self.instance, lang, self.tables, self.figures))

    def save(self, out: str | Path, lang: str = "en") -> Path:
        """Write `verify.json`, `breaches.csv` and the tables that follow from the plan's money into a new folder."""
        rows = [
            (of.check, of.place, breach.place, measure_miss(of), breach.say(lang, self.instance))
            for breach, of in ((breach, breach.finding) for breach in self.breaches)
        ]
        broken = pd.DataFrame(rows, columns=["check", "place", "written_at", "by", "text"])
        with fill(Path(out), marks=()) as folder:
            write_tables({**self.tables, "breaches": broken}, folder)
            write_json(self.figures, folder / "verify.json")
        return Path(out)


def verify(
    instance: Instance | str | os.PathLike[str],
    plan: Run | HandmadePlan | str | os.PathLike[str],
    *,
    against: Run | str | os.PathLike[str] | None = None,
    overrides: Mapping[str, object] | None = None,
    gap: float | None = None,
    time_limit: float | None = None,
    lang: str = "en",
    log: TextIO | None = None,
) -> Verification:
    """Audit a plan that anybody made, and compare it with the best one.

    plan: a results folder, an `allocation.csv`, a workbook with the sheet Allocation, or a run. Only its money is
    read, and scales that fit it; what follows from it (units, jobs, flows) is worked out anew, as good as the money
    allows. against: the results folder or run of the best plan, so that it need not be searched again.
    Raises InstanceError for faults of the instance or the plan's rows.
    """
    if not isinstance(instance, Instance):
        instance = read(Path(instance), overrides)
    elif overrides:
        raise RequestError("overrides_need_path")
    options = choose_options(instance, gap=gap, time_limit=time_limit)
    if not isinstance(plan, HandmadePlan):
        plan = take_money(plan, instance)
    with unbroken():
        best = _find_best(instance, against, options, lang, log)
        calm = options.model_copy(update={"time_limit": max(options.time_limit, CALM)})
        found = work_out(instance, plan, calm, _find_floor(instance, best))
    breaches = (*_find_strange_payments(instance, plan), *_place_findings(plan, found.audit().findings))
    figures = _list_figures(instance, plan, found.figures, breaches, best)
    return Verification(instance, plan, breaches, found.joined, figures)


def _find_best(
    instance: Instance, against: Run | str | os.PathLike[str] | None, options: Options, lang: str, log: TextIO | None
) -> Mapping[str, Any]:
    """Return the figures of the best plan: those given, if they are of the same question, or searched for."""
    if against is None:
        return solve(instance, gap=options.gap, time_limit=options.time_limit, lang=lang, log=log).figures
    figures: Mapping[str, Any]
    if isinstance(against, Run):
        figures = against.figures
    else:
        if not (Path(against) / "run.json").is_file():
            raise RequestError("no_results", path=against)
        figures = read_figures(Path(against))
    if figures["instance_sha256"] != instance.sha256:
        raise RequestError("other_question", path=against if not isinstance(against, Run) else figures["name"])
    return figures


def _find_floor(instance: Instance, best: Mapping[str, Any]) -> float | None:
    """Return what the first goal of an order has to keep, where the best plan tells."""
    stages: list[Mapping[str, Any]] = best.get("stages") or []
    if len(stages) < 2 or stages[0]["objective"] is None:
        return None
    first = float(stages[0]["objective"])
    return first - instance.objective.tolerance * abs(first)


def _find_strange_payments(instance: Instance, plan: HandmadePlan) -> Iterator[Breach]:
    """Yield the payments from funds that may not pay for the measure."""
    for question, own, year in _list_plans(instance, plan):
        for (m, f), paid in own.spend.items():
            if paid != 0 and f not in eligible_funds(question, m):
                finding = Finding("pays_eligible", f"{year}{m} · {f}", exact(paid), "=", ZERO, RELATIVE)
                yield Breach(own.places.get((m, f), ""), finding)


def _list_plans(instance: Instance, plan: HandmadePlan) -> Iterator[tuple[Instance, HandmadePlan, str]]:
    """Yield the question and the plan of each of several years, or of the one, with what findings call the year."""
    if not instance.questions:
        yield instance, plan, ""
    for question in instance.questions:
        if question.year in plan.years:
            yield question, plan.years[question.year], f"{question.year} · "


def _place_findings(plan: HandmadePlan, findings: tuple[Finding, ...]) -> Iterator[Breach]:
    """Yield what the audit found, each with where its money is written."""
    for finding in findings:
        words, own = finding.place.split(" · "), plan
        if plan.years and words[0].isdecimal():
            own = plan.years.get(int(words.pop(0)), plan)
        if finding.check == "lists_rows" and words[0] == "allocation":
            continue  # a row too many is a payment that may not be, which is said already
        places = [place for (m, f), place in own.places.items() if words in ([m, f], [m])]
        yield Breach(places[0] if places else "", finding)


def _measure_plan_loss(told: Mapping[str, Any], best: Mapping[str, Any]) -> dict[str, float | None]:
    """Return by how much a plan is worse than the best one, and at most by how much; nothing known without that."""
    if best.get("objective") is None:
        return dict.fromkeys(("loss", "loss_most", "loss_share"))
    loss = best["objective"] - told["objective"]
    most = None if best["bound"] is None else best["bound"] - told["objective"]
    return {"loss": loss, "loss_most": most, "loss_share": loss / max(1.0, abs(best["objective"]))}


def _list_figures(
    instance: Instance,
    plan: HandmadePlan,
    told: Mapping[str, Any],
    breaches: tuple[Breach, ...],
    best: Mapping[str, Any],
) -> dict[str, Any]:
    """Return what `alloc verify --json` prints."""
    beyond = best["status"] == "infeasible" or _beats_proof(
        told["stages"], best["stages"], instance.objective.tolerance
    )
    return {
        "name": instance.name,
        "year": instance.year,
        **{key: told[key] for key in ("years", "by_year") if key in told},
        "instance_sha256": instance.sha256,
        "plan": plan.name,
        "passed": not breaches,
        "breaches": [_describe_breach(breach) for breach in breaches],
        **{key: told[key] for key in TOLD},
        "money": instance.money.model_dump(),
        "optimum": {key: best[key] for key in OPTIMUM},
        **_measure_plan_loss(told, best),
        "beats_the_proof": beyond and not breaches,
    }


def _beats_proof(told: Sequence[Mapping[str, Any]], best: Sequence[Mapping[str, Any]], tolerance: float) -> bool:
    """Tell whether a plan is better than what was called proven: if it keeps everything, the proof was wrong.

    The bound of a later goal of an order speaks only of plans that keep what the earlier ones may not lose.
    """
    for mine, proven in zip(told, best, strict=False):
        if proven["bound"] is None or proven["objective"] is None:
            return False
        size = max(1.0, abs(proven["bound"]))
        if mine["value"] > proven["bound"] + BEYOND * size:
            return True
        if mine["value"] < proven["objective"] - tolerance * abs(proven["objective"]) - KEPT * size:
            return False
    return False


def _describe_breach(breach: Breach) -> dict[str, Any]:
    finding = breach.finding
    return {
        "check": finding.check,
        "place": finding.place,
        "written_at": breach.place,
        "left": _make_plain(finding.left),
        "relation": finding.relation,
        "right": _make_plain(finding.right),
        "by": measure_miss(finding),
        "text": finding.say(),
    }


def _make_plain(side: Number | str) -> float | str:
    return side if isinstance(side, str) else float(side)


def measure_miss(finding: Finding) -> float | None:
    """Return by how much a limit is missed, in its own unit; None where words differ."""
    left, right = finding.left, finding.right
    if isinstance(left, str) or isinstance(right, str):
        return None
    return float(min(left, right)) if finding.relation == "⊥" else abs(float(left) - float(right))

"""What a study of risk finds: the values of the problems, each with its proof, fresh draws, insurance, the curve."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from alloc.claims import finite
from alloc.glance import Glance
from alloc.instance import Instance
from alloc.instance.effects import states
from alloc.report.notebook import call_question, show_table
from alloc.report.scenarios import risk_figures
from alloc.solution import Solution, Status
from alloc.solver import ScenarioOutcome
from alloc.study.risk.risk_page import PROBLEMS
from alloc.study.risk.save import save_risk
from alloc.texts import say
from alloc.texts.figures import amount, percent


@dataclass(frozen=True)
class Proven:
    """A figure and its bound: no plan has more. least: what it is at least, where it may be less."""

    value: float
    bound: float
    least: float | None = None

    def less(self, other: "Proven") -> "Proven":
        """Return a difference, between what it lies whatever the gaps hide; never below 0, which theory forbids."""
        least = max(self.value - other.bound, 0.0)
        return Proven(max(self.value - other.value, 0.0), max(self.bound - other.value, 0.0), least)

    @property
    def figures(self) -> dict[str, float | None]:
        """What risk.json says of it."""
        found = {"value": self.value, "bound": finite(self.bound)}
        return found if self.least is None else {**found, "least": finite(self.least)}


@dataclass(frozen=True)
class BadYears:
    """Jobs in an average year, in the worst tenth of years (their mean), and in the worst year."""

    average: float
    one_in_ten: float
    worst: float


@dataclass(frozen=True)
class Fresh:
    """What a plan brings in newly drawn scenarios: mean with its 95 % interval, CVaR, the worst; each outcome."""

    seed: int
    mean: float
    interval: tuple[float, float]
    cvar: float
    worst: float
    tail: float
    outcomes: Mapping[str, ScenarioOutcome]

    def tell(self, lang: str) -> str:
        """Return it in one sentence."""
        low, high = map(amount, self.interval)
        means = {"mean": amount(self.mean), "low": low, "high": high, "worst": amount(self.worst)}
        bad = {"tail": percent(self.tail), "cvar": amount(self.cvar)}
        return say("risk_fresh_told", lang, count=len(self.outcomes), **means, **bad)


@dataclass(frozen=True)
class Insurance:
    """What insurance keeps: jobs with it and, from the best plan in which none is eligible, without.

    premium: what is paid for insurance measures in the plan [money]; years_without: None where no plan is left.
    """

    premium: float
    years: BadYears
    years_without: BadYears | None
    value: Proven
    without: Solution

    @property
    def table(self) -> pd.DataFrame:
        """One row a kind of year: jobs with and without, what insurance keeps, and that per unit of premium money."""
        return pd.DataFrame(list(self._rows()), columns=["year", "jobs", "jobs_without", "kept", "kept_per_money"])

    def tell(self, label: str, lang: str) -> str:
        """Return what insurance keeps in one sentence. label: of money."""
        if self.years_without is None:
            return say("risk_insurance_none", lang)
        average, tenth, worst = map(amount, self.table["kept"])
        kept = {"average": average, "tenth": tenth, "worst": worst}
        return say("risk_insurance_told", lang, premium=amount(self.premium), label=label, **kept)

    def _rows(self) -> Iterator[dict[str, Any]]:
        for year, jobs in asdict(self.years).items():
            other = None if self.years_without is None else getattr(self.years_without, year)
            kept = None if other is None else jobs - other
            per = None if kept is None or self.premium <= 0 else kept / self.premium
            yield {"year": year, "jobs": jobs, "jobs_without": other, "kept": kept, "kept_per_money": per}


@dataclass(frozen=True)
class CurvePoint:
    """The best plan where CVaR has a weight: its expected value and its CVaR, and the goal with its bound."""

    weight: float
    expected: float
    cvar: float
    goal: Proven
    status: str

    @property
    def figures(self) -> dict[str, Any]:
        """A row of the table."""
        goal = self.goal.figures
        return {
            "weight": self.weight, "cvar": self.cvar, "expected": self.expected,
            "goal": goal["value"], "bound": goal["bound"], "status": self.status,
        }  # fmt: skip


@dataclass(frozen=True, repr=False)
class RiskStudy(Glance):
    """What planning for bad years is worth, each figure with its proof.

    plan: the question's own best plan; rp, ev, eev, ws, vss, evpi: as Birge and Louveaux have them, in the unit of the
    goal. fresh, insurance: None where they were not asked for. gap: that was asked for, as a part of each value.
    """

    instance: Instance
    plan: Solution
    rp: Proven
    ev: Proven
    eev: Proven
    ws: Proven
    vss: Proven
    evpi: Proven
    fresh: Fresh | None
    insurance: Insurance | None
    curve: tuple[CurvePoint, ...]
    gap: float
    seconds: float

    @property
    def proven(self) -> bool:
        """Tell whether every problem is proven to the gap that was asked for."""
        gap, plans = max(self.gap, 1e-7), [self.plan]
        problems = [self.rp, self.ev, self.eev, self.ws, *(point.goal for point in self.curve)]
        if self.insurance is not None and self.insurance.without.status != Status.INFEASIBLE:
            plans.append(self.insurance.without)
        near = all(p.bound - p.value <= gap * max(1.0, abs(p.value)) * 1.001 for p in problems)
        return near and all(plan.status == Status.OPTIMAL for plan in plans)

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables that were asked for, by name."""
        found = {"problems": pd.DataFrame([{"problem": name, **getattr(self, name).figures} for name in PROBLEMS])}
        if self.fresh is not None:
            rows = [{"scenario": w, **asdict(outcome)} for w, outcome in self.fresh.outcomes.items()]
            found["fresh"] = pd.DataFrame(rows)
        if self.insurance is not None:
            found["insurance"] = self.insurance.table
        if self.curve:
            found["curve"] = pd.DataFrame([point.figures for point in self.curve])
        return found

    @property
    def figures(self) -> dict[str, Any]:
        """What risk.json holds."""
        return {
            "alloc": 1,
            "name": self.instance.name,
            "year": self.instance.year,
            "instance_sha256": self.instance.sha256,
            "scenarios": len(states(self.instance)),
            **{name: getattr(self, name).figures for name in PROBLEMS},
            "plan": {"status": str(self.plan.status), **risk_figures(self.instance, self.plan)},
            "fresh": None if self.fresh is None else _tell_fresh(self.fresh),
            "insurance": None if self.insurance is None else _tell_insurance(self.insurance),
            "curve": [point.figures for point in self.curve] or None,
            "money": self.instance.money.model_dump(),
            "proven": self.proven,
            "seconds": self.seconds,
        }

    def _call(self) -> str:
        return call_question(self.instance)

    def _state(self, lang: str) -> Iterator[str]:
        yield from self.tell_worth(lang)

    def tell_worth(self, lang: str) -> Iterator[str]:
        """Yield what planning for scenarios, and knowing them, is worth, in words."""
        for name in ("vss", "evpi"):
            figure: Proven = getattr(self, name)
            ends = {"least": amount(figure.least or 0.0), "bound": amount(figure.bound)}
            yield say(f"risk_{name}", lang, value=amount(figure.value), **ends)

    def tell_all(self, lang: str) -> Iterator[str]:
        """Yield what was found, a sentence for each part that was asked for."""
        yield from self.tell_worth(lang)
        if self.fresh is not None:
            yield self.fresh.tell(lang)
        if self.insurance is not None:
            yield self.insurance.tell(self.instance.money.label, lang)

    def _show(self, lang: str) -> Iterator[str]:
        for frame in self.tables.values():
            yield show_table(frame)

    def save(self, out: str | Path, overwrite: bool = False, lang: str = "en") -> Path:
        """Write risk.json, a page, a table for each part that was asked for, and charts; return the path."""
        return save_risk(self.instance, self.tables, self.figures, [*self.tell_all(lang)], Path(out), overwrite, lang)


def _tell_fresh(fresh: Fresh) -> dict[str, Any]:
    return {
        "count": len(fresh.outcomes),
        "seed": fresh.seed,
        "mean": fresh.mean,
        "interval": list(map(finite, fresh.interval)),
        "cvar": fresh.cvar,
        "tail": fresh.tail,
        "worst": fresh.worst,
    }


def _tell_insurance(insurance: Insurance) -> dict[str, Any]:
    without = insurance.without
    goal = {"value": without.objective, "bound": finite(without.bound)} if without.has_plan else None
    rows = insurance.table.astype(object).where(insurance.table.notna(), None).to_dict("records")
    return {
        "premium": insurance.premium,
        "with": insurance.value.figures,
        "without": goal,
        "status_without": str(without.status),
        "years": {row.pop("year"): row for row in rows},
    }

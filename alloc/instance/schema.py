"""The instance: every key a planner may write, with its unit, its default and its meaning.

This file is the data dictionary, `rules` its part on rules. Checks, the JSON Schema, the format page and the model all
read it, so a key is described here once. Money is in the instance's unit (万元 by default) everywhere.
"""

import math
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, model_validator

from alloc.glance import Glance
from alloc.instance.rows import (
    CATEGORIES,
    FIRM,
    GOALS,
    JOB_CATEGORIES,
    KINDS,
    Amount,
    Attribute,
    Categories,
    Category,
    Ends,
    Goal,
    JobCategory,
    Kind,
    Part,
    Payer,
    Row,
    Selection,
    Strict,
    Words,
    described,
    grouped_words,
    listed,
)
from alloc.instance.rules import Rule
from alloc.texts import say
from alloc.texts.figures import amount

__all__ = [
    "CATEGORIES",
    "FIRM",
    "GOALS",
    "JOB_CATEGORIES",
    "KINDS",
    "Amount",
    "Attribute",
    "Baseline",
    "Categories",
    "Category",
    "Chain",
    "County",
    "Document",
    "Draws",
    "Ends",
    "Flow",
    "Fund",
    "Goal",
    "Industry",
    "Instance",
    "JobCategory",
    "Kind",
    "Link",
    "Local",
    "Market",
    "Measure",
    "Money",
    "Objective",
    "Options",
    "Part",
    "Payer",
    "Resource",
    "Risk",
    "Row",
    "Scenario",
    "Selection",
    "Sharing",
    "Strict",
    "Synergy",
    "Words",
    "described",
]


class Money(Strict):
    """The unit of every amount."""

    currency: str = described("CNY", "ISO 4217 code")
    unit: float = described(10000.0, "currency units in one unit of the instance", gt=0)
    label: str = described(
        "万元", "how the unit is written (default: 元, 万元 or 亿元 for CNY, else unit and currency)"
    )
    lot: float | None = described(None, "payments are whole multiples of it (empty = any amount)", "money", gt=0)

    @model_validator(mode="before")
    @classmethod
    def _labelled(cls, written: Any) -> Any:
        """Do not let 万元 stand beside another unit or currency that was written without a label."""
        if not isinstance(written, dict) or "label" in written or not {"unit", "currency"} & set(written):
            return written
        unit, currency = written.get("unit", 10000.0), written.get("currency", "CNY")
        yuan = {1.0: "元", 1e4: "万元", 1e8: "亿元"}
        if not isinstance(unit, int | float):
            return written
        word = yuan.get(float(unit)) if currency == "CNY" else None
        return {**written, "label": word or (f"{unit:,.0f} {currency}" if unit != 1 else str(currency))}


class County(Row):
    """A county that can be given money."""

    region: str = described("", "prefecture; a county without one is a region of its own")
    code: str = described("", "GB/T 2260 code, text")
    population: float = described(0.0, "residents", "persons", ge=0)
    jobseekers: float | None = described(
        None,
        "people who look for work of their own will; required where the county has a baseline row",
        "persons",
        ge=0,
    )
    weight: float = described(1.0, "worth of a job here in the objective", "1", ge=0)
    delivery: dict[Category, Part] = described(
        {}, "share of what is paid for in a category that takes effect (default 1)", "0-1"
    )


class Industry(Row):
    """One stage of a chain: fodder, breeding, slaughter …"""

    chain: str = described("", "the chain that it is a stage of")
    productivity: float = described(0.0, "output of a job", "money per job and year", ge=0)
    uplift: float = described(
        0.0, "more output of a job that works with the new technology", "money per job and year", ge=0
    )
    hazard: float = described(0.0, "expected share of uninsured jobs lost in the year", "0-1", ge=0, le=1)
    viable_jobs: float = described(0.0, "fewest jobs with which the industry stands", "jobs", ge=0)
    cluster_jobs: float | None = described(None, "jobs that make a cluster in a county", "jobs", ge=0)
    cluster_bonus: float = described(0.0, "worth of a cluster", "linkage", ge=0)
    needs: dict[JobCategory, Amount] = described(
        {}, "capacity that one job takes (default 1; 0 switches the bottleneck off)", "capacity per job"
    )


class Baseline(Row):
    """What stands today of one industry in one county; without a row it cannot exist there."""

    county: str = described(..., "county")
    industry: str = described(..., "industry")
    jobs: float = described(0.0, "filled jobs today", "jobs", ge=0)
    max_jobs: float | None = described(None, "most jobs there can be (empty = no limit)", "jobs", ge=0)
    infrastructure: float = described(0.0, "workplaces today", "capacity", ge=0)
    training: float = described(0.0, "qualified workers today", "capacity", ge=0)
    insurance: float = described(0.0, "jobs that insurance can cover today", "jobs", ge=0)
    technology: float = described(0.0, "jobs that can work with the new technology today", "jobs", ge=0)
    enterprise: float = described(0.0, "positions that firms offer today", "capacity", ge=0)
    market: float | None = described(None, "output that buyers take (empty = no limit)", "money per year", ge=0)


class Link(Row):
    """An industry that can buy its input from another."""

    from_: str = Field(..., alias="from", description="the industry that sells")
    to: str = described(..., "the industry that buys")
    sells: float = described(1.0, "share of the seller's output that can go this way", "0-1", ge=0, le=1)
    buys: float = described(1.0, "input bought per output of the buyer", "money per money", ge=0)
    weight: float = described(1.0, "worth of a flow", "linkage per money", ge=0)
    scope: Literal["county", "region"] = described("county", "how far the input may come from")
    friction: float = described(0.0, "share of the worth that is lost across a county line", "0-1", ge=0, le=1)


class Market(Row):
    """Buyers whom several counties share: what one of them sells more, another cannot."""

    industry: str = described(..., "the industry that sells")
    region: str = described("", "the region whose counties share it (empty = all counties)")
    amount: float = described(..., "output that its buyers take in all", "money per year", ge=0)


class Sharing(Row):
    """Who earns by what industries make more: the parts of profit and tax, and the donor side's part of each."""

    county: str = described(..., "county")
    industry: str = described("", "industry (empty = every industry of the county that has no row of its own)")
    profit: float = described(0.0, "profit, as a part of output above the status quo's", "0-1", ge=0, le=1)
    tax: float = described(0.0, "tax, as a part of output above the status quo's", "0-1", ge=0, le=1)
    donor_profit: float = described(
        0.0, "the donor side's part of the profit; the rest is the host's", "0-1", ge=0, le=1
    )
    donor_tax: float = described(0.0, "the donor side's part of the tax; the rest is the host's", "0-1", ge=0, le=1)

    @property
    def donor(self) -> float:
        """The donor side's part of output above the status quo's [0-1]."""
        return self.profit * self.donor_profit + self.tax * self.donor_tax

    @property
    def host(self) -> float:
        """The host's part of output above the status quo's [0-1]."""
        return self.profit * (1 - self.donor_profit) + self.tax * (1 - self.donor_tax)


Stage = Literal["idea", "appraised", "tendered", "started", "finished", "accepted"]

STAGES: tuple[Stage, ...] = get_args(Stage)
"""How far a project is, in their order."""

Day = Annotated[
    str,
    BeforeValidator(lambda written: str(written) if isinstance(written, int | date) else written),
    Field(pattern=r"^(\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?)?$"),
]
"""A year, a month or a day, or nothing."""


class Measure(Row):
    """One line that money can be spent on, in one county and one category."""

    county: str = described(..., "county")
    category: Category = described(..., "category")
    industry: str = described("", "the industry it serves (empty = the whole county)")
    unit: str = described("", "what one unit is: m², trainee, insured job …")
    effect: float = described(0.0, "capacity that one unit in effect brings", "capacity per unit", ge=0)
    unit_cost: float = described(0.0, "cost of one unit", "money per unit", ge=0)
    fixed_cost: float = described(0.0, "cost of going ahead at all", "money", ge=0)
    min_units: float = described(0.0, "fewest units if it goes ahead", "units", ge=0)
    max_units: float = described(..., "most units", "units", ge=0)
    integer: bool = described(False, "whole units only")
    returns: tuple[tuple[float, float], ...] = described(
        (), "piecewise-linear returns: slope φ up to u units, as [[u1, φ1], [u2, φ2], …]", "units, 1"
    )
    deadweight: float = described(0.0, "share that would have come without it", "0-1", ge=0, le=1)
    jobs: float = described(0.0, "jobs that one unit in effect brings directly", "jobs per unit", ge=0)
    linkage: float = described(0.0, "linkage that one unit in effect brings directly", "linkage per unit", ge=0)
    outlet: float = described(
        0.0, "more sales a year for the measure's industry per unit in effect", "money per unit", ge=0
    )
    national: Literal["any", "none", "supplement", "supplement-strict", "exclusive"] = described(
        "any", "how national money may meet aid here"
    )
    national_ceiling: float | None = described(None, "most national money (default: the largest cost)", "money", ge=0)
    national_planned: float | None = described(
        None, "national money already decided, if the measure goes ahead", "money", ge=0
    )
    min_share: dict[Payer, Part] = described({}, "least share of the cost that a kind of fund, or a fund, pays", "0-1")
    max_share: dict[Payer, Part] = described(
        {}, "largest share of the cost that a kind of fund, or a fund, pays", "0-1"
    )
    funds: Words = described((), "the only funds that may pay (default: all eligible)")
    requires: Words = described((), "measures without which this one does not go ahead")
    excludes: Words = described((), "measures that do not go ahead beside this one")
    limited_by: dict[str, Amount] = described({}, "most units per unit of another measure", "units per unit")
    uses: dict[str, Amount] = described({}, "scarce resources that one unit takes", "resource per unit")
    supplies: dict[str, Amount] = described(
        {}, "scarce resources that one unit in effect adds in its county", "resource per unit"
    )
    tags: Words = described((), "free words that rules select by")
    committed: bool = described(False, "goes ahead in any case")
    eligible: bool = described(True, "may be funded at all")
    lead: int = described(0, "years from payment to effect", "years", ge=0, le=100)
    life: int | None = described(
        None,
        "years that the effect lasts from when it begins (default: 1 for insurance and enterprise, else for good)",
        "years",
        ge=1,
        le=1000,
    )
    recurrent: float = described(
        0.0, "cost of a unit in each later year of its life, from the year after payment", "money per unit", ge=0
    )
    max_total: float | None = described(
        None, "most units over all years (default: max_units where the effect lasts longer than a year)", "units", ge=0
    )
    reason: str = described("", "why it is not eligible")
    firm: bool = described(False, FIRM)
    stage: Stage | None = described(None, "how far the project is")
    continuing: bool = described(False, "begun in an earlier year")
    implementer: str = described("", "the office or firm that carries it out")
    contact: str = described("", "whom to ask at that office")
    start: Day = described("", "when it begins: 2019, 2019-03 or 2019-03-15")
    end: Day = described("", "when it ends, written likewise")
    total_cost: float | None = described(None, "cost over all years, of all funds", "money", ge=0)
    mode: Literal["turnkey", "cheque"] | None = described(
        None, "who carries it out: the donor, who hands it over ready, or the county with the donor's cheque"
    )

    @property
    def largest_cost(self) -> float:
        """Cost at the largest scale [money]."""
        return self.fixed_cost + self.unit_cost * self.max_units

    @property
    def lasts(self) -> float:
        """Years that its effect lasts from when it begins, infinite for good."""
        if self.life is not None:
            return float(self.life)
        return 1.0 if self.category in ("insurance", "enterprise") else math.inf

    @property
    def most_in_all(self) -> float:
        """Most units over all years, infinite where nothing limits them [units]."""
        if self.max_total is not None:
            return self.max_total
        return math.inf if self.lasts == 1 else self.max_units

    def is_working(self, after: int) -> bool:
        """Tell whether what was paid for works so many years later."""
        return self.lead <= after < self.lead + self.lasts

    def is_kept_up(self, after: int) -> bool:
        """Tell whether what was paid for so many years ago still costs its recurrent money."""
        return 1 <= after < self.lead + self.lasts

    @property
    def pieces(self) -> tuple[tuple[float, float], ...]:
        """The curve of returns up to max_units as (width in units, slope), the identity by default."""
        pieces, start = [], 0.0
        for end, slope in self.returns or ((self.max_units, 1.0),):
            width = min(end, self.max_units) - start
            if width > 0:
                pieces.append((width, slope))
                start += width
        return tuple(pieces)


class Chain(Row):
    """A chain of industries."""

    closure_bonus: float = described(0.0, "worth of having every stage in one county", "linkage", ge=0)


class Fund(Row):
    """A purse: who gives, how much, for what and where."""

    kind: Kind = described(..., "whose money it is")
    amount: float | None = described(None, "money in all", "money", ge=0)
    by_county: dict[str, Amount] | None = described(None, "money by county; only these counties", "money")
    counties: Words = described((), "the only counties it may be spent in")
    categories: Categories = described((), "the only categories it may be spent on")
    min_use: float = described(0.0, "least that must be spent", "money", ge=0)
    carry: float = described(
        0.0, "share of the money not spent that is there in the next year; the rest goes back", "0-1", ge=0, le=1
    )
    carried: dict[str, Amount] = described(
        {},
        "of its money, what the year before left: county → amount, `all` for a fund that is not tied to counties",
        "money",
    )
    donor: str = described("", "who gives it")
    firm: bool = described(False, FIRM)


class Resource(Row):
    """Something scarce that money does not buy: water, land, technicians."""

    amount: float | None = described(None, "how much there is", "its unit", ge=0)
    by_county: dict[str, Amount] = described({}, "how much there is in a county", "its unit")
    unit: str = described("", "its unit")


class Synergy(Row):
    """What two or more measures bring together, more (or less) than each alone."""

    measures: Words = described(..., "the measures, two or more", min_length=2)
    employment: float = described(0.0, "jobs gained", "jobs")
    linkage: float = described(0.0, "linkage gained", "linkage")


class Local(Strict):
    """What a scenario says of one county: it goes before what it says of all."""

    hazard: dict[str, Part] = described({}, "share of uninsured jobs lost, by industry", "0-1")
    productivity: dict[str, Amount] = described({}, "factor on output, by industry", "1")
    delivery: dict[Category, Amount] = described({}, "factor on what measures bring, by category", "1")
    market: dict[str, Amount] = described({}, "factor on market and outlets, by industry", "1")


class Scenario(Row):
    """A state of the world."""

    probability: float = described(0.0, "its probability; all sum to 1", "0-1", ge=0, le=1)
    hazard: dict[str, Part] = described({}, "share of uninsured jobs lost, by industry", "0-1")
    productivity: dict[str, Amount] = described({}, "factor on output, by industry", "1")
    delivery: dict[Category, Amount] = described({}, "factor on what measures bring, by category", "1")
    market: dict[str, Amount] = described({}, "factor on market and outlets, by industry", "1")
    counties: dict[str, Local] = described(
        {}, "county → figures that go before the scenario's own there: counties.cele.hazard.sheep"
    )


class Draws(Strict):
    """Scenarios that are drawn, in place of those written."""

    count: int = described(..., "how many are drawn", ge=1, le=100_000)
    keep: int | None = described(None, "how many are kept, with new probabilities (empty = all)", ge=1)
    seed: int = described(0, "the same seed draws the same", ge=0)
    over: dict[str, Ends] = described(
        ...,
        "between which ends figures are drawn, evenly: hazard.sheep, productivity.*, cele/hazard.sheep → [low, high]",
        min_length=1,
    )
    together: Annotated[tuple[tuple[str, ...], ...], BeforeValidator(grouped_words)] = described(
        (), "groups of figures that move together, in the order of their ends; the rest are independent"
    )


class Objective(Strict):
    """What is maximised: weights, or an order."""

    employment: float = described(0.0, "worth of a job", "1 per job", ge=0)
    linkage: float = described(0.0, "worth of a unit of linkage", "1 per linkage", ge=0)
    order: Annotated[tuple[Goal, ...], BeforeValidator(listed)] = described((), "first this, then that")
    tolerance: float = described(0.0, "share of a goal that later goals may cost", "0-1", ge=0, le=1)
    range: dict[str, Ends] = described({}, "between what the weights may lie: key → [low, high]")


class Risk(Strict):
    """How unwelcome bad scenarios are."""

    measure: Literal["cvar", "worst", "regret"] = described(..., "which bad scenarios are looked at, and how")
    tail: float = described(0.1, "worst share of probability", "0-1", gt=0, le=1)
    weight: float = described(0.5, "weight of the tail beside the expectation", "0-1", ge=0, le=1)


class Options(Strict):
    """How the solver is asked."""

    gap: float = described(1e-4, "proven gap at which to stop", "1", ge=0, le=1)
    time_limit: float = described(
        600.0, "longest time for all that a question takes: plan, ties, the worlds beside it, conflicts", "s", gt=0
    )
    threads: int = described(0, "processor threads (0 = the solver's choice)", ge=0, le=256)
    method: Literal["auto", "whole", "blocks"] = described("auto", "how the model is solved")


class Flow(Strict):
    """One row of the previous plan: where an amount went."""

    measure: str
    county: str
    category: str
    industry: str
    fund: str
    kind: str
    amount: float


Year = Annotated[int, Field(ge=1900, le=9999)]


class Document(Strict):
    """One budget question, of a year or of several, as written. Tables are mappings id → row, in the order written."""

    alloc: Literal[1] = described(..., "format number")
    name: str = described(..., "names the results folder", pattern=r"^[a-z0-9-]+$")
    title: str = described("", "for people")
    year: int = described(..., "fiscal year", ge=1900, le=9999)
    years: tuple[Year, ...] = described((), "fiscal years that follow one another, in place of `year`")
    discount: float = described(0.0, "a year later counts 1/(1 + discount) of it", "1", ge=0)
    by_year: dict[str, dict[str, Any]] = described(
        {}, "figures replaced from a year on: year → path as in `--set` → figure"
    )
    end_value: int = described(
        0, "further years in which nothing is bought and what still works counts", "years", ge=0, le=100
    )
    description: str = described("", "for people")
    money: Money = described(Money(), "the unit of every amount")
    nation: Literal["joint", "first", "both"] = described(
        "joint", "who decides on national money: both purses together, the nation first, or both are compared"
    )
    sources: dict[str, str] = described({}, "key → citation")
    spread: dict[str, Part] = described(
        {},
        "how far figures without a range may be off, by source: a key of `sources`, `assumption`, or `default` for the "
        "rest → part of the figure, up and down",
        "0-1",
    )
    counties: dict[str, County] = described(..., "the counties", min_length=1)
    industries: dict[str, Industry] = described({}, "the industries")
    baseline: tuple[Baseline, ...] = described((), "what stands today")
    links: tuple[Link, ...] = described((), "who can buy from whom")
    markets: tuple[Market, ...] = described((), "buyers whom several counties share")
    sharing: tuple[Sharing, ...] = described((), "who earns by what industries make more")
    measures: dict[str, Measure] = described(..., "what money can be spent on", min_length=1)
    chains: dict[str, Chain] = described({}, "the chains")
    funds: dict[str, Fund] = described(..., "the purses", min_length=1)
    resources: dict[str, Resource] = described({}, "scarce things")
    synergies: tuple[Synergy, ...] = described((), "what measures bring together")
    scenarios: dict[str, Scenario] = described({}, "states of the world")
    draws: Draws | None = described(None, "scenarios that are drawn, in place of `scenarios`")
    rules: tuple[Rule, ...] = described((), "what the plan must keep to")
    objective: Objective = described(Objective(employment=1.0), "what is maximised")
    risk: Risk | None = described(None, "how unwelcome bad scenarios are")
    solver: Options = described(Options(), "how the solver is asked")

    @property
    def regions(self) -> dict[str, str]:
        """County → its region: where none is written it is a region of its own."""
        return {c: row.region or c for c, row in self.counties.items()}


class Instance(Glance, Document):
    """One yearly budget question, checked and frozen, with what was read beside it.

    previous: the plans that `change` rules compare with, by path; held: payments that others have decided, measure →
    fund → amount; drawn: the scenarios that `draws` ask for; sha256: of all files read.
    questions: of several years, the question of each with all that is replaced up to it, those of `end_value` behind
    them; none for one year. upkeep: of such a year, the most that what was bought before costs, measure → amount;
    carried: the most that the year before leaves, fund → county, or none for the whole → amount; follows: whether
    `change` rules compare with the year before it. standing: the output of the status quo, where somebody has found it,
    county → industry → money per year.
    """

    previous: dict[str, tuple[Flow, ...]] = Field({})
    drawn: dict[str, Scenario] = Field({})
    held: dict[str, dict[str, float]] = Field({})
    sha256: str = ""
    questions: tuple["Instance", ...] = Field(())
    upkeep: dict[str, float] = Field({})
    carried: dict[str, dict[str, float]] = Field({})
    follows: bool = False
    standing: dict[str, dict[str, float]] = Field({})

    def _call(self) -> str:
        return f"{self.name} {self.year}"

    def _state(self, lang: str) -> Iterator[str]:
        tables = ("counties", "measures", "funds", "rules")
        yield say("glance_question", lang, **{table: len(getattr(self, table)) for table in tables})
        aid = 0.0
        for fund in self.funds.values():
            if fund.kind == "aid":
                aid += sum((fund.by_county or {}).values()) if fund.amount is None else fund.amount
        yield say("glance_aid", lang, aid=amount(aid), label=self.money.label)

"""The instance: every key a planner may write, with its unit, its default and its meaning.

This file is the data dictionary, with `measure`, `rules` and `settings`. Checks, the JSON Schema, the format page and
the model all read it, so a key is described here once. Money is in the instance's unit (万元 by default) everywhere.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field

from alloc.glance import Glance
from alloc.instance.measure import STAGES, Measure
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
)
from alloc.instance.rules import Rule
from alloc.instance.settings import Draws, Money, Objective, Options, Risk
from alloc.texts import say
from alloc.texts.figures import amount

__all__ = [
    "CATEGORIES",
    "FIRM",
    "GOALS",
    "JOB_CATEGORIES",
    "KINDS",
    "STAGES",
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

    alloc: int = described(..., "format number", ge=1, le=1)
    name: str = described(..., "names the results folder", pattern=r"^[a-z0-9-]+$")
    title: str = described("", "for people")
    year: int = described(..., "fiscal year", ge=1900, le=9999)
    years: tuple[Year, ...] = described(
        (), "fiscal years that follow one another, in place of `year`; one alone is that year's question"
    )
    discount: float = described(0.0, "a year later counts 1/(1 + discount) of it", "1", ge=0)
    by_year: dict[str, dict[str, Any]] = described(
        {}, "figures replaced from a year on: year → path as in `--set` → figure, `null` leaves it out"
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
    """One budget question, checked and frozen, with what was read beside it.

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

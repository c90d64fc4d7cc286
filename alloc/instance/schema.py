"""The instance: every key a planner may write, with its unit, its default and its meaning.

This file is the data dictionary. Checks, the JSON Schema, the format page and the model all read it,
so a key is described here once. Money is in the instance's unit (万元 by default) everywhere.
"""

from typing import Annotated, Any, ClassVar, Literal, NamedTuple, TypeVar, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Category = Literal["infrastructure", "training", "insurance", "technology", "enterprise"]
JobCategory = Literal["infrastructure", "training", "enterprise"]
Kind = Literal["aid", "national", "local", "private", "household"]
Payer = Kind | str
"""A kind of fund, or a fund's name."""
Goal = Literal["employment", "linkage"]
Attribute = Literal["county", "category", "industry", "chain", "region"]

CATEGORIES: tuple[Category, ...] = ("infrastructure", "training", "insurance", "technology", "enterprise")
KINDS: tuple[Kind, ...] = ("aid", "national", "local", "private", "household")
GOALS: tuple[Goal, ...] = ("employment", "linkage")
JOB_CATEGORIES: tuple[JobCategory, ...] = ("infrastructure", "training", "enterprise")
"""The categories that limit how many jobs there can be; the other two act on the jobs that exist."""

FIRM = "a law or a signed contract: never offered as something to give way"

T = TypeVar("T")


def _listed(value: object) -> object:
    """Let one word stand for a list of one."""
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


Words = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Categories = Annotated[tuple[Category, ...], BeforeValidator(_listed)]
Amount = Annotated[float, Field(ge=0)]
Part = Annotated[float, Field(ge=0, le=1)]
Purse = Annotated[str, "a fund, a kind of funds, or `all`"]
"""Whose money a rule means; every key of this type is checked, offered in Excel and understood by name."""
Ends = Annotated[tuple[float, ...], Field(json_schema_extra={"minItems": 2, "maxItems": 2})]


def described(default: Any, meaning: str, unit: str = "", **limits: Any) -> Any:
    """Return a field with its default (`...` = required), its meaning and its unit."""
    return Field(default, description=meaning, json_schema_extra={"unit": unit} if unit else None, **limits)


class Strict(BaseModel):
    """A frozen row that refuses unknown keys, text for numbers, NaN and infinities."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False, populate_by_name=False)


class Row(Strict):
    """What every row may carry for people to read."""

    name: str = described("", "English name")
    name_zh: str = described("", "Chinese name")
    source: str = described("", "key of `sources`, or the word `assumption`")
    sources: dict[str, str] = described({}, "the source of single figures, where it is not the row's: column → key")
    range: dict[str, Ends] = described(
        {}, "between what single figures may lie: column → [low, high]; studies of sensitivity vary them"
    )
    note: str = described("", "a remark")


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
    reason: str = described("", "why it is not eligible")
    firm: bool = described(False, FIRM)

    @property
    def largest_cost(self) -> float:
        """Cost at the largest scale [money]."""
        return self.fixed_cost + self.unit_cost * self.max_units

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


class Scenario(Row):
    """A state of the world."""

    probability: float = described(0.0, "its probability; all sum to 1", "0-1", ge=0, le=1)
    hazard: dict[str, Part] = described({}, "share of uninsured jobs lost, by industry", "0-1")
    productivity: dict[str, Amount] = described({}, "factor on output, by industry", "1")


class Selection(Strict):
    """Which measures are meant: every key given must match, a list means any of; none given = all."""

    county: Words = ()
    category: Categories = ()
    industry: Words = ()
    region: Words = ()
    chain: Words = ()
    tag: Words = ()
    measure: Words = ()


class Counted(NamedTuple):
    """One side of a rule: what a purse pays for some measures, or without a purse how many of them are funded."""

    of: Selection
    purse: str = ""


SidesUnit = Literal["money", "measures", "money per head", "money × persons"]
Figure = Literal["part", "ratio", "money", "money per head", "measures"]
Times = Literal["", "population", "previous"]


class AnyRule(Row):
    """What every rule may carry."""

    unit: ClassVar[SidesUnit] = "money"
    """The unit of both sides."""
    follows: ClassVar[bool] = False
    """Whether groups are those of what the rule compares with, not those of what it counts."""

    name: str = described(..., "unique name", min_length=1)
    each: Literal["county", "category", "industry", "chain", "region", "measure"] | None = described(
        None, "repeat with what is counted narrowed to each of these"
    )
    within: Attribute | None = described(None, "repeat with both sides narrowed to each of these")
    penalty: float | None = described(
        None, "soft: may be broken at this price per unit of violation", "objective per unit", ge=0
    )
    firm: bool = described(False, FIRM)

    @property
    def counted(self) -> Counted:
        """What the rule counts."""
        raise NotImplementedError

    @property
    def compared(self) -> Counted | None:
        """The money that it compares with; None where that is a number."""
        return None

    @property
    def times(self) -> Times:
        """The number that its figures are multiplied by where it compares with no money: '' is 1."""
        return ""

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """Its least and its largest figure."""
        raise NotImplementedError

    @property
    def figure(self) -> Figure:
        """What its figures are."""
        return "ratio"

    @classmethod
    def selections(cls) -> dict[str, str]:
        """Return the keys that select measures, first what is counted: as written → in Python."""
        return {row.alias or name: name for name, row in cls.model_fields.items() if row.annotation is Selection}

    @classmethod
    def purses(cls) -> tuple[str, ...]:
        """Return the keys that say whose money is meant."""
        return tuple(name for name, row in cls.model_fields.items() if get_args(Purse)[1] in row.metadata)


class Linear(AnyRule):
    """A rule of the common form: least · base ≤ what is counted ≤ most · base."""


class Share(Linear):
    """min·spend(in) ≤ spend(of) ≤ max·spend(in)."""

    type: Literal["share"]
    of: Selection = described(Selection(), "numerator")
    in_: Selection = Field(Selection(), alias="in", description="denominator")
    min: float | None = described(None, "least share", "0-1", ge=0)
    max: float | None = described(None, "largest share", "0-1", ge=0)
    fund: Purse = described("aid", "a fund, a kind, or `all`")

    @property
    def counted(self) -> Counted:
        """What the rule counts."""
        return Counted(self.of, self.fund)

    @property
    def compared(self) -> Counted:
        """The denominator."""
        return Counted(self.in_, self.fund)

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """Its least and its largest figure."""
        return self.min, self.max

    @property
    def figure(self) -> Figure:
        """Parts of what it compares with."""
        return "part"


class Total(Linear):
    """min ≤ spend(of) ≤ max, per head where `per: capita`."""

    type: Literal["amount"]
    of: Selection = described(Selection(), "which measures")
    min: float | None = described(None, "least money", "money", ge=0)
    max: float | None = described(None, "most money", "money", ge=0)
    per: Literal["capita"] | None = described(None, "bounds are per head of the county's population")
    fund: Purse = described("aid", "a fund, a kind, or `all`")

    @property
    def counted(self) -> Counted:
        """What the rule counts."""
        return Counted(self.of, self.fund)

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """Its least and its largest figure."""
        return self.min, self.max

    @property
    def times(self) -> Times:
        """The county's people, where bounds are per head."""
        return "population" if self.per else ""

    @property
    def figure(self) -> Figure:
        """Money, or money per head."""
        return "money per head" if self.per else "money"


class Count(Linear):
    """min ≤ number of funded measures ≤ max."""

    unit = "measures"

    type: Literal["count"]
    of: Selection = described(Selection(), "which measures")
    min: float | None = described(None, "fewest", "measures", ge=0)
    max: float | None = described(None, "most", "measures", ge=0)

    @property
    def counted(self) -> Counted:
        """The measures themselves."""
        return Counted(self.of)

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """Its least and its largest figure."""
        return self.min, self.max

    @property
    def figure(self) -> Figure:
        """Numbers of measures."""
        return "measures"


class Complement(Linear):
    """Aid to one selection ≥ ratio × national money to another."""

    follows = True

    type: Literal["complement"]
    aid: Selection = described(Selection(), "where aid follows")
    national: Selection = described(Selection(), "the national money it follows")
    ratio: float = described(..., "aid per national money", "money per money", ge=0)

    @property
    def counted(self) -> Counted:
        """The aid that follows."""
        return Counted(self.aid, "aid")

    @property
    def compared(self) -> Counted:
        """The national money that it follows."""
        return Counted(self.national, "national")

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """The least ratio."""
        return self.ratio, None


class Parity(AnyRule):
    """Largest spending per head over all counties ≤ max × the smallest."""

    unit = "money per head"

    type: Literal["parity"]
    of: Selection = described(Selection(), "which measures")
    max: float = described(..., "largest over smallest", "1", ge=0)
    fund: Purse = described("aid", "a fund, a kind, or `all`")

    @property
    def counted(self) -> Counted:
        """What the rule counts."""
        return Counted(self.of, self.fund)

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """Its largest figure."""
        return None, self.max


class Gini(AnyRule):
    """The Gini index of spending per head over all counties is at most max."""

    unit = "money × persons"

    type: Literal["gini"]
    of: Selection = described(Selection(), "which measures")
    max: float = described(..., "largest index", "0-1", ge=0, le=1)
    fund: Purse = described("aid", "a fund, a kind, or `all`")

    @property
    def counted(self) -> Counted:
        """What the rule counts."""
        return Counted(self.of, self.fund)

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """Its largest figure."""
        return None, self.max


class Change(Linear):
    """|spend(of) − previous| ≤ max·previous."""

    type: Literal["change"]
    of: Selection = described(Selection(), "which measures")
    max: float = described(..., "largest change, as a part of the previous plan", "1", ge=0)
    fund: Purse = described("aid", "a fund, a kind, or `all`")
    previous: str = described(..., "results folder of the previous plan, inside the instance's folder")

    @property
    def counted(self) -> Counted:
        """What the rule counts."""
        return Counted(self.of, self.fund)

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """Parts of the previous plan."""
        return 1 - self.max, 1 + self.max

    @property
    def times(self) -> Times:
        """What the previous plan spent."""
        return "previous"

    @property
    def figure(self) -> Figure:
        """Parts of what it compares with."""
        return "part"


Rule = Annotated[Share | Total | Count | Complement | Parity | Gini | Change, Field(discriminator="type")]
RULES: tuple[type[AnyRule], ...] = get_args(get_args(Rule)[0])
Equity = Parity | Gini
"""Rules on money per head, which have a form of their own."""


class Objective(Strict):
    """What is maximised: weights, or an order."""

    employment: float = described(0.0, "worth of a job", "1 per job", ge=0)
    linkage: float = described(0.0, "worth of a unit of linkage", "1 per linkage", ge=0)
    order: Annotated[tuple[Goal, ...], BeforeValidator(_listed)] = described((), "first this, then that")
    tolerance: float = described(0.0, "share of a goal that later goals may cost", "0-1", ge=0, le=1)
    range: dict[str, Ends] = described({}, "between what the weights may lie: key → [low, high]")


class Risk(Strict):
    """How unwelcome bad scenarios are."""

    measure: Literal["cvar", "worst", "regret"]
    tail: float = described(0.1, "worst share of probability", "0-1", gt=0, le=1)
    weight: float = described(0.5, "weight of the tail beside the expectation", "0-1", ge=0, le=1)


class Options(Strict):
    """How the solver is asked."""

    gap: float = described(1e-4, "proven gap at which to stop", "1", ge=0, le=1)
    time_limit: float = described(600.0, "longest time", "s", gt=0)
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


class Document(Strict):
    """One yearly budget question as written. Tables are mappings id → row, in the order written."""

    alloc: Literal[1] = described(..., "format number")
    name: str = described(..., "names the results folder", pattern=r"^[a-z0-9-]+$")
    title: str = described("", "for people")
    year: int = described(..., "fiscal year", ge=1900, le=9999)
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
    measures: dict[str, Measure] = described(..., "what money can be spent on", min_length=1)
    chains: dict[str, Chain] = described({}, "the chains")
    funds: dict[str, Fund] = described(..., "the purses", min_length=1)
    resources: dict[str, Resource] = described({}, "scarce things")
    synergies: tuple[Synergy, ...] = described((), "what measures bring together")
    scenarios: dict[str, Scenario] = described({}, "states of the world")
    rules: tuple[Rule, ...] = described((), "what the plan must keep to")
    objective: Objective = described(Objective(employment=1.0), "what is maximised")
    risk: Risk | None = described(None, "how unwelcome bad scenarios are")
    solver: Options = described(Options(), "how the solver is asked")


class Instance(Document):
    """One yearly budget question, checked and frozen, with what was read beside it.

    previous: the plans that `change` rules compare with, by path; held: payments that others have decided, measure →
    fund → amount; sha256: of all files read.
    """

    previous: dict[str, tuple[Flow, ...]] = {}
    held: dict[str, dict[str, float]] = {}
    sha256: str = ""

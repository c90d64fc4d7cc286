"""A measure: the line that money can be spent on, with what it costs, brings and asks for."""

import math
from datetime import date
from typing import Annotated, Literal, get_args

from pydantic import BeforeValidator, Field

from alloc.instance.rows import FIRM, Amount, Category, Part, Payer, Row, Words, described

Stage = Literal["idea", "appraised", "tendered", "started", "finished", "accepted"]

STAGES: tuple[Stage, ...] = get_args(Stage)
"""How far a project is, in their order."""

Mode = Literal["any", "none", "supplement", "supplement-strict", "exclusive"]

MODES: tuple[Mode, ...] = get_args(Mode)
"""How national money may meet aid in a measure."""

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
    national: Mode = described("any", "how national money may meet aid here")
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

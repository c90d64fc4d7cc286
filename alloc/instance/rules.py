"""The kinds of rules: each says its keys, what it counts and compares with, in which unit, and its bounds.

Checks, names and drop-downs, the model, the tables and the workbook read what a rule says here.
"""

from itertools import chain
from typing import Annotated, ClassVar, Literal, NamedTuple, get_args

from pydantic import Field

from alloc.instance.rows import FIRM, Attribute, Row, Selection, described

Purse = Annotated[str, "a fund, a kind of funds, or `all`"]
"""Whose money a rule means; every key of this type is checked, offered in Excel and understood by name."""


class Counted(NamedTuple):
    """One side of a rule: what a purse pays for some measures, or without a purse how many of them are funded."""

    of: Selection
    purse: str = ""


SidesUnit = Literal["money", "measures", "money per head", "money × persons", "money per year"]
Figure = Literal["part", "ratio", "money", "money per head", "measures"]
Side = Literal["donor", "host"]
"""Those who give and those who are given: both may earn by it."""
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
    def word(cls) -> str:
        """Return the word that names rules of this kind as their `type`."""
        return str(get_args(cls.model_fields["type"].annotation)[0])

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


class Benefit(Linear):
    """What one side earns a year by output above the status quo's ≥ min, by county, industry, chain or region."""

    unit = "money per year"

    type: Literal["benefit"]
    side: Side = described(..., "whose return")
    of: Selection = described(Selection(), "where: `county`, `industry`, `chain` and `region` alone")
    min: float = described(..., "least expected return", "money per year", ge=0)
    each: Literal["county", "industry", "chain", "region"] | None = None
    within: Literal["county", "industry", "chain", "region"] | None = None

    @property
    def counted(self) -> Counted:
        """Where the return is counted."""
        return Counted(self.of)

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """Its least figure."""
        return self.min, None

    @property
    def figure(self) -> Figure:
        """Money a year."""
        return "money"


Rule = Annotated[Share | Total | Count | Complement | Parity | Gini | Change | Benefit, Field(discriminator="type")]
RULES: tuple[type[AnyRule], ...] = get_args(get_args(Rule)[0])
SELECTIONS = tuple(dict.fromkeys(chain(*(rule.selections() for rule in RULES))))
"""The keys that select measures, of all rules."""

PURSES = tuple(dict.fromkeys(chain(*(rule.purses() for rule in RULES))))
"""The keys that say whose money is meant, of all rules."""

Equity = Parity | Gini
"""Rules on money per head, which have a form of their own."""

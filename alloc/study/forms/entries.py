"""What may stand in a form, and where in the results it comes from."""

from collections.abc import Mapping
from dataclasses import dataclass

from alloc.instance import Instance

PUBLIC = ("aid", "national", "local")
"""Kinds of funds that are public money (财政拨款)."""


@dataclass(frozen=True)
class Entry:
    """A value of a form. place: the table, the row and the column of the results that it is, or follows from."""

    value: str | float | None
    place: str = ""


Entries = Mapping[str, Entry]

ENTRIES = {
    "number", "name", "county", "region", "category", "industry", "implementer", "contact", "stage", "mode", "nature",
    "start", "end", "period", "unit", "units", "cost_of_unit", "paid", "public", "public_of_year", "not_public", "aid",
    "national", "other", "total_cost", "jobs", "capacity", "target", "fund", "kind", "amount", "quarter_1",
    "quarter_2", "quarter_3", "quarter_4", "note", "unscheduled", "before", "after", "difference", "reason", "reached",
    "spent", "spent_public", "spent_of_year", "spent_not_public", "spent_share", "delivered", "accepted_share",
    "cost_reached", "part_money", "part_units", "part_accepted", "part_cost",
}  # fmt: skip
"""Every word that `from` of a layout may be."""


def add_public(instance: Instance, money: Mapping[str, float]) -> tuple[float, bool]:
    """Return what public funds pay, fund → amount, and whether all of it is money of the year.

    A fund that holds money of the year before pays with both, and nobody says which of its payments is which.
    """
    public = {f: amount for f, amount in money.items() if instance.funds[f].kind in PUBLIC}
    is_held = any(amount > 0 and any(instance.funds[f].carried.values()) for f, amount in public.items())
    return sum(public.values()), not is_held

"""What became of a project: what was paid, delivered and accepted, and the points that follow from it."""

from collections.abc import Mapping

from alloc.instance import Instance
from alloc.report.names import Names
from alloc.study.follow.actuals import Actuals
from alloc.study.forms.entries import PUBLIC, Entries, Entry, add_public
from alloc.texts.figures import exact


class Reached:
    """What became of a plan, project by project."""

    def __init__(self, instance: Instance, actuals: Actuals):
        self.instance = instance
        self.paid = actuals.add_paid()
        self.delivered, self.accepted = actuals.add_delivered(), actuals.add_accepted()

    def list_begun(self) -> set[str]:
        """Return the measures for which anything was paid or delivered."""
        paid = {m for (m, _), money in self.paid.items() if money > 0}
        return paid | {m for m, units in self.delivered.items() if units > 0}

    def describe(self, m: str, plan: Mapping[str, Entry], lang: str) -> Entries:
        """Return what was reached of a measure; plan: what was planned of it."""
        paid = {f: money for (of, f), money in self.paid.items() if of == m}
        whole = sum(paid.values())
        public, is_new = add_public(self.instance, paid)
        units, taken = self.delivered.get(m, 0.0), self.accepted.get(m, 0.0)
        names, unit = Names(self.instance, lang), self.instance.measures[m].unit
        told = {"paid": exact(whole), "label": names.label, "units": exact(units), "unit": unit}
        payments, deliveries = f"actuals · payments · {m} · paid", f"actuals · deliveries · {m} · "
        return {
            "reached": Entry(names.say("form_reached", accepted=exact(taken), **told)),
            "spent": Entry(whole, payments),
            "spent_public": Entry(public, f"{payments} ({', '.join(PUBLIC)})"),
            "spent_of_year": Entry(public if is_new else None, f"{payments} ({', '.join(PUBLIC)})"),
            "spent_not_public": Entry(whole - public, f"{payments} (private, household)"),
            "delivered": Entry(units, deliveries + "units"),
            "accepted_share": Entry(taken / units if units else None, deliveries + "accepted / units"),
            "cost_reached": Entry(whole / units if units else None, f"{payments} / units"),
            **_grade(plan, whole, units, taken),
        }


def _grade(plan: Mapping[str, Entry], spent: float, units: float, accepted: float) -> Entries:
    """Return which part of its points each indicator earns; none where there is nothing to measure it by.

    Money and units: what was reached of what was planned, at most all; quality: what was accepted of what was
    delivered; cost: the planned cost of a unit over the one reached, at most all.
    """
    planned, wanted = _read_number(plan["paid"]), _read_number(plan["units"])
    cost = _read_number(plan["cost_of_unit"])
    share = spent / planned if planned else None
    parts = {
        "part_money": None if share is None else min(1.0, share),
        "part_units": min(1.0, units / wanted) if wanted else None,
        "part_accepted": accepted / units if units else None,
        "part_cost": min(1.0, cost * units / spent) if cost and units and spent else None,
    }
    return {"spent_share": Entry(share), **{key: Entry(part) for key, part in parts.items()}}


def _read_number(entry: Entry) -> float:
    return float(entry.value) if isinstance(entry.value, int | float) else 0.0

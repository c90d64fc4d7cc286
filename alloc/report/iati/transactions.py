"""What became of a plan, as IATI has it: disbursements of aid, and what is reached beside what was targeted."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

from alloc.instance import Instance
from alloc.report.iati import elements
from alloc.report.iati.elements import add_narratives, name_in_each, round_to_total
from alloc.texts import LANGUAGES, say


@dataclass(frozen=True)
class AidPayment:
    """Aid that went out on a day [money of the instance]."""

    measure: str
    fund: str
    day: datetime.date
    amount: float


@dataclass(frozen=True)
class AidFollowed:
    """What became of a plan. goals: goal → what the units accepted so far bring of it; counted: jobs, where known."""

    payments: tuple[AidPayment, ...]
    goals: Mapping[str, float]
    counted: float | None = None

    def list_payers(self, measures: Iterable[str]) -> list[str]:
        """Return the funds that paid for some measures."""
        wanted = set(measures)
        return list(dict.fromkeys(row.fund for row in self.payments if row.measure in wanted))


def value_payments(instance: Instance, became: AidFollowed) -> dict[str, list[tuple[AidPayment, int]]]:
    """Return the payments of each measure in whole currency units; they add up to their rounded total."""
    amounts = {str(i): row.amount for i, row in enumerate(became.payments)}
    found: dict[str, list[tuple[AidPayment, int]]] = {}
    for row, value in zip(became.payments, round_to_total(amounts, instance.money.unit).values(), strict=True):
        if value:
            found.setdefault(row.measure, []).append((row, value))
    return found


def add_transactions(activity: Element, instance: Instance, paid: Iterable[tuple[AidPayment, int]]) -> None:
    """Add a disbursement for each payment, its elements in the order of the schema."""
    for row, value in paid:
        day = row.day.isoformat()
        transaction = SubElement(activity, "transaction")
        SubElement(transaction, "transaction-type", {"code": elements.DISBURSEMENT})
        SubElement(transaction, "transaction-date", {"iso-date": day})
        told = SubElement(transaction, "value", {"currency": instance.money.currency, "value-date": day})
        told.text = str(value)
        fund = instance.funds[row.fund]
        donors = dict.fromkeys(LANGUAGES, fund.donor) if fund.donor else name_in_each(instance, "fund", row.fund)
        add_narratives(transaction, "provider-org", donors)


def add_actual(period: Element, goal: str, became: AidFollowed, write: str) -> None:
    """Add what is reached of a goal so far, and how that is known; write: the value as a number in text."""
    actual = SubElement(period, "actual", {"value": write})
    told = {}
    for lang in LANGUAGES:
        words = [say("iati_actual", lang)]
        if goal == "employment" and became.counted is not None:
            words.append(say("iati_counted", lang, jobs=f"{became.counted:g}"))
        told[lang] = (" " if lang == "en" else "").join(words)
    add_narratives(actual, "comment", told)

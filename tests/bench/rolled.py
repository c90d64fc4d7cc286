"""Hotan rolled on over five years, each solved, audited and carried out by chance: no yuan is lost on the way.

python tests/bench/rolled.py --seed 1            payments and units of any size
python tests/bench/rolled.py --seed 2 --lots     whole lots and whole units, as the question is written

Books are kept beside the rolls, of own and carried money by fund and county, of what was paid and is still owed of each
measure against what its units cost, and of upkeep. In the third year nothing is paid but what was promised.
"""

import math
import random
import tempfile
from pathlib import Path
from typing import Any

import click

import alloc
from alloc.instance import Instance
from alloc.study.follow.actuals import Actuals, CountedJobs, Delivery, Payment
from alloc.study.follow.purchases import standing_kind
from alloc.study.follow.works import find_root

HOTAN = Path(__file__).parent.parent.parent / "instances/hotan-2019"
YUAN = 1e-6
"""A hundredth of a yuan, in 万元."""

DRY = 2021
"""In this year only earlier promises are paid."""


def ask(lots: bool) -> Instance:
    """Return Hotan with money that is carried over, upkeep of 1 % a year, and blocks that come back each year."""
    hotan = alloc.read(HOTAN)
    funds = {}
    for f, fund in hotan.funds.items():
        funds[f] = fund.model_copy(update={"carry": 0.5 if fund.kind == "aid" else 0.25})
    rows = {}
    for m, row in hotan.measures.items():
        update: dict[str, Any] = {"life": 1} if m.endswith("-block") else {}
        if not update and row.category == "infrastructure":
            update["recurrent"] = 0.01 * row.unit_cost
        rows[m] = row.model_copy(update=update if lots else {**update, "integer": False})
    money = hotan.money if lots else hotan.money.model_copy(update={"lot": None})
    return hotan.model_copy(update={"funds": funds, "measures": rows, "money": money})


class Books:
    """What should be there after every roll: money of each purse, and of each measure what it cost."""

    def __init__(self, question: Instance) -> None:
        self.question, self.lot = question, question.money.lot or 0.0
        self.own: dict[tuple[str, str], float] = {}
        for f, fund in question.funds.items():
            for c, money in (fund.by_county or {"": fund.amount or 0.0}).items():
                self.own[f, c] = money
        self.there = dict(self.own)
        self.spent: dict[str, float] = {}
        self.accepted: dict[str, float] = {}
        self.begun: dict[str, int] = {}

    def follow(self, now: Instance, told: Actuals) -> None:
        """Take in what became of a year."""
        for (f, c), money in self.there.items():
            paid = [row.paid for row in told.payments if row.fund == f and c in ("", now.measures[row.measure].county)]
            self.there[f, c] = self.own[f, c] + self.question.funds[f].carry * (money - math.fsum(paid))
        paid_for = {}
        for (m, _), money in told.add_paid().items():
            paid_for[m] = paid_for.get(m, 0.0) + money
        for m, money in paid_for.items():
            if standing_kind(m) in ("", "promised"):
                root = find_root(m)
                self.spent[root] = self.spent.get(root, 0.0) + money
                self.begun[root] = self.begun.get(root, 0) + (standing_kind(m) == "")
        for m, units in told.add_accepted().items():
            self.accepted[find_root(m)] = self.accepted.get(find_root(m), 0.0) + units

    def find_wrong(self, new: Instance) -> list[str]:
        """Return what the new question has other than the books."""
        found = []
        for (f, c), money in self.there.items():
            fund = new.funds[f]
            has = (fund.by_county or {})[c] if c else fund.amount or 0.0
            if abs(has - money) > YUAN:
                found.append(f"{f} {c}: {has} in place of {money}")
        for m in self.spent:
            row, promised = self.question.measures[m], self._list_rows(new, m, "promised")
            units = self.accepted.get(m, 0.0) + math.fsum(of.max_units for of in promised)
            cost = row.unit_cost * units + row.fixed_cost * self.begun[m]
            over = self.spent[m] + math.fsum(of.fixed_cost for of in promised) - cost
            if not -YUAN <= over <= self.lot * self.begun[m] + YUAN:  # the rest of a lot stays with the measure
                found.append(f"{m}: {over} more than its units cost")
            kept = math.fsum(of.unit_cost * of.max_units for of in self._list_rows(new, m, "upkeep"))
            due = row.recurrent * self.accepted.get(m, 0.0) if row.lasts == math.inf else kept
            if abs(kept - due) > YUAN:
                found.append(f"{m}: upkeep {kept} in place of {due}")
        return found

    @staticmethod
    def _list_rows(new: Instance, m: str, kind: str) -> list[Any]:
        return [row for name, row in new.measures.items() if standing_kind(name) == kind and find_root(name) == m]


def carry_out(run: alloc.Run, rng: random.Random, lots: bool) -> Actuals:
    """Return what became of a year by chance: parts of the plan paid, a few units accepted, jobs as they were."""
    payments, deliveries, now = [], [], run.instance
    for m, f, x in zip(*(run.allocation[key] for key in ("measure", "fund", "amount")), strict=True):
        if x > 1e-9 and (standing_kind(m) or m.endswith("-block")):
            payments.append(Payment(m, f, x))
        elif x > 1e-9 and now.year != DRY:
            part = x if rng.random() < 0.3 else x * rng.uniform(0.1, 1.0)
            part = float(math.floor(part)) if lots else round(part, 6)
            payments.extend([Payment(m, f, part)] if part > 0 else [])
    paid = {row.measure for row in payments}
    for m, units in zip(run.measures["measure"], run.measures["units"], strict=True):
        promised = standing_kind(m) == "promised"
        if units > 0 and (promised or (m in paid and not standing_kind(m))):
            part = units * (rng.choice([0.0, 0.5, 1.0]) if promised else rng.uniform(0.0, 0.1))
            accepted = float(int(part)) if now.measures[m].integer else part
            deliveries.append(Delivery(m, float(units), min(accepted, float(units))))
    counted = [CountedJobs(row.county, row.industry, row.jobs) for row in now.baseline]
    return Actuals(tuple(payments), tuple(deliveries), tuple(counted))


@click.command()
@click.option("--seed", default=1)
@click.option("--lots", is_flag=True)
@click.option("--years", default=5)
def main(seed: int, lots: bool, years: int) -> None:
    """Roll Hotan on year after year, and print what is wrong; nothing but the years where all is right."""
    rng, question = random.Random(seed), ask(lots)
    books, place = Books(question), Path(tempfile.mkdtemp())
    folder = alloc.write(question, place / "2019")
    for year in range(2019, 2019 + years):
        run = alloc.solve(folder, gap=0.05, jobs=1)
        if not run.tables:
            raise click.ClickException("\n".join([f"{year}: {run.status}", *run.figures.get("clash", [])]))
        told = carry_out(run, rng, lots)
        rolled = alloc.roll(run, told, year=year + 1)
        books.follow(run.instance, told)
        wrong = [*books.find_wrong(rolled.instance), *(fault.say() for fault in rolled.faults)]
        click.echo("\n  ".join([f"{year}: {run.status}, {run.figures['audit']['checks']} checks", *wrong]))
        folder = rolled.save(place / str(year + 1))


if __name__ == "__main__":
    main()

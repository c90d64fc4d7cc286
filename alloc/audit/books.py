"""The books of an audit: the tables of a plan, indexed once, beside the instance that they answer."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

import pandas as pd

from alloc.audit.sheets import SHAPES, Key, Pair, read_number, read_sheet
from alloc.audit.states import World, read_worlds
from alloc.audit.verdict import ZERO, exact, grain, total
from alloc.instance.schema import KINDS, Baseline, Fund, Instance, Link, Measure


class Trade(NamedTuple):
    """Who may sell to whom over which link, and what a unit of it is worth in linkage."""

    number: int
    link: Link
    seller: Pair
    buyer: Pair
    worth: Decimal

    @property
    def name(self) -> str:
        """The link in words."""
        return f"{self.link.from_} → {self.link.to}"


class Books:
    """The instance and the tables side by side; what several checks need is worked out once."""

    def __init__(self, instance: Instance, tables: Mapping[str, pd.DataFrame], figures: Mapping[str, Any]):
        self.instance, self.tables, self.figures = instance, tables, figures
        self.grain = grain(instance)
        self.sheets = {name: read_sheet(tables.get(name), shape) for name, shape in SHAPES.items()}
        self.allocation, self.measures = self.sheets["allocation"], self.sheets["measures"]
        self.industries, self.flows = self.sheets["industries"], self.sheets["flows"]
        self.counties, self.funds = self.sheets["counties"], self.sheets["funds"]
        self.rules, self.chains = self.sheets["rules"], self.sheets["chains"]
        self.scenarios, self.bridge = self.sheets["scenarios"], self.sheets["bridge"]
        self.outcomes = self.sheets["outcomes"]
        self.memory: dict[str, Any] = {}

    @cached_property
    def eligible(self) -> Mapping[str, frozenset[str]]:
        """The funds that may pay for each measure (formulation, 4)."""
        found: dict[str, frozenset[str]] = {}
        reach: dict[Pair, frozenset[str]] = {}
        for m, measure in self.instance.measures.items():
            spot = (measure.county, measure.category)
            if spot not in reach:
                reach[spot] = frozenset(f for f in self.instance.funds if self._reaches(f, *spot))
            found[m] = self._own(measure, reach[spot])
        return found

    def _reaches(self, f: str, c: str, k: str) -> bool:
        fund = self.instance.funds[f]
        serves = not fund.counties or c in fund.counties
        return (
            serves and (fund.by_county is None or c in fund.by_county) and (not fund.categories or k in fund.categories)
        )

    def _own(self, measure: Measure, funds: frozenset[str]) -> frozenset[str]:
        if measure.funds:
            funds = funds & set(measure.funds)
        if measure.national == "none":
            funds = frozenset(f for f in funds if self.instance.funds[f].kind != "national")
        return funds

    @cached_property
    def spend(self) -> Mapping[str, Mapping[str, Decimal]]:
        """What each fund pays for each measure: measure → fund → amount [money]."""
        found: dict[str, dict[str, Decimal]] = {m: {} for m in self.instance.measures}
        for (m, f), amount in self.allocation.numbers["amount"].items():
            if m in found and f in self.instance.funds:
                found[m][f] = amount
        return found

    @cached_property
    def spent(self) -> Mapping[str, Mapping[str, Decimal]]:
        """What each fund pays in each county in which it pays: fund → county → amount [money]."""
        spent: dict[str, dict[str, Decimal]] = {f: {} for f in self.instance.funds}
        for m, paid in self.spend.items():
            c = self.instance.measures[m].county
            for f, amount in paid.items():
                spent[f][c] = spent[f].get(c, ZERO) + amount
        return spent

    def went_ahead(self, m: str) -> Decimal:
        """Return 1 where a measure goes ahead, or did in an earlier year of the plan."""
        before: Mapping[str, Decimal] = self.memory.get("went_ahead", {})
        return before.get(m, self.measures.number("funded", m))

    def paid(self, m: str, word: str) -> Decimal:
        """Return what a fund, a kind of fund, or `all` pays for a measure [money]."""
        return self.money(word)[m]

    def paid_for(self, measures: Iterable[str], word: str) -> Decimal:
        """Return what a fund, a kind of fund, or `all` pays for some measures together [money]."""
        money = self.money(word)
        return total(money[m] for m in measures)

    def money(self, word: str) -> Mapping[str, Decimal]:
        """Return what a fund, a kind of fund, or `all` pays for every measure [money]."""
        money: dict[str, dict[str, Decimal]] = self.memory.setdefault("money", {})
        if word not in money:
            found = money[word] = dict.fromkeys(self.spend, ZERO)
            for m, paid in self.spend.items():
                for f, amount in paid.items():
                    if counts(word, f, self.instance.funds[f].kind):
                        found[m] += amount
        return money[word]

    @cached_property
    def cost(self) -> Mapping[str, Decimal]:
        """What each measure costs at the scale in the table (formulation, 1) [money]."""
        return {
            m: exact(measure.fixed_cost) * self.measures.number("funded", m)
            + exact(measure.unit_cost) * self.measures.number("units", m)
            for m, measure in self.instance.measures.items()
        }

    def largest_cost(self, m: str) -> Decimal:
        """Return what a measure costs at its most units [money]."""
        measure = self.instance.measures[m]
        return exact(measure.fixed_cost) + exact(measure.unit_cost) * exact(measure.max_units)

    @cached_property
    def effective(self) -> Mapping[str, Decimal]:
        """What of each measure's gain takes effect, after delivery and deadweight [units]."""
        found = {}
        for m, measure in self.instance.measures.items():
            arrives = exact(self.instance.counties[measure.county].delivery.get(measure.category, 1.0))
            found[m] = arrives * (1 - exact(measure.deadweight)) * self.measures.number("gain", m)
        return found

    @cached_property
    def supply(self) -> Mapping[str, Decimal]:
        """Effective supply of each measure [capacity]."""
        return {m: exact(row.effect) * self.effective[m] for m, row in self.instance.measures.items()}

    @cached_property
    def lot(self) -> Decimal | None:
        """What every payment is a whole multiple of, None where any amount may be paid [money]."""
        lot = self.instance.money.lot
        return None if lot is None else exact(lot)

    def in_lots(self, amount: Decimal) -> Decimal:
        """Return what whole lots can make of an amount, one short by no more than the grain being whole [money]."""
        return amount if self.lot is None else (amount + self.grain) // self.lot * self.lot

    @cached_property
    def billed(self) -> Mapping[str, Decimal]:
        """What shares of each measure are parts of: its cost, or what whole lots make of it [money]."""
        return self.cost if self.lot is None else self.money("all")

    @cached_property
    def traits(self) -> Mapping[str, Mapping[str, str]]:
        """The words by which a rule may mean each measure."""
        return {m: self.words(row.county, row.category, row.industry, m) for m, row in self.instance.measures.items()}

    def words(self, c: str, k: str, s: str, m: str) -> Mapping[str, str]:
        """Return the words by which a rule may mean a measure, or a row of an earlier plan."""
        county, industry = self.instance.counties.get(c), self.instance.industries.get(s)
        region = county.region if county is not None and county.region else c
        chain = industry.chain if industry is not None else ""
        return {"county": c, "category": k, "industry": s, "region": region, "chain": chain, "measure": m}

    @cached_property
    def baseline(self) -> Mapping[Pair, Baseline]:
        """What stands today, by county and industry."""
        return {(row.county, row.industry): row for row in self.instance.baseline}

    @cached_property
    def pairs_in(self) -> Mapping[str, list[Pair]]:
        """The industries that can exist in each county."""
        found: dict[str, list[Pair]] = {c: [] for c in self.instance.counties}
        for pair in self.baseline:
            found[pair[0]].append(pair)
        return found

    @cached_property
    def measures_in(self) -> Mapping[str, list[str]]:
        """The measures of each county."""
        found: dict[str, list[str]] = {c: [] for c in self.instance.counties}
        for m, measure in self.instance.measures.items():
            found[measure.county].append(m)
        return found

    @cached_property
    def weight(self) -> Mapping[str, Decimal]:
        """What a job in each county counts."""
        return {c: exact(county.weight) for c, county in self.instance.counties.items()}

    def weigh_jobs(self, column: str) -> Decimal:
        """Return a column of the counties, added up by what a job in each counts."""
        return total(weight * self.counties.number(column, c) for c, weight in self.weight.items())

    @cached_property
    def worlds(self) -> Mapping[str, World]:
        """The scenarios by name; without any, one called `expected`."""
        return read_worlds(self.instance)

    def expect(self, values: Mapping[str, Decimal]) -> Decimal:
        """Return what is expected of something whose value in every scenario is given."""
        return total(world.chance * values[w] for w, world in self.worlds.items())

    @cached_property
    def uncertain(self) -> bool:
        """Whether what becomes of industries in every scenario has a table of its own."""
        said = any(row.delivery or row.market or row.counties for row in self.instance.scenarios.values())
        return self.instance.risk is not None or bool(self.instance.drawn) or said

    def region(self, c: str) -> Pair:
        """Return the region of a county; without one the county is a region of its own."""
        region = self.instance.counties[c].region
        return ("region", region) if region else ("county", c)

    @cached_property
    def chain_stages(self) -> Mapping[str, list[str]]:
        """The industries of every chain that is named anywhere."""
        found: dict[str, list[str]] = {h: [] for h in self.instance.chains if h}
        for s, row in self.instance.industries.items():
            if row.chain:
                found.setdefault(row.chain, []).append(s)
        return found

    def can_close(self, c: str, h: str) -> bool:
        """Tell whether every stage of a chain has a baseline row in a county."""
        stages = self.chain_stages[h]
        return bool(stages) and all((c, s) in self.baseline for s in stages)

    @cached_property
    def trades(self) -> Mapping[Key, Trade]:
        """The rows of the flows that can be, each with who trades with whom."""
        found: dict[Key, Trade] = {}
        ways: dict[Key, Trade | None] = {}
        for key in self.flows.keys:
            number, c, d, w = key
            if key[:3] not in ways:
                ways[key[:3]] = self._trade(number, c, d)
            trade = ways[key[:3]]
            if trade is not None and w in self.worlds:
                found[key] = trade
        return found

    def _trade(self, number: str, c: str, d: str) -> Trade | None:
        """Return who trades with whom in a row of the flows, None where no such trade can be."""
        position = int(number) - self.first_link if number.isdigit() else -1
        if not 0 <= position < len(self.instance.links):
            return None
        link = self.instance.links[position]
        seller, buyer = (c, link.from_), (d, link.to)
        if seller not in self.baseline or buyer not in self.baseline:
            return None
        if c != d and (link.scope == "county" or self.region(c) != self.region(d)):
            return None
        loss = ZERO if c == d else exact(link.friction)
        return Trade(position, link, seller, buyer, exact(link.weight) * (1 - loss))

    def moved(self, column: str) -> list[tuple[str, Trade, Decimal]]:
        """Return the cells of the flows that are not 0: scenario, trade, amount."""
        moved: dict[str, list[tuple[str, Trade, Decimal]]] = self.memory.setdefault("moved", {})
        if column not in moved:
            found = moved[column] = []
            for key, cell in self.flows.numbers[column].items():
                if cell and key in self.trades:
                    found.append((key[3], self.trades[key], cell))
        return moved[column]

    @cached_property
    def first_link(self) -> int:
        """The number that the table gives to the first link: 1, or 0 where only that fits its words."""
        words = self.flows.words
        rows = {(key[0], words["from"][key], words["to"][key]) for key in self.flows.keys}

        def fits(first: int) -> bool:
            return rows <= {(str(first + i), link.from_, link.to) for i, link in enumerate(self.instance.links)}

        return 0 if fits(0) and not fits(1) else 1

    def figure(self, name: str) -> Decimal | None:
        """Return a figure of the run, None where it is missing or not finite."""
        return read_number(self.figures.get(name))

    def quo(self, name: str) -> Decimal | None:
        """Return a figure of the status quo."""
        return read_number((self.figures.get("status_quo") or {}).get(name))

    @property
    def asked_gap(self) -> Decimal:
        """The gap that was asked for: the run's own, else the instance's."""
        told = self.figures.get("asked_gap")
        return exact(self.instance.solver.gap if told is None else told)


def counts(word: str, f: str, kind: str) -> bool:
    """Tell whether money of a fund is meant by `all`, a kind, or a fund's name; a kind's name is the kind."""
    if word in KINDS:
        return kind == word
    return word in ("all", f, f"fund {f}")  # as a fund is called alone that carries the name of its kind


def given(*numbers: float | None) -> list[Decimal]:
    """Return those of some figures of an instance that it gives."""
    return [exact(number) for number in numbers if number is not None]


def purse_of(fund: Fund) -> Decimal:
    """Return the money of a fund: its amount or what its counties have, the less of both [money]."""
    found = given(fund.amount)
    if fund.by_county is not None:
        found.append(total(map(exact, fund.by_county.values())))
    return min(found)

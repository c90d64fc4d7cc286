"""Classical problems, written as instances, have their published optima.

Every problem is solved three ways: as an instance, directly (its matrix by SCIP, its table by trying everything,
its knapsack by dynamic programming), and by whoever published it. The direct way guards against a slip in copying
the data, and says whether the plan that comes back is allowed in the classical problem and what it is worth there.
"""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import inf
from pathlib import Path
from typing import Any, Protocol

import pytest
import yaml
from pyscipopt import Model, quicksum

import alloc

CLASSICS = Path(__file__).parent / "classics"
Raw = dict[str, Any]
Reader = Callable[[alloc.Run], list[float]]


class Plain(yaml.SafeDumper):
    """Writes every value out, with no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


# --- The classical problems, on their own ------------------------------------------------------------------------


class Direct(Protocol):
    def best(self) -> float: ...

    def worth(self, x: Sequence[float]) -> float | None: ...


@dataclass(frozen=True)
class Matrix:
    """Maximise gains·x for low ≤ row·x ≤ high and 0 ≤ x ≤ most."""

    gains: Sequence[float]
    rows: Sequence[tuple[float, Sequence[float], float]]
    most: Sequence[float]
    whole: bool = True

    def best(self) -> float:
        scip = Model()
        scip.hideOutput()
        scip.setParam("limits/gap", 0.0)
        kind = "I" if self.whole else "C"
        x = [scip.addVar(vtype=kind, ub=most) for most in self.most]
        for low, row, high in self.rows:
            total = quicksum(a * v for a, v in zip(row, x, strict=True) if a)
            if low > -inf:
                scip.addCons(total >= low)
            if high < inf:
                scip.addCons(total <= high)
        scip.setObjective(quicksum(g * v for g, v in zip(self.gains, x, strict=True)), "maximize")
        scip.optimize()
        assert scip.getStatus() == "optimal"
        return float(scip.getObjVal())

    def worth(self, x: Sequence[float]) -> float | None:
        sums = [(low, sum(a * v for a, v in zip(row, x, strict=True)), high) for low, row, high in self.rows]
        sums += [(0, v, most) for v, most in zip(x, self.most, strict=True)]
        if self.whole:
            sums += [(round(v), v, round(v)) for v in x]
        slack = 1e-6
        if all(low - slack * max(1, abs(low)) <= v <= high + slack * max(1, abs(high)) for low, v, high in sums):
            return sum(g * v for g, v in zip(self.gains, x, strict=True))
        return None


@dataclass(frozen=True)
class Packing(Matrix):
    """A 0-1 knapsack: Matrix with one row of whole weights, solved by dynamic programming."""

    def best(self) -> float:
        ((_, weights, capacity),) = self.rows
        states = [(0.0, 0.0)]  # weight and worth, both rising: nothing lighter is worth more
        for weight, gain in zip(weights, self.gains, strict=True):
            more = [(w + weight, g + gain) for w, g in states if w + weight <= capacity]
            top = -inf
            merged, states = sorted([*states, *more], key=lambda state: (state[0], -state[1])), []
            for state in merged:
                if state[1] > top:
                    states.append(state)
                    top = state[1]
        return states[-1][1]


@dataclass(frozen=True)
class Listed:
    """Maximise a worth over all combinations of whole numbers; None means not allowed."""

    ranges: Sequence[Sequence[int]]
    value: Callable[[Sequence[int]], float | None]

    def best(self) -> float:
        return max(v for x in product(*self.ranges) if (v := self.value(x)) is not None)

    def worth(self, x: Sequence[float]) -> float | None:
        whole = [round(v) for v in x]
        assert all(abs(v - w) <= 1e-6 for v, w in zip(x, whole, strict=True))
        return self.value(whole)


@dataclass(frozen=True)
class Classic:
    """A problem: its kind, its published optimum (a cost where sign is −1), itself, and itself as an instance.

    plan: reads the decisions of the classical problem from a run.
    """

    name: str
    kind: str
    optimum: float
    direct: Direct
    instance: Raw
    plan: Reader
    sign: int = 1
    digits: float = 1e-6


# --- What the translations share ----------------------------------------------------------------------------------


def question(name: str, measures: Mapping[str, Raw], money: float, **tables: Any) -> Raw:
    """Return an instance with one county, if not more, and one purse, if not more."""
    raw: Raw = {"alloc": 1, "name": name, "year": 1967, "counties": {"place": {}}}
    raw["funds"] = {"purse": {"kind": "aid", "amount": money}}
    raw["measures"] = {
        m: {"county": "place", "category": "infrastructure", "max_units": 1, **row} for m, row in measures.items()
    }
    return {**raw, **tables}


WHOLE: Raw = {"min_units": 1, "max_units": 1, "integer": True}
"""A measure that is taken as one whole or left."""


def units(run: alloc.Run) -> list[float]:
    return [float(v) for v in run.measures["units"]]


def funded(*measures: str) -> Reader:
    """Read whether these measures go ahead, in this order."""

    def read(run: alloc.Run) -> list[float]:
        found = dict(zip(run.measures["measure"], run.measures["funded"], strict=True))
        return [float(found[m]) for m in measures]

    return read


def spent(funds: Sequence[str], measures: Sequence[str]) -> Reader:
    """Read what each fund spends on each measure."""

    def read(run: alloc.Run) -> list[float]:
        rows = zip(run.allocation["fund"], run.allocation["measure"], run.allocation["amount"], strict=True)
        found = {(f, m): float(amount) for f, m, amount in rows}
        return [found.get((f, m), 0.0) for f in funds for m in measures]

    return read


def price(name: str, each: float = 1, **what: Any) -> Raw:
    """Return a rule that takes something off the goal: none of it is allowed, and breaking that costs so much."""
    return {"name": name, "max": 0, "penalty": each, **what}


def stored(file: str) -> Any:
    return yaml.safe_load((CLASSICS / file).read_text(encoding="utf-8"))


# --- Knapsacks -----------------------------------------------------------------------------------------------------


def knapsacks() -> list[Classic]:
    """0-1 knapsacks: a weight is the fixed cost of a measure, the knapsack is the purse."""
    found = []
    for name, p in stored("knapsack.yaml").items():
        items = zip(p["weights"], p["profits"], strict=True)
        measures = {f"item-{i}": {"fixed_cost": w, "jobs": g, "min_units": 1} for i, (w, g) in enumerate(items, 1)}
        direct = Packing(p["profits"], [(0, p["weights"], p["capacity"])], [1] * len(p["profits"]))
        assert direct.worth(p["chosen"]) == p["optimum"], "the published selection has the published worth"
        found.append(
            Classic(name, "0-1 knapsack", p["optimum"], direct, question(name, measures, p["capacity"]), units)
        )
    return found


def several_knapsacks() -> list[Classic]:
    """Several knapsacks at once: the first is the purse, the others are resources."""
    problems = dict(stored("mknap1.yaml"))
    shared = stored("weing.yaml")
    for name, budget in shared.pop("budgets").items():
        problems[name] = {**shared, **budget}
    found = []
    for name, p in problems.items():
        first, *others = p["weights"]
        measures = {
            f"project-{j + 1}": {
                **WHOLE,
                "jobs": p["profits"][j],
                "unit_cost": first[j],
                "uses": {f"r{i}": row[j] for i, row in enumerate(others, 2)},
            }
            for j in range(len(first))
        }
        resources = {f"r{i}": {"amount": amount} for i, amount in enumerate(p["capacities"][1:], 2)}
        raw = question(name, measures, p["capacities"][0], resources=resources)
        rows = [(0, row, amount) for row, amount in zip(p["weights"], p["capacities"], strict=True)]
        direct = Matrix(p["profits"], rows, [1] * len(first))
        found.append(Classic(name, "several knapsacks", p["optimum"], direct, raw, units))
    return found


def bounded_knapsack() -> Classic:
    """The tourist's knapsack of 400 dag with several pieces of an item.

    Rosetta Code, task "Knapsack problem/Bounded": value 1010.
    """
    with (CLASSICS / "tourist.csv").open(encoding="utf-8", newline="") as file:
        items = [
            (row["item"], *(int(row[key]) for key in ("weight", "value", "pieces"))) for row in csv.DictReader(file)
        ]
    measures = {m: {"unit_cost": w, "jobs": v, "max_units": n, "integer": True} for m, w, v, n in items}
    direct = Matrix([v for _, _, v, _ in items], [(0, [w for _, w, _, _ in items], 400)], [n for *_, n in items])
    return Classic("tourist", "bounded knapsack", 1010, direct, question("tourist", measures, 400), units)


# --- Capital budgeting ---------------------------------------------------------------------------------------------

# J. Lorie and L. Savage, "Three problems in rationing capital", Journal of Business 28 (1955) 229-239: nine projects,
# outlays in two years, budgets 50 and 20. Optimum 70 with projects 1, 3, 4, 6 and 9; with parts of projects 70.27,
# 0.97 of project 6 and 0.045 of project 7 (H. M. Weingartner, "Mathematical Programming and the Analysis of Capital
# Budgeting Problems", 1963).
VALUE = [14, 17, 17, 15, 40, 12, 14, 10, 12]
YEAR_1 = [12, 54, 6, 6, 30, 6, 48, 36, 18]
YEAR_2 = [3, 7, 6, 2, 35, 6, 4, 3, 3]
LORIE_SAVAGE = [(0, YEAR_1, 50), (0, YEAR_2, 20)]
PROJECTS = [(f"project-{j}", *row) for j, row in enumerate(zip(VALUE, YEAR_1, YEAR_2, strict=True), 1)]
TWO_YEARS = {"aid": {"kind": "aid", "amount": 50}, "national": {"kind": "national", "amount": 20}}


def lorie_savage() -> list[Classic]:
    """Two years are two resources, two funds that share each cost, or aid on top of national money already planned."""
    resources = {"year-1": {"amount": 50}, "year-2": {"amount": 20}}
    in_kind = {m: {**WHOLE, "jobs": v, "uses": {"year-1": a, "year-2": b}} for m, v, a, b in PROJECTS}
    shared = {
        m: {
            **WHOLE,
            "jobs": v,
            "unit_cost": a + b,
            "min_share": {"aid": a / (a + b)},
            "max_share": {"aid": a / (a + b)},
        }
        for m, v, a, b in PROJECTS
    }
    planned = {m: {**WHOLE, "jobs": v, "fixed_cost": a + b, "national_planned": b} for m, v, a, b in PROJECTS}
    whole, parts = Matrix(VALUE, LORIE_SAVAGE, [1] * 9), Matrix(VALUE, LORIE_SAVAGE, [1] * 9, whole=False)
    in_parts = {m: {**row, "min_units": 0, "integer": False} for m, row in in_kind.items()}
    questions = {
        "lorie-savage-resources": question("lorie-savage-resources", in_kind, 0, resources=resources),
        "lorie-savage-shares": question("lorie-savage-shares", shared, 0, funds=TWO_YEARS),
        "lorie-savage-planned": question("lorie-savage-planned", planned, 0, funds=TWO_YEARS),
    }
    partial = question("lorie-savage-parts", in_parts, 0, resources=resources)
    return [Classic(name, "capital budgeting", 70, whole, raw, units) for name, raw in questions.items()] + [
        Classic("lorie-savage-parts", "linear program", 70.27, parts, partial, units, digits=1e-4)
    ]


Outlays = Sequence[tuple[Sequence[float], float]]
"""Of each year what the projects cost in it, and its budget."""


def over_years(name: str, optimum: float, value: Sequence[float], outlays: Outlays, **figures: Any) -> Classic:
    """Projects begun in the first of several years or never, paid for in all of them, worth something at the end.

    What a project costs in later years is its upkeep; it brings its worth once, in the last year.
    """
    (first, budget), *later = outlays
    project = {"max_units": 1, "lead": len(later), "life": 1}
    rows = zip(value, first, strict=True)
    measures = {f"project-{j}": {**project, **figures, "jobs": v, "unit_cost": a} for j, (v, a) in enumerate(rows, 1)}
    by_year: dict[int, Raw] = {}
    for year, (costs, amount) in enumerate(later, 1956):
        upkeep = {f"measures.{m}.recurrent": cost for m, cost in zip(measures, costs, strict=True)}
        never = {f"measures.{m}.eligible": False for m in measures}
        by_year[year] = {"funds.purse.amount": amount, **upkeep, **never}
    raw = question(name, measures, budget, years=[1955, *by_year], by_year=by_year)
    del raw["year"]

    def begun(run: alloc.Run) -> list[float]:
        return [float(v) for v in run.measures[run.measures["year"] == 1955]["units"]]

    rows_of = [(0, costs, amount) for costs, amount in outlays]
    direct = Matrix(value, rows_of, [1] * len(value), whole="integer" in figures)
    return Classic(name, "capital budgeting over years", optimum, direct, raw, begun, digits=5e-6)


def budgets_over_years() -> list[Classic]:
    """Lorie and Savage as above, and two of textbooks.

    Star Oil in parts: W. Winston, "Operations Research: Applications and Algorithms", section 3.6: 57.449, with 0.201
    of investment 2 and 0.288 of 5. Three years: H. Taha, "Operations Research: An Introduction", section 9.1.1: 95,
    with projects 1 to 4.
    """
    star_oil = [([11, 53, 5, 5, 29], 40.0), ([3, 6, 5, 1, 34], 20.0)]
    taha = [([5, 4, 3, 7, 8], 25.0), ([1, 7, 9, 4, 6], 25.0), ([8, 10, 2, 1, 10], 25.0)]
    weing = stored("weing.yaml")
    two = list(zip(weing["weights"], weing["budgets"]["weing-1"]["capacities"], strict=True))
    return [
        over_years("lorie-savage-years", 70, VALUE, [(YEAR_1, 50), (YEAR_2, 20)], **WHOLE),
        over_years("star-oil-years", 57.449, [13, 16, 16, 14, 39], star_oil),
        over_years("taha-years", 95, [20, 40, 20, 15, 30], taha, **WHOLE),
        over_years("weing-1-years", weing["budgets"]["weing-1"]["optimum"], weing["profits"], two, **WHOLE),
    ]


def stockco() -> Classic:
    """Four investments with 14 to spend.

    W. Winston, "Operations Research: Applications and Algorithms", section 9.2 (Stockco):
    z = 42 with investments 2, 3 and 4.
    """
    value, outlay = [16, 22, 12, 8], [5, 7, 4, 3]
    measures = {f"investment-{j + 1}": {**WHOLE, "jobs": value[j], "unit_cost": outlay[j]} for j in range(4)}
    direct = Matrix(value, [(0, outlay, 14)], [1] * 4)
    return Classic("stockco", "capital budgeting", 42, direct, question("stockco", measures, 14), units)


# --- Linear programs and fixed charges -----------------------------------------------------------------------------


def linear_programs() -> list[Classic]:
    """Product mixes: products are measures without cost, plants and materials are resources."""
    problems = {
        # F. Hillier and G. Lieberman, "Introduction to Operations Research", chapter 3 (Wyndor Glass): Z = 36.
        "wyndor": (36, [3, 5], [[1, 0], [0, 2], [3, 2]], [4, 12, 18], [100, 100]),
        # W. Winston, "Operations Research", simplex chapter (Dakota Furniture), at most 5 tables: z = 280.
        "dakota": (280, [60, 30, 20], [[8, 6, 1], [4, 2, 1.5], [2, 1.5, 0.5]], [48, 20, 8], [100, 5, 100]),
    }
    found = []
    for name, (optimum, gains, rows, amounts, most) in problems.items():
        measures = {
            f"product-{j}": {
                "jobs": gain,
                "max_units": most[j],
                "uses": {f"r{i}": row[j] for i, row in enumerate(rows)},
            }
            for j, gain in enumerate(gains)
        }
        resources = {f"r{i}": {"amount": amount} for i, amount in enumerate(amounts)}
        direct = Matrix(gains, [(0, row, b) for row, b in zip(rows, amounts, strict=True)], most, whole=False)
        raw = question(name, measures, 0, resources=resources)
        found.append(Classic(name, "linear program", optimum, direct, raw, units))
    return found


def gandhi() -> Classic:
    """Shirts, shorts and trousers, each with machinery to rent; rent is taken off the gain.

    W. Winston, "Operations Research", section 9.2 (Gandhi Cloth Company): z = 75 with 25 trousers.
    """
    gain, rent, labour, cloth, most = [6, 4, 7], [200, 150, 100], [3, 2, 6], [4, 3, 4], [40, 53, 25]
    names = ["shirts", "shorts", "trousers"]
    measures = {
        m: {
            "jobs": gain[j],
            "fixed_cost": rent[j],
            "max_units": most[j],
            "integer": True,
            "uses": {"labour": labour[j], "cloth": cloth[j]},
        }
        for j, m in enumerate(names)
    }
    resources = {"labour": {"amount": 150}, "cloth": {"amount": 160}}
    raw = question("gandhi", measures, 450, resources=resources, rules=[price("rent", type="amount")])
    zero = [0.0] * 3
    rented = [
        (-inf, [*(float(i == j) for i in range(3)), *(-most[j] * (i == j) for i in range(3))], 0) for j in range(3)
    ]
    rows = [(0, [*labour, *zero], 150), (0, [*cloth, *zero], 160), *rented]
    direct = Matrix([*gain, *(-r for r in rent)], rows, [*most, 1, 1, 1])
    return Classic("gandhi", "fixed charge", 75, direct, raw, lambda run: [*units(run), *funded(*names)(run)])


def lockboxes() -> Classic:
    """Four regions send their cheques to lockboxes that cost 50 a year each; interest is lost on the way.

    W. Winston, "Operations Research", section 9.2 (J. C. Nickles): z = 242, Los Angeles and New York.
    """
    boxes, regions = ["los-angeles", "chicago", "new-york", "atlanta"], ["west", "midwest", "east", "south"]
    daily, interest = [70, 50, 60, 40], 0.2
    days = [[2, 6, 8, 8], [6, 2, 5, 5], [8, 5, 2, 5], [8, 5, 5, 2]]
    lost = {(r, b): interest * daily[i] * days[i][j] for i, r in enumerate(regions) for j, b in enumerate(boxes)}
    measures = {b: {"fixed_cost": 50, "min_units": 1} for b in boxes}
    measures |= {
        f"{r}-{b}": {"fixed_cost": cost, "min_units": 1, "requires": [b], "tags": [r]} for (r, b), cost in lost.items()
    }
    rules = [{"name": r, "type": "count", "of": {"tag": r}, "min": 1, "max": 1} for r in regions]
    raw = question("lockboxes", measures, 1000, rules=[*rules, price("cost", type="amount")])
    rows = [(1, [0.0] * 4 + [float(r == s) for s, _ in lost], 1) for r in regions]
    rows += [
        (-inf, [-float(b == a) for a in boxes] + [float((r, b) == pair) for pair in lost], 0)
        for r, b in product(regions, boxes)
    ]
    direct = Matrix([-50.0] * 4 + [-cost for cost in lost.values()], rows, [1] * 20)
    return Classic("lockboxes", "facility location", 242, direct, raw, funded(*measures), sign=-1)


# --- Transport and assignment --------------------------------------------------------------------------------------


def transports() -> list[Classic]:
    """Sources are funds, destinations are measures that must go ahead; each unit of money sent has its price."""
    problems = {
        # W. Winston, "Operations Research", section 7.1 (Powerco): z = 1020.
        "powerco": (1020, [35, 50, 40], [45, 20, 30, 30], [[8, 6, 10, 9], [9, 12, 13, 7], [14, 9, 16, 5]]),
        # G. Dantzig, "Linear Programming and Extensions" (1963), chapter 3.3, in the figures of the GAMS tutorial
        # (Rosenthal) and model library, trnsport: 153.675. Canneries Seattle and San Diego, 90 per 1000 miles.
        "dantzig": (
            153.675,
            [350, 600],
            [325, 300, 275],
            [[90 * d / 1000 for d in row] for row in ([2.5, 1.7, 1.8], [2.5, 1.8, 1.4])],
        ),
    }
    found = []
    for name, (optimum, supply, demand, cost) in problems.items():
        sources, places = [f"from-{i}" for i in range(len(supply))], [f"to-{j}" for j in range(len(demand))]
        measures = {
            p: {"unit_cost": 1, "min_units": d, "max_units": d, "committed": True}
            for p, d in zip(places, demand, strict=True)
        }
        funds = {f: {"kind": "aid", "amount": s} for f, s in zip(sources, supply, strict=True)}
        rules = [
            price(f"{f} {p}", cost[i][j], type="amount", of={"measure": p}, fund=f)
            for (i, f), (j, p) in product(enumerate(sources), enumerate(places))
        ]
        pairs = list(product(range(len(supply)), range(len(demand))))
        rows = [(0, [float(i == k) for i, _ in pairs], s) for k, s in enumerate(supply)]
        rows += [(d, [float(j == k) for _, j in pairs], d) for k, d in enumerate(demand)]
        direct = Matrix([-cost[i][j] for i, j in pairs], rows, [max(supply)] * len(pairs), whole=False)
        raw = question(name, measures, 0, funds=funds, rules=rules)
        found.append(Classic(name, "transport", optimum, direct, raw, spent(sources, places), sign=-1))
    return found


def machineco() -> Classic:
    """Four jobs for four machines, every one once.

    W. Winston, "Operations Research", section 7.5 (Machineco): 15 hours.
    """
    hours = [[14, 5, 8, 7], [2, 12, 6, 5], [7, 8, 3, 9], [2, 4, 6, 10]]
    pairs = list(product(range(4), range(4)))
    measures = {
        f"job-{j}-on-{i}": {**WHOLE, "unit_cost": hours[i][j], "tags": [f"machine {i}", f"job {j}"]} for i, j in pairs
    }
    tags = [f"{what} {k}" for what in ("machine", "job") for k in range(4)]
    rules = [{"name": tag, "type": "count", "of": {"tag": tag}, "min": 1, "max": 1} for tag in tags]
    raw = question("machineco", measures, 1000, rules=[*rules, price("hours", type="amount")])
    rows = [(1, [float(pair[side] == k) for pair in pairs], 1) for side in (0, 1) for k in range(4)]
    direct = Matrix([-hours[i][j] for i, j in pairs], rows, [1] * 16)
    return Classic("machineco", "assignment", 15, direct, raw, units, sign=-1)


def generalised_assignments() -> list[Classic]:
    """Every job to one agent: agents are counties with a purse of time each, a job is done once."""
    found = []
    for name, p in stored("gap1.yaml").items():
        agents, jobs = range(len(p["capacities"])), range(len(p["profits"][0]))
        measures = {
            f"job-{j}-by-{i}": {
                **WHOLE,
                "county": f"agent-{i}",
                "jobs": p["profits"][i][j],
                "unit_cost": p["weights"][i][j],
                "tags": [f"job {j}"],
            }
            for i, j in product(agents, jobs)
        }
        time = {f"agent-{i}": amount for i, amount in enumerate(p["capacities"])}
        rules = [{"name": f"job {j}", "type": "count", "of": {"tag": f"job {j}"}, "min": 1, "max": 1} for j in jobs]
        funds = {"time": {"kind": "aid", "by_county": time}}
        raw = question(name, measures, 0, counties={agent: {} for agent in time}, funds=funds, rules=rules)
        pairs = list(product(agents, jobs))
        rows = [(1, [float(j == k) for _, j in pairs], 1) for k in jobs]
        rows += [(0, [p["weights"][i][j] * (i == k) for i, j in pairs], p["capacities"][k]) for k in agents]
        direct = Matrix([p["profits"][i][j] for i, j in pairs], rows, [1] * len(pairs))
        found.append(Classic(name, "generalised assignment", p["optimum"], direct, raw, units))
    return found


# --- Curves of returns and multiple choice -------------------------------------------------------------------------


def shared_out(name: str, optimum: float, tables: Sequence[Sequence[float]], total: int) -> list[Classic]:
    """Share out a number of units: by curves of returns, and by choosing one of the amounts for each."""

    def value(x: Sequence[int]) -> float | None:
        return sum(table[n] for table, n in zip(tables, x, strict=True)) if sum(x) <= total else None

    direct = Listed([range(len(table)) for table in tables], value)
    curves = {
        f"place-{c}": {
            "jobs": 1,
            "unit_cost": 1,
            "max_units": total,
            "integer": True,
            "returns": [[n, table[n] - table[n - 1]] for n in range(1, total + 1)],
        }
        for c, table in enumerate(tables)
    }
    choices = {
        f"place-{c}-{n}": {**WHOLE, "jobs": table[n], "unit_cost": n, "tags": [f"place {c}"]}
        for c, table in enumerate(tables)
        for n in range(1, total + 1)
    }
    once = [{"name": f"place {c}", "type": "count", "of": {"tag": f"place {c}"}, "max": 1} for c in range(len(tables))]

    def chosen(run: alloc.Run) -> list[float]:
        each = units(run)
        return [sum(n * each[c * total + n - 1] for n in range(1, total + 1)) for c in range(len(tables))]

    return [
        Classic(
            f"{name}-curves", "curves of returns", optimum, direct, question(f"{name}-curves", curves, total), units
        ),
        Classic(
            f"{name}-choices",
            "multiple choice",
            optimum,
            direct,
            question(f"{name}-choices", choices, total, rules=once),
            chosen,
        ),
    ]


def medical_teams() -> list[Classic]:
    """Five medical teams for three countries; the returns of one country rise with every team.

    F. Hillier and G. Lieberman, "Introduction to Operations Research", dynamic programming, example 2
    (World Health Council): 170 (thousand person-years of life).
    """
    tables = [[0, 45, 70, 90, 105, 120], [0, 20, 45, 75, 110, 150], [0, 50, 70, 80, 100, 130]]
    return shared_out("teams", 170, tables, 5)


def finco() -> list[Classic]:
    """Six thousand dollars for three investments that return 7d + 2, 3d + 7 and 4d + 5, and nothing for nothing.

    W. Winston, "Operations Research", section 18.4 (Finco): 49 (thousand dollars).
    """
    tables = [[a * d + b if d else 0 for d in range(7)] for a, b in ((7, 2), (3, 7), (4, 5))]
    return shared_out("finco", 49, tables, 6)


# --- Products of decisions -----------------------------------------------------------------------------------------


def quadratic() -> list[Classic]:
    """Products of two decisions are synergies, good or bad.

    F. Glover, G. Kochenberger and Y. Du, "A tutorial on formulating and using QUBO models" (2019, arXiv 1811.11538):
    the quadratic knapsack has 28, the first example 11 (as a minimum: -11), the maximum cut 5 edges of 6.
    """
    edges = [(0, 1), (0, 2), (1, 3), (2, 3), (2, 4), (3, 4)]
    problems: dict[str, tuple[float, list[int], dict[tuple[int, int], int], list[int], int]] = {
        "quadratic-knapsack": (
            28,
            [2, 5, 2, 4],
            {(0, 1): 8, (0, 2): 6, (0, 3): 10, (1, 2): 2, (1, 3): 6, (2, 3): 4},
            [8, 6, 5, 3],
            16,
        ),
        "qubo": (11, [5, 3, 8, 6], {(0, 1): -4, (0, 2): -8, (1, 2): -2, (2, 3): -10}, [0] * 4, 0),
        "maximum-cut": (5, [sum(v in e for e in edges) for v in range(5)], dict.fromkeys(edges, -2), [0] * 5, 0),
    }
    found = []
    for name, (optimum, gains, pairs, weights, capacity) in problems.items():

        def value(
            x: Sequence[int], gains: Any = gains, pairs: Any = pairs, weights: Any = weights, capacity: int = capacity
        ) -> float | None:
            if sum(w * v for w, v in zip(weights, x, strict=True)) > capacity:
                return None
            return sum(g * v for g, v in zip(gains, x, strict=True)) + sum(
                q * x[i] * x[j] for (i, j), q in pairs.items()
            )

        items = enumerate(zip(gains, weights, strict=True))
        measures = {f"item-{i}": {**WHOLE, "jobs": g, "unit_cost": w} for i, (g, w) in items}
        synergies = [{"measures": [f"item-{i}", f"item-{j}"], "employment": q} for (i, j), q in pairs.items()]
        direct = Listed([(0, 1)] * len(gains), value)
        raw = question(name, measures, capacity, synergies=synergies)
        found.append(Classic(name, "quadratic", optimum, direct, raw, units))
    return found


# --- Sets and graphs -----------------------------------------------------------------------------------------------


def kilroy() -> Classic:
    """Fire stations so that every city has one within 15 minutes: at least one of those near it, as few as possible.

    W. Winston, "Operations Research", section 9.2 (Kilroy County): z = 2.
    """
    minutes = [
        [0, 10, 20, 30, 30, 20],
        [10, 0, 25, 35, 20, 10],
        [20, 25, 0, 15, 30, 20],
        [30, 35, 15, 0, 15, 25],
        [30, 20, 30, 15, 0, 14],
        [20, 10, 20, 25, 14, 0],
    ]
    near = [[j for j in range(6) if minutes[i][j] <= 15] for i in range(6)]
    rules: list[Raw] = [
        {"name": f"city {i}", "type": "count", "of": {"measure": [f"station-{j}" for j in near[i]]}, "min": 1}
        for i in range(6)
    ]
    raw = question(
        "kilroy", {f"station-{i}": WHOLE for i in range(6)}, 0, rules=[*rules, price("stations", type="count")]
    )
    direct = Matrix([-1.0] * 6, [(1, [float(j in near[i]) for j in range(6)], inf) for i in range(6)], [1] * 6)
    return Classic("kilroy", "set covering", 2, direct, raw, units, sign=-1)


def apart() -> list[Classic]:
    """As many as possible of which no two exclude each other.

    Cliques of the second DIMACS challenge (D. Johnson and M. Trick, "Cliques, Coloring, and Satisfiability", 1996):
    johnson8-2-4 has 4, hamming6-2 has 32. Eight queens stand on a chessboard (M. Bezzel, 1848).
    """
    pairs = list(combinations(range(8), 2))
    words = list(product((0, 1), repeat=6))
    squares = list(product(range(8), range(8)))

    def attack(a: tuple[int, int], b: tuple[int, int]) -> bool:
        return a[0] == b[0] or a[1] == b[1] or abs(a[0] - b[0]) == abs(a[1] - b[1])

    graphs: dict[str, tuple[int, list[Any], Callable[[Any, Any], bool]]] = {
        "johnson8-2-4": (4, pairs, lambda a, b: bool(set(a) & set(b))),
        "hamming6-2": (32, words, lambda a, b: sum(i != j for i, j in zip(a, b, strict=True)) < 2),
        "eight-queens": (8, squares, attack),
    }
    found = []
    for name, (optimum, vertices, clash) in graphs.items():
        n = len(vertices)
        clashes = [(i, j) for i, j in combinations(range(n), 2) if clash(vertices[i], vertices[j])]
        measures: dict[str, Raw] = {f"v{i}": {**WHOLE, "jobs": 1, "excludes": []} for i in range(n)}
        for i, j in clashes:
            measures[f"v{i}"]["excludes"].append(f"v{j}")
        direct = Matrix([1.0] * n, [(0, [float(v in pair) for v in range(n)], 1) for pair in clashes], [1] * n)
        found.append(Classic(name, "conflicts", optimum, direct, question(name, measures, 0), units))
    return found


def opencast() -> Classic:
    """Blocks of a mine that can be taken out only after the four above; losses are costs taken off the gain."""
    mine = stored("opencast.yaml")
    blocks = {
        (depth, r, c): profit
        for depth, level in enumerate(mine["levels"])
        for r, row in enumerate(level)
        for c, profit in enumerate(row)
    }
    above = {(d, r, c): [(d - 1, r + i, c + j) for i, j in product((0, 1), (0, 1))] if d else [] for d, r, c in blocks}
    name = {block: "block-{}-{}-{}".format(*block) for block in blocks}
    measures = {
        name[b]: {
            "min_units": 1,
            "jobs": max(profit, 0),
            "fixed_cost": max(-profit, 0),
            "requires": [name[a] for a in above[b]],
        }
        for b, profit in blocks.items()
    }
    raw = question("opencast", measures, 1e5, rules=[price("losses", type="amount")])
    rows = [(-inf, [float(x == b) - float(x == a) for x in blocks], 0) for b in blocks for a in above[b]]
    direct = Matrix(list(blocks.values()), rows, [1] * len(blocks))
    return Classic("opencast", "precedence", mine["optimum"], direct, raw, funded(*measures))


# --- Chance --------------------------------------------------------------------------------------------------------


def walton() -> Classic:
    """How many calendars to order before the demand is known: sales are a flow to customers that differ by scenario.

    S. C. Albright and W. Winston, "Management Science Modeling", Walton Bookstore: bought at 7.50, sold at 10,
    returned at 2.50; 150 calendars are best, with an expected profit of 262.50.
    """
    demand = {100: 0.3, 150: 0.2, 200: 0.3, 250: 0.15, 300: 0.05}
    bought, sold, returned = 7.5, 10, 2.5
    free = {"training": 0, "enterprise": 0}
    raw = question(
        "walton",
        {
            "order": {
                "industry": "calendars",
                "effect": 1,
                "unit_cost": bought - returned,
                "max_units": 300,
                "integer": True,
            }
        },
        3000,
        counties={"place": {"jobseekers": 300}},
        industries={
            "calendars": {"productivity": 1, "needs": free},
            "customers": {"productivity": 1, "needs": free},
        },
        baseline=[
            {"county": "place", "industry": "calendars"},
            {"county": "place", "industry": "customers", "jobs": 100, "max_jobs": 100, "infrastructure": 100},
        ],
        links=[{"from": "calendars", "to": "customers", "weight": sold - returned}],
        scenarios={f"sell-{d}": {"probability": p, "productivity": {"customers": d / 100}} for d, p in demand.items()},
        rules=[price("loss on each returned", type="amount")],
        objective={"linkage": 1},
    )

    def value(x: Sequence[int]) -> float:
        profits = (p * (sold * min(x[0], d) + returned * max(x[0] - d, 0) - bought * x[0]) for d, p in demand.items())
        return sum(profits)

    return Classic("walton", "newsvendor", 262.5, Listed([range(301)], value), raw, units)


CLASSIC = [
    *knapsacks(),
    *several_knapsacks(),
    bounded_knapsack(),
    *lorie_savage(),
    *budgets_over_years(),
    stockco(),
    *linear_programs(),
    gandhi(),
    lockboxes(),
    *transports(),
    machineco(),
    *generalised_assignments(),
    *medical_teams(),
    *finco(),
    *quadratic(),
    kilroy(),
    *apart(),
    opencast(),
    walton(),
]


@pytest.mark.parametrize("classic", CLASSIC, ids=lambda c: c.name)
def test_a_classical_problem_has_its_published_optimum(classic: Classic, tmp_path: Path) -> None:
    file = tmp_path / "instance.yaml"
    file.write_text(yaml.dump(classic.instance, Dumper=Plain, sort_keys=False), encoding="utf-8")
    run = alloc.solve(file, gap=0.0)
    assert run.status == "optimal"
    assert run.figures["audit"]["passed"]
    best = classic.direct.best()
    assert classic.sign * best == pytest.approx(classic.optimum, rel=classic.digits), "the data are as published"
    assert run.objective == pytest.approx(best, rel=1e-6, abs=1e-6)
    assert run.figures["bound"] >= best - 1e-6 * max(1, abs(best))
    assert classic.direct.worth(classic.plan(run)) == pytest.approx(best, rel=1e-6, abs=1e-6), "the plan is worth it"


def test_the_classical_problems_are_of_many_kinds() -> None:
    assert len({classic.name for classic in CLASSIC}) == len(CLASSIC)
    assert len({classic.kind for classic in CLASSIC}) >= 12

"""Random valid instances that together touch every key of the format.

The same seed and size always give the same instance. Each feature of the format is drawn with the chance
that `CHANCES` gives it, so that a few hundred seeds meet all of them, alone and together.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, TypeVar

from oracle import Data

Raw = dict[str, Any]
T = TypeVar("T")
CATEGORIES = ("infrastructure", "training", "insurance", "technology", "enterprise")
KINDS = ("aid", "national", "local", "private", "household")
SELECTORS = ("county", "category", "industry", "region", "chain", "tag", "measure")
# size: counties, industries and measures, fewest and most of each
SIZES = {
    "tiny": ((1, 2), (1, 2), (3, 8)),
    "small": ((1, 3), (1, 4), (4, 14)),
    "medium": ((3, 5), (3, 5), (20, 40)),
}
CHANCES = {
    # the file
    "money": 0.2, "words": 0.3, "sources": 0.3, "as list": 0.4, "solver": 0.3,
    # counties
    "region": 0.9, "weight": 0.3, "delivery": 0.4, "no baseline": 0.1, "free seekers": 0.5,
    # industries and their baseline
    "chain": 0.7, "no chains": 0.2, "closure bonus": 0.8, "uplift": 0.5, "hazard": 0.5, "viable": 0.4,
    "cluster": 0.3, "needs": 0.3, "pair": 0.85, "empty pair": 0.3, "max jobs": 0.3, "market": 0.35,
    # links
    "link": 0.7, "sells": 0.7, "buys": 0.7, "link weight": 0.4, "region scope": 0.65, "friction": 0.6,
    # money and resources
    "second aid": 0.4, "national fund": 0.8, "third party": 0.4, "kind as name": 0.15, "by county": 0.4,
    "fund counties": 0.2, "fund categories": 0.3, "min use": 0.12, "resource": 0.4,
    # measures
    "industry": 0.75, "fixed": 0.5, "smallest": 0.5, "integer": 0.2, "returns": 0.35, "deadweight": 0.2,
    "direct jobs": 0.2, "direct linkage": 0.2, "outlet": 0.3, "ceiling": 0.3, "planned": 0.1,
    "min share": 0.1, "max share": 0.15, "funds": 0.1, "requires": 0.12, "excludes": 0.12, "limited": 0.1,
    "uses": 0.5, "tags": 0.4, "committed": 0.015, "not eligible": 0.05, "no effect": 0.03, "free": 0.03,
    # gains, worlds, rules and the goal
    "synergy": 0.35, "scenarios": 0.35, "rule": 0.6, "within": 0.25, "each": 0.4, "penalty": 0.3,
    "default goal": 0.15, "lexicographic": 0.2, "impossible": 0.07,
    # drawn last
    "lot": 0.2, "shared market": 0.3, "market region": 0.5, "supplies": 0.15, "strict": 0.3, "small purse": 0.3,
    "fund share": 0.1, "firm": 0.1, "nation": 0.1,
    # returns, only where they are asked for
    "county shares": 0.7, "industry shares": 0.3, "tax": 0.6, "donor": 0.7, "benefit": 0.6, "place": 0.5,
}  # fmt: skip


class Draw:
    """A source of random choices with a fixed seed."""

    def __init__(self, seed: int, size: str) -> None:
        self.random = random.Random(f"{size} {seed}")

    def has(self, feature: str) -> bool:
        """Say whether a feature is drawn."""
        return self.random.random() < CHANCES[feature]

    def one(self, values: Sequence[T]) -> T:
        """Return one of some values."""
        return self.random.choice(values)

    def some(self, values: Sequence[T], least: int = 1) -> list[T]:
        """Return some of the values, in their order."""
        chosen = self.random.sample(range(len(values)), self.random.randint(min(least, len(values)), len(values)))
        return [values[i] for i in sorted(chosen)]

    def count(self, low: int, high: int, step: int = 1) -> int:
        """Return a whole number."""
        return self.random.randrange(low, high + 1, step)

    def maybe(self, row: Raw, feature: str, key: str, values: Sequence[Any]) -> None:
        """Write one of some values into a row if the feature is drawn; a dotted key is nested."""
        if self.has(feature):
            for outer in key.split(".")[:-1]:
                row = row.setdefault(outer, {})
            row[key.split(".")[-1]] = self.one(values)


class Maker:
    """Writes one instance, table after table."""

    def __init__(self, seed: int, size: str) -> None:
        self.draw = d = Draw(seed, size)
        counties, industries, measures = SIZES[size]
        self.county_ids = [f"c{i}" for i in range(d.count(*counties))]
        self.industry_ids = [f"s{i}" for i in range(d.count(*industries))]
        self.measure_ids = [f"m{i}" for i in range(d.count(*measures))]
        self.raw: Raw = {"alloc": 1, "name": f"random-{size}-{seed}", "year": 2018 + seed % 5}
        self.head()
        self.industries()
        self.counties_and_baseline()
        self.links()
        self.funds()
        self.resources()
        self.measures()
        self.ties()
        self.synergies_and_scenarios()
        self.goal()
        self.rules()
        if d.has("impossible"):
            self.make_impossible()
        self.draw = Draw(seed, f"{size} later")
        self.later()
        self.ask_of_somebody()

    def head(self) -> None:
        """Write what is for people, the sources and the solver."""
        d = self.draw
        d.maybe(self.raw, "words", "title", ["An instance made at random"])
        d.maybe(self.raw, "words", "description", ["随机算例"])
        d.maybe(self.raw, "money", "money", [{"currency": "CNY", "unit": 1, "label": "元"}])
        d.maybe(self.raw, "sources", "sources", [{"dice": "numbers drawn at random"}])
        solver = {"gap": 1e-7}
        d.maybe(solver, "solver", "time_limit", [300])
        d.maybe(solver, "solver", "threads", [1])
        d.maybe(solver, "solver", "method", ["auto"])
        self.raw["solver"] = solver

    def words(self, row: Raw) -> Raw:
        """Add names, notes and a source to a row now and then."""
        d = self.draw
        d.maybe(row, "words", "name", ["A name"])
        d.maybe(row, "words", "name_zh", ["名称"])
        d.maybe(row, "words", "note", ["a note, with a comma"])
        d.maybe(row, "sources", "source", ["assumption", *self.raw.get("sources", {})])
        return row

    def write(self, key: str, rows: dict[str, Raw]) -> None:
        """Write a table with ids as a mapping or as a list."""
        as_list = self.draw.has("as list")
        self.raw[key] = [{"id": i, **row} for i, row in rows.items()] if as_list else rows

    def industries(self) -> None:
        """Write the industries and the chains they are stages of."""
        d = self.draw
        rows: dict[str, Raw] = {}
        with_chains = not d.has("no chains")
        for s in self.industry_ids:
            rows[s] = row = {"productivity": d.one([0, 1, 2.5, 4, 6, 9])}
            if with_chains:
                d.maybe(row, "chain", "chain", ["h", "h", "i"])
            d.maybe(row, "uplift", "uplift", [0.5, 1, 3])
            d.maybe(row, "hazard", "hazard", [0.1, 0.25, 0.5, 1])
            d.maybe(row, "viable", "viable_jobs", [20, 35, 60])
            if d.has("cluster"):
                row |= {"cluster_jobs": d.one([30, 50, 80]), "cluster_bonus": d.one([10, 40])}
            for category in ("infrastructure", "training", "enterprise"):
                d.maybe(row, "needs", f"needs.{category}", [0, 0, 0.5, 2])
            self.words(row)
        self.industry_rows = rows
        self.write("industries", rows)
        self.chain_ids = sorted({row["chain"] for row in rows.values() if "chain" in row})
        if self.chain_ids:
            chains: dict[str, Raw] = {h: {} for h in self.chain_ids}
            for row in chains.values():
                d.maybe(row, "closure bonus", "closure_bonus", [10, 50])
                self.words(row)
            self.write("chains", chains)

    def counties_and_baseline(self) -> None:
        """Write the counties and what stands there; jobs respect all of their own bottlenecks."""
        d = self.draw
        rows: dict[str, Raw] = {}
        self.pairs: list[tuple[str, str]] = []
        baseline: list[Raw] = []
        for number, c in enumerate(self.county_ids):
            rows[c] = row = {"population": d.count(2000, 30000, 1000)}
            d.maybe(row, "region", "region", ["east", "west", "west", "west"])
            d.maybe(row, "words", "code", [f"65320{number}"])
            d.maybe(row, "weight", "weight", [0, 0.5, 1.5, 2])
            for category in CATEGORIES:
                d.maybe(row, "delivery", f"delivery.{category}", [0.6, 0.8, 0.9])
            pairs = [] if d.has("no baseline") else [(c, s) for s in self.industry_ids if d.has("pair")]
            if pairs or d.has("free seekers"):
                row["jobseekers"] = d.count(20, 300)
            baseline += [self.stands(pair) for pair in pairs]
            self.pairs += pairs
            self.words(row)
        self.county_rows = rows
        self.region_ids = sorted({row["region"] for row in rows.values() if "region" in row})
        self.write("counties", rows)
        if baseline:
            self.raw["baseline"] = baseline

    def stands(self, pair: tuple[str, str]) -> Raw:
        """Return one row of the baseline."""
        d, industry = self.draw, self.industry_rows[pair[1]]
        needs = {"infrastructure": 1, "training": 1, "enterprise": 1} | industry.get("needs", {})
        row: Raw = {"county": pair[0], "industry": pair[1]}
        empty = d.has("empty pair")
        jobs = 0 if empty else d.count(5, 60, 5)
        for category, need in needs.items():
            if not empty or d.one([True, False]):
                row[category] = jobs * need + d.one([0, 0, 10, 25, 60, 200])
        row["jobs"] = jobs
        for category in ("insurance", "technology"):
            if d.one([True, False]):
                row[category] = d.one([0, 5, 20, 80])
        d.maybe(row, "max jobs", "max_jobs", [jobs + more for more in (0, 30, 90, 250)])
        d.maybe(row, "sources", "source", ["assumption"])
        d.maybe(row, "market", "market", [jobs * industry["productivity"] + more for more in (0, 40, 150)])
        return row

    def links(self) -> None:
        """Write links between industries, each pair once."""
        d, links = self.draw, []
        ends = [(a, b) for a in self.industry_ids for b in self.industry_ids if a != b]
        for a, b in ends:
            if (a < b or d.one([False, False, False, True])) and d.has("link"):
                link: Raw = {"from": a, "to": b}
                d.maybe(link, "sells", "sells", [0.5, 0.8, 0.9])
                d.maybe(link, "buys", "buys", [0.2, 0.6, 1.5])
                d.maybe(link, "link weight", "weight", [0.5, 1.4])
                if d.has("region scope"):
                    link["scope"] = "region"
                    d.maybe(link, "friction", "friction", [0.1, 0.25, 1])
                elif d.one([True, False]):
                    link["scope"] = "county"
                d.maybe(link, "sources", "source", ["assumption"])
                links.append(link)
        if links:
            self.raw["links"] = links

    def funds(self) -> None:
        """Write the funds: aid always, others as drawn."""
        d = self.draw
        first = "aid" if d.has("kind as name") else "tianjin"
        kinds = {first: "aid"}
        if d.has("second aid"):
            kinds["beijing"] = "aid"
        if d.has("national fund"):
            kinds["national" if d.has("kind as name") else "treasury"] = "national"
        if d.has("third party"):
            kinds["others"] = d.one(KINDS[1:])
        rows: dict[str, Raw] = {}
        for f, kind in kinds.items():
            row: Raw = {"kind": kind}
            rows[f] = row
            most = d.one([40, 90, 200, 400])
            if d.has("by county"):
                row["by_county"] = {c: d.one([20, 60, 120]) for c in d.some(self.county_ids)}
                most = sum(row["by_county"].values())
            if "by_county" not in row or d.one([True, False]):
                row["amount"] = most
            d.maybe(row, "fund counties", "counties", [d.some(self.county_ids)])
            d.maybe(row, "fund categories", "categories", [d.some(CATEGORIES, 3)])
            if f == first:
                d.maybe(row, "min use", "min_use", [5, 10])
            d.maybe(row, "words", "donor", ["Tianjin"])
            self.words(row)
        self.fund_ids, self.kinds = list(rows), sorted(set(kinds.values()))
        self.fund_rows = rows
        self.write("funds", rows)

    def resources(self) -> None:
        """Write what is scarce besides money."""
        d = self.draw
        rows: dict[str, Raw] = {}
        for r in ("water", "land"):
            if d.has("resource"):
                rows[r] = {"amount": d.one([30, 100, 250])}
                if d.has("by county"):
                    rows[r]["by_county"] = {c: d.one([20, 60]) for c in self.county_ids}
                d.maybe(rows[r], "words", "unit", ["mu"])
                self.words(rows[r])
        self.resource_ids = list(rows)
        if rows:
            self.write("resources", rows)

    def measures(self) -> None:
        """Write the measures; half of them meet in one place so that together they lift a bottleneck."""
        d = self.draw
        focus = d.one(self.pairs or [(self.county_ids[0], self.industry_ids[0])])
        rows: dict[str, Raw] = {}
        for number, m in enumerate(self.measure_ids):
            together = d.one([True, False])
            c = focus[0] if together else d.one(self.county_ids)
            row: Raw = {"county": c, "category": CATEGORIES[number % 5] if together else d.one(CATEGORIES)}
            if d.has("industry"):
                row["industry"] = focus[1] if together else d.one(self.industry_ids)
            row["max_units"] = d.one([20, 40, 100, 160])
            if not d.has("free"):
                row["unit_cost"] = d.one([0.1, 0.3, 0.5, 1.2])
                d.maybe(row, "fixed", "fixed_cost", [3, 8, 15])
            if not d.has("no effect"):
                row["effect"] = d.one([0.5, 1, 1, 2])
            rows[m] = row
            self.details(row)
            self.money_of(row)
        self.measure_rows = rows
        self.write("measures", rows)

    def details(self, row: Raw) -> None:
        """Write how a measure works, money apart."""
        d, most = self.draw, row["max_units"]
        d.maybe(row, "smallest", "min_units", [5, 10, 20])
        d.maybe(row, "integer", "integer", [True])
        d.maybe(row, "deadweight", "deadweight", [0.1, 0.3, 1])
        curves = [
            [[most / 2, 1], [most, 0.6]],
            [[most / 4, 0.2], [most * 3 / 4, 1.2], [most, 0.5]],
            [[most / 2, 0], [most + 10, 1.5]],
            [[most, 0.9]],
        ]
        d.maybe(row, "returns", "returns", curves)
        d.maybe(row, "direct jobs", "jobs", [0.1, 0.4, 2])
        d.maybe(row, "direct linkage", "linkage", [0.5, 2])
        if "industry" in row:
            d.maybe(row, "outlet", "outlet", [2, 6])
        for r in self.resource_ids:
            d.maybe(row, "uses", f"uses.{r}", [0.5, 1])
        d.maybe(row, "tags", "tags", [d.some(["livelihood", "green"])])
        d.maybe(row, "words", "unit", ["m²"])
        if d.has("not eligible"):
            row |= {"eligible": False, "reason": "not appraised"}
        elif d.has("committed"):
            row["committed"] = True
        elif d.has("words"):
            row |= {"eligible": True, "committed": False}
        self.words(row)

    def money_of(self, row: Raw) -> None:
        """Write who may pay for a measure, and how aid stands to national money in it."""
        d = self.draw
        largest = row.get("fixed_cost", 0) + row.get("unit_cost", 0) * row["max_units"]
        form = d.one(["", "any", "none", "supplement", "supplement", "exclusive"])
        if form:
            row["national"] = form
        if form == "supplement" or d.has("ceiling"):
            row["national_ceiling"] = d.one([0, 5, 10, 15, 30])
        if form != "none" and "national" in self.kinds and d.has("planned"):
            highest = int(min(largest, row.get("national_ceiling", largest)))
            row["national_planned"] = min(d.one([0, 3, 5, 10]), highest)
        d.maybe(row, "funds", "funds", [d.some(self.fund_ids)])
        kind = d.one(self.kinds)
        d.maybe(row, "min share", f"min_share.{kind}", [0.1, 0.2, 0.5])
        d.maybe(row, "max share", f"max_share.{kind}", [0.5, 0.8])
        if kind != "aid":
            d.maybe(row, "max share", "max_share.aid", [0.5, 0.8])

    def ties(self) -> None:
        """Tie measures to one another; `requires` looks back only, so it has no cycles."""
        d = self.draw
        for number, (m, row) in enumerate(self.measure_rows.items()):
            row = next((r for r in self.listed("measures") if r.get("id") == m), row)
            before, others = self.measure_ids[:number], [o for o in self.measure_ids if o != m]
            if before:
                d.maybe(row, "requires", "requires", [d.some(before)[:2]])
            free = [o for o in others if o not in row.get("requires", [])]
            if free:
                d.maybe(row, "excludes", "excludes", [d.some(free)[:2]])
            for other in d.some(others)[:2]:
                d.maybe(row, "limited", f"limited_by.{other}", [0.5, 1, 2])

    def listed(self, key: str) -> list[Raw]:
        """Return the rows of a table with ids, however it is written."""
        rows = self.raw[key]
        return list(rows.values()) if isinstance(rows, dict) else rows

    def synergies_and_scenarios(self) -> None:
        """Write what measures bring together, and the states of the world."""
        d = self.draw
        synergies: list[Raw] = []
        while d.has("synergy") and len(synergies) < 3:
            together = self.draw.random.sample(self.measure_ids, d.one([2, 2, 3]))
            gains = {"employment": d.one([-8, 0, 4, 12]), "linkage": d.one([-20, 0, 15])}
            synergies.append({"measures": together} | {k: v for k, v in gains.items() if v})
            d.maybe(synergies[-1], "sources", "source", ["assumption"])
        if synergies:
            self.raw["synergies"] = synergies
        if d.has("scenarios"):
            chances: list[list[float]] = [[0.75, 0.25], [0.5, 0.3, 0.2], [1]]
            worlds: dict[str, Raw] = {}
            for name, chance in zip(["normal", "drought", "glut"], d.one(chances), strict=False):
                worlds[name] = row = self.words({"probability": chance})
                for s in self.industry_ids:
                    d.maybe(row, "hazard", f"hazard.{s}", [0, 0.3, 0.6])
                    d.maybe(row, "hazard", f"productivity.{s}", [0, 0.7, 1.1])
            self.write("scenarios", worlds)

    def goal(self) -> None:
        """Write the objective: none, a weighted sum or an order."""
        d = self.draw
        if d.has("lexicographic"):
            order = d.one([["employment", "linkage"], ["linkage", "employment"]])
            self.raw["objective"] = {"order": order, "tolerance": d.one([0, 0.01, 0.05, 0.2])}
        elif not d.has("default goal"):
            linkages: list[Raw] = [{}, {"linkage": 0.02}, {"linkage": 0.1}, {"linkage": 0.5}, {"linkage": 2}]
            self.raw["objective"] = d.one([{"linkage": 1}, *({"employment": 1} | more for more in linkages)])

    def rules(self) -> None:
        """Write rules of every type."""
        d = self.draw
        makers = (self.share, self.amount, self.number, self.complement, self.parity, self.gini)
        rules: list[Raw] = []
        while d.has("rule") and len(rules) < 5:
            kind, make = d.one([(f.__name__, f) for f in makers])
            rule: Raw = {"name": f"rule {len(rules)}: {kind}", "type": kind if kind != "number" else "count"}
            make(rule)
            if "order" not in self.raw.get("objective", {}):
                prices: dict[str, list[float]] = {"gini": [2, 50], "parity": [0.5, 20]}
                d.maybe(rule, "penalty", "penalty", prices.get(kind, [0.05, 0.5, 2]))
            d.maybe(rule, "words", "note", ["a note"])
            d.maybe(rule, "sources", "source", ["assumption", *self.raw.get("sources", {})])
            rules.append(rule)
        if rules or d.has("words"):
            self.raw["rules"] = rules

    def repeat(self, rule: Raw, each: bool = True) -> None:
        """Repeat a rule over groups now and then."""
        groups = ["county", "category", "industry", "region", *(["chain"] if self.chain_ids else [])]
        if each:
            self.draw.maybe(rule, "each", "each", groups)
        self.draw.maybe(rule, "within", "within", groups)

    def selection(self) -> Raw:
        """Return a selection of measures by one or two keys."""
        d = self.draw
        values: dict[str, list[str]] = {
            "county": self.county_ids, "category": list(CATEGORIES), "industry": self.industry_ids,
            "region": self.region_ids, "chain": self.chain_ids, "tag": ["livelihood", "green"],
            "measure": self.measure_ids,
        }  # fmt: skip
        used = {t for row in self.listed("measures") for t in row.get("tags", [])}
        values["tag"] = sorted(used)
        keys = [k for k in SELECTORS if values[k]]
        chosen = d.random.sample(keys, d.one([1, 1, 1, 2]))
        return {k: d.one([d.one(values[k]), d.some(values[k])]) for k in chosen}

    def money_in(self, rule: Raw) -> None:
        """Say now and then which money a rule counts."""
        if self.draw.one([True, False]):
            rule["fund"] = self.draw.one(["all", *self.kinds, *self.fund_ids])

    def bound(self, rule: Raw, low: list[float], high: list[float]) -> None:
        """Write the least, the most or both."""
        sides = self.draw.one([("max",), ("max",), ("max",), ("min",), ("min", "max")])
        rule |= {side: self.draw.one(low if side == "min" else high) for side in sides}

    def share(self, rule: Raw) -> None:
        """Write a rule on the share of one selection in another."""
        self.draw.maybe(rule, "each", "of", [self.selection()])
        self.draw.maybe(rule, "each", "in", [self.selection()])
        self.repeat(rule)
        self.money_in(rule)
        self.bound(rule, [0.05, 0.2], [0.4, 0.6, 0.9])

    def amount(self, rule: Raw) -> None:
        """Write a rule on an amount, perhaps per head."""
        d = self.draw
        if d.one([True, False]):
            rule["of"] = self.selection()
        self.repeat(rule)
        self.money_in(rule)
        self.bound(rule, [3, 10], [15, 40, 100])
        if d.one([True, False, False]):
            rule |= {"per": "capita", "each": "county"}
            rule |= {side: rule[side] / 10000 for side in ("min", "max") if side in rule}

    def number(self, rule: Raw) -> None:
        """Write a rule on how many measures go ahead."""
        if self.draw.one([True, False]):
            rule["of"] = self.selection()
        self.repeat(rule)
        self.bound(rule, [1, 2], [2, 3, 5])

    def complement(self, rule: Raw) -> None:
        """Write a rule that aid follows national money."""
        for side in ("aid", "national"):
            if self.draw.one([True, True, False]):
                rule[side] = self.selection()
        self.repeat(rule)
        rule["ratio"] = self.draw.one([0.1, 0.2, 1])

    def parity(self, rule: Raw) -> None:
        """Write a rule on the largest spending per head against the smallest."""
        self.draw.maybe(rule, "each", "of", [{"category": self.draw.some(CATEGORIES, 3)}])
        self.money_in(rule)
        rule["max"] = self.draw.one([2, 4, 10])
        self.draw.maybe(rule, "empty pair", "each", ["category"])

    def gini(self, rule: Raw) -> None:
        """Write a rule on the Gini index of spending per head."""
        self.parity(rule)
        rule["max"] = self.draw.one([0.1, 0.25, 0.5])

    def later(self) -> None:
        """Write lots, shared markets, supplies, strict supplements, purses that run out, shares by fund, firm rows."""
        d = self.draw
        if d.has("lot"):
            self.raw["money"] = {**self.raw.get("money", {}), "lot": d.one([1, 2, 5])}
        d.maybe(self.raw, "nation", "nation", ["joint", "first", "both"])
        markets = [self.shared_market(s) for s in self.industry_ids if d.has("shared market")]
        if markets:
            self.raw["markets"] = markets
        for row in self.listed("funds"):
            if row["kind"] == "national" and d.has("small purse"):
                row.pop("by_county", None)
                row["amount"] = d.one([0, 5, 12])
            d.maybe(row, "firm", "firm", [True, False])
        for row in self.listed("measures"):
            if row.get("national") == "supplement":
                d.maybe(row, "strict", "national", ["supplement-strict"])
            for r in self.resource_ids:
                d.maybe(row, "supplies", f"supplies.{r}", [0.5, 2])
            fund = d.one(self.fund_ids)
            if fund not in row.get("min_share", {}) | row.get("max_share", {}):
                d.maybe(row, "fund share", f"max_share.{fund}", [0.3, 0.6])
            d.maybe(row, "firm", "firm", [True])
        for rule in self.raw.get("rules", []):
            d.maybe(rule, "firm", "firm", [True])

    def returns(self) -> None:
        """Write who earns by more output, and rules on what either side earns at least."""
        d, rows = self.draw, []
        for c in self.county_ids:
            if d.has("county shares"):
                rows.append(self.share_gains({"county": c}))
        for c, s in self.pairs:
            if d.has("industry shares"):
                rows.append(self.share_gains({"county": c, "industry": s}))
        self.raw["sharing"] = rows
        rules: list[Raw] = []
        while d.has("benefit") and len(rules) < 3:
            rules.append(self.benefit(f"return {len(rules)}"))
        self.raw["rules"] = [*self.raw.get("rules", []), *rules]

    def share_gains(self, row: Raw) -> Raw:
        """Return a row of what gains bring, and the donor side's part of it."""
        d = self.draw
        row["profit"] = d.one([0, 0.1, 0.3])
        d.maybe(row, "tax", "tax", [0.05, 0.1])
        d.maybe(row, "donor", "donor_profit", [0.2, 0.5, 1])
        d.maybe(row, "donor", "donor_tax", [0.1, 0.5])
        return row

    def benefit(self, name: str) -> Raw:
        """Return a rule on returns; one that picks no place asks for nothing."""
        d, data = self.draw, Data(self.raw)
        rule: Raw = {"name": name, "type": "benefit", "side": d.one(["donor", "host", "host"])}
        rule["min"] = d.one([0, 0.2, 1, 4, 12])
        known = {"county": self.county_ids, "industry": self.industry_ids, "region": self.region_ids}
        if d.has("place"):
            key = d.one([key for key in known if known[key]])
            rule["of"] = {key: d.some(known[key])}
        d.maybe(rule, "each", "each", ["county", "industry", "region"])
        d.maybe(rule, "within", "within", ["county", "industry"])
        if "order" not in self.raw.get("objective", {}):
            d.maybe(rule, "place", "penalty", [0.05, 0.5, 2])
        if not any(pair for pair in data.rows if data.shares(*pair) and self.is_meant(rule, pair, data)):
            rule["min"] = 0
        return rule

    @staticmethod
    def is_meant(rule: Raw, pair: tuple[str, str], data: Data) -> bool:
        """Tell whether a rule on returns counts an industry in a county."""
        words = {"county": pair[0], "industry": pair[1], "region": data.region(pair[0])}
        return all(words[key] in some for key, some in rule.get("of", {}).items())

    def shared_market(self, s: str) -> Raw:
        """Return a market with room for what its counties sell today and some more."""
        d, regions = self.draw, {c: row.get("region", c) for c, row in self.county_rows.items()}
        row: Raw = {"industry": s}
        d.maybe(row, "market region", "region", sorted(set(regions.values())))
        places = [x for x in self.raw.get("baseline", []) if x["industry"] == s]
        jobs = sum(x["jobs"] for x in places if row.get("region", regions[x["county"]]) == regions[x["county"]])
        return row | {"amount": jobs * self.industry_rows[s]["productivity"] + d.one([0, 60, 200])}

    def ask_of_somebody(self) -> None:
        """Let no rule ask for what nobody can give: one that selects no measure asks for nothing."""
        data = Data(self.raw)
        for rule in self.raw.get("rules", []):
            side = "aid" if rule["type"] == "complement" else "of"
            if "each" not in rule and "within" not in rule and not data.select(rule.get(side)):
                rule.pop("min", None)
                rule |= {"ratio": 0} if rule["type"] == "complement" else {}

    def make_impossible(self) -> None:
        """Ask for more than can be had, without any fault in the input."""
        d, measures = self.draw, self.listed("measures")
        first, second = measures[0], measures[1]
        way = d.one(["amount", "exclusion", "use", "promise"])
        if way == "amount":
            rules = self.raw.setdefault("rules", [])
            rules.append({"name": "more than there is", "type": "amount", "fund": "all", "min": 50000})
        elif way == "exclusion":
            for row in (first, second):
                row.pop("eligible", None)
                row.pop("reason", None)
                row["committed"] = True
            first["excludes"] = [self.measure_ids[1]]
            second["requires"] = []
        elif way == "use":
            fund = self.listed("funds")[0]
            fund.pop("by_county", None)
            fund |= {"amount": 90000, "min_use": 80000}
        else:
            first.pop("eligible", None)
            first.pop("reason", None)
            first |= {"committed": True, "fixed_cost": 0, "unit_cost": 0, "requires": []}
            first.pop("national_planned", None)
            rule = {"name": "no promise", "type": "count", "of": {"measure": self.measure_ids[0]}, "max": 0}
            self.raw.setdefault("rules", []).append(rule)


def random_instance(seed: int, size: str = "small") -> Raw:
    """Return the valid instance that belongs to a seed and a size: tiny, small or medium."""
    return Maker(seed, size).raw


def random_returns(seed: int, size: str = "small") -> Raw:
    """Return the instance of a seed and a size with both sides' benefit: gains shared out, rules on returns."""
    made = Maker(seed, size)
    made.draw = Draw(seed, f"{size} returns")
    made.returns()
    return made.raw


def tiny_instance(seed: int) -> Raw:
    """Return an instance with at most eight measures, for brute force over the funded sets."""
    return random_instance(seed, "tiny")


def draw_overrides(raw: Raw, dice: random.Random) -> list[dict[str, object]]:
    """Return other figures of every kind for a random question: money, prices, people, scale, weights, rules."""
    fund, measure, county = (dice.choice(sorted(raw[table])) for table in ("funds", "measures", "counties"))
    amount = raw["funds"][fund].get("amount") or 100
    at = f"measures.{measure}"
    found: list[dict[str, object]] = [
        {},
        {f"funds.{fund}.amount": 0.7 * amount},
        {f"funds.{fund}.amount": 1.3 * amount},
        {f"{at}.unit_cost": 1.5},
        {
            f"{at}.max_units": 3.0,
            f"{at}.min_units": 0.0,
            f"{at}.returns": None,
        },
        {f"{at}.eligible": False, f"{at}.committed": False},
        {f"counties.{county}.jobseekers": 17.0},
        {"objective.employment": 0.5, "objective.linkage": 0.3, "objective.order": None},
        {"objective.order": ["linkage", "employment"], "objective.employment": None, "objective.linkage": None},
    ]
    found += [{f"rules.{rule['name']}.penalty": 0.0} for rule in raw.get("rules", ())[:1]]
    return found

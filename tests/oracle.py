"""An independent solution of an instance, written so that it can be read beside the formulation.

The numbers (1) to (27) are those of the formulation. Nothing here is clever: every county pair has its
flow, every big-M comes straight from the data, every curve of returns has its binaries. Risk is left out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations, product
from typing import Any

from pyscipopt import Model, quicksum

Raw = dict[str, Any]
Previous = Mapping[str, Mapping[str, float]]
Group = tuple[str | None, frozenset[str]]
CATEGORIES = ("infrastructure", "training", "insurance", "technology", "enterprise")
JOB_CATEGORIES = ("infrastructure", "training", "enterprise")
KINDS = ("aid", "national", "local", "private", "household")


@dataclass(frozen=True)
class Answer:
    """The optimum of one instance.

    `stages` holds the optimum of each objective in turn: one number for a weighted sum, two for a
    lexicographic order. `objective` is the last of them; penalties of soft rules are taken off.
    """

    status: str
    objective: float | None = None
    funded: frozenset[str] = frozenset()
    units: dict[str, float] = field(default_factory=dict)
    spend: dict[tuple[str, str], float] = field(default_factory=dict)
    jobs: dict[tuple[str, str], float] = field(default_factory=dict)
    employment: float | None = None
    linkage: float | None = None
    penalty: float | None = None
    stages: tuple[float, ...] = ()


def table(raw: Raw, key: str) -> dict[str, Raw]:
    """Return a table with ids as a mapping, whichever way it is written."""
    rows = raw.get(key) or {}
    return dict(rows) if isinstance(rows, Mapping) else {row["id"]: row for row in rows}


def part(row: Raw, key: str, inner: str, default: float) -> float:
    """Return a nested number such as delivery.training."""
    return float((row.get(key) or {}).get(inner, default))


class Data:
    """The tables of an instance and what follows from them directly."""

    def __init__(self, raw: Raw) -> None:
        if raw.get("risk"):
            raise NotImplementedError("the oracle leaves risk out")
        self.counties, self.industries = table(raw, "counties"), table(raw, "industries")
        self.measures, self.funds = table(raw, "measures"), table(raw, "funds")
        self.chains, self.resources = table(raw, "chains"), table(raw, "resources")
        self.rows = {(row["county"], row["industry"]): row for row in raw.get("baseline") or []}
        self.links, self.synergies = raw.get("links") or [], raw.get("synergies") or []
        self.rules = raw.get("rules") or []
        self.markets = raw.get("markets") or []
        self.sharing = raw.get("sharing") or []
        self.lot = (raw.get("money") or {}).get("lot")
        self.scenarios = table(raw, "scenarios") or {"expected": {"probability": 1}}
        self.objective = raw.get("objective") or {"employment": 1}

    def region(self, county: str) -> str:
        """Return the region of a county; without one the county is a region of its own."""
        return self.counties[county].get("region") or f"only {county}"

    def seekers(self, county: str) -> float | None:
        """Return the job seekers of a county, None where there is no limit."""
        given = self.counties[county].get("jobseekers")
        has_rows = any(c == county for c, _ in self.rows)
        return 0 if given is None and has_rows else given

    def shares(self, county: str, industry: str) -> dict[str, float] | None:
        """Return what part of more output each side has, by the row of the industry or else that of the county."""
        rows = {(r["county"], r.get("industry", "")): r for r in self.sharing}
        row = rows.get((county, industry)) or rows.get((county, ""))
        if row is None:
            return None
        cash = [(row.get(key, 0), row.get(f"donor_{key}", 0)) for key in ("profit", "tax")]
        return {"donor": sum(a * b for a, b in cash), "host": sum(a * (1 - b) for a, b in cash)}

    def jobs_now(self, pair: tuple[str, str]) -> float:
        """Return the jobs that stand in an industry of a county today."""
        return float(self.rows[pair].get("jobs", 0))

    def most_jobs(self, pair: tuple[str, str]) -> float:
        """Return the upper bound of (17)."""
        bound = self.jobs_now(pair) + (self.seekers(pair[0]) or 0)
        return min(bound, float(self.rows[pair].get("max_jobs", bound)))

    def largest_cost(self, m: str) -> float:
        """Return the right side of (1) at its greatest."""
        row = self.measures[m]
        return float(row.get("fixed_cost", 0) + row.get("unit_cost", 0) * row["max_units"])

    def largest_bill(self, m: str) -> float:
        """Return the most that can be spent on a measure: its largest cost, in whole lots where there are such."""
        cost = self.largest_cost(m)
        return cost if self.lot is None else math.ceil(round(cost / self.lot, 9)) * self.lot

    def lots(self, amount: float) -> float:
        """Return what whole lots can make of an amount."""
        return amount if self.lot is None else math.floor(round(amount / self.lot, 9)) * self.lot

    def effective(self, m: str) -> float:
        """Return the part of a measure's gain that takes effect."""
        row = self.measures[m]
        delivery = part(self.counties[row["county"]], "delivery", row["category"], 1)
        return float(delivery * (1 - row.get("deadweight", 0)))

    def eligible(self, f: str, m: str) -> bool:
        """Say whether a fund may pay for a measure (4)."""
        fund, row = self.funds[f], self.measures[m]
        return (
            ("counties" not in fund or row["county"] in fund["counties"])
            and ("categories" not in fund or row["category"] in fund["categories"])
            and ("by_county" not in fund or row["county"] in fund["by_county"])
            and ("funds" not in row or f in row["funds"])
            and not (row.get("national", "any") == "none" and fund["kind"] == "national")
        )

    def traits(self, m: str) -> dict[str, set[str]]:
        """Return what a rule can select a measure by."""
        row = self.measures[m]
        industry = {row["industry"]} if row.get("industry") else set()
        return {
            "measure": {m},
            "county": {row["county"]},
            "region": {self.region(row["county"])},
            "category": {row["category"]},
            "industry": industry,
            "chain": {self.industries[s]["chain"] for s in industry if self.industries[s].get("chain")},
            "tag": set(row.get("tags") or []),
        }

    def select(self, selection: Raw | None) -> frozenset[str]:
        """Return the measures of a selection: every key must match, a list means any of."""

        def matches(m: str) -> bool:
            traits = self.traits(m)
            wanted = {k: set(v if isinstance(v, list) else [v]) for k, v in (selection or {}).items()}
            return all(traits[key] & values for key, values in wanted.items())

        return frozenset(m for m in self.measures if matches(m))

    def groups(self, key: str | None) -> list[Group]:
        """Return every X that `each` or `within` runs over, with its measures."""
        if key is None:
            return [(None, frozenset(self.measures))]
        names: dict[str, list[str]] = {
            "county": list(self.counties),
            "category": list(CATEGORIES),
            "industry": list(self.industries),
            "chain": list(self.chains),
            "region": sorted({self.region(c) for c in self.counties}),
            "measure": list(self.measures),
        }
        return [(x, frozenset(m for m in self.measures if x in self.traits(m)[key])) for x in names[key]]

    def in_fund(self, f: str, name: str) -> bool:
        """Say whether a rule that names `name` counts the money of fund f."""
        return name == "all" or (self.funds[f]["kind"] == name if name in KINDS else f == name)


class Program:
    """The mixed-integer program of an instance."""

    def __init__(self, raw: Raw, previous: Previous | None, funded: frozenset[str] | None) -> None:
        self.data = Data(raw)
        self.previous = previous or {}
        self.scip = Model()
        self.scip.hideOutput()
        self.scip.setParam("limits/gap", 0.0)
        self.scip.setParam("numerics/feastol", 1e-9)
        self.penalties: list[Any] = []
        self.write_measures(funded)
        self.write_money()
        self.write_national()
        self.write_jobs()
        self.write_steps()
        self.write_flows()
        self.write_gains()
        if any(rule["type"] == "benefit" for rule in self.data.rules):
            self.quo = standing_output(raw)
        for rule in self.data.rules:
            self.write_rule(rule)

    def var(self, upper: float | None = None, kind: str = "C", lower: float = 0) -> Any:
        """Add a variable, nonnegative unless said otherwise."""
        return self.scip.addVar(lb=lower, ub=upper, vtype=kind)

    def row(self, constraint: Any) -> None:
        """Add a constraint unless it is one between plain numbers that holds."""
        if constraint is False:
            constraint = self.var() <= -1
        if constraint is not True:
            self.scip.addCons(constraint)

    def write_measures(self, funded: frozenset[str] | None) -> None:
        """Write what is built and what it brings: (2), (3), (6), (7) and the curves of returns."""
        d = self.data
        self.funded = {m: self.var(1, "B") for m in d.measures}
        self.units = {
            m: self.var(row["max_units"], "I" if row.get("integer") else "C") for m, row in d.measures.items()
        }
        self.gain = {m: self.var() for m in d.measures}
        for m, row in d.measures.items():
            go, units = self.funded[m], self.units[m]
            if funded is not None:
                self.row(go == (1 if m in funded else 0))
            self.row(row.get("min_units", 0) * go <= units)  # (2)
            self.row(units <= row["max_units"] * go)
            if row.get("committed"):
                self.row(go == 1)  # (3)
            if not row.get("eligible", True):
                self.row(go == 0)
            for other in row.get("requires") or []:
                self.row(go <= self.funded[other])  # (6)
            for other in row.get("excludes") or []:
                self.row(go + self.funded[other] <= 1)
            for other, ratio in (row.get("limited_by") or {}).items():
                self.row(units <= ratio * self.units[other])
            self.row(self.gain[m] <= self.returns(units, row.get("returns")))
        for r, scarce in d.resources.items():  # (7)
            used = {m: part(row, "uses", r, 0) * self.units[m] for m, row in d.measures.items()}
            more = {m: part(row, "supplies", r, 0) * self.effective(m) for m, row in d.measures.items()}
            if "amount" in scarce or "by_county" not in scarce:
                self.row(quicksum(used.values()) <= scarce.get("amount", 0) + quicksum(more.values()))
            for c, amount in (scarce.get("by_county") or {}).items():
                here = [m for m in used if d.measures[m]["county"] == c]
                self.row(quicksum(used[m] for m in here) <= amount + quicksum(more[m] for m in here))

    def effective(self, m: str) -> Any:
        """Return e_m: what of a measure's gain takes effect."""
        return self.data.effective(m) * self.gain[m]

    def returns(self, units: Any, curve: list[list[float]] | None) -> Any:
        """Return g(units): the identity, or pieces that are filled in order."""
        if not curve:
            return units
        pieces, start = [], 0.0
        full: Any = None
        for end, _ in curve:
            piece = self.var(end - start)
            if full is not None:  # no piece before the one below is full
                self.row(piece <= (end - start) * full)
            full = self.var(1, "B")
            self.row(piece >= (end - start) * full)
            pieces.append(piece)
            start = end
        self.row(quicksum(pieces) == units)
        return quicksum(slope * piece for (_, slope), piece in zip(curve, pieces, strict=True))

    def write_money(self) -> None:
        """Write costs, funds and cost sharing: (1), (4), (5), (12)."""
        d = self.data
        pairs = [(m, f) for m, f in product(d.measures, d.funds) if d.eligible(f, m)]
        self.spend = {(m, f): self.var() for m, f in pairs}  # (4)
        if d.lot is not None:
            for payment in self.spend.values():
                self.row(payment == d.lot * self.var(kind="I"))
        self.cost = {
            m: row.get("fixed_cost", 0) * self.funded[m] + row.get("unit_cost", 0) * self.units[m]
            for m, row in d.measures.items()
        }
        for m, row in d.measures.items():
            spent = self.paid({m}, "all")
            if d.lot is None:
                self.row(spent == self.cost[m])  # (1)
            else:
                self.row(spent >= self.cost[m])
                self.row(spent <= self.cost[m] + d.lot * (1 - 1e-6))
                self.row(spent <= 2 * (d.largest_cost(m) + d.lot) * self.funded[m])
            for kind, share in (row.get("min_share") or {}).items():  # (12)
                self.row(self.paid({m}, kind) >= share * spent)
            for kind, share in (row.get("max_share") or {}).items():
                self.row(self.paid({m}, kind) <= share * spent)
        for f, fund in d.funds.items():  # (5)
            total = quicksum(v for (_, g), v in self.spend.items() if g == f)
            if "amount" in fund:
                self.row(total <= fund["amount"])
            for c, amount in (fund.get("by_county") or {}).items():
                inside = [v for (m, g), v in self.spend.items() if g == f and d.measures[m]["county"] == c]
                self.row(quicksum(inside) <= amount)
            if fund.get("min_use"):
                self.row(total >= fund["min_use"])

    def paid(self, measures: frozenset[str] | set[str], fund: str) -> Any:
        """Return the money of a fund, a kind or all funds that goes to some measures."""
        return quicksum(v for (m, f), v in self.spend.items() if m in measures and self.data.in_fund(f, fund))

    def write_national(self) -> None:
        """Write how aid stands to national money in each measure: (8) to (11)."""
        for m, row in self.data.measures.items():
            aid, national = self.paid({m}, "aid"), self.paid({m}, "national")
            most = self.data.largest_bill(m)
            ceiling = row.get("national_ceiling", most)
            form = row.get("national", "any")
            self.row(national <= ceiling)  # (8)
            if "national_planned" in row:
                self.row(national == row["national_planned"] * self.funded[m])
            if form == "none":
                self.row(national <= 0)  # (9)
            if form in ("supplement", "supplement-strict"):  # (10)
                reached, drained = self.var(1, "B"), self.var(1, "B")
                self.row(aid <= most * (reached + drained))
                self.row(national >= self.data.lots(ceiling) * reached)
                if form == "supplement-strict":
                    self.row(drained <= 0)
                for f, fund in self.data.funds.items():
                    if fund["kind"] == "national" and (m, f) in self.spend:
                        self.row(drained <= self.drained(f, row["county"]))
            if form == "exclusive":  # (11)
                with_aid = self.var(1, "B")
                self.row(aid <= most * with_aid)
                self.row(national <= most * (1 - with_aid))

    def drained(self, f: str, county: str) -> Any:
        """Return a number above 0 only if a fund has spent its whole amount, or all that it has for a county."""
        fund, payments = self.data.funds[f], self.spend.items()
        ways = []
        if "amount" in fund:
            ways.append((fund["amount"], quicksum(v for (_, g), v in payments if g == f)))
        if "by_county" in fund:
            here = [v for (m, g), v in payments if g == f and self.data.measures[m]["county"] == county]
            ways.append((fund["by_county"][county], quicksum(here)))
        done = []
        for amount, spent in ways:
            done.append(self.var(1, "B"))
            self.row(spent >= self.data.lots(amount) * done[-1])
        return quicksum(done)

    def supply(self, m: str) -> Any:
        """Return the effective supply of a measure."""
        return self.data.measures[m].get("effect", 0) * self.effective(m)

    def of(self, county: str, industry: str | None, category: str | None = None) -> list[str]:
        """Return the measures of a county and an industry (None: county-wide), perhaps of one category."""
        rows = self.data.measures.items()
        found = [m for m, r in rows if r["county"] == county and r.get("industry") == industry]
        return [m for m in found if category in (None, self.data.measures[m]["category"])]

    def write_jobs(self) -> None:
        """Write the bottlenecks and the people: (14) to (17)."""
        d = self.data
        self.jobs = {p: self.var(d.most_jobs(p), lower=d.jobs_now(p)) for p in d.rows}  # (17)
        self.insured, self.upgraded = ({p: self.var() for p in d.rows} for _ in range(2))
        share = {(c, s, k): self.var() for (c, s), k in product(d.rows, CATEGORIES)}
        for c, k in product(d.counties, CATEGORIES):
            given = quicksum(v for (e, _, j), v in share.items() if (e, j) == (c, k))
            self.row(given <= quicksum(self.supply(m) for m in self.of(c, None, k)))  # (14)
        for (c, s), row in d.rows.items():
            industry, jobs, upgraded = d.industries[s], self.jobs[c, s], self.upgraded[c, s]
            capacity = {
                k: row.get(k, 0) + quicksum(self.supply(m) for m in self.of(c, s, k)) + share[c, s, k]
                for k in CATEGORIES
            }
            for k in JOB_CATEGORIES:
                self.row(part(industry, "needs", k, 1) * jobs <= capacity[k])  # (15)
            if row.get("market") is not None:
                self.row(self.sold((c, s)) <= row["market"] + self.direct("outlet", self.of(c, s)))
            for part_of_jobs, k in ((self.insured[c, s], "insurance"), (upgraded, "technology")):
                self.row(part_of_jobs <= jobs)  # (16)
                self.row(part_of_jobs <= capacity[k])
        for market in d.markets:
            s, regions = market["industry"], {c: row.get("region") or c for c, row in d.counties.items()}
            places = [(c, x) for c, x in d.rows if x == s and market.get("region", "") in ("", regions[c])]
            more = quicksum(self.direct("outlet", self.of(c, s)) for c, _ in places)
            self.row(quicksum(self.sold(p) for p in places) <= market["amount"] + more)
        for c in d.counties:
            seekers = d.seekers(c)
            if seekers is not None:  # (17)
                new = quicksum(self.jobs[p] - d.jobs_now(p) for p in d.rows if p[0] == c)
                direct = [m for m in d.measures if d.measures[m]["county"] == c]
                self.row(new + self.direct("jobs", direct) <= seekers)

    def direct(self, key: str, measures: list[str]) -> Any:
        """Return what some measures bring directly: jobs, linkage or outlets."""
        return quicksum(self.data.measures[m].get(key, 0) * self.effective(m) for m in measures)

    def sold(self, pair: tuple[str, str]) -> Any:
        """Return what an industry of a county has to sell."""
        row = self.data.industries[pair[1]]
        return row.get("productivity", 0) * self.jobs[pair] + row.get("uplift", 0) * self.upgraded[pair]

    def write_steps(self) -> None:
        """Write viable size, clusters, chains and synergies: (18), (23), (27)."""
        d = self.data
        self.established: dict[tuple[str, str], Any] = {}
        self.clustered: dict[tuple[str, str], Any] = {}
        for (c, s), jobs in self.jobs.items():
            viable, now, most = d.industries[s].get("viable_jobs", 0), d.jobs_now((c, s)), d.most_jobs((c, s))
            self.established[c, s] = there = self.var(1, "B")
            if now >= viable:
                self.row(there == 1)  # (18)
            else:
                self.row(jobs >= viable * there)
                self.row(jobs <= now + (most - now) * there)
            if d.industries[s].get("cluster_jobs"):
                self.clustered[c, s] = cluster = self.var(1, "B")
                self.row(jobs >= d.industries[s]["cluster_jobs"] * cluster)
        self.closed = {}
        for c, h in product(d.counties, d.chains):  # (23)
            stages = [(c, s) for s, row in d.industries.items() if row.get("chain") == h]
            if stages and all(p in d.rows for p in stages):
                self.closed[c, h] = self.var(1, "B")
                for p in stages:
                    self.row(self.closed[c, h] <= self.established[p])
                    self.row(self.closed[c, h] <= self.jobs[p])
        self.synergy = [self.var(1, "B") for _ in d.synergies]
        for y, row in zip(self.synergy, d.synergies, strict=True):  # (27)
            parts = [self.funded[m] for m in row["measures"]]
            for go in parts:
                self.row(y <= go)
            self.row(y >= quicksum(parts) - (len(parts) - 1))

    def write_flows(self) -> None:
        """Write what is kept and produced in each scenario and what is bought: (19) to (22)."""
        d = self.data
        self.retained, self.output = {}, {}
        for (p, jobs), (w, world) in product(self.jobs.items(), d.scenarios.items()):
            row = d.industries[p[1]]
            hazard, factor = self.hazard(p[1], w), part(world, "productivity", p[1], 1)
            self.retained[p, w] = kept = jobs - hazard * (jobs - self.insured[p])  # (19)
            extra = row.get("uplift", 0) * self.upgraded[p]
            self.output[p, w] = row.get("productivity", 0) * factor * kept + extra  # (20)
        self.flows = {w: quicksum(self.trade(link, w) for link in d.links) for w in d.scenarios}

    def hazard(self, s: str, w: str) -> float:
        """Return the share of uninsured jobs lost in an industry in a scenario."""
        return part(self.data.scenarios[w], "hazard", s, self.data.industries[s].get("hazard", 0))

    def trade(self, link: Raw, w: str) -> Any:
        """Write the flows of one link in one scenario and return their weighted sum."""
        d = self.data
        sells, buys = link.get("sells", 1), link.get("buys", 1)
        sellers = [p for p in d.rows if p[1] == link["from"]]
        buyers = [p for p in d.rows if p[1] == link["to"]]
        regional = link.get("scope", "county") == "region"
        flow = {
            (a, b): self.var()
            for a, b in product(sellers, buyers)
            if a[0] == b[0] or (regional and d.region(a[0]) == d.region(b[0]))
        }
        for p in sellers:  # (21)
            sold = quicksum(v for (a, _), v in flow.items() if a == p)
            self.row(sold <= sells * self.output[p, w])
            self.row(sold <= sells * self.most_output(p, w) * self.established[p])
        for p in buyers:
            bought = quicksum(v for (_, b), v in flow.items() if b == p)
            self.row(bought <= buys * self.output[p, w])
            self.row(bought <= buys * self.most_output(p, w) * self.established[p])
        away = 1 - link.get("friction", 0)
        return link.get("weight", 1) * quicksum(v * (1 if a[0] == b[0] else away) for (a, b), v in flow.items())  # (22)

    def most_output(self, p: tuple[str, str], w: str) -> float:
        """Return a bound on the output of an industry in a county."""
        row, factor = self.data.industries[p[1]], part(self.data.scenarios[w], "productivity", p[1], 1)
        return float(row.get("productivity", 0) * factor + row.get("uplift", 0)) * self.data.most_jobs(p)

    def write_gains(self) -> None:
        """Write expected employment and linkage: (24) and (25)."""
        d = self.data
        weight = {c: row.get("weight", 1) for c, row in d.counties.items()}
        once = quicksum(weight[row["county"]] * self.direct("jobs", [m]) for m, row in d.measures.items())
        both = list(zip(d.synergies, self.synergy, strict=True))
        once += quicksum(row.get("employment", 0) * y for row, y in both)
        chance = {w: world["probability"] for w, world in d.scenarios.items()}
        gained = []
        for p, w in product(d.rows, d.scenarios):
            now, row = d.jobs_now(p), d.rows[p]
            kept_now = now - self.hazard(p[1], w) * (now - min(row.get("insurance", 0), now))
            gained.append(chance[w] * weight[p[0]] * (self.retained[p, w] - kept_now))
        self.employment = quicksum(gained) + once  # (24)
        self.linkage = (
            quicksum(chance[w] * flows for w, flows in self.flows.items())
            + self.direct("linkage", list(d.measures))
            + quicksum(d.chains[h].get("closure_bonus", 0) * v for (_, h), v in self.closed.items())
            + quicksum(d.industries[s].get("cluster_bonus", 0) * v for (_, s), v in self.clustered.items())
            + quicksum(row.get("linkage", 0) * y for row, y in both)
        )  # (25)

    def write_rule(self, rule: Raw) -> None:
        """Write a rule for the product of the groups of `each` and `within`, (13) among them."""
        d, kind = self.data, rule["type"]
        if kind == "benefit":
            self.write_benefit(rule)
            return
        top, bottom = ("aid", "national") if kind == "complement" else ("of", "in")
        for (x, each), (_, within) in product(d.groups(rule.get("each")), d.groups(rule.get("within"))):
            over = d.select(rule.get(top)) & each & within
            under = d.select(rule.get(bottom)) & within
            if not (under if kind == "complement" else over):
                continue
            for left, right, unit in self.bounds(rule, over, under, x):
                broken = self.var() if "penalty" in rule else 0
                self.row(left <= right + broken)
                self.penalties.append(rule.get("penalty", 0) / unit * broken)

    def write_benefit(self, rule: Raw) -> None:
        """Write that a side earns at least so much a year in every group of places."""
        d, groups = self.data, {}
        for c, s in d.rows:
            words = {"county": c, "industry": s, "region": d.region(c), "chain": d.industries[s].get("chain", "")}
            wanted = {key: [w] if isinstance(w, str) else w for key, w in rule.get("of", {}).items()}
            own = tuple(words[rule[key]] for key in ("each", "within") if rule.get(key))
            if d.shares(c, s) and all(own) and all(words[key] in some for key, some in wanted.items()):
                groups.setdefault(own, []).append((c, s))
        for sites in groups.values():
            earned = quicksum(d.shares(*p)[rule["side"]] * (self.expected_output(p) - self.quo[p]) for p in sites)
            broken = self.var() if "penalty" in rule else 0
            self.row(rule["min"] <= earned + broken)
            self.penalties.append(rule.get("penalty", 0) * broken)

    def expected_output(self, pair: tuple[str, str]) -> Any:
        """Return the output of an industry in a county, expected over scenarios."""
        return quicksum(world["probability"] * self.output[pair, w] for w, world in self.data.scenarios.items())

    def bounds(
        self, rule: Raw, over: frozenset[str], under: frozenset[str], x: str | None
    ) -> Iterator[tuple[Any, Any, float]]:
        """Give each bound of a rule as left ≤ right, with the unit in which its violation is counted."""
        kind, fund = rule["type"], rule.get("fund", "aid")
        low, high = rule.get("min"), rule.get("max")
        if kind in ("share", "amount", "count"):
            value = quicksum(self.funded[m] for m in over) if kind == "count" else self.paid(over, fund)
            base = self.paid(under, fund) if kind == "share" else 1
            if rule.get("per") == "capita":
                base = self.data.counties[str(x)]["population"]
            if low is not None:
                yield low * base, value, 1
            if high is not None:
                yield value, high * base, 1
        elif kind == "complement":  # (13)
            yield rule["ratio"] * self.paid(under, "national"), self.paid(over, "aid"), 1
        elif kind == "change":
            before = sum(self.previous[rule["name"]].get(m, 0) for m in over)
            yield self.paid(over, fund), (1 + rule["max"]) * before, 1
            yield (1 - rule["max"]) * before, self.paid(over, fund), 1
        elif kind == "parity":
            yield self.parity(rule, self.by_county(over, fund), self.reach(over, fund))
        else:
            yield self.gini(rule, self.by_county(over, fund), self.reach(over, fund))

    def reach(self, measures: frozenset[str], fund: str) -> float:
        """Return the most that a rule can count: what its purses hold, or what its measures cost at most."""
        d = self.data
        held = 0.0
        for f, row in d.funds.items():
            if d.in_fund(f, fund):
                tied = sum(row["by_county"].values()) if "by_county" in row else float("inf")
                held += min(row.get("amount", float("inf")), tied)
        return min(held, sum(d.largest_cost(m) for m in measures)) or 1.0

    def by_county(self, measures: frozenset[str], fund: str) -> dict[str, Any]:
        """Return the spending on some measures in each county."""
        rows = self.data.measures
        return {c: self.paid({m for m in measures if rows[m]["county"] == c}, fund) for c in self.data.counties}

    def parity(self, rule: Raw, spent: dict[str, Any], reach: float) -> tuple[Any, Any, float]:
        """Return: largest spending per head ≤ max · the smallest, times the mean population.

        A point is the mean spending per head that the money within reach allows.
        """
        people = {c: row["population"] for c, row in self.data.counties.items()}
        mean = sum(people.values()) / len(people)
        largest, smallest = self.var(), self.var()
        for c, money in spent.items():
            self.row(money * (mean / people[c]) <= largest)
            self.row(money * (mean / people[c]) >= smallest)
        return largest, rule["max"] * smallest, reach / len(people)

    def gini(self, rule: Raw, spent: dict[str, Any], reach: float) -> tuple[Any, Any, float]:
        """Return: sum of |u_c p_d - u_d p_c| ≤ max P sum of u, both sides divided by P.

        A point is one of the index where all the money within reach is spent.
        """
        people = {c: row["population"] for c, row in self.data.counties.items()}
        total = sum(people.values())
        apart = []
        for c, d in combinations(spent, 2):
            apart.append(self.var())
            gap = spent[c] * (people[d] / total) - spent[d] * (people[c] / total)
            self.row(gap <= apart[-1])
            self.row(-gap <= apart[-1])
        return quicksum(apart), rule["max"] * quicksum(spent.values()), reach

    def goals(self) -> list[Any]:
        """Return what is maximised, one goal after the other (26), penalties taken off each."""
        value = {"employment": self.employment, "linkage": self.linkage}
        aim, off = self.data.objective, quicksum(self.penalties)
        if "order" in aim:
            return [value[name] - off for name in aim["order"]]
        return [quicksum(aim.get(name, 0) * value[name] for name in value) - off]

    def maximise(self, goal: Any, floors: list[tuple[Any, float]]) -> Answer:
        """Solve for one goal while earlier goals keep their floors."""
        for earlier, floor in floors:
            self.row(earlier >= floor)
        self.scip.setObjective(goal, "maximize")
        self.scip.optimize()
        status = self.scip.getStatus()
        if status in ("infeasible", "inforunbd"):
            return Answer("infeasible")
        if status != "optimal":
            raise RuntimeError(f"SCIP stopped with status {status}")
        value = self.scip.getVal
        return Answer(
            "optimal",
            self.scip.getObjVal(),
            frozenset(m for m, v in self.funded.items() if value(v) > 0.5),
            {m: value(v) for m, v in self.units.items()},
            {p: value(v) for p, v in self.spend.items()},
            {p: value(v) for p, v in self.jobs.items()},
            value(self.employment),
            value(self.linkage),
            value(quicksum(self.penalties)),
        )


def solve(raw: Raw, previous: Previous | None, plans: list[frozenset[str] | None]) -> Answer:
    """Solve goal after goal and take the best of the given plans (None: the program chooses) in each."""
    aim = raw.get("objective") or {}
    stages: list[float] = []
    floors: list[float] = []
    best: Answer | None = None
    for number in range(len(aim.get("order", [None]))):
        best = None
        for plan in plans:
            program = Program(raw, previous, plan)
            goals = program.goals()
            answer = program.maximise(goals[number], list(zip(goals, floors, strict=False)))
            if answer.objective is not None and (
                best is None or best.objective is None or answer.objective > best.objective
            ):
                best = answer
        if best is None or best.objective is None:
            return Answer("infeasible")
        stages.append(best.objective)
        slack = aim.get("tolerance", 0) * abs(best.objective) + 1e-9 * max(1, abs(best.objective))
        floors.append(best.objective - slack)
    assert best is not None
    return replace(best, stages=tuple(stages))


def optimum(raw: Raw, previous: Previous | None = None) -> Answer:
    """Return the optimum of an instance.

    `previous` gives, for each rule of type `change`, last year's money by measure.
    """
    return solve(raw, previous, [None])


def brute_force(raw: Raw, previous: Previous | None = None) -> Answer:
    """Return the optimum found by trying every set of funded measures, eight measures at most."""
    measures = sorted(table(raw, "measures"))
    if len(measures) > 8:
        raise ValueError("brute force takes 8 measures at most")
    sets = [frozenset(chosen) for n in range(len(measures) + 1) for chosen in combinations(measures, n)]
    return solve(raw, previous, list(sets))


def least_money(raw: Raw, values: tuple[float, ...], previous: Previous | None = None) -> float:
    """Return the least money, of all funds, of a plan that has these values of its goals."""
    program = Program(raw, previous, None)
    for goal, value in zip(program.goals(), values, strict=True):
        program.row(goal >= value - 1e-9 * max(1, abs(value)))
    program.scip.setObjective(quicksum(program.spend.values()), "minimize")
    program.scip.optimize()
    if program.scip.getStatus() != "optimal":
        raise RuntimeError(f"SCIP stopped with status {program.scip.getStatus()}")
    return float(program.scip.getObjVal())


def standing_output(raw: Raw) -> dict[tuple[str, str], float]:
    """Return the output of the status quo: goals in their order, then most linkage, then most output."""
    funds = {f: {k: v for k, v in row.items() if k != "min_use"} for f, row in table(raw, "funds").items()}
    measures = {m: {k: v for k, v in row.items() if k != "committed"} for m, row in table(raw, "measures").items()}
    bare = {**raw, "rules": [], "synergies": [], "funds": funds, "measures": measures}
    floors: list[float] = []
    while True:
        program = Program(bare, None, frozenset())
        made = quicksum(program.expected_output(p) for p in program.data.rows)
        aims = [*program.goals(), program.linkage, made]
        for aim, floor in zip(aims, floors, strict=False):
            program.row(aim >= floor - 1e-8 * max(1, abs(floor)))
        answer = program.maximise(aims[len(floors)], [])
        if len(floors) + 1 == len(aims):
            return {p: program.scip.getVal(program.expected_output(p)) for p in program.data.rows}
        assert answer.objective is not None
        floors.append(answer.objective)

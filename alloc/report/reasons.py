"""Why a measure is not funded, and why money is left: only what the plan itself shows."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

import pandas as pd

from alloc.instance import Instance
from alloc.instance.money import available, ceiling, eligible_funds
from alloc.instance.schema import Count
from alloc.instance.selections import groups
from alloc.model.rules import sides
from alloc.report.names import named, rule_named
from alloc.report.tables import NEAR, near
from alloc.texts import say


def explained(
    instance: Instance, tables: Mapping[str, pd.DataFrame], proven: bool, lang: str
) -> dict[str, pd.DataFrame]:
    """Return the tables with `reason` beside each measure not funded and `why_unspent` beside each fund.

    proven: whether the plan is optimal; of a plan stopped early nothing is said that only the proof could say.
    """
    found = dict(tables)
    measures, funds = tables["measures"].copy(), tables["funds"].copy()
    state = _State(instance, tables, proven)
    measures["reason"] = [
        "" if funded else state.reason(m, lang)
        for m, funded in zip(measures["measure"], measures["funded"], strict=True)
    ]
    funds["why_unspent"] = [
        state.why_unspent(f, c, lang) if left > NEAR * max(1.0, money) else ""
        for f, c, left, money in zip(funds["fund"], funds["county"], funds["unspent"], funds["available"], strict=True)
    ]
    return {**found, "measures": measures, "funds": funds}


OTHERS = ("market", "max_jobs", "people", "viable_jobs")
"""What limits jobs beside the categories."""


class _State:
    """What the plan shows, looked up once."""

    def __init__(self, instance: Instance, tables: Mapping[str, pd.DataFrame], proven: bool):
        self.proven = proven
        self.instance = instance
        self.payers = {m: eligible_funds(instance, m) for m in instance.measures}
        self.payable: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.rivals: dict[str, set[str]] = defaultdict(set)
        for m, row in instance.measures.items():
            for f in self.payers[m] if row.eligible else ():
                self.payable[f, ""].append(m)
                self.payable[f, row.county].append(m)
            for other in row.excludes:
                self.rivals[m].add(other)
                self.rivals[other].add(m)
        measures = tables["measures"].set_index("measure")
        self.funded = measures["funded"].astype(bool).to_dict()
        self.units = measures["units"].to_dict()
        self.national = measures["national"].to_dict()
        self.left = tables["counties"].set_index("county")["jobseekers_left"].to_dict()
        self.limits = tables["industries"].set_index(["county", "industry"])["bottleneck"].to_dict()
        self.money = self._money_left(tables["allocation"])
        binding = tables["rules"][tables["rules"]["binding"] == 1]
        keys = set(zip(binding["rule"], binding["group"], strict=True))
        every = sides(instance)
        self.capped: dict[tuple[str, str], list[str]] = {}
        self.counted: dict[str, str] = {}
        for key in keys & every.keys():
            for spend in every[key].spends if every[key].most is not None else ():
                self.capped.setdefault(spend, []).append(key[0])
        for rule in instance.rules:
            for group in groups(instance, rule) if isinstance(rule, Count) and rule.max is not None else ():
                if (rule.name, group.name) in keys:
                    self.counted |= dict.fromkeys(group.counted, rule.name)

    def _money_left(self, allocation: pd.DataFrame) -> dict[tuple[str, str], float]:
        """Return what each fund has left for each county, its total counted [money]."""
        total = allocation.groupby("fund")["amount"].sum().to_dict()
        local = allocation.groupby(["fund", "county"])["amount"].sum().to_dict()
        return {
            (f, c): min(
                available(self.instance, f) - total.get(f, 0.0),
                available(self.instance, f, c)
                - (local.get((f, c), 0.0) if fund.by_county is not None else total.get(f, 0.0)),
            )
            for f, fund in self.instance.funds.items()
            for c in self.instance.counties
        }

    def reason(self, m: str, lang: str) -> str:
        """Return why a measure is not funded."""
        row = self.instance.measures[m]
        funds = self.payers[m]
        cheapest = row.fixed_cost + row.unit_cost * row.min_units
        required = [other for other in row.requires if not self.funded[other]]
        excluded = [other for other in self.rivals[m] if self.funded[other]]
        left = sum(max(self.money[f, row.county], 0.0) for f in funds)
        limits = self.limits.get((row.county, row.industry), "").split("|")
        if not row.eligible:
            return row.reason or say("reason_not_eligible", lang)
        if not funds and row.fixed_cost + row.unit_cost > 0:
            return say("reason_no_fund", lang)
        if required:
            return say("reason_requires", lang, other=self._measure(required[0], lang))
        if excluded:
            return say("reason_excluded", lang, other=self._measure(sorted(excluded)[0], lang))
        if m in self.counted:
            return say("reason_count", lang, rule=self._rule(self.counted[m], lang))
        if row.industry and (row.county, row.industry) not in self.limits and not row.jobs and not row.linkage:
            industry = named(self.instance.industries[row.industry], row.industry, lang)
            county = named(self.instance.counties[row.county], row.county, lang)
            return say("reason_no_baseline", lang, industry=industry, county=county)
        if row.category in ("infrastructure", "training", "enterprise") and row.industry and row.category not in limits:
            other = " | ".join(say(f"limit_{x}" if x in OTHERS else x, lang) for x in limits if x) or "–"
            return say("reason_not_bottleneck", lang, category=say(row.category, lang), limits=other)
        if left < cheapest - NEAR or (left <= NEAR and row.unit_cost > 0):
            return say("reason_money", lang, left=left, cost=cheapest)
        return say("reason_worth" if self.proven else "reason_unsettled", lang)

    def _measure(self, m: str, lang: str) -> str:
        """Return the name of a measure with its id, which rows are found by."""
        name = named(self.instance.measures[m], m, lang)
        return m if name == m else f"{name} ({m})"

    def _rule(self, name: str, lang: str) -> str:
        return rule_named(self.instance, name, "", lang)

    def why_unspent(self, f: str, c: str, lang: str) -> str:
        """Return why a fund has money left."""
        fund = self.instance.funds[f]
        payable = self.payable[f, c]
        if not payable:
            return say("unspent_no_measure", lang)
        whys = list(self._whys(f, c, payable, lang))
        if fund.amount is not None and c and self.money[f, c] <= NEAR:
            whys.insert(0, say("unspent_total", lang))
        return "; ".join(whys) or say("unspent_no_gain" if self.proven else "unspent_unsettled", lang)

    def _whys(self, f: str, c: str, payable: list[str], lang: str) -> Iterator[str]:
        going = [m for m in payable if self.funded[m]]
        rules = sorted({rule for m in payable for rule in self.capped.get((m, f), ())})
        full = [m for m in going if near(self.units[m], self.instance.measures[m].max_units)]
        if len(full) == len(payable):
            yield say("unspent_all_full", lang)
        if rules:
            yield say("unspent_rules", lang, rules="; ".join(self._rule(rule, lang) for rule in rules))
        if self.instance.funds[f].kind == "national" and going:
            capped = [m for m in going if near(self.national[m], ceiling(self.instance, m))]
            if len(capped) == len(going) and len(full) < len(payable):
                yield say("unspent_ceiling", lang)
        counties = {self.instance.measures[m].county for m in payable}
        if all(self.left.get(county, 1.0) <= NEAR for county in counties):
            yield say("unspent_people", lang)

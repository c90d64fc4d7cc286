"""Every check in one list, and the one loop that makes them."""

from collections.abc import Callable, Mapping
from decimal import localcontext
from typing import Any

import pandas as pd

from alloc.audit import linkage, money, production, recourse, returns, risk, rules, shape, totals, worlds
from alloc.audit.books import Books
from alloc.audit.verdict import EXACT, Audit, Comparisons, Finding, missed
from alloc.instance.schema import Instance

CHECKS: tuple[Callable[[Books], Comparisons], ...] = (
    shape.fills_cells,
    shape.lists_rows,
    shape.repeats_words,
    shape.raises_flags,
    money.covers_cost,
    money.pays_in_lots,
    money.within_scale,
    money.keeps_commitments,
    money.pays_forward,
    money.within_fund,
    money.uses_fund,
    money.requires_others,
    money.excludes_others,
    money.limited_by_others,
    money.within_resource,
    money.within_ceiling,
    money.keeps_planned,
    money.takes_no_national,
    money.supplements_national,
    money.excludes_national,
    money.shares_cost,
    production.follows_returns,
    production.delivers_supply,
    production.brings_direct,
    production.adds_capacity,
    production.within_bottleneck,
    production.within_market,
    production.within_shared_market,
    production.covers_jobs,
    production.within_jobs,
    production.within_people,
    production.reaches_viable,
    production.reaches_cluster,
    production.retains_jobs,
    production.yields_output,
    production.starts_from_baseline,
    recourse.follows_scenario,
    recourse.sells_in_scenario,
    recourse.retains_least,
    linkage.flows_forward,
    linkage.sells_output,
    linkage.buys_input,
    linkage.trades_established,
    linkage.weighs_flow,
    linkage.closes_chain,
    linkage.names_missing,
    rules.keeps_rule,
    rules.lists_rules,
    rules.shows_rule,
    rules.shows_binding,
    returns.shares_gains,
    returns.adds_payers,
    totals.adds_measures,
    totals.adds_counties,
    totals.adds_funds,
    totals.adds_jobs,
    totals.leaves_jobseekers,
    totals.adds_linkage,
    totals.adds_linkage_quo,
    totals.totals_goals,
    totals.totals_quo,
    worlds.fills_without_aid,
    worlds.keeps_without_aid,
    worlds.totals_without_aid,
    worlds.holds_national,
    worlds.attributes_jobs,
    worlds.bridges_jobs,
    worlds.weighs_scenarios,
    risk.shows_risk,
    totals.totals_objective,
    totals.keeps_order,
    totals.proves_gap,
)


def audit(instance: Instance, tables: Mapping[str, pd.DataFrame], figures: Mapping[str, Any]) -> Audit:
    """Read the instance a second time and compare every table and figure of a plan with it.

    tables: those of a run, by name. figures: objective, employment, linkage, bound, gap, status and
    status_quo {employment, linkage}; after an order also stages [{goal, value}]; asked_gap where another gap
    was asked for than the instance's.
    """
    count, findings = 0, []
    with localcontext(EXACT):
        books = Books(instance, tables, figures)
        for check in CHECKS:
            for comparison in check(books):
                count += 1
                if (tolerance := missed(comparison)) is not None:
                    place, left, relation, right = comparison[:4]
                    name = " · ".join(word for word in place if word)
                    findings.append(Finding(check.__name__, name, left, relation, right, tolerance))
    return Audit(count, tuple(findings))

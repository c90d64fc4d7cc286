"""The world without the aid, read as a plan of its own question: what the other funds pay, and what comes of it.

Of this world the tables hold money, scales, jobs, flows and chains, but not which jobs are insured or upgraded: jobs
kept, output and clusters are known within limits only.
"""

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from typing import Any

import pandas as pd

from alloc.audit import linkage, money, production, rules
from alloc.audit.books import Books, counts
from alloc.audit.production import kept_today, retained
from alloc.audit.risk import measure_risk, scenario_values
from alloc.audit.sheets import SHAPES
from alloc.audit.verdict import ZERO, Comparison, Comparisons, exact, total
from alloc.instance.rules import Benefit, Complement, Count, Rule
from alloc.instance.schema import JOB_CATEGORIES, Instance, Measure

SUFFIX = "_without_aid"

PARTS = ("anyway", "through_others", "through_aid")
"""Whose the jobs of a row of the bridge are."""

LIKE_A_PLAN: tuple[Callable[[Books], Comparisons], ...] = (
    money.covers_cost,
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
    money.excludes_national,
    money.shares_cost,
    production.follows_returns,
    production.within_jobs,
    production.within_people,
    production.reaches_viable,
    linkage.flows_forward,
    linkage.trades_established,
    linkage.closes_chain,
    rules.keeps_rule,
)
"""What is checked of this world as of a plan."""


def fills_without_aid(books: Books) -> Comparisons:
    """The columns of the world without the aid are full where it is known, and empty where it is not."""
    for name, shape in SHAPES.items():
        sheet = books.sheets[name]
        for column in shape.optional:
            if column.endswith(SUFFIX):
                wanted = len(sheet.keys) if is_known(books) else 0
                yield Comparison((name, column), Decimal(len(sheet.numbers[column])), "=", Decimal(wanted), ZERO)


def keeps_without_aid(books: Books) -> Comparisons:
    """Without the aid, other funds and what they bring keep every limit that stands in that world."""
    if not is_known(books):
        return
    alone = _alone(books)
    for check in LIKE_A_PLAN:
        for comparison in check(alone):
            yield comparison._replace(place=("without the aid", check.__name__, *comparison.place))
    for check in OF_THAT_WORLD:
        for comparison in check(alone):
            yield comparison._replace(place=("without the aid", *comparison.place))


def totals_without_aid(books: Books) -> Comparisons:
    """Employment and linkage without the aid are what the counties and the synergies of that world add up to."""
    if not is_known(books):
        return
    alone = _alone(books)
    employment = linkage.reach_synergies(alone).employment
    for c, jobs in _adds_jobs(alone).items():
        yield Comparison((c, "jobs_gained_without_aid"), alone.counties.number("jobs_gained", c), "=", jobs)
        employment += books.weight[c] * jobs
    yield Comparison(("without_aid.employment",), _figure(books, "employment") or ZERO, "=", employment)
    yield from _links_without_aid(books, alone)
    yield from _worth(books, alone)


def _links_without_aid(books: Books, alone: Books) -> Comparisons:
    """The linkage of that world is what its counties and the synergies across them add up to."""
    for c, (least, most) in _linkage(alone).items():
        yield Comparison((c, "linkage_without_aid"), alone.counties.number("linkage", c), "≥", least)
        yield Comparison((c, "linkage_without_aid"), alone.counties.number("linkage", c), "≤", most)
    linked = alone.counties.add("linkage", books.instance.counties) + linkage.reach_synergies(alone).across
    yield Comparison(("without_aid.linkage",), _figure(books, "linkage") or ZERO, "=", linked)


def holds_national(books: Books) -> Comparisons:
    """Where the nation decides first, it pays what it pays without the aid."""
    if books.instance.nation != "first" or not is_known(books):
        return
    for m, paid in books.spend.items():
        for f, amount in paid.items():
            if books.instance.funds[f].kind == "national":
                alone = books.allocation.number("amount_without_aid", m, f)
                yield Comparison((m, f), amount, "=", alone, books.grain)


def attributes_jobs(books: Books) -> Comparisons:
    """What is claimed through others' money and through the aid is the difference between two worlds."""
    quo, alone = books.figures.get("status_quo") or {}, books.figures.get("without_aid") or {}
    for key, less, more in (("through_others", quo, alone), ("through_aid", alone, books.figures)):
        claimed = books.figures.get(key)
        for goal in ("employment", "linkage"):
            if claimed is None or less.get(goal) is None or more.get(goal) is None:
                continue
            difference = exact(more[goal]) - exact(less[goal])
            yield Comparison((f"{key}.{goal}",), exact(claimed[goal]), "=", difference)


def bridges_jobs(books: Books) -> Comparisons:
    """The bridge has a row for each county, one for synergies and one for all; each adds up, and so do all rows."""
    for key in books.bridge.keys:
        sums = total(books.bridge.number(part, *key) for part in PARTS)
        if all(key in books.bridge.numbers[part] for part in PARTS):
            yield Comparison(key, books.bridge.number("employment", *key), "=", sums)
    for column in (*PARTS, "employment", "aid"):
        rows = total(cell for (part, _), cell in books.bridge.numbers[column].items() if part != "total")
        yield Comparison(("total", column), books.bridge.number(column, "total", ""), "=", rows)
    yield from _bridges_counties(books)
    for key, each in books.bridge.numbers["aid_per_job"].items():
        aid = each * books.bridge.number("through_aid", *key)
        yield Comparison((*key, "aid_per_job"), aid, "=", books.bridge.number("aid", *key))
    employment = books.figure("employment")
    if employment is not None:
        yield Comparison(("total", "employment"), books.bridge.number("employment", "total", ""), "=", employment)


def _bridges_counties(books: Books) -> Comparisons:
    """Compare the row of each county with what the table of counties says of it."""
    for c, weight in books.weight.items():
        for column, name in (("employment", "jobs_gained"), ("anyway", "jobs_gained_quo")):
            cell = books.bridge.number(column, "county", c)
            yield Comparison((c, column), cell, "=", weight * books.counties.number(name, c))
        yield Comparison((c, "aid"), books.bridge.number("aid", "county", c), "=", books.counties.number("aid", c))


def weighs_scenarios(books: Books) -> Comparisons:
    """Each scenario has its row and its probability; weighed by them they give the figures of every world."""
    for world in books.worlds.values():
        yield Comparison((world.name,), books.scenarios.number("probability", world.name), "=", world.chance)
    figures = {"": books.figures, "_quo": books.figures.get("status_quo"), SUFFIX: books.figures.get("without_aid")}
    for suffix, figure in figures.items():
        for goal in ("employment", "linkage"):
            if figure is None or figure.get(goal) is None:
                continue
            expected = books.expect({w: books.scenarios.number(goal + suffix, w) for w in books.worlds})
            yield Comparison((goal + suffix,), expected, "=", exact(figure[goal]))
        if figure is not None and figure.get("linkage") is not None:
            yield from _linked_by_scenario(books, suffix, exact(figure["linkage"]))
    yield from _employed_by_scenario(books)


def _employed_by_scenario(books: Books) -> Comparisons:
    """Compare the jobs of each scenario under the plan with what hazard leaves, and what does not depend on it."""
    others = linkage.reach_synergies(books).employment
    for c, ms in books.measures_in.items():
        others += books.weight[c] * books.measures.add("direct_jobs", ms)
    for w, world in books.worlds.items():
        gained = others
        for pair in books.baseline:
            gained += books.weight[pair[0]] * (retained(books, world, pair) - kept_today(books, world, pair))
        yield Comparison((w, "employment"), books.scenarios.number("employment", w), "=", gained)


def _linked_by_scenario(books: Books, suffix: str, expected: Decimal) -> Comparisons:
    """Compare the linkage of each scenario with its flows, and what does not depend on it."""
    flows = dict.fromkeys(books.worlds, ZERO)
    for w, trade, flow in books.moved("flow" + suffix):
        flows[w] += trade.worth * flow
    steady = expected - books.expect(flows)
    for w, flow in flows.items():
        yield Comparison((w, "linkage" + suffix), books.scenarios.number("linkage" + suffix, w), "=", steady + flow)


def _figure(books: Books, name: str) -> Decimal | None:
    value = (books.figures.get("without_aid") or {}).get(name)
    return None if value is None else exact(value)


def is_known(books: Books) -> bool:
    """Tell whether there is a world without the aid beside a plan."""
    return _figure(books, "objective") is not None


def _alone(books: Books) -> Books:
    """Return the books of the world without the aid: its columns in place of the plan's."""
    if "alone" not in books.memory:
        books.memory["alone"] = Books(ask_without_aid(books), take_columns(books.tables), books.figures)
    found: Books = books.memory["alone"]
    return found


def take_columns(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return tables with the columns of the world without the aid in place of the plan's."""
    found = {}
    for name, table in tables.items():
        found[name] = table.copy()
        for column in table.columns:
            if column.endswith(SUFFIX):
                found[name][column.removesuffix(SUFFIX)] = table[column]
    return found


def ask_without_aid(books: Books) -> Instance:
    """Return the question of that world, as this reading has it: without what needs or speaks of aid."""
    instance, said = books.instance, books.figures["without_aid"]
    left_out: Collection[str] = said.get("left_out") or ()
    lapsed = instance.measures if "commitments" in left_out else said.get("lapsed") or ()
    funds = {}
    for f, fund in instance.funds.items():
        least = 0.0 if fund.kind == "aid" or "min_use" in left_out else fund.min_use
        funds[f] = fund.model_copy(update={"min_use": least})
    rules_kept = () if "rules" in left_out else tuple(r for r in instance.rules if not _speaks_of_aid(instance, r))
    return instance.model_copy(update={"funds": funds, "measures": _let_lapse(instance, lapsed), "rules": rules_kept})


def _let_lapse(instance: Instance, lapsed: Collection[str]) -> dict[str, Measure]:
    """Return the measures without shares that aid must pay, and without the commitments that lapse."""
    aid = {f for f, fund in instance.funds.items() if fund.kind == "aid"}
    found = {}
    for m, row in instance.measures.items():
        stays = row.committed and m not in lapsed
        found[m] = row.model_copy(update={"committed": stays, "min_share": _shares(row, aid)})
    return found


def _shares(row: Measure, aid: set[str]) -> dict[Any, float]:
    return {who: part for who, part in row.min_share.items() if who != "aid" and who not in aid}


def _speaks_of_aid(instance: Instance, rule: Rule) -> bool:
    """Tell whether all money that a rule may count is aid, or it sets aid against national money."""
    if isinstance(rule, Count):
        return False
    if isinstance(rule, Complement | Benefit):  # what both sides earn is agreed between donor and host
        return True
    meant = {fund.kind for f, fund in instance.funds.items() if counts(rule.fund, f, fund.kind)}
    return rule.fund == "aid" or (rule.fund != "all" and meant == {"aid"})


def pays_no_aid(alone: Books) -> Comparisons:
    """No fund of kind aid pays anything."""
    for m in alone.instance.measures:
        yield Comparison((m, "aid"), alone.paid(m, "aid"), "=", ZERO, alone.grain)


def within_supply(alone: Books) -> Comparisons:
    """Jobs need no more than stands there and measures add; what serves a county is shared."""
    own: dict[tuple[str, str, str], Decimal] = {}
    for m, measure in alone.instance.measures.items():
        place = measure.county, measure.category, measure.industry
        own[place] = own.get(place, ZERO) + alone.supply[m]
    for k in JOB_CATEGORIES:
        lacking = dict.fromkeys(alone.instance.counties, ZERO)
        for (c, s), row in alone.baseline.items():
            need = production.need(alone, s, k) * alone.industries.number("jobs", c, s)
            lacking[c] += max(ZERO, need - exact(getattr(row, k)) - own.get((c, k, s), ZERO))
        for c, amount in lacking.items():
            yield Comparison((c, k), amount, "≤", own.get((c, k, ""), ZERO))


def _serves(measure: Measure, k: str, s: str) -> bool:
    return measure.category == k and measure.industry in ("", s)


def within_output(alone: Books) -> Comparisons:
    """Jobs kept and output lie between those of jobs without insurance and technology and those with all there is."""
    for (c, s), row in alone.baseline.items():
        jobs, cover = alone.industries.number("jobs", c, s), {}
        for k in ("insurance", "technology"):
            added = total(alone.supply[m] for m in alone.measures_in[c] if _serves(alone.instance.measures[m], k, s))
            cover[k] = min(jobs, exact(getattr(row, k)) + added)
        for at_most, insured, upgraded in ((False, ZERO, ZERO), (True, cover["insurance"], cover["technology"])):
            limits = production.expect_limits(alone, (c, s), jobs, insured, upgraded, at_most)
            for column, limit in zip(("retained", "output"), limits, strict=True):
                cell = alone.industries.number(column, c, s)
                yield Comparison((c, s, column), cell, "≤" if at_most else "≥", limit)


def _adds_jobs(alone: Books) -> dict[str, Decimal]:
    """Return the jobs that each county gains: kept beyond those kept today, and direct ones."""
    found = {}
    for c, pairs in alone.pairs_in.items():
        held = alone.industries.add("retained", pairs)
        found[c] = held - production.held_before(alone, c) + production.direct_jobs(alone, c)
    return found


def _linkage(alone: Books) -> dict[str, tuple[Decimal, Decimal]]:
    """Return between what the linkage of each county lies: without and with all clusters that may stand."""
    least = dict.fromkeys(alone.instance.counties, ZERO)
    for m, measure in alone.instance.measures.items():
        least[measure.county] += exact(measure.linkage) * alone.effective[m]
    linkage.add_flows(alone, least, "flow")
    linkage.add_chains(alone, least, "closed")
    for c, worth in linkage.reach_synergies(alone).within.items():
        least[c] += worth
    most = dict(least)
    for c, s in alone.baseline:
        if linkage.has_cluster_jobs(alone, (c, s), "jobs"):
            most[c] += exact(alone.instance.industries[s].cluster_bonus)
    return {c: (least[c], most[c]) for c in least}


def _worth(books: Books, alone: Books) -> Comparisons:
    """Compare the goal of that world with its parts, where no soft rule takes off from it."""
    aim = books.instance.objective
    goals = {goal: _figure(books, goal) or ZERO for goal in ("employment", "linkage")}
    if any(rule.penalty is not None for rule in alone.instance.rules):
        return
    risk = books.instance.risk
    if risk is not None:
        if risk.measure != "regret":  # what each scenario alone could bring in that world is not told
            value = measure_risk(books, scenario_values(books, "", SUFFIX), {})
            yield Comparison(("without_aid.objective",), _figure(books, "objective") or ZERO, "=", value)
        return
    mine = exact(aim.employment) * goals["employment"] + exact(aim.linkage) * goals["linkage"]
    if aim.order:
        mine = goals[aim.order[-1]]
    yield Comparison(("without_aid.objective",), _figure(books, "objective") or ZERO, "=", mine)


OF_THAT_WORLD: tuple[Callable[[Books], Comparisons], ...] = (pays_no_aid, within_supply, within_output)
"""What is checked of this world alone: its tables do not tell which jobs are insured or upgraded."""

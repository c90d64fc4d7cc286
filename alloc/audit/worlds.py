"""The world without the aid, read as a plan of its own question: what the other funds pay, and what comes of it.

Of this world the tables hold money, scales, jobs, flows and chains, but not which jobs are insured or upgraded: jobs
kept, output and clusters are known within limits only.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pandas as pd

from alloc.audit import linkage, money, production, rules
from alloc.audit.books import SHAPES, Books, counts, total
from alloc.audit.production import keepable, kept, produced, retained
from alloc.audit.risk import measure_risk, scenario_values
from alloc.audit.verdict import ONE, ZERO, Comparison, Comparisons, exact
from alloc.instance.rules import Benefit, Complement, Count, Rule
from alloc.instance.schema import JOB_CATEGORIES, Instance, Measure

SUFFIX = "_without_aid"

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
    known = bool(_figure(books, "objective") is not None)
    for name, shape in SHAPES.items():
        sheet = books.sheets[name]
        for column in shape.optional:
            if column.endswith(SUFFIX):
                wanted = len(sheet.keys) if known else 0
                yield Comparison((name, column), Decimal(len(sheet.numbers[column])), "=", Decimal(wanted), ZERO)


def keeps_without_aid(books: Books) -> Comparisons:
    """Without the aid, other funds and what they bring keep every limit that stands in that world."""
    if not _known(books):
        return
    alone = _alone(books)
    for check in LIKE_A_PLAN:
        for comparison in check(alone):
            yield comparison._replace(place=("without the aid", check.__name__, *comparison.place))
    for comparison in (*_pays_no_aid(alone), *_within_supply(alone), *_within_output(alone)):
        yield comparison._replace(place=("without the aid", *comparison.place))


def totals_without_aid(books: Books) -> Comparisons:
    """Employment and linkage without the aid are what the counties and the synergies of that world add up to."""
    if not _known(books):
        return
    alone = _alone(books)
    gained, joint = _adds_jobs(alone), linkage.synergies_reached(alone)
    for c, jobs in gained.items():
        yield Comparison((c, "jobs_gained_without_aid"), alone.counties.number("jobs_gained", c), "=", jobs)
    worth = total(exact(county.weight) * gained[c] for c, county in books.instance.counties.items())
    employment = worth + total(exact(jobs) for (jobs, _), _ in joint)
    yield Comparison(("without_aid.employment",), _figure(books, "employment") or ZERO, "=", employment)
    yield from _links_without_aid(books, alone, joint)
    yield from _worth(books, alone)


def _links_without_aid(books: Books, alone: Books, joint: list[tuple[tuple[float, float], list[str]]]) -> Comparisons:
    """The linkage of that world is what its counties and the synergies across them add up to."""
    for c, (least, most) in _linkage(alone).items():
        yield Comparison((c, "linkage_without_aid"), alone.counties.number("linkage", c), "≥", least)
        yield Comparison((c, "linkage_without_aid"), alone.counties.number("linkage", c), "≤", most)
    across = total(exact(worth) for (_, worth), counties in joint if len(counties) > 1)
    linked = total(alone.counties.number("linkage", c) for c in books.instance.counties) + across
    yield Comparison(("without_aid.linkage",), _figure(books, "linkage") or ZERO, "=", linked)


def holds_national(books: Books) -> Comparisons:
    """Where the nation decides first, it pays what it pays without the aid."""
    if books.instance.nation != "first" or not _known(books):
        return
    for m, paid in books.spend.items():
        for f, amount in paid.items():
            if books.instance.funds[f].kind == "national":
                alone = books.allocation.number("amount_without_aid", m, f)
                yield Comparison((m, f), amount, "=", alone, books.grain)


def attributes_jobs(books: Books) -> Comparisons:
    """What is claimed through others' money and through the aid is the difference between two worlds."""
    worlds = [books.figures.get(key) or {} for key in ("status_quo", "without_aid")] + [books.figures]
    for key, less, more in (("through_others", *worlds[:2]), ("through_aid", *worlds[1:])):
        claimed = books.figures.get(key)
        for goal in ("employment", "linkage"):
            if claimed is None or less.get(goal) is None or more.get(goal) is None:
                continue
            difference = exact(more[goal]) - exact(less[goal])
            yield Comparison((f"{key}.{goal}",), exact(claimed[goal]), "=", difference)


def bridges_jobs(books: Books) -> Comparisons:
    """The bridge has a row for each county, one for synergies and one for all; each adds up, and so do all rows."""
    parts = ("anyway", "through_others", "through_aid")
    for key in books.bridge.keys:
        sums = total(books.bridge.number(part, *key) for part in parts)
        if all(key in books.bridge.numbers[part] for part in parts):
            yield Comparison(key, books.bridge.number("employment", *key), "=", sums)
    for column in (*parts, "employment", "aid"):
        rows = total(cell for (part, _), cell in books.bridge.numbers[column].items() if part != "total")
        yield Comparison(("total", column), books.bridge.number(column, "total", ""), "=", rows)
    for c, county in books.instance.counties.items():
        weight = exact(county.weight)
        for column, name in (("employment", "jobs_gained"), ("anyway", "jobs_gained_quo")):
            cell = books.bridge.number(column, "county", c)
            yield Comparison((c, column), cell, "=", weight * books.counties.number(name, c))
        yield Comparison((c, "aid"), books.bridge.number("aid", "county", c), "=", books.counties.number("aid", c))
    for key in books.bridge.keys:
        each = books.bridge.numbers["aid_per_job"].get(key)
        if each is not None:
            aid = each * books.bridge.number("through_aid", *key)
            yield Comparison((*key, "aid_per_job"), aid, "=", books.bridge.number("aid", *key))
    employment = books.figure("employment")
    if employment is not None:
        yield Comparison(("total", "employment"), books.bridge.number("employment", "total", ""), "=", employment)


def weighs_scenarios(books: Books) -> Comparisons:
    """Each scenario has its row and its probability; weighed by them they give the figures of every world."""
    for world in books.worlds:
        yield Comparison((world.name,), books.scenarios.number("probability", world.name), "=", world.chance)
    figures = {"": books.figures, "_quo": books.figures.get("status_quo"), SUFFIX: books.figures.get("without_aid")}
    for suffix, figure in figures.items():
        for goal in ("employment", "linkage"):
            if figure is None or figure.get(goal) is None:
                continue
            cells = books.scenarios.numbers[goal + suffix]
            expected = total(world.chance * cells.get((world.name,), ZERO) for world in books.worlds)
            yield Comparison((goal + suffix,), expected, "=", exact(figure[goal]))
        if figure is not None and figure.get("linkage") is not None:
            yield from _linked_by_scenario(books, suffix, exact(figure["linkage"]))
    yield from _employed_by_scenario(books)


def _employed_by_scenario(books: Books) -> Comparisons:
    """Compare the jobs of each scenario under the plan with what hazard leaves, and what does not depend on it."""
    gained = {
        world.name: total(
            exact(books.instance.counties[c].weight) * retained(books, world, (c, s)) for c, s in books.baseline
        )
        for world in books.worlds
    }
    before = {
        world.name: total(
            exact(books.instance.counties[c].weight)
            * kept(world, (c, s), exact(row.jobs), min(exact(row.jobs), exact(row.insurance)))
            for (c, s), row in books.baseline.items()
        )
        for world in books.worlds
    }
    others = total(
        exact(books.instance.counties[c].weight) * total(books.measures.number("direct_jobs", m) for m in ms)
        for c, ms in books.measures_in.items()
    ) + total(exact(jobs) for (jobs, _), _ in linkage.synergies_reached(books))
    for world in books.worlds:
        cell = books.scenarios.number("employment", world.name)
        yield Comparison((world.name, "employment"), cell, "=", gained[world.name] - before[world.name] + others)


def _linked_by_scenario(books: Books, suffix: str, expected: Decimal) -> Comparisons:
    """Compare the linkage of each scenario with its flows, and what does not depend on it."""
    flows = dict.fromkeys((world.name for world in books.worlds), ZERO)
    for w, trade, flow in books.moved("flow" + suffix):
        flows[w] += trade.worth * flow
    steady = expected - total(world.chance * flows[world.name] for world in books.worlds)
    for w, flow in flows.items():
        yield Comparison((w, "linkage" + suffix), books.scenarios.number("linkage" + suffix, w), "=", steady + flow)


def _figure(books: Books, name: str) -> Decimal | None:
    value = (books.figures.get("without_aid") or {}).get(name)
    return None if value is None else exact(value)


def _known(books: Books) -> bool:
    return _figure(books, "objective") is not None


def _alone(books: Books) -> Books:
    """Return the books of the world without the aid: its columns in place of the plan's."""
    if "alone" not in books.memory:
        books.memory["alone"] = Books(_question(books), _renamed(books.tables), books.figures)
    found: Books = books.memory["alone"]
    return found


def _renamed(tables: Any) -> dict[str, pd.DataFrame]:
    return {
        name: table.assign(
            **{column.removesuffix(SUFFIX): table[column] for column in table.columns if column.endswith(SUFFIX)}
        )
        for name, table in tables.items()
    }


def _question(books: Books) -> Instance:
    """Return the question of that world, as this reading has it: without what needs or speaks of aid."""
    instance, said = books.instance, books.figures["without_aid"]
    lapsed, left_out = said.get("lapsed") or (), said.get("left_out") or ()
    aid = {f for f, fund in instance.funds.items() if fund.kind == "aid"}
    funds = {}
    for f, fund in instance.funds.items():
        least = 0.0 if f in aid or "min_use" in left_out else fund.min_use
        funds[f] = fund.model_copy(update={"min_use": least})
    measures = {}
    for m, row in instance.measures.items():
        stays = row.committed and m not in lapsed and "commitments" not in left_out
        measures[m] = row.model_copy(update={"committed": stays, "min_share": _shares(row, aid)})
    kept_rules = () if "rules" in left_out else [r for r in instance.rules if not _speaks_of_aid(instance, r)]
    return instance.model_copy(update={"funds": funds, "measures": measures, "rules": tuple(kept_rules)})


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


def _pays_no_aid(alone: Books) -> Comparisons:
    for m in alone.instance.measures:
        yield Comparison((m, "aid"), alone.paid(m, "aid"), "=", ZERO, alone.grain)


def _within_supply(alone: Books) -> Comparisons:
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


def _within_output(alone: Books) -> Comparisons:
    """Jobs kept and output lie between those of jobs without insurance and technology and those with all there is."""
    for (c, s), row in alone.baseline.items():
        jobs, cover = alone.industries.number("jobs", c, s), {}
        for k in ("insurance", "technology"):
            added = total(alone.supply[m] for m in alone.measures_in[c] if _serves(alone.instance.measures[m], k, s))
            cover[k] = min(jobs, exact(getattr(row, k)) + added)
        for relation, insured, upgraded in (("≥", ZERO, ZERO), ("≤", cover["insurance"], cover["technology"])):
            held = [(world, keepable(world, (c, s), jobs, insured, relation == "≤")) for world in alone.worlds]
            limits = {
                "retained": total(world.chance * stays for world, stays in held),
                "output": total(
                    world.chance * produced(alone, world, (c, s), stays, upgraded) for world, stays in held
                ),
            }
            for column, limit in limits.items():
                cell = alone.industries.number(column, c, s)
                yield Comparison((c, s, column), cell, "≤" if relation == "≤" else "≥", limit)


def _adds_jobs(alone: Books) -> dict[str, Decimal]:
    """Return the jobs that each county gains: kept beyond those kept today, and direct ones."""
    found = {}
    for c, pairs in alone.pairs_in.items():
        before = ZERO
        for pair in pairs:
            jobs = exact(alone.baseline[pair].jobs)
            insured = min(jobs, exact(alone.baseline[pair].insurance))
            before += total(world.chance * kept(world, pair, jobs, insured) for world in alone.worlds)
        direct = total(exact(alone.instance.measures[m].jobs) * alone.effective[m] for m in alone.measures_in[c])
        found[c] = total(alone.industries.number("retained", *pair) for pair in pairs) - before + direct
    return found


def _linkage(alone: Books) -> dict[str, tuple[Decimal, Decimal]]:
    """Return between what the linkage of each county lies: without and with all clusters that may stand."""
    instance, chance = alone.instance, {world.name: world.chance for world in alone.worlds}
    least = {
        c: total(exact(instance.measures[m].linkage) * alone.effective[m] for m in ms)
        for c, ms in alone.measures_in.items()
    }
    for w, trade, flow in alone.moved("flow"):
        least[trade.seller[0]] += chance[w] * trade.worth * flow
    for (c, h), closed in alone.chains.numbers["closed"].items():
        if closed and c in least and h in instance.chains:
            least[c] += exact(instance.chains[h].closure_bonus) * closed
    for (_, worth), counties in linkage.synergies_reached(alone):
        if len(counties) == 1:
            least[counties[0]] += exact(worth)
    most = dict(least)
    for c, s in alone.baseline:
        size = instance.industries[s].cluster_jobs
        if size is not None and alone.industries.number("jobs", c, s) >= exact(size) - ONE / 1000:
            most[c] += exact(instance.industries[s].cluster_bonus)
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

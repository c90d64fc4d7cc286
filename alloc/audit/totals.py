"""What tables repeat of one another, and the figures of the run: formulation (24) to (27)."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from alloc.audit.books import Books, total
from alloc.audit.linkage import county_linkage, synergies_reached
from alloc.audit.production import kept
from alloc.audit.risk import averse_goal
from alloc.audit.rules import penalties
from alloc.audit.verdict import BILLIONTH, ONE, ZERO, Comparison, Comparisons, Number, exact, within_digits

FINEST = Decimal("1e-7")
"""No gap below this is told from the rounding of a solver that keeps its limits to 1e-7."""

MILLIONTH = Decimal("1e-6")

MONEY = {"aid": ("aid",), "national": ("national",), "other": ("local", "private", "household")}
"""Which kinds of fund a column of money adds up."""


def adds_measures(books: Books) -> Comparisons:
    """The cost of a measure and its aid, national and other money are what the allocation says."""
    for m, cost in books.billed.items():
        yield Comparison((m, "cost"), books.measures.number("cost", m), "=", cost, books.grain)
        for column, kinds in MONEY.items():
            paid = total(books.paid(m, kind) for kind in kinds)
            yield Comparison((m, column), books.measures.number(column, m), "=", paid, books.grain)


def adds_counties(books: Books) -> Comparisons:
    """The money of a county is that of its measures, and aid per head is aid by people."""
    for c, measures in books.measures_in.items():
        for column, kinds in MONEY.items():
            paid = total(books.paid(m, kind) for m in measures for kind in kinds)
            yield Comparison((c, column), books.counties.number(column, c), "=", paid, books.grain)
        people, aid = (
            exact(books.instance.counties[c].population),
            total(books.paid(m, "aid") for m in measures),
        )
        if people:
            each = books.counties.number("aid_per_head", c) * people
            yield Comparison((c, "aid_per_head × population"), each, "=", aid, books.grain)


def adds_funds(books: Books) -> Comparisons:
    """What a fund has available, spends and leaves unspent is what the instance and the allocation say."""
    spent = _sum_spent(books)
    for f, fund in books.instance.funds.items():
        purses = {"": fund.amount} if fund.by_county is None else fund.by_county
        for c, purse in purses.items():
            limits = [exact(limit) for limit in (purse, fund.amount) if limit is not None]
            row = {"available": min(limits, default=ZERO), "spent": spent.get((f, c), ZERO)}
            row["unspent"] = row["available"] - row["spent"]
            near = within_digits(books.grain, *row.values())
            for column, amount in row.items():
                place = (f, c, column) if c else (f, column)
                yield Comparison(place, books.funds.number(column, f, c), "=", amount, near)


def _sum_spent(books: Books) -> dict[tuple[str, str], Decimal]:
    """Return what each fund pays by the county that its money is tied to, "" where it is tied to none."""
    spent: dict[tuple[str, str], Decimal] = {}
    for m, paid in books.spend.items():
        for f, amount in paid.items():
            c = "" if books.instance.funds[f].by_county is None else books.instance.measures[m].county
            spent[f, c] = spent.get((f, c), ZERO) + amount
    return spent


def _held_before(books: Books, c: str) -> Decimal:
    """Return the jobs that a county would keep through the year as it stands today [jobs]."""
    kept_today = ZERO
    for pair in books.pairs_in[c]:
        jobs = exact(books.baseline[pair].jobs)
        insured = min(jobs, exact(books.baseline[pair].insurance))
        kept_today += total(world.chance * kept(world, pair, jobs, insured) for world in books.worlds)
    return kept_today


def adds_jobs(books: Books) -> Comparisons:
    """Jobs gained in a county are the jobs kept beyond those kept today, and the direct ones."""
    for c in books.instance.counties:
        before = _held_before(books, c)
        direct = total(books.measures.number("direct_jobs", m) for m in books.measures_in[c])
        for column, held, more in (
            ("jobs_gained", "retained", direct),
            ("jobs_gained_quo", "retained_quo", ZERO),
        ):
            gained = total(books.industries.number(held, *pair) for pair in books.pairs_in[c]) - before + more
            yield Comparison((c, column), books.counties.number(column, c), "=", gained)


def leaves_jobseekers(books: Books) -> Comparisons:
    """Jobseekers left are those whom neither new jobs nor direct ones take."""
    for c, county in books.instance.counties.items():
        cell = books.counties.numbers["jobseekers_left"].get((c,))
        if county.jobseekers is None:
            yield Comparison((c,), "" if cell is None else str(cell), "=", "")
            continue
        new = total(
            books.industries.number("jobs", *pair) - exact(books.baseline[pair].jobs) for pair in books.pairs_in[c]
        )
        direct = total(books.measures.number("direct_jobs", m) for m in books.measures_in[c])
        yield Comparison((c,), ZERO if cell is None else cell, "=", exact(county.jobseekers) - new - direct)


def adds_linkage(books: Books) -> Comparisons:
    """The linkage of a county is its sales, direct gains, whole chains, clusters and synergies."""
    for c, linkage in county_linkage(books).items():
        yield Comparison((c,), books.counties.number("linkage", c), "=", linkage)


def adds_linkage_quo(books: Books) -> Comparisons:
    """Linkage without the plan is that of the sales and chains shown for it, and of clusters that stand."""
    instance, chance = books.instance, {world.name: world.chance for world in books.worlds}
    least = dict.fromkeys(instance.counties, ZERO)
    for w, trade, flow in books.moved("flow_quo"):
        least[trade.seller[0]] += chance[w] * trade.worth * flow
    for (c, h), closed in books.chains.numbers["closed_quo"].items():
        if closed and c in least and h in instance.chains:
            least[c] += exact(instance.chains[h].closure_bonus) * closed
    for c, low in least.items():
        clusters = ZERO
        for pair in books.pairs_in[c]:
            industry = instance.industries[pair[1]]
            size = industry.cluster_jobs
            if size is not None and books.industries.number("jobs_quo", *pair) >= exact(size) - ONE / 1000:
                clusters += exact(industry.cluster_bonus)
        cell = books.counties.number("linkage_quo", c)
        yield Comparison((c, "least"), cell, "≥", low)
        yield Comparison((c, "most"), cell, "≤", low + clusters)


def _employment(books: Books) -> Decimal:
    gained = total(
        exact(county.weight) * books.counties.number("jobs_gained", c) for c, county in books.instance.counties.items()
    )
    return gained + total(exact(jobs) for (jobs, _), _ in synergies_reached(books))


def _linkage(books: Books) -> Decimal:
    across = (exact(linkage) for (_, linkage), counties in synergies_reached(books) if len(counties) > 1)
    return total(books.counties.number("linkage", c) for c in books.instance.counties) + total(across)


def _is(place: str, figure: Decimal | None, mine: Number) -> Comparison:
    """Compare a figure of the run with what the tables say; one that is missing is never right."""
    return Comparison((place,), "" if figure is None else figure, "=", str(mine) if figure is None else mine)


def totals_goals(books: Books) -> Comparisons:
    """Employment and linkage of the run are what the counties and the synergies add up to."""
    yield _is("employment", books.figure("employment"), _employment(books))
    yield _is("linkage", books.figure("linkage"), _linkage(books))


def totals_quo(books: Books) -> Comparisons:
    """Employment and linkage of the status quo are what the counties add up to."""
    counties = books.instance.counties.items()
    jobs = total(exact(county.weight) * books.counties.number("jobs_gained_quo", c) for c, county in counties)
    yield _is("status_quo.employment", books.quo("employment"), jobs)
    linkage = total(books.counties.number("linkage_quo", c) for c, _ in counties)
    yield _is("status_quo.linkage", books.quo("linkage"), linkage)


def _goals(books: Books) -> Mapping[str, Number]:
    """Return each goal as it is maximised: less what broken soft rules cost."""
    if books.instance.risk is not None:
        return {goal: averse_goal(books, goal) for goal in ("employment", "linkage")}
    off = penalties(books)
    return {"employment": _employment(books) - off, "linkage": _linkage(books) - off}


def totals_objective(books: Books) -> Comparisons:
    """The objective is the weighted sum of the goals, or the last goal of an order, less the penalties."""
    aim = books.instance.objective
    if books.instance.risk is not None:
        yield _is("objective", books.figure("objective"), averse_goal(books))
        return
    if aim.order:
        yield _is("objective", books.figure("objective"), _goals(books)[aim.order[-1]])
        return
    worth = exact(aim.employment) * _employment(books) + exact(aim.linkage) * _linkage(books)
    yield _is("objective", books.figure("objective"), worth - penalties(books))


def keeps_order(books: Books) -> Comparisons:
    """Each goal of an order keeps what it reached, but for the part that later goals may cost."""
    aim = books.instance.objective
    stages = list(books.figures.get("stages") or ())
    if not aim.order:
        return
    yield Comparison(("stages",), ", ".join(str(stage["goal"]) for stage in stages), "=", ", ".join(aim.order))
    mine = _goals(books)
    for number, stage in enumerate(stages):
        goal, value = str(stage["goal"]), exact(stage["value"])
        if goal not in mine:
            continue
        yield Comparison(("stages", goal), mine[goal], "=", value)
        if number < len(stages) - 1 and stage.get("bound") is not None:
            best = exact(stage.get("objective", value))
            slack = MILLIONTH * max(ONE, abs(best))
            yield Comparison(("stages", goal), mine[goal], "≥", best - exact(aim.tolerance) * abs(best) - slack)


def proves_gap(books: Books) -> Comparisons:
    """No plan beats its bound, the gap is theirs, and `optimal` is said only within the gap asked for."""
    objective, bound, gap = (books.figure(name) for name in ("objective", "bound", "gap"))
    status = str(getattr(books.figures.get("status"), "value", books.figures.get("status")))
    if status not in ("optimal", "feasible"):
        yield Comparison(("status",), status, "=", "optimal | feasible")
    told = books.figures.get("asked_gap")
    asked = max(FINEST, exact(books.instance.solver.gap if told is None else told))
    if objective is None or bound is None or gap is None:
        if status == "optimal":
            yield Comparison(("gap",), "", "=", f"≤ {asked}")
        return
    yield Comparison(("bound",), objective, "≤", bound)
    between = Fraction(bound - objective) / Fraction(max(ONE, abs(objective)))
    yield Comparison(("gap",), max(ZERO, gap), "=", max(Fraction(0), between), BILLIONTH)
    if status == "optimal":
        yield Comparison(("gap", "asked"), gap, "≤", asked, BILLIONTH)

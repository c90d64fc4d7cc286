"""What tables repeat of one another, and the figures of the run: formulation (24) to (27)."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from alloc.audit.books import Books, given
from alloc.audit.linkage import add_chains, add_flows, county_linkage, has_cluster_jobs, reach_synergies
from alloc.audit.production import held_before, new_jobs
from alloc.audit.risk import averse_goal
from alloc.audit.rules import penalties
from alloc.audit.verdict import BILLIONTH, ONE, ZERO, Comparison, Comparisons, Number, exact, total, within_digits

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
            paid = total(books.paid_for(measures, kind) for kind in kinds)
            yield Comparison((c, column), books.counties.number(column, c), "=", paid, books.grain)
        people = exact(books.instance.counties[c].population)
        if people:
            each, aid = books.counties.number("aid_per_head", c) * people, books.paid_for(measures, "aid")
            yield Comparison((c, "aid_per_head × population"), each, "=", aid, books.grain)


def adds_funds(books: Books) -> Comparisons:
    """What a fund has available, spends and leaves unspent is what the instance and the allocation say."""
    for f, fund in books.instance.funds.items():
        tied = fund.by_county is not None
        spent = books.spent[f] if tied else {"": total(books.spent[f].values())}
        purses = {"": fund.amount} if fund.by_county is None else fund.by_county
        for c, purse in purses.items():
            row = {"available": min(given(purse, fund.amount), default=ZERO), "spent": spent.get(c, ZERO)}
            row["unspent"] = row["available"] - row["spent"]
            near = within_digits(books.grain, *row.values())
            for column, amount in row.items():
                place = (f, c, column) if c else (f, column)
                yield Comparison(place, books.funds.number(column, f, c), "=", amount, near)


def adds_jobs(books: Books) -> Comparisons:
    """Jobs gained in a county are the jobs kept beyond those kept today, and the direct ones."""
    for c in books.instance.counties:
        before = held_before(books, c)
        direct = books.measures.add("direct_jobs", books.measures_in[c])
        for column, held, more in (
            ("jobs_gained", "retained", direct),
            ("jobs_gained_quo", "retained_quo", ZERO),
        ):
            gained = books.industries.add(held, books.pairs_in[c]) - before + more
            yield Comparison((c, column), books.counties.number(column, c), "=", gained)


def leaves_jobseekers(books: Books) -> Comparisons:
    """Jobseekers left are those whom neither new jobs nor direct ones take."""
    for c, county in books.instance.counties.items():
        cell = books.counties.numbers["jobseekers_left"].get((c,))
        if county.jobseekers is None:
            yield Comparison((c,), "" if cell is None else str(cell), "=", "")
            continue
        taken = new_jobs(books, c, "jobs") + books.measures.add("direct_jobs", books.measures_in[c])
        yield Comparison((c,), ZERO if cell is None else cell, "=", exact(county.jobseekers) - taken)


def adds_linkage(books: Books) -> Comparisons:
    """The linkage of a county is its sales, direct gains, whole chains, clusters and synergies."""
    for c, linkage in county_linkage(books).items():
        yield Comparison((c,), books.counties.number("linkage", c), "=", linkage)


def adds_linkage_quo(books: Books) -> Comparisons:
    """Linkage without the plan is that of the sales and chains shown for it, and of clusters that stand."""
    least = dict.fromkeys(books.instance.counties, ZERO)
    add_flows(books, least, "flow_quo")
    add_chains(books, least, "closed_quo")
    for c, low in least.items():
        clusters = ZERO
        for pair in books.pairs_in[c]:
            if has_cluster_jobs(books, pair, "jobs_quo"):
                clusters += exact(books.instance.industries[pair[1]].cluster_bonus)
        cell = books.counties.number("linkage_quo", c)
        yield Comparison((c, "least"), cell, "≥", low)
        yield Comparison((c, "most"), cell, "≤", low + clusters)


def _employment(books: Books) -> Decimal:
    return books.weigh_jobs("jobs_gained") + reach_synergies(books).employment


def _linkage(books: Books) -> Decimal:
    return books.counties.add("linkage", books.instance.counties) + reach_synergies(books).across


def _is(place: str, figure: Decimal | None, mine: Number) -> Comparison:
    """Compare a figure of the run with what the tables say; one that is missing is never right."""
    return Comparison((place,), "" if figure is None else figure, "=", str(mine) if figure is None else mine)


def totals_goals(books: Books) -> Comparisons:
    """Employment and linkage of the run are what the counties and the synergies add up to."""
    yield _is("employment", books.figure("employment"), _employment(books))
    yield _is("linkage", books.figure("linkage"), _linkage(books))


def totals_quo(books: Books) -> Comparisons:
    """Employment and linkage of the status quo are what the counties add up to."""
    yield _is("status_quo.employment", books.quo("employment"), books.weigh_jobs("jobs_gained_quo"))
    linkage = books.counties.add("linkage_quo", books.instance.counties)
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
    objective, bound, gap = map(books.figure, ("objective", "bound", "gap"))
    status = str(getattr(books.figures.get("status"), "value", books.figures.get("status")))
    if status not in ("optimal", "feasible"):
        yield Comparison(("status",), status, "=", "optimal | feasible")
    asked = max(FINEST, books.asked_gap)
    if objective is None or bound is None or gap is None:
        if status == "optimal":
            yield Comparison(("gap",), "", "=", f"≤ {asked}")
        return
    yield Comparison(("bound",), objective, "≤", bound)
    between = Fraction(bound - objective) / Fraction(max(ONE, abs(objective)))
    yield Comparison(("gap",), max(ZERO, gap), "=", max(Fraction(0), between), BILLIONTH)
    if status == "optimal":
        yield Comparison(("gap", "asked"), gap, "≤", asked, BILLIONTH)

"""The charts of the page, each from the tables of a plan."""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from operator import add

from alloc.instance import CATEGORIES
from alloc.report.charts import (
    Chart,
    Node,
    Series,
    bars,
    dots,
    heat,
    lines,
    matrix,
    regions,
    sankey,
    stages,
)
from alloc.report.charts.stages import State
from alloc.report.page.view import MOST, View, largest, number
from alloc.report.provenance import ORIGINS
from alloc.report.tables import chain_steps

MOST_NODES = 14
"""A flow chart has so many funds and so many counties; the rest flows together."""

MAPS = ("map-aid", "map-jobs")
"""The charts that are drawn with boundaries only."""

LIMITS = ("infrastructure", "training", "enterprise", "market", "people", "max_jobs", "viable_jobs")
"""What can limit the jobs of an industry, in the order of the map."""


def draw_charts(view: View) -> dict[str, Chart]:
    """Return the charts by the name of their files, in the order of the page; what has no data is left out."""
    return dict(_pictures(view))


def _pictures(view: View) -> Iterator[tuple[str, Chart]]:
    yield "money-flow", _money_flow(view)
    yield "aid-by-county-and-category", _aid(view)
    if view.boundaries is not None:
        for name, column in zip(MAPS, ("aid_per_head", "jobs"), strict=True):
            yield name, _map(view, column)
    yield "jobs-by-county", _jobs_by_county(view)
    if view.instance.baseline:
        yield "jobs-by-industry", _jobs_by_industry(view)
        yield "bottleneck-map", _bottlenecks(view)
    if len(view.tables["chains"]):
        yield "chain-stages", _chains(view)
    yield "funds", _funds(view)
    if len(view.tables["tags"]):
        yield "aid-by-tag", _tags(view)
    yield "figures", _figures(view)
    yield "aid-by-origin", _origins(view)
    if all(row.population > 0 for row in view.instance.counties.values()):
        yield "aid-per-head", _per_head(view)
        if len(view.instance.counties) > MOST and view.spent.get("aid", 0.0) > 0:
            yield "lorenz", _lorenz(view)


def _others(view: View, rest: list[str]) -> str:
    return view.say("page_others", count=len(rest))


Payments = Mapping[tuple[str, str, str], float]
"""Fund, category, county → money."""


def _money_flow(view: View) -> Chart:
    sums = _payments(view)
    paying, poor = largest(_totals(sums, 0, view.instance.funds), MOST_NODES)
    getting, small = largest(_totals(sums, 2, view.instance.counties), MOST_NODES)
    first: dict[tuple[str, str], float] = defaultdict(float)
    second: dict[tuple[str, str], float] = defaultdict(float)
    for (f, k, c), x in sums.items():
        first[f if f in paying else "", k] += x
        second[k, c if c in getting else ""] += x
    used = {k for _, k in first}
    nodes = (
        [*(Node(f"f {f}", view.fund(f), _payer(view, f)) for f in paying), *_rest(view, "f ", poor)],
        [Node(f"k {k}", view.say(k), k) for k in CATEGORIES if k in used],
        [*(Node(f"c {c}", view.county(c)) for c in getting), *_rest(view, "c ", small)],
    )
    flows = [(f"f {f}", f"k {k}", x, k) for (f, k), x in first.items()]
    flows += [(f"k {k}", f"c {c}", x, k) for (k, c), x in second.items()]
    heads = list(map(view.say, ("page_head_funds", "page_head_categories", "page_head_counties")))
    return sankey(nodes, flows, title=view.say("page_chart_flow", label=view.label), heads=heads)


def _payments(view: View) -> Payments:
    """Return what is paid, added up over measures."""
    sums: dict[tuple[str, str, str], float] = defaultdict(float)
    for f, k, c, x in view.cells("allocation", "fund", "category", "county", "amount"):
        if x > 0:
            sums[f, k, c] += x
    return sums


def _totals(sums: Payments, part: int, keys: Iterable[str]) -> dict[str, float]:
    """Return what each fund, or each county, pays or gets, in the order of keys; those without money are left out."""
    found = dict.fromkeys(keys, 0.0)
    for key, x in sums.items():
        found[key[part]] += x
    return {key: x for key, x in found.items() if x > 0}


def _payer(view: View, f: str) -> str:
    """Return the colour of a fund: aid, national money, or other."""
    kind = view.instance.funds[f].kind
    return kind if kind in ("aid", "national") else "other"


def _rest(view: View, key: str, rest: list[str]) -> list[Node]:
    """Return one node for all that have none of their own."""
    return [Node(key, _others(view, rest))] if rest else []


def _aid(view: View) -> Chart:
    allocation = view.tables["allocation"]
    aid = allocation[allocation["kind"] == "aid"].groupby(["county", "category"])["amount"].sum().to_dict()
    sums = {c: sum(aid.get((c, k), 0.0) for k in CATEGORIES) for c in view.instance.counties}
    shown, rest = largest(sums)
    values = [[float(aid.get((c, k), 0.0)) for k in CATEGORIES] for c in shown]
    others = (_others(view, rest), [sum(float(aid.get((c, k), 0.0)) for c in rest) for k in CATEGORIES])
    title = view.say("page_chart_aid", label=view.label)
    return heat(
        list(map(view.county, shown)),
        list(map(view.say, CATEGORIES)),
        values,
        title=title,
        unit=view.label,
        root=True,
        totals=view.say("total"),
        rest=others if rest else None,
    )


WORLDS = (("without", "quo"), ("world_alone", "training"), ("with", "plan"))
"""What stands anyway, what others' money brings, and the plan: the words and the colours."""


def _jobs_by_county(view: View) -> Chart:
    rows = view.cells("counties", "county", "jobs_gained_quo", "jobs_gained_without_aid", "jobs_gained")
    found = {c: tuple(jobs) for c, *jobs in rows}
    shown, rest = largest({c: jobs[2] - jobs[0] for c, jobs in found.items()})
    title = _titled(view, view.say("page_chart_gained"), len(rest))
    states = [(view.say(f"page_{key}"), role) for key, role in WORLDS]
    return dots(
        *_known([(view.county(c), found[c]) for c in shown], states), title=title, x=view.say("page_axis_gained")
    )


def _known(
    rows: Sequence[tuple[str, tuple[float, ...]]], states: Sequence[tuple[str, str]]
) -> tuple[list[tuple[str, tuple[float, ...]]], list[tuple[str, str]]]:
    """Return rows and states without a world that is not known."""
    kept = [i for i in range(len(states)) if not any(math.isnan(values[i]) for _, values in rows)]
    return [(name, tuple(values[i] for i in kept)) for name, values in rows], [states[i] for i in kept]


def _jobs_by_industry(view: View) -> Chart:
    found: dict[str, tuple[float, ...]] = defaultdict(lambda: (0.0,) * 4)
    for s, *jobs in view.cells("industries", "industry", "jobs_before", "jobs_quo", "jobs_without_aid", "jobs"):
        found[s] = tuple(map(add, found[s], jobs))
    shown, rest = largest({s: jobs[3] - jobs[1] for s, jobs in found.items()})
    title = _titled(view, view.say("page_chart_jobs"), len(rest))
    states = [(view.say(f"page_{key}"), role) for key, role in (("today", "ink"), *WORLDS)]
    rows = [(view.industry(s), found[s]) for s in shown]
    return dots(*_known(rows, states), title=title, x=view.say("page_axis_jobs"))


def _bottlenecks(view: View) -> Chart:
    """Return a dot for each county industry and what limits it; where they are many, counties counted by industry."""
    rows = list(view.cells("industries", "county", "industry", "bottleneck"))
    return _bottleneck_dots(view, rows) if len(rows) <= MOST else _bottleneck_counts(view, rows)


Limited = Sequence[tuple[str, str, str]]
"""County, industry, and what limits its jobs, with `|` between."""


def _bottleneck_dots(view: View, rows: Limited) -> Chart:
    names, held = [], set()
    for i, (c, s, words) in enumerate(rows):
        names.append(f"{view.county(c)} / {view.industry(s)}")
        held |= {(i, LIMITS.index(word)) for word in words.split("|") if word}
    roles = ["infrastructure", "training", "enterprise", "bad", "bad", "other", "other"]
    return matrix(names, list(map(view.limit, LIMITS)), held, title=view.say("page_chart_bottlenecks"), roles=roles)


def _bottleneck_counts(view: View, rows: Limited) -> Chart:
    counts: dict[str, Counter[str]] = {s: Counter() for _, s, _ in rows}
    for _, s, words in rows:
        counts[s].update(set(words.split("|")) & set(LIMITS))
    shown, rest = largest({s: found.total() for s, found in counts.items()})
    values = [[counts[s][word] or None for word in LIMITS] for s in shown]
    title = _titled(view, view.say("page_chart_bottleneck_counts"), len(rest))
    names = list(map(view.industry, shown))
    return heat(names, list(map(view.limit, LIMITS)), values, title=title, unit=view.say("page_unit_counties"))


Stages = tuple[str, list[tuple[str, State]], str]
"""A chain in a county: its name, its stages with their states, and what is to be said of it."""


def _chains(view: View) -> Chart:
    """Return the chains, of many those with most new stages, then those that lack least."""
    steps, stood = chain_steps(view.instance), _stood(view)
    rows: list[Stages] = []
    order: list[tuple[int, int, int]] = []
    for c, h, closed, missing in view.cells("chains", "county", "chain", "closed", "missing"):
        lacks = set(filter(None, missing.split("|")))
        found = [_stage(c, s, lacks, stood) for s in steps[h]]
        states = list(zip(map(view.industry, steps[h]), found, strict=True))
        end = view.say("page_complete") if closed else view.say("page_missing", count=len(lacks))
        rows.append((f"{view.county(c)} / {view.chain(h)}", states, end))
        order.append((-found.count("new"), len(lacks), len(order)))
    shown = sorted(range(len(rows)), key=order.__getitem__)[:MOST]
    words = [(state, view.say(f"page_stage_{state}")) for state in STATES]
    title = _titled(view, view.say("page_chart_chains"), len(rows) - len(shown))
    return stages([rows[i] for i in sorted(shown)], words, title=title)


def _stood(view: View) -> set[tuple[str, str]]:
    """Return the county industries that stand without the plan."""
    return {(c, s) for c, s, on in view.cells("industries", "county", "industry", "established_quo") if on}


STATES: tuple[State, ...] = ("stood", "new", "missing")


def _stage(c: str, s: str, lacks: Collection[str], stood: Collection[tuple[str, str]]) -> State:
    """Return whether a stage of a chain is missing, stood before, or is new."""
    if s in lacks:
        return "missing"
    return "stood" if (c, s) in stood else "new"


def _titled(view: View, title: str, more: int) -> str:
    """Return the title of a chart, and how many rows are not shown."""
    return f"{title} {view.say('page_more', count=more)}" if more else title


def _funds(view: View) -> Chart:
    found = {(f, c): money for f, c, *money in view.cells("funds", "fund", "county", "spent", "unspent")}
    sums: dict[str, float] = {f"{f}\n{c}": spent + left for (f, c), (spent, left) in found.items()}
    shown, rest = largest(sums)
    rows = []
    for key in shown:
        f, _, c = key.partition("\n")
        rows.append((view.fund(f) + (f" / {view.county(c)}" if c else ""), found[f, c]))
    parts = [(view.say("page_spent"), "aid"), (view.say("page_unspent"), "unsaid")]
    title = _titled(view, view.say("page_chart_funds", label=view.label), len(rest))
    return bars(rows, parts, title=title, x=view.label)


def _tags(view: View) -> Chart:
    found = dict(view.cells("tags", "tag", "aid"))
    shown, rest = largest(found)
    title = _titled(view, view.say("page_chart_tags", label=view.label), len(rest))
    rows = [(tag or view.say("page_no_tag"), [found[tag]]) for tag in shown]
    return bars(rows, [("", "aid")], title=title, x=view.label)


def _figures(view: View) -> Chart:
    parts = [(view.say(f"page_{origin}"), origin) for origin in ORIGINS]
    rows = [
        (view.say(f"page_table_{table}"), [float(counts[origin]) for origin in ORIGINS])
        for table, counts in view.provenance.figures.items()
    ]
    return bars(rows, parts, title=view.say("page_chart_figures"), x=view.say("page_axis_figures"))


def _origins(view: View) -> Chart:
    parts = [(view.say(f"page_{origin}"), origin) for origin in ORIGINS]
    rows = [
        (view.say(f"page_rests_{key}"), [money[origin] for origin in ORIGINS])
        for key, money in (("cost", view.provenance.cost), ("effect", view.provenance.effect))
    ]
    return bars(rows, parts, title=view.say("page_chart_origins", label=view.label), x=view.label)


def _heads(view: View) -> dict[str, float]:
    """Return aid per head by county, in whole currency units."""
    return {c: x * view.instance.money.unit for c, x in view.cells("counties", "county", "aid_per_head")}


def _per_head(view: View) -> Chart:
    heads = _heads(view)
    people = sum(row.population for row in view.instance.counties.values())
    mean = view.spent.get("aid", 0.0) * view.instance.money.unit / people
    shown, rest = largest(heads)
    unit = view.say("page_unit_per_head", currency=view.currency)
    title = _titled(view, view.say("page_chart_per_head"), len(rest))
    line = (view.say("page_mean", value=number(mean)), mean)
    return bars([(view.county(c), [heads[c]]) for c in shown], [("", "aid")], title=title, x=unit, line=line)


def _lorenz(view: View) -> Chart:
    heads = _heads(view)
    order = sorted(heads, key=heads.__getitem__)
    people = {c: row.population for c, row in view.instance.counties.items()}
    money: Mapping[str, float] = {c: heads[c] * people[c] for c in order}
    points, p, u = [(0.0, 0.0)], 0.0, 0.0
    for c in order:
        p, u = p + people[c], u + money[c]
        points.append((100 * p / sum(people.values()), 100 * u / sum(money.values())))
    series = [
        Series(view.say("page_equal"), [(0, 0), (100, 100)], "quo", dotted=False),
        Series(view.say("page_plan"), points, "plan", dotted=False),
    ]
    return lines(
        series,
        title=view.say("page_chart_lorenz"),
        x=view.say("page_axis_people"),
        y=view.say("page_axis_aid"),
        zero=(True, True),
    )


def _map(view: View, what: str) -> Chart:
    assert view.boundaries is not None
    if what == "jobs":
        jobs = view.cells("counties", "county", "jobs_gained", "jobs_gained_without_aid")
        values = {c: plan - alone for c, plan, alone in jobs if not math.isnan(alone)}
        title, unit = view.say("page_chart_map_jobs"), view.say("page_unit_jobs")
    else:
        values = {c: x for c, x in _heads(view).items() if x == x}
        title = view.say("page_chart_map_aid")
        unit = view.say("page_unit_per_head", currency=view.currency)
    areas = [(view.county(c), rings, values.get(c)) for c, rings in view.boundaries.rings.items()]
    return regions(areas, title=f"{title} ({unit})", unit=unit, wide=420)

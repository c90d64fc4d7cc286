"""The charts of the page, each from the tables of a plan."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from alloc.instance import CATEGORIES
from alloc.instance.lookups import count_people
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
from alloc.report.funds import aid_by_category
from alloc.report.page.view import MOST, View, largest, number
from alloc.report.provenance import ORIGINS, Origin
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
    if all(count_people(view.instance).values()):
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
    flows, through = [], set()
    for (f, k), x in first.items():
        flows.append((f"f {f}", f"k {k}", x, k))
        through.add(k)
    for (k, c), x in second.items():
        flows.append((f"k {k}", f"c {c}", x, k))
    funds = [Node(f"f {f}", view.fund(f), _payer(view, f)) for f in paying]
    categories = [Node(f"k {k}", view.say(k), k) for k in CATEGORIES if k in through]
    counties = [Node(f"c {c}", view.county(c)) for c in getting]
    nodes = ([*funds, *_rest(view, "f ", poor)], categories, [*counties, *_rest(view, "c ", small)])
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
    aid = aid_by_category(view.instance, view.tables["allocation"])
    shown, rest = largest(dict(zip(aid.index, aid.sum(axis=1), strict=True)))
    others = (_others(view, rest), aid.loc[rest].sum().tolist())
    title = view.say("page_chart_aid", label=view.label)
    return heat(
        list(map(view.county, shown)),
        list(map(view.say, CATEGORIES)),
        aid.loc[shown].to_numpy().tolist(),
        title=title,
        unit=view.label,
        root=True,
        totals=view.say("total"),
        rest=others if rest else None,
    )


WORLDS = {
    "today": ("today", "ink"),
    "quo": ("without", "quo"),
    "aid": ("world_alone", "training"),
    "plan": ("with", "plan"),
}
"""The jobs of today, what stands anyway, what others' money brings, and the plan: the words and the colours."""


def _jobs_by_county(view: View) -> Chart:
    named = {"jobs_gained_quo": "quo", "jobs_gained_without_aid": "aid", "jobs_gained": "plan"}
    jobs = view.tables["counties"].set_index("county")[list(named)].rename(columns=named)
    return _dot_jobs(view, jobs, view.county, "gained")


def _jobs_by_industry(view: View) -> Chart:
    named = {"jobs_before": "today", "jobs_quo": "quo", "jobs_without_aid": "aid", "jobs": "plan"}
    jobs = view.tables["industries"].set_index("industry")[list(named)].rename(columns=named)
    return _dot_jobs(view, jobs, view.industry, "jobs")


def _dot_jobs(view: View, jobs: pd.DataFrame, called: Callable[[str], str], chart: str) -> Chart:
    """Return the jobs in each world that is known, those where the plan changes most.

    jobs: a column for each world, rows by county or by industry, which are added up.
    """
    sums = jobs.dropna(axis="columns").groupby(level=0, sort=False).sum()
    changes: dict[str, float] = dict(zip(sums.index, sums["plan"] - sums["quo"], strict=True))
    shown, rest = largest(changes)
    rows = list(zip(map(called, shown), sums.loc[shown].to_numpy().tolist(), strict=True))
    states = [(view.say(f"page_{word}"), role) for word, role in map(WORLDS.__getitem__, sums.columns)]
    title = _titled(view, view.say(f"page_chart_{chart}"), len(rest))
    return dots(rows, states, title=title, x=view.say(f"page_axis_{chart}"))


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
        for word in filter(None, words.split("|")):
            held.add((i, LIMITS.index(word)))
    roles = ["infrastructure", "training", "enterprise", "bad", "bad", "other", "other"]
    return matrix(names, list(map(view.limit, LIMITS)), held, title=view.say("page_chart_bottlenecks"), roles=roles)


def _bottleneck_counts(view: View, rows: Limited) -> Chart:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
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
    words = list(zip(STATES, view.say_each("page_stage_{}", STATES).values(), strict=True))
    title = _titled(view, view.say("page_chart_chains"), len(rows) - len(shown))
    return stages(list(map(rows.__getitem__, sorted(shown))), words, title=title)


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
    sums: dict[str, float] = {}
    named: dict[str, tuple[str, list[float]]] = {}
    for f, c, *money in view.cells("funds", "fund", "county", "spent", "unspent"):
        sums[f"{f}\n{c}"] = sum(money)
        named[f"{f}\n{c}"] = view.fund(f) + (f" / {view.county(c)}" if c else ""), money
    shown, rest = largest(sums)
    rows = list(map(named.__getitem__, shown))
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
    figures = view.provenance.figures
    rows = dict(zip(view.say_each("page_table_{}", figures).values(), figures.values(), strict=True))
    return _by_origin(view, rows, title=view.say("page_chart_figures"), x=view.say("page_axis_figures"))


def _origins(view: View) -> Chart:
    rows = {view.say("page_rests_cost"): view.provenance.cost, view.say("page_rests_effect"): view.provenance.effect}
    return _by_origin(view, rows, title=view.say("page_chart_origins", label=view.label), x=view.label)


def _by_origin(view: View, rows: Mapping[str, Mapping[Origin, float]], *, title: str, x: str) -> Chart:
    """Return bars that say what of a figure or of money is sourced, assumed, or without a word."""
    parts = list(zip(view.say_each("page_{}", ORIGINS).values(), ORIGINS, strict=True))
    bars_of = []
    for name, of in rows.items():
        bars_of.append((name, [float(of[origin]) for origin in ORIGINS]))
    return bars(bars_of, parts, title=title, x=x)


def _heads(view: View) -> dict[str, float]:
    """Return aid per head by county, in whole currency units."""
    counties = view.tables["counties"].set_index("county")
    heads: dict[Any, float] = (counties["aid_per_head"] * view.instance.money.unit).to_dict()
    return heads


def _per_head(view: View) -> Chart:
    heads = _heads(view)
    people = sum(count_people(view.instance).values())
    mean = view.spent.get("aid", 0.0) * view.instance.money.unit / people
    shown, rest = largest(heads)
    unit = view.say("page_unit_per_head", currency=view.currency)
    title = _titled(view, view.say("page_chart_per_head"), len(rest))
    line = (view.say("page_mean", value=number(mean)), mean)
    return bars([(view.county(c), [heads[c]]) for c in shown], [("", "aid")], title=title, x=unit, line=line)


def _lorenz(view: View) -> Chart:
    heads = _heads(view)
    summed, p, u = [], 0.0, 0.0
    for c in sorted(heads, key=heads.__getitem__):
        people = view.instance.counties[c].population
        p, u = p + people, u + heads[c] * people
        summed.append((p, u))
    points = [(0.0, 0.0), *((100 * x / p, 100 * y / u) for x, y in summed)]
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
    counties = view.tables["counties"].set_index("county")
    if what == "jobs":
        values = counties["jobs_gained"] - counties["jobs_gained_without_aid"]
        title, unit = view.say("page_chart_map_jobs"), view.say("page_unit_jobs")
    else:
        values = counties["aid_per_head"] * view.instance.money.unit
        title = view.say("page_chart_map_aid")
        unit = view.say("page_unit_per_head", currency=view.currency)
    known = values.dropna().to_dict()
    areas = [(view.county(c), rings, known.get(c)) for c, rings in view.boundaries.rings.items()]
    return regions(areas, title=f"{title} ({unit})", unit=unit, wide=420)

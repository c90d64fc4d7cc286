"""The tables that the page of a plan shows, in their order: of what they are made, their rows and their columns."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from operator import itemgetter

from alloc.report.bridge import list_parts
from alloc.report.flows import chances
from alloc.report.names import pick_name
from alloc.report.page.listings import Cell, PageColumn, PageTable, Row
from alloc.report.page.view import View
from alloc.report.rows import list_words
from alloc.texts.figures import fixed, percent

MOST_MEASURES = 2000
"""Tables of measures are shown whole."""

SIDE_UNITS = {
    "measures": "measures",
    "money per head": "per_head",
    "money × persons": "persons",
    "money per year": "per_year",
}
"""Units of a rule's sides that are not the unit of money → what they are called."""


def _plainly(*keys: str) -> list[PageColumn]:
    """Return columns of the results as they are, under their titles and units."""
    return list(map(PageColumn, keys))


def _named(key: str, text: str = "") -> PageColumn:
    """Return a column of the names of counties, measures …"""
    return PageColumn(key, lambda view, row: view.name(key, row[key]) if row[key] else "", text)


def _listed(key: str, name: Callable[[View, str], str], text: str = "") -> PageColumn:
    """Return a column of words that stand with `|` between, each by its name."""
    return PageColumn(key, lambda view, row: view.join([name(view, word) for word in list_words(row[key])]), text)


def _answered(key: str) -> PageColumn:
    """Return a column of yes and no."""
    return PageColumn(key, lambda view, row: view.say("page_yes" if row[key] else "page_no"))


def share(value: float) -> str:
    """Return a share of a table, a dash where there is none."""
    return "–" if math.isnan(value) else percent(value)


def _place(view: View, row: Row) -> str:
    return view.county(row["county"]) if row["county"] else view.say("page_all")


def _is_county(view: View, row: Row) -> str:
    """Return the county of a part of the bridge, or what the part is."""
    titles = {"synergies": view.say("synergies"), "total": view.say("total")}
    return titles.get(row["part"]) or view.county(row["county"])


def _side(view: View, row: Row) -> str:
    """Return the unit of a rule's sides in words."""
    key = SIDE_UNITS.get(row["unit"])
    return view.say(f"page_side_{key}", label=view.label) if key else view.label


def _source(view: View, row: Row) -> Cell:
    key = row["source"]
    return view.say("page_assumed") if key == "assumption" else view.instance.sources.get(key, key)


def _even_over(view: View, row: Row) -> str:
    """Return over how many of the same size aid would be as concentrated."""
    return fixed(1 / row["value"], 1) if row["value"] > 0 else "–"


def _flagged(key: str) -> Callable[[View, list[Row]], list[Row]]:
    """Return the choice of the rows with a flag."""
    return lambda view, rows: [row for row in rows if row[key]]


def _unfunded(view: View, rows: list[Row]) -> list[Row]:
    measures = view.instance.measures
    return [{**row, "largest": measures[row["measure"]].largest_cost} for row in rows if not row["funded"]]


def _bridge(view: View, rows: list[Row]) -> list[Row]:
    """Return whose the jobs are: the parts add up to all jobs, the rows to the last one."""
    return list_parts(view.instance, rows)


def _scenarios(view: View, rows: list[Row]) -> list[Row]:
    """Return what every scenario brings; nothing where there is one."""
    return rows if len(rows) > 1 else []


def _moved(view: View, rows: list[Row]) -> list[Row]:
    """Return the national payments in which planning together differs from the nation deciding first."""
    found: list[Row] = (view.figures.get("coordination") or {"moved": []})["moved"]
    return found


def _concentrated(view: View, rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["indicator"].startswith("hhi_")]


def _tightest(view: View, rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (-row["binding"], -(row["broken_by"] > 0)))


FLOWS = ("flow_quo", "flow", "linkage")
"""What is said of a link."""


def _links(view: View, rows: list[Row]) -> Iterable[Row]:
    """Yield purchases by link, expected over scenarios and added up over counties."""
    probability = chances(view.instance)
    sums: dict[int, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in rows:
        for key in FLOWS:
            sums[int(row["link"])][key] += probability[row["scenario"]] * row[key]
    for i, link in enumerate(view.instance.links, 1):
        seller, buyer = view.industry(link.from_), view.industry(link.to)
        amounts = dict.fromkeys(FLOWS, 0.0) | sums[i]
        yield {"name": pick_name(link, f"{seller} → {buyer}", view.lang), "from": seller, "to": buyer, **amounts}


MEASURE = (_named("measure"), _named("county"), _named("category"), _named("industry"))
YES = PageColumn("idle", lambda view, row: view.say("page_yes") if row["idle"] else "")
PER_HEAD = PageColumn("aid_per_head", lambda view, row: row["aid_per_head"] * view.instance.money.unit, "page_per_head")
THROUGH = PageColumn("more", lambda view, row: row["employment"] - row["employment_without_aid"], "through_the_aid")

TABLES = (
    PageTable(
        "funds",
        "funds",
        itemgetter("available"),
        (
            _named("fund"),
            PageColumn("kind", lambda view, row: view.say(f"page_kind_{row['kind']}")),
            PageColumn("county", _place, "county"),
            *_plainly("available", "spent", "unspent", "why_unspent"),
        ),
    ),
    PageTable(
        "counties",
        "counties",
        itemgetter("aid"),
        (
            _named("county"),
            *_plainly("aid", "national", "other"),
            PER_HEAD,
            *_plainly("jobs_gained_quo", "jobs_gained_without_aid", "jobs_gained"),
            *_plainly("linkage_quo", "linkage_without_aid", "linkage", "jobseekers_left"),
        ),
    ),
    PageTable(
        "funded",
        "measures",
        itemgetter("cost"),
        (
            *MEASURE,
            PageColumn("units"),
            PageColumn("unit", lambda view, row: view.instance.measures[row["measure"]].unit, "page_unit"),
            *_plainly("cost", "aid", "national", "other", "gain"),
            PageColumn("jobs", if_any=True),
            PageColumn("linkage", if_any=True),
            YES,
        ),
        _flagged("funded"),
        MOST_MEASURES,
    ),
    PageTable(
        "idle",
        "measures",
        itemgetter("cost"),
        (*MEASURE[:2], *_plainly("cost", "aid"), _listed("asked_by", View.asker, "page_asked_by")),
        _flagged("idle"),
        MOST_MEASURES,
    ),
    PageTable(
        "bridge",
        "bridge",
        lambda row: math.inf if row["part"] != "county" else row["aid"],
        (
            PageColumn("county", _is_county, "county"),
            *_plainly("anyway", "through_others", "through_aid", "employment", "aid", "aid_per_job"),
        ),
        _bridge,
    ),
    PageTable(
        "scenarios",
        "scenarios",
        itemgetter("probability"),
        (
            _named("scenario"),
            PageColumn("probability", lambda view, row: percent(row["probability"])),
            *_plainly("employment_quo", "employment_without_aid", "employment"),
            THROUGH,
            *_plainly("linkage_quo", "linkage_without_aid", "linkage"),
        ),
        _scenarios,
    ),
    PageTable(
        "moved",
        "measures",
        lambda row: abs(row["change"]),
        (
            _named("measure"),
            _named("fund", "page_fund"),
            *(PageColumn(key, text=f"page_moved_{key}") for key in ("first", "joint", "change")),
        ),
        _moved,
        file="run.json",
    ),
    PageTable(
        "industries",
        "industries",
        lambda row: abs(row["jobs"] - row["jobs_quo"]) + 1e-6 * row["jobs"],
        (
            _named("county"),
            _named("industry"),
            *_plainly("jobs_before", "jobs_quo", "jobs_without_aid", "jobs", "insured", "upgraded"),
            *_plainly("output_quo", "output_without_aid", "output"),
            _listed("bottleneck", View.limit),
        ),
    ),
    PageTable(
        "chains",
        "chains",
        lambda row: 2 * row["closed"] - row["closed_quo"] - 0.01 * len(row["missing"]),
        (
            _named("county"),
            _named("chain"),
            _answered("closed"),
            _answered("closed_quo"),
            _listed("missing", View.industry),
        ),
    ),
    PageTable(
        "links",
        "flows",
        itemgetter("flow"),
        (PageColumn("name", text="page_link"), *_plainly("from", "to", "flow_quo", "flow", "linkage")),
        _links,
    ),
    PageTable(
        "payers",
        "payers",
        itemgetter("paid"),
        (
            PageColumn("kind", lambda view, row: view.say(f"page_kind_{row['kind']}")),
            *_plainly("donor", "available", "paid", "earned", "earned_per_money"),
        ),
    ),
    PageTable(
        "sharing",
        "sharing",
        lambda row: abs(row["output"] - row["output_quo"]),
        (
            _named("county"),
            _named("industry"),
            *_plainly("output_quo", "output", "donor", "host"),
        ),
    ),
    PageTable(
        "rules",
        "rules",
        lambda row: row["binding"] + (row["broken_by"] > 0),
        (
            PageColumn("rule", lambda view, row: view.rule(row["rule"], row["group"])),
            _answered("binding"),
            *_plainly("value", "min", "max", "slack", "broken_by"),
            PageColumn("unit", _side),
            PageColumn("source", _source),
        ),
        _tightest,
    ),
    PageTable(
        "unfunded",
        "measures",
        itemgetter("largest"),
        (*MEASURE, PageColumn("largest", text="page_largest_cost"), PageColumn("reason")),
        _unfunded,
        MOST_MEASURES,
    ),
    PageTable(
        "tags",
        "tags",
        itemgetter("aid"),
        (
            PageColumn("tag", lambda view, row: row["tag"] or view.say("page_no_tag")),
            *_plainly("measures", "funded", "cost", "aid", "national", "other"),
            PageColumn("share_of_aid", lambda view, row: share(row["share_of_aid"])),
        ),
    ),
    PageTable(
        "indicators",
        "indicators",
        itemgetter("value"),
        (
            PageColumn(
                "by", lambda view, row: view.say(f"page_by_{row['indicator'][len('hhi_') :]}"), "page_concentrated_by"
            ),
            PageColumn("value", lambda view, row: fixed(row["value"], 3), "page_hhi"),
            PageColumn("over", _even_over, "page_even_over"),
        ),
        _concentrated,
    ),
)
"""The tables in the order of the page."""

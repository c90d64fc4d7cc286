"""Money, scarce things and rules: what the lines of all counties compete for."""

import math
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import chain

from alloc.generate.country import SOURCE, Place, Row
from alloc.generate.draws import draw, ranges, round_figure
from alloc.generate.lines import is_eligible, largest_cost, least_cost, stretch

Lines = Mapping[str, list[Row]]
"""The lines of every county."""

LEAST_PAID = 0.2
"""The floor of aid a head asks no county for more than this part of what all its lines cost."""

CERTAIN = 1.2
"""Lines that can be paid for at once can take so many times the floor: the purses are divided after they are made."""

COUNTY_FUNDS = {
    "national-poverty": ("national", "National poverty funds", "中央财政专项扶贫资金"),
    "county-money": ("local", "Prefecture and county money", "地县财政资金"),
    "firms": ("private", "Firms' own money", "企业自筹"),
    "households": ("household", "Farmers and households", "农户自筹"),
}
PREMIUM_FUNDS = {
    "national-premium": ("national", "Central premium subsidy", "中央农业保险保费补贴"),
    "region-premium": ("local", "Regional premium subsidy", "自治区农业保险保费补贴"),
}


def free_aid(lines: Lines) -> float:
    """Return the aid of all donors that is free to choose: a part of what every line would cost [money].

    Even where counties are few it is enough to begin any one line.
    """
    part: float = ranges()["country"]["scarcity"]["part"] * sum(map(_full, lines.values()))
    return max(part, 1.02 * max(map(least_cost, chain(*lines.values()))))


def _full(lines: Iterable[Row]) -> float:
    """Return what lines cost at their largest [money]; none that is out of the question."""
    return math.fsum(map(largest_cost, filter(is_eligible, lines)))


def _insures(line: Row) -> bool:
    return bool(line["category"] == "insurance")


def funds(rng: random.Random, places: list[Place], lines: Lines) -> dict[str, Row]:
    """Return the funds: aid of all and of paired donors, national money, and what counties, firms and people add."""
    parts = ranges()["purses"]
    found = _aid_funds(places, lines)
    for f, names in COUNTY_FUNDS.items():
        by_county: dict[str, int] = {}
        for c, here in lines.items():
            by_county[c] = round(draw(rng, parts[f.replace("-", "_")]) * _full(here))
            if f == "county-money":
                by_county[c] += math.ceil(_full(line for line in here if line.get("committed")))
        found[f] = {**_named(*names), "by_county": by_county}
    cover = _full(filter(_insures, chain(*lines.values())))
    for f, names in PREMIUM_FUNDS.items():
        part = parts[f.replace("-", "_")]["part"]
        found[f] = {**_named(*names), "amount": round(part * cover), "categories": ["insurance"]}
    return found


def _aid_funds(places: list[Place], lines: Lines) -> dict[str, Row]:
    """Return the aid of all donors together, and of each for the counties that it is paired with."""
    central, aid = ranges()["country"]["central_part"], free_aid(lines)
    full = math.fsum(map(_full, lines.values()))
    paired: dict[str, list[str]] = defaultdict(list)
    paying: dict[str, list[float]] = defaultdict(list)
    for place in places:
        paired[place.donor].append(place.id)
        paying[place.donor].append(_full(lines[place.id]))
    named = _named("aid", "Aid of all donors together", "对口支援统筹资金")
    found: dict[str, Row] = {"central-aid": {**named, "amount": round(aid * central)}}
    for donor, counties in paired.items():
        part = math.fsum(paying[donor]) / full
        named = _named("aid", f"Paired aid, {donor}", f"结对支援资金 {donor[-2:]}")
        amount = round(aid * (1 - central) * part)
        found[donor] = {**named, "donor": donor, "amount": amount, "counties": counties}
    return found


def _named(kind: str, name: str, name_zh: str) -> Row:
    return {"name": name, "name_zh": name_zh, "kind": kind, "source": SOURCE}


def resources(rng: random.Random, places: list[Place], lines: Lines) -> dict[str, Row]:
    """Return water by county with a total for each basin, and the technicians of the country."""
    words = {
        "water": ("Irrigation water", "灌溉用水", "thousand m³"),
        "technicians": ("Weeks of specialists", "技术人员工作周", "weeks"),
    }
    basins = list(dict.fromkeys(place.basin for place in places))
    found = {}
    for r in (*basins, "technicians"):
        what = r.partition("-")[0]
        part = ranges()["purses"][f"{what}_county"]
        by_county = {}
        for c, here in lines.items():
            most = math.fsum(line[f"uses.{r}"] * line["max_units"] for line in here if line.get(f"uses.{r}"))
            if most:
                by_county[c] = round_figure(most * draw(rng, part))
        if by_county:
            total = round_figure(ranges()["purses"][f"{what}_total"]["part"] * math.fsum(by_county.values()))
            name, name_zh, unit = words[what]
            named = {"name": name, "name_zh": name_zh, "unit": unit, "source": SOURCE}
            found[r] = {**named, "amount": total, "by_county": by_county}
    return found


def keepable(places: list[Place], lines: Lines) -> None:
    """Let every county have lines of livelihood that can take its floor of aid a head: it can then be kept.

    Whatever else the rules ask, such lines wait for no national money, need no other line and use nothing scarce.
    Raises RequestError for a county that has none.
    """
    floor = max(rule["part"] for rule in ranges()["rules"] if "part" in rule) * free_aid(lines)
    people = _people(places)
    for place in places:
        stretch(lines[place.id], CERTAIN * floor * place.population / people)


def _people(places: list[Place]) -> float:
    return math.fsum(place.population for place in places)


def markets(rng: random.Random, counties: list[Row], industries: list[Row], baseline: list[Row]) -> list[Row]:
    """Return for one industry a market in each region: what its counties sell today, and some more."""
    industry = industries[rng.randrange(len(industries))]
    region = {row["id"]: row["region"] for row in counties}
    sold: dict[str, float] = {}
    for row in baseline:
        if row["industry"] == industry["id"]:
            g = region[row["county"]]
            sold[g] = sold.get(g, 0.0) + industry["productivity"] * row["jobs"]
    found: list[Row] = []
    for g, money in sold.items():
        most = math.ceil(draw(rng, ranges()["further"]["market_room"]) * money) + 1
        found.append({"industry": industry["id"], "region": g, "amount": most, "source": SOURCE})
    return found


def rules(places: list[Place], lines: Lines) -> list[Row]:
    """Return the rules: shares over all counties, limits in each county, and equity while counties are few."""
    people = _people(places)
    affordable = min(LEAST_PAID * _full(lines[place.id]) / place.population for place in places)
    found = []
    for rule in ranges()["rules"]:
        row = {key: x for key, x in rule.items() if key not in ("hotan", "part", "up_to")} | {"source": SOURCE}
        if "part" in rule:
            row["min"] = round_figure(min(rule["part"] * free_aid(lines) / people, affordable))
        if len(places) <= rule.get("up_to", math.inf):
            found.append(row)
    return found

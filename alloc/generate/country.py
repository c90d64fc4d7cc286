"""The country: counties in regions, industries in chains, what stands where, who buys from whom."""

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from alloc.generate.draws import draw, happens, jitter, pick, ranges, some
from alloc.instance import JOB_CATEGORIES

Row = dict[str, Any]
"""One row of a table: column → value as it is written; a column that begins with `_` is not."""

SOURCE = "synthetic"
HAZARD = 6
"""Where the hazard of an industry stands behind its id in the catalogue."""

REGION_MEAN = 11
"""Counties of a region where there are many regions."""


@dataclass(frozen=True)
class Place:
    """A county and what is decided about it from outside.

    lean: its population between the smallest and the largest, 0-1; chains: what its region is known for.
    """

    id: str
    name: str
    name_zh: str
    region: str
    donor: str
    basin: str
    population: float
    lean: float
    chains: tuple[str, ...]


def places(rng: random.Random, counties: int) -> list[Place]:
    """Return the counties, region by region, with donors and basins over neighbouring regions."""
    country, people = ranges()["country"], ranges()["county"]["population"]
    names = _names(rng, counties)
    known_chains = list(_catalogue("chains"))
    sizes = _sizes(rng, counties)
    donors, basins = min(len(sizes), country["donors"]), min(len(sizes), country["basins"])
    low, high = map(math.log, people["range"])
    found: list[Place] = []
    for g, size in enumerate(sizes):
        known = tuple(some(rng, known_chains, country["chains_of_region"]))
        for _ in range(size):
            population = draw(rng, people)
            name, name_zh = names[len(found)]
            place = Place(
                id=f"c{len(found) + 1:04}",
                name=name,
                name_zh=name_zh,
                region=f"r{g + 1:03}",
                donor=f"donor-{g * donors // len(sizes) + 1:02}",
                basin=f"water-{g * basins // len(sizes) + 1}",
                population=population,
                lean=(math.log(population) - low) / (high - low),
                chains=known,
            )
            found.append(place)
    return found


def _catalogue(what: str) -> dict[str, list[Any]]:
    """Return the rows of a table of the catalogue by what stands first in each: industries or chains by their ids."""
    return {row[0]: row[1:] for row in ranges()["catalogue"][what]}


def _names(rng: random.Random, counties: int) -> list[tuple[str, str]]:
    """Return names of counties in English and Chinese, two syllables each; numbered where these run out."""
    words = ranges()["names"]
    names: list[tuple[str, str]] = []
    for first, second in some(rng, product(words["first"], words["second"]), counties):
        (a, a_zh), (b, b_zh) = first.split(), second.split()
        names.append((a + b, f"{a_zh}{b_zh}县"))
    return names + [(f"County {i}", f"第{i}县") for i in range(len(names) + 1, counties + 1)]


def _sizes(rng: random.Random, counties: int) -> list[int]:
    """Return how many counties each region has."""
    low, high = ranges()["country"]["region_size"]["range"]
    count = -(-counties // REGION_MEAN)
    even, left = divmod(counties, count)
    sizes = [even + 1] * left + [even] * (count - left)
    for _ in range(2 * count):
        giver, taker = int(rng.random() * count), int(rng.random() * count)
        if giver != taker and sizes[giver] > low and sizes[taker] < high:
            sizes[giver], sizes[taker] = sizes[giver] - 1, sizes[taker] + 1
    return sizes


def county_row(rng: random.Random, place: Place) -> Row:
    """Return a county as a row of its table."""
    figures = ranges()["county"]
    row: Row = {
        "id": place.id,
        "name": place.name,
        "name_zh": place.name_zh,
        "region": place.region,
        "population": place.population,
        "jobseekers": round(place.population * draw(rng, figures["jobseekers_per_head"])),
    }
    for k in ("training", "technology", "enterprise"):
        row[f"delivery.{k}"] = draw(rng, figures[f"delivery_{k}"])
    return row | {"source": SOURCE}


def industries(rng: random.Random) -> dict[str, Row]:
    """Return the industries by id; `_sort` says what kind of place they work in."""
    figures = ("productivity", "uplift", "hazard", "viable_jobs", "cluster_jobs", "cluster_bonus")
    found = {}
    for s, (en, zh, chain, sort, *numbers) in _catalogue("industries").items():
        row: Row = {"id": s, "name": en, "name_zh": zh, "chain": chain, "_sort": sort}
        for key, middle in zip(figures, numbers[:6], strict=True):
            figure = jitter(rng, middle, ranges()["industry"][key])
            if figure:
                row[key] = round(figure) if key.endswith("_jobs") else figure
        found[s] = row | {"needs.training": numbers[6], "needs.enterprise": numbers[7], "source": SOURCE}
    return found


def chains(rng: random.Random) -> dict[str, Row]:
    """Return the chains by id."""
    bonus = ranges()["industry"]["closure_bonus"]
    found = {}
    for h, (en, zh) in _catalogue("chains").items():
        found[h] = {"name": en, "name_zh": zh, "closure_bonus": draw(rng, bonus), "source": SOURCE}
    return found


def links(rng: random.Random) -> list[Row]:
    """Return who can buy from whom."""
    figures = ranges()["link"]
    found: list[Row] = []
    for seller, buyer, sells, buys, scope in figures["table"]:
        row: Row = {
            "from": seller,
            "to": buyer,
            "sells": jitter(rng, sells, figures["sells"]),
            "buys": jitter(rng, buys, figures["buys"]),
            "scope": scope,
            "friction": draw(rng, figures["friction"]) if scope == "region" else 0,
            "source": SOURCE,
        }
        found.append(row)
    return found


def scenarios(rng: random.Random) -> dict[str, Row]:
    """Return a normal and a bad year: in the bad one a drawn half of the industries suffers."""
    figures = ranges()["scenarios"]
    known = _catalogue("industries")
    struck = [s for s in known if rng.random() < figures["struck"]["chance"]]
    return {
        "normal": {"name_zh": "正常年份", "probability": figures["normal"]["probability"], "source": SOURCE},
        "bad": {
            "name_zh": "灾年与滞销",
            "probability": figures["bad"]["probability"],
            "hazard": {s: round(known[s][HAZARD] * draw(rng, figures["bad_hazard"]), 3) for s in struck},
            "productivity": {s: draw(rng, figures["bad_productivity"]) for s in struck},
            "source": SOURCE,
        },
    }


def standing(rng: random.Random, place: Place, known: Mapping[str, Row]) -> list[Row]:
    """Return what stands in a county: chains of its region, one after the other, as far as its industries go."""
    count = int(pick(rng, ranges()["county"]["industries"]["weights"]))
    order = some(rng, place.chains, len(place.chains))
    stages: list[Row] = []
    for chain in order:
        stages += [row for row in known.values() if row["chain"] == chain]
    return [_industry_here(rng, place, row) for row in stages[:count]]


def _industry_here(rng: random.Random, place: Place, industry: Mapping[str, Any]) -> Row:
    """Return a row of the baseline; an industry that is new has no job and no workplace yet, but room to begin."""
    figures, sort, viable = ranges()["standing"], industry["_sort"], industry["viable_jobs"]
    today = round(draw(rng, figures["jobs"][sort], place.lean))
    new = happens(rng, figures["new"]) and sort != "field"
    row: Row = {"county": place.id, "industry": industry["id"], "source": SOURCE, "jobs": 0 if new else today}
    for k in JOB_CATEGORIES:
        room = viable * draw(rng, figures["new_room"]) if new else today * draw(rng, figures[k])
        row[k] = 0 if new and k == "infrastructure" else math.ceil(industry.get(f"needs.{k}", 1) * room)
    for served in ("insurance", "technology"):
        row[served] = round(row["jobs"] * draw(rng, figures[served]))
    return row | _limits_here(rng, industry, max(row["jobs"], viable))


def _limits_here(rng: random.Random, industry: Mapping[str, Any], size: float) -> Row:
    """Return the market and the most jobs of an industry in a county, where it has any."""
    figures, row = ranges()["standing"], {}
    market, most = draw(rng, figures["market"]), draw(rng, figures["max_jobs"])
    if market and industry["_sort"] != "field":
        row["market"] = math.ceil(industry["productivity"] * size * market)
    if most:
        row["max_jobs"] = math.ceil(size * most)
    return row

"""The question as a whole, and how it is written: instance.yaml and CSV tables."""

import csv
import io
import json
import random
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from alloc.generate import budget, country, lines
from alloc.generate.country import SOURCE, Row
from alloc.generate.draws import draw, happens, ranges
from alloc.instance.starter import must_be_free

PLAIN = re.compile(r"[a-z][a-z0-9_.-]*")
"""Words that YAML needs no quotes for."""

AMBIGUOUS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
WIDTH = 120


def generate(counties: int, seed: int, folder: Path) -> None:
    """Write a synthetic question of so many counties into a folder: instance.yaml and its CSV tables.

    The same counties and seed give the same bytes on every machine. Raises RequestError where an
    instance stands in the folder already, ValueError for fewer than three counties.
    """
    if counties < 3:
        raise ValueError(f"a synthetic question has three counties or more, not {counties}")
    must_be_free(folder)
    tables, rest = _question(random.Random(seed), counties)
    _further(random.Random(f"further {counties} {seed}"), tables, rest)
    head = {
        "alloc": 1,
        "name": f"synthetic-{counties}-{seed}",
        "title": f"Synthetic question of {counties} counties, seed {seed} / 合成算例：{counties}个县",
        "year": 2019,
        "description": "Made up in the shape of hotan-2019 to try programs on; nothing is true. 全部数据均为虚构。",
        "sources": {SOURCE: f"made up by alloc generate --counties {counties} --seed {seed}, see its ranges.toml"},
    }
    folder.mkdir(parents=True, exist_ok=True)
    for table, rows in tables.items():
        head[table] = f"{table}.csv"
        (folder / f"{table}.csv").write_text(_csv(rows), encoding="utf-8", newline="")
    (folder / "instance.yaml").write_text("\n".join(_yaml({**head, **rest})) + "\n", encoding="utf-8", newline="")


def _question(rng: random.Random, counties: int) -> tuple[dict[str, list[Row]], Row]:
    """Return the tables that become CSV files, and what stands in instance.yaml itself."""
    known = country.industries(rng)
    places = country.places(rng, counties)
    baseline: list[Row] = []
    measures: dict[str, list[Row]] = {}
    region: dict[str, str] = {}
    for place in places:
        rows = country.standing(rng, place, known)
        baseline += rows
        measures[place.id] = lines.measures(rng, place, rows, known)
        region[place.id] = place.region
    budget.keepable(places, measures)
    tables = {
        "counties": [country.county_row(rng, place) for place in places],
        "industries": list(known.values()),
        "baseline": baseline,
        "links": country.links(rng),
        "synergies": lines.synergies(rng, measures, region),
        "measures": list(chain(*measures.values())),
    }
    rest = {
        "chains": country.chains(rng),
        "funds": budget.funds(rng, places, measures),
        "resources": budget.resources(rng, places, measures),
        "scenarios": country.scenarios(rng),
        "rules": budget.rules(places, measures),
        "objective": ranges()["country"]["objective"],
        "solver": {"gap": 0.0005},
    }
    return tables, rest


def _further(rng: random.Random, tables: dict[str, list[Row]], rest: Row) -> None:
    """Add what only some questions have: shared markets, a national purse below its parts, supplies of resources.

    Its dice are its own, so that all else is the same with and without it.
    """
    further = ranges()["further"]
    if happens(rng, further["markets"]):
        markets = budget.markets(rng, tables["counties"], tables["industries"], tables["baseline"])
        tables["markets"] = markets
    if happens(rng, further["national_total"]):
        fund = rest["funds"]["national-poverty"]
        fund["amount"] = round(draw(rng, further["national_part"]) * sum(fund["by_county"].values()))
    if happens(rng, further["supplies"]) and "technicians" in rest["resources"]:
        for line in tables["measures"]:
            if line["_kind"] == "base":
                line["supplies.technicians"] = draw(rng, further["technicians"])


def _csv(rows: list[Row]) -> str:
    """Return rows as CSV: a column for every key that any row has, in the order of first use."""
    columns = [key for key in dict.fromkeys(chain(*rows)) if not key.startswith("_")]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(key, "")) for key in columns])
    return text.getvalue()


def _cell(value: Any) -> str:
    """Return a value as the format writes it in a cell; 0 is what an empty cell means."""
    if isinstance(value, list):
        return "|".join(map(_cell, value))
    if isinstance(value, tuple):
        return ":".join(map(_cell, value))
    return _scalar(value)


def _scalar(value: str | float) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else f"{value:.10g}"


def _yaml(value: Any, indent: str = "") -> Iterator[str]:
    """Yield the lines of a mapping or list: one line an entry where it fits, else a block."""
    is_list = isinstance(value, list)
    for key, entry in enumerate(value) if is_list else value.items():
        label = "-" if is_list else f"{_flow(key)}:"
        line = f"{indent}{label} {_flow(entry)}"
        if len(line) <= WIDTH or not isinstance(entry, (dict, list)):
            yield line
        elif is_list:
            first, *others = _yaml(entry, indent + "  ")
            yield f"{indent}- {first.lstrip()}"
            yield from others
        else:
            yield f"{indent}{label}"
            yield from _yaml(entry, indent + "  ")


def _flow(value: Any) -> str:
    """Return a value on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(x)}" for key, x in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, str) and (not PLAIN.fullmatch(value) or value in AMBIGUOUS):
        return json.dumps(value, ensure_ascii=False)
    return _scalar(value)

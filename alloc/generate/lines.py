"""The lines that money can be spent on: measures of all five categories, and what ties them together."""

import math
import random
from collections.abc import Mapping
from typing import Any

from alloc.errors import RequestError
from alloc.generate.country import SOURCE, Place, Row
from alloc.generate.draws import draw, happens, pick, ranges, round_figure, some

BUILDINGS = ("plots", "hall", "satellite", "line", "rooms")
LIVELIHOOD = "livelihood"

TYING = ("requires", "excludes", "national_ceiling", "national_planned")
"""Columns that make a line wait for others, or for national money."""

SERVING = 2
"""Lines beside insurance in every county that serve livelihood."""

REQUIRED = {"posts": "checks", "hall": "mains", "evening": "base"}
"""Which template needs which other, where a county has both."""


def is_eligible(line: Mapping[str, Any]) -> bool:
    """Tell whether a line may be funded at all; an empty cell says so too."""
    return line.get("eligible") is not False


def largest_cost(line: Mapping[str, Any]) -> float:
    """Return the cost of a line at its largest scale [money]."""
    return float(line["unit_cost"] * line["max_units"] + line.get("fixed_cost", 0.0))


def least_cost(line: Mapping[str, Any]) -> float:
    """Return the cost of a line at its smallest scale [money]."""
    return float(line["unit_cost"] * line["min_units"] + line.get("fixed_cost", 0.0))


def measures(rng: random.Random, place: Place, rows: list[Row], known: Mapping[str, Row]) -> list[Row]:
    """Return the lines of a county, 9 to 12 of them in all five categories."""
    chosen, more = _kinds(rng, [row["industry"] for row in rows], known)
    least, most = ranges()["county"]["measures"]["range"]
    extra = int(pick(rng, ranges()["county"]["extra_measures"]["weights"]))
    room = max(least - len(chosen), min(extra, most - len(chosen)))
    chosen += some(rng, [line for line in more if line not in chosen], room)
    return _tied(rng, [_line(rng, place, kind, known.get(s)) for kind, s in chosen])


def _kinds(
    rng: random.Random, here: list[str], known: Mapping[str, Row]
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the kinds of lines that a county has, each with its industry, and those that it may have besides."""
    fields, works = _of_sort("field", here, known), _of_sort("works", here, known)
    firms = [s for s in here if s not in fields] or fields
    grown = [*fields, *here][0]
    skilled = _most_skilled(rng, here, known)
    hiring, selling = some(rng, firms, 1)[0], some(rng, firms, 1)[0]
    taught = _taught(rng, here, works)

    chosen = [(pick(rng, ranges()["builds"][known[s]["_sort"]]), s) for s in here]
    chosen += [("evening", ""), ("course", skilled[0]), ("cover", grown), ("outlet", selling), taught[0]]
    chosen.append(("posts" if hiring in works else "coop", hiring))
    if happens(rng, ranges()["ties"]["committed"]) and fields:
        chosen.append(("planting", fields[-1]))

    more = [taught[1], ("course", skilled[1]), ("base", ""), ("coop", grown)]
    kinds = dict(chosen)
    more += [(REQUIRED[kind], "") for kind in ("posts", "hall") if kind in kinds]
    return chosen, more


def _most_skilled(rng: random.Random, here: list[str], known: Mapping[str, Row]) -> list[str]:
    """Return industries by how much training a job takes, the most first, those alike in any order."""
    return sorted(here, key=lambda s: (-known[s]["needs.training"], rng.random()))


def _taught(rng: random.Random, here: list[str], works: list[str]) -> list[tuple[str, str]]:
    """Return the kinds of lines that bring technology to two industries."""
    return [("specialists" if s in works else "extension", s) for s in some(rng, here, 2)]


def _of_sort(sort: str, here: list[str], known: Mapping[str, Row]) -> list[str]:
    """Return the industries of a county that are of one sort."""
    return [s for s in here if known[s]["_sort"] == sort]


def _line(rng: random.Random, place: Place, kind: str, industry: Mapping[str, Any] | None) -> Row:
    """Return one line of a county out of its template."""
    template, ties = ranges()["measures"][kind], ranges()["ties"]
    line = _named(place, kind, industry)
    for key in ("effect", "unit_cost", "fixed_cost", "max_units", "min_units", "deadweight", "outlet", "linkage"):
        if key in template:
            line[key] = draw(rng, template[key], place.lean)
    line["max_units"] = round(line["max_units"])
    least = min(line.get("min_units", 0), ties["least_scale"]["part"] * line["max_units"])
    line["min_units"] = line["max_units"] if template["max_units"].get("fixed") else math.ceil(least)
    line["integer"] = template.get("integer", "")
    line |= _uses(rng, place, template)
    if happens(rng, template.get("returns", {"chance": 0.0})):
        line["returns"] = _curve(rng, line["max_units"])
    line |= _shares(template)
    line["tags"] = [tag for tag in ("county-and-below", *template["tags"]) if happens(rng, ties.get(tag, {}))]
    return line | _payers(rng, place, template, line)


def _named(place: Place, kind: str, industry: Mapping[str, Any] | None) -> Row:
    """Return what a line is called, where it lies, and of which kind it is."""
    template = ranges()["measures"][kind]
    parts, words = [place.id, kind], [place.name, place.name_zh]
    if industry is not None:
        parts.append(industry["id"])
        words = [f"{words[0]}, {industry['name'].lower()}", f"{words[1]}{industry['name_zh']}"]
    return {
        "id": "-".join(parts),
        "name": f"{words[0]}: {template['words'][0]}",
        "name_zh": f"{words[1]}：{template['words'][1]}",
        "county": place.id,
        "category": template["category"],
        "industry": industry["id"] if industry is not None else "",
        "unit": template["unit"],
        "_kind": kind,
        "source": SOURCE,
    }


def _uses(rng: random.Random, place: Place, template: Mapping[str, Any]) -> Row:
    """Return what is scarce and one unit of a line takes."""
    found: Row = {}
    for resource, column in (("water", f"uses.{place.basin}"), ("technicians", "uses.technicians")):
        if resource in template:
            found[column] = draw(rng, template[resource]) or ""
    return found


def _shares(template: Mapping[str, Any]) -> Row:
    """Return the least and the largest shares of a line's cost that its payers have."""
    found: Row = {}
    for bound, column in (("least", "min_share"), ("most", "max_share")):
        for payer, share in template.get(bound, {}).items():
            found[f"{column}.{payer}"] = share
    return found


def _payers(rng: random.Random, place: Place, template: Mapping[str, Any], line: Row) -> Row:
    """Return who may pay for a line, and how national money may meet aid there."""
    ties = ranges()["ties"]
    aid = ["central-aid", place.donor]
    if not happens(rng, ties["aid_both"]) and least_cost(line) <= ties["aid_both"]["cost"]:
        aid = some(rng, aid, 1)
    national = pick(rng, template["national"])
    others = [f for f in template["funds"] if not (national == "none" and f.startswith("national"))]
    found: Row = {"national": national, "funds": [*aid, *others]}
    if national == "supplement":
        ceiling = ties["ceiling"]
        found["national_ceiling"] = round(min(draw(rng, ceiling) * largest_cost(line), ceiling["most"]))
    elif national == "any" and template["category"] == "infrastructure" and happens(rng, ties["planned"]):
        found["national_planned"] = round(ties["planned"]["part"] * least_cost(line))
    return found


def _curve(rng: random.Random, most: float) -> list[tuple[float, float]]:
    """Return a curve of returns that bends once, down, or rarely up: nothing works before a critical mass."""
    ties = ranges()["ties"]
    bend, slope = round(draw(rng, ties["break"]) * most), draw(rng, ties["slope"])
    slopes = (round(1 - slope, 3), 1.0) if happens(rng, ties["rising"]) else (1.0, slope)
    return [(bend, slopes[0]), (most, slopes[1])]


def _tied(rng: random.Random, lines: list[Row]) -> list[Row]:
    """Return the lines of a county with what they require, exclude and promise."""
    ties = ranges()["ties"]
    by_kind = {line["_kind"]: line["id"] for line in lines}
    for line in lines:
        needed = by_kind.get(REQUIRED.get(line["_kind"], ""))
        if needed:
            line["requires"] = [needed]
        if line["_kind"] == "planting":
            line["committed"] = True
    rivals = some(rng, [line for line in lines if line["_kind"] in BUILDINGS], 2)
    if happens(rng, ties["exclude"]) and len(rivals) == 2:
        rivals[0]["excludes"] = [rivals[1]["id"]]
    _rule_out(rng, lines)
    _serve(lines)
    return lines


def _rule_out(rng: random.Random, lines: list[Row]) -> None:
    """Let some lines that nothing hangs on be out of the question."""
    for line in lines:
        is_free = line["_kind"] not in REQUIRED.values() and not line.get("committed")
        if happens(rng, ranges()["ties"]["ineligible"]) and is_free:
            line |= {"eligible": False, "reason": "the survey of its site or firms is not finished"}


def _serve(lines: list[Row]) -> None:
    """Let at least two lines that aid can pay serve livelihood, so that a county can keep its share of it.

    The first of them can be paid at once, whatever national money and other lines do: a course always can.
    """
    able = [line for line in lines if is_eligible(line) and line["category"] != "insurance"]
    possible = list(filter(_may_serve, able))
    alone = list(filter(_stands_alone, possible)) or [_readmit_course(lines)]
    if not any(map(_serves, alone)):
        alone[0]["tags"].append(LIVELIHOOD)
    for line in possible:
        if sum(map(_serves, able)) >= SERVING:
            return
        if not _serves(line):
            line["tags"].append(LIVELIHOOD)


def _readmit_course(lines: list[Row]) -> Row:
    """Return a course of the county; where it was out of the question it no longer is."""
    course = next(line for line in lines if line["_kind"] == "course")
    course |= {"eligible": "", "reason": ""}
    return course


def _may_serve(line: Mapping[str, Any]) -> bool:
    return LIVELIHOOD in ranges()["measures"][line["_kind"]]["tags"]


def _serves(line: Mapping[str, Any]) -> bool:
    return LIVELIHOOD in line["tags"]


def stretch(lines: list[Row], aid: float) -> None:
    """Let the largest line of livelihood that stands alone grow until a county can surely take so much aid.

    Raises RequestError where it has no such line.
    """
    lack, alone = aid - payable(lines), _list_at_once(lines)
    if lack > 0 and not alone:
        raise RequestError("generate_no_line", county=lines[0]["county"])
    if lack > 0:
        line = max(alone, key=largest_cost)
        line["max_units"] += math.ceil(lack / line["unit_cost"] / _aid_part(line))
        if "returns" in line:
            line["returns"][-1] = (line["max_units"], line["returns"][-1][1])


def payable(lines: list[Row]) -> float:
    """Return the aid that a county can take for livelihood at once, whatever other money and scarce things do [money].

    Lines that need others, shut others out or use what is scarce are left out; shares of other payers are taken off.
    """
    return math.fsum(largest_cost(line) * _aid_part(line) for line in _list_at_once(lines))


def _list_at_once(lines: list[Row]) -> list[Row]:
    """Return the lines for livelihood that can be paid for at once."""
    return list(filter(_serves, filter(_stands_alone, lines)))


def _stands_alone(line: Mapping[str, Any]) -> bool:
    """Tell whether a line can be paid for at once, whatever other lines, national money and scarce things do."""
    for key, value in line.items():
        if value and (key in TYING or key.startswith("uses.")):
            return False
    return is_eligible(line) and line["min_units"] != line["max_units"]


def _aid_part(line: Mapping[str, Any]) -> float:
    """Return the part of a cost that aid may pay beside the least shares of others."""
    others = []
    for key, part in line.items():
        if key.startswith("min_share.") and key != "min_share.aid":
            others.append(part)
    return 1.0 - math.fsum(others)


def synergies(rng: random.Random, lines: Mapping[str, list[Row]], region: Mapping[str, str]) -> list[Row]:
    """Return what lines bring together: within some counties, and rarely with the next county of the region."""
    ties, able = ranges()["ties"], {c: _list_able(here) for c, here in lines.items()}
    found = []
    for c, after in zip(able, [*list(able)[1:], ""], strict=True):
        if happens(rng, ties["synergy"]):
            partners = some(rng, able[c], 2 + (rng.random() < ties["synergy"]["three"]))
            found.append(_synergy(rng, partners, 1))
        if happens(rng, ties["synergy_across"]) and after and region[c] == region[after]:
            one, other = some(rng, able[c], 1)[0], some(rng, able[after], 1)[0]
            found.append(_synergy(rng, [one, other], -0.5 if one["category"] == other["category"] else 0.5))
    return found


def _list_able(lines: list[Row]) -> list[Row]:
    """Return the lines that can bring something together: at their least they are more than nothing."""
    return [line for line in lines if line["min_units"] > 0 and is_eligible(line)]


def _synergy(rng: random.Random, partners: list[Row], worth: float) -> Row:
    """Return what these lines bring together; a negative worth means that they are in each other's way."""
    ties = ranges()["ties"]
    row: Row = {"measures": [line["id"] for line in partners]}
    for key in ("employment", "linkage"):
        row[key] = round_figure(worth * draw(rng, ties[f"synergy_{key}"]))
    return row | {"source": SOURCE}

"""What can still be bought of each measure, and what others no longer wait for."""

from collections.abc import Iterator, Mapping, Sequence

from alloc.instance import Instance
from alloc.instance.schema import Measure
from alloc.study.follow.changes import NextYear, tidy, write
from alloc.study.follow.purchases import WHOLE, Purchase, standing_kind
from alloc.study.follow.works import bring, cut_returns, find_root, stand


def limit_measures(told: NextYear, purchases: Mapping[str, Purchase]) -> None:
    """Leave of each measure what can still be bought, and free others of what they waited for."""
    bought = {m: of.bought for m, of in purchases.items() if of.bought > WHOLE and not standing_kind(m)}
    begun = {**dict.fromkeys(_list_costless(told), 0.0), **bought}
    own = {m: row for m, row in told.base.measures.items() if not standing_kind(m)}
    for m, row in own.items():
        if m in bought:
            _begin(told, m, row, bought[m])
        elif m not in begun:
            told.change("measures", m, "committed", told.last.measures[m].committed, "roll_still_committed")
        _free_from(told, m, row, begun)
    for m, row in own.items():  # once it is known what can still be bought
        _count_in_limits(told, m, row, bought)
    _keep_synergies(told, begun)
    _tell_upkeep(told)


def _tell_upkeep(told: NextYear) -> None:
    """Tell of upkeep whose payers are tied beside a measure that can be bought on: each row is tied by itself now."""
    measures = told.tables["measures"]
    for name, row in measures.items():
        m = find_root(name)
        if standing_kind(name) == "upkeep" and measures[m].eligible and _is_tied(row):
            told.doubts.append(told.say("roll_upkeep_alone", upkeep=name, measure=m))


def _is_tied(row: Measure) -> bool:
    """Tell whether a measure says which payers pay how much of it."""
    in_order = row.national in ("supplement", "supplement-strict", "exclusive")
    return in_order or row.national_ceiling is not None or bool(row.min_share or row.max_share)


def _begin(told: NextYear, m: str, row: Measure, units: float) -> None:
    """Let a measure of which units are bought be bought further, or not, as any other."""
    told.change("measures", m, "committed", False, "roll_begun")
    if not told.ahead:  # where the new year is planned, what is written of it holds for what is bought then
        told.change("measures", m, "national_planned", None, "roll_begun")
    _lower_most(told, m, row, units)


def _list_costless(told: NextYear) -> Iterator[str]:
    """Yield what a plan over several years begins in the first at no cost: nothing need be paid for it to go ahead."""
    if told.ahead:
        for m, funded in told.plan.funded.items():
            if funded and told.plan.cost[m] == 0 and not standing_kind(m):
                yield m


def _keep_synergies(told: NextYear, begun: Mapping[str, float]) -> None:
    """Let what stands for a measure that went ahead count among those that bring something together.

    Where all have gone ahead their jobs are among those counted, as direct jobs are.
    """
    for i, synergy in told.tables["synergies"].items():
        measures = told.tables["measures"]
        gone = [m for m in synergy.measures if m in begun or m not in measures]
        names = tuple(_find_standing(told, m) if m in gone else m for m in synergy.measures)
        told.change("synergies", i, "measures", names, "roll_synergy", names=", ".join(gone))
        if _is_counted(told, names):
            told.change("synergies", i, "employment", 0.0, "roll_synergy_counted")


def _is_counted(told: NextYear, names: Sequence[str]) -> bool:
    """Tell whether all of some measures went ahead, in counties where jobs were counted."""
    counted = {row.county for row in told.actuals.jobs}
    return all(standing_kind(m) and told.tables["measures"][m].county in counted for m in names)


def _find_standing(told: NextYear, m: str) -> str:
    """Return a row that stands for what went ahead of a measure; one that brings nothing where there is none."""
    root = find_root(m)
    standing: str
    for standing in told.tables["measures"]:
        if standing_kind(standing) and find_root(standing) == root:
            return standing
    name = f"{root}-built-{told.last.year}"
    row = told.last.measures[m]
    nothing = {**bring(row, 0.0), "jobs": 0.0, "lead": 0, "life": None}
    told.add(name, stand(told, row, 0.0, nothing), "roll_mark", measure=root)
    return name


def _free_from(told: NextYear, m: str, row: Measure, begun: Mapping[str, float]) -> None:
    """Let a measure no longer wait for what is there, nor stand beside what excludes it."""
    there = [other for other in row.requires if other in begun]
    if there:
        kept = tuple(other for other in row.requires if other not in begun)
        told.change("measures", m, "requires", kept, "roll_required", names=", ".join(there))
    barred = [other for other in _list_rivals(told.base, m) if other in begun]
    if barred:
        _close(told, m, "roll_excluded", names=", ".join(barred))


def _count_in_limits(told: NextYear, m: str, row: Measure, bought: Mapping[str, float]) -> None:
    """Let what was bought count in all limits of a measure by the scale of others."""
    for other, limit in row.limited_by.items():
        if other in bought or m in bought:
            _limit_on(told, m, other, limit * bought.get(other, 0.0) - bought.get(m, 0.0))


def _limit_on(told: NextYear, m: str, other: str, left: float) -> None:
    """Let what was bought count in a limit of a measure by the scale of another; left: units that it leaves of itself.

    Where these are as many as can be bought nothing more is limited; where none of the other can be bought they are all
    that can be. Else the question cannot say it: it limits what is bought to what is bought of the other, and no more.
    """
    row, by = told.tables["measures"][m], told.tables["measures"][other]
    free = {name: limit for name, limit in row.limited_by.items() if name != other}
    values = {"other": other, "left": write(max(0.0, left))}
    if left >= min(row.most_in_all, row.max_units * max(1, len(told.ahead))) - WHOLE:
        told.change("measures", m, "limited_by", free, "roll_within_limit", **values)
    elif left >= 0 and not by.eligible:
        told.change("measures", m, "limited_by", free, "roll_limit_left", **values)
        if tidy(left) < row.min_units:
            _close(told, m, "roll_limit_few", **values)
            return
        if told.ahead:
            told.change("measures", m, "max_total", tidy(min(left, row.most_in_all)), "roll_limit_left", **values)
        if left < row.max_units:
            told.change("measures", m, "max_units", tidy(left), "roll_limit_left", **values)
    else:
        told.doubts.append(told.say("roll_limited", measure=m, **values))


def _lower_most(told: NextYear, m: str, row: Measure, units: float) -> None:
    """Take what is bought from the most that can be bought: of what lasts, and where all years have a limit."""
    if row.max_total is not None:
        told.change("measures", m, "max_total", max(0.0, tidy(row.max_total - units)), "roll_less", units=write(units))
    left = min(row.max_units, row.most_in_all - units)
    if left >= row.max_units:
        return
    left = max(0.0, tidy(left))
    if left <= WHOLE or left < row.min_units:
        _close(told, m, "roll_in_place" if left <= WHOLE else "roll_too_few", units=write(units), left=write(left))
        return
    told.change("measures", m, "max_units", left, "roll_less", units=write(units))
    told.change("measures", m, "returns", cut_returns(row, left), "roll_less", units=write(units))


def _close(told: NextYear, m: str, text: str, **values: object) -> None:
    """Make a measure one that cannot be funded any more, with the reason in the instance."""
    if told.tables["measures"][m].eligible:
        told.change("measures", m, "committed", False, text, **values)
        told.change("measures", m, "eligible", False, text, **values)
        row = told.tables["measures"][m]
        told.tables["measures"][m] = row.model_copy(update={"reason": told.say(text, **values)})


def _list_rivals(last: Instance, m: str) -> Iterator[str]:
    """Yield the measures that do not go ahead beside one, whoever says so."""
    yield from last.measures[m].excludes
    for other, row in last.measures.items():
        if m in row.excludes:
            yield other

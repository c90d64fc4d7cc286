"""The plan as a whole, as the activity above its measures: what comes through the aid, beside the world without it.

Jobs and linkage come of measures together, so no single one of them can claim its part; nor is there a budget here,
which would count the money of the measures twice.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from alloc.instance import GOALS, Instance
from alloc.report.iati import elements
from alloc.report.iati.elements import add_common, add_narratives, add_period, begin_activity, round_to_total, span_of
from alloc.report.iati.publisher import Publisher, purpose
from alloc.report.iati.transactions import AidFollowed, add_actual
from alloc.texts import LANGUAGES, say


def make_umbrella(
    instance: Instance,
    by: Publisher,
    identifier: str,
    money: Mapping[str, int],
    payers: Iterable[str],
    status: str = elements.PIPELINE,
) -> Element:
    """Return the activity of the whole plan; money: aid of each measure [whole currency units]; status: of IATI's."""
    activity = begin_activity(identifier, elements.UPPER, instance, by)
    add_narratives(activity, "title", dict.fromkeys(LANGUAGES, instance.title or instance.name))
    described = _said("iati_umbrella", year=span_of(instance), count=len(money))
    add_narratives(activity, "description", described, {"type": elements.GENERAL})
    add_common(activity, instance, by, payers, status)
    for code, percent in _sectors(instance, money):
        SubElement(activity, "sector", {"vocabulary": elements.DAC, "code": code, "percentage": percent})
    SubElement(activity, "default-finance-type", {"code": elements.GRANT})
    SubElement(activity, "default-aid-type", {"code": elements.PROJECT})
    return activity


def _sectors(instance: Instance, money: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """Yield the purposes of a plan with their parts of the aid in per cent, which add up to 100."""
    by_code: dict[str, int] = {}
    for m, value in money.items():
        code = purpose(instance, m)
        by_code[code] = by_code.get(code, 0) + value
    total = sum(by_code.values())
    for code, hundredths in round_to_total({code: 100 * value / total for code, value in by_code.items()}, 100).items():
        if hundredths:
            yield code, f"{hundredths // 100}.{hundredths % 100:02}"


def add_results(
    activity: Element, instance: Instance, figures: Mapping[str, Any], became: AidFollowed | None = None
) -> None:
    """Add a result for each goal that the plan or a world beside it serves; jobs always. became: what is reached."""
    if instance.questions:
        for goal in GOALS:
            if goal == "employment" or figures[goal]:
                _add_years(activity, instance, goal, figures, became)
        return
    for goal in GOALS:
        worlds = (figures, figures["status_quo"], figures["without_aid"])
        if goal == "employment" or any(world[goal] for world in worlds):
            _add_result(activity, instance, goal, figures, became)


def _add_years(
    activity: Element, instance: Instance, goal: str, figures: Mapping[str, Any], became: AidFollowed | None
) -> None:
    """Add what the plan brings of a goal in each year; the baseline is without the aid, where that is proven.

    became: what is reached in the first year, the one that is followed.
    """
    known = figures["through_aid"]["range"] is None
    world = "without_aid" if known else "status_quo"
    result = SubElement(activity, "result", {"type": elements.OUTCOME, "aggregation-status": "0"})
    add_narratives(result, "title", _said(f"iati_years_{goal}"))
    counted = {"measure": elements.COUNTED, "ascending": "1", "aggregation-status": "0"}
    indicator = SubElement(result, "indicator", counted)
    add_narratives(indicator, "title", _said(f"iati_{goal}"))
    add_narratives(indicator, "description", _said("iati_years_means" if known else "iati_years_quo_means"))
    told = [of for of in figures["by_year"] if of["year"] in instance.years]
    for of in told:
        baseline = SubElement(indicator, "baseline", {"year": str(of["year"]), "value": _number(of[world][goal])})
        add_narratives(baseline, "comment", _tell_baseline(of, goal, known))
    for of in told:
        period = SubElement(indicator, "period")
        add_period(period, of["year"])
        SubElement(period, "target", {"value": _number(of[goal])})
        if became is not None and of["year"] == instance.years[0]:
            add_actual(period, goal, became, _number(became.goals[goal]))


def _tell_baseline(of: Mapping[str, Any], goal: str, known: bool) -> dict[str, str]:
    """Return what the baseline of a year is; known: whether the world without the aid is."""
    if not known:
        return _said("iati_years_quo")
    return _said("iati_without", quo=_number(of["status_quo"][goal]), others=_number(of["through_others"][goal]))


def _add_result(
    activity: Element, instance: Instance, goal: str, figures: Mapping[str, Any], became: AidFollowed | None
) -> None:
    """Add what the plan brings of a goal; the baseline is the world without the aid, where that is proven."""
    result = SubElement(activity, "result", {"type": elements.OUTCOME, "aggregation-status": "0"})
    add_narratives(result, "title", _said(f"iati_result_{goal}"))
    indicator = SubElement(
        result, "indicator", {"measure": elements.COUNTED, "ascending": "1", "aggregation-status": "0"}
    )
    add_narratives(indicator, "title", _said(f"iati_{goal}"))
    add_narratives(indicator, "description", _said(f"iati_{goal}_means"))
    alone, through = figures["without_aid"], figures["through_aid"]
    if through["range"] is None:
        baseline = {"year": str(instance.year), "value": _number(alone[goal])}
        add_narratives(SubElement(indicator, "baseline", baseline), "comment", _without(goal, figures))
    period = SubElement(indicator, "period")
    add_period(period, instance.year)
    target = SubElement(period, "target", {"value": _number(figures[goal])})
    told = {}
    for lang in LANGUAGES:
        words = say("iati_through", lang, **_claims(goal, figures, lang))
        told[lang] = words if through["range"] is None else f"{words} {say('iati_not_proven', lang)}"
    add_narratives(target, "comment", told)
    if became is not None:
        add_actual(period, goal, became, _number(became.goals[goal]))


def _without(goal: str, figures: Mapping[str, Any]) -> dict[str, str]:
    """Return what the world without the aid is, and what could not be kept there."""
    alone = figures["without_aid"]
    told = {}
    for lang in LANGUAGES:
        words = [say("iati_without", lang, **_claims(goal, figures, lang))]
        words += [say("iati_lapsed", lang, count=len(alone["lapsed"]))] if alone["lapsed"] else []
        limits = [say(f"left_out_{x}", lang) for x in alone["left_out"]]
        words += [say("iati_left_out", lang, names=", ".join(limits))] if limits else []
        told[lang] = " ".join(words) if lang == "en" else "".join(words)
    return told


def _said(key: str, **values: object) -> dict[str, str]:
    return {lang: say(key, lang, **values) for lang in LANGUAGES}


def _claims(goal: str, figures: Mapping[str, Any], lang: str) -> dict[str, str]:
    """Return whose a plan's jobs or linkage are, in words: a number, or between what it lies."""
    quo = figures["status_quo"][goal]
    others, aid = (_claimed(figures[key], goal, lang) for key in ("through_others", "through_aid"))
    return {"value": _number(figures[goal]), "quo": _number(quo), "others": others, "aid": aid}


def _claimed(through: Mapping[str, Any], goal: str, lang: str) -> str:
    if through["range"] is None:
        return _number(through[goal])
    low, high = through["range"][goal]
    return say("iati_unknown", lang) if low is None else say("between", lang, low=_number(low), high=_number(high))


def _number(value: float) -> str:
    """Return a number without the dust that a solver leaves on it."""
    return f"{round(value, 6) + 0.0:.6f}".rstrip("0").rstrip(".")

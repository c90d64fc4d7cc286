"""The page of sliders: one file with its style, its script and its plans, which opens without a network."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from alloc.instance import CATEGORIES, Instance
from alloc.report.page import write_style
from alloc.report.templates import load_template, name_language, read_text
from alloc.run_figures import list_versions
from alloc.study.points import AUDIT_FAILED, FAILED, FAULT, Point
from alloc.study.whatif.encoding import encode_points, write_json
from alloc.study.whatif.sliders import Slider, list_aims
from alloc.texts import LANGUAGES, catalogue, say

ROOM = "alloc.study.whatif"

SCRIPTS = ("positions", "elements", "plans", "pins", "whatif")
"""Parts of the page's script, each of which uses what stands before it."""

STATUSES = ("optimal", "feasible", "infeasible", "no_solution", FAULT, FAILED, AUDIT_FAILED)

GOALS = ("employment", "through_aid", "linkage", "chains_closed", "penalties", "measures_funded", "cost", "aid")

CHANGES = ("new", "dropped", "more", "less", "measure", "county", "category", "fund", "rule", "units")

OTHERS = (*CATEGORIES, *(f"point_{word}" for word in STATUSES), *(f"diff_{word}" for word in (*GOALS, *CHANGES)))
"""Words that the page shares with others."""


def render_page(
    instance: Instance,
    sliders: Sequence[Slider],
    places: Sequence[tuple[int, ...]],
    points: Sequence[Point],
    today: Point,
    lang: str,
) -> str:
    """Return the page; places: the position of each point on every slider."""
    start = tuple(slider.today for slider in sliders)
    different = {start: today}
    for place, point in zip(places, points, strict=True):
        different.setdefault(place, point)
    data = {
        "money": instance.money.label,
        "sliders": [_describe(slider) for slider in sliders],
        "places": list(different),
        "aims": list_aims(sliders, (point.overrides for point in points)),
        **encode_points(instance, list(different.values())),
        "texts": {of: _list_texts(of) for of in LANGUAGES},
        "lang": lang,
    }
    return load_template(ROOM, "whatif.html").render(
        lang=name_language(lang),
        title=instance.title or instance.name,
        instance=instance,
        versions=list_versions(),
        say=say,
        style=Markup(write_style() + read_text(ROOM, "whatif.css")),
        script=Markup(_write_script()),
        data=Markup(write_json(data)),
        count=len(different),
    )


def _write_script() -> str:
    """Return the script of the page, none of whose names is seen outside."""
    parts = [read_text("alloc.report.page", "numbers.js"), *(read_text(ROOM, f"{name}.js") for name in SCRIPTS)]
    return "\n".join(["(() => {", *parts, "})();"])


def _describe(slider: Slider) -> dict[str, Any]:
    return {
        "path": slider.path,
        "names": slider.names,
        "numbers": list(slider.values) if slider.numeric else None,
        "factor": slider.factor,
        "told": {lang: slider.tell_all(lang) for lang in LANGUAGES},
        "today": slider.today,
    }


def _list_texts(lang: str) -> Mapping[str, str]:
    """Return the words of the page in one language, by their ids."""
    own = [key for key in catalogue() if key.startswith("whatif_")]
    return {key: catalogue()[key][lang] for key in (*own, *OTHERS)}

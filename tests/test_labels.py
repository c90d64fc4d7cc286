"""What things are called for people: in their language, by their id where they have no name, and never mistaken."""

from types import SimpleNamespace

import pytest
from conftest import MEASURE, asked, instance_of

from alloc.report.iati.elements import name_in_each
from alloc.report.names import Names, name_apart, pick_name


def row(name: str = "", name_zh: str = "") -> SimpleNamespace:
    return SimpleNamespace(name=name, name_zh=name_zh)


@pytest.mark.parametrize(
    ("of", "lang", "either", "name"),
    [
        (row("North", "北县"), "en", False, "North"),
        (row("North", "北县"), "zh", False, "北县"),
        (row("North"), "zh", False, "n"),
        (row("North"), "zh", True, "North"),
        (row("", "北县"), "en", False, "n"),
        (row("", "北县"), "en", True, "北县"),
        (row(), "zh", True, "n"),
    ],
)
def test_a_name_is_in_the_readers_language_or_the_id(of: SimpleNamespace, lang: str, either: bool, name: str):
    assert pick_name(of, "n", lang, either) == name


def test_two_of_one_name_are_told_apart_by_their_ids():
    rows = {"a": row("School"), "b": row("School"), "c": row("Road")}
    assert name_apart(rows, "en") == {"a": "School (a)", "b": "School (b)", "c": "Road"}
    assert name_apart(rows, "zh") == {"a": "a", "b": "b", "c": "c"}


def called(**rule: object) -> Names:
    """Return the names of a question whose measure, industry and chain have the same id."""
    words = {"pens": None, "sheep": {**MEASURE, "name": "Sheep pens", "name_zh": "羊圈"}}
    bare = {"courses": {"category": "training", "industry": None, "effect": None, "jobs": 1}}
    raw = asked(
        counties={"cele": {"name": "Qira", "name_zh": "策勒县"}},
        industries={"sheep": {"name": "Sheep", "name_zh": "养羊", "chain": "sheep"}},
        chains={"sheep": {"name": "Sheep chain", "name_zh": "羊产业链", "closure_bonus": 1}},
        measures={**words, **bare},
        rules=[{"name": "even", "name_zh": "均衡", "type": "amount", "max": 90, **rule}],
    )
    return Names(instance_of(raw), "zh")


@pytest.mark.parametrize(
    ("repeated", "group", "name"),
    [
        ({}, "", "均衡"),
        ({"each": "chain"}, "sheep", "均衡（羊产业链）"),
        ({"each": "industry"}, "sheep", "均衡（养羊）"),
        ({"each": "category"}, "training", "均衡（培训）"),
        ({"each": "region"}, "hotan", "均衡（hotan）"),
        ({"each": "county"}, "cele", "均衡（策勒县）"),
        ({"within": "county", "each": "industry"}, "cele · sheep", "均衡（策勒县、养羊）"),
        ({"within": "county", "each": "industry"}, "cele", "均衡（策勒县）"),
    ],
)
def test_a_group_is_called_by_what_its_rule_repeats_over(repeated: dict[str, str], group: str, name: str):
    kind = {"type": "share", "max": 0.9} if "within" in repeated else {}
    assert called(**kind, **repeated).rule("even", group) == name


def test_what_asks_for_a_measure_is_told_by_its_name():
    names = called()
    told = ["已承诺", "aid的最低使用额", "均衡"]
    assert [names.asker(word) for word in ("committed", "min_use aid", "even")] == told


def test_iati_names_in_each_language_and_in_the_other_before_an_id():
    instance = instance_of(asked(counties={"cele": {"name_zh": "策勒县"}}))
    assert name_in_each(instance, "county", "cele") == {"en": "策勒县", "zh": "策勒县"}
    assert name_in_each(instance, "measure", "pens") == {"en": "pens", "zh": "pens"}

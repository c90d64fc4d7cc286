"""Every limit that a person set is a lever: with its path, what stands there, and the figure that frees it."""

import math
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import asked, instance_of, listed
from oracle import optimum
from randoms import random_instance

import alloc
from alloc.infeasibility.levers import levers
from alloc.instance import draft
from alloc.report.names import Names
from alloc.texts import LANGUAGES

LIMITS = {
    "measures": {
        "pens": {
            "committed": True,
            "min_units": 2,
            "integer": True,
            "national": "supplement",
            "national_ceiling": 3,
            "min_share": {"aid": 0.1},
            "max_share": {"other": 0.5},
            "limited_by": {"yard": 4},
            "requires": ["yard"],
            "uses": {"water": 2},
        },
        "yard": {"excludes": ["shed"], "firm": True, "min_units": 1},
        "shed": {"eligible": False, "min_units": 5},
    },
    "funds": {"other": {"kind": "national", "by_county": {"cele": 50}, "min_use": 1}},
    "resources": {"water": {"amount": 100, "by_county": {"cele": 80}}},
    "rules": [
        {"name": "part", "type": "share", "of": {"county": "cele"}, "min": 0.2, "max": 1},
        {"name": "few", "type": "count", "max": 3, "firm": True, "source": "assumption"},
        {"name": "even", "type": "parity", "max": 2},
        {"name": "soft", "type": "count", "max": 1, "penalty": 5},
    ],
}


def test_each_limit_is_a_lever_once_and_nothing_else_is():
    found = {lever.path: lever for lever in levers(instance_of(asked(**LIMITS)))}
    told = {path: (lever.value, lever.release, lever.eases) for path, lever in found.items()}
    assert told == {
        "rules.part.min": (0.2, None, "down"),
        "rules.part.max": (1.0, None, "up"),
        "rules.few.max": (3.0, None, "up"),
        "rules.even.max": (2.0, None, "up"),
        "funds.aid.amount": (100.0, 600.0, "up"),
        "funds.other.by_county.cele": (50.0, 600.0, "up"),
        "funds.other.min_use": (1.0, 0.0, "down"),
        "measures.pens.committed": (True, False, "switch"),
        "measures.pens.min_units": (2.0, 0.0, "down"),
        "measures.pens.min_share.aid": (0.1, 0.0, "down"),
        "measures.pens.max_share.other": (0.5, 1.0, "up"),
        "measures.pens.national_ceiling": (3.0, 200.0, "up"),
        "measures.pens.national": ("supplement", "any", "switch"),
        "measures.pens.requires": (("yard",), None, "switch"),
        "measures.pens.limited_by.yard": (4.0, None, "up"),
        "measures.yard.min_units": (1.0, 0.0, "down"),
        "measures.yard.excludes": (("shed",), None, "switch"),
        "resources.water.amount": (100.0, 400.0, "up"),
        "resources.water.by_county.cele": (80.0, 400.0, "up"),
    }
    assert {path for path, lever in found.items() if lever.firm} == {
        "rules.few.max",
        "measures.yard.min_units",
        "measures.yard.excludes",
    }
    assert {path for path, lever in found.items() if lever.whole} == {"rules.few.max", "measures.pens.min_units"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_lever_has_words_in_both_languages(lang: str):
    instance = instance_of(asked(**LIMITS))
    words = [lever.say(Names(instance, lang)) for lever in levers(instance)]
    assert len(set(words)) == len(words)


@pytest.mark.parametrize("seed", range(8))
def test_a_question_without_a_limit_is_never_worse(tmp_path: Path, seed: int):
    """Released, a limit takes no plan away: but for national money, for which aid to a supplement has to wait."""
    path = tmp_path / "random.yaml"
    raw = random_instance(seed, "tiny")
    path.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    written, instance = draft(path), alloc.read(path)
    base = _first(optimum(raw))
    national = [f for f, fund in instance.funds.items() if fund.kind == "national"]
    for lever in levers(instance):
        if lever.path.split(".")[1] in national or lever.kind == "national_ceiling":
            continue
        source = written.replaced(lever.released)
        assert source.faults == []
        assert _first(optimum(listed(source.data))) >= base - 1e-6 * max(1, abs(base)), lever.path


def _first(found: Any) -> float:
    return -math.inf if found.objective is None else found.stages[0]

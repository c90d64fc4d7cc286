"""Ends of what counties may have are the same whether workers search side by side or this process alone."""

import os
from functools import partial
from typing import NoReturn

import numpy as np
import pytest
from conftest import instance_of, rivals

from alloc.instance import Options
from alloc.model import build
from alloc.solver import NearOptimalSet, find_county_ends, solve_whole
from alloc.solver.deadline import Deadline
from alloc.solver.multi import county_ends
from alloc.solver.pool import open_pool


def near_set() -> NearOptimalSet:
    """Return plans with 90 of 100 jobs: pens in Cele bring 1 job, sheds in Yutian 0.5, so Yutian may have 0 to 20."""
    sheds = {"county": "yutian", "jobs": 0.5}
    raw = rivals(counties={"yutian": {"jobseekers": None}}, measures={"courses": {"eligible": False}, "sheds": sheds})
    instance, options = instance_of(raw), Options(gap=1e-7)
    return NearOptimalSet(instance, options, solve_whole(build(instance), instance, options), 0.1, Deadline(60))


def aid_at_ends(jobs: int, told: list[int]) -> dict[str, tuple[float, float]]:
    """Return the least and the most aid of each county."""
    near = near_set()
    with open_pool(jobs, None) as pool:
        found = find_county_ends(near, np.zeros(len(near.whole.lower)), 100.0, pool, told.append)
    assert near.solves == 4
    return {c: (low.value, high.value) for c, (low, high) in zip(near.counties, found, strict=True)}


def lost(kept: object, asked: object) -> NoReturn:
    """End the process that is asked."""
    os._exit(1)


@pytest.mark.parametrize("jobs", [1, 2])
def test_every_county_has_its_least_and_its_most(jobs: int):
    told: list[int] = []
    aid, close = aid_at_ends(jobs, told), partial(pytest.approx, abs=0.02)
    assert aid == {"cele": (close(80), close(100)), "yutian": (close(0), close(20))}
    assert told == [1, 2, 3, 4]


def test_what_a_lost_worker_leaves_is_searched_here(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(county_ends, "_search", lost)
    assert aid_at_ends(2, []) == aid_at_ends(1, [])

"""What rests on sources and what on assumptions, counted by hand."""

import pytest
from conftest import asked, instance_of

import alloc
from alloc.report.provenance import trace_origins


def test_aid_rests_on_the_weakest_of_the_figures_that_it_is_paid_by():
    """Pens cost 30: the unit cost has a source, the fixed cost is assumed; courses cost 20 by sourced figures."""
    rest = {"industry": None, "effect": None, "jobs": 1, "source": "paper"}
    raw = asked(
        sources={"paper": "a paper"},
        counties={"cele": {"jobseekers": None}},
        industries={"sheep": None},
        baseline=[],
        measures={
            "pens": {**rest, "fixed_cost": 10, "max_units": 20, "sources": {"fixed_cost": "assumption"}},
            "courses": {**rest, "category": "training", "max_units": 20, "sources": {"jobs": "assumption"}},
            "labs": {**rest, "category": "technology", "max_units": 10, "source": None},
        },
    )
    run = alloc.solve(instance_of(raw))
    found = trace_origins(run.instance, run.measures)
    assert found.cost == pytest.approx({"sourced": 20, "assumed": 30, "unsaid": 10})
    assert found.effect == pytest.approx({"sourced": 30, "assumed": 20, "unsaid": 10})

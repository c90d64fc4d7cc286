"""The files of alternatives: alternatives.csv, ranges.csv, alternatives.json, one results folder for each plan."""

from pathlib import Path
from typing import Any

import pandas as pd

from alloc.claims import WHOSE, finite, whose
from alloc.report.folder import write_described
from alloc.report.target import fill, number_folder, write_json
from alloc.study.alternatives.study import Alternative, Alternatives

MARK = "alternatives.json"
"""What tells alternatives from any other folder."""


def table(found: Alternatives) -> pd.DataFrame:
    """Return one row for each plan."""
    rows = [_row(found, plan) for plan in found.plans]
    columns = ["alternative", "objective", "loss", "employment", *WHOSE, "linkage"]
    columns += ["money", "moved", "nearest", "covers", "proven", "favours", "plan"]
    return pd.DataFrame(rows, columns=columns)


def _row(found: Alternatives, plan: Alternative) -> dict[str, Any]:
    return {
        "alternative": plan.number,
        "objective": plan.run.objective,
        "loss": plan.loss,
        "employment": plan.run.figures["employment"],
        **whose(plan.run.figures),
        "linkage": plan.run.figures["linkage"],
        "money": float(plan.run.tables["measures"]["aid"].sum()),
        "moved": plan.moved,
        "nearest": plan.nearest,
        "covers": "|".join(plan.covers),
        "proven": int(plan.proven),
        "favours": plan.favours,
        "plan": number_folder("plan", plan.number, len(found.plans)),
    }


def ranges(found: Alternatives) -> pd.DataFrame:
    """Return one row for each county: the range of its aid within the tolerance, and what the plans shown reach."""
    columns = ["county", "least", "most", "least_bound", "most_bound", "shown_least", "shown_most"]
    return pd.DataFrame(_ranges(found), columns=columns)


def _ranges(found: Alternatives) -> list[dict[str, Any]]:
    rows = []
    for span in found.ranges:
        aid = [float(plan.run.tables["counties"].set_index("county")["aid"][span.county]) for plan in found.plans]
        rows.append(
            {
                "county": span.county,
                "least": span.low,
                "most": span.high,
                "least_bound": finite(span.least),
                "most_bound": finite(span.most),
                "shown_least": min(aid, default=None),
                "shown_most": max(aid, default=None),
            }
        )
    return rows


def figures(found: Alternatives) -> dict[str, Any]:
    """Return what alternatives.json holds."""
    pairs = [v for i, row in enumerate(found.moved) for v in row[:i]]
    return {
        "name": found.instance.name,
        "year": found.instance.year,
        "instance_sha256": found.instance.sha256,
        "status": found.status,
        "clash": list(found.best.figures.get("clash", ())),
        "best": dict(found.optimum),
        "within": found.within,
        "asked": found.asked,
        "all": found.every,
        "count": len(found.plans),
        "complete": found.complete,
        "least_moved": min(pairs, default=None),
        "moved": [list(row) for row in found.moved],
        "ranges": _ranges(found),
        "plans": [_row(found, plan) for plan in found.plans],
        "interrupted": found.interrupted,
        "solves": found.solves,
        "money": found.instance.money.model_dump(),
        "seconds": found.seconds,
    }


def save(found: Alternatives, out: Path, overwrite: bool, lang: str) -> Path:
    """Write the folder, whole or not at all."""
    with fill(out, (MARK,), overwrite) as new:
        for plan in found.plans:
            plan.run.save(new / number_folder("plan", plan.number, len(found.plans)), lang=lang)
        write_described(
            found.instance,
            {"alternatives": table(found), "ranges": ranges(found)},
            new,
            lang,
            "alloc.study",
        )
        write_json(figures(found), new / MARK)
    return out

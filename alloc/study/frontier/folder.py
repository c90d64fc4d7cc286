"""The files of a frontier: frontier.csv, frontier.json, its chart, and one results folder for each point."""

from pathlib import Path
from typing import Any

import pandas as pd

from alloc.claims import WHOSE, finite, whose
from alloc.report.charts import chart_files, standalone
from alloc.report.folder import write_described
from alloc.report.target import fill, number_folder, write_json
from alloc.study.frontier.pictures import picture
from alloc.study.frontier.study import LESS, Curve, Frontier, Point

MARK = "frontier.json"
"""What tells a frontier from any other folder."""

UNITS = {"employment": "jobs", "linkage": "linkage", "cost": "money", "equity": "money per head", "insured": "jobs"}


def table(found: Frontier) -> pd.DataFrame:
    """Return one row for each point: its number, objectives, money, proof, kind, budget and folder."""
    count = len(found.points)
    rows: list[dict[str, Any]] = []
    for point in found.points:
        row: dict[str, Any] = {"point": point.number}
        row |= zip(found.objectives, point.values, strict=True)
        row |= whose(point.run.figures)
        row |= {"money": point.money, "proven": int(point.proven), "kind": point.kind}
        row |= {"budget": point.budget} if found.fund else {}
        rows.append(row | {"plan": number_folder("point", point.number, count)})
    last = ["budget", "plan"] if found.fund else ["plan"]
    return pd.DataFrame(rows, columns=["point", *found.objectives, *WHOSE, "money", "proven", "kind", *last])


def figures(found: Frontier) -> dict[str, Any]:
    """Return what frontier.json holds."""
    return {
        "name": found.instance.name,
        "year": found.instance.year,
        "instance_sha256": found.instance.sha256,
        "objectives": [
            {"name": name, "better": "less" if name in LESS else "more", "unit": UNITS[name]}
            for name in found.objectives
        ],
        "exact": found.exact,
        "complete": found.complete,
        "interrupted": found.interrupted,
        "fund": found.fund or None,
        "money": found.instance.money.model_dump(),
        "curves": [_curve(found, curve) for curve in found.curves],
        "seconds": found.seconds,
    }


def _curve(found: Frontier, curve: Curve) -> dict[str, Any]:
    trace = curve.trace
    numbers = [point.number for point in curve.points]
    return {
        "budget": curve.budget,
        "status": curve.status,
        "clash": list(curve.clash),
        "method": trace.method if trace else None,
        "complete": curve.complete,
        "steps": list(curve.steps),
        "tolerance": found.tolerance if trace and trace.method == "hull" else None,
        "knee": next((point.number for point in curve.points if "knee" in point.kind.split("|")), None),
        "points": [_point(found, point) for point in curve.points],
        "segments": [
            {"from": numbers[s.start], "to": numbers[s.end], "within": finite(s.within), "reached": s.reached}
            for s in (trace.segments if trace else ())
        ],
    }


def _point(found: Frontier, point: Point) -> dict[str, Any]:
    return {
        "point": point.number,
        **dict(zip(found.objectives, point.values, strict=True)),
        **whose(point.run.figures),
        "money": point.money,
        "proven": point.proven,
        "kind": point.kind.split("|"),
        "could_be_better_by": dict(zip(found.objectives, (finite(x) for x in point.slack), strict=True)),
        "plan": number_folder("point", point.number, len(found.points)),
    }


def save(found: Frontier, out: Path, overwrite: bool, lang: str) -> Path:
    """Write the folder, whole or not at all."""
    with fill(out, (MARK,), overwrite) as new:
        for point in found.points:
            point.run.save(new / number_folder("point", point.number, len(found.points)), lang=lang)
        write_described(found.instance, {"frontier": table(found)}, new, lang, "alloc.study")
        write_json(figures(found), new / MARK)
        if found.points:
            chart = standalone(picture(found, lang), f"{found.instance.name} {found.instance.year}")
            for file, content in chart_files("frontier", chart).items():
                (new / file).write_bytes(content)
    return out

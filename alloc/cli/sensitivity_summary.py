"""What a study of sensitivity found, in a few lines."""

import math
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from alloc.study.sensitivity.tornado import ENDS
from alloc.texts import say
from alloc.texts.figures import exact

SHOWN = 5
"""How many rows of a table are told; the files hold all."""


def show_sensitivity(tables: Mapping[str, pd.DataFrame], figures: Mapping[str, Any], lang: str = "en") -> Iterator[str]:
    """Yield what was varied, and the first rows of each table, line by line."""
    varied, fixed = figures["varied"]["count"], figures["not_varied"]["count"]
    yield say("study_head", lang, name=figures["name"], varied=varied, fixed=fixed, solves=figures["solves"])
    for method, frame in tables.items():
        yield ""
        yield from _TOLD[method](frame, lang)
    lost = sum(count for status, count in figures["statuses"].items() if status not in ("optimal", "feasible"))
    if lost:
        yield ""
        yield say("study_lost", lang, count=lost, questions=figures["questions"])


def _tornado(frame: pd.DataFrame, lang: str) -> Iterator[str]:
    yield say("tornado_head", lang)
    rows = frame.to_dict("records")
    for row in rows[:SHOWN]:
        reached = [_reached(row[f"objective_{end}"], lang) for end in ENDS]
        ends = {"low": _short(row["low"]), "high": _short(row["high"])}
        yield "  " + say(
            "tornado_row", lang, figure=_moved(row, ENDS, lang), **ends, at_low=reached[0], at_high=reached[1]
        )
    lost = [(row, end) for row in rows for end in ENDS if pd.isna(row[f"objective_{end}"])]
    if lost:
        yield say("tornado_lost", lang)
    for row, end in lost[:SHOWN]:
        status = row[f"status_{end}"]
        why = row[f"message_{end}"] or say(f"point_{status}", lang)
        yield "  " + say("tornado_lost_row", lang, figure=_moved(row, [end], lang), value=_short(row[end]), why=why)
    if len(lost) > SHOWN:
        yield "  " + say("and_more", lang, count=len(lost) - SHOWN)


def _moved(row: Mapping[Hashable, Any], ends: Sequence[str], lang: str) -> str:
    """Return the path of a figure, and of those that were moved together with it."""
    others = dict.fromkeys(path for end in ends for path in row[f"with_{end}"].split("|") if path)
    return say("tornado_with", lang, figure=row["figure"], others=", ".join(others)) if others else row["figure"]


def _reached(goal: Any, lang: str) -> str:
    return say("tornado_no_plan", lang) if pd.isna(goal) else _short(goal)


def _decisions(frame: pd.DataFrame, lang: str) -> Iterator[str]:
    yield say("decisions_head", lang, samples=int(frame["samples"].max()))
    for word in ("core", "border", "exterior"):
        rows = frame[frame["class"] == word]
        shares = rows["share"] if word == "border" else [None] * len(rows)
        names = [m if x is None else f"{m} ({x:.0%})" for m, x in zip(rows["measure"], shares, strict=True)]
        yield "  " + say(f"decisions_{word}", lang, count=len(rows), names=", ".join(names[:12]) or "–")


def _switching(frame: pd.DataFrame, lang: str) -> Iterator[str]:
    rows = frame[frame["result"] == "switch"] if len(frame) else frame
    yield say("switching_head", lang, count=len(rows), ways=len(frame))
    if len(rows):
        order = rows["change_share"].astype(float).abs().sort_values(kind="stable").index
        for row in rows.loc[order].head(SHOWN).astype({"change_share": float}).itertuples():
            change = float(str(row.change_share))
            yield "  " + say(
                "switching_row",
                lang,
                figure=row.figure,
                value=_short(row.value),
                switch=_short(row.switch),
                share="–" if math.isnan(change) else f"{change:+.2%}",
                enters=row.enters or "–",
                leaves=row.leaves or "–",
            )


def _information(frame: pd.DataFrame, lang: str) -> Iterator[str]:
    clear = frame[frame["clear"] == 1]
    yield say("information_head" if len(clear) else "information_none", lang)
    for row in clear.head(SHOWN).itertuples():
        yield "  " + say("information_row", lang, figure=row.figure, value=_short(row.evppi))


def _indices(head: str, size: str) -> Callable[[pd.DataFrame, str], Iterator[str]]:
    def told(frame: pd.DataFrame, lang: str) -> Iterator[str]:
        yield say(head, lang)
        rows = frame[frame["output"] == "objective"]
        for _, row in rows.head(SHOWN).iterrows():
            conf = row[f"{size}_conf"]
            yield f"  {row['figure']}: {_short(row[size])} ± {_short(conf)}"

    return told


_TOLD: Mapping[str, Callable[[pd.DataFrame, str], Iterator[str]]] = {
    "tornado": _tornado,
    "decisions": _decisions,
    "switching": _switching,
    "information": _information,
    "morris": _indices("morris_head", "mu_star"),
    "sobol": _indices("sobol_head", "st"),
}


def _short(value: Any) -> str:
    return "–" if value is None or pd.isna(value) else exact(float(value))

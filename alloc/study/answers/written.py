"""Answers written beside a plan: a folder of their own, more sheets in its workbook, a section more on its page."""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from alloc.report.answers import Answers
from alloc.report.charts import standalone
from alloc.report.notebook import call_question
from alloc.report.page.questions import add_questions
from alloc.report.target import ANSWERS, check_writable
from alloc.report.workbook import write_workbook
from alloc.study.answers.plan_of_result import PlanOfResult
from alloc.study.files import StudyFiles, write_study

MARK = "explain.json"
"""What tells answers from any other folder."""

WORKBOOK = "allocation.xlsx"


def write_answers(
    folder: Path, plan: PlanOfResult, answers: Answers, figures: Mapping[str, Any], lang: str, overwrite: bool
) -> Path:
    """Write the folder of the answers, the workbook and the page; return the path of the folder."""
    out = folder / ANSWERS
    check_writable(out, overwrite, (MARK,))
    beside = folder / f".{WORKBOOK}"
    try:
        free = _is_untouched(folder, plan, beside, lang)
        write_workbook(plan.instance, plan.tables, plan.figures, beside, lang, answers)
        content = beside.read_bytes()
        files = {**_draw_files(answers, plan), **({} if free else {WORKBOOK: content})}
        told = {**figures, "workbook_sha256": hashlib.sha256(content).hexdigest(), "workbook_kept": not free}
        write_study(plan.instance, StudyFiles(MARK, answers.tables, told, others=files), out, overwrite, lang)
        if free:
            os.replace(beside, folder / WORKBOOK)
    finally:
        beside.unlink(missing_ok=True)
    page = folder / "report.html"
    if page.is_file():
        with page.open(encoding="utf-8", newline="") as file:
            html = file.read()
        page.write_text(add_questions(html, plan.instance, answers, lang), encoding="utf-8", newline="")
    return out


def _is_untouched(folder: Path, plan: PlanOfResult, beside: Path, lang: str) -> bool:
    """Tell whether the workbook is as alloc wrote it, with earlier answers or without: it may be written anew then."""
    book = folder / WORKBOOK
    if not book.is_file():
        return True
    content = book.read_bytes()
    try:
        known = json.loads((folder / ANSWERS / MARK).read_text(encoding="utf-8"))["workbook_sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        known = None
    if known == hashlib.sha256(content).hexdigest():
        return True
    write_workbook(plan.instance, plan.tables, plan.figures, beside, lang)
    return content == beside.read_bytes()


def _draw_files(answers: Answers, plan: PlanOfResult) -> dict[str, bytes]:
    """Return the charts as SVG files by name."""
    files = {}
    for key, charts in answers.charts.items():
        for i, chart in enumerate(charts, start=1):
            name = key if len(charts) == 1 else f"{key}-{i}"
            files[f"{name}.svg"] = standalone(chart, call_question(plan.instance)).encode()
    return files

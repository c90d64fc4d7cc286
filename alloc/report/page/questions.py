"""The section of the page with what people ask: put into a page that is there, all else of which stays as it is."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alloc.instance import Instance
from alloc.report.answers import TOPICS, AnswerColumn, Answers, Topic, say_cell
from alloc.report.charts import Chart, inline
from alloc.report.names import Names
from alloc.report.templates import load_template

BEGIN, END = "<!-- questions -->\n", "<!-- /questions -->\n"
"""What the section stands between, so that a later one can take its place."""

LINK_BEGIN, LINK_END = "<!-- link -->\n", "<!-- /link -->\n"

BEFORE, LAST = '<section id="indicators"', "</main>"
"""The section stands before that of the indicators; on a page without one it is the last."""

MOST_ROWS = 20
"""So many rows are shown of a table; all of them are in its file."""

DIFFERENCES = ("gain", "loss", "worth")
"""Columns with what two plans differ by, as far as they were found."""


@dataclass(frozen=True)
class _ShownTopic:
    """A topic as the page shows it: heads with whether they hold numbers, and rows of words."""

    key: str
    file: str
    heads: list[tuple[str, bool]]
    rows: list[list[str]]
    count: int
    charts: Sequence[Chart]
    told: list[str]


def add_questions(html: str, instance: Instance, answers: Answers, lang: str) -> str:
    """Return a page with the section in it, in the place of an earlier one."""
    names = Names(instance, lang)
    section = load_template("alloc.report.page", "questions.html").render(
        t=names.say,
        label=names.label,
        inline=inline,
        topics=[_show(topic, answers, names) for topic in TOPICS],
        told=[_list_told(topic, answers, names) for topic in TOPICS],
        minutes=f"{answers.minutes:g}",
        within=f"{100 * answers.within:g}",
    )
    return _place(html, section, names.say("page_h_questions"))


def carry_questions(earlier: str, html: str) -> str:
    """Return a page that is made anew with the section of an earlier one in the same language."""
    found = re.search(f"{BEGIN}(.*?){END}", earlier, re.DOTALL)
    spoken = re.search('<html lang="[^"]*">', html)
    if found is None or spoken is None or spoken[0] not in earlier:
        return html
    link = re.search(f"{LINK_BEGIN}.*?>(.*?)</a>", earlier, re.DOTALL)
    return _place(html, found[1], "" if link is None else link[1])


def _place(html: str, section: str, title: str) -> str:
    bare = re.sub(f"{BEGIN}.*?{END}|{LINK_BEGIN}.*?{LINK_END}", "", html, flags=re.DOTALL)
    before = BEFORE if BEFORE in bare else LAST
    whole = bare.replace(before, f"{BEGIN}{section}{END}{before}", 1)
    link = f'{LINK_BEGIN}<a href="#questions">{title}</a>\n{LINK_END}'
    return whole.replace("</nav>", f"{link}</nav>", 1)


def _show(topic: Topic, answers: Answers, names: Names) -> _ShownTopic:
    rows, charts = answers.get_rows(topic.table), answers.charts.get(topic.key, ())
    heads, shown = [], []
    columns = answers.list_columns(topic)
    for column in columns:
        numeric = column.look in ("money", "goal", "count")
        heads.append((names.say(f"answers_c_{column.key}", label=names.label), numeric))
    before: Mapping[str, Any] = {}
    for row in rows[:MOST_ROWS]:
        alike = all(before.get(key) == row.get(key) for key in ("fund", "year"))
        between = [row, before] if alike else [row]
        proven = not any(one.get("status") == "feasible" for one in between)
        shown.append([_say_cell(row, column, names, proven) for column in columns])
        before = row if topic.key == "margin" else {}
    return _ShownTopic(
        topic.key,
        f"answers/{topic.table}.csv",
        heads,
        shown,
        len(rows),
        charts,
        list(answers.tell(topic, names)),
    )


def _say_cell(row: Mapping[str, Any], column: AnswerColumn, names: Names, proven: bool) -> str:
    """Return a cell in words; of a difference that is not proven only the range is shown, which the next two are.

    proven: whether all solves are that the row is the difference of: a step of money is that to the row before.
    """
    if column.key in DIFFERENCES and not proven:
        return ""
    return say_cell(row[column.key], column, names)


def _list_told(topic: Topic, answers: Answers, names: Names) -> tuple[str, list[str]]:
    return names.say(f"answers_h_{topic.key}"), list(answers.tell(topic, names))

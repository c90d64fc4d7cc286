"""The page of a desk: one template, its styles and scripts, and its words in both languages."""

import json
from collections.abc import Callable, Mapping
from functools import cache

from markupsafe import Markup

from alloc.desk.opening import Opened
from alloc.instance import CATEGORIES
from alloc.instance.excel.headings import catalogue as headings
from alloc.report.page import write_style
from alloc.report.templates import load_template, name_language, read_text
from alloc.texts import LANGUAGES, catalogue

ROOM = "alloc.desk"

STARTS = ("desk_", "page_kind_")
"""How words of the page begin; it shares those for categories and kinds of money."""

MOST_UPLOADED = 50_000_000
"""Of a workbook that is dropped [bytes]."""

SCRIPT, STYLE = "text/javascript; charset=utf-8", "text/css; charset=utf-8"


def render(place: Opened, token: str, lang: str) -> bytes:
    """Return the page. token: what the page sends with every order."""
    data = {
        "token": token,
        "lang": lang,
        "languages": LANGUAGES,
        "instance": str(place.instance),
        "folder": str(place.folder),
        "plan": place.plan,
        "most": MOST_UPLOADED,
        "words": {"en": {}, "zh": headings()["words"]},
        "texts": {of: _list_texts(of) for of in LANGUAGES},
    }
    text = json.dumps(data, ensure_ascii=True).replace("<", "\\u003c")
    html = load_template(ROOM, "desk.html").render(lang=name_language(lang), data=Markup(text))
    return html.encode()


def _list_texts(lang: str) -> Mapping[str, str]:
    return {key: words[lang] for key, words in catalogue().items() if key.startswith(STARTS) or key in CATEGORIES}


@cache
def _style() -> bytes:
    return (write_style() + read_text("alloc.study.whatif", "whatif.css") + read_text(ROOM, "desk.css")).encode()


def _script(room: str, name: str) -> Callable[[], bytes]:
    return lambda: read_text(room, name).encode()


FILES: Mapping[str, tuple[str, Callable[[], bytes]]] = {
    "desk.css": (STYLE, _style),
    "numbers.js": (SCRIPT, _script("alloc.report.page", "numbers.js")),
    "desk.js": (SCRIPT, _script(ROOM, "desk.js")),
    "question.js": (SCRIPT, _script(ROOM, "question.js")),
    "plan.js": (SCRIPT, _script(ROOM, "plan.js")),
    "scenarios.js": (SCRIPT, _script(ROOM, "scenarios.js")),
}
"""What the page is made of, by the names that it asks for."""

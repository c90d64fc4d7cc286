"""Pages and tables as Jinja templates: whatever a template shows is escaped, so no name in the data becomes HTML."""

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import jinja2


PARTS = "alloc.report.page"
"""The room of what templates of all rooms import."""


@cache
def read_text(room: str, name: str) -> str:
    """Return a file that lies beside the code of a room."""
    return files(room).joinpath(name).read_text(encoding="utf-8")


def name_language(lang: str) -> str:
    """Return the name that HTML has for a language of the texts."""
    return {"zh": "zh-CN"}.get(lang, lang)


@cache
def load_template(room: str, name: str) -> "jinja2.Template":
    """Return a template that lies beside the code of a room; a name that it does not get is an error, not empty."""
    import jinja2  # takes longer to load than a page to write, and studies write none

    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda part: read_text(PARTS, part)),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.from_string(read_text(room, name))

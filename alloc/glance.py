"""What results say of themselves: a line or two where they are printed, their answer with its charts in a notebook."""

import os
from collections.abc import Iterable, Iterator

from markupsafe import Markup

from alloc.texts import LANGUAGES, escaped

VARIABLE = "ALLOC_LANG"
"""What says the language of a notebook, where nothing else can."""

LONGEST = 60
"""A name is told up to so many letters."""

PAGE = Markup('<div class="alloc-glance"><h4>{title}</h4><p>{facts}</p>{parts}</div>')
PART = Markup("<div>{}</div>")
"""What is put into these is escaped, but for parts that are HTML themselves."""


class Glance:
    """Something that tells about itself in words: it says what it is called, what is to be known, and what to show."""

    def _call(self) -> str:
        """Return what it is called."""
        raise NotImplementedError

    def _state(self, lang: str) -> Iterable[str]:
        """Return what is to be known of it at once, in few words each."""
        raise NotImplementedError

    def _show(self, lang: str) -> Iterator[str]:
        """Yield what a notebook shows below: sentences, and charts and tables as HTML."""
        yield from ()

    def __repr__(self) -> str:
        """Return it in a line or two."""
        return escaped(f"<{type(self).__name__} {shorten(self._call())}: {'; '.join(self._state('en'))}>")

    def __str__(self) -> str:
        """Return it in a line or two."""
        return repr(self)

    def _repr_html_(self) -> str:
        """Return it as a notebook shows it; names in the data never become HTML."""
        lang = os.environ.get(VARIABLE, "en")
        lang = lang if lang in LANGUAGES else "en"
        facts, parts = "; ".join(self._state(lang)), Markup("").join(PART.format(part) for part in self._show(lang))
        title = f"{type(self).__name__} {shorten(self._call())}"
        return escaped(PAGE.format(title=title, facts=facts, parts=parts))


def shorten(name: str) -> str:
    """Return a name, the beginning of it where it is long."""
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"

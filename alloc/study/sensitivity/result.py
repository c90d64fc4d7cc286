"""What a study of sensitivity found: a table for each method, and its figures."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from alloc.glance import Glance
from alloc.instance import Instance
from alloc.report.notebook import call_question, show_picture, show_table, state_proof
from alloc.study.sensitivity.drawing import draw_tornado
from alloc.study.sensitivity.save import save_sensitivity
from alloc.texts import say


@dataclass(frozen=True, repr=False)
class Sensitivity(Glance):
    """What a study of sensitivity found.

    tables: method → DataFrame, as described in SENSITIVITY.md; figures: what sensitivity.json holds.
    """

    instance: Instance
    tables: Mapping[str, pd.DataFrame]
    figures: Mapping[str, Any]

    def _call(self) -> str:
        return call_question(self.instance)

    def _state(self, lang: str) -> Iterator[str]:
        status: str = self.figures["status"]
        yield f"{say(f'status_{status}', lang)}, {state_proof(self.figures, lang)}"
        yield say("glance_varied", lang, count=self.figures["varied"]["count"], solves=self.figures["solves"])
        yield from (say("glance_method", lang, method=name, rows=len(table)) for name, table in self.tables.items())

    def _show(self, lang: str) -> Iterator[str]:
        for name, table in self.tables.items():
            if name == "tornado":
                yield show_picture(name, draw_tornado(table, self.figures, lang))
            else:
                yield Markup("<h5>{}</h5>{}").format(name, show_table(table))

    def __getattr__(self, name: str) -> pd.DataFrame:
        """Return the table of a method by its name: `found.tornado`, `found.switching` …"""
        try:
            return self.__dict__["tables"][name]  # type: ignore[no-any-return]
        except KeyError:
            raise AttributeError(name) from None

    def save(self, out: str | Path, overwrite: bool = False, lang: str = "en") -> Path:
        """Write one CSV a method, its data dictionary and sensitivity.json, whole or not at all; return the path.

        Raises RequestError where the folder exists already and `overwrite` is not set.
        """
        return save_sensitivity(self.instance, self.tables, self.figures, Path(out), overwrite, lang)

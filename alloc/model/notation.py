"""The formulation page: every set, figure, decision and limit, written out of the model itself.

`python -m alloc.model.notation INSTANCE` prints the page that stands beside this file as FORMULATION.md. The instance
must use every part of the model, so that every limit is there to be written.
"""

import re
import sys
from collections.abc import Iterator
from importlib.resources import files
from types import CodeType
from typing import Any

import pyomo.core as pyo
from pyomo.core.expr.template_expr import templatize_rule

from alloc.instance import CATEGORIES, Instance
from alloc.instance.effects import states
from alloc.instance.rows import revised
from alloc.instance.schema import Risk
from alloc.model.build import TOPICS, build


def page(instance: Instance) -> str:
    """Return the formulation as Markdown: the prose, then tables of names and all equations."""
    model = build(_struck(instance))
    prose = files("alloc.model").joinpath("formulation.md").read_text(encoding="utf-8").rstrip()
    parts = [prose]
    parts += _names(model, pyo.Set, "Sets")
    parts += _names(model, pyo.Param, "Figures")
    parts += _names(model, pyo.Var, "Decisions")
    parts += _equations(model, pyo.Expression, "What follows from the decisions")
    parts += _equations(model, pyo.Constraint, "Limits")
    return "\n".join(parts) + "\n"


def _struck(instance: Instance) -> Instance:
    """Return the question with every scenario striking everything, and risk looked at: limits that few have."""
    struck: dict[str, Any] = {
        "delivery": dict.fromkeys(CATEGORIES, 0.5),
        "market": dict.fromkeys(instance.industries, 0.5),
    }
    worlds = revised(states(instance), **struck)
    risk = instance.risk or Risk(measure="cvar")
    return instance.model_copy(update={"scenarios": worlds, "risk": risk})


def _names(model: pyo.ConcreteModel, kind: Any, title: str) -> Iterator[str]:
    yield f"\n## {title}\n\n| name | for each of | meaning |\n|---|---|---|"
    for component in model.component_objects(kind):
        if component.doc:
            yield f"| `{component.local_name}` | {' × '.join(f'`{s}`' for s in _sets(component))} | {component.doc} |"


def _sets(component: Any) -> list[str]:
    """Return the names of the sets that a component is indexed by."""
    if not component.is_indexed():
        return []
    return [s.local_name for s in component.index_set().subsets(expand_all_set_operators=False)]


def _equations(model: pyo.ConcreteModel, kind: Any, title: str) -> Iterator[str]:
    yield f"\n## {title}"
    topic = ""
    for component in model.component_objects(kind):
        if component.doc and hasattr(_rule(component), "_fcn"):
            if _topic(component) != topic:
                topic = _topic(component)
                yield f"\n### {topic}"
            head = f"{component.local_name}[…] = " if kind is pyo.Expression else ""
            sets = _sets(component)
            over = f"\n        for all {', '.join(_letters(component))} in {' × '.join(sets)}" if sets else ""
            yield f"\n**{component.local_name}**: {component.doc}\n\n    {head}{_written(model, component)}{over}"


def _rule(component: Any) -> Any:
    return component.rule if isinstance(component, pyo.Constraint) else component._rule


def _letters(component: Any) -> list[str]:
    """Return the letters that the author of a limit gave its indices."""
    code = _rule(component)._fcn.__code__
    return list(code.co_varnames[1 : code.co_argcount])


def _topic(component: Any) -> str:
    """Return what the function that declared a component says it declares."""
    name = _rule(component)._fcn.__qualname__.split(".")[0]
    declared = next(add for add in TOPICS if add.__name__ == name or name in add.__code__.co_names)
    sentence = str(declared.__doc__).split("\n")[0].removeprefix("Declare ").rstrip(".")
    return sentence[0].upper() + sentence[1:]


def _written(model: pyo.ConcreteModel, component: Any) -> str:
    """Return one equation with the author's letters in place of the template's numbers."""
    index = component.index_set() if component.is_indexed() else pyo.Set(initialize=[None], dimen=0)
    template, indices = templatize_rule(model, _rule(component), index)
    code = _rule(component)._fcn.__code__
    letters = [*_letters(component), *_summed(code)]
    numbers = dict(zip(range(1, len(letters) + 1), letters, strict=True))
    assert len(indices) == len(_letters(component))
    text = str(template) if not isinstance(template, tuple) else f"{template[0]} ≤ {template[1]} ≤ {template[2]}"
    text = re.sub(r"(?<![\w'])_(\d+)\b", lambda found: numbers[int(found[1])], text)
    text = re.sub(r"\s+", " ", text.replace("SUM(", "Σ(").replace("*", "·"))
    return text.replace("==", "=").replace("<=", "≤").replace(">=", "≥")


def _summed(code: CodeType) -> Iterator[str]:
    """Yield the letters that sums run over, in the order of the sums."""
    for part in code.co_consts:
        if isinstance(part, CodeType):
            yield from (name for name in part.co_varnames if name != ".0")


if __name__ == "__main__":
    from alloc.instance import read

    sys.stdout.write(page(read(sys.argv[1])))

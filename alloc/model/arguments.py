"""How many arguments the rules of the model take, as Pyomo is told.

Pyomo asks that of every rule through `inspect`, whose signatures take a fifth of the time to build a small question;
the code of a rule says it at once.
"""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, NamedTuple

from pyomo.core.base import initializer


class Arguments(NamedTuple):
    """What Pyomo reads of a function: names of its arguments, and of what takes any number of them."""

    args: tuple[str, ...]
    varargs: str | None


def find_arguments(rule: Callable[..., Any]) -> Arguments:
    """Return the arguments of a function as `inspect.getfullargspec` would."""
    code = getattr(rule, "__code__", None)
    if code is None:  # built in
        told = inspect.getfullargspec(rule)
        return Arguments(tuple(told.args), told.varargs)
    first = code.co_argcount + code.co_kwonlyargcount
    varargs = code.co_varnames[first] if code.co_flags & inspect.CO_VARARGS else None
    return Arguments(code.co_varnames[: code.co_argcount], varargs)


_BY_CODE = SimpleNamespace(**{**vars(inspect), "getfullargspec": find_arguments})


@contextmanager
def told_by_code() -> Iterator[None]:
    """Let Pyomo find the arguments of rules by their code while a model is built."""
    before, initializer.inspect = initializer.inspect, _BY_CODE
    try:
        yield
    finally:
        initializer.inspect = before

"""YAML as written: plain data, and the place of every key and value.

Nothing is guessed: `NO` stays a word, `065225` stays a word, `1e3` is a number, equal keys are a fault,
and aliases are refused because a few hundred bytes of them can unfold into gigabytes.
"""

import enum
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard

import yaml

from alloc.errors import Fault, Term
from alloc.texts import catalogue, say

Path = tuple[str | int, ...]
"""The keys that lead to a value, list items by their number."""

Found = tuple[Path, str, dict[str, Any]]
"""What a check finds: where, which sentence, and what fills it."""

Ids = Mapping[str, Mapping[str, object]]
"""Ids as written, also of rows that are themselves at fault: table → ids, in the order written."""

LONGEST_INTEGER = 300
"""Digits beyond this are no number that anyone counts with, and Python refuses them from 4,300 on."""

DEEPEST = 12
"""No instance nests deeper than this."""

TOO_DEEP = "exceeded maximum nesting depth"
"""What some versions of the YAML parser say before any event of such a nest reaches us."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?")
_BARRED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
"""Signs that no YAML text may hold; written as `\\x1b` in quotes they come through, and are found later."""

_SELECTOR = re.compile(r"(?:^|[{,\[])\s*(\w+\[[^\]]*\][^:,}\]]*)")

_CONSTANTS = {
    "": None,
    "~": None,
    "null": None,
    "true": True,
    "false": False,
    ".inf": math.inf,
    "-.inf": -math.inf,
    ".nan": math.nan,
}


class Unread(enum.Enum):
    """Stands for a value that is there but at fault, as already said; whatever holds it is left out quietly."""

    UNREAD = "?"


UNREAD = Unread.UNREAD


class Endless(float):
    """A number written larger than any float can be: infinite, and shown as it was written."""

    written: str

    def __new__(cls, written: object) -> "Endless":
        """Return the number that a text means."""
        number = super().__new__(cls, written)  # type: ignore[arg-type]
        number.written = str(written)
        return number

    def __str__(self) -> str:
        return self.written


@dataclass
class Source:
    """Data with the place where each part of it was written, and the faults met on the way."""

    data: Any = None
    places: dict[Path, str] = field(default_factory=dict)
    labels: dict[Path, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    """Tables that could not be read at all."""
    misheaded: set[str] = field(default_factory=set)
    """Tables with a heading that nobody understands: whatever is missing in their rows may stand under it."""
    letters: dict[str, dict[str, str]] = field(default_factory=dict)
    """Of tables that came from sheets: column → its letter; a row's own place is a cell then."""
    hidden: set[str] = field(default_factory=set)
    """Places of rows that a filter or the planner has hidden."""
    warnings: list[Fault] = field(default_factory=list)
    """What is read as it stands and yet looks otherwise."""
    plans: dict[str, Any] = field(default_factory=dict)
    """Previous plans that came with the workbook."""

    def copy(self) -> "Source":
        """Return the same data, places and faults, to be changed without this one."""
        return Source(
            copy_data(self.data),
            places={**self.places},
            labels={**self.labels},
            faults=[*self.faults],
            unread={*self.unread},
            misheaded={*self.misheaded},
            letters={**self.letters},
            hidden={*self.hidden},
            warnings=[*self.warnings],
            plans={**self.plans},
        )

    def place(self, path: Path) -> str:
        """Return the place of a path, or of the nearest thing around it."""
        asked = path
        while path and path not in self.places:
            path = path[:-1]
        place = self.places.get(path, "")
        return self._cell(asked, place) if asked[:1] and asked[0] in self.letters and len(path) == 2 else place

    def plan_path(self, plan: str, row: int) -> Path:
        """Return the path of a row of a previous plan, numbered from 0."""
        return ("previous", f"{plan} {row}")

    def _cell(self, path: Path, row: str) -> str:
        """Return the cell of a path in a row of a sheet; the row's own where no column is meant."""
        letters = self.letters[str(path[0])]
        steps = [str(step) for step in path[2:]]
        dotted = [".".join(steps[:cut]) for cut in range(len(steps), 0, -1)]
        letter = next((letters[column] for column in dotted if column in letters), None)
        return re.sub("[A-Z]+(?=[0-9]+$)", letter, row) if letter else row

    def is_hidden(self, path: Path) -> bool:
        """Tell whether the row at a path is hidden in its sheet."""
        return self.places.get(path[:2], "") in self.hidden

    def label(self, path: Path) -> str:
        """Return how a planner would name a path: `funds.tianjin.amount`, `rules[3].min`."""
        for cut in range(len(path), 0, -1):
            if path[:cut] in self.labels:
                return _join(self.labels[path[:cut]], path[cut:])
        return _join("", path)


def _join(start: str, path: Path) -> str:
    words = start
    for step in path:
        if isinstance(step, int):
            words += f"[{step + 1}]"
        else:
            words += f".{step}" if words else step
    return words


def copy_data(data: Any) -> Any:
    """Return plain data with mappings of its own; what cannot be changed is shared."""
    if isinstance(data, dict):
        return {key: copy_data(value) for key, value in data.items()}
    return tuple(copy_data(item) for item in data) if isinstance(data, tuple) else data


def scalar(text: str) -> object:
    """Return the number, truth value or nothing that a plain word stands for, else the word itself."""
    if text.lower() in _CONSTANTS:
        return _CONSTANTS[text.lower()]
    if _INTEGER.fullmatch(text):
        return int(text) if len(text) < LONGEST_INTEGER else _number(text)
    return _number(text) if _DECIMAL.fullmatch(text) else text


def _number(text: str) -> float:
    number = float(text)
    return Endless(text) if math.isinf(number) else number


def parse(text: str, file: str) -> Source:
    """Read one YAML text. Faults of the YAML itself end up in `faults`; they never raise."""
    source = Source(places={(): f"{file}:1"})
    barred = _BARRED.search(text)
    if barred:
        line = text.count("\n", 0, barred.start()) + 1
        source.faults.append(Fault(f"{file}:{line}", "", "control_sign", {"sign": f"U+{ord(barred[0]):04X}"}))
        return source
    try:
        fault = next(_dangers(text, file), None)
        if fault is None:
            node = yaml.compose(text, Loader=_Loader)
            source.data = {} if node is None else _plain(node, (), file, source)
    except yaml.MarkedYAMLError as error:
        place = f"{file}:{error.problem_mark.line + 1 if error.problem_mark else 1}"
        if error.problem == TOO_DEEP:
            fault = Fault(place, "", "yaml_deep", {"deepest": DEEPEST})
        else:
            fault = _broken(error, text, place)
    except yaml.reader.ReaderError as error:
        fault = Fault(f"{file}:1", "", "yaml_broken", {"problem": error.reason})
    if fault is not None:
        source.faults.append(fault)
    return source


def _broken(error: yaml.MarkedYAMLError, text: str, place: str) -> Fault:
    """Return the fault of a text that is no YAML; a path with brackets inside of others is a known slip."""
    line = text.split("\n")[error.problem_mark.line : error.problem_mark.line + 1] if error.problem_mark else []
    found = _SELECTOR.search("".join(line))
    if found:
        return Fault(place, "", "yaml_selector", {"found": found[1].strip()})
    return Fault(place, "", "yaml_broken", {"problem": _translate(str(error.problem or error.context))})


def _translate(problem: str) -> Term:
    """Return what the parser says in both languages, where it is known in the other."""
    known = (key for key in catalogue() if key.startswith("yaml_says_") and say(key, "en") == problem)
    return Term(problem, next((say(key, "zh") for key in known), problem))


def _dangers(text: str, file: str) -> Iterator[Fault]:
    """Yield what must not even be composed: aliases, tags, and nests without end."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        place = f"{file}:{event.start_mark.line + 1 if event.start_mark else 1}"
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            yield Fault(place, "", "yaml_alias")
        if getattr(event, "tag", None) not in (None, "!"):
            yield Fault(place, "", "yaml_tag", {"found": getattr(event, "tag", "")})
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            yield Fault(place, "", "yaml_deep", {"deepest": DEEPEST})


def _plain(node: yaml.Node, path: Path, file: str, source: Source) -> object:
    """Return plain data: mappings as dict, lists as tuple, words as written."""
    source.places[path] = f"{file}:{node.start_mark.line + 1}"
    if isinstance(node, yaml.ScalarNode):
        return scalar(node.value) if not node.style else node.value
    if isinstance(node, yaml.SequenceNode):
        return tuple(_plain(item, (*path, i), file, source) for i, item in enumerate(node.value))
    return _plain_mapping(node, path, file, source)


def _plain_mapping(node: yaml.Node, path: Path, file: str, source: Source) -> dict[str, object]:
    """Return a mapping as plain data; a key that is none, or stands twice, is a fault.

    Empty values are left out, but for figures of later years, which they leave out from then on.
    """
    data: dict[str, object] = {}
    seen: dict[str, int] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            source.faults.append(Fault(f"{file}:{line}", source.label(path), "key_not_a_word"))
            continue
        key = str(key_node.value)
        if key in seen:
            place, label = f"{file}:{line}", source.label((*path, key))
            source.faults.append(Fault(place, label, "duplicate_key", {"first": seen[key]}))
            continue
        seen[key] = line
        value = _plain(value_node, (*path, key), file, source)
        source.places[(*path, key)] = f"{file}:{line}"
        if value is not None or (len(path) == 2 and path[0] == "by_year"):  # left out from that year on
            data[key] = value
    return data


def is_number(value: object) -> TypeGuard[int | float]:
    """Tell whether a value is a number; a truth value is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)

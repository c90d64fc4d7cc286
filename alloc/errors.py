"""Every error that alloc raises on purpose, with the exit code of the command line.

AllocError
├── InstanceError     2  the instance has faults: all of them, each with its place
├── RequestError      2  the command or call itself cannot be carried out
├── SolveError        1  the solver failed, or was stopped before it had a plan
└── AuditError        6  a plan did not survive the second reading
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from alloc.texts import escaped, say

MOST_FAULTS = 200
"""Told of one file or sheet: a column pasted as text is one mistake, not ten thousand."""


@dataclass(frozen=True)
class Term:
    """A word or a phrase that fills a sentence, in English and Chinese."""

    en: str
    zh: str

    def say(self, lang: str = "en") -> str:
        """Return the word in one language."""
        return self.zh if lang == "zh" else self.en

    def __str__(self) -> str:
        return self.en


@dataclass(frozen=True)
class Fault:
    """One thing wrong or doubtful in what the planner wrote.

    place: file and line, or sheet and cell; key: the key as written, may be empty; heading: the Chinese title of
    the sheet's column, where it has one; text and values: the sentence in the catalogue and what fills its places.
    """

    place: str
    key: str
    text: str
    values: Mapping[str, object] = field(default_factory=dict)
    heading: str = ""

    def say(self, lang: str = "en") -> str:
        """Return the fault as one line: place, key, what was found and what was expected."""
        key = self.heading if lang == "zh" and self.heading else self.key
        sentence = say(self.text, lang, **_fill(self.values, lang))
        line = f"{self.place}  {key}: {sentence}" if key else f"{self.place}  {sentence}"
        return escaped(line).replace("\n", "\\n")  # what was written never begins a line of its own

    def __str__(self) -> str:
        return self.say()


def _fill(values: Mapping[str, object], lang: str) -> dict[str, object]:
    """Return what fills a sentence in one language: its hint asks for a known word like the one found, or lists all."""
    filled = {key: x.say(lang) if isinstance(x, Term) else x for key, x in values.items()}
    if filled.get("hint"):
        filled["hint"] = say("did_you_mean", lang, word=filled["hint"])
    elif filled.get("expected"):
        filled["hint"] = say("expected_one_of", lang, words=filled["expected"])
    return filled


def foremost(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Return each fault once, of one file or sheet the first 200, and then how many more there are."""
    found: dict[str, Fault] = {}
    sizes: Counter[str] = Counter()
    for fault in faults:
        file = fault.place.rpartition("!" if "!" in fault.place else ":")[0] or fault.place
        if sizes[file] >= MOST_FAULTS:
            sizes[file] += 1
        elif (line := fault.say()) not in found:
            found[line] = fault
            sizes[file] += 1
    more = ((file, size - MOST_FAULTS) for file, size in sizes.items() if size > MOST_FAULTS)
    return (*found.values(), *(Fault(file, "", "more_faults", {"count": count}) for file, count in more))


def total(faults: Iterable[Fault]) -> int:
    """Return how many faults there are, those among them that are only counted."""
    counts = (fault.values["count"] if fault.text == "more_faults" else 1 for fault in faults)
    return sum(count for count in counts if isinstance(count, int))


class AllocError(Exception):
    """Anything that alloc refuses or fails to do, said in words for a planner."""

    exit_code = 1

    def say(self, lang: str = "en") -> str:
        """Return the message in one language."""
        return super().__str__()

    def __str__(self) -> str:
        return self.say()


class InstanceError(AllocError):
    """The instance cannot be used; `faults` holds everything that is wrong with it."""

    exit_code = 2

    def __init__(self, faults: Sequence[Fault]):
        self.faults = tuple(faults)
        super().__init__(self.faults)

    def say(self, lang: str = "en") -> str:
        """Return one line for each fault."""
        return "\n".join(fault.say(lang) for fault in self.faults)


class RequestError(AllocError):
    """The command or call cannot be carried out as it was given."""

    exit_code = 2

    def __init__(self, text: str, **values: object):
        self.text, self.values = text, values
        super().__init__(text)

    def say(self, lang: str = "en") -> str:
        """Return the sentence in one language."""
        return say(self.text, lang, **_fill(self.values, lang))


class NoPlanError(RequestError):
    """There is no plan of the question itself to begin with; status: why, which the exit code tells as for a solve."""

    def __init__(self, text: str, status: str):
        super().__init__(text, status=status)
        codes = {"infeasible": 3, "no_solution": 5, "fault": 2, "audit_failed": 6}
        self.exit_code = codes.get(status, SolveError.exit_code)


class SolveError(RequestError):
    """The solver failed in a way that is nobody's input."""

    exit_code = 1


class AuditError(AllocError):
    """A plan failed the audit and is therefore no result; `findings` names each broken rule."""

    exit_code = 6

    def __init__(self, findings: Sequence[str]):
        self.findings = tuple(findings)
        super().__init__(self.findings)

    def say(self, lang: str = "en") -> str:
        """Return one line for each finding."""
        return "\n".join(self.findings)

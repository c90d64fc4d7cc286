"""Every error that alloc raises on purpose, with the exit code of the command line.

AllocError
├── InstanceError     2  the instance has faults: all of them, each with its place
├── RequestError      2  the command or call itself cannot be carried out
├── SolveError        1  the solver failed, or was stopped before it had a plan
└── AuditError        6  a plan did not survive the second reading
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from alloc.texts import say


@dataclass(frozen=True)
class Fault:
    """One thing wrong or doubtful in what the planner wrote.

    place: file and line, or sheet and cell; key: the key as written, may be empty;
    text and values: the sentence in the catalogue and what fills its places.
    """

    place: str
    key: str
    text: str
    values: Mapping[str, object] = field(default_factory=dict)

    def say(self, lang: str = "en") -> str:
        """Return the fault as one line: place, key, what was found and what was expected."""
        values = dict(self.values)
        if values.get("hint"):
            values["hint"] = say("did_you_mean", lang, word=values["hint"])
        elif values.get("expected"):
            values["hint"] = say("expected_one_of", lang, words=values["expected"])
        sentence = say(self.text, lang, **values)
        return f"{self.place}  {self.key}: {sentence}" if self.key else f"{self.place}  {sentence}"

    def __str__(self) -> str:
        return self.say()


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
        return say(self.text, lang, **self.values)


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

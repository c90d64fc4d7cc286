"""What would give a question a plan, told to the page as it is found: how far changed figures have to go back first."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace

from alloc.desk.replies import Line, Offer, Send, make_reply
from alloc.infeasibility import UndecidedError, list_limits
from alloc.instance import Instance
from alloc.solver import Deadline
from alloc.study.answers.menu import Repair, find_returns
from alloc.study.answers.repair import rank_repairs
from alloc.study.answers.summary import show_options, show_repair
from alloc.study.points import Point
from alloc.texts import say

Head = Callable[[str], Iterable[Line]]
"""What is told before the offers, in a language."""


class Offers:
    """Repairs as far as they are known, and the plans that they lead to as far as they are; each is sent at once."""

    def __init__(self, instance: Instance, lang: str, send: Send, good: bool):
        """Know nothing yet. good: whether the reply that comes of them is."""
        self._instance, self._lang, self._send, self._good = instance, lang, send, good
        self._found: dict[str, tuple[Repair, Point | None]] = {}
        self.head: Head = lambda _: ()
        self.still = "desk_early_repairs"

    def add(self, one: Repair) -> None:
        """Take a repair that was found, unless it is known."""
        if str(one.settings) not in self._found:
            self._found[str(one.settings)] = one, None
            self.send()

    def reach(self, one: Repair, point: Point) -> None:
        """Take the best plan that a repair leads to."""
        self._found[str(one.settings)] = one, point
        self.send()

    def send(self) -> None:
        """Send what is known, and what is still sought."""
        self._send({"early": make_reply(self._tell, self._lang, good=self._good)})

    def list_lines(self, lang: str) -> Iterator[Offer]:
        """Yield the offers, the best first, as far as their goals are known."""
        ranked = rank_repairs((one, point) for one, point in self._found.values() if point is not None)
        for one, line in show_options(ranked, self._instance, lang):
            yield Offer(line, one.settings)
        for one, point in self._found.values():
            if point is None:
                yield Offer(f"  {show_repair(one, self._instance, lang)}", one.settings)

    def _tell(self, lang: str) -> Iterator[Line]:
        yield from self.head(lang)
        yield from self.list_lines(lang)
        yield say(self.still, lang)


def offer_returns(offers: Offers, instance: Instance, paths: Iterable[str], seconds: float) -> None:
    """Offer how far each figure that was changed has to go back; nothing where limits alone are not to blame."""
    if instance.questions or seconds <= 0:
        return
    limits = replace(list_limits(instance), deadline=Deadline(seconds))
    with suppress(UndecidedError), limits.deadline.listening():
        if not limits.hold_together({}):
            for one in find_returns(limits, set(paths)):
                offers.add(one)

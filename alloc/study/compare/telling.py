"""What became of a plan made by hand, line by line, as terminal and desk tell it."""

from collections.abc import Iterator, Mapping
from typing import Any

from alloc.report.told import show_claim
from alloc.study.compare.verify import Verification
from alloc.texts import say
from alloc.texts.figures import amount, percent

GOALS = ("objective", "employment", "linkage")


def tell_verdict(found: Verification, lang: str) -> Iterator[str]:
    """Yield what a plan breaks, what it brings, and by how much it falls short of the best one."""
    figures = found.figures
    if found.passed:
        yield say("verify_passed", lang, plan=figures["plan"])
    else:
        yield say("verify_broken", lang, plan=figures["plan"], count=len(found.breaches))
        for breach in found.breaches:
            yield f"  {breach.say(lang, found.instance)}"
    yield say("verify_brings", lang, **_say_goals(figures))
    yield say("verify_whose", lang, **_say_whose(figures, lang))
    yield from _tell_best(found, lang)


def _say_goals(figures: Mapping[str, Any]) -> dict[str, str]:
    return {key: amount(figures[key]) for key in GOALS}


def _say_whose(figures: Mapping[str, Any], lang: str) -> dict[str, str]:
    """Return whose the jobs of a plan are, in words."""
    others, aid = (show_claim(figures[key], "employment", lang) for key in ("through_others", "through_aid"))
    return {"quo": amount(figures["status_quo"]["employment"]), "others": others, "aid": aid}


def _tell_best(found: Verification, lang: str) -> Iterator[str]:
    """Yield what the best plan brings, and by how much this one falls short of it."""
    figures, best = found.figures, found.figures["optimum"]
    if best["objective"] is None:
        if not found.beats_the_proof:
            yield say("verify_no_best", lang, status=say(best["status"], lang))
        return
    yield say(f"verify_best_{best['status']}", lang, **_say_goals(best))
    if found.beats_the_proof:
        return
    loss = {"loss": amount(figures["loss"]), "share": percent(figures["loss_share"], 2)}
    yield say("verify_loss", lang, **loss, most=amount(figures["loss_most"]))
    if not found.passed and figures["loss"] < 0:
        yield say("verify_ahead", lang)


def tell_contradiction(found: Verification, lang: str) -> Iterator[str]:
    """Yield that a plan is better than what was called proven, where it is: an error of the program."""
    figures, best = found.figures, found.figures["optimum"]
    if not found.beats_the_proof:
        return
    if best["objective"] is None:
        yield say("verify_was_none", lang, plan=figures["plan"])
    else:
        beats = {"objective": amount(figures["objective"]), "bound": amount(best["bound"])}
        yield say("verify_beats", lang, plan=figures["plan"], **beats)

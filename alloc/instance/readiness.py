"""Which projects are ready for a year's money: by how far each of them is."""

from collections.abc import Iterator

from alloc.instance.measure import STAGES, Stage
from alloc.instance.schema import Instance
from alloc.texts import say


def hold_back(instance: Instance, stage: Stage, lang: str = "en") -> dict[str, object]:
    """Return the overrides by which only measures that have reached a stage are eligible, each with its reason.

    A committed measure goes ahead whatever its stage. A measure that gives no stage is held back: nothing says that
    it is ready.
    """
    found: dict[str, object] = {}
    for m, reason in _find_unready(instance, STAGES.index(stage), lang):
        found |= {f"measures.{m}.eligible": False, f"measures.{m}.reason": reason}
    return found


def _find_unready(instance: Instance, least: int, lang: str) -> Iterator[tuple[str, str]]:
    wanted = say(f"stage_{STAGES[least]}", lang)
    for m, row in instance.measures.items():
        if row.committed or not row.eligible:
            continue
        if row.stage is None:
            yield m, say("stage_unknown", lang, wanted=wanted)
        elif STAGES.index(row.stage) < least:
            yield m, say("stage_too_early", lang, found=say(f"stage_{row.stage}", lang), wanted=wanted)

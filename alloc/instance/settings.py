"""The parts of an instance that stand once: the unit of money, the objective, risk, draws, how the solver is asked."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, model_validator

from alloc.instance.rows import Ends, Goal, Strict, described, grouped_words, listed


class Money(Strict):
    """The unit of every amount."""

    currency: str = described("CNY", "ISO 4217 code")
    unit: float = described(10000.0, "currency units in one unit of the instance", gt=0)
    label: str = described(
        "万元", "how the unit is written (default: 元, 万元 or 亿元 for CNY, else unit and currency)"
    )
    lot: float | None = described(None, "payments are whole multiples of it (empty = any amount)", "money", gt=0)

    @model_validator(mode="before")
    @classmethod
    def _labelled(cls, written: Any) -> Any:
        """Do not let 万元 stand beside another unit or currency that was written without a label."""
        if not isinstance(written, dict) or "label" in written or not {"unit", "currency"} & set(written):
            return written
        unit, currency = written.get("unit", 10000.0), written.get("currency", "CNY")
        yuan = {1.0: "元", 1e4: "万元", 1e8: "亿元"}
        if not isinstance(unit, int | float):
            return written
        word = yuan.get(float(unit)) if currency == "CNY" else None
        return {**written, "label": word or (f"{unit:,.0f} {currency}" if unit != 1 else str(currency))}


class Draws(Strict):
    """Scenarios that are drawn, in place of those written."""

    count: int = described(..., "how many are drawn", ge=1, le=100_000)
    keep: int | None = described(None, "how many are kept, with new probabilities (empty = all)", ge=1)
    seed: int = described(0, "the same seed draws the same", ge=0)
    over: dict[str, Ends] = described(
        ...,
        "between which ends figures are drawn, evenly: hazard.sheep, productivity.*, cele/hazard.sheep → [low, high]",
        min_length=1,
    )
    together: Annotated[tuple[tuple[str, ...], ...], BeforeValidator(grouped_words)] = described(
        (), "groups of figures that move together, in the order of their ends; the rest are independent"
    )


class Objective(Strict):
    """What is maximised: weights, or an order."""

    employment: float = described(0.0, "worth of a job", "1 per job", ge=0)
    linkage: float = described(0.0, "worth of a unit of linkage", "1 per linkage", ge=0)
    order: Annotated[tuple[Goal, ...], BeforeValidator(listed)] = described((), "first this, then that")
    tolerance: float = described(0.0, "share of a goal that later goals may cost", "0-1", ge=0, le=1)
    range: dict[str, Ends] = described({}, "between what the weights may lie: key → [low, high]")


class Risk(Strict):
    """How unwelcome bad scenarios are."""

    measure: Literal["cvar", "worst", "regret"] = described(..., "which bad scenarios are looked at, and how")
    tail: float = described(0.1, "worst share of probability", "0-1", gt=0, le=1)
    weight: float = described(0.5, "weight of the tail beside the expectation", "0-1", ge=0, le=1)


class Options(Strict):
    """How the solver is asked."""

    gap: float = described(1e-4, "proven gap at which to stop", "1", ge=0, le=1)
    time_limit: float = described(
        600.0, "longest time for all that a question takes: plan, ties, the worlds beside it, conflicts", "s", gt=0
    )
    threads: int = described(0, "processor threads (0 = the solver's choice)", ge=0, le=256)
    method: Literal["auto", "whole", "blocks"] = described("auto", "how the model is solved")

"""What a plan of a sweep may say: every key with its meaning."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from alloc.instance.schema import Strict


def _read_lines(written: Any) -> Any:
    """Let a list of lines stand for a table whose keys say everything, and nothing for an empty one."""
    if isinstance(written, tuple) and all(isinstance(line, str) for line in written):
        return dict.fromkeys(written)
    return {} if written is None else written


def _read_list(written: Any) -> Any:
    return (written,) if isinstance(written, int) else written


Figures = Annotated[dict[str, Any], BeforeValidator(_read_lines)]
"""Path → value, factor or range."""


class Sample(Strict):
    """Points drawn from ranges."""

    method: Literal["lhs", "sobol"] = Field("lhs", description="Latin hypercube, or a scrambled Sobol sequence")
    points: int = Field(description="how many points each seed draws", ge=1)
    seed: Annotated[tuple[Annotated[int, Field(ge=0)], ...], BeforeValidator(_read_list)] = Field(
        (0,), description="the seed, or several: each draws its own points"
    )
    over: Figures = Field(description="path → range, or list of values to choose from")


class Plan(Strict):
    """A plan: what is varied, and how the variations are put together."""

    sweep: Literal[1] = Field(1, description="format number")
    title: str = Field("", description="for people")
    description: str = Field("", description="for people")
    base: Figures = Field({}, description="figures replaced at every point")
    scenarios: dict[str, Figures] = Field({}, description="name → figures replaced on top of the base")
    list: tuple[Figures, ...] = Field((), description="single points, each with its figures")
    grid: Figures = Field({}, description="every value of one path with every value of the others")
    zip: Figures = Field({}, description="the first values of all paths together, the second …")
    sample: Sample | None = Field(None, description="points drawn from ranges")

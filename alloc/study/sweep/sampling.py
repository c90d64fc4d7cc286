"""Points drawn from ranges: Latin hypercubes and Sobol sequences."""

from alloc.errors import RequestError
from alloc.study.sweep.schema import Sample


def draw_samples(sample: Sample, dimensions: int) -> tuple[list[list[float]], list[int]]:
    """Return draws from the unit cube, one row a point, and the seed of each; the same seed gives the same draws.

    Latin hypercubes: McKay, Beckman & Conover 1979; Sobol sequences scrambled after Owen 1998 and Matoušek 1998.
    Raises RequestError where scipy is not installed.
    """
    try:
        from scipy.stats import qmc
    except ImportError as error:
        raise RequestError("sweep_no_scipy") from error
    rows: list[list[float]] = []
    seeds: list[int] = []
    for seed in sample.seed:
        engine = qmc.LatinHypercube(dimensions, rng=seed) if sample.method == "lhs" else qmc.Sobol(dimensions, rng=seed)
        if sample.method == "lhs":
            found = engine.random(sample.points)
        else:  # a Sobol sequence is balanced at powers of two: draw those, take the first points
            found = engine.random_base2(max(sample.points - 1, 0).bit_length())[: sample.points]
        rows += found.tolist()
        seeds += [seed] * sample.points
    return rows, seeds

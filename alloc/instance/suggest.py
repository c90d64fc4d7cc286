"""The nearest known word, for the question 'did you mean …?'."""

from collections.abc import Iterable
from difflib import get_close_matches


def list_numbers(numbers: Iterable[float]) -> str:
    """Return numbers as a sentence names them."""
    return ", ".join(f"{number:g}" for number in numbers)


def nearest(word: object, known: Iterable[object], cutoff: float = 0.65) -> str:
    """Return the known word most like this one, or '' where none is as near as the cutoff (0 to 1)."""
    words = [str(k) for k in known]
    lowered = {w.lower(): w for w in words}
    match = get_close_matches(str(word).lower(), lowered, n=1, cutoff=cutoff)
    return lowered[match[0]] if match else ""


def suggest_path(word: str, paths: Iterable[str]) -> dict[str, str]:
    """Return what a sentence about an unknown path says: the path, or beginning of one, like it, or the first steps."""
    known: dict[str, None] = {}
    for path in paths:
        steps = path.split(".")
        known |= dict.fromkeys(".".join(steps[:count]) for count in range(1, len(steps) + 1))
    return {"hint": nearest(word, known), "expected": ", ".join(path for path in known if "." not in path)}

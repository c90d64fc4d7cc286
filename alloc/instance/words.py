"""The nearest known word, for the question 'did you mean …?'."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: object, known: Iterable[object]) -> str:
    """Return the known word most like this one, or '' where none is near."""
    words = [str(k) for k in known]
    lowered = {w.lower(): w for w in words}
    match = get_close_matches(str(word).lower(), lowered, n=1, cutoff=0.65)
    return lowered[match[0]] if match else ""

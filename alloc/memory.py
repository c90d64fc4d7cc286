"""Python's search for circles of objects that nobody needs any more, made rare."""

import gc

SELDOM = (100_000, 20, 100)
"""Objects made since the last search, and such searches until older ones are looked at too. A model is hundreds of
thousands of objects that stay: of 832 counties it is read and built in three quarters of the time like this."""


def collect_seldom() -> None:
    """Let this process search seldom."""
    gc.set_threshold(*SELDOM)

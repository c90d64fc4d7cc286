"""The desk: a page on this machine that changes figures, solves and asks; all of it by what the commands call."""

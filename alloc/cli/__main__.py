"""`python -m alloc.cli` is `alloc`."""

from alloc.__main__ import main

main()

"""`python -m alloc.cli` is `alloc`."""

from alloc.cli import main

main(prog_name="alloc")

"""The program `alloc`, as the shell starts it: Ctrl-C is quiet from the first moment, while its rooms still load."""

import sys


def main() -> None:
    """Load the command line and run it."""
    try:
        from alloc.cli import main as run
        from alloc.memory import collect_seldom

        collect_seldom()
        run(prog_name="alloc")
    except KeyboardInterrupt:
        sys.exit(130)  # as shells know what was ended by an interrupt


if __name__ == "__main__":
    main()

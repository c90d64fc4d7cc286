"""Processes that are ended in the middle of what they say leave nobody waiting."""

import os
import struct
import sys
from functools import partial
from types import FrameType

from alloc.solver.pool import ahead


def say_half() -> None:
    """Write the beginning of a result to the pipe that this process answers through, and end."""
    frame: FrameType | None = sys._getframe()
    while frame is not None and "result_queue" not in frame.f_locals:
        frame = frame.f_back
    assert frame is not None
    os.write(frame.f_locals["result_queue"]._writer.fileno(), struct.pack("!i", 1000) + b"half")
    os._exit(1)


def end_or_tell(parent: int) -> str:
    """Say half of a result in another process; in the first one, where lost work is done anew, all of it."""
    if os.getpid() != parent:
        say_half()
    return "done anew"


def test_a_process_that_ends_in_the_middle_of_its_result_is_known_to_be_lost():
    with ahead(partial(end_or_tell, os.getpid())) as wait:
        assert wait(30.0) == "done anew"

"""Files as text: why one cannot be read, UTF-8, and what else its bytes seem to be where they are not."""

import errno
from pathlib import Path

from alloc.errors import Fault, InstanceError

_PACKED = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"%PDF")
"""How workbooks, old workbooks, archives and PDF files begin."""

_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
"""The byte-order marks of UTF-16."""

_WIDEST_MARKS = (b"\xff\xfe\0\0", b"\0\0\xfe\xff")
"""The byte-order marks of UTF-32, the first of which begins like one of UTF-16."""


_WHY = {
    errno.EACCES: "unreadable_permission",
    errno.EPERM: "unreadable_permission",
    errno.ELOOP: "unreadable_loop",
    errno.EISDIR: "unreadable_folder",
    **dict.fromkeys((errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG), "unreadable_none"),
}


def explain_unreadable(error: Exception, found: object) -> Fault:
    """Return the fault without place that says why a file cannot be read.

    A name that no file can have is a ValueError; links in a circle are a RuntimeError before Python 3.13.
    """
    text = "unreadable_loop" if isinstance(error, RuntimeError) else "unreadable_none"
    if isinstance(error, OSError):
        text = _WHY.get(error.errno or 0, "unreadable")
    return Fault("", "", text, {"found": found, "reason": getattr(error, "strerror", None) or error})


def read_text(path: Path) -> str:
    """Return the text of a file that stands by itself. Raises InstanceError with the reason where it has none."""
    try:
        found = decode(path.read_bytes())
    except (OSError, ValueError, RuntimeError) as error:
        found = explain_unreadable(error, path)
    if isinstance(found, Fault):
        raise InstanceError([Fault(str(path), "", found.text, found.values)])
    return found


def decode(content: bytes) -> str | Fault:
    """Return the text that a file holds, or a fault without place that says what the file seems to be instead."""
    if content.startswith(_PACKED):
        return Fault("", "", "not_text_file")
    if content.startswith(_WIDEST_MARKS):
        return Fault("", "", "is_utf16", {"found": "UTF-32"})
    if content.startswith(_WIDE_MARKS) or _is_wide(content):
        return Fault("", "", "is_utf16", {"found": "UTF-16"})
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return Fault("", "", "not_utf8" if _may_be_gbk(content) else "not_unicode")


def _is_wide(content: bytes) -> bool:
    """Tell whether every other byte is mostly 0, as in Latin text of two bytes a letter without a mark."""
    start = content[:2000]
    return len(start) > 15 and any(start[i::2].count(0) * 4 > len(start) for i in (0, 1))


def _may_be_gbk(content: bytes) -> bool:
    try:
        content.decode("gb18030")
    except UnicodeDecodeError:
        return False
    return True

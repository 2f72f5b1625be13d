"""How much of the process's memory is in use: by Python's small objects, and by what malloc has given out.

Not what is resident: after hours of large and small pieces that goes up and down by tens of MB with nothing kept.
"""

import ctypes
import os
import re
import sys
import tempfile
from pathlib import Path

_SMALL = re.compile(r"# bytes in allocated blocks\s*=\s*([\d,]+)")


class _Mallinfo2(ctypes.Structure):
    _fields_ = [
        (name, ctypes.c_size_t)
        for name in ("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks")
    ] + [("fordblks", ctypes.c_size_t), ("keepcost", ctypes.c_size_t)]


def in_use() -> int:
    """Bytes. Of glibc (2.33 or newer) and CPython."""
    mallinfo2 = ctypes.CDLL(None).mallinfo2
    mallinfo2.restype = _Mallinfo2
    found = mallinfo2()
    return int(found.uordblks) + int(found.hblkhd) + _small_objects()


def _small_objects() -> int:
    """CPython says it on stderr alone."""
    with tempfile.TemporaryFile() as file:
        sys.stderr.flush()
        before = os.dup(2)
        os.dup2(file.fileno(), 2)
        try:
            sys._debugmallocstats()
        finally:
            os.dup2(before, 2)
            os.close(before)
        file.seek(0)
        found = _SMALL.search(file.read().decode())
    assert found is not None
    return int(found[1].replace(",", ""))


def resident() -> int:
    """Bytes."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def sockets() -> int:
    """Open ones."""
    found = 0
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            found += os.readlink(descriptor).startswith("socket:")
        except OSError:  # the one that lists them
            continue
    return found

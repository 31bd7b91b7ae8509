"""Compiled Python that is not its source's: what Python would run in place of what can be read.

Python takes `__pycache__/x.cpython-311.pyc` for `x.py` when the file says so itself: by the
source's size and time, by its hash, or with no condition at all. Whoever can write that folder
needs no change of the source. So every such file that Python would take is compared with what
compiling its source gives.

The comparison reads bytes that an intruder may have made to crash Python or to fill the memory, so
it runs in a process of its own, which dies alone: run as a program, this module reads paths of
sources from standard input and answers with pairs of a source and a compiled file that is not its
own. It knows nothing of the project.
"""

from __future__ import annotations

import importlib.util
import marshal
import resource
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

# What the process may take: 10,000 sources take twenty seconds and 100 MB.
_SECONDS = 300
_MEMORY = 1024 * 1024 * 1024
_HEAD = 16
# What compiling changes with `python -O` and `-OO`, by the name's ending.
_LEVELS = {"": 0, "1": 1, "2": 2}


def exchanged(sources: list[Path]) -> Iterator[tuple[Path, Path]]:
    """Each source with a compiled file that is not its own."""
    if not sources:
        return
    command = [sys.executable, "-I", str(Path(__file__).resolve())]
    asked = "\0".join(map(str, sources)).encode("utf-8", "surrogateescape")
    done = subprocess.run(command, input=asked, capture_output=True)  # noqa: S603
    if done.returncode == 0:
        told = done.stdout.decode("utf-8", "surrogateescape")
        paths = map(Path, filter(None, told.split("\0")))
        yield from zip(paths, paths, strict=True)  # two at a time
    elif len(sources) == 1:  # it died of this one
        yield sources[0], Path(importlib.util.cache_from_source(str(sources[0])))
    else:
        half = len(sources) // 2
        yield from exchanged(sources[:half])
        yield from exchanged(sources[half:])


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    asked = sys.stdin.buffer.read().decode("utf-8", "surrogateescape")
    warnings.simplefilter("ignore")  # of libraries' old spellings
    sources = map(Path, asked.split("\0"))
    found = [
        str(one) for source in sources for path in _differing(source) for one in (source, path)
    ]
    sys.stdout.buffer.write("\0".join(found).encode("utf-8", "surrogateescape"))


def _differing(source: Path) -> Iterator[Path]:
    for ending, level in _LEVELS.items():
        path = Path(importlib.util.cache_from_source(str(source), optimization=ending))
        if path.exists() and not path.is_file():  # a pipe would keep who reads it waiting
            yield path
            continue
        try:
            compiled, text = path.read_bytes(), source.read_bytes()
        except OSError:
            continue  # not there, or Python cannot read it either
        if _is_taken(compiled[:_HEAD], source, text) and not _is_of(compiled, text, source, level):
            yield path


def _is_taken(head: bytes, source: Path, text: bytes) -> bool:
    """Whether Python would run the compiled file, by what its head says (PEP 552)."""
    if head[:4] != importlib.util.MAGIC_NUMBER or len(head) < _HEAD:
        return False
    flags = int.from_bytes(head[4:8], "little")
    if flags == 0:
        is_there = source.stat()
        moment, size = int(is_there.st_mtime) & 0xFFFFFFFF, is_there.st_size & 0xFFFFFFFF
        return head[8:] == moment.to_bytes(4, "little") + size.to_bytes(4, "little")
    is_checked = flags & 0b10
    return not is_checked or head[8:] == importlib.util.source_hash(text)


def _is_of(compiled: bytes, text: bytes, source: Path, level: int) -> bool:
    try:
        fresh = compile(text, str(source), "exec", dont_inherit=True, optimize=level)
        return marshal.loads(compiled[_HEAD:]) == fresh  # noqa: S302 - in a process of its own
    except Exception:  # noqa: BLE001 - a source that cannot be compiled was never compiled
        return False


if __name__ == "__main__":
    main()

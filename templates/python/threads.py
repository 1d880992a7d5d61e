"""Spreads the rows of a call over the processors that this process may use. The functions that compute them release the GIL."""

import os
import queue
import threading
from collections import deque

# Rows are handed to threads in pieces of about this number of pixels: several for every thread, so that all end at about the same time, but none
# so small that handing it over takes longer than its work.
MOST_PIXELS = 65536
FEWEST_PIXELS = 8192
PIECES_PER_THREAD = 4


def processors():
    """How many there are for this process, which taskset or a container may give fewer than the machine has."""
    try:
        return max(1, len(os.sched_getaffinity(0)))
    except AttributeError:
        return os.cpu_count() or 1


class Pool:
    """Threads that wait for work until the process ends."""

    def __init__(self):
        self._jobs = queue.SimpleQueue()
        self._count = processors() - 1
        for _ in range(self._count):
            threading.Thread(target=self._work, name="cuweave cpu", daemon=True).start()

    def _work(self):
        while True:
            _take(*self._jobs.get())

    def run(self, function, address, pieces, kept):
        """Calls `function` for every piece. @returns the first result that is not 0, or 0.

        `kept` is what must not be freed: where this is interrupted, threads may still be at work.
        """
        todo, results = deque(pieces), queue.SimpleQueue()
        for _ in range(min(self._count, len(pieces) - 1)):
            self._jobs.put((function, address, todo, results, kept))
        try:
            _take(function, address, todo, results, kept)
            codes = [results.get() for _ in pieces]
        except BaseException:
            todo.clear()
            raise
        return next((code for code in codes if code != 0), 0)


def _take(function, address, todo, results, kept):
    while True:
        try:
            image, begin, end = todo.popleft()
        except IndexError:
            return
        results.put(function(address, image, begin, end))


_pool = None
_lock = threading.Lock()


def pool():
    """The one of this process."""
    global _pool
    if _pool is None:
        with _lock:
            if _pool is None:
                _pool = Pool()
    return _pool


def _forked():
    # Threads do not come along into a child: it starts its own.
    global _pool, _lock
    _pool, _lock = None, threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)


def pieces_of(sizes):
    """Stretches of rows for threads: number of the image, first row, and the row behind the last."""
    count = processors()
    pixels = sum(width * height for width, height in sizes)
    if count == 1 or pixels <= FEWEST_PIXELS:
        return [(n, 0, height) for n, (_, height) in enumerate(sizes)]
    share = min(max(pixels // (PIECES_PER_THREAD * count), FEWEST_PIXELS), MOST_PIXELS)
    pieces = []
    for n, (width, height) in enumerate(sizes):
        rows = max(1, share // width)
        pieces += [(n, row, min(row + rows, height)) for row in range(0, height, rows)]
    return pieces


def run(function, address, pieces, is_small, kept):
    """Runs all pieces: on this thread alone where there is little to do."""
    if is_small:
        for image, begin, end in pieces:
            code = function(address, image, begin, end)
            if code != 0:
                return code
        return 0
    return pool().run(function, address, pieces, kept)

"""Rings: batches that another process writes into shared memory, read where they are. docs/rings.md of cuweave has the protocol."""

import atexit
import ctypes
import json
import os
import time
import weakref
from collections import namedtuple

from .errors import ArgumentError, ForkError, RingError, describe, expected
from .formats import NAMES

#: Where a frame comes from: its file, its number there, and when it is shown, in seconds.
Frame = namedtuple("Frame", "file index timestamp")

_MODES = ("share", "broadcast")
#: How long a wait in the library takes at most, so that Ctrl-C is heard.
_MILLISECONDS = 200
_NOTHING, _END = -1, -2

_handle, _text, _number, _slot = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_uint


class _Batch(ctypes.Structure):
    # CuweaveBatch of native/ring/exports.cc.
    _fields_ = [
        ("sequence", ctypes.c_uint64),
        ("data", ctypes.c_uint64),
        ("info", ctypes.c_uint64),
        ("info_bytes", ctypes.c_uint32),
        ("count", ctypes.c_uint32),
    ]


class _Side:
    """The library's side of a ring. It is left once nobody has anything of it any more."""

    def __init__(self, library, name):
        function = library.function
        self.code = function("cuweaveRingCode", _text)
        self.text = function("cuweaveRingText", _text)
        self.take = function("cuweaveRingTake", _number, _handle, ctypes.c_uint)
        self.batch = function("cuweaveRingBatch", None, _handle, _slot, ctypes.POINTER(_Batch))
        self.give = function("cuweaveRingGive", None, _handle, _slot)
        self.close = function("cuweaveRingClose", None, _handle)
        self.leave = function("cuweaveRingLeave", None, _handle)
        self.describe = function("cuweaveRingDescription", _number, _handle, ctypes.c_char_p, _number)
        self.pid = os.getpid()
        self.handle = function("cuweaveRingOpen", _handle, _text)(
            # What C would take for its end is no part of a name.
            b"." if "\0" in name else name.encode("utf-8", "replace")
        )
        if not self.handle:
            raise self.error()

    def error(self):
        code, text = self.code().decode(), self.text().decode()
        if code == "name":
            return ArgumentError(text, "name")
        return ForkError(text) if code == "forked" else RingError(text, code)

    def __del__(self):
        if getattr(self, "handle", None):
            self.leave(self.handle)


class _Taken:
    """A slot that this process has: it is given back once nobody has memory of it any more."""

    __slots__ = ("side", "slot")

    def __init__(self, side, slot):
        self.side = side
        self.slot = slot

    def __del__(self):
        self.side.give(self.side.handle, self.slot)


class _Memory:
    """An array of a slot, as numpy takes it; what numpy makes of it holds the slot."""

    def __init__(self, taken, address, shape, typestr, read_only):
        self.taken = taken
        self.__array_interface__ = {
            "version": 3,
            "data": (address, read_only),
            "shape": shape,
            "typestr": typestr,
        }


class Batch:
    """What one slot holds. Its arrays may be kept: the slot is given back when the last of them and of their views is gone."""

    def __init__(self, sequence, count, info, arrays):
        #: Its number, from 1 on, in the order in which batches were published.
        self.sequence = sequence
        #: How many items there are; the arrays' first axis has as many.
        self.count = count
        #: The info that the producer gave.
        self.info = info
        #: Its arrays by name.
        self.arrays = arrays

    @property
    def array(self):
        """The array of a batch that has one."""
        if len(self.arrays) != 1:
            raise expected("a batch of one array", "array", f"one of {', '.join(self.arrays)}", "Take batch.arrays[NAME].")
        return next(iter(self.arrays.values()))

    @property
    def frames(self):
        """Where each item comes from, if `cuweave serve` made the batch."""
        frames = self.info.get("frames") if isinstance(self.info, dict) else None
        return [Frame(frame["file"], frame["index"], frame["timestamp"]) for frame in frames or []]


class Ring:
    """A consumer's side of a ring: an iterator of batches."""

    def __init__(self, library, name, copy, arrays, wait):
        if not isinstance(name, str):
            raise expected("a ring's name", "name", describe(name))
        if arrays not in ("numpy", "torch"):
            raise expected("'numpy' or 'torch'", "arrays", describe(arrays))
        self.name = name
        self._copy = copy
        self._torch = None
        if arrays == "torch":
            import torch

            self._torch = torch
        self._side = _opened(library, name, wait)
        text = ctypes.create_string_buffer(8192)
        self._side.describe(self._side.handle, text, len(text))
        described = json.loads(text.value.decode())
        if described["mode"] >= len(_MODES):
            raise RingError(f"'{name}' is one tensor and no ring.", "missing")
        #: Who gets a batch: one of the consumers (`share`), or all (`broadcast`).
        self.mode = _MODES[described["mode"]]
        #: How many batches there is room for.
        self.slots = described["slots"]
        self._tensors = described["tensors"]
        self._closed = False
        _open.add(self)

    def __iter__(self):
        return self

    def __next__(self):
        batch = self.take()
        if batch is None:
            raise StopIteration
        return batch

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def take(self, timeout=None):
        """The next batch. None: there will be none, or `timeout` seconds are over. Raises `RingError` if the producer ended early."""
        side, until = self._side, None if timeout is None else time.monotonic() + timeout
        while True:
            if self._closed:
                raise RingError(f"Ring '{self.name}' is closed here. Open it again.", "closed")
            left = _MILLISECONDS if until is None else max(0, min(_MILLISECONDS, int(1000 * (until - time.monotonic()))))
            slot = side.take(side.handle, left)
            if slot >= 0:
                return self._batch(_Taken(side, slot))
            if slot == _END:
                return None
            if slot != _NOTHING:
                raise side.error()
            if until is not None and time.monotonic() >= until:
                return None

    def close(self):
        """Takes no more batches. Arrays that there are stay."""
        if not self._closed:
            self._closed = True
            self._side.close(self._side.handle)

    def _batch(self, taken):
        import numpy

        side, found = taken.side, _Batch()
        side.batch(side.handle, taken.slot, ctypes.byref(found))
        text = ctypes.string_at(found.info, found.info_bytes).decode("utf-8", "replace")
        try:
            info = json.loads(text) if text else None
        except ValueError as error:
            raise RingError("The info of a batch is not JSON: the ring's producer is not cuweave, or is damaged.", "refused") from error
        arrays = {}
        for tensor in self._tensors:
            shape = (found.count,) + tuple(tensor["shape"][1:])
            typestr = numpy.dtype(NAMES.get(tensor["dtype"], _MORE.get(tensor["dtype"]))).str
            # All consumers of a broadcast read the same memory. torch knows no array that is not to be written.
            read_only = self.mode == "broadcast" and not self._copy and self._torch is None
            array = numpy.asarray(_Memory(taken, found.data + tensor["offset"], shape, typestr, read_only))
            if self._copy:
                array = array.copy()
            arrays[tensor["name"]] = self._torch.from_numpy(array) if self._torch else array
        return Batch(found.sequence, found.count, info, arrays)


#: Types of numbers that no image has.
_MORE = {"f64": "float64", "i64": "int64"}


def _opened(library, name, wait):
    until = time.monotonic() + wait
    while True:
        try:
            return _Side(library, name)
        except RingError as error:
            if error.code != "missing" or time.monotonic() >= until:
                raise
        time.sleep(0.05)


_open = weakref.WeakSet()


@atexit.register
def _close_all():
    # A consumer that only ends would look like one that was killed.
    for ring in list(_open):
        if ring._side.pid == os.getpid():
            ring.close()

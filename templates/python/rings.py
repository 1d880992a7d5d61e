"""Rings: batches that another process writes into memory that both have, read where they are. docs/rings.md of cuweave has the protocol."""

import atexit
import ctypes
import importlib
import json
import os
import time
import weakref
from collections import namedtuple

from . import cuda
from .arrays import library_named, numpy_type
from .errors import ArgumentError, CudaError, ForkError, RingError, describe, expected
from .shared import Place, Slots

#: Where a frame comes from: its file, its number there, and when it is shown, in seconds.
Frame = namedtuple("Frame", "file index timestamp")

_MODES = ("share", "broadcast")
_ARRAYS = ("numpy", "torch", "cupy", "cuda")
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
        self._lives = function("cuweaveRingProducerLives", _number, _handle)
        self._give_slot = ctypes.cast(function("cuweaveRingGiveSlot", None, _handle), _handle)
        #: The memory of a ring on a GPU, once it is opened.
        self.slots = None
        self.pid = os.getpid()
        self.handle = function("cuweaveRingOpen", _handle, _text)(
            # What C would take for its end is no part of a name.
            b"." if "\0" in name else name.encode("utf-8", "replace")
        )
        if not self.handle:
            raise self.error()
        self.place = Place()
        function("cuweaveRingPlace", None, _handle, ctypes.POINTER(Place))(self.handle, ctypes.byref(self.place))

    def open_slots(self, name):
        """Opens the memory of a ring on a GPU."""
        self.slots = Slots(name, self.place, self.handle, self._give_slot, lambda: self._lives(self.handle) != 0)

    @property
    def is_forked(self):
        """Whether this process is a child of the one that opened it."""
        return self.pid != os.getpid()

    def error(self):
        code, text = self.code().decode(), self.text().decode()
        if code == "name":
            return ArgumentError(text, "name")
        return ForkError(text) if code == "forked" else RingError(text, code)

    def __del__(self):
        if not getattr(self, "handle", None):
            return
        try:
            # The memory first: the producer frees it once this side has left.
            if self.slots is not None and not self.is_forked:
                self.slots.close()
        except CudaError:
            # A lost device's memory goes with the process.
            pass
        finally:
            self.leave(self.handle)


class _Taken:
    """A slot that this process has: it is given back once nobody has memory of it any more."""

    __slots__ = ("side", "slot", "stream")

    def __init__(self, side, slot, stream):
        self.side = side
        self.slot = slot
        #: Of a slot on a GPU: the function that gives the stream whose work may still read it.
        self.stream = stream

    def __del__(self):
        side = self.side
        if side.slots is None:
            side.give(side.handle, self.slot)
        elif not side.is_forked:
            side.slots.give(self.slot, self.stream)


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


class DeviceArray:
    """An array of a slot on a GPU, for whatever takes `__cuda_array_interface__`; what is made of it holds the slot."""

    def __init__(self, taken, address, shape, typestr):
        self._taken = taken
        self.__cuda_array_interface__ = {
            "version": 3,
            "data": (address, False),
            "shape": shape,
            "typestr": typestr,
            "strides": None,
            # It is written: nobody needs to wait.
            "stream": None,
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
        if arrays not in _ARRAYS:
            raise expected("'numpy', 'torch', 'cupy' or 'cuda'", "arrays", describe(arrays))
        if copy and arrays == "cuda":
            raise expected("'torch' or 'cupy'", "arrays", "'cuda'", "With copy=True they are to be made, and which library makes them?")
        self.name = name
        self._copy = copy
        self._kind = arrays
        self._stream = None
        self._module = None if arrays == "cuda" else importlib.import_module(arrays)
        self._side = _opened(library, name, wait)
        self._open_memory()
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
        if side is not None and side.slots is not None and not side.is_forked:
            side.slots.give_later(self._stream)
        while True:
            if self._side is None:
                raise RingError(f"Ring '{self.name}' is closed here. Open it again.", "closed")
            left = _MILLISECONDS if until is None else max(0, min(_MILLISECONDS, int(1000 * (until - time.monotonic()))))
            slot = side.take(side.handle, left)
            if slot >= 0:
                return self._batch(_Taken(side, slot, self._stream))
            if slot == _END:
                return None
            if slot != _NOTHING:
                raise side.error()
            if until is not None and time.monotonic() >= until:
                return None

    def close(self):
        """Takes no more batches. Arrays that there are stay."""
        # Arrays hold the side from here on, and a GPU's memory is closed with the last of them.
        side, self._side = self._side, None
        if side is not None:
            side.close(side.handle)

    def _open_memory(self):
        """Opens a ring's memory on a GPU, where the arrays that were asked for can be there."""
        place, asked = self._side.place, f"'{self._kind}'"
        if not place.is_on_gpu:
            if self._kind in ("cupy", "cuda"):
                hint = f"Ring '{self.name}' lies in the CPU's memory. Serve it with --device cuda for arrays on a GPU."
                raise expected("'numpy' or 'torch'", "arrays", asked, hint)
            return
        if self._kind == "numpy":
            hint = f"Ring '{self.name}' lies on {place.gpu}. Take arrays='torch', or serve it with --device cpu."
            raise expected("'torch', 'cupy' or 'cuda'", "arrays", asked, hint)
        # In a forked child that cannot use CUDA torch would only say that there is none.
        cuda.driver()
        if self._kind == "torch" and not self._module.cuda.is_available():
            hint = f"Ring '{self.name}' lies on {place.gpu}. Install a torch with CUDA, or serve the ring with --device cpu."
            raise expected("a torch that has CUDA", "arrays", "one without", hint)
        self._side.open_slots(self.name)
        library = None if self._kind == "cuda" else library_named(self._kind)
        device = self._side.slots.device
        # Without a library it is CUDA's legacy default stream, behind which is all that other blocking streams do.
        self._stream = (lambda: 0) if library is None else (lambda: library.current_stream(device))

    def _batch(self, taken):
        side, found = taken.side, _Batch()
        side.batch(side.handle, taken.slot, ctypes.byref(found))
        text = ctypes.string_at(found.info, found.info_bytes).decode("utf-8", "replace")
        try:
            info = json.loads(text) if text else None
        except ValueError as error:
            raise RingError("The info of a batch is not JSON: the ring's producer is not cuweave, or is damaged.", "refused") from error
        make = self._host_array if side.slots is None else self._device_array
        data = found.data if side.slots is None else side.slots.address(taken.slot)
        arrays = {}
        for tensor in self._tensors:
            shape = (found.count,) + tuple(tensor["shape"][1:])
            arrays[tensor["name"]] = make(taken, data + tensor["offset"], shape, tensor["dtype"])
        return Batch(found.sequence, found.count, info, arrays)

    def _host_array(self, taken, address, shape, code):
        import numpy

        is_torch = self._kind == "torch"
        # All consumers of a broadcast read the same memory. torch knows no array that is not to be written.
        read_only = self.mode == "broadcast" and not self._copy and not is_torch
        array = numpy.asarray(_Memory(taken, address, shape, _TYPES[code], read_only))
        if self._copy:
            array = array.copy()
        if not is_torch:
            return array.view(numpy_type(code)) if code == "bf16" else array
        return self._as_bfloat(self._module.from_numpy(array), code)

    def _device_array(self, taken, address, shape, code):
        memory, device = DeviceArray(taken, address, shape, _TYPES[code]), taken.side.slots.device
        if self._kind == "cuda":
            return memory
        if self._kind == "torch":
            array = self._as_bfloat(self._module.as_tensor(memory, device=f"cuda:{device}"), code)
            return array.clone() if self._copy else array
        with self._module.cuda.Device(device):
            array = self._module.asarray(memory)
            if code == "bf16":
                array = array.view(numpy_type(code))
            return array.copy() if self._copy else array

    def _as_bfloat(self, tensor, code):
        return tensor.view(self._module.bfloat16) if code == "bf16" else tensor


#: What array interfaces call a ring's types. They have no bfloat16: its bits are taken for a number, and viewed as what they are.
_TYPES = {
    "u8": "|u1",
    "u16": "<u2",
    "i32": "<i4",
    "i64": "<i8",
    "f16": "<f2",
    "bf16": "<i2",
    "f32": "<f4",
    "f64": "<f8",
}


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
        if ring._side is not None and not ring._side.is_forked:
            ring.close()

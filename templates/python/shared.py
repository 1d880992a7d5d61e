"""The slots of a ring on a GPU: memory of another process, opened by CUDA IPC, and given back in the order of streams."""

import ctypes
import sys

from . import cuda
from .errors import CudaError, RingError


class Place(ctypes.Structure):
    """Where slots lie: CuweavePlace of native/ring/exports.cc."""

    _fields_ = [
        ("is_on_gpu", ctypes.c_uint32),
        ("slots", ctypes.c_uint32),
        ("bytes", ctypes.c_uint64),
        ("slot_bytes", ctypes.c_uint64),
        ("uuid", ctypes.c_ubyte * 16),
        ("handle", cuda.MemoryHandle),
    ]

    @property
    def gpu(self):
        """The GPU as `nvidia-smi -L` writes it."""
        text = bytes(self.uuid).hex()
        return "GPU-" + "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


class _Slot(ctypes.Structure):
    # CuweaveSlot of native/ring/exports.cc.
    _fields_ = [("ring", ctypes.c_void_p), ("slot", ctypes.c_uint32)]


class Slots:
    """The memory of a ring's slots, opened in this process."""

    def __init__(self, name, place, ring, give_slot, producer_lives):
        """`give_slot` is the library's function that gives a slot back, as an address."""
        self._driver = cuda.driver()
        self._give_slot = give_slot
        self._slot_bytes = place.slot_bytes
        #: The device's number in this process.
        self.device = self._driver.device_with(bytes(place.uuid))
        if self.device is None:
            raise RingError(
                f"Ring '{name}' lies on {place.gpu}, which this process does not see. Let it see that GPU (CUDA_VISIBLE_DEVICES; "
                "`nvidia-smi -L` lists them), or serve the ring on another one by --device.",
                "wrongDevice",
            )
        # What the driver is given a pointer to: a slot's entry is in use until the slot is given back.
        self._entries = (_Slot * place.slots)(*((ring, slot) for slot in range(place.slots)))
        #: Slots that were let go while their stream was captured.
        self._later = []
        entered = self._driver.enter(self.device)
        try:
            self._open(name, place, producer_lives)
            # Slots come back in the order of a stream of their own: nobody's work waits for that.
            self._stream = self._driver.new_stream()
        finally:
            if entered:
                self._driver.leave()

    def _open(self, name, place, producer_lives):
        try:
            self._pointer, size = self._driver.open_memory(place.handle)
        except CudaError as error:
            if not producer_lives():
                raise RingError(f"There is no ring '{name}': its producer has ended. Start it again.", "missing") from error
            raise RingError(
                f"The memory of ring '{name}' cannot be opened on cuda:{self.device}: {error} CUDA shares memory between processes "
                "of one machine that see each other: containers need one IPC and one PID namespace "
                "(docker run --ipc=host --pid=host).",
                "unsupported",
            ) from error
        if size < place.bytes:
            self._driver.close_memory(self._pointer)
            raise RingError(
                f"Ring '{name}' is refused: its memory is smaller than its file says. Start its producer again.", "refused"
            )

    def address(self, slot):
        """Where a slot lies."""
        return self._pointer + slot * self._slot_bytes

    def give(self, slot, stream_of):
        """Gives a slot back once what is enqueued on the stream that `stream_of` gives is done."""
        if sys.is_finalizing():
            # The process's end gives back what it had.
            return
        stream, entered = stream_of(), self._driver.enter(self.device)
        try:
            if self._driver.is_capturing(stream):
                # It would become a part of the graph.
                self._later.append(slot)
                return
            self._driver.wait_for(stream, self._stream)
            self._driver.call(self._give_slot, self._entry(slot), self._stream)
        except CudaError:
            self._give_now(slot, stream)
        finally:
            if entered:
                self._driver.leave()

    def give_later(self, stream_of):
        """Gives back what was let go while a stream was captured, if that is over."""
        if self._later:
            later, self._later = self._later, []
            for slot in later:
                self.give(slot, stream_of)

    def _entry(self, slot):
        return ctypes.addressof(self._entries) + slot * ctypes.sizeof(_Slot)

    def _give_now(self, slot, stream):
        try:
            self._driver.synchronize(stream)
        except CudaError:
            # The device is lost, and nothing reads the slot any more.
            pass
        ctypes.CFUNCTYPE(None, ctypes.c_void_p)(self._give_slot.value)(self._entry(slot))

    def close(self):
        """Closes the memory, after the work that reads it. No slot may be in use."""
        if sys.is_finalizing():
            return
        entered = self._driver.enter(self.device)
        try:
            self._driver.synchronize(self._stream)
            self._driver.end_stream(self._stream)
            self._driver.close_memory(self._pointer)
        finally:
            if entered:
                self._driver.leave()

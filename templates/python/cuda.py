"""The little of NVIDIA's driver that a call on a GPU needs: the context of its device, events, and memory between kernels."""

import ctypes
import os
from collections import deque

from .errors import CudaError, ForkError, LibraryError

_Handle = ctypes.c_void_p
#: CUDA_ERROR_NOT_INITIALIZED: after cuInit only a forked child meets it.
_NOT_INITIALIZED = 3
_SPAWN = (
    "Start workers by 'spawn' or 'forkserver' (multiprocessing.set_start_method, or a DataLoader's multiprocessing_context), or use "
    "pipelines on a GPU only after the fork."
)


class MemoryHandle(ctypes.Structure):
    """What names a GPU's memory for other processes (CUipcMemHandle); calls take it by value."""

    _fields_ = [("reserved", ctypes.c_ubyte * 64)]


class Driver:
    """The functions of libcuda that are used here."""

    def __init__(self):
        try:
            self._library = ctypes.CDLL("libcuda.so.1")
        except OSError as error:
            raise LibraryError(f"NVIDIA's driver cannot be loaded: {error}.") from error
        self._contexts = {}
        #: What streams still use: events, and the objects that hold the memory.
        self._held = deque()
        self._check("cuInit", 0)

    def _check(self, name, *arguments):
        code = getattr(self._library, name)(*arguments)
        if code == _NOT_INITIALIZED:
            raise ForkError(
                f"{name} failed: CUDA cannot be used in process {os.getpid()}, since the one that it was forked from had used it before. "
                + _SPAWN
            )
        if code != 0:
            raise CudaError(f"{name} failed: {': '.join(self.error(code))}.", code)

    def error(self, code):
        """CUDA's name and words for a number."""
        texts = []
        for name in ("cuGetErrorName", "cuGetErrorString"):
            text = ctypes.c_char_p()
            getattr(self._library, name)(code, ctypes.byref(text))
            texts.append((text.value or str(code).encode()).decode())
        return texts

    def context(self, device):
        """The context of a device that all libraries of the process share."""
        found = self._contexts.get(device)
        if found is None:
            handle, context = ctypes.c_int(), _Handle()
            self._check("cuDeviceGet", ctypes.byref(handle), device)
            self._check("cuDevicePrimaryCtxRetain", ctypes.byref(context), handle)
            found = self._contexts[device] = context.value
        return found

    def enter(self, device):
        """Makes the device the calling thread's. @returns whether `leave` is to be called."""
        context, now = self._contexts.get(device) or self.context(device), _Handle()
        self._library.cuCtxGetCurrent(ctypes.byref(now))
        if now.value == context:
            return False
        self._check("cuCtxPushCurrent_v2", _Handle(context))
        return True

    def leave(self):
        """Gives the thread back the device that it had."""
        self._check("cuCtxPopCurrent_v2", ctypes.byref(_Handle()))

    def device_of(self, pointer):
        """The device that an address is on."""
        ordinal = ctypes.c_int()
        # CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL
        self._check("cuPointerGetAttribute", ctypes.byref(ordinal), 9, ctypes.c_uint64(pointer))
        return ordinal.value

    def device_with(self, uuid):
        """The device with these 16 bytes for a UUID; None: this process sees no such one."""
        count, handle, found = ctypes.c_int(), ctypes.c_int(), ctypes.create_string_buffer(16)
        self._check("cuDeviceGetCount", ctypes.byref(count))
        for device in range(count.value):
            self._check("cuDeviceGet", ctypes.byref(handle), device)
            self._check("cuDeviceGetUuid_v2", found, handle)
            if found.raw == uuid:
                return device
        return None

    def open_memory(self, handle):
        """Opens memory of another process on the current device. @returns its address and its size."""
        pointer, base, size = ctypes.c_uint64(), ctypes.c_uint64(), ctypes.c_size_t()
        # CU_IPC_MEM_LAZY_ENABLE_PEER_ACCESS: CUDA takes no other flag.
        self._check("cuIpcOpenMemHandle_v2", ctypes.byref(pointer), handle, 1)
        try:
            self._check("cuMemGetAddressRange_v2", ctypes.byref(base), ctypes.byref(size), pointer)
        except CudaError:
            self.close_memory(pointer.value)
            raise
        return pointer.value, size.value

    def close_memory(self, pointer):
        """Closes what `open_memory` opened."""
        self._check("cuIpcCloseMemHandle", ctypes.c_uint64(pointer))

    def new_stream(self):
        """A stream of the current device that waits for no other one."""
        stream = _Handle()
        # CU_STREAM_NON_BLOCKING
        self._check("cuStreamCreate", ctypes.byref(stream), 1)
        return stream.value

    def end_stream(self, stream):
        """Ends a stream once its work is done."""
        self._check("cuStreamDestroy_v2", _Handle(stream))

    def is_capturing(self, stream):
        """Whether what is enqueued on the stream goes into a graph."""
        status = ctypes.c_int()
        self._check("cuStreamIsCapturing", _Handle(stream), ctypes.byref(status))
        return status.value != 0

    def call(self, function, argument, stream):
        """Has the driver call a function of C in the stream's order."""
        self._check("cuLaunchHostFunc", _Handle(stream), function, _Handle(argument))

    def _event(self, stream):
        event = _Handle()
        # CU_EVENT_DISABLE_TIMING
        self._check("cuEventCreate", ctypes.byref(event), 2)
        self._check("cuEventRecord", event, _Handle(stream))
        return event

    def wait_for(self, other, stream):
        """What is enqueued on `stream` from here on comes after what is on the other one."""
        event = self._event(other)
        self._check("cuStreamWaitEvent", _Handle(stream), event, 0)
        self._check("cuEventDestroy_v2", event)

    def synchronize(self, stream):
        """Waits for what is enqueued on a stream."""
        self._check("cuStreamSynchronize", _Handle(stream))

    def hold(self, kept, stream):
        """Keeps objects until what is enqueued on the stream is done."""
        self._held.append((self._event(stream), kept))
        while self._held and self._library.cuEventQuery(self._held[0][0]) == 0:
            event, _ = self._held.popleft()
            self._check("cuEventDestroy_v2", event)

    def scratch(self, size, device, stream):
        """Memory between kernels, given out and taken back in the stream's order."""
        pointer = ctypes.c_uint64()
        self._check("cuMemAllocAsync", ctypes.byref(pointer), ctypes.c_size_t(size), _Handle(stream))
        return pointer.value, _Scratch(self, pointer, stream)


class _Scratch:
    def __init__(self, driver, pointer, stream):
        self._driver, self._pointer, self._stream = driver, pointer, stream

    def __del__(self):
        self._driver._library.cuMemFreeAsync(self._pointer, _Handle(self._stream))


_driver = None
_forked_from = None


def driver():
    """The one of this process."""
    global _driver
    if _forked_from is not None:
        raise ForkError(
            f"Process {os.getpid()} was forked from {_forked_from} after that one used CUDA, and CUDA does not work in such "
            f"a child. {_SPAWN}"
        )
    if _driver is None:
        _driver = Driver()
    return _driver


def _forked():
    global _forked_from
    if _driver is not None:
        _forked_from = _forked_from or os.getppid()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)

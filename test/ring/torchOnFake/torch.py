"""As much of torch as rings on a GPU call, on the stand-in for NVIDIA's driver, whose memory is the host's: tensors are numpy's arrays."""

import ctypes
from types import SimpleNamespace

import numpy

uint8, int32, float16, float32, bfloat16, uint16 = "uint8", "int32", "float16", "float32", "bfloat16", "uint16"
_streams = {}


class _Host:
    def __init__(self, memory):
        described = memory.__cuda_array_interface__
        self.memory = memory
        self.__array_interface__ = {key: described[key] for key in ("version", "data", "shape", "typestr")}


class Tensor(numpy.ndarray):
    """An array that holds what its memory is of."""

    def clone(self):
        return self.copy()


def as_tensor(memory, device):
    assert device == "cuda:0", device
    return numpy.asarray(_Host(memory)).view(Tensor)


def current(device=0):
    """The handle of the process's stream."""
    if device not in _streams:
        driver, context, stream = ctypes.CDLL("libcuda.so.1"), ctypes.c_void_p(), ctypes.c_void_p()
        driver.cuDevicePrimaryCtxRetain(ctypes.byref(context), device)
        driver.cuCtxSetCurrent(context)
        assert driver.cuStreamCreate(ctypes.byref(stream), 1) == 0
        driver.cuCtxSetCurrent(None)
        _streams[device] = stream.value
    return _streams[device]


_C = SimpleNamespace(_cuda_getCurrentRawStream=current)
cuda = SimpleNamespace(is_available=lambda: True)

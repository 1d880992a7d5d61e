"""What arrays say of themselves, library by library, and how each library makes new ones on its current stream.

Each library is an object with the same methods. `look` is called for every array of every call, so it is short; what it gives as an
array's key says everything about the array but where it lies, in the library's own words. `array` puts a key into ours.
"""

import ctypes
import sys

from .errors import CuweaveError, describe, expected
from .formats import NAMES

_CODES = {name: code for code, name in NAMES.items()}


def numpy_type(code):
    """What numpy and cupy call a dtype. They have no bfloat16 of their own: ml_dtypes, which jax brings along, adds it."""
    if code != "bf16":
        return NAMES[code]
    try:
        import ml_dtypes
    except ImportError as error:
        raise expected("a library with bfloat16", "the result", "numpy alone", "Give tensors of torch, or install ml_dtypes.") from error
    return ml_dtypes.bfloat16


class Array:
    """An array's shape, its strides in bytes, its dtype, and the GPU that it lies on; None: host memory."""

    __slots__ = ("shape", "strides", "dtype", "device", "read_only")

    def __init__(self, shape, strides, dtype, device, read_only=False):
        self.shape = shape
        self.strides = strides
        self.dtype = dtype
        self.device = device
        self.read_only = read_only


def dense_strides(shape, size):
    """Strides in bytes of an array without gaps."""
    strides = []
    for length in reversed(shape):
        strides.append(size)
        size *= length
    return tuple(reversed(strides))


class Library:
    """What libraries have in common."""

    #: Whether `look` takes an array as the caller gives it.
    is_direct = False

    def produced_on(self, key):
        """The stream that an array's producer named, where its work may still be under way; None: it is in order."""
        return None


class Numpy(Library):
    """numpy, and what has `__array_interface__`, such as Pillow's images."""

    name = "numpy"
    is_direct = True

    def look(self, array):
        # The address and whether it may be written come together.
        pointer, read_only = array.__array_interface__["data"]
        return pointer, (self, array.shape, array.strides, array.dtype, read_only)

    def look_alike(self, arrays):
        """The addresses of arrays that have one key, and that key; of others None."""
        first = arrays[0]
        kind, shape, strides, dtype = type(first), first.shape, first.strides, first.dtype
        writable = first.flags.writeable
        pointers = []
        for array in arrays:
            if type(array) is not kind or array.shape != shape or array.strides != strides or array.dtype != dtype:
                return None, None
            pointer, read_only = array.__array_interface__["data"]
            if read_only is writable:
                return None, None
            pointers.append(pointer)
        return pointers, (self, shape, strides, dtype, not writable)

    def array(self, key):
        _, shape, strides, dtype, read_only = key
        code = _CODES.get(dtype.name) if dtype.isnative else None
        return Array(shape, strides, code or str(dtype), None, read_only)

    def empty(self, shape, code, device, stream):
        return sys.modules["numpy"].empty(shape, numpy_type(code))

    def address(self, array):
        return array.ctypes.data

    def finished(self, made):
        return made


class Interface(Numpy):
    """What has `__array_interface__` and is no numpy array."""

    name = "an array interface"
    is_direct = False

    def look(self, array):
        import numpy

        return Numpy.look(self, numpy.asarray(array))

    def keep(self, array):
        import numpy

        return numpy.asarray(array)


class Torch(Library):
    """torch, on the CPU and on CUDA."""

    name = "torch"
    is_direct = True

    def __init__(self):
        import torch

        self.torch = torch
        self.dtypes = {code: getattr(torch, name, None) for code, name in NAMES.items()}
        self.codes = {dtype: code for code, dtype in self.dtypes.items() if dtype is not None}
        # The handle alone, without an object around it: forty times faster.
        self.raw_stream = getattr(torch._C, "_cuda_getCurrentRawStream", None)

    def address(self, tensor):
        return tensor.data_ptr()

    def look(self, tensor):
        return tensor.data_ptr(), (self, tensor.shape, tensor.stride(), tensor.dtype, tensor.device)

    def look_alike(self, tensors):
        """The addresses of tensors that have one key, and that key; of others None."""
        first = tensors[0]
        kind, shape, stride, dtype, device = type(first), first.shape, first.stride(), first.dtype, first.device
        pointers = []
        for tensor in tensors:
            if (
                type(tensor) is not kind
                or tensor.shape != shape
                or tensor.stride() != stride
                or tensor.dtype is not dtype
                or tensor.device != device
            ):
                return None, None
            pointers.append(tensor.data_ptr())
        return pointers, (self, shape, stride, dtype, device)

    def array(self, key):
        _, shape, strides, dtype, device = key
        if device.type not in ("cpu", "cuda"):
            raise expected("a tensor on the CPU or a CUDA device", "input", f"one on {device}")
        size = self.torch.empty(0, dtype=dtype).element_size()
        code = self.codes.get(dtype) or str(dtype)
        strides = tuple(stride * size for stride in strides)
        return Array(tuple(shape), strides, code, device.index if device.type == "cuda" else None)

    def current_stream(self, device):
        if self.raw_stream is not None:
            return self.raw_stream(device)
        return self.torch.cuda.current_stream(device).cuda_stream

    def empty(self, shape, code, device, stream):
        dtype = self.dtypes[code]
        if dtype is None:
            raise expected("a torch with uint16", "torch", self.torch.__version__, "Take torch 2.3 or newer.")
        if device is None:
            return self.torch.empty(shape, dtype=dtype)
        return self._on(device, stream, lambda: self.torch.empty(shape, dtype=dtype, device=f"cuda:{device}"))

    def scratch(self, size, device, stream):
        made = self.empty((size,), "u8", device, stream)
        return made.data_ptr(), made

    def used(self, tensors, device, stream):
        """Tells the allocator of a stream that is not the current one that it uses the tensors."""
        if stream != self.current_stream(device):
            other = self.torch.cuda.ExternalStream(stream, device=f"cuda:{device}")
            for tensor in tensors:
                if isinstance(tensor, self.torch.Tensor):
                    tensor.record_stream(other)

    def finished(self, made):
        return made

    def _on(self, device, stream, make):
        """The allocator gives memory in the order of the current stream."""
        if stream == self.current_stream(device):
            return make()
        with self.torch.cuda.stream(self.torch.cuda.ExternalStream(stream, device=f"cuda:{device}")):
            return make()


class Cupy(Library):
    """cupy."""

    name = "cupy"
    is_direct = True

    def __init__(self):
        import cupy

        self.cupy = cupy

    def address(self, array):
        return array.data.ptr

    def look(self, array):
        return array.data.ptr, (self, array.shape, array.strides, array.dtype, array.device.id)

    def look_alike(self, arrays):
        """The addresses of arrays that have one key, and that key; of others None."""
        pointers, key = [], None
        for array in arrays:
            pointer, own = self.look(array)
            if type(array) is not type(arrays[0]) or (key is not None and own != key):
                return None, None
            pointers.append(pointer)
            key = own
        return pointers, key

    def array(self, key):
        _, shape, strides, dtype, device = key
        return Array(shape, strides, _CODES.get(dtype.name) or str(dtype), device)

    def current_stream(self, device):
        with self.cupy.cuda.Device(device):
            return self.cupy.cuda.get_current_stream().ptr

    def empty(self, shape, code, device, stream):
        return self._on(device, stream, lambda: self.cupy.empty(shape, numpy_type(code)))

    def scratch(self, size, device, stream):
        made = self.empty((size,), "u8", device, stream)
        return made.data.ptr, made

    # The pool gives memory out again in the order of the stream that it was taken on.
    def used(self, arrays, device, stream):
        return stream != self.current_stream(device)

    def finished(self, made):
        return made

    def _on(self, device, stream, make):
        with self.cupy.cuda.Device(device):
            if stream == self.cupy.cuda.get_current_stream().ptr:
                return make()
            with self.cupy.cuda.ExternalStream(stream):
                return make()


class _Tensor(ctypes.Structure):
    # DLPack's DLManagedTensor up to what is read here.
    _fields_ = [
        ("data", ctypes.c_void_p),
        ("device_type", ctypes.c_int32),
        ("device_id", ctypes.c_int32),
        ("ndim", ctypes.c_int32),
        ("code", ctypes.c_uint8),
        ("bits", ctypes.c_uint8),
        ("lanes", ctypes.c_uint16),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("strides", ctypes.POINTER(ctypes.c_int64)),
        ("byte_offset", ctypes.c_uint64),
    ]


_capsule_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_capsule_pointer.restype = ctypes.c_void_p
_capsule_pointer.argtypes = [ctypes.py_object, ctypes.c_char_p]

_DL_CPU, _DL_CUDA, _DL_CUDA_HOST, _DL_CUDA_MANAGED = 1, 2, 3, 13
_DL_DTYPES = {(0, 32): "i32", (1, 8): "u8", (1, 16): "u16", (2, 16): "f16", (2, 32): "f32", (4, 16): "bf16"}


class DLPack(Library):
    """Anything with `__dlpack__`. Its results go where `out` says: nothing is known of how it makes memory."""

    name = "DLPack"

    def keep(self, array):
        """What holds the memory: a capsule whose own destructor gives it back."""
        kind, device = (int(number) for number in array.__dlpack_device__())
        if kind not in (_DL_CUDA, _DL_CUDA_MANAGED):
            return array.__dlpack__()
        # The producer's work comes before what the stream takes next; 1 is CUDA's default stream.
        return array.__dlpack__(stream=self.stream(device) or 1)

    def stream(self, device):
        return 0

    def look(self, capsule):
        tensor = _Tensor.from_address(_capsule_pointer(capsule, b"dltensor"))
        shape = tuple(tensor.shape[: tensor.ndim])
        strides = tuple(tensor.strides[: tensor.ndim]) if tensor.strides else None
        dtype = (tensor.code, tensor.bits, tensor.lanes)
        return (tensor.data or 0) + tensor.byte_offset, (
            self,
            shape,
            strides,
            dtype,
            (tensor.device_type, tensor.device_id),
        )

    def array(self, key):
        _, shape, strides, (code, bits, lanes), (kind, device) = key
        dtype = _DL_DTYPES.get((code, bits)) if lanes == 1 else None
        size = max(1, bits * lanes // 8)
        strides = dense_strides(shape, size) if strides is None else tuple(stride * size for stride in strides)
        if kind not in (_DL_CPU, _DL_CUDA, _DL_CUDA_HOST, _DL_CUDA_MANAGED):
            raise expected("an array in host or CUDA memory", "input", f"one on DLPack's device {kind}")
        on = device if kind in (_DL_CUDA, _DL_CUDA_MANAGED) else None
        return Array(shape, strides, dtype or f"DLPack's type {code} of {bits} bits", on)

    def current_stream(self, device):
        return self.stream(device)

    def empty(self, shape, code, device, stream):
        raise expected("memory for the results", "out", "none", f"Arrays by {self.name} do not say how to make others.")

    def scratch(self, size, device, stream):
        from . import cuda

        return cuda.driver().scratch(size, device, stream)

    # Nothing is known of the order in which its memory is given out again.
    def used(self, arrays, device, stream):
        return True

    def finished(self, made):
        return made


class Jax(DLPack):
    """jax. Its arrays do not change, so results are made anew; on a GPU the call waits for them, since jax has streams of its own."""

    name = "jax"

    def keep(self, array):
        array = array.block_until_ready()
        return DLPack.keep(self, array)

    def empty(self, shape, code, device, stream):
        import numpy

        if device is None:
            return numpy.empty(shape, numpy_type(code))
        import jax

        on = [one for one in jax.devices("cuda") if one.local_hardware_id == device][0]
        with jax.default_device(on):
            return jax.numpy.empty(shape, NAMES[code]).block_until_ready()

    def address(self, array):
        return array.ctypes.data if hasattr(array, "ctypes") else array.unsafe_buffer_pointer()

    def finished(self, made):
        import jax

        return made if isinstance(made, jax.Array) else jax.numpy.asarray(made)

    # Its own streams know nothing of ours.
    waits = True


_CUDA_TYPES = {"|u1": "u8", "<u2": "u16", "<i4": "i32", "<f2": "f16", "<f4": "f32"}


class CudaInterface(DLPack):
    """Anything with `__cuda_array_interface__`, such as the planes that PyNvVideoCodec hands out."""

    name = "the CUDA array interface"

    def keep(self, array):
        return array

    def look(self, array):
        described = array.__cuda_array_interface__
        pointer, read_only = described["data"]
        if described.get("mask") is not None:
            raise expected("an array without a mask", "input", "one with a mask")
        strides = described.get("strides")
        key = tuple(described["shape"]), None if strides is None else tuple(strides), described["typestr"]
        return pointer, (self,) + key + (read_only, described.get("stream"), self.device(pointer))

    def produced_on(self, key):
        return key[5]

    def device(self, pointer):
        from . import cuda

        return cuda.driver().device_of(pointer)

    def array(self, key):
        _, shape, strides, typestr, read_only, _, device = key
        code = _CUDA_TYPES.get(typestr) or _CUDA_TYPES.get(typestr.replace("=", "<"))
        size = int(typestr[2:]) if typestr[2:].isdigit() else 1
        strides = dense_strides(shape, size) if strides is None else strides
        return Array(shape, strides, code or typestr, device, read_only)


_libraries = {}
#: By an array's type: the library that it is of.
known = {}


def library_of(array, path):
    """The library that an array is of."""
    found = known.get(type(array))
    if found is None:
        found = known[type(array)] = _find(array, path)
    return found


def _find(array, path):
    roots = {kind.__module__.split(".")[0] for kind in type(array).__mro__}
    for root, make in (("torch", Torch), ("cupy", Cupy), ("jax", Jax), ("jaxlib", Jax), ("numpy", Numpy)):
        if root in roots and hasattr(array, "shape") and hasattr(array, "dtype"):
            return _made(make)
    for member, make in (
        ("__cuda_array_interface__", CudaInterface),
        ("__dlpack__", DLPack),
        ("__array_interface__", Interface),
    ):
        if hasattr(array, member):
            return _made(make)
    raise expected(
        "an array, a tuple of planes, or a list of images",
        path,
        describe(array),
        "Arrays are those of torch, cupy, jax and numpy, and what has __dlpack__ or __cuda_array_interface__.",
    )


def library_named(name):
    """The library of a name: torch or cupy."""
    return _made({"torch": Torch, "cupy": Cupy}[name])


def _made(make):
    if make not in _libraries:
        try:
            _libraries[make] = make()
        except ImportError as error:
            raise CuweaveError(f"An array of {make.name} was given, and it cannot be imported: {error}.") from error
    return _libraries[make]

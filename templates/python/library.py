"""The shared library of a build: opened once, from beside this package and nowhere else, after its content was checked."""

import ctypes
import hashlib
import os
import threading

from .errors import CudaError, LibraryError, escaped

_ANEW = "Copy the folder again, or run cuweave build again."


class Library:
    """What a build made. Nothing is opened before the first call, and CUDA is not touched before the first one on a GPU."""

    def __init__(self, folder, name, size, sha256, archs, version):
        self.path = os.path.join(folder, name)
        self.size = size
        self.sha256 = sha256
        #: Compute capabilities that there is machine code for; empty: CPU only.
        self.archs = archs
        self.version = version
        self.pipelines = []
        self._opened = None
        self._lock = threading.Lock()

    def pipeline(self, entry, sizes, scales):
        """One pipeline of the build, with its functions by stage."""
        from .pipeline import Pipeline

        made = Pipeline(self, entry, sizes, scales)
        self.pipelines.append(made)
        return made

    def register_torch(self):
        """Registers all pipelines as operators of torch: for programs that load a graph which torch.export wrote."""
        from .compiled import register

        for pipeline in self.pipelines:
            register(pipeline)

    def ring(self, name, *, copy=False, arrays="numpy", wait=0.0):
        """Opens a ring that another process writes, as one of its consumers: an iterator of batches.

        `copy`: arrays of their own, whose slot is free at once. `arrays`: `numpy` or `torch`; of a ring on a GPU `torch`, `cupy`, or `cuda`
        for objects with `__cuda_array_interface__` alone. `wait`: seconds to wait until there is a ring of the name.
        """
        from .rings import Ring

        return Ring(self, name, copy, arrays, wait)

    def function(self, name, result, *arguments):
        """A function of the library beside its kernels."""
        function = self._function(name)
        function.restype = result
        function.argtypes = arguments
        return function

    def host(self, kernel):
        """The function that computes rows of one image on the calling thread."""
        function = self._function(f"cuweave_{kernel}_host")
        function.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.c_int]
        return function

    def cuda(self, kernel, pipeline, device):
        """The function that enqueues the kernel on a stream."""
        if not self.archs:
            raise LibraryError(
                f"Pipeline '{pipeline}' was built for the CPU only, and its images are on cuda:{device}. "
                "Build it where nvcc is, or give it arrays in host memory."
            )
        function = self._function(f"cuweave_{kernel}")
        function.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
        return function

    def _function(self, name):
        with self._lock:
            if self._opened is None:
                self._opened = self._open()
        try:
            # One object for each: types that are set on it are its own.
            function = self._opened[name]
        except AttributeError as error:
            raise LibraryError(f"The pipelines' library {self.path} lacks {name}. {_ANEW}") from error
        function.restype = ctypes.c_int
        return function

    def _open(self):
        # Opening a library that is cut off can end the process, so its bytes are counted and their digest taken before.
        try:
            with open(self.path, "rb") as file:
                content = file.read(self.size + 1)
        except OSError as error:
            raise LibraryError(
                f"The pipelines' library is missing: {self.path} cannot be read ({error.strerror}). {_ANEW}"
            ) from error
        if len(content) != self.size:
            raise LibraryError(
                f"The pipelines' library {self.path} has other than the {self.size} bytes that its build wrote: it was "
                f"copied in part, or damaged. {_ANEW}"
            )
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise LibraryError(
                f"The pipelines' library {self.path} is not the one that this module was printed for: it is of another "
                f"build, or damaged. {_ANEW}"
            )
        try:
            return ctypes.CDLL(self.path)
        except OSError as error:
            raise LibraryError(
                f"The pipelines' library cannot be loaded: {escaped(str(error))}. It must be built on the kind of machine "
                "that it runs on."
            ) from error

    def launch_error(self, code, pipeline, images, device):
        """The error for a launch that CUDA refused."""
        from . import cuda

        name, text = cuda.driver().error(code)
        hint = ""
        if code in (98, 209):
            hint = f" It was built for {', '.join(self.archs)}: build it for this GPU too."
        elif code == 35:
            hint = " Update the driver, or build with an older CUDA."
        what = f"{images} {'image' if images == 1 else 'images'} on cuda:{device}"
        return CudaError(f"Pipeline '{pipeline}' could not be launched for {what}: {name}: {text}.{hint}", code)

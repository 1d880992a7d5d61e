"""Calls on the stand-in for NVIDIA's driver, which libcuda.so.1 is here; run by test/python/cuda.test.ts."""

import ctypes
import os
import sys
import unittest

import numpy as np

sys.path.insert(0, os.environ["CUWEAVE_BUILD"])
import pipelines  # noqa: E402
from _cuweave import cuda as runtime  # noqa: E402

driver = ctypes.CDLL("libcuda.so.1")
IDENTITY = {"dstToSrc": [1, 0, 0, 0, 1, 0]}
TWIST = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]
CALL = {"from_": IDENTITY, "twist": TWIST}


class OnDevice:
    """An array in the stand-in's memory, which is the host's."""

    freed = []

    def __init__(self, array, stream=None, read_only=False):
        self.pointer = ctypes.c_uint64()
        assert driver.cuMemAlloc_v2(ctypes.byref(self.pointer), ctypes.c_size_t(array.nbytes)) == 0
        ctypes.memmove(self.pointer.value, np.ascontiguousarray(array).ctypes.data, array.nbytes)
        self.like = array
        self.__cuda_array_interface__ = {
            "shape": array.shape,
            "typestr": array.dtype.str,
            "data": (self.pointer.value, read_only),
            "strides": None,
            "stream": stream,
            "version": 3,
        }

    def host(self, stream):
        driver.cuStreamSynchronize(ctypes.c_void_p(stream))
        made = np.empty_like(self.like)
        ctypes.memmove(made.ctypes.data, self.pointer.value, made.nbytes)
        return made

    def __del__(self):
        # Overwritten at once: whoever still reads it is seen.
        driver.cuMemFree_v2(self.pointer)
        OnDevice.freed.append(self.pointer.value)


def new_stream():
    context, stream = ctypes.c_void_p(), ctypes.c_void_p()
    driver.cuDevicePrimaryCtxRetain(ctypes.byref(context), 0)
    driver.cuCtxSetCurrent(context)
    assert driver.cuStreamCreate(ctypes.byref(stream), 0) == 0
    driver.cuCtxSetCurrent(None)
    return stream.value


def random(shape, seed=1):
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


class Calls(unittest.TestCase):
    def setUp(self):
        self.stream = new_stream()

    def test_give_what_the_cpu_gives(self):
        images = random((5, 40, 30, 3))
        call = {"from_": {"dstToSrc": [0.9, 0.1, 2, -0.1, 0.9, 1]}, "twist": TWIST}
        out = OnDevice(np.zeros_like(images))
        self.assertIs(pipelines.warped(OnDevice(images), out=out, stream=self.stream, **call), out)
        self.assertTrue((out.host(self.stream) == pipelines.warped(images, **call)).all())

    def test_return_before_the_work_is_done(self):
        image = random((40, 30, 3))
        given, out = OnDevice(image), OnDevice(np.zeros_like(image))
        pipelines.warped(given, out=out, stream=self.stream, **CALL)
        early = np.empty_like(image)
        ctypes.memmove(early.ctypes.data, out.pointer.value, early.nbytes)
        self.assertFalse(early.any())
        self.assertTrue((out.host(self.stream) == image).all())

    def test_hold_memory_until_the_work_is_done(self):
        image = random((40, 30, 3))
        out = OnDevice(np.zeros_like(image))
        pipelines.warped(OnDevice(image), out=out, stream=self.stream, **CALL)
        self.assertTrue((out.host(self.stream) == image).all())
        held = len(runtime.driver()._held)
        pipelines.warped(OnDevice(image), out=out, stream=self.stream, **CALL)
        out.host(self.stream)
        pipelines.warped(OnDevice(image), out=out, stream=self.stream, **CALL)
        self.assertLessEqual(len(runtime.driver()._held), held + 1)

    def test_images_between_kernels_are_in_the_order_of_the_stream(self):
        y, u, v = random((40, 30)), random((20, 15), 2), random((20, 15), 3)
        wanted = pipelines.twice((y, u, v), matrix=IDENTITY)
        outs = [OnDevice(np.zeros_like(wanted)) for _ in range(3)]
        for out in outs:
            pipelines.twice(tuple(map(OnDevice, (y, u, v))), matrix=IDENTITY, out=out, stream=self.stream)
        for out in outs:
            self.assertTrue((out.host(self.stream) == wanted).all())
        large = random((300, 400, 3))
        size = {"width": 30, "height": 20}
        small = OnDevice(np.zeros((3, 20, 30), np.float32))
        pipelines.halved(OnDevice(large), out=small, stream=self.stream, **size)
        self.assertTrue(np.allclose(small.host(self.stream), pipelines.halved(large, **size), atol=1e-3))

    def test_wait_for_the_stream_of_the_producer(self):
        other = new_stream()
        image = random((40, 30, 3))
        first, second = OnDevice(np.zeros_like(image)), OnDevice(np.zeros_like(image))
        pipelines.warped(OnDevice(image), out=first, stream=other, **CALL)
        first.__cuda_array_interface__["stream"] = other
        pipelines.warped(first, out=second, stream=self.stream, **CALL)
        self.assertTrue((second.host(self.stream) == image).all())

    def test_leave_the_threads_context_as_it_was(self):
        image = random((4, 3, 3))
        pipelines.warped(OnDevice(image), out=OnDevice(image), stream=self.stream, **CALL)
        now = ctypes.c_void_p()
        driver.cuCtxGetCurrent(ctypes.byref(now))
        self.assertIsNone(now.value)

    def test_are_refused_where_they_do_not_fit(self):
        image = random((4, 3, 3))
        wrong = pipelines.ArgumentError
        with self.assertRaisesRegex(wrong, "Expected something on cuda:0 for out but received something on cpu"):
            pipelines.warped(OnDevice(image), out=image.copy(), stream=self.stream, **CALL)
        with self.assertRaisesRegex(
            wrong, r"Expected something on cpu for input\[1\] but received something on cuda:0"
        ):
            pipelines.warped([image, OnDevice(image)], **CALL)
        with self.assertRaisesRegex(wrong, "may be written for out but received one that is read-only"):
            pipelines.warped(OnDevice(image), out=OnDevice(image, read_only=True), stream=self.stream, **CALL)
        with self.assertRaisesRegex(wrong, "Expected memory for the results for out but received none"):
            pipelines.warped(OnDevice(image), stream=self.stream, **CALL)
        with self.assertRaisesRegex(wrong, r"a stream of torch or cupy, .* for stream but received 'fast'"):
            pipelines.warped(OnDevice(image), out=OnDevice(image), stream="fast", **CALL)

    def test_a_driver_that_refuses_is_an_error_with_its_number(self):
        image = random((4, 3, 3))
        given, out = OnDevice(image), OnDevice(image)
        os.environ["CUWEAVE_FAKE_FAIL"] = "cuEventRecord:700"
        try:
            with self.assertRaisesRegex(pipelines.CudaError, "cuEventRecord failed: ") as caught:
                pipelines.warped(given, out=out, stream=self.stream, **CALL)
            self.assertEqual(caught.exception.code, 700)
        finally:
            del os.environ["CUWEAVE_FAKE_FAIL"]
            out.host(self.stream)


if __name__ == "__main__":
    unittest.main()

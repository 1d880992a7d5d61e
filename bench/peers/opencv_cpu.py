"""OpenCV on the CPU with as many threads as it has processors, image by image. NV12 is BT.601 there. See harness.py."""

import statistics
import time

import cv2
import numpy

from harness import BENCH, DTYPES, batch_bytes, images_of, main, output_shape, source_dtype, source_shape

ROTATED_BYTES = 64e6

# One 256-entry table a channel brings bytes to normalised floats in a single pass.
TABLES = [
    ((numpy.arange(256) / 255 - mean) / std).astype(numpy.float32)
    for mean, std in zip(BENCH["mean"], BENCH["std"])
]


def normalise(rgb, planes):
    for plane, table, result in zip(cv2.split(rgb), TABLES, planes):
        cv2.LUT(plane, table, dst=result)


def nv12_resized(case):
    size = (case["output"]["width"], case["output"]["height"])

    def call(nv12, result):
        rgb = cv2.cvtColor(nv12, cv2.COLOR_YUV2RGB_NV12)
        normalise(cv2.resize(rgb, size, interpolation=cv2.INTER_LINEAR), result)

    return call


def rgb_resized(case):
    size = (case["output"]["width"], case["output"]["height"])
    return lambda rgb, result: normalise(cv2.resize(rgb, size, interpolation=cv2.INTER_LINEAR), result)


def warp(source, result, case):
    matrix = numpy.array(case["options"]["matrix"]["dstToSrc"]).reshape(2, 3)
    size = (case["output"]["width"], case["output"]["height"])
    cv2.warpAffine(source, matrix, size, dst=result, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)


def warp_u8(case):
    return lambda source, result: warp(source, result, case)


def warp_f32(case):
    def call(planes, results):
        for plane, result in zip(planes, results):
            warp(plane, result, case)

    return call


def random_images(case, count):
    shape = (images_of(case, count), *source_shape(case))
    if source_dtype(case) == numpy.float32:
        return numpy.random.rand(*shape).astype(numpy.float32) * 255
    return numpy.random.randint(0, 256, shape, dtype=numpy.uint8)


def measure(function, case, count, repetitions, check):
    """Checks and times a batch: the wall clock, the median, buffers rotated as bench/kernels.js rotates ours on the CPU."""
    call = function(case)

    def new_results():
        # Ones, not zeros: those are written, so that their pages are there before the clock starts.
        return numpy.ones((count, *output_shape(case)), DTYPES[case["output"]["dtype"]])

    def batch(images, results):
        for image, result in zip(images, results):
            call(image, result)
        return results

    checked = check(lambda images, picked: batch(images, new_results())[picked])
    buffers = []
    while not buffers or len(buffers) * batch_bytes(case, count) < ROTATED_BYTES:
        buffers.append((random_images(case, count), new_results()))
    runs = []
    for n in range(repetitions + 1):
        images, results = buffers[n % len(buffers)]
        began = time.perf_counter()
        batch(images, results)
        runs.append(1e6 * (time.perf_counter() - began))
    return statistics.median(runs[1:]), checked, {}


main(
    "opencv",
    f"{cv2.__version__}, {cv2.getNumThreads()} threads",
    {
        "nv12-bt601-640": nv12_resized,
        "rgb-640": rgb_resized,
        "warp-u8": warp_u8,
        "warp-f32": warp_f32,
    },
    measure,
)

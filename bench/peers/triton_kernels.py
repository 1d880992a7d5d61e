"""Kernels written by hand in Triton: vectorised loads and stores, chroma read once for its four pixels, block sizes tuned.
PyTorch holds the memory. See harness.py."""

import torch
import triton
import triton.language as tl

from harness import BENCH, main
from torch_timing import measure

K = BENCH["bt709"]
COLOUR = (K["yOffset"], K["yScale"], K["rv"], K["gu"], K["gv"], K["bu"])
SCALE = [1 / (255 * std) for std in BENCH["std"]]
SHIFT = [-mean / std for mean, std in zip(BENCH["mean"], BENCH["std"])]


def configs(name, sizes):
    return [triton.Config({name: size}, num_warps=warps) for size in sizes for warps in (2, 4, 8)]


@triton.autotune(configs=configs("BLOCK", (1024, 2048, 4096)), key=["pixels"])
@triton.jit
def yuv444_kernel(source, result, pixels, BLOCK: tl.constexpr):
    """A run of pixels of one image, plane by plane."""
    at = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    inside = at < pixels
    first = tl.program_id(1).to(tl.int64) * 3 * pixels
    planes = source + first
    y = tl.load(planes + at, inside).to(tl.float32)
    u = tl.load(planes + pixels + at, inside).to(tl.float32) - 128
    v = tl.load(planes + 2 * pixels + at, inside).to(tl.float32) - 128
    tl.store(result + first + at, y + 1.14 * v, inside)
    tl.store(result + first + pixels + at, y - 0.396 * u - 0.581 * v, inside)
    tl.store(result + first + 2 * pixels + at, y + 2.029 * u, inside)


@triton.autotune(configs=configs("PAIRS", (128, 256, 512, 1024)), key=["width", "height"])
@triton.jit
def nv12_kernel(source, result, width, height, y_offset, y_scale, rv, gu, gv, bu, PAIRS: tl.constexpr):
    """Two rows of PAIRS pairs of pixels, and the chroma that they share."""
    across = tl.program_id(0) * 2 * PAIRS + tl.arange(0, 2 * PAIRS)
    inside = across < width
    row = tl.program_id(1)
    image = source + tl.program_id(2).to(tl.int64) * (width * height * 3 // 2)
    chroma = tl.load(image + (height + row) * width + across, inside).to(tl.float32) - 128
    u, v = tl.split(tl.reshape(chroma, (PAIRS, 2)))
    red, green, blue = rv * v, gu * u + gv * v, bu * u
    red, green, blue = tl.interleave(red, red), tl.interleave(green, green), tl.interleave(blue, blue)
    pixels = width * height
    planes = result + tl.program_id(2).to(tl.int64) * 3 * pixels
    for n in tl.static_range(2):
        at = (2 * row + n) * width + across
        y = (tl.load(image + at, inside).to(tl.float32) - y_offset) * y_scale
        tl.store(planes + at, y + red, inside)
        tl.store(planes + pixels + at, y + green, inside)
        tl.store(planes + 2 * pixels + at, y + blue, inside)


@triton.jit
def blend(base, row0, row1, column0, column1, wx, wy, inside):
    """Four bytes around a point, weighted."""
    a = tl.load(base + row0 + column0, inside).to(tl.float32)
    b = tl.load(base + row0 + column1, inside).to(tl.float32)
    c = tl.load(base + row1 + column0, inside).to(tl.float32)
    d = tl.load(base + row1 + column1, inside).to(tl.float32)
    upper = a + wx * (b - a)
    return upper + wy * (c + wx * (d - c) - upper)


@triton.autotune(configs=configs("BLOCK", (64, 128, 256, 512)), key=["out_width", "out_height"])
@triton.jit
def nv12_resized_kernel(
    source, result, width, height, out_width, out_height, step_x, step_y,
    y_offset, y_scale, rv, gu, gv, bu, a0, a1, a2, b0, b1, b2, BLOCK: tl.constexpr,
):  # fmt: skip
    """A part of one output row. YUV is weighted first and converted once: the same up to rounding, as both are linear."""
    x = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    inside = x < out_width
    row = tl.program_id(1)
    across = (x.to(tl.float32) + 0.5) * step_x - 0.5
    down = (row.to(tl.float32) + 0.5) * step_y - 0.5
    left, top = tl.floor(across), tl.floor(down)
    wx, wy = across - left, down - top
    x0, y0 = left.to(tl.int32), top.to(tl.int32)
    x1, y1 = tl.minimum(tl.maximum(x0 + 1, 0), width - 1), tl.minimum(tl.maximum(y0 + 1, 0), height - 1)
    x0, y0 = tl.minimum(tl.maximum(x0, 0), width - 1), tl.minimum(tl.maximum(y0, 0), height - 1)
    image = source + tl.program_id(2).to(tl.int64) * (width * height * 3 // 2)
    y = (blend(image, y0 * width, y1 * width, x0, x1, wx, wy, inside) - y_offset) * y_scale
    chroma = image + height * width
    r0, r1, c0, c1 = y0 // 2 * width, y1 // 2 * width, x0 // 2 * 2, x1 // 2 * 2
    u = blend(chroma, r0, r1, c0, c1, wx, wy, inside) - 128
    v = blend(chroma + 1, r0, r1, c0, c1, wx, wy, inside) - 128
    pixels = out_width * out_height
    at = result + tl.program_id(2).to(tl.int64) * 3 * pixels + row * out_width + x
    tl.store(at, (y + rv * v) * a0 + b0, inside)
    tl.store(at + pixels, (y + gu * u + gv * v) * a1 + b1, inside)
    tl.store(at + 2 * pixels, (y + bu * u) * a2 + b2, inside)


def yuv444_to_rgb(case, count):
    def call(yuv):
        pixels = yuv.shape[2] * yuv.shape[3]
        out = torch.empty(yuv.shape, device="cuda")
        yuv444_kernel[lambda meta: (triton.cdiv(pixels, meta["BLOCK"]), count)](yuv, out, pixels)
        return out

    return call


def nv12_to_rgb(dtype):
    def function(case, count):
        width, height = case["source"]["width"], case["source"]["height"]

        def call(nv12):
            out = torch.empty((count, 3, height, width), dtype=dtype, device="cuda")
            grid = lambda meta: (triton.cdiv(width, 2 * meta["PAIRS"]), height // 2, count)  # noqa: E731
            nv12_kernel[grid](nv12, out, width, height, *COLOUR)
            return out

        return call

    return function


def nv12_resized(case, count):
    width, height = case["source"]["width"], case["source"]["height"]
    out_width, out_height = case["output"]["width"], case["output"]["height"]
    sizes = (width, height, out_width, out_height, width / out_width, height / out_height)

    def call(nv12):
        out = torch.empty((count, 3, out_height, out_width), device="cuda")
        grid = lambda meta: (triton.cdiv(out_width, meta["BLOCK"]), out_height, count)  # noqa: E731
        nv12_resized_kernel[grid](nv12, out, *sizes, *COLOUR, *SCALE, *SHIFT)
        return out

    return call


main(
    "triton",
    triton.__version__,
    {
        "yuv444-rgb-f32": yuv444_to_rgb,
        "nv12-rgb-f32": nv12_to_rgb(torch.float32),
        "nv12-rgb-f16": nv12_to_rgb(torch.float16),
        "nv12-640": nv12_resized,
        "nv12-224": nv12_resized,
    },
    measure,
)

"""The cases in PyTorch, as one writes them: every function takes a batch on the GPU and gives a new tensor. This is what
torch_compile.py compiles; torch_eager.py replaces those for which eager PyTorch has a faster way.

Each entry of FUNCTIONS is function(case, count) -> call(images); what the case settles is made ready outside of the call.
"""

import torch
from torch.nn.functional import affine_grid, grid_sample, interpolate

from harness import BENCH, rectangles

K = BENCH["bt709"]


def per_channel(values):
    return torch.tensor(values, device="cuda").view(1, 3, 1, 1)


def normalisation():
    """Scale and shift that turn 0..255 into (v / 255 - mean) / std."""
    mean, std = per_channel(BENCH["mean"]), per_channel(BENCH["std"])
    return 1 / (255 * std), -mean / std


def planes(nv12):
    """Luma as (N, H/2, 2, W/2, 2), blue and red chroma as (N, H/2, 1, W/2, 1): they broadcast against each other."""
    count, rows, width = nv12.shape
    height = rows * 2 // 3
    luma = nv12[:, :height].view(count, height // 2, 2, width // 2, 2)
    chroma = nv12[:, height:].view(count, height // 2, 1, width // 2, 1, 2)
    return luma, chroma[..., 0], chroma[..., 1]


def nv12_to_rgb(nv12):
    """(N, H * 3/2, W) uint8 to (N, 3, H, W) float32 in 0..255; BT.709, limited range, chroma replicated."""
    count, rows, width = nv12.shape
    y, u, v = planes(nv12)
    y = (y.float() - K["yOffset"]) * K["yScale"]
    u, v = u.float() - 128, v.float() - 128
    rgb = torch.stack([y + K["rv"] * v, y + K["gu"] * u + K["gv"] * v, y + K["bu"] * u], dim=1)
    return rgb.view(count, 3, rows * 2 // 3, width)


def yuv444_to_rgb(yuv):
    """(N, 3, H, W) uint8 to float32; the analog coefficients of ops/compat/analogYuvToRgb.ts."""
    y, u, v = yuv.float().unbind(1)
    u, v = u - 128, v - 128
    return torch.stack([y + 1.14 * v, y - 0.396 * u - 0.581 * v, y + 2.029 * u], dim=1)


def planar(nhwc):
    return nhwc.permute(0, 3, 1, 2).float()


def sized(rgb, case):
    size = (case["output"]["height"], case["output"]["width"])
    return interpolate(rgb, size, mode="bilinear", antialias=False)


def theta(case, count):
    """The case's matrix, in pixels from output to input, in the units of affine_grid: -1..1 from edge to edge."""
    a, b, c, d, e, f = case["options"]["matrix"]["dstToSrc"]
    w, h = case["source"]["width"], case["source"]["height"]
    x, y = a * (w - 1) / 2 + b * (h - 1) / 2 + c, d * (w - 1) / 2 + e * (h - 1) / 2 + f
    rows = [[a, b * h / w, (2 * x + 1) / w - 1], [d * w / h, e, (2 * y + 1) / h - 1]]
    return torch.tensor([rows] * count, device="cuda")


def warped(rgb, matrices):
    grid = affine_grid(matrices, list(rgb.shape), align_corners=False)
    return grid_sample(rgb, grid, mode="bilinear", padding_mode="zeros", align_corners=False)


def to_u8(rgb):
    return rgb.round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).contiguous()


def normalised(make):
    """A function whose result is normalised: `make(case, count)` gives RGB in 0..255."""

    def function(case, count):
        call, (scale, shift) = make(case, count), normalisation()
        return lambda images: (call(images) * scale + shift).contiguous()

    return function


def cropped(images, case):
    crop = case["crop"]
    x, y = crop["x"], crop["y"]
    return images[:, y : y + crop["height"], x : x + crop["width"]].flip(2)


def stacked_crops(frame, case, count):
    return torch.stack([frame[0, y : y + h, x : x + w] for x, y, w, h in rectangles(case, count)])


def warp(prepare, finish):
    def function(case, count):
        matrices = theta(case, count)
        return lambda images: finish(warped(prepare(images), matrices))

    return function


def same(images):
    return images


nv12_resized = normalised(lambda case, count: lambda images: sized(nv12_to_rgb(images), case))

FUNCTIONS = {
    "yuv444-rgb-f32": lambda case, count: yuv444_to_rgb,
    "nv12-rgb-f32": lambda case, count: nv12_to_rgb,
    "nv12-rgb-f16": lambda case, count: lambda images: nv12_to_rgb(images).half(),
    "nv12-rgb-u8": lambda case, count: lambda images: to_u8(nv12_to_rgb(images)),
    "nv12-640": nv12_resized,
    "nv12-224": nv12_resized,
    "rgb-640": normalised(lambda case, count: lambda images: sized(planar(images), case)),
    "rgb-normalise": normalised(lambda case, count: planar),
    "warp-f32": warp(same, same),
    "warp-u8": warp(planar, to_u8),
    "nv12-warp": normalised(warp(nv12_to_rgb, same)),
    "crop-flip": normalised(lambda case, count: lambda images: planar(cropped(images, case))),
    "crops": normalised(
        lambda case, count: lambda frame: sized(planar(stacked_crops(frame, case, count)), case)
    ),
}

"""PyTorch, eager: the functions of torch_cases.py, and faster ways for those whose plain form makes many passes over memory:
results are written into their planes, chroma is worked on before it is spread, and scale and shift are one operation.
See harness.py."""

import torch

from harness import main
from torch_cases import FUNCTIONS, K, cropped, normalisation, planar, planes, sized, stacked_crops, theta, warped
from torch_timing import measure


def spread(luma, u, v, red, green, blue, out):
    """RGB from luma and chroma, which may be smaller and broadcast, into the planes of `out`."""
    torch.add(luma, v, alpha=red, out=out[:, 0])
    torch.add(luma, torch.add(u * green[0], v, alpha=green[1]), out=out[:, 1])
    torch.add(luma, u, alpha=blue, out=out[:, 2])


def nv12_to_rgb(nv12, dtype=torch.float32):
    count, rows, width = nv12.shape
    y, u, v = planes(nv12)
    luma = (y - float(K["yOffset"])).mul_(K["yScale"])
    out = torch.empty((count, 3, *luma.shape[1:]), dtype=dtype, device="cuda")
    spread(luma, u - 128.0, v - 128.0, K["rv"], (K["gu"], K["gv"]), K["bu"], out)
    return out.view(count, 3, rows * 2 // 3, width)


def yuv444_to_rgb(yuv):
    out = torch.empty(yuv.shape, device="cuda")
    spread(yuv[:, 0], yuv[:, 1] - 128.0, yuv[:, 2] - 128.0, 1.14, (-0.396, -0.581), 2.029, out)
    return out


def to_u8(rgb):
    count, _, height, width = rgb.shape
    out = torch.empty((count, height, width, 3), dtype=torch.uint8, device="cuda")
    return out.copy_(rgb.round_().clamp_(0, 255).permute(0, 2, 3, 1))


def normalised(make):
    """shift + rgb * scale in one pass, which also brings NHWC into planes."""

    def function(case, count):
        call, (scale, shift) = make(case, count), normalisation()

        def whole(images):
            rgb = call(images)
            out = torch.empty(rgb.shape, device="cuda")
            return torch.addcmul(shift, rgb, scale, out=out)

        return whole

    return function


def nv12_warp(case, count):
    matrices = theta(case, count)
    return lambda images: warped(nv12_to_rgb(images), matrices)


def warp_u8(case, count):
    matrices = theta(case, count)
    return lambda images: to_u8(warped(planar(images), matrices))


nv12_resized = normalised(lambda case, count: lambda images: sized(nv12_to_rgb(images), case))

FASTER = {
    "yuv444-rgb-f32": lambda case, count: yuv444_to_rgb,
    "nv12-rgb-f32": lambda case, count: nv12_to_rgb,
    "nv12-rgb-f16": lambda case, count: lambda images: nv12_to_rgb(images, torch.float16),
    "nv12-rgb-u8": lambda case, count: lambda images: to_u8(nv12_to_rgb(images)),
    "nv12-640": nv12_resized,
    "nv12-224": nv12_resized,
    "rgb-640": normalised(lambda case, count: lambda images: sized(planar(images), case)),
    "rgb-normalise": normalised(lambda case, count: lambda images: images.permute(0, 3, 1, 2)),
    "nv12-warp": normalised(nv12_warp),
    "warp-u8": warp_u8,
    "crop-flip": normalised(lambda case, count: lambda images: cropped(images, case).permute(0, 3, 1, 2)),
    "crops": normalised(
        lambda case, count: lambda frame: sized(planar(stacked_crops(frame, case, count)), case)
    ),
}

main("torch_eager", f"PyTorch {torch.__version__}", {**FUNCTIONS, **FASTER}, measure)

"""torchvision's transforms of version 2, where it has the operation; it has none for NV12. See harness.py."""

import torch
import torchvision
from torchvision.transforms.v2 import InterpolationMode
from torchvision.transforms.v2 import functional as F

from harness import BENCH, main, rectangles
from torch_timing import measure


def finish(images):
    """uint8 (N, 3, H, W) in any memory order to normalised float32, dense."""
    scaled = F.to_dtype(images, torch.float32, scale=True).contiguous()
    return F.normalize(scaled, BENCH["mean"], BENCH["std"], inplace=True)


def resized(images, case):
    output = case["output"]
    return F.resize(images, [output["height"], output["width"]], antialias=False)


def planar(images):
    return images.permute(0, 3, 1, 2)


def rgb_resized(case, count):
    return lambda images: finish(resized(planar(images), case))


def rgb_normalise(case, count):
    return lambda images: finish(planar(images))


def turned(images):
    # The angle is that of the picture, clockwise; the case's matrix leads from the output to the input.
    return F.affine(
        images,
        angle=-BENCH["degrees"],
        translate=[0, 0],
        scale=1.0,
        shear=[0.0, 0.0],
        interpolation=InterpolationMode.BILINEAR,
    )


def warp_f32(case, count):
    return turned


def warp_u8(case, count):
    return lambda images: turned(planar(images)).permute(0, 2, 3, 1).contiguous()


def crop_flip(case, count):
    crop = case["crop"]
    where = (crop["y"], crop["x"], crop["height"], crop["width"])
    return lambda images: finish(F.horizontal_flip(F.crop(planar(images), *where)))


def crops(case, count):
    def call(frame):
        parts = [F.crop(planar(frame)[0], y, x, h, w) for x, y, w, h in rectangles(case, count)]
        return finish(resized(torch.stack(parts), case))

    return call


main(
    "torchvision",
    torchvision.__version__,
    {
        "rgb-640": rgb_resized,
        "rgb-normalise": rgb_normalise,
        "warp-f32": warp_f32,
        "warp-u8": warp_u8,
        "crop-flip": crop_flip,
        "crops": crops,
    },
    measure,
)

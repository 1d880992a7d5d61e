"""Makes expected.json: what torchvision's functional operators give for recorded parameters.

Run with torch 2.13 and torchvision 0.28: `jiti parameters.ts | python3 make.py > expected.json`. Operators that a CPU build of torch lacks are declared first,
for torchvision's import alone; none is called.
"""

import json
import sys

import numpy as np
import torch

declared = torch.library.Library("torchvision", "DEF")
for signature in ("nms(Tensor a, Tensor b, float c) -> Tensor", "qnms(Tensor a, Tensor b, float c) -> Tensor"):
    try:
        declared.define(signature)
    except RuntimeError:
        pass
from torchvision.transforms.v2 import functional as F  # noqa: E402


def picture(width, height):
    """The same as in ../models/pictures.ts."""
    y, x, c = np.mgrid[0:height, 0:width, 0:3]
    return (np.abs((x * 3 + y * 2 + c * 85 + x * y // 16) % 510 - 255)).astype(np.uint8)


SIZES = {"croppedBytes": [20, 24], "trainingInput": [24, 24]}
JITTER = {
    "brightness": F.adjust_brightness,
    "contrast": F.adjust_contrast,
    "saturation": F.adjust_saturation,
    "hue": F.adjust_hue,
}


def made(name, parameters, image):
    training = name == "trainingInput"
    for one in parameters:
        kind = one["name"]
        if kind == "randomResizedCrop":
            r = one["rect"]
            image = F.resized_crop(image, r["y"], r["x"], r["height"], r["width"], SIZES[name], antialias=True)
        elif kind == "randomHorizontalFlip":
            image = F.horizontal_flip(image) if one["flipped"] else image
        elif kind == "randomVerticalFlip":
            image = F.vertical_flip(image) if one["flipped"] else image
        elif kind == "colorJitter":
            for step in one["steps"]:
                image = JITTER[step["step"]](image, step["factor"])
            if training:
                image = F.to_dtype(image, torch.float32, scale=True)
                image = F.normalize(image, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
        elif kind == "randomErasing":
            value = [0, 0, 0] if training else [1, 2, 3]
            for r in one["areas"]:
                v = torch.tensor(value, dtype=image.dtype)[:, None, None]
                image = F.erase(image, r["y"], r["x"], r["height"], r["width"], v)
    return image if training else image.permute(1, 2, 0)


cases = []
for case in json.load(sys.stdin):
    image = torch.from_numpy(picture(case["width"], case["height"])).permute(2, 0, 1)
    step = 97
    values = [
        [round(v, 5) for v in made(case["name"], one, image).flatten()[::step].tolist()] for one in case["samples"]
    ]
    cases.append({**case, "step": step, "values": values})
print(json.dumps(cases, separators=(",", ":")))

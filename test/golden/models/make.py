"""Makes expected.json: what transformers' own image processors (their Pillow back ends) give for pictures that a formula makes.

Run with transformers 5.18, Pillow 12.3 and numpy: `python3 make.py > expected.json`. torchvision is not used.
"""

import hashlib
import importlib
import importlib.util
import json
import sys

find = importlib.util.find_spec
importlib.util.find_spec = lambda name, *more: None if name.split(".")[0] == "torchvision" else find(name, *more)
sys.modules["torchvision"] = None

import numpy as np  # noqa: E402


def picture(width, height):
    """The same as in pictures.ts: waves of several lengths, whose neighbours differ little and whose rows all differ."""
    y, x, c = np.mgrid[0:height, 0:width, 0:3]
    return (np.abs((x * 3 + y * 2 + c * 85 + x * y // 16) % 510 - 255)).astype(np.uint8)


def processor(module, name, **options):
    return getattr(importlib.import_module(f"transformers.models.{module}"), name)(**options)


def digest(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


PLAIN = {"do_resize": False, "do_rescale": False, "do_normalize": False}
QWEN = ("qwen2_vl.image_processing_pil_qwen2_vl", "Qwen2VLImageProcessorPil")


def tokens():
    """The order of tokens: pixels as they are."""
    cases = [
        ("qwen2vl", QWEN, {"patch_size": 14}, 84, 140),
        ("qwen3vl", QWEN, {"patch_size": 16}, 160, 96),
        ("siglip2", ("siglip2.image_processing_pil_siglip2", "Siglip2ImageProcessorPil"), {"patch_size": 16}, 80, 48),
    ]
    for name, where, options, width, height in cases:
        made = processor(*where, **PLAIN, **options)(picture(width, height), return_tensors="np")
        grid = made.get("image_grid_thw")
        if grid is None:
            grid = [[1, *made["spatial_shapes"][0]]]
        grid = [int(number) for number in np.ravel(grid)]
        values = np.asarray(made["pixel_values"], np.float32).reshape(-1, made["pixel_values"].shape[-1])
        values = values[: grid[0] * grid[1] * grid[2]]
        yield {"name": name, "width": width, "height": height, "grid": grid, "shape": values.shape, "sha256": digest(values)}


def sizes():
    """The sizes that Qwen's rule gives, of all widths and heights in steps, and of some that are square numbers."""
    smart_resize = importlib.import_module(f"transformers.models.{QWEN[0]}").smart_resize
    for factor, least, most in ((28, 56 * 56, 28 * 28 * 1280), (32, 65536, 16777216), (28, 3136, 12845056)):
        lengths = [*range(1, 400, 7), *range(400, 4000, 97), 28, 56, 448, 784, 1080, 1120, 1920, 2240, 3840, 4096]
        given, made = [], []
        for height in lengths:
            for width in lengths:
                if max(height, width) / min(height, width) > 200:
                    continue
                given.append((width, height))
                made.append(smart_resize(height, width, factor, least, most)[::-1])
        yield {
            "multiple": factor,
            "minPixels": least,
            "maxPixels": most,
            "count": len(given),
            "sha256": digest(np.array(made, np.int32)),
        }


def main():
    import PIL
    import transformers

    made = {
        "producers": {"transformers": transformers.__version__, "Pillow": PIL.__version__, "numpy": np.__version__},
        "tokens": list(tokens()),
        "withinPixels": list(sizes()),
    }
    json.dump(made, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()

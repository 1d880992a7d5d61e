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
    lengths = LENGTHS
    for factor, least, most in ((28, 56 * 56, 28 * 28 * 1280), (32, 65536, 16777216), (28, 3136, 12845056)):
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


LENGTHS = [*range(1, 400, 7), *range(400, 4000, 97), 28, 56, 448, 784, 1080, 1120, 1920, 2240, 3840, 4096]


def shorter():
    """Sizes by the shorter side, and at most by the longer one."""
    rule = importlib.import_module("transformers.image_transforms").get_resize_output_image_size
    for size, most in ((224, 0), (256, 0), (800, 1333)):
        made = []
        for height in LENGTHS:
            for width in LENGTHS:
                image = np.broadcast_to(np.uint8(0), (height, width, 3))
                made.append(rule(image, size, default_to_square=False, max_size=most or None, input_data_format="channels_last")[::-1])
        yield {"size": size, "most": most, "sha256": digest(np.array(made, np.int32))}


def longer():
    """Sizes by the longer side: SAM's."""
    sam = importlib.import_module("transformers.models.sam.image_processing_pil_sam").SamImageProcessorPil
    made = [sam._get_preprocess_shape(None, (height, width), 1024)[::-1] for height in LENGTHS for width in LENGTHS]
    return digest(np.array(made, np.int32))


def presets():
    """Whole presets: every `step`-th number."""
    clip = ("clip.image_processing_pil_clip", "CLIPImageProcessorPil")
    siglip = ("siglip.image_processing_pil_siglip", "SiglipImageProcessorPil")
    bit = ("bit.image_processing_pil_bit", "BitImageProcessorPil")
    vit = ("vit.image_processing_pil_vit", "ViTImageProcessorPil")
    imagenet = {"image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}
    half = {"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}
    square = {"crop_size": {"height": 224, "width": 224}}
    cases = [
        ("clip", clip, {}),
        ("siglip", siglip, {}),
        ("dinov2", bit, {"size": {"shortest_edge": 256}, **square, **imagenet}),
        ("vit", vit, {}),
        ("imagenet", bit, {"size": {"shortest_edge": 256}, "resample": 2, **square, **imagenet}),
        ("videomae", bit, {"size": {"shortest_edge": 224}, "resample": 2, **square, **imagenet}),
        ("qwen2vl", QWEN, {"size": {"shortest_edge": 3136, "longest_edge": 12845056}}),
        ("qwen3vl", QWEN, {"size": {"shortest_edge": 65536, "longest_edge": 16777216}, "patch_size": 16, **half}),
    ]
    for name, where, options in cases:
        for width, height in ((341, 259), (97, 300)):
            values = np.asarray(processor(*where, **options)(picture(width, height), return_tensors="np")["pixel_values"], np.float32)
            flat = values.ravel()
            step = max(1, flat.size // 150)
            yield {
                "name": name,
                "width": width,
                "height": height,
                "shape": values.shape,
                "step": step,
                "values": [round(float(value), 5) for value in flat[::step]],
            }


def main():
    import PIL
    import transformers

    made = {
        "producers": {"transformers": transformers.__version__, "Pillow": PIL.__version__, "numpy": np.__version__},
        "tokens": list(tokens()),
        "withinPixels": list(sizes()),
        "shorter": list(shorter()),
        "longer": longer(),
        "presets": list(presets()),
    }
    json.dump(made, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()

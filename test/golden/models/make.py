"""Makes expected.json: what transformers' own image processors (their Pillow back ends) give for pictures that a formula makes.

Run with transformers 5.18, Pillow 12.3 and numpy: `python3 make.py > expected.json`. torchvision is not used.
"""

import hashlib
import importlib
import importlib.util
import json
import re
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


def module(name):
    return importlib.import_module(f"transformers.{name}")


def letterboxed(height, width, side):
    """Ultralytics' `LetterBox(side, auto=False)`: the size of the picture, and where it stands."""
    scale = min(side / height, side / width)
    inner = (max(round(width * scale), 1), max(round(height * scale), 1))
    rest = [(side - length) / 2 for length in inner]
    return inner, tuple(round(each - 0.1) for each in rest)


def rules():
    """The sizes of the other rules, by the operator and its parameters."""
    detr = module("image_transforms").get_size_with_aspect_ratio
    naflex = module("models.siglip2.image_processing_pil_siglip2").get_image_size_for_max_num_patches
    canvas = module("models.got_ocr2.image_processing_pil_got_ocr2").get_optimal_tiled_canvas
    best = module("image_processing_utils").select_best_resolution
    inside = module("image_processing_utils").get_patch_output_size
    points = [[384 * row, 384 * column] for row in range(1, 7) for column in range(1, 7)]

    def llava(height, width):
        image = np.broadcast_to(np.uint8(0), (3, height, width))
        return inside(image, best((height, width), points), "channels_first")[::-1]

    def internvl(height, width):
        columns, rows = canvas((height, width), (448, 448), 1, 12)
        return columns * 448, rows * 448

    cases = [
        ("resizeShorter", {"size": 800, "most": 1333, "rule": "detr"}, lambda h, w: detr((h, w), 800, 1333)[::-1]),
        ("resizeShorter", {"size": 480, "most": 0, "rule": "detr"}, lambda h, w: detr((h, w), 480)[::-1]),
        ("resizeToPatches", {"patch": 16, "most": 256}, lambda h, w: naflex(h, w, 16, 256)[::-1]),
        ("resizeToPatches", {"patch": 14, "most": 1024}, lambda h, w: naflex(h, w, 14, 1024)[::-1]),
        ("resizeToTiles", {"tile": 448, "least": 1, "most": 12}, internvl),
        ("resizeInsideTiles", {"tile": 384, "columns": 6, "rows": 6}, llava),
        ("resizeInside", {"width": 640, "height": 640, "rounding": "nearest"}, lambda h, w: letterboxed(h, w, 640)[0]),
        ("resizeInside", {"width": 640, "height": 384, "rounding": "up"}, lambda h, w: inside(np.broadcast_to(np.uint8(0), (3, h, w)), (384, 640), "channels_first")[::-1]),
    ]
    for name, params, rule in cases:
        made = [rule(height, width) for height in LENGTHS for width in LENGTHS]
        yield {"name": name, "params": params, "sha256": digest(np.array(made, np.int32))}


def alpha():
    """Pillow's resize of RGBA pictures without their margins, to the sizes of Qwen's rule."""
    from PIL import Image

    rule = importlib.import_module(f"transformers.models.{QWEN[0]}").smart_resize
    for width, height in ((23, 32), (74, 103), (44, 304), (43, 52)):
        colours = picture(width, height)
        pixels = np.concatenate([colours, np.roll(colours[..., :1], 3, 1)], -1)
        cut = Image.fromarray(pixels[3:-1, 2:-1], "RGBA")
        size = rule(cut.height, cut.width, 4, 600, 5000)[::-1]
        made = np.asarray(cut.resize(size, Image.Resampling.BICUBIC))
        yield {"width": width, "height": height, "shape": [1, *made.shape], "sha256": digest(made)}


def yolo(pixels, side):
    """The documented arithmetic: linear at one point, as `cv2.resize`, bytes, grey 114 around, in 0..1."""
    height, width, _ = pixels.shape
    (columns, rows), (left, top) = letterboxed(height, width, side)

    def axis(inner, length):
        at = np.clip((np.arange(inner) + 0.5) * (length / inner) - 0.5, 0, length - 1)
        low = np.floor(at).astype(int)
        return low, np.minimum(low + 1, length - 1), at - low

    x0, x1, fx = axis(columns, width)
    y0, y1, fy = axis(rows, height)
    source = pixels.astype(np.float64)
    fx, fy = fx[None, :, None], fy[:, None, None]
    upper = source[y0][:, x0] * (1 - fx) + source[y0][:, x1] * fx
    lower = source[y1][:, x0] * (1 - fx) + source[y1][:, x1] * fx
    made = np.full((side, side, 3), 114.0)
    made[top : top + rows, left : left + columns] = np.rint(upper * (1 - fy) + lower * fy)
    return (made.transpose(2, 0, 1) / 255)[None]


def presets():
    """Whole presets: every `step`-th number, and a digest of all pixels as the bytes that they are made of."""
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
    siglip2 = ("siglip2.image_processing_pil_siglip2", "Siglip2ImageProcessorPil")
    sam = ("sam.image_processing_pil_sam", "SamImageProcessorPil")
    detr = ("detr.image_processing_pil_detr", "DetrImageProcessorPil")
    got = ("got_ocr2.image_processing_pil_got_ocr2", "GotOcr2ImageProcessorPil")
    llava = ("llava_onevision.image_processing_pil_llava_onevision", "LlavaOnevisionImageProcessorPil")
    tile = {"height": 112, "width": 112}
    points = [[112 * row, 112 * column] for row in range(1, 4) for column in range(1, 4)]
    cases += [
        ("siglip2Fixed", siglip, {"resample": 2}),
        ("siglip2", siglip2, {}),
        ("sam", sam, {"size": {"longest_edge": 256}, "pad_size": {"height": 256, "width": 256}, "mask_size": {"longest_edge": 64}}),
        ("detr", detr, {"size": {"shortest_edge": 160, "longest_edge": 266}, "pad_size": {"height": 266, "width": 266}}),
        ("internvl", got, {"size": tile, "crop_to_patches": True, "max_patches": 6, **imagenet}),
        ("llavaOneVision", llava, {"size": tile, "image_grid_pinpoints": points, **half}),
        ("yolo", None, {}),
    ]
    for name, where, options in cases:
        for width, height in ((341, 259), (97, 300)):
            made = picture(width, height)
            if where is None:
                yield of_preset(name, width, height, yolo(made, 256), [0, 0, 0], [1, 1, 1])
                continue
            used = processor(*where, **options)
            values = np.asarray(used(made, return_tensors="np")["pixel_values"], np.float32)
            mean, std = used.image_mean, used.image_std
            if name == "siglip2":
                rule = module("models.siglip2.image_processing_pil_siglip2").get_image_size_for_max_num_patches
                rows, columns = rule(height, width, 16, 256)
                values = values[0, : rows * columns // 256]
            if name not in ("internvl", "llavaOneVision"):
                yield of_preset(name, width, height, values, mean, std)
                continue
            all_tiles = values[0] if name == "llavaOneVision" else values
            parts = (all_tiles[1:], all_tiles[:1]) if name == "llavaOneVision" else (all_tiles[:-1], all_tiles[-1:])
            for result, part in zip(("tiles", "thumbnail"), parts):
                yield {"result": result, **of_preset(name, width, height, part, mean, std)}


def of_preset(name, width, height, values, mean, std):
    values = np.asarray(values, np.float32)
    flat = values.ravel()
    step = max(1, flat.size // 60)
    # Channels last: those of a picture, of a token in the order of channel, frame, row, column, and of one whose channels are last already.
    pixels = values.reshape(-1, 3) if name == "siglip2" else np.moveaxis(values.reshape(values.shape[0], 3, -1), 1, -1)
    levels = np.rint((pixels.astype(np.float64) * std + mean) * 255)
    assert levels.min() >= 0 and levels.max() <= 255
    return {
        "name": name,
        "width": width,
        "height": height,
        "shape": values.shape,
        "step": step,
        "values": [round(float(value), 5) for value in flat[::step]],
        "bytes": digest(levels.astype(np.uint8)),
    }


def compact(text):
    """Lists of numbers in a line."""
    return re.sub(r"\[[^\[\]{}\"]*\]", lambda found: re.sub(r"\s+", " ", found[0]).replace("[ ", "[").replace(" ]", "]"), text)


def main():
    import PIL
    import transformers

    made = {
        "producers": {"transformers": transformers.__version__, "Pillow": PIL.__version__, "numpy": np.__version__},
        "tokens": list(tokens()),
        "withinPixels": list(sizes()),
        "shorter": list(shorter()),
        "longer": longer(),
        "rules": list(rules()),
        "alpha": list(alpha()),
        "presets": list(presets()),
    }
    print(compact(json.dumps(made, indent=2)))


if __name__ == "__main__":
    main()

"""What callers give for parameters, as the numbers that kernels see: cuweave's runtime/call/params.ts in Python."""

import math
from collections.abc import Mapping
from numbers import Real

from . import colours
from .errors import describe, expected, number_text, require_known
from .numbers import f

I32_MAX = 2147483647
RECT = ("x", "y", "width", "height")
MAX_RECTS = 4
TABLE_SIZE = 256
FIELDS = {
    "camera": ("fx", "fy", "cx", "cy"),
    "distortion": ("k1", "k2", "p1", "p2", "k3", "k4", "k5", "k6"),
    "fisheye": ("k1", "k2", "k3", "k4"),
}
#: Numbers of one value of each kind.
LANES = {
    "f32": 1,
    "i32": 1,
    "vec2": 2,
    "mat2x3": 6,
    "mat3x3": 9,
    "angle": 6,
    "mat3x4": 12,
    "primaries": 9,
    "camera": 4,
    "distortion": 8,
    "fisheye": 4,
    "rect": 4,
    "rects": 16,
    "table": 256,
    "weights": 1024,
    "gaussian": 63,
    "orientation": 4,
    "yuvToRgb": 7,
    "rgbToYuv": 11,
}
#: Kinds whose numbers are i32; those of the others are f32.
INTEGERS = ("i32", "rect", "rects", "orientation")
#: Kinds whose one value is an array of numbers itself.
_VECTORS = ("vec2", "mat2x3", "mat3x3", "mat3x4", "table", "weights")
#: Rows and columns of those that may be given as a table of rows.
_ROWS = {"mat2x3": (2, 3), "mat3x3": (3, 3), "mat3x4": (3, 4)}
_LUMA = tuple(colours.LUMA_WEIGHTS)
_MATRICES = _LUMA + ("ycgco", "gbr")
_RANGES = ("limited", "full")
#: From the upright picture back to the stored one.
_TURNED = {0: (1, 0, 0, 1), 90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}


class Context:
    """What a parameter's numbers may depend on."""

    __slots__ = ("path", "colour", "bit_depth", "bounds", "orientation", "src", "channels", "lanes", "steps")

    def __init__(self, path, param, bit_depth=None, channels=None, colour=None, orientation=None, src=None):
        #: Where the value was given; messages begin with it.
        self.path = path
        #: The image's description of its colours.
        self.colour = colour
        #: Bits of the codes of the YUV that is decoded or made.
        self.bit_depth = 8 if bit_depth is None else bit_depth
        #: Which numbers there may be.
        self.bounds = param.get("bounds")
        #: How the image says that it is to be turned.
        self.orientation = orientation
        #: The size of the image that enters the stage, where that is known.
        self.src = src
        #: Numbers of a parameter with one per channel.
        self.channels = channels
        #: Numbers of weights, and what they sum to where they are whole.
        self.lanes = param["lanes"]
        self.steps = param.get("steps")


def items_of(value):
    """The items of a list, a tuple or an array; None for anything else."""
    if isinstance(value, (list, tuple)):
        return value
    if hasattr(value, "tolist") and getattr(value, "shape", ()) != ():
        return value.tolist()
    return None


def is_number(value):
    """Whether a value is a number and not a truth value."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) or _is_other_number(value)


def _is_other_number(value):
    return isinstance(value, Real) and not isinstance(value, bool)


def pack(kind, value, context):
    """A parameter's value as numbers: as many as the kind has, or one per channel."""
    return _PACKERS[kind](value, context)


def _finite(value):
    if not is_number(value):
        return False
    try:
        return math.isfinite(f(float(value)))
    except OverflowError:
        return False


def _number(value, what, path):
    if not _finite(value):
        raise expected(what, path, describe(value))
    return float(value)


def bounds_text(bounds):
    """What messages say of such numbers."""
    least, most = bounds.get("least"), bounds.get("most")
    parts = []
    if least is not None and most is not None:
        parts.append(f"from {number_text(least)} to {number_text(most)}")
    elif least is not None:
        parts.append(f"of at least {number_text(least)}")
    elif most is not None:
        parts.append(f"of at most {number_text(most)}")
    if "above" in bounds:
        parts.append(f"above {number_text(bounds['above'])}")
    if "not" in bounds:
        parts.append(f"other than {number_text(bounds['not'])}")
    return ", ".join(parts)


def _is_within(value, bounds):
    return (
        ("least" not in bounds or value >= bounds["least"])
        and ("most" not in bounds or value <= bounds["most"])
        and ("above" not in bounds or value > bounds["above"])
        and ("not" not in bounds or value != bounds["not"])
    )


def _f32(value, path, bounds=None):
    number = f(_number(value, "a finite number", path))
    if bounds and not _is_within(number, bounds):
        raise expected(f"a number {bounds_text(bounds)}", path, describe(value))
    return number


def _i32(value, path, bounds=None):
    if not is_number(value) or value != value or not -I32_MAX - 1 <= value <= I32_MAX or value != int(value):
        raise expected("a whole number from -2147483648 to 2147483647", path, describe(value))
    if bounds and not _is_within(value, bounds):
        raise expected(f"a whole number {bounds_text(bounds)}", path, describe(value))
    return int(value)


def _tuple(value, length, what, path, bounds=None):
    items = items_of(value)
    if items is None or len(items) != length:
        raise expected(what, path, describe(value))
    return [_f32(item, f"{path}[{n}]", bounds) for n, item in enumerate(items)]


def _flat(value, shape):
    """The numbers of a table of rows; anything else as it is."""
    items = items_of(value)
    if items is None or len(items) != shape[0]:
        return value
    rows = [items_of(row) for row in items]
    if any(row is None or len(row) != shape[1] for row in rows):
        return value
    return [number for row in rows for number in row]


def _scalar(value, context):
    if context.channels is None:
        return [_f32(value, context.path, context.bounds)]
    count = context.channels
    if is_number(value):
        return [_f32(value, context.path, context.bounds)] * count
    what = "one number" if count == 1 else f"one number, or {count} in an array"
    return _tuple(value, count, what, context.path, context.bounds)


def _dst_to_src(count, invert, rows):
    def packer(value, context):
        path = context.path
        names = list(value) if isinstance(value, Mapping) else []
        if len(names) != 1 or names[0] not in ("dstToSrc", "srcToDst"):
            raise expected(
                f"{{ dstToSrc: [{count} numbers] }} or {{ srcToDst: [{count} numbers] }}",
                path,
                describe(value),
                ""
                if items_of(value) is None
                else "A bare matrix does not say its direction: OpenCV without WARP_INVERSE_MAP takes srcToDst.",
            )
        inner = f"{path}.{names[0]}"
        given = value[names[0]]
        matrix = items_of(_flat(given, rows))
        if matrix is None or len(matrix) != count:
            raise expected(f"{'six' if count == 6 else 'nine'} numbers, row by row", inner, describe(given))
        numbers = []
        for n, item in enumerate(matrix):
            if not is_number(item) or not math.isfinite(item):
                raise expected("a finite number", f"{inner}[{n}]", describe(item))
            numbers.append(float(item))
        if names[0] == "srcToDst":
            inverse, determinant = invert(numbers)
            if determinant == 0 or not all(_finite(number) for number in inverse):
                actual = f"{describe(numbers)} with determinant {number_text(determinant)}"
                raise expected("a matrix that can be inverted", inner, actual)
            numbers = inverse
        return [_f32(item, f"{inner}[{n}]") for n, item in enumerate(numbers)]

    return packer


# Cosine and sine, each in three numbers: as f32, and what that loses of the double, rounded to 15 decimals.
def _angle(value, context):
    degrees = _number(value, "a finite number of degrees", context.path)
    near = _nearest(degrees)
    radians = math.radians(degrees % 360)
    whole = [round(math.cos(radians), 15), round(math.sin(radians), 15)]
    middle = [f(exact - single) for exact, single in zip(whole, near)]
    return [*near, *middle, *(exact - single - rest for exact, single, rest in zip(whole, near, middle))]


# Whole turns are taken off in degrees, where they are exact; quarters give exactly 0 and 1.
def _nearest(degrees):
    degrees = math.fmod(degrees, 360)
    quarter = (degrees / 90 + 4) % 4
    if quarter.is_integer():
        return [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0)][int(quarter)]
    radians = degrees * math.pi / 180
    return [f(math.cos(radians)), f(math.sin(radians))]


def _rect_at(value, path, src=None):
    if not isinstance(value, Mapping):
        raise expected("{ x, y, width, height }", path, describe(value))
    x, y, width, height = [_i32(value.get(field), f"{path}.{field}") for field in RECT]
    other = next((key for key in value if key not in RECT), None)
    if other is not None:
        raise expected("only x, y, width and height", path, f"{other} too")
    if width < 1:
        raise expected("at least 1", f"{path}.width", str(width))
    if height < 1:
        raise expected("at least 1", f"{path}.height", str(height))
    if src and (x < 0 or y < 0 or x + width > src[0] or y + height > src[1]):
        actual = f"{{ x: {x}, y: {y}, width: {width}, height: {height} }}"
        raise expected(f"a rectangle inside the image of {src[0]}×{src[1]}", path, actual)
    return [x, y, width, height]


def _rect(value, context):
    return _rect_at(value, context.path, context.src)


# Left and top are cut to 0, right and bottom to what i32 holds, so that no sum or difference in the kernel wraps.
def _rects(value, context):
    path = context.path
    if not isinstance(value, (list, tuple)) or len(value) > MAX_RECTS:
        actual = f"an array of {len(value)}" if isinstance(value, (list, tuple)) else describe(value)
        raise expected(f"an array of at most {MAX_RECTS} rectangles", path, actual)
    cut = []
    for n, item in enumerate(value):
        x, y, width, height = _rect_at(item, f"{path}[{n}]")
        left, top = max(x, 0), max(y, 0)
        right, bottom = min(x + width, I32_MAX), min(y + height, I32_MAX)
        if right > left and bottom > top:
            cut += [left, top, right - left, bottom - top]
    return cut + [0] * (LANES["rects"] - len(cut))


def _tables(value, context):
    path, channels = context.path, context.channels

    def table(given, at):
        return _tuple(given, TABLE_SIZE, f"{TABLE_SIZE} numbers", at)

    if channels is None:
        return table(value, path)
    items = items_of(value)
    if items is not None and len(items) == TABLE_SIZE:
        return table(items, path) * channels
    if items is None or len(items) != channels:
        raise expected(f"{TABLE_SIZE} numbers, or {channels} arrays of them", path, describe(value))
    return [number for n, item in enumerate(items) for number in table(item, f"{path}[{n}]")]


#: OpenCV's weights for a deviation of 0, in 1/256, up to the one in the middle.
_FIXED_GAUSSIANS = {3: (64, 128), 5: (16, 64, 96), 7: (8, 28, 56, 72), 9: (4, 13, 30, 51, 60)}


# In double precision; with `steps` whole numbers that sum to it, each rounded with what the ones before it lost.
def _gaussian(value, context):
    sigma, count = _f32(value, context.path, context.bounds), context.lanes
    middle = (count - 1) / 2
    fixed = _FIXED_GAUSSIANS.get(count) if sigma == 0 else None
    if fixed:
        bells = [fixed[min(n, count - 1 - n)] for n in range(count)]
    else:
        spread = sigma if sigma != 0 else 0.15 * count + 0.35
        # Counted from the middle weight, or from both, so that these are 1 however small the deviation is.
        nearest = 0.25 if count % 2 == 0 else 0
        bells = [math.exp((nearest - (n - middle) ** 2) / (2 * spread * spread)) for n in range(count)]
    total = 0.0
    for bell in bells:
        total += bell
    weights = [bell / total for bell in bells]
    if context.steps is None:
        return [f(weight) for weight in weights]
    whole, left, lost = [0] * count, context.steps, 0.0
    for n in range(count // 2):
        wanted = weights[n] * context.steps + lost
        rounded = round(wanted)
        lost = wanted - rounded
        whole[n] = whole[count - 1 - n] = rounded
        left -= 2 * rounded
    if count % 2 == 1:
        whole[count // 2] = left
    return whole


def _factors(value, context):
    path = context.path
    given = (context.orientation or {"rotation": 0}) if _is_word(value, "auto") else value
    if not isinstance(given, Mapping):
        raise expected("{ rotation, flip } or 'auto'", path, describe(value))
    require_known(given, ("rotation", "flip"), path)
    rotation, flip = given.get("rotation"), given.get("flip", False)
    if not is_number(rotation) or rotation not in _TURNED:
        raise expected("0, 90, 180 or 270 degrees clockwise", f"{path}.rotation", describe(rotation))
    if not isinstance(flip, bool):
        raise expected("true or false", f"{path}.flip", describe(flip))
    return [-factor if flip and n % 2 == 0 else factor for n, factor in enumerate(_TURNED[rotation])]


def _is_word(value, word):
    return isinstance(value, str) and value == word


def _coding(value, path):
    """A matrix and a range; a pair of them will do."""
    if isinstance(value, tuple) and len(value) == 2:
        return {"matrix": value[0], "range": value[1]}
    if not isinstance(value, Mapping):
        raise expected("{ matrix, range }", path, describe(value))
    return value


def _coefficients(value, context):
    path, said = context.path, context.colour or {}
    coding = _coding(value, path)
    matrix = _settle(coding.get("matrix"), _LUMA, said.get("matrix"), f"{path}.matrix")
    range_ = _settle(coding.get("range"), _RANGES, said.get("range"), f"{path}.range")
    return [f(number) for number in colours.yuv_to_rgb(matrix, range_, context.bit_depth)]


# Made and not read, so there is no image to ask: every word is said.
def _encoding(value, context):
    coding = _coding(value, context.path)
    matrix = _one_of(coding.get("matrix"), _MATRICES, f"{context.path}.matrix")
    range_ = _one_of(coding.get("range"), _RANGES, f"{context.path}.range")
    return [f(number) for number in colours.rgb_to_yuv(matrix, range_, context.bit_depth)]


def _fields(kind):
    names = FIELDS[kind]

    def packer(value, context):
        path = context.path
        if not isinstance(value, Mapping) or any(name not in names for name in value):
            raise expected(f"{{ {', '.join(names)} }}", path, describe(value))
        if kind != "camera":
            value = {name: 0 if value.get(name) is None else value[name] for name in names}
        return [_f32(value.get(name), f"{path}.{name}") for name in names]

    return packer


def _primaries(value, context):
    path = context.path
    if not isinstance(value, Mapping):
        raise expected("{ from, to }", path, describe(value))
    from_ = _one_of(value.get("from"), tuple(colours.CHROMATICITIES), f"{path}.from")
    to = _one_of(value.get("to"), tuple(colours.CHROMATICITIES), f"{path}.to")
    return [f(number) for number in colours.primaries_matrix(from_, to)]


def _quoted(choices):
    return ", ".join(f"'{choice}'" for choice in choices)


def _one_of(given, choices, path):
    if isinstance(given, str) and given in choices:
        return given
    raise expected(f"one of {_quoted(choices)}", path, describe(given))


def _settle(given, choices, said, path):
    wanted = said if _is_word(given, "auto") else given
    if isinstance(wanted, str) and wanted in choices:
        return wanted
    listed = _quoted(choices)
    if not _is_word(given, "auto"):
        raise expected(f"{listed} or 'auto'", path, describe(given))
    coded = f"'auto' and an image coded by '{said}'"
    if said in ("ycgco", "gbr"):
        hint = f"Put {said}ToRgb({{ range }}) in place of this operator."
        raise expected(f"an image coded by one of {listed}", path, coded, hint)
    if said in colours.OTHER_CODINGS:
        hint = (
            "No matrix undoes that coding: convert the video before, or name a matrix in the pipeline to take its "
            "codes for that."
        )
        raise expected(f"an image coded by one of {listed}", path, coded, hint)
    actual = "'auto' and an image without them" if said is None else f"'auto' and an image with {describe(said)}"
    hint = f"Give one of {listed} in the pipeline, or colour: {{ matrix, range, source }} with the image."
    raise expected("an image that says its colours", path, actual, hint)


_PACKERS = {
    "f32": _scalar,
    "i32": lambda value, context: [_i32(value, context.path, context.bounds)],
    "vec2": lambda value, context: _tuple(value, 2, "two numbers", context.path),
    "mat2x3": _dst_to_src(6, colours.invert_affine, _ROWS["mat2x3"]),
    "mat3x3": _dst_to_src(9, colours.invert_projective, _ROWS["mat3x3"]),
    "angle": _angle,
    "mat3x4": lambda value, context: _tuple(
        _flat(value, _ROWS["mat3x4"]), 12, "twelve numbers, row by row", context.path
    ),
    "primaries": _primaries,
    "camera": _fields("camera"),
    "distortion": _fields("distortion"),
    "fisheye": _fields("fisheye"),
    "rect": _rect,
    "rects": _rects,
    "table": _tables,
    "weights": lambda value, context: _tuple(
        value, context.lanes, f"{context.lanes} numbers, row by row", context.path
    ),
    "gaussian": _gaussian,
    "orientation": _factors,
    "yuvToRgb": _coefficients,
    "rgbToYuv": _encoding,
}


def per_image(param, value):
    """The values of an array with one per image; None for one value, which may be an array itself."""
    if param["per"] != "image":
        return None
    items, kind = items_of(value), param["kind"]
    if kind == "rects":
        return items if items and isinstance(items[0], (list, tuple)) else None
    if items is None or len(items) == 0:
        return items
    first = items[0]
    if kind == "mat3x4" and items_of(_flat(items, _ROWS["mat3x4"])) is not items:
        return None
    # A pair of words is one coding.
    if kind in ("yuvToRgb", "rgbToYuv") and isinstance(items, tuple) and isinstance(first, str):
        return None
    return None if kind in _VECTORS and is_number(first) else items


def value_of_image(param, value, image, images, path):
    """Which value an image takes: of an array with one per image its own, else the one for all."""
    values = per_image(param, value)
    if values is None:
        return value, path
    if len(values) != images:
        raise expected(
            "one value" if images == 1 else f"one value, or an array of {images} (one per image)",
            path,
            f"an array of {len(values)}",
            "An image is read for each value where it stands alone, not in an array."
            if images == 1 and len(values) > 1
            else "",
        )
    return values[image], f"{path}[{image}]"

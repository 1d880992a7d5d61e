"""Finds the images of a call in the arrays that it was given, and checks them against the format that the pipeline has there."""

from .arrays import Array, Library, library_of
from .errors import describe, expected
from .formats import (
    MAX_IMAGES,
    MAX_SIZE,
    NAMES,
    SIZES,
    channel_count,
    code_bits,
    plane_size,
)


class Image:
    """What is known of an image before it is there."""

    __slots__ = ("width", "height", "colour", "bit_depth", "orientation", "origin")

    def __init__(self, width, height, colour=None, bit_depth=8, orientation=None, origin=None):
        self.width = width
        self.height = height
        self.colour = colour
        self.bit_depth = bit_depth
        self.orientation = orientation
        #: Of an image between kernels: the size before the last geometric stage of the kernel that writes it.
        self.origin = origin

    @property
    def size(self):
        return self.width, self.height


class Bound:
    """Images as they lie in arrays."""

    __slots__ = ("images", "planes", "is_single")

    def __init__(self, images, planes, is_single):
        self.images = images
        #: By plane and image: the number of the array, the offset of the first row in it and the pitch, in bytes.
        self.planes = planes
        #: Whether it is one image without an axis for several.
        self.is_single = is_single


def look(given, path, kept):
    """The arrays of an input: addresses, how they are grouped, and what they are like; the last two make a key.

    What `given` holds is an array, a tuple of planes, or a list of these. `kept` gets what holds the memory.
    """
    kind = type(given)
    if kind is tuple or (isinstance(given, tuple) and hasattr(given, "_fields")):
        pointers, keys = _look_all(given, path, kept)
        return pointers, (len(pointers), keys)
    if kind is not list:
        pointers, keys = _look_all((given,), path, kept)
        return pointers, (0, keys)
    if not 1 <= len(given) <= MAX_IMAGES:
        raise expected(f"1 to {MAX_IMAGES} images", path, str(len(given)))
    if isinstance(given[0], tuple):
        groups = [one if isinstance(one, tuple) else (one,) for one in given]
        counts = tuple(len(one) if isinstance(one, tuple) else 0 for one in given)
        pointers, keys = _look_all([array for group in groups for array in group], path, kept)
        return pointers, (counts, keys)
    pointers, keys = _look_all(given, path, kept)
    return pointers, (None, keys)


def _look_all(arrays, path, kept):
    library = library_of(arrays[0], path if len(arrays) == 1 else f"{path}[0]")
    if library.is_direct and len(arrays) > 1:
        # Mostly they are alike, and have one key.
        pointers, key = library.look_alike(arrays)
        if pointers is not None:
            kept += arrays
            return pointers, Alike((key,), len(arrays))
    pointers, keys = [], []
    last = library = None
    for n, array in enumerate(arrays):
        if type(array) is not last:
            library = library_of(array, path if len(arrays) == 1 else f"{path}[{n}]")
            last = type(array)
            keep = getattr(library, "keep", None)
        if keep is not None:
            array = keep(array)
        pointer, key = library.look(array)
        pointers.append(pointer)
        keys.append(key)
        kept.append(array)
    return pointers, tuple(keys)


class Alike(tuple):
    """The one key of several arrays that differ in nothing but where they lie."""

    __slots__ = ()

    def __new__(cls, keys, count):
        return tuple.__new__(cls, (*keys, count))


def grouped(given):
    """The key of an input whose arrays are keys of theirs; such a key begins with its library."""
    if _is_key(given):
        return 0, (given,)
    if not isinstance(given, list):
        return len(given), given
    if any(not _is_key(one) for one in given):
        counts = tuple(0 if _is_key(one) else len(one) for one in given)
        return counts, tuple(key for one in given for key in ([one] if _is_key(one) else one))
    return None, tuple(given)


def _is_key(given):
    return isinstance(given, tuple) and isinstance(given[0], Library)


def keys_of(key):
    """The keys of all arrays of a key of `look`."""
    keys = key[1]
    return (keys[0],) * keys[1] if isinstance(keys, Alike) else keys


def arrays_of(key):
    """The part of a key of `look` that describes every array."""
    keys = key[1]
    if isinstance(keys, Alike):
        return [keys[0][0].array(keys[0])] * keys[1]
    return [one[0].array(one) for one in keys]


def bind(key, format_, path):
    """The images of a key of `look`."""
    return bind_arrays(key[0], arrays_of(key), format_, path)


def bind_arrays(shape, arrays, format_, path):
    """The images of arrays that are grouped so; see `look`."""
    if shape == 0:
        return _bind_one(arrays, [0], format_, path, False)
    if isinstance(shape, int):
        return _bind_planes(arrays, list(range(shape)), format_, path, False)
    images, planes = [], [[] for _ in format_["planes"]]
    begin = 0
    for n in range(len(arrays) if shape is None else len(shape)):
        count = 0 if shape is None else shape[n]
        numbers = list(range(begin, begin + max(1, count)))
        one = _bind_planes if count else _bind_one
        bound = one(arrays, numbers, format_, f"{path}[{n}]", True)
        begin = numbers[-1] + 1
        images += bound.images
        for all_, own in zip(planes, bound.planes):
            all_ += own
    return Bound(images, planes, False)


def _bind_one(arrays, numbers, format_, path, is_item):
    """An array that is whole images."""
    array = arrays[numbers[0]]
    _require_dtype(array, format_, path)
    if format_.get("layout") is None:
        return _bind_planes(arrays, numbers, format_, path, is_item)
    interleaved = format_["layout"] == "NHWC"
    wanted = channel_count(format_)
    shape, strides = array.shape, array.strides
    if wanted == 1 and len(shape) == 2:
        shape, strides = _with_axis(shape, strides, 2 if interleaved else 0, SIZES[format_["dtype"]])
    is_batch = len(shape) == 4 and not is_item
    if len(shape) != 3 and not is_batch:
        layout = format_["layout"]
        what = f"the axes {layout[1:]}" if is_item else f"the axes {layout} or {layout[1:]}"
        raise expected(what, f"{path}.shape", describe(list(array.shape)))
    if not is_batch:
        shape, strides = _with_axis(shape, strides, 0, 0)
    count, height, width, channels = _order(shape, interleaved)
    image, row, column, channel = _order(strides, interleaved)
    if channels != wanted:
        axis = len(array.shape) - 1 if interleaved else len(array.shape) - 3
        raise expected(f"{wanted} (the channels of {format_['name']})", f"{path}.shape[{axis}]", str(channels))
    size = SIZES[format_["dtype"]]
    _require_sizes(count, height, width, array, path)
    values = channels if interleaved else 1
    dense = (width == 1 or column == values * size) and (not interleaved or channels == 1 or channel == size)
    row_bytes = width * values * size
    _require_rows(dense, row, row_bytes, height, size, array, path)
    pitch = row if height > 1 else row_bytes
    planes = [
        [(numbers[0], n * image + (0 if interleaved else p * channel), pitch) for n in range(count)]
        for p in range(len(format_["planes"]))
    ]
    bits = code_bits(format_)
    return Bound([Image(width, height, None, bits) for _ in range(count)], planes, not is_batch and not is_item)


def _with_axis(shape, strides, at, stride):
    shape, strides = tuple(shape), tuple(strides)
    return shape[:at] + (1,) + shape[at:], strides[:at] + (stride,) + strides[at:]


def _order(axes, interleaved):
    n, a, b, c = axes
    return (n, a, b, c) if interleaved else (n, b, c, a)


def _require_dtype(array, format_, path):
    wanted = format_["dtype"]
    if array.dtype != wanted:
        raise expected(NAMES[wanted], f"{path}.dtype", NAMES.get(array.dtype, array.dtype))


def _require_sizes(count, height, width, array, path):
    if not (1 <= width <= MAX_SIZE and 1 <= height <= MAX_SIZE and 1 <= count <= MAX_IMAGES):
        raise expected(f"sizes of 1 to {MAX_SIZE}", f"{path}.shape", describe(list(array.shape)))


def _require_rows(dense, row, row_bytes, height, size, array, path):
    if not dense or (height > 1 and (row < row_bytes or row % size)):
        strides = describe([stride // size if stride % size == 0 else stride / size for stride in array.strides])
        raise expected("dense rows that do not overlap", f"{path}.strides", strides)


def _bind_planes(arrays, numbers, format_, path, is_item):
    """Arrays that are one plane each, or one with all planes below one another."""
    planes = format_["planes"]
    given = [arrays[n] for n in numbers]
    for n, array in enumerate(given):
        _require_dtype(array, format_, path if len(given) == 1 else f"{path}[{n}]")
    offsets = [0] * len(planes)
    if len(given) == 1 and len(planes) > 1:
        given, offsets = _apart(given[0], format_, path)
        numbers = numbers * len(planes)
    if len(given) != len(planes):
        names = ", ".join(plane["name"] for plane in planes)
        raise expected(f"{len(planes)} planes ({names})", path, str(len(given)))
    for is_batch in (False,) if is_item else (False, True):
        parsed = [_plane(array, plane, is_batch, format_) for array, plane in zip(given, planes)]
        if any(one is None for one in parsed):
            continue
        size = _size(parsed, planes)
        if size is None:
            continue
        width, height = size
        count = parsed[0][0]
        _require_sizes(count, height, width, given[0], path)
        where = []
        for p, (plane, array) in enumerate(zip(planes, given)):
            _, columns, rows, image, row, dense = parsed[p]
            value = SIZES[format_["dtype"]]
            row_bytes = columns * plane["channels"] * value
            _require_rows(dense, row, row_bytes, rows, value, array, path if len(given) == 1 else f"{path}[{p}]")
            pitch = row if rows > 1 else row_bytes
            where.append([(numbers[p], offsets[p] + n * image, pitch) for n in range(count)])
        bits = code_bits(format_)
        images = [Image(width, height, None, bits) for _ in range(count)]
        return Bound(images, where, not is_batch and not is_item)
    parts = []
    for plane in planes:
        across, down = plane["subsampling"]
        height, width = ["height", f"height / {down}"][down > 1], ["width", f"width / {across}"][across > 1]
        channels = f", {plane['channels']}" if plane["channels"] > 1 else ""
        parts.append(f"{plane['name']} [{height}, {width}{channels}]")
    shapes = " and ".join(describe(list(array.shape)) for array in given)
    hint = "" if is_item else "Before these there may be an axis for several images."
    raise expected(f"planes that belong together ({', '.join(parts)})", f"{path}.shape", shapes, hint)


def _plane(array, plane, is_batch, format_):
    """Count, columns, rows, the strides of images and rows, and whether rows are dense; None for another shape."""
    shape, strides = array.shape, array.strides
    size, channels = SIZES[format_["dtype"]], plane["channels"]
    if not is_batch:
        shape, strides = _with_axis(shape, strides, 0, 0)
    if len(shape) == 4 and shape[3] == channels:
        count, rows, columns, _ = shape
        image, row, column, channel = strides
        dense = (columns == 1 or column == channels * size) and (channels == 1 or channel == size)
        return count, columns, rows, image, row, dense
    # Samples of YUYV as two of two values.
    if len(shape) == 4 and channels == 4 and shape[3] == 2 and shape[2] % 2 == 0:
        count, rows, pairs, _ = shape
        image, row, pair, value = strides
        return count, pairs // 2, rows, image, row, pair == 2 * size and value == size
    if len(shape) == 3 and shape[2] % channels == 0:
        count, rows, values = shape
        image, row, value = strides
        return count, values // channels, rows, image, row, values == 1 or value == size
    return None


def _size(parsed, planes):
    """The size of the images whose planes these are."""
    counts = {one[0] for one in parsed}
    for one, plane in zip(parsed, planes):
        if plane["subsampling"] == [1, 1]:
            width, height = one[1], one[2]
            break
    else:
        width = parsed[0][1] * planes[0]["subsampling"][0]
        height = parsed[0][2] * planes[0]["subsampling"][1]
    fits = all((one[1], one[2]) == plane_size(plane, width, height) for one, plane in zip(parsed, planes))
    return (width, height) if fits and len(counts) == 1 else None


def _apart(array, format_, path):
    """The planes of one array that holds them below one another, as decoders and OpenCV keep them: [rows of all planes, width]."""
    planes, size = format_["planes"], SIZES[format_["dtype"]]
    shape, strides = array.shape, array.strides
    if len(shape) not in (2, 3):
        names = ", ".join(plane["name"] for plane in planes)
        raise expected(f"a tuple of {len(planes)} planes ({names})", path, f"an array of {describe(list(shape))}")
    rows, width = shape[-2:]
    row, column = strides[-2:]
    # Rows of the width that the planes take, for each row of the image.
    share = sum(plane["channels"] / (plane["subsampling"][0] * plane["subsampling"][1]) for plane in planes)
    height = round(rows / share)
    made, offsets, at = [], [], 0
    for plane in planes:
        columns, lines = plane_size(plane, width, height)
        values = columns * plane["channels"]
        pitch = row if values == width else values * size
        made.append(
            Array(tuple(shape[:-2]) + (lines, values), tuple(strides[:-2]) + (pitch, column), array.dtype, None)
        )
        offsets.append(at)
        at += lines * pitch
    fits = at == rows * row and all(array_.shape[-1] == width or row == width * size for array_ in made)
    even = all(width % plane["subsampling"][0] == 0 and height % plane["subsampling"][1] == 0 for plane in planes)
    if not fits or not even:
        names = ", ".join(plane["name"] for plane in planes)
        hint = f"Give its planes as a tuple ({names})."
        raise expected("an array with all planes below one another", path, describe(list(shape)), hint)
    return made, offsets

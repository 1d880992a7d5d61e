"""The argument block of a kernel: cuweave's runtime/call/packing.ts in Python."""

import struct

from .errors import ArgumentError, LibraryError, expected, number_text
from .formats import MAX_SIZE
from .images import Image
from .values import INTEGERS, LANES, Context, pack, value_of_image


def with_colours(sizes, origins, images):
    """Images between kernels mean the colours of those that they are made of, and are to be turned as they were."""
    return [
        Image(width, height, image.colour, image.bit_depth, image.orientation, origin)
        for (width, height), origin, image in zip(sizes, origins, images)
    ]


class Filled:
    """What the arguments of a call lead to: both blocks but for the addresses, and by image the output's size."""

    __slots__ = ("args", "images", "sizes", "origins", "covered")

    def __init__(self, args, images, sizes, origins, covered):
        self.args = args
        self.images = images
        self.sizes = sizes
        #: The size before the last geometric stage, by image.
        self.origins = origins
        #: Input pixels that one output pixel covers, across and down, by image.
        self.covered = covered


class Kernel:
    """One kernel's parameters, checked and packed."""

    def __init__(self, entry, sizes, scales):
        self.entry = entry
        self.name = entry["name"]
        self.sizes = sizes
        self.scales = scales
        self.beside = entry.get("images", [])
        self._fixed = {}
        for param in entry["params"]:
            numbers = _fixed_numbers(param)
            if numbers is not None:
                self._fixed[param["stage"], param["name"]] = numbers
        geometric = {stage["stage"] for stage in entry["geometry"]}
        self._asked = [
            param
            for param in entry["params"]
            if param["stage"] not in geometric and (param["stage"], param["name"]) not in self._fixed
        ]
        #: Formats in the order in which the descriptor has their planes: source, sinks, images beside.
        self.groups = [entry["source"]] + entry["sinks"] + list(self._inputs().values())
        self.pointers = sum(len(format_["planes"]) for format_ in self.groups)

    def _inputs(self):
        inputs = {}
        for image in self.beside:
            inputs.setdefault(image["open"], image["format"])
        return inputs

    @property
    def open_inputs(self):
        """The names of images beside the source, in the order of `groups`."""
        return list(self._inputs())

    def fill(self, images, options, beside):
        """Checks the options and fills in everything but the planes."""
        entry = self.entry
        size, count = entry["image"]["size"], len(images)
        args = bytearray(entry["args"]["size"])
        described = bytearray(size * count)
        # { uint32_t size; int32_t count; const image* images; }: the address is the block's own.
        struct.pack_into("<Ii", args, 0, entry["args"]["size"], count)
        for param in entry["params"]:
            numbers = self._fixed.get((param["stage"], param["name"]))
            if numbers is None:
                continue
            if param["block"] == "args":
                _write(args, 0, param, numbers)
            else:
                for n in range(count):
                    _write(described, n * size, param, numbers)
        sizes, origins, covered = [], [], []
        for n, image in enumerate(images):
            after, origin, scale = self._fill_image(n, image, count, options, beside, args, described)
            sizes.append(after)
            origins.append(origin)
            covered.append(scale)
        return Filled(args, described, sizes, origins, covered)

    def _fill_image(self, n, image, count, options, beside, args, described):
        entry = self.entry
        at = n * entry["image"]["size"]
        size, origin, scale = image.size, image.size, (1, 1)

        def write(param, read, src):
            numbers = _pack(param, options, n, count, read, src)
            if param["block"] == "image":
                _write(described, at, param, numbers)
            elif n == 0:
                _write(args, 0, param, numbers)
            else:
                _require_same(args, param, numbers)
            return numbers

        self._write_size(described, at, 0, size)
        for param in self._asked:
            read = image if "image" not in param else beside_of(beside, self.beside[param["image"]], n)
            write(param, read, None)
        self._check_beside(beside, 0, size, n, count)
        for g, stage in enumerate(entry["geometry"]):
            name, src, origin = stage["stage"], size, size
            params = {}
            for param in entry["params"]:
                if param["stage"] == name:
                    fixed = self._fixed.get((name, param["name"]))
                    params[param["name"]] = write(param, image, src) if fixed is None else fixed
            for read in self.beside:
                if read["stage"] == name:
                    params[read["name"]] = list(beside_of(beside, read, n).size)
            if stage["resizes"]:
                size = self._size_after(name, params, src, n, count)
            if name in self.scales:
                dst = size
                x, y = _computed(name, lambda: self.scales[name](params, src, dst))
                scale = (scale[0] * x, scale[1] * y)
                if "maxScale" in stage:
                    _check_scale(stage, max(scale), n, count)
            self._write_size(described, at, g + 1, size)
            self._check_beside(beside, g + 1, size, n, count)
        return size, origin, scale

    def size_of(self, image, options, beside):
        """The output's size and that before the last geometric stage: no more options are looked at than they follow from."""
        size = origin = image.size
        for stage in self.entry["geometry"]:
            name, src, origin = stage["stage"], size, size
            if not stage["resizes"]:
                continue
            params = _Given()
            for read in self.beside:
                if read["stage"] == name:
                    params[read["name"]] = list(beside_of(beside, read, 0).size)
            for param in self.entry["params"]:
                if param["stage"] == name and "open" in param and options.get(param["open"]) is None:
                    params.missing[param["name"]] = param
                elif param["stage"] == name:
                    fixed = self._fixed.get((name, param["name"]))
                    params[param["name"]] = _pack(param, options, 0, 1, image, src) if fixed is None else fixed
            size = self._size_after(name, params, src, 0, 1)
        return size, origin

    def _write_size(self, described, at, number, size):
        struct.pack_into("<ii", described, at + self.entry["image"]["sizes"] + 8 * number, *size)

    def _check_beside(self, beside, at, size, n, count):
        """Images that are read where an image has this size have it, too."""
        for read in self.beside:
            if read["at"] != at:
                continue
            given = beside_of(beside, read, n)
            if given.size == size:
                continue
            is_each = len(beside[read["open"]]) > 1
            raise expected(
                f"{size[0]}×{size[1]}{'' if is_each or count == 1 else f' for image {n}'}",
                f"the size of options.{read['open']}{f'[{n}]' if is_each else ''}",
                f"{given.width}×{given.height}",
                f"{read['stage']} reads it pixel by pixel: it has the size of the image there.",
            )

    def _size_after(self, stage, params, src, n, count):
        size = _computed(stage, lambda: self.sizes[stage](params, src))
        if all(value == int(value) and 1 <= value <= MAX_SIZE for value in size):
            return int(size[0]), int(size[1])
        which = "" if count == 1 else f" of image {n}"
        names = [
            f"options.{param['open']}" for param in self.entry["params"] if param["stage"] == stage and "open" in param
        ]
        raise expected(
            f"1 to {MAX_SIZE} pixels each way",
            f"the size{which} after {stage}",
            f"{number_text(size[0])}×{number_text(size[1])} from an image of {src[0]}×{src[1]}",
            f"It follows from {', '.join(names)}." if names else "",
        )


class _Given(dict):
    """A stage's parameters; a size may follow from some of them."""

    def __init__(self):
        self.missing = {}

    def __missing__(self, name):
        raise _none(self.missing[name])


def beside_of(beside, image, n):
    """The one of the images beside the source that image `n` of the batch is read beside."""
    images = beside[image["open"]]
    return images[0 if len(images) == 1 else n]


def _computed(stage, work):
    """What a stage's function gives; it fails where it is given other parameters than it was written for."""
    try:
        return work()
    except ArgumentError:
        raise
    except (KeyError, IndexError, TypeError, ValueError, ArithmeticError) as error:
        raise LibraryError(
            f"The size or scale of {stage} cannot be computed: {error!r}. Run cuweave build again."
        ) from error


def _check_scale(stage, scale, n, count):
    if scale <= stage["maxScale"]:
        return
    most = number_text(stage["maxScale"])
    raise expected(
        f"at most {most} pixels of the input for one of the output (what the filter {stage['filter']} covers)",
        f"the scale of {stage['stage']}{'' if count == 1 else f' for image {n}'}",
        number_text(round(scale, 2)),
        "Shrink in two steps.",
    )


def path_of(param):
    """Where a parameter's value is given."""
    return f"options.{param['open']}" if "open" in param else f"{param['stage']}.{param['name']}"


def _fixed_numbers(param):
    if "open" in param or "origin" in param or param["kind"] == "rect" or _asks_image(param):
        return None
    if param["per"] == "image" and isinstance(param["settled"], list):
        return None
    context = Context(path_of(param), param, param.get("bitDepth"), _channels(param))
    return pack(param["kind"], param["settled"], context)


# What the author settled is the same for every image; 'auto' is what each image says, and so are the bits of a full range.
def _asks_image(param):
    settled = param["settled"]
    if param["kind"] == "orientation":
        return settled == "auto"
    if param["kind"] != "yuvToRgb":
        return False
    given = list(settled.values()) if isinstance(settled, dict) else settled
    return "auto" in given or ("full" in given and "bitDepth" not in param)


def _channels(param):
    return param["lanes"] // LANES[param["kind"]] if param["per"] == "channel" else None


def _pack(param, options, n, count, image, src):
    if "origin" in param:
        return [image.origin[0 if param["origin"] == "width" else 1]]
    given = param.get("settled")
    if "open" in param:
        given = options.get(param["open"])
        if given is None:
            raise _none(param)
    value, path = value_of_image(param, given, n, count, path_of(param))
    bit_depth = param.get("bitDepth")
    if bit_depth is None and param["kind"] == "yuvToRgb":
        bit_depth = image.bit_depth
    context = Context(path, param, bit_depth, _channels(param), image.colour, image.orientation, src)
    return pack(param["kind"], value, context)


def _none(param):
    hint = f"The pipeline leaves {param['stage']}.{param['name']} to the caller."
    return expected("a value", f"options.{param['open']}", "none", hint)


# A value of the whole call that came out differently for a later image: colours taken from the images.
def _require_same(args, param, numbers):
    before = struct.unpack_from(_layout(param), args, param["offset"])
    if list(before) != list(numbers):
        raise expected("one value for all images", path_of(param), "values that differ from image to image")


def _layout(param):
    return f"<{param['lanes']}{'i' if param['kind'] in INTEGERS else 'f'}"


def _write(block, base, param, numbers):
    if len(numbers) != param["lanes"]:
        raise expected(f"{param['lanes']} numbers", path_of(param), str(len(numbers)))
    struct.pack_into(_layout(param), block, base + param["offset"], *numbers)


def resampling_cost(between, output, covered, radius):
    """What a resampling costs in one kernel and in two, in taps: cuweave's native/resamplingCost.ts."""
    across, down = (2 * radius * max(scale, 1) for scale in covered)
    pixels, first = output[0] * output[1], between[0] * between[1]
    # A pixel of the image between two kernels costs as much as four taps.
    return across * down * pixels, (across + 4) * first + down * pixels

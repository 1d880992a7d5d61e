"""A pipeline as callers see it: cuweave's runtime/call/pipeline.ts in Python."""

import keyword
import sys
from array import array
from collections import namedtuple
from collections.abc import Mapping
from types import MappingProxyType

from .arrays import Array, dense_strides, known
from .errors import describe, expected, require_known
from .formats import MAX_IMAGES, SIZES, channel_count, plane_size
from .images import Image, arrays_of, bind, bind_arrays, grouped, keys_of, look
from .kernel import Kernel, resampling_cost, with_colours
from .plan import Launch, Place, Plan, Scratch
from .values import is_number, items_of, per_image

#: What a call takes beside the pipeline's options.
_CALL = ("out", "stream")
#: Shapes and options that are remembered: what one of them needs is checked once.
_MOST_PLANS = 64
_COLOUR = ("matrix", "range", "bitDepth", "primaries", "transfer", "source")

#: All pipelines, by the names that their operators in torch have.
by_torch_name = {}

Size = namedtuple("Size", "width height")
#: An option of a pipeline: what kind of value it is, whether there may be one per image, and for which stages it is.
Option = namedtuple("Option", "kind per stages bounds")


def python_name(name):
    """A name that Python takes for an argument: `from` is `from_`."""
    return f"{name}_" if keyword.iskeyword(name) or name in _CALL else name


class Pipeline:
    """A built pipeline: call it with images and options."""

    def __init__(self, library, entry, sizes, scales):
        self._library = library
        self._entry = entry
        self.name = self.__name__ = entry["name"]
        self.__doc__ = "\n\n".join(text for text in (entry["doc"].strip(), entry["chain"]) if text)
        self._steps = entry["steps"] if "steps" in entry else [{"kernel": entry}]
        self._kernels = [Kernel(step["kernel"], sizes, scales) for step in self._steps]
        self._halves = [
            [Kernel(kernel, sizes, scales) for kernel in step["halves"]["kernels"]] if "halves" in step else None
            for step in self._steps
        ]
        #: The format of the images that it takes.
        self.source = self._steps[0]["kernel"]["source"]["name"]
        self._source = self._steps[0]["kernel"]["source"]
        written = [
            (sink["output"], n, sink)
            for n, step in enumerate(self._steps)
            for sink in step["kernel"]["sinks"]
            if "output" in sink
        ]
        if "results" in entry:
            written.sort(key=lambda result: entry["results"].index(result[0]))
        self._results = written
        self._is_named = written[0][0] != ""
        names = [python_name(name) for name, _, _ in written]
        self._made = namedtuple("Results", names, rename=True) if self._is_named else None
        params = [param for step in self._steps for param in step["kernel"]["params"]]
        self._open = [param for param in params if "open" in param]
        self._images = {}
        for step in self._steps:
            for image in step["kernel"].get("images", []):
                self._images.setdefault(image["open"], image)
        self._names = list(dict.fromkeys([*self._images, *(param["open"] for param in self._open)]))
        self._renamed = {python_name(name): name for name in self._names if python_name(name) != name}
        # A pipeline may have options of these names: then it is these that are given.
        self._own = [name for name in ("colour", "orientation") if name in self._names]
        # The caller's description of the colours of YUV beside the source.
        self._colours = {
            f"{name}_colour": name
            for name, image in self._images.items()
            if image["format"]["colour"] == "yuv" and f"{name}_colour" not in self._names
        }
        self._plans = {}
        # What tracing by torch asks for.
        self.torch_name = f"{entry['name']}_{library.sha256[:12]}".replace("$", "_")
        by_torch_name[self.torch_name] = self
        self.image_names = tuple(self._images)
        self.results_type = self._made
        self.result_kinds = [
            (1, None) if "layout" in sink else (len(sink["planes"]), _planes(sink)) for _, _, sink in written
        ]

    def __repr__(self):
        return f"<pipeline {self.name}: {self._entry['chain']}>"

    @property
    def results(self):
        """The names of its results; empty where there is one without a name."""
        return tuple(name for name, _, _ in self._results) if self._is_named else ()

    @property
    def options(self):
        """What the pipeline leaves to the caller, by name."""
        found = {name: Option("image", "image", (image["stage"],), None) for name, image in self._images.items()}
        for param in self._open:
            name, before = param["open"], found.get(param["open"])
            stages = dict.fromkeys((*(before.stages if before else ()), param["stage"]))
            found[name] = Option(param["kind"], param["per"], tuple(stages), param.get("bounds"))
        return MappingProxyType(found)

    @property
    def settled(self):
        """What the pipeline's author settled, by stage and parameter."""
        params = [param for step in self._steps for param in step["kernel"]["params"]]
        return MappingProxyType(
            {f"{param['stage']}.{param['name']}": param["settled"] for param in params if "settled" in param}
        )

    def output_size(self, width, height, /, *, orientation=None, **options):
        """The size of what comes out for an image of this one; of several results a named tuple of sizes.

        Options are looked at where the size follows from them. Of images that operators read beside the source an array is
        taken, or the pair of its width and height.
        """
        options, _ = self._beside_colours(self._own_options(options, None, orientation))
        require_known(options, self._names, "options", f"an option of {self.name}")
        for side, value in (("width", width), ("height", height)):
            if not is_number(value) or value != int(value) or not 1 <= value <= MAX_IMAGES:
                raise expected(f"a whole number from 1 to {MAX_IMAGES}", side, describe(value))
        images = [Image(int(width), int(height), None, 8, orientation)]
        beside = {}
        for name in self._images:
            given = options.get(name)
            if given is None:
                continue
            if isinstance(given, tuple) and len(given) == 2 and all(is_number(value) for value in given):
                beside[name] = [Image(*given)]
            else:
                path = f"options.{name}"
                beside[name] = bind(look(given, path, [])[1], self._images[name]["format"], path).images
        sizes, origins = [], []
        for step, kernel in zip(self._steps, self._kernels):
            reads = step.get("reads")
            before = images if reads is None else with_colours([sizes[reads]], [origins[reads]], images)
            self._require_beside(kernel, beside)
            size, origin = kernel.size_of(before[0], options, beside)
            sizes.append(size)
            origins.append(origin)
        found = [Size(*sizes[step]) for _, step, _ in self._results]
        return self._made(*found) if self._is_named else found[0]

    def _require_beside(self, kernel, beside):
        resizing = {stage["stage"] for stage in kernel.entry["geometry"] if stage["resizes"]}
        for image in kernel.beside:
            if image["stage"] in resizing and image["open"] not in beside:
                raise expected("an image, or the pair of its width and height", f"options.{image['open']}", "none")

    def __call__(self, input, /, *, out=None, stream=None, colour=None, orientation=None, **options):
        """Runs the pipeline on all images at once.

        `input` is an array of one image or of several, a tuple of planes, or a list of these, whose sizes may differ. On a GPU the
        kernels are enqueued on the current stream of the arrays' library, or on `stream`; in host memory they are done when this
        returns. The result is an array of the same library; `out` is memory for it, and is given back.
        """
        if is_traced():
            from .compiled import traced

            return traced(self, input, out, stream, colour, orientation, options)
        return self._run(input, out, stream, colour, orientation, options, False)

    def each(self, input, /, *, out=None, stream=None, colour=None, orientation=None, **options):
        """The same with a result for each image, in a list: results may differ in size."""
        return self._run(input, out, stream, colour, orientation, options, True)

    def _own_options(self, options, colour, orientation):
        if self._renamed:
            options = {self._renamed.get(name, name): value for name, value in options.items()}
        for name, value in (("colour", colour), ("orientation", orientation)):
            if value is not None and name in self._own:
                options[name] = value
        return options

    def _run(self, given, out, stream, colour, orientation, options, is_each):
        library = known.get(type(given))
        if library is not None and library.is_direct:
            pointer, one = library.look(given)
            pointers, key, kept = [pointer], (0, (one,)), [given]
        else:
            kept = []
            pointers, key = look(given, "input", kept)
        images, outs, colours = (), None, None
        if self._renamed or self._own:
            options = self._own_options(options, colour, orientation)
        if self._colours:
            options, colours = self._beside_colours(options)
        if options and self._images:
            pointers, images = self._look_beside(options, pointers, kept)
        if out is not None:
            library = None if self._is_named else known.get(type(out))
            if library is not None and library.is_direct:
                pointer, one = library.look(out)
                pointers.append(pointer)
                kept.append(out)
                outs = ((0, (one,)),)
            else:
                pointers, outs = self._look_outs(out, pointers, kept)
        try:
            said = (
                freeze(options) if options else None,
                None if colour is None else freeze(colour),
                None if orientation is None else freeze(orientation),
                None if colours is None else freeze(colours),
            )
            whole = (key, images, outs, said, is_each)
            plan = self._plans.get(whole)
        except TypeError:
            # Something in it cannot be compared: then it is looked at anew every time.
            whole = plan = None
        if plan is None:
            plan = self._prepare(key, images, outs, options, (colour, orientation, colours), is_each)
            if whole is not None:
                for oldest in list(self._plans)[: max(0, len(self._plans) + 1 - _MOST_PLANS)]:
                    self._plans.pop(oldest, None)
                self._plans[whole] = plan
        maker, device = plan.maker, plan.device
        if device is None:
            number = None
            if stream is not None:
                raise expected("no stream", "stream", describe(stream), "The arrays are in host memory.")
        else:
            number = maker.current_stream(device) if stream is None else stream_number(stream)
        if plan.writes or plan.masks:
            plan.check(pointers)
        made = None
        if out is None:
            made = [maker.empty(shape, code, device, number) for shape, code in plan.made]
            pointers = pointers + [maker.address(array) for array in made]
            kept += made
        if device is None:
            plan.run_host(pointers, kept)
        else:
            plan.run_cuda(pointers, kept, maker, number)
        if made is None:
            return out
        return plan.given([maker.finished(array) for array in made])

    def plan_of(self, given, options, colour, orientation):
        """The plan of a call whose arrays are keys of theirs."""
        options, colours = self._beside_colours(self._own_options(options, colour, orientation))
        beside = [
            (name, grouped(options[name]), isinstance(options[name], list)) for name in self._images if name in options
        ]
        options.update({name: True for name, _, _ in beside})
        return self._prepare(grouped(given), tuple(beside), None, options, (colour, orientation, colours), False)

    def _beside_colours(self, options):
        """The options, and apart from them what the caller says of the colours of images beside the source."""
        colours = {self._colours[name]: value for name, value in options.items() if name in self._colours}
        return {name: value for name, value in options.items() if name not in self._colours}, colours or None

    def _look_beside(self, options, pointers, kept):
        keys = []
        for name in self._images:
            one = options.get(name)
            if one is None:
                continue
            found, key = look(one, f"options.{name}", kept)
            pointers = pointers + found
            keys.append((name, key, isinstance(one, list)))
            # What is left of it is no part of a key.
            options[name] = True
        return pointers, tuple(keys)

    def _look_outs(self, out, pointers, kept):
        keys = []
        for path, one in self._outs_of(out):
            found, key = look(one, path, kept)
            pointers = pointers + found
            keys.append(key)
        return pointers, tuple(keys)

    def _outs_of(self, out):
        """What `out` has for each result, with where that is."""
        if not self._is_named:
            return [("out", out)]
        names = [name for name, _, _ in self._results]
        wanted = f"{{ {', '.join(names)} }}"
        if isinstance(out, tuple) and len(out) == len(names):
            out = dict(zip(names, out))
        if not isinstance(out, Mapping):
            raise expected(wanted, "out", describe(out))
        for name in names:
            if name not in out:
                raise expected(wanted, "out", f"none for {name}")
        for name in out:
            if name not in names:
                raise expected(wanted, "out", f"'{name}', too")
        return [(f"out.{name}", out[name]) for name in names]

    def _prepare(self, key, beside_keys, outs, options, said, is_each):
        """Checks everything that does not depend on where the arrays lie."""
        colour, orientation, colours = said
        bound = bind(key, self._source, "input")
        arrays = arrays_of(key)
        device = arrays[0].device
        _require_device(arrays, device, "input", len(arrays) > 1)
        images = self._described(bound.images, colour, orientation)
        if bound.is_single or (key[0] == 0 and len(images) == 1):
            images = images * self._count(options, beside_keys)
        is_single = bound.is_single and len(images) == 1
        require_known(options, self._names, "options", f"an option of {self.name}")
        places = [Place("input", 0, len(arrays), bound, self._source)]
        beside, besides, total = {}, {}, len(arrays)
        for name, image_key, is_list in beside_keys:
            path = f"options.{name}"
            found = bind(image_key, self._images[name]["format"], path)
            own = arrays_of(image_key)
            _require_device(own, device, path, is_list)
            if len(found.images) != len(images) and (len(found.images) != 1 or is_list):
                what = "one image" if len(images) == 1 else f"one image, or {len(images)} (one for each of the input)"
                raise expected(what, path, str(len(found.images)))
            if colours is not None and name in colours:
                found.images = _coloured(found.images, colours[name], f"{name}_colour")
            beside[name], besides[name] = found.images, (found, total)
            places.append(Place(path, total, len(own), found, self._images[name]["format"]))
            arrays += own
            total += len(own)
        for name, image in self._images.items():
            if name not in beside:
                hint = (
                    f"{image['stage']}.{image['name']} is an image in {image['format']['name']}, for all images of the call "
                    "or one for each."
                )
                raise expected("an image", f"options.{name}", "none", hint)
        filled, halves, sizes = self._fill(images, options, beside)
        made, bounds, shaper = self._results_of(sizes, is_single, is_each, outs is None, len(images))
        writes = []
        if outs is not None:
            made, bounds, first = [], [], total
            for r, out_key in enumerate(outs):
                found, own = self._bind_out(r, out_key, sizes, images, device)
                writes.append(Place(self._out_path(r), first, len(own), found, self._results[r][2]))
                bounds.append((found, first))
                arrays += own
                first += len(own)
        else:
            bounds = [(found, total + first) for found, first in bounds]
        for written in writes:
            if not written.is_several:
                written.require_apart([0] * (written.last + 1))
        count = total + (len(made) if outs is None else sum(len(keys_of(out_key)) for out_key in outs))
        launches, scratch = self._launches(filled, halves, images, bound, besides, bounds, count)
        masks = [
            (n, SIZES[own.dtype] - 1, place.path)
            for place in places + writes
            for n, own in enumerate(arrays)
            if place.first <= n < place.last and SIZES[own.dtype] > 1
        ]
        keys = [one for given in (key, *(image_key for _, image_key, _ in beside_keys)) for one in keys_of(given)]
        waits = [stream for stream in (one[0].produced_on(one) for one in keys) if stream is not None]
        plan = Plan(self.name, self._library, device, launches, scratch.bytes, masks, places, writes, made, waits)
        libraries = [one[0] for one in keys] + [one[0] for out_key in outs or () for one in keys_of(out_key)]
        plan.maker = _maker(libraries)
        plan.is_mixed = any(library is not plan.maker for library in libraries)
        plan.given = shaper
        return plan

    def _described(self, images, colour, orientation):
        """The images with the caller's descriptions."""
        described = _coloured(images, colour if "colour" not in self._own else None, "colour")
        turns = _per_image(orientation if "orientation" not in self._own else None, len(images), "orientation")
        for image, turn in zip(described, turns):
            image.orientation = turn
        return described

    def _count(self, options, beside_keys):
        """As often as there are values for an image that stands alone."""
        count = 1
        for _, key, is_list in beside_keys:
            shape = key[0]
            if is_list:
                count = max(count, len(keys_of(key)) if shape is None else len(shape))
        for param in self._open:
            name = param["open"]
            values = per_image(param, options[name]) if options.get(name) is not None else None
            if values is None:
                continue
            if len(values) > MAX_IMAGES:
                raise expected(f"up to {MAX_IMAGES} values", f"options.{name}", f"an array of {len(values)}")
            count = max(count, len(values))
        return count

    def _fill(self, images, options, beside):
        filled, halves, sizes = [], [], []
        for n, step in enumerate(self._steps):
            coming = images
            if "reads" in step:
                read = filled[step["reads"]]
                coming = with_colours(read.sizes, read.origins, images)
            whole = self._kernels[n].fill(coming, options, beside)
            filled.append(whole)
            halves.append(self._halved(n, coming, options, beside, whole))
            sizes.append(whole.sizes)
        return filled, halves, sizes

    def _halved(self, n, images, options, beside, whole):
        """Both kernels of a step that two do cheaper than one."""
        if self._halves[n] is None:
            return None
        across, down = self._halves[n]
        radius = self._steps[n]["halves"]["radius"]
        first = across.fill(images, options, beside)
        costs = [
            resampling_cost(between, output, covered, radius)
            for between, output, covered in zip(first.sizes, whole.sizes, whole.covered)
        ]
        if sum(two for _, two in costs) >= sum(one for one, _ in costs):
            return None
        between = with_colours(first.sizes, first.origins, images)
        return first, down.fill(between, options, beside), between

    def _results_of(self, sizes, is_single, is_each, is_made, count):
        """The arrays that results are made of, where their images are in these, and what puts them together."""
        made, bounds, shapers = [], [], []
        for name, step, sink in self._results:
            own, is_layout = sizes[step], "layout" in sink
            apart = is_each or (not is_layout and any(size != own[0] for size in own))
            if is_made and is_layout and not is_each:
                self._require_one_size(name, own)
            groups = own if apart else own[:1]
            lead = () if apart or is_single else (count,)
            shapes = [_shapes(sink, size, lead) for size in groups]
            first, per = len(made), len(shapes[0])
            made += [(shape, sink["dtype"]) for group in shapes for shape in group]
            if is_made:
                grouped = (None if is_layout else (per,) * len(groups)) if apart else (0 if is_layout else per)
                arrays = [
                    Array(shape, dense_strides(shape, SIZES[sink["dtype"]]), sink["dtype"], None)
                    for group in shapes
                    for shape in group
                ]
                bounds.append((bind_arrays(grouped, arrays, sink, "out"), first))
            shapers.append((first, per, len(groups), None if is_layout else _planes(sink), apart))

        def given(arrays):
            values = []
            for first, per, groups, planes, apart in shapers:
                each = [
                    arrays[first + g] if planes is None else planes(*arrays[first + g * per : first + (g + 1) * per])
                    for g in range(groups)
                ]
                values.append(each if apart else each[0])
            return self._made(*values) if self._is_named else values[0]

        return made, bounds, given

    def _require_one_size(self, name, sizes):
        other = next((n for n, size in enumerate(sizes) if size != sizes[0]), None)
        if other is None:
            return
        which = f"outputs '{name}'" if name else "outputs"
        (a, b), (c, d) = sizes[0], sizes[other]
        raise expected(
            "outputs of one size",
            "input",
            f"images whose {which} are {a}×{b} (image 0) and {c}×{d} (image {other})",
            f"Use {self.name}.each, which gives an array for each image.",
        )

    def _out_path(self, r):
        return f"out.{self._results[r][0]}" if self._is_named else "out"

    def _bind_out(self, r, key, sizes, images, device):
        path = self._out_path(r)
        _, step, sink = self._results[r]
        found, arrays = bind(key, sink, path), arrays_of(key)
        is_list = key[0] is None or isinstance(key[0], tuple)
        if len(found.images) != len(images):
            what = "the number of outputs" if not self._is_named else f"the number of images in {path}"
            raise expected(f"{len(images)} (as many as input)", what, str(len(found.images)))
        _require_device(arrays, device, path, is_list)
        for one in arrays:
            if one.read_only:
                raise expected("an array that may be written", path, "one that is read-only")
        for n, (image, size) in enumerate(zip(found.images, sizes[step])):
            if image.size != size:
                at = f"{path}[{n}]" if is_list else path
                raise expected(f"{size[0]}×{size[1]}", f"the size of {at}", f"{image.width}×{image.height}")
        return found, arrays

    def _launches(self, filled, halves, images, bound, besides, bounds, scratch_at):
        scratch, between, launches = Scratch(), {}, []
        numbers = {name: r for r, (name, _, _) in enumerate(self._results)}

        def groups(kernel, source, sinks):
            return [source, *sinks, *(besides[name] for name in kernel.open_inputs)]

        for n, step in enumerate(self._steps):
            source = (bound, 0) if "reads" not in step else (between[step["reads"]], scratch_at)
            sinks = []
            for sink in step["kernel"]["sinks"]:
                if "output" in sink:
                    sinks.append(bounds[numbers[sink["output"]]])
                else:
                    between[n] = scratch.add(sink, with_colours(filled[n].sizes, filled[n].origins, images))
                    sinks.append((between[n], scratch_at))
            if halves[n] is None:
                kernel = self._kernels[n]
                launches.append(Launch(kernel, filled[n], groups(kernel, source, sinks)))
                continue
            (across, down), (first, second, coming) = self._halves[n], halves[n]
            middle = (scratch.add(across.entry["sinks"][0], coming), scratch_at)
            launches.append(Launch(across, first, groups(across, source, [middle])))
            launches.append(Launch(down, second, groups(down, middle, sinks)))
        return launches, scratch


def _maker(libraries):
    """The library whose current stream and memory a call takes: the input's, or the first one that has a current stream."""
    if libraries[0].is_direct:
        return libraries[0]
    return next((library for library in libraries if library.is_direct and library.name != "numpy"), libraries[0])


def _shapes(sink, size, lead):
    """The shapes of a result's arrays: of one with a layout, or of each plane."""
    width, height = size
    if sink.get("layout") == "NHWC":
        return [(*lead, height, width, channel_count(sink))]
    if sink.get("layout") == "NCHW":
        return [(*lead, channel_count(sink), height, width)]
    shapes = []
    for plane in sink["planes"]:
        columns, rows = plane_size(plane, width, height)
        shapes.append((*lead, rows, columns, plane["channels"]) if plane["channels"] > 1 else (*lead, rows, columns))
    return shapes


def _planes(sink):
    """A named tuple of an image's planes."""
    return namedtuple("Planes", [python_name(plane["name"]) for plane in sink["planes"]], rename=True)


def _require_device(arrays, device, path, is_list):
    for n, one in enumerate(arrays):
        if one.device != device:
            at = f"{path}[{n}]" if is_list else path
            raise expected(f"something on {_device_name(device)}", at, f"something on {_device_name(one.device)}")


def _device_name(device):
    return "cpu" if device is None else f"cuda:{device}"


def _per_image(given, count, path):
    """The caller's description of each image: a list has one for each."""
    if not isinstance(given, list):
        return [given] * count
    if len(given) != count:
        raise expected(f"one value, or a list of {count} (one per image)", path, f"a list of {len(given)}")
    return given


def _coloured(images, given, path):
    """Images of their own, with what the caller says of their colours."""
    described = []
    for n, (image, colour) in enumerate(zip(images, _per_image(given, len(images), path))):
        said = _colour(colour, f"{path}[{n}]" if isinstance(given, list) else path)
        bits = image.bit_depth if said is None else said.get("bitDepth", image.bit_depth)
        described.append(Image(image.width, image.height, said, bits))
    return described


def _colour(given, path):
    """An image's description of its colours: a pair of matrix and range, or more by name."""
    if given is None:
        return None
    if isinstance(given, tuple) and len(given) == 2:
        return {"matrix": given[0], "range": given[1]}
    if not isinstance(given, Mapping):
        raise expected("a pair (matrix, range) or { matrix, range, bitDepth }", path, describe(given))
    require_known(given, _COLOUR, path)
    bits = given.get("bitDepth")
    if bits is not None and (not is_number(bits) or bits != int(bits) or not 8 <= bits <= 16):
        raise expected("a whole number from 8 to 16", f"{path}.bitDepth", describe(bits))
    return {name: value for name, value in given.items() if value is not None}


def is_traced():
    """Whether torch is tracing."""
    compiler = getattr(sys.modules.get("torch"), "compiler", None)
    return compiler is not None and compiler.is_compiling()


def stream_number(stream):
    """A stream's handle: of torch, of cupy, by `__cuda_stream__`, or a number."""
    if hasattr(stream, "__cuda_stream__"):
        return int(stream.__cuda_stream__()[1])
    for member in ("cuda_stream", "ptr"):
        if hasattr(stream, member):
            return int(getattr(stream, member))
    if isinstance(stream, int) and not isinstance(stream, bool):
        return stream
    raise expected("a stream of torch or cupy, one with __cuda_stream__, or its handle", "stream", describe(stream))


def freeze(value):
    """Options as a key. @throws TypeError where they have no key."""
    kind = type(value)
    if value is None or kind is str:
        return value
    if kind is dict:
        return tuple([(name, freeze(item)) for name, item in value.items()])
    if kind is list or kind is tuple:
        try:
            # Bytes tell zeros by their signs.
            return kind, array("d", value).tobytes()
        except TypeError:
            return kind, tuple([freeze(item) for item in value])
    # A truth value is no number here, and a zero has a sign.
    if kind is int or kind is float or kind is bool:
        return (kind, repr(value)) if value == 0 else (kind, value)
    if hasattr(value, "tobytes") and hasattr(value, "shape"):
        return kind, value.shape, str(value.dtype), value.tobytes()
    if items_of(value) is not None:
        return kind, freeze(items_of(value))
    raise TypeError(f"no key of {kind}")

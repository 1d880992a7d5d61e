"""A call whose arguments were checked: what is left to do for other arrays of the same shapes is to write down their addresses."""

import ctypes
from array import array

from . import threads
from .errors import CuweaveError, expected
from .formats import SIZES, plane_size

ROW_ALIGNMENT = 256


class Place:
    """The arrays of an input or output among all of a call's, and the stretches of bytes that its images take in each."""

    __slots__ = ("path", "first", "last", "size", "spans", "low", "high", "is_several")

    def __init__(self, path, first, number, bound, format_):
        self.path = path
        self.first, self.last = first, first + number
        self.size = SIZES[format_["dtype"]]
        self.spans = []
        for plane, where in zip(format_["planes"], bound.planes):
            for (n, offset, pitch), image in zip(where, bound.images):
                columns, rows = plane_size(plane, image.width, image.height)
                end = offset + pitch * (rows - 1) + columns * plane["channels"] * self.size
                self.spans.append((first + n, offset, end))
        self.low = min(begin for _, begin, _ in self.spans)
        self.high = max(end for _, _, end in self.spans)
        self.is_several = number > 1

    def hull(self, pointers):
        """The stretch of memory that all of it lies in."""
        if self.is_several:
            own = pointers[self.first : self.last]
            return min(own) + self.low, max(own) + self.high
        pointer = pointers[self.first]
        return pointer + self.low, pointer + self.high

    def stretches(self, pointers):
        """The stretches of bytes, by address."""
        return sorted((pointers[n] + begin, pointers[n] + end) for n, begin, end in self.spans)

    def require_apart(self, pointers):
        """Refuses an output whose images lie on one another."""
        stretches = self.stretches(pointers)
        if any(end > begin for (_, end), (begin, _) in zip(stretches, stretches[1:])):
            raise expected("memory apart from its other images", self.path, "some of the same memory")


def refuse_overlap(read, written, pointers, other):
    """Refuses an output that lies on an input: later rows would read what earlier ones wrote."""
    (a, b), (c, d) = read.hull(pointers), written.hull(pointers)
    # Mostly the two lie apart as wholes, or one is apart from each array of the other, and nothing needs sorting.
    if b <= c or d <= a or not (_touches(read, pointers, c, d) and _touches(written, pointers, a, b)):
        return
    both = sorted(
        [(begin, end, 0) for begin, end in read.stretches(pointers)]
        + [(begin, end, 1) for begin, end in written.stretches(pointers)]
    )
    furthest = [0, 0]
    for begin, end, whose in both:
        if furthest[1 - whose] > begin:
            raise expected(f"memory apart from {other}", written.path, "some of the same memory")
        furthest[whose] = max(furthest[whose], end)


def _touches(place, pointers, begin, end):
    """Whether one of the arrays may lie on a stretch of memory."""
    low, high = begin - place.high, end - place.low
    return any([low < pointer < high for pointer in pointers[place.first : place.last]])


class Slots:
    """The addresses of one plane in all image descriptors, from the addresses of the call's arrays."""

    __slots__ = ("at", "number", "offset", "step", "stop", "where")

    def __init__(self, at, where):
        self.at = at
        #: Pairs of an array's number and an offset, by image; None where the shorter forms below say the same.
        self.where = None
        first, offset = where[0]
        self.number, self.offset, self.step, self.stop = first, offset, 0, None
        if all(n == first for n, _ in where):
            step = where[1][1] - offset if len(where) > 1 else 0
            if all(at_ == offset + n * step for n, (_, at_) in enumerate(where)):
                self.step = step
                return
        apart = where[1][0] - first if len(where) > 1 else 1
        if apart > 0 and all((n, at_) == (first + k * apart, offset) for k, (n, at_) in enumerate(where)):
            self.step, self.stop = apart, where[-1][0] + 1
            return
        self.where = where

    def addresses(self, pointers, images):
        """One for each image."""
        if self.where is not None:
            return array("Q", [pointers[n] + offset for n, offset in self.where])
        if self.stop is not None:
            some = pointers[self.number : self.stop : self.step]
            return array("Q", [pointer + self.offset for pointer in some] if self.offset else some)
        begin = pointers[self.number] + self.offset
        if self.step == 0:
            return array("Q", (begin,)) * images
        return array("Q", range(begin, begin + images * self.step, self.step))


class Block:
    """The arguments of one kernel in memory; the descriptors stand behind the call's own."""

    __slots__ = ("memory", "address", "words", "last")

    def __init__(self, args, images):
        self.memory = args + images
        self.address = ctypes.addressof(ctypes.c_char.from_buffer(self.memory))
        ctypes.c_uint64.from_buffer(self.memory, 8).value = self.address + len(args)
        self.words = memoryview(self.memory)[len(args) :].cast("Q")
        #: The addresses of the arrays that it was filled for.
        self.last = None


class Launch:
    """One kernel of a call."""

    def __init__(self, kernel, filled, groups):
        self.kernel = kernel
        self.args, self.described = filled.args, filled.images
        self.count = len(filled.sizes)
        self.stride = kernel.entry["image"]["size"] // 8
        self.slots = []
        at = 0
        words = memoryview(self.described)
        for format_, (bound, first) in zip(kernel.groups, groups):
            for plane, where in zip(format_["planes"], bound.planes):
                # Pitches say nothing of where the arrays lie.
                where = where * self.count if len(where) == 1 else where
                for n, (_, _, pitch) in enumerate(where):
                    offset = n * kernel.entry["image"]["size"] + plane["pitch"]
                    words[offset : offset + 8] = pitch.to_bytes(8, "little", signed=True)
                self.slots.append(Slots(at, [(first + number, offset) for number, offset, _ in where]))
                at += 1
        self.pieces = threads.pieces_of(filled.sizes)
        self.is_small = len(self.pieces) == self.count and (
            self.count == 1 or sum(w * h for w, h in filled.sizes) <= threads.FEWEST_PIXELS
        )
        self.host = self.cuda = None
        #: Blocks that no thread is using.
        self.free = []

    def filled(self, pointers):
        """A block with the addresses in it; it goes back to `free` when the call that reads it has returned."""
        try:
            block = self.free.pop()
        except IndexError:
            block = Block(self.args, self.described)
        if block.last != pointers:
            words, stride, images = block.words, self.stride, self.count
            for slots in self.slots:
                words[slots.at :: stride] = slots.addresses(pointers, images)
            block.last = pointers
        return block


class Scratch:
    """Images between kernels, in one piece of memory."""

    def __init__(self):
        self.bytes = 0

    def add(self, format_, images):
        """Room for images. @returns where their planes are."""
        from .images import Bound

        planes = []
        for plane in format_["planes"]:
            where = []
            for image in images:
                columns, rows = plane_size(plane, image.width, image.height)
                row_bytes = columns * plane["channels"] * SIZES[format_["dtype"]]
                pitch = -(-row_bytes // ROW_ALIGNMENT) * ROW_ALIGNMENT
                where.append((0, self.bytes, pitch))
                self.bytes += pitch * rows
            planes.append(where)
        return Bound(images, planes, False)


class Plan:
    """All kernels of a call, with what is to be checked of every call's addresses."""

    def __init__(self, name, library, device, launches, scratch, masks, reads, writes, made, waits):
        self.name = name
        self.library = library
        #: The number of the GPU; None: the CPU.
        self.device = device
        self.launches = launches
        self.scratch = scratch
        #: Numbers of arrays with values of more than a byte, with the bits of an address that must be 0.
        self.masks = masks
        self.reads = reads
        self.writes = writes
        #: What results the call makes: a list of shapes and dtypes.
        self.made = made
        #: Streams of other producers.
        self.waits = waits
        #: What knows the current stream, and makes results and memory between kernels.
        self.maker = None
        #: Whether arrays of other libraries than the maker are among them: they are held.
        self.is_mixed = False
        #: Puts results together.
        self.given = None
        self.spare = []

    def check(self, pointers):
        """What depends on where the arrays lie."""
        for n, mask, path in self.masks:
            if pointers[n] & mask:
                raise expected(f"an address that is a multiple of {mask + 1}", path, str(pointers[n]))
        if 0 in pointers:
            raise expected("arrays with memory", "input or out", "one at address 0")
        writes = self.writes
        for w, written in enumerate(writes):
            # Images of one array lie the same way for every call, and were looked at.
            if written.is_several:
                written.require_apart(pointers)
            for read in self.reads:
                refuse_overlap(read, written, pointers, "the input" if read.path == "input" else read.path)
            for other in range(w):
                refuse_overlap(writes[other], written, pointers, writes[other].path)

    def run_host(self, pointers, kept):
        """Computes everything, and returns when it is done."""
        between = None
        if self.scratch:
            try:
                between = self.spare.pop()
            except IndexError:
                between = ctypes.create_string_buffer(self.scratch + ROW_ALIGNMENT)
            address = ctypes.addressof(between)
            pointers = pointers + [-(-address // ROW_ALIGNMENT) * ROW_ALIGNMENT]
        for launch in self.launches:
            if launch.host is None:
                launch.host = self.library.host(launch.kernel.name)
            block = launch.filled(pointers)
            code = threads.run(launch.host, block.address, launch.pieces, launch.is_small, (kept, between, block))
            if code != 0:
                raise CuweaveError(f"Pipeline '{self.name}' failed on the CPU with code {code}.")
            launch.free.append(block)
        if between is not None:
            self.spare.append(between)

    def run_cuda(self, pointers, kept, maker, stream):
        """Enqueues everything on a stream, and returns before it is done."""
        from . import cuda

        driver = cuda.driver()
        entered = driver.enter(self.device)
        try:
            for other in self.waits:
                if other != stream:
                    driver.wait_for(other, stream)
            if self.scratch:
                pointer, held = maker.scratch(self.scratch + ROW_ALIGNMENT, self.device, stream)
                kept.append(held)
                pointers = pointers + [-(-pointer // ROW_ALIGNMENT) * ROW_ALIGNMENT]
            for launch in self.launches:
                if launch.cuda is None:
                    launch.cuda = self.library.cuda(launch.kernel.name, self.name, self.device)
                block = launch.filled(pointers)
                code = launch.cuda(block.address, stream)
                launch.free.append(block)
                if code != 0:
                    raise self.library.launch_error(code, self.name, launch.count, self.device)
            if maker.used(kept, self.device, stream) or self.is_mixed:
                driver.hold(kept, stream)
            if getattr(maker, "waits", False):
                driver.synchronize(stream)
        finally:
            if entered:
                driver.leave()

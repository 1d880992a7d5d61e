"""Consumers of rings for tests: CUWEAVE_BUILD is the folder of the module, CUWEAVE_ARRAYS the library whose arrays it makes.

Every batch has one value throughout, its number.
"""

import gc
import json
import os
import sys
import time

sys.path.insert(0, os.environ["CUWEAVE_BUILD"])

import numpy
import pipelines

ARRAYS = os.environ.get("CUWEAVE_ARRAYS", "numpy")


def opened(name, **options):
    return pipelines.ring(name, arrays=ARRAYS, wait=60, **options)


def say(**told):
    print(json.dumps(told), flush=True)


def survive(name):
    """Reads whatever producers there are, one after the other, and says when each is lost or ends."""
    while True:
        try:
            ring = opened(name)
            count = 0
            for batch in ring:
                array = batch.arrays["x"]
                assert array.min() == array.max() == batch.info["value"], "torn"
                if count == 0:
                    say(told="open")
                count += 1
            say(told="end", count=count)
            return
        except pipelines.RingError as error:
            say(told=error.code, time=time.time(), count=count)
        del ring, batch, array


def read(name, slow):
    """Reads until it is killed."""
    ring = opened(name)
    say(told="open")
    for batch in ring:
        array = batch.arrays["x"]
        assert array.min() == array.max() == batch.info["value"], "torn"
        time.sleep(slow)


def all_of(name, copy):
    """Everything up to the end."""
    ring = opened(name, copy=copy)
    say(told="open")
    values = [int(batch.arrays["x"].max()) for batch in ring]
    say(told="end", values=values)


def lifetimes(name):
    """A slot is its reader's for as long as an array or a view of it is there."""
    ring = opened(name)
    first = next(ring)
    view = first.array[1:, :2]
    view[0, 0] = view[0, 0]
    copied = first.array + 0
    del first
    gc.collect()
    second = next(ring)
    assert ring.take(0.3) is None, "two slots, and both are held"
    assert (view == copied[1:, :2]).all()
    assert second.sequence == 2
    del view
    gc.collect()
    third = next(ring)
    assert third.sequence == 3 and third.count == 3 and third.array.shape == (3, 3)
    try:
        pipelines.ring("no such ring")
    except pipelines.ArgumentError as error:
        say(told=str(error))
    try:
        pipelines.ring("nobody")
    except pipelines.RingError as error:
        say(told=str(error), code=error.code)
    child = os.fork()
    if child == 0:
        try:
            next(ring)
            os._exit(1)
        except pipelines.ForkError:
            os._exit(0)
    assert os.waitpid(child, 0)[1] == 0, "a forked child does not read its parent's ring"
    del second, third
    gc.collect()
    fourth = next(ring)
    assert fourth.sequence == 4
    ring.close()
    try:
        next(ring)
    except pipelines.RingError as error:
        say(told=str(error), code=error.code)


def flat(name, least):
    """Memory that does not grow: after the first quarter, no page more than a few."""
    ring = opened(name)
    seen, marks = 0, []
    for batch in ring:
        assert batch.array[0, 0] == batch.info["value"]
        seen += 1
        if seen in (least // 4, least):
            with open("/proc/self/statm") as file:
                marks.append(int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE"))
    say(told="flat", grown=marks[1] - marks[0], seen=seen)


def ordered(name):
    """What is enqueued on the current stream when an array is let go reads it before the producer writes it anew."""
    import ctypes

    import torch

    driver = ctypes.CDLL("libcuda.so.1")
    ring = opened(name)
    say(told="open")
    copies = []
    for batch in ring:
        array, stream = batch.array, ctypes.c_void_p(torch.current())
        bytes_, copy = ctypes.c_size_t(array.nbytes), ctypes.c_uint64()
        assert driver.cuMemAlloc_v2(ctypes.byref(copy), bytes_) == 0
        # Others before it take longer than the producer needs for the next batch.
        for _ in range(20):
            assert driver.cuMemcpyDtoDAsync_v2(copy, ctypes.c_uint64(array.ctypes.data), bytes_, stream) == 0
        copies.append((batch.info["value"], copy.value, array.shape))
        del array, batch
    driver.cuStreamSynchronize(ctypes.c_void_p(torch.current()))
    for value, copy, shape in copies:
        count = shape[0] * shape[1]
        assert set((ctypes.c_float * count).from_address(copy)) == {value}, "overwritten"
    say(told="end", count=len(copies))


def behind(name):
    """The same with torch: a slow piece of work, then a read of the slot, and the tensor is gone before either is done."""
    import torch

    ring, sums = opened(name), []
    say(told="open")
    large = torch.rand(4096, 4096, device="cuda")
    side = torch.cuda.Stream()
    for batch in ring:
        stream = side if batch.sequence % 2 else torch.cuda.current_stream()
        with torch.cuda.stream(stream):
            for _ in range(4):
                large @ large
            sums.append((batch.info["value"], (batch.array - batch.info["value"]).abs().max()))
            del batch
    torch.cuda.synchronize()
    say(told="end", wrong=[value for value, most in sums if most.item() != 0])


def captured(name):
    """A slot that is let go while its stream is captured stays until that is over."""
    import ctypes

    import torch

    driver = ctypes.CDLL("libcuda.so.1")
    ring, stream, graph = opened(name), ctypes.c_void_p(torch.current()), ctypes.c_void_p()
    first, second = next(ring), next(ring)
    assert driver.cuStreamBeginCapture_v2(stream, 2) == 0
    del first
    gc.collect()
    assert ring.take(0.3) is None, "the slot is not given back into the graph"
    assert driver.cuStreamEndCapture(stream, ctypes.byref(graph)) == 0
    assert ring.take(5).sequence == 3
    del second
    ring.close()
    say(told="end")


def close(name):
    """A ring that was closed has its memory until the last array is gone."""
    ring = opened(name)
    array = next(ring).array
    ring.close()
    say(told="closed")
    sys.stdin.readline()
    assert float(array.max()) == 1
    del array
    gc.collect()
    say(told="gone")
    sys.stdin.readline()
    assert ring.name == name


def refused(name, arrays):
    """What is said of arrays that are not there."""
    try:
        pipelines.ring(name, arrays=arrays)
        say(told="nothing")
    except pipelines.CuweaveError as error:
        say(told=str(error), code=getattr(error, "code", "argument"))


def forked(name):
    """A child does not read what its parent opened, nor open CUDA's memory itself."""
    ring = opened(name)
    batch = next(ring)
    child = os.fork()
    if child == 0:
        refusals = 0
        for work in (lambda: next(ring), lambda: opened(name)):
            try:
                work()
            except pipelines.ForkError:
                refusals += 1
        del batch
        gc.collect()
        os._exit(0 if refusals == 2 else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert float(batch.array.max()) == batch.info["value"]
    say(told="end")


def serve(name):
    """Says how what cuweave serve writes comes to its end."""
    ring = opened(name)
    next(ring)
    say(told="open")
    try:
        for _ in ring:
            pass
        say(told="end")
    except pipelines.RingError as error:
        say(told=error.code)


def frames(name):
    """What cuweave serve says of each frame, and what it made of it."""
    told = []
    for batch in opened(name):
        assert batch.count == len(batch.frames) == len(batch.array)
        for frame, array in zip(batch.frames, batch.array):
            told.append([frame.file, frame.index, frame.timestamp, float(numpy.float64(array.tolist()).mean())])
    say(told=told)


if __name__ == "__main__":
    what, name, *rest = sys.argv[1:]
    globals()[what](name, *(json.loads(one) for one in rest))

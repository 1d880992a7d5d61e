"""Consumers of rings for tests: CUWEAVE_BUILD is the folder of the module. Every batch has one value throughout, its number."""

import gc
import json
import os
import sys
import time

sys.path.insert(0, os.environ["CUWEAVE_BUILD"])

import numpy
import pipelines


def say(**told):
    print(json.dumps(told), flush=True)


def survive(name):
    """Reads whatever producers there are, one after the other, and says when each is lost or ends."""
    while True:
        try:
            ring = pipelines.ring(name, wait=60)
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
    ring = pipelines.ring(name, wait=60)
    say(told="open")
    for batch in ring:
        array = batch.arrays["x"]
        assert array.min() == array.max() == batch.info["value"], "torn"
        time.sleep(slow)


def all_of(name, copy):
    """Everything up to the end."""
    ring = pipelines.ring(name, copy=copy, wait=60)
    say(told="open")
    values = [int(batch.arrays["x"].max()) for batch in ring]
    say(told="end", values=values)


def lifetimes(name):
    """A slot is its reader's for as long as an array or a view of it is there."""
    ring = pipelines.ring(name, wait=60)
    first = next(ring)
    view = first.array[1:, :2]
    copied = first.array.copy()
    del first
    gc.collect()
    second = next(ring)
    assert ring.take(0.3) is None, "two slots, and both are held"
    assert (view == copied[1:, :2]).all()
    assert view.flags.writeable and second.sequence == 2
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
    ring = pipelines.ring(name, wait=60)
    seen, marks = 0, []
    for batch in ring:
        assert batch.array[0, 0] == batch.info["value"]
        seen += 1
        if seen in (least // 4, least):
            with open("/proc/self/statm") as file:
                marks.append(int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE"))
    say(told="flat", grown=marks[1] - marks[0], seen=seen)


def serve(name):
    """Says how what cuweave serve writes comes to its end."""
    ring = pipelines.ring(name, wait=60)
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
    for batch in pipelines.ring(name, wait=60):
        assert batch.count == len(batch.frames) == len(batch.array)
        for frame, array in zip(batch.frames, batch.array):
            told.append([frame.file, frame.index, frame.timestamp, float(numpy.float64(array).mean())])
    say(told=told)


if __name__ == "__main__":
    what, name, *rest = sys.argv[1:]
    globals()[what](name, *(json.loads(one) for one in rest))

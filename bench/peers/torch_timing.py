"""Times of GPU work through PyTorch, by the method of bench/kernels.js: 20 calls between two events, behind copies that keep
the GPU busy until all of them are enqueued; buffers rotated beyond the caches; random data; the median."""

import statistics

import torch

from harness import BENCH, DTYPES, batch_bytes, images_of, source_dtype, source_shape

LAUNCHES = BENCH["launches"]
# A quarter of a millisecond each on a fast GPU. With more of them the GPU waits for the host, and the time says so.
MOST_COPIES = 128
busy = []


def time(call, repetitions):
    """Microseconds of call(i), and whether the GPU waited for the host in between."""
    if not busy:
        busy.extend(torch.empty(2**29, dtype=torch.uint8, device="cuda") for _ in range(2))
    runs, copies, n, waited = [], 4, 0, False
    while len(runs) < repetitions:
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        for _ in range(copies):
            busy[0].copy_(busy[1])
        start.record()
        for i in range(LAUNCHES):
            call(n * LAUNCHES + i)
        too_late = start.query()
        end.record()
        end.synchronize()
        n += 1
        if n == 1:
            continue
        if too_late and copies < MOST_COPIES:
            copies *= 2
            continue
        waited = waited or too_late
        runs.append(1000 * start.elapsed_time(end) / LAUNCHES)
    return statistics.median(runs), waited


def random_batch(case, count):
    shape = (images_of(case, count), *source_shape(case))
    if source_dtype(case) == DTYPES["f32"]:
        return torch.rand(shape, device="cuda") * 255
    return torch.randint(0, 256, shape, dtype=torch.uint8, device="cuda")


@torch.inference_mode()
def measure(function, case, count, repetitions, check):
    """Checks and times function(images, case), which gives a new tensor for a batch."""
    call = function(case, count)
    # The check is the first call: it compiles, tunes and loads.
    checked = check(lambda images, picked: call(torch.from_numpy(images).cuda())[picked].cpu().numpy())
    sets = min(64, 1 + (int(BENCH["rotatedBytes"]) - 1) // batch_bytes(case, count))
    inputs = [random_batch(case, count) for _ in range(sets)]
    # Kept until their turn comes again, so that new results do not lie where the last one was.
    outputs = [None] * sets

    def once(i):
        outputs[i % sets] = call(inputs[i % sets])

    micros, waited = time(once, repetitions)
    del inputs, outputs
    torch.cuda.empty_cache()
    return micros, checked, {"waited": True} if waited else {}

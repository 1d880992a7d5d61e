"""What the peers in Python share: the cases, the check against our result, the document that is printed.

    python3 PEER.py REPETITIONS SECONDS DATA CASE:N...

DATA holds ID.in, one image of a case, and ID.out, what cuweave makes of it. Prints one JSON document: for each case and batch
size the median of the times in microseconds, and how far the peer's result is from ours. No case is begun after SECONDS.
"""

import json
import sys
import time
from pathlib import Path

import numpy

BENCH = json.loads((Path(__file__).parent.parent / "cases.json").read_text())
CASES = {case["id"]: case for case in BENCH["cases"]}
DTYPES = {"u8": numpy.uint8, "f16": numpy.float16, "f32": numpy.float32}


def source_shape(case):
    """The shape of one image as an array."""
    source = case["source"]
    width, height = source["width"], source["height"]
    return {
        "nv12": (height * 3 // 2, width),
        "rgb8": (height, width, 3),
        "yuv_nchw_u8": (3, height, width),
        "rgb_nchw_f32": (3, height, width),
    }[source["format"]]


def source_dtype(case):
    return numpy.float32 if case["source"]["format"] == "rgb_nchw_f32" else numpy.uint8


def output_shape(case):
    """The shape of one image of the result."""
    output = case["output"]
    size = (output["height"], output["width"])
    return (3, *size) if output["layout"] == "nchw" else (*size, 3)


def images_of(case, count):
    """How many images a batch has: crops are all of one frame."""
    return 1 if "crops" in case else count


def rectangles(case, count):
    """(x, y, width, height) of each crop."""
    crops = case["crops"]
    columns, step_x, step_y = crops["columns"], crops["stepX"], crops["stepY"]
    size = (crops["width"], crops["height"])
    return [(n % columns * step_x, n // columns * step_y, *size) for n in range(count)]


def batch_bytes(case, count):
    """Bytes that a call touches: what it reads and what it writes."""
    output = int(numpy.prod(output_shape(case))) * numpy.dtype(DTYPES[case["output"]["dtype"]]).itemsize
    source = int(numpy.prod(source_shape(case))) * numpy.dtype(source_dtype(case)).itemsize
    return count * (output + (case["bytesRead"] if "crops" in case else source))


def check(peer, case, data, count, run):
    """Has the peer work on our input, `count` times the same image; how far its first and its last result are from ours.
    `run(images, picked)` gives the results with those numbers as an array."""
    image = numpy.fromfile(data / f"{case['id']}.in", source_dtype(case)).reshape(1, *source_shape(case))
    dtype = DTYPES[case["output"]["dtype"]]
    expected = numpy.fromfile(data / f"{case['id']}.out", dtype).reshape(-1, *output_shape(case))
    picked = sorted({0, count - 1})
    actual = run(numpy.repeat(image, images_of(case, count), axis=0), picked)
    if actual.shape != (len(picked), *output_shape(case)) or actual.dtype != dtype:
        return {"wrong": f"{actual.dtype} {list(actual.shape)}"}
    tolerance = case.get("tolerances", {}).get(peer, case["tolerance"])
    ours = expected[[n % len(expected) for n in picked]].astype(numpy.float32)
    difference = numpy.abs(actual.astype(numpy.float32) - ours)
    # Not a number is outside, too.
    outside = difference.size - numpy.count_nonzero(difference <= tolerance)
    worst = float(difference.max())
    return {
        "maxError": worst if worst == worst else None,
        "share": outside / difference.size,
        "tolerance": tolerance,
    }


def main(peer, version, functions, measure):
    """Measures and prints. `functions` gives a case's function by its id;
    `measure(function, case, count, repetitions, check)` gives (microseconds, what `check` gave, notes)."""
    repetitions, seconds, data = int(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3])
    began = time.monotonic()
    rows, skipped = [], []
    for name, count in (argument.rsplit(":", 1) for argument in sys.argv[4:]):
        case, count = CASES[name], int(count)
        row = {"case": name, "n": count}
        if name not in functions:
            skipped.append({**row, "why": "not an operation of this peer"})
        elif time.monotonic() - began > seconds:
            skipped.append({**row, "why": "cut off", "cutOff": True})
        else:
            try:
                micros, checked, notes = measure(
                    functions[name],
                    case,
                    count,
                    repetitions,
                    lambda run, case=case, count=count: check(peer, case, data, count, run),
                )
                rows.append({**row, "micros": micros, "check": checked, **notes})
            except Exception as error:  # One case that fails leaves the others.
                skipped.append({**row, "why": f"{type(error).__name__}: {error}"[:300]})
    print(json.dumps({"peer": peer, "version": version, "rows": rows, "skipped": skipped}))

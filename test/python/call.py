"""Makes the calls that test/python/python.test.ts describes, and says what came out: `call.py FOLDER`, calls as JSON on stdin."""

import base64
import hashlib
import json
import sys

import numpy as np

sys.path.insert(0, sys.argv[1])
import pipelines  # noqa: E402

DTYPES = {"u8": np.uint8, "u16": np.uint16, "f16": np.float16, "f32": np.float32}


def array_of(plane, dtype, padding):
    """An array of a plane's shape, whose rows may lie apart."""
    dense = np.frombuffer(base64.b64decode(plane["data"]), DTYPES[dtype]).reshape(plane["shape"])
    if not padding:
        return dense.copy()
    wide = np.zeros((dense.shape[0], dense.shape[1] + padding) + dense.shape[2:], dense.dtype)
    wide[:, : dense.shape[1]] = dense
    return wide[:, : dense.shape[1]]


def image_of(image):
    planes = [array_of(plane, image["dtype"], image["padding"]) for plane in image["planes"]]
    if image["layout"] == "NCHW":
        return np.stack(planes)
    return planes[0] if image["layout"] == "NHWC" else tuple(planes)


def images_of(form, images):
    made = [image_of(image) for image in images]
    if form == "single":
        return made[0]
    if form == "list":
        return made
    if isinstance(made[0], tuple):
        return tuple(np.stack(plane) for plane in zip(*made))
    return np.stack(made)


def value_of(value):
    if isinstance(value, dict) and "$images" in value:
        return images_of(value["form"], value["$images"])
    if isinstance(value, dict) and "$numbers" in value:
        return np.array(value["$numbers"], value["dtype"])
    if isinstance(value, dict) and "$float" in value:
        return float(value["$float"])
    if isinstance(value, dict):
        return {name: value_of(item) for name, item in value.items()}
    return [value_of(item) for item in value] if isinstance(value, list) else value


def flat(result, is_single):
    """Arrays in the order in which Node gives them: image by image, and plane by plane."""
    if isinstance(result, np.ndarray):
        return [result]
    if isinstance(result, list):
        return [array for one in result for array in flat(one, True)]
    if type(result).__name__ == "Planes" and not is_single:
        return [plane[n] for n in range(len(result[0])) for plane in result]
    return [array for one in result for array in flat(one, is_single)]


def call(one):
    pipeline = getattr(pipelines, one["pipeline"])
    given = images_of(one["form"], one["images"])
    options = {name: value_of(value) for name, value in one["options"].items()}
    for name in ("colour", "orientation"):
        if one.get(name) is not None:
            options[name] = value_of(one[name])
    method = pipeline.each if one["how"] == "each" else pipeline
    first = method(given, **options)
    # The second time it is known, and goes the short way.
    again = method(given, **options)
    arrays = flat(first, one["form"] == "single")
    for a, b in zip(arrays, flat(again, one["form"] == "single")):
        assert a.tobytes() == b.tobytes(), "another result the second time"
    content = b"".join(array.tobytes() for array in arrays)
    return {"bytes": len(content), "digest": hashlib.sha256(content).hexdigest()}


def attempt(one):
    try:
        return call(one)
    except pipelines.CuweaveError as error:
        return {"error": f"{type(error).__name__}: {error}"}


json.dump([attempt(one) for one in json.load(sys.stdin)], sys.stdout)

"""Pipelines as operators of torch: what `torch.compile`, `torch.export` and CUDA graphs take instead of the Python of a call.

An operator takes tensors and a text that holds the rest of the call. It is registered when a pipeline is first traced, or by
`register`, which programs need that load an exported graph.
"""

import json

import torch

from .arrays import library_of
from .errors import expected
from .pipeline import by_torch_name

#: The names that were registered.
_registered = set()


def register(pipeline):
    """Registers the operator of a pipeline, once. @returns its name in the namespace `cuweave`."""
    name = pipeline.torch_name
    if name in _registered:
        return name
    _registered.add(name)
    signature = "(Tensor[] arrays, str call) -> Tensor[]"

    def run(arrays, call):
        given, options, said = _restored(arrays, json.loads(call))
        return _flat(pipeline._run(given, None, None, *said, options, False))

    def fake(arrays, call):
        keys = [_key(array) for array in arrays]
        given, options, said = _restored(keys, json.loads(call))
        plan = pipeline.plan_of(given, options, *said)
        codes = library_of(arrays[0], "input").dtypes
        return [arrays[0].new_empty(shape, dtype=codes[code]) for shape, code in plan.made]

    made = torch.library.custom_op(f"cuweave::{name}", run, mutates_args=(), schema=signature)
    made.register_fake(fake)
    return name


def _key(tensor):
    """What `look` would say of a tensor that has no memory yet. A size that is a symbol becomes the number that it stands for."""
    shape = tuple(int(size) for size in tensor.shape)
    stride = tuple(int(step) for step in tensor.stride())
    return library_of(tensor, "input"), shape, stride, tensor.dtype, tensor.device


def _restored(arrays, call):
    """The input, the options, and what is said of the images. `arrays` holds tensors, or keys of them."""
    rest = list(arrays)

    def take(shape):
        if shape == 0:
            return rest.pop(0)
        if isinstance(shape, int):
            return tuple(rest.pop(0) for _ in range(shape))
        return [take(one) for one in shape]

    given = take(call["input"])
    options = {name: _thawed(value) for name, value in call["options"].items()}
    options.update({name: take(shape) for name, shape in call["images"]})
    return given, options, (_thawed(call["colour"]), _thawed(call["orientation"]))


def _frozen(value):
    """A value as JSON has it: tuples are told from lists."""
    if isinstance(value, tuple):
        return {"tuple": [_frozen(item) for item in value]}
    if isinstance(value, list):
        return [_frozen(item) for item in value]
    if isinstance(value, dict):
        return {"dict": [[name, _frozen(item)] for name, item in value.items()]}
    return value


def _thawed(value):
    if isinstance(value, list):
        return [_thawed(item) for item in value]
    if isinstance(value, dict) and "tuple" in value:
        return tuple(_thawed(item) for item in value["tuple"])
    if isinstance(value, dict):
        return {name: _thawed(item) for name, item in value["dict"]}
    return value


def _flat(result):
    if isinstance(result, torch.Tensor):
        return [result]
    return [tensor for one in result for tensor in _flat(one)]


@torch.compiler.assume_constant_result
def _written(name, shape, images, options, colour, orientation):
    """The text of a call; on the way the operator is registered, which tracing would not see."""
    register(by_torch_name[name])
    return json.dumps(
        {
            "input": shape,
            "images": images,
            "options": {key: _frozen(value) for key, value in options.items()},
            "colour": _frozen(colour),
            "orientation": _frozen(orientation),
        }
    )


def traced(pipeline, given, out, stream, colour, orientation, options):
    """A call while torch traces it."""
    if stream is not None:
        raise expected("no stream", "stream", "one", "What torch compiles runs on its current stream.")
    arrays, shape = _spread(given)
    images, numbers = [], {}
    for name, value in options.items():
        if name in pipeline.image_names:
            own, of = _spread(value)
            arrays = arrays + own
            images.append((name, of))
        else:
            numbers[name] = value
    call = _written(pipeline.torch_name, shape, images, numbers, colour, orientation)
    made = getattr(torch.ops.cuweave, pipeline.torch_name)(arrays, call)
    results = []
    begin = 0
    for count, kind in pipeline.result_kinds:
        results.append(made[begin] if kind is None else kind(*made[begin : begin + count]))
        begin += count
    result = pipeline.results_type(*results) if pipeline.results_type is not None else results[0]
    if out is not None:
        _copy(out, result)
        return out
    return result


def _spread(given):
    """The tensors of an input, and how they are grouped."""
    if isinstance(given, torch.Tensor):
        return [given], 0
    if isinstance(given, tuple):
        return list(given), len(given)
    arrays, shape = [], []
    for one in given:
        own, of = _spread(one)
        arrays = arrays + own
        shape.append(of)
    return arrays, shape


def _copy(out, result):
    if isinstance(out, torch.Tensor):
        out.copy_(result)
        return
    names = result._fields if hasattr(result, "_fields") and isinstance(out, dict) else range(len(result))
    for n, name in enumerate(names):
        _copy(out[name], result[n])

"""PyTorch, compiled: the functions of torch_cases.py through torch.compile, each for its own batch size. See harness.py."""

import torch

from harness import main
from torch_cases import FUNCTIONS
from torch_timing import measure


def compiled(function):
    def make(case, count):
        torch._dynamo.reset()  # Functions of earlier cases share their code and would count as recompilations.
        return torch.compile(function(case, count), dynamic=False, fullgraph=True)

    return make


main(
    "torch_compile",
    f"PyTorch {torch.__version__}",
    {name: compiled(function) for name, function in FUNCTIONS.items()},
    measure,
)

"""The runtime of printed pipelines: fixed files, the same for every build of one version of cuweave. Standard library only."""

from .errors import ArgumentError, CudaError, CuweaveError, ForkError, LibraryError, RingError
from .library import Library
from .pipeline import Pipeline

__all__ = [
    "ArgumentError",
    "CudaError",
    "CuweaveError",
    "ForkError",
    "Library",
    "LibraryError",
    "Pipeline",
    "RingError",
    "requires",
]

#: The version of cuweave that these files are of.
VERSION = "@CUWEAVE_VERSION@"


def requires(version, folder):
    """Refuses a module that was printed by another version, or that lies elsewhere."""
    import os

    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if version != VERSION or os.path.realpath(here) != os.path.realpath(folder):
        raise LibraryError(
            f"The module in {folder} was printed by cuweave {version}, and imports the runtime of cuweave {VERSION} in {here}. "
            "Two builds in one process are parts of packages of their own: import them as NAME.pipelines."
        )

"""A torch Dataset over a file of raw NV12 frames: workers read planes, and one call makes the batch.

`npm run examples:build` prints the module. Then: python3 examples/python/dataset.py [FRAMES.nv12 WIDTH HEIGHT]
Workers hand over planes as they are; `preprocess` runs in the process that trains, on the GPU if there is one: CUDA must not be used
in a child that was forked.
"""

import pathlib
import sys
import tempfile

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "build"))
from pipelines import preprocess  # noqa: E402

STRAIGHT = {"dstToSrc": [1, 0, 0, 0, 1, 0]}


class Frames(Dataset):
    """The frames of a file, each as its two planes."""

    def __init__(self, path, width, height):
        self.width, self.height = width, height
        self.frames = np.memmap(path, np.uint8, "r").reshape(-1, height * 3 // 2, width)

    def __len__(self):
        return len(self.frames)

    def __getitem__(self, n):
        # A copy: the memory of the file is read-only, and is not to be kept.
        frame = torch.from_numpy(self.frames[n].copy())
        return frame[: self.height], frame[self.height :].reshape(self.height // 2, self.width // 2, 2)


def main(path, width, height):
    device = "cuda" if torch.cuda.is_available() else "cpu"
    loader = DataLoader(Frames(path, width, height), batch_size=4, num_workers=2)
    batch = None
    for luma, chroma in loader:
        planes = luma.to(device, non_blocking=True), chroma.to(device, non_blocking=True)
        batch = preprocess(planes, matrix=STRAIGHT, colour=("bt709", "limited"))
    print(
        f"{len(loader)} batches on {device}; the last {batch.dtype} {tuple(batch.shape)}, mean {batch.float().mean():.3f}"
    )


if __name__ == "__main__":
    if len(sys.argv) == 4:
        main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
    else:
        with tempfile.TemporaryDirectory() as folder:
            made = pathlib.Path(folder) / "frames.nv12"
            made.write_bytes(bytes(n % 219 + 16 for n in range(10 * 90 * 160)))
            main(made, 160, 60)

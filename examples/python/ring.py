"""A torch IterableDataset over a ring that `cuweave serve` writes, on a GPU or on the CPU, for a DataLoader.

    npx cuweave build examples/pipelines.ts -o examples/build --python --cpu
    npx cuweave serve picture test/media/bars.mp4 -b examples/build --ring example --batch 8 --device cpu
    python3 examples/python/ring.py examples/build example 2

Without --cpu and --device cpu the batches are tensors on the GPU, in the ring's own memory. Take 0 workers then: decoding and
preprocessing is done in the process that serves.
"""

import sys

import torch


class RingDataset(torch.utils.data.IterableDataset):
    """Batches as a ring has them: tensors, and for each item its file, number and timestamp. Workers share the ring."""

    def __init__(self, pipelines, name):
        self.pipelines = pipelines
        self.name = name

    def __iter__(self):
        # Opened here, in the worker if there is one. A worker hands its batches to another process, so they are copies.
        copy = torch.utils.data.get_worker_info() is not None
        for batch in self.pipelines.ring(self.name, arrays="torch", copy=copy, wait=30):
            yield batch.array, [tuple(frame) for frame in batch.frames]


def main():
    build, name, workers = sys.argv[1], sys.argv[2], int(sys.argv[3])
    sys.path.insert(0, build)
    import pipelines

    count = 0
    # The ring has batches already: batch_size=None leaves them as they are.
    for images, frames in torch.utils.data.DataLoader(RingDataset(pipelines, name), batch_size=None, num_workers=workers):
        count += len(frames)
        print(tuple(images.shape), images.device, frames[0])
    print(f"{count} frames")


if __name__ == "__main__":
    main()

"""A decoder's frames from numpy, without Node and without a compiler: `toFloat` checked against the formula, `preprocess` on a batch.

`npm run examples:build` prints the module. Then: python3 examples/python/frames.py
"""

import pathlib
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "build"))
from pipelines import ArgumentError, preprocess, thumbnail, toFloat  # noqa: E402

WIDTH, HEIGHT = 320, 180
BT709 = ("bt709", "limited")


def frame(shift):
    """An NV12 frame: a plane of luma, and one of blue and red at half the size each way."""
    x, y = np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT))
    luma = (16 + (x + 2 * y + shift) % 220).astype(np.uint8)
    x, y = np.meshgrid(np.arange(WIDTH // 2), np.arange(HEIGHT // 2))
    chroma = np.stack([64 + x % 128, 64 + (y + shift) % 128], axis=-1).astype(np.uint8)
    return luma, chroma


def by_formula(luma, chroma):
    """ITU-R BT.709, limited range, in double precision."""
    y = (luma.astype(float) - 16) * 255 / 219
    u, v = (chroma[..., n].astype(float).repeat(2, 0).repeat(2, 1) - 128 for n in (0, 1))
    return np.stack([y + 1.792741 * v, y - 0.213249 * u - 0.532909 * v, y + 2.112402 * u])


def main():
    luma, chroma = frame(0)
    rgb = toFloat((luma, chroma), colour=BT709)
    error = np.abs(rgb - by_formula(luma, chroma)).max()
    print(f"toFloat     {rgb.dtype} {rgb.shape}, differs from the formula by {error:.1e} at most")

    # Several frames: a list of planes, or one array a plane. Memory that is there is filled, and given back.
    frames = [frame(3 * n) for n in range(4)]
    turn = {"dstToSrc": [0.98, -0.17, 20, 0.17, 0.98, -20]}
    batch = np.empty((4, 3, HEIGHT, WIDTH), np.float16)
    same = preprocess(frames, matrix=turn, colour=BT709, out=batch) is batch
    stacked = preprocess(tuple(map(np.stack, zip(*frames))), matrix=[turn] * 4, colour=BT709)
    print(
        f"preprocess  {batch.dtype} {batch.shape}, written into `out`: {same}, equal from arrays: {(batch == stacked).all()}"
    )

    print(
        f"thumbnail   {thumbnail.output_size(1920, 1080)} of any picture; its options: {dict(thumbnail.options) or 'none'}"
    )
    try:
        preprocess((luma, chroma), matrix=[1, 0, 0, 0, 1, 0], colour=BT709)
    except ArgumentError as refused:
        print(f"refused     {refused}")
    return 0 if error < 1e-3 and same and (batch == stacked).all() else 1


if __name__ == "__main__":
    sys.exit(main())

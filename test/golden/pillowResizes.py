"""
What Pillow's resize gives for pictures that numbers make: digests of its bytes, one line for each pair of sizes.

    python3 pillowResizes.py > data/pillowResizes.txt   # Pillow 12.3 made the file that is here

A line is WIDTH HEIGHT WIDTH HEIGHT and five digests, of the filters below: SHA-256 of the bytes for RGB, RGBA and L, one after the other,
of which the first 12 digits are kept.
"""
import hashlib

import numpy
from PIL import Image

FILTERS = (Image.BOX, Image.BILINEAR, Image.HAMMING, Image.BICUBIC, Image.LANCZOS)
MODES = (("RGB", 3), ("RGBA", 4), ("L", 1))

# 1 pixel, primes, large ones, enlarging, one side or none that stays, whole and other ratios.
SIDES = (1, 2, 3, 5, 7, 13, 16, 31, 64, 97, 131, 224)
LARGE = (
    (1920, 1080, 398, 224), (1080, 1920, 224, 398), (1280, 720, 224, 224), (640, 480, 384, 384), (3840, 2160, 224, 126),
    (500, 375, 672, 504), (331, 499, 256, 386), (1023, 767, 336, 252), (17, 2003, 17, 224), (2003, 17, 224, 17),
    (224, 224, 448, 448), (200, 300, 1, 1), (1, 1, 200, 300), (5, 4000, 3, 7), (4000, 3, 9, 3), (255, 257, 256, 256),
)


def pairs():
    """All pairs of sizes, in order."""
    number = 7
    for n in range(200):
        sides = []
        for _ in range(4):
            number = (number * 1103515245 + 12345) % 2**31
            sides.append(SIDES[number // 65536 % len(SIDES)])
        # Every tenth keeps its width, and every tenth after it its height.
        if n % 10 == 3:
            sides[2] = sides[0]
        if n % 10 == 6:
            sides[3] = sides[1]
        yield tuple(sides)
    yield from LARGE


def picture(width, height, channels, seed):
    """Bytes that follow from their places. Every second alpha is 0 or 255."""
    i = numpy.arange(width * height * channels, dtype=numpy.uint32)
    with numpy.errstate(over="ignore"):
        v = (i + numpy.uint32(seed * 7919 + 1)) * numpy.uint32(2654435761)
        v ^= v >> numpy.uint32(15)
        v *= numpy.uint32(2246822519)
    v = (v >> numpy.uint32(24)).astype(numpy.uint8).reshape(height, width, channels)
    if channels == 4:
        alpha = v[..., 3]
        alpha[alpha < 64] = 0
        alpha[alpha >= 192] = 255
    return v if channels > 1 else v[..., 0]


if __name__ == "__main__":
    for number, (width, height, to_width, to_height) in enumerate(pairs()):
        pictures = [
            Image.fromarray(picture(width, height, channels, 3 * number + n), mode)
            for n, (mode, channels) in enumerate(MODES)
        ]
        digests = []
        for code in FILTERS:
            digest = hashlib.sha256()
            for one in pictures:
                digest.update(one.resize((to_width, to_height), code).tobytes())
            digests.append(digest.hexdigest()[:12])
        print(width, height, to_width, to_height, *digests)

"""Prints OpenCV's joint bilateral filter of pictures that are made by a formula, computed in float64 by numpy, pixel by pixel.

Source of the formula: OpenCV contrib, modules/ximgproc/src/joint_bilateral_filter.cpp.
"""
import numpy as np

WIDTH, HEIGHT = 23, 17


def picture(channels, seed):
    """Levels 0..255 that look like noise, and are the same everywhere: whole numbers of a quadratic form."""
    y, x, c = np.meshgrid(np.arange(HEIGHT), np.arange(WIDTH), np.arange(channels), indexing="ij")
    return ((x * 37 + y * 101 + c * 59 + x * y * 7 + seed * 13) % 256).astype(np.float64)


def joint_bilateral(guide, image, size, sigma_color, sigma_space):
    radius = size // 2
    pad = [(radius, radius), (radius, radius), (0, 0)]
    guides, images = np.pad(guide, pad, mode="reflect"), np.pad(image, pad, mode="reflect")
    total = np.zeros(image.shape[:2])
    result = np.zeros(image.shape)
    for dy in range(-radius, radius + 1):
        for dx in range(-radius, radius + 1):
            if dx * dx + dy * dy > radius * radius:
                continue
            rows = slice(radius + dy, radius + dy + HEIGHT)
            columns = slice(radius + dx, radius + dx + WIDTH)
            apart = np.abs(guides[rows, columns] - guide).sum(axis=2)
            weight = np.exp(-(apart**2) / (2 * sigma_color**2) - (dx * dx + dy * dy) / (2 * sigma_space**2))
            total += weight
            result += images[rows, columns] * weight[..., None]
    return result / total[..., None]


def show(name, values):
    picked = values.reshape(-1)[:: 29 if values.shape[2] == 3 else 11]
    print(name, *(f"{value:.9f}" for value in picked))


show("colours", joint_bilateral(picture(1, 5), picture(3, 1), 7, 40.0, 2.5))
show("depth", joint_bilateral(picture(3, 9), picture(1, 2), 5, 90.0, 1.5))

"""
The sizes that Pillow's rotate(expand=True) gives, and one picture.

    python3 pillowRotations.py > data/pillowRotations.txt   # Pillow 12.3 made the file that is here

A line is WIDTH HEIGHT DEGREES WIDTH HEIGHT; the last one has the bytes of a picture behind it, by BILINEAR, whose pixel n is 37 · n modulo 251.
"""
from PIL import Image

ANGLES = (0, 90, 180, 270, 360, -90, -180, 450, 30, 45, 60, 120, 135, 150, 210, 315, -30, -45, 1, 89, 91, 179, 0.5, 89.99, 90.01)
SIDES = (1, 2, 3, 5, 8, 13, 16, 31, 64, 97, 100, 131, 224, 300)


def cases():
    number = 11

    def draw(most):
        nonlocal number
        number = (number * 1103515245 + 12345) % 2**31
        return number // 65536 % most

    for n in range(1500):
        degrees = ANGLES[draw(len(ANGLES))] if n % 2 else (draw(32768) * 4096 + draw(4096)) / 65536 - 700
        yield SIDES[draw(len(SIDES))], SIDES[draw(len(SIDES))] if n % 3 else 1 + draw(400), degrees
    for width, height in ((1920, 1080), (3840, 2160), (4000, 3000), (1, 5000)):
        for degrees in (7, 30, 45, 90, 123.4):
            yield width, height, degrees


if __name__ == "__main__":
    for width, height, degrees in cases():
        print(width, height, degrees, *Image.new("1", (width, height)).rotate(degrees, expand=True).size)
    picture = Image.frombytes("L", (23, 17), bytes(37 * n % 251 for n in range(23 * 17)))
    turned = picture.rotate(30, resample=Image.BILINEAR, expand=True)
    print(23, 17, 30, *turned.size, turned.tobytes().hex())

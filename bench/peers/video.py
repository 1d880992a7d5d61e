"""Decoding by NVDEC with the conversion NV12 -> RGB float32 NCHW in PyTorch: what bench/video/video.js compares with.

    python3 video.py LIBRARY PACKETS CODEC SESSIONS

LIBRARY is bench/video/nvdec.cc compiled with -shared: it decodes on a thread of its own and lends its surfaces, so that decoding
and conversion overlap. Prints one JSON object: frames per second of decoding alone, and with the conversion in eager and in
compiled PyTorch, in batches of 8. BT.709, limited range, chroma replicated, as cuweave's pipeline in the same table.
"""

import ctypes
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import torch

BATCH = 8


class Surface:
    """Eight-bit rows on the GPU, as PyTorch takes them without a copy."""

    def __init__(self, pointer, pitch, width, height):
        self.__cuda_array_interface__ = {
            "shape": (height * 3 // 2, width),
            "strides": (pitch, 1),
            "typestr": "|u1",
            "data": (pointer, False),
            "version": 3,
        }


def convert(nv12):
    """(N, H * 3/2, W) uint8 to (N, 3, H, W) float32 in 0..1."""
    count, rows, width = nv12.shape
    height = rows * 2 // 3
    y = (nv12[:, :height].float() - 16) / 219
    uv = nv12[:, height:].reshape(count, height // 2, width // 2, 2).permute(0, 3, 1, 2).float()
    uv = (torch.nn.functional.interpolate(uv, scale_factor=2, mode="nearest") - 128) / 224
    u, v = uv[:, 0], uv[:, 1]
    rgb = torch.stack([y + 1.5748 * v, y - 0.18732427 * u - 0.46812427 * v, y + 1.8556 * u], dim=1)
    return rgb.clamp(0, 1)


def decode(library, codec, work):
    """Frames of one session, and when its first one came."""
    session = library.nvdec_open(codec)
    pointer, pitch = ctypes.c_uint64(), ctypes.c_uint()
    width, height = ctypes.c_uint(), ctypes.c_uint()
    frames, started = 0, None
    copied = torch.cuda.Event()
    more = True
    while more:
        lent, pictures = [], []
        while len(lent) < BATCH:
            more = library.nvdec_next(session, pointer, pitch, width, height)
            if not more:
                break
            # From the first frame on: the decoder has been made.
            started = started or time.perf_counter()
            lent.append(pointer.value)
            if work:
                surface = Surface(pointer.value, pitch.value, width.value, height.value)
                pictures.append(torch.as_tensor(surface, device="cuda"))
        if pictures:
            batch = torch.stack(pictures)
            copied.record()
            work(batch)
            # The surfaces are free again when they have been copied; the conversion goes on.
            copied.synchronize()
        for surface in lent:
            library.nvdec_release(session, surface)
        frames += len(lent)
    torch.cuda.current_stream().synchronize()
    library.nvdec_close(session)
    return frames, started


def frames_per_second(library, codec, sessions, work):
    """Of all sessions together; each has a thread and a CUDA stream of its own."""

    def one(_):
        with torch.cuda.stream(torch.cuda.Stream()):
            return decode(library, codec, work)

    with ThreadPoolExecutor(sessions) as threads:
        done = list(threads.map(one, range(sessions)))
        return sum(frames for frames, _ in done) / (time.perf_counter() - min(first for _, first in done))


def main():
    torch.cuda.init()
    torch.zeros(1, device="cuda")
    library = ctypes.CDLL(sys.argv[1])
    library.nvdec_open.restype = ctypes.c_void_p
    library.nvdec_open.argtypes = [ctypes.c_int]
    references = ctypes.POINTER
    library.nvdec_next.argtypes = [
        ctypes.c_void_p,
        references(ctypes.c_uint64),
        references(ctypes.c_uint),
        references(ctypes.c_uint),
        references(ctypes.c_uint),
    ]
    library.nvdec_release.argtypes = [ctypes.c_void_p, ctypes.c_uint64]
    library.nvdec_close.argtypes = [ctypes.c_void_p]
    library.nvdec_load(sys.argv[2].encode())
    codec, sessions = int(sys.argv[3]), int(sys.argv[4])
    sample = torch.randint(0, 256, (BATCH, 1620, 1920), dtype=torch.uint8, device="cuda")
    compiled = torch.compile(convert)
    for _ in range(3):
        convert(sample)
        compiled(sample)
    torch.cuda.synchronize()
    found = {name: frames_per_second(library, codec, sessions, work) for name, work in
             [("decode", None), ("eager", convert), ("compiled", compiled)]}
    print(json.dumps({**found, "torch": torch.__version__}))


main()

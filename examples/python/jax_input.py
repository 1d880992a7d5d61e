"""Pictures from jax to jax: arrays go in and come out, and a jitted function takes them.

`npm run examples:build` prints the module. Then: python3 examples/python/jax_input.py
"""

import pathlib
import sys

import jax
import jax.numpy as jnp

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "build"))
from pipelines import bytesToFloat, thumbnail  # noqa: E402


@jax.jit
def brightness(images):
    """A model's place: the mean of each image."""
    return images.mean(axis=(1, 2, 3))


def main():
    ramp = jnp.arange(48 * 64, dtype=jnp.uint32).reshape(48, 64, 1) % 256
    pictures = jnp.stack([jnp.tile(ramp, 3), jnp.tile(255 - ramp, 3)]).astype(jnp.uint8)
    floats = bytesToFloat(pictures)
    print(f"bytesToFloat  {floats.dtype} {floats.shape}, brightness {brightness(floats)}")
    print(f"thumbnail     {thumbnail(pictures).shape}")
    return 0 if jnp.allclose(floats[0, 0], ramp[..., 0] / 255, atol=1e-6) else 1


if __name__ == "__main__":
    sys.exit(main())

"""A format's description of the memory that its images take."""

#: Bytes of one value.
SIZES = {"u8": 1, "u16": 2, "i32": 4, "f16": 2, "bf16": 2, "f32": 4}
#: What libraries call them.
NAMES = {
    "u8": "uint8",
    "u16": "uint16",
    "i32": "int32",
    "f16": "float16",
    "bf16": "bfloat16",
    "f32": "float32",
}

MAX_SIZE = 65535
MAX_IMAGES = 65535


def code_bits(format_):
    """Bits of a code, where an image says nothing else."""
    code = format_.get("code")
    return 8 if code is None else code["bits"]


def plane_size(plane, width, height):
    """Columns and rows of a plane's samples; subsampled sizes are rounded up."""
    across, down = plane["subsampling"]
    return -(-width // across), -(-height // down)


def channel_count(format_):
    """Values of a pixel, where no plane is subsampled."""
    return sum(plane["channels"] for plane in format_["planes"])

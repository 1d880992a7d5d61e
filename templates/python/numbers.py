"""Arithmetic of f32 and i32 as the kernels do it: every operation is rounded, or wraps. Printed functions use it."""

import math
import struct
from ctypes import c_float

INFINITY = math.inf
NAN = math.nan


def f(value):
    """Rounded to f32."""
    return c_float(value).value


def i(value):
    """Wrapped to i32."""
    return (value + 0x80000000) % 0x100000000 - 0x80000000


def div(a, b):
    """An f32 divided by another."""
    if b == 0:
        if a == 0 or a != a:
            return NAN
        return math.copysign(INFINITY, a) * math.copysign(1.0, b)
    return f(a / b)


def idiv(a, b):
    """An i32 divided towards zero."""
    if b == 0:
        return 0
    quotient = abs(a) // abs(b)
    return i(quotient if (a < 0) == (b < 0) else -quotient)


def imod(a, b):
    """What such a division leaves; it has the sign of `a`."""
    return 0 if b == 0 else i(a - b * idiv(a, b)) if b != -1 else 0


def mod(a, b):
    """What the division of an f32 towards zero leaves."""
    if b == 0 or math.isinf(a) or a != a or b != b:
        return NAN
    return f(math.fmod(a, b))


def shl(a, b):
    """An i32 shifted to the left."""
    return i(a << (b & 31))


def shr(a, b):
    """An i32 shifted to the right, with its sign."""
    return a >> (b & 31)


def to_f32(value):
    """An i32 as f32."""
    return f(float(value))


def to_i32(value):
    """An f32 without its fraction, held to i32's range; no number is 0."""
    if value != value:
        return 0
    return int(max(-2147483648.0, min(2147483647.0, value)))


def min_(a, b):
    """The smaller one; no number wins."""
    return a if a < b or a != a else b


def max_(a, b):
    """The larger one; no number wins."""
    return a if a > b or a != a else b


def abs_(value):
    """Without its sign; the smallest i32 has no positive twin."""
    return i(abs(value)) if isinstance(value, int) else abs(value)


def sign(value):
    """1, −1, or the zero itself."""
    return 1.0 if value > 0 else -1.0 if value < 0 else value


def imul(a, b):
    """An i32 times another."""
    return i(a * b)


def fround(value):
    """The number unchanged."""
    return value


def _finite(function):
    return lambda value: float(function(value)) if math.isfinite(value) else value


floor = _finite(lambda value: math.floor(value) or math.copysign(0.0, value))
ceil = _finite(lambda value: math.ceil(value) or math.copysign(0.0, value))
trunc = _finite(lambda value: math.trunc(value) or math.copysign(0.0, value))


def round_(value):
    """The nearest whole number; halves go up."""
    low = floor(value)
    return f(low + 1) if f(value - low) >= 0.5 else low


def roundHalfEven(value):
    """The nearest whole number; halves go to the even one."""
    if not math.isfinite(value):
        return value
    return math.copysign(float(round(value)), value)


def roundToF16(value):
    """The nearest number that 16 bits hold."""
    if not math.isfinite(value) or value == 0:
        return value
    if abs(value) >= 65520:
        return math.copysign(INFINITY, value)
    exponent = (struct.unpack("<I", struct.pack("<f", value))[0] >> 23) & 255
    step = 2.0 ** (max(exponent - 127, -14) - 10)
    return roundHalfEven(value / step) * step


def roundToBf16(value):
    """The nearest bfloat16: the upper half of 32 bits."""
    if not math.isfinite(value):
        return value
    bits = struct.unpack("<I", struct.pack("<f", value))[0]
    return struct.unpack("<f", struct.pack("<I", (bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000))[0]


def wide_div(a, b):
    """A quotient of 64 bits; by 0 as IEEE 754 has it."""
    if b == 0:
        return NAN if a == 0 or math.isnan(a) else math.copysign(INFINITY, a) * math.copysign(1.0, b)
    return a / b


def wide_sqrt(value):
    """The square root, of 64 bits."""
    return NAN if value < 0 else math.sqrt(value)


def sqrt(value):
    """The square root; of a negative number none."""
    return NAN if value < 0 else f(math.sqrt(value))


def _rounded(function):
    def apply(*values):
        try:
            return f(function(*values))
        except OverflowError:
            return INFINITY
        except ValueError:
            return NAN

    return apply


def _log(function):
    apply = _rounded(function)
    return lambda value: -INFINITY if value == 0 else apply(value)


sin, cos, tan = _rounded(math.sin), _rounded(math.cos), _rounded(math.tan)
asin, acos, atan, atan2 = _rounded(math.asin), _rounded(math.acos), _rounded(math.atan), _rounded(math.atan2)
sinh, cosh, tanh = _rounded(math.sinh), _rounded(math.cosh), _rounded(math.tanh)
asinh, acosh, atanh = _rounded(math.asinh), _rounded(math.acosh), _rounded(math.atanh)
exp, expm1, log1p = _rounded(math.exp), _rounded(math.expm1), _rounded(math.log1p)
log, log2, log10 = _log(math.log), _log(math.log2), _log(math.log10)
pow_, hypot = _rounded(math.pow), _rounded(math.hypot)
cbrt = _rounded(lambda value: math.copysign(abs(value) ** (1 / 3), value))

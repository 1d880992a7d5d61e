"""The errors of the runtime, and the phrases they are made of: those of cuweave's runtime in Node."""

import math
import re
from collections.abc import Mapping
from numbers import Real

# Control characters, and those that turn the direction of what follows, but for line breaks.
_CONTROLS = re.compile("[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]")


def escaped(text):
    """A text without a power over terminals."""
    return _CONTROLS.sub(lambda found: "\\u%04x" % ord(found.group()), text)


class CuweaveError(Exception):
    """Everything that the runtime raises on purpose."""

    def __init__(self, message):
        super().__init__(escaped(message))


class ArgumentError(CuweaveError, ValueError):
    """A value that does not fit: `Expected <what> for <path> but received <actual>`."""

    def __init__(self, message, path):
        super().__init__(message)
        #: Where the value was given, such as `options.matrix[3].dstToSrc`.
        self.path = path


class LibraryError(CuweaveError, RuntimeError):
    """The built pipelines cannot be loaded, or do not fit this device."""


class CudaError(CuweaveError, RuntimeError):
    """CUDA refused a call."""

    def __init__(self, message, code):
        super().__init__(message)
        #: CUDA's number for the error, such as 209.
        self.code = code


class ForkError(CuweaveError, RuntimeError):
    """The process was forked after CUDA was used in it: its child cannot use CUDA."""


class RingError(CuweaveError, RuntimeError):
    """Something is wrong with a ring, or with the process at its other side."""

    def __init__(self, message, code):
        super().__init__(message)
        #: The cause, for programs: `missing`, `refused`, `version`, `full`, `producerLost`, `closed` or `system`.
        self.code = code


def expected(what, path, actual, hint=""):
    """The one phrase for values that do not fit. `hint` says how to mend it."""
    end = f" {hint}" if hint else ""
    return ArgumentError(f"Expected {what} for {path} but received {actual}.{end}", path)


def number_text(value):
    """A number as messages show it: whole ones without a point."""
    if isinstance(value, int):
        return str(value)
    value = float(value)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    return re.sub(r"e([+-])0*(\d)", r"e\1\2", repr(value))


def describe(value):
    """A value as messages show it: short, with its type where that helps."""
    if value is None or isinstance(value, bool):
        return str(value)
    if isinstance(value, str):
        text = escaped(value).replace("\n", "\\n")
        return f"'{text[:57]}…'" if len(text) > 60 else f"'{text}'"
    if isinstance(value, Real):
        return number_text(value)
    if isinstance(value, (list, tuple)):
        items = ["…" if _is_nested(item) else describe(item) for item in value[:8]]
        return f"[{', '.join(items)}{f', … ({len(value)})' if len(value) > 8 else ''}]"
    if isinstance(value, Mapping):
        keys = [str(key) for key in value]
        return f"{{ {', '.join(keys[:6])}{', …' if len(keys) > 6 else ''} }}" if keys else "{}"
    name = type(value).__name__
    if isinstance(getattr(value, "nbytes", None), int):
        return f"{name} of {value.nbytes} bytes"
    if callable(value):
        return "a function"
    return f"an {name}" if name[:1] in "AEIOU" else f"a {name}"


def _is_nested(item):
    return not (item is None or isinstance(item, (str, Real)) or callable(item))


def require_known(given, known, path, what="a known name"):
    """Refuses names that nothing reads: they are misspelt ones."""
    if not isinstance(given, Mapping):
        raise expected("an object", path, describe(given))
    for name in given:
        if name not in known:
            listed = f"Known: {', '.join(known)}." if known else "It takes none: the pipeline settles all of them."
            error = expected(what, path, f"'{name}'", listed)
            error.path = f"{path}.{name}"
            raise error

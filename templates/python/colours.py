"""Matrices of colours, in double precision: the arithmetic of cuweave's ops/colour/colour.ts, with its sources."""

#: Weights of red and blue in luma. Source: ITU-R BT.601-7, BT.709-6, BT.2020-2; SMPTE 240M and FCC by ITU-T H.273, table 4.
LUMA_WEIGHTS = {
    "bt601": (0.299, 0.114),
    "bt709": (0.2126, 0.0722),
    "bt2020": (0.2627, 0.0593),
    "smpte240m": (0.212, 0.087),
    "fcc": (0.3, 0.11),
}

#: Codings of ITU-T H.273 that are known by name only.
OTHER_CODINGS = (
    "bt2020-cl",
    "smpte2085",
    "chroma-derived-ncl",
    "chroma-derived-cl",
    "ictcp",
    "ipt-c2",
    "ycgco-re",
    "ycgco-ro",
)

_D65 = (0.3127, 0.329)
#: CIE 1931 x and y of red, green and blue. Source: ITU-R BT.709-6, BT.2020-2, SMPTE EG 432-1, BT.601-7.
CHROMATICITIES = {
    "bt709": ((0.64, 0.33), (0.3, 0.6), (0.15, 0.06)),
    "bt2020": ((0.708, 0.292), (0.17, 0.797), (0.131, 0.046)),
    "p3": ((0.68, 0.32), (0.265, 0.69), (0.15, 0.06)),
    "bt601-525": ((0.63, 0.34), (0.31, 0.595), (0.155, 0.07)),
    "bt601-625": ((0.64, 0.33), (0.29, 0.6), (0.15, 0.06)),
}


def _transform(matrix):
    """The rows there and back, the length of chroma's unit, and whether chroma lies around 128."""
    if matrix == "gbr":
        there = ((0, 1, 0), (0, 0, 1), (1, 0, 0))
        return there, _columns(there), 219, False
    if matrix == "ycgco":
        there = ((0.25, 0.5, 0.25), (-0.25, 0.5, -0.25), (0.5, 0, -0.5))
        return there, ((1, -1, 1), (1, 1, 0), (1, -1, -1)), 219, True
    kr, kb = LUMA_WEIGHTS[matrix]
    kg = 1 - kr - kb
    u, v = 2 * (1 - kb), 2 * (1 - kr)
    there = ((kr, kg, kb), (-kr / u, -kg / u, 0.5), (0.5, -kg / v, -kb / v))
    return there, ((1, 0, v), (1, (-u * kb) / kg, (-v * kr) / kg), (1, u, 0)), 224, True


def _quantised(chroma, centred, range_, bits):
    """What codes add to luma and chroma, and how long their units are, on the scale of 8 bits."""
    full = (2**bits - 1) / 2.0 ** (bits - 8)
    limited = range_ == "limited"
    y_offset = 16 if limited else 0
    luma, difference = (219, chroma) if limited else (full, full)
    return y_offset, 128 if centred else y_offset, (luma, difference, difference)


def yuv_to_rgb(matrix, range_, bits):
    """yOffset, cOffset, yScale, rv, gu, gv, bu. Source: the inverse of the matrix, quantised by ITU-T H.273, section 8.3."""
    _, back, chroma, centred = _transform(matrix)
    y_offset, c_offset, units = _quantised(chroma, centred, range_, bits)
    rows = [[factor * (255 / unit) for factor, unit in zip(row, units)] for row in back]
    return [y_offset, c_offset, rows[0][0], rows[0][2], rows[1][1], rows[1][2], rows[2][1]]


def rgb_to_yuv(matrix, range_, bits):
    """yOffset, cOffset, and the rows of Y, U and V: the inverse of `yuv_to_rgb`."""
    there, _, chroma, centred = _transform(matrix)
    y_offset, c_offset, units = _quantised(chroma, centred, range_, bits)
    return [y_offset, c_offset] + [factor * (unit / 255) for row, unit in zip(there, units) for factor in row]


def _columns(rows):
    return tuple(zip(*rows))


def _times(rows, vector):
    a, b, c = vector
    return [row[0] * a + row[1] * b + row[2] * c for row in rows]


def _cross(a, b):
    return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]


def _inverse(rows):
    a, b, c = rows
    bc = _cross(b, c)
    determinant = a[0] * bc[0] + a[1] * bc[1] + a[2] * bc[2]
    return _columns([[v / determinant for v in row] for row in (bc, _cross(c, a), _cross(a, b))])


def _xyz(chromaticity):
    x, y = chromaticity
    return [x / y, 1, (1 - x - y) / y]


def _rgb_to_xyz(primaries):
    directions = _columns([_xyz(point) for point in CHROMATICITIES[primaries]])
    lengths = _times(_inverse(directions), _xyz(_D65))
    return [[v * lengths[c] for c, v in enumerate(row)] for row in directions]


def primaries_matrix(from_, to):
    """Linear RGB of one set of primaries to another's, row by row. Source: SMPTE RP 177-1993; the white is D65 on both sides."""
    back = _inverse(_rgb_to_xyz(to))
    columns = [_times(back, column) for column in _columns(_rgb_to_xyz(from_))]
    return [v for row in _columns(columns) for v in row]


def invert_affine(matrix):
    """The inverse of six numbers and their determinant."""
    a, b, c, d, e, f = matrix
    determinant = a * e - b * d
    numerators = (e, -b, b * f - c * e, -d, a, c * d - a * f)
    return [_quotient(number, determinant) for number in numerators], determinant


def invert_projective(matrix):
    """The inverse of nine numbers, its last one 1 where that is possible, and their determinant."""
    a, b, c, d, e, f, g, h, i = matrix
    adjugate = [
        e * i - f * h,
        c * h - b * i,
        b * f - c * e,
        f * g - d * i,
        a * i - c * g,
        c * d - a * f,
        d * h - e * g,
        b * g - a * h,
        a * e - b * d,
    ]
    determinant = a * adjugate[0] + b * adjugate[3] + c * adjugate[6]
    scale = determinant if adjugate[8] == 0 else adjugate[8]
    return [_quotient(number, scale) for number in adjugate], determinant


def _quotient(a, b):
    return a / b if b else float("nan")

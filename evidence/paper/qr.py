"""A QR code as the rows of its squares. With `typesetter`, the only home of segno. Pure."""

from __future__ import annotations

import segno


def squares(text: str) -> tuple[str, ...]:
    """Rows of "0" (light) and "1" (dark), without the quiet border of four squares that a code needs around it.

    Little correction: the fewer squares, the larger each is on a screen, and the farther away it can be filmed.
    """
    code = segno.make_qr(text, error="l", boost_error=True)
    return tuple("".join("1" if dark else "0" for dark in row) for row in code.matrix)

"""Sets receipts and certificates as PDF. The only home of typst and segno. Blocking: a second or less; no network, no
system fonts.

The font is embedded (a subset), so that the paper looks the same on every machine. The same receipt gives the same
bytes: the only time in it is its own.
"""

from __future__ import annotations

import importlib.metadata
import importlib.resources
import io
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pylopdf_fonts_zh_cn
import segno
import typst

from evidence.errors import MediadError
from evidence.paper.certificate import Certificate
from evidence.paper.receipt import Receipt

TOOL = f"typst {importlib.metadata.version('typst')}"
_FONTS = Path(pylopdf_fonts_zh_cn.__file__).parent


class PaperFailed(MediadError):
    """The typesetter refused; the sitting itself is not touched by it."""

    code = "paper-failed"


def receipt_pdf(receipt: Receipt, zone: ZoneInfo) -> bytes:
    """The receipt as PDF/A-2a. Raises PaperFailed."""
    inputs = {"receipt": receipt.data(zone).decode(), "qr": _qr(receipt.qr)}
    return _set("receipt", inputs, receipt.ended_at)


def certificate_pdf(certificate: Certificate, zone: ZoneInfo) -> bytes:
    """The certificate of a destruction as PDF/A-2a. Raises PaperFailed."""
    inputs = {"certificate": certificate.data(zone).decode(), "qr": _qr(certificate.qr)}
    return _set("certificate", inputs, certificate.ended_at)


def _set(name: str, inputs: dict[str, str], at: datetime) -> bytes:
    template = importlib.resources.files("evidence.paper").joinpath(f"{name}.typ").read_bytes()
    try:
        return bytes(
            typst.compile(
                template,
                font_paths=typst.Fonts(include_system_fonts=False, font_paths=[_FONTS]),
                sys_inputs=inputs,
                pdf_standards="a-2a",
                timestamp=at.replace(microsecond=0),
            )
        )
    except typst.TypstError as error:
        raise PaperFailed(f"The {name} could not be set: {error.message}.") from error


def _qr(text: str) -> str:
    # M: a crease or a stamp over a seventh of it still leaves it readable.
    drawn = io.BytesIO()
    segno.make_qr(text, error="m").save(drawn, kind="svg", border=2, omitsize=True)
    return drawn.getvalue().decode()

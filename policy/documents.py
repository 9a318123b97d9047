"""Which documents may be attached to an explanation. Pure. The bytes are looked at only to see that they are what they
claim to be: nothing here opens them.
"""

from __future__ import annotations

from typing import get_args

from evidence.document_entries import MediaType
from evidence.errors import Invalid

MAX_BYTES = 20 << 20
MAX_DOCUMENTS = 10  # of one explanation
MEDIA_TYPES: tuple[MediaType, ...] = get_args(MediaType)
_BEGINNINGS: dict[MediaType, bytes] = {
    "application/pdf": b"%PDF-",
    "image/jpeg": b"\xff\xd8\xff",
    "image/png": b"\x89PNG\r\n\x1a\n",
    # Office Open XML is a ZIP archive (ECMA-376 part 2).
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": b"PK\x03\x04",
}


def require_document(name: str, media_type: str, data: bytes) -> MediaType:
    """The media type, if such a document may be attached. Raises Invalid in words."""
    kind = next((each for each in MEDIA_TYPES if each == media_type), None)
    if kind is None:
        raise Invalid("Only PDF, JPEG, PNG and DOCX documents can be attached.")
    if not data.startswith(_BEGINNINGS[kind]):
        raise Invalid("The document is not what its type says.", remedy="Save it anew, or attach it as a PDF.")
    if "/" in name or "\\" in name or any(ord(char) < 32 for char in name) or not name.strip("."):
        raise Invalid("This is no file name.")
    return kind

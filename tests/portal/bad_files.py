"""Makes the files of the upload tests: good ones, and those that must not get in."""

import base64
import io
import random
import struct
import zipfile
import zlib

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageCms
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject


def upload(content: bytes, name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


# ── Photos ──────────────────────────────────────────────────────────────────────────────────────


def scene(width: int, height: int) -> Image.Image:
    """Red above blue, with grain as a camera makes it: upside down or sideways shows at once."""
    picture = Image.new("RGB", (width, height), (200, 30, 30))
    picture.paste((30, 30, 200), (0, height // 2, width, height))
    grain = random.Random(1).randbytes(width * height)  # noqa: S311 - the same every time
    noise = Image.frombytes("L", (width, height), grain)
    return Image.blend(picture, Image.merge("RGB", [noise] * 3), 0.2)


def encoded(picture: Image.Image, kind: str, **options) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def jpeg(width: int = 800, height: int = 600, **options) -> bytes:
    return encoded(scene(width, height), "JPEG", quality=90, **options)


GPS_NOTE = b"21 51 10 N 106 45 40 E"


def phone_jpeg(width: int = 800, height: int = 600, *, orientation: int = 6) -> bytes:
    """As a phone writes it: lying on its side, with the place where it was taken."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = GPS_NOTE.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (21.0, 51.0, 10.0), 3: "E", 4: (106.0, 45.0, 40.0)})
    return jpeg(width, height, exif=exif.tobytes(), comment=GPS_NOTE)


def heic() -> bytes:
    """96 × 64, red left of blue; nothing in the environment can write the format."""
    return base64.b64decode(
        "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAVZtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAA"
        "AAAAAAAAAAAAACJpbG9jAAAAAERAAAEAAQAAAAABegABAAAAAAAAAHEAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAA"
        "AAABAABodmMxAAAAAA5waXRtAAAAAAABAAAA1mlwcnAAAAC3aXBjbwAAAHhodmNDAQNwAAAAkAAAAAAAHvAA/P34"
        "+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoDCBBZbqSSmu"
        "bgIaDAgAAAMAyAAAAwAIQGIAAQAHRAHBcrAiQAAAABNjb2xybmNseAABAA0ABoAAAAAUaXNwZQAAAAAAAABgAAAA"
        "QAAAABBwaXhpAAAAAAMICAgAAAAXaXBtYQAAAAAAAAABAAEEgQIDBAAAAHltZGF0AAAAbSgBrxOAVMiLkX//8FKj"
        "/91rPD8HUXgln/0bY+/HZy/8XGvgKtvXTjyURTeJL/0CrPcCpWjq9Jqvkfz6L+E2jx1M5L/B/7TUYxIxL1REb45E"
        "UuKxc+nttbufGsGGe0uAfUqQLS9iT5st0CxAnsw="
    )


def heic_bomb() -> bytes:
    """The same, whose head claims 20,000 × 20,000."""
    size = b"ispe" + struct.pack(">III", 0, 96, 64)
    return heic().replace(size, b"ispe" + struct.pack(">III", 0, 20_000, 20_000))


def cmyk_jpeg() -> bytes:
    return encoded(scene(400, 300).convert("CMYK"), "JPEG", quality=90)


def alpha_png() -> bytes:
    """Red above nothing."""
    picture = Image.new("RGBA", (400, 300), (0, 0, 0, 0))
    picture.paste((200, 30, 30, 255), (0, 0, 400, 150))
    return encoded(picture, "PNG")


def palette_png() -> bytes:
    picture = Image.new("P", (400, 300), 1)
    picture.putpalette([200, 30, 30, 30, 30, 200])
    picture.paste(0, (0, 0, 400, 150))
    return encoded(picture, "PNG", transparency=0)


def grey_16_bit_png() -> bytes:
    """The upper half at a quarter of full white, the lower at three quarters."""
    picture = Image.new("I;16", (400, 300), 0x4040)
    picture.paste(0xC0C0, (0, 150, 400, 300))
    return encoded(picture, "PNG")


def animated_gif() -> bytes:
    frames = [Image.new("P", (400, 300), colour) for colour in (0, 1)]
    for frame in frames:
        frame.putpalette([200, 30, 30, 30, 30, 200])
    return encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=100)


def swapped_profile_jpeg() -> bytes:
    """A photo whose colour profile takes red for blue and blue for red."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = profile.replace(b"rXYZ", b"????").replace(b"bXYZ", b"rXYZ").replace(b"????", b"bXYZ")
    return jpeg(icc_profile=profile.replace("sRGB".encode("utf-16-be"), "mine".encode("utf-16-be")))


def png_head(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds a hundred bytes: decoding it would take the memory."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(100)))
        + chunk(b"IEND", b"")
    )


HTML = b"<!DOCTYPE html><script>alert(document.domain)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'

# ── Documents ───────────────────────────────────────────────────────────────────────────────────


def pdf(pages: int = 2, change=None, **encryption) -> bytes:
    """A PDF with empty pages; `change` is called with its writer."""
    writer = PdfWriter()
    for _number in range(pages):
        writer.add_blank_page(200, 200)
    if change:
        change(writer)
    if encryption:
        writer.encrypt(algorithm="RC4-128", **encryption)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def _action(kind: str, **entries) -> DictionaryObject:
    values = {NameObject("/S"): NameObject(kind)}
    return DictionaryObject(
        values | {NameObject(f"/{key}"): TextStringObject(value) for key, value in entries.items()}
    )


def pdf_with_launch_on_opening() -> bytes:
    def change(writer):
        writer.root_object[NameObject("/OpenAction")] = _action("/Launch", F="cmd.exe")

    return pdf(change=change)


def pdf_with_launch_named_elsewhere() -> bytes:
    """The action's kind stands in an object of its own: whoever does not follow misses it."""

    def change(writer):
        action = _action("/GoTo")
        action[NameObject("/S")] = writer._add_object(NameObject("/Launch"))
        writer.root_object[NameObject("/OpenAction")] = writer._add_object(action)

    return pdf(change=change)


def pdf_with_script_on_a_page() -> bytes:
    def change(writer):
        annotation = DictionaryObject(
            {
                NameObject("/Subtype"): NameObject("/Link"),
                NameObject("/A"): _action("/JavaScript", JS="app.alert(1)"),
            }
        )
        annotations = ArrayObject([writer._add_object(annotation)])
        writer.pages[0][NameObject("/Annots")] = annotations

    return pdf(change=change)


def add_script(writer: PdfWriter) -> None:
    """A script of the whole document, run on opening."""
    script = writer._add_object(_action("/JavaScript", JS="app.alert(1)"))
    tree = {NameObject("/Names"): ArrayObject([TextStringObject("a"), script])}
    names = {NameObject("/JavaScript"): DictionaryObject(tree)}
    writer.root_object[NameObject("/Names")] = DictionaryObject(names)


def pdf_with_script() -> bytes:
    return pdf(change=add_script)


def pdf_with_scripted_form() -> bytes:
    """An XFA form: its scripts stand in XML, where no action names them."""

    def change(writer):
        form = DictionaryObject({NameObject("/XFA"): TextStringObject("<xdp/>")})
        writer.root_object[NameObject("/AcroForm")] = form

    return pdf(change=change)


def pdf_with_file() -> bytes:
    return pdf(change=lambda writer: writer.add_attachment("virus.exe", b"MZ"))


def archive(entries: dict[str, bytes | str], *, compression=zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as file:
        for name, content in entries.items():
            file.writestr(name, content)
    return buffer.getvalue()


_OOXML = "application/vnd.openxmlformats-officedocument"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def _types(main: str, part: str) -> str:
    return (
        '<?xml version="1.0"?>'
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/{part}" ContentType="{main}"/></Types>'
    )


def relations(kind: str, target: str, mode: str = "External") -> str:
    return (
        '<?xml version="1.0"?>'
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATIONS}/{kind}" Target="{target}" '
        f'TargetMode="{mode}"/></Relationships>'
    )


DOCX_MAIN = f"{_OOXML}.wordprocessingml.document.main+xml"
DOCM_MAIN = "application/vnd.ms-word.document.macroEnabled.main+xml"


def docx(more: dict | None = None, *, main: str = DOCX_MAIN, **options) -> bytes:
    properties = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"
    parts = {
        "[Content_Types].xml": _types(main, "word/document.xml"),
        "word/document.xml": "<w:document xmlns:w='w'>Kế hoạch</w:document>",
        "docProps/app.xml": f'<Properties xmlns="{properties}"><Pages>12</Pages></Properties>',
    }
    return archive(parts | (more or {}), **options)


def xlsx(more: dict | None = None) -> bytes:
    main = f"{_OOXML}.spreadsheetml.sheet.main+xml"
    parts = {
        "[Content_Types].xml": _types(main, "xl/workbook.xml"),
        "xl/workbook.xml": "<workbook/>",
    }
    return archive(parts | (more or {}))


def odf(kind: str = "text", more: dict | None = None) -> bytes:
    parts = {
        "mimetype": f"application/vnd.oasis.opendocument.{kind}",
        "content.xml": "<office/>",
        "META-INF/manifest.xml": "<manifest/>",
    }
    return archive(parts | (more or {}))


def encrypted_odf() -> bytes:
    manifest = (
        "<m:manifest xmlns:m='m'><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>"
    )
    return odf(more={"META-INF/manifest.xml": manifest})


def docx_with_entities() -> bytes:
    """A billion laughs where the page count is read."""
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE x [<!ENTITY l0 "ha">{levels}]><x><Pages>&l9;</Pages></x>'
    return docx({"docProps/app.xml": bomb})


def docx_with_an_entity() -> bytes:
    return docx({"docProps/app.xml": '<!DOCTYPE x [<!ENTITY a "12">]><x><Pages>&a;</Pages></x>'})


def zip_bomb() -> bytes:
    return archive({"bao-cao.txt": bytes(30 * 1024 * 1024)})


def encrypted_zip() -> bytes:
    """The flag of a password set on the only entry, in both of its headers."""
    data = bytearray(archive({"a.txt": "a"}, compression=zipfile.ZIP_STORED))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def zip_behind_html() -> bytes:
    """Opens as an archive, and begins like one, but HTML stands before its first entry."""
    return b"PK\x03\x04" + HTML + archive({"a.txt": "a"})


OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)


def eicar() -> bytes:
    """The file on which scanners show that they scan; in two halves, lest they find it here."""
    return b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"

"""What a photo's file says about itself is read, and nothing of it is published."""

import datetime
import io

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from portal import image_notes, images
from portal.image_notes import NO_NOTES, Notes
from tests.portal.photo_files import (
    AGENCY,
    CAPTION,
    CHARSET,
    DAY,
    PERSON,
    UTF8,
    jpeg,
    upload,
    windows_1258,
)

SENTENCE = "Đồng chí Phùng Quốc Huân phát biểu tại Hội nghị tổng kết"


def notes_of(**kwargs) -> Notes:
    return image_notes.read(Image.open(io.BytesIO(jpeg(**kwargs))))


def caption_of(value: bytes, **other) -> str:
    return notes_of(iptc={CAPTION: value} | other).caption


def test_an_agency_writes_caption_names_and_day():
    iptc = {
        CHARSET: UTF8,
        DAY: b"20180119",
        PERSON: "Hưng Đức".encode(),
        AGENCY: b"TTXVN",
        CAPTION: SENTENCE.encode(),
    }
    assert notes_of(iptc=iptc) == Notes(SENTENCE, "Hưng Đức/TTXVN", datetime.date(2018, 1, 19))


def test_a_camera_writes_the_same_into_exif():
    exif = Image.Exif()
    exif[0x010E] = "Toan canh hoi nghi"
    exif[0x013B] = "Hung Duc"
    exif.get_ifd(0x8769)[0x9003] = "2018:01:19 08:30:00"
    expected = Notes("Toan canh hoi nghi", "Hung Duc", datetime.date(2018, 1, 19))
    assert notes_of(exif=exif) == expected


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (SENTENCE.encode(), SENTENCE),
        (windows_1258(SENTENCE), SENTENCE),
        ("Le président à l'Élysée".encode("latin-1"), "Le président à l'Élysée"),
        ("  Hội\u00a0 nghị\u200b\0\0".encode(), "Hội nghị"),
        ("Ho\u0323\u0302i nghi\u0323".encode(), "Hội nghị"),
        ("Hội nghị\r\ntổng kết".encode(), "Hội nghị\ntổng kết"),
    ],
)
def test_letters_are_read_whatever_program_wrote_them(written, read):
    assert caption_of(written) == read


@pytest.mark.parametrize(
    "nonsense",
    [
        "Héi nghÞ tæng kÕt ho¹t ®éng khoa häc".encode("latin-1"),  # TCVN3
        "Hoäi nghò toång keát hoaït ñoäng".encode("latin-1"),  # VNI
        "Há»™i nghá»‹ tá»•ng káº¿t".encode(),  # UTF-8 read as Latin letters
        b"H?i ngh? t?ng k?t",
        b"OLYMPUS DIGITAL CAMERA",
        b"DSC_2059.JPG",
        b"\x00\x01\x02",
        b"",
    ],
)
def test_what_nobody_can_read_is_not_proposed(nonsense):
    assert caption_of(nonsense) == ""


def test_a_caption_cut_within_a_letter_loses_that_letter_alone():
    iptc = {CHARSET: UTF8, CAPTION: "Hội nghị".encode()[:-1]}
    assert notes_of(iptc=iptc).caption == "Hội ngh"


@pytest.mark.parametrize("day", [b"20990101", b"00000000", b"18000101", b"hom nay", b""])
def test_a_day_that_cannot_be_is_none(day):
    assert notes_of(iptc={DAY: day}).taken_on is None


def test_a_name_that_is_too_long_for_its_column_is_not_cut_into_another():
    assert notes_of(iptc={PERSON: b"Hung " * 40}).credit == ""
    assert notes_of(iptc={PERSON: b"Hung Duc", AGENCY: b"Bao Lang Son " * 12}).credit == "Hung Duc"


def test_a_damaged_head_is_no_reason_to_lose_a_photo():
    content = bytearray(jpeg(iptc={CAPTION: SENTENCE.encode()}))
    at = content.index(b"8BIM")
    content[at + 6 : at + 12] = b"\xff" * 6
    assert image_notes.read(Image.open(io.BytesIO(bytes(content)))) == NO_NOTES


def test_the_published_files_say_nothing_of_it(private_root):
    exif = Image.Exif()
    exif[0x010E] = "Bi mat trong EXIF"
    exif.get_ifd(0x8825)[1] = "N"
    stored = images.store(upload(iptc={CAPTION: b"Bi mat trong IPTC"}, exif=exif))
    assert stored.notes.caption == "Bi mat trong IPTC"
    folder, files = "anh", default_storage.listdir("anh")[1]
    assert len(files) == 6
    for name in files:
        with default_storage.open(f"{folder}/{name}") as file:
            content = file.read()
        assert b"Bi mat" not in content
        assert Image.open(io.BytesIO(content)).getexif() == {}

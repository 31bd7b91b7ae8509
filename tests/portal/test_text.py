"""The rules of Vietnamese text as tables of cases."""

import random
import subprocess
import sys
import time
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone as django_timezone

from portal import text

TITLE = (
    "Hội nghị tổng kết hoạt động khoa học công nghệ năm 2017 và triển khai nhiệm vụ, kế hoạch"
    " công tác năm 2018"
)
FIRST_SENTENCE = (
    "Ngày 19/01/2018, Sở Khoa học và Công nghệ (KHCN) Lạng Sơn đã tổ chức Hội nghị tổng kết hoạt"
    " động KH&CN năm 2017 và triển khai nhiệm vụ kế hoạch công tác năm 2018."
)
FIRST_PARAGRAPH = (
    FIRST_SENTENCE + " Tham dự Hội nghị có các đồng chí lãnh đạo Sở KHCN; đại diện lãnh đạo một số"
    " Sở, ban, ngành; đại diện lãnh đạo một số UBND huyện, phòng Kinh tế và Hạ tầng, phòng Nông"
    " nghiệp các huyện, cùng toàn thể cán bộ, công chức, viên chức Sở KHCN."
)
BODY = f"""{FIRST_PARAGRAPH}

Đ/c Nguyễn Thị Hà, Giám đốc Sở KH&CN phát biểu tại Hội nghị

Trong năm 2017, được sự quan tâm chỉ đạo của Tỉnh ủy,HĐND và UBND tỉnh, hoạt động KHCN của tỉnh
trong năm qua đã đạt một số kết quả đáng kể. Cụ thể là : nhiều đề tài, dự án được Hội đồng KH&CN
tỉnh nghiệm thu, góp phần vào sự nghiệp phát triển kinh tế - xã hội chung của tỉnh.

Các đại biểu tham dự Hội nghị

Ứng dụng ccs công cụ quản lý chất lượng tiến tiến; kiện toàn, nâng cao hiệu quả hoạt động của các
đơn vị sự nghiệp khoa học và công nghệ. Thảo luận tại hội nghị, Hội nghị đã được nghe nhiều ý kiến.
"""
SEED = f"{TITLE}\n\n{BODY}"
SYNONYMS = text.DEFAULT_SYNONYMS


def nfd(value):
    return unicodedata.normalize("NFD", value)


# --- Clean-up ---


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (nfd("Hội nghị tổng kết"), "Hội nghị tổng kết"),
        ("e\u200b\u0301", "é"),
        ("Lạng\u200b Sơn\ufeff, công\u00adnghệ", "Lạng Sơn, côngnghệ"),
        ("a\x00b\x07c\x1bd\x7fe\x85f\x9fg", "abcdefg"),
        ("một\thai\nba", "một\thai\nba"),
        ("một\r\nhai\rba\x0bbốn", "một\nhai\nba\nbốn"),
        ("một\u00a0hai\u202fba\u2007bốn", "một hai ba bốn"),
        ("\u00a0" * 205 + "Hưng Đức", " Hưng Đức"),
        ("một \u00a0 hai", "một hai"),
        ("một  hai", "một  hai"),
        ("một \u200b \u200b hai", "một hai"),
        ("một  \t \nhai ", "một\nhai"),
        ("m² ½ ﬁ № …", "m² ½ ﬁ № …"),
        ("Tỉnh ủy,HĐND ccs tiến tiến. Cụ thể là :", "Tỉnh ủy,HĐND ccs tiến tiến. Cụ thể là :"),
        ("hoà và hòa", "hoà và hòa"),
        ("", ""),
    ],
)
def test_normalize_cleans_characters_and_layout_but_never_words(value, expected):
    assert text.normalize(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("  Hội nghị \n\t tổng kết\r\n", "Hội nghị tổng kết"),
        ("một  hai", "một  hai"),
        ("\u00a0\u00a0Các đại biểu\u00a0", "Các đại biểu"),
        ("\n", ""),
    ],
)
def test_normalize_line_gives_one_line_without_spaces_at_its_ends(value, expected):
    assert text.normalize_line(value) == expected


def random_texts():
    rng = random.Random(2018)  # noqa: S311
    pieces = [*"aăâđĐeoơưUÐ \n\t\r.\u00a0\u200b\u00ad\u0301\u0323\u0302\x00ß한中", nfd("ộ"), "  "]
    return ["".join(rng.choices(pieces, k=40)) for _ in range(300)] + [SEED, nfd(SEED)]


@pytest.mark.parametrize("clean", [text.normalize, text.normalize_line, text.fold])
def test_cleaning_twice_changes_nothing_more(clean):
    for value in random_texts():
        assert clean(clean(value)) == clean(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Hội nghị tổng kết", "hoi nghi tong ket"),
        (nfd("Hội nghị tổng kết"), "hoi nghi tong ket"),
        ("HOI NGHI", "hoi nghi"),
        ("ĐƯỜNG đi Đắk Lắk", "duong di dak lak"),
        ("Ðảng", "dang"),
        ("hoà", "hoa"),
        ("hòa", "hoa"),
        ("  Lạng \n\u00a0 Sơn ", "lang son"),
        ("Lạng\u200bSơn", "langson"),
        ("\u1eff Müller, Café", "ỿ muller, cafe"),
    ],
)
def test_fold_drops_case_marks_and_the_stroke_of_d(value, expected):
    assert text.fold(value) == expected


# --- Slugs ---


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Đại hội Đảng bộ", "dai-hoi-dang-bo"),
        (nfd("Đại hội Đảng bộ"), "dai-hoi-dang-bo"),
        ("ư ế Ơ ỹ", "u-e-o-y"),
        ("Quyết định 1234/QĐ-UBND", "quyet-dinh-1234-qd-ubnd"),
        ("  «Chuyển đổi số»!  ", "chuyen-doi-so"),
        ("Straße, Øresund", "strasse-oresund"),
        (TITLE, "hoi-nghi-tong-ket-hoat-dong-khoa-hoc-cong-nghe-nam-2017-va-trien-khai-nhiem-vu"),
        ("a" * 100, "a" * 80),
        ("a" * 80 + " b", "a" * 80),
        ("a" * 40 + " " + "b" * 40, "a" * 40),
        ("中文", "u4e2d-u6587"),
        ("—…!", ""),
        ("", ""),
    ],
)
def test_slug_is_ascii_keeps_d_and_is_cut_at_a_word(value, expected):
    assert text.slugify(value) == expected


def test_slug_keeps_its_limit_and_is_never_empty_for_a_letter():
    for value in random_texts():
        slug = text.slugify(value)
        assert len(slug) <= 80
        assert not slug.startswith("-")
        assert not slug.endswith("-")
        assert slug or not any(c.isalnum() for c in value)
    assert len(text.slugify(TITLE, max_length=20)) <= 20


# --- Order ---

# Letters first, tones only between equal letters: "ắc" before "ăn", "đá" before "đan".
IN_DICTIONARY_ORDER = [
    *("2017", "a", "à", "ả", "ã", "á", "ạ", "an", "an 5", "an ba", "anh", "ắc", "ăn", "âm", "ấm"),
    *("ba", "bà", "bả", "bã", "bá", "bạ", "ba ba", "bà ba", "băng", "bân", "cam", "chanh", "dan"),
    *("dung", "đá", "Đại", "đan", "em", "ê", "ga", "hoa", "hoà", "hoả", "hoạ", "hổ", "hơi", "ích"),
    *("kẻ", "lan", "mơ", "nga", "nghĩa", "nhà", "o", "ông", "ơn", "phố", "quê", "rừng", "sông"),
    *("tía", "tô", "tơ", "trà", "uống", "ưng", "vàng", "xanh", "yên"),
]


def test_words_sort_as_in_the_dictionary():
    words = IN_DICTIONARY_ORDER.copy()
    random.Random(1).shuffle(words)  # noqa: S311
    assert sorted(words, key=text.sort_key) == IN_DICTIONARY_ORDER


def test_the_whole_alphabet_sorts_in_its_order():
    alphabet = "a ă â b c d đ e ê f g h i j k l m n o ô ơ p q r s t u ư v w x y z".split(" ")
    assert sorted(set(alphabet), key=text.sort_key) == alphabet


@pytest.mark.parametrize("vowel", "aăâeêioôơuưy")
def test_tones_sort_ngang_huyen_hoi_nga_sac_nang(vowel):
    tones = ["", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"]
    syllables = [unicodedata.normalize("NFC", vowel + tone) for tone in tones]
    assert sorted(set(syllables), key=text.sort_key) == syllables


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hoà", "hòa"),
        ("LẠNG SƠN", "Lạng Sơn"),
        ("Lạng  Sơn", nfd("Lạng Sơn")),
        ("Tin tức - sự kiện", "Tin tức, sự kiện"),
        ("Ðảng", "Đảng"),
        ("Lạng\u200b Sơn", "Lạng Sơn"),
    ],
)
def test_case_form_and_tone_placement_do_not_change_the_order(one, other):
    assert text.sort_key(one) == text.sort_key(other)


def test_sort_keys_hold_only_lower_case_ascii_letters_and_digits():
    for value in [*random_texts(), *IN_DICTIONARY_ORDER]:
        for key in (text.sort_key(value), text.person_sort_key(value)):
            assert not key or (key.isascii() and key.isalnum() and key == key.lower())
    assert (text.sort_key(""), text.person_sort_key(" ")) == ("", "")


def test_people_sort_by_given_name_then_by_the_rest():
    people = [
        "Vũ An",
        "Nguyễn Thị Anh",
        "Lê Văn Đức",
        "Hà",
        "Đỗ Thị Hà",
        "Nguyễn Thị Hà",
        "Nguyễn Văn Hà",
        "Bùi Hạ",
        "Hồ Thị Hoa",
    ]
    shuffled = people.copy()
    random.Random(2).shuffle(shuffled)  # noqa: S311
    assert sorted(shuffled, key=text.person_sort_key) == people


# --- Dates, sizes ---


@pytest.fixture
def machine_in_utc(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2018, 1, 22, 21, 11, tzinfo=UTC), "Thứ Ba, 23/01/2018 - 04:11"),
        (
            datetime(2018, 1, 23, 4, 11, tzinfo=timezone(timedelta(hours=7))),
            "Thứ Ba, 23/01/2018 - 04:11",
        ),
        (datetime(2018, 1, 22, 12, tzinfo=UTC), "Thứ Hai, 22/01/2018 - 19:00"),
        (datetime(2018, 1, 24, 12, tzinfo=UTC), "Thứ Tư, 24/01/2018 - 19:00"),
        (datetime(2018, 1, 25, 12, tzinfo=UTC), "Thứ Năm, 25/01/2018 - 19:00"),
        (datetime(2018, 1, 26, 12, tzinfo=UTC), "Thứ Sáu, 26/01/2018 - 19:00"),
        (datetime(2018, 1, 27, 12, tzinfo=UTC), "Thứ Bảy, 27/01/2018 - 19:00"),
        (datetime(2018, 1, 28, 12, tzinfo=UTC), "Chủ Nhật, 28/01/2018 - 19:00"),
    ],
)
def test_date_line_names_the_weekday_in_vietnams_time(moment, expected, machine_in_utc):
    with django_timezone.override("America/New_York"):
        assert text.date_line(moment) == expected


def test_date_line_refuses_a_moment_without_a_time_zone():
    with pytest.raises(ValueError, match="time zone"):
        text.date_line(datetime(2018, 1, 23, 4, 11))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2025, 8, 5), "ngày 05 tháng 8 năm 2025"),
        (date(2025, 1, 10), "ngày 10 tháng 01 năm 2025"),
        (date(2025, 2, 28), "ngày 28 tháng 02 năm 2025"),
        (date(2025, 3, 9), "ngày 09 tháng 3 năm 2025"),
        (date(2025, 12, 31), "ngày 31 tháng 12 năm 2025"),
    ],
)
def test_formal_date_puts_a_zero_before_small_days_and_months_one_and_two(day, expected):
    assert text.formal_date(day) == expected


@pytest.mark.parametrize("typed", ["23/01/2018", "23/1/2018", "23-01-2018"])
def test_date_inputs_accept_what_people_type(typed):
    assert forms.DateField(localize=True).clean(typed) == date(2018, 1, 23)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1 KB"),
        (38 * 1024, "38 KB"),
        (980 * 1024, "980 KB"),
        (1024 * 1024 - 1, "1 MB"),
        (1258291, "1,2 MB"),
        (25 * 1024 * 1024, "25 MB"),
        (1024**3 - 1, "1 GB"),
        (int(1.5 * 1024**3), "1,5 GB"),
    ],
)
def test_file_size_has_a_decimal_comma(size, expected):
    assert text.file_size(size) == expected


# --- Phones ---


@pytest.mark.parametrize(
    ("phone", "expected"),
    [
        ("(0205) 3.871.906", "tel:+842053871906"),
        ("0205.3871906", "tel:+842053871906"),
        ("0205 - 3871906", "tel:+842053871906"),
        ("Điện thoại: (0205) 3.871.906; Fax: (0205) 3.872.075", "tel:+842053871906"),
        ("+84 205 3871906", "tel:+842053871906"),
        ("+84 (0)205 3871906", "tel:+842053871906"),
        ("(+84) 205 3871906", "tel:+842053871906"),
        ("0084 205 3871906", "tel:+842053871906"),
        ("84912345678", "tel:+84912345678"),
        ("0912 345 678", "tel:+84912345678"),
        ("024.3943.9731", "tel:+842439439731"),
        ("+86 10 1234 5678", "tel:+861012345678"),
        ("(0205) 3.871.906 máy lẻ 12", "tel:+842053871906;ext=12"),
        ("(0205) 3.871.906 (máy lẻ: 12)", "tel:+842053871906;ext=12"),
        ("0205 3871906, ext. 105", "tel:+842053871906;ext=105"),
        ("0205 3871906 - số lẻ 5", "tel:+842053871906;ext=5"),
        ("0912345678 - 0987654321", "tel:+84912345678"),
        ("0912345678, 0987654321", "tel:+84912345678"),
        ("0205.3871906/907", "tel:+842053871906"),
        ("0205 3871906\n0205 3871907", "tel:+842053871906"),
        ("113", "tel:113"),
        ("113 - 114", "tel:113"),
        ("1022", "tel:1022"),
        ("1900 1234", "tel:19001234"),
        ("1800.1091", "tel:18001091"),
        ("1900 1234 / 1800 5678", "tel:19001234"),
        ("3.871.906", ""),
        ("0205", ""),
        ("+84", ""),
        ("chưa có", ""),
        ("1" * 40, ""),
        ("", ""),
    ],
)
def test_phone_link_dials_from_anywhere(phone, expected):
    assert text.phone_link(phone) == expected


def test_a_phone_that_cannot_be_dialled_is_refused_with_an_example():
    text.validate_phone("(0205) 3.871.906")
    with pytest.raises(ValidationError) as refused:
        text.validate_phone("3.871.906")
    assert refused.value.code == "phone"
    assert "(0205) 3.871.906" in refused.value.messages[0]


# --- Legacy encodings ---

LEGACY_SENTENCES = [
    "Sở Khoa học và Công nghệ tỉnh Lạng Sơn tổ chức Hội nghị tổng kết",
    "Tiếng Việt",
    "Thông báo về việc tuyển dụng viên chức năm 2018",
    "Ủy ban nhân dân tỉnh đã ban hành quyết định phê duyệt danh mục đề tài",
    "Hướng dẫn thủ tục cấp giấy phép sử dụng thiết bị bức xạ",
    "Giám đốc Sở đã kết luận: cần đẩy mạnh ứng dụng tiến bộ kỹ thuật vào sản xuất",
    "Người dân ở vùng cao được hỗ trợ giống cây hồi",
]

TONES = ["", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"]
# Each vowel without a tone and with the six tones, as the fonts of the time printed the bytes.
TCVN3_VOWELS = {
    "a": "aµ¶·¸¹",
    "ă": "¨»¼½¾Æ",
    "â": "©ÇÈÉÊË",
    "e": "eÌÎÏÐÑ",
    "ê": "ªÒÓÔÕÖ",
    "i": "i×ØÜÝÞ",
    "o": "oßáâãä",
    "ô": "«åæçèé",
    "ơ": "¬êëìíî",
    "u": "uïñòóô",
    "ư": "\u00adõö÷øù",
    "y": "yúûüýþ",
}
VNI_VOWELS = {
    "a": "a aø aû aõ aù aï",
    "ă": "aê aè aú aü aé aë",
    "â": "aâ aà aå aã aá aä",
    "e": "e eø eû eõ eù eï",
    "ê": "eâ eà eå eã eá eä",
    "i": "i ì æ ó í ò",
    "o": "o oø oû oõ où oï",
    "ô": "oâ oà oå oã oá oä",
    "ơ": "ô ôø ôû ôõ ôù ôï",
    "u": "u uø uû uõ uù uï",
    "ư": "ö öø öû öõ öù öï",
    "y": "y yø yû yõ yù î",
}


def legacy_table(vowels, *, d, capitals):
    """Return {Unicode letter: its legacy characters}; `capitals` maps the lower-case ones."""
    table = {"đ": d, "Đ": capitals(d)}
    for vowel, forms_ in vowels.items():
        for tone, form in zip(TONES, forms_, strict=True):
            letter = unicodedata.normalize("NFC", vowel + tone)
            table[letter], table[letter.upper()] = form, capitals(form)
    return str.maketrans(table)


TCVN3 = legacy_table(
    {vowel: list(forms_) for vowel, forms_ in TCVN3_VOWELS.items()},
    d="®",
    # Capitals with a tone are the small codes in a font of capitals: only these have their own.
    capitals=lambda form: (
        form.upper() if form.isascii() else form.translate(str.maketrans("¨©®ª«¬\u00ad", "¡¢§£¤¥¦"))
    ),
)
VNI = legacy_table(
    {vowel: forms_.split(" ") for vowel, forms_ in VNI_VOWELS.items()}, d="ñ", capitals=str.upper
)


def test_the_tables_of_this_test_are_the_real_ones():
    assert "Tiếng Việt".translate(TCVN3) == "TiÕng ViÖt"
    assert "Tiếng Việt".translate(VNI) == "Tieáng Vieät"
    assert "Xin chào các bạn".translate(VNI) == "Xin chaøo caùc baïn"
    assert "Mường Khương, Bảo Thắng".translate(TCVN3) == "M\u00adêng Kh\u00ad¬ng, B¶o Th¾ng"


@pytest.mark.parametrize("sentence", LEGACY_SENTENCES)
@pytest.mark.parametrize(("name", "table"), [("TCVN3", TCVN3), ("VNI", VNI)])
def test_legacy_text_is_recognised(name, table, sentence):
    assert text.legacy_encoding(sentence.translate(table)) == name
    assert text.legacy_encoding(text.normalize(sentence.translate(table))) == name
    assert text.legacy_encoding(f"{SEED}\n{sentence.translate(table)}") == name


def test_legacy_text_in_capitals_is_recognised():
    assert text.legacy_encoding("Hội nghị tổng kết".upper().translate(VNI)) == "VNI"
    assert text.legacy_encoding("HéI NGHÞ TæNG KÕT") == "TCVN3"


@pytest.mark.parametrize(
    "value",
    [
        SEED,
        nfd(SEED),
        SEED.upper(),
        *LEGACY_SENTENCES,
        *map(nfd, LEGACY_SENTENCES),
        "Quý khách, khoá học, thuý, uý, hoà, quà, gì, giá, già, khuya, hoè, xoá",
        "Lạng\u00adSơn, công\u00adnghệ",
        "hộI nghỊ hÒa bÌnh",
        "Lôlô, Êđê, Kà Tu, Pà Thẻn",
        "Müller",
        "Café",
        "Ø",
        "×",
        "5 × 3",
        "Ø 20 × 30, 5 µm, ½ giờ, 25 °C, m², © 2018, Intel®",
        "n×m",
        "«Tôi là người Việt»",
        "Les élèves français ont été à l'école où l'on fête Noël; le goût, août, naïf, déjà",
        "Œuvre complète: tôt, plutôt, dû, sûr, maître, hôpital, être, crème brûlée, garçon",
        "Größe, für, Männer, schön, über, Straße, Öl, Ärger, Mühe, hören, Süden, Tür, grün",
        "Příliš žluťoučký kůň úpěl ďábelské ódy; mít, být, dům, má, dítě, říká",
        "São Paulo, não, você, três, avó, até, bênção, Leão, mãe, pão, lã, põe, câmbio, há, vê",
        "tôt, mât, goût, coût",
        "Noël, être, élève, réunion, français, haï, laïc, Caïn",
        "Mañana, año, niño, corazón, país, Raúl, baúl",
        "Gödel, Erdős, Ångström, Ørsted, Dvořák, José, Françoise, Björn",
        "",
    ],
)
def test_other_text_is_not_taken_for_a_legacy_encoding(value):
    assert text.legacy_encoding(value) == ""
    text.validate_not_legacy(value)


def test_every_vietnamese_syllable_shape_stands_as_it_is():
    for word in SEED.split():
        assert text.legacy_encoding(word) == ""


@pytest.mark.parametrize(("word", "name"), [("ViÖt", "TCVN3"), ("Vieät", "VNI")])
def test_one_word_of_a_shape_no_language_has_is_enough(word, name):
    assert text.legacy_encoding(f"Người {word}") == name


@pytest.mark.parametrize(("pasted", "name"), [("TiÕng ViÖt", "TCVN3"), ("Tieáng Vieät", "VNI")])
def test_legacy_text_is_refused_with_its_name_and_a_way_out(pasted, name):
    with pytest.raises(ValidationError) as refused:
        text.validate_not_legacy(pasted)
    assert refused.value.code == "legacy_encoding"
    for part in (name, "Unicode", "UniKey"):
        assert part in refused.value.messages[0]


# --- Sentences, alternative texts ---


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (FIRST_PARAGRAPH, FIRST_SENTENCE),
        ("Một câu. Hai câu.", "Một câu."),
        ("Một câu! Hai câu.", "Một câu!"),
        ("Ai? Tôi.", "Ai?"),
        ("Và nhiều thứ nữa… Hai câu.", "Và nhiều thứ nữa…"),
        ("Chất lượng,... Qua đó, góp phần.", "Chất lượng,..."),
        ("Ông nói: “Được rồi.” Rồi ông về.", "Ông nói: “Được rồi.”"),
        ("Một câu. “Hai câu.”", "Một câu."),
        ("Năm 2017. 15 đề tài.", "Năm 2017."),
        ("một câu. hai câu. Ba câu.", "một câu. hai câu."),
        *(
            (f"Chào {title} Nguyễn Văn An đến dự. Hết.", f"Chào {title} Nguyễn Văn An đến dự.")
            for title in ["TS.", "ThS.", "Th.S.", "PGS.", "PGS. TS.", "PGS.TS.", "GS.", "BS."]
        ),
        *(
            (f"Có {title} Nguyễn Văn An. Hết.", f"Có {title} Nguyễn Văn An.")
            for title in ["KS.", "CN.", "Đ/c", "Đ/c.", "đ/c.", "(TS."]
        ),
        ("Ở TP. Lạng Sơn và Tp. Hồ Chí Minh. Hết.", "Ở TP. Lạng Sơn và Tp. Hồ Chí Minh."),
        ("Máy, thiết bị, v.v. và đất đai. Hết.", "Máy, thiết bị, v.v. và đất đai."),
        ("Máy, thiết bị, v.v. Sau đó nghỉ.", "Máy, thiết bị, v.v."),
        ("Ngày 19.01.2018 có 3.871.906 người. Hết.", "Ngày 19.01.2018 có 3.871.906 người."),
        ("Tác giả V. A. Nguyễn viết. Hết.", "Tác giả V. A. Nguyễn viết."),
        ("1. Tình hình chung. Hết.", "1. Tình hình chung."),
        ("II. Nội dung. Hết.", "II. Nội dung."),
        ("Sở KH&CN. Hết.", "Sở KH&CN."),
        ("Đầu đề không có dấu chấm\n\nMột câu. Hai câu.", "Đầu đề không có dấu chấm"),
        ("Dòng một\ndòng hai. Hết.", "Dòng một dòng hai."),
        ("Không có dấu chấm", "Không có dấu chấm"),
        ("", ""),
    ],
)
def test_first_sentence_ends_where_a_reader_ends_it(value, expected):
    assert text.first_sentence(value) == expected


def test_a_long_first_sentence_is_cut_at_a_word():
    assert text.first_sentence("Khoa học, và công nghệ.", limit=11) == "Khoa học…"
    assert text.first_sentence("Khoa học.", limit=9) == "Khoa học."
    cut = text.first_sentence("khoa học " * 100)
    assert len(cut) <= 300
    assert cut.endswith(("khoa…", "học…"))
    assert text.first_sentence("a" * 400) == "a" * 299 + "…"


@pytest.mark.parametrize(
    "value",
    [
        *("DSC_2059.JPG", "IMG_1234", "IMG_1234.jpg", "z4567_abc.png", "anh 1.jpeg", "z4567_abc"),
        *("DSC02059", "IMG-20180119-WA0001", "image001", "Screenshot 2018-01-19", " hop.docx "),
        *("Description: C:\\Users\\ha\\anh.jpg", "description : hội nghị", "C:\\anh", "D:/anh/1"),
        *("/uploads/2018/anh", "../anh", "\\\\maychu\\anh", "https://langson.gov.vn/anh"),
        *("www.langson.gov.vn", "file:///C:/anh"),
    ],
)
def test_a_file_name_is_no_alternative_text(value):
    assert text.is_file_name(value)


@pytest.mark.parametrize(
    "value",
    [
        "Đ/c Nguyễn Thị Hà, Giám đốc Sở KH&CN phát biểu tại Hội nghị",
        "Các đại biểu tham dự Hội nghị",
        "Hội nghị năm 2018.",
        "Image of the laboratory",
        "ISO 9001:2015",
        "Quyết định 1234/QĐ-UBND",
        "Scan bản đồ",
        "",
    ],
)
def test_a_description_is_an_alternative_text(value):
    assert not text.is_file_name(value)


# --- Search ---


@pytest.mark.parametrize(
    "query",
    [
        "hội nghị tổng kết",
        "hoi nghi tong ket",
        "HOI NGHI",
        "Hội nghị",
        nfd("hội nghị tổng kết"),
        "khcn",
        "kh&cn",
        "KH & CN",
        "khoa học và công nghệ",
        "khoa học công nghệ",
        "tong ket 2017",
        "2017 tong ket",
        "nguyen thi ha",
        "sở khcn lạng sơn",
        "Tỉnh uỷ",
        "ủy ban nhân dân tỉnh",
        "19/01/2018",
    ],
)
def test_search_finds_the_article(query):
    assert text.matches(query, SEED, SYNONYMS)
    assert text.matches(query, nfd(SEED), SYNONYMS)
    assert text.matches(query, text.fold(SEED), SYNONYMS)


@pytest.mark.parametrize(
    "query",
    [
        *("dai hoi", "đại hội", "Đại hội Đảng bộ", "ket tong", "tong ket 2016", "hoi nghii"),
        *("", " ", "\x00", "*", '"', "%", "_", "' OR 1=1 --", "NEAR(", "<script>", "a" * 10_000),
    ],
)
def test_search_does_not_find_the_article(query):
    assert not text.matches(query, SEED, SYNONYMS)


@pytest.mark.parametrize(
    ("query", "content", "found"),
    [
        # one pair: it has to stand side by side
        ("a b", "a x b", False),
        # two and three pairs: one; four: two
        ("a b c", "a b x c", True),
        ("a b c", "a x b x c", False),
        ("a b c d", "a b x c x d", True),
        ("a b c d e", "a b x c x d x e", False),
        ("a b c d e", "a b c x d x e", True),
        ("a b c d e", "a b c x d", False),
        # numbers form no pairs
        ("a 1", "1 x a", True),
        ("a 1 b", "b x a 1", True),
        ("covid19 a", "a x covid19", True),
        # the order within a pair counts
        ("a b", "b a", False),
        ("a a", "a x a", False),
        ("a a", "a a", True),
    ],
)
def test_a_hit_holds_every_syllable_and_half_of_the_pairs(query, content, found):
    assert text.matches(query, content) is found


@pytest.mark.parametrize(
    ("query", "content", "found"),
    [
        ("khcn lạng sơn", "Sở Khoa học và Công nghệ Lạng Sơn", True),
        ("khoa hoc va cong nghe lang", "KH&CN Lạng", True),
        ("sở khcn", "Sở Khoa học và Công nghệ", True),
        ("sở khcn", "Sở Nông nghiệp, khoa học và công nghệ", False),
        ("khcn", "khoa học, nhân và công nghệ", False),
        ("khoa học", "Sở KHCN", False),
        ("khoa học", "Sở Khoa học và Công nghệ", True),
    ],
)
def test_a_synonym_is_one_word(query, content, found):
    assert text.matches(query, content, SYNONYMS) is found


def test_a_synonym_is_a_word_even_when_a_number_means_it():
    industry = [["4.0", "công nghiệp bốn"]]
    assert text.matches("4.0 số", "công nghiệp bốn số", industry)
    assert not text.matches("4.0 số", "số của 4.0", industry)


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("KHCN", "khoa học và công nghệ"),
        ("KH&CN", "khoa học và công nghệ"),
        ("UBND", "Uỷ ban nhân dân"),
        ("HĐND", "hội đồng nhân dân"),
        ("MTTQ", "Mặt trận Tổ quốc"),
        ("TT&TT", "thông tin và truyền thông"),
        ("NN&PTNT", "nông nghiệp và phát triển nông thôn"),
        ("LĐTB&XH", "lao động, thương binh và xã hội"),
        ("SHTT", "sở hữu trí tuệ"),
        ("ĐMST", "đổi mới sáng tạo"),
        ("CĐS", "chuyển đổi số"),
        ("TTHC", "thủ tục hành chính"),
    ],
)
def test_the_abbreviations_work_both_ways(short, full):
    assert text.matches(short, f"Về {full} tỉnh", SYNONYMS)
    assert text.matches(full, f"Về {short} tỉnh", SYNONYMS)
    assert not text.matches(short, f"Về {full} tỉnh")


def test_expand_gives_each_word_with_its_synonyms():
    assert text.expand("Sở KH&CN 2018", [["KHCN", "KH&CN", "khoa học"], ["", "KHCN"]]) == [
        (("so",),),
        (("khcn",), ("kh", "cn"), ("khoa", "hoc")),
        (("2018",),),
    ]
    assert text.expand("a", [["a", "b"], ["c", "a"]]) == [(("a",), ("b",))]
    assert text.expand("khoa học") == [(("khoa",),), (("hoc",),)]
    assert text.expand("!?", SYNONYMS) == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Quyết định 1234/QĐ-UBND", ["quyet", "dinh", "1234", "qd", "ubnd"]),
        ("KH&CN", ["kh", "cn"]),
        (nfd("Tỉnh ủy,HĐND"), ["tinh", "uy", "hdnd"]),
        ("công\u00adnghệ_số", ["congnghe", "so"]),
        ("…", []),
    ],
)
def test_syllables_are_folded_runs_of_letters_and_digits(value, expected):
    assert text.syllables(value) == expected
    assert text.syllables(text.fold(value)) == expected


@pytest.mark.parametrize(
    ("query", "better", "worse"),
    [
        ("hoi nghi tong ket", ("", "Hội nghị tổng kết"), ("Hội nghị và tổng, kết thúc", "")),
        ("Hà", ("", "bà Hà"), ("Hạ Long", "")),
        ("Hà", ("", "bà Hà"), ("", "ba Ha")),
        ("Nguyễn Thị Hà", ("", "Nguyễn Thị Hà"), ("", "Nguyễn Thị Hạ, Hà Nội")),
        ("hoà", ("", "hòa"), ("", "hoa")),
        ("hội nghị", ("Hội nghị", ""), ("", "Hội nghị")),
        ("Hà", ("Hà", ""), ("Hạ", "Hà")),
        ("ha", ("Hạ", ""), ("", "ha")),
        ("khcn", ("Khoa học và công nghệ", ""), ("", "KHCN")),
        ("dai hoi", ("Đại hội", ""), ("đại diện, hội nghị", "hội nghị, đại diện")),
    ],
)
def test_score_prefers_side_by_side_then_accents_then_titles(query, better, worse):
    assert text.score(query, *better, SYNONYMS) > text.score(query, *worse, SYNONYMS)


def test_score_of_what_is_no_hit_is_nothing():
    assert text.score("dai hoi", TITLE, BODY, SYNONYMS) == (0, 0, 0, 0)
    assert text.score("", TITLE, BODY, SYNONYMS) == (0, 0, 0, 0)
    # 3 pairs, 4 words and 3 pairs with their accents, all of them in the title too
    assert text.score("hội nghị tổng kết", TITLE, BODY) == (3, 7, 7, 7)


@pytest.mark.parametrize(
    ("query", "content", "expected"),
    [
        (
            "hoi nghi",
            "Tại Hội nghị, xã hội",
            [("Tại ", False), ("Hội nghị", True), (", xã hội", False)],
        ),
        ("hoi nghi", "Nghị hội và hội", [("Nghị hội", True), (" và ", False), ("hội", True)]),
        ("hoi nghi", "xã hội", [("xã ", False), ("hội", True)]),
        ("kh&cn", "Sở KH&CN (KHCN)", [("Sở ", False), ("KH&CN", True), (" (", False)]),
        ("2018 khcn", "năm 2018 khoa học và công nghệ", [("năm ", False)]),
        ("ha", nfd("bà Hà"), [(nfd("bà "), False), (nfd("Hà"), True)]),
        ("<b>", "a <b> c", [("a <", False), ("b", True), ("> c", False)]),
        ("x", "một hai", [("một hai", False)]),
        ("", "một hai", [("một hai", False)]),
        ("x", "", []),
    ],
)
def test_mark_marks_the_texts_own_words(query, content, expected):
    marked = text.mark(query, content, SYNONYMS)
    assert marked[: len(expected)] == expected
    assert "".join(piece for piece, _hit in marked) == content


@pytest.mark.parametrize("length", [30, 60, 200])
@pytest.mark.parametrize("query", ["hoi nghi", "ccs", "khcn", "y kien", "zzz", ""])
def test_snippet_shows_the_match_within_its_length(query, length):
    pieces = text.snippet(query, SEED, length=length, synonyms=SYNONYMS)
    shown = "".join(piece for piece, _hit in pieces)
    assert len(shown) <= length
    assert " " + shown.strip("…") + " " in " " + " ".join(SEED.split()) + " "
    assert any(hit for _piece, hit in pieces) is (query not in ("zzz", ""))


def test_snippet_marks_the_accented_words():
    assert text.snippet("ccs cong cu", SEED, length=40) == [
        ("…", False),
        ("Ứng dụng ", False),
        ("ccs công cụ", True),
        (" quản lý chất", False),
        ("…", False),
    ]
    for spaces in (" ", "\n\n  ", "\t", "\u3000", "\u2028", " \u1680"):
        assert text.snippet("hai", f"một{spaces}hai ") == [("một ", False), ("hai", True)]


# --- Speed ---

HOSTILE = [
    *(" ", "\t", ".", "(0- ", '"', "A. ", "\n \t", "TiÕng ", "kh&cn ", "ộ", "a ", "+(", "\u0301"),
]
FUNCTIONS = [
    *(text.normalize, text.normalize_line, text.fold, text.slugify, text.sort_key),
    *(text.legacy_encoding, text.first_sentence, text.phone_link, text.is_file_name),
    lambda value: text.matches(value, value, SYNONYMS),
    lambda value: text.snippet("a", value),
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_no_function_is_slow_on_a_hostile_text(piece):
    value = piece * (60_000 // len(piece)) + "x"
    for function in FUNCTIONS:
        started = time.process_time()
        function(value)
        assert time.process_time() - started < 3


def test_the_module_needs_no_settings_beyond_translation():
    code = "from portal import text; print(text.slugify('Đại hội'), text.phone_link('113'))"
    env = {"PYTHONPATH": "."}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env)
    assert (done.stdout, done.returncode) == ("dai-hoi tel:113\n", 0)

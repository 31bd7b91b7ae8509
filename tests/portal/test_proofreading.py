"""Slips in Vietnamese text: which words raise a question, and which must not."""

import time
from collections import Counter
from datetime import date

import pytest

from news.sample import articles as sample
from portal import proofreading, richtext, text
from tests.news.clean_articles import ARTICLES

SEED = richtext.plain_text(sample.REPORT.body)


def found(source):
    return [(slip.rule, slip.words) for slip in proofreading.slips(source)]


def rules(source):
    return [slip.rule for slip in proofreading.slips(source)]


# ── The report the portal was ordered with ──────────────────────────────────────────────────────
def test_the_seed_raises_exactly_its_slips():
    assert found(SEED) == [
        ("space_missing", "ủy,HĐND"),
        ("space_before", "là :"),
        ("space_before", "nghệ ;"),
        ("space_before", "tuệ ;"),
        ("no_syllable", "ccs"),
        ("word_twice", "tiến tiến"),
        ("space_twice", "cố,...  Đồng thời"),
    ]
    assert [mixed.forms for mixed in proofreading.mixed_forms([SEED])] == [("KHCN", "KH&CN")]
    assert proofreading.unexplained([SEED]) == []
    assert proofreading.personal_data(SEED) == []


def test_every_slip_of_the_seed_comes_with_a_proposal_in_words():
    better = {slip.words: slip.better for slip in proofreading.slips(SEED)}
    assert better["ủy,HĐND"] == "ủy, HĐND"
    assert better["là :"] == "là:"
    assert better["ccs"] == "các"
    assert better["tiến tiến"] == "tiên tiến"
    slip = proofreading.slips(SEED)[0]
    assert slip.sentence == "Thiếu dấu cách sau dấu câu. Viết “ủy, HĐND”."
    assert SEED[slip.start : slip.end] == slip.words


@pytest.mark.parametrize("story", sample.SAMPLES, ids=lambda story: story.title[:40])
def test_the_samples_raise_only_what_they_took_over_from_the_seed(story):
    body = richtext.plain_text(story.body)
    taken_over = [one for one in found(SEED) if one[1] in body]
    assert found(f"{story.title}\n{body}") == taken_over


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article[0][:40])
def test_a_clean_article_raises_nothing(article):
    title, *paragraphs = article
    source = "\n".join(paragraphs)
    assert found(title) + found(source) == []
    assert proofreading.mixed_forms([title, source]) == []
    assert proofreading.unexplained([title, source]) == []
    assert proofreading.personal_data(source) == []
    assert proofreading.forbidden(source) == []


def test_there_are_forty_clean_articles():
    assert len(ARTICLES) >= 40
    assert len({article[0] for article in ARTICLES}) == len(ARTICLES)


def test_twenty_thousand_characters_take_less_than_a_tenth_of_a_second():
    source = (SEED + "\n") * 5
    source = source[:20_000]
    assert len(source) == 20_000
    times = []
    for _run in range(5):
        start = time.process_time()
        proofreading.slips(source)
        proofreading.mixed_forms([source])
        proofreading.unexplained([source])
        proofreading.personal_data(source)
        times.append(time.process_time() - start)
    assert min(times) < 0.1


@pytest.mark.parametrize(
    "piece", ["a", "a-", "a.", "1.", " ", "  ,", "(", "KH&", "0 ", "a@", "số "]
)
def test_no_pattern_is_slow_on_what_repeats(piece):
    source = piece * (50_000 // len(piece))
    start = time.process_time()
    proofreading.slips(source)
    proofreading.mixed_forms([source])
    proofreading.unexplained([source])
    proofreading.personal_data(source)
    proofreading.forbidden(source)
    assert time.process_time() - start < 3


# ── Spaces ──────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Tỉnh ủy,HĐND tỉnh", [("space_missing", "ủy,HĐND")]),
        ("gồm:giống, phân bón", [("space_missing", "gồm:giống")]),
        ("nộp hồ sơ;nhận kết quả", [("space_missing", "sơ;nhận")]),
        ("năm 2017,kế hoạch", [("space_missing", "2017,kế")]),
        ("(quý I),kế hoạch", [("space_missing", "I),kế")]),
        ("của tỉnh.Đồng thời", [("space_missing", "tỉnh.Đồng")]),
        ("Cụ thể là : nhiều", [("space_before", "là :")]),
        ("đạt kết quả tốt .", [("space_before", "tốt .")]),
        ("Có đúng không ?", [("space_before", "không ?")]),
        ("củng cố.  Đồng thời, Sở", [("space_twice", "cố.  Đồng thời")]),
        ("hai  dấu", [("space_twice", "hai  dấu")]),
    ],
)
def test_a_space_too_many_or_too_few_is_found(source, expected):
    assert found(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        "điện thoại (0205) 3.871.906",
        "đạt 1,2 triệu; 3,5%; lúc 8:30",
        "xem https://langson.gov.vn/a,b:c;d và skhcn@langson.gov.vn, cảm ơn",
        "trang langson.gov.vn,dichvucong.gov.vn",
        "tỷ lệ 3 : 5 và N:P:K",
        "theo ISO 9001:2015, TCVN 5603:2008",
        "điểm a,b khoản 2",
        "v.v. Trong đó",
        "TP.Lạng Sơn, Ths.Nguyễn Văn An",
        "chất lượng,.. được triển khai, Taximet,... Qua đó,… tiếp",
        "Thưa các đồng chí ... và các bạn",
        "dòng một \n dòng hai",
        "“Đúng!”, ông nói; “không sai”.",
    ],
)
def test_right_spaces_raise_nothing(source):
    assert rules(source) == []


# ── Words that are none ─────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("ứng dụng ccs công cụ", "ccs"),
        ("công tác nghiêm cứuu khoa học", "cứuu"),
        ("hội nghj tổng kết", "nghj"),
        ("kết qủa ngiên cứu", "ngiên"),
        ("đồng kí nguời dân", "nguời"),
        ("phat triển cac sản phẩm", "cac"),
        ("cề mặt", "cề"),
        ("ngành khoahoc tỉnh", "khoahoc"),
        ("phòng congnghe", "congnghe"),
        ("Nguyễnn Văn An", "Nguyễnn"),
    ],
)
def test_what_is_no_syllable_is_found(source, word):
    assert ("no_syllable", word) in found(source)


@pytest.mark.parametrize(
    "source",
    [
        "họp trực tuyến trên internet, website, email",
        "máy robot, camera, drone",
        "học máy (machine learning) và “startup”",
        "áp dụng big data, deep learning vào sản xuất",
        "loài Illicium verum và Zea mays",
        "dài 3 km, rộng 5 ha, nặng 12 kg, 180 kWh, 21 °C, 12 m2, 5mg/l",
        "kháng sinh amoxicillin, paracetamol",
        "tỉnh Bắc Kạn, xã Kơ Chung, tư duy lô gíc, đi song song",
        "iPhone, eOffice, pH, VietGAP",
        "Samsung, Mettler Toledo, Hitachi, Đắk Lắk, Krông Nô, Pleiku",
        "người H’Mông, Ê Đê, Xơ Đăng, Cơ Ho, Sán Chay",
        "xem tệp bao-cao-tong-ket.pdf",
        "số 1234/QĐ-UBND, 30/2020/NĐ-CP, điểm b khoản 1",
        "đ/c Nguyễn Thị Hà, TS. Trần Văn Bình, v.v.",
        "giếng khơi, khuya khoắt, khuỷu tay, ngoằn ngoèo, huýt sáo, quýt, xoong, tuýp, quạu",
        "ki-lô-mét, in-tơ-nét, vắc-xin, bê-tông",
        "hoà bình và hòa bình, uỷ ban và ủy ban, thuý và thúy",
    ],
)
def test_words_names_and_units_raise_nothing(source):
    assert rules(source) == []


def test_a_proposal_comes_from_the_article_and_is_one_key_away():
    source = "các sản phẩm của các đơn vị, ccs công cụ; đánh gia; thgủ tục, thủ tục"
    better = {slip.words: slip.better for slip in proofreading.slips(source)}
    assert better == {"ccs": "các", "thgủ": ""}
    assert text.is_syllable("gia", strict=True)


# ── Words that stand twice ──────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "source",
    [
        "công cụ quản lý tiến tiến; đẩy mạnh",
        "các các đơn vị",
        "của của tỉnh",
        "Sở sở tại",
        "đã đã hoàn thành",
        "cung cấp thông thông tin",
        "đẩy mạnh công công tác",
    ],
)
def test_a_word_typed_twice_is_found(source):
    assert rules(source) == ["word_twice"]


@pytest.mark.parametrize(
    "source",
    [
        "xanh xanh, ngày ngày, luôn luôn, từng từng",
        "nhà nhà, người người, ai ai, nơi nơi, đâu đâu",
        "mãi mãi, dần dần, thường thường, từ từ, khẽ khẽ, chầm chậm",
        "sáng sáng, chiều chiều, tối tối, năm năm, tháng tháng",
        "đời đời, muôn muôn, ngàn ngàn, lớp lớp, hàng hàng, trùng trùng",
        "đi đi lại lại, ra ra vào vào",
        "ào ào, ầm ầm, rì rì, vù vù, hì hì",
        "sản xuất xuất khẩu, đầu tư tư nhân, đề tài tài chính, hợp tác tác động",
        "khoa học học sinh, pháp luật luật sư, hoạt động động viên",
        "cuộc họp. Họp xong thì về",
        "Hội nghị, Hội nghị đã được nghe",
        "dân tộc Lô Lô",
        "số 10 10 12",
    ],
)
def test_reduplication_and_the_meeting_of_two_words_raise_nothing(source):
    assert rules(source) == []


# ── Abbreviations ───────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("texts", "forms"),
    [
        (["Sở KHCN và Sở KHCN", "Bộ KH&CN"], [("KHCN", "KH&CN")]),
        (["Sở NN-PTNT, Sở NN-PTNT, Sở NN&PTNT"], [("NN-PTNT", "NN&PTNT")]),
        (["Sở KHCN", "số 12/SKHCN-QLKH, 5/QĐ-KH&CN"], []),
        (["UBND tỉnh, HĐND tỉnh"], []),
    ],
)
def test_two_forms_of_one_abbreviation_are_one_finding(texts, forms):
    assert [mixed.forms for mixed in proofreading.mixed_forms(texts)] == forms


@pytest.mark.parametrize(
    ("source", "forms"),
    [
        ("theo quy định của BQLDACT", ["BQLDACT"]),
        ("Ban quản lý dự án cấp tỉnh (BQLDACT). BQLDACT họp", []),
        ("UBND, HĐND, KH&CN, ISO, NGO", []),
        ("HỘI NGHỊ TỔNG KẾT NĂM 2017", []),
        ("Chương III, Đại hội XIII", []),
        ("công ty của hãng DJI", []),
        ("SAMSUNG, VIETTEL, UNESCO", []),
    ],
)
def test_an_abbreviation_that_nobody_explains_is_found_once(source, forms):
    assert [short.forms[0] for short in proofreading.unexplained([source])] == forms


# ── Personal data, paths, days ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("source", "numbers"),
    [
        ("CCCD 020190001234 cấp ngày 1/1/2021", ["020190001234"]),
        ("số 020 190 001 234", ["020 190 001 234"]),
        ("chứng minh nhân dân số 081234567", ["081234567"]),
        ("STK 1234 5678 9012 tại ngân hàng", ["1234 5678 9012"]),
        ("Số tài khoản: 0201000123456", ["0201000123456"]),
        ("gọi ông An, 0912 345 678", ["0912 345 678"]),
        ("gọi +84 912.345.678", ["+84 912.345.678"]),
        ("kinh phí 123456789 đồng, 150.000.000 đồng", []),
        ("điện thoại (0205) 3.871.906, fax 0205.3872075", []),
        ("mã số 893 và năm 2018, 1900 1234", []),
    ],
)
def test_numbers_of_people_are_found(source, numbers):
    spans = proofreading.personal_data(source)
    assert [source[start:end] for _sentence, start, end in spans] == numbers


@pytest.mark.parametrize(
    ("source", "count"),
    [
        (r"ảnh C:\Users\Lan\anh.jpg", 1),
        ("ảnh file:///C:/anh.jpg", 1),
        (r"ở \\maychu\anh\1.jpg", 1),
        ("data:image/png;base64,iVBORw0KGgo", 1),
        ("tỷ lệ a:b, Điều C: quy định; https://a.vn/x", 0),
    ],
)
def test_a_path_of_a_computer_and_a_picture_as_text_are_found(source, count):
    assert len(proofreading.forbidden(source)) == count


@pytest.mark.parametrize(
    ("sentence", "day"),
    [
        ("Ngày 19/01/2018, Sở đã tổ chức Hội nghị.", date(2018, 1, 19)),
        ("Sáng ngày 19 tháng 01 năm 2018, Sở họp.", date(2018, 1, 19)),
        ("Chiều 18/10/2023, lãnh đạo Sở tiếp đoàn.", date(2023, 10, 18)),
        ("Ngày 25/12/2030, Sở sẽ tổ chức hội thảo.", None),
        ("Nộp hồ sơ trước ngày 30/9/2030.", None),
        ("Theo Quyết định số 12/QĐ-UBND ngày 05/01/2030, Sở giao.", None),
        ("Ngày 31/02/2018, Sở họp.", None),
        ("Sở họp tuần này.", None),
    ],
)
def test_the_day_a_sentence_reports_on(sentence, day):
    assert proofreading.event_day(sentence) == day


def test_the_years_of_a_title():
    assert proofreading.years(sample.REPORT.title) == [2017, 2018]
    assert proofreading.years("Chương trình giai đoạn 2016-2020") == []


def test_the_place_is_shown_with_words_around_it():
    source = "Trong năm qua, được sự quan tâm chỉ đạo của Tỉnh ủy,HĐND và UBND tỉnh, đặc biệt với"
    slip = proofreading.slips(source)[0]
    before, words, after = proofreading.around(source, slip.start, slip.end)
    assert words == "ủy,HĐND"
    assert before == "…quan tâm chỉ đạo của Tỉnh "
    assert after == " và UBND tỉnh, đặc biệt với"


def test_the_vocabulary_counts_syllables_alone():
    assert proofreading.words_of(["các Các ccs 12"]) == Counter({"các": 2})

"""Words of spam: tricks with letters do not hide them, words that only look alike are others."""

import pytest

from portal import spam


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Nổ hũ, TÀI XỈU", ["nổ hũ", "tài xỉu"]),
        ("no hu va tai xiu", ["nổ hũ", "tài xỉu"]),
        ("n0 hu, cas1no, c@sino", ["casino", "nổ hũ"]),
        ("t.à.i x.ỉ.u", ["tài xỉu"]),
        ("c a s i n o", ["casino"]),
        ("tài\u200bxỉu", ["tài xỉu"]),
        ("ｃａｓｉｎｏ, с\u0430sino", ["casino"]),
        ("kubet77", ["kubet"]),
        ("cả cuộc đời, lo đề thi, nhà cai nghiện, nhà cải tạo, lỗ đế giày", []),
        ("10 đề tài, 10 de tai, bong da phong trao, lode, xổ số kiến thiết", []),
    ],
)
def test_words_are_found_as_they_look_and_with_their_accents(text, terms):
    assert sorted({word.term for word in spam.words(text)}) == terms

"""What keeps the writer's form from being saved or published: all of it at once, with its field."""

import re
from html import unescape

import pytest

from news import copies
from news.models import Article
from tests.factories import make_article, make_article_photo, make_attachment, make_user
from tests.news.test_admin import ADD, change, fields, post

pytestmark = pytest.mark.django_db

NO_BODY = ("id_body", "Bài chưa có nội dung. Xin viết hoặc dán vào mục 2 “Nội dung”.")
NO_REASON = (
    "id_own_reason",
    "Đây là bài của chính bạn. Xin ghi lý do tự xuất bản; người duyệt khác sẽ xem lại sau.",
)


def refusals_of(response):
    """The heading and (field, sentence) of each line at the top of the form."""
    text = response.content.decode()
    boxes = re.findall(r'<div class="refusals".*?</div>', text, re.DOTALL)
    assert len(boxes) == 1
    heading = re.search("<strong>(.*?)</strong>", boxes[0]).group(1)
    lines = re.findall(r'<li>(?:<a href="#([^"]*)" data-jump>)?(.*?)(?:</a>)?</li>', boxes[0])
    return heading, [(anchor, unescape(said)) for anchor, said in lines]


def has_field(response, anchor):
    return f'id="{anchor}"' in response.content.decode()


def test_a_refused_publication_says_all_that_is_missing_each_with_its_field(client, editor):
    article = make_article(status="draft", body="", created_by=editor)
    first, second = (make_article_photo(article=article, ref=ref, order=ref) for ref in (1, 2))
    for use in (first, second):
        use.photo.alt = ""
        use.photo.save()
    rows = [
        {"id": use.pk, "article": article.pk, "photo": use.photo_id, "caption": caption}
        for use, caption in ((first, "Các đại biểu"), (second, ""))
    ]
    data = fields(category=article.category, body="", photos=rows, own_reason="", _publish="1")
    response = post(client, article, data, follow=True)
    heading, lines = refusals_of(response)
    assert heading == "Chưa làm được việc vừa chọn. Xin sửa các mục sau rồi bấm lại:"
    assert [anchor for anchor, _said in lines] == [
        "id_body",
        "id_photos-0-alt",
        "id_photos-1-caption",
        "id_photos-1-alt",
        "id_own_reason",
    ]
    assert (lines[0], lines[-1]) == (NO_BODY, NO_REASON)
    assert all(has_field(response, anchor) for anchor, _said in lines)
    assert '<li class="success">Đã lưu nháp.</li>' in response.content.decode()


def test_the_reason_and_the_note_of_a_working_copy_are_asked_for_together(client, editor):
    live = make_article()
    copy = copies.open_copy(live, by=editor)
    data = fields(category=live.category, slug=live.slug, is_major_change="on", own_reason="")
    response = post(client, copy, data | {"_publish": "1"}, follow=True)
    _heading, lines = refusals_of(response)
    assert [anchor for anchor, _said in lines] == ["id_change_note", "id_own_reason"]
    assert all(has_field(response, anchor) for anchor, _said in lines)


def test_what_cannot_be_saved_says_every_field_also_of_rows_and_keeps_what_was_typed(
    client, editor
):
    article = make_article(status="draft", created_by=editor)
    use = make_article_photo(article=article, ref=1)
    file = make_attachment(article=article)
    photo = {"id": use.pk, "article": article.pk, "photo": use.photo_id, "caption": "x" * 3000}
    document = {"id": file.pk, "article": article.pk, "title": "Kế hoạch", "order": "hai"}
    data = fields(title="", publish_at="hôm qua", photos=[photo], attachments=[document])
    response = post(client, article, data | {"byline": "Hưng Đức", "category": ""})
    heading, lines = refusals_of(response)
    assert heading == ("Chưa lưu được, nội dung đã nhập vẫn còn. Xin sửa các mục sau rồi bấm lại:")
    assert [anchor for anchor, _said in lines] == [
        "id_title",
        "id_category",
        "id_publish_at",
        "id_photos-0-caption",
        "id_attachments-0-order",
    ]
    assert [said.partition(": ")[0] for _anchor, said in lines] == [
        "Tiêu đề",
        "Chuyên mục",
        "Ngày giờ đăng",
        "Ảnh trong bài 1",
        "Tài liệu đính kèm 1",
    ]
    assert all(has_field(response, anchor) for anchor, _said in lines)
    page = response.content.decode()
    for typed in ("hôm qua", "Hưng Đức", "x" * 3000, 'value="hai"'):
        assert typed in page
    assert "<title>Có lỗi: " in page


def test_a_row_that_is_to_go_is_not_asked_about(client, editor):
    article = make_article(status="draft", created_by=editor)
    file = make_attachment(article=article)
    document = {"id": file.pk, "article": article.pk, "title": "", "order": "hai", "DELETE": "on"}
    response = post(client, article, fields(title="", attachments=[document]))
    assert [anchor for anchor, _said in refusals_of(response)[1]] == ["id_title"]


def test_pressing_publish_tells_at_once_what_saving_and_what_publishing_needs(client, editor):
    response = client.post(ADD, fields(title="", body="", own_reason=" ", _publish="1"))
    _heading, lines = refusals_of(response)
    assert [anchor for anchor, _said in lines] == ["id_title", "id_body", "id_own_reason"]
    assert lines[1:] == [NO_BODY, NO_REASON]
    assert not Article.objects.exists()


def test_saving_a_draft_asks_for_nothing_that_only_publishing_needs(client, editor):
    response = client.post(ADD, fields(title="", body="", own_reason=""))
    assert [anchor for anchor, _said in refusals_of(response)[1]] == ["id_title"]


def test_a_return_without_words_leads_to_their_field(client, editor):
    article = make_article(status="submitted", created_by=make_user())
    data = fields(category=article.category, slug=article.slug, return_reason=" ", _return="1")
    response = post(client, article, data, follow=True)
    assert refusals_of(response)[1] == [("id_return_reason", "Xin ghi tác giả cần sửa gì.")]


def test_an_expiry_before_the_publication_leads_to_its_field(client, editor):
    article = make_article(status="draft", created_by=make_user())
    data = fields(category=article.category, expire_at="01/01/2020 00:00", _publish="1")
    response = post(client, article, data, follow=True)
    assert [anchor for anchor, _said in refusals_of(response)[1]] == ["id_expire_at"]


def test_other_messages_stay_messages(client, editor):
    article = make_article(status="draft", created_by=editor)
    response = client.post(change(article), {"_publish": "1", "version": "99"}, follow=True)
    assert 'class="refusals"' not in response.content.decode()
    assert '<li class="error">' in response.content.decode()

"""The article as it stands in the open form, for looking at it: nothing here is saved."""

from datetime import date

from django import forms

from news.checks import Draft
from news.models import Article, ArticlePhoto, Attachment, Category, Conference, Photo
from news.typed import rows_of
from portal import richtext, text
from portal.text import row_number

# More rows than any article has; each costs time.
MOST_ROWS = 200


def draft_of(article: Article, data) -> Draft:
    """The article with what was typed: `data` is what the form sends; `article` may be new.

    What cannot be read (half a date, a number that is a word) counts as empty: the form itself
    will say so when it is saved.
    """
    conference = _conference(data)
    typed_body = data.get("body", "")
    article.title = text.normalize_line(data.get("title", ""))[:1000]
    article.summary = text.normalize(data.get("summary", ""))
    article.body = richtext.clean(typed_body)
    article.kind = data.get("kind", article.kind)
    article.category_id = _existing(Category, data.get("category"))
    if not article.is_working_copy:
        article.publish_at = _read(forms.DateTimeField(), data.get("publish_at"))
    return Draft(
        article=article,
        photos=_photos(article, data),
        files=_files(article, data),
        conference=conference,
        linked=_linked(data, conference),
        typed_body=typed_body,
    )


def _rows(data, prefix: str) -> list[tuple[int, dict]]:
    """The rows of one inline that are not marked for removal: (number in the form, fields)."""
    total = min(row_number(data.get(f"{prefix}-TOTAL_FORMS")) or 0, MOST_ROWS)
    rows = []
    for number, row in sorted(rows_of(prefix, data).items()):
        fields = {field: data[name] for (before, field), name in row.items() if not before}
        if number < total and fields and not fields.get("DELETE"):
            rows.append((number, fields))
    return rows


def _photos(article: Article, data) -> list[tuple[int, ArticlePhoto]]:
    rows = [(row, typed) for row, typed in _rows(data, "photos") if row_number(typed.get("photo"))]
    ids = {row_number(typed["photo"]) for _row, typed in rows}
    library = Photo.objects.only("alt").in_bulk(ids) if ids else {}
    rows.sort(key=lambda one: (row_number(one[1].get("order")) or 0, one[0]))
    return [
        (row, _use(article, library[row_number(typed["photo"])], typed))
        for row, typed in rows
        if row_number(typed["photo"]) in library
    ]


def _use(article: Article, photo: Photo, typed: dict) -> ArticlePhoto:
    return ArticlePhoto(
        photo=photo,
        caption=text.normalize_line(typed.get("caption", "")),
        alt=text.normalize_line(typed.get("alt", "")),
        is_decorative="is_decorative" in typed,
        needs_no_caption="needs_no_caption" in typed,
    )


def _files(article: Article, data) -> list[tuple[int, Attachment]]:
    """The documents the article has already, with the titles typed for them."""
    stored = {file.pk: file for file in article.attachments.all()} if article.pk else {}
    found = []
    for row, typed in _rows(data, "attachments"):
        if file := stored.get(row_number(typed.get("id"))):
            file.title = text.normalize_line(typed.get("title", ""))
            found.append((row, file))
    return found


def _conference(data) -> Conference | None:
    typed = dict(_rows(data, "conference")).get(0)
    if typed is None:
        return None
    return Conference(
        held_on=_day(typed.get("held_on")),
        review_year=row_number(typed.get("review_year")),
        plan_year=row_number(typed.get("plan_year")),
        chair_id=row_number(typed.get("chair")),
    )


def _linked(data, conference: Conference | None) -> set[int]:
    named = {row_number(typed.get("appointment")) for _row, typed in _rows(data, "people")}
    if conference:
        named.add(conference.chair_id)
    return named - {None}


def _existing(model, typed) -> int | None:
    pk = row_number(typed)
    return pk if pk and model.objects.filter(pk=pk).exists() else None


def _day(typed) -> date | None:
    return _read(forms.DateField(), typed)


def _read(field: forms.Field, typed):
    field.required = False
    try:
        return field.clean(typed or "")
    except forms.ValidationError:
        return None

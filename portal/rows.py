"""Small rows that belong to one row, read with it in one query."""

from django.db import models
from django.db.models import JSONField, Subquery
from django.db.models.functions import JSONObject


class RowAsJSON(Subquery):
    """The first row of `queryset` as one column: a dict of `columns`, or None where there is none.

    `columns` are names or look-ups of the queryset: RowAsJSON(photos, image="photo__image").
    """

    def __init__(self, queryset, **columns):
        rows = queryset.values(row_as_json=JSONObject(**columns))[:1]
        super().__init__(rows, output_field=JSONField())


class RowsAsJSON(Subquery):
    """The rows of `queryset` as one column: a list of dicts of `columns`, in its order.

    `columns` are names or look-ups of the queryset: RowsAsJSON(units, name="department__name").
    For a handful of rows a page always shows; longer lists are a query of their own.
    """

    def __init__(self, queryset, **columns):
        rows = queryset.values(row_as_json=JSONObject(**columns))
        super().__init__(rows, output_field=JSONField())

    def as_sqlite(self, compiler, connection):
        template = '(SELECT json_group_array(json("row_as_json")) FROM (%(subquery)s))'
        return self.as_sql(compiler, connection, template=template)

    def as_postgresql(self, compiler, connection):
        template = (
            "(SELECT coalesce(jsonb_agg(row_as_json), '[]'::jsonb) "
            "FROM (%(subquery)s) AS row_of_list)"
        )
        return self.as_sql(compiler, connection, template=template)


def instance(model, row: dict, **related):
    """A model with the values of a row as JSON, for a page to show; never to be saved.

    `related`: instances for its foreign keys. By position, which Django does four times faster
    than by name; a column that the row lacks is left out.
    """
    values = {model._meta.pk.attname: None} | row
    fields = model._meta.concrete_fields
    made = model(*[values.get(field.attname, models.DEFERRED) for field in fields])
    for name, other in related.items():
        model._meta.get_field(name).set_cached_value(made, other)
    return made

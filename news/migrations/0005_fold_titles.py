"""Fill the folded words of articles and photos that were there before."""

from django.db import migrations

from portal import text

BATCH = 1000


def fold(apps, schema_editor):
    _fill(apps.get_model("news", "Article"), "title_key", ("title",))
    _fill(apps.get_model("news", "Photo"), "search_key", ("name", "alt", "credit", "file_caption"))


def _fill(model, key, sources):
    rows = []
    for row in model.objects.only(*sources).order_by("pk").iterator(chunk_size=BATCH):
        setattr(row, key, text.fold(" ".join(getattr(row, source) for source in sources)))
        rows.append(row)
        if len(rows) == BATCH:
            model.objects.bulk_update(rows, [key])
            rows = []
    model.objects.bulk_update(rows, [key])


class Migration(migrations.Migration):
    dependencies = [("news", "0004_desk")]

    operations = [migrations.RunPython(fold, migrations.RunPython.noop, elidable=True)]

"""What search looks words up in: two columns with accents, the year, PostgreSQL's index.

SQLite's full-text table and its triggers are made after every migration (portal.search_sql),
because a rebuilt table loses them. Entries from before hold no accents: they go, and the index is
filled anew when all migrations are done.
"""

from django.db import migrations, models

# Every syllable and every two side by side, those of the title once more behind "^". Looked up
# without positions: PostgreSQL keeps at most 256 of a word, and reading them costs seconds.
POSTGRES = (
    """
    CREATE FUNCTION portal_search_tokens(
        folded_title text, folded_text text, toned_title text, toned_text text
    ) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 10000 AS $$
    DECLARE
        words text[];
        pairs text[];
        tokens text[] := ARRAY[]::text[];
        source text;
        is_title boolean := true;
    BEGIN
        FOREACH source IN ARRAY ARRAY[folded_title, toned_title, NULL, folded_text, toned_text]
        LOOP
            IF source IS NULL THEN
                tokens := tokens || ARRAY(SELECT '^' || token FROM unnest(tokens) AS token);
                CONTINUE;
            END IF;
            words := string_to_array(source, ' ');
            pairs := ARRAY(
                SELECT a || ' ' || b FROM unnest(words, words[2:]) AS pair(a, b)
                WHERE b IS NOT NULL
            );
            tokens := tokens || words || pairs;
        END LOOP;
        RETURN array_to_tsvector(tokens);
    END $$
    """,
    # The folded text stays in its row, where reading it costs a tenth; the other texts lie apart.
    "ALTER TABLE portal_searchentry ALTER COLUMN folded_text SET STORAGE MAIN",
    "ALTER TABLE portal_searchentry SET (toast_tuple_target = 4080)",
    """
    CREATE INDEX portal_searchentry_tokens ON portal_searchentry
    USING gin (portal_search_tokens(folded_title, folded_text, toned_title, toned_text))
    -- A list of what is still to be sorted in makes the planner shun the index until VACUUM.
    WITH (fastupdate = off)
    """,
    # Statistics of tokens help no plan and would cost ANALYZE a minute.
    "ALTER INDEX portal_searchentry_tokens ALTER COLUMN 1 SET STATISTICS 0",
)


def drop_entries(apps, schema_editor):
    apps.get_model("portal", "SearchEntry").objects.all().delete()


def make_postgres_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in POSTGRES:
            schema_editor.execute(statement)


def drop_postgres_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS portal_searchentry_tokens")
        schema_editor.execute(
            "DROP FUNCTION IF EXISTS portal_search_tokens(text, text, text, text)"
        )


class Migration(migrations.Migration):
    dependencies = [("portal", "0002_synonyms")]

    operations = [
        migrations.RunPython(drop_entries, migrations.RunPython.noop),
        migrations.AddField(
            "searchentry", "toned_title", models.TextField(blank=True, default=""), False
        ),
        migrations.AddField(
            "searchentry", "toned_text", models.TextField(blank=True, default=""), False
        ),
        migrations.AddField(
            "searchentry", "year", models.PositiveSmallIntegerField(blank=True, null=True)
        ),
        migrations.RunPython(make_postgres_index, drop_postgres_index),
    ]

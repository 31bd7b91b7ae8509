"""PostgreSQL: which entries hold the longer phrases of the synonyms, so that no text is read for them.

The row of a phrase with the id 0 says that its entries are kept; portal.search_sql.keep_phrases
writes it. The texts' own trigger keeps the entries.
"""

from django.db import migrations

from portal import postgresql

FUNCTION = """
    CREATE OR REPLACE FUNCTION portal_search_keep_text() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'TRUNCATE' THEN
            TRUNCATE portal_searchtext;
            {truncated}
        ELSIF TG_OP = 'DELETE' THEN
            DELETE FROM portal_searchtext WHERE id = OLD.id;
            {deleted}
        ELSE
            INSERT INTO portal_searchtext
            VALUES (NEW.id, ' ' || NEW.folded_title || ' ', ' ' || NEW.folded_text || ' ')
            ON CONFLICT (id) DO UPDATE SET
                folded_title = EXCLUDED.folded_title, folded_text = EXCLUDED.folded_text;
            {written}
        END IF;
        RETURN NULL;
    END $$
"""
# The text comes first: who keeps a new phrase holds that table.
KEPT = FUNCTION.format(
    truncated="DELETE FROM portal_searchphrase WHERE id <> 0;",
    deleted="DELETE FROM portal_searchphrase WHERE id = OLD.id;",
    written="""
            DELETE FROM portal_searchphrase WHERE id = NEW.id;
            INSERT INTO portal_searchphrase
            SELECT kept.phrase, NEW.id FROM portal_searchphrase AS kept
            WHERE kept.id = 0 AND (
                strpos(' ' || NEW.folded_text || ' ', kept.phrase) > 0
                OR strpos(' ' || NEW.folded_title || ' ', kept.phrase) > 0
            );
    """,
)
POSTGRES = (
    """
    CREATE TABLE portal_searchphrase (
        phrase text NOT NULL, id bigint NOT NULL, PRIMARY KEY (phrase, id)
    )
    """,
    "CREATE INDEX portal_searchphrase_id ON portal_searchphrase (id)",
    KEPT,
)
BACK = (
    FUNCTION.format(truncated="", deleted="", written=""),
    "DROP TABLE portal_searchphrase",
)


class Migration(migrations.Migration):
    dependencies = [("portal", "0012_maintenance_told")]

    operations = [postgresql.run_sql(POSTGRES, BACK)]

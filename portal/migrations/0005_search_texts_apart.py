"""PostgreSQL: slim entries to count, and their folded texts in a table of their own to read.

Counting twenty thousand hits reads a tenth of the pages so. The texts lie in their rows there,
uncompressed, which makes reading them five times as fast; a trigger keeps them, each with a space
at both ends. Short columns stay in the entry's row whatever its width.
"""

from django.db import migrations

from portal import postgresql

_SHORT = ("kind", "url", "title", "folded_title", "category", "department")
POSTGRES = (
    "ALTER TABLE portal_searchentry "
    + ", ".join(f"ALTER COLUMN {column} SET STORAGE PLAIN" for column in _SHORT),
    "ALTER TABLE portal_searchentry ALTER COLUMN folded_text SET STORAGE EXTENDED",
    "ALTER TABLE portal_searchentry SET (toast_tuple_target = 128)",
    """
    CREATE TABLE portal_searchtext (
        id bigint PRIMARY KEY, folded_title text NOT NULL, folded_text text NOT NULL
    ) WITH (toast_tuple_target = 8160)
    """,
    "ALTER TABLE portal_searchtext ALTER COLUMN folded_text SET STORAGE EXTERNAL",
    """
    CREATE FUNCTION portal_search_keep_text() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'TRUNCATE' THEN
            TRUNCATE portal_searchtext;
        ELSIF TG_OP = 'DELETE' THEN
            DELETE FROM portal_searchtext WHERE id = OLD.id;
        ELSE
            INSERT INTO portal_searchtext
            VALUES (NEW.id, ' ' || NEW.folded_title || ' ', ' ' || NEW.folded_text || ' ')
            ON CONFLICT (id) DO UPDATE SET
                folded_title = EXCLUDED.folded_title, folded_text = EXCLUDED.folded_text;
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER portal_searchentry_text
    AFTER INSERT OR DELETE OR UPDATE OF folded_title, folded_text ON portal_searchentry
    FOR EACH ROW EXECUTE FUNCTION portal_search_keep_text()
    """,
    """
    CREATE TRIGGER portal_searchentry_no_text AFTER TRUNCATE ON portal_searchentry
    FOR EACH STATEMENT EXECUTE FUNCTION portal_search_keep_text()
    """,
    """
    INSERT INTO portal_searchtext
    SELECT id, ' ' || folded_title || ' ', ' ' || folded_text || ' ' FROM portal_searchentry
    """,
)
BACK = (
    "DROP TRIGGER portal_searchentry_text ON portal_searchentry",
    "DROP TRIGGER portal_searchentry_no_text ON portal_searchentry",
    "DROP FUNCTION portal_search_keep_text()",
    "DROP TABLE portal_searchtext",
)


class Migration(migrations.Migration):
    dependencies = [("portal", "0004_search_without_workers")]

    operations = [postgresql.run_sql(POSTGRES, BACK)]

"""What the database itself does for the audit trail.

It refuses to change or delete an entry, takes only the entry that comes next, and lets the head
follow it. Who may drop a trigger gets past that; the chain is the proof (portal.audit_chain).
"""

from collections.abc import Iterator

from django.db import connections

_ENTRY, _HEAD = "portal_auditentry", "portal_audithead"
# A new one needs a migration that calls `protect`; `prepare` only makes what is missing.
_TRIGGERS = {
    "sqlite": {
        "portal_audit_unchanged": (
            f"BEFORE UPDATE ON {_ENTRY} BEGIN"
            " SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
        ),
        "portal_audit_undeleted": (
            f"BEFORE DELETE ON {_ENTRY} BEGIN"
            " SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
        ),
        # BEFORE: "INSERT OR REPLACE" would delete a row without a word to the trigger above.
        "portal_audit_next": (
            f"BEFORE INSERT ON {_ENTRY} WHEN NOT EXISTS (SELECT 1 FROM {_HEAD}"  # noqa: S608
            " WHERE sequence = NEW.sequence - 1 AND hash = NEW.previous) BEGIN"
            " SELECT RAISE(ABORT, 'this is not the next entry of the audit trail'); END"
        ),
        "portal_audit_follow": (
            f"AFTER INSERT ON {_ENTRY} BEGIN"  # noqa: S608
            f" UPDATE {_HEAD} SET sequence = NEW.sequence, hash = NEW.hash; END"
        ),
        "portal_audit_head_kept": (
            f"BEFORE DELETE ON {_HEAD} BEGIN"
            " SELECT RAISE(ABORT, 'the audit trail has one end'); END"
        ),
        "portal_audit_head_next": (
            f"BEFORE UPDATE ON {_HEAD} WHEN NEW.sequence <> OLD.sequence + 1"  # noqa: S608
            f" OR NOT EXISTS (SELECT 1 FROM {_ENTRY}"
            " WHERE sequence = NEW.sequence AND hash = NEW.hash) BEGIN"
            " SELECT RAISE(ABORT, 'the end of the audit trail follows its entries'); END"
        ),
    },
    "postgresql": {
        "portal_audit_kept": (
            f"BEFORE UPDATE OR DELETE ON {_ENTRY}"
            " FOR EACH ROW EXECUTE FUNCTION portal_audit_refuse()"
        ),
        "portal_audit_not_emptied": (
            f"BEFORE TRUNCATE ON {_ENTRY} FOR EACH STATEMENT EXECUTE FUNCTION portal_audit_refuse()"
        ),
        "portal_audit_next": (
            f"AFTER INSERT ON {_ENTRY} FOR EACH ROW EXECUTE FUNCTION portal_audit_follow()"
        ),
        "portal_audit_head_kept": (
            f"BEFORE DELETE ON {_HEAD} FOR EACH ROW EXECUTE FUNCTION portal_audit_refuse()"
        ),
        "portal_audit_head_not_emptied": (
            f"BEFORE TRUNCATE ON {_HEAD} FOR EACH STATEMENT EXECUTE FUNCTION portal_audit_refuse()"
        ),
        "portal_audit_head_next": (
            f"BEFORE UPDATE ON {_HEAD} FOR EACH ROW"
            # Only as the consequence of a new entry.
            " WHEN (NEW.sequence <> OLD.sequence + 1 OR pg_trigger_depth() < 1)"
            " EXECUTE FUNCTION portal_audit_refuse()"
        ),
    },
}
_FUNCTIONS = (
    """
    CREATE OR REPLACE FUNCTION portal_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the audit trail is append-only' USING ERRCODE = 'restrict_violation';
    END $$
    """,
    f"""
    CREATE OR REPLACE FUNCTION portal_audit_follow() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE {_HEAD} SET sequence = NEW.sequence, hash = NEW.hash
            WHERE sequence = NEW.sequence - 1 AND hash = NEW.previous;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'this is not the next entry of the audit trail'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NULL;
    END $$
    """,  # noqa: S608
)
_KNOWN = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
}


def prepare(using: str) -> None:
    """Make the triggers that are missing and the head of an empty chain; safe to repeat.

    Django's table rebuilds on SQLite drop triggers.
    """
    connection = connections[using]
    with connection.cursor() as cursor:
        if not {_ENTRY, _HEAD} <= set(connection.introspection.table_names(cursor)):
            return  # migrated back
        cursor.execute(_KNOWN[connection.vendor])
        known = {name for (name,) in cursor.fetchall()}
        for statement in _missing(connection.vendor, known):
            cursor.execute(statement)
        # The head of a chain that has entries is never made anew: its absence is a finding.
        cursor.execute(
            f"INSERT INTO {_HEAD} (id, sequence, hash) SELECT 1, 0, ''"  # noqa: S608
            f" WHERE NOT EXISTS (SELECT 1 FROM {_HEAD})"
            f" AND NOT EXISTS (SELECT 1 FROM {_ENTRY})"
        )


def _missing(vendor: str, known: set[str]) -> Iterator[str]:
    missing = _TRIGGERS[vendor].keys() - known
    if missing and vendor == "postgresql":
        yield from _FUNCTIONS
    for name in sorted(missing):
        yield f"CREATE TRIGGER {name} {_TRIGGERS[vendor][name]}"


def unprotect(using: str) -> None:
    """Drop the triggers: to go back before the migration, and for tests that empty all tables."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for name, words in _TRIGGERS[connection.vendor].items():
            table = _HEAD if f"ON {_HEAD} " in words else _ENTRY
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")
        if connection.vendor == "postgresql":
            cursor.execute("DROP FUNCTION IF EXISTS portal_audit_refuse, portal_audit_follow")

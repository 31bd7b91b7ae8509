from django.apps import AppConfig
from django.conf import settings
from django.contrib.staticfiles.apps import StaticFilesConfig as DjangoStaticFilesConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, post_save
from django.utils.translation import gettext_lazy as _

# Old code nobody calls is still code somebody can load: uploads, frames, embeds, old jQuery.
_UNUSED_EDITOR_PLUGINS = [
    *("about", "adobeair", "ajax", "autoembed", "autolink", "bbcode", "codesnippet"),
    *("codesnippetgeshi", "colordialog", "copyformatting", "devtools", "div", "docprops"),
    *("embed", "embedbase", "embedsemantic", "exportpdf", "filetools", "find", "flash", "forms"),
    *("iframe", "iframedialog", "image", "image2", "language", "liststyle", "magicline"),
    *("mathjax", "menubutton", "notificationaggregator", "pagebreak", "placeholder", "preview"),
    *("scayt", "sharedspace", "showblocks", "smiley", "sourcedialog", "specialchar"),
    *("stylesheetparser", "tableresize", "templates", "uicolor", "uploadimage", "uploadwidget"),
    *("wsc", "xml"),
]


class PortalConfig(AppConfig):
    default = True  # of the several in this module, else none is taken
    name = "portal"
    verbose_name = _("Accounts and search")

    def ready(self):
        from portal import jobs, queries
        from portal.accounts import checks, limits, trail  # noqa: F401 - they listen from here on

        post_migrate.connect(_prepare_search, sender=self)
        post_migrate.connect(_prepare_audit_trail, sender=self)
        post_save.connect(_record_account, sender="portal.User")
        jobs.register()
        limits.register()
        if settings.SLOW_QUERY_MS or settings.METRICS_TOKEN:
            connection_created.connect(queries.watch_connection)


def _prepare_search(sender, using, plan=(), **kwargs):
    """Make what search needs beside its table; fill the index when a migration left it empty."""
    from portal import search, search_sql

    search_sql.prepare(using)
    if plan:
        search.keep_phrases(using)
        search.fill_after_migration(using)


def _prepare_audit_trail(sender, using, **kwargs):
    from portal import audit_sql

    audit_sql.prepare(using)


def _record_account(**kwargs):
    from portal import audit

    audit.account_saved(**kwargs)


class StaticFilesConfig(DjangoStaticFilesConfig):
    """Leaves out what the editor brings and the portal does not use (portal/richtext.py)."""

    ignore_patterns = [
        *DjangoStaticFilesConfig.ignore_patterns,
        *(f"ckeditor/ckeditor/plugins/{name}/*" for name in _UNUSED_EDITOR_PLUGINS),
        *("ckeditor/galleriffic/*", "ckeditor/file-icons/*", "ckeditor/ckeditor/adapters/*"),
        *("ckeditor/ckeditor/skins/moono/*", "ckeditor/ckeditor/vendor/*", "ckeditor/*/samples/*"),
        *("ckeditor/*/CHANGES.md", "ckeditor/*/README.md", "ckeditor/*/SECURITY.md"),
        *("ckeditor/*/build-config.js", "ckeditor/*/bender*"),
        # Every language but vi and en.
        *("ckeditor/*/lang/[!ev]*", "ckeditor/*/lang/e[!n]*", "ckeditor/*/lang/en-*"),
    ]

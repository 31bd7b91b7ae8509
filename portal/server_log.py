"""What gunicorn writes: its lines are made as the site's are, so that nobody outside forges one."""

from types import SimpleNamespace

from gunicorn.config import AccessLogFormat
from gunicorn.glogging import Logger

from portal import logs, serving
from portal.clients import client_address


class ServerLogger(Logger):
    """`shape` is LOG_FORMAT, from gunicorn.conf.py: no application is loaded yet."""

    shape = "text"
    access_fmt = "%(asctime)s %(levelname)s %(name)s %(request_id)s %(message)s"

    def setup(self, cfg):
        super().setup(cfg)
        is_own = cfg.access_log_format == AccessLogFormat.default
        access = (self.access_fmt, None) if is_own else ("%(message)s", None)
        for log, form in (
            (self.error_log, (self.error_fmt, self.datefmt)),
            (self.access_log, access),
        ):
            for handler in log.handlers:
                handler.setFormatter(logs.formatter(*form, shape=self.shape))

    def access(self, resp, req, environ, request_time):
        """A line for each answer: nothing of the query, the browser or the page before.

        Whoever asks gunicorn for a form of his own (--access-logformat) gets that one.
        """
        if self.cfg.access_log_format != AccessLogFormat.default:
            super().access(resp, req, environ, request_time)
        elif self.access_log_enabled:
            told = _told(resp, environ, request_time)
            # The request is over; the answer still knows its id.
            ids = (value for name, value in resp.headers if name.lower() == serving.HEADER.lower())
            extra = {"told": told, "request_id": next(ids, logs.NO_REQUEST)}
            self.access_log.info("%s %s %s %s B %s ms %s", *told.values(), extra=extra)


def _told(resp, environ, request_time) -> dict:
    """What a line tells of an answer, in its order."""
    path = environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "replace")
    return {
        "method": environ.get("REQUEST_METHOD", ""),
        "path": logs.without_keys(path),
        "status": int(str(resp.status).split(None, 1)[0]),
        "bytes": resp.sent or 0,
        "ms": round(request_time.total_seconds() * 1000, 1),
        "client": client_address(SimpleNamespace(META=environ)) or "-",
    }

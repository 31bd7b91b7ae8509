"""How gunicorn serves the site, under `make run` and in service; the command line wins."""

import gc
import os
import shutil
import sys
import tempfile
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from portal.server_log import ServerLogger

try:
    from portal import settings
except ImproperlyConfigured as error:
    sys.exit(str(error))

logger_class = ServerLogger
ServerLogger.shape = settings.LOG_FORMAT
# "-": standard output, where systemd listens. nginx keeps a record of its own.
accesslog = "-" if settings.ACCESS_LOG else None
if settings.METRICS_TOKEN and "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    # Before prometheus_client is loaded: each worker counts into a file of its own.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="portal-metrics-")
worker_class = "gthread"
workers = 2
threads = 4
# Loaded once, before the workers: a wrong setting ends the start with its one sentence. A worker
# that cannot boot would be started again without end.
preload_app = True
control_socket_disable = True


def when_ready(server):
    """What is loaded stays: the collector looks at none of it, and the workers share its memory."""
    gc.collect()
    gc.freeze()


def on_exit(_server):
    """Leave no files of counts behind, but those of a folder that somebody has chosen."""
    folder = Path(os.environ.get("PROMETHEUS_MULTIPROC_DIR", ""))
    if folder.name.startswith("portal-metrics-"):
        shutil.rmtree(folder, ignore_errors=True)

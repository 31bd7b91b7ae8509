"""How gunicorn serves the site, under `make run` and in service; the command line wins."""

import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
try:
    # "-": standard output, where systemd listens. nginx keeps a record of its own.
    accesslog = "-" if settings.ACCESS_LOG else None
except ImproperlyConfigured as error:
    sys.exit(str(error))

from portal.server_log import ServerLogger

logger_class = ServerLogger
worker_class = "gthread"
workers = 2
threads = 4
# Loaded once, before the workers: a wrong setting ends the start with its one sentence. A worker
# that cannot boot would be started again without end.
preload_app = True
control_socket_disable = True

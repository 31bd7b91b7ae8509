"""What gunicorn serves: `gunicorn portal.wsgi`."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

try:
    application = get_wsgi_application()
    # Every screen of the desk is behind an address: eight megabytes that the workers share, if
    # they are loaded before them (gunicorn.conf.py) and not by the first request of each.
    _ = get_resolver().url_patterns
except ImproperlyConfigured as error:
    sys.exit(str(error))

"""The site as in service, but without room for what was drawn: each page is drawn a first time."""

import portal.wsgi
from portal.drawn import memory

application = portal.wsgi.application
memory.most_bytes = 0

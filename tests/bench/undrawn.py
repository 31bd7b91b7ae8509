"""The site as in service, but without room for what was drawn: each page is drawn a first time."""

from portal import drawn
from portal.wsgi import application

drawn.memory.most_bytes = 0

__all__ = ["application"]

"""The site's own log, read as it is written."""

import io
import logging

import pytest

from portal import logs


@pytest.fixture
def shape():
    """LOG_FORMAT of the log that a test looks at."""
    return "text"


@pytest.fixture
def log(settings, shape):
    """What is logged meanwhile, as the site's handler writes it: a call gives the lines so far."""
    settings.LOG_FORMAT = shape
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.formatter(settings.LOGGING["formatters"]["line"]["form"]))
    logging.getLogger().addHandler(handler)
    yield lambda: stream.getvalue().splitlines()
    logging.getLogger().removeHandler(handler)

"""XML for machines, well-formed whatever the text in it holds: feeds and site maps."""

import re
from contextlib import contextmanager
from io import StringIO

from django.http import HttpResponse
from django.utils.xmlutils import SimplerXMLGenerator

# What XML cannot hold, not even escaped. Stored text has no control characters, but these others.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Document(SimplerXMLGenerator):
    """A document written from its root down: `with document.inside("channel"): …`."""

    def __init__(self, content_type: str):
        self.content_type = content_type
        self._text = StringIO()
        super().__init__(self._text, "utf-8")
        self.startDocument()

    def characters(self, content):
        super().characters(_NO_XML.sub("", content))

    @contextmanager
    def inside(self, name: str, **attributes):
        """An element around what is written meanwhile; "xmlns_atom" stands for "xmlns:atom"."""
        self.startElement(name, _named(attributes))
        yield
        self.endElement(name)

    def leaf(self, name: str, text: str = "", **attributes):
        """An element with text alone."""
        self.addQuickElement(name, text, _named(attributes))

    def leaf_if(self, name: str, text: str, **attributes):
        """The same, left out where there is no text."""
        if text:
            self.leaf(name, text, **attributes)

    def add(self, written: str):
        """Elements that are XML already."""
        self.ignorableWhitespace(written)  # which writes it as it is

    def response(self) -> HttpResponse:
        """The document, for every reader the same."""
        self.endDocument()
        return HttpResponse(
            self._text.getvalue(), content_type=f"{self.content_type}; charset=utf-8"
        )


def _named(attributes: dict) -> dict[str, str]:
    return {name.replace("_", ":"): str(value) for name, value in attributes.items()}

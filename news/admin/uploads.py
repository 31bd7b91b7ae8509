"""Files of a form, stored before its transaction.

Encoding a photo takes a second and storing may fail for want of room: neither may happen while
the database is locked for everybody else.
"""

import logging

from django.core.exceptions import ValidationError

from news.admin.screen import NewsroomScreen
from portal import images
from portal.files import AttachmentField

logger = logging.getLogger(__name__)

# The form's fields for several files, with what stores one of them.
STORES = {"new_photos": images.store, "new_attachments": AttachmentField.admit}


def store_ahead(request) -> None:
    """Store what came with the form; what could not be stored is marked for the form to say."""
    for field, store in STORES.items():
        for upload in request.FILES.getlist(field):
            try:
                store(upload)
            except ValidationError:
                continue  # the form says why, at its field
            except OSError:
                logger.exception("An upload could not be stored")
                upload.not_stored = True


class UploadsMixin(NewsroomScreen):
    """The writer's form, with its files stored first."""

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method == "POST" and self.has_add_permission(request):
            store_ahead(request)
        return super().changeform_view(request, object_id, form_url, extra_context)

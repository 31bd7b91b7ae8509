"""Files of a form, stored before its transaction."""

from news.admin.screen import NewsroomScreen
from portal import files, images

# The form's fields for several files, with what stores one of them.
STORES = {"new_photos": images.store, "new_attachments": files.AttachmentField.admit}


def store_ahead(request) -> None:
    """Store what came with the form; what could not be stored is marked for the form to say."""
    allowance = files.Allowance()
    for _field, uploads in request.FILES.lists():
        allowance.share(uploads)
    for field, store in STORES.items():
        for upload in request.FILES.getlist(field):
            files.store_ahead(upload, store)


class UploadsMixin(NewsroomScreen):
    """The writer's form, with its files stored first."""

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method == "POST" and self.has_add_permission(request):
            store_ahead(request)
        return super().changeform_view(request, object_id, form_url, extra_context)

"""Model fields whose text is right by every path: form, ORM create, save, update, bulk.

Cleaning in a field's `clean()` alone lets `create`, `save`, `update` and both bulk writes store
raw text; `get_prep_value` and `pre_save` cover all five, and look-ups too.
"""

from django.db import models

from portal import text


class _NormalizedMixin:
    """Stores NFC text without zero-width characters and no-break spaces (portal.text)."""

    default_validators = [text.validate_not_legacy]
    normalize = staticmethod(text.normalize_line)

    def to_python(self, value):
        value = super().to_python(value)
        return self.normalize(value) if isinstance(value, str) else value

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return self.normalize(value) if isinstance(value, str) else value

    def pre_save(self, model_instance, add):
        value = super().pre_save(model_instance, add)
        if isinstance(value, str):
            value = self.normalize(value)
            setattr(model_instance, self.attname, value)
        return value


class CharField(_NormalizedMixin, models.CharField):
    """One line of text."""


class TextField(_NormalizedMixin, models.TextField):
    """Several lines of text."""

    normalize = staticmethod(text.normalize)


class EmailField(models.EmailField):
    """An address of a mail box, in small letters: two spellings of one box are one address."""

    def to_python(self, value):
        value = super().to_python(value)
        return _small(value) if isinstance(value, str) else value

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return _small(value) if isinstance(value, str) else value

    def pre_save(self, model_instance, add):
        value = super().pre_save(model_instance, add)
        if isinstance(value, str):
            value = _small(value)
            setattr(model_instance, self.attname, value)
        return value


def _small(address: str) -> str:
    return text.normalize_line(address).lower()


class SlugField(models.SlugField):
    """An address part, made from `source` when it is empty.

    With `unique=True` a taken slug gets "-2", "-3", … . Made on the server: the browser's
    transliteration turns "Đại hội" into "dji-hi".
    """

    def __init__(self, *args, source: str = "name", **kwargs):
        self.source = source
        kwargs.setdefault("max_length", 80)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"source": self.source}

    def pre_save(self, model_instance, add):
        slug = getattr(model_instance, self.attname)
        if not slug:
            slug = text.slugify(getattr(model_instance, self.source)) or "muc"
            slug = self._free(slug, model_instance) if self.unique else slug
            setattr(model_instance, self.attname, slug)
        return slug

    def _free(self, slug: str, instance) -> str:
        others = type(instance)._default_manager.exclude(pk=instance.pk)
        taken = set(
            others.filter(
                **{f"{self.attname}__startswith": slug[: self.max_length - 5]}
            ).values_list(self.attname, flat=True)
        )
        candidate, number = slug, 1
        while candidate in taken:
            number += 1
            suffix = f"-{number}"
            candidate = slug[: self.max_length - len(suffix)] + suffix
        return candidate


class FoldedField(models.TextField):
    """The words of other fields without accents and case, for staff's searches in lists.

    Filled in `save()` from `sources`; `update()` leaves it to its caller.
    """

    def __init__(self, *args, sources=("name",), **kwargs):
        self.sources = sources
        super().__init__(*args, **({"default": "", "editable": False} | kwargs))

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"sources": self.sources}

    def pre_save(self, model_instance, add):
        words = (str(getattr(model_instance, source) or "") for source in self.sources)
        value = text.fold(" ".join(words))
        setattr(model_instance, self.attname, value)
        return value

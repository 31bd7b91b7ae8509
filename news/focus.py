"""The point of a photo that every crop keeps, chosen among nine: the thirds of both sides."""

from django import forms
from django.utils.translation import gettext_lazy as _

# The middle of each third, in per cent.
_ACROSS = {"l": 17, "c": 50, "r": 83}
_DOWN = {"t": 17, "c": 50, "b": 83}

CHOICES = [
    ("lt", _("top left")),
    ("ct", _("top middle")),
    ("rt", _("top right")),
    ("lc", _("left")),
    ("cc", _("middle")),
    ("rc", _("right")),
    ("lb", _("bottom left")),
    ("cb", _("bottom middle")),
    ("rb", _("bottom right")),
]


def choice_of(photo) -> str:
    """ "rt" for a photo whose point lies in the right third of its upper third."""
    x, y = photo.focus_x, photo.focus_y
    return _third(x, "lcr") + _third(y, "tcb")


def _third(percent: int, names: str) -> str:
    return names[min(2, percent * 3 // 100)]


def point_of(choice: str) -> dict[str, int]:
    """The columns of a photo for a choice."""
    return {"focus_x": _ACROSS[choice[0]], "focus_y": _DOWN[choice[1]]}


class FocusField(forms.ChoiceField):
    """Nine radio buttons; templates lay them over the photo."""

    def __init__(self, **kwargs):
        options = {
            "label": _("What must stay in sight when the photo is cropped"),
            "required": False,
            "choices": CHOICES,
            "widget": forms.RadioSelect,
            "initial": "cc",
        }
        super().__init__(**(options | kwargs))

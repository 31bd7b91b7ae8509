"""Who an account is, by name or e-mail address and password."""

from django.contrib.auth.backends import ModelBackend

from portal.models import User


def find_account(name: str) -> User | None:
    """The account of this user name, else of this e-mail address, in small or capital letters.

    Whether there is an account or not, all spellings of one name count together (limits): two that
    counted apart for an account alone would tell who has one.
    """
    name = User.normalize_username(name.strip())
    by_name = User.objects.filter(username__iexact=name).first()
    return by_name or User.objects.filter(email__iexact=name).first()


class StaffBackend(ModelBackend):
    """Active staff alone: to lose either ends the sessions with the next request."""

    def authenticate(self, request, username="", password="", **kwargs):
        """The account, or None. Takes one hash of a password, whether there is such an account."""
        user = find_account(username) if username else None
        if user is None:
            User().set_password(password)
            return None
        is_right = user.check_password(password)
        return user if is_right and self.user_can_authenticate(user) else None

    def user_can_authenticate(self, user) -> bool:
        return super().user_can_authenticate(user) and user.is_staff

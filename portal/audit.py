"""The audit trail: who did what to what, when, from where."""


def record(action, *, request=None, actor=None, target=None, before=None, after=None) -> None:
    """Append one entry.

    `action` is one of the words of this module ("sign_in", "publish", …). `request` gives the
    actor, the address and the request's id where there is one; `actor` a User, or a text such as a
    command's name, where there is none. `target` is a model instance or a text. `before` and
    `after` are plain dicts of what changed, never secrets.
    """

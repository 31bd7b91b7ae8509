"""Two transactions at once, on a real database."""

import threading

from django.db import connection, transaction


def in_turn(first, second) -> None:
    """Do `first` in a transaction; before its end begin `second` in another, which must wait."""

    def meanwhile():
        second()
        connection.close()

    other = threading.Thread(target=meanwhile)
    with transaction.atomic():
        first()
        other.start()
        other.join(0.5)
        is_waiting = other.is_alive()
    other.join()
    assert is_waiting, "the second does not wait"

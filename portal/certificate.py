"""Until when the certificate holds that readers are shown."""

import socket
import ssl
from datetime import datetime

from cryptography import x509

TIMEOUT = 3


def valid_until(host: str, port: int) -> datetime:
    """Asked of nginx on this machine, else of whoever answers under the name. Raises OSError."""
    try:
        return _valid_until("127.0.0.1", host, port)
    except OSError:
        return _valid_until(host, host, port)


def _valid_until(address: str, host: str, port: int) -> datetime:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # one that has expired is to be read as well
    with (
        socket.create_connection((address, port), timeout=TIMEOUT) as plain,
        context.wrap_socket(plain, server_hostname=host) as connection,
    ):
        encoded = connection.getpeercert(binary_form=True)
    return x509.load_der_x509_certificate(encoded).not_valid_after_utc

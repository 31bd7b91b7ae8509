"""Who a request comes from, when proxies stand in between."""

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from django.conf import settings

Network = IPv4Network | IPv6Network


def in_networks(address: str, networks: list[Network]) -> bool:
    """Whether the address lies in one of the networks; what is no address lies in none."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)  # "::ffff:10.0.0.1" is 10.0.0.1
    return any((mapped or parsed) in network for network in networks)


def networks(texts: list[str]) -> list[Network]:
    """Networks and single addresses as settings write them; ValueError for anything else."""
    return [ip_network(text.strip()) for text in texts]


def is_believed(heard: str) -> bool:
    """Whether what a request says of its way is true: it comes from one of TRUSTED_PROXIES.

    `heard`: REMOTE_ADDR, empty behind a Unix socket, where only our proxy is.
    """
    return not heard or in_networks(heard, settings.TRUSTED_PROXIES)


def client_address(request) -> str:
    """The address of who asks, "" when it is unknown.

    Read from the right of X-Forwarded-For: each of TRUSTED_PROXIES wrote down whom it heard, what
    stands left of the first foreign address is what the client claims. A request without the
    header, or from no trusted proxy, comes from the connection's own address. "::ffff:10.0.0.1",
    as a server that listens to both kinds hears it, is 10.0.0.1.
    """
    heard = request.META.get("REMOTE_ADDR", "")
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    for claimed in reversed([part.strip() for part in forwarded if part.strip()]):
        if not is_believed(heard):
            break
        heard = claimed
    try:
        parsed = ip_address(heard.partition("%")[0])  # the name of a network card is no address
    except ValueError:
        return ""
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)

"""Internet addresses."""

import re
from dataclasses import dataclass

from audit.checks.privacy.column_sample import ColumnSample
from audit.checks.privacy.detectors.detector import LEAST_RATE, LEAST_RATE_NAMED, RARE_HITS, FormDetector
from audit.checks.privacy.verdict import Evidence, Verdict

KIND = "IP address"
_NAMES = ("ip", "ip_address", "ipaddress", "ipaddr", "ip_addr", "ipv4", "ipv6", "client_ip", "remote_addr", "host_ip")
IPV4 = re.compile(r"((?:\d{1,3}\.){3}\d{1,3})(?::\d{1,5})?")
QUAD = re.compile(r"\d+(?:\.\d+){3}")
IPV6 = re.compile(r"(?=[^:]*:[^:]*:)[0-9A-Fa-f:]{3,39}(?:%\w+)?")
#: Versions ("4.18.0.305") count up from 0, the parts of addresses fill the range to 255: the middle one of the last parts is above this.
MIDDLE_OF_ADDRESSES = 40
#: Fewer addresses than this show no spread.
FEW = 10


def octets(value: str) -> tuple[int, ...] | None:
    """Return the four numbers of an IPv4 address, with or without a port; ``None`` if it is not one."""
    match = IPV4.fullmatch(value)
    if match is None:
        return None
    parts = match[1].split(".")
    numbers = tuple(map(int, parts))
    usual = all(len(p) == 1 or p[0] != "0" for p in parts)
    return numbers if usual and max(numbers) <= 255 and numbers[0] > 0 else None


@dataclass(frozen=True)
class Ipv4Detector:
    """Four numbers up to 255 whose spread over a column is that of addresses and not of versions."""

    kind: str = KIND

    def suggested_by(self, sample: ColumnSample) -> bool:
        """Return whether the name of a column suggests this kind."""
        return sample.named(_NAMES)

    def examine(self, sample: ColumnSample) -> Verdict | None:
        """Return what the values of a column tell."""
        found = [(v, o) for v in sample.values if (o := octets(v)) is not None]
        n, named = len(sample.values), self.suggested_by(sample)
        if not found:
            return None
        if named and len(found) / n >= LEAST_RATE_NAMED:
            evidence = Evidence.NAME_AND_VALUES
        elif not _spread([o for _, o in found], sum(QUAD.fullmatch(v) is not None for v in sample.values)):
            return None
        else:
            enough = len(found) >= RARE_HITS and len(found) / n >= LEAST_RATE
            evidence = Evidence.VALUES if enough else Evidence.FEW_VALUES
        return Verdict(sample.column, KIND, evidence, named, len(found), n, found[0][0])


def _spread(addresses: list[tuple[int, ...]], quads: int) -> bool:
    """Return whether four-part numbers spread like addresses: none too large, and the last parts over most of the range."""
    n = len(addresses)
    # one build number above 255 in fifty, and they are versions
    if quads > n * 1.02:
        return False
    last = sorted(a[3] for a in addresses)
    if n < FEW:
        return all(max(a) > 2 * MIDDLE_OF_ADDRESSES for a in addresses)
    return last[n // 2] > MIDDLE_OF_ADDRESSES and last[-1 - n // 20] > 2 * MIDDLE_OF_ADDRESSES


def valid_ipv6(value: str) -> bool:
    """Return whether the text is an IPv6 address."""
    from ipaddress import AddressValueError, IPv6Address

    try:
        return IPv6Address(value) is not None
    except AddressValueError:
        return False


NETWORK = (Ipv4Detector(), FormDetector(KIND, IPV6, valid_ipv6, names=_NAMES))

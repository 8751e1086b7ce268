"""Certificates read: subject and issuer as the certificate itself states them.

RFC 5280 section 4.1.2; whether anybody vouches for the certificate is not asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.model import Malformed
from vitne.model.attribution import Fact

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST = 64 << 10


def certificate_facts(raw: bytes, subject: str) -> Iterator[Fact]:
    """Yield subject and issuer of a certificate in DER; raises Malformed."""
    del subject
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    if len(raw) > _MOST:
        raise Malformed("this is larger than a certificate")
    try:
        certificate = x509.load_der_x509_certificate(raw)
        parties = {"certificate-subject": certificate.subject, "certificate-issuer": certificate.issuer}
        for kind, name in parties.items():
            words = []
            for oid in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME, NameOID.COUNTRY_NAME):
                words += [str(each.value) for each in name.get_attributes_for_oid(oid)]
            if words:
                yield Fact(
                    kind=kind,  # type: ignore[arg-type]
                    value=", ".join(dict.fromkeys(words))[:300],
                    source="certificate",
                    knowing="certificate",
                )
    except (ValueError, x509.InvalidVersion) as error:
        raise Malformed("this is no certificate") from error

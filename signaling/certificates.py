"""TLS: from files, or self-signed for a first try in the local network.

A phone gives no microphone to a page without TLS; a self-signed certificate is the price of one
warning for a try without a domain.
"""

from __future__ import annotations

import datetime
import ipaddress
import os
import socket
import ssl
import tempfile
from pathlib import Path

import ifaddr
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

VALID_DAYS = 30
"""Made anew at each start; short, because nobody should grow used to it."""


def from_files(cert: str, key: str) -> ssl.SSLContext:
    """Return a context for this certificate chain and key.

    Raises ValueError, without a path in it, when they cannot be used.
    """
    try:
        return _context(cert, key)
    except (ssl.SSLError, OSError) as error:
        raise ValueError(getattr(error, "reason", None) or type(error).__name__) from None


def self_signed(addresses: list[str], now: datetime.datetime) -> ssl.SSLContext:
    """Return a context for localhost and these addresses, valid for :data:`VALID_DAYS`.

    OpenSSL loads a certificate from files only, so it lies in a directory of our own (0700, files
    0600) for the moment of loading.
    """
    cert, key = make(addresses, now)
    with tempfile.TemporaryDirectory(prefix="quietroom-") as directory:
        cert_path, key_path = Path(directory, "cert.pem"), Path(directory, "key.pem")
        for path, data in ((cert_path, cert), (key_path, key)):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
        return _context(str(cert_path), str(key_path))


def make(addresses: list[str], now: datetime.datetime) -> tuple[bytes, bytes]:
    """Return a self-signed certificate and its key, PEM (ECDSA P-256)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Quietroom first try")])
    names: list[x509.GeneralName] = [x509.DNSName("localhost")]
    names += [x509.IPAddress(ipaddress.ip_address(address)) for address in addresses]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=VALID_DAYS))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return (
        certificate.public_bytes(serialization.Encoding.PEM),
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )


def local_addresses() -> list[str]:
    """Return this machine's addresses, loopback first, the one other machines reach second."""
    outward = _outward_address()
    found = ["127.0.0.1"] + ([outward] if outward is not None else [])
    for adapter in ifaddr.get_adapters():
        for ip in adapter.ips:
            # IPv6 comes as (address, flow, scope); a link-local one means nothing in a certificate.
            text = ip.ip if isinstance(ip.ip, str) else ip.ip[0]
            if not ipaddress.ip_address(text).is_link_local:
                found.append(text)
    return list(dict.fromkeys(found))


def _outward_address() -> str | None:
    """Ask the routing table which address faces outward; connecting UDP sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # RFC 5737: an address that is nobody's
        except OSError:
            return None
        return str(probe.getsockname()[0])


def _context(cert: str, key: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(cert, key)
    return context

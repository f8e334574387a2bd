"""Certificates for a first try, and files that are none."""

from __future__ import annotations

import datetime
import ipaddress
import tempfile
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from signaling import certificates

NOW = datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC)


def test_self_signed_names_every_address() -> None:
    pem, _ = certificates.make(["127.0.0.1", "192.0.2.5", "2001:db8::5"], NOW)
    certificate = x509.load_pem_x509_certificate(pem)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert {str(ip) for ip in names.get_values_for_type(x509.IPAddress)} == {
        "127.0.0.1", "192.0.2.5", "2001:db8::5",
    }  # fmt: skip
    key = certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert key.curve.name == "secp256r1"
    assert certificate.not_valid_before_utc < NOW < certificate.not_valid_after_utc
    certificate.verify_directly_issued_by(certificate)


def test_key_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    context = certificates.self_signed(["127.0.0.1"], NOW)
    assert context.get_ca_certs() == []
    assert list(tmp_path.iterdir()) == []


def test_certificate_from_files(tmp_path: Path) -> None:
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    cert_data, key_data = certificates.make(["127.0.0.1"], NOW)
    cert.write_bytes(cert_data)
    key.write_bytes(key_data)
    assert certificates.from_files(str(cert), str(key)).minimum_version.name == "TLSv1_2"
    key.write_bytes(certificates.make(["127.0.0.1"], NOW)[1])
    with pytest.raises(ValueError, match="KEY_VALUES_MISMATCH") as error:
        certificates.from_files(str(cert), str(key))
    assert str(tmp_path) not in str(error.value)
    cert.write_bytes(b"nonsense")
    with pytest.raises(ValueError, match=r"\w"):
        certificates.from_files(str(cert), str(key))


@pytest.mark.parametrize("outward", ["192.0.2.9", None])
def test_addresses_begin_with_loopback_and_what_others_reach(
    monkeypatch: pytest.MonkeyPatch, outward: str | None
) -> None:
    monkeypatch.setattr(certificates, "_outward_address", lambda: outward)
    found = certificates.local_addresses()
    assert found[0] == "127.0.0.1"
    assert outward is None or found[1] == outward
    assert len(found) == len(set(found))
    assert all(ipaddress.ip_address(text) for text in found)

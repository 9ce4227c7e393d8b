"""The way in: an HTTPS proxy on loopback that is Google itself, by certificates made for the occasion.

Stock code reaches it by HTTPS_PROXY and REQUESTS_CA_BUNDLE alone, in this process or in another one.
"""

from __future__ import annotations

import datetime as dt
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

# google-auth asks the last one, beside a service account's first token, whether calls are bound to a region
HOSTS = ("sheets.googleapis.com", "oauth2.googleapis.com", "www.googleapis.com", "iamcredentials.googleapis.com")


def make_certificates(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """The CA's certificate (a file, to be trusted) and a TLS context that answers for Google's hosts."""
    now = dt.datetime.now(dt.UTC)
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOSTS[0])])

    def started(
        subject: x509.Name, public_key: ec.EllipticCurvePublicKey, *, is_authority: bool
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder(subject_name=subject, issuer_name=authority_name, public_key=public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=2))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False
            )
        )

    unused = ("content_commitment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only")
    no = dict.fromkeys(unused, False)
    authority = (
        started(authority_name, authority_key.public_key(), is_authority=True)
        .add_extension(
            x509.KeyUsage(digital_signature=True, key_encipherment=False, key_cert_sign=True, crl_sign=True, **no),
            critical=True,
        )
        .sign(authority_key, hashes.SHA256())
    )
    leaf = (
        started(name, key.public_key(), is_authority=False)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in HOSTS]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    authority_file, leaf_file = folder / "authority.pem", folder / "leaf.pem"
    authority_file.write_bytes(authority.public_bytes(pem))
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    leaf_file.write_bytes(leaf.public_bytes(pem) + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(leaf_file)
    return authority_file, context


def environment(port: int, authority_file: Path) -> dict[str, str]:
    """What a process must find in its environment to reach the server instead of Google."""
    proxy = f"http://127.0.0.1:{port}"
    return {
        "HTTPS_PROXY": proxy,
        "https_proxy": proxy,
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        "REQUESTS_CA_BUNDLE": str(authority_file),
        "CURL_CA_BUNDLE": str(authority_file),
    }

"""Where the clusters' Kubernetes endpoints are, and the certificates that vouch for them.

All clusters share one loopback port, each under a path of its own: a client that is given an address and no
host name sends no SNI, so there is nothing by which to choose among certificates. Hence one key signs the one
server certificate, and each cluster's authority is a certificate of its own for that key: different in every
cluster, as in AWS, and each enough to verify the endpoint. Dates are by the real clock, because clients check
them by theirs.
"""

import base64
import ipaddress
import ssl
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_AUTHORITY = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kubernetes")])
_SERVER = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kube-apiserver")])
_NAMES = ("localhost", "kubernetes.default.svc")
_ADDRESSES = ("127.0.0.1", "::1")
_SLACK = timedelta(days=1)
_LIFE = timedelta(days=3650)


class Endpoints:
    def __init__(self) -> None:
        self.base = ""
        self._key = ec.generate_private_key(ec.SECP256R1())

    def url(self, account: str, region: str, cluster: str) -> str:
        return f"{self.base}/clusters/{account}/{region}/{cluster}"

    def certificate(self) -> str:
        """A new authority, in the form of `certificateAuthority.data`."""
        return base64.b64encode(_pem(self._authority())).decode()

    def context(self, host: str) -> ssl.SSLContext:
        """What a server needs; `ssl` takes certificates and keys from files only."""
        key = ec.generate_private_key(ec.SECP256R1())
        plain = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.TemporaryDirectory() as directory:
            file = Path(directory) / "server.pem"
            file.touch(mode=0o600)
            file.write_bytes(plain + _pem(self._server(key.public_key(), host)))
            context.load_cert_chain(file)
        return context

    def _authority(self) -> x509.Certificate:
        public = self._key.public_key()
        usage = _usage(signs=True)
        return (
            _builder(_AUTHORITY, public)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .sign(self._key, hashes.SHA256())
        )

    def _server(self, public: ec.EllipticCurvePublicKey, host: str) -> x509.Certificate:
        addresses = [ipaddress.ip_address(one) for one in dict.fromkeys((*_ADDRESSES, *_numeric(host)))]
        names = [*(x509.DNSName(name) for name in _NAMES), *(x509.IPAddress(one) for one in addresses)]
        signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        return (
            _builder(_SERVER, public)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(signer, critical=False)
            .sign(self._key, hashes.SHA256())
        )


def _numeric(host: str) -> tuple[str, ...]:
    try:
        return (str(ipaddress.ip_address(host)),)
    except ValueError:
        return ()


def _builder(subject: x509.Name, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(_AUTHORITY)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SLACK)
        .not_valid_after(now + _LIFE)
    )


def _usage(signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)

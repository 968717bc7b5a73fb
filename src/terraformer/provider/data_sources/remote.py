"""Data sources that would run a program, send a request or ask a server: they never do.

``external`` and ``http`` answer with made-up values in which the keys exist that the configuration takes from them;
``tls_certificate`` and ``tls_public_key`` with values of the right shape (fingerprints of certificates given as text
are exact). Source: terraform-provider-{external,http,tls,vault} for attributes and argument checks.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

from terraformer.provider.data_sources.guesses import document, guess
from terraformer.provider.data_sources.reading import Reader, Reading
from terraformer.provider.data_sources.usage import is_decoded, keys_used

__all__ = ["CHECKS", "EXTERNAL", "HTTP", "TLS", "VAULT"]


def _external(reading: Reading) -> None:
    keys = keys_used(reading, "result", decoded=False)
    why = "programs are never run; its answer has the keys that the configuration takes from it"
    reading.set("result", {key: guess(reading, key) for key in keys}, why)
    reading.set("id", "-")


def _check_external(reading: Reading) -> None:
    program = reading.value.get("program")
    if isinstance(program, list) and not any(isinstance(p, str) and p for p in program):
        reading.error(
            "External Program Missing",
            "The data source was configured without a program to execute. Verify the configuration contains at least "
            "one non-empty value.",
            ("program",),
        )


_MY_ADDRESS = re.compile(
    r"checkip|icanhazip|ifconfig|ipify|ipinfo\.io|ident\.me|whatismyip|myip|ip\.me|wtfismyip", re.I
)


def _http(reading: Reading) -> None:
    url = reading.text("url")
    keys: set[str] = set()
    decoded = False
    for attribute in ("response_body", "body"):
        keys.update(keys_used(reading, attribute, decoded=True))
        decoded = decoded or is_decoded(reading, attribute)
    if _MY_ADDRESS.search(url) and "json" not in url:
        body, decoded = "203.0.113.10\n", False
    elif decoded or keys:
        body = document(reading, keys)
    else:
        body = "example"
    why = "no request is sent; the answer is made up"
    reading.set("response_body", body, why)
    reading.set("body", body, why)
    reading.set("response_body_base64", base64.b64encode(body.encode()).decode(), why)
    reading.set("response_headers", {"Content-Type": "application/json" if decoded else "text/plain"}, why)
    reading.set("status_code", 200, why)
    reading.set("id", url)


def _check_http(reading: Reading) -> None:
    url, method = reading.get("url"), reading.get("method")
    if isinstance(method, str) and method not in ("GET", "POST", "HEAD"):
        reading.error(
            "Invalid Attribute Value Match",
            f'Attribute method value must be one of: ["GET" "POST" "HEAD"], got: "{method}"',
            ("method",),
        )
    if isinstance(url, str) and not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", url):
        detail = f'Error making request: Get "{url}": unsupported protocol scheme ""'
        reading.error("Error making request", detail, ("url",))


_PEM = re.compile(r"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.S)


def _tls_certificate(reading: Reading) -> None:
    content = reading.text("content")
    given = [base64.b64decode(re.sub(r"\s", "", body)) for body in _PEM.findall(content)[:16]]
    if content and not given:
        reading.error("Failed to parse certificate", "no PEM block of type CERTIFICATE found in content", ("content",))
        return
    host = re.sub(r"^\w+://|[/:].*$", "", reading.text("url")) or "example.com"
    fingerprints = [hashlib.sha1(der, usedforsecurity=False).hexdigest() for der in given]
    fingerprints = fingerprints or [reading.hex(40, "root"), reading.hex(40, "leaf")]
    last = len(fingerprints) - 1
    certificates: list[dict[str, Any]] = [
        {
            "cert_pem": f"-----BEGIN CERTIFICATE-----\n{reading.hex(64, str(i))}\n-----END CERTIFICATE-----\n",
            "is_ca": i < last,
            "issuer": "CN=Example Root CA",
            "max_path_length": -1,
            "not_after": "2034-01-01T00:00:00Z",
            "not_before": "2024-01-01T00:00:00Z",
            "public_key_algorithm": "RSA",
            "serial_number": str(int(reading.hex(16, f"serial{i}"), 16)),
            "sha1_fingerprint": fingerprint,
            "signature_algorithm": "SHA256-RSA",
            "subject": f"CN={host}" if i == last else "CN=Example Root CA",
            "version": 3,
        }
        for i, fingerprint in enumerate(fingerprints)
    ]
    for i, body in enumerate(_PEM.findall(content)[:16]):
        certificates[i]["cert_pem"] = f"-----BEGIN CERTIFICATE-----{body}-----END CERTIFICATE-----\n"
    why = "no connection is made and certificates are not parsed; only fingerprints of given text are exact"
    reading.set("certificates", certificates, why)
    reading.set("id", hashlib.sha1("".join(fingerprints).encode(), usedforsecurity=False).hexdigest(), why)


def _tls_public_key(reading: Reading) -> None:
    given = reading.text("private_key_pem") or reading.text("private_key_openssh")
    if "PRIVATE KEY" not in given:
        reading.error("Failed to decode PEM block", "decoded bytes 0, undecoded " + str(len(given)), code="tls-key")
        return
    why = "keys are not parsed; a value of the right shape stands in for the derived one"
    body = base64.b64encode(bytes.fromhex(reading.hex(64, "key"))).decode()
    kind = "ECDSA" if "BEGIN EC " in given else "RSA"
    name = "ecdsa-sha2-nistp256" if kind == "ECDSA" else "ssh-rsa"
    md5 = reading.hex(32, "md5")
    reading.set("algorithm", kind, None if "BEGIN RSA " in given or kind == "ECDSA" else why)
    reading.set("public_key_pem", f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n", why)
    reading.set("public_key_openssh", f"{name} AAAA{body}\n", why)
    reading.set("public_key_fingerprint_md5", ":".join(md5[i : i + 2] for i in range(0, 32, 2)), why)
    reading.set("public_key_fingerprint_sha256", "SHA256:" + body.rstrip("="), why)
    reading.set("id", reading.hex(40, "id"), why)


def _vault_secret(reading: Reading) -> None:
    keys = keys_used(reading, "data", decoded=False)
    why = "no server is asked; the secret has the keys that the configuration takes from it"
    values = {key: guess(reading, key) for key in keys}
    reading.set("data", values, why)
    reading.set("data_json", document(reading, keys), why)
    for attribute, value in (("lease_duration", 0), ("lease_id", ""), ("lease_renewable", False), ("version", 1)):
        reading.set(attribute, value, why)
    reading.set("id", reading.text("path") or reading.text("name"))


EXTERNAL: dict[str, Reader] = {"external": _external}
HTTP: dict[str, Reader] = {"http": _http}
TLS: dict[str, Reader] = {"tls_certificate": _tls_certificate, "tls_public_key": _tls_public_key}
VAULT: dict[str, Reader] = {"vault_generic_secret": _vault_secret, "vault_kv_secret_v2": _vault_secret}
CHECKS: dict[str, dict[str, Reader]] = {
    "hashicorp/external": {"external": _check_external},
    "hashicorp/http": {"http": _check_http},
}

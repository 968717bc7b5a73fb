"""Made-up text for a name: what a parameter, secret field, output or answer of that name usually holds.

Only the shape counts: an id where the name says "vpc_id", a port number where it says "port", something that password
rules accept where it says "password". Equal for equal (data source, configuration, name).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from terraformer.provider.data_sources.reading import Reading

__all__ = ["document", "guess"]

_PREFIXED = {
    "vpc": "vpc",
    "subnet": "subnet",
    "security_group": "sg",
    "sg": "sg",
    "ami": "ami",
    "image": "ami",
    "instance": "i",
    "route_table": "rtb",
    "internet_gateway": "igw",
    "nat_gateway": "nat",
    "volume": "vol",
    "snapshot": "snap",
    "file_system": "fs",
    "eni": "eni",
    "network_interface": "eni",
    "transit_gateway": "tgw",
}


def guess(reading: Reading, name: str) -> str:
    """A value for ``name``, of which the last path segment counts ("/prod/db/password", "vpcId")."""
    last = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.rstrip("/").rsplit("/", 1)[-1])
    words = re.sub(r"[^a-z0-9]+", "_", last.lower()).strip("_")
    digits = reading.hex(17, name)
    for kind, prefix in _PREFIXED.items():
        if re.search(rf"(^|_){kind}_ids$", words) or words == f"{kind}s":
            return f"{prefix}-{digits},{prefix}-{reading.hex(17, name + '2')}"
        if re.search(rf"(^|_){kind}(_id)?$", words) and (words.endswith("_id") or words in ("ami", "sg")):
            return f"{prefix}-{digits}"
    if re.search(r"(^|_)(account|account_id|owner_id)$", words):
        return reading.ctx.account_id
    if re.search(r"(^|_)(password|passwd|pwd|secret|token|passphrase|api_?key|access_key|private_key|key)$", words):
        return f"Example-Secret-{reading.hex(12, name)}"
    if words.endswith("arn"):
        return f"arn:aws:iam::{reading.ctx.account_id}:role/example-{digits[:8]}"
    fixed = (
        (r"(^|_)(user|username|user_name|login)$", "app"),
        (r"(^|_)port$", "5432"),
        (r"(^|_)(host|hostname|endpoint|address|fqdn|server|proxy)$", "db.example.internal"),
        (r"(^|_)(db|dbname|db_name|database|database_name)$", "app"),
        (r"(^|_)engine$", "postgres"),
        (r"(^|_)region$", reading.ctx.region),
        (r"cidr(_block)?$", "10.0.0.0/16"),
        (r"(^|_)(ip|public_ip|private_ip|my_ip|origin|query|ip_address)$", "203.0.113.10"),
        (r"(^|_)(url|uri)$", "https://example.com"),
        (r"(^|_)(domain|domain_name|zone)$", "example.com"),
        (r"(^|_)e?mail$", "someone@example.com"),
        (r"(^|_)(enabled|is_\w+)$", "true"),
        (r"(^|_)(count|size|number|min|max)$", "1"),
    )
    for pattern, value in fixed:
        if re.search(pattern, words):
            return value
    return f"example-{digits[:8]}"


def document(reading: Reading, keys: Iterable[str]) -> str:
    """A JSON object with a guessed text for every key."""
    return json.dumps({key: guess(reading, key) for key in sorted(set(keys))}, separators=(",", ":"))

"""Public facts about AWS partitions, regions and zones.

Sources: AWS General Reference ("AWS service endpoints", "AWS account root ... regions and zones"), the EC2 user guide's
pages on Regions, Availability Zones and Local Zones. Zone *names* are those that accounts get in a region; where AWS
maps them per account so that the set differs from account to account, the region is in VARYING. The mapping from
names to zone ids differs per account everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["PARTITIONS", "REGIONS", "VARYING", "Partition", "Region", "Zone", "partition_of", "region_named"]


@dataclass(frozen=True, slots=True)
class Partition:
    """``suffix`` is the DNS suffix of its endpoints, ``first`` the region that stands for it."""

    name: str
    suffix: str
    first: str
    prefixes: tuple[str, ...]

    @property
    def reverse_dns(self) -> str:
        return ".".join(reversed(self.suffix.split(".")))


@dataclass(frozen=True, slots=True)
class Zone:
    """``id`` is a plausible zone id; ``kind`` "availability-zone" or "local-zone"; ``group`` its zone group."""

    name: str
    id: str
    kind: str
    group: str
    region: str


@dataclass(frozen=True, slots=True)
class Region:
    """``letters`` are those of its Availability Zones, ``numbers`` those of their ids, which start with ``short``.

    ``default`` is False for regions that an account has to opt in to.
    """

    name: str
    description: str
    short: str
    letters: str
    numbers: str
    default: bool
    local: tuple[str, ...] = ()

    @property
    def partition(self) -> Partition:
        return partition_of(self.name)

    @property
    def zones(self) -> tuple[Zone, ...]:
        """Its Availability Zones, by name."""
        return tuple(
            Zone(
                self.name + letter,
                f"{self.short}-az{number}",
                "availability-zone",
                f"{self.name}-zg-1",
                self.name,
            )
            for letter, number in zip(self.letters, self.numbers, strict=True)
        )

    @property
    def local_zones(self) -> tuple[Zone, ...]:
        """Its Local Zones ("lax-1a" -> us-west-2-lax-1a), by name."""
        return tuple(
            Zone(
                f"{self.name}-{place}",
                f"{self.short}-{place[:-2].replace('-', '')}{place[-2]}-az{'abcdef'.index(place[-1]) + 1}",
                "local-zone",
                f"{self.name}-{place[:-1]}",
                self.name,
            )
            for place in self.local
        )


PARTITIONS: Final[dict[str, Partition]] = {
    p.name: p
    for p in (
        Partition("aws", "amazonaws.com", "us-east-1", ()),
        Partition("aws-cn", "amazonaws.com.cn", "cn-northwest-1", ("cn-",)),
        Partition("aws-us-gov", "amazonaws.com", "us-gov-west-1", ("us-gov-",)),
        Partition("aws-iso", "c2s.ic.gov", "us-iso-east-1", ("us-iso-",)),
        Partition("aws-iso-b", "sc2s.sgov.gov", "us-isob-east-1", ("us-isob-",)),
        Partition("aws-iso-e", "cloud.adc-e.uk", "eu-isoe-west-1", ("eu-isoe-",)),
        Partition("aws-iso-f", "csp.hci.ic.gov", "us-isof-south-1", ("us-isof-",)),
        Partition("aws-eusc", "amazonaws.eu", "eusc-de-east-1", ("eusc-",)),
    )
}


def partition_of(region: str) -> Partition:
    """The partition of a region name, known or not; "aws" where no prefix says otherwise."""
    return next((p for p in PARTITIONS.values() if region.startswith(p.prefixes) and p.prefixes), PARTITIONS["aws"])


# name, description, start of the zone ids, letters, numbers, in every account by default
_TABLE: Final = """
af-south-1      Africa (Cape Town)          afs1    abc    123    no
ap-east-1       Asia Pacific (Hong Kong)    ape1    abc    123    no
ap-east-2       Asia Pacific (Taipei)       ape2    abc    123    no
ap-northeast-1  Asia Pacific (Tokyo)        apne1   acd    412    yes
ap-northeast-2  Asia Pacific (Seoul)        apne2   abcd   1234   yes
ap-northeast-3  Asia Pacific (Osaka)        apne3   abc    312    yes
ap-south-1      Asia Pacific (Mumbai)       aps1    abc    132    yes
ap-south-2      Asia Pacific (Hyderabad)    aps2    abc    123    no
ap-southeast-1  Asia Pacific (Singapore)    apse1   abc    213    yes
ap-southeast-2  Asia Pacific (Sydney)       apse2   abc    132    yes
ap-southeast-3  Asia Pacific (Jakarta)      apse3   abc    123    no
ap-southeast-4  Asia Pacific (Melbourne)    apse4   abc    123    no
ap-southeast-5  Asia Pacific (Malaysia)     apse5   abc    123    no
ap-southeast-6  Asia Pacific (New Zealand)  apse6   abc    123    no
ap-southeast-7  Asia Pacific (Thailand)     apse7   abc    123    no
ca-central-1    Canada (Central)            cac1    abd    124    yes
ca-west-1       Canada West (Calgary)       caw1    abc    123    no
cn-north-1      China (Beijing)             cnn1    abd    124    yes
cn-northwest-1  China (Ningxia)             cnnw1   abc    123    yes
eu-central-1    Europe (Frankfurt)          euc1    abc    231    yes
eu-central-2    Europe (Zurich)             euc2    abc    123    no
eu-isoe-west-1  EU ISOE West                euiw1   abc    123    yes
eu-north-1      Europe (Stockholm)          eun1    abc    123    yes
eu-south-1      Europe (Milan)              eus1    abc    123    no
eu-south-2      Europe (Spain)              eus2    abc    123    no
eu-west-1       Europe (Ireland)            euw1    abc    312    yes
eu-west-2       Europe (London)             euw2    abc    231    yes
eu-west-3       Europe (Paris)              euw3    abc    123    yes
eusc-de-east-1  AWS European Sovereign Cloud (Germany)  eusc-dee1  ab  12  yes
il-central-1    Israel (Tel Aviv)           ilc1    abc    123    no
me-central-1    Middle East (UAE)           mec1    abc    123    no
me-south-1      Middle East (Bahrain)       mes1    abc    123    no
mx-central-1    Mexico (Central)            mxc1    abc    123    no
sa-east-1       South America (Sao Paulo)   sae1    abc    123    yes
us-east-1       US East (N. Virginia)       use1    abcdef 124635 yes
us-east-2       US East (Ohio)              use2    abc    123    yes
us-gov-east-1   AWS GovCloud (US-East)      usge1   abc    123    yes
us-gov-west-1   AWS GovCloud (US-West)      usgw1   abc    123    yes
us-iso-east-1   US ISO East                 usie1   abc    123    yes
us-iso-west-1   US ISO WEST                 usiw1   abc    123    yes
us-isob-east-1  US ISOB East (Ohio)         usibe1  abc    123    yes
us-isof-east-1  US ISOF EAST                usife1  abc    123    yes
us-isof-south-1 US ISOF SOUTH               usifs1  abc    123    yes
us-west-1       US West (N. California)     usw1    ac     31     yes
us-west-2       US West (Oregon)            usw2    abcd   2134   yes
"""

_LOCAL: Final = {
    "af-south-1": "los-1a",
    "ap-northeast-1": "tpe-1a",
    "ap-south-1": "ccu-1a del-1a",
    "ap-southeast-1": "bkk-1a mnl-1a",
    "ap-southeast-2": "akl-1a per-1a",
    "eu-central-1": "ham-1a waw-1a",
    "eu-north-1": "cph-1a hel-1a",
    "me-south-1": "mct-1a",
    "us-east-1": "atl-1a bos-1a bue-1a chi-1a dfw-1a iah-1a lim-1a mci-1a mia-1a msp-1a nyc-1a phl-1a qro-1a scl-1a",
    "us-west-2": "den-1a hnl-1a las-1a lax-1a lax-1b pdx-1a phx-1a sea-1a",
}


def _rows() -> dict[str, Region]:
    regions: dict[str, Region] = {}
    for line in _TABLE.strip().splitlines():
        name, *words, short, letters, numbers, default = line.split()
        local = tuple(_LOCAL.get(name, "").split())
        regions[name] = Region(name, " ".join(words), short, letters, numbers, default == "yes", local)
    return regions


REGIONS: Final[dict[str, Region]] = _rows()

VARYING: Final = frozenset({"ap-northeast-1", "us-west-1"})
"""Regions where accounts see different sets of zone letters."""


def region_named(name: str) -> Region | None:
    """The region, None when it is not in the table (a newer one)."""
    return REGIONS.get(name)

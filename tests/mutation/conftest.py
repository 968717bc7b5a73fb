"""One pool of real workers for the mutation cases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from terraformer.verify import VerifierPool, VerifySettings


@pytest.fixture(scope="session")
def pool() -> Iterator[VerifierPool]:
    with VerifierPool(2, VerifySettings(cache=False)) as made:
        yield made

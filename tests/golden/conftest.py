from __future__ import annotations

from collections.abc import Iterator

import pytest

from terraformer.verify import VerifierPool, VerifySettings


@pytest.fixture(scope="session")
def pool() -> Iterator[VerifierPool]:
    with VerifierPool(1, VerifySettings(cache=False)) as found:
        yield found

"""What tests share lies in tests/support, as a package."""

import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent))

# The same examples each time, and no word of how long one took: a busy machine is no failure.
settings.register_profile("terraformer", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("terraformer")

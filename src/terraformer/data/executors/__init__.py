"""Where the units of a run are made: in processes of this machine, or on a Ray cluster.

What is made does not depend on it: a part is a function of its specification and number.
"""

from terraformer.data.executors.base import Executor, MakingProgress
from terraformer.data.executors.local import LocalExecutor
from terraformer.data.executors.ray_cluster import RayExecutor

__all__ = ["Executor", "LocalExecutor", "MakingProgress", "RayExecutor"]

"""A worker of the local executor: ``python -m terraformer.data.executors.worker HANDLE PARENT``.

Reads the run's specification, then numbers of parts, from its socket; writes news and finished parts to it. It ends
with its parent, however that ends, and its verifier with it.
"""

from __future__ import annotations

import signal
import sys
import time
import traceback
from multiprocessing.connection import Connection

from terraformer.data.executors.base import MakingProgress, PartMaker
from terraformer.errors import TerraformerError, UsageError
from terraformer.verify.sandbox import die_with_parent

__all__ = ["main"]

_NEWS_SECONDS = 0.5


def main() -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent's, who then ends us
    handle, parent = int(sys.argv[1]), int(sys.argv[2])
    die_with_parent(parent)
    channel: Connection = Connection(handle)
    told = 0.0

    def progress(news: MakingProgress) -> None:
        nonlocal told
        now = time.monotonic()
        if now - told >= _NEWS_SECONDS:
            told = now
            channel.send(("news", news))

    try:
        with PartMaker(channel.recv()) as maker:
            while True:
                number = channel.recv()
                if number is None:
                    return 0
                channel.send(("part", maker.make(number, progress)))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return 0
    except UsageError as error:
        channel.send(("usage", str(error)))
    except TerraformerError as error:
        channel.send(("failed", str(error)))
    except Exception:
        channel.send(("failed", traceback.format_exc(limit=-5)))
    return 1


if __name__ == "__main__":
    sys.exit(main())

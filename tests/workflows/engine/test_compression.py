"""Stored states stay whole when many threads read and write at once, as a web server's do."""

from __future__ import annotations

import random
import sys
import threading

import zstandard

from workflows.engine import state


def test_threads_do_not_corrupt_each_other_s_states() -> None:
    wrong: list[BaseException | str] = []

    def work(seed: int) -> None:
        dice = random.Random(seed)
        try:
            for _ in range(60):
                written = dice.randbytes(dice.randrange(20_000, 400_000))
                if state.decompress(state.compress(written)) != written:
                    wrong.append(f"{seed}: {len(written)}")
        except zstandard.ZstdError as error:
            wrong.append(error)

    often, interval = 1e-6, sys.getswitchinterval()
    sys.setswitchinterval(often)
    try:
        threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert wrong == []

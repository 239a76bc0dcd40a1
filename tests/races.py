"""Several people, one moment: acts run at once, each on a connection of its own."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

from django.db import IntegrityError, connections

from kitclinic.problems import Refused


def race(*acts: Callable[[], Any]) -> tuple[list[Any], list[Exception]]:
    """What the acts returned that passed, and what those raised that were refused."""
    barrier = Barrier(len(acts))
    done: list[Any] = []
    lost: list[Exception] = []

    def one(act: Callable[[], Any]) -> None:
        try:
            barrier.wait()
            done.append(act())
        except (Refused, IntegrityError) as error:
            lost.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=one, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) + len(lost) == len(acts), "an act ended in an error that is no refusal"
    return done, lost

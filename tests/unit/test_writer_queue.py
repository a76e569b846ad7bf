"""Threads write one after the other, in the order in which they came."""

from __future__ import annotations

import signal
import sys
import threading

import pytest

from tidegate.ledger.writer_queue import WriterQueue

WRITERS = 20


def wrote(queue: WriterQueue) -> list[int]:
    """Writers come one by one while the first is at it; who wrote, in which order."""
    order: list[int] = []

    def write(number: int) -> None:
        with queue.turn():
            order.append(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    with queue.turn():
        for number, thread in enumerate(threads):
            thread.start()
            while queue.length <= number:
                thread.join(0.001)
    for thread in threads:
        thread.join()
    return order


def test_whoever_comes_first_writes_first() -> None:
    assert wrote(WriterQueue()) == list(range(WRITERS))


def test_one_writes_at_a_time() -> None:
    queue, writing, most = WriterQueue(), list[int](), list[int]()

    def write(number: int) -> None:
        for _ in range(50):
            with queue.turn():
                writing.append(number)
                most.append(len(writing))
                writing.remove(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) == 400
    assert set(most) == {1}


def test_a_writer_that_fails_lets_the_next_one_go() -> None:
    queue = WriterQueue()
    with pytest.raises(KeyError), queue.turn():
        raise KeyError("ours")
    with queue.turn():
        assert queue.length == 0


class Interrupted(Exception):
    """As Ctrl-C."""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_writer_that_is_interrupted_while_it_waits_keeps_nobody_waiting() -> None:
    def interrupt(*_: object) -> None:
        raise Interrupted

    queue, wanted, gone = WriterQueue(), threading.Event(), threading.Event()
    former = signal.signal(signal.SIGUSR1, interrupt)
    main = threading.get_ident()

    def hold() -> None:
        with queue.turn():
            wanted.set()
            while queue.length < 1:
                gone.wait(0.001)
            signal.pthread_kill(main, signal.SIGUSR1)
            gone.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    wanted.wait(10)
    try:
        with pytest.raises(Interrupted), queue.turn():
            raise AssertionError("its turn came")
    finally:
        signal.signal(signal.SIGUSR1, former)
        gone.set()
        holder.join(10)
    with queue.turn():
        assert queue.length == 0

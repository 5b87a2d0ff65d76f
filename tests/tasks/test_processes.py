"""A holder is this process and no other, not even one that got its number later."""

import socket
import subprocess

from tasks.processes import holder, is_dead

HOST = socket.gethostname()


def test_this_process_is_alive_and_of_another_machine_nothing_is_known() -> None:
    assert not is_dead(holder())
    assert not is_dead("elsewhere:1:1")


def test_a_process_that_ended_is_dead() -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    assert is_dead(f"{HOST}:{ended.pid}:1")
    assert is_dead(f"{HOST}:{ended.pid}"), "as an earlier version wrote it"


def test_another_process_under_the_same_number_is_not_taken_for_it() -> None:
    """In a container that was started again the worker has the number it had before."""
    name, pid, began = holder().split(":")
    assert is_dead(f"{name}:{pid}:{int(began) - 1}")
    assert not is_dead(f"{name}:{pid}"), "as an earlier version wrote it: it may be the same"

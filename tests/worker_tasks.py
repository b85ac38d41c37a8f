"""What workers are asked in tests: in a module of its own, since each worker imports it."""

import os
import signal
import time
from pathlib import Path

from sim.errors import LawBroken


def tasks(function, count, *more):
    return [(("a", number), function, (number, *more)) for number in range(count)]


def square(number):
    return number * number


def killed_the_first_time(number, folder):
    mark = Path(folder) / str(number)
    if number == 3 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def always_killed(number):
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def faulty(number):
    if number == 2:
        raise LawBroken("parcels in = out + inside: 5 against 4")
    return number


def own_pid(_number):
    time.sleep(0.02)
    return os.getpid()


def threads(_number):
    return os.environ["OMP_NUM_THREADS"], os.getpid()

"""Changed good files, drawn by hypothesis, which looks for those that reach more functions of ours."""

import sys
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import HealthCheck, given, seed, settings, target
from hypothesis import strategies as st

ODD = (
    b"", b"\0", b"\xff", b"\n", b"\r", b",", b'"', b"\x1b[31m", b"-1", b"1e309", b"nan", b"9" * 5_000,
    "²".encode(), "\u202e".encode(),
    b"${oc.env:HOME}", b"!!python/name:os.system", b"&a [*a]", b"0000-00-00 99:99", b"\xef\xbb\xbf", b"{", b"[" * 60,
)  # fmt: skip
"""What parsers stumble over."""


@st.composite
def changed(draw: Callable[..., Any], good: Sequence[bytes]) -> bytes:
    """A good file with some of its bytes changed."""
    data: bytes = draw(st.sampled_from(good))
    for _ in range(draw(st.integers(1, 4))):
        begin, end = sorted(draw(st.tuples(*2 * [st.integers(0, len(data))])))
        how = draw(st.sampled_from(("put", "cut", "flip", "twice", "other")))
        if how == "put":
            data = data[:begin] + draw(st.sampled_from(ODD) | st.binary(max_size=8)) + data[begin:]
        elif how == "cut":
            data = data[:begin] + data[end:]
        elif how == "flip":
            data = (
                data[:begin]
                + bytes(each ^ (1 << draw(st.integers(0, 7))) for each in data[begin : begin + 1])
                + data[begin + 1 :]
            )
        elif how == "twice":
            data = data[:end] + data[begin:]
        else:
            data = data[:begin] + draw(st.sampled_from(good))[begin:end] + data[end:]
    return data


def tried(good: Sequence[bytes], number: int, n: int, attempt: Callable[[bytes], None]) -> None:
    """So many changed files, the same for the same number."""

    @seed(number)
    @settings(max_examples=n, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(changed(good))
    def one(data: bytes) -> None:
        reached = set[Any]()
        before = sys.getprofile()
        sys.setprofile(lambda frame, event, _: reached.add(frame.f_code) if event == "call" else None)
        try:
            attempt(data)
        finally:
            sys.setprofile(before)
        target(float(sum("/sim/" in code.co_filename or "/experiments/" in code.co_filename for code in reached)))

    one()

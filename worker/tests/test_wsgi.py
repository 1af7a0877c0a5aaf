"""PEP 3333, without sockets: an app is called, and the frames of its response are looked at."""

from __future__ import annotations

import io
import struct
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from wsgiref.validate import validator

import pytest

from fake_server import Frame, environ, frames_in
from saola_worker import wire
from saola_worker.wsgi import constants, format_error, serve

if TYPE_CHECKING:
    from saola_worker.wsgi import App

StartResponse = Callable[..., Callable[[bytes], None]]
PLAIN = [("Content-Type", "text/plain")]


class List:
    """A sink that keeps frames, and what happened between them."""

    def __init__(self, patience: int = sys.maxsize) -> None:
        self.frames: list[Frame] = []
        self.events: list[str] = []
        self.patience = patience
        self.stream = 0
        self.armed = 0
        self.shot = 0

    def answer(self, data: bytes) -> None:
        frames, rest = frames_in(data)
        assert not rest
        self.frames += frames
        self.events += [NAMES[frame.kind] for frame in frames]

    def large_answer(self, stream: int, count: int, head: bytes, body: bytes) -> bool:
        if len(head) + len(body) > wire.MAX_FRAME:
            return False
        self.answer(wire.response(stream, count, head, body))
        return True

    def hurry(self, stream: int) -> None:
        self.events.append("hurry")

    def open(self, stream: int, head: bytes) -> None:
        self.stream = stream
        self.answer(head)

    def data(self, piece: bytes, more: bool = False) -> bool:
        if not self.patience:
            return False
        self.patience -= 1
        self.answer(wire.frame(wire.DATA, self.stream, piece))
        return True

    def file(self, offset: int, length: int, path: bytes) -> bool:
        self.answer(wire.file(self.stream, offset, length, path, wire.HELD))
        return self.patience > 0

    def end(self, flags: int = 0) -> None:
        self.answer(wire.frame(wire.END, self.stream, flags=flags))

    def response(self) -> tuple[list[str], bytes]:
        """Return head and body of the one frame there should be."""
        (frame,) = self.frames
        assert frame.kind == wire.RESPONSE
        size = int.from_bytes(frame.payload[:4], "little")
        return lines(frame, frame.payload[4 : 4 + size]), frame.payload[4 + size :]

    def pieces(self) -> tuple[list[str], list[bytes]]:
        """Return head and pieces of a response that was sent in pieces."""
        first, *data, last = self.frames
        assert [first.kind, last.kind, last.flags] == [wire.HEAD, wire.END, 0]
        return lines(first, first.payload), [frame.payload for frame in data]


NAMES = {
    wire.RESPONSE: "response",
    wire.HEAD: "head",
    wire.DATA: "data",
    wire.FILE: "file",
    wire.END: "end",
    wire.FAILED: "failed",
}


def lines(frame: Frame, head: bytes) -> list[str]:
    found = head.decode("latin-1").split("\n")
    assert frame.lines == len(found)
    return found


def call(app: App, sink: List | None = None, **more: str) -> List:
    if sink is None:
        sink = List()
    given: dict[str, Any] = {
        **environ(**more),
        **constants({"SERVER_SOFTWARE": "saola/test"}, 1, True),
    }
    given["wsgi.input"] = io.BytesIO()
    serve(app, sink, 9, given)
    assert {frame.stream for frame in sink.frames} == {9}
    return sink


class Closing:
    """An iterable with a close() that says that it was called."""

    def __init__(self, sink: List, pieces: Iterable[bytes], fail: bool = False) -> None:
        self.sink = sink
        self.pieces = pieces
        self.fail = fail

    def __iter__(self) -> Iterator[bytes]:
        yield from self.pieces
        if self.fail:
            raise ValueError("while iterating")

    def close(self) -> None:
        self.sink.events.append("close")


def closing(sink: List, pieces: Iterable[bytes], headers: Any = PLAIN, fail: bool = False) -> App:
    def app(environ: Any, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", headers)
        return Closing(sink, pieces, fail)

    return app


def returning(result: Any, headers: Any = PLAIN) -> App:
    def app(environ: Any, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", headers)
        return result  # type: ignore[no-any-return]

    return app


@pytest.mark.parametrize("result", [[b"a", b"bc"], (b"abc",), [b"", b"abc"]])
def test_a_list_is_one_response(result: Iterable[bytes]) -> None:
    sink = call(returning(result))

    assert sink.response() == (["200 OK", "Content-Type", "text/plain"], b"abc")


@pytest.mark.parametrize("result", [[], [b""], (), iter([]), iter([b"", b""])])
def test_no_body_is_one_response(result: Iterable[bytes]) -> None:
    assert call(returning(result, [])).response() == (["200 OK"], b"")


def test_a_response_of_exactly_one_frame_is_not_cut_up() -> None:
    room = 65_536 - len(b"200 OK")

    assert len(call(returning([b"x" * room], [])).response()[1]) == room
    head, pieces = call(returning([b"x" * (room + 1)], [])).pieces()
    assert (head, b"".join(pieces)) == (
        ["200 OK", "Content-Length", str(room + 1)],
        b"x" * (room + 1),
    )


def test_a_long_list_keeps_the_apps_content_length() -> None:
    head, _ = call(returning([b"x" * 99_999], [("content-length", "99999")])).pieces()

    assert head == ["200 OK", "content-length", "99999"]


def test_pieces_go_out_one_by_one_and_empty_ones_not_at_all() -> None:
    sink = call(returning(iter([b"", b"a", b"", b"bc"])))

    assert sink.pieces() == (["200 OK", "Content-Type", "text/plain"], [b"a", b"bc"])


def test_each_piece_is_sent_before_the_next_is_asked_for() -> None:
    sink = List()

    def pieces() -> Iterator[bytes]:
        sink.events.append("one")
        yield b"1"
        sink.events.append("two")
        yield b"2"

    call(returning(pieces()), sink)

    assert sink.events == ["one", "head", "data", "two", "data", "end", "hurry"]


def test_a_first_piece_of_the_whole_content_length_is_one_response() -> None:
    sink = List()

    call(closing(sink, [b"abc", b"too much"], [("Content-Length", "3")]), sink)

    assert sink.response() == (["200 OK", "Content-Length", "3"], b"abc")
    assert sink.events == ["response", "hurry", "close"]


def test_iteration_stops_when_the_content_length_is_reached() -> None:
    endless = iter(lambda: b"ab", None)

    sink = call(returning(endless, [("Content-Length", "5")]))

    assert sink.pieces()[1] == [b"ab"] * 3


def test_a_generator_may_start_the_response_when_it_is_iterated() -> None:
    def app(environ: Any, start_response: StartResponse) -> Iterator[bytes]:
        start_response("200 OK", [])
        yield b"late"

    assert call(app).pieces() == (["200 OK"], [b"late"])


def test_write_sends_before_what_is_returned() -> None:
    def app(environ: Any, start_response: StartResponse) -> Iterable[bytes]:
        write = start_response("200 OK", [])
        write(b"")
        write(b"written")
        return [b"returned"]

    assert call(app).pieces() == (["200 OK"], [b"written", b"returned"])


def test_write_alone_is_a_whole_response() -> None:
    def app(environ: Any, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [])(b"written")
        return []

    assert call(app).pieces() == (["200 OK"], [b"written"])


def test_another_head_replaces_one_that_has_not_left() -> None:
    def app(environ: Any, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", PLAIN)
        try:
            raise ValueError
        except ValueError:
            start_response("418 Teapot", [], sys.exc_info())
        return [b"x"]

    assert call(app).response() == (["418 Teapot"], b"x")


def test_after_the_head_has_left_the_apps_exception_comes_back() -> None:
    def app(environ: Any, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", PLAIN)(b"x")
        try:
            raise ValueError("the app's")
        except ValueError:
            start_response("500 Sorry", [], sys.exc_info())
        return []

    sink = call(app)

    assert sink.events == ["head", "data", "failed", "end"]
    assert sink.frames[2].payload.endswith(b"ValueError: the app's\n")
    assert sink.frames[3].flags == wire.ABORTED


def twice(environ: Any, start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", [])
    start_response("200 OK", [])
    return []


def exits(environ: Any, start_response: StartResponse) -> Iterable[bytes]:
    raise SystemExit(3)


def interrupts(environ: Any, start_response: StartResponse) -> Iterable[bytes]:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("app", "text"),
    [
        (twice, "AssertionError: start_response was called again without exc_info"),
        (exits, "SystemExit: 3"),
        (interrupts, "KeyboardInterrupt"),
        (lambda environ, start_response: [], "without calling start_response"),
        (lambda environ, start_response: iter([b"x"]), "without calling start_response"),
        (returning(None), "the app returned NoneType, not an iterable of bytes"),
        (returning("text"), "the app yielded str, not bytes"),
        (returning(["text"]), "TypeError: sequence item 0: expected a bytes-like object, str"),
        (returning([], [("X-A", 1)]), "TypeError: sequence item 2: expected str instance, int"),
        (returning([], [("X-A", "\u20ac")]), "UnicodeEncodeError: 'latin-1'"),
        (returning([], [("X-A", "x" * 1_048_576)]), " bytes of status and headers"),
    ],
)
def test_an_exception_is_a_500_with_its_traceback(app: App, text: str) -> None:
    sink = call(app)

    assert sink.events == ["failed", "response"]
    assert text in sink.frames[0].payload.decode()
    assert b"500 Internal Server Error\nContent-Type\ntext/plain" in sink.frames[1].payload


def test_an_exception_after_the_head_aborts_the_response() -> None:
    sink = List()

    call(closing(sink, [b"x"], fail=True), sink)

    assert sink.events == ["head", "data", "close", "failed", "end"]
    assert sink.frames[-1].flags == wire.ABORTED


def test_close_is_called_after_an_exception_before_the_head() -> None:
    sink = List()

    call(closing(sink, [], fail=True), sink)

    assert sink.events == ["close", "failed", "response"]


def test_a_client_that_has_gone_ends_the_iteration_and_close_is_called() -> None:
    sink = List(patience=2)

    call(closing(sink, iter(lambda: b"x", None)), sink)

    assert sink.events == ["head", "data", "data", "close", "end"]
    assert sink.frames[-1].flags == wire.ABORTED


def test_write_to_a_client_that_has_gone_raises_and_reports_nothing() -> None:
    def app(environ: Any, start_response: StartResponse) -> Iterable[bytes]:
        write = start_response("200 OK", [])
        try:
            while True:
                write(b"x")
        except ConnectionError:
            raise RuntimeError("what the app makes of it") from None

    sink = call(app, List(patience=1))

    assert sink.events == ["head", "data", "end"]
    assert sink.frames[-1].flags == wire.ABORTED


def test_an_exception_in_close_does_not_spoil_the_response(
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Bad(Closing):
        def close(self) -> None:
            raise ValueError("in close")

    sink = List()

    call(returning(Bad(sink, [b"abc"])), sink)

    assert sink.pieces()[1] == [b"abc"]
    assert "ValueError: in close" in capsys.readouterr().err


def test_a_traceback_is_the_apps_alone() -> None:
    sink = call(exits)

    text = sink.frames[0].payload.decode()

    assert [line for line in text.splitlines() if "File" in line] == [
        f'  File "{__file__}", line {exits.__code__.co_firstlineno + 1}, in exits'
    ]


def test_a_very_long_traceback_is_cut_in_the_middle() -> None:
    text = format_error(ValueError("x" * 1_000_000 + " the end"))

    assert len(text) < 65_536
    assert text.startswith("ValueError: xxx")
    assert text.endswith(" the end\n")


def test_a_surrogate_in_a_message_is_reported_all_the_same() -> None:
    def app(environ: Any, start_response: StartResponse) -> Iterable[bytes]:
        raise ValueError("\udcff")

    assert b"ValueError: \\udcff" in call(app).frames[0].payload


def test_wsgi_errors_is_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    def app(environ: Any, start_response: StartResponse) -> Iterable[bytes]:
        errors = environ["wsgi.errors"]
        errors.write("one ")
        errors.writelines(["two", " "])
        print("three", file=errors)
        errors.flush()
        return returning([])(environ, start_response)

    call(app)

    assert capsys.readouterr().err == "one two three\n"


def test_the_validator_of_the_standard_library_finds_nothing() -> None:
    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        assert environ["wsgi.input"].read(1) == b""
        environ["wsgi.errors"].write("")
        return returning([b"valid"])(environ, start_response)

    sink = call(validator(app), SCRIPT_NAME="/x", CONTENT_LENGTH="0")

    assert sink.pieces()[1] == [b"valid"]


def test_the_validator_finds_nothing_about_a_wrapped_file() -> None:
    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", PLAIN)
        wrapped: Iterable[bytes] = environ["wsgi.file_wrapper"](io.BytesIO(b"file"), 2)
        return wrapped

    assert call(validator(app)).pieces()[1] == [b"file"]


def wrapping(path: Path, headers: Any = PLAIN, skip: int = 0) -> App:
    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", headers)
        file = path.open("rb")
        file.read(skip)
        wrapped: Iterable[bytes] = environ["wsgi.file_wrapper"](file, 512)
        return wrapped

    return app


def parts(sink: List) -> list[tuple[int, int]]:
    """Return offset and length of each File frame, all of which are held."""
    assert all(frame.flags == wire.HELD for frame in sink.frames if frame.kind == wire.FILE)
    return [
        struct.unpack_from("<QQ", frame.payload) for frame in sink.frames if frame.kind == wire.FILE
    ]


def test_a_large_file_is_left_to_the_server(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(200_000))

    sink = call(wrapping(path, skip=1_000))

    assert sink.events == ["head", "file", "end", "hurry"]
    assert parts(sink) == [(1_000, 199_000)]
    assert lines(sink.frames[0], sink.frames[0].payload)[-2:] == ["Content-Length", "199000"]


def test_no_more_of_a_file_is_sent_than_its_content_length(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(200_000))

    sink = call(wrapping(path, [("Content-Length", "70000")]))

    assert parts(sink) == [(0, 70_000)]
    assert lines(sink.frames[0], sink.frames[0].payload) == ["200 OK", "Content-Length", "70000"]


def test_a_file_that_is_small_or_shorter_than_it_should_be_is_read(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(65_536))
    assert "file" not in call(wrapping(path)).events

    path.write_bytes(bytes(200_000))
    assert "file" not in call(wrapping(path, [("Content-Length", "200001")])).events


def test_a_file_whose_client_has_gone_is_closed_and_the_response_aborted(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(200_000))
    sink = List(patience=0)

    call(wrapping(path), sink)

    assert sink.frames[-1].kind == wire.END
    assert sink.frames[-1].flags == wire.ABORTED

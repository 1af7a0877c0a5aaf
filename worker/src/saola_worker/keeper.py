"""The keeper: forks molds, reaps and kills every process below it, and outlives none of them.

It is the server's only child, started as ``python -S`` and never imports the app. Commands come
as lines on its standard input and reports leave on its standard output
(``protocol/PROTOCOL.md`` §12); both are moved out of the way before anything else runs, so that
no app can read or write them. The end of its input means that the server is gone: then
everything below it ends within two seconds.

All kills go through here, and only to processes that have not been reaped, so that no signal
can hit a number that the kernel has given to somebody else.
"""

from __future__ import annotations

import errno
import fcntl
import os
import select
import signal
import struct
import sys
import time

from .linux import Title, be_killed_first, become_subreaper, give_up_low_ports

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing costs a process that is kept small two megabytes
    from typing import NoReturn

# pid (0: there is none), slot, which Fork of this mold it answers. 12 bytes in a pipe are atomic.
RECORD = struct.Struct("=III")

_GRACE = 1.0
_END = 1.8
_DIED = (os.CLD_KILLED, os.CLD_DUMPED)


class _Channel:
    """The pipe in which one mold announces its workers."""

    def __init__(self, generation: int, promoted: int = 0) -> None:
        self.generation = generation
        self.answered = 0
        self.promoted = promoted  # pid of a worker that becomes this mold with its first fork


class Keeper:
    """The one loop of the keeper: commands, announcements and deaths."""

    def __init__(self, life: int, report: int, wake: int, waker: int, title: Title) -> None:
        self._life = life
        self._report = report
        self._wake = wake
        self._waker = waker
        self._title = title
        self._directory = ""
        self._token = b""
        self._clean: list[str] = []
        self._unfinished = b""
        self._ending = False
        self._alone = False  # the server is gone
        self._known: dict[int, tuple[str, int, int]] = {}  # pid: role, generation, slot
        self._channels: dict[int, _Channel] = {}
        self._poll = select.poll()
        self._poll.register(life, select.POLLIN)
        self._poll.register(wake, select.POLLIN)

    def run(self) -> None:
        """Do what the server says until it says stop or is gone; then end everything."""
        try:
            while not self._ending:
                for fd, _ in self._poll.poll():
                    if fd == self._life:
                        self._read_commands()
                    elif fd == self._wake:
                        _drain(fd)
                    elif fd in self._channels:  # a turn before it may have closed it
                        self._read_channel(fd)
                self._reap()
        finally:
            self._end()

    def _read_commands(self) -> None:
        data = os.read(self._life, 65_536)
        if not data:
            self._ending = self._alone = True
            return
        *lines, self._unfinished = (self._unfinished + data).split(b"\n")
        for line in lines:
            words = line.split(b" ")
            try:
                self._obey(words[0].decode("utf-8", "replace"), words[1:])
            except (OSError, ValueError, IndexError) as error:
                self._say(f"error {_one_line(line)}: {_one_line(str(error).encode())}")

    def _obey(self, command: str, words: list[bytes]) -> None:
        if command == "mold":
            self._fork_mold(int(words[0]))
        elif command == "promote":
            self._promote(int(words[0]), int(words[1]))
        elif command == "kill":
            self._kill(int(words[0]), _signal_number(words[1].decode()))
        elif command == "fifo":
            self._make_fifo(words[0].decode())
        elif command == "start":
            self._directory, self._token = _path(words[0]), words[1]
            self._clean = [_path(word) for word in words[2:]]
            self._say(f"started {os.getpid()} {'.'.join(map(str, sys.version_info[:3]))}")
        elif command == "stop":
            self._ending = True
        else:
            raise ValueError("unknown command")

    def _make_fifo(self, name: str) -> None:
        if not self._directory or "/" in name:
            raise ValueError("no place for it")
        os.mkfifo(os.path.join(self._directory, name), 0o600)
        self._say(f"fifo {name}")

    def _fork_mold(self, generation: int) -> None:
        if not self._directory:
            raise ValueError("start comes first")
        mine, its = os.pipe()
        me = os.getpid()
        try:
            pid = os.fork()
        except OSError:
            os.close(mine)
            os.close(its)
            raise
        if pid == 0:
            self._become_mold(mine, its, me, generation)
        os.close(its)
        os.set_blocking(mine, False)
        self._channels[mine] = _Channel(generation)
        self._poll.register(mine, select.POLLIN)
        self._known[pid] = ("mold", generation, 0)
        self._say(f"mold {generation} {pid}")

    def _promote(self, pid: int, generation: int) -> None:
        """Make the channel of a worker that becomes a mold: it has no pipe to here."""
        if pid not in self._known:
            raise ValueError("no such worker")
        for old, channel in list(self._channels.items()):
            if channel.promoted == pid:  # it was unfit then
                self._close_channel(old)
                os.unlink(os.path.join(self._directory, f"channel-{channel.generation}"))
        path = os.path.join(self._directory, f"channel-{generation}")
        os.mkfifo(path, 0o600)
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        self._channels[fd] = _Channel(generation, pid)
        self._poll.register(fd, select.POLLIN)
        self._say(f"promoted {generation} {pid}")

    def _become_mold(self, mine: int, its: int, keeper: int, generation: int) -> NoReturn:
        """Leave the keeper behind. Runs in the mold."""
        code = 70
        try:
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)
            for fd in (self._life, self._report, self._wake, self._waker, mine, *self._channels):
                os.close(fd)
            be_killed_first()
            from .mold import main
            from .process import Birth

            main(Birth(self._directory, self._token, generation, keeper, its, self._title))
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(code)

    def _read_channel(self, fd: int) -> None:
        while True:
            try:
                data = os.read(fd, RECORD.size * 256)
            except BlockingIOError:
                return
            channel = self._channels[fd]
            if not data:
                # The mold and all that it was forking are gone, or are workers now.
                self._close_channel(fd)
                return
            if channel.promoted in self._known:
                # Not before: one that finds itself unfit stays a worker, whose group is ended.
                self._known[channel.promoted] = ("mold", channel.generation, 0)
            for pid, slot, number in RECORD.iter_unpack(data):
                if pid:
                    channel.answered = number
                    self._known[pid] = ("worker", channel.generation, slot)
                    self._say(f"forked {channel.generation} {slot} {pid}")
                elif number != channel.answered:
                    self._say(f"unforked {channel.generation} {slot}")

    def _close_channel(self, fd: int) -> None:
        self._poll.unregister(fd)
        os.close(fd)
        del self._channels[fd]

    def _reap(self) -> bool:
        """Collect the dead; false when there is no child at all."""
        while True:
            try:
                dead = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return False
            if dead is None:
                return True
            pid = dead.si_pid
            if pid not in self._known:
                # The announcement is in a pipe before the keeper can own the zombie.
                for fd in list(self._channels):
                    self._read_channel(fd)
            role, generation, slot = self._known.pop(pid, ("other", 0, 0))
            if role == "worker" and dead.si_code in _DIED:
                # A worker leads its own group: what it started goes with it. The zombie still
                # holds the number. Never for a mold: workers that are being born are in its group.
                _signal_group(pid)
            _, status = os.waitpid(pid, 0)
            code = os.waitstatus_to_exitcode(status)
            self._say(f"exited {pid} {role} {generation} {slot} {code}")

    def _kill(self, pid: int, number: int) -> None:
        # One that is neither has just been reaped, and its exit report is on its way.
        if pid in self._known or pid in _children():
            os.kill(pid, number)

    def _say(self, line: str) -> None:
        data = line.encode("utf-8", "surrogateescape") + b"\n"
        try:
            while data:
                data = data[os.write(self._report, data) :]
        except BlockingIOError:
            pass  # only while ending: nobody reads, and nothing may hold this process up
        except OSError as error:
            if error.errno != errno.EPIPE:
                raise
            self._ending = self._alone = True

    def _end(self) -> None:
        """Terminate, wait a second, then kill and reap until no child is left."""
        os.set_blocking(self._report, False)
        start = time.monotonic()
        _signal_all(signal.SIGTERM)
        while self._reap() and time.monotonic() < start + _GRACE:
            self._pause(50)
        # Orphans become children of the subreaper, so no tree needs to be walked. A child of
        # another user cannot be killed: hence the bound.
        while self._reap() and time.monotonic() < start + _END:
            _signal_all(signal.SIGKILL)
            self._pause(5)
        if self._alone and self._directory:
            for folder in (self._directory, *self._clean):
                _remove(folder)

    def _pause(self, milliseconds: int) -> None:
        wake = select.poll()
        wake.register(self._wake, select.POLLIN)
        if wake.poll(milliseconds):
            _drain(self._wake)
        for fd in list(self._channels):
            self._read_channel(fd)


def _drain(fd: int) -> None:
    try:
        while os.read(fd, 4_096):
            pass
    except BlockingIOError:
        pass


def _children() -> list[int]:
    me = os.getpid()
    try:
        with open(f"/proc/self/task/{me}/children", "rb") as file:
            return [int(word) for word in file.read().split()]
    except FileNotFoundError:  # a kernel without CONFIG_PROC_CHILDREN
        return [int(name) for name in os.listdir("/proc") if name.isdigit() and _parent(name) == me]


def _parent(pid: str) -> int:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return int(file.read().rpartition(b")")[2].split()[1])
    except OSError:
        return 0


def _signal_all(number: int) -> None:
    for pid in _children():
        try:
            os.kill(pid, number)
        except (ProcessLookupError, PermissionError):
            pass


def _signal_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass  # it died before it had a group of its own


def _signal_number(name: str) -> int:
    if name.startswith("RTMIN+"):
        return signal.SIGRTMIN + int(name[6:])
    return int(name)


def _path(word: bytes) -> str:
    """Undo percent-encoding."""
    first, *rest = word.split(b"%")
    decoded = first + b"".join(bytes.fromhex(part[:2].decode()) + part[2:] for part in rest)
    return os.fsdecode(decoded)


def _one_line(text: bytes) -> str:
    return " ".join(text.decode("utf-8", "replace").split())


def _remove(path: str) -> None:
    """Remove a folder and all that is in it, and follow no link. shutil would double the keeper."""
    try:
        for entry in os.scandir(path):
            if entry.is_dir(follow_symlinks=False):
                _remove(entry.path)
            else:
                os.unlink(entry.path)
        os.rmdir(path)
    except OSError as error:
        if error.errno != errno.ENOENT:
            sys.stderr.write(f"saola keeper: could not remove {path}: {error}\n")


def main() -> NoReturn:
    """Become the keeper."""
    code = 70
    try:
        _run()
        code = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code)


def _run() -> None:
    try:
        os.setsid()  # a terminal's Ctrl-C is for the server
    except PermissionError:
        pass  # started as a leader already
    become_subreaper()
    give_up_low_ports()
    life = fcntl.fcntl(0, fcntl.F_DUPFD_CLOEXEC, 3)
    report = fcntl.fcntl(1, fcntl.F_DUPFD_CLOEXEC, 3)
    nothing = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    wake, waker = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(waker, False)
    signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    title = Title()
    title.set("saola:keeper", "saola: keeper")
    Keeper(life, report, wake, waker, title).run()

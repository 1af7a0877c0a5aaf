"""Bounds for figures: ``bounds.toml`` says what each is now, and what it must not exceed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomllib

FAR_BELOW = 0.9  # of `now`
TABLE = re.compile(r"\[([\w.-]+)\]")
ROW = re.compile(r'"?([\w.]+)"? = \{ now = ')
ANY = "any"  # of a figure that does not depend on the Python


@dataclass(frozen=True)
class Figure:
    """What was counted, per request."""

    key: str  # of its table in the file: wsgi.loop-calls
    row: str  # in that: a Python's version, or any
    what: str
    value: float
    parts: Mapping[str, float] = field(default_factory=dict)  # for the one who has to find out why

    @property
    def name(self) -> str:
        """Key and row."""
        return self.key if self.row == ANY else f"{self.key} {self.row}"

    def biggest(self, most: int = 8) -> str:
        """The largest parts, in words."""
        parts = sorted(self.parts.items(), key=lambda part: -part[1])[:most]
        return ", ".join(f"{name} {shown(value)}" for name, value in parts)


@dataclass(frozen=True)
class Verdict:
    """What there is to say about a figure."""

    line: str
    breach: str = ""
    note: str = ""


class Bounds:
    """The file."""

    def __init__(self, path: Path) -> None:
        self._file = path.name
        self._text = path.read_text()
        self._tables = tomllib.loads(self._text)

    def judge(self, figure: Figure) -> Verdict:
        """Hold a figure against its bound."""
        value = shown(figure.value)
        line = f"{figure.name:32} {value:>7}  {figure.what}"
        table = self._table(figure.key)
        row = table.get(figure.row)
        if row is None:
            return Verdict(line, note=f"{figure.name} = {value} has no bound in {self._file}")
        now, bound = shown(row["now"]), shown(row["bound"])
        line += f"  (bound {bound})"
        if figure.value > row["bound"]:
            breach = (
                f"{figure.name}: {value} {figure.what}, which is more than the bound "
                f"of {bound} in {self._file} (it was {now}). Where to look: {table['look']}."
            )
            if figure.parts:
                breach += f" Counted: {figure.biggest()}"
            return Verdict(line, breach=breach)
        if figure.value < row["now"] * FAR_BELOW and "room" in table:
            note = (
                f"{figure.name} is {value} and was {now}: lower the bound of {bound} in "
                f"{self._file} (counts.py --rewrite)"
            )
            return Verdict(line, note=note)
        return Verdict(line)

    def rewritten(self, figures: Iterable[Figure]) -> str:
        """The file's text with what was counted as `now`, and bounds by each table's `room`.

        A table without has bounds that somebody has chosen.
        """
        found = {(figure.key, figure.row): figure.value for figure in figures}
        lines, key = [], ""
        for line in self._text.splitlines(keepends=True):
            if table := TABLE.match(line):
                key = table[1]
            elif row := ROW.match(line):
                value, room = found.get((key, row[1])), self._table(key).get("room")
                if value is not None and room is not None:
                    bound = shown(round(value, 2) * room)
                    line = f"{row[0]}{shown(value)}, bound = {bound} }}\n"
            lines.append(line)
        return "".join(lines)

    def _table(self, key: str) -> dict[str, Any]:
        interface, _, name = key.partition(".")
        table: dict[str, Any] = self._tables.get(interface, {}).get(name, {})
        return table


def shown(value: float) -> str:
    """With as many digits as mean something."""
    return f"{value:.0f}" if value >= 100 else f"{value:.2f}"

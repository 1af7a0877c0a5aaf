"""A JSON API as people write it with FastAPI: checked parameters, a model for the answer."""

from datetime import datetime, timezone
from decimal import Decimal
from typing import Annotated

from fastapi import FastAPI, Path, Query
from pydantic import BaseModel


class Line(BaseModel):
    """One article of an order."""

    article: str
    name: str
    quantity: int
    price: Decimal
    note: str | None = None


class Order(BaseModel):
    """What the client gets."""

    number: int
    customer: str
    placed: datetime
    lines: list[Line]
    total: Decimal


app = FastAPI()


@app.get("/orders/{number}")
async def order(
    number: Annotated[int, Path(ge=1)], lines: Annotated[int, Query(ge=1, le=100)] = 10
) -> Order:
    """An order of so many lines, always the same."""
    found = [
        Line(
            article=f"A-{number:05}-{line:03}",
            name=f"Article number {line}",
            quantity=1 + line % 3,
            price=Decimal(995 + line) / 100,
        )
        for line in range(lines)
    ]
    return Order(
        number=number,
        customer="Ada Lovelace",
        placed=datetime(2026, 1, 1, 12, 30, tzinfo=timezone.utc),
        lines=found,
        total=sum((line.quantity * line.price for line in found), Decimal(0)),
    )


@app.get("/")
async def ready() -> str:
    """Say that the app is up."""
    return "ready"

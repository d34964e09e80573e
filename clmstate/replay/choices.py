"""What may be chosen of a replay, for those who ask before tables are there: this module loads without polars."""

from __future__ import annotations

from typing import Final, Literal, get_args

__all__ = ["ENGINES", "FORMATS", "Engine", "TableFormat"]

Engine = Literal["auto", "compiled", "columnar", "spark"]
ENGINES: Final[tuple[str, ...]] = get_args(Engine)

TableFormat = Literal["csv", "parquet"]
FORMATS: Final[tuple[str, ...]] = get_args(TableFormat)

from collections.abc import Callable
from typing import Any

class Gate:
    def __new__(
        cls,
        *,
        state: type,
        signals: tuple[tuple[str, str, bool, tuple[float, ...] | None, float, float, tuple[str, ...], str, str], ...],
        part: bool,
        events: dict[Any, str] | None,
        instants: dict[str, float],
        instant: Callable[[Any], float | None],
        python: Callable[..., Any],
        settled: Callable[..., Any],
        seen: tuple[Callable[[Any], bool] | None, ...],
        nothing: Any,
        nan: float,
        memory: tuple[Any, ...] | None,
    ) -> Gate: ...
    def __call__(self, *given: Any, **values: Any) -> Any: ...

"""What a run covered is said at its end, not only that it passed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

_said: list[str] = []


@pytest.fixture
def say() -> Callable[[str], None]:
    """Adds a line to the summary at the end of the run."""
    return _said.append


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in _said:
        terminalreporter.write_line(line)

"""The reader process: one connection, one statement after the other, until the pipe closes."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any, TextIO

from tidegate_agent.odbc_reader import packed


def serve(connect: Callable[[str], Any], source: TextIO, sink: TextIO) -> None:
    """Answer each request: ``connect`` first, then statements. Errors are answered, not raised."""
    connection: Any = None
    for text in source:
        request = json.loads(text)
        try:
            if "connect" in request:
                connection = connect(request["connect"])
                answer: dict[str, Any] = {}
            else:
                cursor = connection.cursor()
                cursor.execute(request["statement"])
                columns = [one[0] for one in cursor.description]
                answer = {
                    "columns": columns,
                    "sizes": [one[3] for one in cursor.description],
                    "rows": [[packed(one) for one in row] for row in cursor.fetchall()],
                }
        except Exception as error:  # the driver's own kinds are not known here
            answer = {"error": f"{type(error).__name__}: {error}"}
        sink.write(json.dumps(answer) + "\n")
        sink.flush()


def main() -> None:
    """``python -m tidegate_agent.reader_main``."""
    import pyodbc

    serve(
        lambda text: pyodbc.connect(text, autocommit=True, readonly=True, timeout=20), sys.stdin, sys.stdout
    )


if __name__ == "__main__":
    main()

"""Import templates carried by SOAP: `AOWSIMPORT`, `AOWSBATGET` (contract §8)."""

from __future__ import annotations

from tidegate_sandbox.x3.import_task import ImportTask, Work
from tidegate_sandbox.x3.objects import Row, written
from tidegate_sandbox.x3.problem import Problem

ORDERS = "YTGSOH"


class Import:
    """`AOWSIMPORT`: each document is judged on its own; rejected ones do not stop the rest."""

    def __init__(self, task: ImportTask) -> None:
        self._task = task

    def run(self, values: Row, *, as_json: bool) -> str:
        """Import at once, or under a request number that the batch server works on."""
        if values.get("I_MODIMP") != ORDERS:
            raise Problem(f"Template {values.get('I_MODIMP')} does not exist")
        text, separator = str(values.get("I_FILE", "")), str(values.get("I_RECORDSEP", "|"))
        if values.get("I_EXEC") == "BATCH":
            number = self._task.request(text, separator)
            outputs = {"O_STATUS": "0", "O_REQNUM": number, "O_MESSAGE": "", "O_LOG": ""}
        else:
            work = self._task.work_of(text, separator)
            self._task.go_on(work)
            outputs = outputs_of(work)
        return written({"GRP2": outputs}, as_json=as_json)


def outputs_of(work: Work) -> dict[str, str]:
    """What is said of a text; while it waits the status is empty (A)."""
    faulty = len(work.rejected)
    status = "" if not work.is_done else "1" if faulty or work.whole else "0"
    return {
        "O_STATUS": status,
        "O_MESSAGE": work.whole or (f"{faulty} documents in error" if faulty else ""),
        "O_LOG": "\n".join(work.log),
        "O_REQNUM": "",
    }


class BatchGet:
    """`AOWSBATGET`: what became of a request."""

    def __init__(self, task: ImportTask) -> None:
        self._task = task

    def run(self, values: Row, *, as_json: bool) -> str:
        """Its outputs."""
        found = self._task.requests.get(str(values.get("I_REQNUM", "")))
        if found is None or (found.is_done and not self._task.keeps_logs):
            raise Problem(f"Request {values.get('I_REQNUM')} does not exist")
        return written({"GRP2": outputs_of(found)}, as_json=as_json)

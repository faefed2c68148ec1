"""What a function answers where it cannot do what it was asked, in the manner of web APIs."""

from __future__ import annotations

from typing import Any

CODES = {
    400: "invalid",
    402: "insufficient_funds",
    403: "forbidden",
    404: "not_found",
    409: "conflict",
    410: "gone",
}


class Refusal(Exception):
    """A call that is answered with an error.

    Args:
        status: as HTTP has them: 400 invalid, 402 no funds, 403 not yours, 404 unknown, 409 the
            state of things forbids it, 410 gone.
        message: what is wrong, for whoever called.
        parameter: the parameter that is to blame; "" where none is.
    """

    def __init__(self, status: int, message: str, parameter: str = "") -> None:
        super().__init__(message)
        self.status, self.message, self.parameter = status, message, parameter

    @property
    def body(self) -> dict[str, Any]:
        """The error as plain JSON."""
        error: dict[str, Any] = {"status": self.status, "code": CODES[self.status]}
        if self.parameter:
            error["parameter"] = self.parameter
        return {"error": error | {"message": self.message}}

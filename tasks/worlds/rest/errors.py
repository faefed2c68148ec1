"""What a service answers where it cannot do what it was asked."""

from __future__ import annotations


class HttpError(Exception):
    """A call that is answered with an error.

    Args:
        status: as HTTP has them: 400, 401, 403, 404, 422, 429, 500.
        message: what is wrong, for whoever called.
        parameter: the parameter that is to blame; "" where none is.
        code: the service's own number for it; 0 where it has none.
    """

    def __init__(self, status: int, message: str, parameter: str = "", code: int = 0) -> None:
        super().__init__(message)
        self.status, self.message, self.parameter, self.code = status, message, parameter, code

"""Pictures in messages: which ones are taken, and how a request has them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from harness.errors import UserError
from harness.records import Image, Message

LONGEST_ADDRESS = 8192
"""Characters of a picture's address."""
LONGEST_DATA = 50 * 2**20
"""Characters of a picture that is given as data: that of 37 MB, more than any server takes."""
_ADDRESS = re.compile(
    r"https?://[^\s/?#\x00-\x1f\x7f\ud800-\udfff][^\s\x00-\x1f\x7f\ud800-\udfff]*", re.IGNORECASE
)
_DATA = re.compile(r"data:image/[a-z0-9][a-z0-9.+-]{0,40};base64,", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_WANTED = 'an address "https://..." or the picture itself, "data:image/png;base64,...", is wanted'


def parts(message: Message) -> list[dict[str, Any]]:
    """The content of a message with pictures: its text, if it has one, and then the pictures.

    Raises:
        UserError: a picture cannot be sent, or the message is none of the user's.
    """
    if message.role != "user":
        raise UserError(f"a message of the role '{message.role}' has a picture: only a user's can")
    found: list[dict[str, Any]] = [{"type": "text", "text": message.content}]
    return [*(found if message.content else []), *map(_part, message.images)]


def digests(images: Sequence[Image]) -> list[list[str]]:
    """All of the pictures that an answer depends on, in a few characters each."""
    return [[sha256(i.url.encode("utf-8", "replace")).hexdigest(), i.detail] for i in images]


def _part(image: Image) -> dict[str, Any]:
    check(image)
    detail = {"detail": image.detail} if image.detail else {}
    return {"type": "image_url", "image_url": {"url": image.url, **detail}}


def check(image: Image) -> None:
    """Raises `UserError` for a picture that is no address on the web and no data of an image."""
    url, shown = image.url, repr(image.url[:60])
    if url[:5].lower() == "data:":
        head = _DATA.match(url)
        if len(url) > LONGEST_DATA:
            raise UserError(f"the picture {shown} is longer than {LONGEST_DATA:,} characters")
        if head is None or not _BASE64.fullmatch(url, head.end()):
            raise UserError(f"the picture {shown} is no image in base64: {_WANTED}")
    elif not _ADDRESS.fullmatch(url[: LONGEST_ADDRESS + 1]) or len(url) > LONGEST_ADDRESS:
        where = "" if "://" in url else "; a file is sent as its content"
        raise UserError(f"the picture {shown} cannot be sent: {_WANTED}{where}")

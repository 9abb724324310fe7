"""What may stand for a ticket or a file in an address; anything else is not there."""

from django.urls import register_converter


class NumberConverter:
    """INC-42, in any case."""

    regex = r"[A-Za-z]{2,5}-[0-9]{1,18}"

    def to_python(self, value: str) -> str:
        return value.upper()

    def to_url(self, value: str) -> str:
        return value


class WordConverter:
    """Letters, digits and underscores."""

    regex = r"[A-Za-z0-9_]{1,80}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(NumberConverter, "number")
register_converter(WordConverter, "word")

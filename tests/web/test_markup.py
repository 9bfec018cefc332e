"""Our `format_html` says what Django's says."""

import pytest
from django.utils import html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from pacesetter.web.markup import format_html


class Own(str):
    """Text of a class of its own is escaped too."""


@pytest.mark.parametrize(
    "part", ["<b>&\"'", mark_safe("<b>"), 12, 1.5, None, gettext_lazy("Deals"), Own("<i>"), html.format_html("{}", "<")]
)
def test_it_escapes_what_django_escapes(part):
    pattern = '<a title="{}">{}</a>'
    assert format_html(pattern, part, part) == html.format_html(pattern, part, part)
    assert hasattr(format_html(pattern, part, part), "__html__")

from __future__ import annotations

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_block_tag(takes_context=True)
def form_dialog(
    context: Context,
    content: SafeString,
    *,
    name: str,
    title: str,
    action: str,
    next: str,
    is_wide: bool = False,
) -> SafeString:
    """Set body and foot of a form into a dialog, its head above them.

    What the form answers takes the dialog's place. action is where it goes,
    next the page behind.
    """
    facts = {
        "request": context["request"],
        "content": content,
        "name": name,
        "title": title,
        "action": action,
        "next": next,
        "is_wide": is_wide,
    }
    return render_to_string("workspace/dialog.html", facts)

"""Django's classes, made generic at run time as its stubs say they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin
    from django.forms import ModelForm
else:
    from django import forms
    from django.contrib import admin

    class ModelAdmin(admin.ModelAdmin):
        def __class_getitem__(cls, row: object) -> type:
            return cls

    class ModelForm(forms.ModelForm):
        def __class_getitem__(cls, row: object) -> type:
            return cls


__all__ = ["ModelAdmin", "ModelForm"]

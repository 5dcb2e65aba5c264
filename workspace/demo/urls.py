from __future__ import annotations

from django.urls import path

from workspace.demo import views

app_name = "demo"

urlpatterns = [
    path("", views.start, name="start"),
    path("demo/", views.phones, name="phones"),
    path("demo/phones/set", views.set_phone, name="set-phone"),
    path("demo/calls/<int:pk>/press", views.press, name="press"),
    path("demo/calls/<int:pk>/hang-up", views.hang_up, name="hang-up"),
    path("demo/mails/<int:pk>", views.mail, name="mail"),
    path("demo/limits/forget", views.forget_limits, name="forget-limits"),
    path("demo/documents/", views.documents, name="documents"),
    path(
        "demo/documents/<slug:person>/<slug:key>.jpg", views.document, name="document"
    ),
    path("demo/again", views.send_again, name="send-again"),
    path("demo/outbox.json", views.outbox_json, name="outbox"),
    path("demo/components/", views.components, name="components"),
]

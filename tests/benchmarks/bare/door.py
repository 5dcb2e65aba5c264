"""The floor of a door: the same two operations in the same framework, as one would
write them in an afternoon. A key is looked up, one row changes or is read; no
tries, no trail, nothing that ends."""

from __future__ import annotations

import os

import dj_database_url
import django
from django.conf import settings

settings.configure(
    SECRET_KEY=os.environ["SECRET_KEY"],
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    DATABASES={
        "default": dj_database_url.parse(
            os.environ["BARE_DATABASE_URL"], conn_max_age=None
        )
    },
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.shortcuts import get_object_or_404  # noqa: E402
from django.urls import path  # noqa: E402
from ninja import NinjaAPI, Schema  # noqa: E402
from ninja.security import APIKeyHeader  # noqa: E402


class Key(models.Model):
    secret = models.CharField(max_length=64, unique=True)

    class Meta:
        app_label = "bare"

    def __str__(self):
        return str(self.pk)


class Signer(models.Model):
    document = models.CharField(max_length=36, db_index=True)
    email = models.CharField(max_length=254)
    method = models.CharField(max_length=20, blank=True)

    class Meta:
        app_label = "bare"

    def __str__(self):
        return self.email


class KeyHeader(APIKeyHeader):
    param_name = "X-API-KEY"

    def authenticate(self, request, key):
        return Key.objects.filter(secret=key).first()


class Detail(Schema):
    authenticationType: str  # noqa: N815  the vendor's names
    emailId: str  # noqa: N815


api = NinjaAPI(auth=KeyHeader())


@api.patch("/document/addAuthentication")
def add_authentication(request, documentId: str, body: Detail):  # noqa: N803
    signer = get_object_or_404(Signer, document=documentId, email=body.emailId)
    signer.method = body.authenticationType
    signer.save()
    return HttpResponse()


@api.get("/document/properties")
def properties(request, documentId: str):  # noqa: N803
    signers = Signer.objects.filter(document=documentId)
    return {
        "documentId": documentId,
        "status": "InProgress",
        "signerDetails": [
            {"signerEmail": one.email, "authenticationType": one.method}
            for one in signers
        ],
    }


urlpatterns = [path("v1/", api.urls)]


def make_tables(secret, document, email):
    with connection.schema_editor() as editor:
        editor.create_model(Key)
        editor.create_model(Signer)
    Key.objects.create(secret=secret)
    Signer.objects.create(document=document, email=email)


application = get_wsgi_application()

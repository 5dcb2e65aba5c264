"""The floor of the gate: the same journey, as one would write it in an afternoon.

Plain session, one row for the code, its text sent by Celery through Twilio's
package. No limits, no counting, no trail, no outbox, no grants that end.
"""

from __future__ import annotations

import os
import secrets

import dj_database_url
import django
from celery import Celery
from django.conf import settings

PAGES = 10

settings.configure(
    SECRET_KEY=os.environ["SECRET_KEY"],
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["django.contrib.sessions"],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
    ],
    SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"),
    DATABASES={
        "default": dj_database_url.parse(
            os.environ["BARE_DATABASE_URL"], conn_max_age=None
        )
    },
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [os.path.join(os.path.dirname(__file__), "templates")],
            "OPTIONS": {
                "context_processors": ["django.template.context_processors.request"]
            },
        }
    ],
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.shortcuts import get_object_or_404, redirect, render  # noqa: E402
from django.urls import path  # noqa: E402
from django.views.decorators.http import require_GET, require_POST  # noqa: E402
from twilio.http.http_client import TwilioHttpClient  # noqa: E402
from twilio.rest import Client  # noqa: E402

celery = Celery("bare", broker=os.environ["BARE_REDIS_URL"])
celery.conf.task_default_queue = "codes"
celery.conf.task_ignore_result = True
celery.conf.worker_enable_remote_control = False


class Person(models.Model):
    token = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    phone = models.CharField(max_length=20)
    code = models.CharField(max_length=6, blank=True)

    class Meta:
        app_label = "bare"

    def __str__(self):
        return self.name


class LocalHttpClient(TwilioHttpClient):
    def request(self, method, url, *args, **kwargs):
        url = url.replace("https://api.twilio.com", os.environ["TWILIO_API_URL"])
        return super().request(method, url, *args, **kwargs)


client = Client(
    os.environ["TWILIO_ACCOUNT_SID"],
    os.environ["TWILIO_AUTH_TOKEN"],
    http_client=LocalHttpClient(timeout=10),
)


@celery.task
def send_code(person_id):
    person = Person.objects.get(pk=person_id)
    client.messages.create(
        to=person.phone,
        from_=os.environ["TWILIO_FROM_NUMBER"],
        body=f"Your security code is {person.code}",
    )


@require_GET
def link(request, token):
    person = get_object_or_404(Person, token=token)
    if request.session.get("verified") == person.pk:
        return render(
            request, "document.html", {"person": person, "pages": range(1, PAGES + 1)}
        )
    if request.session.get("asked") == person.pk:
        return render(request, "code.html", {"person": person})
    return render(request, "choose.html", {"person": person})


@require_POST
def ask(request, token):
    person = get_object_or_404(Person, token=token)
    person.code = f"{secrets.randbelow(10**6):06}"
    person.save()
    request.session["asked"] = person.pk
    send_code.delay(person.pk)
    return redirect("link", token)


@require_POST
def check(request, token):
    person = get_object_or_404(Person, token=token)
    if person.code and secrets.compare_digest(request.POST["code"], person.code):
        person.code = ""
        person.save()
        request.session.cycle_key()
        request.session["verified"] = person.pk
    return redirect("link", token)


urlpatterns = [
    path("l/<str:token>", link, name="link"),
    path("l/<str:token>/ask/sms", ask, name="ask"),
    path("l/<str:token>/code", check, name="check"),
]


def make_tables(people):
    """Create the tables and the people; return their tokens."""
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(Person)
    made = [
        Person(token=secrets.token_urlsafe(24), name="Ada Lane", phone=phone)
        for phone in people
    ]
    Person.objects.bulk_create(made)
    return [person.token for person in made]


application = get_wsgi_application()

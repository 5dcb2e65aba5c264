from __future__ import annotations

from django.urls import path

from signing.views import account, acting, brand, document, gate, launch, link, page

app_name = "signing"

urlpatterns = [
    path("brand/<uuid:company>.css", brand.stylesheet, name="brand"),
    path("brand/<uuid:company>/logo", brand.logo, name="logo"),
    path("launch", launch.launch, name="launch"),
    path("l/new", link.new_link, name="new-link"),
    path("l/<str:token>", link.link, name="link"),
    path("s/<uuid:gate>/", page.page, name="page"),
    path("s/<uuid:gate>/status", page.status, name="status"),
    path("s/<uuid:gate>/open", gate.open_, name="open"),
    path("s/<uuid:gate>/ask/<str:channel>", gate.ask, name="ask"),
    path("s/<uuid:gate>/code", gate.code, name="code"),
    path("s/<uuid:gate>/password", gate.password, name="password"),
    path("s/<uuid:gate>/have-a-code", gate.have_a_code, name="have-a-code"),
    path("s/<uuid:gate>/account", account.account, name="account"),
    path("s/<uuid:gate>/account/mail", account.mail, name="mail-account"),
    path("s/<uuid:gate>/review", gate.review, name="review"),
    path("s/<uuid:gate>/alive", gate.alive, name="alive"),
    path("s/<uuid:gate>/leave", gate.leave, name="leave"),
    path("s/<uuid:gate>/not-me", gate.not_me, name="not-me"),
    path("s/<uuid:gate>/not-my-number", gate.not_my_number, name="not-my-number"),
    path("s/<uuid:gate>/no-password", gate.no_password, name="no-password"),
    path("s/<uuid:gate>/text", document.text, name="text"),
    path("s/<uuid:gate>/consent", document.consent_text, name="consent"),
    path(
        "s/<uuid:gate>/pages/<uuid:document>/<int:number>.png",
        document.page_image,
        name="page-image",
    ),
    path(
        "s/<uuid:gate>/sheets/<uuid:document>/<int:number>",
        document.sheet,
        name="sheet",
    ),
    path("s/<uuid:gate>/sealed.pdf", document.sealed, name="sealed"),
    path(
        "s/<uuid:gate>/original/<uuid:document>.pdf", document.original, name="original"
    ),
    path("s/<uuid:gate>/fields", acting.fields, name="fields"),
    path("s/<uuid:gate>/adopt", acting.adopt, name="adopt"),
    path("s/<uuid:gate>/sign", acting.sign, name="sign"),
    path("s/<uuid:gate>/decline", acting.decline, name="decline"),
]

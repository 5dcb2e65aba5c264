from __future__ import annotations

from django.urls import path

from signing.views import (
    account,
    acting,
    brand,
    devices,
    document,
    gate,
    identity,
    identity_phone,
    launch,
    link,
    page,
)

app_name = "signing"

CHECK = "s/<uuid:gate>/identity/<uuid:check>"
SIDE = "<str:side>"

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
    path("s/<uuid:gate>/passkey", devices.passkey, name="passkey"),
    path("s/<uuid:gate>/passkey/begin", devices.begin_passkey, name="begin-passkey"),
    path("s/<uuid:gate>/app", devices.app, name="totp"),
    path("s/<uuid:gate>/app/begin", devices.begin_app, name="begin-totp"),
    path("s/<uuid:gate>/app/confirm", devices.confirm_app, name="confirm-totp"),
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
    path("s/<uuid:gate>/cannot-now", identity.cannot_now, name="cannot-now"),
    path("s/<uuid:gate>/go-on", identity.go_on, name="go-on"),
    path("s/<uuid:gate>/identity/", identity.home, name="identity"),
    path("s/<uuid:gate>/identity/start", identity.start, name="start-identity"),
    path(f"{CHECK}/document", identity.document, name="identity-document"),
    path(f"{CHECK}/camera", identity.camera, name="identity-camera"),
    path(f"{CHECK}/phone", identity.phone, name="identity-phone"),
    path(f"{CHECK}/status", identity.status, name="identity-status"),
    path(f"{CHECK}/back", identity.back, name="back-from-provider"),
    path(f"{CHECK}/send", identity.send, name="send-identity"),
    path(f"{CHECK}/use", identity.use, name="use-identity"),
    path(f"{CHECK}/{SIDE}/", identity.side, name="identity-side"),
    path(f"{CHECK}/{SIDE}/send", identity.send_picture, name="send-identity-picture"),
    path(f"{CHECK}/{SIDE}/keep", identity.keep_picture, name="keep-identity-picture"),
    path(f"{CHECK}/{SIDE}/picture", identity.picture, name="own-identity-picture"),
    path("p/<str:secret>/", identity_phone.home, name="phone"),
    path("p/<str:secret>/claim", identity_phone.claim, name="claim-phone"),
    path("p/<str:secret>/camera", identity_phone.camera, name="phone-camera"),
    path("p/<str:secret>/status", identity_phone.status, name="phone-status"),
    path(f"p/<str:secret>/{SIDE}/", identity_phone.side, name="phone-side"),
    path(
        f"p/<str:secret>/{SIDE}/send",
        identity_phone.send_picture,
        name="send-phone-picture",
    ),
    path(
        f"p/<str:secret>/{SIDE}/keep",
        identity_phone.keep_picture,
        name="keep-phone-picture",
    ),
    path(
        f"p/<str:secret>/{SIDE}/picture",
        identity_phone.picture,
        name="phone-picture",
    ),
]

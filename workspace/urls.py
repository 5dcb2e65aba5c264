from __future__ import annotations

from django.urls import path

from workspace.views import (
    accounts,
    bulk,
    drafts,
    fields,
    files,
    identity,
    inflight,
    launch,
    lists,
    notifications,
    phones,
    prefill,
    resend,
    security,
    senders,
    sending,
    signers,
    templates,
    trails,
    transaction,
    unlock,
    uploads,
)

app_name = "workspace"

account_patterns = [
    path("sign-in/", accounts.sign_in, name="sign-in"),
    path("sign-in/code/", accounts.sign_in_code, name="sign-in-code"),
    path("sign-out/", accounts.sign_out, name="sign-out"),
    path("company/", accounts.choose_company, name="choose-company"),
    path("password/forgot/", accounts.forgot_password, name="forgot-password"),
    path("password/sent/", accounts.password_mail_sent, name="password-mail-sent"),
    path("password/changed/", accounts.password_changed, name="password-changed"),
    path(
        "password/<str:uidb64>/<str:token>/",
        accounts.NewPassword.as_view(),
        name="new-password",
    ),
    path("notifications/", notifications.notifications, name="notifications"),
    path("security/", security.security, name="security"),
    path("security/set-up/", security.set_up, name="set-up-second-step"),
    path("security/codes/", security.new_codes, name="new-recovery-codes"),
    path("security/remove/", security.remove, name="remove-second-step"),
    path("senders/<str:token>/", senders.approve, name="approve-sender"),
]

draft_patterns = [
    path("new/", drafts.new, name="new-request"),
    path("drafts/<uuid:pk>/", drafts.edit, name="draft"),
    path("drafts/<uuid:pk>/save/", drafts.save, name="save-draft"),
    path("drafts/<uuid:pk>/close/", drafts.close, name="close-draft"),
    path("drafts/<uuid:pk>/delete/", drafts.discard, name="discard-draft"),
    path("drafts/<uuid:pk>/to-fields/", drafts.to_fields, name="draft-to-fields"),
    path("drafts/<uuid:pk>/to-send/", drafts.to_send, name="draft-to-send"),
    path("drafts/<uuid:pk>/journey/", drafts.journey, name="draft-journey"),
    path("drafts/<uuid:pk>/ready/", drafts.ready, name="draft-ready"),
    path("drafts/<uuid:pk>/documents/", uploads.upload, name="upload"),
    path("drafts/<uuid:pk>/documents/cleaned/", uploads.go_on, name="upload-cleaned"),
    path(
        "drafts/<uuid:pk>/documents/<uuid:document_pk>/remove/",
        uploads.remove,
        name="remove-document",
    ),
    path("drafts/<uuid:pk>/signers/", signers.add, name="add-signer"),
    path(
        "drafts/<uuid:pk>/signers/<uuid:signer_pk>/remove/",
        signers.remove,
        name="remove-signer",
    ),
    path(
        "drafts/<uuid:pk>/signers/<uuid:signer_pk>/up/",
        signers.move_up,
        name="move-signer-up",
    ),
    path(
        "drafts/<uuid:pk>/signers/<uuid:signer_pk>/down/",
        signers.move_down,
        name="move-signer-down",
    ),
    path("drafts/<uuid:pk>/fields/", fields.page, name="fields"),
    path("drafts/<uuid:pk>/fields/place/", fields.place, name="place-field"),
    path(
        "drafts/<uuid:pk>/fields/<uuid:field_pk>/move/", fields.move, name="move-field"
    ),
    path(
        "drafts/<uuid:pk>/fields/<uuid:field_pk>/remove/",
        fields.remove,
        name="remove-field",
    ),
    path(
        "drafts/<uuid:pk>/fields/<uuid:document_pk>/<int:number>/",
        fields.sheet,
        name="sheet",
    ),
    path("drafts/<uuid:pk>/send/", sending.send, name="send"),
]

request_patterns = [
    path("", lists.listing, name="requests"),
    path("transactions/export.csv", lists.export, name="export"),
    path("transactions/download/", lists.download, name="download"),
    path("transactions/<uuid:pk>/", transaction.page, name="request"),
    path("transactions/<uuid:pk>/news/", transaction.news, name="request-news"),
    path("transactions/<uuid:pk>/recall/", sending.recall, name="recall"),
    path("transactions/<uuid:pk>/sealed.pdf", files.sealed, name="sealed"),
    path(
        "transactions/<uuid:pk>/documents/<uuid:document_pk>/original.pdf",
        files.original,
        name="original",
    ),
    path(
        "transactions/<uuid:pk>/documents/<uuid:document_pk>/pages/<int:number>/",
        files.page_image,
        name="page-image",
    ),
]

template_patterns = [
    path("templates/", templates.listing, name="templates"),
    path("templates/new/", templates.new, name="new-template"),
    path("templates/<uuid:pk>/", templates.page, name="template"),
    path("templates/<uuid:pk>/start/", templates.start, name="start-from-template"),
    path(
        "templates/<uuid:pk>/duplicate/", templates.duplicate, name="duplicate-template"
    ),
    path("templates/<uuid:pk>/archive/", templates.archive, name="archive-template"),
    path("templates/<uuid:pk>/restore/", templates.restore, name="restore-template"),
    path("templates/<uuid:pk>/delete/", templates.delete, name="delete-template"),
    path(
        "transactions/<uuid:pk>/save-as-template/",
        templates.save_as,
        name="save-as-template",
    ),
]

phone_patterns = [
    path("transactions/phones/", phones.update, name="update-phones"),
    path("transactions/phones/look/", phones.look, name="look-at-phone"),
    path("transactions/resend/", resend.resend, name="resend"),
    path(
        "transactions/<uuid:pk>/signers/<uuid:signer_pk>/generate/",
        resend.generate,
        name="generate-code",
    ),
    path(
        "transactions/<uuid:pk>/signers/<uuid:signer_pk>/unlock-and-generate/",
        resend.unlock_and_generate,
        name="unlock-and-generate",
    ),
    path(
        "transactions/<uuid:pk>/signers/<uuid:signer_pk>/unlock/",
        unlock.unlock,
        name="unlock",
    ),
    path(
        "transactions/<uuid:pk>/signers/<uuid:signer_pk>/email/",
        phones.correct_email,
        name="correct-email",
    ),
]

hold_patterns = [
    path(
        "transactions/<uuid:pk>/signers/<uuid:signer_pk>/fill-in/",
        prefill.fill_in,
        name="fill-in",
    ),
    path(
        "transactions/<uuid:pk>/signers/<uuid:signer_pk>/release/",
        prefill.release,
        name="release-hold",
    ),
]

identity_patterns = [
    path("identity/", identity.queue, name="identity-queue"),
    path("identity/<uuid:pk>/", identity.page, name="identity-check"),
    path("identity/<uuid:pk>/look/", identity.look, name="look-identity"),
    path(
        "identity/<uuid:pk>/pictures/<slug:side>.jpg",
        identity.picture,
        name="identity-picture",
    ),
    path("identity/<uuid:pk>/approve/", identity.approve, name="approve-identity"),
    path("identity/<uuid:pk>/reject/", identity.reject, name="reject-identity"),
    path("identity/<uuid:pk>/reset/", identity.reset, name="reset-identity"),
]

trail_patterns = [
    path("transactions/<uuid:pk>/trail.json", trails.as_json, name="trail-json"),
    path("transactions/<uuid:pk>/trail.pdf", trails.as_pdf, name="trail-pdf"),
]

launch_patterns = [
    path(
        "transactions/<uuid:pk>/signers/<uuid:signer_pk>/launch/",
        launch.launch_code,
        name="launch-code",
    ),
]

inflight_patterns = [
    path("transactions/remind/", bulk.remind, name="remind"),
    path("transactions/recall/", bulk.recall, name="recall-many"),
    path("transactions/<uuid:pk>/reminders/", bulk.set_reminders, name="set-reminders"),
    path(
        "transactions/<uuid:pk>/signers/<uuid:signer_pk>/password/",
        inflight.set_password,
        name="set-password",
    ),
    path(
        "transactions/<uuid:pk>/signers/<uuid:signer_pk>/factors/",
        inflight.factors,
        name="factors",
    ),
    path(
        "transactions/<uuid:pk>/signers/<uuid:signer_pk>/reassign/",
        inflight.reassign,
        name="reassign",
    ),
    path(
        "transactions/<uuid:pk>/signers/<uuid:signer_pk>/forget/",
        inflight.forget_device,
        name="forget-device",
    ),
    path(
        "transactions/<uuid:pk>/signers/<uuid:signer_pk>/new-link/",
        inflight.new_link,
        name="new-link",
    ),
    path(
        "transactions/<uuid:pk>/signers/<uuid:signer_pk>/remind/",
        inflight.remind,
        name="remind-signer",
    ),
]

urlpatterns = account_patterns + draft_patterns + request_patterns + template_patterns
urlpatterns += phone_patterns + launch_patterns + trail_patterns
urlpatterns += inflight_patterns + hold_patterns + identity_patterns

"""Run a snippet of Box's documentation as it stands, and say what came of it.

    python run_box_snippet.py SNIPPET BASE_URL TOKEN

Needs nothing but the vendor's client, of any version. The snippet leaves names
open, as documentation does; they get the values that it speaks of elsewhere.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from box_sdk_gen import (
    BaseUrls,
    BoxClient,
    BoxDeveloperTokenAuth,
    FileBase,
    FileBaseTypeField,
    FolderBaseTypeField,
    FolderMini,
    NetworkSession,
    SignRequest,
    SignRequestCreateSigner,
)

SIMPLE_PDF = "1358047520478"
SIGN_DOCS_FOLDER = "234102987614"
SIGNER_A = "verify@example.com"
SIGNER_A_PHONE = "+15551232190"


def make_client(base: str, token: str) -> BoxClient:
    urls = BaseUrls(
        base_url=base, upload_url=f"{base}/api", oauth_2_url=f"{base}/oauth2"
    )
    session = NetworkSession(base_urls=urls)
    return BoxClient(auth=BoxDeveloperTokenAuth(token=token), network_session=session)


def check_sign_request(sign_request: SignRequest) -> None:
    """As the workshop that the snippets come from does."""
    shown = {
        "id": sign_request.id,
        "status": sign_request.status.value,
        "email": sign_request.signers[0].email,
        "roles": [signer.role.value for signer in sign_request.signers],
        "prepare_url": sign_request.prepare_url,
    }
    sys.stdout.write(json.dumps(shown))


def main(snippet: str, base: str, token: str) -> None:
    names = {
        "Client": BoxClient,
        "FileBase": FileBase,
        "FileBaseTypeField": FileBaseTypeField,
        "FolderBaseTypeField": FolderBaseTypeField,
        "FolderMini": FolderMini,
        "SIGNER_A": SIGNER_A,
        "SIGNER_A_PHONE": SIGNER_A_PHONE,
        "SIGN_DOCS_FOLDER": SIGN_DOCS_FOLDER,
        "SIMPLE_PDF": SIMPLE_PDF,
        "SignRequest": SignRequest,
        "SignRequestCreateSigner": SignRequestCreateSigner,
        "check_sign_request": check_sign_request,
        "client": make_client(base, token),
    }
    source = Path(snippet).read_text()
    exec(compile(source, snippet, "exec"), names)  # noqa: S102  it is the subject
    names["main"]()


if __name__ == "__main__":
    main(*sys.argv[1:4])

"""The documents of the demo beside the lease: real PDFs, drawn, always the same."""

from __future__ import annotations

import io
from collections.abc import Sequence

from signing.pdf import fonts
from signing.pdf.sample import (
    HEIGHT,
    LEADING,
    LEFT,
    RIGHT,
    SIZE,
    Sample,
    Sheet,
    new_canvas,
    sign_lines,
)

# Name and text of each clause, by page.
AGREEMENT = (
    (
        (
            "Parties",
            "This agreement is made between Acme Advisors (the “Adviser”) and the person"
            " who signs on the last page (the “Client”). Each of them may rely on the"
            " address that the other has given last.",
        ),
        (
            "Purpose",
            "The Client asks the Adviser for the service that the title of this document"
            " names, and the Adviser takes the order. What goes beyond it needs a further"
            " order in writing.",
        ),
        (
            "What the Adviser does",
            "The Adviser explains each step before it is taken, keeps a record of it and"
            " answers questions within two working days. The Adviser acts in the interest"
            " of the Client and says at once when another interest stands against it.",
        ),
        (
            "What the Client does",
            "The Client gives true and complete facts and tells the Adviser when they"
            " change. The Client keeps passwords and codes to themselves: nobody at the"
            " Adviser will ever ask for a code that was sent to the Client.",
        ),
        (
            "Fees",
            "Fees follow the schedule that the Client received before signing. They are due"
            " thirty days after the invoice. Without an invoice nothing is due.",
        ),
        (
            "Instructions",
            "Instructions count when they reach the Adviser in writing or by a signature on"
            " the Adviser’s pages. The Adviser may ask back by telephone, at the number on"
            " record, before acting on an instruction that is out of the ordinary.",
        ),
        (
            "Confidence",
            "The Adviser keeps what it learns about the Client to itself, also after this"
            " agreement has ended, unless a law or a court orders it to speak. The Client"
            " is told of such an order where that is allowed.",
        ),
        (
            "Records",
            "The Adviser keeps this agreement and all records of it for ten years. The"
            " Client may see them at any time and gets a copy on request.",
        ),
    ),
    (
        (
            "Liability",
            "The Adviser pays for damage that it causes by carelessness, up to the sum that"
            " its insurance covers. For damage caused on purpose there is no limit.",
        ),
        (
            "Changes",
            "Changes need the signatures of both parties. A change of fees takes effect at"
            " the earliest three months after the Client was told of it.",
        ),
        (
            "Term",
            "This agreement begins on the day of the Client’s signature and runs until one"
            " party ends it. The Client may end it at any time, the Adviser with a notice"
            " of two months.",
        ),
        (
            "Disputes",
            "The parties first talk. If that does not help within thirty days, either may"
            " go to the ombudsman or to the court at the Client’s place of residence.",
        ),
        (
            "Whole agreement",
            "This document holds everything that the parties have agreed. If one clause is"
            " void, the others stand.",
        ),
    ),
)
CLOSING = "The Client has read these pages and agrees."

JAPANESE_TITLE = "賃貸借契約書"
JAPANESE_CLAUSES = (
    (
        (
            "第1条（目的物）",
            "貸主ハーバー・アンド・レーンは、末尾に署名する借主に対し、ハーバー通り12番地"
            "2階2B号室を居住の目的で賃貸し、借主はこれを賃借します。",
        ),
        (
            "第2条（期間）",
            "賃貸借の期間は2026年6月1日から12か月とします。期間満了の2か月前までに書面に"
            "よる申し出がない場合、本契約は同じ条件で1か月ごとに更新されます。",
        ),
        (
            "第3条（賃料）",
            "賃料は月額215,000円とし、借主は毎月1日までに、貸主が書面で指定する口座に振り"
            "込みます。振込手数料は借主の負担とします。",
        ),
        (
            "第4条（敷金）",
            "借主は鍵の引き渡しまでに敷金215,000円を預け入れます。貸主は、退去の後30日以内"
            "に、通常の使用による損耗を超える修繕の費用を差し引いて返還します。",
        ),
        (
            "第5条（使用）",
            "借主は建物を居住のためにのみ使用します。第三者に転貸するとき、または模様替え"
            "をするときは、あらかじめ貸主の書面による承諾を得ます。",
        ),
    ),
    (
        (
            "第6条（修繕）",
            "建物の構造、屋根、給排水および暖房の修繕は貸主が行います。借主は不具合を発見"
            "したときは、7日以内に貸主に知らせます。",
        ),
        (
            "第7条（立ち入り）",
            "貸主は、点検または修繕のために必要なときは、24時間前までに知らせたうえで立ち"
            "入ることができます。緊急のときはこの限りではありません。",
        ),
        (
            "第8条（解約）",
            "当事者はいずれも、2か月前までに書面で知らせることにより、月の末日をもって本"
            "契約を終了させることができます。",
        ),
        (
            "第9条（完全な合意）",
            "本書は当事者のすべての合意を含みます。変更は両当事者の署名のある書面によりま"
            "す。一部の条項が無効となっても、他の条項の効力は変わりません。",
        ),
    ),
)
JAPANESE_CLOSING = "上記のとおり合意し、借主は以下に署名します。"


def agreement(title: str, clients: Sequence[str]) -> Sample:
    """Return an agreement of two pages, with lines for its clients on the last."""
    out = io.BytesIO()
    canvas = new_canvas(out, title)
    sheet = Sheet(canvas, pages=len(AGREEMENT))
    number = 0
    places = {}
    for clauses in AGREEMENT:
        sheet.begin(title, "Acme Advisors")
        for name, text in clauses:
            number += 1
            sheet.paragraph(text, f"{number}. {name}.")
        if clauses is AGREEMENT[-1]:
            sheet.paragraph(CLOSING)
            places = sign_lines(sheet, [(name, "Client") for name in clients])
        sheet.end()
    canvas.save()
    return Sample(f"{title}.pdf", out.getvalue(), places)


def japanese_lease(tenant: str) -> Sample:
    """Return a lease of two pages, with lines for one tenant on the second."""
    out = io.BytesIO()
    canvas = new_canvas(out, JAPANESE_TITLE)
    sheet = Sheet(canvas, pages=len(JAPANESE_CLAUSES))
    places = {}
    for clauses in JAPANESE_CLAUSES:
        sheet.number += 1
        sheet.centred(JAPANESE_TITLE, "serif-bold", 17, HEIGHT - 74)
        words = f"ハーバー・アンド・レーン　{sheet.number}／{sheet.pages} ページ"
        sheet.centred(words, "serif", 9.5, HEIGHT - 94)
        sheet.y = HEIGHT - 134
        for name, text in clauses:
            write(sheet, [name], "serif-bold")
            write(sheet, [text], "serif")
            sheet.y -= LEADING * 0.6
        if clauses is JAPANESE_CLAUSES[-1]:
            write(sheet, [JAPANESE_CLOSING], "serif")
            places = sign_lines(sheet, [(tenant, "借主")])
        sheet.end()
    canvas.save()
    return Sample(f"{JAPANESE_TITLE}.pdf", out.getvalue(), places)


def write(sheet: Sheet, texts: Sequence[str], family: str) -> None:
    """Write lines that may break between any two letters."""
    for text in texts:
        for line in fonts.wrap(text, family, SIZE, RIGHT - LEFT):
            fonts.draw(sheet.canvas, LEFT, sheet.y, line, family, SIZE)
            sheet.y -= LEADING

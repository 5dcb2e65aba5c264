from __future__ import annotations

import os
import resource

import pytest

from signing.pdf import pages, sandbox
from signing.pdf.sandbox import PdfCrashed, PdfFailed, PdfTimeout
from tests.signing.pdf import corpus
from verification import confinement


def test_child_that_takes_too_long_is_ended():
    with pytest.raises(PdfTimeout):
        sandbox.run(
            "clean", corpus.build(), timeout=0.01, max_pages=1, remove_active=False
        )


def test_unknown_operation_is_a_crash_of_the_child_only():
    with pytest.raises(PdfCrashed):
        sandbox.run("nothing", b"")


def test_broken_file_is_a_crash_of_the_child_only():
    with pytest.raises(PdfFailed):
        pages.render(b"not a pdf", [0])


def test_forms_that_double_without_end_are_cut_off(monkeypatch):
    monkeypatch.setattr(pages, "SECONDS", 3.0)
    forms = {
        number: corpus.stream(
            b"/F Do " * 10,
            b"/Type/XObject/Subtype/Form/BBox[0 0 600 700]"
            b"/Resources<</XObject<</F %d 0 R>>>>" % (number + 1),
        )
        for number in range(5, 20)
    }
    forms[20] = corpus.stream(
        b"0 0 500 500 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 600 700]"
    )
    source = corpus.build(
        {
            3: corpus.page(b"/Resources<</XObject<</F 5 0 R>>>>"),
            4: corpus.stream(b"/F Do"),
            **forms,
        }
    )
    with pytest.raises(PdfFailed):
        pages.render(source, [0])


def test_child_limits_itself():
    pid = os.fork()
    if pid == 0:
        confinement.limit(5)
        memory = resource.getrlimit(resource.RLIMIT_AS)
        core = resource.getrlimit(resource.RLIMIT_CORE)
        os._exit(0 if memory == (confinement.MEMORY,) * 2 and core == (0, 0) else 1)
    assert os.waitpid(pid, 0)[1] == 0

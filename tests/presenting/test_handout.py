"""The hand-out: the same tables on three kinds of paper."""

from __future__ import annotations

import io
import re
import shutil
from pathlib import Path

import openpyxl
import pytest

from clmstate.analysis.versions import fingerprint
from clmstate.presenting import as_markdown, as_pdf, as_xlsx, handout
from models.dynamic.contract import Contract
from models.dynamic.customer import Customer
from tests import processes
from tests.presenting.hostile import BAD, Hostile, HostileCustomer


def test_phases_criteria_owners_plays_and_fingerprint_are_in_it() -> None:
    found = handout(Contract)
    tables = {table.title: table for table in found.tables}
    assert tables["Phases"].rows[0][:4] == (
        "Onboarding",
        "Implementation",
        "Sales, Customer's administrator",
        "We see a first result that we can show our boss",
    )
    assert tables["Criteria"].rows[0][2].startswith("to Adoption: setup signed off and users adopted at least 50 %")
    hand_over = next(row for row in tables["Plays"].rows if row[0] == "Hand over to Customer Success")
    assert hand_over[1:4] == ("Implementation", "5 days", "Onboarding: setup signed off and users adopted at least 50 %")
    prints = fingerprint(Contract)
    assert found.facts[-2:] == (f"Rules: {prints.rules}", f"Everything: {prints.whole}")
    assert [row[0] for row in tables["For sign-off"].rows] == ["Implementation", "Customer Success", "Renewals", "Sales"]
    assert all(row[2] == prints.whole[:19] for row in tables["For sign-off"].rows)


def test_a_composition_brings_its_lifecycles() -> None:
    titles = [table.title for table in handout(Customer).tables]
    assert titles[:2] == ["Parts", "Contract: phases"]
    assert "User: touchpoints" in titles
    assert titles[-1] == "For sign-off"


def test_markdown_tables_have_as_many_cells_as_columns() -> None:
    for model in (Contract, Customer, Hostile):
        for line in as_markdown(handout(model)):
            assert "\n" not in line
            if line.startswith("| "):
                assert len(re.split(r"(?<!\\)\|", line)) >= 4
    printed = "\n".join(as_markdown(handout(Hostile)))
    assert "<script" not in printed
    assert "<img" not in printed


def test_a_workbook_has_a_sheet_for_each_table_and_no_formula() -> None:
    for model in (Contract, HostileCustomer):
        found = handout(model)
        book = openpyxl.load_workbook(io.BytesIO(as_xlsx([found])))
        assert len(book.sheetnames) == 1 + len(found.tables)
        for table, sheet in zip(found.tables, book.worksheets[1:], strict=True):
            rows = list(sheet.iter_rows(values_only=True))
            assert rows[0] == table.columns
            assert len(rows) == 1 + len(table.rows)
            assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)
    assert as_xlsx([handout(Contract), handout(Customer)])[:2] == b"PK"


def test_a_pdf_says_it_all(tmp_path: Path) -> None:
    reader = shutil.which("pdftotext")
    if reader is None:
        pytest.skip("install poppler (pdftotext)")
    (tmp_path / "handout.pdf").write_bytes(as_pdf([handout(Contract)]))
    ran = processes.run([reader, "-layout", tmp_path / "handout.pdf", "-"], capture_output=True, text=True, check=True)
    for word in ("Contract", "Kick-off call", "Hand over to Customer", "For sign-off", fingerprint(Contract).whole):
        assert word in ran.stdout


def test_the_same_model_gives_the_same_pdf_and_hostile_text_is_text() -> None:
    assert as_pdf([handout(Contract)]) == as_pdf([handout(Contract)])
    assert as_pdf([handout(Hostile)])[:4] == b"%PDF"
    assert any(BAD[0] in cell for table in handout(Hostile).tables for row in table.rows for cell in row)

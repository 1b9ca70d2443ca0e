"""Files that people really have become leads: other products' exports, other languages, titles, totals, stray bytes."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import pytest_asyncio

from services.lead_gen.actions.imports import run_imports
from services.lead_gen.domain.criteria import RuleSet
from services.lead_gen.repository import enrolment
from services.lead_gen.repository.leads import callable_phones
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, tier_1
from workflows.contracts.base import Tier

FILES = Path(__file__).parents[1] / "data" / "lead_files"


@pytest_asyncio.fixture(scope="module")
async def office(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("lead_gen_import_files", tier=Tier.LEAD_GEN)) as tier:
        yield tier


async def send(office: Tier1, content: bytes, status: int = 202, **form: str) -> dict[str, Any]:
    answer = await office.http.post(
        "/v1/imports", files={"file": ("leads.csv", content)}, data={"default_region": "UA", **form}
    )
    assert answer.status_code == status, answer.text
    return dict(answer.json())


async def imported(office: Tier1, content: bytes, **form: str) -> dict[str, Any]:
    sent = await send(office, content, **form)
    await run_imports(office.pool)
    done = dict((await office.http.get(f"/v1/imports/{sent['id']}")).json())
    assert done["state"] == "done", done
    return done


async def verdicts(office: Tier1, done: dict[str, Any]) -> list[tuple[str, str]]:
    page = (await office.http.get(f"/v1/imports/{done['id']}/rows?limit=100")).json()
    return [(row["verdict"], row["reason"] or "") for row in page["items"]]


async def company(office: Tier1, phone: str) -> tuple[str, list[str]]:
    """Whom a number reaches, and all of their numbers."""
    row = await office.pool.fetchrow(
        """SELECT company,
                  (SELECT array_agg(phone ORDER BY position) FROM lead_phones q WHERE q.lead_id = l.id) AS phones
             FROM leads l JOIN lead_phones p ON p.lead_id = l.id WHERE p.phone = $1""",
        phone,
    )
    return (row["company"], row["phones"]) if row else ("", [])


def workbook(**sheets: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("file", sorted(FILES.glob("*.csv")), ids=lambda file: file.stem)
async def test_the_default_export_of_a_product_is_taken_without_a_mapping(office: Tier1, file: Path) -> None:
    expected = json.loads((FILES / "expected.json").read_text())[file.stem]
    done = await imported(office, file.read_bytes())
    assert [verdict for verdict, _ in await verdicts(office, done)] == ["accepted"] * done["rows"], done
    found = [list(await company(office, number)) for number in expected]
    assert found == list(expected.values())


async def test_one_stray_byte_makes_no_other_encoding_of_a_file(office: Tier1) -> None:
    content = (
        "Company,Phone\nAccès «Été» SARL,0142685399\nПриват,+380449100304\n".encode() + b"Bad \xff Co,0142685398\n"
    )
    done = await imported(office, content, default_region="FR")
    assert (done["encoding"], done["accepted"], done["rejected"]) == ("utf-8", 2, 1)
    assert (await company(office, "+33142685399"))[0] == "Accès «Été» SARL"
    assert (await company(office, "+380449100304"))[0] == "Приват"
    assert (await verdicts(office, done))[2] == ("rejected", "it has a character that is not utf-8")
    rejects = (await office.http.get(f"/v1/imports/{done['id']}/rejects.csv")).text
    assert "Bad \ufffd Co,0142685398" in rejects


async def test_an_encoding_can_be_told(office: Tier1) -> None:
    content = "Компанія;Телефон\nКиївська;0449100401\n".encode("koi8-u")
    done = await imported(office, content, encoding="KOI8-U")
    assert done["encoding"] == "koi8-u"
    assert (await company(office, "+380449100401"))[0] == "Київська"


@pytest.mark.parametrize("name", ["klingon", "rot13", "base64", "idna", "utf-7", "\0"])
async def test_a_name_that_is_no_encoding_is_refused(office: Tier1, name: str) -> None:
    problem = await send(office, b"Company,Phone\nA,0441230001\n", 422, encoding=name)
    assert problem["errors"][0]["field"] == "encoding"
    assert "is not an encoding" in problem["errors"][0]["reason"]


async def test_two_tenants_behind_one_switchboard_are_two_leads(office: Tier1) -> None:
    rows = 'Company,Phone,Email\nTenant One,"044 100 30 01 ext. 5",a@t1.example\nTenant Two,"044 100 30 01 ext. 6",\n'
    done = await imported(office, rows.encode())
    assert done["accepted"] == 2
    assert await company(office, "+380441003001;ext=5") == ("Tenant One", ["+380441003001;ext=5"])
    assert await company(office, "+380441003001;ext=6") == ("Tenant Two", ["+380441003001;ext=6"])


async def test_an_extension_in_a_column_of_its_own_belongs_to_the_first_number(office: Tier1) -> None:
    await imported(office, b"Company,Phone,Ext,Mobile\nExt Co,0441003101,12,0501003101\n")
    assert await company(office, "+380441003101;ext=12") == ("Ext Co", ["+380441003101;ext=12", "+380501003101"])


async def test_fillers_and_shared_domains_make_no_company_of_strangers(office: Tier1) -> None:
    rows = [
        "Firma H,0441003009,none@none.com,,", "Firma I,0441003010,none@none.com,,", "Firma J,0441003011,,vk.com/j,",
        "Firma K,0441003012,,vk.com/k,", "Firma L,0441003013,n/a,gmail.com,00000000",
        "Firma M,0441003014,test@test.ua,gmail.com,00000000",
    ]  # fmt: skip
    done = await imported(office, "\n".join(["Company,Phone,Email,Website,EDRPOU", *rows]).encode())
    assert (done["accepted"], done["merged"]) == (6, 0)
    assert "nobody's" in (await verdicts(office, done))[0][1]


async def test_every_column_of_numbers_is_kept(office: Tier1) -> None:
    header = "Company,Phone,Phone,Phone 2,Office Phone,MobilePhone,Other Phone,Fax\n"
    row = "Twice,0441003053,0441003054,0441003055,0441003056,0501003057,0441003058,0441003059\n"
    done = await imported(office, (header + row).encode())
    tails = ("441003053", "441003054", "441003055", "441003056", "501003057", "441003058")
    assert await company(office, "+380441003053") == ("Twice", [f"+380{tail}" for tail in tails])
    assert done["ignored"] == ["Fax"]


async def test_a_column_named_twice_in_an_own_mapping_is_two_numbers(office: Tier1) -> None:
    mapping = json.dumps({"company": "K", "phone": "T", "phone_2": "U"})
    await imported(office, b"K,T,T,U\nOwn,0441003061,0441003062,0441003063\n", mapping=mapping)
    assert await company(office, "+380441003063") == ("Own", [f"+38044100306{n}" for n in (1, 2, 3)])


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;"])
async def test_excels_line_about_the_separator_is_no_header(office: Tier1, first: str) -> None:
    done = await imported(office, f"{first}\r\nCompany;Phone\r\nSep, Co;044100905{len(first)}\r\n".encode())
    assert (done["delimiter"], done["rows"]) == (";", 1)
    assert (await company(office, f"+38044100905{len(first)}"))[0] == "Sep, Co"


async def test_titles_above_the_header_and_totals_below_are_no_leads(office: Tier1) -> None:
    text = (
        "Список клієнтів; станом на 01.03.2026\n\n;;\nНазва компанії;Телефон;Місто\nТитул;0441004001;Київ\n"
        "Всього записів: 1;;\nTotal;1;\n"
    )
    done = await imported(office, text.encode())
    assert (done["rows"], done["accepted"], done["rejected"]) == (3, 1, 2)
    assert [reason for _, reason in (await verdicts(office, done))[1:]] == ["a line of totals, not a company"] * 2


async def test_a_table_on_the_second_sheet_is_found_and_sheets_of_one_header_are_one_table(office: Tier1) -> None:
    header = ["Company", "Phone"]
    content = workbook(
        Readme=[["How to use this file"]],
        March=[["Leads of March"], header, ["Sheet A", 441005001]],
        April=[header, ["Sheet B", 441005002], ["Total", 1]],
    )
    done = await imported(office, content)
    assert (done["rows"], done["accepted"], done["rejected"]) == (3, 2, 1)
    assert (await company(office, "+380441005002"))[0] == "Sheet B"


async def test_of_two_different_tables_in_a_workbook_one_is_asked_for(office: Tier1) -> None:
    content = workbook(
        Leads=[["Company", "Phone"], ["Two A", 441005011]], Partners=[["Company", "Mobile"], ["Two B", 501005012]]
    )
    problem = await send(office, content, 422)
    assert problem["errors"][0]["field"] == "sheet"
    assert "'Leads', 'Partners'" in problem["errors"][0]["reason"]
    assert (await imported(office, content, sheet="Partners"))["accepted"] == 1
    assert await company(office, "+380501005012") == ("Two B", ["+380501005012"])
    assert await company(office, "+380441005011") == ("", [])
    assert (await send(office, content, 422, sheet="Nowhere"))["errors"][0]["field"] == "sheet"


async def test_an_import_shows_how_its_file_was_understood(office: Tier1) -> None:
    content = "Назва компанії;Моб. телефон;Факс;Примітки\nПоказ;0501006001;;\n".encode("cp1251")
    done = await imported(office, content)
    assert (done["encoding"], done["delimiter"]) == ("cp1251", ";")
    assert done["mapping"] == {"company": "Назва компанії", "mobile": "Моб. телефон"}
    assert (done["ignored"], done["questions"]) == (["Факс", "Примітки"], [])


async def test_what_is_unsure_is_asked_and_a_dry_run_proposes(office: Tier1) -> None:
    content = b"Firmenname lt. Register;Rufnummer\nRegister GmbH;0441007001\n"
    problem = await send(office, content, 422)
    assert '{"phone": "Rufnummer", "company": "Firmenname lt. Register"}' in problem["errors"][0]["reason"]
    tried = await imported(office, content, dry_run="true")
    assert (tried["accepted"], len(tried["questions"])) == (1, 1)
    assert "'Firmenname lt. Register'" in tried["questions"][0]
    assert await company(office, "+380441007001") == ("", [])


async def test_a_typing_error_in_a_header_is_understood(office: Tier1) -> None:
    done = await imported(office, b"Compnay,Telephon,Number of Employes\nTypo,0441007101,37\n")
    assert done["mapping"] == {"company": "Compnay", "phone": "Telephon", "size": "Number of Employes"}


async def test_a_row_without_a_company_is_called_by_its_person(office: Tier1) -> None:
    done = await imported(office, b"Company,First Name,Last Name,Phone\n,Olena,Koval,0441007201\n,,,0441007202\n")
    (accepted, said), (rejected, why) = await verdicts(office, done)
    assert (accepted, said) == ("accepted", "no company name: it is called by its person's")
    assert (rejected, why) == ("rejected", "no company name")
    assert (await company(office, "+380441007201"))[0] == "Olena Koval"


async def test_the_merges_of_an_import_can_be_undone(office: Tier1) -> None:
    header = "Company,Phone,Email,City\n"
    await imported(office, f"{header}Mill,0441008001,office@shared.example,\n".encode())
    rows = "Saw,0441008002,office@shared.example,Lviv\nMill,0441008001,mill@shared.example,\n"
    done = await imported(office, (header + rows).encode())
    assert (done["accepted"], done["merged"]) == (0, 2)
    assert await company(office, "+380441008002") == ("Mill", ["+380441008001", "+380441008002"])
    answer = await office.http.post(f"/v1/imports/{done['id']}/undo-merges")
    assert (answer.status_code, answer.json()["undone"], answer.json()["leads"]) == (200, 2, 1)
    assert await company(office, "+380441008001") == ("Mill", ["+380441008001"])
    assert await company(office, "+380441008002") == ("Saw", ["+380441008002"])
    leads = {
        row["company"]: row for row in await office.pool.fetch("SELECT * FROM leads WHERE company IN ('Mill', 'Saw')")
    }
    assert (leads["Mill"]["city"], leads["Saw"]["city"], leads["Saw"]["stage"]) == (None, "Lviv", "new")
    assert "the merge was undone" in (await verdicts(office, done))[0][1]
    again = (await office.http.post(f"/v1/imports/{done['id']}/undo-merges")).json()
    assert (again["undone"], again["leads"]) == (0, 0)


async def test_merges_are_not_undone_while_the_import_runs(office: Tier1) -> None:
    sent = await send(office, b"Company,Phone\nLater,0441008101\n")
    answer = await office.http.post(f"/v1/imports/{sent['id']}/undo-merges")
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")
    await run_imports(office.pool)


async def stages(office: Tier1, *numbers: str) -> list[tuple[str, bool]]:
    """Stage of each number's lead, and whether the ledger lets it be called."""
    found = []
    for number in numbers:
        row = await office.pool.fetchrow(
            "SELECT l.id, l.stage FROM leads l JOIN lead_phones p ON p.lead_id = l.id WHERE p.phone = $1", number
        )
        async with office.pool.acquire() as conn:
            found.append((row["stage"], bool(await callable_phones(conn, row["id"]))))
    return found


async def test_a_switchboard_that_must_not_be_called_is_not_called_with_an_extension_either(office: Tier1) -> None:
    rows = 'Company,Phone\nBehind A,"0441009001 ext 5"\nBehind B,"0441009001 ext 6; 0501009002"\nOther,0441009003\n'
    await imported(office, rows.encode())
    numbers = ("+380441009001;ext=5", "+380441009001;ext=6", "+380441009003")
    assert await stages(office, *numbers) == [("new", True)] * 3
    async with office.pool.acquire() as conn:
        before = await enrolment.count(conn, RuleSet())
    await office.http.put("/v1/do-not-call/+380441009001", json={"scope": "phone"})
    assert await stages(office, *numbers) == [("do_not_call", False), ("new", True), ("new", True)]
    await office.pool.execute("UPDATE leads SET stage = 'new' WHERE stage = 'do_not_call'")
    async with office.pool.acquire() as conn:
        assert await enrolment.count(conn, RuleSet()) == before - 1


async def test_a_call_from_a_switchboard_is_from_its_tenant_if_there_is_only_one(office: Tier1) -> None:
    rows = 'Company,Phone\nAlone,"0441009101 ext 5"\nOne of two,"0441009102 ext 5"\nTwo of two,"0441009102 ext 6"\n'
    await imported(office, rows.encode())
    alone = await office.pool.fetchval("SELECT lead_id FROM lead_phones WHERE phone = '+380441009101;ext=5'")
    for number, known in (("+380441009101", True), ("+380441009102", False)):
        call = {"from": number, "default_region": "UA"}
        taken = (await office.http.post("/v1/inbound-calls", json=call)).json()
        assert (taken["known"], taken["lead_id"] == alone) == (known, known), taken


async def test_where_names_of_columns_say_nothing_their_cells_make_a_proposal(office: Tier1) -> None:
    content = "Хто,Контакти,Де\nАльфа,0441009201,Київ\nБета,0441009202,Київ\n".encode()
    problem = await send(office, content, 422)
    assert (
        'send it as the mapping, or try it as a dry run: {"phone": "Контакти", "company": "Хто"}' in problem["detail"]
    )
    done = await imported(office, content, mapping='{"phone": "Контакти", "company": "Хто"}')
    assert done["accepted"] == 2


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("Acme,0441009301\nBolt,0441009302\n", "first row seems to be a lead"),
        (
            'Notes:\n"When exporting, you may notice that"\n\nFirst Name,Last Name,URL,Email Address,Company,Position\n'
            "Olena,Koval,https://www.linkedin.com/in/x,,Linked,CEO\n",
            "a lead without one cannot be called",
        ),
    ],
)
async def test_a_file_without_a_header_or_without_numbers_is_refused_with_the_reason(
    office: Tier1, content: str, told: str
) -> None:
    assert told in (await send(office, content.encode(), 422))["detail"]


async def test_utf_16_is_read_without_its_mark_too(office: Tier1) -> None:
    content = "Company,Phone\nКиївська,0441009401\n"
    for name, number in (("utf-16-le", 1), ("utf-16-be", 2)):
        done = await imported(office, content.replace("9401", f"940{number}").encode(name))
        assert (done["encoding"], (await company(office, f"+38044100940{number}"))[0]) == (name, "Київська")

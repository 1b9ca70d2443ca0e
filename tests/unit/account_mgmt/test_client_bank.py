"""1CClientBankExchange, the statements of client banks: in Russian and Ukrainian keys, and in every encoding."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.account_mgmt.domain.bank import files
from services.account_mgmt.domain.bank.arrivals import arrivals
from services.account_mgmt.domain.bank.client_bank import parse
from services.account_mgmt.domain.bank.files import FileOptions, Format
from services.account_mgmt.domain.bank.transfers import Parsed
from services.chassis.imports.cells import FileRefusedError

HOUSE = "UA213223130000026007233566001"
WIND = "UA903052992990004149123456789"
HEAD = "1CClientBankExchange\nВерсияФормата=1.03\nКодировка=Windows\nОтправитель=Банк\nДатаНачала=06.05.2030\n"
BALANCE = f"""СекцияРасчСчет
ДатаНачала=06.05.2030
ДатаКонца=06.05.2030
РасчСчет={HOUSE}
НачальныйОстаток=1000.00
ВсегоПоступило=320.50
ВсегоСписано=20.00
КонечныйОстаток=1300.50
КонецРасчСчет
"""


def document(number: str, amount: str, *, ours: str = "payee", **more: str) -> str:
    """A document of money that came, or went (`ours="payer"`)."""
    other, own = ("Плательщик", "Получатель") if ours == "payee" else ("Получатель", "Плательщик")
    values = {
        "Номер": number, "Дата": "06.05.2030", "Сумма": amount, f"{other}Счет": WIND, other: "ТОВ «Вітер»",
        f"{other}ОКПО": "12345678", f"{own}Счет": HOUSE, "НазначениеПлатежа": "Оплата зг. рах. LR-2030-000001",
        ("ДатаПоступило" if ours == "payee" else "ДатаСписано"): "06.05.2030", **more,
    }  # fmt: skip
    lines = "\n".join(f"{key}={value}" for key, value in values.items())
    return f"СекцияДокумент=Платежное поручение\n{lines}\nКонецДокумента\n"


WHOLE = (
    HEAD + f"РасчСчет={HOUSE}\n" + BALANCE + document("7", "120.50") + document("7", "200.00")
    + document("8", "20.00", ours="payer") + "КонецФайла\n"
)  # fmt: skip
UKRAINIAN = f"""1CClientBankExchange
ВерсіяФормату=1.02
Кодування=Windows
СекціяРозрахунковийРахунок
ДатаПочатку=06.05.2030
ДатаКінця=06.05.2030
РозрахунковийРахунок={HOUSE}
ПочатковийЗалишок=0.00
ВсьогоНадійшло=64.50
ВсьогоСписано=0.00
КінцевийЗалишок=64.50
КінецьРозрахунковийРахунок
СекціяДокумент
Номер=15
Дата=06.05.2030 10:15:00
Сума=64.50
ВидОперації=Прихід
ПризначенняПлатежу=За послуги, рахунок LR-2030-000003
у тому числі ПДВ 20%=10.75
Платник=ТОВ «Їжак і Ґава»
КінецьДокумент
"""


def read(text: str, encoding: str = "cp1251", **more: str) -> Parsed:
    content = text.replace("\n", "\r\n").encode(encoding)
    return files.read(io.BytesIO(content), FileOptions("auto", None, "", "", default=HOUSE, own=[HOUSE], **more))


@pytest.mark.parametrize("encoding", ["cp1251", "cp866", "utf-8", "utf-8-sig", "utf-16"])
def test_a_statement_is_read_in_every_encoding_whatever_it_says_of_it(encoding: str) -> None:
    text = WHOLE if encoding != "cp866" else WHOLE.replace("і", "i").replace("«", '"').replace("»", '"')
    found = read(text, encoding)
    first, second = found.transfers
    assert (found.format, found.outgoing, found.bad, found.gaps) == ("1c", 1, [], [])
    assert (first.account, first.amount, first.currency, first.booked_on) == (
        HOUSE, Decimal("120.50"), "UAH", date(2030, 5, 6),
    )  # fmt: skip
    assert (first.payer_iban, first.payer_tax_id, first.line) == (WIND, "12345678", 16)
    assert first.payer_name.startswith("ТОВ ") and "LR-2030-000001" in first.purpose
    # Payers count their own documents: the number alone is of no one document.
    assert first.reference != second.reference and first.reference.startswith("7-20300506-120.50-")
    assert len({one.key for one in arrivals(found.transfers)}) == 2


@pytest.mark.parametrize("encoding", ["cp1251", "cp1125", "utf-8"])
def test_ukrainian_keys_and_a_purpose_of_several_lines_are_read(encoding: str) -> None:
    text = UKRAINIAN.replace("«", '"').replace("»", '"') if encoding == "cp1125" else UKRAINIAN
    (one,) = read(text, encoding).transfers
    assert (one.account, one.amount, one.booked_on) == (HOUSE, Decimal("64.50"), date(2030, 5, 6))
    assert "Їжак і Ґава" in one.payer_name
    assert one.purpose == "За послуги, рахунок LR-2030-000003 у тому числі ПДВ 20%=10.75"
    assert read(text, encoding).gaps == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (WHOLE.replace("Остаток=1300.50", "Остаток=1400.50"), "100.00 UAH that came are missing"),
        (WHOLE.replace("НачальныйОстаток=1000.00\n", "").replace("Поступило=320.50", "Поступило=420.50"), "420.50 UAH"),
        (WHOLE.replace("НачальныйОстаток=1000.00\n", "").replace("Списано=20.00", "Списано=25.00"), "25.00 UAH went"),
        (WHOLE.replace("НачальныйОстаток=1000.00", "НачальныйОстаток=viel"), "viel"),
        (WHOLE.replace(BALANCE, BALANCE + BALANCE.replace("06.05", "07.05").replace("1000.00", "1400.50")), "between"),
    ],
)
def test_what_its_balances_and_totals_miss_is_said(text: str, said: str) -> None:
    found = read(text)
    assert any(said in gap.reason for gap in found.gaps), found.gaps
    assert len(found.transfers) == 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"Сумма": "0"}, "above zero"), ({"Сумма": "-5.00"}, "above zero"), ({"Сумма": "1.234"}, "amount"),
        ({"Сумма": "9" * 30}, "too large"), ({"ДатаПоступило": "31.02.2030"}, "31.02.2030"), ({"Дата": "x"}, "'x'"),
        ({"ПолучательСчет": WIND}, "neither payer nor payee"), ({"КодВалюты": "XX"}, "XX"),
        ({"ДатаПоступило": "", "ДатаСписано": "06.05.2030"}, "its dates say the other"),
    ],
)  # fmt: skip
def test_a_document_that_nobody_can_understand_is_told_with_its_line_and_not_booked(
    changes: dict[str, str], said: str
) -> None:
    found = read(HEAD + f"РасчСчет={HOUSE}\n" + document("1", "5.00") + document("2", "6.00", **changes))
    assert [one.amount for one in found.transfers] == [Decimal("5.00")]
    assert [(row.line, said in row.reason) for row in found.bad] == [(18, True)], found.bad


def test_which_way_money_went_follows_from_whose_account_it_is_in_whatever_spelling() -> None:
    short = HOUSE[-14:]
    found = read(HEAD + f"РасчСчет={short}\n" + document("1", "5.00") + document("2", "6-50", ours="payer"))
    assert ([(one.account, one.amount) for one in found.transfers], found.outgoing) == ([(HOUSE, Decimal(5))], 1)
    # Only the number of the bank's own books, and dates alone.
    bare = {"ПолучательСчет": "", "КодВалюты": "978"}
    (one,) = read(HEAD + document("1", "5.00", **bare)).transfers
    assert (one.account, one.currency) == (HOUSE, "EUR")
    gone = read(HEAD + document("1", "5.00", **bare, ДатаПоступило="", ДатаСписано="06.05.2030"))
    assert (gone.transfers, gone.outgoing, gone.bad) == ([], 1, [])


def test_a_file_that_names_no_account_is_of_the_companys_own_that_its_documents_name() -> None:
    second = "UA853996220000000260012335661"
    content = (HEAD + document("1", "5.00", ПолучательСчет=second)).encode("cp1251")
    options = FileOptions("auto", None, "", "", default=HOUSE, own=[HOUSE, second])
    assert [one.account for one in files.read(io.BytesIO(content), options).transfers] == [second]


def test_between_two_accounts_of_the_file_money_came_to_one_and_went_from_the_other() -> None:
    two = HEAD + f"РасчСчет={HOUSE}\nРасчСчет={WIND}\n"
    both = read(two + document("1", "5.00", ДатаСписано="06.05.2030"))
    assert [(one.account, one.payer_iban) for one in both.transfers] == [(HOUSE, WIND)]
    only_gone = read(two + document("1", "5.00", ДатаПоступило="", ДатаСписано="06.05.2030"))
    assert (only_gone.transfers, only_gone.outgoing) == ([], 1)


def test_documents_of_one_number_day_and_sum_are_told_apart_by_who_paid() -> None:
    text = (
        HEAD
        + f"РасчСчет={HOUSE}\n"
        + document("1", "5.00")
        + document("1", "5.00", ПлательщикСчет="UA1", Плательщик="Y")
    )
    assert len({one.reference for one in read(text).transfers}) == 2


@pytest.mark.parametrize(
    "text",
    [
        HEAD, "1CClientBankExchange", "1CClientBankExchange\nКонецФайла\n", WHOLE.partition("КонецДокумента")[0],
        HEAD + "СекцияДокумент=Платежное поручение",
    ],
)  # fmt: skip
def test_a_file_without_documents_or_that_breaks_off_is_refused(text: str) -> None:
    with pytest.raises(FileRefusedError):
        read(text)


def test_a_file_that_is_none_is_refused_where_somebody_says_it_is_one() -> None:
    with pytest.raises(FileRefusedError, match="1CClientBankExchange"):
        files.read(io.BytesIO(b"date,amount\n"), FileOptions("1c", None, "", ""))


def test_a_document_without_an_end_is_told_and_the_next_one_is_read() -> None:
    found = read(
        HEAD + f"РасчСчет={HOUSE}\n" + document("1", "5.00").replace("КонецДокумента\n", "") + document("2", "6")
    )
    assert ([one.amount for one in found.transfers], len(found.bad)) == ([Decimal(6)], 1)


LINES = st.lists(
    st.one_of(
        st.sampled_from([*WHOLE.splitlines(), *UKRAINIAN.splitlines(), "СекцияДокумент", "Сумма=", "Дата=\0", "="]),
        st.text(max_size=30),
        st.builds("{}={}".format, st.sampled_from(["Сумма", "КонечныйОстаток", "ДатаКонца", "РасчСчет"]), st.text()),
    ),
    max_size=40,
)


@given(LINES, st.sampled_from(["utf-8", "cp1251", "cp866", "utf-16"]))
@example(["СекцияРасчСчет", "КонечныйОстаток=1", "НачальныйОстаток=2", "КонецРасчСчет"], "cp1251")
def test_any_text_is_read_or_refused_and_never_breaks_the_reader(lines: list[str], encoding: str) -> None:
    content = "\r\n".join(["1CClientBankExchange", *lines]).encode(encoding, "replace")
    try:
        found = parse(content, default=HOUSE)
    except FileRefusedError:
        return
    assert all(one.amount > 0 and one.account and one.currency for one in found.transfers)
    assert found.rows >= len(found.transfers)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    kind: Format = "1c"
    for start in (b"", b"1CClientBankExchange\r\n"):
        try:
            files.read(io.BytesIO(start + content), FileOptions(kind, None, "", "", default=HOUSE))
        except FileRefusedError:
            continue

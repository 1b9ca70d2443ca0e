"""What banks really write into camt files: batches, returns, totals, texts at other places."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest

from services.account_mgmt.domain.bank import camt
from services.account_mgmt.domain.bank.transfers import Parsed
from services.chassis.imports.cells import FileRefusedError

OWN = "<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></Acct>"
NAMES = {
    "052": ("BkToCstmrAcctRpt", "Rpt"),
    "053": ("BkToCstmrStmt", "Stmt"),
    "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
}


ISO = "urn:iso:std:iso:20022:tech:xsd:camt.{}.001.{}"


def read(*parts: str, kind: str = "053", version: str = "08") -> Parsed:
    return read_all("".join(parts), kind=kind, version=version)


def read_all(*statements: str, kind: str = "053", version: str = "08", head: str = "", names: str = ISO) -> Parsed:
    """A file of several statements."""
    outer, inner = NAMES[kind]
    all_of_them = "".join(f"<{inner}>{OWN}{one}</{inner}>" for one in statements)
    document = f'<Document xmlns="{names.format(kind, version)}"><{outer}>{head}{all_of_them}</{outer}></Document>'
    return camt.parse(io.BytesIO(document.encode()))


def entry(amount: str, *inside: str, way: str = "CRDT", details: str = "", currency: str = "EUR") -> str:
    return (
        f'<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{way}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        f"<BookgDt><Dt>2026-11-20</Dt></BookgDt><AcctSvcrRef>E1</AcctSvcrRef>"
        f"{'' if not details else f'<NtryDtls>{details}</NtryDtls>'}{''.join(inside)}</Ntry>"
    )


def detail(amount: str = "", *inside: str, currency: str = "EUR") -> str:
    sum_ = f'<Amt Ccy="{currency}">{amount}</Amt>' if amount else ""
    return f"<TxDtls>{sum_}{''.join(inside)}</TxDtls>"


def balance(kind: str, amount: str, way: str = "CRDT") -> str:
    code = f"<Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>"
    return f'<Bal>{code}<Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{way}</CdtDbtInd></Bal>'


@pytest.mark.parametrize(
    ("kind", "version"), [("052", "02"), ("052", "08"), ("053", "04"), ("053", "13"), ("054", "08")]
)
def test_reports_statements_and_notifications_are_read_alike(kind: str, version: str) -> None:
    found = read(entry("12.00"), kind=kind, version=version)
    assert (found.format, [one.amount for one in found.transfers]) == (f"camt{kind}", [Decimal(12)])


@pytest.mark.parametrize("amount", ["", "0.00", "0", "1.234", "13.50"])
def test_the_amount_of_a_single_detail_never_refuses_its_entry(amount: str) -> None:
    found = read(entry("12.00", details=detail(amount)))
    assert ([one.amount for one in found.transfers], found.bad) == ([Decimal(12)], [])


def test_a_detail_of_nothing_among_several_carries_no_money() -> None:
    found = read(entry("12.00", details=detail("5.00") + detail("0.00") + detail("7.000")))
    assert [one.amount for one in found.transfers] == [Decimal(5), Decimal(7)]


def test_of_the_amounts_of_a_detail_the_one_in_the_entrys_currency_counts() -> None:
    abroad = "<AmtDtls><TxAmt><Amt Ccy='EUR'>5.00</Amt></TxAmt></AmtDtls>"
    found = read(entry("12.00", details=detail("6.10", abroad, currency="USD") + detail("7.00")))
    assert [(one.amount, one.currency) for one in found.transfers] == [(Decimal(5), "EUR"), (Decimal(7), "EUR")]


def test_one_detail_of_a_batch_does_not_name_the_payer_of_all() -> None:
    who = "<RltdPties><Dbtr><Pty><Nm>Anna</Nm></Pty></Dbtr></RltdPties>"
    alone = read(entry("12.00", details=f"<Btch><NbOfTxs>1</NbOfTxs></Btch>{detail('', who)}")).transfers
    one_of_three = read(entry("12.00", details=f"<Btch><NbOfTxs>3</NbOfTxs></Btch>{detail('4.00', who)}")).transfers
    assert [(one.payer_name, one.amount) for one in alone + one_of_three] == [("Anna", 12), ("", 12)]


def test_a_batch_of_which_details_are_missing_says_how_many() -> None:
    counted = "<Btch><NbOfTxs>3</NbOfTxs></Btch>"
    for details, there in ((detail("4.00"), 1), (detail("5.00") + detail("7.00"), 2)):
        [gap] = read(entry("12.00", details=counted + details)).gaps
        assert gap.reason.endswith(f"booked 3 transfers together as 12.00 EUR, and {there} of them are in the file")
    assert read(entry("12.00", details=counted)).gaps == []


def test_what_the_entry_says_beside_its_only_detail_is_read() -> None:
    text = "<AddtlNtryInf>Received money with reference EU-2026-000029</AddtlNtryInf>"
    (one,) = read(entry("12.00", text, details=detail("", "<RmtInf><Ustrd>thanks</Ustrd></RmtInf>"))).transfers
    assert one.purpose == "thanks Received money with reference EU-2026-000029"
    batch = read(entry("12.00", text, details=detail("5.00") + detail("7.00"))).transfers
    assert [one.purpose for one in batch] == ["", ""]


CODE = "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RDDT</Cd><SubFmlyCd>UPDD</SubFmlyCd></Fmly></Domn></BkTxCd>"


@pytest.mark.parametrize(
    "taken_back",
    [
        entry("70.00", "<RvslInd>true</RvslInd>", way="DBIT"),
        entry("70.00", CODE, way="DBIT"),
        entry("70.00", way="DBIT", details=detail("", "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>")),
        entry("70.00", way="CRDT", details=detail("", "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>")),
    ],
    ids=["reversed", "unpaid direct debit", "returned", "our own transfer came back"],
)
def test_money_that_comes_back_or_is_taken_back_is_shown_as_such(taken_back: str) -> None:
    found = read(taken_back)
    assert [(one.amount, one.reversal) for one in found.transfers] == [(Decimal(70), True)]
    assert found.outgoing == 0


def test_a_statement_that_comes_out_even_has_no_gaps() -> None:
    parts = balance("OPBD", "100.00"), balance("CLBD", "60.00", "DBIT"), entry("12.00"), entry("172.00", way="DBIT")
    assert read(*parts).gaps == []
    assert read(balance("PRCD", "100.00"), balance("CLBD", "112.00"), entry("12.00")).gaps == []


def test_a_statement_says_what_is_missing_of_it() -> None:
    (gap,) = read(balance("OPBD", "100.00"), balance("CLBD", "130.00"), entry("12.00")).gaps
    assert "opens with 100.00 EUR and closes with 130.00, its entries make +12.00. 18.00 EUR that came" in gap.reason
    counted = "<TxsSummry><TtlNtries><NbOfNtries>3</NbOfNtries></TtlNtries></TxsSummry>"
    (gap,) = read(counted, entry("12.00")).gaps
    assert gap.reason == "the statement says that it has 3 entries, and 1 are in the file"


def test_balances_of_a_moment_and_announced_entries_make_no_gap() -> None:
    announced = entry("5.00").replace("BOOK", "PDNG")
    found = read(balance("OPBD", "1.00"), balance("CLAV", "9.00"), balance("CLBD", "13.00"), entry("12.00"), announced)
    assert (found.gaps, len(found.bad)) == ([], 1)


def test_a_batch_that_does_not_add_up_says_which_money_is_not_booked() -> None:
    found = read(entry("12.00", details=detail("5.00") + detail("6.00")))
    assert found.transfers == []
    assert found.bad[0].reason == (
        "the transfers that are booked together do not add up to the entry: 11.00 instead of 12.00: "
        "the entry of 12.00 EUR on 2026-11-20 is not booked"
    )


WAY = "<CdtDbtInd>{}</CdtDbtInd>"
RETURNED = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>"
CHARGED = '<Chrgs><Rcrd><Amt Ccy="EUR">1.00</Amt></Rcrd></Chrgs>'
KEPT = '<Chrgs><TtlChrgsAndTaxAmt Ccy="EUR">2.00</TtlChrgsAndTaxAmt></Chrgs>'
GERMAN_RETURN = "<BkTxCd><Prtry><Cd>NDDT+109+00931</Cd><Issr>DK</Issr></Prtry></BkTxCd>"


@pytest.mark.parametrize(
    ("booked", "moneys"),
    [
        (entry("50.00", details=detail("60.00", WAY.format("CRDT")) + detail("10.00", WAY.format("DBIT"))), "60.00"),
        (entry("50.00", way="DBIT", details=detail("60.00") + detail("10.00", WAY.format("CRDT"))), "10.00"),
        (entry("63.00", way="DBIT", details=detail("60.00", RETURNED) + detail("3.00")), "60.00 back"),
        (entry("60.00", GERMAN_RETURN, way="DBIT"), "60.00 back"),
        (entry("98.00", KEPT, details=detail("60.00") + detail("40.00")), "60.00 40.00"),
        (entry("98.00", details=detail("60.00", CHARGED) + detail("40.00", CHARGED)), "60.00 40.00"),
        # What the bank says of a detail's way counts only where it makes the sum.
        (entry("100.00", details=detail("60.00", WAY.format("DBIT")) + detail("40.00")), "60.00 40.00"),
        (entry("60.00").replace("<Sts><Cd>BOOK</Cd></Sts>", "<Sts><Prtry>BOOK</Prtry></Sts>"), "60.00"),
        (entry("60.00").replace("<Sts><Cd>BOOK</Cd></Sts>", "<Sts><Prtry>Gebucht</Prtry></Sts>"), "60.00"),
        (entry("60.00", way="DBIT", details=detail("60.00", "<RvslInd>true</RvslInd>")), "60.00 back"),
    ],
    ids=["net", "ours are more", "return and its fee", "German return", "charges", "charges of each", "odd way", "own",
         "own word", "undone within"],
)  # fmt: skip
def test_each_transfer_of_an_entry_goes_its_own_way(booked: str, moneys: str) -> None:
    found = read(booked)
    assert " ".join(f"{one.amount}{' back' * one.taken}" for one in found.transfers) == moneys
    assert found.bad == []


@pytest.mark.parametrize(
    ("parties", "payer"),
    [
        ("<UltmtDbtr><Nm>Wind</Nm></UltmtDbtr>", "Wind"),
        ("<InitgPty><Pty><Nm>Wind</Nm></Pty></InitgPty>", "Wind"),
        ("<Dbtr><Agt><FinInstnId><Nm>Bank</Nm></FinInstnId></Agt></Dbtr>", "Bank"),
        ("<Dbtr><Nm>Us</Nm></Dbtr><DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></DbtrAcct>"
         "<Cdtr><Nm>Wind</Nm></Cdtr><CdtrAcct><Id><IBAN>DE02120300000000202051</IBAN></Id></CdtrAcct>", "Wind"),
    ],
)  # fmt: skip
def test_a_payer_is_found_wherever_the_bank_names_one(parties: str, payer: str) -> None:
    text = "<RmtInf><Strd><AddtlRmtInf>EU-2026-000005</AddtlRmtInf></Strd></RmtInf>"
    (one,) = read(entry("12.00", details=detail("", f"<RltdPties>{parties}</RltdPties>{text}"))).transfers
    assert (one.payer_name, one.purpose) == (payer, "EU-2026-000005")


def test_balances_of_several_days_open_with_the_first_and_close_with_the_last() -> None:
    days = [("OPBD", "0.00", "19"), ("CLBD", "60.00", "19"), ("OPBD", "60.00", "20"), ("CLBD", "100.00", "20")]
    parts = [
        balance(kind, sum_).replace("</Bal>", f"<Dt><Dt>2026-11-{day}</Dt></Dt></Bal>") for kind, sum_, day in days
    ]
    assert read(*parts, entry("60.00"), entry("40.00")).gaps == []


def test_a_notification_without_balances_says_what_is_missing_of_its_sum() -> None:
    told = "<TxsSummry><TtlCdtNtries><NbOfNtries>2</NbOfNtries><Sum>100.00</Sum></TtlCdtNtries></TxsSummry>"
    (gap,) = read(told, entry("60.00"), kind="054").gaps
    assert gap.reason == "the statement says that 100.00 came, and 60.00 is in the file"
    announced = entry("40.00").replace("BOOK", "PDNG")
    assert read(told, entry("60.00"), announced, kind="054").gaps == []


@pytest.mark.parametrize("root", ["BizMsgEnvlp", "DataPDU"])
def test_a_document_in_an_envelope_is_read(root: str) -> None:
    document = '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt>'
    text = f"<{root}><AppHdr/><Body>{document}{OWN}{entry('12.00')}</Stmt></BkToCstmrStmt></Document></Body></{root}>"
    assert [one.amount for one in camt.parse(io.BytesIO(text.encode())).transfers] == [12]
    with pytest.raises(FileRefusedError, match=r"not a camt\.052"):
        camt.parse(io.BytesIO(f"<{root}><AppHdr/></{root}>".encode()))


def page(number: int, is_last: str, *inside: str) -> str:
    return f"<StmtPgntn><PgNb>{number}</PgNb><LastPgInd>{is_last}</LastPgInd></StmtPgntn>{''.join(inside)}"


OPENS, CLOSES = balance("OPBD", "0.00"), balance("CLBD", "100.00")
FIRST, SECOND = entry("60.00"), entry("40.00").replace("E1", "E2")


@pytest.mark.parametrize(
    ("pages", "gaps"),
    [
        ((page(1, "false", OPENS, FIRST), page(2, "true", CLOSES, SECOND)), []),
        ((page(1, "false", OPENS, CLOSES, FIRST), page(2, "true", OPENS, CLOSES, SECOND)), []),
        ((page(1, "false", OPENS, FIRST),), ["behind page 1 are missing"]),
        ((page(2, "true", OPENS, CLOSES, SECOND),), ["are missing: 1", "60.00 EUR that came are missing"]),
        ((page(1, "true", OPENS, CLOSES, FIRST),), ["40.00 EUR that came are missing"]),
    ],
    ids=["balances apart", "balances on each", "the last is missing", "the first is missing", "the only one"],
)
def test_the_pages_of_a_statement_come_out_even_together(pages: tuple[str, ...], gaps: list[str]) -> None:
    found = read_all(*pages).gaps
    assert [gap in one.reason for gap, one in zip(gaps, found, strict=True)] == [True] * len(gaps)


def test_a_file_that_is_one_page_of_a_message_says_that_there_are_more() -> None:
    head = "<GrpHdr><MsgPgntn><PgNb>1</PgNb><LastPgInd>false</LastPgInd></MsgPgntn></GrpHdr>"
    assert [one.reason for one in read_all(OPENS + FIRST, head=head, version="02").gaps] == [
        "the pages of the statement behind page 1 are missing"
    ]


def test_statements_of_several_days_say_which_is_missing_between_them() -> None:
    def day_of(number: str, opening: str, closing: str) -> str:
        on = f"<Dt><Dt>2026-11-{number}</Dt></Dt></Bal>"
        balances = (balance("OPBD", opening) + balance("CLBD", closing)).replace("</Bal>", on)
        return f"<Id>{number}</Id>{balances}{entry('60.00').replace('E1', f'E{number}')}"

    first, second, fourth = (
        day_of("19", "0.00", "60.00"),
        day_of("20", "60.00", "120.00"),
        day_of("22", "180.00", "240.00"),
    )
    assert read_all(first, second).gaps == read_all(second, first).gaps == []
    (gap,) = read_all(first, second, fourth).gaps
    assert gap.reason.endswith("one ends with 120.00 on 2026-11-20, the next begins with 180.00")


def test_what_stands_in_two_statements_of_a_file_is_booked_once() -> None:
    twice = read_all(f"<Id>A</Id>{FIRST}", f"<Id>A</Id>{FIRST}")
    reports = read_all(f"<Id>A</Id>{FIRST}", f"<Id>B</Id>{FIRST}{SECOND}", kind="052")
    days = read_all(f"<Id>A</Id>{FIRST}", f"<Id>B</Id>{FIRST}")
    assert [len(found.transfers) for found in (twice, reports, days)] == [1, 2, 2]
    assert [len(found.bad) for found in (twice, reports, days)] == [1, 1, 0]


def test_the_names_that_swiss_banks_give_are_read_and_balances_of_a_banks_own_code() -> None:
    swiss = "http://www.six-interbank-clearing.com/de/camt.{}.001.{}.xsd"
    own = OPENS.replace("<Cd>OPBD</Cd>", "<Prtry>OPBD</Prtry>")
    found = read_all(own + CLOSES + FIRST, version="04", names=swiss)
    assert ([one.amount for one in found.transfers], len(found.gaps)) == ([60], 1)

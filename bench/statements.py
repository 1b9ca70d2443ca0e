"""A bank statement with 5,000 transfers against 20,000 open invoices: `python -m bench.statements [TRANSFERS]`.

Starts a stack. Half of the transfers name their invoice, three tenths come from a known account, and a fifth cannot be
matched. The limit is the same number of bare payments (the payment, the invoice's sum, the outbox row) through asyncpg,
one after another in one transaction. Then come two camt.053 files of 53 MB, one with as many entries as may be and one
with too many, and with them the memory of the api and the worker.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter

import asyncpg

from bench.claims import line
from bench.stack import Running, running_stack
from services.account_mgmt.domain.bank import table
from services.chassis.db import init_connection, new_id

INVOICES = 20_000
TRANSFERS = 5_000
SMALL = 30
MB = 1 << 20
FILL = """
WITH made AS (
    SELECT n, gen_random_uuid() AS customer, gen_random_uuid() AS sale, (100 + n * 0.01)::numeric(16,2) AS total
      FROM generate_series(1, $1::int) n),
customers_made AS (
    INSERT INTO customers (id, contact)
    SELECT customer, jsonb_build_object('lead_id', customer, 'company', 'Company ' || n, 'tax_id', (10000000 + n)::text)
      FROM made RETURNING id),
orders_made AS (
    INSERT INTO orders (id, customer_id, number, source, total, tax, currency, placed_by)
    SELECT sale, customer, 'B-SO-' || n, 'own', total, 0, 'UAH', 'bench' FROM made RETURNING id),
payers_made AS (
    INSERT INTO payer_accounts (iban, customer_id) SELECT 'UA' || lpad(n::text, 27, '1'), customer FROM made
    RETURNING iban)
INSERT INTO invoices (id, number, entity, order_id, customer_id, total, currency, due_at)
SELECT gen_random_uuid(), 'LR-2029-' || lpad(n::text, 6, '0'), 'LR', sale, customer, total, 'UAH', now() FROM made
"""
HEADER = "date,amount,currency,payer name,payer iban,purpose,reference\n"


def row(number: int, run: str) -> str:
    """The n-th transfer. Of ten, five name their invoice, three come from a known account, two say nothing."""
    amount, kind = 100 + number * 0.01, number % 10
    iban = f"UA{number:0>27}".replace("UA0", "UA1") if kind >= 8 else "UA" + str(number).rjust(27, "1")
    purpose = f"payment, inv. LR 2029 {number:06d}" if kind < 5 else "for the trucks"
    amount += 1_000_000 if kind >= 8 else 0
    return f"2030-05-06,{amount:.2f},UAH,Somebody,{iban},{purpose},{run}-{number}\n"


def statement(first: int, count: int) -> bytes:
    """A CSV file with this many transfers, for the invoices numbered from `first`."""
    run = new_id()
    return (HEADER + "".join(row(n, run) for n in range(first, first + count))).encode()


ENTRY = (
    '<Ntry><Amt Ccy="UAH">{0}.07</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2030-05-06</Dt>'
    "</BookgDt><AcctSvcrRef>{1}-{0}</AcctSvcrRef><NtryDtls><TxDtls><RltdPties><Dbtr><Pty><Nm>Somebody {0}</Nm></Pty>"
    "</Dbtr></RltdPties><RmtInf><Ustrd>for the trucks</Ustrd></RmtInf></TxDtls></NtryDtls>{2}</Ntry>"
)
CAMT = (
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Acct><Id><IBAN>{}</IBAN>'
    "</Id></Acct>{}</Stmt></BkToCstmrStmt></Document>"
)


def camt(count: int, account: str) -> bytes:
    """A camt.053 file of 53 MB with this many entries."""
    run, more = new_id(), f"<AddtlNtryInf>{'x' * (53 * MB // count - 430)}</AddtlNtryInf>"
    return CAMT.format(account, "".join(ENTRY.format(n, run, more) for n in range(1, count + 1))).encode()


async def post(stack: Running, content: bytes, **form: str) -> tuple[float, float, dict[str, int]]:
    """(seconds to the answer, to the last transfer; how many transfers ended in which state)."""
    client = stack.client("account_mgmt", "supervisor", "iryna")
    begun = time.perf_counter()
    answer = await client.post("/v1/bank-statements", files={"file": ("s.csv", content)}, data=form, timeout=300)
    answered = time.perf_counter() - begun
    if answer.status_code == 422:
        return answered, answered, {answer.json()["detail"]: 0}
    found = answer.raise_for_status().json()
    while found.get("state") in ("queued", "running"):
        await asyncio.sleep(0.1)
        found = (await client.get(f"/v1/bank-statements/{found['id']}")).raise_for_status().json()
    states = Counter({one["state"]: one["transfers"] for one in found["totals"]})
    states["known"] = found["known"]
    return answered, time.perf_counter() - begun, dict(states)


async def memory(stack: Running, content: bytes, **form: str) -> str:
    """What the api's and the worker's memory did while this file was taken."""
    found = [stack.process(kind, "account_mgmt") for kind in ("api", "worker")]
    before = [one.memory_info().rss for one in found]
    peaks, posting = list(before), asyncio.create_task(post(stack, content, **form))
    while not posting.done():
        await asyncio.sleep(0.05)
        peaks = [max(peak, one.memory_info().rss) for peak, one in zip(peaks, found, strict=True)]
    answered, took, states = await posting
    told = ", ".join(
        f"{name} {was / MB:.0f} MB before, {peak / MB:.0f} at its peak, {one.memory_info().rss / MB:.0f} after"
        for name, was, peak, one in zip(("api", "worker"), before, peaks, found, strict=True)
    )
    return f"answered in {answered:.1f} s, done in {took:.1f} s, {states}; {told}"


async def bare(dsn: str, count: int) -> float:
    """Seconds for this many payments as bare SQL."""
    conn = await asyncpg.connect(dsn)
    await init_connection(conn)
    ids = await conn.fetch("SELECT id FROM invoices WHERE state = 'open' ORDER BY number DESC LIMIT $1", count)
    begun = time.perf_counter()
    async with conn.transaction():
        for found in ids:
            payment = new_id()
            await conn.execute(
                """INSERT INTO payments (id, invoice_id, amount, reference, paid_at, taken_by)
                   VALUES ($1, $2, 1, 'bare', now(), 'bench')""",
                payment,
                found["id"],
            )
            await conn.execute("UPDATE invoices SET paid = paid + 1 WHERE id = $1", found["id"])
            await conn.execute(
                """INSERT INTO outbox (event_id, workflow_id, signal, payload, state)
                   VALUES ($1, 'bench', 'invoice_paid', '{}', 'delivered')""",
                f"payment:{payment}",
            )
    took = time.perf_counter() - begun
    await conn.close()
    return took


async def main(invoices: int, count: int) -> None:
    """Print the figures."""
    content = statement(1, count)
    begun = time.perf_counter()
    table.parse(content, mapping=None, account="UA0", currency="UAH")
    parsed = time.perf_counter() - begun
    async with running_stack({}) as stack:
        conn = await asyncpg.connect(stack.dsn("account_mgmt"))
        await conn.execute("SET statement_timeout = 0")
        await conn.execute(FILL, invoices)
        await conn.execute("ANALYZE")
        await conn.close()
        small = [(await post(stack, statement(count + 1 + n, 1)))[0] * 1000 for n in range(SMALL)]
        answered, took, states = await post(stack, content)
        _, again, known = await post(stack, content)
        limit = await bare(stack.dsn("account_mgmt"), states["matched"])
        for entries in (20_000, 60_000):
            told = await memory(stack, camt(entries, "UA5550"), account="UA5550")
            print(f"camt.053, 53 MB, {entries:,} entries: {told}")
    print(f"{count:,} transfers, {invoices:,} open invoices; reading the file alone takes {parsed:.2f} s")
    print(f"answered in {answered:.2f} s; booked: {took:.1f} s, {count / took:,.0f} transfers a second; {states}")
    print(f"the same file again: {again:.1f} s; {known}")
    print(f"bare payments of {states['matched']:,} invoices: {limit:.1f} s; all / bare {took / limit:.1f}")
    print(line("a statement with one transfer", small))


if __name__ == "__main__":
    asyncio.run(main(INVOICES, int(sys.argv[1]) if len(sys.argv) > 1 else TRANSFERS))

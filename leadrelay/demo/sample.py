"""The bundled sample: about 2,000 freight-shipping companies in Ukraine, shaped like a HubSpot export.

`python -m leadrelay.demo.sample` writes `data/companies.csv` anew, byte for byte the same on every machine.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from leadrelay.demo.companies import companies
from leadrelay.demo.dirt import spoil

SEED = 20240527
COMPANIES = 1_900
SAMPLE = Path(__file__).parent / "data" / "companies.csv"

HEADERS = (
    "Record ID", "Company name", "First Name", "Last Name", "Phone Number", "Mobile Phone Number", "Email", "City",
    "State/Region", "Industry", "Number of Employees", "Website URL", "Lead Status", "Create Date",
    "Preferred language", "Tax ID",
)  # fmt: skip


def render(seed: int = SEED) -> bytes:
    """Make the whole file: dirty rows under one header, UTF-8 with a byte order mark, as spreadsheets write it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADERS)
    writer.writerows(row.cells() for row in spoil(companies(seed, COMPANIES), seed))
    return text.getvalue().encode("utf-8-sig")


def main() -> None:
    """Write the sample into the package."""
    SAMPLE.parent.mkdir(exist_ok=True)
    SAMPLE.write_bytes(render())
    print(f"{SAMPLE}: {SAMPLE.stat().st_size} bytes")


if __name__ == "__main__":
    main()

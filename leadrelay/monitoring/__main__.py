"""`python -m leadrelay.monitoring` writes the dashboards and the page of metrics anew."""

from __future__ import annotations

from leadrelay.monitoring import dashboards, reference

reference.FILE.write_text(reference.text())
for file in (reference.FILE, *dashboards.write()):
    print(file)

"""What a check prints: for people on 80 columns, for programs as JSON."""

from __future__ import annotations

import textwrap
from typing import Any

from leadrelay.check.findings import Finding
from leadrelay.check.run import Report

WIDTH = 80


def text(report: Report) -> str:
    """A line per check, then each finding and how it is mended."""
    lines = [f"{len(one.findings) or 'ok':>5}  {one.about} ({one.rows:,} compared)" for one in report.checks]
    for finding in report.findings:
        lines += ["", *finding_lines(finding)]
    count = len(report.findings)
    clean = "Nothing that has settled disagrees." if report.moving else "Everything agrees."
    lines += ["", f"{count} disagreement{'' if count == 1 else 's'}" if count else clean]
    if report.moving:
        lines += [f"Not counted: {report.moving} where something is still on its way. Look again for those."]
    return "\n".join(lines)


def finding_lines(finding: Finding) -> list[str]:
    """One finding: what disagrees, and how to mend it."""
    return [*wrapped(finding.says, "  "), *wrapped(f"-> {finding.mend}", "     ")]


def wrapped(words: str, indent: str) -> list[str]:
    """Words on lines of 80 columns. Ids stay whole: people copy them."""
    return textwrap.wrap(
        words,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def as_json(report: Report) -> dict[str, Any]:
    """The same for programs."""
    return {
        "clean": not report.findings,
        "moving": report.moving,
        "checks": [
            {
                "name": one.name,
                "about": one.about,
                "compared": one.rows,
                "findings": [finding_json(finding) for finding in one.findings],
            }
            for one in report.checks
        ],
    }


def finding_json(finding: Finding) -> dict[str, Any]:
    """One finding."""
    repair = finding.repair
    return {
        "check": finding.check,
        "subject": finding.subject,
        "says": finding.says,
        "mend": finding.mend,
        "repair": {"act": repair.act.value, "tier": repair.tier, "subject": repair.subject} if repair else None,
    }

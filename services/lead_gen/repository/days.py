"""Which part of a period is counted from sealed days, and which from the records: the beginning of statements.

In both, $1 and $2 are the period, and `rest` holds the stretches of it that are counted from the records.
"""

from __future__ import annotations

# One statement sees which days are sealed and what they came to at one moment, so a figure never counts a day twice.
_BY_DAYS = """
sealed AS MATERIALIZED (
    SELECT s.day, s.begins, s.ends FROM sealed_days s
     WHERE s.begins >= coalesce($1::timestamptz, '-infinity') AND s.ends <= coalesce($2::timestamptz, 'infinity')
       AND NOT EXISTS (SELECT FROM unsealed_days u WHERE u.day = s.day) AND {which}),
rest AS MATERIALIZED (
    SELECT lower(part) AS begins, upper(part) AS ends
      FROM unnest(tstzmultirange(tstzrange(coalesce($1::timestamptz, '-infinity'),
                                           greatest($1::timestamptz, coalesce($2::timestamptz, 'infinity'))))
                  - coalesce((SELECT range_agg(tstzrange(begins, ends)) FROM sealed), tstzmultirange())) AS part)"""
BY_DAYS = _BY_DAYS.format(which="true")
# What leads did before their period is known by days, so it must begin with one. $3 is the campaign.
BY_DAYS_OF_LEADS = _BY_DAYS.format(
    which="($1::timestamptz IS NULL OR $1::timestamptz = house_midnight(house_day($1))) AND $3::uuid IS NULL"
)
FROM_RECORDS = """
rest AS MATERIALIZED (
    SELECT coalesce($1::timestamptz, '-infinity') AS begins, coalesce($2::timestamptz, 'infinity') AS ends)"""

# Days of the house, each with the part of it that is in `rest`, from the first record on.
PARTS_OF_DAYS = """
known AS MATERIALIZED (
    SELECT coalesce(least((SELECT min(at) FROM calls), (SELECT min(signed_on_at) FROM shifts)), now()) AS first,
           greatest((SELECT max(at) FROM calls), now()) AS last),
bounds AS MATERIALIZED (
    SELECT house_day(greatest(r.begins, known.first)) + n AS day,
           greatest(r.begins, house_midnight(house_day(greatest(r.begins, known.first)) + n)) AS begins,
           least(r.ends, house_midnight(house_day(greatest(r.begins, known.first)) + n + 1)) AS ends
      FROM rest r CROSS JOIN known
     CROSS JOIN LATERAL generate_series(0, house_day(least(r.ends, known.last))
                                           - house_day(greatest(r.begins, known.first))) n)"""

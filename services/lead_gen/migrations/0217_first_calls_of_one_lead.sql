-- For a database that had 0212 in its first text: what the first calls of one lead are is asked for that lead alone, by an
-- index. As grouping sets they were made of the calls of all leads first, at each call that was reported.
CREATE OR REPLACE VIEW lead_first_calls AS
SELECT lead_id, true AS whole, NULL::uuid AS campaign_id, min(at) AS at,
       min(at) FILTER (WHERE outcome IN ('callback', 'do_not_call', 'hard_question', 'interested', 'not_interested'))
           AS reached_at
  FROM calls GROUP BY lead_id
UNION ALL
SELECT lead_id, false, campaign_id, min(at),
       min(at) FILTER (WHERE outcome IN ('callback', 'do_not_call', 'hard_question', 'interested', 'not_interested'))
  FROM calls GROUP BY lead_id, campaign_id;

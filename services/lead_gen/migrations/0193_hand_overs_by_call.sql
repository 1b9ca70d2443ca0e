-- The same figures as before, asked of one call at a time, so that a report of a month reads the calls of that month.
-- It was one statement over every call there is.
-- Who handed which lead over, and what tier 2 made of it: the one definition of these figures in every report.
-- A lead counts once: by the last call that handed it over before tier 2 first accepted it, or by the last one of all
-- while nobody has. `accepted_at` and `won_at` are the first such news since; news of a lead that no call handed over
-- (it called us) counts for nobody.
CREATE OR REPLACE VIEW lead_hand_overs AS
SELECT c.id AS call_id, c.lead_id, c.campaign_id, c.caller, c.outcome, c.script_id, c.shift_id, c.path, c.at,
       a.at AS accepted_at, w.at AS won_at
  FROM calls c
 CROSS JOIN LATERAL (
       SELECT min(h.at) AS at FROM lead_history h
        WHERE h.lead_id = c.lead_id AND h.stage = 'accepted'
          AND h.at >= (SELECT min(b.at) FROM calls b
                        WHERE b.lead_id = c.lead_id AND b.outcome IN ('interested', 'hard_question'))) a
 CROSS JOIN LATERAL (
       SELECT min(h.at) AS at FROM lead_history h
        WHERE h.lead_id = c.lead_id AND h.stage = 'won' AND h.at >= c.at) w
 WHERE c.outcome IN ('interested', 'hard_question') AND (a.at IS NULL OR c.at <= a.at)
   AND NOT EXISTS (
       SELECT FROM calls l
        WHERE l.lead_id = c.lead_id AND l.outcome IN ('interested', 'hard_question')
          AND (l.at, l.id) > (c.at, c.id) AND (a.at IS NULL OR l.at <= a.at));

-- Who handed which lead over, and what tier 2 made of it: the one definition of these figures in every report.
-- A lead counts once: by the last call that handed it over before tier 2 first accepted it, or by the last one of all
-- while nobody has. `accepted_at` and `won_at` are the first such news since; news of a lead that no call handed over
-- (it called us) counts for nobody.
CREATE VIEW lead_hand_overs AS
WITH handing AS (
    SELECT id, lead_id, campaign_id, caller, outcome, script_id, shift_id, path, at FROM calls
     WHERE outcome IN ('interested', 'hard_question')),
began AS (SELECT lead_id, min(at) AS at FROM handing GROUP BY lead_id),
accepted AS (
    SELECT h.lead_id, min(h.at) AS at FROM lead_history h JOIN began b ON b.lead_id = h.lead_id AND h.at >= b.at
     WHERE h.stage = 'accepted' GROUP BY h.lead_id),
credited AS (
    SELECT DISTINCT ON (c.lead_id) c.*, a.at AS accepted_at
      FROM handing c LEFT JOIN accepted a ON a.lead_id = c.lead_id
     WHERE a.at IS NULL OR c.at <= a.at ORDER BY c.lead_id, c.at DESC, c.id DESC),
won AS (
    SELECT h.lead_id, min(h.at) AS at FROM lead_history h JOIN credited c ON c.lead_id = h.lead_id AND h.at >= c.at
     WHERE h.stage = 'won' GROUP BY h.lead_id)
SELECT c.id AS call_id, c.lead_id, c.campaign_id, c.caller, c.outcome, c.script_id, c.shift_id, c.path, c.at,
       c.accepted_at, w.at AS won_at
  FROM credited c LEFT JOIN won w ON w.lead_id = c.lead_id;

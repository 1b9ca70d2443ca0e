-- Answers to workflows are forgotten when no retry can ask for them any more.
CREATE INDEX effects_at ON effects (at);

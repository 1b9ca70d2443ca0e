-- The trace in which a row was written (W3C traceparent), so that its delivery belongs to it; none while traces are off.
ALTER TABLE outbox ADD COLUMN trace text;

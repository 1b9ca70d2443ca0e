-- When a mail went out and when it was taken back are two facts: whoever takes back what is on its way may be too late.
ALTER TABLE mails
    ADD COLUMN sent_at       timestamptz,
    ADD COLUMN withdrawn_at  timestamptz,
    ADD COLUMN withdrawn_why text;
UPDATE mails SET sent_at = closed_at WHERE state IN ('sent', 'bounced');
UPDATE mails SET withdrawn_at = closed_at WHERE state = 'withdrawn';

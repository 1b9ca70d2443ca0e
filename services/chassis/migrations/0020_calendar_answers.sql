-- What a calendar program answered to an invitation: yes, maybe, no, or another time.
ALTER TABLE inbound_mails ADD COLUMN calendar jsonb;

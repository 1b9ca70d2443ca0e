-- An order may say which sale it corrects; and what happened is read by customer, for any of their orders may correct one.
ALTER TABLE commission_events ADD COLUMN corrects uuid;

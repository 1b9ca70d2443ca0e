-- Whether the customer comes to a meeting, as their calendar answered the invitation.
ALTER TABLE meetings ADD COLUMN customer_answer jsonb;

-- no-transaction
-- What reports count of the leads that were called before (0212).
CALL count_all_leads();

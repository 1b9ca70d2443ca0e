-- The order whose invoice an order writes anew: it was wholly credited or cancelled. Each is written anew once.
ALTER TABLE orders ADD COLUMN corrects uuid REFERENCES orders;

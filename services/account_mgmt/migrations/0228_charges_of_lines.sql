-- What comes on top of one line, such as freight of these goods alone: in its net. Lines from before have none.

ALTER TABLE order_lines ADD COLUMN charges jsonb NOT NULL DEFAULT '[]';

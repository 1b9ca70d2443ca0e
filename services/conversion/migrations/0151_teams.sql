-- Teams of managers: whoever is in one sees its deals. Without teams everybody of the tier is one.
ALTER TABLE managers ADD COLUMN team text;

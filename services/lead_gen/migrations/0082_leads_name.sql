-- Takes the old one's place and its name, by which imports of processes of before know it.
DROP INDEX leads_name;
ALTER INDEX leads_letters RENAME TO leads_name;

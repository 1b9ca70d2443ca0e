-- The Ukrainian mails an installation began with glued the name to the greeting.
UPDATE templates SET body = replace(body, 'Добрий день{{contact_name|}}!', 'Добрий день, {{contact_name}}!')
 WHERE created_by = 'seed' AND language = 'uk';

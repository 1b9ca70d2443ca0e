-- Names as they are sought: letters of any alphabet in use here as one small Latin letter each, apostrophes and soft signs
-- left out. Trigrams know no letters but those of the database's locale, which may be C, and so found no other name.
-- No function of one expression, and a high cost: a seq scan that folds every name takes a second, the index milliseconds.
CREATE OR REPLACE FUNCTION folded_name(name text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 10000 AS $$
BEGIN
    RETURN translate(
        lower(name),
        'абвгґдеёєжзиіїйклмнопрстуфхцчшщыэюяў'
        || 'АБВГҐДЕЁЄЖЗИІЇЙКЛМНОПРСТУФХЦЧШЩЫЭЮЯЎ'
        || 'áàâäãåāąéèêëēęěėíìîïīįóòôöõőúùûüūůűųýçćčďģķļĺľñńňņŕřśšşťţžźżğßæøłđıœșț'
        || 'ÁÀÂÄÃÅĀĄÉÈÊËĒĘĚĖÍÌÎÏĪĮÓÒÔÖÕŐÚÙÛÜŪŮŰŲÝÇĆČĎĢĶĻĹĽÑŃŇŅŔŘŚŠŞŤŢŽŹŻĞÆØŁĐŒȘȚ'
        || 'ьъЬЪ’ʼ`''',
        'abvggdeeezzyiijklmnoprstufhccssyeuau'
        || 'abvggdeeezzyiijklmnoprstufhccssyeuau'
        || 'aaaaaaaaeeeeeeeeiiiiiioooooouuuuuuuuycccdgklllnnnnrrsssttzzzgsaoldiost'
        || 'aaaaaaaaeeeeeeeeiiiiiioooooouuuuuuuuycccdgklllnnnnrrsssttzzzgaoldost');
END $$;

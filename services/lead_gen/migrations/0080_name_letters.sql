-- Companies by a part of their name, whatever the database's locale. Where it is C, pg_trgm knows no letters but those
-- of English, so every other letter is written as one it knows; whoever searches compares the names themselves, too.
CREATE FUNCTION name_letters(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN translate(lower(said COLLATE pg_c_utf8),
    'абвгґдеєёжзиіїйклмнопрстуфхцчшщьюяыэъąćęłńóśźżáčďéěíňřšťúůýžäöüß’ʼ‘ʹ′`´＇',
    'abvhgdeeejzyiiiklmnoprstufxccssqyqyeqacelnoszzacdeeinrstuuyzaous''''''''''''''''');

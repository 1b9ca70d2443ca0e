-- What the deal board asks for all day long: my deals by stage in the order of their next steps, and finding a deal.

CREATE INDEX deals_board_mine ON deals (owner, stage, next_action_at, id)
    WHERE stage IN ('accepted', 'informing', 'qualified', 'meeting', 'offer', 'negotiating');
CREATE INDEX deals_board_all ON deals (stage, next_action_at, id)
    WHERE stage IN ('accepted', 'informing', 'qualified', 'meeting', 'offer', 'negotiating');
CREATE INDEX deals_standing ON deals (stage, stage_since)
    WHERE stage IN ('accepted', 'informing', 'qualified', 'meeting', 'offer', 'negotiating');
-- A week of somebody's calendar, also one that is long past.
CREATE INDEX meetings_calendar ON meetings (manager, starts_at);
-- Offers that were answered a moment ago fade on the pages of those who still see them.
CREATE INDEX hand_overs_answered ON hand_overs (answered_at) WHERE answered_at IS NOT NULL;

-- Words by which a deal is found: those of its company and its numbers, in small letters whatever the database's locale.
CREATE FUNCTION small_letters(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT lower(translate(said, 'АБВГҐДЕЄЁЖЗИІЇЙКЛМНОПРСТУФХЦЧШЩЬЮЯЫЭЪĄĆĘŁŃÓŚŹŻÁČĎÉĚÍŇŘŠŤÚŮÝŽÄÖÜ',
                                 'абвгґдеєёжзиіїйклмнопрстуфхцчшщьюяыэъąćęłńóśźżáčďéěíňřšťúůýžäöü'))
$$;

CREATE FUNCTION deal_words_of(card jsonb) RETURNS SETOF text LANGUAGE sql IMMUTABLE AS $$
    SELECT DISTINCT left(word, 60)
      FROM regexp_split_to_table(small_letters(card ->> 'company'), '[\s"«»“”„’''`()\[\].,;:/\\&+_-]+') word
     WHERE word <> ''
    UNION
    SELECT digits FROM jsonb_array_elements_text(coalesce(card -> 'phones', '[]')) phone,
                       LATERAL (VALUES (regexp_replace(phone, '\D', '', 'g')),
                                       (right(regexp_replace(phone, '\D', '', 'g'), 9))) numbers (digits)
     WHERE digits <> ''
$$;

CREATE TABLE deal_words (
    word    text COLLATE "C" NOT NULL,
    deal_id uuid NOT NULL REFERENCES deals ON DELETE CASCADE,
    PRIMARY KEY (deal_id, word)
);
INSERT INTO deal_words (word, deal_id) SELECT word, id FROM deals, deal_words_of(contact) word;
CREATE INDEX deal_words_word ON deal_words (word, deal_id);

CREATE FUNCTION keep_deal_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.contact = NEW.contact THEN RETURN NULL; END IF;
        DELETE FROM deal_words WHERE deal_id = NEW.id;
    END IF;
    INSERT INTO deal_words (word, deal_id) SELECT word, NEW.id FROM deal_words_of(NEW.contact) word;
    RETURN NULL;
END $$;
CREATE TRIGGER deals_words AFTER INSERT OR UPDATE OF contact ON deals FOR EACH ROW EXECUTE FUNCTION keep_deal_words();

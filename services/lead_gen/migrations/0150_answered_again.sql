-- Which question an instruction answers, so that the next answer to it becomes its next version. Instructions from before
-- are found by the words of the answer they were made of.
ALTER TABLE instructions ADD COLUMN question_key text;
CREATE UNIQUE INDEX instructions_question ON instructions (question_key) WHERE archived_at IS NULL;
CREATE INDEX answers_lead ON answers (lead_id);
CREATE INDEX answers_instruction ON answers (instruction_id) WHERE instruction_id IS NOT NULL;

-- How far the waiting for a clinician has come. A reminder carries a new link, so it opens a new question that goes
-- on from the one before.

ALTER TABLE clinician_questions
    ADD COLUMN first_asked_at timestamptz, -- of the first question to this clinician; none: asked_at
    ADD COLUMN reminders      integer NOT NULL DEFAULT 0,
    ADD COLUMN escalated_at   timestamptz; -- when the RDBM was told

CREATE INDEX clinician_questions_open ON clinician_questions (expires_at) WHERE state = 'open';

-- What leaves the house, on paper and by e-mail, and who looked at it.

-- A letter is typeset once and never made again differently: its hash proves it.
CREATE TABLE letters (
    id                 uuid PRIMARY KEY,
    kind               text NOT NULL, -- approval, withdrawal, mode_confirmation, pack, ...
    title              text NOT NULL, -- names no patient
    contact_request_id uuid REFERENCES contact_requests,
    study_id           uuid REFERENCES studies,
    patient_id         uuid REFERENCES patients,
    pdf                bytea NOT NULL, -- sealed
    sha256             text NOT NULL,  -- of the PDF in clear
    made_at            timestamptz NOT NULL,
    state              text NOT NULL CHECK (state IN ('to_print', 'printed', 'posted', 'not_for_post')),
    state_changed_at   timestamptz NOT NULL,
    state_changed_by   uuid,
    rdbm_may_view      boolean NOT NULL -- false for a pack that the clinician hands over (answer A)
);

CREATE INDEX letters_by_request ON letters (contact_request_id);
CREATE INDEX letters_queue ON letters (state, made_at);

-- What was asked of the mailer, and what it told since. Neither address nor text.
CREATE TABLE outgoing_mails (
    email_id           uuid PRIMARY KEY,
    kind               text NOT NULL, -- clinician_question, approval, withdrawal, rdbm_notice, ...
    contact_request_id uuid REFERENCES contact_requests,
    letter_id          uuid REFERENCES letters,
    recipient_role     text NOT NULL CHECK (recipient_role IN ('clinician', 'researcher', 'rdbm')),
    asked_at           timestamptz NOT NULL,
    state              text NOT NULL CHECK (state IN ('queued', 'sent', 'deferred', 'refused', 'doubtful', 'stopped')),
    reason             text NOT NULL DEFAULT '', -- a word of the mailer's, such as smtp_451
    changed_at         timestamptz NOT NULL
);

CREATE INDEX outgoing_mails_by_request ON outgoing_mails (contact_request_id, asked_at);
CREATE INDEX outgoing_mails_failed ON outgoing_mails (changed_at) WHERE state IN ('refused', 'doubtful');

-- Who saw which identity, and for what. Never changed, never deleted.
CREATE TABLE identity_views (
    id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at                 timestamptz NOT NULL,
    user_id            uuid, -- none for a clinician behind a link
    who                text NOT NULL,
    what               text NOT NULL, -- letter, consent_mode, clinician_question, pack
    purpose            text NOT NULL,
    contact_request_id uuid,
    patient_id         uuid,
    letter_id          uuid
);

CREATE TRIGGER identity_views_append_only BEFORE UPDATE OR DELETE ON identity_views
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

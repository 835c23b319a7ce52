-- What clinicians and patients are asked, and what they answer.

CREATE TABLE clinician_questions (
    id                 uuid PRIMARY KEY,
    contact_request_id uuid NOT NULL REFERENCES contact_requests,
    token_hash         bytea NOT NULL UNIQUE, -- SHA-256 of the link's token, which is nowhere stored
    recipient          bytea NOT NULL,        -- sealed JSON: the clinician who was asked
    email_id           uuid,                  -- the newest e-mail with this link
    state              text NOT NULL CHECK (state IN ('open', 'answered', 'expired', 'withdrawn', 'replaced')),
    asked_at           timestamptz NOT NULL,
    expires_at         timestamptz NOT NULL,
    -- The answer.
    answer             text CHECK (answer IN ('R', 'A', 'B', 'C', 'D', 'not_mine')),
    reason             bytea, -- sealed: free text
    signed_name        bytea, -- sealed: as typed
    answered_at        timestamptz,
    CHECK ((state = 'answered') = (answer IS NOT NULL))
);

-- A newer question replaces the one before: a request never has two links that work.
CREATE UNIQUE INDEX clinician_questions_one_open ON clinician_questions (contact_request_id) WHERE state = 'open';
CREATE INDEX clinician_questions_by_request ON clinician_questions (contact_request_id, asked_at);

-- One row from the moment that a pack is on its way to the patient.
CREATE TABLE patient_responses (
    contact_request_id                    uuid PRIMARY KEY REFERENCES contact_requests,
    state                                 text NOT NULL CHECK (state IN ('awaited', 'yes', 'no', 'no_answer', 'closed')),
    awaited_since                         timestamptz NOT NULL,
    recorded_at                           timestamptz,
    recorded_by                           uuid,
    recorded_by_name                      text NOT NULL DEFAULT '',
    signed_by_patient                     boolean NOT NULL DEFAULT false,
    otherwise_authorised_by_patient       boolean NOT NULL DEFAULT false,
    under16_signed_by_parent              boolean NOT NULL DEFAULT false,
    under16_signed_by_clinician           boolean NOT NULL DEFAULT false,
    lack_capacity_signed_by_representative boolean NOT NULL DEFAULT false,
    lack_capacity_signed_by_clinician     boolean NOT NULL DEFAULT false
);

CREATE INDEX patient_responses_awaited ON patient_responses (awaited_since) WHERE state = 'awaited';

-- What a clinician's answer earns for charity: the primary key lets each request earn it once.
CREATE TABLE charity (
    contact_request_id uuid PRIMARY KEY REFERENCES contact_requests,
    amount_pence       bigint NOT NULL CHECK (amount_pence >= 0),
    accrued_at         timestamptz NOT NULL
);

CREATE TABLE charity_payments (
    id           uuid PRIMARY KEY,
    payee        text NOT NULL,
    amount_pence bigint NOT NULL CHECK (amount_pence > 0),
    paid_at      timestamptz NOT NULL,
    recorded_by  uuid NOT NULL
);

-- What the bus needs in every service's own database.

-- Messages that this service publishes; written in the transaction that makes them true. Payloads stay for the back-up
-- interval, so that a lost stream can be published again.
CREATE TABLE outbox (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id     uuid NOT NULL UNIQUE,
    stream       text NOT NULL,
    subject      text NOT NULL, -- without the namespace
    headers      jsonb NOT NULL,
    body         bytea NOT NULL, -- sealed where the message is a command
    created_at   timestamptz NOT NULL,
    published_at timestamptz,
    attempts     integer NOT NULL DEFAULT 0,
    last_error   text NOT NULL DEFAULT ''
);

CREATE INDEX outbox_unpublished ON outbox (id) WHERE published_at IS NULL;
CREATE INDEX outbox_published ON outbox (published_at) WHERE published_at IS NOT NULL;

-- Messages whose effect stands in this database. `done_at` is written in the transaction of the effect; attempts are
-- counted here because the broker forgets deliveries over a crash.
CREATE TABLE inbox (
    consumer   text NOT NULL,
    event_id   uuid NOT NULL,
    attempts   integer NOT NULL DEFAULT 0,
    first_seen timestamptz NOT NULL,
    done_at    timestamptz,
    outcome    text NOT NULL DEFAULT '', -- done, parked; empty while open
    last_error text NOT NULL DEFAULT '',
    PRIMARY KEY (consumer, event_id)
);

-- Messages to be handled again much later: the broker need not hold them meanwhile.
CREATE TABLE due_messages (
    consumer text NOT NULL,
    event_id uuid NOT NULL,
    due_at   timestamptz NOT NULL,
    subject  text NOT NULL,
    headers  jsonb NOT NULL,
    body     bytea NOT NULL, -- as it came, sealed where it was
    PRIMARY KEY (consumer, event_id)
);

CREATE INDEX due_messages_by_time ON due_messages (due_at);

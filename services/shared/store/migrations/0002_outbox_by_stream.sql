-- The relay takes rows stream by stream, so that a stream that is full does not hold up the others.
CREATE INDEX outbox_waiting ON outbox (stream, id) WHERE published_at IS NULL;
DROP INDEX outbox_unpublished;

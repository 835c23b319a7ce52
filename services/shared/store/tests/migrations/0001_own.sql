-- A service's own first migration: the same version as the first one of the messaging tables.
CREATE TABLE own (id bigint PRIMARY KEY);

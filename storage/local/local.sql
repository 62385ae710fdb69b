-- SPDX-License-Identifier: Apache-2.0
-- local.db, version 1: see local.h. Times are microseconds since 1970-01-01 UTC.
CREATE TABLE person (
    number TEXT PRIMARY KEY,                   -- 6 digits, also on the badge
    name   TEXT NOT NULL,
    roles  INTEGER NOT NULL,                   -- bits of ui/http/role.h
    active INTEGER NOT NULL CHECK (active IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE TABLE secret (
    person        TEXT PRIMARY KEY,
    hash          TEXT,                        -- argon2id in libsodium's own text form
    failed        INTEGER NOT NULL DEFAULT 0,  -- wrong tries in a row
    not_before_us INTEGER NOT NULL DEFAULT 0   -- tries before are not looked at
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
    digest   TEXT PRIMARY KEY,                 -- SHA-256 of the cookie; the cookie itself is nowhere
    person   TEXT NOT NULL,
    csrf     TEXT NOT NULL,
    begun_us INTEGER NOT NULL,
    seen_us  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_person ON session (person);

CREATE TABLE answer (
    person   TEXT NOT NULL,
    key      TEXT NOT NULL,                    -- Idempotency-Key
    request  TEXT NOT NULL,                    -- SHA-256 of method, path and body
    status   INTEGER NOT NULL,
    type     TEXT NOT NULL,
    body     BLOB NOT NULL,
    given_us INTEGER NOT NULL,
    PRIMARY KEY (person, key)
) STRICT;
CREATE INDEX answer_given ON answer (given_us);

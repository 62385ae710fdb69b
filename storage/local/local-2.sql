-- SPDX-License-Identifier: Apache-2.0
-- local.db, version 2: the machine's own settings, and what waits for a printer (print_jobs.h).
CREATE TABLE setting (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE print_job (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    printer  TEXT NOT NULL,
    title    TEXT NOT NULL,
    type     TEXT NOT NULL,              -- media type of the file
    file     TEXT NOT NULL,              -- below the data folder
    copies   INTEGER NOT NULL,
    "case"   TEXT,
    document INTEGER NOT NULL,           -- 统一编号; 0: no paper of a case
    reprint  INTEGER NOT NULL,
    state    TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'printed', 'cancelled')),
    remote   INTEGER NOT NULL DEFAULT 0, -- the printer's own number of it
    problem  TEXT NOT NULL DEFAULT '',   -- token of the printer's state at the last try
    made_us  INTEGER NOT NULL,
    done_us  INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX print_job_open ON print_job (id) WHERE state IN ('waiting', 'sent');

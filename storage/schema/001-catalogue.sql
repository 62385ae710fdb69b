-- SPDX-License-Identifier: Apache-2.0
--
-- The catalogue: an index of the journal. Every row of every table here follows from the records
-- (with secrets/ and defs/) alone, so `anjuan rebuild` makes it again, equal row by row.
-- Instants are RFC 3339 UTC texts; dates are local dates of the hall; numbers of cases are the
-- bare 24 digits. No clock, no random, no rowid in a row.
--
-- A row holds what questions choose and order by; the rest is read from its record, which `leaf`
-- finds in the journal: ten million pages have to fit into 4 GB. In every table but `cases`,
-- "case" is cases.id. `seq` is the number of a record.

-- How far the journal is applied, and where its next record will stand.
--   applied   number of records applied = seq of the next one
--   offset    byte offset behind the last applied record in its segment
--   last_leaf leaf hash of the last applied record (hex), '' at the start
--   last_t    its instant: a record's time never goes back
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value ANY
) STRICT, WITHOUT ROWID;

-- The leaf hash of every record (RFC 6962): damage of the journal shows even above the last
-- signed checkpoint. `at` is the record's byte offset in its segment.
CREATE TABLE leaf (
    seq INTEGER PRIMARY KEY,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    at INTEGER NOT NULL
) STRICT;

-- Roots of complete subtrees of 2^level leaves, level 8, 16 …: what proofs are made from.
CREATE TABLE node (
    level INTEGER NOT NULL,
    idx INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (level, idx)
) STRICT, WITHOUT ROWID;

-- One line per record: what happened, for timelines and for the screens that follow along. When it
-- was, who did it and what it says stand in the record.
CREATE TABLE event (
    seq INTEGER PRIMARY KEY,
    act TEXT NOT NULL,
    "case" INTEGER,
    key TEXT,             -- the fields that questions choose by (catalog_apply.c), JSON
    secret TEXT           -- what a step keeps apart (reasons, names), opened; NULL where nothing is
) STRICT;
CREATE INDEX event_by_case ON event ("case", seq) WHERE "case" IS NOT NULL;
-- Most records are sides; nobody asks for all of them.
CREATE INDEX event_by_act ON event (act, seq) WHERE act <> 'side';

-- What the first record fixed: region, hall, origin of the journal, profile.
CREATE TABLE setting (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Items, departments, profiles, calendars, templates: files in defs/ by digest. The newest row of
-- (kind, code) whose valid_from is not after the day in question is in force on that day.
CREATE TABLE definition (
    kind TEXT NOT NULL,
    code TEXT NOT NULL,
    seq INTEGER NOT NULL,
    digest TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (kind, code, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE cases (
    id INTEGER PRIMARY KEY,    -- seq of the record that opened it
    number TEXT NOT NULL,      -- 24 digits
    item TEXT NOT NULL,
    item_digest TEXT NOT NULL, -- the checklist of its day
    kind TEXT NOT NULL,        -- management kind of the rule profile
    state TEXT NOT NULL,
    window TEXT NOT NULL,
    day TEXT NOT NULL,    -- YYMMDD of the number
    serial INTEGER NOT NULL,
    channel TEXT NOT NULL,
    received_at TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    applicant TEXT,      -- NULL once destroyed
    platform_id TEXT,    -- a platform's own 办件编号
    accepted_at TEXT,
    decided_at TEXT,
    decision TEXT,
    ended_at TEXT,
    filed_at TEXT,
    archive_number TEXT,
    version INTEGER NOT NULL -- seq of the last record that touched the case
) STRICT;
CREATE UNIQUE INDEX case_by_number ON cases (number);
CREATE UNIQUE INDEX case_serial ON cases (window, day, serial);
CREATE INDEX case_by_state ON cases (state, received_at);
CREATE INDEX case_by_received ON cases (received_at);
CREATE INDEX case_by_name ON cases (applicant) WHERE applicant IS NOT NULL;
CREATE UNIQUE INDEX case_by_archive ON cases (archive_number) WHERE archive_number IS NOT NULL;
CREATE INDEX case_by_platform ON cases (platform_id) WHERE platform_id IS NOT NULL;

-- Declared fields of a case: what the applicant wrote that checks compare. Personal: from secrets/.
CREATE TABLE field (
    "case" INTEGER NOT NULL REFERENCES cases (id),
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY ("case", name)
) STRICT, WITHOUT ROWID;

-- Documents: one running number a case over families A (handed in), B (on the way), C (results).
-- A number is never used again; a document taken back stays as 'void' with its reason.
CREATE TABLE document (
    "case" INTEGER NOT NULL REFERENCES cases (id),
    number INTEGER NOT NULL,
    family TEXT NOT NULL CHECK (family IN ('A', 'B', 'C')),
    code TEXT NOT NULL,  -- slot (A01) or paper kind (receipt, supplement …)
    title TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'void')),
    reason TEXT,         -- of the void
    made_at TEXT NOT NULL,
    paper_number TEXT,   -- 文书编号
    copies INTEGER NOT NULL,
    originals INTEGER NOT NULL,
    kept INTEGER NOT NULL CHECK (kept IN (0, 1)), -- 留存 1, 退还 0
    reprints INTEGER NOT NULL DEFAULT 0,
    file TEXT,           -- the issued paper, path below the data folder
    sha256 BLOB,
    sha512 BLOB,
    bytes INTEGER,
    position INTEGER,    -- 顺序号, fixed when filed
    first_page INTEGER,  -- 页号, fixed when filed
    pages INTEGER,
    PRIMARY KEY ("case", number)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_by_paper ON document (paper_number) WHERE paper_number IS NOT NULL;

-- A batch is one run of a feeder or one import; its id is the seq of its first record.
CREATE TABLE batch (
    id INTEGER PRIMARY KEY,
    station TEXT NOT NULL,
    "case" INTEGER,
    device TEXT NOT NULL,
    opened_at TEXT NOT NULL,
    closed_at TEXT,
    duplex INTEGER NOT NULL,
    declared INTEGER,    -- sheets the clerk or a separator set announced
    received INTEGER,    -- images received
    counted INTEGER,     -- the device's own sheet counter
    stored INTEGER,      -- sides stored
    reason TEXT          -- why it ended: done, or the fault
) STRICT;

-- One image of one side of a fed sheet. `case` and `document` say where it belongs now; both NULL
-- is the tray (待归件), document NULL a side of a case not yet in a document. What the page pass found,
-- the media type and the SHA-512 stand in the record.
CREATE TABLE side (
    batch INTEGER NOT NULL REFERENCES batch (id),
    sheet INTEGER NOT NULL,
    side TEXT NOT NULL CHECK (side IN ('a', 'b')),
    state TEXT NOT NULL CHECK (state IN ('stored', 'unread', 'void')),
    blank INTEGER NOT NULL CHECK (blank IN (0, 1)),
    role TEXT NOT NULL, -- page | separator | receipt | command: what the sheet turned out to be
    file TEXT,
    bytes INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    source TEXT,        -- name of the imported file
    "case" INTEGER,
    document INTEGER,
    place INTEGER NOT NULL, -- order inside the document
    turn INTEGER NOT NULL,  -- view rotation in degrees; the stored bytes are never turned
    reason TEXT,            -- of unread or void, or why it waits in the tray
    page_number INTEGER,    -- 页号, fixed when filed
    seq INTEGER NOT NULL,   -- of the record that stored it
    PRIMARY KEY (batch, sheet, side)
) STRICT, WITHOUT ROWID;
CREATE INDEX side_by_document ON side ("case", document, place);
CREATE INDEX side_in_tray ON side (batch) WHERE "case" IS NULL AND state <> 'void';

-- Every code read on a side, ours or foreign.
CREATE TABLE code (
    batch INTEGER NOT NULL,
    sheet INTEGER NOT NULL,
    side TEXT NOT NULL,
    n INTEGER NOT NULL,
    symbology TEXT NOT NULL,
    text TEXT NOT NULL,
    box TEXT NOT NULL, -- x,y,w,h in pixels
    rung TEXT NOT NULL,
    PRIMARY KEY (batch, sheet, side, n)
) STRICT, WITHOUT ROWID;

-- What a person or a step decided about a slot: exempt, later, promised, na, or ticks.
CREATE TABLE slot (
    "case" INTEGER NOT NULL REFERENCES cases (id),
    slot TEXT NOT NULL,
    what TEXT NOT NULL, -- exempt | later | promised | na | original | seal | signature | scope | defect …
    value TEXT NOT NULL,
    actor TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY ("case", slot, what)
) STRICT, WITHOUT ROWID;

-- Bundles that left the house, by the seq of their record; bytes and sha256 are NULL until the
-- bundle was written whole.
CREATE TABLE bundle (
    seq INTEGER PRIMARY KEY,
    t TEXT NOT NULL,
    format TEXT NOT NULL,
    name TEXT NOT NULL,
    manifest TEXT NOT NULL, -- sha512:<hex> of manifest-sha512.txt; of volumes each, by blanks
    bytes INTEGER,
    sha256 BLOB,
    cases INTEGER NOT NULL
) STRICT;
CREATE TABLE bundle_case (
    seq INTEGER NOT NULL REFERENCES bundle (seq),
    "case" INTEGER NOT NULL REFERENCES cases (id),
    PRIMARY KEY (seq, "case")
) STRICT, WITHOUT ROWID;

-- Names: prefixes by the index on cases, inner two characters by bigrams (most Chinese queries
-- have two), three and more by trigrams, whose texts are those of `cases`.
CREATE TABLE name_bigram (
    bigram TEXT NOT NULL,
    "case" INTEGER NOT NULL,
    PRIMARY KEY (bigram, "case")
) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE name_trigram USING fts5 (applicant, content = 'cases', content_rowid = 'id',
    columnsize = 0, tokenize = 'trigram');

-- SPDX-License-Identifier: Apache-2.0
--
-- How what was taken in is kept: legal holds, and the end of retention.

-- A legal hold, by the seq of the record that set it. Nothing of a case leaves or is destroyed
-- while one of its holds is not lifted. The reasons are personal: from secrets/.
CREATE TABLE hold (
    seq INTEGER PRIMARY KEY,
    "case" INTEGER NOT NULL REFERENCES cases (id),
    set_at TEXT NOT NULL,
    set_by TEXT NOT NULL,
    reference TEXT,      -- number of the order it rests on
    reason TEXT NOT NULL,
    lifted_at TEXT,
    lifted_by TEXT,
    lifted_why TEXT
) STRICT;
CREATE INDEX hold_by_case ON hold ("case", seq);
CREATE INDEX hold_open ON hold (seq) WHERE lifted_at IS NULL;

-- A case at the end of its retention, by the seq of the record that says so. What it held is gone;
-- its row, its numbers and its proofs stay. done_at is NULL until every file of it is erased.
CREATE TABLE destruction (
    "case" INTEGER PRIMARY KEY REFERENCES cases (id),
    seq INTEGER NOT NULL,
    t TEXT NOT NULL,
    actor TEXT NOT NULL,
    second TEXT NOT NULL,    -- 监销人
    approval TEXT NOT NULL,  -- number of the approval it rests on
    retention TEXT NOT NULL, -- D10, D30
    due TEXT NOT NULL,       -- day it was due on
    done_at TEXT
) STRICT;

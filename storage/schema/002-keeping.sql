-- SPDX-License-Identifier: Apache-2.0
--
-- How what was taken in is kept: legal holds.

-- A legal hold, by the seq of the record that set it. Nothing of a case leaves or is destroyed
-- while one of its holds is not lifted. The reasons are personal: from secrets/.
CREATE TABLE hold (
    seq INTEGER PRIMARY KEY,
    "case" TEXT NOT NULL REFERENCES cases (number),
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

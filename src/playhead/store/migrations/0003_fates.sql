-- What became of the calls of a replay that was kept: reused, re-asked, new or held back, and why.
-- `recorded` is the number of the call it stands for in the run that was replayed; NULL where it stands for none.

CREATE TABLE fates (
    run INTEGER NOT NULL,
    call INTEGER NOT NULL,
    fate TEXT NOT NULL,
    why TEXT NOT NULL,
    recorded INTEGER,
    seal BLOB NOT NULL,
    PRIMARY KEY (run, call)
) WITHOUT ROWID;

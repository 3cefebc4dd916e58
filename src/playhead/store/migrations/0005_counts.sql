-- How many rows a run, a conversation, a checkpoint namespace and the recording have (`id` is its number, 0 for the
-- recording), and under the hash of its name that a conversation is there: what damage hides is missed.

CREATE TABLE counts (
    kind TEXT NOT NULL,
    id INTEGER NOT NULL,
    data BLOB NOT NULL,
    seal BLOB NOT NULL,
    PRIMARY KEY (kind, id)
) WITHOUT ROWID;

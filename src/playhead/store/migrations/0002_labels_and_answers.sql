-- Business facts said of conversations and runs, and what backtests asked again. Rows are added, never overwritten.

-- The newest of a name counts; `run` is 0 where the whole conversation is meant.
CREATE TABLE labels (
    id INTEGER PRIMARY KEY,
    thread INTEGER NOT NULL,
    run INTEGER NOT NULL,
    name TEXT NOT NULL,
    value INTEGER NOT NULL,
    at REAL NOT NULL,
    seal BLOB NOT NULL
);
CREATE INDEX labels_by_thread ON labels (thread);

-- The journal of an experiment: a question that was paid for is never asked twice.
CREATE TABLE answers (
    experiment TEXT NOT NULL,
    call TEXT NOT NULL,
    thread INTEGER NOT NULL,
    started REAL NOT NULL,
    seconds REAL NOT NULL,
    input_tokens INTEGER,
    output_tokens INTEGER,
    answer INTEGER NOT NULL,
    seal BLOB NOT NULL,
    PRIMARY KEY (experiment, call)
);
CREATE INDEX answers_by_thread ON answers (thread);

-- Which runs used this prompt text is told from the index alone, without opening a run.
CREATE INDEX calls_by_prompt ON calls (prompt, run) WHERE prompt IS NOT NULL;
CREATE INDEX runs_by_started ON runs (started);

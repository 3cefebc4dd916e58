-- The recording: values once under their hash, LangGraph's checkpoints, and runs with their steps and calls.
-- A reference is a vals.id; 0 means "erased", NULL that nothing was recorded. Every row ends with a seal over its other columns.

CREATE TABLE vals (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    kind INTEGER NOT NULL,
    data BLOB NOT NULL,
    seal BLOB NOT NULL
);

CREATE TABLE threads (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    seal BLOB NOT NULL
);

-- One conversation has one space per checkpoint namespace: '' for the graph, 'node:task' for each subgraph.
CREATE TABLE spaces (
    id INTEGER PRIMARY KEY,
    thread INTEGER NOT NULL,
    ns TEXT NOT NULL,
    seal BLOB NOT NULL,
    UNIQUE (thread, ns)
);

CREATE TABLE checkpoints (
    space INTEGER NOT NULL,
    id BLOB NOT NULL,
    parent BLOB,
    data BLOB NOT NULL,
    refs BLOB NOT NULL,
    seal BLOB NOT NULL,
    PRIMARY KEY (space, id)
) WITHOUT ROWID;

CREATE TABLE writes (
    space INTEGER NOT NULL,
    checkpoint BLOB NOT NULL,
    task BLOB NOT NULL,
    special INTEGER NOT NULL,
    path TEXT NOT NULL,
    value INTEGER NOT NULL,
    seal BLOB NOT NULL,
    PRIMARY KEY (space, checkpoint, task, special)
) WITHOUT ROWID;

CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    thread INTEGER NOT NULL,
    graph TEXT NOT NULL,
    cause TEXT NOT NULL,
    status TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    owner TEXT NOT NULL,
    started REAL NOT NULL,
    ended REAL,
    versions INTEGER,
    metadata INTEGER,
    input INTEGER,
    context INTEGER,
    output INTEGER,
    error INTEGER,
    seal BLOB NOT NULL
);
CREATE INDEX runs_by_thread ON runs (thread, id);
CREATE INDEX runs_by_cause ON runs (cause);

CREATE TABLE steps (
    run INTEGER NOT NULL,
    number INTEGER NOT NULL,
    address TEXT NOT NULL,
    place TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    status TEXT NOT NULL,
    started REAL NOT NULL,
    seconds REAL NOT NULL,
    input INTEGER,
    output INTEGER,
    error INTEGER,
    seal BLOB NOT NULL,
    PRIMARY KEY (run, number)
) WITHOUT ROWID;

CREATE TABLE calls (
    run INTEGER NOT NULL,
    number INTEGER NOT NULL,
    step INTEGER NOT NULL,
    address TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    status TEXT NOT NULL,
    started REAL NOT NULL,
    seconds REAL NOT NULL,
    input_tokens INTEGER,
    output_tokens INTEGER,
    request INTEGER,
    response INTEGER,
    prompt INTEGER,
    inputs INTEGER,
    error INTEGER,
    seal BLOB NOT NULL,
    PRIMARY KEY (run, number)
) WITHOUT ROWID;

-- The journal of what touched the world, by cause. Rows are never overwritten by another effect.
CREATE TABLE effects (
    key TEXT PRIMARY KEY,
    thread INTEGER NOT NULL,
    run INTEGER NOT NULL,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    started REAL NOT NULL,
    ended REAL,
    arguments INTEGER,
    result INTEGER,
    seal BLOB NOT NULL
);
CREATE INDEX effects_by_thread ON effects (thread);

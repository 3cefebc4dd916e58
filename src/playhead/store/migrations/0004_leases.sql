-- Who is at work on a conversation, and who waits in line for it: of one thread's rows the lowest that lives is at work.
-- `holder` is machine:process:token; `until` (Unix seconds) is when it counts as gone, unless it says before that it is not.

CREATE TABLE leases (
    id INTEGER PRIMARY KEY,
    thread INTEGER NOT NULL,
    holder TEXT NOT NULL,
    until REAL NOT NULL,
    seal BLOB NOT NULL
);
CREATE INDEX leases_by_thread ON leases (thread, id);

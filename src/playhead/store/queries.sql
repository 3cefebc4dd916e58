-- Every statement of the framework. `table_verb` names it; a SELECT takes whole rows, so that seals can be checked.

-- name: vals_find
SELECT id FROM vals WHERE substr(hash, 1, 5) = substr(:hash, 1, 5) AND hash = :hash

-- name: vals_find_many
SELECT id, hash FROM vals WHERE substr(hash, 1, 5) IN (
    :h0, :h1, :h2, :h3, :h4, :h5, :h6, :h7, :h8, :h9, :h10, :h11, :h12, :h13, :h14, :h15,
    :h16, :h17, :h18, :h19, :h20, :h21, :h22, :h23, :h24, :h25, :h26, :h27, :h28, :h29, :h30, :h31,
    :h32, :h33, :h34, :h35, :h36, :h37, :h38, :h39, :h40, :h41, :h42, :h43, :h44, :h45, :h46, :h47,
    :h48, :h49, :h50, :h51, :h52, :h53, :h54, :h55, :h56, :h57, :h58, :h59, :h60, :h61, :h62, :h63
)

-- name: vals_last
SELECT COALESCE(MAX(id), 0) AS id FROM vals

-- name: vals_add
INSERT INTO vals (id, hash, kind, data, seal) VALUES (:id, :hash, :kind, :data, :seal)

-- name: vals_get
SELECT * FROM vals WHERE id IN (SELECT value FROM json_each(:ids))

-- name: vals_scan
SELECT * FROM vals WHERE id > :after ORDER BY id LIMIT :limit

-- name: vals_between
SELECT * FROM vals WHERE id > :after AND id <= :last ORDER BY id

-- name: vals_delete
DELETE FROM vals WHERE id IN (SELECT value FROM json_each(:ids))

-- name: threads_find
SELECT * FROM threads WHERE name = :name

-- name: threads_get
SELECT * FROM threads WHERE id = :id

-- name: threads_get_many
SELECT * FROM threads WHERE id IN (SELECT value FROM json_each(:ids))

-- name: threads_starting_with
SELECT * FROM threads WHERE name >= :prefix AND name < :below ORDER BY name LIMIT 9

-- name: threads_count
SELECT COUNT(*) AS threads FROM threads

-- name: threads_last
SELECT COALESCE(MAX(id), 0) AS id FROM threads

-- name: threads_add
INSERT INTO threads (id, name, seal) VALUES (:id, :name, :seal)

-- name: threads_rename
UPDATE threads SET name = :name, seal = :seal WHERE id = :id

-- name: threads_delete
DELETE FROM threads WHERE id = :id

-- name: threads_scan
SELECT * FROM threads WHERE id > :after ORDER BY id LIMIT :limit

-- name: spaces_find
SELECT * FROM spaces WHERE thread = :thread AND ns = :ns

-- name: spaces_last
SELECT COALESCE(MAX(id), 0) AS id FROM spaces

-- name: spaces_add
INSERT INTO spaces (id, thread, ns, seal) VALUES (:id, :thread, :ns, :seal)

-- name: spaces_of_thread
SELECT * FROM spaces WHERE thread = :thread ORDER BY id

-- name: spaces_scan
SELECT * FROM spaces WHERE id > :after ORDER BY id LIMIT :limit

-- name: spaces_delete
DELETE FROM spaces WHERE id = :id

-- name: checkpoints_put
INSERT INTO checkpoints (space, id, parent, data, refs, seal) VALUES (:space, :id, :parent, :data, :refs, :seal)
ON CONFLICT (space, id) DO UPDATE
SET parent = excluded.parent, data = excluded.data, refs = excluded.refs, seal = excluded.seal

-- name: checkpoints_get
SELECT * FROM checkpoints WHERE space = :space AND id = :id

-- name: checkpoints_before
SELECT * FROM checkpoints WHERE space = :space AND id < :before ORDER BY id DESC LIMIT :limit

-- name: checkpoints_since
SELECT * FROM checkpoints WHERE space = :space AND id >= :since ORDER BY id LIMIT :limit

-- name: checkpoints_between
SELECT * FROM checkpoints
WHERE space IN (SELECT id FROM spaces WHERE thread = :thread) AND id >= :since AND id < :until ORDER BY id

-- name: checkpoints_from_latest
SELECT * FROM checkpoints WHERE space = :space ORDER BY id DESC LIMIT :limit

-- name: checkpoints_delete
DELETE FROM checkpoints WHERE space = :space AND id = :id

-- name: writes_find
SELECT * FROM writes WHERE space = :space AND checkpoint = :checkpoint AND task = :task AND special = :special

-- name: writes_of_checkpoint
SELECT * FROM writes WHERE space = :space AND checkpoint = :checkpoint

-- name: writes_of_space
SELECT * FROM writes WHERE space = :space

-- name: writes_add
INSERT INTO writes (space, checkpoint, task, special, path, value, seal)
VALUES (:space, :checkpoint, :task, :special, :path, :value, :seal)
ON CONFLICT (space, checkpoint, task, special) DO NOTHING

-- name: writes_put
INSERT INTO writes (space, checkpoint, task, special, path, value, seal)
VALUES (:space, :checkpoint, :task, :special, :path, :value, :seal)
ON CONFLICT (space, checkpoint, task, special) DO UPDATE
SET path = excluded.path, value = excluded.value, seal = excluded.seal

-- name: writes_delete
DELETE FROM writes WHERE space = :space AND checkpoint = :checkpoint

-- name: runs_last
SELECT COALESCE(MAX(id), 0) AS id FROM runs

-- name: runs_put
INSERT INTO runs (id, name, thread, graph, cause, status, attempt, owner, started, ended, versions, metadata, input,
                  context, output, error, seal)
VALUES (:id, :name, :thread, :graph, :cause, :status, :attempt, :owner, :started, :ended, :versions, :metadata, :input,
        :context, :output, :error, :seal)
ON CONFLICT (id) DO UPDATE
SET cause = excluded.cause, status = excluded.status, attempt = excluded.attempt, owner = excluded.owner,
    ended = excluded.ended, versions = excluded.versions, metadata = excluded.metadata, input = excluded.input,
    context = excluded.context, output = excluded.output, error = excluded.error, seal = excluded.seal

-- name: runs_delete
DELETE FROM runs WHERE id = :id

-- name: runs_get
SELECT * FROM runs WHERE id = :id

-- name: runs_starting_with
SELECT * FROM runs WHERE name >= :prefix AND name < :below ORDER BY name LIMIT 9

-- name: runs_of_thread
SELECT * FROM runs WHERE thread = :thread ORDER BY id

-- name: runs_of_event
SELECT * FROM runs WHERE thread = :thread AND cause || '' = :cause ORDER BY id

-- name: runs_latest
SELECT * FROM runs WHERE thread = :thread ORDER BY id DESC LIMIT 1

-- name: runs_of_threads
SELECT * FROM runs WHERE thread IN (SELECT value FROM json_each(:threads)) ORDER BY id

-- name: runs_between
SELECT * FROM runs WHERE started >= :since AND started < :until ORDER BY id

-- name: runs_newest
SELECT * FROM runs WHERE id < :before ORDER BY id DESC LIMIT :limit

-- name: runs_scan
SELECT * FROM runs WHERE id > :after ORDER BY id LIMIT :limit

-- name: steps_put
INSERT INTO steps (run, number, address, place, attempt, status, started, seconds, input, output, error, seal)
VALUES (:run, :number, :address, :place, :attempt, :status, :started, :seconds, :input, :output, :error, :seal)
ON CONFLICT (run, number) DO UPDATE
SET status = excluded.status, seconds = excluded.seconds, input = excluded.input, output = excluded.output,
    error = excluded.error, seal = excluded.seal

-- name: steps_delete
DELETE FROM steps WHERE run = :run

-- name: steps_of_run
SELECT * FROM steps WHERE run = :run ORDER BY number

-- name: calls_put
INSERT INTO calls (run, number, step, address, kind, name, ordinal, attempt, status, started, seconds, input_tokens,
                   output_tokens, request, response, prompt, inputs, error, seal)
VALUES (:run, :number, :step, :address, :kind, :name, :ordinal, :attempt, :status, :started, :seconds, :input_tokens,
        :output_tokens, :request, :response, :prompt, :inputs, :error, :seal)
ON CONFLICT (run, number) DO UPDATE
SET request = excluded.request, response = excluded.response, prompt = excluded.prompt, inputs = excluded.inputs,
    error = excluded.error, seal = excluded.seal

-- name: calls_delete
DELETE FROM calls WHERE run = :run

-- name: calls_of_run
SELECT * FROM calls WHERE run = :run ORDER BY number

-- name: calls_numbers
SELECT COALESCE(MAX(number), 0) AS number, COALESCE(MAX(step), 0) AS step FROM calls WHERE run = :run

-- name: calls_prompts
-- Told from the index calls_by_prompt alone, which `db check` compares with the rows: no run is opened.
WITH RECURSIVE used (prompt) AS (
    SELECT MIN(prompt) FROM calls WHERE prompt IS NOT NULL
    UNION ALL
    SELECT (SELECT MIN(prompt) FROM calls WHERE prompt > used.prompt) FROM used WHERE used.prompt IS NOT NULL
)
SELECT prompt FROM used WHERE prompt IS NOT NULL

-- name: calls_runs_of_prompts
SELECT DISTINCT run FROM calls WHERE prompt IS NOT NULL AND prompt IN (SELECT value FROM json_each(:prompts))

-- name: calls_longest_turn
SELECT COALESCE(MAX(made), 0) AS calls FROM (
    SELECT COUNT(*) AS made FROM calls JOIN runs ON runs.id = calls.run
    WHERE calls.kind = 'model'
      AND runs.id IN (SELECT id FROM runs WHERE graph = :graph ORDER BY id DESC LIMIT :limit)
    GROUP BY runs.thread, runs.cause
) AS turns

-- name: effects_find
SELECT * FROM effects WHERE key = :key

-- name: effects_put
INSERT INTO effects (key, thread, run, name, status, started, ended, arguments, result, seal)
VALUES (:key, :thread, :run, :name, :status, :started, :ended, :arguments, :result, :seal)
ON CONFLICT (key) DO UPDATE
SET run = excluded.run, status = excluded.status, started = excluded.started, ended = excluded.ended,
    arguments = excluded.arguments, result = excluded.result, seal = excluded.seal

-- name: effects_of_thread
SELECT * FROM effects WHERE thread = :thread ORDER BY key

-- name: effects_delete
DELETE FROM effects WHERE key = :key

-- name: effects_scan
SELECT * FROM effects WHERE key > :after ORDER BY key LIMIT :limit

-- name: labels_last
SELECT COALESCE(MAX(id), 0) AS id FROM labels

-- name: labels_put
INSERT INTO labels (id, thread, run, name, value, at, seal) VALUES (:id, :thread, :run, :name, :value, :at, :seal)
ON CONFLICT (id) DO UPDATE
SET name = excluded.name, value = excluded.value, seal = excluded.seal

-- name: labels_delete
DELETE FROM labels WHERE id = :id

-- name: labels_of_thread
SELECT * FROM labels WHERE thread = :thread ORDER BY id

-- name: labels_of_threads
SELECT * FROM labels WHERE thread IN (SELECT value FROM json_each(:threads)) ORDER BY id

-- name: labels_scan
SELECT * FROM labels WHERE id > :after ORDER BY id LIMIT :limit

-- name: answers_find
SELECT * FROM answers WHERE experiment = :experiment AND call = :call

-- name: answers_add
INSERT INTO answers (experiment, call, thread, started, seconds, input_tokens, output_tokens, answer, seal)
VALUES (:experiment, :call, :thread, :started, :seconds, :input_tokens, :output_tokens, :answer, :seal)
ON CONFLICT (experiment, call) DO NOTHING

-- name: answers_experiments
SELECT DISTINCT experiment FROM answers ORDER BY experiment

-- name: answers_of_experiment
SELECT * FROM answers WHERE experiment = :experiment ORDER BY call

-- name: answers_of_thread
SELECT * FROM answers WHERE thread = :thread ORDER BY experiment, call

-- name: answers_delete
DELETE FROM answers WHERE experiment = :experiment AND call = :call

-- name: answers_scan
SELECT * FROM answers ORDER BY experiment, call LIMIT :limit

-- name: fates_put
INSERT INTO fates (run, call, fate, why, recorded, seal) VALUES (:run, :call, :fate, :why, :recorded, :seal)
ON CONFLICT (run, call) DO UPDATE SET why = excluded.why, seal = excluded.seal

-- name: fates_delete
DELETE FROM fates WHERE run = :run

-- name: fates_of_run
SELECT * FROM fates WHERE run = :run ORDER BY call

-- name: leases_last
SELECT COALESCE(MAX(id), 0) AS id FROM leases

-- name: leases_of_thread
SELECT * FROM leases WHERE thread = :thread ORDER BY id

-- name: leases_put
INSERT INTO leases (id, thread, holder, until, seal) VALUES (:id, :thread, :holder, :until, :seal)
ON CONFLICT (id) DO UPDATE SET until = excluded.until, seal = excluded.seal

-- name: leases_delete
DELETE FROM leases WHERE id = :id AND holder = :holder

-- name: leases_scan
SELECT * FROM leases WHERE id > :after ORDER BY id LIMIT :limit

-- name: counts_get
SELECT * FROM counts WHERE kind = :kind AND id = :id

-- name: counts_get_many
SELECT * FROM counts WHERE kind = :kind AND id IN (SELECT value FROM json_each(:ids))

-- name: counts_put
INSERT INTO counts (kind, id, data, seal) VALUES (:kind, :id, :data, :seal)
ON CONFLICT (kind, id) DO UPDATE SET data = excluded.data, seal = excluded.seal

-- name: counts_delete
DELETE FROM counts WHERE kind = :kind AND id = :id

-- name: counts_scan
SELECT * FROM counts ORDER BY kind, id

-- name: counts_run_holds
SELECT (SELECT COUNT(*) FROM steps WHERE run = :number) AS steps,
       (SELECT COUNT(*) FROM calls WHERE run = :number) AS calls,
       (SELECT COUNT(*) FROM fates WHERE run = :number) AS fates

-- name: counts_thread_holds
SELECT (SELECT COUNT(*) FROM runs WHERE thread = :number) AS runs,
       (SELECT COUNT(*) FROM labels WHERE thread = :number) AS labels,
       (SELECT COUNT(*) FROM effects WHERE thread = :number) AS effects,
       (SELECT COUNT(*) FROM spaces WHERE thread = :number) AS spaces

-- name: counts_space_holds
SELECT (SELECT COUNT(*) FROM checkpoints WHERE space = :number) AS checkpoints,
       (SELECT COUNT(*) FROM writes WHERE space = :number) AS writes,
       (SELECT id FROM checkpoints WHERE space = :number ORDER BY id DESC LIMIT 1) AS last,
       (SELECT COUNT(*) FROM writes WHERE space = :number AND checkpoint =
           (SELECT id FROM checkpoints WHERE space = :number ORDER BY id DESC LIMIT 1)) AS pending

-- name: counts_recording_holds
SELECT COUNT(*) AS runs FROM runs

-- name: counts_names
SELECT COUNT(*) AS names FROM counts WHERE kind = 'name'

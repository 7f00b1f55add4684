/// A table of the history, and the columns that the chain protects.
package enum HistoryKind: Int64, CaseIterable {
    case execution = 1
    case job, model, promotion, night, decision, fault, origin, arrival, threshold, anchor, nightAnchor

    /// The name of such a row in messages.
    var word: String {
        switch self {
        case .execution: "run"
        case .job: "attempt"
        case .model: "model"
        case .promotion: "promotion"
        case .night: "night"
        case .decision: "decision about an image in quarantine"
        case .fault: "entry of the ledger"
        case .origin: "origin of the imported attempt"
        case .arrival: "image of a night"
        case .threshold: "decision about a threshold"
        case .anchor: "decision about an anchor"
        case .nightAnchor: "anchor of the night"
        }
    }

    /// The complete rows by number. Columns that refer to other rows are given as digests, so that redirecting a
    /// reference changes the record.
    var rows: String {
        switch self {
        case .execution:
            """
            SELECT execution.id AS row, command, versions, subject, host, processor, process, startedAt, finishedAt, outcome,
                taskCount, runCount, cachedCount, failedCount, skippedCount, file, recipe, artifact.digest AS manifest,
                taskKeys.digest AS keys
            FROM execution LEFT JOIN artifact ON artifact.id = execution.manifest
                LEFT JOIN taskKeys ON taskKeys.id = execution.taskKeys
            WHERE outcome <> 'running'
            """
        case .job:
            """
            SELECT job.id AS row, action.key AS key, attempt, execution, task, status, startedAt, durationSeconds, log, failure
            FROM job JOIN action ON action.id = job.action WHERE status <> 'running'
            """
        case .model:
            """
            SELECT model.id AS row, name, version, artifact.digest AS digest, registeredAt
            FROM model JOIN artifact ON artifact.id = model.artifact
            """
        case .promotion:
            """
            SELECT promotion.id AS row, promotion.name AS name, kind, artifact.digest AS digest, model.version AS version,
                former.version AS replaced, decidedBy, reason, decidedAt
            FROM promotion JOIN model ON model.id = promotion.model JOIN artifact ON artifact.id = model.artifact
                LEFT JOIN model AS former ON former.id = promotion.replaced
            """
        case .night:
            """
            SELECT night.id AS row, model, label, date, state, reason, manifest.digest AS manifest, roll.digest AS roll,
                champion, challenger, drift.digest AS drift, verdict.digest AS verdict, startedAt, endedAt
            FROM night JOIN artifact AS manifest ON manifest.id = night.manifest
                JOIN artifact AS roll ON roll.id = night.roll
                LEFT JOIN artifact AS drift ON drift.id = night.drift
                LEFT JOIN artifact AS verdict ON verdict.id = night.verdict
            """
        case .decision:
            """
            SELECT quarantineDecision.id AS row, model, source, isAccepted, decidedBy, quarantineDecision.reason AS reason,
                decidedAt
            FROM quarantineDecision JOIN arrival ON arrival.id = quarantineDecision.arrival
            """
        case .fault: "SELECT id AS row, recordedAt, kind, digest, text FROM ledger"
        case .origin: "SELECT job AS row, run, startedAt, versions, processor FROM origin"
        // Excludes `learned`, which follows from the nights and would add an entry for each image.
        case .arrival:
            """
            SELECT arrival.id AS row, night, model, source, file, state, detail, score, map.digest AS map,
                overlay.digest AS overlay
            FROM arrival LEFT JOIN artifact AS map ON map.id = arrival.map
                LEFT JOIN artifact AS overlay ON overlay.id = arrival.overlay
            """
        case .threshold:
            """
            SELECT thresholdDecision.id AS row, name, version, artifact.digest AS digest, value, decidedBy, reason, decidedAt
            FROM thresholdDecision JOIN model ON model.id = thresholdDecision.model
                JOIN artifact ON artifact.id = model.artifact
            """
        case .anchor:
            """
            SELECT anchorDecision.id AS row, anchorDecision.name AS name, version, artifact.digest AS digest, decidedBy, reason,
                decidedAt
            FROM anchorDecision JOIN model ON model.id = anchorDecision.model JOIN artifact ON artifact.id = model.artifact
            """
        case .nightAnchor:
            """
            SELECT night AS row, name, version, artifact.digest AS digest
            FROM nightAnchor JOIN model ON model.id = nightAnchor.model JOIN artifact ON artifact.id = model.artifact
            """
        }
    }
}

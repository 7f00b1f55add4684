import Console

/// A number of a run that is not in the history.
struct UnknownRun: ErrorWithExitStatus, CustomStringConvertible {
    let number: Int64

    var exitStatus: ExitStatus { .inputMissing }

    var description: String { "there is no run \(number); nominal runs lists the runs" }
}

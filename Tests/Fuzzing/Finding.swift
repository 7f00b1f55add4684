/// An input that ended the program, kept it busy or took too much memory.
struct Finding {
    enum Fault: CustomStringConvertible {
        case ended(signal: Int32)
        case exited(status: Int32)
        case busy(seconds: Double)
        case memory(mebibytes: Int)

        var description: String {
            switch self {
            case .ended(let signal): "ended by signal \(signal)"
            case .exited(let status): "exited with \(status)"
            case .busy(let seconds): "took longer than \(seconds) s"
            case .memory(let mebibytes): "took more than \(mebibytes) MiB"
            }
        }
    }

    let parser: String
    let fault: Fault
    /// Where the input lies.
    let file: String
}

/// What became of a parser's inputs.
struct Tally {
    let parser: String
    var executions = 0
    /// Inputs that were taken for valid; nil where nobody counted.
    var accepted: Int?
    var seconds = 0.0
    var findings: [Finding] = []
}

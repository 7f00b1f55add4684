import Pipeline

/// Tells the user, or a program, how a command gets on.
protocol RunReporter: ExecutionObserver {
    /// How many of the input files have been read, before the run.
    func reading(_ completed: Int, of total: Int)
}

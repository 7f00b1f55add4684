import Console
import ContentStore
import Glibc
import Host
import Pipeline

/// An observer that shows the progress of a command to a user or a program.
protocol RunReporter: ExecutionObserver {
    /// Reports the number of input files that were read before the run.
    func reading(_ completed: Int, of total: Int)
}

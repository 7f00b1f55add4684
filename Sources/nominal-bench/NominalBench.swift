import ArgumentParser
import Console
import Stages

/// The root command of the benchmarks.
@main
struct NominalBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nominal-bench",
        abstract: "Measure the performance of nominal on this machine.",
        discussion: """
            Examples:
              nominal-bench engine
              nominal-bench executor --tasks 10000
            """,
        version: NominalVersion.current,
        subcommands: [
            EngineCommand.self, BackboneCommand.self, MetricsCommand.self, ExecutorCommand.self, ClusterCommand.self,
        ])

    static func main() { runAsProgram() }
}

/// Replaces the standard library's `print`, which does not report lost output.
func print(_ text: some CustomStringConvertible) { StandardOutput.write(text.description + "\n") }

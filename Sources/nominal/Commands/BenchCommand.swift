import ArgumentParser

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measures the program on this machine.",
        subcommands: [
            BenchEngineCommand.self, BenchBackboneCommand.self, BenchMetricsCommand.self, BenchExecutorCommand.self,
            BenchClusterCommand.self,
        ])
}

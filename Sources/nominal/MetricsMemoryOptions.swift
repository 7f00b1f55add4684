import ArgumentParser

/// How much memory the ranking of all pixels may take.
struct MetricsMemoryOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Mebibytes for ranking pixels; beyond that, a temporary file in $TMPDIR takes 8 bytes for each pixel.",
            valueName: "mebibytes"))
    var memory = 1024

    var limitBytes: Int { memory << 20 }

    func validate() throws {
        guard (1...1_048_576).contains(memory) else {
            throw ValidationError("--memory is \(memory); expected 1 to 1048576 mebibytes")
        }
    }
}

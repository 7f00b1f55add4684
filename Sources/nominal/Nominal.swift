import ArgumentParser
import Console
import Stages

/// The root command.
@main
struct Nominal: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nominal",
        abstract: "Learn from normal images and find defects in new ones.",
        discussion: """
            nominal alone shows the next step in this folder; nominal doctor checks this machine.

            A first run, on generated images:
              nominal demo-data demo --manifest demo.json
              nominal run demo.json --open

            Your own images, in any folder:
              nominal init path/to/images
              nominal run images.json

            Exit codes: 0 success; 1 a task failed; 10 nominal retrain kept the model in production; 64 wrong \
            arguments; 65 invalid manifest or data; 66 missing input; 70 internal error; 71 system limit on threads or \
            open files; 74 a file cannot be read or written; 75 the store is in use; 130, 143 interrupted.
            """,
        version: NominalVersion.current,
        subcommands: [WorkerCommand.self],
        groupedSubcommands: [
            CommandGroup(
                name: "Setup",
                subcommands: [
                    InitCommand.self, InspectCommand.self, ValidateCommand.self, SchemaCommand.self,
                    DemoDataCommand.self,
                    DoctorCommand.self,
                ]),
            CommandGroup(
                name: "Run",
                subcommands: [
                    RunCommand.self, PlanCommand.self, PreviewCommand.self, SweepCommand.self, ScoreCommand.self,
                    SubmissionCommand.self, CancelCommand.self,
                ]),
            CommandGroup(
                name: "Inspection",
                subcommands: [
                    StatusCommand.self, RunsCommand.self, LogCommand.self, WhyCommand.self, CompareCommand.self,
                    EvaluateCommand.self, ReportCommand.self,
                ]),
            CommandGroup(
                name: "Models",
                subcommands: [ModelsCommand.self, ThresholdCommand.self, BackbonesCommand.self]),
            CommandGroup(
                name: "Nightly retraining",
                subcommands: [RetrainCommand.self, NightsCommand.self, QuarantineCommand.self]),
            CommandGroup(
                name: "Audit",
                subcommands: [
                    LineageCommand.self, ReproduceCommand.self, VerifyCommand.self, AttestCommand.self,
                    KeysCommand.self,
                ]),
            CommandGroup(
                name: "Store",
                subcommands: [
                    CollectCommand.self, PinCommand.self, UnpinCommand.self, ExportCommand.self, ImportCommand.self,
                ]),
        ])

    static func main() { runAsProgram() }

    /// Shows the next step if no command is given.
    func run() throws { print(NextStep(in: ".").text, terminator: "") }
}

/// Replaces the standard library's `print`, which neither reports lost output nor escapes control characters.
func print(_ text: some CustomStringConvertible, terminator: String = "\n") {
    StandardOutput.write(text.description + terminator)
}

import ArgumentParser
import Stages

struct Nominal: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nominal",
        abstract: "Learns what normal products look like from normal images, and finds what is not normal in new ones.",
        discussion: """
            A first run, on images made by the program itself:
              nominal demo-data data/demo
              nominal run jobs/demo.json

            On images of your own, in any folder:
              nominal init path/to/images
              nominal run images.json

            Exit codes: 0 done; 1 a task failed; 10 nominal retrain kept the model; 64 wrong arguments;
            65 invalid manifest or data; 66 input missing; 70 a fault of the program; 71 a limit of the system on
            threads or open files; 74 files cannot be read or written; 75 the store is in use; 130, 143 interrupted.
            """,
        version: NominalVersion.current,
        subcommands: [
            RunCommand.self, PlanCommand.self, PreviewCommand.self, SweepCommand.self, StatusCommand.self,
            WhyCommand.self,
            RunsCommand.self, LogCommand.self, LineageCommand.self, ReproduceCommand.self, AttestCommand.self,
            KeysCommand.self, CancelCommand.self, ValidateCommand.self,
            InitCommand.self, ScoreCommand.self, EvaluateCommand.self, CompareCommand.self,
            ThresholdCommand.self, DemoDataCommand.self,
            RetrainCommand.self, QuarantineCommand.self, NightsCommand.self,
            ModelsCommand.self, BackbonesCommand.self, CollectCommand.self, PinCommand.self, UnpinCommand.self,
            VerifyCommand.self,
            ExportCommand.self,
            ImportCommand.self, SchemaCommand.self, BenchCommand.self, WorkerCommand.self,
        ])

}

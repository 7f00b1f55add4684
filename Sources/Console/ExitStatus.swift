import AnomalyDetection
import ArgumentParser
import Attestations
import Audit
import Backbones
import BinaryCoding
import ContentStore
import Datasets
import DemoData
import Deployment
import Evaluation
import Folders
import Glibc
import Host
import Imaging
import Jobs
import Manifests
import Metrics
import ModelRegistry
import NeuralNetworks
import Pipeline
import Retraining
import Stages
import VerdictStatistics

/// The documented exit codes.
public enum ExitStatus: Int32 {
    case taskFailed = 1
    /// A night of retraining kept the model in production.
    case kept = 10
    case invalidData = 65
    case inputMissing = 66
    case internalFault = 70
    /// The system refused a thread or an open file.
    case systemLimit = 71
    case inputOutput = 74
    case storeInUse = 75

    /// The exit code for an error that ended a command.
    public init(of error: any Error) {
        switch error {
        case let error as any ErrorWithExitStatus: self = error.exitStatus
        case ManifestError.missing, BackboneError.missing: self = .inputMissing
        case ManifestError.unreadable: self = .inputOutput
        case RetrainingError.unfinished, NightRecordError.lostMember: self = .taskFailed
        case is RetrainingError, is NightRecordError: self = .invalidData
        case let error as DatasetError: self = error.isMissing ? .inputMissing : .invalidData
        case let error as StoreError: self = ExitStatus(rawValue: error.exitCode) ?? .inputOutput
        case let error as RegistryError: self = ExitStatus(rawValue: error.exitCode) ?? .invalidData
        case let error as ShardError: self = error.isMissing ? .inputMissing : .invalidData
        case is NodeCacheError: self = .invalidData
        case let error as EvaluationError: self = error.isMissing ? .inputMissing : .invalidData
        case let error as ComparisonError: self = error.isMissing ? .inputMissing : .invalidData
        case MetricsError.scratchFile: self = .inputOutput
        case ImagingError.unreadable: self = .inputMissing
        case LineageError.unknown, LineageError.noFolder, LineageError.unknownRun: self = .inputMissing
        case is LineageError, is AttestationError: self = .invalidData
        case is ManifestError, is ImagingError, is FormatError, is EngineError, is DemoDataError,
            is MetricsError, is ThresholdsError, is BackboneError, is InferenceError, is ModelGraphError:
            self = .invalidData
        case let error as SelfTestError:
            self = error.isMissing ? .inputMissing : error.isFailedProgram ? .taskFailed : .invalidData
        case is HostError: self = .systemLimit
        case is AttemptFailure: self = .taskFailed
        case PipelineError.needsMemory: self = .invalidData
        case ExportError.holdsInputs, is WatchError: self = .invalidData
        case is ExportError: self = .inputOutput
        default: self = .internalFault
        }
    }
}

/// An error of a command that names its own exit code.
public protocol ErrorWithExitStatus: Error {
    var exitStatus: ExitStatus { get }
}

/// Runs the body of a command. Writes an error to standard error and turns it into an exit code.
public func failing<Result>(_ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch let error as ExitCode {
        throw error
    } catch {
        // ArgumentParser reports help and wrong usage; every error that it does not know is a plain failure to it.
        guard StoreOptions.exitCode(for: error) == .failure else { throw error }
        StandardError.error("\(error)")
        throw ExitCode(ExitStatus(of: error).rawValue)
    }
}

extension ParsableCommand {
    /// Runs the command in the arguments of the process. Exits with the code of `ExitStatus` if it fails.
    public static func runAsProgram() {
        prepareProcess()
        let arguments = Array(PathText.arguments.dropFirst())
        do {
            var command = try parseAsRoot(arguments)
            try failing { try command.run() }
        } catch {
            exitProgram(for: error, arguments)
        }
        StandardOutput.finish()
    }

    private static func prepareProcess() {
        OpenFileLimit.raise()
        // A file beyond `ulimit -f` becomes an error of the write that names its path, instead of a silent end.
        signal(SIGXFSZ, SIG_IGN)
        // A parent may leave SIGCHLD ignored. The kernel would then discard the exit statuses of child processes.
        signal(SIGCHLD, SIG_DFL)
        // Otherwise a file that is opened in place of a closed standard stream would receive printed text. A write to
        // the replacement of standard output fails, as it does on a closed stream.
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
            _ = unsafe open("/dev/null", descriptor == STDERR_FILENO ? O_WRONLY : O_RDONLY)
        }
    }

    /// Replaces `ParsableCommand.exit`: help and versions go through `StandardOutput`, which notices lost output. An
    /// unknown command is named, with a similar one.
    private static func exitProgram(for error: any Error, _ arguments: [String]) -> Never {
        let code = exitCode(for: error)
        var text = fullMessage(for: error)
        if code == .validationFailure, let suggestion = CommandSuggestion(arguments, of: self) {
            var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            lines[0] = suggestion.line(insteadOf: lines[0])
            text = lines.joined(separator: "\n")
        }
        if code.isSuccess {
            if !text.isEmpty { StandardOutput.write(text + "\n") }
            StandardOutput.finish()
        } else {
            if !text.isEmpty { StandardError.put(text + "\n") }
            StandardOutput.reportFault()
        }
        Glibc.exit(code.rawValue)
    }
}

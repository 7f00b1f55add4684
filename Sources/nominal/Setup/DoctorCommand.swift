import ArgumentParser
import Console
import ContentStore
import Cryptography
import Host
import Manifests
import Slurm
import Stages
import Tensors

struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check this machine and estimate the time of a training.",
        discussion: """
            Prints what a run may use: processors and their instruction set, memory, libraries, the store, free space, \
            Slurm. Then measures some training steps for a few seconds. A manifest gives the network, the size of its \
            images and the number of steps; without one, the defaults are estimated. Other programs that use the \
            processors make the estimate longer.

            Exit code 1: something that a run needs is missing or unusable.

            Examples:
              nominal doctor
              nominal doctor jobs/toothbrush.json
              nominal doctor --no-speed --json
            """)

    @Argument(help: "A job manifest.", completion: .file(extensions: ["json"]))
    var manifest: String?

    @Flag(inversion: .prefixedNo, help: "Measure the speed of training.")
    var speed = true

    @Flag(help: "Print one JSON object.")
    var json = false

    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        let manifest = try self.manifest.map { try JobManifest.load(path: $0) }
        var machine = MachineReport(storeOptions)
        if speed, machine.faults.isEmpty {
            if !json { StandardError.write("measuring training for some seconds") }
            do {
                machine.training = try SpeedEstimate(try manifest ?? Self.defaults())
            } catch {
                machine.faults.append("\(error)")
            }
        }
        print(json ? try machine.jsonText() : machine.text, terminator: json ? "\n" : "")
        for fault in machine.faults { StandardError.error(fault) }
        if !machine.faults.isEmpty { throw ExitCode(ExitStatus.taskFailed.rawValue) }
    }

    /// A manifest with nothing but defaults.
    private static func defaults() throws -> JobManifest {
        let text = #"{"name": "defaults", "dataset": {"layout": "folder", "normal": "."}}"#
        return try JobManifest.parse(bytes: Array(text.utf8), file: "defaults.json")
    }
}

/// The facts about the machine and the store that decide if, and how fast, a run works.
private struct MachineReport: Encodable {
    struct Store: Encodable {
        let path: String
        let exists: Bool
        /// The number of the last run.
        var lastRun: Int64?
        var freeBytes: Int?
    }

    let nominal = NominalVersion.current
    let processor = HostDescription.current.processor
    let processors = ProcessResources.current.processors
    let instructionSet = OneDNN.instructionSet
    let memoryBytes = ProcessResources.current.memoryBytes
    let libraries: [String: String]
    var store: Store
    /// Nil if Slurm's programs are not installed.
    let slurm = SlurmQueue.version()
    var training: SpeedEstimate?
    var faults: [String] = []

    init(_ options: StoreOptions) {
        do throws(TensorError) { try OpenBLAS.load() } catch { faults.append("\(error)") }
        libraries = [
            "oneDNN": OneDNN.version, "OpenBLAS": OpenBLAS.version, "OpenSSL": SHA256.libraryVersion,
            "SQLite": ContentStore.databaseLibraryVersion,
        ]
        let exists = (try? options.storeExists()) == true
        store = Store(path: options.path, exists: exists)
        store.freeBytes = try? ElementFolder(exists ? options.path : ".").freeBytes()
        if exists {
            do {
                store.lastRun = try options.open(.readOnly).executions(limit: 1).first?.number
            } catch {
                faults.append("\(error)")
            }
        }
    }

    /// A line for each fact.
    var text: String {
        let memory = memoryBytes.map { "\(ByteCount(bytes: $0))" } ?? "unknown"
        let free = store.freeBytes.map { "\(ByteCount(bytes: $0)) free" } ?? "free space unknown"
        let runs =
            store.exists ? "last run \(store.lastRun.map(String.init) ?? "none")" : "will be created by the first run"
        var rows = [
            ("nominal", nominal),
            ("processor", "\(processor), \(processors) usable, \(instructionSet)"),
            ("memory", memory),
            ("libraries", libraries.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")),
            ("store", "\(store.path), \(runs), \(free)"),
            ("Slurm", slurm ?? "not installed; only --runner slurm needs it"),
        ]
        if let training { rows.append(("speed", training.text)) }
        return rows.map { $0.padding(toLength: 12, withPad: " ", startingAt: 0) + $1 + "\n" }.joined()
    }
}

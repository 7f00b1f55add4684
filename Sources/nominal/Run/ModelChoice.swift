import AnomalyDetection
import ArgumentParser
import Console
import ContentStore
import ModelRegistry
import Stages

/// A model that an argument names: a file, or a registered model of the store.
struct ModelChoice {
    let model: Model
    /// The threshold that a person set for a registered model; nil if the model's own applies.
    let threshold: ChosenThreshold?

    /// - Throws: `ExitCode` after a message, `FormatError`, `StoreError`.
    init(_ text: String, _ options: StoreOptions) throws {
        if try AtomicFile.isFolder(text) {
            throw ExitCode.missing(
                "\(text): this is a folder; expected a model file" + Self.example(", such as", in: text))
        }
        if try AtomicFile.exists(text) {
            model = try Model(bytes: try AtomicFile.read(text, limitBytes: Model.maximumFileBytes), name: text)
            threshold = nil
            return
        }
        guard let reference = ModelReference(text), !text.hasSuffix(".nominal") else {
            throw ExitCode.missing(
                "\(text): neither a model file nor the name of a registered model; runs write model files to "
                    + "runs/NAME/models/, and nominal models lists registered models")
        }
        guard try options.storeExists() else {
            throw ExitCode.missing(
                "\(text): no such model file, and there is no store \(options.path) with registered models"
                    + Self.example("; give a model file, such as", in: "runs/\(reference.name)"))
        }
        let store = try options.open(.readOnly)
        guard try store.models().contains(where: { $0.name == reference.name }) else {
            throw ExitCode.missing(
                "\(text): no model of this name is registered; nominal models lists what is registered"
                    + Self.example("; or give a model file, such as", in: "runs/\(reference.name)"))
        }
        let registered = try store.model(reference)
        model = try Model(bytes: try store.read(registered.digest), name: "\(reference)")
        threshold = try ChosenThreshold(of: registered, store)
    }

    /// The first model file of the results in a folder, as part of a message.
    private static func example(_ words: String, in folder: String) -> String {
        let names = (try? AtomicFile.names(in: folder + "/models"))?.filter { $0.hasSuffix(".nominal") } ?? []
        return names.min().map { "\(words) \(folder)/models/\($0)" } ?? ""
    }
}

extension ExitCode {
    /// Writes an error about something that is missing.
    fileprivate static func missing(_ message: String) -> ExitCode {
        StandardError.error(message)
        return ExitCode(ExitStatus.inputMissing.rawValue)
    }
}

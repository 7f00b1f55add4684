import AnomalyDetection
import ArgumentParser
import ContentStore
import Folders
import Foundation
import ModelRegistry
import Stages

/// The model that a user means: a file, else a registered model of the store.
struct ModelChoice {
    let model: Model
    /// What people decided about a registered model; nil where its own threshold is in force.
    let threshold: ChosenThreshold?

    /// - Throws: `ExitCode` after a message, `FormatError`, `StoreError`.
    init(_ text: String, _ options: StoreOptions) throws {
        if try AtomicFile.exists(text) {
            model = try Model(bytes: try AtomicFile.read(text, limitBytes: Model.maximumFileBytes), name: text)
            threshold = nil
            return
        }
        guard let reference = ModelReference(text), !text.hasSuffix(".nominal") else {
            StandardError.error(
                "\(text): no such model file, and not the name of a registered model; a run writes model files to "
                    + "runs/NAME/models/, and nominal models lists registered ones")
            throw ExitCode(ExitStatus.inputMissing.rawValue)
        }
        guard try AtomicFile.exists(options.path + "/store.sqlite") else {
            StandardError.error(
                "\(text): no such model file, and there is no store \(options.path) in which a model of this name could be "
                    + "registered")
            throw ExitCode(ExitStatus.inputMissing.rawValue)
        }
        let store = try options.open(.readOnly)
        let registered = try store.model(reference)
        model = try Model(bytes: try store.read(registered.digest), name: "\(reference)")
        threshold = try ChosenThreshold(of: registered, store)
    }
}

import AnomalyDetection
import ArgumentParser
import ContentStore
import Foundation

/// Finds the model that a user means: a file, else a registered model of the store.
enum ModelChoice {
    /// - Throws: `ExitCode` after a message, `FormatError`, `StoreError`.
    static func load(_ text: String, _ options: StoreOptions) throws -> Model {
        if try AtomicFile.exists(text) {
            return try Model(bytes: try AtomicFile.read(text, limitBytes: Model.maximumFileBytes), name: text)
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
        return try Model(bytes: try store.read(store.model(reference).digest), name: "\(reference)")
    }
}

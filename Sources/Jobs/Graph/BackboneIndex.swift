import AnomalyDetection
import ContentStore
import Manifests
import Pipeline
import Stages

/// Finds the pretrained networks that manifests name.
package struct BackboneIndex: Sendable {
    private let find: @Sendable (String) throws -> Digest

    /// - Parameter find: returns the digest for a name or a digest in hexadecimal.
    package init(find: @escaping @Sendable (String) throws -> Digest) { self.find = find }

    /// - Throws: `RegistryError.unknownBackbone`, and errors of the store.
    package func digest(_ name: String) throws -> Digest { try find(name) }

    /// Accepts any name, for checks of a manifest without a store.
    package static let unchecked = BackboneIndex { Digest.of(text: $0) }

    /// The input of all tasks that use the backbone; empty for a detector without one.
    package func inputs(_ recipe: TrainingRecipe) throws -> [TaskInput] {
        guard let name = recipe.detector.backbone else { return [] }
        return [TaskInput.backbone(try find(name))]
    }
}

extension TaskInput {
    package static func backbone(_ digest: Digest) -> TaskInput { TaskInput(name: "backbone", source: .blob(digest)) }
}

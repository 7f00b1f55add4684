import ContentStore
import Folders
import Foundation
import Manifests

/// `run.json`: what a run was made from, for comparing it with another. No clock or host, and of paths those of the manifest, shortened (`JobManifest.shown`).
package struct RunRecord: Codable, Equatable, Sendable {
    /// History: 1 = first.
    package static let version = 1

    package var format = RunRecord.version
    package var name: String
    /// The version of the program, and of the stages' numerics and of each stage: what a change of code raises.
    package var nominal: String
    package var numerics: Int
    package var stages: [String: Int]
    /// By the names of `metrics.json`.
    package var cases: [String: Case]

    package struct Case: Codable, Equatable, Sendable {
        package var category: String
        /// The manifest of this case after presets and defaults: each value as JSON, by its JSON Pointer.
        package var parameters: [String: String]
        /// Normal images, by their file.
        package var train: [String: Digest]
        package var test: [String: Image]
        /// Of all foreign textures together.
        package var textures: Digest?
        package var model: Digest
        /// By the image's file; images without labelled pixels have none.
        package var aupimo: [String: Double]
    }

    package struct Image: Codable, Equatable, Sendable {
        package var image: Digest
        package var mask: Digest?
    }
}

extension JobManifest {
    /// What decides the results of this case: each value of the resolved manifest as JSON, by its JSON Pointer. Lists are
    /// values; names, descriptions, requirements, what is said of the model and how tasks are run decide nothing.
    var parameters: [String: String] {
        var parameters: [String: String] = [:]
        func collect(_ value: JSONValue, _ pointer: JSONPointer) {
            guard let members = value.members else {
                parameters[pointer.description] = JSONSerializer.canonical(value)
                return
            }
            for member in members { collect(member.value, pointer.appending(member.name)) }
        }
        let aside = ["$schema", "name", "description", "require", "card", "variants", "perCategory", "retrain"]
        for member in shown.members ?? [] where !aside.contains(member.name) {
            collect(member.value, JSONPointer.root.appending(member.name))
        }
        return parameters
    }
}

extension PathRedaction {
    /// As a manifest asks for it.
    ///
    /// - Parameters:
    ///   - folders: of images, that texts may name; paths in manifests need none.
    ///   - others: further folders that texts may name, as they were given.
    public init(_ manifest: JobManifest, folders: [NamedFolder] = [], others: [String] = []) {
        self.init(
            manifest.paths == .digest ? .digest : .relative, base: manifest.folder, named: folders.map(\.path),
            others: others)
    }
}

extension JobManifest {
    /// The manifest as it is shown in results.
    var shown: JSONValue { shown(PathRedaction(self).written) }
}

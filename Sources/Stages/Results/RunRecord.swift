import ContentStore
import Folders
import Foundation
import Manifests
import Privacy

/// `run.json`: the origin of a run, for comparisons. It contains no time or host, and only the paths of `JobManifest.shown`.
package struct RunRecord: Codable, Equatable, Sendable {
    /// History: 1 = first.
    package static let version = 1

    package var format = RunRecord.version
    package var name: String
    /// The versions of the program, of the numerics and of each stage.
    package var nominal: String
    package var numerics: Int
    package var stages: [String: Int]
    /// The cases, by their names in `metrics.json`.
    package var cases: [String: Case]

    package struct Case: Codable, Equatable, Sendable {
        package var category: String
        /// The values of the resolved manifest as JSON, by JSON Pointer.
        package var parameters: [String: String]
        /// The digests of the normal images, by file.
        package var train: [String: Digest]
        package var test: [String: Image]
        /// The digest of all foreign textures.
        package var textures: Digest?
        package var model: Digest
        /// AUPIMO by file; images without labelled pixels have none.
        package var aupimo: [String: Double]
    }

    package struct Image: Codable, Equatable, Sendable {
        package var image: Digest
        package var mask: Digest?
    }
}

extension JobManifest {
    /// The values of the resolved manifest that affect results, as JSON by JSON Pointer. Lists are single values. Names,
    /// descriptions, requirements and statements for the card are omitted.
    var parameters: [String: String] {
        let aside = ["$schema", "name", "description", "require", "card", "variants", "perCategory", "retrain"]
        let kept = (shown.members ?? []).filter { !aside.contains($0.name) }
        return Dictionary(JSONValue.object(kept).leaves.map { ($0.pointer, $0.json) }) { first, _ in first }
    }
}

extension PathRedaction {
    /// The redaction that a manifest requests.
    ///
    /// - Parameters:
    ///   - folders: folders of images that texts may mention; paths in manifests need none.
    ///   - others: further folders that texts may mention, as given by the user.
    public init(_ manifest: JobManifest, folders: [NamedFolder] = [], others: [String] = []) {
        self.init(
            manifest.paths == .digest ? .digest : .relative, base: manifest.folder, named: folders.map(\.path),
            others: others)
    }
}

extension JobManifest {
    /// The manifest as results show it, with redacted paths.
    var shown: JSONValue { shown(PathRedaction(self).written) }
}

extension JSONValue {
    /// The members of nested objects that are not objects, as canonical JSON with their JSON Pointers, in order.
    var leaves: [(pointer: String, json: String)] {
        var leaves: [(pointer: String, json: String)] = []
        func collect(_ value: JSONValue, _ pointer: JSONPointer) {
            guard let members = value.members else {
                return leaves.append((pointer.description, JSONSerializer.canonical(value)))
            }
            for member in members { collect(member.value, pointer.appending(member.name)) }
        }
        collect(self, .root)
        return leaves
    }

    /// An object with its members in the given order.
    static func ordered(_ members: [(String, JSONValue)]) -> JSONValue {
        .object(members.map { JSONMember($0.0, $0.1) })
    }
}

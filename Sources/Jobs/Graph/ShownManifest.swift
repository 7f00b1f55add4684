import Folders
import Manifests
import Privacy
import StrictJSON

extension JobManifest {
    /// The values of the resolved manifest that affect results, as JSON by JSON Pointer. Lists are single values.
    /// Names, descriptions, requirements and statements for the card are omitted.
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
    package init(_ manifest: JobManifest, folders: [NamedFolder] = [], others: [String] = []) {
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

import Manifests

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

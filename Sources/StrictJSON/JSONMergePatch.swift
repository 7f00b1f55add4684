/// JSON merge patch (RFC 7396): a document that says which members of another one to replace, add or remove.
public enum JSONMergePatch {
    /// The target with the patch applied: null removes a member, objects merge, everything else replaces.
    ///
    /// Members keep the target's order, new ones follow in the patch's; every value keeps the place it was read from.
    public static func apply(_ patch: JSONValue, to target: JSONValue) -> JSONValue {
        guard let changes = patch.members else { return patch }
        var members: [JSONMember?] = target.members ?? []
        // Bytes, because String would take canonically equivalent names for one.
        var indices: [[UInt8]: Int] = [:]
        for (index, member) in members.enumerated() {
            guard let member else { continue }
            indices[Array(member.name.utf8)] = index
        }
        for change in changes {
            let index = indices[Array(change.name.utf8)]
            switch (index, change.value.isNull) {
            case (let index?, true): members[index] = nil
            case (nil, true): break
            case (let index?, false):
                let old = members[index]?.value ?? .null
                members[index]?.value = apply(change.value, to: old)
            case (nil, false):
                var added = change
                added.value = apply(change.value, to: .null)
                members.append(added)
            }
        }
        return JSONValue(
            .object(members.compactMap { $0 }),
            at: target.members == nil ? patch.position : target.position ?? patch.position)
    }

    /// The patch that makes one value of another: `apply(difference(from: a, to: b), to: a)` has the members of `b`.
    ///
    /// - Returns: an object without members if both are equal objects.
    public static func difference(from source: JSONValue, to target: JSONValue) -> JSONValue {
        guard let old = source.members, let new = target.members else { return target }
        var members = new.compactMap { member -> JSONMember? in
            guard let former = source[member.name] else { return member }
            if former == member.value { return nil }
            return JSONMember(member.name, difference(from: former, to: member.value))
        }
        members += old.filter { target[$0.name] == nil }.map { JSONMember($0.name, .null) }
        return .object(members)
    }
}

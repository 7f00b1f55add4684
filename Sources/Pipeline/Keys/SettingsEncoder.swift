import ContentStore

/// A named element of a list, such as an image with its file name. The name replaces the position, so a difference
/// names one element instead of all the following ones.
public protocol NamedSetting {
    var settingName: String { get }
}

/// Encodes settings as named key values.
///
/// A property of a nested value has a dotted name ("scoring.boxSize"). A list is one value, but in a list of
/// `NamedSetting` each element is a value of its own under its name. An absent optional has no value, so a new
/// optional setting keeps existing keys unchanged. Digests keep their type, because the store records them as sources
/// of the action.
enum SettingsEncoder {
    static func parts(of value: some Encodable) -> [KeyPart] {
        let node = Node()
        do {
            try encode(value, into: node)
        } catch {
            fatalError("the settings of \(type(of: value)) cannot be encoded: \(error)")
        }
        var parts: [KeyPart] = []
        node.flatten("", into: &parts)
        return parts
    }

    /// A value during encoding.
    fileprivate final class Node {
        enum Content {
            case none
            case leaf(KeyValue)
            case members([(name: String, node: Node)])
            case elements([(name: String?, node: Node)])
        }

        var content = Content.none

        func member(_ name: String) -> Node {
            let node = Node()
            switch content {
            case .members(var members):
                content = .none
                members.append((name, node))
                content = .members(members)
            default: content = .members([(name, node)])
            }
            return node
        }

        func element(_ name: String?) -> Node {
            let node = Node()
            switch content {
            case .elements(var elements):
                content = .none
                elements.append((name, node))
                content = .elements(elements)
            default: content = .elements([(name, node)])
            }
            return node
        }

        var value: KeyValue {
            switch content {
            case .none: .record([])
            case .leaf(let value): value
            case .members(let members): .record(members.map { KeyPart($0.name, $0.node.value) })
            case .elements(let elements):
                elements.contains { $0.name == nil }
                    ? .list(elements.map(\.node.value))
                    : .record(elements.map { KeyPart($0.name ?? "", $0.node.value) })
            }
        }

        func flatten(_ name: String, into parts: inout [KeyPart]) {
            func inner(_ member: String) -> String { name.isEmpty ? member : name + "." + member }
            switch content {
            case .members(let members): for member in members { member.node.flatten(inner(member.name), into: &parts) }
            case .elements(let elements) where !elements.isEmpty && elements.allSatisfy { $0.name != nil }:
                for element in elements { parts.append(KeyPart(element.name ?? "", element.node.value)) }
            case .none where name.isEmpty: break
            case .none, .leaf, .elements: parts.append(KeyPart(name, value))
            }
        }
    }

    fileprivate static func encode(_ value: some Encodable, into node: Node) throws {
        if let leaf = leaf(value) {
            node.content = .leaf(leaf)
        } else {
            try value.encode(to: ValueEncoder(node: node, codingPath: []))
        }
    }

    private static func leaf(_ value: some Encodable) -> KeyValue? {
        switch value {
        case let value as Digest: .digest(value)
        case let value as String: .text(value)
        case let value as Bool: .flag(value)
        case let value as Int: .integer(value)
        case let value as Double: .real(value)
        // The shortest decimal that reads back as the same number: 0.001 stays 0.001.
        case let value as Float: .real(Double("\(value)") ?? Double(value))
        case let value as any FixedWidthInteger: Int("\(value)").map { .integer($0) } ?? .text("\(value)")
        default: nil
        }
    }
}

private struct ValueEncoder: Encoder, SingleValueEncodingContainer {
    let node: SettingsEncoder.Node
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(MemberEncoder(node: node))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        node.content = .elements([])
        return ElementEncoder(node: node)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    func encodeNil() throws { node.content = .leaf(.text("none")) }

    func encode(_ value: some Encodable) throws { try SettingsEncoder.encode(value, into: node) }
}

private struct MemberEncoder<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let node: SettingsEncoder.Node
    var codingPath: [any CodingKey] { [] }

    func encodeNil(forKey key: Key) throws { node.member(key.stringValue).content = .leaf(.text("none")) }

    func encode(_ value: some Encodable, forKey key: Key) throws {
        try SettingsEncoder.encode(value, into: node.member(key.stringValue))
    }

    // Frequent types, encoded without a type lookup.
    func encode(_ value: Bool, forKey key: Key) throws { node.member(key.stringValue).content = .leaf(.flag(value)) }
    func encode(_ value: Int, forKey key: Key) throws { node.member(key.stringValue).content = .leaf(.integer(value)) }
    func encode(_ value: String, forKey key: Key) throws { node.member(key.stringValue).content = .leaf(.text(value)) }
    func encode(_ value: Double, forKey key: Key) throws { node.member(key.stringValue).content = .leaf(.real(value)) }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        KeyedEncodingContainer(MemberEncoder<Nested>(node: node.member(key.stringValue)))
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        ValueEncoder(node: node.member(key.stringValue), codingPath: []).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { ValueEncoder(node: node.member("super"), codingPath: []) }

    func superEncoder(forKey key: Key) -> any Encoder {
        ValueEncoder(node: node.member(key.stringValue), codingPath: [])
    }
}

private struct ElementEncoder: UnkeyedEncodingContainer {
    let node: SettingsEncoder.Node
    var codingPath: [any CodingKey] { [] }
    var count: Int { if case .elements(let elements) = node.content { elements.count } else { 0 } }

    func encodeNil() throws { node.element(nil).content = .leaf(.text("none")) }

    func encode(_ value: some Encodable) throws {
        try SettingsEncoder.encode(value, into: node.element((value as? any NamedSetting)?.settingName))
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        KeyedEncodingContainer(MemberEncoder<Nested>(node: node.element(nil)))
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        ValueEncoder(node: node.element(nil), codingPath: []).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { ValueEncoder(node: node.element(nil), codingPath: []) }
}

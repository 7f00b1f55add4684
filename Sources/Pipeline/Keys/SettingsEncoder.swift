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

    /// A nested value during encoding. Leaves are no objects, which keeps the keys of many small tasks cheap.
    fileprivate final class Node {
        enum Entry {
            case leaf(KeyValue)
            case node(Node)

            var value: KeyValue {
                switch self {
                case .leaf(let value): value;
                case .node(let node): node.value
                }
            }
        }

        enum Content {
            case none
            case leaf(KeyValue)
            case members([(name: String, entry: Entry)])
            case elements([(name: String?, entry: Entry)])
        }

        var content = Content.none

        func add(_ entry: Entry, _ name: String) {
            guard case .members(var members) = content else { return content = .members([(name, entry)]) }
            content = .none
            members.append((name, entry))
            content = .members(members)
        }

        func add(_ entry: Entry, element name: String?) {
            guard case .elements(var elements) = content else { return content = .elements([(name, entry)]) }
            content = .none
            elements.append((name, entry))
            content = .elements(elements)
        }

        var value: KeyValue {
            switch content {
            case .none: .record([])
            case .leaf(let value): value
            case .members(let members): .record(members.map { KeyPart($0.name, $0.entry.value) })
            case .elements(let elements):
                elements.contains { $0.name == nil }
                    ? .list(elements.map(\.entry.value))
                    : .record(elements.map { KeyPart($0.name ?? "", $0.entry.value) })
            }
        }

        func flatten(_ name: String, into parts: inout [KeyPart]) {
            switch content {
            case .members(let members):
                for member in members {
                    let inner = name.isEmpty ? member.name : name + "." + member.name
                    switch member.entry {
                    case .leaf(let value): parts.append(KeyPart(inner, value))
                    case .node(let node): node.flatten(inner, into: &parts)
                    }
                }
            case .elements(let elements) where !elements.isEmpty && elements.allSatisfy { $0.name != nil }:
                for element in elements { parts.append(KeyPart(element.name ?? "", element.entry.value)) }
            case .none where name.isEmpty: break
            case .none, .leaf, .elements: parts.append(KeyPart(name, value))
            }
        }
    }

    fileprivate static func entry(_ value: some Encodable) throws -> Node.Entry {
        if let leaf = leaf(value) { return .leaf(leaf) }
        let node = Node()
        try value.encode(to: ValueEncoder(node: node, codingPath: []))
        return .node(node)
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

    func encodeNil(forKey key: Key) throws { node.add(.leaf(.text("none")), key.stringValue) }

    func encode(_ value: some Encodable, forKey key: Key) throws {
        node.add(try SettingsEncoder.entry(value), key.stringValue)
    }

    // Frequent types, encoded without a type lookup.
    func encode(_ value: Bool, forKey key: Key) throws { node.add(.leaf(.flag(value)), key.stringValue) }
    func encode(_ value: Int, forKey key: Key) throws { node.add(.leaf(.integer(value)), key.stringValue) }
    func encode(_ value: String, forKey key: Key) throws { node.add(.leaf(.text(value)), key.stringValue) }
    func encode(_ value: Double, forKey key: Key) throws { node.add(.leaf(.real(value)), key.stringValue) }

    private func inner(_ name: String) -> SettingsEncoder.Node {
        let inner = SettingsEncoder.Node()
        node.add(.node(inner), name)
        return inner
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        KeyedEncodingContainer(MemberEncoder<Nested>(node: inner(key.stringValue)))
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        ValueEncoder(node: inner(key.stringValue), codingPath: []).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { ValueEncoder(node: inner("super"), codingPath: []) }

    func superEncoder(forKey key: Key) -> any Encoder {
        ValueEncoder(node: inner(key.stringValue), codingPath: [])
    }
}

private struct ElementEncoder: UnkeyedEncodingContainer {
    let node: SettingsEncoder.Node
    var codingPath: [any CodingKey] { [] }
    var count: Int { if case .elements(let elements) = node.content { elements.count } else { 0 } }

    func encodeNil() throws { node.add(.leaf(.text("none")), element: nil) }

    func encode(_ value: some Encodable) throws {
        node.add(try SettingsEncoder.entry(value), element: (value as? any NamedSetting)?.settingName)
    }

    private func inner() -> SettingsEncoder.Node {
        let inner = SettingsEncoder.Node()
        node.add(.node(inner), element: nil)
        return inner
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        KeyedEncodingContainer(MemberEncoder<Nested>(node: inner()))
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        ValueEncoder(node: inner(), codingPath: []).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { ValueEncoder(node: inner(), codingPath: []) }
}

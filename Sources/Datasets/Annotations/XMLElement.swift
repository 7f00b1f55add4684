/// An element of an XML document without namespaces, as annotation tools write it.
///
/// Documents that declare a type or entities are refused: their entities could name files or grow without limit.
struct XMLElement: Equatable {
    let name: String
    var attributes: [String: String] = [:]
    var children: [XMLElement] = []
    /// The text of the element without that of its children, without white space at both ends.
    var text = ""

    /// The first child with a name.
    subscript(name: String) -> XMLElement? { children.first { $0.name == name } }

    /// - Throws: `XMLFault`.
    static func parse(_ bytes: [UInt8], file: String) throws(XMLFault) -> XMLElement {
        var parser = XMLParser(bytes: bytes)
        return try parser.document()
    }
}

/// A fault in an XML document.
struct XMLFault: Error, CustomStringConvertible {
    let line: Int
    let fault: String

    var description: String { "\(place): \(fault)" }

    private var place: String { "line \(line)" }
}

private struct XMLParser {
    let bytes: [UInt8]
    private var position = 0

    private static let deepest = 64
    private static let entities: [String: String] = ["lt": "<", "gt": ">", "amp": "&", "quot": "\"", "apos": "'"]

    init(bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    mutating func document() throws(XMLFault) -> XMLElement {
        try skipMisc()
        guard peek("<"), position + 1 < bytes.count, bytes[position + 1] != 0x21 else {
            throw fault(peek("<!DOCTYPE") ? "a document type, which is refused" : "expected an element")
        }
        let root = try element(depth: 0)
        try skipMisc()
        guard position == bytes.count else { throw fault("content after the root element") }
        return root
    }

    private func fault(_ text: String) -> XMLFault {
        XMLFault(line: 1 + bytes[..<min(position, bytes.count)].count { $0 == 0x0A }, fault: text)
    }

    private func peek(_ text: StaticString) -> Bool { bytes[position...].starts(with: text.description.utf8) }

    private mutating func skip(past text: String) throws(XMLFault) {
        let wanted = Array(text.utf8)
        while position + wanted.count <= bytes.count {
            if bytes[position..<(position + wanted.count)].elementsEqual(wanted) {
                position += wanted.count
                return
            }
            position += 1
        }
        throw fault("expected \(text)")
    }

    private mutating func skipSpace() {
        while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
    }

    /// Skips white space, comments and processing instructions.
    private mutating func skipMisc() throws(XMLFault) {
        while true {
            skipSpace()
            if peek("<!--") { try skip(past: "-->") } else if peek("<?") { try skip(past: "?>") } else { return }
        }
    }

    private mutating func name() throws(XMLFault) -> String {
        let start = position
        while position < bytes.count {
            let byte = bytes[position]
            let isLetter = (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || byte >= 0x80
            guard isLetter || [0x5F, 0x2D, 0x2E, 0x3A].contains(byte) else { break }
            position += 1
        }
        guard position > start else { throw fault("expected a name") }
        return try string(bytes[start..<position])
    }

    private func string(_ part: ArraySlice<UInt8>) throws(XMLFault) -> String {
        guard let text = String(validating: part, as: UTF8.self) else { throw fault("text that is not UTF-8") }
        return text
    }

    private mutating func element(depth: Int) throws(XMLFault) -> XMLElement {
        guard depth < Self.deepest else { throw fault("more than \(Self.deepest) nested elements") }
        position += 1
        var element = XMLElement(name: try name())
        while true {
            skipSpace()
            if peek("/>") {
                position += 2
                return element
            }
            if peek(">") { break }
            let key = try name()
            skipSpace()
            guard peek("=") else { throw fault("expected =") }
            position += 1
            skipSpace()
            guard peek("\"") || peek("'") else { throw fault("expected a quoted value") }
            let quote = bytes[position], start = position + 1
            guard let end = bytes[start...].firstIndex(of: quote) else { throw fault("a value is never closed") }
            position = end + 1
            guard element.attributes.updateValue(try decoded(bytes[start..<end]), forKey: key) == nil else {
                throw fault("the attribute \(key) twice")
            }
        }
        position += 1
        element.text = try content(of: &element, depth: depth)
        return element
    }

    /// Reads up to the end tag.
    private mutating func content(of element: inout XMLElement, depth: Int) throws(XMLFault) -> String {
        var text = ""
        while true {
            let start = position
            guard let next = bytes[start...].firstIndex(of: 0x3C) else {
                throw fault("<\(element.name)> is never closed")
            }
            text += try decoded(bytes[start..<next])
            position = next
            if peek("</") {
                position += 2
                guard try name() == element.name else {
                    throw fault("an end tag that does not match <\(element.name)>")
                }
                skipSpace()
                guard peek(">") else { throw fault("expected >") }
                position += 1
                return text.trimmingWhiteSpace
            } else if peek("<!--") {
                try skip(past: "-->")
            } else if peek("<![CDATA[") {
                let start = position + 9
                try skip(past: "]]>")
                text += try string(bytes[start..<(position - 3)])
            } else if peek("<?") {
                try skip(past: "?>")
            } else {
                element.children.append(try self.element(depth: depth + 1))
            }
        }
    }

    /// The text with its references resolved: the five of XML, and numbers of characters.
    private func decoded(_ part: ArraySlice<UInt8>) throws(XMLFault) -> String {
        let text = try string(part)
        guard text.contains("&") else { return text }
        var pieces = text.split(separator: "&", omittingEmptySubsequences: false)
        var decoded = String(pieces.removeFirst())
        for piece in pieces {
            guard let end = piece.firstIndex(of: ";") else { throw fault("an & that begins no reference") }
            let reference = piece[..<end]
            if let character = Self.entities[String(reference)] {
                decoded += character
            } else if reference.hasPrefix("#"), let scalar = Self.scalar(reference.dropFirst()) {
                decoded.unicodeScalars.append(scalar)
            } else {
                throw fault("the unknown reference &\(reference.prefix(40));")
            }
            decoded += piece[piece.index(after: end)...]
        }
        return decoded
    }

    private static func scalar(_ text: Substring) -> Unicode.Scalar? {
        let number = text.hasPrefix("x") ? UInt32(text.dropFirst(), radix: 16) : UInt32(text)
        return number.flatMap { $0 == 0 ? nil : Unicode.Scalar($0) }
    }
}

extension String {
    fileprivate var trimmingWhiteSpace: String {
        let isSpace: (Unicode.Scalar) -> Bool = { [" ", "\t", "\n", "\r"].contains($0) }
        var rest = unicodeScalars.drop(while: isSpace)
        while let last = rest.last, isSpace(last) { rest.removeLast() }
        return String(rest)
    }
}

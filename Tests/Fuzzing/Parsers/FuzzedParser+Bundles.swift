import ContentStore
import Foundation

extension FuzzedParser {
    static let bundles = [bundle, bundleContents, bundleHeaders]

    private static let contents = "bundle.json"
    private static let outputs = ["one", "two"]

    /// Of two results, the second of which uses what the first has made.
    private static let sample = """
        {"actions":[\(action("1", output: outputs[0], inputs: [])),\(action("2", output: outputs[1], inputs: [outputs[0]]))],\
        "blobs":[\(outputs.map { (Digest.of(text: $0).hex, $0.utf8.count) }.sorted { $0.0 < $1.0 }
            .map { "{\"digest\":\"\($0.0)\",\"sizeBytes\":\($0.1)}" }.joined(separator: ","))],\
        "format":"nominal-bundle","subject":"task second","version":4}
        """

    private static func action(_ name: String, output: String, inputs: [String]) -> String {
        let key = String(repeating: name, count: 64)
        let used = inputs.map { "{\"digest\":\"\(Digest.of(text: $0).hex)\",\"name\":\"in\"}" }.joined(separator: ",")
        return """
            {"durationSeconds":0.25,"inputs":[\(used)],"key":"\(key)","outputs":[{"digest":"\(Digest.of(text: output).hex)",\
            "name":"out","sizeBytes":\(output.utf8.count)}],"parts":[{"digest":"\(Digest.of(text: name).hex)","name":"text",\
            "readable":"a"}],"references":[],"sources":[],"stage":"stage","task":"task \(name)","version":1,"warnings":["careful"]}
            """
    }

    private static func member(_ name: String, _ content: [UInt8]) -> [UInt8] {
        let member = TarMember(name: name, sizeBytes: content.count)
        return member.header + content + [UInt8](repeating: 0, count: member.paddingBytes)
    }

    /// The archive that a table of contents calls for, as far as its blobs are known.
    private static func archive(_ json: [UInt8]) -> [UInt8] {
        var bytes = member(contents, json)
        bytes += member("bundle.json.sha256", Array("\(Digest.of(json).hex)  bundle.json\n".utf8))
        let object = try? JSONSerialization.jsonObject(with: Data(json)) as? [String: Any]
        for blob in object?["blobs"] as? [[String: Any]] ?? [] {
            guard let hex = blob["digest"] as? String, hex.utf8.count == 64 else { continue }
            let size = min(max(blob["sizeBytes"] as? Int ?? 0, 0), 4096)
            let known = outputs.first { Digest.of(text: $0).hex == hex.lowercased() }.map { Array($0.utf8) }
            let name = hex.lowercased()
            bytes += member(
                "objects/\(name.prefix(2))/\(name.dropFirst(2))", known ?? [UInt8](repeating: 0, count: size))
        }
        return bytes + TarMember.end
    }

    private static func importing(_ folder: String) throws -> Reader {
        let path = folder + "/bundle"
        let store = try ContentStore(path: folder + "/store")
        let execution = try store.beginExecution(command: "fuzz", versions: "")
        return { bytes in
            try AtomicFile.writePrivate(bytes, to: path)
            try ContentStore.checkBundle(path)
            let summary = try store.importBundle(path, execution: execution)
            for output in outputs where summary.newBlobs > 0 { _ = try? store.read(.of(text: output)) }
        }
    }

    private static let bundle = FuzzedParser(
        name: "bundle", maximumBytes: 8192, words: ["objects/", "ustar\u{0}00", "bundle.json"],
        seeds: { [archive(Array(sample.utf8))] }, reader: importing)

    /// Where the fields of a header begin (ustar): name, mode, owner, group, size, time, checksum, kind, link, magic,
    /// prefix.
    private static let fields = [0, 100, 108, 116, 124, 136, 148, 156, 157, 257, 345]

    /// A valid archive with one field of one header overwritten. The first byte says in which header, and whether the
    /// checksum is made to fit again; the second says in which field.
    private static func archive(field bytes: [UInt8]) -> [UInt8] {
        var archive = archive(Array(sample.utf8))
        guard bytes.count > 2 else { return archive }
        let first = (sample.utf8.count + 1023) / 512 * 512
        let header = [0, first, first + 1024][Int(bytes[0] & 0x7F) % 3]
        let field = header + fields[Int(bytes[1]) % fields.count]
        for (offset, byte) in bytes.dropFirst(2).enumerated() where field + offset < header + TarMember.blockBytes {
            archive[field + offset] = byte
        }
        guard bytes[0] & 0x80 != 0 else { return archive }
        archive.replaceSubrange(header + 148..<header + 156, with: [UInt8](repeating: UInt8(ascii: " "), count: 8))
        let sum = String(archive[header..<header + TarMember.blockBytes].reduce(0) { $0 + Int($1) }, radix: 8)
        let digits = String(repeating: "0", count: 6 - min(sum.utf8.count, 6)) + sum
        archive.replaceSubrange(header + 148..<header + 156, with: Array(digits.utf8.prefix(6)) + [0, 0x20])
        return archive
    }

    /// Headers that fit nothing: every change of such an input lands in a field.
    private static let bundleHeaders = FuzzedParser(
        name: "bundle-headers", maximumBytes: 160,
        words: [
            "-7777777777", "+7777777777", "77777777777", "00000000000", "-0000000001", "           ", "0000001_000",
            "0x000000100", "\u{0}\u{0}\u{0}", "ustar\u{0}00", "bundle.json", "objects/",
        ],
        seeds: {
            let size = Array("00000001000".utf8)
            return [0, 1, 2, 0x80, 0x81, 0x82].flatMap { header in
                fields.indices.map { [header, UInt8($0)] + size }
            }
        }
    ) { folder in
        let read = try importing(folder)
        return { bytes in try read(archive(field: bytes)) }
    }

    /// With headers that fit the contents, as everybody who wants to do harm would write them.
    private static let bundleContents = FuzzedParser(
        name: "bundle-contents",
        words: [
            "\"outputs\":", "\"inputs\":", "\"references\":[", "\"parts\":[]", "\"warnings\":[]", "\"sizeBytes\":",
            Digest.of(text: outputs[0]).hex, Digest.of(text: outputs[1]).hex,
        ], seeds: { [Array(sample.utf8)] }
    ) { folder in
        let read = try importing(folder)
        return { bytes in try read(archive(bytes)) }
    }
}

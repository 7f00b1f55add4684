import ContentStore
import Foundation

extension FuzzedParser {
    static let bundles = [bundle, bundleContents]

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

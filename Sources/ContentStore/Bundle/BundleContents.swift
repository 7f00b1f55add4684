import StrictJSON

/// The table of contents of a bundle: facts about actions, and a list of the blobs that follow.
///
/// A bundle is a ustar archive (`TarMember`) of `bundle.json` (this type as JSON with sorted keys), its SHA-256 in
/// `bundle.json.sha256`, and a member `objects/ab/cdef...` for each of `blobs`, in order. Equal contents give equal
/// files. No other byte needs a digest: headers and padding follow from the contents, and blobs are named by their
/// digests.
struct BundleContents: Codable, Equatable {
    /// History: 1 = first; 2 = sources of actions; 3 = origin of results; 4 = digest of the contents. Bundles of other
    /// versions are refused.
    static let currentVersion = 4
    static let format = "nominal-bundle"
    static let memberName = "bundle.json"
    static let digestName = "bundle.json.sha256"
    /// Enough for several million facts.
    static let sizeLimit = 1 << 30

    /// A content that a key part refers to.
    struct Source: Codable, Equatable {
        /// The index of the key part.
        let part: Int
        let role: String
        let digest: Digest
    }

    /// The run that made a result. Excludes the host name, which is useless elsewhere and identifies its owner.
    struct Making: Codable, Equatable {
        /// The number of the run in its store.
        let run: Int64
        /// Nanoseconds since 1970.
        let startedAt: Int64
        /// Versions of the program and its libraries, with the instruction set.
        let versions: String
        /// The processor's model name.
        let processor: String

        /// False for texts that could disturb a terminal.
        var isFit: Bool {
            run >= 1 && startedAt >= 0
                && [versions, processor].allSatisfy { text in
                    text.utf8.count <= 1000
                        && text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
                }
        }
    }

    struct Action: Codable, Equatable {
        let key: Digest
        let stage: String
        let version: Int
        let task: String
        let durationSeconds: Double
        /// Nil if unknown to the exporting store.
        let made: Making?
        let parts: [RecordedKey.Part]
        let sources: [Source]
        let inputs: [ActionInput]
        let outputs: [ActionOutput]
        let references: [Digest]
        let warnings: [String]
    }

    struct Blob: Codable, Equatable {
        let digest: Digest
        let sizeBytes: Int

        var member: TarMember {
            TarMember(name: "objects/\(digest.hex.prefix(2))/\(digest.hex.dropFirst(2))", sizeBytes: sizeBytes)
        }
    }

    let format: String
    let version: Int
    /// The exported subject, such as "run 12".
    let subject: String
    /// Ordered by key.
    let actions: [Action]
    /// Ordered by digest.
    let blobs: [Blob]

    init(subject: String, actions: [Action], blobs: [Blob]) {
        format = Self.format
        version = Self.currentVersion
        self.subject = subject
        self.actions = actions.sorted { $0.key < $1.key }
        self.blobs = blobs.sorted { $0.digest < $1.digest }
    }

    var encoded: [UInt8] {
        get throws { try StrictJSON.encode(self) }
    }

    /// The member with the digest of the contents, in the format of `sha256sum --check`.
    static func digestMember(of json: [UInt8]) -> [UInt8] {
        let content = Array("\(Digest.of(json).hex)  \(memberName)\n".utf8)
        let member = TarMember(name: digestName, sizeBytes: content.count)
        return member.header + content + [UInt8](repeating: 0, count: member.paddingBytes)
    }

    /// The size of the archive after the contents and their digest.
    var payloadBytes: Int {
        blobs.reduce(TarMember.end.count) { sum, blob in
            sum + TarMember.blockBytes + blob.sizeBytes + blob.member.paddingBytes
        }
    }

    /// Decodes `encoded`. Throws `StoreError.invalidBundle` with the fault.
    init(json: [UInt8], path: String) throws(StoreError) {
        func invalid(_ reason: String) -> StoreError { .invalidBundle(path: path, reason: reason) }
        try Self.requireVersion(json, path: path)
        do {
            self = try StrictJSON.decode(Self.self, from: json, file: Self.memberName, sizeLimit: Self.sizeLimit)
        } catch {
            throw invalid("\(Self.memberName) is malformed (\(error))")
        }
        guard format == Self.format else { throw invalid("\(Self.memberName) does not describe a bundle") }
        guard let fault = fault else { return }
        throw invalid(fault)
    }

    /// Throws `StoreError.invalidBundle` for contents of another version.
    static func requireVersion(_ json: [UInt8], path: String) throws(StoreError) {
        struct Heading: Decodable { let version: Int }
        guard let found = (try? StrictJSON.decode(Heading.self, from: json))?.version, found != currentVersion
        else { return }
        throw .invalidBundle(
            path: path, reason: "it has version \(found), this program reads version \(currentVersion); export it again"
        )
    }

    /// A contradiction in the contents; nil if absent.
    private var fault: String? {
        func ascends(_ digests: [Digest]) -> Bool { zip(digests, digests.dropFirst()).allSatisfy { $0 < $1 } }
        guard ascends(blobs.map(\.digest)), ascends(actions.map(\.key)) else {
            return "its blobs or actions are unordered or duplicated"
        }
        var sizes: [Digest: Int] = [:]
        var total = 0
        for blob in blobs {
            let (sum, isTooLarge) = total.addingReportingOverflow(blob.sizeBytes)
            guard blob.sizeBytes >= 0, blob.sizeBytes < 1 << 53, !isTooLarge, sum < 1 << 60 else {
                return "the blob \(blob.digest) has the invalid size \(blob.sizeBytes)"
            }
            total = sum
            sizes[blob.digest] = blob.sizeBytes
        }
        for action in actions {
            guard (0..<1e9).contains(action.durationSeconds), action.task.contains(where: { $0 != "/" }) else {
                return "the action \(action.key) has no task or no duration"
            }
            guard action.made?.isFit ?? true else {
                return "the origin of \(action.task) has an invalid number, time or text"
            }
            guard Set(action.outputs.map(\.name)).count == action.outputs.count else {
                return "the action \(action.key) has a duplicate output"
            }
            for output in action.outputs where sizes[output.digest] != output.sizeBytes {
                return "the output \(output.name) of \(action.task) is not among the blobs"
            }
            let places = action.sources.map { "\($0.part) \($0.role)" }
            guard Set(places).count == places.count,
                action.sources.allSatisfy({ action.parts.indices.contains($0.part) })
            else { return "the action \(action.key) has a duplicate source, or one of a missing key part" }
            for reference in action.references where sizes[reference] == nil {
                return "\(action.task) refers to \(reference), which is not among the blobs"
            }
        }
        return nil
    }
}

/// Reads a bundle from start to end without trusting it: headers must equal those that follow from the contents, and
/// every byte has to be present.
final class BundleReader {
    let contents: BundleContents
    private let file: OpenFile
    private let path: String
    private(set) var readBytes: Int
    let totalBytes: Int

    /// Opens a bundle and reads its contents. Throws `.invalidBundle`, `.fileSystem` or `.notARegularFile`.
    init(_ path: String) throws(StoreError) {
        self.path = path
        file = try OpenFile.reading(path)
        totalBytes = Int(try file.signature().sizeBytes)
        let header = try Self.bytes(TarMember.blockBytes, of: file, path, "the first header")
        guard let size = TarMember.claimedSize(header), size < BundleContents.sizeLimit, size < totalBytes else {
            throw .invalidBundle(path: path, reason: "it does not begin with \(BundleContents.memberName)")
        }
        let member = TarMember(name: BundleContents.memberName, sizeBytes: size)
        guard header == member.header else {
            throw .invalidBundle(path: path, reason: "it does not begin with \(BundleContents.memberName)")
        }
        let json = try Self.bytes(size, of: file, path, BundleContents.memberName)
        let padding = try Self.bytes(member.paddingBytes, of: file, path, "padding")
        let digest = BundleContents.digestMember(of: json)
        guard try Self.bytes(digest.count, of: file, path, BundleContents.digestName) == digest else {
            throw .invalidBundle(
                path: path,
                reason:
                    "it is damaged: the SHA-256 of \(BundleContents.memberName) does not match its content; copy it again "
                    + "from where it was exported")
        }
        contents = try BundleContents(json: json, path: path)
        guard padding.allSatisfy({ $0 == 0 }) else {
            throw .invalidBundle(
                path: path, reason: "the padding after \(BundleContents.memberName) is not zero")
        }
        let expected = header.count + size + padding.count + digest.count + contents.payloadBytes
        guard totalBytes == expected else {
            throw .invalidBundle(
                path: path, reason: "it has \(totalBytes) bytes; its contents require \(expected)")
        }
        readBytes = header.count + size + padding.count + digest.count
    }

    /// Copies the next blob, which must be `blob`, and returns the digest of the bytes read.
    func next(_ blob: BundleContents.Blob, into copy: OpenFile) throws(StoreError) -> Digest {
        let member = blob.member
        let header = try Self.bytes(TarMember.blockBytes, of: file, path, "a header")
        guard header == member.header else {
            throw .invalidBundle(path: path, reason: "expected the blob \(blob.digest) at byte \(readBytes)")
        }
        readBytes += header.count
        var hasher = StreamingDigest()
        var remaining = blob.sizeBytes
        while remaining > 0 {
            let piece = try Self.bytes(min(remaining, 1 << 20), of: file, path, "the blob \(blob.digest)")
            hasher.update(piece[...])
            try copy.write(piece)
            remaining -= piece.count
            readBytes += piece.count
        }
        try skipPadding(of: member)
        return hasher.digest
    }

    /// Checks the end of the archive.
    func finish() throws(StoreError) {
        guard try Self.bytes(TarMember.end.count, of: file, path, "its end") == TarMember.end else {
            throw .invalidBundle(path: path, reason: "its end of archive is malformed")
        }
    }

    private func skipPadding(of member: TarMember) throws(StoreError) {
        let padding = try Self.bytes(member.paddingBytes, of: file, path, "padding")
        guard padding.allSatisfy({ $0 == 0 }) else {
            throw .invalidBundle(path: path, reason: "the padding at byte \(readBytes) is not zero")
        }
        readBytes += padding.count
    }

    private static func bytes(
        _ count: Int, of file: OpenFile, _ path: String, _ what: String
    ) throws(StoreError) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: count)
        guard try file.read(into: &buffer) == count else {
            throw .invalidBundle(path: path, reason: "it ends within \(what)")
        }
        return buffer
    }
}

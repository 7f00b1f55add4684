extension ContentStore {
    /// What lies in `objects/`.
    struct Listing: Sendable {
        /// By digest.
        var blobs: [StoredBlob] = []
        /// Paths of files that are not named as blobs are.
        var strays: [String] = []
        /// What cannot even be inspected, by digest.
        var unreadable: [(digest: Digest, error: StoreError)] = []
    }

    /// Looks at every file in `objects/`, without reading any. What goes away meanwhile is left out; a folder of which the disk
    /// gives only some entries is an error.
    func listing() throws(StoreError) -> Listing {
        var listing = Listing()
        let objects = path + "/objects"
        for folder in try FolderOperations.names(in: objects) {
            guard try FolderOperations.isFolder("\(objects)/\(folder)") else {
                listing.strays.append("\(objects)/\(folder)")
                continue
            }
            for name in try FolderOperations.names(in: "\(objects)/\(folder)") {
                let file = "\(objects)/\(folder)/\(name)"
                guard folder.utf8.count == 2, name.utf8.count == 62, let digest = try? Digest(hex: folder + name),
                    digest.hex == folder + name
                else {
                    listing.strays.append(file)
                    continue
                }
                do {
                    guard let signature = try FileSignature(path: file) else { continue }
                    listing.blobs.append(
                        StoredBlob(
                            digest: digest, sizeBytes: signature.isRegular ? Int(signature.sizeBytes) : 0,
                            usedNanoseconds: signature.modifiedNanoseconds))
                } catch {
                    listing.unreadable.append((digest, error))
                }
            }
        }
        return listing
    }
}

import ContentStore

extension ActionResolver {
    /// The nearest upstream task whose stored result contains the blob that an error of a task reports as lost.
    ///
    /// - Returns: Nil if the error reports no lost blob, or no task upstream made it.
    func producer(ofBlobLostBy error: any Error, to consumer: Int, in store: ContentStore) throws -> Int? {
        let lost: Digest
        switch error as? StoreError {
        case .missingBlob(let digest), .damagedBlob(let digest, _, _): lost = digest
        default: return nil
        }
        var seen = Set([consumer])
        var reached = graph.producers(of: consumer)
        while !reached.isEmpty {
            for producer in reached where seen.insert(producer).inserted {
                guard let key = knownKey(of: producer), let result = try store.lookUp([key])[key] else { continue }
                if result.outputs.contains(where: { $0.digest == lost }) || result.references.contains(lost) {
                    return producer
                }
            }
            reached = reached.flatMap(graph.producers(of:)).filter { !seen.contains($0) }
        }
        return nil
    }
}

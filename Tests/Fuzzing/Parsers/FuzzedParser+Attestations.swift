import Attestations
import Audit
import ContentStore

extension FuzzedParser {
    static let attestations = [envelope, statement, key]

    /// The pair of RFC 8410, which everybody knows.
    private static let privateKey = """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
        -----END PRIVATE KEY-----
        """
    private static let publicKey = """
        -----BEGIN PUBLIC KEY-----
        MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
        -----END PUBLIC KEY-----

        """

    private static let sample = """
        {"_type":"https://in-toto.io/Statement/v1","predicate":{"buildDefinition":{"buildType":"urn:nominal:run:2"},"runDetails":\
        {"builder":{"id":"urn:nominal:builder","version":{"run":"nominal 0.1.0"}},"byproducts":[{"annotations":{"position":"7"},\
        "digest":{"sha256":"\(Digest.of(text: "link"))"},"name":"history"}],"metadata":{"invocationId":"run 12",\
        "nominal_outcome":"succeeded"}}},"predicateType":"https://slsa.dev/provenance/v1","subject":[{"digest":{"sha256":\
        "\(Digest.of(text: "page"))"},"name":"report.html"}]}
        """

    private static func signer() throws -> SigningKey { try SigningKey(pem: Array(privateKey.utf8), name: "key") }

    private static func signed(_ payload: [UInt8]) throws -> SignedEnvelope {
        try SignedEnvelope(payload, type: ProvenanceStatement.payloadType, by: signer())
    }

    /// What is signed cannot be another thing than what was signed.
    private static let envelope = FuzzedParser(
        name: "envelope", words: ["\"payload\" : \"", "\"payloadType\"", "\"signatures\"", "\"keyid\"", "\"sig\""],
        seeds: { [try signed(Array(sample.utf8)).json()] }
    ) { _ in
        let key = try signer().verificationKey
        return { bytes in
            let envelope = try SignedEnvelope(json: bytes, name: "input")
            guard try SignedEnvelope(json: envelope.json(), name: "again") == envelope else {
                fatalError("an envelope changes when it is written and read")
            }
            let payload = try envelope.verifiedPayload(
                by: key, type: ProvenanceStatement.payloadType, name: "input")
            guard payload == Array(sample.utf8) else { fatalError("a signature holds for what was not signed") }
            _ = try VerifiedStatement(envelope, by: key, name: "input")
        }
    }

    /// Signed as whoever has a key may sign anything.
    private static let statement = FuzzedParser(
        name: "statement",
        words: ["\"subject\"", "\"sha256\"", "\"byproducts\"", "\"history\"", "\"position\"", "../"],
        seeds: { [Array(sample.utf8)] }
    ) { folder in
        let key = try signer().verificationKey
        return { bytes in
            let statement = try VerifiedStatement(signed(bytes), by: key, name: "input")
            guard !statement.subjects.isEmpty else { fatalError("a statement about nothing is taken for one") }
            // The folder is empty, so nothing in it can be what is attested.
            guard try statement.findings(in: folder).count == statement.subjects.count else {
                fatalError("a name leads out of the folder")
            }
        }
    }

    private static let key = FuzzedParser(
        name: "key", maximumBytes: 512,
        words: ["-----BEGIN ", "-----END ", "PRIVATE KEY-----", "PUBLIC KEY-----", "MC4CAQAw"],
        seeds: { [Array(privateKey.utf8), Array(publicKey.utf8)] }
    ) { _ in
        { bytes in
            if let key = try? VerificationKey(pem: bytes, name: "input") {
                guard try VerificationKey(pem: Array(key.pem.utf8), name: "again").pem == key.pem else {
                    fatalError("a public key changes when it is written and read")
                }
                return
            }
            let key = try SigningKey(pem: bytes, name: "input")
            guard try SigningKey(pem: Array(key.pem.utf8), name: "again").pem == key.pem else {
                fatalError("a private key changes when it is written and read")
            }
        }
    }
}

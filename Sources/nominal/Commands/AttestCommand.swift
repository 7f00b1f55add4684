import ArgumentParser
import Audit
import Attestations
import ContentStore
import Foundation
import Stages

struct AttestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attest",
        abstract: "Signs what a run has made, and from what.",
        discussion: """
            Writes an in-toto statement with SLSA provenance in a DSSE envelope, signed with Ed25519: the digests of all results
            of the run, of all images and the manifest that they were made from, the parameters and versions, and where the
            history of the store stands. nominal verify --attestation checks it, without the store and without a network.

            Examples:
              nominal keys create line3.key
              nominal attest 12 --key line3.key --output runs/demo/attestation.json
              nominal verify --attestation runs/demo/attestation.json --public-key line3.key.pub --folder runs/demo
            """)

    @Argument(help: ArgumentHelp("The number of the run; nominal runs lists them.", valueName: "run"))
    var number: Int64

    @Option(help: ArgumentHelp("The private key, which nominal keys create has made.", valueName: "file"))
    var key: String

    @Option(name: .shortAndLong, help: "Where to write the attestation. Default: runN.attestation.json.")
    var output: String?

    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        try failing {
            try storeOptions.requireStore()
            let signer = try SigningKey(pem: try AtomicFile.read(key), name: key)
            warnOfReadableKey()
            let store = try storeOptions.open(.readOnly)
            let statement = try ProvenanceStatement(ofRun: number, store)
            let envelope = try SignedEnvelope(statement.bytes, type: ProvenanceStatement.payloadType, by: signer)
            let path = output ?? "run\(number).attestation.json"
            _ = try AtomicFile.write(try envelope.json(), to: path, onlyIfChanged: true)
            print("\(path): run \(number), signed by the key \(signer.verificationKey.identifier.prefix(12))")
        }
    }

    private func warnOfReadableKey() {
        let attributes = try? FileManager.default.attributesOfItem(
            atPath: URL(fileURLWithPath: key).resolvingSymlinksInPath().path)
        guard let mode = attributes?[.posixPermissions] as? Int, mode & 0o077 != 0 else { return }
        StandardError.warning(
            "\(key): others than its owner may use this private key (its mode is \(String(mode, radix: 8)), expected 600); run "
                + "chmod 600 \(key)")
    }
}

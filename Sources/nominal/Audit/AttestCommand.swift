import ArgumentParser
import Attestations
import Audit
import Console
import ContentStore
import Foundation

struct AttestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attest",
        abstract: "Sign the results and inputs of a run.",
        discussion: """
            Writes an in-toto statement with SLSA provenance in a DSSE envelope, signed with Ed25519. It has the \
            digests of all results, images and the manifest, the parameters and versions, and the last entry of the \
            store's history. Check it with nominal verify --attestation, which needs neither the store nor a network.

            Examples:
              nominal keys create line3.key
              nominal attest 12 --key line3.key --output runs/demo/attestation.json
              nominal verify --attestation runs/demo/attestation.json --public-key line3.key.pub --folder runs/demo
            """)

    @Argument(
        help: ArgumentHelp("The number of the run; nominal runs lists them.", valueName: "run"), completion: .runs)
    var number: Int64

    @Option(help: ArgumentHelp("The private key, from nominal keys create.", valueName: "file"))
    var key: String

    @Option(name: .shortAndLong, help: "Where to write the attestation. Default: runN.attestation.json.")
    var output: String?

    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        try storeOptions.requireStore()
        let signer = try SigningKey(path: key)
        warnIfKeyIsReadable()
        let store = try storeOptions.openExisting(.readOnly)
        let statement = try ProvenanceStatement(ofRun: number, store)
        let envelope = SignedEnvelope(statement.bytes, type: ProvenanceStatement.payloadType, by: signer)
        let path = output ?? "run\(number).attestation.json"
        _ = try AtomicFile.write(try envelope.json(), to: path, onlyIfChanged: true)
        print("\(path): run \(number), signed by the key \(signer.verificationKey.identifier.prefix(12))")
    }

    private func warnIfKeyIsReadable() {
        let attributes = try? FileManager.default.attributesOfItem(
            atPath: URL(fileURLWithPath: key).resolvingSymlinksInPath().path)
        guard let mode = attributes?[.posixPermissions] as? Int, mode & 0o077 != 0 else { return }
        StandardError.warning(
            "\(key): other users can access this private key (mode \(String(mode, radix: 8)), expected 600); run "
                + "chmod 600 \(key)")
    }
}

struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Create and show keys for attestations.",
        discussion: """
            Examples:
              nominal keys create line3-2026.key
              nominal keys show line3-2026.key.pub
            """,
        subcommands: [CreateKeyCommand.self, ShowKeyCommand.self])
}

struct CreateKeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Create an Ed25519 key pair.",
        discussion: """
            Writes the private key FILE, which only you can read, and the public key FILE.pub for verifiers. Both are \
            PEM files as OpenSSL writes them. Existing files are never replaced. No store or log contains the private \
            key. If it is lost or disclosed, create another one; after a disclosure, tell verifiers to stop trusting \
            the old one.

            Example:
              nominal keys create line3-2026.key
            """)

    @Argument(help: "The file of the private key.")
    var file: String

    func run() throws {
        let key = SigningKey()
        let publicFile = file + ".pub"
        for name in [file, publicFile] where try AtomicFile.exists(name) {
            throw AttestationError.keyThere(name: name)
        }
        try AtomicFile.create(Array(key.file.utf8), at: file, mode: 0o600)
        do {
            try AtomicFile.create(Array(key.verificationKey.file.utf8), at: publicFile, mode: 0o644)
        } catch {
            try? AtomicFile.removeAll(file)
            throw error
        }
        print("\(file), \(publicFile): the key \(key.verificationKey.identifier.prefix(12))")
    }
}

struct ShowKeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Print the key identifier in signatures.",
        discussion: "Example:\n  nominal keys show line3-2026.key.pub")

    @Argument(help: "The file of a public key.")
    var file: String

    func run() throws {
        print(try VerificationKey(path: file).identifier)
    }
}

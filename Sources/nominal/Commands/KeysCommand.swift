import ArgumentParser
import Attestations
import ContentStore
import Folders
import Foundation

struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Makes keys to sign attestations with.",
        subcommands: [CreateKeyCommand.self, ShowKeyCommand.self])
}

struct CreateKeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Makes a private key of Ed25519 and its public key.",
        discussion: """
            Writes FILE, which only you can read, and FILE.pub, which goes to those who verify. Both are PEM files as OpenSSL
            writes them. A file that is there is never replaced. The private key is in no store and no log; who loses it makes
            another one, and who fears that it is known makes another one and tells those who verify to drop the old.

            Example:
              nominal keys create line3-2026.key
            """)

    @Argument(help: "The file of the private key.")
    var file: String

    func run() throws {
        try failing {
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
}

struct ShowKeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Prints by which name signatures call a public key.",
        discussion: "Example:\n  nominal keys show line3-2026.key.pub")

    @Argument(help: "The file of a public key.")
    var file: String

    func run() throws {
        try failing { print(try VerificationKey(pem: try AtomicFile.read(file), name: file).identifier) }
    }
}

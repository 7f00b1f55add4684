import ArgumentParser
import ContentStore
import Folders
import Foundation
import ModelRegistry

struct CardCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "card",
        abstract: "Prints the card of a model: what it was made from, how well it does, and its limits.",
        discussion: """
            The card is found in the store, as that which was made of this very model. A run
            writes it beside the model too.

            Examples:
              nominal models card wood@production
              nominal models card wood@2 --json
              nominal models card runs/demo/models/wood.nominal
            """)

    @Argument(help: "NAME, NAME@production, NAME@latest, NAME@VERSION, or a model file.")
    var model: String

    @Flag(help: "Print it as JSON, with all digits (schemas/card.schema.json).")
    var json = false

    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        try failing {
            try storeOptions.requireStore()
            let store = try storeOptions.open(.readOnly)
            let (digest, name, registered) = try find(store)
            let cards = try store.cards(of: digest)
            guard let card = cards.first?[json ? "card.json" : "card.md"] else {
                throw RegistryError.unknownCard(
                    model: name,
                    reason:
                        "the store knows of no task that made one of this model, which an earlier version of nominal or another "
                        + "store has made; run the job that made it again (nothing is trained again), or import it with "
                        + "nominal import")
            }
            guard try store.contains(card) else {
                throw RegistryError.unknownCard(
                    model: name, reason: "it has been collected; run the job that made the model again")
            }
            if cards.count > 1 {
                StandardError.note(
                    "there are \(cards.count) cards of this model; this is the one that a run made or found last")
            }
            print(String(decoding: try store.read(card), as: UTF8.self), terminator: "")
            // The card is of the file; what people decided about the name came after it.
            guard let registered, let words = try ModelDecisionText.threshold(registered, store) else { return }
            if json {
                StandardError.note("\(registered.reference): the threshold in force is \(words)")
            } else {
                print("\n## Threshold in force\n\n\(registered.reference) is used with the threshold \(words)")
            }
        }
    }

    /// The model that is meant, and what to call it.
    private func find(_ store: ContentStore) throws -> (Digest, String, RegisteredModel?) {
        if try AtomicFile.exists(model) { return (try Digest.of(filePath: model), model, nil) }
        guard let reference = ModelReference(model) else {
            StandardError.error(
                "\(model): no such model file, and not the name of a registered model; nominal models lists these")
            throw ExitCode(ExitStatus.inputMissing.rawValue)
        }
        let known = try store.model(reference)
        return (known.digest, "\(known.reference)", known)
    }
}

/// One night of retraining: what was trained on, what came of it.
public struct Night: Sendable, Equatable {
    public enum State: String, Sendable {
        /// Begun, and perhaps interrupted.
        case open
        /// A new model went into production.
        case promoted
        /// The model in production stayed there.
        case kept
        /// A task failed: the next night tries again, with what is there then.
        case failed
    }

    /// In the store.
    public let number: Int64
    /// The name of the models.
    public let model: String
    /// Its date, followed by `-2` and so on where a date has several.
    public let label: String
    /// `2026-11-26`.
    public let date: String
    public let state: State
    /// Why it ended so; empty while it is open.
    public let reason: String
    /// Of the job manifest that it follows.
    public let manifest: Digest
    /// Of the list of images that were trained on.
    public let roll: Digest
    /// Versions of the models that were compared; `nil` where there was none.
    public let champion, challenger: Int?
    /// Version of the model that the new one was compared with besides the one in production; `nil` where there was none.
    public let anchor: Int?
    /// Of how the new images look beside the base set; `nil` where none were new.
    public let drift: Digest?
    /// Of the comparison; `nil` where nothing was compared.
    public let verdict: Digest?
}

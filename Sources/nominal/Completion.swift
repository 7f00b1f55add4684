import ArgumentParser
import ContentStore
import Folders
import ModelRegistry

/// Completion of names in the store. A shell calls it at every press of the tab key, so a store that cannot be read
/// gives no names instead of an error.
extension CompletionKind {
    private static let limit = 1000

    /// Names of tasks in the history.
    static var tasks: CompletionKind {
        names { store, prefix in try store.tasks(matching: prefix).filter { $0.hasPrefix(prefix) } }
    }

    /// Numbers of runs, the newest first.
    static var runs: CompletionKind {
        names { store, _ in try store.executions(limit: limit).map { String($0.number) } }
    }

    /// Names of models.
    static var modelNames: CompletionKind {
        names { store, _ in Array(Set(try store.models().map(\.name))).sorted() }
    }

    /// Models as NAME@VERSION, and NAME@production for those in production.
    static var models: CompletionKind {
        names { store, _ in
            let models = try store.models()
            let production = try Set(models.map(\.name)).sorted().filter { try store.production(of: $0) != nil }
            return production.map { $0 + "@production" } + models.map { "\($0.reference)" }
        }
    }

    private static func names(_ list: @escaping @Sendable (ContentStore, String) throws -> [String]) -> CompletionKind {
        .custom { arguments, _, prefix in
            let path = storePath(arguments) ?? PathText.environment("NOMINAL_STORE") ?? ".nominal"
            guard (try? AtomicFile.exists(path + "/store.sqlite")) == true else { return [] }
            let names = try? list(ContentStore(path: path, mode: .readOnly), prefix)
            return Array((names ?? []).prefix(limit))
        }
    }

    /// The value of --store in an unfinished command line.
    private static func storePath(_ arguments: [String]) -> String? {
        if let option = arguments.firstIndex(of: "--store"), option + 1 < arguments.count {
            return arguments[option + 1]
        }
        return arguments.last { $0.hasPrefix("--store=") }.map { String($0.dropFirst("--store=".count)) }
    }
}

import ContentStore
import Stages

/// The differences between the origins of two runs: data, parameters and code.
package struct RunDifferences: Codable, Equatable, Sendable {
    /// One value of both runs; nil where it is absent.
    package struct Change: Codable, Equatable, Sendable {
        package var name: String
        package var first, second: String?
        /// The categories with this difference; empty means all.
        package var categories: [String]
    }

    /// The differences between the files of one category.
    package struct Data: Codable, Equatable, Sendable {
        package var category: String
        /// Normal images for training and calibration, and test images with their masks.
        package var train, test: Files
        package var haveOtherTextures: Bool

        var isEmpty: Bool { train.isEmpty && test.isEmpty && !haveOtherTextures }
    }

    package struct Files: Codable, Equatable, Sendable {
        /// Sorted by name.
        package var added, removed, changed: [String]

        package var isEmpty: Bool { added.isEmpty && removed.isEmpty && changed.isEmpty }

        init<Value: Equatable>(_ first: [String: Value], _ second: [String: Value]) {
            added = second.keys.filter { first[$0] == nil }.sorted()
            removed = first.keys.filter { second[$0] == nil }.sorted()
            changed = first.keys.filter { name in second[name].map { $0 != first[name] } ?? false }.sorted()
        }
    }

    /// The categories whose data differ.
    package var data: [Data]
    /// Values of the resolved manifest, by JSON Pointer.
    package var parameters: [Change]
    /// The versions of the program and its stages.
    package var code: [Change]

    package var isEmpty: Bool { data.isEmpty && parameters.isEmpty && code.isEmpty }

    /// - Parameter cases: the cases of both runs.
    init(_ first: RunRecord, _ second: RunRecord, cases: [String]) {
        data = cases.compactMap { name in
            guard let a = first.cases[name], let b = second.cases[name] else { return nil }
            let data = Data(
                category: name, train: Files(a.train, b.train), test: Files(a.test, b.test),
                haveOtherTextures: a.textures != b.textures)
            return data.isEmpty ? nil : data
        }
        parameters = Self.parameters(first, second, cases)
        var code: [Change] = []
        func compare(_ name: String, _ a: String?, _ b: String?) {
            if a != b { code.append(Change(name: name, first: a, second: b, categories: [])) }
        }
        compare("nominal", first.nominal, second.nominal)
        compare("numerics", "\(first.numerics)", "\(second.numerics)")
        for stage in Set(first.stages.keys).union(second.stages.keys).sorted() {
            compare("stage \(stage)", first.stages[stage].map(String.init), second.stages[stage].map(String.init))
        }
        self.code = code
    }

    /// The changed parameters; equal changes of several categories are merged.
    private static func parameters(_ first: RunRecord, _ second: RunRecord, _ cases: [String]) -> [Change] {
        var changes: [Change] = []
        for name in cases {
            guard let a = first.cases[name]?.parameters, let b = second.cases[name]?.parameters else { continue }
            for pointer in Set(a.keys).union(b.keys).sorted() where a[pointer] != b[pointer] {
                let known = changes.firstIndex {
                    $0.name == pointer && $0.first == a[pointer] && $0.second == b[pointer]
                }
                if let known {
                    changes[known].categories.append(name)
                } else {
                    changes.append(
                        Change(name: pointer, first: a[pointer], second: b[pointer], categories: [name]))
                }
            }
        }
        for index in changes.indices where changes[index].categories.count == cases.count {
            changes[index].categories = []
        }
        return changes.sorted { ($0.name, $0.categories.first ?? "") < ($1.name, $1.categories.first ?? "") }
    }
}

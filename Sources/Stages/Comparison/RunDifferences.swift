import ContentStore

/// What two runs were made from that is not the same.
public struct RunDifferences: Codable, Equatable, Sendable {
    /// One value of both runs; nil where a run does not have it.
    public struct Change: Codable, Equatable, Sendable {
        public var name: String
        public var first, second: String?
        /// The categories that it holds for; empty where for all of them.
        public var categories: [String]
    }

    /// Files of one category, by what became of them from the first run to the second.
    public struct Data: Codable, Equatable, Sendable {
        public var category: String
        /// Normal images for training and calibration, then test images with their masks.
        public var train, test: Files
        public var haveOtherTextures: Bool

        var isEmpty: Bool { train.isEmpty && test.isEmpty && !haveOtherTextures }
    }

    public struct Files: Codable, Equatable, Sendable {
        /// Sorted by name.
        public var added, removed, changed: [String]

        public var isEmpty: Bool { added.isEmpty && removed.isEmpty && changed.isEmpty }

        init<Value: Equatable>(_ first: [String: Value], _ second: [String: Value]) {
            added = second.keys.filter { first[$0] == nil }.sorted()
            removed = first.keys.filter { second[$0] == nil }.sorted()
            changed = first.keys.filter { name in second[name].map { $0 != first[name] } ?? false }.sorted()
        }
    }

    /// Categories whose data differ.
    public var data: [Data]
    /// By JSON Pointer into the manifest, after presets and defaults.
    public var parameters: [Change]
    /// Versions of the program and its stages.
    public var code: [Change]

    public var isEmpty: Bool { data.isEmpty && parameters.isEmpty && code.isEmpty }

    /// - Parameter cases: that both runs have.
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

    /// Equal changes of several categories become one.
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

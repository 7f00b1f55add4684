import Testing

@testable import Manifests

@Suite("Schema of job manifests")
struct JobSchemaTests {
    /// Every key of the schema, with its own schema and its parent's.
    static let properties = describedProperties(of: ManifestSchema.job.document, at: .root)

    static func describedProperties(
        of schema: JSONValue, at pointer: JSONPointer
    ) -> [(pointer: String, schema: JSONValue, parent: JSONValue)] {
        (schema["properties"]?.members ?? []).flatMap { member in
            let pointer = pointer.appending(member.name)
            return [(pointer.description, member.value, schema)] + describedProperties(of: member.value, at: pointer)
        }
    }

    @Test("every key has a description, written as a sentence")
    func descriptions() {
        #expect(Self.properties.count > 60)
        for property in Self.properties {
            let description = property.schema["description"]?.string ?? ""
            #expect(description.hasSuffix(".") && description.count > 8, "\(property.pointer)")
        }
    }

    @Test("every key has a default, is required, or is listed as optional")
    func defaults() {
        let without = Self.properties.filter { property in
            let name = property.pointer.split(separator: "/").last.map(String.init) ?? ""
            let required = property.parent["required"]?.elements?.compactMap(\.string) ?? []
            return property.schema["default"] == nil && !required.contains(name)
        }
        #expect(
            without.map(\.pointer) == [
                "/$schema", "/preset", "/dataset/root", "/dataset/categories", "/dataset/folders",
                "/dataset/folders/images", "/dataset/folders/masks", "/dataset/folders/unlabelled", "/dataset/normal",
                "/dataset/score", "/dataset/groundTruth",
                "/image/range", "/image/depth", "/image/pixelSize", "/image/frame", "/image/region", "/image/tile",
                "/corruption/textures",
                "/detector/external/maps",
                "/training/stopAfter",
                "/training/seed",
                "/training/seeds",
                "/scoring/boxSize", "/calibration/costs", "/calibration/threshold",
                "/calibration/pixelThreshold",
                "/require", "/require/imageAUROC", "/require/imageAP", "/require/imageF1Max", "/require/pixelAUROC",
                "/require/pixelAP", "/require/pixelF1Max", "/require/aupro.0.05", "/require/aupro.0.3",
                "/require/aupro.1", "/require/aupimo.mean", "/require/aupimo.median", "/card/licence",
                "/card/dataLicence",
                "/card/dataSource", "/card/owner", "/card/contact", "/card/intendedUse", "/card/outOfScope",
                "/card/notes", "/perCategory",
                "/execution/timeLimitSeconds", "/execution/memoryLimitMiB", "/execution/memory",
                "/execution/runner/partition", "/execution/runner/account", "/execution/runner/timeMinutes",
                "/execution/runner/memoryMiB", "/retrain", "/retrain/model",
                "/retrain/base", "/retrain/gate/labelled", "/retrain/gate/anchor", "/retrain/gate/anchor/falseAlarms",
                "/retrain/gate/anchor/recall", "/retrain/gate/anchor/criterion", "/variants",
            ])
    }

    @Test("every object rejects unknown keys, and every number has a range")
    func strictness() {
        for property in Self.properties {
            if property.schema["type"]?.string == "object" {
                #expect(property.schema["additionalProperties"] != nil, "\(property.pointer)")
            }
            guard ["integer", "number"].contains(property.schema["type"]?.string) else { continue }
            #expect(
                property.schema["minimum"] != nil || property.schema["exclusiveMinimum"] != nil, "\(property.pointer)")
            #expect(
                property.schema["maximum"] != nil || property.schema["exclusiveMaximum"] != nil, "\(property.pointer)")
        }
    }

    @Test("the enumerations in Swift match the schema")
    func choices() throws {
        func values(_ path: String...) throws -> [String] {
            let schema = try path.reduce(ManifestSchema.job.document) { try #require($0["properties"]?[$1]) }
            return try #require(schema["enum"]?.elements).compactMap(\.string)
        }
        #expect(try values("dataset", "onBadImage") == DatasetSection.BadImagePolicy.allCases.map(\.rawValue))
        #expect(try values("dataset", "links") == DatasetSection.Links.allCases.map(\.rawValue))
        #expect(try values("paths") == KeptPaths.allCases.map(\.rawValue))
        #expect(try values("execution", "runner", "kind") == RunnerSection.Kind.allCases.map(\.rawValue))
        #expect(try values("corruption", "model") == CorruptionSection.Model.allCases.map(\.rawValue))
        #expect(try values("network", "architecture") == NetworkSection.Architecture.allCases.map(\.rawValue))
        #expect(try values("engine", "name") == EngineSection.Name.allCases.map(\.rawValue))
        #expect(try values("engine", "precision") == EngineSection.Precision.allCases.map(\.rawValue))
        #expect(try values("scoring", "imageScore") == ScoringSection.ImageScore.allCases.map(\.rawValue))
    }

    @Test("a variant accepts every key except name, paths, execution, retrain and variants")
    func variantKeys() throws {
        let all = try #require(ManifestSchema.job.document["properties"]?.members).map(\.name)
        let patch = try #require(
            ManifestSchema.job.document["properties"]?["variants"]?["additionalProperties"]?["properties"]?.members)
        #expect(
            patch.map(\.name) == all.filter { !["name", "paths", "execution", "retrain", "variants"].contains($0) })
    }

    @Test("the reference page has one row per key, with its default and range")
    func reference() {
        let page = ManifestReference.markdown()
        let rows = page.split(separator: "\n")
        for property in Self.properties
        where property.schema["properties"] == nil || property.pointer.contains("structured") {
            #expect(rows.count { $0.hasPrefix("| `\(property.pointer)` |") } == 1, "\(property.pointer)")
        }
        for row in [
            "| `/name` | a string | required | matches `^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$` | Name of the job",
            "| `/dataset/categories` | \"all\" or a list of folder names | `\"all\"` | at least 1 element, no duplicates | Categories",
            "| `/dataset/root` | a path | none |",
            "| `/image/width` | a whole number | `256` | from 32 to 4096, a multiple of 8 | Width in pixels. |",
            "| `/training/seed` | a whole number | `1` | from 0 to 9007199254740991 | Seed",
            "| `/training/averageDecay` | a number | `0` | from 0 below 1 | Decay",
            "| `/scoring/imageScore` | \"sum\", \"max\", \"mean\" or \"topK\" | `\"max\"` |  | How the map",
        ] {
            #expect(rows.contains { $0.hasPrefix(row) }, "\(row)")
        }
        #expect(
            rows.filter { $0.hasPrefix("|") }.allSatisfy { row in
                row.replacing("\\|", with: "").count { $0 == "|" } == 6
            })
    }
}

@Suite("Schema of sweeps")
struct SweepSchemaTests {
    private static let properties =
        JobSchemaTests.describedProperties(of: ManifestSchema.sweep.document, at: .root)
        + JobSchemaTests.describedProperties(
            of: ManifestSchema.sweep.document["$defs"]?["range"] ?? .null,
            at: JSONPointer.root.appending("parameters").appending("POINTER"))

    @Test("every key has a description, written as a sentence")
    func descriptions() {
        #expect(Self.properties.count == 15)
        for property in Self.properties {
            let description = property.schema["description"]?.string ?? ""
            #expect(description.hasSuffix(".") && description.count > 8, "\(property.pointer)")
        }
    }

    @Test("shared definitions are equal in both schemas")
    func definitions() {
        for name in ["path", "seed"] {
            #expect(ManifestSchema.sweep.document["$defs"]?[name] != nil)
            #expect(ManifestSchema.sweep.document["$defs"]?[name] == ManifestSchema.job.document["$defs"]?[name])
        }
        #expect(
            ManifestSchema.sweep.document["properties"]?["seeds"]?["maxItems"]
                == ManifestSchema.job.document["properties"]?["training"]?["properties"]?["seeds"]?["maxItems"])
    }

    @Test("the limit of samples equals the limit of trials")
    func limit() {
        let samples = ManifestSchema.sweep.document["properties"]?["search"]?["properties"]?["samples"]
        #expect(samples?["maximum"]?.integer == SearchMethod.trialLimit)
    }

    @Test("the reference page has one row per key, including the keys of a range")
    func reference() {
        let rows = ManifestReference.sweepMarkdown().split(separator: "\n")
        for property in Self.properties where property.pointer != "/search" {
            #expect(rows.count { $0.hasPrefix("| `\(property.pointer)` |") } == 1, "\(property.pointer)")
        }
        #expect(
            rows.contains { $0.hasPrefix("| `/parameters/POINTER/scale` | \"linear\" or \"log\" | `\"linear\"` |") })
        #expect(rows.contains { $0.hasPrefix("| `/search/seed` | a whole number | `1` | from 0") })
    }
}

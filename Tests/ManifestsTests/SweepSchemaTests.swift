import Testing

@testable import Manifests

@Suite("Schema of sweeps")
struct SweepSchemaTests {
    private static let properties =
        JobSchemaTests.describedProperties(of: SweepSchema.document, at: .root)
        + JobSchemaTests.describedProperties(
            of: SweepSchema.document["$defs"]?["range"] ?? .null,
            at: JSONPointer.root.appending("parameters").appending("POINTER"))

    @Test("every key has a description, written as a sentence")
    func descriptions() {
        #expect(Self.properties.count == 15)
        for property in Self.properties {
            let description = property.schema["description"]?.string ?? ""
            #expect(description.hasSuffix(".") && description.count > 8, "\(property.pointer)")
        }
    }

    @Test("definitions that both schemas have are the same in both")
    func definitions() {
        for name in ["path", "seed"] {
            #expect(SweepSchema.document["$defs"]?[name] != nil)
            #expect(SweepSchema.document["$defs"]?[name] == JobSchema.document["$defs"]?[name])
        }
        #expect(
            SweepSchema.document["properties"]?["seeds"]?["maxItems"]
                == JobSchema.document["properties"]?["training"]?["properties"]?["seeds"]?["maxItems"])
    }

    @Test("the limit of samples is that of trials")
    func limit() {
        let samples = SweepSchema.document["properties"]?["search"]?["properties"]?["samples"]
        #expect(samples?["maximum"]?.integer == SearchMethod.trialLimit)
    }

    @Test("the reference page has one row for every key, those of a range included")
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

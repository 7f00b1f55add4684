/// A schema with the name of the member that it describes.
struct SchemaProperty: Sendable {
    let name: String
    let schema: SchemaNode
}

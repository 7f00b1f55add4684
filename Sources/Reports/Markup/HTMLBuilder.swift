/// Lets markup be written as nested blocks; strings in a block are text and are escaped.
@resultBuilder
public enum HTMLBuilder {
    public static func buildExpression(_ html: HTML) -> HTML { html }
    public static func buildExpression(_ text: String) -> HTML { .text(text) }
    public static func buildBlock(_ parts: HTML...) -> HTML { .fragment(parts) }
    public static func buildArray(_ parts: [HTML]) -> HTML { .fragment(parts) }
    public static func buildOptional(_ part: HTML?) -> HTML { part ?? .empty }
    public static func buildEither(first part: HTML) -> HTML { part }
    public static func buildEither(second part: HTML) -> HTML { part }
}

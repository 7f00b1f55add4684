/// A symbolic link that is not followed.
public struct LinkFault: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Kind: Sendable {
        /// What it leads to lies outside of the folder that was named.
        case leadsOut
        /// It leads to a folder that it lies in itself, so that a walk would not end.
        case leadsBack
    }

    public let link: String
    /// Where it leads, without further links.
    public let target: String
    /// That was named, in a manifest or on the command line.
    public let folder: String
    public let kind: Kind

    public init(link: String, target: String, folder: String, kind: Kind) {
        (self.link, self.target, self.folder, self.kind) = (link, target, folder, kind)
    }

    public var description: String {
        switch kind {
        case .leadsOut:
            "\(link) is a link that leads to \(target), outside of \(folder), the folder that was named; only what lies in it "
                + "is read. Put the files themselves there, or, where links are wanted, say so: \"links\": \"follow\" in the "
                + "manifest's dataset, or --follow-links on the command line"
        case .leadsBack:
            "\(link) is a link that leads back to \(target), which it lies in, so that looking through \(folder) would not end; "
                + "remove the link"
        }
    }
}

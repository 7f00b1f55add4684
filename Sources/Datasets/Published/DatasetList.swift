import ContentStore
import Folders
import StrictJSON

/// A text file of a data set that names its images.
struct DatasetList {
    let file: String
    private let root: NamedFolder

    private static let limitBytes = 256 << 20

    /// - Parameter name: the path relative to the root.
    init(_ root: NamedFolder, _ name: String) { (file, self.root) = (root.path + "/" + name, root) }

    func fault(_ fault: String, _ remedy: String = "unpack the data set again") -> DatasetError {
        .list(file: file, fault: fault, remedy: remedy)
    }

    private func bytes() throws(DatasetError) -> [UInt8] {
        do { return try AtomicFile.read(file, in: root, limitBytes: Self.limitBytes) } catch { throw fault("\(error)") }
    }

    func json() throws(DatasetError) -> JSONValue {
        let bytes = try bytes()
        do throws(JSONError) {
            return try JSONParser.parse(bytes, file: file, sizeLimit: Self.limitBytes)
        } catch {
            throw fault("\(error.position): found \(error.fault.found); expected \(error.fault.expected)")
        }
    }

    /// The rows of a CSV file without quoted fields, without the header.
    ///
    /// - Parameter columns: the expected header.
    func rows(_ columns: [String]) throws(DatasetError) -> [[String]] {
        var rows: [[String]] = []
        for (number, line) in String(decoding: try bytes(), as: UTF8.self).split(whereSeparator: \.isNewline)
            .enumerated()
        {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            guard fields.count == columns.count else {
                throw fault("line \(number + 1) has \(fields.count) fields; expected \(columns.joined(separator: ","))")
            }
            guard number > 0 else {
                guard fields == columns else {
                    throw fault("the header is \(line); expected \(columns.joined(separator: ","))")
                }
                continue
            }
            rows.append(fields)
        }
        return rows
    }

    /// The path of a file that the list names, without "." and "..".
    ///
    /// - Parameter folder: the folder that the name is relative to.
    /// - Throws: `DatasetError.list` if the name leads out of the folder, or no such file exists.
    func path(_ name: String, in folder: String) throws(DatasetError) -> (file: String, path: String) {
        let file = PathText.read(name)
        guard !file.hasPrefix("/"),
            !file.split(separator: "/", omittingEmptySubsequences: false).contains(where: {
                $0.isEmpty || $0 == "." || $0 == ".."
            })
        else { throw fault("\(name) is not a path below \(folder)") }
        let path = folder + "/" + file
        do throws(LinkFault) { try root.permit(path) } catch { throw .link(error) }
        guard FolderWalk.isFile(path) else {
            throw fault("\(name) is listed, but \(path) is not there", "unpack the data set again, or remove the line")
        }
        return (file, path)
    }
}

/// The reason why a program of the user cannot serve as a detector.
enum ExternalFault: Error, Equatable, CustomStringConvertible {
    case notAllowed(task: String, command: [String], files: Int)
    case failed(task: String, reason: String)
    case notPlain(task: String, file: String)
    case tooLarge(task: String, limitFiles: Int, limitBytes: Int)
    case missing(task: String, file: String)
    case extra(task: String, file: String, expected: String)
    case wrongSize(task: String, file: String, found: String, expected: String)
    case notFinite(task: String, file: String, value: Float)
    case unreadable(task: String, file: String, reason: String)
    case scores(task: String, reason: String)

    var description: String {
        switch self {
        case .notAllowed(let task, let command, let files):
            "\(task): this detector runs a program, \(command.joined(separator: " ")), with \(files) "
                + "\(files == 1 ? "file" : "files") of its own, and no manifest of this call names it; if you trust the "
                + "origin of the model, allow it with --allow-external"
        case .failed(let task, let reason): "\(task): \(reason)"
        case .notPlain(let task, let file):
            "\(task): the program left \(file), which is neither a regular file nor a folder; expected plain files in "
                + "the folder model: copy the content there instead of a link"
        case .tooLarge(let task, let files, let bytes):
            "\(task): the program's files and its folder model hold more than \(files) files or \(bytes >> 20) MiB, the "
                + "limit of a model; leave only what scoring needs in model"
        case .missing(let task, let file):
            "\(task): the program wrote no \(file).npy and no \(file).tiff; expected a map for each image of the folder "
                + "images, with the same name"
        case .extra(let task, let file, let expected):
            "\(task): the program wrote \(file); expected \(expected)"
        case .wrongSize(let task, let file, let found, let expected):
            "\(task): \(file) has \(found) values, but the image has \(expected) pixels; resize maps to their images"
        case .notFinite(let task, let file, let value):
            "\(task): \(file) holds \(value); expected finite numbers"
        case .unreadable(let task, let file, let reason): "\(task): \(file) is not a map: \(reason)"
        case .scores(let task, let reason):
            "\(task): scores.json \(reason); expected an object with a finite number for each image, such as "
                + "{ \"000000\": 0.25 }"
        }
    }
}

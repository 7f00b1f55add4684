import ArgumentParser

/// What to do with symbolic links in the folders that are named on the command line.
struct LinkOptions: ParsableArguments {
    @Flag(help: "Follow symbolic links that lead out of the folder; without it, one is an error.")
    var followLinks = false
}

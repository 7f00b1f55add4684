import ArgumentParser

/// Tries to end the program by what it reads: `make fuzz`.
@main
struct Fuzz: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fuzz", abstract: "Tries to end the program, or to keep it busy, by what it reads.",
        subcommands: [CampaignCommand.self, ReplayCommand.self, ChildCommand.self, GuideCommand.self],
        defaultSubcommand: CampaignCommand.self)
}

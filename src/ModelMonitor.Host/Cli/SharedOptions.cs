using System.CommandLine;

namespace ModelMonitor.Host.Cli;

/// <summary>Options that several commands have. Each call makes a new one: an option belongs to its command.</summary>
internal static class SharedOptions
{
    public static Option<string> Configuration() => new("--config", "-c") { Description = "The configuration, usually monitor.yaml", Required = true, HelpName = "FILE" };

    public static Option<string?> Model(string description) => new("--model", "-m") { Description = description, HelpName = "NAME" };

    public static Option<string[]> Files(string name, string description) =>
        new(name) { Description = description, HelpName = "FILE", Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = true };
}

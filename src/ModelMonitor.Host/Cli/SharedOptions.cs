using System.CommandLine;

namespace ModelMonitor.Host.Cli;

/// <summary>Options that several commands have. Each call makes a new one: an option belongs to its command.</summary>
internal static class SharedOptions
{
    public static Option<string> Configuration() => new("--config", "-c") { Description = "The configuration, usually monitor.yaml", Required = true, HelpName = "FILE" };

    /// <summary>Where one that listens on every address is reached from here.</summary>
    public static string AddressOf(string listen) => "http://" + listen.Replace("*:", "127.0.0.1:", StringComparison.Ordinal)
        .Replace("0.0.0.0:", "127.0.0.1:", StringComparison.Ordinal).Replace("[::]:", "[::1]:", StringComparison.Ordinal);

    public static Option<string?> RunningModel() => new("--model", "-m") { Description = "The model; the only one there is by default", HelpName = "NAME" };

    /// <summary>Who does it, for the record.</summary>
    public static Option<string> By() => new("--by") { Description = "Who asks, for the record (default: the user)", HelpName = "WHO", DefaultValueFactory = _ => Environment.UserName };

    /// <summary>The address of a running monitor.</summary>
    public static Option<string?> To() => new("--to") { Description = "The running monitor's address (default: listen.http of the configuration)", HelpName = "URL" };

    public static Option<string?> Model(string description) => new("--model", "-m") { Description = description, HelpName = "NAME" };

    public static Option<string[]> Files(string name, string description) =>
        new(name) { Description = description, HelpName = "FILE", Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = true };
}

namespace ModelMonitor.Host.Cli;

/// <summary>What the process says to scripts.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>The input or configuration is wrong; one line each on stderr.</summary>
    public const int WrongInput = 1;

    public const int Usage = 2;

    /// <summary>`evaluate --fail-on-breach`: a rule would have fired.</summary>
    public const int Breach = 3;

    /// <summary>Ended by Ctrl-C, as shells count it: 128 + SIGINT.</summary>
    public const int Cancelled = 130;
}

/// <summary>The command cannot do its work. Each line is for people and is printed as it is.</summary>
internal sealed class CliException(params IReadOnlyList<string> lines) : Exception(string.Join("; ", lines))
{
    public IReadOnlyList<string> Lines { get; } = lines;
}

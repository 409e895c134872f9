using Spectre.Console;

namespace ModelMonitor.Host.Cli;

/// <summary>Where a command writes. Nothing writes to <see cref="System.Console"/> past it.</summary>
internal sealed class Terminal
{
    /// <summary>Wide enough that neither a table nor a message in a log file is folded.</summary>
    private const int FileWidth = 2000;

    public Terminal(TextWriter output, TextWriter error)
    {
        Output = output;
        Error = error;
        OutputIsTerminal = ReferenceEquals(output, System.Console.Out) && !System.Console.IsOutputRedirected;
        ErrorIsTerminal = ReferenceEquals(error, System.Console.Error) && !System.Console.IsErrorRedirected;
        Console = Make(output, OutputIsTerminal);
        ErrorConsole = Make(error, ErrorIsTerminal);
    }

    public TextWriter Output { get; }

    public TextWriter Error { get; }

    /// <summary>Tables and colours on <see cref="Output"/>; plain text where that is no terminal.</summary>
    public IAnsiConsole Console { get; }

    public IAnsiConsole ErrorConsole { get; }

    public bool OutputIsTerminal { get; }

    public bool ErrorIsTerminal { get; }

    private static IAnsiConsole Make(TextWriter writer, bool terminal)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = terminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = terminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = terminal ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!terminal) console.Profile.Width = FileWidth;
        return console;
    }
}

using System.Globalization;
using System.Text.Json.Nodes;
using ModelMonitor.Host.Cli;

namespace ModelMonitor.Host.Tests.Cli;

/// <summary>One run of the command in this process, with what it wrote.</summary>
internal sealed record Ran(int Exit, string Output, string Error)
{
    public IReadOnlyList<string> ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public JsonObject Json => JsonNode.Parse(Output)!.AsObject();

    public static string Data(string folder, string file) => Path.Combine(AppContext.BaseDirectory, "Data", folder, file);

    public static async Task<Ran> Command(params string[] args)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        using var error = new StringWriter(CultureInfo.InvariantCulture);
        var exit = await CommandLine.RunAsync(args, output, error, TestContext.Current.CancellationToken);
        return new(exit, output.ToString().ReplaceLineEndings("\n"), error.ToString().ReplaceLineEndings("\n"));
    }

    /// <summary>`evaluate` over a case's production and labels.</summary>
    public static Task<Ran> Evaluate(string folder, string model, string every, params string[] more) => Command(
        ["evaluate", "-c", Data(folder, "monitor.yaml"), "--model", model, "--production", Data(folder, "production.arrows"), "--labels", Data(folder, "labels.arrows"), "--every", every, .. more]);

    /// <summary>Fails unless stderr is one clear line that says this, and the exit code is that of wrong input.</summary>
    public void IsRefusedWith(string message)
    {
        Assert.Equal(ExitCode.WrongInput, Exit);
        var line = Assert.Single(ErrorLines);
        Assert.StartsWith("error: ", line, StringComparison.Ordinal);
        Assert.Contains(message, line, StringComparison.Ordinal);
        Assert.DoesNotContain("unexpected", line, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
    }
}

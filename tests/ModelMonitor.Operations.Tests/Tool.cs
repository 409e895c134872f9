using System.Diagnostics;

namespace ModelMonitor.Operations.Tests;

/// <summary>A program of others, run to its end.</summary>
internal sealed record Tool(int Exit, string Output, string Error)
{
    /// <summary>Whether it must be there: CI installs everything, so absence is a failure.</summary>
    private static readonly bool s_isCi = Environment.GetEnvironmentVariable("CI") == "true";

    /// <param name="package">What to install where it is not there; the test is skipped then.</param>
    public static async Task<Tool> RunAsync(string program, string package, params string[] arguments)
    {
        Needs(Find(program), package);
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var cancellation = TestContext.Current.CancellationToken;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(cancellation), process.StandardError.ReadToEndAsync(cancellation));
        await process.WaitForExitAsync(cancellation);
        return new(process.ExitCode, await output, await error);
    }

    /// <summary>Skips the test where something is not installed.</summary>
    public static void Needs(bool isThere, string package) => Assert.SkipUnless(isThere || s_isCi, $"it is not installed: {package}");

    public void Succeeded() => Assert.True(Exit == 0, Output + Error);

    public static bool Find(string program) =>
        Path.IsPathRooted(program) ? File.Exists(program) : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));
}

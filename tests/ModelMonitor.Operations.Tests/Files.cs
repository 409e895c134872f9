using System.Reflection;

namespace ModelMonitor.Operations.Tests;

/// <summary>Where what is tested lies.</summary>
internal static class Files
{
    public static string Dashboards { get; } = Metadata("Dashboards");

    public static string RuleTests { get; } = Metadata("RuleTests");

    public static string[] Rules { get; } = Directory.GetFiles(Path.Combine(Dashboards, "rules"), "*.yaml");

    public static string Runbook { get; } = Path.Combine(Dashboards, "README.md");

    private static string Metadata(string key) =>
        Path.GetFullPath(typeof(Files).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == key).Value!);
}

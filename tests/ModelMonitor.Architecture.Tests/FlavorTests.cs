using System.Diagnostics;
using System.Text.Json;

namespace ModelMonitor.Architecture.Tests;

/// <summary>Which ONNX Runtime each flavour of the build asks for.</summary>
public sealed class FlavorTests
{
    [Theory]
    [InlineData("", "Microsoft.ML.OnnxRuntime")]
    [InlineData("Cpu", "Microsoft.ML.OnnxRuntime")]
    [InlineData("Gpu", "Microsoft.ML.OnnxRuntime.Gpu")]
    [InlineData("None", "Microsoft.ML.OnnxRuntime.Managed")]
    public async Task A_flavour_asks_for_its_own_package_and_no_other(string flavor, string package)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", ["msbuild", Project(), "-getItem:PackageReference", "-getProperty:NuGetLockFilePath", .. flavor.Length == 0 ? Array.Empty<string>() : [$"-p:OnnxRuntimeFlavor={flavor}"]])
        {
            RedirectStandardOutput = true,
            // What the run of the tests sets must not reach the other build.
            Environment = { ["MSBUILDDISABLENODEREUSE"] = "1" },
        })!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        using var json = JsonDocument.Parse(output);
        var names = json.RootElement.GetProperty("Items").GetProperty("PackageReference").EnumerateArray().Select(item => item.GetProperty("Identity").GetString()!).ToList();
        Assert.Equal([package], names.Where(name => name.StartsWith("Microsoft.ML.OnnxRuntime", StringComparison.Ordinal)));
        Assert.Equal(flavor is "" or "Cpu" ? "" : $"packages.{flavor}.lock.json", json.RootElement.GetProperty("Properties").GetProperty("NuGetLockFilePath").GetString());
    }

    private static string Project()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Monitor.sln"))) folder = folder.Parent!;
        return Path.Combine(folder.FullName, "src", "ModelMonitor.Host", "ModelMonitor.Host.csproj");
    }
}

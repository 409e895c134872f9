using System.Reflection;
using ModelMonitor.Core;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Scoring;
using ModelMonitor.Host.Scoring;
using ModelMonitor.Host.Scoring.Devices;

namespace ModelMonitor.Host.Tests.Scoring;

/// <summary>ONNX's own test models, one or more for every operator: whatever is in a file, it is opened or refused in one line.</summary>
public sealed class ThirdPartyModelTests
{
    private const string Folder = "/usr/share/libonnx-testdata/data";

    [Fact]
    public void Each_is_inspected_or_refused_in_one_line()
    {
        var (inspected, ran, placed) = (0, 0, 0);
        var files = Files();
        foreach (var path in files)
        {
            if (Outcome(() => ModelInspection.Of(ModelFile.Read(path), [new(ScoringDevice.Cpu)])) is not { } inspection) continue;
            inspected++;
            if (inspection.Outputs.Any(output => output.Found.Count > 0)) ran++;
            if (inspection.Placements[0].Placement is { Nodes.Count: > 0 } placement)
            {
                placed++;
                Assert.Equal(0, placement.OnDevice);
            }
        }

        // What is left over are operators newer or older than ONNX Runtime has kernels for, and inputs that refuse zeros.
        Assert.True(inspected > files.Count * 0.9, $"{inspected} of {files.Count} could be inspected");
        Assert.True(ran > files.Count * 0.6, $"{ran} of {files.Count} ran on zeros");
        Assert.True(placed > files.Count * 0.5, $"{placed} of {files.Count} told where their nodes run");
    }

    [Fact]
    public void Each_opens_as_a_model_to_monitor_or_is_refused_in_one_line()
    {
        var opened = 0;
        foreach (var path in Files())
        {
            // One column for every input there is, whatever it takes.
            var inputs = OnnxInputs(path).Select(name => new ModelInput(name, ["a"])).ToList();
            var options = new ModelOptions { Name = "m", Version = "1", Task = TaskKind.Regression, Onnx = path, Inputs = inputs, Baseline = "" };
            using var scorer = Outcome(() => new OnnxScorerFactory().Open(options));
            if (scorer is not null) opened++;
        }

        Assert.True(opened > 100, $"{opened} could be opened");
    }

    [Fact]
    public void Cut_off_anywhere_each_is_refused_in_one_line()
    {
        var folder = Directory.CreateTempSubdirectory("modelmonitor-cut-");
        try
        {
            var path = Path.Combine(folder.FullName, "model.onnx");
            foreach (var file in Files().Where((_, i) => i % 20 == 0))
            {
                var bytes = File.ReadAllBytes(file);
                for (var part = 1; part < 8; part++)
                {
                    File.WriteAllBytes(path, bytes[..(bytes.Length * part / 8)]);
                    Outcome(() => ModelInspection.Of(ModelFile.Read(path), [new(ScoringDevice.Cpu)]));
                }
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Voice detectors as npm's vad-web ships them: each row of theirs depends on the ones before.</summary>
    [Theory]
    [InlineData("silero_vad_legacy.onnx", "h", "hn")]
    [InlineData("silero_vad_v5.onnx", "state", "stateN")]
    [InlineData("silero_vad_v6.onnx", "state", "stateN")]
    public void A_model_with_a_state_of_its_own_is_inspected_and_refused(string file, string state, string next)
    {
        var folder = typeof(ThirdPartyModelTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == "Foreign").Value!;
        var path = Path.Combine(folder, "models", file);
        Assert.SkipUnless(File.Exists(path) || Environment.GetEnvironmentVariable("CI") == "true", "it is not installed: tests/foreign/install.sh");
        var inspection = ModelInspection.Of(ModelFile.Read(path), [new(ScoringDevice.Cpu)]);
        Assert.Contains(inspection.Notes, note => note.StartsWith($"input '{state}' looks like a state that output '{next}' hands on", StringComparison.Ordinal));
        var inputs = inspection.Inputs.Select(input => new ModelInput(input.Name, ["a"])).ToList();
        var refused = Assert.Throws<ScoringException>(() => new OnnxScorerFactory().Open(new ModelOptions { Name = "m", Version = "1", Task = TaskKind.Binary, Onnx = path, Inputs = inputs, ScoreOutput = "output", ScorePositive = LabelValue.From(1), Baseline = "" }));
        Assert.DoesNotContain('\n', refused.Message);
        Assert.Contains($"'{state}'", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Null where it is refused, in one line that names the file.</summary>
    private static T? Outcome<T>(Func<T> open)
        where T : class
    {
        try
        {
            return open();
        }
        catch (ScoringException e)
        {
            Assert.DoesNotContain('\n', e.Message);
            Assert.Contains("model.onnx: ", e.Message, StringComparison.Ordinal);
            return null;
        }
    }

    private static List<string> OnnxInputs(string path) =>
        Outcome(() => ModelInspection.Of(ModelFile.Read(path), [])) is { } inspection ? [.. inspection.Inputs.Select(input => input.Name)] : [];

    private static List<string> Files()
    {
        Assert.SkipUnless(Directory.Exists(Folder), $"There is no {Folder}: Debian's libonnx-testdata is not installed");
        var files = Directory.GetFiles(Folder, "model.onnx", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
        Assert.True(files.Count > 900, $"{files.Count} models");
        return files;
    }
}

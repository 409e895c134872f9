using ModelMonitor.Host.Configuration;

namespace ModelMonitor.Host.Tests.Configuration;

public sealed class FileTests : IDisposable
{
    private static readonly Dictionary<string, string> s_none = [];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("configuration");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_file_that_is_not_there_is_one_fault()
    {
        var (options, faults) = MonitorConfiguration.Load(PathOf("monitor.yaml"), s_none);
        Assert.Null(options);
        Assert.Contains("cannot be read", Assert.Single(faults).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_text_is_one_fault()
    {
        File.WriteAllBytes(PathOf("monitor.yaml"), [0x6d, 0xff, 0xfe]);
        Assert.Contains("it is no UTF-8 text", Assert.Single(MonitorConfiguration.Load(PathOf("monitor.yaml"), s_none).Faults).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Models_and_reference_data_must_exist()
    {
        File.WriteAllText(PathOf("monitor.yaml"), Samples.Flights);
        var paths = MonitorConfiguration.Load(PathOf("monitor.yaml"), s_none).Faults.Select(fault => fault.Path);
        Assert.Equal(["models.flights.onnx", "models.flights.reference.train", "models.flights.reference.holdout"], paths);
        foreach (var name in (string[])["model.onnx", "reference_train.arrows", "reference_holdout.arrows"])
            File.WriteAllText(PathOf(name), "");
        var (options, faults) = MonitorConfiguration.Load(PathOf("monitor.yaml"), s_none);
        Assert.Empty(faults);
        Assert.Equal(PathOf("model.onnx"), options!.Models[0].Onnx);
    }

    [Fact]
    public void Without_reference_data_there_must_be_a_baseline()
    {
        File.WriteAllText(PathOf("monitor.yaml"), Samples.Least + "\n    baseline: b.json");
        var fault = Assert.Single(MonitorConfiguration.Load(PathOf("monitor.yaml"), s_none).Faults);
        Assert.Equal(("models.m.reference", $"is required, as there is no baseline {PathOf("b.json")} yet"), (fault.Path, fault.Message));
        File.WriteAllText(PathOf("b.json"), "{}");
        Assert.Empty(MonitorConfiguration.Load(PathOf("monitor.yaml"), s_none).Faults);
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);
}
